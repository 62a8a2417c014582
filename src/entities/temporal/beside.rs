//! What stands beside a day: 前一天, 第二天, 那天; and the same day said twice.

use super::calendar::{Grain, Period, number, shift_days};
use super::digital::days;
use super::found::{DateBit, Shape};
use super::scan::Scan;

impl Scan<'_> {
    /// 当天, 那天 behind a day; 前一天, 后三天 beside it.
    pub(super) fn beside(&mut self, mut bit: DateBit) -> DateBit {
        if bit.wrong.is_some() {
            return bit;
        }
        if let Some(end) = self.any(bit.end, &["当天", "那天", "当日", "那一天", "这天", "这一天", "那日"])
        {
            bit.end = end;
            return bit;
        }
        if bit.period.grain == Grain::Weekend
            && let Some(end) = self.text(bit.end, "两天")
        {
            bit.end = end;
            return bit;
        }
        if bit.period.length() > 40 {
            return bit;
        }
        let at = self.text(bit.end, "的").unwrap_or(bit.end);
        if let Some(end) = self.any(at, &["前夕", "前夜"]) {
            if let Some(p) = shift_days(bit.period.start, -1).and_then(Period::day) {
                bit = self.bit(p, bit.start, end, "date.beside");
            }
            return bit;
        }
        if let Some(end) = self.any(at, &["第二天", "次日", "翌日", "隔天"])
            && bit.period.grain == Grain::Day
        {
            if let Some(p) = Period::day(bit.period.end) {
                bit = self.bit(p, bit.start, end, "date.beside");
            }
            return bit;
        }
        if bit.rule == "date.holiday"
            && let Some(e) = self.text(at, "第")
            && let Some(n) = self.num(e)
            && let Some(end) = self.any(n.end, &["天", "日"])
            && (1..=30).contains(&n.value)
            && let Some(p) = shift_days(bit.period.start, n.value - 1).and_then(Period::day)
        {
            return self.bit(p, bit.start, end, "date.beside");
        }
        let before = self.is(at, '前');
        if !before && !self.is(at, '后') {
            return bit;
        }
        let ordinal = self.text(at + 1, "第");
        let Some(n) = self.num(ordinal.unwrap_or(at + 1)) else {
            return bit;
        };
        let (start, day_after) = (bit.period.start, bit.period.end);
        if let Some(end) = self.any(n.end, &["周", "个星期", "个礼拜", "星期", "礼拜"])
            && ordinal.is_none()
            && (1..=20).contains(&n.value)
        {
            let found = if before {
                shift_days(start, -7 * n.value).and_then(|from| days(from, start))
            } else {
                shift_days(day_after, 7 * n.value).and_then(|to| days(day_after, to))
            };
            return match found {
                Some(p) => self.bit(p, bit.start, end, "date.beside"),
                None => bit,
            };
        }
        let Some(end) = self.any(n.end, &["天", "日"]) else {
            return bit;
        };
        if !(1..=60).contains(&n.value) {
            return bit;
        }
        let single = n.value == 1 || ordinal.is_some();
        let found = match (before, single) {
            (true, true) => shift_days(start, -n.value).and_then(Period::day),
            (true, false) => shift_days(start, -n.value).and_then(|from| days(from, start)),
            (false, true) => shift_days(day_after, n.value - 1).and_then(Period::day),
            (false, false) => shift_days(day_after, n.value).and_then(|to| days(day_after, to)),
        };
        match found {
            Some(p) => self.bit(p, bit.start, end, "date.beside"),
            None => bit,
        }
    }

    /// Whether two days are the same said twice: 10月12号星期一, 周六三月五号.
    pub(super) fn same_day_twice(&mut self, bit: DateBit) -> DateBit {
        if bit.period.grain != Grain::Day || bit.wrong.is_some() {
            return bit;
        }
        let mut i = bit.end;
        let open = self.one_of(i, "(（");
        if open {
            i += 1;
        } else {
            i += usize::from(self.one_of(i, ",，、"));
            i = self.space(i);
        }
        if open
            && let Some((day, end)) = self.weekday(i)
            && number(bit.period.start.weekday()) == day
            && let Some(end) = self.any(end, &[")", "）"])
        {
            // 11/28(六)
            return DateBit { end, ..bit };
        }
        let (flip, seen) = (self.flip, self.seen);
        let other = match bit.shape {
            Shape::Weekday => {
                self.numbered(i).filter(|b| matches!(b.shape, Shape::DayOfMonth | Shape::MonthDay | Shape::Full))
            }
            _ => self.bare_weekday(i).filter(|b| b.shape == Shape::Weekday),
        };
        self.seen = seen;
        let Some(other) = other.filter(|b| b.period.grain == Grain::Day && b.wrong.is_none()) else {
            // 2月14日情人节
            if !open
                && bit.shape != Shape::Weekday
                && let Some(name) = self.holiday_name(i)
                && self.reader.holidays.in_year(name.holiday, i64::from(bit.period.start.year())) == Some(bit.period)
            {
                return DateBit { end: i + name.length, shape: Shape::Full, ..bit };
            }
            return bit;
        };
        let end = if open {
            match self.any(other.end, &[")", "）"]) {
                Some(end) => end,
                None => return bit,
            }
        } else {
            other.end
        };
        if bit.shape == Shape::Weekday {
            // the day of the month decides; among its readings the one on that weekday
            let wanted = bit.period.start.weekday();
            let mut day = other;
            if day.period.start.weekday() != wanted {
                self.flip = flip ^ super::scan::CHOICE_DATE;
                if let Some(again) = self.numbered(i)
                    && again.period.start.weekday() == wanted
                {
                    day = again;
                }
                self.flip = flip;
            }
            day.start = bit.start;
            day.end = end;
            day.shape = Shape::Full;
            return day;
        }
        // a relative day beside another weekday is two days: 明天周三 where tomorrow is Sunday
        if bit.rule == "date.relative_day" && number(bit.period.start.weekday()) != number(other.period.start.weekday())
        {
            return bit;
        }
        let mut day = bit;
        if day.shape == Shape::MonthDay || day.shape == Shape::DayOfMonth {
            let wanted = other.period.start.weekday();
            if day.period.start.weekday() != wanted {
                self.flip = flip ^ super::scan::CHOICE_DATE;
                if let Some(again) = self.base_date(bit.start)
                    && again.end == bit.end
                    && again.period.start.weekday() == wanted
                {
                    day = again;
                }
                self.flip = flip;
            }
        }
        day.end = end;
        day
    }
}
