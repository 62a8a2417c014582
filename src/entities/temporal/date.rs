//! Dates in words: 今天, 下周三, 28号, 十二月一号, 2026年, 中秋, 腊月二十八.

use super::calendar::{Grain, Period, clipped, date, shift_days, shift_months};
use super::digital::days;
use super::found::{DateBit, Shape};
use super::lexicon::{Whole, Word};
use super::period::section;
use super::scan::Scan;
use super::words::is_among;

impl Scan<'_> {
    /// A date or period at `at`.
    pub(super) fn date(&mut self, at: usize) -> Option<DateBit> {
        let mut bit = self.base_date(at)?;
        for _ in 0..4 {
            match self.narrow(&bit) {
                Some(next) => bit = next,
                None => break,
            }
        }
        Some(self.beside(bit))
    }

    pub(super) fn base_date(&mut self, at: usize) -> Option<DateBit> {
        if self.digit(at)
            && let Some(found) = self.digital(at)
        {
            return Some(found);
        }
        if let Some(found) = self.holiday(at) {
            return Some(found);
        }
        if let Some((word, end)) = self.word(at)
            && let Some(found) = self.date_word(word, at, end)
        {
            return Some(found);
        }
        if self.numeral(at) {
            return self.numbered(at);
        }
        match self.ch(at)? {
            '上' | '下' | '这' | '本' | '今' | '当' | '同' => self.relative(at),
            '次' => {
                let end = self.text(at, "次月")?;
                let first = shift_months(date(i64::from(self.today().year()), i64::from(self.today().month()), 1)?, 1)?;
                let month = Period::month(i64::from(first.year()), i64::from(first.month()))?;
                Some(self.bit(month, at, end, "date.month"))
            }
            '周' | '星' | '礼' => self.bare_weekday(at),
            '第' | '首' | 'q' => self.bare_quarter(at),
            '年' => self.new_year_days(at),
            '闰' => self.lunar(at, None),
            _ => None,
        }
    }

    pub(super) fn bit(&self, period: Period, start: usize, end: usize, rule: &'static str) -> DateBit {
        DateBit { period, start, end, rule, wrong: None, shape: Shape::Full }
    }

    /// 中秋, 国庆期间, 去年春节 by its name.
    pub(super) fn holiday(&mut self, at: usize) -> Option<DateBit> {
        let name = self.holiday_name(at)?;
        let end = at + name.length;
        let reader = self.reader;
        // the holidays of the old year's end belong to the year before
        let day = self.future_only(|y| reader.holidays.in_year(name.holiday, y), end)?;
        let (period, end) = self.days_off(name.holiday, day, end)?;
        Some(self.bit(period, at, end, "date.holiday"))
    }

    /// As [`Scan::yearly`], but a holiday just gone does not hide the one to come.
    pub(super) fn future_only(&mut self, of: impl Fn(i64) -> Option<Period>, at: usize) -> Option<Period> {
        let anchor = self.base.map_or(self.today(), |b| b.start);
        let this = i64::from(anchor.year());
        let found = (this - 2..=this + 2).filter_map(of);
        let mut past = None;
        let mut future = None;
        for p in found {
            if p.end > anchor {
                future = Some(p);
                break;
            }
            past = Some(p);
        }
        self.pick_plain(past, future, at)
    }

    /// The days off where 期间, 假期 or 长假 follow; else the day.
    pub(super) fn days_off(&self, holiday: usize, day: Period, end: usize) -> Option<(Period, usize)> {
        let mut end = self.text(end, "节").unwrap_or(end);
        let mut off = false;
        for _ in 0..2 {
            if let Some(e) = self
                .any(end, &["期间", "小长假", "长假", "假期", "黄金周", "假日", "放假", "那几天", "这几天", "节假日"])
            {
                end = e;
                off = true;
            }
        }
        let period = if off { self.reader.holidays.public(holiday, day)? } else { day };
        Some((period, end))
    }

    fn date_word(&mut self, word: Word, at: usize, end: usize) -> Option<DateBit> {
        let this_year = i64::from(self.today().year());
        match word {
            Word::Day(n) => {
                if !self.free_day_word(at, end) {
                    return None;
                }
                let day = Period::day(shift_days(self.today(), n)?)?;
                Some(self.bit(day, at, end, "date.relative_day"))
            }
            Word::DayList(a, b) => {
                let period = days(shift_days(self.today(), a)?, shift_days(self.today(), b + 1)?)?;
                Some(self.bit(period, at, end, "date.day_list"))
            }
            Word::Year(n) => {
                if self.one_of(end, "级轮") {
                    return None;
                }
                Some(self.bit(Period::year(this_year + n)?, at, end, "date.year"))
            }
            Word::YearList(a, b) => {
                let period = Period::months(this_year + a, 1, (b - a + 1) * 12, Grain::Age)?;
                Some(self.bit(period, at, end, "date.year"))
            }
            Word::LunarMonth(_) => self.lunar(at, None),
            Word::Calendar(true) => self.lunar(at, None),
            Word::Calendar(false) => {
                let mut found = self.numbered(end)?;
                found.start = at;
                Some(found)
            }
            Word::Season(month) => {
                let period = self.yearly(end, |y| Period::months(y, month, 3, Grain::Part))?;
                Some(self.bit(period, at, end, "date.season"))
            }
            Word::Section(whole, s) => {
                let period = self.bare_section(whole, s, end)?;
                // 年初三 is a lunar day
                if self.is(at, '年')
                    && self.is(at + 1, '初')
                    && let Some(found) = self.new_year_days(at)
                {
                    return Some(found);
                }
                if at > 0 && self.numeral(at - 1) {
                    return None;
                }
                Some(self.bit(period, at, end, "date.section"))
            }
            Word::EnglishMonth(month) => self.english_month(month, at, end),
            Word::EnglishWeekday(day) => {
                let period = self.next_weekday(day, end)?;
                Some(self.bit(period, at, end, "date.english"))
            }
            Word::Era(first) => {
                let (n, e) = match self.text(end, "元") {
                    Some(e) => (1, e),
                    None => {
                        let n = self.num(end)?;
                        (n.value, n.end)
                    }
                };
                let e = self.text(e, "年")?;
                if !(1..=100).contains(&n) && first < 1900 || n > 300 {
                    return None;
                }
                Some(self.bit(Period::year(first + n - 1)?, at, e, "date.era"))
            }
            _ => None,
        }
    }

    /// 今天 and its kin may be the seam of two other words: 目前天气, 证明天数, 今后天天.
    fn free_day_word(&self, at: usize, end: usize) -> bool {
        match (self.ch(at), self.before(at)) {
            (Some('前'), Some(c)) => !is_among(c, "目之以提当年月日天周时期钟眼空"),
            (Some('后'), Some(c)) => !is_among(c, "以之今最然随先往此期日天年月周时钟"),
            (Some('明'), Some(c)) => !is_among(c, "证声表"),
            (Some('今'), Some('如')) => !self.is(end, '气'),
            _ => true,
        }
    }

    fn bare_section(&mut self, whole: Whole, s: super::lexicon::Section, at: usize) -> Option<Period> {
        use super::lexicon::Section::{FirstHalf, SecondHalf};
        let today = self.today();
        let (year, month) = (i64::from(today.year()), i64::from(today.month()));
        let of = |shift: i64| -> Option<Period> {
            let whole = match whole {
                Whole::Year => Period::year(year + shift)?,
                Whole::Month => {
                    let first = shift_months(date(year, month, 1)?, shift)?;
                    Period::month(i64::from(first.year()), i64::from(first.month()))?
                }
                Whole::Week => Period::week(today, shift)?,
            };
            section(whole, s)
        };
        let this = of(0)?;
        // 上半年 is this year's, gone or not
        if this.end > today || matches!(s, FirstHalf | SecondHalf) {
            return Some(this);
        }
        self.pick_plain(Some(this), of(1), at)
    }

    /// [`Scan::pick`] without the rule of the near past.
    pub(super) fn pick_plain(&mut self, past: Option<Period>, future: Option<Period>, at: usize) -> Option<Period> {
        let far = past.and_then(|p| {
            let start = shift_days(self.today(), -4000)?;
            Some(Period { start, end: shift_days(start, 1)?, ..p })
        });
        let picked = self.pick(far, future, at)?;
        if Some(picked) == far { past } else { Some(picked) }
    }

    /// The same day `months` later, for offsets.
    pub(super) fn months_later(&self, months: i64) -> Option<jiff::civil::Date> {
        let m = i64::from(self.today().year()) * 12 + i64::from(self.today().month()) - 1 + months;
        clipped(m.div_euclid(12), m.rem_euclid(12) + 1, i64::from(self.today().day()))
    }
}
