//! Rows of letters and digits: the raw material of every identifier.
//!
//! A [`Code`] is an unbroken row of Latin letters and digits. Spoken digits (幺三八, 洞幺拐) join a row where three or more
//! stand together, and letters spelled one by one (c z 三幺零二) form one row. Rows that a space, a dash or a dot parts are
//! neighbours; readers decide which of them belong together (138 0013 8000, 784-2345678901).

use super::numeral;
use super::text::{char_at, char_before, link_end};
use std::ops::Range;

/// One row, folded to lower-case ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Where it stands.
    pub span: Range<usize>,
    /// The folded characters, in the buffer of [`Codes`].
    text: Range<usize>,
    /// Whether Chinese digits stand in it.
    pub spoken: bool,
    /// How many digits stand in it.
    pub digits: usize,
}

/// All rows of a message.
#[derive(Debug, Default)]
pub struct Codes {
    /// The rows, in order.
    pub rows: Vec<Code>,
    buffer: String,
    /// Whether a row has been taken by a reading that admits no other, by index.
    pub taken: Vec<bool>,
}

impl Codes {
    /// The folded text of a row.
    #[must_use]
    pub fn text(&self, index: usize) -> &str {
        self.rows.get(index).map_or("", |row| &self.buffer[row.text.clone()])
    }

    /// Whether the row is digits alone.
    #[must_use]
    pub fn is_number(&self, index: usize) -> bool {
        self.rows.get(index).is_some_and(|row| row.digits == row.text.len() && row.digits > 0)
    }

    /// The character between a row and the next one, if exactly one parts them and both belong to one kind of writing.
    #[must_use]
    pub fn gap(&self, chars: &[char], index: usize) -> Option<char> {
        let (row, next) = (self.rows.get(index)?, self.rows.get(index + 1)?);
        match next.span.start - row.span.end {
            0 => Some('\0'),
            1 => Some(char_at(chars, row.span.end)),
            _ => None,
        }
    }

    /// Puts into `joined` the rows from `index` on that spaces or dashes alone part, digits alone.
    pub fn join(&self, chars: &[char], index: usize, joined: &mut Joined) {
        joined.digits.clear();
        joined.steps.clear();
        let mut i = index;
        while self.is_number(i) && !self.taken[i] && joined.digits.len() + self.rows[i].digits <= MOST_JOINED {
            joined.digits.push_str(self.text(i));
            i += 1;
            joined.steps.push((joined.digits.len(), i));
            let dotted = matches!(joined.digits.len(), 3 | 7) && joined.digits.starts_with('1');
            let gap = self.gap(chars, i - 1);
            let goes_on = matches!(gap, Some(' ' | '-' | ')' | '\0')) || gap == Some('.') && dotted;
            if !goes_on {
                break;
            }
        }
    }

    /// Marks rows as taken.
    pub fn take(&mut self, rows: Range<usize>) {
        for taken in &mut self.taken[rows] {
            *taken = true;
        }
    }
}

/// Most digits that rows are joined to.
const MOST_JOINED: usize = 20;

/// Rows of digits that may be one number, joined step by step.
#[derive(Debug, Default)]
pub struct Joined {
    digits: String,
    /// How many digits are joined, and the index behind the last row.
    steps: Vec<(usize, usize)>,
}

impl Joined {
    /// For each step of `most` digits at most the digits so far and the index behind the last row, longest first.
    pub fn longest_first(&self, most: usize) -> impl Iterator<Item = (&str, usize)> + '_ {
        let steps = self.steps.iter().rev().filter(move |(length, _)| *length <= most);
        steps.map(|&(length, next)| (&self.digits[..length], next))
    }
}

/// Finds all rows of a message.
#[must_use]
pub fn scan(chars: &[char]) -> Codes {
    let mut codes = Codes::default();
    let mut i = 0;
    while i < chars.len() {
        if matches!(chars[i], 'h' | 'w')
            && let Some(end) = link_end(chars, i)
        {
            i = end;
            continue;
        }
        let start = i;
        let from = codes.buffer.len();
        let mut spoken = false;
        let mut digits = 0;
        loop {
            let c = char_at(chars, i);
            if c.is_ascii_alphanumeric() {
                // letters spelled one by one: m i 5520, c z
                codes.buffer.push(c);
                digits += usize::from(c.is_ascii_digit());
                i += 1;
                if spelled_on(chars, start, i) {
                    i += 1;
                }
            } else if !c.is_ascii() && numeral::spoken_digit(c).is_some() {
                let run = spoken_run(chars, i);
                if run == 0 {
                    // too short, or part of a number by position: not a row, and not looked at again
                    if i == start {
                        i += chars[i..]
                            .iter()
                            .take_while(|&&c| !c.is_ascii() && numeral::spoken_digit(c).is_some())
                            .count();
                    }
                    break;
                }
                for &c in &chars[i..i + run] {
                    if let Some(d) = numeral::spoken_digit(c) {
                        codes.buffer.push(char::from(b'0' + d));
                        digits += 1;
                    }
                }
                spoken = true;
                i += run;
                // what is left of the row belongs to the number behind it
                if numeral::spoken_digit(char_at(chars, i)).is_some() && !char_at(chars, i).is_ascii() {
                    break;
                }
            } else {
                break;
            }
        }
        if codes.buffer.len() > from {
            codes.rows.push(Code { span: start..i, text: from..codes.buffer.len(), spoken, digits });
            codes.taken.push(false);
        } else if i == start {
            i += 1;
        }
    }
    codes
}

/// Whether a single letter ends at `at`, and a space and another single letter or spoken digits follow it.
fn spelled_on(chars: &[char], start: usize, at: usize) -> bool {
    let single = |i: usize| {
        char_at(chars, i).is_ascii_lowercase()
            && !char_at(chars, i + 1).is_ascii_alphanumeric()
            && (i == start || char_before(chars, i) == ' ')
    };
    char_at(chars, at) == ' ' && single(at - 1) && single(at + 1)
}

/// How many spoken digits starting at `at` form a row: the run, less a digit that belongs to a unit behind it; 0 where it
/// is shorter than three or a number by position.
fn spoken_run(chars: &[char], at: usize) -> usize {
    let mut run = chars[at..].iter().take_while(|&&c| !c.is_ascii() && numeral::spoken_digit(c).is_some()).count();
    let after = char_at(chars, at + run);
    if numeral::big_unit(after).is_some() || after == '点' && run < 4 {
        return 0;
    }
    if numeral::small_unit(after).is_some() || numeral::contracted_ten(after).is_some() {
        run -= 1;
    }
    // 二十四三幺零二: the digit behind the ten belongs to it
    let before = char_before(chars, at);
    if numeral::small_unit(before).is_some() || numeral::big_unit(before).is_some() {
        return 0;
    }
    let beside = before.is_ascii_alphanumeric() || after.is_ascii_digit();
    if run >= 3 || run > 0 && beside && (before.is_ascii_digit() || after.is_ascii_digit()) && chars[at] != '两' {
        run
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let codes = scan(&chars);
        (0..codes.rows.len()).map(|i| codes.text(i).to_owned()).collect()
    }

    #[test]
    fn rows_are_folded() {
        assert_eq!(rows("坐c z 三幺零二走"), ["cz", "3102"]);
        assert_eq!(rows("单号w d七七零三"), ["wd7703"]);
        assert_eq!(rows("洞幺拐"), ["017"]);
        assert_eq!(rows("138 0013 8000"), ["138", "0013", "8000"]);
        assert_eq!(rows("三个 三五天 二十四号坐三二零三"), ["3203"]);
        assert_eq!(rows("三幺零二二十四号"), ["3102"]);
        assert_eq!(rows("看 a b 卡"), ["ab"]);
    }
}
