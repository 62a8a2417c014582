//! Phrases: a day with a time, ranges, open ends, lists, repetitions.

use super::calendar::{Grain, Period, shift_days, shift_minutes};
use super::digital::days;
use super::found::{Clock, DateBit, Found, Meaning, Moment, PartMeaning, Point, Precision, Shape, TimeBit};
use super::lexicon::Word;
use super::numeral::Form;
use super::scan::Scan;
use super::time::Before;
use jiff::civil::{Date, DateTime, Time};
use std::ops::Range;

/// Joints of a range.
const JOINTS: &[&str] = &[
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

/// What follows 前 where it is another word.
const NO_BEFORE: &str = "台排面方往门任提厅座舱端锋夫妻";
/// What follows 后 where it is another word.
const NO_AFTER: &str = "排座面门舱台悔续勤备天日半";

impl Scan<'_> {
    /// The phrase that starts at `at`.
    pub(super) fn phrase(&mut self, at: usize) -> Option<Found> {
        let c = self.ch(at)?;
        if c == '每' || c == '逢' {
            return self.repeated(at);
        }
        if c.is_ascii_alphabetic() && self.before(at).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        if self.numeral(at) || c == '半' {
            if let Some(found) = self.digit_phrase(at) {
                return Some(found);
            }
        } else {
            if let Some(found) = self.open_window(at) {
                return Some(found);
            }
            if matches!(c, '上' | '下' | '前' | '后')
                && let Some(found) = self.aligned(at)
            {
                return Some(found);
            }
            if c == '再'
                && let Some(found) = self.counted_or_point(at)
            {
                return Some(found);
            }
        }
        let left = self.point(at)?;
        self.point_phrase(left)
    }

    fn counted_or_point(&mut self, at: usize) -> Option<Found> {
        if let Some(point) = self.point(at) {
            return self.point_phrase(point);
        }
        self.counted(at)
    }

    /// A phrase that opens with a number.
    fn digit_phrase(&mut self, at: usize) -> Option<Found> {
        // most numbers are none of ours: what stands behind them tells at once
        if let Some(n) = self.num(at)
            && !self.ch(n.end).is_some_and(|c| self.reader.behind_number.has(c))
            && !(n.length == 8 && n.form == Form::Arabic)
            && self.word(at).is_none()
            && self.holiday_name(at).is_none()
        {
            return None;
        }
        if let Some(found) = self.joined_numbers(at) {
            return Some(found);
        }
        if let Some(left) = self.point(at) {
            return self.point_phrase(left);
        }
        self.counted(at)
    }

    /// What a point, and what stands behind it, say together.
    fn point_phrase(&mut self, left: Point) -> Option<Found> {
        if let Some(found) = self.list(left) {
            return Some(found);
        }
        if let Some(found) = self.range(left) {
            return Some(found);
        }
        if let Some(found) = self.open_end(left) {
            return Some(found);
        }
        let mut found = self.single(left)?;
        if let Some(end) = self.any(found.span.end, &["左右", "前后", "上下", "许"]) {
            found.span.end = end;
        }
        Some(found)
    }

    // ---- points ------------------------------------------------------------------------------------------

    /// A day, a time, or a day with a time.
    pub(super) fn point(&mut self, at: usize) -> Option<Point> {
        if let Some((word, end)) = self.word(at) {
            match word {
                Word::Shield => return None,
                Word::Now => {
                    return Some(Point { date: None, time: None, now: Some((at, end)) });
                }
                Word::DayPart(n, split, part) => {
                    let day = Period::day(shift_days(self.today, n)?)?;
                    let date = self.bit(day, at, at + split, "date.relative_day");
                    let before = if n == 0 { Before::Today } else { Before::Day };
                    let time = self.time_in(at + split, end, Some(part), before)?;
                    return Some(Point { date: Some(date), time: Some(time), now: None });
                }
                Word::HangingDay(n) => {
                    // 次日05:40 behind a day, 当天下午; alone it hangs on what was said before
                    let anchor = self.base.map_or(self.today, |b| b.start);
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

    /// The time behind a day: 明天下午三点, 28号的早上, 2018-11-29 18:59.
    fn time_behind(&mut self, date: &DateBit) -> Option<TimeBit> {
        if date.wrong.is_none() && date.period.grain != Grain::Day {
            return None;
        }
        let before = if date.period.start == self.today { Before::Today } else { Before::Day };
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
    fn clock_follows(&self, at: usize) -> bool {
        self.digits(at).is_some_and(|(_, length)| length <= 2 && self.is(at + length, ':'))
    }

    /// The meaning of a point alone.
    fn single(&self, point: Point) -> Option<Found> {
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

    // ---- ranges ------------------------------------------------------------------------------------------

    /// Behind a joint, where it ends; 和 … 之间 is checked by the caller.
    pub(super) fn joint(&self, at: usize) -> Option<usize> {
        let at = self.space(at);
        let end = self.any(at, JOINTS)?;
        Some(self.space(end))
    }

    /// 25号到28号, 下午三点到五点半, 从上个月到今天, 1月15号4点和2月3号9点之间.
    fn range(&mut self, left: Point) -> Option<Found> {
        if left.date.is_some_and(|d| d.wrong.is_some()) {
            return None;
        }
        let end = left.end();
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

    fn range_to(&mut self, left: Point, to: usize, joint_at: usize) -> Option<Found> {
        // 到现在, 至今, 到目前为止
        let from = self.moment_of(&left);
        if let Some(now_end) = self.now_end(to, joint_at)
            && let Some(from) = from.filter(|f| f.at < self.now)
        {
            let now = Moment { at: self.now, precision: Precision::Second };
            let span = left.start()..now_end;
            let parts = self.parts_until_today(from.at.date(), span.clone())?;
            return Some(Found { meaning: Meaning::Between { from, to: now }, span, parts, rule: "range.until_now" });
        }
        let saved = self.base;
        self.base = left.date.map(|d| d.period);
        let right = self.right_end(&left, to);
        self.base = saved;
        let right = right?;
        let mut found = self.between(left, right)?;
        if let Some(end) = self.any(found.span.end, &["为止", "之间", "期间", "止", "这段时间"]) {
            found.span.end = end;
        }
        Some(found)
    }

    fn now_end(&mut self, to: usize, joint_at: usize) -> Option<usize> {
        let at = self.space(joint_at);
        if let Some(end) = self.any(at, &["起至今", "开始至今", "至今"]) {
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
    fn right_end(&mut self, left: &Point, to: usize) -> Option<Point> {
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
            // 2008.03-2009
            if date.rule == "date.digits"
                && date.period.grain == Grain::Month
                && let Some((year, 4)) = self.digits(to)
                && self.at_break(to + 4)
                && !self.one_of(to + 4, "-/.:")
            {
                return Some(self.date_point(Period::year(year)?, to, to + 4));
            }
            // 25号到28, 11月25到28, 1月3至2月10
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
        if let (Some(l), Some(r)) = (left.time, right.time)
            && right.date.is_none()
        {
            let mut time = self.later_time(l, r);
            // 9~12点半 reads its left end without a part of the day; so does 上午10点到12点
            time.start = r.start;
            right.time = Some(time);
        }
        Some(right)
    }

    fn date_point(&self, period: Period, start: usize, end: usize) -> Point {
        Point { date: Some(self.bit(period, start, end, "date.range")), time: None, now: None }
    }

    /// A range from two points.
    fn between(&self, left: Point, right: Point) -> Option<Found> {
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
                let from = stamp(self.today, lt.clock, false)?;
                self.mixed(from, &left, Some(r), rt, span)
            }
            (Some(_), _, Some(r), rt) => {
                let from = self.moment_of(&left)?;
                self.mixed(from, &left, Some(r), rt, span)
            }
            _ => None,
        }
    }

    fn mixed(
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
    fn moment_of(&self, point: &Point) -> Option<Moment> {
        match (point.date, point.time) {
            (Some(d), Some(t)) => stamp(d.period.start, t.clock, false),
            (Some(d), None) => {
                Some(Moment { at: d.period.start.to_datetime(Time::midnight()), precision: Precision::Hour })
            }
            (None, Some(t)) => stamp(self.today, t.clock, false),
            (None, None) => None,
        }
    }

    fn parts_until_today(&self, from: Date, span: Range<usize>) -> Option<Vec<(PartMeaning, Range<usize>)>> {
        let period = days(from, shift_days(self.today, 1)?)?;
        Some(vec![(PartMeaning::Date(period), span)])
    }

    /// 9月10号,11号,12号: three or more days in a row are one period.
    fn list(&mut self, left: Point) -> Option<Found> {
        let first = left.date.filter(|d| d.wrong.is_none() && d.period.grain == Grain::Day)?;
        if left.time.is_some() || !matches!(first.shape, Shape::DayOfMonth | Shape::MonthDay | Shape::Full) {
            return None;
        }
        let mut last = first;
        let mut count = 1;
        while count < 31 {
            let Some(next) = self.any(last.end, &[", ", ",", "，", "、", "和"]) else {
                break;
            };
            let saved = self.base;
            self.base = Some(last.period);
            let found = self.base_numbered(next);
            self.base = saved;
            match found {
                Some(d) if d.period.grain == Grain::Day && d.period.start == last.period.end && d.wrong.is_none() => {
                    last = d;
                    count += 1;
                }
                _ => break,
            }
        }
        if count < 3 {
            return None;
        }
        let span = first.start..last.end;
        let period = days(first.period.start, last.period.end)?;
        Some(Found {
            meaning: Meaning::Date(period),
            span: span.clone(),
            parts: vec![(PartMeaning::Date(period), span)],
            rule: "date.list",
        })
    }

    fn base_numbered(&mut self, at: usize) -> Option<DateBit> {
        if !self.numeral(at) {
            return None;
        }
        self.date(at)
    }

    /// 2-4月, 25到28号, 1995-1997年, 2020至2025年, 周一到周五 are ranges whose left end lacks its unit.
    fn joined_numbers(&mut self, at: usize) -> Option<Found> {
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
                // 2020年至2025年6月 has its own words; 2020至2025年前 ends with the year
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
    fn future_day(&self, day: i64) -> Option<Date> {
        let anchor = self.base.map_or(self.today, |b| b.start);
        let month = i64::from(anchor.year()) * 12 + i64::from(anchor.month()) - 1;
        (0..=3).find_map(|shift| {
            super::calendar::date((month + shift).div_euclid(12), (month + shift).rem_euclid(12) + 1, day)
                .filter(|&d| d >= anchor)
        })
    }

    // ---- open ends ---------------------------------------------------------------------------------------

    /// 月底前, 明年6月之前, 5月8日起, 下午三点以后, 去年以来.
    fn open_end(&mut self, left: Point) -> Option<Found> {
        let at = left.end();
        if left.date.is_some_and(|d| d.wrong.is_some()) || left.now.is_some() {
            return None;
        }
        let before = self.any(at, &["之前", "以前"]).or_else(|| {
            (self.is(at, '前') && !self.one_of(at + 1, NO_BEFORE) && !self.is(at + 1, '后')).then_some(at + 1)
        });
        if let Some(end) = before {
            return self.until(left, end);
        }
        let since = self.any(at, &["以来", "起至今", "开始至今", "至今"]).or_else(|| {
            let e = self.text(at, "起")?;
            (!self.one_of(e, "飞床来码价降租步点跑落航订售诉始")).then_some(e)
        });
        let after = self.any(at, &["之后", "以后", "过后", "往后"]).or_else(|| {
            (self.is(at, '后') && !self.one_of(at + 1, NO_AFTER) && !self.numeral(at + 1)).then_some(at + 1)
        });
        let end = since.or(after)?;
        self.onwards(left, end, since.is_some())
    }

    fn until(&self, left: Point, end: usize) -> Option<Found> {
        let span = left.start()..end;
        match (left.date, left.time) {
            (None, Some(t)) => {
                let (_, to) = bounds_at(t.clock)?;
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
                if to <= self.now {
                    // 2019年以前 has no beginning: the period itself
                    return None;
                }
                let mut parts = vec![(PartMeaning::Date(days(self.today, last_day(to)?)?), span.clone())];
                if let Some(t) = time {
                    parts = vec![
                        (PartMeaning::Date(d.period), d.start..d.end),
                        (PartMeaning::Time(Clock::Span { from: 0, to: bounds_at(t.clock)?.1 }), t.start..t.end),
                    ];
                }
                Some(Found {
                    meaning: Meaning::Between { from: moment(self.now), to: moment(to) },
                    span,
                    parts,
                    rule: "open.before",
                })
            }
            (None, None) => None,
        }
    }

    fn onwards(&self, left: Point, end: usize, since: bool) -> Option<Found> {
        let span = left.start()..end;
        match (left.date, left.time) {
            (None, Some(t)) => {
                let (from, _) = bounds_at(t.clock)?;
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
                if since && start <= self.today {
                    let from = Moment { at: start.to_datetime(Time::midnight()), precision: Precision::Hour };
                    let to = Moment { at: self.now, precision: Precision::Second };
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
                let (from, _) = bounds_at(t.clock)?;
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

    // ---- repetitions -------------------------------------------------------------------------------------

    /// 每天早上八点, 每周三, 每个月15号, 每三天, 逢周末: the first time and the period, as ISO 8601 writes it.
    fn repeated(&mut self, at: usize) -> Option<Found> {
        let mut i = at + 1;
        i = self.text(i, "逢").unwrap_or(i);
        let skipping = self.text(i, "隔");
        i = skipping.unwrap_or(i);
        let counted = self.text(i, "个").unwrap_or(i);
        let mut dates: Vec<Date> = Vec::new();
        let mut end;
        let period;
        if let Some(e) = self.any(i, &["天", "日"]) {
            (period, end) = ("P1D".to_owned(), e);
            dates.push(self.today);
        } else if self.any(i, &["早", "晚"]).is_some() {
            (period, end) = ("P1D".to_owned(), i);
            dates.push(self.today);
        } else if let Some(e) = self.text(counted, "周末") {
            (period, end) = ("P1W".to_owned(), e);
            dates.push(Period::weekend(self.today, 0)?.start);
        } else if let Some(e) = self.week_word(counted) {
            (period, end) = ("P1W".to_owned(), e);
            while let Some((day, e)) = self.weekday(end) {
                dates.push(super::calendar::on_or_after(self.today, day)?);
                end = e;
                let joint = self.any(end, &["、周", "和周", "、星期", "、", "和", "周"]);
                match joint {
                    Some(j) if self.weekday(j).is_some() => end = j,
                    _ => {}
                }
                if dates.len() == 7 {
                    break;
                }
            }
            if dates.is_empty() {
                dates.push(self.today);
            }
        } else if let Some(e) = self.text(counted, "月") {
            (period, end) = ("P1M".to_owned(), e);
            match self.num(e).and_then(|n| self.day_end(n.end, n.value, n.length, false).map(|e| (n.value, e))) {
                Some((day, e)) => {
                    end = e;
                    dates.push(self.future_day(day)?);
                }
                None => dates.push(self.today),
            }
        } else if let Some(e) = self.text(counted, "年") {
            (period, end) = ("P1Y".to_owned(), e);
            let from = self.text(e, "的").unwrap_or(e);
            match self.date(from) {
                Some(d) if d.wrong.is_none() => {
                    end = d.end;
                    dates.push(d.period.start);
                }
                _ => dates.push(self.today),
            }
        } else if let Some(e) = self.text(counted, "工作日") {
            return Some(self.repetition("R/P1D".to_owned(), at..e));
        } else {
            if let Some((amount, e)) = self.every_amount(i) {
                let text = super::format::duration(&amount);
                return Some(self.repetition(format!("R/{text}"), at..e));
            }
            let e = self.any(i, &["小时", "分钟", "秒"])?;
            let text = match self.ch(i)? {
                '小' => "R/PT1H",
                '分' => "R/PT1M",
                _ => "R/PT1S",
            };
            return Some(self.repetition(text.to_owned(), at..e));
        }
        let spaced = self.text(end, "的").unwrap_or(end);
        let time = self.time(spaced, Before::Day);
        if let Some(t) = time {
            end = t.end;
            if let Some(to) = self.joint(end)
                && let Some(right) = self.time(to, Before::Day)
            {
                let right = self.later_time(t, right);
                end = right.end;
            }
        }
        if end == i {
            end = i + 1;
        }
        let plain = time.is_none() && dates == [self.today] && !self.weekday_said(at, end);
        let text = if plain {
            format!("R/{period}")
        } else {
            let mut all = Vec::new();
            for date in dates {
                let start = match time.map(|t| t.clock) {
                    Some(Clock::At { minutes, .. }) => {
                        super::format::moment(shift_minutes(date.to_datetime(Time::midnight()), minutes)?)
                    }
                    Some(Clock::Span { from, .. }) => {
                        super::format::moment(shift_minutes(date.to_datetime(Time::midnight()), from)?)
                    }
                    _ => super::format::date(date),
                };
                all.push(format!("R/{start}/{period}"));
            }
            all.join(",")
        };
        Some(self.repetition(text, at..end))
    }

    fn weekday_said(&self, at: usize, end: usize) -> bool {
        (at..end).any(|i| self.week_word(i).is_some_and(|e| self.weekday(e).is_some()))
    }

    fn repetition(&self, text: String, span: Range<usize>) -> Found {
        Found { meaning: Meaning::Recurrence(text), span, parts: Vec::new(), rule: "recurrence" }
    }
}

/// The slots of a point.
fn parts_of(point: &Point) -> Vec<(PartMeaning, Range<usize>)> {
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
fn bounds(clock: Clock) -> Option<(i64, i64)> {
    match clock {
        Clock::At { minutes, .. } => Some((minutes, minutes)),
        Clock::Span { from, to } => Some((from, to)),
        Clock::Wrong { .. } => None,
    }
}

/// As [`bounds`]; for an open end.
fn bounds_at(clock: Clock) -> Option<(i64, i64)> {
    bounds(clock)
}

/// A clock time on a day; the end of a part of the day where `end` is asked for.
fn stamp(date: Date, clock: Clock, end: bool) -> Option<Moment> {
    let (from, to) = bounds(clock)?;
    let precision = match clock {
        Clock::At { precision, .. } => precision,
        _ => Precision::Hour,
    };
    Some(Moment { at: shift_minutes(date.to_datetime(Time::midnight()), if end { to } else { from })?, precision })
}

/// The day after the last one before a moment.
fn last_day(to: DateTime) -> Option<Date> {
    if to.time() == Time::midnight() { Some(to.date()) } else { shift_days(to.date(), 1) }
}
