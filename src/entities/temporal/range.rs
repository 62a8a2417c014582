//! From one day or time to another: 25号到28号, 下午三点到五点半, 2-4月, 去年至今.

use super::calendar::{Grain, Period, shift_days, shift_minutes};
use super::digital::days;
use super::found::{Clock, DateBit, Found, Meaning, Moment, PartMeaning, Point, Precision, Shape, TimeBit};
use super::lexicon::Word;
use super::numeral::Form;
use super::point::{bounds, parts_of, stamp};
use super::scan::Scan;
use super::time::Before;
use jiff::civil::{Date, Time};
use std::ops::Range;

/// Joints of a range.
pub(super) const JOINTS: &[&str] = &[
    "起到",
    "起至",
    "开始到",
    "开始至",
    "一直到",
    "直到",
    "到",
    "至",
    "——",
    "--",
    "──",
    "—",
    "–",
    "―",
    "－",
    "-",
    "~",
    "～",
    "→",
];

impl Scan<'_> {
    /// Behind a joint, where it ends; 和 … 之间 is checked by the caller.
    pub(super) fn joint(&self, at: usize) -> Option<usize> {
        let at = self.space(at);
        self.ch(at).filter(|&c| self.reader.joints.has(c))?;
        let end = self.any(at, JOINTS)?;
        Some(self.space(end))
    }

    /// 25号到28号, 下午三点到五点半, 从上周到今天, 5月6号8点和7号9点之间.
    pub(super) fn range(&mut self, left: Point) -> Option<Found> {
        if left.date.is_some_and(|d| d.wrong.is_some()) {
            return None;
        }
        let end = left.end();
        if left.now.is_some() {
            // 从现在到年底
            let to = self.joint(end)?;
            let right = self.point(to).filter(|p| p.now.is_none())?;
            if let (None, Some(time)) = (right.date, right.time) {
                return self.now_until(left.start(), time);
            }
            let mut found = self.until(right, right.end())?;
            found.span.start = left.start();
            return matches!(found.meaning, Meaning::Between { .. }).then_some(found);
        }
        if let Some(to) = self.joint(end) {
            return self.range_to(left, to, end);
        }
        let to = self.any(self.space(end), &["和", "与", "跟"])?;
        let to = self.space(to);
        let found = self.range_to(left, to, end)?;
        let close = ["之间", "期间"].iter().any(|word| {
            let length = word.chars().count();
            found.span.end >= length && self.text(found.span.end - length, word).is_some()
        });
        close.then_some(found)
    }

    /// 从现在到晚上八点: until the next such moment.
    fn now_until(&self, start: usize, time: TimeBit) -> Option<Found> {
        let to = stamp(self.today(), time.clock, true)?;
        let to = if to.at <= self.now() { stamp(shift_days(self.today(), 1)?, time.clock, true)? } else { to };
        let from = Moment { at: self.now(), precision: Precision::Second };
        let now = i64::from(self.now().hour()) * 60 + i64::from(self.now().minute());
        let clock = Clock::Span { from: now, to: bounds(time.clock)?.1 };
        let span = start..time.end;
        let parts = vec![(PartMeaning::Time(clock), span.clone())];
        Some(Found { meaning: Meaning::Between { from, to }, span, parts, rule: "range.datetime" })
    }

    pub(super) fn range_to(&mut self, left: Point, to: usize, joint_at: usize) -> Option<Found> {
        // 到现在, 至今, 到目前为止
        let from = self.moment_of(&left);
        if let Some(now_end) = self.now_end(to, joint_at)
            && let Some(from) = from.filter(|f| f.at < self.now())
        {
            let now = Moment { at: self.now(), precision: Precision::Second };
            let span = left.start()..now_end;
            let parts = self.parts_until_today(from.at.date(), span.clone())?;
            return Some(Found { meaning: Meaning::Between { from, to: now }, span, parts, rule: "range.until_now" });
        }
        let saved = self.base;
        self.base = left.date.map(|d| d.period);
        let right = self.right_end(&left, to);
        self.base = saved;
        let mut right = right?;
        let left = self.same_day(left, &mut right);
        let mut found = self.between(left, right)?;
        if let Some(end) = self.any(found.span.end, &["为止", "之间", "期间", "止", "这段时间"]) {
            found.span.end = end;
        }
        Some(found)
    }

    pub(super) fn now_end(&mut self, to: usize, joint_at: usize) -> Option<usize> {
        let at = self.space(joint_at);
        if let Some(end) = self.any(at, &["起至今", "开始至今", "至今"])
            && !self.one_of(end, "早晚天日夜晨年明午")
        {
            return Some(end);
        }
        match self.word(to) {
            Some((Word::Now | Word::Day(0), end)) if self.time(end, Before::Today).is_none() => {
                Some(self.text(end, "为止").unwrap_or(end))
            }
            _ => None,
        }
    }

    /// The right end of a range; it may lack what the left end has.
    pub(super) fn right_end(&mut self, left: &Point, to: usize) -> Option<Point> {
        if let Some(date) = left.date {
            // 周一到五
            if date.shape == Shape::Weekday
                && left.time.is_none()
                && let Some((day, end)) = self.weekday(to)
                && !self.one_of(end, "点时号月年天个")
            {
                let day = super::calendar::on_or_after(date.period.start, day)?;
                return Some(self.date_point(Period::day(day)?, to, end));
            }
            // 2011.05-2012
            if date.rule == "date.digits"
                && date.period.grain == Grain::Month
                && let Some((year, 4)) = self.digits(to)
                && self.at_break(to + 4)
                && !self.one_of(to + 4, "-/.:")
            {
                return Some(self.date_point(Period::year(year)?, to, to + 4));
            }
            // 25号到28, 11月25到28, 3月6至4月8
            if matches!(date.shape, Shape::DayOfMonth | Shape::MonthDay | Shape::Full)
                && date.period.grain == Grain::Day
                && left.time.is_none()
                && let Some(n) = self.num(to)
                && (1..=31).contains(&n.value)
                && n.length <= 3
                && (self.at_break(n.end) && !self.one_of(n.end, ":/.-·%") || self.one_of(n.end, "去飞回走的"))
                && date.rule != "date.digits"
                && date.rule != "date.relative_day"
            {
                let month = Period::month(i64::from(date.period.start.year()), i64::from(date.period.start.month()))?;
                let mut day = shift_days(month.start, n.value - 1)?;
                if day <= date.period.start {
                    day = shift_days(month.end, n.value - 1)?;
                }
                return Some(self.date_point(Period::day(day)?, to, n.end));
            }
        }
        let mut right = self.point(to)?;
        if right.now.is_some() {
            return None;
        }
        // 周一到周五上午, 周一至周日10:00-22:00: on every day, not until the last one's
        if let (Some(l), None, Some(_)) = (left.date, left.time, right.date)
            && l.shape == Shape::Weekday
        {
            right.time = None;
        }
        if let (Some(l), Some(r)) = (left.time, right.time)
            && right.date.is_none()
        {
            let mut time = self.later_time(l, r);
            // 8~11点半 reads its left end without a part of the day; so does 上午10点到12点
            time.start = r.start;
            right.time = Some(time);
        }
        Some(right)
    }

    /// 九点到五点, 8点到17点: a left end that may lie on either side of noon is taken so that both ends lie on one day.
    pub(super) fn same_day(&self, mut left: Point, right: &mut Point) -> Point {
        let (Some(l), Some(r)) = (left.time, right.time) else {
            return left;
        };
        let (Clock::At { minutes, precision }, Clock::At { minutes: to, .. }) = (l.clock, r.clock) else {
            return left;
        };
        if right.date.is_some() || !l.open || minutes < 720 || to > minutes && to <= 1440 {
            return left;
        }
        let early = TimeBit { clock: Clock::At { minutes: minutes - 720, precision }, ..l };
        left.time = Some(early);
        right.time = Some(self.later_time(early, r));
        left
    }

    pub(super) fn date_point(&self, period: Period, start: usize, end: usize) -> Point {
        Point { date: Some(self.bit(period, start, end, "range.date")), time: None, now: None }
    }

    /// A range from two points.
    pub(super) fn between(&self, left: Point, right: Point) -> Option<Found> {
        let span = left.start()..right.end();
        match (left.date, left.time, right.date, right.time) {
            (Some(l), None, Some(r), None) => {
                if r.wrong.is_some() {
                    return None;
                }
                let period = Period::between(l.period.start, r.period.end, Grain::Days)?;
                Some(Found {
                    meaning: Meaning::Date(period),
                    span: span.clone(),
                    parts: vec![(PartMeaning::Date(period), span)],
                    rule: "range.date",
                })
            }
            (None, Some(l), None, Some(r)) => {
                let (from, _) = bounds(l.clock)?;
                let (_, to) = bounds(r.clock)?;
                let clock = Clock::Span { from, to };
                Some(Found {
                    meaning: Meaning::Time(clock),
                    span: span.clone(),
                    parts: vec![(PartMeaning::Time(clock), span)],
                    rule: "range.time",
                })
            }
            (Some(l), Some(lt), None, Some(rt)) => {
                let from = stamp(l.period.start, lt.clock, false)?;
                let to = stamp(l.period.start, rt.clock, true)?;
                let clock = Clock::Span { from: bounds(lt.clock)?.0, to: bounds(rt.clock)?.1 };
                let to = if to.at <= from.at { Moment { at: shift_minutes(to.at, 24 * 60)?, ..to } } else { to };
                Some(Found {
                    meaning: Meaning::Between { from, to },
                    span: span.clone(),
                    parts: vec![
                        (PartMeaning::Date(l.period), l.start..l.end),
                        (PartMeaning::Time(clock), lt.start..rt.end),
                    ],
                    rule: "range.datetime",
                })
            }
            (None, Some(lt), Some(r), rt) => {
                // 13:20到次日05:40: the left end is on the day before or today
                let from = stamp(self.today(), lt.clock, false)?;
                self.mixed(from, &left, Some(r), rt, span)
            }
            (Some(_), _, Some(r), rt) => {
                let from = self.moment_of(&left)?;
                self.mixed(from, &left, Some(r), rt, span)
            }
            _ => None,
        }
    }

    pub(super) fn mixed(
        &self,
        from: Moment,
        left: &Point,
        right: Option<DateBit>,
        rt: Option<TimeBit>,
        span: Range<usize>,
    ) -> Option<Found> {
        let r = right.filter(|r| r.wrong.is_none())?;
        let to = match rt {
            Some(t) => stamp(r.period.start, t.clock, true)?,
            None => Moment { at: r.period.end.to_datetime(Time::midnight()), precision: Precision::Hour },
        };
        if to.at <= from.at {
            return None;
        }
        let mut parts = parts_of(left);
        parts.push((PartMeaning::Date(r.period), r.start..r.end));
        if let Some(t) = rt {
            parts.push((PartMeaning::Time(t.clock), t.start..t.end));
        }
        Some(Found { meaning: Meaning::Between { from, to }, span, parts, rule: "range.datetime" })
    }

    /// Where a point starts as a moment.
    pub(super) fn moment_of(&self, point: &Point) -> Option<Moment> {
        match (point.date, point.time) {
            (Some(d), Some(t)) => stamp(d.period.start, t.clock, false),
            (Some(d), None) => {
                Some(Moment { at: d.period.start.to_datetime(Time::midnight()), precision: Precision::Hour })
            }
            (None, Some(t)) => stamp(self.today(), t.clock, false),
            (None, None) => None,
        }
    }

    pub(super) fn parts_until_today(&self, from: Date, span: Range<usize>) -> Option<Vec<(PartMeaning, Range<usize>)>> {
        let period = days(from, shift_days(self.today(), 1)?)?;
        Some(vec![(PartMeaning::Date(period), span)])
    }

    /// 2-4月, 25到28号, 1995-1997年, 2020至2025年, 周一到周五 are ranges whose left end lacks its unit.
    pub(super) fn joined_numbers(&mut self, at: usize) -> Option<Found> {
        if self
            .before(at)
            .is_some_and(|c| c.is_ascii_alphanumeric() && self.digit(at) || matches!(c, '第' | '.' | ':' | '-' | '/'))
        {
            return None;
        }
        let low = self.num(at)?;
        let to = self.joint(low.end).or_else(|| self.any(low.end, &["、", "和"]).filter(|&e| self.numeral(e)))?;
        let listed = self.one_of(low.end, "、和");
        let high = self.num(to)?;
        let unit = self.space(high.end);
        let span = |end| at..end;
        let (period, end, rule) = match self.ch(unit)? {
            '年' if !listed || high.value == low.value + 1 => {
                let year = |n: super::scan::Num| {
                    if Self::is_long_year(n.value, n.form, n.length) {
                        Some(n.value)
                    } else if n.length == 2 && n.form != Form::Positional {
                        Some(self.century(n.value))
                    } else {
                        None
                    }
                };
                if !Self::is_long_year(low.value, low.form, low.length) {
                    return None;
                }
                let (a, b) = (year(low)?, year(high)?);
                let mut end = unit + 1;
                let mut period = Period::between(Period::year(a)?.start, Period::year(b)?.end, Grain::Age)?;
                // 2020年至2025年6月 has its own words; 2022至2031年前 ends with the year
                if let Some(m) = self.num(end)
                    && self.is(m.end, '月')
                {
                    let month = self.month(Some(b), m, end)?;
                    period = Period::between(period.start, month.period.end, Grain::Days)?;
                    end = month.end;
                }
                let end = self.any(end, &["之前", "以前"]).unwrap_or(end);
                let end = if self.is(end, '前') && self.at_break(end + 1) { end + 1 } else { end };
                (period, end, "range.date")
            }
            '月' => {
                if !(1..=12).contains(&low.value)
                    || !(1..=12).contains(&high.value)
                    || listed && high.value != low.value + 1
                {
                    return None;
                }
                let left = self.yearly(unit, |y| Period::month(y, low.value))?;
                let saved = self.base;
                self.base = Some(left);
                let right = self.month(None, high, to);
                self.base = saved;
                let right = right?;
                if right.period.grain != Grain::Month {
                    // 3-5月 counts months; 3-5月8号 is none of ours
                    return None;
                }
                (days(left.start, right.period.end)?, right.end, "range.date")
            }
            '号' | '日' => {
                if !(1..=31).contains(&low.value) || low.length > 3 || listed && high.value != low.value + 1 {
                    return None;
                }
                let right_ok = self.date(to)?;
                if right_ok.shape != Shape::DayOfMonth || low.value >= high.value && low.value - high.value < 15 {
                    return None;
                }
                let day = Period::day(self.future_day(low.value)?)?;
                let saved = self.base;
                self.base = Some(day);
                let right = self.date(to);
                self.base = saved;
                let right = right?;
                (days(day.start, right.period.end)?, right.end, "range.date")
            }
            _ => return None,
        };
        let span = span(end);
        let mut found = Found {
            meaning: Meaning::Date(period),
            span: span.clone(),
            parts: vec![(PartMeaning::Date(period), span)],
            rule,
        };
        if let Some(end) = self.any(found.span.end, &["之间", "期间", "为止", "止"]) {
            found.span.end = end;
        }
        Some(found)
    }

    /// The next such day of the month, today included.
    pub(super) fn future_day(&self, day: i64) -> Option<Date> {
        let anchor = self.base.map_or(self.today(), |b| b.start);
        let month = i64::from(anchor.year()) * 12 + i64::from(anchor.month()) - 1;
        (0..=3).find_map(|shift| {
            super::calendar::date((month + shift).div_euclid(12), (month + shift).rem_euclid(12) + 1, day)
                .filter(|&d| d >= anchor)
        })
    }
}
