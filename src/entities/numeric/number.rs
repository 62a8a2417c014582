//! The reader of numbers: every numeral of a message, in one pass, for all readers that build on numbers.
//!
//! What counts as a number, and what is only a character in a word:
//!
//! - Arabic digits count unless letters are glued to them (cz3102, 12a); k, w, % and the Latin units may follow.
//! - A numeral by position (三百, 二十五) or of three and more digits (三幺零二) counts.
//! - A single digit (三), 两, 十 or a pair of digits (六八) counts where something counted, a boundary or a word that
//!   asks for a number stands beside it: 三台, 选四, 答案是四; not 三星, 四川, 五粮液.
//! - A digit in formal writing that is also a common character (伍 陆 肆 拾 参) counts alone only as a whole message.
//! - [`WORDS`] lists what these rules would still take for a number: 一下, 万一, 七匹狼, 千万别.

use super::super::words::WordIndex;
use super::currency::{PREFIXES, currency_at};
use super::found::{Found, Kind, Rule, Strength};
use super::measure::measure_at;
use super::numeral::{self, Form, Whole};
use super::text::{any_at, char_at, char_before, is_boundary, link_end, skip_space, word_at};
use std::ops::Range;
use std::sync::LazyLock;

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

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "number.whole",
        reads: "a whole number, by digits or by position; 幺 is 1, 两 is 2, 廿 is 20; 一百五 is 150",
        kind: Kind::Number,
        examples: &[
            ("给我留十二盒", "十二", "12"),
            ("总共 3,250 人", "3,250", "3250"),
            ("两千三", "两千三", "2300"),
            ("三万五千零八", "三万五千零八", "35008"),
            ("九兆零三亿", "九兆零三亿", "9000300000000"),
            ("6万8千", "6万8千", "68000"),
            ("贰佰壹拾", "贰佰壹拾", "210"),
            ("万八", "万八", "18000"),
            ("结果是七", "七", "7"),
        ],
    },
    Rule {
        name: "number.decimal",
        reads: "a decimal number; 点 or a point; big units and k, w, m may follow",
        kind: Kind::Number,
        examples: &[
            ("圆周率三点一四", "三点一四", "3.14"),
            ("共 27.50", "27.50", "27.5"),
            ("7.35亿", "7.35亿", "735000000"),
            (".25", ".25", "0.25"),
            ("大约 1.5w", "1.5w", "15000"),
            ("80k", "80k", "80000"),
        ],
    },
    Rule {
        name: "number.scientific",
        reads: "a power of ten or a power: 3e4, 2^-2",
        kind: Kind::Number,
        examples: &[("3e4", "3e4", "30000"), ("2^-2", "2^-2", "0.25")],
    },
    Rule {
        name: "number.negative",
        reads: "a number below zero: 负, or a minus that follows no digit",
        kind: Kind::Number,
        examples: &[("负十五", "负十五", "-15"), ("- 350", "- 350", "-350"), ("负 25", "负 25", "-25")],
    },
    Rule {
        name: "number.fraction",
        reads: "a fraction: 分之, 又…分之, or a slash",
        kind: Kind::Number,
        examples: &[
            ("还剩四分之三", "四分之三", "0.75"),
            ("二又四分之一", "二又四分之一", "2.25"),
            ("万分之六", "万分之六", "0.0006"),
            ("7/8", "7/8", "0.875"),
            ("2 3/4", "2 3/4", "2.75"),
            ("十份九", "十份九", "0.9"),
        ],
    },
    Rule {
        name: "number.percent",
        reads: "a percentage; the value is the number before the sign",
        kind: Kind::Number,
        examples: &[
            ("百分之三十五", "百分之三十五", "35"),
            ("涨了12.5%", "12.5%", "12.5"),
            ("低了三个百分点", "三个百分点", "3"),
        ],
    },
    Rule {
        name: "number.half",
        reads: "half of one, or one and a half of something: 一半, 半个, 三个半",
        kind: Kind::Number,
        examples: &[("一半", "一半", "0.5"), ("半个", "半个", "0.5"), ("四个半", "四个半", "4.5")],
    },
    Rule {
        name: "number.inexact",
        reads: "a number blurred by 多, 几, 余 or 来: the round number, marked inexact",
        kind: Kind::Number,
        examples: &[
            ("三十多", "三十多", "30"),
            ("六百余万", "六百余万", "6000000"),
            ("四十几万", "四十几万", "400000"),
            ("一亿两千多万", "一亿两千多万", "120000000"),
            ("百把块钱", "百把", "100"),
        ],
    },
    Rule {
        name: "number.dozen",
        reads: "dozens and pairs: 打 counts twelve, 一对 and 一双 are two; any other count of 对 and 双 is the count",
        kind: Kind::Number,
        examples: &[("两打", "两打", "24"), ("一双", "一双", "2")],
    },
    Rule {
        name: "number.ordinal",
        reads: "a number behind 第",
        kind: Kind::Number,
        examples: &[("第二十一名", "第二十一", "21")],
    },
    Rule {
        name: "number.estimate",
        reads: "two neighbouring digits: an estimate, both ends kept",
        kind: Kind::NumberRange,
        examples: &[("七八十个", "七八十", "70/80"), ("三五个", "三五", "3/5")],
    },
    Rule {
        name: "number.range",
        reads: "two numbers joined by 到, 至, ~ or -, the smaller first",
        kind: Kind::NumberRange,
        examples: &[("大概五到八个", "五到八", "5/8"), ("120-150个", "120-150", "120/150")],
    },
];

/// Words in which a numeral is no number, sorted; kept small: most words fall to the rules above.
pub const WORDS: &[(&str, ())] = &[
    ("一一", ()),
    ("一下", ()),
    ("一世", ()),
    ("一个劲", ()),
    ("一举", ()),
    ("一五一十", ()),
    ("一些", ()),
    ("一会", ()),
    ("一体", ()),
    ("一共", ()),
    ("一切", ()),
    ("一加手机", ()),
    ("一卡通", ()),
    ("一口价", ()),
    ("一口气", ()),
    ("一句话", ()),
    ("一号店", ()),
    ("一同", ()),
    ("一向", ()),
    ("一味", ()),
    ("一声不", ()),
    ("一天到晚", ()),
    ("一如", ()),
    ("一字一", ()),
    ("一定", ()),
    ("一家人", ()),
    ("一对一", ()),
    ("一层层", ()),
    ("一带", ()),
    ("一律", ()),
    ("一心", ()),
    ("一手", ()),
    ("一旁", ()),
    ("一旦", ()),
    ("一时", ()),
    ("一本正经", ()),
    ("一条龙", ()),
    ("一样", ()),
    ("一概", ()),
    ("一次性", ()),
    ("一步步", ()),
    ("一汽", ()),
    ("一流", ()),
    ("一点也", ()),
    ("一点儿", ()),
    ("一点都", ()),
    ("一生", ()),
    ("一番", ()),
    ("一直", ()),
    ("一眼", ()),
    ("一站式", ()),
    ("一级棒", ()),
    ("一线", ()),
    ("一经", ()),
    ("一脸", ()),
    ("一致", ()),
    ("一般", ()),
    ("一行人", ()),
    ("一起", ()),
    ("一路", ()),
    ("一身", ()),
    ("一身儿", ()),
    ("一辈子", ()),
    ("一边", ()),
    ("一道道", ()),
    ("一部分", ()),
    ("一键", ()),
    ("一门心思", ()),
    ("一面之", ()),
    ("一齐", ()),
    ("七七八八", ()),
    ("七上八下", ()),
    ("七分裤", ()),
    ("七匹狼", ()),
    ("七喜", ()),
    ("七嘴八舌", ()),
    ("七夕", ()),
    ("万一", ()),
    ("三七", ()),
    ("三三两两", ()),
    ("三亚", ()),
    ("三人行", ()),
    ("三元桥", ()),
    ("三元牛奶", ()),
    ("三元里", ()),
    ("三分钟热度", ()),
    ("三只松鼠", ()),
    ("三围", ()),
    ("三天两头", ()),
    ("三层肉", ()),
    ("三峡", ()),
    ("三年级", ()),
    ("三心二意", ()),
    ("三文鱼", ()),
    ("三明", ()),
    ("三番", ()),
    ("三级跳", ()),
    ("三脚架", ()),
    ("三言两语", ()),
    ("三轮车", ()),
    ("三道关", ()),
    ("三里屯", ()),
    ("三长两短", ()),
    ("两会", ()),
    ("两侧", ()),
    ("两全", ()),
    ("两回事", ()),
    ("两岸", ()),
    ("两广", ()),
    ("两手", ()),
    ("两旁", ()),
    ("两极", ()),
    ("两样", ()),
    ("两江", ()),
    ("两者", ()),
    ("两难", ()),
    ("两面派", ()),
    ("九九归一", ()),
    ("九分裤", ()),
    ("九号公司", ()),
    ("九号电动", ()),
    ("九寨", ()),
    ("九毛九", ()),
    ("九江", ()),
    ("九牧", ()),
    ("九阳", ()),
    ("九龙", ()),
    ("二七广场", ()),
    ("二位一体", ()),
    ("二层楼", ()),
    ("二手", ()),
    ("二次元", ()),
    ("二流", ()),
    ("二级域", ()),
    ("二维", ()),
    ("二胎", ()),
    ("二话", ()),
    ("二道贩", ()),
    ("二锅头", ()),
    ("五台山", ()),
    ("五号线", ()),
    ("五官", ()),
    ("五棵松", ()),
    ("五笔", ()),
    ("五粮液", ()),
    ("五花", ()),
    ("五角大楼", ()),
    ("五角星", ()),
    ("五谷", ()),
    ("五道口", ()),
    ("五金", ()),
    ("五香", ()),
    ("八卦", ()),
    ("八宝", ()),
    ("八成新", ()),
    ("八方", ()),
    ("八爪", ()),
    ("八角", ()),
    ("八达岭", ()),
    ("八马", ()),
    ("六个核桃", ()),
    ("六亲", ()),
    ("六合", ()),
    ("六味", ()),
    ("六安", ()),
    ("六神", ()),
    ("六福", ()),
    ("十佳", ()),
    ("十全", ()),
    ("十堰", ()),
    ("十字", ()),
    ("十足", ()),
    ("十里堡", ()),
    ("十里河", ()),
    ("十里铺", ()),
    ("半挂", ()),
    ("双十一", ()),
    ("双十二", ()),
    ("四周", ()),
    ("四处", ()),
    ("四季", ()),
    ("四川", ()),
    ("四平市", ()),
    ("四海", ()),
    ("四通", ()),
    ("四面", ()),
    ("第一人称", ()),
    ("第一手", ()),
    ("第一时间", ()),
    ("第一次听", ()),
    ("第一财经", ()),
    ("第三产业", ()),
    ("第三方", ()),
    ("第二人生", ()),
    ("第二天", ()),
    ("第五人格", ()),
    ("第六感", ()),
    ("零下", ()),
    ("零件", ()),
    ("零元购", ()),
    ("零售", ()),
    ("零头", ()),
    ("零度可乐", ()),
    ("零担", ()),
    ("零散", ()),
    ("零花", ()),
    ("零跑", ()),
    ("零钱", ()),
    ("零食", ()),
];

static WORD_INDEX: LazyLock<WordIndex<&(&str, ())>> = LazyLock::new(|| WordIndex::of(WORDS));
static PREFIX_INDEX: LazyLock<WordIndex<&(&str, &str)>> = LazyLock::new(|| WordIndex::of(PREFIXES));

pub(super) fn prepare() {
    LazyLock::force(&WORD_INDEX);
    LazyLock::force(&PREFIX_INDEX);
}

/// Whether a word of [`WORDS`] starts at `at`.
#[must_use]
pub fn word_here(chars: &[char], at: usize) -> bool {
    WORD_INDEX.find(chars, at, |_| true).is_some()
}

/// The value as the product writes numbers: up to 15 digits, no trailing zeros, `E` form outside 1e-5 to 1e15.
///
/// ```text
/// 4565, 0.5, 52.3333333333333, 5E-06, 2.02107211321364E+23
/// ```
#[must_use]
pub fn canonical(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".into();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 1e15")]
        return (value as i64).to_string();
    }
    let text = format!("{value:.14e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let mut out = String::with_capacity(24);
    if negative {
        out.push('-');
    }
    if !(-4..15).contains(&exponent) {
        out.push_str(&digits[..1]);
        if digits.len() > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        out.push_str(if exponent < 0 { "E-" } else { "E+" });
        out.push_str(&format!("{:02}", exponent.unsigned_abs()));
    } else if exponent < 0 {
        out.push_str("0.");
        for _ in 1..exponent.unsigned_abs() {
            out.push('0');
        }
        out.push_str(digits);
    } else {
        let whole = exponent.unsigned_abs() as usize + 1;
        for i in 0..whole {
            out.push_str(digits.get(i..=i).unwrap_or("0"));
        }
        if digits.len() > whole {
            out.push('.');
            out.push_str(&digits[whole..]);
        }
    }
    out
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

/// The sign before a number: its length, and whether it is a minus.
fn sign(chars: &[char], at: usize) -> Option<usize> {
    let before = char_before(chars, at);
    let length = match char_at(chars, at) {
        '负' => 1,
        '-' if !before.is_alphanumeric() && before != '-'
            || !before.is_ascii_alphanumeric()
                && before.is_alphanumeric()
                && numeral::digit(before).is_none()
                && numeral::small_unit(before).is_none() =>
        {
            1
        }
        _ => return None,
    };
    let spaced = char_at(chars, at + 1) == ' ';
    if spaced && char_at(chars, at) == '-' && at > 0 {
        return None;
    }
    Some(length + usize::from(spaced))
}

/// A magnitude: a number without its sign.
struct Magnitude {
    value: f64,
    end: usize,
    /// Where the digits and units end.
    core: usize,
    upper: Option<f64>,
    inexact: bool,
    percent: bool,
    form: Form,
    last_unit: i128,
    rule: &'static str,
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

/// Letters glued behind a number, but for a unit: 12a, 3c数码.
fn glued(chars: &[char], m: &Magnitude) -> bool {
    char_at(chars, m.end).is_ascii_alphabetic()
        && m.end == m.core
        && measure_at(chars, m.end).is_none()
        && currency_at(chars, m.end).is_none()
}

/// 折 behind a number, but for 折叠 and 折扣: a discount and no number.
fn discount_at(chars: &[char], end: usize) -> Option<usize> {
    let at = skip_space(chars, end);
    (char_at(chars, at) == '折' && !matches!(char_at(chars, at + 1), '叠' | '腾' | '断' | '页' | '线')).then_some(at)
}

/// Whether a numeral is a number, by what stands around it: the rules at the head of this module.
fn counts(chars: &[char], at: usize, m: &Magnitude) -> bool {
    let before = char_before(chars, at);
    let after = char_at(chars, m.core);
    if m.form == Form::Arabic || m.rule != "number.whole" && m.rule != "number.estimate" {
        return true;
    }
    let bounded = is_boundary(before);
    let counted = || {
        let at = skip_space(chars, m.core);
        measure_at(chars, at).is_some() || currency_at(chars, at).is_some()
    };
    // 统一, 唯一, 逐一
    if chars[at] == '一' && matches!(before, '统' | '唯' | '逐' | '专' | '划') {
        return false;
    }
    let formal = matches!(chars[at], '伍' | '陆' | '肆' | '拾' | '参');
    let alone = m.core - at == 1;
    if formal && alone {
        return bounded && is_boundary(after);
    }
    // 千一, 万九, 百二万: a number that opens with its unit needs room on both sides
    if numeral::small_unit(chars[at]).is_some_and(|u| u > 10) || numeral::big_unit(chars[at]).is_some() {
        return bounded && (is_boundary(after) || counted());
    }
    let weak = match m.form {
        Form::Digits => m.core - at <= 2,
        _ => alone,
    };
    if !weak {
        return true;
    }
    if chars[at] == '十' && after == '分' && !matches!(char_at(chars, m.core + 1), '钟' | '之' | '\0') {
        return false;
    }
    let asks = matches!(before, '是' | '选' | '按' | '第' | '复' | '为' | '填' | '输' | '打') && after != '星';
    if is_boundary(after) || after.is_ascii_alphanumeric() {
        return bounded
            || asks
            || matches!(
                before,
                '前' | '后'
                    | '到'
                    | '至'
                    | '和'
                    | '与'
                    | '加'
                    | '减'
                    | '乘'
                    | '除'
                    | '以'
                    | '于'
                    | '等'
                    | '比'
                    | '过'
                    | '有'
                    | '要'
                    | '来'
                    | '点'
                    | '百'
                    | '千'
                    | '万'
            )
            || before.is_ascii_alphanumeric();
    }
    if after == '点' && alone {
        return true;
    }
    asks || counted()
        || matches!(before, '前' | '后') && after == '的'
        || bounded
            && matches!(
                after,
                '的' | '和' | '或' | '跟' | '与' | '比' | '到' | '至' | '加' | '减' | '乘' | '除' | '等' | '是'
            )
}

#[expect(clippy::cast_precision_loss, reason = "numbers are given with 15 digits")]
fn as_float(value: i128) -> f64 {
    value as f64
}

/// Reads a number without sign.
fn magnitude(chars: &[char], at: usize) -> Option<Magnitude> {
    let first = char_at(chars, at);
    let plain = |value: f64, end: usize, form: Form, rule: &'static str| Magnitude {
        value,
        end,
        core: end,
        upper: None,
        inexact: false,
        percent: false,
        form,
        last_unit: 1,
        rule,
    };
    // 百分之三十五, 千分之三, 万分之六
    if let Some(unit) = numeral::small_unit(first).filter(|&u| u > 10).or_else(|| numeral::big_unit(first))
        && let Some(length) = fraction_word(chars, at + 1)
    {
        let start = skip_space(chars, at + 1 + length);
        let negative = sign(chars, start).unwrap_or(0);
        let upper = if char_at(chars, start) == '百' && unit == 100 {
            plain(100.0, start + 1, Form::Positional, "number.percent")
        } else {
            simple(chars, start + negative)?
        };
        let value = if negative > 0 { -upper.value } else { upper.value };
        #[expect(clippy::cast_precision_loss, reason = "a unit")]
        let share = value / unit as f64;
        return Some(if unit == 100 {
            Magnitude { percent: true, ..plain(value, upper.end, Form::Positional, "number.percent") }
        } else {
            plain(share, upper.end, Form::Positional, "number.fraction")
        });
    }
    // 千把块: about a thousand
    if let Some(unit) = numeral::small_unit(first).filter(|&u| u > 10).or_else(|| numeral::big_unit(first))
        && char_at(chars, at + 1) == '把'
        && (currency_at(chars, at + 2).is_some() || measure_at(chars, at + 2).is_some())
    {
        #[expect(clippy::cast_precision_loss, reason = "a unit")]
        let value = unit as f64;
        return Some(Magnitude { inexact: true, ..plain(value, at + 2, Form::Positional, "number.inexact") });
    }
    if first == '半' {
        let next = char_at(chars, at + 1);
        if next == '个' {
            return Some(Magnitude { core: at + 1, ..plain(0.5, at + 2, Form::Digits, "number.half") });
        }
        let (_, _, dimension) = measure_at(chars, at + 1)?;
        use super::measure::Dimension as D;
        return matches!(dimension, D::Item | D::Weight | D::Length | D::Volume | D::Area)
            .then(|| plain(0.5, at + 1, Form::Digits, "number.half"));
    }
    if let Some((lower, upper, length)) = numeral::estimate(chars, at) {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        return Some(Magnitude {
            upper: Some(upper as f64),
            inexact: true,
            ..plain(lower as f64, at + length, Form::Positional, "number.estimate")
        });
    }
    let mut m = simple(chars, at)?;
    fraction(chars, at, &mut m);
    if m.rule == "number.whole" && chars[at] == '一' && m.end == at + 1 && char_at(chars, m.end) == '半'
        || m.form == Form::Arabic && m.end == at + 1 && chars[at] == '1' && char_at(chars, m.end) == '半'
    {
        let end = m.end + 1 + usize::from(char_at(chars, m.end + 1) == '半');
        return Some(Magnitude { core: m.end, ..plain(0.5, end, m.form, "number.half") });
    }
    match char_at(chars, m.end) {
        '%' => {
            m.end += 1;
            m.percent = true;
            m.rule = "number.percent";
        }
        '个' if word_at(chars, m.end, "个百分点").is_some() => {
            m.end += 4;
            m.percent = true;
            m.rule = "number.percent";
        }
        // 四个半; not 四个半小时, which is a duration
        '个' if char_at(chars, m.end + 1) == '半'
            && !matches!(char_at(chars, m.end + 2), '小' | '月' | '钟' | '天' | '星' | '礼')
            && m.rule == "number.whole" =>
        {
            m.value += 0.5;
            m.end += 2;
            m.rule = "number.half";
        }
        '打' if m.rule == "number.whole"
            && !matches!(
                char_at(chars, m.end + 1),
                '折' | '电' | '开' | '包' | '扰' | '算' | '车' | '完' | '不' | '印'
            ) =>
        {
            m.value *= 12.0;
            m.end += 1;
            m.rule = "number.dozen";
        }
        '对' | '双' if m.rule == "number.whole" && m.value == 1.0 && matches!(chars[at], '一' | '1') => {
            m.value = 2.0;
            m.end += 1;
            m.rule = "number.dozen";
        }
        _ => {}
    }
    Some(m)
}

/// 分之 at `at`, spaces allowed before and inside it.
fn fraction_word(chars: &[char], at: usize) -> Option<usize> {
    let start = skip_space(chars, at);
    let middle = skip_space(chars, start + 1);
    (matches!(char_at(chars, start), '分' | '份') && char_at(chars, middle) == '之').then_some(middle + 1 - at)
}

/// Goes on from a whole number to a fraction, where one follows.
fn fraction(chars: &[char], at: usize, m: &mut Magnitude) {
    let start = skip_space(chars, m.end);
    // 三又七分之一
    if char_at(chars, start) == '又' {
        let start = skip_space(chars, start + 1);
        if let Some(denominator) = simple(chars, start)
            && let Some((share, end)) =
                numerator(chars, &denominator, true).or_else(|| slash(chars, start, &denominator))
        {
            m.value += share;
            m.end = end;
            m.core = end;
            m.rule = "number.fraction";
        }
        return;
    }
    // 2 3/4
    if m.form == Form::Arabic && m.rule == "number.whole" && m.end - at <= 3 {
        let gap = char_at(chars, m.end) == ' ';
        if gap
            && let Some(denominator) = simple(chars, start).filter(|d| d.end - start <= 2)
            && let Some((share, end)) = slash(chars, start, &denominator)
        {
            m.value += share;
            m.end = end;
            m.core = end;
            m.rule = "number.fraction";
            return;
        }
    }
    if let Some((share, end)) = numerator(chars, m, at == 0).or_else(|| slash(chars, at, m)) {
        m.value = share;
        m.end = end;
        m.core = end;
        m.rule = "number.fraction";
        m.form = Form::Positional;
    }
}

/// The share and the end of a fraction whose denominator has been read: 分之 and a number; with `short`, 份 or 分
/// alone, where the message ends behind the fraction.
fn numerator(chars: &[char], denominator: &Magnitude, short: bool) -> Option<(f64, usize)> {
    if denominator.value == 0.0 {
        return None;
    }
    let full = fraction_word(chars, denominator.end);
    let length = full.or_else(|| (short && matches!(char_at(chars, denominator.end), '分' | '份')).then_some(1))?;
    let start = skip_space(chars, denominator.end + length);
    let negative = sign(chars, start).unwrap_or(0);
    let numerator = simple(chars, start + negative)?;
    if full.is_none() && chars[numerator.end..].iter().any(|c| c.is_alphanumeric()) {
        return None;
    }
    let share = numerator.value / denominator.value;
    Some((if negative > 0 { -share } else { share }, numerator.end))
}

/// 7/8: a fraction of two short numbers, no third one behind.
fn slash(chars: &[char], at: usize, upper: &Magnitude) -> Option<(f64, usize)> {
    let digits = |at: usize| chars[at..].iter().take(5).take_while(|c| c.is_ascii_digit()).count();
    // spaces on both sides or on none
    let spaced = char_at(chars, upper.end) == ' ' && char_at(chars, upper.end + 2) == ' ';
    let stroke = upper.end + usize::from(spaced);
    if char_at(chars, stroke) != '/'
        || upper.form != Form::Arabic
        || upper.rule != "number.whole"
        || upper.end - at > 4
        || char_before(chars, at) == '/'
    {
        return None;
    }
    let start = stroke + 1 + usize::from(spaced);
    let length = digits(start.min(chars.len()));
    let end = start + length;
    if length == 0
        || length > 4
        || matches!(char_at(chars, end), '/' | '.')
        || char_at(chars, end).is_ascii_alphanumeric()
    {
        return None;
    }
    let lower = chars[start..end].iter().fold(0.0, |v, &c| v * 10.0 + f64::from(c as u32 - '0' as u32));
    (lower > 0.0).then_some((upper.value / lower, end))
}

/// A number without sign, fraction or percentage: whole or decimal, blurred or scaled.
fn simple(chars: &[char], at: usize) -> Option<Magnitude> {
    let first = char_at(chars, at);
    if first == '.' {
        if char_before(chars, at).is_ascii_digit() || !char_at(chars, at + 1).is_ascii_digit() {
            return None;
        }
        let (value, end) = decimals(chars, at, at + 1)?;
        let mut m = Magnitude {
            value,
            end,
            core: end,
            upper: None,
            inexact: false,
            percent: false,
            form: Form::Arabic,
            last_unit: 1,
            rule: "number.decimal",
        };
        scale(chars, at, &mut m);
        return Some(m);
    }
    let whole = numeral::whole(chars, at, true)?;
    let mut m = Magnitude {
        value: as_float(whole.value),
        end: at + whole.length,
        core: at + whole.length,
        upper: None,
        inexact: false,
        percent: false,
        form: whole.form,
        last_unit: whole.last_unit,
        rule: "number.whole",
    };
    if whole.form == Form::Arabic {
        thousands(chars, at, &mut m);
        if m.end - at > 15 {
            let text: String = chars[at..m.end].iter().filter(|c| c.is_ascii_digit()).collect();
            m.value = text.parse().unwrap_or(m.value);
        }
    }
    point(chars, at, &mut m);
    blur(chars, &whole, &mut m);
    scale(chars, at, &mut m);
    Some(m)
}

/// 3,250,000: groups of three digits behind a comma.
fn thousands(chars: &[char], at: usize, m: &mut Magnitude) {
    if m.end - at > 3 || m.form != Form::Arabic {
        return;
    }
    let mut end = m.end;
    let mut value = m.value;
    while char_at(chars, end) == ',' && end - at < 40 {
        let group = chars[end + 1..].iter().take(4).take_while(|c| c.is_ascii_digit()).count();
        if group != 3 {
            break;
        }
        value = chars[end + 1..end + 4].iter().fold(value, |v, &c| v * 10.0 + f64::from(c as u32 - '0' as u32));
        end += 4;
    }
    m.end = end;
    m.value = value;
}

/// The decimal number written from `at` to the digits behind the point, which start at `from`.
fn decimals(chars: &[char], at: usize, from: usize) -> Option<(f64, usize)> {
    let run = chars[from..].iter().take(numeral::MOST_DIGITS + 1).take_while(|c| c.is_ascii_digit()).count();
    if run == 0 || run > numeral::MOST_DIGITS {
        return None;
    }
    let text: String = chars[at..from + run].iter().filter(|&&c| c != ',').collect();
    Some((text.parse().ok()?, from + run))
}

/// Goes on from a whole number to its decimals: 3.14, 三点一四, 三百点零.
fn point(chars: &[char], at: usize, m: &mut Magnitude) {
    // 六十五 点 三
    let dot = m.end + usize::from(char_at(chars, m.end) == ' ' && char_at(chars, m.end + 1) == '点');
    match char_at(chars, dot) {
        '.' if m.form == Form::Arabic => {
            if let Some((value, end)) = decimals(chars, at, (m.end + 1).min(chars.len())) {
                // 2222.2222.22: no decimal number
                if char_at(chars, end) == '.' && char_at(chars, end + 1).is_ascii_digit()
                    || char_before(chars, at) == '.'
                {
                    return;
                }
                m.value = value;
                m.end = end;
                m.rule = "number.decimal";
            }
        }
        '点' => {
            let from = skip_space(chars, dot + 1);
            let ascii = char_at(chars, from).is_ascii_digit();
            let digit = |c: char| {
                if ascii == c.is_ascii_digit() { numeral::digit(c) } else { None }
            };
            let run = chars[from.min(chars.len())..]
                .iter()
                .take(numeral::MOST_DIGITS + 1)
                .take_while(|&&c| digit(c).is_some())
                .count();
            let after = char_at(chars, from + run);
            // 三点五十, 三点五分, 8点30: the time of day
            let clock = matches!(after, '十' | '拾')
                || matches!(after, '分' | '刻') && char_at(chars, from + run + 1) != '之'
                || ascii && m.form == Form::Arabic;
            if run == 0 || run > numeral::MOST_DIGITS || clock {
                return;
            }
            let mut scale = 1.0;
            let mut share = 0.0;
            for &c in &chars[from..from + run] {
                share = share * 10.0 + f64::from(digit(c).unwrap_or(0));
                scale *= 10.0;
            }
            m.value += share / scale;
            m.end = from + run;
            m.rule = "number.decimal";
        }
        _ => {}
    }
}

/// Goes on from a round number to what blurs it: 三十多, 六百余万, 四十几万, 十来个.
fn blur(chars: &[char], whole: &Whole, m: &mut Magnitude) {
    if m.rule != "number.whole" || whole.shortened || whole.last_unit < 10 && m.value % 10.0 != 0.0 || m.value == 0.0 {
        return;
    }
    let start = skip_space(chars, m.end);
    let start = if char_at(chars, start) == '零' && char_at(chars, start + 1) == '几' { start + 1 } else { start };
    let next = char_at(chars, start + 1);
    let word = match char_at(chars, start) {
        '多' => !matches!(next, '少' | '久' | '大' | '长' | '远' | '高' | '谢'),
        '余' => !matches!(next, '额' | '票' | '下'),
        '几' => true,
        '来' => numeral::big_unit(next).is_some() || measure_at(chars, start + 1).is_some(),
        _ => false,
    };
    if !word || whole.value % 10 != 0 {
        return;
    }
    m.inexact = true;
    m.rule = "number.inexact";
    m.end = start + 1;
    // 一亿两千多万: the section behind the last big unit counts in the unit that follows
    let mut section = as_float(whole.section);
    let mut rest = m.value - section;
    let mut after = skip_space(chars, m.end);
    while let Some(unit) = numeral::big_unit(char_at(chars, after)) {
        #[expect(clippy::cast_precision_loss, reason = "a unit")]
        let unit = unit as f64;
        if section == 0.0 {
            section = rest;
            rest = 0.0;
        }
        section *= unit;
        m.value = rest + section;
        m.end = after + 1;
        after = m.end;
        if m.value > 1e30 {
            break;
        }
    }
}

/// Units behind a decimal, letters that scale, powers.
fn scale(chars: &[char], at: usize, m: &mut Magnitude) {
    if m.rule == "number.decimal" {
        let mut end = skip_space(chars, m.end);
        while let Some(unit) = numeral::big_unit(char_at(chars, end))
            .or_else(|| numeral::small_unit(char_at(chars, end)).filter(|_| end == m.end))
        {
            #[expect(clippy::cast_precision_loss, reason = "a unit")]
            let unit = unit as f64;
            m.value *= unit;
            end += 1;
            m.end = end;
            if m.value > 1e30 {
                break;
            }
        }
    } else if m.form == Form::Arabic && m.end - at > 3 {
        // 2,300万
        if chars[at..m.end].contains(&',') {
            while let Some(unit) = numeral::big_unit(char_at(chars, m.end)) {
                #[expect(clippy::cast_precision_loss, reason = "a unit")]
                let unit = unit as f64;
                m.value *= unit;
                m.end += 1;
                if m.value > 1e30 {
                    break;
                }
            }
        }
    }
    m.core = m.end;
    if m.form != Form::Arabic {
        return;
    }
    if char_at(chars, m.end) == 'e' || char_at(chars, m.end) == '^' {
        let power = char_at(chars, m.end) == '^';
        let mut from = m.end + 1;
        let negative = char_at(chars, from) == '-';
        from += usize::from(matches!(char_at(chars, from), '-' | '+'));
        let run = chars[from.min(chars.len())..].iter().take(4).take_while(|c| c.is_ascii_digit()).count();
        let end = from + run;
        if (1..=3).contains(&run) && !char_at(chars, end).is_ascii_alphanumeric() {
            let exponent = chars[from..end].iter().fold(0, |v, &c| v * 10 + (c as i32 - '0' as i32));
            let exponent = if negative { -exponent } else { exponent };
            let value = if power {
                m.value.powi(exponent)
            } else {
                let text: String = chars[at..m.end].iter().filter(|&&c| c != ',').collect();
                format!("{text}e{exponent}").parse().unwrap_or(f64::INFINITY)
            };
            if value.is_finite() {
                m.value = value;
                m.end = end;
                m.core = end;
                m.rule = "number.scientific";
            }
        }
        return;
    }
    // k and w scale wherever they end; m, g, b and t are units as well and scale only a number that is the whole message
    let start = skip_space(chars, m.end);
    let letter = char_at(chars, start);
    if char_at(chars, start + 1).is_ascii_alphanumeric() || letter == '\0' {
        return;
    }
    let silent = |chars: &[char]| !chars.iter().any(|c| c.is_alphanumeric() && *c != '负');
    let whole_message = at <= 2 && silent(&chars[..at]) && silent(&chars[start + 1..]);
    let factor = match letter {
        'k' if start == m.end => 1e3,
        'w' if start == m.end => 1e4,
        'k' if whole_message => 1e3,
        'm' if whole_message => 1e6,
        'g' | 'b' if whole_message && m.value < 10.0 => 1e9,
        't' if whole_message => 1e12,
        _ => return,
    };
    m.value *= factor;
    m.end = start + 1;
    // 500g may be a weight as well: what follows the core is still seen
    if matches!(letter, 'k' | 'w') {
        m.core = m.end;
    }
    if m.rule == "number.whole" {
        m.rule = "number.decimal";
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn values_are_written_with_fifteen_digits() {
        for (value, expected) in [
            (4565.0, "4565"),
            (0.5, "0.5"),
            (-2.0, "-2"),
            (157.0 / 3.0, "52.3333333333333"),
            (5e-6, "5E-06"),
            (0.0003, "0.0003"),
            (-1.2732e15, "-1.2732E+15"),
            (2.021_072_113_213_635_8e23, "2.02107211321364E+23"),
            (0.0, "0"),
        ] {
            assert_eq!(canonical(value), expected);
        }
    }
}
