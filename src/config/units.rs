//! Times and sizes as people write them.

use std::time::Duration;

/// Reads `250ms`, `10s`, `5m`, `2h`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let milliseconds = match text[end..].trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).filter(|ms| *ms <= LONGEST).map(Duration::from_millis)
}

/// A year in milliseconds: timers of the runtime cannot hold much more.
const LONGEST: u64 = 365 * 24 * 3_600_000;

/// Reads `16KiB`, `8MiB`, `1GiB`; a bare number is bytes.
pub(super) fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: usize = text[..end].parse().ok()?;
    let shift = match text[end..].trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let cases =
            [("250ms", Some(250)), ("10s", Some(10_000)), ("10", Some(10_000)), ("5m", Some(300_000)), ("0s", Some(0))];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text}");
        }
        for text in ["", "s", "1.5s", "10 days", "-1s", "99999999999999999999s", "10000000h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, size) in [("16KiB", 16 << 10), ("8MiB", 8 << 20), ("1GiB", 1 << 30), ("100", 100), ("7 B", 7)] {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
        for text in ["", "MiB", "8MB", "1.5GiB", "-1", "99999999999999999999GiB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
