//! Whether a numeral is a number, by what stands around it.

use super::super::currency::currency_at;
use super::super::measure::measure_at;
use super::super::numeral::{self, Form};
use super::super::text::{char_at, char_before, is_boundary, skip_space};
use super::simple::Magnitude;

/// Whether a numeral is a number, by what stands around it: the rules at the head of this module.
pub(super) fn counts(chars: &[char], at: usize, m: &Magnitude) -> bool {
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

/// Letters glued behind a number, but for a unit: 12a, 3c数码.
pub(super) fn glued(chars: &[char], m: &Magnitude) -> bool {
    char_at(chars, m.end).is_ascii_alphabetic()
        && m.end == m.core
        && measure_at(chars, m.end).is_none()
        && currency_at(chars, m.end).is_none()
}

/// 折 behind a number, but for 折叠 and 折扣: a discount and no number.
pub(super) fn discount_at(chars: &[char], end: usize) -> Option<usize> {
    let at = skip_space(chars, end);
    (char_at(chars, at) == '折' && !matches!(char_at(chars, at + 1), '叠' | '腾' | '断' | '页' | '线')).then_some(at)
}
