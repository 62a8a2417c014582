//! Periods counted from this one: 上周, 下下周三, 这个月, 本季度, 下个工作日.

use super::calendar::{Grain, Period, date, shift_months};
use super::found::DateBit;
use super::scan::Scan;

/// What follows 周 where it is no week.
const NO_WEEK_AFTER: &str = "围边岁年转长刊报密折易杰大";

impl Scan<'_> {
    /// 上, 下下, 这, 本, 今个 with 一 and 个 behind them: the offset, and where they end.
    pub(super) fn prefix(&self, at: usize) -> Option<(i64, usize)> {
        let c = self.ch(at)?;
        let mut end = at + 1;
        let mut offset = match c {
            '上' => -1,
            '下' => 1,
            '这' | '本' | '今' | '当' | '同' => 0,
            _ => return None,
        };
        while offset != 0 && end < at + 4 && self.is(end, c) {
            offset += if c == '上' { -1 } else { 1 };
            end += 1;
        }
        if self.is(end, '一') && !self.numeral(end + 1) {
            end += 1;
        }
        if self.is(end, '个') {
            end += 1;
        }
        Some((offset, end))
    }

    pub(super) fn relative(&mut self, at: usize) -> Option<DateBit> {
        let (offset, end) = self.prefix(at)?;
        let first = self.ch(at)?;
        if let Some(e) = self.week_word(end) {
            let week = Period::week(self.today(), offset)?;
            if let Some(e) = self.text(e, "末") {
                return Some(self.bit(Period::weekend(self.today(), offset)?, at, e, "date.weekend"));
            }
            if let Some((period, e, shape)) = self.weekday_or_weekend(week, e) {
                let mut bit = self.bit(period, at, e, "date.weekday");
                bit.shape = shape;
                return Some(bit);
            }
            if self.one_of(e, NO_WEEK_AFTER) || first == '同' {
                return None;
            }
            return Some(self.bit(week, at, e, "date.week"));
        }
        let (year, month) = (i64::from(self.today().year()), i64::from(self.today().month()));
        if let Some(e) = self.text(end, "月") {
            if self.one_of(e, "饼经嫂台光球亮薪卡租票供老") {
                return None;
            }
            let start = shift_months(date(year, month, 1)?, offset)?;
            let period = Period::month(i64::from(start.year()), i64::from(start.month()))?;
            return Some(self.bit(period, at, e, "date.month"));
        }
        if let Some(e) = self.text(end, "季度") {
            let quarter = year * 4 + (month - 1) / 3 + offset;
            let period = Period::quarter(quarter.div_euclid(4), quarter.rem_euclid(4) + 1)?;
            return Some(self.bit(period, at, e, "date.quarter"));
        }
        if let Some(e) = self.text(end, "半年")
            && first != '当'
        {
            let half = year * 2 + (month - 1) / 6 + offset;
            let period = Period::months(half.div_euclid(2), half.rem_euclid(2) * 6 + 1, 6, Grain::Part)?;
            return Some(self.bit(period, at, e, "date.half_year"));
        }
        if let Some(e) = self.any(end, &["年度", "年"])
            && !matches!(first, '当' | '今' | '同')
            && !self.one_of(e, "级纪龄轻货代")
        {
            return Some(self.bit(Period::year(year + offset)?, at, e, "date.year"));
        }
        if let Some(e) = self.text(end, "世纪") {
            let period = Period::years((year.div_euclid(100) + offset) * 100, 100)?;
            return Some(self.bit(period, at, e, "date.century"));
        }
        if let Some(e) = self.text(end, "工作日")
            && offset != 0
        {
            let day = super::calendar::shift_working_days(self.today(), offset)?;
            return Some(self.bit(Period::day(day)?, at, e, "date.working_day"));
        }
        None
    }
}
