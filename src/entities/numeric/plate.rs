//! Mainland number plates, the new-energy plates of eight characters too.

use super::code::Codes;
use super::found::{Found, Kind, Reason, Rule, Strength};
use super::numeral;
use super::text::{char_at, word_before};

/// The rules of this reader.
pub const RULES: &[Rule] = &[Rule {
    name: "plate",
    reads: "a province's character, a letter, and five characters (six for new energy); a dot, a dash or spaces inside",
    kind: Kind::PlateNo,
    examples: &[
        ("粤b·88f66交停车费", "粤b·88f66", "粤B88F66"),
        ("沪a 12345", "沪a 12345", "沪A12345"),
        ("车牌京a八八幺六六", "京a八八幺六六", "京A88166"),
        ("苏ed12345", "苏ed12345", "苏ED12345"),
        ("浙c7788挂", "浙c7788挂", "浙C7788挂"),
        ("我的车牌鲁b 1 2 k 九九", "鲁b 1 2 k 九九", "鲁B12K99"),
        ("车牌号粤a1234", "粤a1234", "粤A1234"),
    ],
}];

/// Whether the character opens the plates of a province.
#[must_use]
pub const fn is_province(c: char) -> bool {
    matches!(
        c,
        '京' | '津'
            | '沪'
            | '渝'
            | '冀'
            | '豫'
            | '云'
            | '辽'
            | '黑'
            | '湘'
            | '皖'
            | '鲁'
            | '新'
            | '苏'
            | '浙'
            | '赣'
            | '鄂'
            | '桂'
            | '甘'
            | '晋'
            | '蒙'
            | '陕'
            | '吉'
            | '闽'
            | '贵'
            | '粤'
            | '青'
            | '藏'
            | '川'
            | '宁'
            | '琼'
    )
}

/// Reads every plate of the message and marks the rows it takes.
pub fn read(chars: &[char], codes: &mut Codes, out: &mut Vec<Found>) {
    for start in 0..chars.len().saturating_sub(5) {
        if is_province(chars[start])
            && let Some(found) = read_at(chars, start)
        {
            let span = found.span.clone();
            for index in 0..codes.rows.len() {
                let row = &codes.rows[index].span;
                if row.start < span.end && span.start < row.end {
                    codes.take(index..index + 1);
                }
            }
            out.push(found);
        }
    }
}

fn read_at(chars: &[char], start: usize) -> Option<Found> {
    let mut at = start + 1 + usize::from(char_at(chars, start + 1) == ' ');
    let letter = char_at(chars, at);
    if !letter.is_ascii_lowercase() {
        return None;
    }
    at += 1;
    let mut value = String::with_capacity(12);
    value.push(chars[start]);
    value.push(letter.to_ascii_uppercase());
    let mut end = at;
    let mut count = 0;
    let mut digits = 0;
    while count < 7 {
        let mut here = end;
        if matches!(char_at(chars, here), ' ' | '·' | '.' | '-' | '•' | '・') {
            here += 1;
        }
        let c = char_at(chars, here);
        let folded = if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else if let Some(d) = numeral::spoken_digit(c).filter(|_| c != '两') {
            char::from(b'0' + d)
        } else if count >= 4 && matches!(c, '挂' | '学' | '警' | '港' | '澳' | '领' | '使') && here == end {
            c
        } else {
            break;
        };
        digits += usize::from(folded.is_ascii_digit());
        value.push(folded);
        count += 1;
        end = here + 1;
    }
    let cued = ["车牌", "车牌号", "车牌是", "车牌号是", "车牌号码是", "车牌:", "车是"]
        .iter()
        .any(|w| word_before(chars, start, w).is_some());
    let reason = match count {
        5 | 6 if digits >= 2 => value[value.char_indices().nth(2)?.0..].contains(['I', 'O']).then_some(Reason::Letter),
        3..=7 if cued => Some(Reason::Length),
        _ => return None,
    };
    let strength = if cued { Strength::Cued } else { Strength::Certain };
    (reason.is_none() || cued).then(|| Found::new(Kind::PlateNo, start..end, value, strength, "plate").checked(reason))
}
