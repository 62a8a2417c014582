//! Papers of a person: the 18-digit identity number with its checksum and birth date, and passports.

use super::code::{Codes, Joined};
use super::found::{Found, Kind, Reason, Rule, Strength};
use super::lookalike::Cue;
use super::text::char_at;
use std::ops::Range;

/// The rules of this reader. The numbers are invented; their check digits hold where the example says so.
pub const RULES: &[Rule] = &[
    Rule {
        name: "identity.number",
        reads: "18 characters, the last may be x, spaces allowed; province, birth date and check digit must hold",
        kind: Kind::IdNumber,
        examples: &[
            ("身份证11010519491231002x帮我值机", "11010519491231002x", "11010519491231002X"),
            ("440524 18800101 0014", "440524 18800101 0014", "440524188001010014"),
            ("证件号是11010519491231002 x", "11010519491231002 x", "11010519491231002X"),
        ],
    },
    Rule {
        name: "identity.invalid",
        reads: "an identity number that does not hold, where a cue or the birth date says that it should be one; `reason` tells why",
        kind: Kind::IdNumber,
        examples: &[
            ("身份证号码110105194912310021", "110105194912310021", "110105194912310021"),
            ("我的身份证是1101051949123100", "1101051949123100", "1101051949123100"),
            ("身份证110105194913310028", "110105194913310028", "110105194913310028"),
        ],
    },
    Rule {
        name: "identity.passport",
        reads: "a Chinese passport by shape (e and 8 digits, e, a letter and 7 digits), any passport behind the cue",
        kind: Kind::Passport,
        examples: &[
            ("护照e23456789", "e23456789", "E23456789"),
            ("护照号码是ej4567890", "ej4567890", "EJ4567890"),
            ("g55512345可以吗", "g55512345", "G55512345"),
        ],
    },
];

/// The check character of the first 17 digits of an identity number (GB 11643-1999).
///
/// ```text
/// check_character(b"11010519491231002") -> Some(b'x')
/// ```
#[must_use]
pub fn check_character(digits: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if digits.len() < 17 || !digits[..17].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = WEIGHTS.iter().zip(digits).map(|(w, d)| w * u32::from(d - b'0')).sum();
    Some(b"10x98765432"[(sum % 11) as usize])
}

/// Why an identity number of 18 lower-case characters does not hold; `None` if it does.
#[must_use]
pub fn fault(text: &str) -> Option<Reason> {
    let bytes = text.as_bytes();
    if bytes.len() != 18 {
        return Some(Reason::Length);
    }
    if !bytes[..17].iter().all(u8::is_ascii_digit) || !(bytes[17].is_ascii_digit() || bytes[17] == b'x') {
        return Some(Reason::Letter);
    }
    if !known_province(bytes) {
        return Some(Reason::Prefix);
    }
    if !is_date(&bytes[6..14]) {
        return Some(Reason::BirthDate);
    }
    (check_character(bytes) != Some(bytes[17])).then_some(Reason::Checksum)
}

/// Whether the first two digits are a province's.
fn known_province(bytes: &[u8]) -> bool {
    matches!(
        (bytes[0], bytes[1]),
        (b'1', b'1'..=b'5')
            | (b'2', b'1'..=b'3')
            | (b'3', b'1'..=b'7')
            | (b'4', b'1'..=b'6')
            | (b'5', b'0'..=b'4')
            | (b'6', b'1'..=b'5')
            | (b'7', b'1')
            | (b'8', b'1'..=b'3')
            | (b'9', b'1')
    )
}

/// Whether eight digits are a date from 1800 to 2099.
fn is_date(bytes: &[u8]) -> bool {
    let number = |range: Range<usize>| bytes[range].iter().fold(0u32, |v, b| v * 10 + u32::from(b - b'0'));
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1800..2100).contains(&year) && (1..=days).contains(&day)
}

/// Reads an identity number or a passport from the row at `index`, and marks the rows it takes.
pub fn read_row(
    chars: &[char],
    codes: &mut Codes,
    joined: &Joined,
    index: usize,
    cue: Option<Cue>,
    out: &mut Vec<Found>,
) {
    let start = codes.rows[index].span.start;
    let text = codes.text(index);
    // passports: one letter and 8 digits, or two letters and 7 digits
    let letters = text.bytes().take_while(u8::is_ascii_lowercase).count();
    let digits = text.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    let whole = letters + digits == text.len();
    let chinese = whole
        && match letters {
            1 => matches!(text.as_bytes()[0], b'e' | b'g' | b'd' | b's' | b'p' | b'h' | b'k') && digits == 8,
            2 => matches!(text.as_bytes()[0], b'e' | b'd' | b's' | b'p' | b'k') && digits == 7,
            _ => false,
        };
    let cued = cue == Some(Cue::Passport) && digits >= 4;
    if cued || chinese {
        let reason = (cued && !(6..=10).contains(&text.len())).then_some(Reason::Length);
        let strength = if cued || cue == Some(Cue::Identity) { Strength::Cued } else { Strength::Bare };
        let value = text.to_ascii_uppercase();
        let span = codes.rows[index].span.clone();
        out.push(Found::new(Kind::Passport, span, value, strength, "identity.passport").checked(reason));
        if strength == Strength::Cued {
            codes.take(index..index + 1);
        }
        return;
    }
    // 护照 e 12345678: the letters stand apart
    if cue == Some(Cue::Passport)
        && letters == text.len()
        && letters <= 2
        && codes.gap(chars, index) == Some(' ')
        && codes.is_number(index + 1)
    {
        let value = format!("{}{}", text.to_ascii_uppercase(), codes.text(index + 1));
        let reason = (!(6..=10).contains(&value.len())).then_some(Reason::Length);
        let end = codes.rows[index + 1].span.end;
        out.push(Found::new(Kind::Passport, start..end, value, Strength::Cued, "identity.passport").checked(reason));
        codes.take(index..index + 2);
        return;
    }
    if let Some((text, rows, end)) = candidate(chars, codes, joined, index, cue) {
        let reason = fault(&text);
        let strength = match reason {
            None => Strength::Certain,
            _ if cue == Some(Cue::Identity) => Strength::Cued,
            Some(Reason::Checksum) if !matches!(cue, Some(Cue::Order | Cue::Ticket | Cue::Other)) => Strength::Cued,
            _ => return,
        };
        let rule = if reason.is_none() { "identity.number" } else { "identity.invalid" };
        out.push(Found::new(Kind::IdNumber, start..end, text.to_ascii_uppercase(), strength, rule).checked(reason));
        codes.take(rows);
    }
}

/// The characters that may be an identity number: 18 in one or several rows; behind the cue any other length from 12 on.
fn candidate(
    chars: &[char],
    codes: &Codes,
    joined: &Joined,
    index: usize,
    cue: Option<Cue>,
) -> Option<(String, Range<usize>, usize)> {
    let text = codes.text(index);
    let row = &codes.rows[index];
    if text.len() == 18 && row.digits >= 17 && (row.digits == 18 || text.ends_with('x')) {
        return Some((text.to_owned(), index..index + 1, row.span.end));
    }
    if !codes.is_number(index) {
        return (cue == Some(Cue::Identity) && row.digits >= 12)
            .then(|| (text.to_owned(), index..index + 1, row.span.end));
    }
    if codes.rows[index].digits < 2 && cue != Some(Cue::Identity) {
        return None;
    }
    for (digits, next) in joined.longest_first(20) {
        let end = codes.rows[next - 1].span.end;
        if digits.len() == 18 {
            return Some((digits.to_owned(), index..next, end));
        }
        if digits.len() == 17 {
            let after = super::text::skip_space(chars, end);
            if char_at(chars, after) == 'x' && !char_at(chars, after + 1).is_ascii_alphanumeric() {
                let rows = index..next + usize::from(codes.rows.get(next).is_some_and(|r| r.span.start == after));
                return Some((format!("{digits}x"), rows, after + 1));
            }
        }
        // the last row may carry the x: 440524 18800101 001x
        if digits.len() < 17 && codes.gap(chars, next - 1) == Some(' ') {
            let last = codes.text(next);
            if last.ends_with('x')
                && last.len() + digits.len() == 18
                && last.bytes().rev().skip(1).all(|b| b.is_ascii_digit())
            {
                return Some((format!("{digits}{last}"), index..next + 1, codes.rows[next].span.end));
            }
        }
    }
    if cue == Some(Cue::Identity) {
        let (digits, next) = joined.longest_first(20).next()?;
        let mobile = digits.len() == 11 && digits.starts_with('1');
        if digits.len() >= 12 || digits.len() >= 6 && !mobile && codes.rows[index].digits == digits.len() {
            return Some((digits.to_owned(), index..next, codes.rows[next - 1].span.end));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_apart() {
        for (text, expected) in [
            ("11010519491231002x", None),
            ("440524188001010014", None),
            ("110105194912310029", Some(Reason::Checksum)),
            ("110105194902300021", Some(Reason::BirthDate)),
            ("990105194912310020", Some(Reason::Prefix)),
            ("11010519491231", Some(Reason::Length)),
            ("1101051949123a002x", Some(Reason::Letter)),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
    }
}
