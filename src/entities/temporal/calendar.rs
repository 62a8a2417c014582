//! Civil periods: days, weeks, months, quarters, years and what lies between.
//!
//! A week starts on Monday. Every function that could leave the calendar's range returns `None` instead.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

/// How fine a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// One day.
    Day,
    /// Several days that are no unit of the calendar: 月初, 前三天, 国庆假期.
    Days,
    /// Monday to Sunday.
    Week,
    /// Saturday and Sunday.
    Weekend,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// 上半年, 春天 and other parts of a year that are longer than a month.
    Part,
    /// A year.
    Year,
    /// Ten years, a hundred years.
    Age,
}

/// A stretch of days, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub start: Date,
    /// Day after the last.
    pub end: Date,
    /// What it is called.
    pub grain: Grain,
}

impl Period {
    /// One day.
    #[must_use]
    pub fn day(start: Date) -> Option<Self> {
        Some(Self { start, end: shift_days(start, 1)?, grain: Grain::Day })
    }

    /// From the first day to the day before `end`.
    #[must_use]
    pub fn between(start: Date, end: Date, grain: Grain) -> Option<Self> {
        (start < end).then_some(Self { start, end, grain })
    }

    /// The week that holds `date`, moved by `weeks`.
    #[must_use]
    pub fn week(date: Date, weeks: i64) -> Option<Self> {
        let start = shift_days(monday(date)?, weeks.checked_mul(7)?)?;
        Some(Self { start, end: shift_days(start, 7)?, grain: Grain::Week })
    }

    /// Saturday and Sunday of the week that holds `date`, moved by `weeks`.
    #[must_use]
    pub fn weekend(date: Date, weeks: i64) -> Option<Self> {
        let week = Self::week(date, weeks)?;
        Some(Self { start: shift_days(week.start, 5)?, end: week.end, grain: Grain::Weekend })
    }

    /// A month of a year.
    #[must_use]
    pub fn month(year: i64, month: i64) -> Option<Self> {
        let start = date(year, month, 1)?;
        Some(Self { start, end: shift_months(start, 1)?, grain: Grain::Month })
    }

    /// `count` months from `month` on.
    #[must_use]
    pub fn months(year: i64, month: i64, count: i64, grain: Grain) -> Option<Self> {
        let start = date(year, month, 1)?;
        Self::between(start, shift_months(start, count)?, grain)
    }

    /// Quarter 1 to 4 of a year.
    #[must_use]
    pub fn quarter(year: i64, quarter: i64) -> Option<Self> {
        if !(1..=4).contains(&quarter) {
            return None;
        }
        Self::months(year, quarter * 3 - 2, 3, Grain::Quarter)
    }

    /// A year.
    #[must_use]
    pub fn year(year: i64) -> Option<Self> {
        Self::months(year, 1, 12, Grain::Year)
    }

    /// `count` years from `year` on.
    #[must_use]
    pub fn years(year: i64, count: i64) -> Option<Self> {
        Self::between(date(year, 1, 1)?, date(year + count, 1, 1)?, Grain::Age)
    }

    /// Number of days.
    #[must_use]
    pub fn length(&self) -> i64 {
        days_between(self.start, self.end)
    }
}

/// A date, or `None` where there is no such day.
#[must_use]
pub fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date, with the day moved back to the last one of the month where the month is shorter.
#[must_use]
pub fn clipped(year: i64, month: i64, day: i64) -> Option<Date> {
    let first = date(year, month, 1)?;
    date(year, month, day.min(i64::from(first.days_in_month())))
}

/// Days from `from` to `to`.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// `days` later.
#[must_use]
pub fn shift_days(date: Date, days: i64) -> Option<Date> {
    if days.abs() > 4_000_000 {
        return None;
    }
    date.checked_add(days.days()).ok()
}

/// `months` later, on the same day of the month or the last one.
#[must_use]
pub fn shift_months(date: Date, months: i64) -> Option<Date> {
    if months.abs() > 100_000 {
        return None;
    }
    let month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + months;
    clipped(month.div_euclid(12), month.rem_euclid(12) + 1, i64::from(date.day()))
}

/// `minutes` later.
#[must_use]
pub fn shift_minutes(at: DateTime, minutes: i64) -> Option<DateTime> {
    if minutes.abs() > 4_000_000 * 24 * 60 {
        return None;
    }
    at.checked_add(minutes.minutes()).ok()
}

/// `seconds` later.
#[must_use]
pub fn shift_seconds(at: DateTime, seconds: i64) -> Option<DateTime> {
    if seconds.abs() > 4_000_000 * 24 * 60 {
        return None;
    }
    at.checked_add(seconds.seconds()).ok()
}

/// The Monday on or before `date`.
#[must_use]
pub fn monday(date: Date) -> Option<Date> {
    shift_days(date, -i64::from(date.weekday().to_monday_zero_offset()))
}

/// The first day on or after `from` that is weekday `weekday` (1 Monday … 7 Sunday).
#[must_use]
pub fn on_or_after(from: Date, weekday: i64) -> Option<Date> {
    shift_days(from, (weekday - number(from.weekday())).rem_euclid(7))
}

/// The last day before `before` that is weekday `weekday`.
#[must_use]
pub fn last_before(before: Date, weekday: i64) -> Option<Date> {
    let last = shift_days(before, -1)?;
    shift_days(last, -(number(last.weekday()) - weekday).rem_euclid(7))
}

/// 1 Monday … 7 Sunday.
#[must_use]
pub fn number(weekday: Weekday) -> i64 {
    i64::from(weekday.to_monday_one_offset())
}

/// `count` working days (Monday to Friday) after `date`; before it where `count` is negative.
///
/// Public holidays are not looked at: they are decided anew every year.
#[must_use]
pub fn shift_working_days(date: Date, count: i64) -> Option<Date> {
    if count.abs() > 1_000_000 {
        return None;
    }
    let step = count.signum();
    let (weeks, mut rest) = (count.abs() / 5, count.abs() % 5);
    let mut day = shift_days(date, weeks * 7 * step)?;
    while number(day.weekday()) > 5 {
        day = shift_days(day, -step)?;
    }
    while rest > 0 {
        day = shift_days(day, step)?;
        if number(day.weekday()) <= 5 {
            rest -= 1;
        }
    }
    Some(day)
}

/// Easter Sunday of the western churches (Meeus, Jones and Butcher).
#[must_use]
pub fn easter(year: i64) -> Option<Date> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    date(year, n / 31, n % 31 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_skip_saturday_and_sunday() {
        let monday = date(2021, 6, 14).unwrap();
        assert_eq!(shift_working_days(monday, 15), date(2021, 7, 5));
        let saturday = date(2026, 11, 21).unwrap();
        assert_eq!(shift_working_days(saturday, 1), date(2026, 11, 23));
        assert_eq!(shift_working_days(saturday, 5), date(2026, 11, 27));
        assert_eq!(shift_working_days(saturday, -1), date(2026, 11, 20));
    }

    #[test]
    fn easter_is_as_published() {
        for (y, m, d) in [(2013, 3, 31), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28)] {
            assert_eq!(easter(y), date(y, m, d), "Easter {y}");
        }
    }
}
