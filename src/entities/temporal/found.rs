//! What the parsers hand to the formatter.

use super::calendar::Period;
use jiff::civil::{Date, DateTime};
use std::ops::Range;

/// A length of time as said: years and months apart from days, days apart from seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Amount {
    pub(super) years: i64,
    pub(super) months: i64,
    pub(super) weeks: i64,
    pub(super) days: i64,
    pub(super) hours: i64,
    pub(super) minutes: i64,
    pub(super) seconds: i64,
    /// Days from Monday to Friday only.
    pub(super) working: bool,
}

impl Amount {
    /// Whether it counts days or more, and nothing finer.
    pub(super) fn whole_days(&self) -> bool {
        self.hours == 0 && self.minutes == 0 && self.seconds == 0
    }

    /// Seconds below the day.
    pub(super) fn clock_seconds(&self) -> i64 {
        (self.hours * 60 + self.minutes) * 60 + self.seconds
    }

    /// Years and months as months.
    pub(super) fn all_months(&self) -> i64 {
        self.years * 12 + self.months
    }

    /// Weeks and days as days.
    pub(super) fn all_days(&self) -> i64 {
        self.weeks * 7 + self.days
    }
}

/// How finely a clock time was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Hour,
    Minute,
    Second,
}

/// A time of day. Minutes from midnight; a night may reach past 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    At {
        minutes: i64,
        precision: Precision,
    },
    Span {
        from: i64,
        to: i64,
    },
    /// 25点: hour and minute as said.
    Wrong {
        hour: i64,
        minute: i64,
    },
}

/// A day that does not exist, as said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongDate {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

/// A date or period as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateBit {
    pub(super) period: Period,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'static str,
    pub(super) wrong: Option<WrongDate>,
    pub(super) shape: Shape,
}

/// How a date was said, as far as ranges and neighbours care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// 28号
    DayOfMonth,
    /// 11月28号
    MonthDay,
    /// 周三
    Weekday,
    /// 三月
    Month,
    /// 2026年11月28日, 今天, 中秋
    Full,
}

/// A time as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeBit {
    pub(super) clock: Clock,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'static str,
    /// The part of the day it was said in, for the right end of a range.
    pub(super) part: Option<super::lexicon::PartOfDay>,
    /// Whether the hour may lie on either side of noon.
    pub(super) open: bool,
}

/// A date, a time, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) date: Option<DateBit>,
    pub(super) time: Option<TimeBit>,
    /// The present moment: no slot.
    pub(super) now: Option<(usize, usize)>,
}

impl Point {
    pub(super) fn start(&self) -> usize {
        let date = self.date.map(|d| d.start);
        let time = self.time.map(|t| t.start);
        match (date, time) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b).unwrap_or_else(|| self.now.map_or(0, |n| n.0)),
        }
    }

    pub(super) fn end(&self) -> usize {
        let date = self.date.map(|d| d.end);
        let time = self.time.map(|t| t.end);
        match (date, time) {
            (Some(a), Some(b)) => a.max(b),
            (a, b) => a.or(b).unwrap_or_else(|| self.now.map_or(0, |n| n.1)),
        }
    }

    pub(super) fn rule(&self) -> &'static str {
        match (self.date, self.time) {
            (Some(_), Some(_)) => "datetime",
            (Some(d), None) => d.rule,
            (None, Some(t)) => t.rule,
            (None, None) => "now",
        }
    }
}

/// A moment with the fineness it was said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: DateTime,
    pub(super) precision: Precision,
}

/// What a phrase means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Date(Period),
    WrongDate(WrongDate),
    Time(Clock),
    /// A moment of a day, a wrong clock time on a day included.
    DateTime {
        date: Date,
        clock: Clock,
    },
    /// From one moment to another, or to the end that was said.
    Between {
        from: Moment,
        to: Moment,
    },
    /// From a day on.
    From(Date),
    Now,
    Duration {
        least: Amount,
        most: Option<Amount>,
    },
    /// ISO 8601 repetitions, ready to print.
    Recurrence(String),
}

/// A part of a phrase that fills a slot of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PartMeaning {
    Date(Period),
    WrongDate(WrongDate),
    From(Date),
    Time(Clock),
}

/// A phrase as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) meaning: Meaning,
    pub(super) span: Range<usize>,
    pub(super) parts: Vec<(PartMeaning, Range<usize>)>,
    pub(super) rule: &'static str,
}
