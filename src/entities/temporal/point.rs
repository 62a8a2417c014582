//! A day, a time, or a day with a time: 明天下午三点, 28号的早上.

use super::calendar::{Grain, Period, shift_days, shift_minutes};
use super::found::{Clock, DateBit, Found, Meaning, Moment, PartMeaning, Point, Precision, TimeBit};
use super::lexicon::Word;
use super::scan::Scan;
use super::time::Before;
use jiff::civil::{Date, Time};
use std::ops::Range;

/// The slots of a point.
pub(super) fn parts_of(point: &Point) -> Vec<(PartMeaning, Range<usize>)> {
    let mut parts = Vec::new();
    if let Some(d) = point.date {
        let meaning = match d.wrong {
            Some(wrong) => PartMeaning::WrongDate(wrong),
            None => PartMeaning::Date(d.period),
        };
        parts.push((meaning, d.start..d.end));
    }
    if let Some(t) = point.time {
        parts.push((PartMeaning::Time(t.clock), t.start..t.end));
    }
    parts
}

/// First and last minute of a clock time, an hour named counting as its start.
pub(super) fn bounds(clock: Clock) -> Option<(i64, i64)> {
    match clock {
        Clock::At { minutes, .. } => Some((minutes, minutes)),
        Clock::Span { from, to } => Some((from, to)),
        Clock::Wrong { .. } => None,
    }
}

/// A clock time on a day; the end of a part of the day where `end` is asked for.
pub(super) fn stamp(date: Date, clock: Clock, end: bool) -> Option<Moment> {
    let (from, to) = bounds(clock)?;
    let precision = match clock {
        Clock::At { precision, .. } => precision,
        _ => Precision::Hour,
    };
    Some(Moment { at: shift_minutes(date.to_datetime(Time::midnight()), if end { to } else { from })?, precision })
}

impl Scan<'_> {
    /// A day, a time, or a day with a time.
    pub(super) fn point(&mut self, at: usize) -> Option<Point> {
        if let Some((word, end)) = self.word(at) {
            match word {
                Word::Shield => return None,
                Word::Now => {
                    return Some(Point { date: None, time: None, now: Some((at, end)) });
                }
                Word::DayPart(n, split, part) => {
                    let day = Period::day(shift_days(self.today(), n)?)?;
                    let date = self.bit(day, at, at + split, "date.relative_day");
                    let before = if n == 0 { Before::Today } else { Before::Day };
                    let time = self.time_in(at + split, end, Some(part), before)?;
                    return Some(Point { date: Some(date), time: Some(time), now: None });
                }
                Word::HangingDay(n) => {
                    // 次日05:40 behind a day, 当天下午; alone it hangs on what was said before
                    let anchor = self.base.map_or(self.today(), |b| b.start);
                    let day = Period::day(shift_days(anchor, n)?)?;
                    let date = self.bit(day, at, end, "date.relative_day");
                    let time = self.time_behind(&date)?;
                    return Some(Point { date: Some(date), time: Some(time), now: None });
                }
                _ => {}
            }
        }
        let date = match self.date(at) {
            Some(date) => Some(date),
            None if self.is(at, '大') || self.is(at, '初') => self.first_days(at),
            None if self.digit(at) => self.english_day_month(at),
            None => None,
        };
        let date = date.or_else(|| self.offset_date(at));
        if let Some(date) = date {
            let date = self.same_day_twice(date);
            let time = self.time_behind(&date);
            return Some(Point { date: Some(date), time, now: None });
        }
        let time = self.time(at, Before::Nothing)?;
        Some(Point { date: None, time: Some(time), now: None })
    }

    /// The time behind a day: 明天下午三点, 28号的早上, 2026-11-28 19:05.
    pub(super) fn time_behind(&mut self, date: &DateBit) -> Option<TimeBit> {
        if date.wrong.is_none() && date.period.grain != Grain::Day {
            return None;
        }
        // the right end of a range is as said: 昨天18时至今天6时
        let before = if date.period.start == self.today() && self.base.is_none() { Before::Today } else { Before::Day };
        let mut at = date.end;
        if date.rule == "date.digits" && self.one_of(at, "-t_") && self.digit(at + 1) && self.clock_follows(at + 1) {
            at += 1;
        }
        at = self.space(at);
        if self.one_of(at, "的,，/") || self.is(at, '在') || self.is(at, '是') {
            let marked = self.space(at + 1);
            let time = self.time(marked, before)?;
            // 28号,8点 may be two things, 28号,早上 is one
            return Some(time);
        }
        // 28号12点 and 12/3 8点 stand apart by a space or 号; 1月3 8点
        self.time(at, before)
    }

    /// Whether a clock time in digits stands at `at`.
    pub(super) fn clock_follows(&self, at: usize) -> bool {
        self.digits(at).is_some_and(|(_, length)| length <= 2 && self.is(at + length, ':'))
    }

    /// The meaning of a point alone.
    pub(super) fn single(&self, point: Point) -> Option<Found> {
        let span = point.start()..point.end();
        let parts = parts_of(&point);
        let meaning = match (point.date, point.time) {
            (Some(d), None) => match d.wrong {
                Some(wrong) => Meaning::WrongDate(wrong),
                None => Meaning::Date(d.period),
            },
            (Some(d), Some(t)) => match d.wrong {
                Some(wrong) => Meaning::WrongDate(wrong),
                None => Meaning::DateTime { date: d.period.start, clock: t.clock },
            },
            (None, Some(t)) => Meaning::Time(t.clock),
            (None, None) => Meaning::Now,
        };
        Some(Found { meaning, span, parts, rule: point.rule() })
    }
}
