//! Fractions: 三分之二, 三又七分之一, 7/8.

use super::super::numeral::Form;
use super::super::text::{char_at, char_before, skip_space};
use super::simple::{Magnitude, sign, simple};

/// Goes on from a whole number to a fraction, where one follows.
pub(super) fn fraction(chars: &[char], at: usize, m: &mut Magnitude) {
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

/// 分之 at `at`, spaces allowed before and inside it.
pub(super) fn fraction_word(chars: &[char], at: usize) -> Option<usize> {
    let start = skip_space(chars, at);
    let middle = skip_space(chars, start + 1);
    (matches!(char_at(chars, start), '分' | '份') && char_at(chars, middle) == '之').then_some(middle + 1 - at)
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
