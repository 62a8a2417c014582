//! Canonical values: 2026-11-22, 2026-11-21/2026-11-23, 14:30, 2026-11-22T14:30, P3D.

use super::calendar::{Grain, Period, shift_days, shift_minutes};
use super::found::{Amount, Clock, Found, Meaning, Moment, PartMeaning, Precision, WrongDate};
use super::present::Present;
use super::{Kind, Part, Reason};
use jiff::civil::{Date, DateTime, Time};
use std::fmt::Write;

/// `2026-11-22`; years before 1000 with leading zeros.
pub(super) fn date(date: Date) -> String {
    let mut out = String::with_capacity(10);
    push_date(&mut out, date);
    out
}

fn push_two(out: &mut String, n: i64) {
    out.push(char::from(b'0' + (n / 10 % 10) as u8));
    out.push(char::from(b'0' + (n % 10) as u8));
}

fn push_date(out: &mut String, date: Date) {
    push_ymd(out, i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
}

fn push_ymd(out: &mut String, year: i64, month: i64, day: i64) {
    if (0..10_000).contains(&year) {
        push_two(out, year / 100);
        push_two(out, year % 100);
    } else {
        let _ = write!(out, "{year:05}");
    }
    out.push('-');
    push_two(out, month);
    out.push('-');
    push_two(out, day);
}

fn push_clock(out: &mut String, minutes: i64) {
    push_two(out, minutes / 60);
    out.push(':');
    push_two(out, minutes % 60);
}

/// `2026-11-22T14:30`.
pub(super) fn moment(at: DateTime) -> String {
    let mut out = String::with_capacity(16);
    push_moment(&mut out, at);
    out
}

fn push_moment(out: &mut String, at: DateTime) {
    push_date(out, at.date());
    out.push('T');
    push_clock(out, i64::from(at.hour()) * 60 + i64::from(at.minute()));
}

fn period(period: Period) -> String {
    let mut out = String::with_capacity(21);
    push_date(&mut out, period.start);
    if period.grain != Grain::Day && shift_days(period.start, 1) != Some(period.end) || period.grain == Grain::Month {
        out.push('/');
        push_date(&mut out, period.end);
    }
    out
}

fn from(start: Date) -> String {
    let mut out = date(start);
    out.push_str("/..");
    out
}

fn wrong_date(wrong: WrongDate) -> String {
    let mut out = String::with_capacity(10);
    push_ymd(&mut out, wrong.year, wrong.month, wrong.day);
    out
}

/// A time of day alone: 24:00 ends an interval, and is 00:00 as a point.
fn clock(clock: Clock, on_a_day: bool) -> String {
    let mut out = String::with_capacity(11);
    match clock {
        Clock::At { minutes, .. } => {
            let minutes = if on_a_day && minutes == 1440 { minutes } else { minutes % 1440 };
            push_clock(&mut out, minutes);
        }
        Clock::Span { from, to } => {
            push_clock(&mut out, from % 1440);
            out.push('/');
            push_clock(&mut out, if to > 1440 { to % 1440 } else { to });
        }
        Clock::Wrong { hour, minute } => push_clock(&mut out, hour * 60 + minute),
    }
    out
}

/// `P1Y3M20DT8H50M20S`, weeks alone or with what follows: `P5WT3H`.
pub(super) fn duration(amount: &Amount) -> String {
    let mut out = String::from("P");
    for (count, unit) in [(amount.years, 'Y'), (amount.months, 'M'), (amount.weeks, 'W'), (amount.days, 'D')] {
        if count != 0 {
            let _ = write!(out, "{count}{unit}");
        }
    }
    if amount.clock_seconds() != 0 {
        out.push('T');
        for (count, unit) in [(amount.hours, 'H'), (amount.minutes, 'M'), (amount.seconds, 'S')] {
            if count != 0 {
                let _ = write!(out, "{count}{unit}");
            }
        }
    }
    if out.len() == 1 {
        out.push_str("T0S");
    }
    out
}

/// What a day with a clock time covers, written as a moment or as an interval.
fn on_day(day: Date, at: Clock, extents: bool) -> Option<String> {
    let midnight = day.to_datetime(Time::midnight());
    match at {
        Clock::At { minutes, precision } => {
            let from = shift_minutes(midnight, minutes)?;
            let mut out = moment(from);
            let length = match precision {
                Precision::Hour => 60,
                Precision::Minute => 1,
                Precision::Second => 0,
            };
            if extents && length > 0 {
                out.push('/');
                push_moment(&mut out, shift_minutes(from, length)?);
            }
            Some(out)
        }
        Clock::Span { from, to } => {
            let mut out = moment(shift_minutes(midnight, from)?);
            out.push('/');
            push_moment(&mut out, shift_minutes(midnight, to)?);
            Some(out)
        }
        Clock::Wrong { hour, minute } => {
            let mut out = date(day);
            out.push('T');
            push_clock(&mut out, hour * 60 + minute);
            Some(out)
        }
    }
}

fn between(start: Moment, end: Moment, extents: bool) -> Option<String> {
    let mut out = moment(start.at);
    out.push('/');
    let last = if extents && end.precision == Precision::Minute { shift_minutes(end.at, 1)? } else { end.at };
    push_moment(&mut out, last);
    Some(out)
}

/// Kind, canonical value, and what is wrong with it.
pub(super) fn value(found: &Found, present: &Present, extents: bool) -> Option<(Kind, String, Option<Reason>)> {
    let clock_reason = |c: Clock| matches!(c, Clock::Wrong { .. }).then_some(Reason::NoSuchTime);
    Some(match &found.meaning {
        Meaning::Date(p) => (Kind::Date, period(*p), None),
        Meaning::WrongDate(w) => (Kind::Date, wrong_date(*w), Some(Reason::NoSuchDay)),
        Meaning::Time(c) => (Kind::Time, clock(*c, false), clock_reason(*c)),
        Meaning::DateTime { date, clock } => (Kind::DateTime, on_day(*date, *clock, extents)?, clock_reason(*clock)),
        Meaning::Between { from, to } => (Kind::DateTime, between(*from, *to, extents)?, None),
        Meaning::From(start) => (Kind::Date, from(*start), None),
        Meaning::Now => (Kind::DateTime, moment(present.now()), None),
        Meaning::Duration { least, most } => {
            let mut out = duration(least);
            if let Some(most) = most {
                out.push('/');
                out.push_str(&duration(most));
            }
            (Kind::Duration, out, None)
        }
        Meaning::Recurrence(text) => (Kind::Recurrence, text.clone(), None),
    })
}

/// The slots of a phrase.
pub(super) fn parts(found: &Found) -> Vec<Part> {
    found
        .parts
        .iter()
        .map(|(meaning, span)| {
            let (kind, value) = match *meaning {
                PartMeaning::Date(p) => (Kind::Date, period(p)),
                PartMeaning::WrongDate(w) => (Kind::Date, wrong_date(w)),
                PartMeaning::From(d) => (Kind::Date, from(d)),
                PartMeaning::Time(c) => (Kind::Time, clock(c, true)),
            };
            Part { kind, span: span.clone(), value }
        })
        .collect()
}
