//! Days of the lunar calendar in words: 正月初三, 腊月二十八, 农历八月十五, 年廿八, 大年初二.

use super::calendar::{Grain, Period, shift_days};
use super::found::{DateBit, Shape};
use super::lexicon::Word;
use super::lunar::{self, LunarDate};
use super::numeral::Form;
use super::scan::{CHOICE_CALENDAR, Num, Scan};
use super::words::is_among;

impl Scan<'_> {
    /// 农历八月十五, 正月初三, 腊月二十八, 农历2012年六月.
    pub(super) fn lunar(&mut self, at: usize, year: Option<i64>) -> Option<DateBit> {
        let (word, mut i) = if self.is(at, '闰') { (Word::Calendar(true), at) } else { self.word(at)? };
        let mut year = year;
        let mut leap = false;
        let month = match word {
            Word::LunarMonth(month) => month,
            Word::Calendar(_) => {
                i = self.text(i, "的").unwrap_or(i);
                if let Some(n) = self.num(i)
                    && self.is(n.end, '年')
                {
                    year = Some(if Self::is_long_year(n.value, n.form, n.length) {
                        n.value
                    } else {
                        self.century(n.value)
                    });
                    i = n.end + 1;
                } else if let Some((Word::Year(n), e)) = self.word(i) {
                    year = Some(i64::from(self.today().year()) + n);
                    i = e;
                }
                if let Some(name) = self.holiday_name(i) {
                    // 农历除夕, 农历中秋
                    let mut found = match year {
                        Some(y) => {
                            let p = self.reader.holidays.in_year(name.holiday, y)?;
                            self.bit(p, at, i + name.length, "date.holiday")
                        }
                        None => self.holiday(i)?,
                    };
                    found.start = at;
                    return Some(found);
                }
                if let Some((Word::LunarMonth(month), e)) = self.word(i) {
                    i = e;
                    month
                } else {
                    if let Some(e) = self.text(i, "闰") {
                        leap = true;
                        i = e;
                    }
                    let n = self.num(i)?;
                    i = self.text(n.end, "月")?;
                    n.value
                }
            }
            _ => return None,
        };
        if !(1..=12).contains(&month) {
            return None;
        }
        let day_at = self.text(i, "的").unwrap_or(i);
        match self.lunar_day(day_at) {
            Some((day, end)) => self.lunar_date(year, month, Some(day), leap, at, end),
            None => self.lunar_date(year, month, None, leap, at, i),
        }
    }

    /// 初三, 十五, 廿八, 二十八号 as a day of a lunar month.
    pub(super) fn lunar_day(&self, at: usize) -> Option<(i64, usize)> {
        let from = self.text(at, "初").unwrap_or(at);
        let n = self.num(from)?;
        if !(1..=30).contains(&n.value) || n.length > 3 || from > at && n.value > 10 {
            return None;
        }
        if self.one_of(n.end, "个天点时年月周分元块") {
            return None;
        }
        let end = self.any(n.end, &["号", "日"]).unwrap_or(n.end);
        Some((n.value, end))
    }

    /// A lunar day behind a month with a number: 八月初三, 十一月廿九, 八月十五.
    pub(super) fn lunar_day_behind(
        &mut self,
        year: Option<i64>,
        month: i64,
        n: Num,
        at: usize,
        day_at: usize,
    ) -> Option<DateBit> {
        let first = self.ch(day_at)?;
        let marked = first == '初' || first == '廿';
        let (day, end) = if marked {
            self.lunar_day(day_at)?
        } else {
            // the full moons that have a feast
            if !matches!(month, 7 | 8)
                || n.form == Form::Arabic && !self.is(day_at, '十')
                || year.is_some_and(|_| self.digit(at))
            {
                return None;
            }
            (15, self.text(day_at, "十五")?)
        };
        if self.before(end).is_some_and(|c| matches!(c, '号' | '日')) || self.one_of(end, "号日") && !marked {
            return None;
        }
        if !marked {
            // 二零二六年八月十五: with the year in full it is the civil day
            if year.is_some() && self.before(at) == Some('年') && self.numeral(at.saturating_sub(2)) {
                return None;
            }
            if self.numeral(end) {
                return None;
            }
            self.seen |= CHOICE_CALENDAR;
            if self.flip & CHOICE_CALENDAR != 0 {
                return None;
            }
        }
        self.lunar_date(year, month, Some(day), false, at, end)
    }

    pub(super) fn lunar_date(
        &mut self,
        year: Option<i64>,
        month: i64,
        day: Option<i64>,
        leap: bool,
        start: usize,
        end: usize,
    ) -> Option<DateBit> {
        let of = |year: i64| -> Option<Period> {
            let lunar = |day| lunar::to_civil(LunarDate { year, month, day, leap });
            match day {
                Some(day) => {
                    // 腊月三十 of a month with 29 days is its last day
                    let day = day.min(lunar::month_length(year, month, leap)?);
                    Period::day(lunar(day)?)
                }
                None => {
                    let first = lunar(1)?;
                    Period::between(first, shift_days(first, lunar::month_length(year, month, leap)?)?, Grain::Month)
                }
            }
        };
        let period = match year {
            Some(year) => of(year)?,
            None => self.future_only(of, end)?,
        };
        let mut bit = self.bit(period, start, end, "date.lunar");
        if day.is_none() {
            bit.shape = Shape::Month;
        }
        Some(bit)
    }

    /// 年初三, 年廿八, 年三十: the days around the lunar new year, as the south says them.
    pub(super) fn new_year_days(&mut self, at: usize) -> Option<DateBit> {
        if at > 0 && (self.numeral(at - 1) || self.before(at).is_some_and(|c| is_among(c, "今明去前后每"))) {
            return None;
        }
        let i = self.text(at, "年")?;
        let (month, (day, end)) = if self.is(i, '初') {
            (1, self.lunar_day(i)?)
        } else if self.is(i, '廿') || self.text(i, "二十").is_some() {
            (12, self.lunar_day(i)?)
        } else {
            return None;
        };
        if !(1..=30).contains(&day) || self.one_of(end, "号日年月个") {
            return None;
        }
        self.lunar_date(None, month, Some(day), false, at, end)
    }

    /// 大年初三, 初五早上: a day of the first lunar month.
    pub(super) fn first_days(&mut self, at: usize) -> Option<DateBit> {
        if let Some(i) = self.text(at, "大年") {
            let (day, end) = if self.is(i, '初') {
                self.lunar_day(i)?
            } else if self.is(i, '十') {
                self.lunar_day(i).filter(|&(d, _)| d >= 10)?
            } else {
                return None;
            };
            return self.lunar_date(None, 1, Some(day), false, at, end);
        }
        if !self.is(at, '初') || self.before(at).is_some_and(|c| is_among(c, "最当起年月")) {
            return None;
        }
        let (day, end) = self.lunar_day(at)?;
        // 初一 to 初三 are classes of a school too
        let follows = [
            "去",
            "回",
            "飞",
            "走",
            "出发",
            "早",
            "上午",
            "下午",
            "晚",
            "那天",
            "的票",
            "的航班",
            "的机票",
            "到初",
            "至初",
            "-初",
            "之前",
            "之后",
            "开门",
            "营业",
            "开工",
        ];
        // 初一到初七
        if self.base.is_none() {
            self.any(end, &follows)?;
        }
        self.lunar_date(None, 1, Some(day), false, at, end)
    }
}
