//! Telephones: mobile numbers, fixed lines with their area code, service numbers (400, 800).

use super::code::{Codes, Joined};
use super::found::{Found, Kind, Reason, Rule, Strength};
use super::lookalike::Cue;
use super::text::{char_before, word_at};
use std::ops::Range;

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "phone.mobile",
        reads: "a mainland mobile number: 11 digits from 13 to 19, spaces and dashes inside, +86 before, spoken digits",
        kind: Kind::Phone,
        examples: &[
            ("手机13900112233", "13900112233", "13900112233"),
            ("打 152 0000 3344 找我", "152 0000 3344", "15200003344"),
            ("188-1234-0000", "188-1234-0000", "18812340000"),
            ("153.0011.2233", "153.0011.2233", "15300112233"),
            ("+86 17612340000", "+86 17612340000", "17612340000"),
            ("手机号幺五零零零幺幺二二三三", "幺五零零零幺幺二二三三", "15000112233"),
        ],
    },
    Rule {
        name: "phone.fixed",
        reads: "a fixed line with its area code; the value has one dash",
        kind: Kind::Phone,
        examples: &[
            ("电话0755-26001234", "0755-26001234", "0755-26001234"),
            ("02166008800", "02166008800", "021-66008800"),
            ("(010)82345678", "(010)82345678", "010-82345678"),
            ("座机020 37001234转802", "020 37001234", "020-37001234"),
        ],
    },
    Rule {
        name: "phone.service",
        reads: "a service number 400… or 800… of ten digits; behind a cue also 5 digits (95…, 1…)",
        kind: Kind::Phone,
        examples: &[("400-600-1234", "400-600-1234", "4006001234"), ("热线95500", "95500", "95500")],
    },
    Rule {
        name: "phone.invalid",
        reads: "what a cue calls a telephone and is none: wrong length, or a prefix that is not given out",
        kind: Kind::Phone,
        examples: &[
            ("手机号1390011223", "1390011223", "1390011223"),
            ("手机12000112233", "12000112233", "12000112233"),
        ],
    },
];

/// Most digits of a telephone, country code included.
const MOST: usize = 15;

/// Whether 11 digits are a mainland mobile number.
#[must_use]
pub fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// The length of the area code that opens a fixed line of these digits, if it is one.
fn area_code(digits: &str) -> Option<usize> {
    let bytes = digits.as_bytes();
    if bytes.len() < 10 || bytes[0] != b'0' {
        return None;
    }
    let area = match bytes[1] {
        b'1' if bytes[2] == b'0' => 3,
        b'2' => 3,
        b'3'..=b'9' => 4,
        _ => return None,
    };
    let local = bytes.len() - area;
    (matches!(local, 7 | 8) && (area == 4 || local == 8) && (b'2'..=b'9').contains(&bytes[area])).then_some(area)
}

/// Reads a telephone from the row at `index` on, and marks the rows it takes.
pub fn read_row(
    chars: &[char],
    codes: &mut Codes,
    joined: &Joined,
    index: usize,
    cue: Option<Cue>,
    out: &mut Vec<Found>,
) {
    if !codes.is_number(index) {
        return;
    }
    let cued = cue == Some(Cue::Phone);
    let foreign_cue = !matches!(cue, None | Some(Cue::Phone | Cue::Flight | Cue::Seat));
    let mut start = codes.rows[index].span.start;
    for (digits, next) in joined.longest_first(MOST) {
        let rows = index..next;
        let end = codes.rows[next - 1].span.end;
        let several = rows.len() > 1;
        let country = if digits.len() == 13 && digits.starts_with("86") {
            2
        } else if digits.len() == 15 && digits.starts_with("0086") {
            4
        } else {
            0
        };
        let national = &digits[country..];
        if is_mobile(national) {
            // 1 and ten digits in many short rows is a list, not a number
            if several && codes.rows[rows.clone()].iter().any(|r| r.digits == 1) && rows.len() != 11 {
                continue;
            }
            if country > 0 && char_before(chars, start) == '+' {
                start -= 1;
            }
            let strength = if foreign_cue { Strength::Bare } else { Strength::Certain };
            out.push(Found::new(Kind::Phone, start..end, national.to_owned(), strength, "phone.mobile"));
            if strength == Strength::Certain {
                codes.take(rows);
            }
            return;
        }
        if let Some(area) = area_code(digits)
            && (!several || codes.rows[index].digits == area || cued)
        {
            if char_before(chars, start) == '(' {
                start -= 1;
            }
            let value = format!("{}-{}", &digits[..area], &digits[area..]);
            let strength = if foreign_cue { Strength::Bare } else { Strength::Certain };
            let mut found = Found::new(Kind::Phone, start..end, value, strength, "phone.fixed");
            if let Some(extension) = extension(chars, end) {
                found = found.with("extension", extension);
            }
            out.push(found);
            if strength == Strength::Certain {
                codes.take(rows);
            }
            return;
        }
        if digits.len() == 10
            && (digits.starts_with("400") || digits.starts_with("800"))
            && (several || cue.is_none() || cued)
        {
            let strength = if several || cued { Strength::Certain } else { Strength::Bare };
            out.push(Found::new(Kind::Phone, start..end, digits.to_owned(), strength, "phone.service"));
            if strength == Strength::Certain {
                codes.take(rows);
            }
            return;
        }
    }
    if cued {
        invalid(codes, joined, index, out);
    }
}

/// What a cue calls a telephone and no shape fits.
fn invalid(codes: &mut Codes, joined: &Joined, index: usize, out: &mut Vec<Found>) {
    let Some((digits, next)) = joined.longest_first(MOST).find(|(d, n)| d.len() >= 7 || *n == index + 1) else {
        return;
    };
    let rows = index..next;
    let span = codes.rows[index].span.start..codes.rows[next - 1].span.end;
    let found = match digits.len() {
        5 | 6 if digits.starts_with(['9', '1']) => {
            Found::new(Kind::Phone, span, digits.to_owned(), Strength::Cued, "phone.service")
        }
        7.. => {
            let reason = if digits.len() == 11 { Reason::Prefix } else { Reason::Length };
            Found::new(Kind::Phone, span, digits.to_owned(), Strength::Cued, "phone.invalid").checked(Some(reason))
        }
        _ => return,
    };
    out.push(found);
    codes.take(rows);
}

/// 转802 behind a fixed line.
fn extension(chars: &[char], end: usize) -> Option<String> {
    let length = word_at(chars, end, "转")?;
    let at = end + length;
    let digits: Range<usize> = at..at + chars[at..].iter().take(6).take_while(|c| c.is_ascii_digit()).count();
    (!digits.is_empty()).then(|| chars[digits].iter().collect())
}
