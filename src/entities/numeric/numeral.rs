//! Chinese and Arabic numerals as whole numbers: the floor on which every other reader stands.
//!
//! A numeral is written by position (两千零二十六), by digits alone (二零二六, 2026), or by both (6万8000).
//! The rules, each an example:
//!
//! | rule | example |
//! |---|---|
//! | digits and units, largest unit first | 一百零五 → 105, 两千零二十六 → 2026 |
//! | a unit that opens counts once | 十二 → 12, 百二 → 120, 千三 → 1300 |
//! | a last digit behind a unit, no 零 between, is one tenth of that unit | 一百五 → 150, 一万六 → 16000 |
//! | big units close what stands before them and may repeat | 四十万亿, 六万万 |
//! | digits without a unit are read one by one | 二零二六 → 2026, 三幺零二 → 3102 |
//! | two neighbours (三四天, 七八十) are an estimate, not a number | [`integer`] → `None`, [`estimate`] → 3 and 4 |
//! | 两 counts, and is never a digit among digits | 两千 → 2000, 两三天 → an estimate |
//!
//! Every function reads from `at` forward only, each character once, and never panics.

use super::prescan::may_be_numeral;

/// The value of a digit as it is counted with, or `None`: 三, 叁 and `3` are 3, 〇 is 0; not 两, 洞 or 拐.
///
/// ```text
/// digit('七') -> Some(7), digit('两') -> None
/// ```
#[must_use]
pub fn digit(c: char) -> Option<u8> {
    #[cfg(test)]
    super::super::work::look(1);
    if may_be_numeral(c) { digit_of(c) } else { None }
}

/// [`digit`] without the quick look.
pub(super) const fn digit_of(c: char) -> Option<u8> {
    Some(match c {
        '0'..='9' => c as u8 - b'0',
        '零' | '〇' => 0,
        '一' | '壹' | '幺' | '弌' => 1,
        '二' | '贰' | '弍' => 2,
        '三' | '叁' | '参' | '弎' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// The value of a digit as it is spelled out over a radio or a telephone: as [`digit`], and 洞 0, 两 2, 拐 7, 勾 9.
#[must_use]
pub fn spoken_digit(c: char) -> Option<u8> {
    match c {
        '洞' => Some(0),
        '两' => Some(2),
        '拐' => Some(7),
        '勾' => Some(9),
        _ => digit(c),
    }
}

/// The value of a unit below ten thousand: 十 10, 百 100, 千 1000 and their formal forms.
#[must_use]
pub const fn small_unit(c: char) -> Option<i64> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        _ => return None,
    })
}

/// The value of a unit that groups by ten thousand: 万, 亿, 兆.
#[must_use]
pub const fn big_unit(c: char) -> Option<i64> {
    Some(match c {
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        '兆' => 1_000_000_000_000,
        _ => return None,
    })
}

/// The value of a contracted ten: 廿 20, 卅 30, 卌 40.
#[must_use]
pub const fn contracted_ten(c: char) -> Option<i64> {
    Some(match c {
        '廿' => 20,
        '卅' => 30,
        '卌' => 40,
        _ => return None,
    })
}

/// 两, 俩 and their kin, which count two but are no digit.
const fn is_liang(c: char) -> bool {
    matches!(c, '两' | '俩' | '兩' | '倆')
}

fn chinese_digit(c: char) -> Option<u8> {
    if c.is_ascii() { None } else { digit(c) }
}

fn is_any_unit(c: char) -> bool {
    small_unit(c).is_some() || big_unit(c).is_some()
}

/// How a whole number was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Arabic digits alone: 2026.
    Arabic,
    /// Chinese digits alone, read one by one: 二零二六, 七.
    Digits,
    /// With a unit: 两千零二十六, 3万.
    Positional,
}

/// A whole number as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// The value.
    pub value: i128,
    /// Characters read.
    pub length: usize,
    /// How it was written.
    pub form: Form,
    /// The unit read last, 1 without one: 1000 in 三千, 10 in 三千零二十五.
    pub last_unit: i128,
    /// Whether the last digit was read as a tenth of the unit before it: 一百五.
    pub shortened: bool,
    /// What stands behind the last unit of ten thousand or more, which a following 多万 counts again: 2000 in 一亿两千.
    pub section: i128,
}

/// Longest run of digits that still is a number; longer ones are codes.
pub const MOST_DIGITS: usize = 30;

/// Reads the whole number that starts at `at`: its value and the characters it takes.
///
/// `None` where no numeral starts, where the value does not fit, and for estimates (三四天: see [`estimate`]).
/// Digits are read one by one where no unit follows; spaces end a number.
///
/// ```text
/// 十二 -> (12, 2)   两千零二十六 -> (2026, 6)   二零二六年 -> (2026, 4)   廿三 -> (23, 2)   一百五 -> (150, 3)
/// ```
#[must_use]
pub fn integer(chars: &[char], at: usize) -> Option<(i64, usize)> {
    let whole = whole(chars, at, false)?;
    Some((i64::try_from(whole.value).ok()?, whole.length))
}

/// Reads two neighbouring digits that estimate: the lower value, the upper value, and the characters they take.
///
/// The second digit is one more than the first (两三, 七八, 三五 too, as it is said), or the pair is 三两.
/// A unit before them or behind them counts for both: 十五六 → 15 and 16, 七八十 → 70 and 80, 两三百 → 200 and 300.
///
/// ```text
/// 三四天 -> (3, 4, 2)   十五六 -> (15, 16, 3)   两三百 -> (200, 300, 3)   三五个 -> (3, 5, 2)
/// ```
#[must_use]
pub fn estimate(chars: &[char], at: usize) -> Option<(i64, i64, usize)> {
    let counting = |c: char| {
        if is_liang(c) { Some(2) } else { chinese_digit(c) }
    };
    let mut i = at;
    let mut base = 0;
    if chars.get(at).is_none_or(|&c| c.is_ascii() || !may_be_numeral(c)) {
        return None;
    }
    // 十五六, 二十七八: a ten before the pair
    if let Some(tens) = chars.get(i).and_then(|&c| chinese_digit(c))
        && chars.get(i + 1) == Some(&'十')
        && tens > 0
    {
        base = i64::from(tens) * 10;
        i += 2;
    } else if chars.get(i) == Some(&'十') {
        base = 10;
        i += 1;
    }
    let (first, second) = (*chars.get(i)?, *chars.get(i + 1)?);
    let (a, b) = (counting(first)?, counting(second)?);
    let neighbours =
        a > 0 && b == a + 1 || (a, b) == (3, 5) && base == 0 && chars.get(i + 2).is_none_or(|&c| !is_any_unit(c));
    let (a, b) = if neighbours {
        (a, b)
    } else if base == 0 && a == 3 && is_liang(second) {
        (2, 3)
    } else {
        return None;
    };
    // a third digit makes it a row of digits: 三四五六
    i += 2;
    if chars.get(i).is_some_and(|&c| counting(c).is_some()) || i - 2 > at && base == 0 {
        return None;
    }
    let mut unit = 1;
    if base == 0 {
        while let Some(&c) = chars.get(i) {
            let Some(u) = small_unit(c).filter(|_| unit == 1).or_else(|| big_unit(c).filter(|_| unit < 10_000)) else {
                break;
            };
            unit *= u;
            i += 1;
        }
    } else if let Some(u) = chars.get(i).and_then(|&c| big_unit(c)) {
        unit = u;
        i += 1;
    }
    Some(((base + i64::from(a)) * unit, (base + i64::from(b)) * unit, i - at))
}

/// Reads the whole number that starts at `at`, with how it was written; `spaced` lets single spaces stand inside
/// a number by position (三千 八百).
#[must_use]
pub fn whole(chars: &[char], at: usize, spaced: bool) -> Option<Whole> {
    let first = *chars.get(at)?;
    if first.is_ascii_digit() {
        let run = chars[at..].iter().take(MOST_DIGITS + 1).take_while(|c| c.is_ascii_digit()).count();
        #[cfg(test)]
        super::super::work::look(run);
        if run > MOST_DIGITS {
            return None;
        }
        let value = chars[at..at + run].iter().fold(0i128, |v, &c| v * 10 + i128::from(c as u8 - b'0'));
        let arabic = Whole { value, length: run, form: Form::Arabic, last_unit: 1, shortened: false, section: value };
        return Some(positional(chars, at, spaced, Some((value, run))).unwrap_or(arabic));
    }
    if estimate(chars, at).is_some() {
        return None;
    }
    if let Some(found) = positional(chars, at, spaced, None) {
        return Some(found);
    }
    digits_one_by_one(chars, at)
}

/// 二零二六, 三幺零二, 七, 两: Chinese digits without a unit.
fn digits_one_by_one(chars: &[char], at: usize) -> Option<Whole> {
    let one = |value, length| {
        Some(Whole { value, length, form: Form::Digits, last_unit: 1, shortened: false, section: value })
    };
    let first = chars[at];
    if is_liang(first) {
        // 两三天 is an estimate, 两两 a word
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        return if chinese_digit(next).is_some() || is_liang(next) { None } else { one(2, 1) };
    }
    chinese_digit(first)?;
    let mut run = 0;
    while run <= MOST_DIGITS {
        match chars.get(at + run) {
            Some('0') if chars.get(at + run + 1).is_some_and(|&c| chinese_digit(c).is_some()) => run += 1,
            Some(&c) if chinese_digit(c).is_some() => run += 1,
            _ => break,
        }
    }
    if run > MOST_DIGITS {
        return None;
    }
    let next = chars.get(at + run).copied().unwrap_or(' ');
    if run == 1 && chars[at] == '三' && is_liang(next) {
        return None;
    }
    // 三幺零二二十四号: the last digit belongs to the unit behind it
    if run > 1 && (small_unit(next).is_some() || contracted_ten(next).is_some()) {
        run -= 1;
    }
    let value = chars[at..at + run].iter().filter_map(|&c| digit(c)).fold(0i128, |v, d| v * 10 + i128::from(d));
    one(value, run)
}

/// What has been read of a number by position.
#[derive(Clone, Copy)]
struct Position {
    /// Closed by a unit of ten thousand or more.
    total: i128,
    /// Below the big unit that may follow.
    section: i128,
    /// A number still without its unit, and whether 零 stands before it.
    pending: Option<i128>,
    after_zero: bool,
    /// The unit before, for the order of units.
    small: i128,
    big: i128,
    /// The unit read last of all.
    last: i128,
}

impl Position {
    /// The value below the next big unit, with the short form 一百五.
    fn open(&self) -> (i128, bool) {
        match self.pending {
            None => (self.section, false),
            Some(p) if p > 0 && p < 10 && !self.after_zero && self.small < 10_000 && self.small > 10 => {
                (self.section + p * self.small / 10, true)
            }
            Some(p) => (self.section + p, false),
        }
    }

    /// The whole value, with the short forms 一百五 and 一万六.
    fn close(&self) -> (i128, bool) {
        match self.pending {
            Some(p)
                if p > 0
                    && p < 10
                    && !self.after_zero
                    && self.section == 0
                    && self.small == 10_000
                    && self.big < i128::MAX =>
            {
                (self.total + p * self.big / 10, true)
            }
            _ => {
                let (open, shortened) = self.open();
                (self.total + open, shortened)
            }
        }
    }
}

/// A number with at least one unit; `arabic` is the run of digits it opens with.
fn positional(chars: &[char], at: usize, spaced: bool, arabic: Option<(i128, usize)>) -> Option<Whole> {
    let mut p =
        Position { total: 0, section: 0, pending: None, after_zero: false, small: 10_000, big: i128::MAX, last: 0 };
    let mut i = at;
    // the last place where the number may end, and its value there
    let mut good: Option<(Position, usize)> = None;
    // the same behind the last unit, for a digit that turns out to open the next number
    let mut closed: Option<(Position, usize)> = None;
    if let Some((value, run)) = arabic {
        p.pending = Some(value);
        i += run;
    }
    loop {
        let mut c = chars.get(i).copied().unwrap_or('\0');
        if c == ' ' && spaced && i > at {
            let next = chars.get(i + 1).copied().unwrap_or('\0');
            if !may_follow_space(chars, i + 1, next, &p, arabic.is_some()) {
                break;
            }
            i += 1;
            c = next;
        }
        let counted = if is_liang(c) {
            chars.get(i + 1).is_some_and(|&n| is_any_unit(n) && n != '十').then_some(2)
        } else {
            digit(c)
        };
        if let Some(d) = counted {
            if p.pending.is_some() {
                break;
            }
            if c.is_ascii_digit() {
                // 6万8000, 43万5千, 2千零40: a run of Arabic digits behind a unit must fit below it
                let run = chars[i..].iter().take(5).take_while(|c| c.is_ascii_digit()).count();
                let value = chars[i..i + run].iter().fold(0, |v, &c| v * 10 + i128::from(c as u8 - b'0'));
                let room = if p.small < 10_000 { p.small } else { p.big.min(10_000) };
                let unit_next = chars.get(i + run).is_some_and(|&n| is_any_unit(n));
                if run > 4 || arabic.is_none() && i == at || !unit_next && value >= room || value == 0 && p.last > 0 {
                    break;
                }
                p.pending = Some(value);
                i += run;
            } else if d == 0 && p.last > 0 {
                if p.after_zero {
                    break;
                }
                p.after_zero = true;
                i += 1;
                continue;
            } else {
                p.pending = Some(i128::from(d));
                i += 1;
            }
            if p.last > 0 {
                good = Some((p, i));
            }
        } else if let Some(u) = small_unit(c).map(i128::from) {
            let count = match p.pending {
                Some(0) if u == 10 => 1,
                Some(v) if v > 0 && (v < 10 || u == 1000 && v < 100) => v,
                None if u == 10 => 1,
                None if p.last == 0 && chars.get(i + 1).is_some_and(|&n| chinese_digit(n).is_some_and(|d| d > 0)) => 1,
                _ => break,
            };
            if u >= p.small {
                // 一百二百: the digit before belongs to the next number
                good = closed;
                break;
            }
            p.section += count * u;
            p.pending = None;
            p.after_zero = false;
            p.small = u;
            p.last = u;
            i += 1;
            good = Some((p, i));
            closed = good;
        } else if let Some(t) = contracted_ten(c).map(i128::from) {
            if p.pending.is_some() || p.small <= 10 {
                break;
            }
            p.section += t;
            p.after_zero = false;
            p.small = 10;
            p.last = 10;
            i += 1;
            good = Some((p, i));
            closed = good;
        } else if let Some(u) = big_unit(c).filter(|_| c != '兆' || counts_billions(chars, i)).map(i128::from) {
            let (open, _) = p.open();
            if open == 0 && p.total == 0 {
                // 万九: a unit that opens, with a digit behind it
                let opens = p.last == 0
                    && p.pending.is_none()
                    && chars.get(i + 1).is_some_and(|&n| chinese_digit(n).is_some_and(|d| d > 0));
                if !opens {
                    break;
                }
                p.total = u;
            } else if p.last > 0 && u >= p.big && (open == 0 || u > p.big) {
                // 六万万, 六十二万亿, 一万五千亿
                match (p.total + open).checked_mul(u) {
                    Some(v) => p.total = v,
                    None => break,
                }
            } else if u < p.big {
                match open.checked_mul(u).and_then(|v| v.checked_add(p.total)) {
                    Some(v) => p.total = v,
                    None => break,
                }
            } else {
                good = closed;
                break;
            }
            p.section = 0;
            p.pending = None;
            p.after_zero = false;
            p.small = 10_000;
            p.big = u;
            p.last = u;
            i += 1;
            good = Some((p, i));
            closed = good;
        } else {
            break;
        }
    }
    let (p, end) = good?;
    let (value, shortened) = p.close();
    Some(Whole { value, length: end - at, form: Form::Positional, last_unit: p.last, shortened, section: p.open().0 })
}

/// Whether 兆 at `at` is a million millions and not a megabyte: a number or money goes on behind it, or nothing does.
fn counts_billions(chars: &[char], at: usize) -> bool {
    chars.get(at + 1).is_none_or(|&c| {
        !c.is_alphanumeric()
            || digit(c).is_some()
            || is_any_unit(c)
            || is_liang(c)
            || matches!(c, '元' | '日' | '韩' | '美' | '人')
    })
}

/// Whether a number by position goes on behind a space: 三千 八百, 7万 5千, 一百 五 十; not 3 2 1 or 2 百货.
fn may_follow_space(chars: &[char], next_at: usize, next: char, p: &Position, arabic: bool) -> bool {
    if p.pending.is_some() {
        // a unit for what stands before: 四 百, 1600 万
        // 4 百 alone; not 2 百货
        let closes = chars.get(next_at + 1).is_none_or(|c| !c.is_alphanumeric());
        return big_unit(next).is_some() || (!arabic || p.last > 0 || closes) && small_unit(next).is_some();
    }
    if p.last == 0 {
        return false;
    }
    if next.is_ascii_digit() {
        return chars.get(next_at + 1).is_some_and(|&c| is_any_unit(c));
    }
    if small_unit(next).is_some() || big_unit(next).is_some() {
        return true;
    }
    if is_liang(next) || chinese_digit(next).is_some() {
        // behind the digit: a unit, the end, or the rest of a fraction or decimal; never a measure word
        let after = chars.get(next_at + 1).copied().unwrap_or(' ');
        if !after.is_alphanumeric() && chars.get(next_at + 2) != Some(&'又') {
            return true;
        }
        let after = if after == ' ' { chars.get(next_at + 2).copied().unwrap_or(' ') } else { after };
        return is_any_unit(after)
            || chinese_digit(after).is_some()
            || matches!(after, ' ' | '又' | '分' | '点' | ',' | '。' | '.');
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn whole_numbers_are_read_as_said() {
        let cases: &[(&str, Option<(i64, usize)>)] = &[
            ("十二", Some((12, 2))),
            ("二十一", Some((21, 3))),
            ("一百零五", Some((105, 4))),
            ("两千零二十六", Some((2026, 6))),
            ("二零二六", Some((2026, 4))),
            ("二〇二七年", Some((2027, 4))),
            ("2026", Some((2026, 4))),
            ("2026年", Some((2026, 4))),
            ("廿三", Some((23, 2))),
            ("卅", Some((30, 1))),
            ("卅一号", Some((31, 2))),
            ("两", Some((2, 1))),
            ("两天", Some((2, 1))),
            ("两三天", None),
            ("三四天", None),
            ("三两天", None),
            ("三幺零二", Some((3102, 4))),
            ("幺三八", Some((138, 3))),
            ("三四五六", Some((3456, 4))),
            ("七", Some((7, 1))),
            ("十", Some((10, 1))),
            ("十月", Some((10, 1))),
            ("一百五", Some((150, 3))),
            ("一千六百", Some((1600, 4))),
            ("两千五", Some((2500, 3))),
            ("两万五", Some((25000, 3))),
            ("一万六", Some((16000, 3))),
            ("一万零三", Some((10003, 4))),
            ("一万零三十", Some((10030, 5))),
            ("三万四千", Some((34000, 4))),
            ("3万", Some((30000, 2))),
            ("6万8000", Some((68000, 6))),
            ("43万5千", Some((435_000, 5))),
            ("2千零40", Some((2040, 5))),
            ("四十万亿", Some((40_000_000_000_000, 4))),
            ("六万万", Some((600_000_000, 3))),
            ("六亿零七", Some((600_000_007, 4))),
            ("七百卅二", Some((732, 4))),
            ("千二", Some((1200, 2))),
            ("百五", Some((150, 2))),
            ("百货", None),
            ("千万", None),
            ("万", None),
            ("百", None),
            ("一百个", Some((100, 2))),
            ("一百零", Some((100, 2))),
            ("三十五六", None),
            ("三幺零二二十四号", Some((3102, 4))),
            ("一百二百", Some((100, 2))),
            ("十十", Some((10, 1))),
            ("5十", Some((50, 2))),
            ("零", Some((0, 1))),
            ("零五", Some((5, 2))),
            ("三千 八百", Some((3000, 2))),
            ("", None),
            ("年", None),
        ];
        for (text, expected) in cases {
            assert_eq!(
                integer(&chars(text), 0),
                *expected,
                "{text}: see the rules of `positional` and `digits_one_by_one`"
            );
        }
    }

    #[test]
    fn estimates_keep_both_ends() {
        type Case = (&'static str, Option<(i64, i64, usize)>);
        let cases: &[Case] = &[
            ("三四天", Some((3, 4, 2))),
            ("两三百", Some((200, 300, 3))),
            ("七八十", Some((70, 80, 3))),
            ("十五六", Some((15, 16, 3))),
            ("二十七八", Some((27, 28, 4))),
            ("三五个", Some((3, 5, 2))),
            ("三两个", Some((2, 3, 2))),
            ("两三万", Some((20_000, 30_000, 3))),
            ("三四五", None),
            ("三六", None),
            ("十五", None),
        ];
        for (text, expected) in cases {
            assert_eq!(estimate(&chars(text), 0), *expected, "{text}");
        }
    }
}
