//! Floors and seats.

use super::code::Codes;
use super::found::{Found, Kind, Rule, Strength};
use super::lookalike::{Cue, cue_before};
use super::number::{Number, canonical};
use super::numeral::Form;
use super::text::{any_before, char_at, char_before, is_boundary, skip_space};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "floor.storey",
        reads: "a number and 楼 or 层; 负, 地下, b or a minus before it go below ground",
        kind: Kind::Floor,
        examples: &[
            ("六楼有什么", "六楼", "6F"),
            ("地下三层", "地下三层", "B3F"),
            ("负二楼", "负二楼", "B2F"),
            ("-2层", "-2层", "B2F"),
            ("第四层", "第四层", "4F"),
            ("b3层停车", "b3层", "B3F"),
            ("b二怎么走", "b二", "B2F"),
        ],
    },
    Rule {
        name: "floor.code",
        reads: "a floor as the lift shows it: 3f, f3, b1, b1f; l2 is weak",
        kind: Kind::Floor,
        examples: &[
            ("7f", "7f", "7F"),
            ("f2有洗手间吗", "f2", "2F"),
            ("b2", "b2", "B2F"),
            ("四f", "四f", "4F"),
            ("b1f", "b1f", "B1F"),
            ("l3", "l3", "3F"),
        ],
    },
    Rule {
        name: "seat.row",
        reads: "a row, 排, and a letter a to l, 座 or not",
        kind: Kind::SeatNo,
        examples: &[
            ("三十五排c座", "三十五排c座", "35C"),
            ("45排 h", "45排 h", "45H"),
            ("8排a", "8排a", "8A"),
            ("第20排的d座", "第20排的d座", "20D"),
        ],
    },
    Rule {
        name: "seat.code",
        reads: "a row and a letter; weak where money, floors and models look the same (31k, 3f, 5g)",
        kind: Kind::SeatNo,
        examples: &[("换到22a", "22a", "22A"), ("36k", "36k", "36K"), ("二十二k有人吗", "二十二k", "22K")],
    },
];

/// Highest row of an airliner, and highest floor of a house.
const MOST: f64 = 99.0;

/// Reads floors and seats from the numbers of a message.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    for number in numbers {
        floor(chars, number, out);
        seat(chars, number, out);
    }
}

fn floor(chars: &[char], number: &Number, out: &mut Vec<Found>) {
    let magnitude = number.value.abs();
    if number.percent || !(1.0..=MOST).contains(&magnitude) || magnitude.fract() != 0.0 {
        return;
    }
    let at = skip_space(chars, number.core.end);
    let storey = char_at(chars, at);
    let after = char_at(chars, at + 1);
    let mut start = number.span.start;
    let mut below = number.value < 0.0;
    let letter = char_before(chars, start);
    let lettered = matches!(letter, 'b' | 'f')
        && !char_before(chars, start - 1).is_ascii_alphanumeric()
        && number.form != Form::Arabic;
    let named = matches!(storey, '楼' | '层');
    if lettered && (named || is_boundary(storey) || !storey.is_ascii_alphanumeric()) {
        below = letter == 'b';
        start -= 1;
    } else if storey == 'f' && at == number.core.end && !after.is_ascii_alphanumeric() && number.form != Form::Arabic {
        // 六f
        out.push(Found::new(
            Kind::Floor,
            start..at + 1,
            format!("{}F", canonical(number.value)),
            Strength::Certain,
            "floor.code",
        ));
        return;
    } else if !named {
        return;
    }
    if let Some(length) = any_before(chars, start, &["地下室", "地下", "负"]) {
        below = true;
        start -= length;
    }
    // 三层肉, 两层的蛋糕: layers; 楼梯, 楼盘: other words
    if named
        && (storey == '楼' && matches!(after, '梯' | '盘' | '宇' | '市')
            || storey == '层' && matches!(after, '次' | '面' | '肉' | '蛋' | '的' | '床' | '架' | '纸'))
        && !below
    {
        return;
    }
    let end = if named { at + 1 } else { number.core.end };
    let strength = if storey == '层' && !below && !number.ordinal { Strength::Cued } else { Strength::Certain };
    let value = |v: f64| {
        if below { format!("B{}F", canonical(v.abs())) } else { format!("{}F", canonical(v)) }
    };
    out.push(Found::new(Kind::Floor, start..end, value(number.value), strength, "floor.storey"));
    if let Some(upper) = number.upper {
        out.push(Found::new(Kind::Floor, start..end, value(upper), strength, "floor.storey"));
    }
}

const fn is_seat_letter(c: char) -> bool {
    matches!(c, 'a'..='h' | 'j'..='l')
}

/// 三十五排c座, 二十二k.
fn seat(chars: &[char], number: &Number, out: &mut Vec<Found>) {
    if number.percent || number.upper.is_some() || number.value.fract() != 0.0 || !(1.0..=MOST).contains(&number.value)
    {
        return;
    }
    let row = char_at(chars, number.core.end) == '排';
    let at = if row {
        let of = usize::from(char_at(chars, number.core.end + 1) == '的');
        skip_space(chars, number.core.end + 1 + of)
    } else {
        number.core.end
    };
    let letter = char_at(chars, at);
    if !is_seat_letter(letter) || char_at(chars, at + 1).is_ascii_alphanumeric() {
        return;
    }
    // 31k in one row is read from the rows
    if !row && number.form == Form::Arabic {
        return;
    }
    let seat = char_at(chars, at + 1) == '座';
    let end = at + 1 + usize::from(seat);
    let strength = if row || seat {
        Strength::Certain
    } else if cue_before(chars, number.span.start) == Some(Cue::Seat) {
        Strength::Cued
    } else {
        Strength::Bare
    };
    let value = format!("{}{}", canonical(number.value), letter.to_ascii_uppercase());
    let rule = if row { "seat.row" } else { "seat.code" };
    out.push(Found::new(Kind::SeatNo, number.span.start..end, value, strength, rule));
}

/// Reads a floor or a seat from a row of letters and digits.
pub fn read_row(chars: &[char], codes: &Codes, index: usize, out: &mut Vec<Found>) {
    let text = codes.text(index).as_bytes();
    let row = &codes.rows[index];
    if text.len() > 4 || text.len() < 2 || row.spoken {
        return;
    }
    let span = row.span.clone();
    let number = |digits: &[u8]| -> Option<u32> {
        let plain =
            !digits.is_empty() && digits.len() <= 2 && digits.iter().all(u8::is_ascii_digit) && digits[0] != b'0';
        plain.then(|| digits.iter().fold(0, |v, d| v * 10 + u32::from(d - b'0')))
    };
    let storey = matches!(char_at(chars, span.end), '楼' | '层');
    let (first, last) = (text[0], text[text.len() - 1]);
    let floor = match (first, last) {
        (b'b', b'f') => {
            number(&text[1..text.len() - 1]).filter(|n| *n < 10).map(|n| (format!("B{n}F"), Strength::Certain))
        }
        (b'b', _) => number(&text[1..]).filter(|n| *n < 10).map(|n| (format!("B{n}F"), Strength::Certain)),
        (b'f', _) => number(&text[1..]).filter(|n| *n < 20).map(|n| (format!("{n}F"), Strength::Certain)),
        (b'l', _) => number(&text[1..]).filter(|n| *n < 12).map(|n| (format!("{n}F"), Strength::Bare)),
        (_, b'f') => number(&text[..text.len() - 1])
            .map(|n| (format!("{n}F"), if n < 12 { Strength::Certain } else { Strength::Bare })),
        _ => None,
    };
    if let Some((value, strength)) = floor {
        let (end, rule) = if storey { (span.end + 1, "floor.storey") } else { (span.end, "floor.code") };
        out.push(Found::new(Kind::Floor, span.start..end, value, strength, rule));
    }
    if is_seat_letter(char::from(last))
        && let Some(n) = number(&text[..text.len() - 1])
    {
        let seat = char_at(chars, span.end) == '座';
        let cued = cue_before(chars, span.start) == Some(Cue::Seat);
        let strength = if seat || (10..=69).contains(&n) && matches!(last, b'a'..=b'e' | b'h' | b'j') {
            Strength::Certain
        } else if cued {
            Strength::Cued
        } else {
            Strength::Bare
        };
        let value = format!("{n}{}", char::from(last.to_ascii_uppercase()));
        out.push(Found::new(Kind::SeatNo, span.start..span.end + usize::from(seat), value, strength, "seat.code"));
    }
}
