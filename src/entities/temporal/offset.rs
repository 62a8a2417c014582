//! What is counted from now: 三天后, 12个工作日内, 未来5天, 前两天, 上三小时.

use super::amount::Measure;
use super::calendar::{Grain, Period, shift_days, shift_minutes, shift_months, shift_seconds, shift_working_days};
use super::digital::days;
use super::found::{Amount, DateBit, Found, Meaning, Moment, PartMeaning, Precision};
use super::lexicon::Word;
use super::period::Unit;
use super::scan::Scan;
use super::words::is_among;

/// What may stand before 前两天 where the days before today are meant.
const BEFORE_ALIGNED: &str = "的在了过从是这那查看我你您他她们就给把和与呢啊嘛才也都还说讲于自因为好像到";

/// Which way an offset goes, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    After,
    Ago,
    Within,
    Since,
}

impl Scan<'_> {
    pub(super) fn way(&self, at: usize) -> Option<(Way, usize)> {
        if let Some(e) = self.any(at, &["之后", "以后", "过后"]) {
            return Some((Way::After, e));
        }
        if let Some(e) = self.any(at, &["之前", "以前"]) {
            return Some((Way::Ago, e));
        }
        if let Some(e) = self.any(at, &["以内", "之内"]) {
            return Some((Way::Within, e));
        }
        if let Some(e) = self.any(at, &["以来"]) {
            return Some((Way::Since, e));
        }
        match self.ch(at)? {
            '后' if !self.one_of(at + 1, "排座面门舱台悔续勤备") => Some((Way::After, at + 1)),
            '前' if !self.one_of(at + 1, "排台面方往门任提厅座舱") => Some((Way::Ago, at + 1)),
            '内' if !self.one_of(at + 1, "部容衣存置") => Some((Way::Within, at + 1)),
            _ => None,
        }
    }

    /// The moment `amount` away from now; to the day where days or more are counted.
    pub(super) fn moved(&self, amount: Amount, sign: i64) -> Option<jiff::civil::DateTime> {
        let mut date = self.months_later(sign * amount.all_months())?;
        date = if amount.working {
            shift_working_days(date, sign * amount.days)?
        } else {
            shift_days(date, sign * amount.all_days())?
        };
        shift_seconds(date.to_datetime(self.now().time()), sign * amount.clock_seconds())
    }

    /// 三天后, 两周前, 半年以后 as a day.
    pub(super) fn offset_date(&mut self, at: usize) -> Option<DateBit> {
        let from = self.ahead(at).unwrap_or(at);
        if !self.numeral(from) && !self.is(from, '半') || self.joined_number(at) {
            return None;
        }
        let read = self.amount(from)?;
        let (way, end) = match self.way(read.end) {
            Some(found) => found,
            None if from > at => (Way::After, read.end),
            None => return None,
        };
        let sign = match way {
            Way::After => 1,
            Way::Ago => -1,
            _ => return None,
        };
        if !read.amount.whole_days() || sign < 0 && from > at {
            return None;
        }
        let day = Period::day(self.moved(read.amount, sign)?.date())?;
        let end = self.any(end, &["的今天", "的今日", "的同一天"]).unwrap_or(end);
        Some(self.bit(day, at, end, "date.offset"))
    }

    /// 再过, and 过 that no verb stands before: where the length of time starts.
    pub(super) fn ahead(&self, at: usize) -> Option<usize> {
        if let Some(end) = self.text(at, "再过") {
            return Some(end);
        }
        let free = self.before(at).is_none_or(|c| !c.is_alphanumeric() || is_among(c, "我等得就那想要他她们"));
        self.text(at, "过").filter(|_| free)
    }

    pub(super) fn joined_number(&self, at: usize) -> bool {
        self.before(at).is_some_and(|c| {
            c.is_ascii_alphanumeric() && self.digit(at)
                || matches!(c, '第' | '.' | ':' | '几')
                || is_among(c, "哪那某同另")
        })
    }

    pub(super) fn moment(&self, at: jiff::civil::DateTime, start: usize, end: usize) -> Option<Found> {
        let minutes = i64::from(at.hour()) * 60 + i64::from(at.minute());
        let clock = super::found::Clock::At { minutes, precision: Precision::Second };
        Some(Found {
            meaning: Meaning::DateTime { date: at.date(), clock },
            span: start..end,
            parts: vec![
                (PartMeaning::Date(Period::day(at.date())?), start..end),
                (PartMeaning::Time(clock), start..end),
            ],
            rule: "datetime.offset",
        })
    }

    /// From now to `amount` away; `to_midnight` ends it with the last day.
    pub(super) fn window(
        &self,
        amount: Amount,
        sign: i64,
        to_midnight: bool,
        start: usize,
        end: usize,
    ) -> Option<Found> {
        let other = self.moved(amount, sign)?;
        let second = |at| Moment { at, precision: Precision::Second };
        let (from, mut to) = if sign > 0 { (self.now(), other) } else { (other, self.now()) };
        let whole = amount.whole_days();
        if whole && to_midnight && sign > 0 {
            to = shift_days(to.date(), 1)?.to_datetime(jiff::civil::Time::midnight());
        }
        let mut parts = Vec::new();
        if whole {
            let last = if to_midnight && sign > 0 { to.date() } else { shift_days(to.date(), 1)? };
            parts.push((PartMeaning::Date(Period::between(from.date(), last, Grain::Days)?), start..end));
        }
        Some(Found {
            meaning: Meaning::Between { from: second(from), to: second(to) },
            span: start..end,
            parts,
            rule: "window",
        })
    }

    /// 未来5天, 最近20分钟, 过去的40分钟里.
    pub(super) fn open_window(&mut self, at: usize) -> Option<Found> {
        let (word, i) = self.word(at)?;
        let Word::Window(sign) = word else {
            return None;
        };
        let i = self.text(i, "的").unwrap_or(i);
        if !self.numeral(i) && !self.is(i, '半') {
            return None;
        }
        let read = self.amount(i)?;
        let end = self.any(read.end, &["以来", "之内", "以内", "内", "里", "中"]).unwrap_or(read.end);
        self.window(read.amount, sign, false, at, end)
    }

    /// 前两天, 后三天, 上两周, 下三个月, 前二小时: whole units next to this one. 上个小时: sixty minutes.
    pub(super) fn aligned(&mut self, at: usize) -> Option<Found> {
        let sign = match self.ch(at)? {
            '上' | '前' => -1,
            '下' | '后' => 1,
            _ => return None,
        };
        // 起飞前一小时, 提前两天: counted from something else
        if matches!(self.ch(at), Some('前' | '后'))
            && self.before(at).is_some_and(|c| c.is_alphanumeric() && !is_among(c, BEFORE_ALIGNED))
        {
            return None;
        }
        let one = self.any(at + 1, &["个小时", "一小时", "一个小时", "个钟头", "个钟", "一个钟头"]);
        if let Some(end) = one {
            return self.window(Amount { hours: 1, ..Amount::default() }, sign, false, at, end);
        }
        let n = self.num(at + 1)?;
        if !(2..=1000).contains(&n.value) {
            return None;
        }
        let e = self.space(n.end);
        if let Some((unit, end)) = self.unit(e) {
            // 前三月 is no three months; 后三日 is
            if unit == Unit::Month && !self.is(e, '个') && n.value > 2 {
                return None;
            }
            let period = self.aligned_period(sign, n.value, unit)?;
            let end = self.any(end, &["里", "内"]).unwrap_or(end);
            return Some(Found {
                meaning: Meaning::Date(period),
                span: at..end,
                parts: vec![(PartMeaning::Date(period), at..end)],
                rule: "date.aligned",
            });
        }
        let (measure, end) = self.measure(e)?;
        let hour = self.now().date().to_datetime(jiff::civil::time(self.now().hour(), 0, 0, 0));
        let minute = self.now().date().to_datetime(jiff::civil::time(self.now().hour(), self.now().minute(), 0, 0));
        let (from, to) = match (measure, sign) {
            (Measure::Hour, -1) => (shift_minutes(hour, -60 * n.value)?, hour),
            (Measure::Hour, _) => (shift_minutes(hour, 60)?, shift_minutes(hour, 60 * (n.value + 1))?),
            (Measure::Minute, -1) => (shift_minutes(minute, -n.value)?, minute),
            (Measure::Minute, _) => (shift_minutes(minute, 1)?, shift_minutes(minute, n.value + 1)?),
            (Measure::Second, -1) => (shift_seconds(self.now(), -n.value)?, self.now()),
            (Measure::Second, _) => (shift_seconds(self.now(), 1)?, shift_seconds(self.now(), n.value + 1)?),
            _ => return None,
        };
        let second = |at| Moment { at, precision: Precision::Second };
        Some(Found {
            meaning: Meaning::Between { from: second(from), to: second(to) },
            span: at..end,
            parts: Vec::new(),
            rule: "datetime.aligned",
        })
    }

    pub(super) fn aligned_period(&self, sign: i64, count: i64, unit: Unit) -> Option<Period> {
        let today = self.today();
        let this = match unit {
            Unit::Day => Period::day(today)?,
            Unit::Week => Period::week(today, 0)?,
            Unit::Month => Period::month(i64::from(today.year()), i64::from(today.month()))?,
            Unit::Quarter => Period::quarter(i64::from(today.year()), (i64::from(today.month()) - 1) / 3 + 1)?,
            Unit::Year => Period::year(i64::from(today.year()))?,
        };
        let shift = |date, n: i64| match unit {
            Unit::Day => shift_days(date, n),
            Unit::Week => shift_days(date, n.checked_mul(7)?),
            Unit::Month => shift_months(date, n),
            Unit::Quarter => shift_months(date, n * 3),
            Unit::Year => shift_months(date, n * 12),
        };
        if sign < 0 { days(shift(this.start, -count)?, this.start) } else { days(this.end, shift(this.end, count)?) }
    }
}
