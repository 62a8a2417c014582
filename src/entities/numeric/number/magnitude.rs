//! Numbers without sign: with fractions, percentages, halves and dozens.

use super::super::currency::currency_at;
use super::super::measure::{Dimension as D, measure_at};
use super::super::numeral::{self, Form};
use super::super::text::{char_at, skip_space, word_at};
use super::fraction::{fraction, fraction_word};
use super::simple::{Magnitude, as_float, sign, simple};

/// Reads a number without sign.
pub(super) fn magnitude(chars: &[char], at: usize) -> Option<Magnitude> {
    let first = char_at(chars, at);
    let plain = Magnitude::plain;
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
        let share = value / as_float(unit.into());
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
        let value = as_float(unit.into());
        return Some(Magnitude { inexact: true, ..plain(value, at + 2, Form::Positional, "number.inexact") });
    }
    if first == '半' {
        let next = char_at(chars, at + 1);
        if next == '个' {
            return Some(Magnitude { core: at + 1, ..plain(0.5, at + 2, Form::Digits, "number.half") });
        }
        let (_, _, dimension) = measure_at(chars, at + 1)?;
        return matches!(dimension, D::Item | D::Weight | D::Length | D::Volume | D::Area)
            .then(|| plain(0.5, at + 1, Form::Digits, "number.half"));
    }
    if let Some((lower, upper, length)) = numeral::estimate(chars, at) {
        return Some(Magnitude {
            upper: Some(as_float(upper.into())),
            inexact: true,
            ..plain(as_float(lower.into()), at + length, Form::Positional, "number.estimate")
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
