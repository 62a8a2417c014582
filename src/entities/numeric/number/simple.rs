//! Numbers without fraction or percentage: whole or decimal, blurred or scaled.

use super::super::measure::measure_at;
use super::super::numeral::{self, Form, Whole};
use super::super::text::{char_at, char_before, skip_space};

/// A magnitude: a number without its sign.
pub(super) struct Magnitude {
    pub(super) value: f64,
    pub(super) end: usize,
    /// Where the digits and units end.
    pub(super) core: usize,
    pub(super) upper: Option<f64>,
    pub(super) inexact: bool,
    pub(super) percent: bool,
    pub(super) form: Form,
    pub(super) last_unit: i128,
    pub(super) rule: &'static str,
}

impl Magnitude {
    /// A value that ends with its digits and units, exact and neither percentage nor estimate.
    pub(super) fn plain(value: f64, end: usize, form: Form, rule: &'static str) -> Self {
        Self { value, end, core: end, upper: None, inexact: false, percent: false, form, last_unit: 1, rule }
    }
}

/// The sign before a number: its length, and whether it is a minus.
pub(super) fn sign(chars: &[char], at: usize) -> Option<usize> {
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

#[expect(clippy::cast_precision_loss, reason = "numbers are given with 15 digits")]
pub(super) fn as_float(value: i128) -> f64 {
    value as f64
}

/// A number without sign, fraction or percentage: whole or decimal, blurred or scaled.
pub(super) fn simple(chars: &[char], at: usize) -> Option<Magnitude> {
    let first = char_at(chars, at);
    if first == '.' {
        if char_before(chars, at).is_ascii_digit() || !char_at(chars, at + 1).is_ascii_digit() {
            return None;
        }
        let (value, end) = decimals(chars, at, at + 1)?;
        let mut m = Magnitude::plain(value, end, Form::Arabic, "number.decimal");
        scale(chars, at, &mut m);
        return Some(m);
    }
    let whole = numeral::whole(chars, at, true)?;
    let mut m = Magnitude {
        last_unit: whole.last_unit,
        ..Magnitude::plain(as_float(whole.value), at + whole.length, whole.form, "number.whole")
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
        let unit = as_float(unit.into());
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
            let unit = as_float(unit.into());
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
                let unit = as_float(unit.into());
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
