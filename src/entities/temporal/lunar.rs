//! The Chinese lunar calendar from 1900 to 2100, as a table.
//!
//! The table is checked against an independent astronomical computation in `tests/lunar.rs`.

use super::calendar::{date, days_between, shift_days};
use jiff::civil::Date;

/// First year of the table.
pub const FIRST_YEAR: i64 = 1900;
/// Last year of the table.
#[cfg(test)]
pub const LAST_YEAR: i64 = 2100;

/// One word a year: bits 0–11 months of 30 days, 12–15 the leap month, 16 whether that one has 30 days,
/// 17–22 days from 1 January to the lunar new year.
#[rustfmt::skip]
const YEARS: [u32; 201] = [
    0x3c8bd2, 0x620752, 0x4c0ea5, 0x385b2a, 0x5c064b, 0x440a9b, 0x314aa6, 0x56056a,
    0x400b59, 0x2a2baa, 0x500752, 0x3a6da5, 0x600b25, 0x480a4b, 0x335a4b, 0x5802ad,
    0x42056b, 0x2c25b5, 0x520da9, 0x3f7e92, 0x640e92, 0x4c0d25, 0x365d2d, 0x5c0a56,
    0x4602b6, 0x2f4ad5, 0x5606d4, 0x400ea9, 0x2c2f4a, 0x500e92, 0x3a66a6, 0x5e052b,
    0x480a57, 0x335956, 0x580b5a, 0x4406d4, 0x2f3761, 0x520749, 0x3d7b13, 0x620a93,
    0x4c052b, 0x35651b, 0x5a0aad, 0x46056a, 0x314da5, 0x560ba4, 0x400b49, 0x2a2d4b,
    0x500a95, 0x387aad, 0x5e0536, 0x480aad, 0x355aca, 0x5805b2, 0x420da5, 0x2f3ea2,
    0x540d4a, 0x3c8595, 0x600a97, 0x4c0556, 0x366575, 0x5a0ad5, 0x4606d2, 0x304755,
    0x560ea5, 0x40064a, 0x28364f, 0x4e0a9b, 0x3a7ada, 0x5e056a, 0x480b69, 0x345bb2,
    0x5a0b52, 0x420b25, 0x2c4b2b, 0x520a4b, 0x3c8aab, 0x6002ad, 0x4a056d, 0x3765a9,
    0x5c0da9, 0x460d92, 0x304e95, 0x560d25, 0x40ae4d, 0x640a56, 0x4e02b6, 0x3862f5,
    0x5e06d5, 0x480ea9, 0x345f52, 0x5a0e92, 0x440d26, 0x2c352e, 0x500a57, 0x3c8ad6,
    0x62035a, 0x4a06d5, 0x365b69, 0x5c0749, 0x460693, 0x2e4a9b, 0x54052b, 0x3e0a5b,
    0x2a2aae, 0x4e056a, 0x387dd5, 0x600ba4, 0x4a0b49, 0x325d53, 0x580a95, 0x42052d,
    0x2c455d, 0x500ab5, 0x3c9baa, 0x6205d2, 0x4c0da5, 0x376e8a, 0x5c0d4a, 0x460c95,
    0x304a9e, 0x540556, 0x3e0ab5, 0x2a2ada, 0x5006d2, 0x386765, 0x5e0725, 0x48064b,
    0x325657, 0x560cab, 0x42055a, 0x2c356e, 0x520b69, 0x3cbf52, 0x620b52, 0x4c0b25,
    0x376d0b, 0x5a0a4b, 0x4404ab, 0x2e52bb, 0x5405ad, 0x3e0b6a, 0x2a2daa, 0x500d92,
    0x3a7ea5, 0x5e0d25, 0x480a55, 0x335a4d, 0x5804b6, 0x4005b5, 0x2d36d2, 0x520ec9,
    0x3e8f92, 0x620e92, 0x4c0d26, 0x376516, 0x5a0a57, 0x4404d6, 0x2f4365, 0x540755,
    0x400749, 0x28374b, 0x4e0693, 0x387aab, 0x5e052b, 0x460a5b, 0x325aba, 0x58056a,
    0x420b65, 0x2c4baa, 0x520b4a, 0x3c8d95, 0x620a95, 0x4a052d, 0x34656d, 0x5a0ab5,
    0x4605aa, 0x2e45d5, 0x540da5, 0x400d4a, 0x2a3e4d, 0x4e0c96, 0x387cce, 0x5e0556,
    0x480ab5, 0x335ad2, 0x5806d2, 0x420ea5, 0x2e472a, 0x50068b, 0x3a8697, 0x6004ab,
    0x4a055b, 0x356556, 0x5a0b6a, 0x460752, 0x304b95, 0x540b45, 0x3e0a8b, 0x282a4f,
    0x4e04ab,
];

/// A date of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LunarDate {
    /// The year in which it began.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 30.
    pub day: i64,
    /// A leap month (闰四月).
    pub leap: bool,
}

fn word(year: i64) -> Option<u32> {
    let index = usize::try_from(year - FIRST_YEAR).ok()?;
    YEARS.get(index).copied()
}

/// The leap month of a year, if it has one.
#[must_use]
pub fn leap_month(year: i64) -> Option<i64> {
    let leap = i64::from(word(year)? >> 12 & 0xf);
    (leap > 0).then_some(leap)
}

/// Days of a month, `None` where the year has no such month.
#[must_use]
pub fn month_length(year: i64, month: i64, leap: bool) -> Option<i64> {
    let w = word(year)?;
    if leap {
        return (leap_month(year) == Some(month)).then_some(29 + i64::from(w >> 16 & 1));
    }
    if !(1..=12).contains(&month) {
        return None;
    }
    Some(29 + i64::from(w >> (month - 1) & 1))
}

/// The lunar new year's day (春节).
#[must_use]
pub fn new_year(year: i64) -> Option<Date> {
    shift_days(date(year, 1, 1)?, i64::from(word(year)? >> 17))
}

/// The civil date of a lunar date; `None` where there is no such day, or outside 1900–2100.
#[must_use]
pub fn to_civil(lunar: LunarDate) -> Option<Date> {
    let length = month_length(lunar.year, lunar.month, lunar.leap)?;
    if !(1..=length).contains(&lunar.day) {
        return None;
    }
    let mut days = lunar.day - 1;
    for month in 1..lunar.month {
        days += month_length(lunar.year, month, false)?;
        days += month_length(lunar.year, month, true).unwrap_or(0);
    }
    if lunar.leap {
        days += month_length(lunar.year, lunar.month, false)?;
    }
    shift_days(new_year(lunar.year)?, days)
}

/// The lunar date of a civil date.
#[must_use]
pub fn from_civil(civil: Date) -> Option<LunarDate> {
    let mut year = i64::from(civil.year());
    if civil < new_year(year)? {
        year -= 1;
    }
    let mut days = days_between(new_year(year)?, civil);
    for month in 1..=12 {
        for leap in [false, true] {
            let Some(length) = month_length(year, month, leap) else {
                continue;
            };
            if days < length {
                return Some(LunarDate { year, month, day: days + 1, leap });
            }
            days -= length;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_goes_there_and_back() {
        let mut day = new_year(FIRST_YEAR).unwrap();
        while let Some(lunar) = from_civil(day) {
            assert_eq!(to_civil(lunar), Some(day), "{lunar:?}");
            day = shift_days(day, 1).unwrap();
        }
        assert_eq!(i64::from(day.year()), LAST_YEAR + 1, "the table ends too early");
    }

    #[test]
    fn known_festivals() {
        let lunar = |year, month, day| LunarDate { year, month, day, leap: false };
        for (l, y, m, d) in [
            (lunar(2026, 1, 1), 2026, 2, 17),
            (lunar(2027, 1, 1), 2027, 2, 6),
            (lunar(2026, 8, 15), 2026, 9, 25),
            (lunar(2026, 5, 5), 2026, 6, 19),
            (lunar(2025, 9, 9), 2025, 10, 29),
            (lunar(1984, 10, 1), 1984, 10, 24),
        ] {
            assert_eq!(to_civil(l), date(y, m, d), "{l:?}");
        }
        assert_eq!(leap_month(2025), Some(6));
        assert_eq!(leap_month(2026), None);
    }
}
