//! The reader of numbers: every numeral of a message, in one pass, for all readers that build on numbers.
//!
//! What counts as a number, and what is only a character in a word:
//!
//! - Arabic digits count unless letters are glued to them (cz3102, 12a); k, w, % and the Latin units may follow.
//! - A numeral by position (三百, 二十五) or of three and more digits (三幺零二) counts.
//! - A single digit (三), 两, 十 or a pair of digits (六八) counts where something counted, a boundary or a word that
//!   asks for a number stands beside it: 三台, 选四, 答案是四; not 三星, 四川, 五粮液.
//! - A digit in formal writing that is also a common character (伍 陆 肆 拾 参) counts alone only as a whole message.
//! - [`words::WORDS`] lists what these rules would still take for a number: 一下, 万一, 七匹狼, 千万别.
mod counts;
mod fraction;
mod magnitude;
mod rules;
mod simple;
mod value;
mod words;

pub use rules::RULES;
pub use value::canonical;
pub use words::word_here;

use super::super::words::WordIndex;
use super::currency::{PREFIXES, currency_at};
use super::found::{Found, Kind, Strength};
use super::measure::measure_at;
use super::numeral::{self, Form};
use super::text::{any_at, char_at, char_before, link_end, skip_space, word_at};
use counts::{counts, discount_at, glued};
use magnitude::magnitude;
use simple::{as_float, sign};
use std::ops::Range;
use std::sync::LazyLock;
use words::WORD_INDEX;

/// A number where it stands in the message.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Where it stands, with its sign, 第, % and the like.
    pub span: Range<usize>,
    /// Where the digits and units start and end, without 第, 打, %: what a measure word follows.
    pub core: Range<usize>,
    /// The value; of an estimate (三四个) the lower end.
    pub value: f64,
    /// The upper end of an estimate.
    pub upper: Option<f64>,
    /// Whether 多, 几, 余, 来 blur it: 四十几万.
    pub inexact: bool,
    /// Whether 第 stands before it.
    pub ordinal: bool,
    /// Whether it is a percentage; the value is what stands before the sign.
    pub percent: bool,
    /// Whether it is a number by the rules of this module, and not only a numeral that other readers may use.
    pub counts: bool,
    /// How the whole part was written.
    pub form: Form,
    /// The unit read last, 1 without: lets 三千五 be told from 三千.
    pub last_unit: i128,
    /// The rule that read it.
    pub rule: &'static str,
}

static PREFIX_INDEX: LazyLock<WordIndex<&(&str, &str)>> = LazyLock::new(|| WordIndex::of(PREFIXES));

pub(super) fn prepare() {
    LazyLock::force(&WORD_INDEX);
    LazyLock::force(&PREFIX_INDEX);
}

/// All numerals of the message in order, none overlapping; [`Number::counts`] tells the numbers among them.
#[must_use]
pub fn scan(chars: &[char]) -> Vec<Number> {
    scan_with(chars, &WORD_INDEX)
}

/// As [`scan`], with another list of words.
fn scan_with(chars: &[char], words: &WordIndex<&'static (&'static str, ())>) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c.is_ascii_alphabetic() && c != 'x' || c == 'x' && char_before(chars, i).is_ascii_alphanumeric() {
            // a currency before a number: rmb100
            if let Some((_, end)) = PREFIX_INDEX.find(chars, i, |_| true)
                && chars[i..end].iter().all(char::is_ascii_alphabetic)
                && char_at(chars, skip_space(chars, end)).is_ascii_digit()
                && !char_before(chars, i).is_ascii_alphanumeric()
            {
                i = end;
                continue;
            }
            if let Some(end) = link_end(chars, i) {
                i = end;
                continue;
            }
            // letters with digits are codes: cz3102, iphone15
            while char_at(chars, i).is_ascii_alphanumeric() {
                i += 1;
            }
            continue;
        }
        if !may_start(c) {
            i += 1;
            continue;
        }
        // 几十万, 数百: nobody knows how many
        if matches!(c, '几' | '数') {
            i += 1;
            while numeral::small_unit(char_at(chars, i)).is_some() || numeral::big_unit(char_at(chars, i)).is_some() {
                i += 1;
            }
            continue;
        }
        if let Some((_, end)) = words.find(chars, i, |_| true) {
            i = end;
            continue;
        }
        match read_at(chars, i) {
            Some(number) => {
                i = number.span.end.max(i + 1);
                numbers.push(number);
            }
            None if c.is_ascii_digit() => {
                while char_at(chars, i).is_ascii_alphanumeric() {
                    i += 1;
                }
            }
            None if numeral::digit(c).is_some() => {
                // the rest of a row of digits too long for a number; a digit before 几, 周三 and the like
                let row = chars[i..].iter().take_while(|&&c| numeral::digit(c).is_some()).count();
                i += if row > numeral::MOST_DIGITS { row } else { 1 };
            }
            None => i += 1,
        }
    }
    numbers
}

/// Whether a number, or a word of [`WORDS`], may start with the character.
fn may_start(c: char) -> bool {
    numeral::digit(c).is_some()
        || numeral::small_unit(c).is_some()
        || numeral::big_unit(c).is_some()
        || numeral::contracted_ten(c).is_some()
        || matches!(c, '几' | '数' | '两' | '俩' | '倆' | '兩' | '双' | '半' | '负' | '-' | '.' | '第')
}

/// Reads the number that starts at `at`, with its sign or 第.
fn read_at(chars: &[char], at: usize) -> Option<Number> {
    let first = char_at(chars, at);
    if first == '第' {
        let start = skip_space(chars, at + 1);
        let whole = numeral::whole(chars, start, false)?;
        let end = start + whole.length;
        return Some(Number {
            span: at..end,
            core: start..end,
            value: as_float(whole.value),
            upper: None,
            inexact: false,
            ordinal: true,
            percent: false,
            counts: !char_at(chars, end).is_ascii_alphanumeric(),
            form: whole.form,
            last_unit: whole.last_unit,
            rule: "number.ordinal",
        });
    }
    // 周三, 星期五, 礼拜天: the digit names a day
    if matches!(char_before(chars, at), '周' | '拜') || at >= 2 && word_at(chars, at - 2, "星期").is_some() {
        return None;
    }
    if let Some(length) = sign(chars, at) {
        let m = magnitude(chars, at + length)?;
        return Some(Number {
            span: at..m.end,
            core: at..m.core,
            value: -m.value,
            upper: m.upper,
            inexact: m.inexact,
            ordinal: false,
            percent: m.percent,
            counts: m.upper.is_none() && !glued(chars, &m) && discount_at(chars, m.end).is_none(),
            form: m.form,
            last_unit: m.last_unit,
            rule: if m.rule == "number.whole" { "number.negative" } else { m.rule },
        });
    }
    let m = magnitude(chars, at)?;
    let counts = !glued(chars, &m) && discount_at(chars, m.core).is_none() && counts(chars, at, &m);
    Some(Number {
        span: at..m.end,
        core: at..m.core,
        value: m.value,
        upper: m.upper,
        inexact: m.inexact,
        ordinal: false,
        percent: m.percent,
        counts,
        form: m.form,
        last_unit: m.last_unit,
        rule: m.rule,
    })
}

/// Turns the numbers of a message into findings; `numbers` is what [`scan`] gave.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    for (index, number) in numbers.iter().enumerate() {
        if let Some(next) = numbers.get(index + 1)
            && let Some(joined) = joined(chars, number, next)
        {
            let value = format!("{}/{}", canonical(number.value), canonical(next.value));
            // 020-12345678 and 784-2345678901 have the shape too
            let digits = joined.len() > 9 && char_at(chars, number.span.end) == '-';
            let strength = if digits { Strength::Bare } else { Strength::Certain };
            out.push(Found::new(Kind::NumberRange, joined, value, strength, "number.range"));
        }
        if !number.counts {
            continue;
        }
        let counted = measure_at(chars, number.core.end).is_some() || currency_at(chars, number.core.end).is_some();
        let strength = if counted || number.percent || number.ordinal { Strength::Certain } else { Strength::Bare };
        let found = if let Some(upper) = number.upper {
            let value = format!("{}/{}", canonical(number.value), canonical(upper));
            Found::new(Kind::NumberRange, number.span.clone(), value, strength, number.rule)
        } else {
            Found::new(Kind::Number, number.span.clone(), canonical(number.value), strength, number.rule)
        };
        let found = if number.inexact || number.upper.is_some() { found.with("inexact", "true") } else { found };
        let found = if number.percent { found.with("unit", "%") } else { found };
        out.push(if number.ordinal { found.with("ordinal", "true") } else { found });
    }
}

/// The span of two numbers that form a range: joined by one of the joining words, the smaller first.
#[must_use]
pub fn joined(chars: &[char], first: &Number, second: &Number) -> Option<Range<usize>> {
    let mut at = skip_space(chars, first.span.end);
    at += any_at(chars, at, &["到", "至", "-", "~", "—", "–", "～"])?;
    at = skip_space(chars, at);
    let plain = first.upper.is_none() && second.upper.is_none() && !first.ordinal && !second.ordinal;
    (at == second.span.start && plain && first.value < second.value).then_some(first.span.start..second.span.end)
}

#[cfg(test)]
mod tests {
    use super::words::WORDS;
    use super::*;

    #[test]
    fn words_are_sorted_and_each_stands_once() {
        for pair in WORDS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "move {} behind {}", pair[0].0, pair[1].0);
        }
        for (word, ()) in WORDS {
            assert!(
                word.chars().next().is_some_and(may_start),
                "{word}: the scan does not stop at its first character"
            );
        }
    }

    #[test]
    fn every_word_is_needed() {
        let none = WordIndex::of(&[]);
        let found = |text: &str, words: &WordIndex<_>| {
            let chars: Vec<char> = text.chars().collect();
            let numbers = scan_with(&chars, words);
            let mut out = Vec::new();
            read(&chars, &numbers, &mut out);
            super::super::amount::read(&chars, &numbers, &mut out);
            super::super::quantity::read(&chars, &numbers, &mut out);
            super::super::passenger_count::read(&chars, &numbers, &mut out);
            out.retain(|f| f.kind != Kind::Discount);
            out.len()
        };
        let idle: Vec<_> = WORDS
            .iter()
            .map(|(word, ())| *word)
            .filter(|word| {
                let texts = [(*word).to_owned(), format!("这{word}的"), format!("是{word}吗")];
                texts.iter().all(|t| found(t, &WORD_INDEX) == found(t, &none))
            })
            .collect();
        assert!(idle.is_empty(), "the rules do without these: {idle:?}");
    }

    #[test]
    fn numerals_in_words_are_no_numbers() {
        for text in [
            "看一下",
            "我们一起去",
            "三星电视",
            "万一下雨呢",
            "来瓶五粮液",
            "七匹狼外套",
            "千万别取消",
            "百度地图",
            "收拾东西",
            "排队伍",
            "台湾和大陆",
            "左右两难",
            "一直打不通",
            "唯一的办法",
            "等了半天",
            "九九归一",
            "人气十足",
            "非常十分满意",
            "统一方便面",
            "周三出发",
            "参加活动",
            "百货商场",
            "万达广场",
            "四川火锅",
            "三亚机票",
            "零食大礼包",
        ] {
            let chars: Vec<char> = text.chars().collect();
            let mut found = Vec::new();
            read(&chars, &scan(&chars), &mut found);
            assert!(found.is_empty(), "{text} gives {found:?}: see `counts` and `WORDS`");
        }
    }
}
