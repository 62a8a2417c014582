//! Lengths of time and what is counted from now: 三天, 两个半小时, 三天后, 未来5天, 前两周, 12个工作日内.

use super::found::{Amount, Found, Meaning};
use super::numeral;
use super::offset::Way;
use super::scan::Scan;
use super::words::{Utf8, is_among};

/// A unit of lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
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
pub(super) const MEASURES: &[(&str, Measure, &str)] = &[
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
pub(super) struct Read {
    pub(super) amount: Amount,
    /// The upper estimate: 三五天.
    pub(super) most: Option<Amount>,
    pub(super) end: usize,
    /// 个月 and the like as a single unit of one: which one, for 哪一天.
    pub(super) single: bool,
}

impl Scan<'_> {
    pub(super) fn measure(&self, at: usize) -> Option<(Measure, usize)> {
        let opening = Utf8::of(self.ch(at).filter(|&c| self.reader.measures.has(c))?);
        MEASURES.iter().filter(|(text, ..)| opening.opens(text)).find_map(|&(text, measure, barred)| {
            let end = self.text(at, text)?;
            (!self.one_of(end, barred)).then_some((measure, end))
        })
    }

    /// 1.5小时, 两点五天: a decimal of a unit that divides.
    fn decimal(&self, at: usize) -> Option<Read> {
        let whole = self.num(at)?;
        if !self.one_of(whole.end, ".点") || !(0..=10_000).contains(&whole.value) {
            return None;
        }
        let fraction = self.num(whole.end + 1)?;
        if fraction.length > 2 || fraction.value >= 100 || self.is(whole.end, '点') && fraction.length > 1 {
            return None;
        }
        let hundredths = whole.value * 100 + fraction.value * if fraction.length == 1 { 10 } else { 1 };
        let e = self.space(fraction.end);
        let e = self.text(e, "个").filter(|&e| self.measure(e).is_some()).unwrap_or(e);
        let (measure, end) = self.measure(e)?;
        let unit = match measure {
            Measure::Day => 86_400,
            Measure::Hour => 3_600,
            Measure::Minute => 60,
            Measure::Year if hundredths * 12 % 100 == 0 => {
                let months = hundredths * 12 / 100;
                let amount = Amount { years: months / 12, months: months % 12, ..Amount::default() };
                return Some(Read { amount, most: None, end, single: false });
            }
            _ => return None,
        };
        let seconds = hundredths * unit / 100;
        let mut amount =
            Amount { hours: seconds / 3_600, minutes: seconds / 60 % 60, seconds: seconds % 60, ..Amount::default() };
        if measure == Measure::Day {
            amount.days = amount.hours / 24;
            amount.hours %= 24;
        }
        Some(Read { amount, most: None, end, single: false })
    }

    /// 三天, 一个半小时, 8天20时, 一年多三个月又20天, 半年, 三五天, 十来天.
    pub(super) fn amount(&self, at: usize) -> Option<Read> {
        if let Some(read) = self.decimal(at) {
            return Some(read);
        }
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
            } else if half_before && let Some(after) = self.any(e, &["个多", "个"]) {
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
                // 两日后, 40日内: days that are counted, not named
                if self.is(e, '日') && self.counted_day(at, i, e + 1, low) {
                    return Some((Measure::Day, e + 1));
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
                let days = !matches!(measure, Measure::Hour | Measure::QuarterHour | Measure::Minute | Measure::Second);
                single = low == 1 && !more && days;
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

    /// Whether 日 behind a number counts days: 两日, 三日后, 40日内, 五日游.
    fn counted_day(&self, at: usize, number_at: usize, after: usize, value: i64) -> bool {
        if at != number_at || self.is(number_at, '两') {
            return true;
        }
        self.any(after, &["内", "之内", "以内", "游"]).is_some()
            || value <= 10 && self.any(after, &["后", "之后", "以后", "之前"]).is_some()
            || value > 31
    }

    /// A length of time and what is made of it.
    pub(super) fn counted(&mut self, at: usize) -> Option<Found> {
        let ahead = self.ahead(at);
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
        // 还剩3小时: from now until then; days that are left are a length of time
        if let Some(start) = at.checked_sub(if self.before(at) == Some(' ') { 3 } else { 2 })
            && self.text(start, "还剩").is_some()
            && read.amount.clock_seconds() > 0
            && read.amount.all_days() == 0
            && read.amount.all_months() == 0
        {
            return self.window(read.amount, 1, false, at, read.end);
        }
        let end = self.any(read.end, &["左右", "上下", "以上", "以下"]).unwrap_or(read.end);
        if self.before(at).is_some_and(|c| matches!(c, '这' | '那')) {
            // 这两天: some days around now, no length
            return None;
        }
        if read.single && self.before(at).is_some_and(|c| is_among(c, "这每第前后当头末单上下")) {
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
