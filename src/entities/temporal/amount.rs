//! Lengths of time and what is counted from now: 三天, 两个半小时, 三天后, 未来7天, 前两周, 15个工作日内.

use super::calendar::{Grain, Period, shift_days, shift_minutes, shift_months, shift_seconds, shift_working_days};
use super::digital::days;
use super::found::{Amount, DateBit, Found, Meaning, Moment, PartMeaning, Precision};
use super::lexicon::Word;
use super::numeral;
use super::period::Unit;
use super::scan::Scan;

/// A unit of lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Century,
    Year,
    Quarter,
    Month,
    Week,
    Day,
    WorkingDay,
    Hour,
    QuarterHour,
    Minute,
    Second,
}

/// Measure words, longest first among those with the same opening; what must not follow.
const MEASURES: &[(&str, Measure, &str)] = &[
    ("个世纪", Measure::Century, ""),
    ("世纪", Measure::Century, ""),
    ("个年头", Measure::Year, ""),
    ("周年", Measure::Year, ""),
    ("年", Measure::Year, "级纪龄轻货代份会糕味终"),
    ("个季度", Measure::Quarter, ""),
    ("季度", Measure::Quarter, ""),
    ("个月", Measure::Month, "饼"),
    ("个多月", Measure::Month, ""),
    ("个礼拜", Measure::Week, ""),
    ("个星期", Measure::Week, ""),
    ("个周", Measure::Week, "年岁边围期转末"),
    ("礼拜", Measure::Week, "一二三四五六日天"),
    ("星期", Measure::Week, "一二三四五六日天"),
    ("周", Measure::Week, "年岁边围期转末"),
    ("个工作日", Measure::WorkingDay, ""),
    ("工作日", Measure::WorkingDay, ""),
    ("个交易日", Measure::WorkingDay, ""),
    ("天", Measure::Day, "猫津河窗空花地王"),
    ("昼夜", Measure::Day, ""),
    ("个钟头", Measure::Hour, ""),
    ("个小时", Measure::Hour, "候"),
    ("个多小时", Measure::Hour, ""),
    ("小时", Measure::Hour, "候"),
    ("钟头", Measure::Hour, ""),
    ("个钟", Measure::Hour, ""),
    ("刻钟", Measure::QuarterHour, ""),
    ("分钟", Measure::Minute, ""),
    ("秒钟", Measure::Second, ""),
    ("秒", Measure::Second, "杀回懂变"),
];

/// An amount as read.
#[derive(Debug, Clone, Copy)]
struct Read {
    amount: Amount,
    /// The upper estimate: 三五天.
    most: Option<Amount>,
    end: usize,
    /// 个月 and the like as a single unit of one: which one, for 哪一天.
    single: bool,
}

/// Which way an offset goes, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    After,
    Ago,
    Within,
    Since,
}

impl Scan<'_> {
    fn measure(&self, at: usize) -> Option<(Measure, usize)> {
        MEASURES.iter().find_map(|&(text, measure, barred)| {
            let end = self.text(at, text)?;
            (!self.one_of(end, barred)).then_some((measure, end))
        })
    }

    /// 三天, 一个半小时, 8天20时, 一年多三个月又20天, 半年, 三五天, 十来天.
    fn amount(&self, at: usize) -> Option<Read> {
        let mut total = Amount::default();
        let mut most = None;
        let mut i = at;
        let mut good = None;
        let mut terms = 0;
        let mut single = false;
        while terms < 7 {
            let (low, high, half_before, mut e) = if self.is(i, '半') {
                (0, None, true, i + 1)
            } else if let Some((a, b, length)) = numeral::estimate(self.chars, i) {
                (a, Some(b), false, i + length)
            } else if let Some(n) = self.num(i) {
                (n.value, None, false, n.end)
            } else {
                break;
            };
            if !(0..=100_000).contains(&low) {
                break;
            }
            let space = self.space(e);
            e = space;
            if !half_before {
                e = self.any(e, &["来", "多", "余"]).unwrap_or(e);
            }
            // 一个半小时, 两个半月
            let mut half = half_before;
            if !half_before && let Some(after) = self.text(e, "个半") {
                half = true;
                e = after;
            } else if half_before && let Some(after) = self.text(e, "个") {
                e = after;
            }
            let found = self.measure(e).or_else(|| {
                if half && self.is(e, '月') {
                    return Some((Measure::Month, e + 1));
                }
                // units that count only behind another: 8天20时, 2小时30分, 两天3夜
                if terms > 0 && self.is(e, '时') && !self.one_of(e + 1, "间候") {
                    return Some((Measure::Hour, e + 1));
                }
                if terms > 0 && total.hours > 0 && self.is(e, '分') {
                    return Some((Measure::Minute, e + 1));
                }
                // 两日后, 60日内: days that are counted, not named
                if self.is(e, '日') && self.counted_day(at, i, e + 1, low) {
                    return Some((Measure::Day, e + 1));
                }
                // 两月, 三月后 with a year's measure before
                if terms > 0 && self.is(e, '月') {
                    return Some((Measure::Month, e + 1));
                }
                None
            });
            let Some((measure, mut e)) = found else {
                break;
            };
            if half_before && matches!(measure, Measure::WorkingDay | Measure::Second | Measure::QuarterHour) {
                break;
            }
            let mut more = half;
            if !half
                && let Some(after) = self.text(e, "半")
                && !self.one_of(after, "个小天年月")
            {
                more = true;
                e = after;
            }
            if self.is(e, '多') && !self.one_of(e + 1, "少久大远长次") {
                e += 1;
            }
            // 等了半天: for a long time
            if half_before && measure == Measure::Day {
                break;
            }
            if terms == 0 {
                single = low == 1 && !more;
            }
            if let Some(high) = high {
                let mut upper = total;
                upper.add(measure, high, false)?;
                most = Some(upper);
            }
            total.add(measure, low, more)?;
            terms += 1;
            good = Some(e);
            i = self.any(e, &["零", "又", "余", "加", "和", "，", ","]).filter(|&j| self.numeral(j)).unwrap_or(e);
            i = self.space(i);
        }
        let end = good?;
        Some(Read { amount: total, most: most.filter(|_| terms == 1), end, single: single && terms == 1 })
    }

    /// Whether 日 behind a number counts days: 两日, 三日后, 60日内, 五日游.
    fn counted_day(&self, at: usize, number_at: usize, after: usize, value: i64) -> bool {
        if at != number_at || self.is(number_at, '两') {
            return true;
        }
        self.any(after, &["内", "之内", "以内", "游"]).is_some()
            || value <= 10 && self.any(after, &["后", "之后", "以后", "之前"]).is_some()
            || value > 31
    }

    fn way(&self, at: usize) -> Option<(Way, usize)> {
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
    fn moved(&self, amount: Amount, sign: i64) -> Option<jiff::civil::DateTime> {
        let mut date = self.months_later(sign * amount.all_months())?;
        date = if amount.working {
            shift_working_days(date, sign * amount.days)?
        } else {
            shift_days(date, sign * amount.all_days())?
        };
        shift_seconds(date.to_datetime(self.now.time()), sign * amount.clock_seconds())
    }

    /// 三天后, 两周前, 半年以后 as a day.
    pub(super) fn offset_date(&mut self, at: usize) -> Option<DateBit> {
        let from = self.text(at, "再过").unwrap_or(at);
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
        Some(self.bit(day, at, end, "date.offset"))
    }

    fn joined_number(&self, at: usize) -> bool {
        self.before(at).is_some_and(|c| {
            c.is_ascii_alphanumeric() && self.digit(at)
                || matches!(c, '第' | '.' | ':' | '几')
                || "哪那某同另".contains(c)
        })
    }

    /// A length of time and what is made of it.
    pub(super) fn counted(&mut self, at: usize) -> Option<Found> {
        let ahead = self.text(at, "再过");
        let from = ahead.unwrap_or(at);
        if !self.numeral(from) && !self.is(from, '半') || self.joined_number(at) {
            return None;
        }
        if let Some(found) = self.amount_range(at) {
            return Some(found);
        }
        let read = self.amount(from)?;
        match self.way(read.end) {
            Some((Way::After, end)) => return self.moment(self.moved(read.amount, 1)?, at, end),
            Some((Way::Ago, end)) => return self.moment(self.moved(read.amount, -1)?, at, end),
            Some((Way::Within, end)) => return self.window(read.amount, 1, true, at, end),
            Some((Way::Since, end)) => return self.window(read.amount, -1, false, at, end),
            None if ahead.is_some() => {
                return self.moment(self.moved(read.amount, 1)?, at, read.end);
            }
            None => {}
        }
        let end = self.any(read.end, &["左右", "上下", "以上", "以下"]).unwrap_or(read.end);
        if read.single && self.before(at).is_some_and(|c| "这每第前后当头末单上下".contains(c)) {
            return None;
        }
        Some(Found {
            meaning: Meaning::Duration { least: read.amount, most: read.most },
            span: at..end,
            parts: Vec::new(),
            rule: "duration",
        })
    }

    /// 3-5天, 两到三个小时.
    fn amount_range(&self, at: usize) -> Option<Found> {
        let low = self.num(at)?;
        let joint = self.any(self.space(low.end), &["到", "至", "-", "~", "～", "—"])?;
        let high_at = self.space(joint);
        let read = self.amount(high_at)?;
        let high = self.num(high_at)?;
        let (measure, _) = {
            let e = self.space(high.end);
            self.measure(e).or_else(|| self.is(e, '日').then_some((Measure::Day, e + 1)))?
        };
        if read.most.is_some() || low.value >= high.value || self.way(read.end).is_some_and(|(w, _)| w != Way::Within) {
            return None;
        }
        let mut least = Amount::default();
        least.add(measure, low.value, false)?;
        let mut end = read.end;
        if let Some((Way::Within, e)) = self.way(read.end) {
            end = e;
        }
        Some(Found {
            meaning: Meaning::Duration { least, most: Some(read.amount) },
            span: at..end,
            parts: Vec::new(),
            rule: "duration",
        })
    }

    fn moment(&self, at: jiff::civil::DateTime, start: usize, end: usize) -> Option<Found> {
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
    fn window(&self, amount: Amount, sign: i64, to_midnight: bool, start: usize, end: usize) -> Option<Found> {
        let other = self.moved(amount, sign)?;
        let second = |at| Moment { at, precision: Precision::Second };
        let (from, mut to) = if sign > 0 { (self.now, other) } else { (other, self.now) };
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

    /// 未来7天, 最近10分钟, 过去的50分钟里.
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
        if self.before(at).is_some_and(|c| "之以最然".contains(c)) {
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
        let hour = self.now.date().to_datetime(jiff::civil::time(self.now.hour(), 0, 0, 0));
        let minute = self.now.date().to_datetime(jiff::civil::time(self.now.hour(), self.now.minute(), 0, 0));
        let (from, to) = match (measure, sign) {
            (Measure::Hour, -1) => (shift_minutes(hour, -60 * n.value)?, hour),
            (Measure::Hour, _) => (shift_minutes(hour, 60)?, shift_minutes(hour, 60 * (n.value + 1))?),
            (Measure::Minute, -1) => (shift_minutes(minute, -n.value)?, minute),
            (Measure::Minute, _) => (shift_minutes(minute, 1)?, shift_minutes(minute, n.value + 1)?),
            (Measure::Second, -1) => (shift_seconds(self.now, -n.value)?, self.now),
            (Measure::Second, _) => (shift_seconds(self.now, 1)?, shift_seconds(self.now, n.value + 1)?),
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

    fn aligned_period(&self, sign: i64, count: i64, unit: Unit) -> Option<Period> {
        let today = self.today;
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

    /// The ISO period of 每三天 and the like: text behind 每, and where it ends.
    pub(super) fn every_amount(&self, at: usize) -> Option<(Amount, usize)> {
        let read = self.amount(at)?;
        Some((read.amount, read.end))
    }
}

impl Amount {
    /// Adds `count` of a measure, and a half of one more.
    fn add(&mut self, measure: Measure, count: i64, half: bool) -> Option<()> {
        let h = i64::from(half);
        match measure {
            Measure::Century => {
                self.years += count * 100 + 50 * h;
            }
            Measure::Year => {
                self.years += count;
                self.months += 6 * h;
            }
            Measure::Quarter => {
                if half {
                    return None;
                }
                self.months += count * 3;
            }
            Measure::Month => {
                self.months += count;
                self.days += 15 * h;
            }
            Measure::Week => {
                if half {
                    return None;
                }
                self.weeks += count;
            }
            Measure::Day => {
                self.days += count;
                self.hours += 12 * h;
            }
            Measure::WorkingDay => {
                if *self != Self::default() || half {
                    return None;
                }
                self.days = count;
                self.working = true;
            }
            Measure::Hour => {
                self.hours += count;
                self.minutes += 30 * h;
            }
            Measure::QuarterHour => self.minutes += count * 15,
            Measure::Minute => {
                self.minutes += count;
                self.seconds += 30 * h;
            }
            Measure::Second => self.seconds += count,
        }
        Some(())
    }
}
