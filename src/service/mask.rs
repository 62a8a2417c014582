//! Takes what belongs to a person out of texts before they are written down.

use super::proto::RecognizeResponse;
use std::borrow::Cow;

/// Kinds of values that name a person or what is theirs.
const PERSONAL: &[&str] = &[
    "phone",
    "id_number",
    "passport",
    "order_no",
    "ticket_no",
    "booking_reference",
    "mileage_card_no",
    "member_card_no",
    "plate_no",
    "address",
];
/// Digits in a row that are hidden whatever they are: numbers that nothing read as anything may still be a person's.
const LONG_NUMBER: usize = 7;

pub(super) fn personal(kind: &str) -> bool {
    PERSONAL.contains(&kind)
}

/// The text with every personal value and every long number replaced by `*`, one for each character.
pub(super) fn text(text: &str, answer: &RecognizeResponse) -> String {
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    let spans = answer.entities.iter().filter(|e| personal(&e.kind)).filter_map(|e| e.span.as_ref());
    let slots =
        answer.intents.iter().flat_map(|i| &i.slots).filter(|s| personal(&s.name)).filter_map(|s| s.span.as_ref());
    hidden.extend(spans.chain(slots).map(|s| (s.char_start as usize, s.char_end as usize)));
    let characters: Vec<char> = text.chars().collect();
    hidden.extend(long_numbers(&characters));
    let covered = |at: usize| hidden.iter().any(|(start, end)| (*start..*end).contains(&at));
    characters.iter().enumerate().map(|(at, c)| if covered(at) { '*' } else { *c }).collect()
}

/// A value of a slot or entity, hidden where its kind or its look says so.
pub(super) fn value<'v>(kind: &str, value: &'v str) -> Cow<'v, str> {
    let characters: Vec<char> = value.chars().collect();
    if personal(kind) || !long_numbers(&characters).is_empty() {
        return "*".repeat(characters.len()).into();
    }
    value.into()
}

/// Ranges of at least [`LONG_NUMBER`] digits, with single separators among them.
fn long_numbers(characters: &[char]) -> Vec<(usize, usize)> {
    let digit = |c: char| c.is_numeric() || "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖".contains(c);
    let (mut out, mut at) = (Vec::new(), 0);
    while at < characters.len() {
        if !digit(characters[at]) {
            at += 1;
            continue;
        }
        let (start, mut end, mut digits) = (at, at, 0);
        while let Some(c) = characters.get(at) {
            if digit(*c) {
                digits += 1;
                end = at + 1;
            } else if !(matches!(c, ' ' | '-' | '－' | '—') && characters.get(at + 1).is_some_and(|c| digit(*c))) {
                break;
            }
            at += 1;
        }
        if digits >= LONG_NUMBER {
            out.push((start, end));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::proto::{Entity, Span};
    use super::*;

    #[test]
    fn personal_values_and_long_numbers_are_hidden() {
        let entity = |kind: &str, char_start, char_end| Entity {
            kind: kind.into(),
            span: Some(Span { char_start, char_end, ..Span::default() }),
            ..Entity::default()
        };
        let answer = RecognizeResponse {
            entities: vec![entity("plate_no", 2, 9), entity("date", 11, 13)],
            ..RecognizeResponse::default()
        };
        assert_eq!(text("车牌粤A12345，明天来", &answer), "车牌*******，明天来");
        let nothing = RecognizeResponse::default();
        for (plain, masked) in [
            ("电话139-0000-1234谢谢", "电话*************谢谢"),
            ("幺三九零零零零一二三四", "***********"),
            ("CZ3102明天", "CZ3102明天"),
            ("2026-11-21", "**********"),
            ("123456", "123456"),
            ("１２３４５６７", "*******"),
            ("", ""),
        ] {
            assert_eq!(text(plain, &nothing), masked, "{plain}");
        }
        assert_eq!(value("phone", "139"), "***");
        assert_eq!(value("city", "广州"), "广州");
        assert_eq!(value("number", "12345678"), "********");
    }
}
