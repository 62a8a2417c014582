//! Phrases with one end: 月底前, 12月8号起, 下午三点以后, 去年以来.

use super::calendar::shift_days;
use super::digital::days;
use super::found::{Clock, Found, Meaning, Moment, PartMeaning, Point, Precision};
use super::point::{bounds, stamp};
use super::scan::Scan;
use super::words::is_among;
use jiff::civil::{Date, DateTime, Time};

/// What follows 前 where it is another word.
const NO_BEFORE: &str = "台排面方往门任提厅座舱端锋夫妻";

/// What follows 后 where it is another word.
const NO_AFTER: &str = "排座面门舱台悔续勤备天日半";

/// The day after the last one before a moment.
fn last_day(to: DateTime) -> Option<Date> {
    if to.time() == Time::midnight() { Some(to.date()) } else { shift_days(to.date(), 1) }
}

impl Scan<'_> {
    /// 月底前, 明年9月之前, 5月8日起, 下午三点以后, 去年以来.
    pub(super) fn open_end(&mut self, left: Point) -> Option<Found> {
        let at = left.end();
        if left.date.is_some_and(|d| d.wrong.is_some()) || left.now.is_some() {
            return None;
        }
        let before = self.any(at, &["之前", "以前", "为止"]).or_else(|| {
            (self.is(at, '前') && !self.one_of(at + 1, NO_BEFORE) && !self.is(at + 1, '后')).then_some(at + 1)
        });
        if let Some(end) = before {
            return self.until(left, end);
        }
        let from = self.before(left.start()).is_some_and(|c| is_among(c, "从自打由"));
        let started = self.text(at, "开始").filter(|_| from);
        let since = self.any(at, &["以来", "起至今", "开始至今", "至今"]).or(started).or_else(|| {
            let e = self.text(at, "起")?;
            (!self.one_of(e, "飞床来码价降租步点跑落航订售诉始")).then_some(e)
        });
        let after = self.any(at, &["之后", "以后", "过后", "往后"]).or_else(|| {
            (self.is(at, '后') && !self.one_of(at + 1, NO_AFTER) && !self.numeral(at + 1)).then_some(at + 1)
        });
        let end = since.or(after)?;
        self.onwards(left, end, since.is_some())
    }

    pub(super) fn until(&self, left: Point, end: usize) -> Option<Found> {
        let span = left.start()..end;
        match (left.date, left.time) {
            (None, Some(t)) => {
                let (_, to) = bounds(t.clock)?;
                let clock = Clock::Span { from: 0, to };
                Some(Found {
                    meaning: Meaning::Time(clock),
                    span: span.clone(),
                    parts: vec![(PartMeaning::Time(clock), span)],
                    rule: "open.before",
                })
            }
            (Some(d), time) => {
                let to = match time {
                    Some(t) => stamp(d.period.start, t.clock, true)?.at,
                    None => d.period.end.to_datetime(Time::midnight()),
                };
                let moment = |at| Moment { at, precision: Precision::Second };
                if to <= self.now() {
                    // 2019年以前 has no beginning: the period itself
                    return None;
                }
                let mut parts = vec![(PartMeaning::Date(days(self.today(), last_day(to)?)?), span.clone())];
                if let Some(t) = time {
                    parts = vec![
                        (PartMeaning::Date(d.period), d.start..d.end),
                        (PartMeaning::Time(Clock::Span { from: 0, to: bounds(t.clock)?.1 }), t.start..t.end),
                    ];
                }
                Some(Found {
                    meaning: Meaning::Between { from: moment(self.now()), to: moment(to) },
                    span,
                    parts,
                    rule: "open.before",
                })
            }
            (None, None) => None,
        }
    }

    pub(super) fn onwards(&self, left: Point, end: usize, since: bool) -> Option<Found> {
        let span = left.start()..end;
        match (left.date, left.time) {
            (None, Some(t)) => {
                let (from, _) = bounds(t.clock)?;
                let clock = Clock::Span { from, to: 24 * 60 };
                Some(Found {
                    meaning: Meaning::Time(clock),
                    span: span.clone(),
                    parts: vec![(PartMeaning::Time(clock), span)],
                    rule: "open.after",
                })
            }
            (Some(d), None) => {
                let start = d.period.start;
                if since && start <= self.today() {
                    let from = Moment { at: start.to_datetime(Time::midnight()), precision: Precision::Hour };
                    let to = Moment { at: self.now(), precision: Precision::Second };
                    if from.at >= to.at {
                        return None;
                    }
                    return Some(Found {
                        meaning: Meaning::Between { from, to },
                        span: span.clone(),
                        parts: self.parts_until_today(start, span)?,
                        rule: "open.since",
                    });
                }
                Some(Found {
                    meaning: Meaning::From(start),
                    span: span.clone(),
                    parts: vec![(PartMeaning::From(start), span)],
                    rule: "open.after",
                })
            }
            (Some(d), Some(t)) => {
                let (from, _) = bounds(t.clock)?;
                let clock = Clock::Span { from, to: 24 * 60 };
                Some(Found {
                    meaning: Meaning::DateTime { date: d.period.start, clock },
                    span,
                    parts: vec![
                        (PartMeaning::Date(d.period), d.start..d.end),
                        (PartMeaning::Time(clock), t.start..end),
                    ],
                    rule: "open.after",
                })
            }
            (None, None) => None,
        }
    }
}
