//! Narrowing a period: 今年 → 三月 → 第二周; 上月 → 最后五天; 去年四季度 → 初.

use super::calendar::{Grain, Period, date, last_before, monday, on_or_after, shift_days, shift_months};
use super::digital::days;
use super::found::{DateBit, Shape};
use super::lexicon::{Section, Whole, Word, section_of};
use super::numeral::Form;
use super::scan::Scan;

/// A unit that periods are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// 初, 中, 末 and their kin of a period.
pub(super) fn section(period: Period, section: Section) -> Option<Period> {
    let Period { start, end, grain } = period;
    match (grain, section) {
        (Grain::Year, Section::Begin) => months(period, 0, 2, Grain::Part),
        (Grain::Year, Section::Middle) => months(period, 5, 2, Grain::Part),
        (Grain::Year, Section::End) => months(period, 10, 2, Grain::Part),
        (Grain::Year, Section::FirstHalf) => months(period, 0, 6, Grain::Part),
        (Grain::Year, Section::SecondHalf) => months(period, 6, 6, Grain::Part),
        (Grain::Quarter | Grain::Part, Section::Begin) => months(period, 0, 1, Grain::Month),
        (Grain::Quarter, Section::Middle) => months(period, 1, 1, Grain::Month),
        (Grain::Quarter | Grain::Part, Section::End) => Period::between(shift_months(end, -1)?, end, Grain::Month),
        (Grain::Month, Section::Begin) => days(start, shift_days(start, 5)?),
        (Grain::Month, Section::Middle) => days(shift_days(start, 10)?, shift_days(start, 20)?),
        (Grain::Month, Section::End) => days(shift_days(start, 24)?, end),
        (Grain::Month, Section::FirstTen) => days(start, shift_days(start, 10)?),
        (Grain::Month, Section::MiddleTen) => days(shift_days(start, 10)?, shift_days(start, 20)?),
        (Grain::Month, Section::LastTen) => days(shift_days(start, 20)?, end),
        (Grain::Month, Section::FirstTwenty) => days(start, shift_days(start, 20)?),
        (Grain::Month, Section::LastTwenty) => days(shift_days(start, 10)?, end),
        (Grain::Month, Section::FirstHalf) => days(start, shift_days(start, 15)?),
        (Grain::Month, Section::SecondHalf) => days(shift_days(start, 15)?, end),
        (Grain::Week, Section::Begin) => days(start, shift_days(start, 2)?),
        (Grain::Week, Section::Middle) => days(shift_days(start, 2)?, shift_days(start, 4)?),
        (Grain::Week, Section::FirstHalf) => days(start, shift_days(start, 3)?),
        (Grain::Week, Section::SecondHalf) => days(shift_days(start, 3)?, end),
        (Grain::Age, Section::Begin) => years_of(period, 0, 3),
        (Grain::Age, Section::Middle) => years_of(period, 4, 3),
        (Grain::Age, Section::End) => years_of(period, 7, 3),
        _ => None,
    }
}

fn months(period: Period, skip: i64, count: i64, grain: Grain) -> Option<Period> {
    let start = shift_months(period.start, skip)?;
    Period::between(start, shift_months(start, count)?, grain)
}

/// `skip` and `count` in tenths of a decade or century.
fn years_of(period: Period, skip: i64, count: i64) -> Option<Period> {
    let tenth = (i64::from(period.end.year()) - i64::from(period.start.year())) / 10;
    Period::years(i64::from(period.start.year()) + skip * tenth.max(1), count * tenth.max(1))
}

/// `count` units from a day on.
fn units_from(start: jiff::civil::Date, count: i64, unit: Unit) -> Option<Period> {
    if !(1..=5000).contains(&count) {
        return None;
    }
    let (end, grain) = match unit {
        Unit::Day => (shift_days(start, count)?, if count == 1 { Grain::Day } else { Grain::Days }),
        Unit::Week => (shift_days(start, count * 7)?, if count == 1 { Grain::Week } else { Grain::Days }),
        Unit::Month => (shift_months(start, count)?, if count == 1 { Grain::Month } else { Grain::Part }),
        Unit::Quarter => (shift_months(start, count * 3)?, if count == 1 { Grain::Quarter } else { Grain::Part }),
        Unit::Year => (shift_months(start, count * 12)?, if count == 1 { Grain::Year } else { Grain::Age }),
    };
    Period::between(start, end, grain)
}

/// The Monday that opens week 1 of a period: the first one in it.
fn first_monday(period: Period) -> Option<jiff::civil::Date> {
    on_or_after(period.start, 1)
}

/// The first `count` units of a period.
fn first(period: Period, count: i64, unit: Unit) -> Option<Period> {
    let start = if unit == Unit::Week && period.grain != Grain::Week { first_monday(period)? } else { period.start };
    units_from(start, count, unit)
}

/// The last `count` units of a period.
fn last(period: Period, count: i64, unit: Unit) -> Option<Period> {
    if !(1..=5000).contains(&count) {
        return None;
    }
    let start = match unit {
        Unit::Day => shift_days(period.end, -count)?,
        Unit::Week => shift_days(monday(shift_days(period.end, -1)?)?, -7 * (count - 1))?,
        Unit::Month => shift_months(period.end, -count)?,
        Unit::Quarter => shift_months(period.end, -3 * count)?,
        Unit::Year => shift_months(period.end, -12 * count)?,
    };
    units_from(start, count, unit)
}

/// Unit `nth` of a period.
fn nth(period: Period, nth: i64, unit: Unit) -> Option<Period> {
    if !(1..=366).contains(&nth) {
        return None;
    }
    let start = match unit {
        Unit::Day => shift_days(period.start, nth - 1)?,
        Unit::Week => shift_days(first_monday(period)?, (nth - 1) * 7)?,
        Unit::Month => shift_months(period.start, nth - 1)?,
        Unit::Quarter => shift_months(period.start, (nth - 1) * 3)?,
        Unit::Year => shift_months(period.start, (nth - 1) * 12)?,
    };
    if start >= period.end {
        return None;
    }
    units_from(start, 1, unit)
}

/// Quarter `n` of a year period.
fn quarter(year: Period, n: i64) -> Option<Period> {
    Period::quarter(i64::from(year.start.year()), n)
}

impl Scan<'_> {
    /// A unit at `at`, `个` before it allowed, and where it ends.
    pub(super) fn unit(&self, at: usize) -> Option<(Unit, usize)> {
        let at = self.space(at);
        if let Some(e) = self.any(at, &["个季度", "季度"]) {
            return Some((Unit::Quarter, e));
        }
        if let Some(e) = self.any(at, &["个星期", "个礼拜", "个周", "星期", "礼拜", "周"]) {
            if self.one_of(e, "年岁边围") {
                return None;
            }
            return Some((Unit::Week, e));
        }
        if let Some(e) = self.any(at, &["个月", "月"]) {
            return Some((Unit::Month, e));
        }
        if let Some(e) = self.any(at, &["天", "日"]) {
            return Some((Unit::Day, e));
        }
        let e = self.any(at, &["个年头", "年"])?;
        (!self.one_of(e, "级纪龄轻货")).then_some((Unit::Year, e))
    }

    /// What stands behind a period and narrows it, 的 or a space between allowed.
    pub(super) fn narrow(&mut self, bit: &DateBit) -> Option<DateBit> {
        if bit.wrong.is_some() || matches!(bit.period.grain, Grain::Day | Grain::Weekend) {
            return None;
        }
        let mut at = self.space(bit.end);
        if self.one_of(at, "的之") {
            at = self.space(at + 1);
        }
        if bit.period.grain == Grain::Year
            && let Some(n) = self.num(at)
            && self.is(self.space(n.end), '月')
            && let Some(found) = self.month(Some(i64::from(bit.period.start.year())), n, at)
            && found.wrong.is_some()
        {
            // 2026年11月31日
            return Some(DateBit { start: bit.start, ..found });
        }
        let (period, end, rule) = self.narrowed(bit, at)?;
        let mut out = *bit;
        out.period = period;
        out.end = end;
        out.rule = rule;
        out.shape = Shape::Full;
        Some(out)
    }

    fn narrowed(&mut self, bit: &DateBit, at: usize) -> Option<(Period, usize, &'static str)> {
        let period = bit.period;
        let year = i64::from(period.start.year());
        match period.grain {
            Grain::Year => {
                if let Some(name) = self.holiday_name(at) {
                    let day = self.reader.holidays.in_year(name.holiday, year)?;
                    let (day, end) = self.days_off(name.holiday, day, at + name.length)?;
                    return Some((day, end, "date.holiday"));
                }
                match self.word(at) {
                    Some((Word::LunarMonth(_) | Word::Calendar(_), _)) => {
                        let found = self.lunar(at, Some(year))?;
                        return Some((found.period, found.end, found.rule));
                    }
                    Some((Word::Season(month), end)) => {
                        return Some((Period::months(year, month, 3, Grain::Part)?, end, "date.season"));
                    }
                    Some((Word::Day(0), end)) => {
                        let day = shift_months(self.today(), (year - i64::from(self.today().year())) * 12)?;
                        return Some((Period::day(day)?, end, "date.counted"));
                    }
                    Some((Word::Section(Whole::Year, s), end)) => {
                        return Some((section(period, s)?, end, "date.section"));
                    }
                    _ => {}
                }
                if let Some((period, end)) = self.joined_months(year, at) {
                    return Some((period, end, "range.date"));
                }
                if let Some(n) = self.num(at) {
                    let unit = self.space(n.end);
                    if self.is(unit, '月') {
                        let found = self.month(Some(year), n, at)?;
                        if found.wrong.is_some() {
                            return None;
                        }
                        return Some((found.period, found.end, found.rule));
                    }
                    if let Some(end) = self.any(unit, &["季度", "季"]) {
                        return Some((quarter(period, n.value)?, end, "date.quarter"));
                    }
                    return None;
                }
                if let Some(season) = ['春', '夏', '秋', '冬'].iter().position(|&c| self.is(at, c))
                    && self.at_break(at + 1)
                {
                    let month = season as i64 * 3 + 3;
                    return Some((Period::months(year, month, 3, Grain::Part)?, at + 1, "date.season"));
                }
                if let Some((q, end)) = self.q_quarter(at) {
                    return Some((quarter(period, q)?, end, "date.quarter"));
                }
            }
            Grain::Month => {
                if let Some((Word::Day(0), end)) = self.word(at)
                    && bit.shape != Shape::Month
                {
                    let day =
                        super::calendar::clipped(year, i64::from(period.start.month()), i64::from(self.today().day()))?;
                    return Some((Period::day(day)?, end, "date.counted"));
                }
                if let Some(n) = self.num(at)
                    && bit.shape != Shape::Month
                {
                    let end = self.day_end(n.end, n.value, n.length, true)?;
                    return Some((
                        Period::day(date(year, i64::from(period.start.month()), n.value)?)?,
                        end,
                        "date.day",
                    ));
                }
            }
            Grain::Week => {
                if let Some((Word::Day(0), end)) = self.word(at) {
                    let day = super::calendar::number(self.today().weekday()) - 1;
                    return Some((Period::day(shift_days(period.start, day)?)?, end, "date.counted"));
                }
                // 下周的周三, 下周周六
                let end = self.week_word(at).unwrap_or(at);
                if let Some((day, end)) = self.weekday(end) {
                    return Some((Period::day(shift_days(period.start, day - 1)?)?, end, "date.weekday"));
                }
                if end > at && self.is(end, '末') {
                    return Some((Period::weekend(period.start, 0)?, end + 1, "date.weekend"));
                }
            }
            Grain::Age => {
                // 十八世纪九十年代
                if let Some(n) = self.num(at)
                    && let Some(end) = self.any(n.end, &["年代"])
                    && n.value < 100
                    && period.length() > 30_000
                {
                    return Some((Period::years(year + n.value / 10 * 10, 10)?, end, "date.decade"));
                }
            }
            _ => {}
        }
        if let Some((s, end)) = section_of(self.chars, at)
            && self.section_fits(bit, at, s, end)
        {
            let end = match (period.grain, s) {
                (Grain::Year, Section::FirstHalf | Section::SecondHalf) => self.text(end, "年")?,
                (Grain::Month, Section::FirstHalf | Section::SecondHalf) => self.any(end, &["个月", "月"])?,
                (Grain::Week, Section::FirstHalf | Section::SecondHalf) => self.text(end, "周")?,
                _ => end,
            };
            return Some((section(period, s)?, end, "date.section"));
        }
        self.counted_within(period, at)
    }

    /// 2——4月 and 一、二月 of a year.
    fn joined_months(&mut self, year: i64, at: usize) -> Option<(Period, usize)> {
        let low = self.num(at)?;
        let to = self.joint(low.end).or_else(|| self.any(low.end, &["、", "和"]))?;
        let high = self.num(to)?;
        let end = self.text(high.end, "月")?;
        let valid = (1..=12).contains(&low.value) && low.value < high.value && high.value <= 12;
        if !valid || self.num(end).is_some_and(|d| self.one_of(d.end, "号日")) {
            return None;
        }
        let end = self.text(end, "份").unwrap_or(end);
        Some((days(Period::month(year, low.value)?.start, Period::month(year, high.value)?.end)?, end))
    }

    /// 初, 中, 末 are common letters of other words: 年中国, 月初三, 月末班车.
    fn section_fits(&self, bit: &DateBit, at: usize, s: Section, end: usize) -> bool {
        if end - at > 1 {
            return true;
        }
        match s {
            Section::Middle => self.at_break(end) || self.is(end, '旬'),
            Section::Begin => !self.one_of(end, "中级一二三四五六七八九十0123456789"),
            _ => !self.one_of(end, "班款号数价部层薪单") || bit.period.grain == Grain::Quarter,
        }
    }

    /// 第二周, 前三天, 最后五天, 首月, 第一个周二.
    fn counted_within(&mut self, period: Period, at: usize) -> Option<(Period, usize, &'static str)> {
        const RULE: &str = "date.counted";
        if let Some(e) = self.text(at, "第") {
            let n = self.num(e)?;
            let end = self.space(n.end);
            if let Some((day, e)) = self.counted_weekday(end) {
                let found = shift_days(on_or_after(period.start, day)?, (n.value.min(60) - 1) * 7)?;
                return (found < period.end).then_some((Period::day(found)?, e, RULE));
            }
            if let Some(e) = self.any(end, &["个周末", "周末"]) {
                let saturday = shift_days(on_or_after(period.start, 6)?, (n.value.min(60) - 1) * 7)?;
                return Some((Period::weekend(saturday, 0)?, e, RULE));
            }
            let (unit, e) = self.unit(end)?;
            return Some((nth(period, n.value, unit)?, e, RULE));
        }
        if let Some(e) = self.any(at, &["最后", "最末", "后", "末"]) {
            let n = self.num(self.space(e))?;
            if n.value == 1
                && let Some((day, e)) = self.counted_weekday(n.end)
            {
                return Some((Period::day(last_before(period.end, day)?)?, e, RULE));
            }
            if n.value == 1
                && let Some(e) = self.any(n.end, &["个周末", "周末"])
            {
                return Some((Period::weekend(last_before(period.end, 6)?, 0)?, e, RULE));
            }
            let (unit, e) = self.unit(n.end)?;
            return Some((last(period, n.value, unit)?, e, RULE));
        }
        if let Some(e) = self.any(at, &["首个", "首"]) {
            if let Some((day, e)) = self.counted_weekday(e) {
                return Some((Period::day(on_or_after(period.start, day)?)?, e, RULE));
            }
            let end = self.any(e, &["季"]).filter(|&e| !self.is(e, '度'));
            let (unit, e) = match end {
                Some(e) => (Unit::Quarter, e),
                None => self.unit(e)?,
            };
            return Some((first(period, 1, unit)?, e, RULE));
        }
        let e = self.any(at, &["前", "头", "最初"])?;
        let n = self.num(self.space(e))?;
        let (unit, e) = self.unit(n.end)?;
        Some((first(period, n.value, unit)?, e, RULE))
    }

    /// 个周二, 周二: a weekday that is counted.
    fn counted_weekday(&self, at: usize) -> Option<(i64, usize)> {
        let at = self.space(at);
        let at = at + usize::from(self.is(at, '个'));
        self.weekday(self.week_word(at)?)
    }

    /// Q1, q3季度
    pub(super) fn q_quarter(&self, at: usize) -> Option<(i64, usize)> {
        if !self.is(at, 'q') || self.before(at).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let (n, length) = self.digits(at + 1)?;
        let end = at + 1 + length;
        if length != 1 || !(1..=4).contains(&n) || self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        Some((n, self.text(end, "季度").unwrap_or(end)))
    }

    /// 第一季度, 一季度, 首季, q1 of the year that is meant.
    pub(super) fn bare_quarter(&mut self, at: usize) -> Option<DateBit> {
        let (n, end) = if let Some(found) = self.q_quarter(at) {
            found
        } else if let Some(e) = self.any(at, &["首季度", "首季"]) {
            (1, e)
        } else {
            let from = self.text(at, "第").unwrap_or(at);
            let n = self.num(from)?;
            let unit = self.space(n.end);
            let end = self.any(unit, &["季度"]).or_else(|| self.text(unit, "季").filter(|_| from > at))?;
            (n.value, end)
        };
        if !(1..=4).contains(&n) {
            return None;
        }
        let period = self.yearly(end, |y| Period::quarter(y, n))?;
        Some(DateBit { period, start: at, end, rule: "date.quarter", wrong: None, shape: Shape::Full })
    }

    /// Whether `form` and `length` are those of a year: 2026, 二零二六, 两千零二十六.
    pub(super) fn is_long_year(value: i64, form: Form, length: usize) -> bool {
        (1000..=2999).contains(&value) && (length == 4 || form == Form::Positional)
    }
}
