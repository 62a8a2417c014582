//! Takes what belongs to a person out of texts before they are written down.

use super::proto::RecognizeResponse;
use crate::entities::{is_personal, long_numbers};
use std::borrow::Cow;

/// The text with every personal value and every long number replaced by `*`, one for each character.
pub(super) fn text(text: &str, answer: &RecognizeResponse) -> String {
    let mut hidden: Vec<(usize, usize)> = Vec::new();
    let spans = answer.entities.iter().filter(|e| is_personal(&e.kind)).filter_map(|e| e.span.as_ref());
    let slots =
        answer.intents.iter().flat_map(|i| &i.slots).filter(|s| is_personal(&s.name)).filter_map(|s| s.span.as_ref());
    hidden.extend(spans.chain(slots).map(|s| (s.char_start as usize, s.char_end as usize)));
    let characters: Vec<char> = text.chars().collect();
    hidden.extend(long_numbers(&characters));
    let covered = |at: usize| hidden.iter().any(|(start, end)| (*start..*end).contains(&at));
    characters.iter().enumerate().map(|(at, c)| if covered(at) { '*' } else { *c }).collect()
}

/// A value of a slot or entity, hidden where its kind or its look says so.
pub(super) fn value<'v>(kind: &str, value: &'v str) -> Cow<'v, str> {
    let characters: Vec<char> = value.chars().collect();
    if is_personal(kind) || !long_numbers(&characters).is_empty() {
        return "*".repeat(characters.len()).into();
    }
    value.into()
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
