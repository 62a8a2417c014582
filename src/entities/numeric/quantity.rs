//! Quantities and areas: a number and what it measures.

use super::amount::{bound, is_money};
use super::currency::currency_at;
use super::found::{Found, Kind, Rule, Strength};
use super::measure::{Dimension, measure_at};
use super::number::{Number, canonical, joined};
use super::numeral::{self, Form};
use super::text::{any_before, char_at, skip_space};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "quantity.measure",
        reads: "a number and a measure word or unit, the unit as written; 半 behind it adds a half",
        kind: Kind::Quantity,
        examples: &[
            ("买两台冰箱", "两台", "2 台"),
            ("来 3 箱牛奶", "3 箱", "3 箱"),
            ("四斤半草莓", "四斤半", "4.5 斤"),
            ("半斤虾", "半斤", "0.5 斤"),
            ("一打鸡蛋", "一打", "1 打"),
            ("20kg行李", "20kg", "20 kg"),
            ("五十公斤", "五十公斤", "50 公斤"),
            ("一双拖鞋", "一双", "1 双"),
            ("十来个", "十来个", "10 个"),
        ],
    },
    Rule {
        name: "quantity.mixed",
        reads: "two units of one measure, or a last digit behind 米 or 斤: 一米八, 两斤三两",
        kind: Kind::Quantity,
        examples: &[
            ("身高一米八", "一米八", "1.8 米"),
            ("一米七五", "一米七五", "1.75 米"),
            ("两斤三两", "两斤三两", "2.3 斤"),
            ("1米6", "1米6", "1.6 米"),
        ],
    },
    Rule {
        name: "quantity.range",
        reads: "a range or an estimate: both ends",
        kind: Kind::Quantity,
        examples: &[("两三箱就够", "两三箱", "2/3 箱"), ("5到8个", "5到8个", "5/8 个")],
    },
    Rule {
        name: "quantity.area",
        reads: "an area; 平, 平方, 平米, ㎡ and m2 are 平方米",
        kind: Kind::Area,
        examples: &[
            ("110平的房子", "110平", "110 平方米"),
            ("八十五平米", "八十五平米", "85 平方米"),
            ("60㎡", "60㎡", "60 平方米"),
            ("18个平方", "18个平方", "18 平方米"),
            ("两亩地", "两亩", "2 亩"),
            ("90到100平", "90到100平", "90/100 平方米"),
        ],
    },
];

/// Reads quantities and areas; `numbers` is what `number::scan` gave.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    for (index, number) in numbers.iter().enumerate() {
        if let Some(found) = quantity(chars, numbers, index, number) {
            out.push(found);
        }
    }
}

fn quantity(chars: &[char], numbers: &[Number], index: usize, number: &Number) -> Option<Found> {
    if number.ordinal || number.percent || number.value < 0.0 {
        return None;
    }
    let at = skip_space(chars, number.core.end);
    let (mut length, mut unit, mut dimension) = measure_at(chars, at)?;
    // 15个平方
    if unit == "个"
        && let Some((more, area, Dimension::Area)) = measure_at(chars, at + length)
    {
        (length, unit, dimension) = (length + more, area, Dimension::Area);
    }
    let kind = match dimension {
        Dimension::Area => Kind::Area,
        Dimension::Item
        | Dimension::Weight
        | Dimension::Length
        | Dimension::Volume
        | Dimension::Electric
        | Dimension::Data => Kind::Quantity,
        _ => return None,
    };
    let mut end = at + length;
    let after = char_at(chars, end);
    if !is_measure(chars, number, unit, end) {
        return None;
    }
    let mut start = number.span.start;
    let mut value = match (number.rule, unit) {
        ("number.dozen", "打") => number.value / 12.0,
        ("number.dozen", _) => 1.0,
        _ => number.value,
    };
    let mut upper = number.upper;
    let mut rule = "quantity.measure";
    if number.rule == "number.half" && number.span.end > end {
        end = number.span.end;
    } else if after == '半'
        && !matches!(char_at(chars, end + 1), '天' | '年' | '月' | '小' | '价' | '个' | '夜')
        && upper.is_none()
    {
        value += 0.5;
        end += 1;
    } else if let Some((more, to)) = rest(chars, numbers, index, unit, end) {
        value += more;
        end = to;
        rule = "quantity.mixed";
    }
    // the lower end of a range stands before
    if let Some(before) = index.checked_sub(1).and_then(|i| numbers.get(i))
        && joined(chars, before, number).is_some()
        && upper.is_none()
    {
        upper = Some(value);
        value = before.value;
        start = before.span.start;
    }
    let name = match unit {
        "平" | "平方" | "平米" | "方米" | "㎡" | "m2" | "m²" => "平方米",
        _ => unit,
    };
    let text = match upper {
        Some(upper) => format!("{}/{} {name}", canonical(value), canonical(upper)),
        None => format!("{} {name}", canonical(value)),
    };
    if upper.is_some() && kind == Kind::Quantity {
        rule = "quantity.range";
    }
    if kind == Kind::Area {
        rule = "quantity.area";
    }
    // 多少钱一斤, 三块五一斤, 每两箱: what a price is for
    let one = number.value == 1.0 && number.form == Form::Digits;
    let per = one
        && (any_before(chars, number.span.start, &["钱", "块", "元", "每", "价"]).is_some()
            || priced(chars, number.span.start));
    let strength = if per || one && (matches!(unit, "个" | "块") || kind == Kind::Area) {
        Strength::Bare
    } else {
        Strength::Certain
    };
    let span = start..end;
    let bound = bound(chars, &span);
    let mut found = Found::new(kind, span, text, strength, rule);
    if number.inexact || bound == Some("about") {
        found = found.with("inexact", "true");
    }
    if let Some(bound) = bound {
        found = found.with("bound", bound);
    }
    if per {
        found = found.with("per", "true");
    }
    Some(found)
}

/// Whether a price ends right before `start`: 三块五 before 一斤.
fn priced(chars: &[char], start: usize) -> bool {
    start >= 2 && numeral::digit(chars[start - 1]).is_some() && currency_at(chars, start - 2).is_some()
}

/// Whether the measure word measures here: not 三条目, 一本来, 两面派, 十平安.
fn is_measure(chars: &[char], number: &Number, unit: &str, end: usize) -> bool {
    let after = char_at(chars, end);
    match unit {
        "块" => !is_money(chars, number, end, unit),
        "平" => !matches!(after, '安' | '板' | '时' | '台' | '常' | '均' | '价' | '衡' | '静' | '行' | '日' | '面'),
        "本" => !matches!(after, '来' | '人' | '身' | '次' | '月' | '周' | '店' | '地' | '该'),
        "把" => number.form != Form::Arabic || number.value < 100.0,
        "件" => after != '事',
        "条" => !matches!(after, '件' | '款'),
        "个" => !matches!(after, '别' | '性' | '位'),
        "对" => !matches!(after, '不' | '方' | '于' | '应' | '比' | '面' | '的' | '吗') && after != '一',
        "打" => !matches!(after, '折' | '电' | '开' | '包' | '扰' | '算' | '车' | '完' | '不' | '印'),
        "方" => matches!(after, '水' | '土' | '沙' | '混' | '\0' | '木'),
        "两" => matches!(number.form, Form::Arabic) || !matches!(after, '个' | '台' | '件' | '人' | '天' | '次'),
        "听" => number.value < 100.0 && !matches!(after, '说' | '到' | '着' | '不'),
        "t" | "v" | "m" | "l" => number.value < 10_000.0 && number.form == Form::Arabic && after != '码',
        "批" | "组" | "间" | "支" | "管" | "提" | "架" | "包" | "客" => !matches!(
            after,
            '准' | '发' | '成' | '织' | '持' | '付' | '理' | '供' | '醒' | '前' | '构' | '邮' | '括' | '服' | '户'
        ),
        _ => true,
    }
}

/// What follows the unit and belongs to it: 一米八, 两斤三两.
fn rest(chars: &[char], numbers: &[Number], index: usize, unit: &str, end: usize) -> Option<(f64, usize)> {
    // 两斤三两: 三两 reads as an estimate elsewhere
    if unit == "斤"
        && let Some(liang) = numeral::digit(char_at(chars, end)).filter(|&d| d > 0)
        && char_at(chars, end + 1) == '两'
    {
        return Some((f64::from(liang) / 10.0, end + 2));
    }
    let next =
        numbers.get(index + 1).filter(|n| n.core.start == end && n.upper.is_none() && !n.percent && !n.ordinal)?;
    let after = measure_at(chars, next.core.end);
    match unit {
        "米" | "斤"
            if after.is_none()
                && next.value > 0.0
                && currency_at(chars, next.core.end).is_none()
                && next.form != Form::Positional =>
        {
            let length = i32::try_from(next.core.end - next.core.start).ok().filter(|l| *l <= 2)?;
            (unit == "米" || length == 1).then(|| (next.value / 10f64.powi(length), next.core.end))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::scan;
    use super::*;

    #[test]
    fn what_a_price_is_for_is_weak() {
        let chars: Vec<char> = "多少钱一斤".chars().collect();
        let mut found = Vec::new();
        read(&chars, &scan(&chars), &mut found);
        assert_eq!(found[0].strength, Strength::Bare);
    }
}
