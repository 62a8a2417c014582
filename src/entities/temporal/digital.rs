//! Dates written in digits and marks: 2026-11-28, 11/28, 20261128, 12/25/2026.

use super::calendar::{Grain, Period, date};
use super::found::{DateBit, Shape, WrongDate};
use super::scan::{CHOICE_CALENDAR, Scan};
use super::words::is_among;

/// Words behind `12.20` without which it is a price or a version.
const DATE_LIKE: &[&str] = &[
    "去",
    "回",
    "飞",
    "号",
    "日",
    "出发",
    "走",
    "到",
    "从",
    "起飞",
    "返",
    "那天",
    "当天",
    "早上",
    "上午",
    "下午",
    "晚上",
    "中午",
    "凌晨",
    "的航班",
    "的机票",
    "的票",
    "航班",
    "机票",
];

/// Characters behind `1/2` that make it a fraction, a score or a name.
const NO_DATE: &str = "折杯个人份页g次码寸米斤元块%倍碗件瓶只°℃";

impl Scan<'_> {
    /// A date in digits at `at`, where a digit stands.
    pub(super) fn digital(&mut self, at: usize) -> Option<DateBit> {
        let joined = self
            .before(at)
            .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | ':' | '¥' | '$'));
        // the right end of a range stands behind its dash
        if joined && !(self.base.is_some() && matches!(self.before(at), Some('-'))) {
            return None;
        }
        let mut run = 0;
        while run < 9 && self.digit(at + run) {
            run += 1;
        }
        match run {
            8 => self.eight_digits(at),
            4 => self.year_first(at),
            1 | 2 => self.month_first(at),
            _ => None,
        }
    }

    fn number(&self, at: usize, length: usize) -> Option<i64> {
        let mut value = 0;
        for i in at..at + length {
            value = value * 10 + i64::from(self.ch(i)?.to_digit(10)?);
        }
        Some(value)
    }

    fn full(&self, y: i64, m: i64, d: i64, start: usize, end: usize) -> Option<DateBit> {
        if !(1..=12).contains(&m) || !(1..=31).contains(&d) || !(1000..=2999).contains(&y) {
            return None;
        }
        let (period, wrong) = match date(y, m, d) {
            Some(day) => (Period::day(day)?, None),
            None => (Period::month(y, m)?, Some(WrongDate { year: y, month: m, day: d })),
        };
        Some(DateBit { period, start, end, rule: "date.digits", wrong, shape: Shape::Full })
    }

    /// 20261128
    fn eight_digits(&self, at: usize) -> Option<DateBit> {
        let (y, m, d) = (self.number(at, 4)?, self.number(at + 4, 2)?, self.number(at + 6, 2)?);
        let next = self.ch(at + 8);
        if !(1900..=2100).contains(&y) || next.is_some_and(|c| c.is_ascii_alphanumeric()) || date(y, m, d).is_none() {
            return None;
        }
        self.full(y, m, d, at, at + 8)
    }

    /// 2026-11-28, 2026/11/28, 2026.11.28, 2026 11 28, 2026.11-28, 2026.11
    fn year_first(&self, at: usize) -> Option<DateBit> {
        let year = self.number(at, 4)?;
        if !(1000..=2999).contains(&year) {
            return None;
        }
        let mark = self.ch(at + 4)?;
        if mark == 'q'
            && let Some((q @ 1..=4, 1)) = self.digits(at + 5)
            && !self.ch(at + 6).is_some_and(|c| c.is_ascii_alphanumeric())
        {
            let mut bit = self.full(year, 1, 1, at, at + 6)?;
            bit.period = Period::quarter(year, q)?;
            bit.end = self.text(at + 6, "季度").unwrap_or(at + 6);
            return Some(bit);
        }
        if !matches!(mark, '-' | '/' | '.' | ' ' | '\\' | '_') {
            return None;
        }
        let (month, length) = self.digits(at + 5)?;
        if length > 2 || !(1..=12).contains(&month) {
            return None;
        }
        let after_month = at + 5 + length;
        let second = self.ch(after_month);
        let same = second == Some(mark) || mark == '.' && second == Some('-') || mark == '-' && second == Some('.');
        if same && self.digit(after_month + 1) {
            let day_at = after_month + 1;
            // 2026-11-2808:15: a clock time stuck to the day
            let mut length = 0;
            while length < 5 && self.digit(day_at + length) {
                length += 1;
            }
            if length > 2 {
                let stuck = matches!(length, 3 | 4) && self.is(day_at + length, ':');
                if !stuck {
                    return self.year_month(at, year, month, after_month, mark);
                }
                length = 2;
            }
            let day = self.number(day_at, length)?;
            let mut end = day_at + length;
            if self.ch(end).is_some_and(|c| c.is_ascii_alphabetic() && c != 't') {
                return None;
            }
            if matches!(self.ch(end), Some('号' | '日')) {
                end += 1;
            }
            if (1..=31).contains(&day) && (mark != ' ' || length == 2 || self.at_break(end)) {
                return self.full(year, month, day, at, end);
            }
            return None;
        }
        self.year_month(at, year, month, after_month, mark)
    }

    /// 2026.11 and 2026-11, a month of two digits in a year near ours
    fn year_month(&self, at: usize, year: i64, month: i64, end: usize, mark: char) -> Option<DateBit> {
        if mark == ' '
            || end != at + 7
            || !(1900..=2100).contains(&year)
            || self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '元' | '块' | '%'))
        {
            return None;
        }
        Some(DateBit {
            period: Period::month(year, month)?,
            start: at,
            end,
            rule: "date.digits",
            wrong: None,
            shape: Shape::Full,
        })
    }

    /// 11/28, 12.20去, 08-06, 11·28, 25/12/2026, 12/25/2026
    fn month_first(&mut self, at: usize) -> Option<DateBit> {
        let (first, first_length) = self.digits(at)?;
        let mark_at = at + first_length;
        let mark = self.ch(mark_at)?;
        if !matches!(mark, '/' | '.' | '-' | '·' | '・' | '•') {
            return None;
        }
        let (second, second_length) = self.digits(mark_at + 1)?;
        if second_length > 2 || first == 0 || second == 0 {
            return None;
        }
        let end = mark_at + 1 + second_length;
        if self.ch(end) == Some(mark)
            && matches!(mark, '/' | '-' | '.')
            && let Some((year, length)) = self.digits(end + 1)
            && matches!(length, 2 | 4)
            && (mark == '/' || length == 4)
        {
            let year_end = end + 1 + length;
            let year = if length == 2 { self.century(year) } else { year };
            return self.year_last(first, second, year, at, year_end);
        }
        let next = self.ch(end);
        if next.is_some_and(|c| c.is_ascii_alphabetic() || is_among(c, NO_DATE) || c == mark && mark != '-')
            || next == Some('.') && self.digit(end + 1)
            || next == Some(':') && mark != '-'
        {
            return None;
        }
        match mark {
            '.' if second_length != 2 && first_length != 2 && self.base.is_none()
                || self.any(self.space(end), DATE_LIKE).is_none() && self.base.is_none() && !self.dotted_range(end) =>
            {
                return None;
            }
            '-' => {
                let padded = self.is(at, '0') && first_length == 2 || self.is(mark_at + 1, '0') && second_length == 2;
                let clock = self.digits(self.space(end)).is_some_and(|(_, l)| self.is(self.space(end) + l, ':'));
                if first_length != 2
                    || second_length != 2
                    || !padded && !clock && self.any(self.space(end), DATE_LIKE).is_none()
                    || next == Some('-') && !self.digit(end + 1)
                {
                    return None;
                }
            }
            _ => {}
        }
        if !(1..=12).contains(&first) || !(1..=31).contains(&second) {
            return None;
        }
        let end = if matches!(self.ch(end), Some('号' | '日')) { end + 1 } else { end };
        self.month_day(None, first, second, at, end, "date.digits")
    }

    /// 11.28-12.3: whether another such date stands behind a dash.
    fn dotted_range(&self, at: usize) -> bool {
        let Some(to) = self.any(at, &["-", "~", "到", "至", "—", "–"]) else {
            return false;
        };
        let Some((month @ 1..=12, length)) = self.digits(to) else {
            return false;
        };
        let day_at = to + length + 1;
        let Some((day @ 1..=31, length)) = self.digits(day_at).filter(|_| self.is(day_at - 1, '.')) else {
            return false;
        };
        let end = day_at + length;
        month > 0
            && day > 0
            && !self.ch(end).is_some_and(|c| {
                c.is_ascii_alphanumeric()
                    || matches!(c, '.' | '-' | '万' | '千' | '分' | '折' | '度')
                    || is_among(c, NO_DATE)
            })
    }

    /// Day first where both orders are dates, as Hong Kong writes it; the other order is kept.
    fn year_last(&mut self, first: i64, second: i64, year: i64, start: usize, end: usize) -> Option<DateBit> {
        if self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let day_first = match (first > 12, second > 12) {
            (true, false) => true,
            (false, true) => false,
            (true, true) => return None,
            (false, false) => {
                if first != second {
                    self.seen |= CHOICE_CALENDAR;
                }
                self.flip & CHOICE_CALENDAR == 0
            }
        };
        let (month, day) = if day_first { (second, first) } else { (first, second) };
        self.full(year, month, day, start, end)
    }

    /// 26 → 2026, 91 → 1991: up to ten years ahead, else the last century.
    pub(super) fn century(&self, short: i64) -> i64 {
        let year = i64::from(self.today().year());
        let century = year - year.rem_euclid(100);
        if year < 2000 {
            return century + short;
        }
        if short <= year.rem_euclid(100) + 10 { century + short } else { century - 100 + short }
    }

    /// A day of a month, in `year` or in the year that is meant.
    pub(super) fn month_day(
        &mut self,
        year: Option<i64>,
        month: i64,
        day: i64,
        start: usize,
        end: usize,
        rule: &'static str,
    ) -> Option<DateBit> {
        let shape = if year.is_some() { Shape::Full } else { Shape::MonthDay };
        let bit = |period, wrong| DateBit { period, start, end, rule, wrong, shape };
        if let Some(year) = year {
            return Some(match date(year, month, day) {
                Some(d) => bit(Period::day(d)?, None),
                None => bit(Period::month(year, month)?, Some(WrongDate { year, month, day })),
            });
        }
        let anchor = self.base.map_or(self.today(), |b| b.start);
        let this = i64::from(anchor.year());
        // 29 February needs up to eight years
        let future = (this..=this + 8).find_map(|y| date(y, month, day).filter(|&d| d >= anchor));
        let past = (this - 8..=this).rev().find_map(|y| date(y, month, day).filter(|&d| d < anchor));
        match (future, past) {
            (None, None) => {
                let year = if Period::month(this, month)?.end > anchor { this } else { this + 1 };
                Some(bit(Period::month(year, month)?, Some(WrongDate { year, month, day })))
            }
            _ => {
                let period = self.pick(past.and_then(Period::day), future.and_then(Period::day), end)?;
                Some(bit(period, None))
            }
        }
    }

    /// A period that comes back every year: its occurrence that is meant.
    pub(super) fn yearly(&mut self, at: usize, of: impl Fn(i64) -> Option<Period>) -> Option<Period> {
        let anchor = self.base.map_or(self.today(), |b| b.start);
        let this = i64::from(anchor.year());
        let mut past = None;
        let mut future = None;
        for year in this - 2..=this + 2 {
            if let Some(p) = of(year) {
                if p.end > anchor {
                    future = Some(p);
                    break;
                }
                past = Some(p);
            }
        }
        self.pick(past, future, at)
    }
}

/// Shorthand for a stretch of days.
pub(super) fn days(start: jiff::civil::Date, end: jiff::civil::Date) -> Option<Period> {
    Period::between(start, end, Grain::Days)
}
