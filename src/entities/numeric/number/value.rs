//! How a value is written.

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

#[cfg(test)]
mod tests {
    use super::*;

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
