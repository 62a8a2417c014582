//! Weekdays and weekends: 周三, 星期天, 周六日, 周末.

use super::calendar::{Period, on_or_after, shift_days};
use super::found::{DateBit, Shape};
use super::scan::Scan;
use super::words::is_among;

impl Scan<'_> {
    /// Where 周, 星期 or 礼拜 ends.
    pub(super) fn week_word(&self, at: usize) -> Option<usize> {
        self.any(at, &["周", "星期", "礼拜"])
    }

    /// The weekday behind 周: 1 Monday … 7 Sunday.
    pub(super) fn weekday(&self, at: usize) -> Option<(i64, usize)> {
        let c = self.ch(at)?;
        let end = at + 1;
        let (day, barred) = match c {
            '一' => (1, "定直起般些样共下次个旦切万百千"),
            '二' => (2, "百千万十"),
            '三' => (3, "百千万十"),
            '四' => (4, "百千万十"),
            '五' => (5, "百千万十"),
            '六' => (6, "百千万十福"),
            '日' => (7, "程历记常期化元本语用"),
            '天' => (7, "气猫天堂才"),
            '1'..='7' => {
                let next = self.ch(end);
                if next.is_some_and(|c| c.is_ascii_alphanumeric() || is_among(c, "个天次日号点.:")) {
                    return None;
                }
                return Some((i64::from(c as u8 - b'0'), end));
            }
            _ => return None,
        };
        (!self.one_of(end, barred)).then_some((day, end))
    }

    /// The weekday of a week: 周六日 is the weekend.
    pub(super) fn weekday_or_weekend(&self, week: Period, at: usize) -> Option<(Period, usize, Shape)> {
        let (day, end) = self.weekday(at)?;
        if day == 6 {
            let list = self.any(end, &["周日", "周天", "、周日", "和周日", "星期日", "星期天", "、日", "日"]);
            if let Some(e) = list
                && !self.one_of(e, "程历记常期化")
            {
                return Some((Period::weekend(week.start, 0)?, e, Shape::Full));
            }
        }
        Some((Period::day(shift_days(week.start, day - 1)?)?, end, Shape::Weekday))
    }

    /// The next such weekday after today; the last one, or today, where it has been.
    pub(super) fn next_weekday(&mut self, day: i64, at: usize) -> Option<Period> {
        if let Some(base) = self.base {
            return Period::day(on_or_after(base.start, day)?);
        }
        let future = on_or_after(shift_days(self.today(), 1)?, day)?;
        self.pick(Period::day(shift_days(future, -7)?), Period::day(future), at)
    }

    /// 周三, 星期天, 周末, without the week.
    pub(super) fn bare_weekday(&mut self, at: usize) -> Option<DateBit> {
        let end = self.week_word(at)?;
        if self.before(at).is_some_and(|c| is_among(c, "每个半"))
            || at > 0 && self.numeral(at - 1) && !self.is(end, '末')
        {
            return None;
        }
        if let Some(e) = self.text(end, "末") {
            let period = Period::weekend(self.base.map_or(self.today(), |b| b.start), 0)?;
            return Some(self.bit(period, at, e, "date.weekend"));
        }
        let (day, e) = self.weekday(end)?;
        if day == 6 {
            let week = Period::week(self.today(), 0)?;
            if let Some((period, e, Shape::Full)) = self.weekday_or_weekend(week, end) {
                return Some(self.bit(period, at, e, "date.weekend"));
            }
        }
        let period = self.next_weekday(day, e)?;
        let mut bit = self.bit(period, at, e, "date.weekday");
        bit.shape = Shape::Weekday;
        Some(bit)
    }
}
