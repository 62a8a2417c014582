//! Sizes of clothes and shoes.

use super::code::Codes;
use super::found::{Found, Kind, Rule, Strength};
use super::number::{Number, canonical};
use super::text::{any_before, char_at, char_before};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "size.letters",
        reads: "a size by letters: xl, 3xl; s, m and l with 码, 号 or a cue",
        kind: Kind::Size,
        examples: &[
            ("有xxl吗", "xxl", "XXL"),
            ("l码", "l码", "L"),
            ("要s号的", "s号", "S"),
            ("尺码m", "m", "M"),
            ("3xl有货吗", "3xl", "3XL"),
        ],
    },
    Rule {
        name: "size.number",
        reads: "a number and 码, or behind 尺码",
        kind: Kind::Size,
        examples: &[
            ("三十九码", "三十九码", "39"),
            ("36.5码有没有", "36.5码", "36.5"),
            ("尺码41", "41", "41"),
            ("40码半", "40码半", "40.5"),
        ],
    },
    Rule {
        name: "size.heard",
        reads: "a number of shoe sizes, 码 heard as 吗 or left out before 的",
        kind: Kind::Size,
        examples: &[("这双四十一吗还有没有", "四十一", "41"), ("37的还有吗", "37", "37")],
    },
    Rule {
        name: "size.body",
        reads: "a size by body height and girth, or by girth and cup",
        kind: Kind::Size,
        examples: &[("175/92a的", "175/92a", "175/92A"), ("平时穿75b", "75b", "75B")],
    },
];

const CUES: &[&str] = &["尺码", "码数", "鞋码", "尺寸", "size", "尺码是", "码子", "穿"];

/// Reads sizes from the numbers of a message.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    for number in numbers {
        if number.percent || number.ordinal || number.upper.is_some() || !(1.0..=200.0).contains(&number.value) {
            continue;
        }
        let (start, end) = (number.span.start, number.core.end);
        let after = char_at(chars, end);
        let value = canonical(number.value);
        if after == '码' {
            if char_at(chars, end + 1) == '半' {
                out.push(Found::new(
                    Kind::Size,
                    start..end + 2,
                    canonical(number.value + 0.5),
                    Strength::Certain,
                    "size.number",
                ));
            } else if !matches!(char_at(chars, end + 1), '头' | '事' | '归' | '长') {
                out.push(Found::new(Kind::Size, start..end + 1, value, Strength::Certain, "size.number"));
            }
        } else if any_before(chars, if char_before(chars, start) == ' ' { start - 1 } else { start }, CUES).is_some()
            && number.value >= 20.0
        {
            out.push(Found::new(Kind::Size, start..end, value, Strength::Cued, "size.number"));
        } else if (34.0..=47.0).contains(&number.value)
            && (after == '的'
                || after == '号'
                || after == '吗' && matches!(char_at(chars, end + 1), '还' | '有' | '没' | '的' | '呢' | '能'))
        {
            out.push(Found::new(Kind::Size, start..end, value, Strength::Bare, "size.heard"));
        }
    }
}

/// Reads a size from a row of letters and digits.
pub fn read_row(chars: &[char], codes: &Codes, index: usize, out: &mut Vec<Found>) {
    let text = codes.text(index);
    let span = codes.rows[index].span.clone();
    // 175/92a
    if codes.is_number(index)
        && text.len() == 3
        && codes.gap(chars, index) == Some('/')
        && let next = codes.text(index + 1)
        && (2..=4).contains(&next.len())
        && next.ends_with(['a', 'b', 'c'])
        && next.bytes().rev().skip(1).all(|b| b.is_ascii_digit())
    {
        let value = format!("{text}/{}", next.to_ascii_uppercase());
        let end = codes.rows[index + 1].span.end;
        out.push(Found::new(Kind::Size, span.start..end, value, Strength::Certain, "size.body"));
        return;
    }
    let bytes = text.as_bytes();
    // 75c
    if let [tens @ b'6'..=b'9', b'0' | b'5', b'a'..=b'g'] = bytes
        && (*tens > b'6' || bytes[1] == b'5')
    {
        out.push(Found::new(Kind::Size, span, text.to_ascii_uppercase(), Strength::Cued, "size.body"));
        return;
    }
    let x = bytes.iter().filter(|b| **b == b'x').count();
    let last = bytes.last().copied().unwrap_or(0);
    let letters = matches!(last, b's' | b'm' | b'l');
    let head = &bytes[..bytes.len().saturating_sub(1)];
    let crosses = letters && last != b'm' && x == head.len() && (1..=5).contains(&x);
    let counted = letters && last == b'l' && head.len() == 2 && head[0].is_ascii_digit() && head[1] == b'x';
    let single = letters && head.is_empty();
    if !(crosses || counted || single) {
        return;
    }
    let marked = match char_at(chars, span.end) {
        '码' => 1,
        '号' if char_at(chars, span.end + 1) != '楼' => 1,
        _ => 0,
    };
    let before = if char_before(chars, span.start) == ' ' { span.start - 1 } else { span.start };
    let cued = any_before(chars, before, CUES).is_some();
    let strength = if marked > 0 || !single {
        Strength::Certain
    } else if cued {
        Strength::Cued
    } else if span.len() == chars.len() {
        Strength::Bare
    } else {
        return;
    };
    out.push(Found::new(
        Kind::Size,
        span.start..span.end + marked,
        text.to_ascii_uppercase(),
        strength,
        "size.letters",
    ));
}
