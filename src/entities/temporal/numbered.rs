//! Dates that open with a number: 28号, 三月, 12月1号, 2026年, 十九世纪, 80年代.

use super::calendar::{Period, date, shift_days};
use super::digital::days;
use super::found::{DateBit, Shape};
use super::numeral::Form;
use super::scan::{Num, Scan};
use super::words::is_among;

/// What follows 3号 where it is no day: a building, line, gate, counter, battery …
pub(super) const NO_DAY_AFTER: &[&str] = &[
    "楼", "线", "门", "店", "馆", "厅", "码", "柜", "座", "口", "院", "车", "员", "桌", "包厢", "包间", "房", "仓",
    "床", "病", "电池", "球", "铺", "窗", "转盘", "登机", "行李", "航站", "公路", "通道", "出口", "入口", "摊", "档",
    "令", "称", "角", "卡", "位", "信", "机位", "坑", "栋", "单元", "室", "岗", "公馆", "大街", "院子", "染色", "字",
    "色", "钻", "铁", "技师", "客服", "链接", "选手", "嘉宾", "商品", "产品", "套餐", "方案", "选项", "宝贝", "模特",
];

/// What stands before 12号 in an address.
const NO_DAY_BEFORE: &str = "第路街弄巷栋幢楼座道村组牌区型";

/// What follows 三日 where days are counted or the word is another.
const NO_DATE_AFTER_DAY: &[&str] =
    &["内", "之内", "以内", "游", "元", "圆", "本", "语", "系", "式", "用", "租", "均", "薪", "报", "三餐", "间"];

/// What may follow a day of the month that lacks 号: 1月3.
const AFTER_BARE_DAY: &str = " ,，。!?;到至-~—–去飞回的早上下中晚凌周星礼出、()（）走";

/// What makes 12月5个 a count and no day.
const NO_BARE_DAY: &str =
    "个天次年月块元人度折倍点楼分件台瓶斤千百万亿周星礼季时小多几十张份家名位条款种场两只双本公里米寸岁届期级类";

/// What follows the day of a return, which comes after that of the departure: 12月30号去2号回.
const RETURNS: &[&str] = &["回", "返", "再回", "飞回", "坐回", "往回", "再飞回"];

impl Scan<'_> {
    /// 28号, 三月, 2026年, 第一季度, 十九世纪, 80年代.
    pub(super) fn numbered(&mut self, at: usize) -> Option<DateBit> {
        if self
            .before(at)
            .is_some_and(|c| c.is_ascii_alphabetic() || c.is_ascii_digit() || matches!(c, '第' | '.' | ':'))
        {
            return None;
        }
        if let Some((low, high, length)) = super::numeral::estimate(self.chars, at) {
            return self.estimated_days(at, low, high, at + length);
        }
        let n = self.num(at)?;
        let unit_at = if n.form == Form::Arabic { self.space(n.end) } else { n.end };
        match self.ch(unit_at)? {
            '年' => self.year(n, at, unit_at + 1),
            '月' => {
                let mut bit = self.month(None, n, at)?;
                if bit.rule == "date.month" {
                    bit.shape = Shape::Month;
                }
                Some(bit)
            }
            '号' | '日' => self.day_of_month(n, at, unit_at),
            '季' => self.bare_quarter(at),
            '世' => {
                let end = self.text(unit_at, "世纪")?;
                if !(1..=30).contains(&n.value) {
                    return None;
                }
                Some(self.bit(Period::years((n.value - 1) * 100, 100)?, at, end, "date.century"))
            }
            _ => None,
        }
    }

    /// Whether a word stands at `at` that makes 3号楼 of 3号.
    pub(super) fn no_day_after(&self, at: usize) -> bool {
        self.ch(at).is_some_and(|c| self.reader.no_day.has(c)) && self.any(at, NO_DAY_AFTER).is_some()
    }

    /// 十五六号: both days.
    pub(super) fn estimated_days(&mut self, at: usize, low: i64, high: i64, end: usize) -> Option<DateBit> {
        if !self.is(end, '号') || high != low + 1 || self.no_day_after(end + 1) {
            return None;
        }
        let n = Num { value: low, end, form: Form::Positional, length: 2 };
        let mut bit = self.day_of_month(n, at, end)?;
        bit.period = days(bit.period.start, shift_days(bit.period.start, 2)?)?;
        bit.shape = Shape::Full;
        Some(bit)
    }

    pub(super) fn year(&mut self, n: Num, at: usize, end: usize) -> Option<DateBit> {
        if let Some(e) = self.text(end, "代") {
            let first = match n.value {
                0..=20 if n.value % 10 == 0 => 2000 + n.value,
                30..=90 if n.value % 10 == 0 => 1900 + n.value,
                1000..=2990 if n.value % 10 == 0 => n.value,
                _ => return None,
            };
            return Some(self.bit(Period::years(first, 10)?, at, e, "date.decade"));
        }
        if self.one_of(end, "级纪龄轻货") {
            return None;
        }
        if Self::is_long_year(n.value, n.form, n.length) {
            if n.value < 1900 && self.any(end, &["前", "后", "之前", "以前", "之后", "以后"]).is_some() {
                // 1000年前 counts years
                return None;
            }
            let e = self.text(end, "度").unwrap_or(end);
            return Some(self.bit(Period::year(n.value)?, at, e, "date.year"));
        }
        let short = n.length == 2 && n.form != Form::Positional;
        if !short {
            return None;
        }
        let year = self.century(n.value);
        let bit = self.bit(Period::year(year)?, at, end, "date.short_year");
        let narrowed = self.narrow(&bit);
        // 24年 alone is a year near ours; 10年 and 20年 are lengths of time
        let bare = n.form == Form::Digits
            || (13..=self.today().year() as i64 % 100 + 5).contains(&n.value)
                && n.value % 5 != 0
                && !self.one_of(end, "前后内以之来多半了零又质保老经工历");
        match narrowed {
            Some(found) => Some(found),
            None => bare.then_some(bit),
        }
    }

    /// A month, and the day that may follow it.
    pub(super) fn month(&mut self, year: Option<i64>, n: Num, at: usize) -> Option<DateBit> {
        let month = n.value;
        let end = self.space(n.end) + 1;
        if !(1..=12).contains(&month) || n.length > 2 && n.form == Form::Digits {
            // 13月5号 is found, and is wrong
            return self.wrong_month(year, month, at, end);
        }
        if self.one_of(end, "饼经嫂台球亮薪老") {
            return None;
        }
        let day_at = self.space(end);
        if let Some(found) = self.lunar_day_behind(year, month, n, at, day_at) {
            return Some(found);
        }
        if let Some(d) = self.num(day_at)
            && let Some(e) = self.day_end(d.end, d.value, d.length, true)
        {
            return self.month_day(year, month, d.value, at, e, "date.month_day");
        }
        let end = self.text(end, "份").unwrap_or(end);
        let period = match year {
            Some(year) => Period::month(year, month)?,
            None => self.yearly(end, |y| Period::month(y, month))?,
        };
        Some(self.bit(period, at, end, "date.month"))
    }

    pub(super) fn wrong_month(&mut self, year: Option<i64>, month: i64, at: usize, end: usize) -> Option<DateBit> {
        if !(13..=31).contains(&month) {
            return None;
        }
        let d = self.num(end)?;
        let e = self.any(d.end, &["号", "日"])?;
        if !(1..=31).contains(&d.value) {
            return None;
        }
        let year = year.unwrap_or(i64::from(self.today().year()));
        let mut bit = self.bit(Period::year(year)?, at, e, "date.month_day");
        bit.wrong = Some(super::found::WrongDate { year, month, day: d.value });
        Some(bit)
    }

    /// Where a day of the month ends, if the number before `end` is one; `bare` without 号 too.
    pub(super) fn day_end(&self, end: usize, value: i64, length: usize, bare: bool) -> Option<usize> {
        if !(1..=31).contains(&value) || length > 3 {
            return None;
        }
        let unit = self.space(end);
        if self.one_of(unit, "号日") {
            let after = unit + 1;
            return (self.is(unit, '号') || self.any(after, NO_DATE_AFTER_DAY).is_none()).then_some(after);
        }
        let arabic = end > 0 && self.digit(end - 1);
        if bare
            && (end >= self.chars.len()
                || self.one_of(end, AFTER_BARE_DAY)
                || arabic && self.ch(end).is_some_and(|c| !c.is_ascii() && !is_among(c, NO_BARE_DAY)))
        {
            // 3月-5月, 3月5-7号 are the range's business
            return Some(end);
        }
        None
    }

    /// 28号, 三十日.
    pub(super) fn day_of_month(&mut self, n: Num, at: usize, unit_at: usize) -> Option<DateBit> {
        if !(1..=31).contains(&n.value)
            || n.length > 3
            || self.before(at).is_some_and(|c| is_among(c, NO_DAY_BEFORE))
            || n.form == Form::Digits && self.is(at, '两')
            || n.value < 4 && self.before(at).is_some_and(|c| matches!(c, '大' | '小'))
        {
            return None;
        }
        let end = unit_at + 1;
        if self.is(unit_at, '号') {
            if self.no_day_after(end) {
                return None;
            }
        } else if self.any(end, NO_DATE_AFTER_DAY).is_some()
            || n.value <= 10 && self.any(end, &["后", "之后", "以后"]).is_some()
        {
            return None;
        }
        let saved = self.base;
        if saved.is_none() && self.any(self.space(end), RETURNS).is_some() {
            self.base = self.departure;
        }
        let day = self.nearest_day_of_month(n.value, end);
        self.base = saved;
        let mut bit = self.bit(day?, at, end, "date.day");
        bit.shape = Shape::DayOfMonth;
        Some(bit)
    }

    /// The day of the month that is meant, from today or from the day that it follows.
    fn nearest_day_of_month(&mut self, value: i64, end: usize) -> Option<Period> {
        let anchor = self.base.map_or(self.today(), |b| b.start);
        let (year, month) = (i64::from(anchor.year()), i64::from(anchor.month()));
        let mut past = None;
        let mut future = None;
        for shift in -3..=3 {
            let m = year * 12 + month - 1 + shift;
            let Some(day) = date(m.div_euclid(12), m.rem_euclid(12) + 1, value) else {
                continue;
            };
            if day >= anchor {
                future = Some(day);
                break;
            }
            past = Some(day);
        }
        self.pick(past.and_then(Period::day), future.and_then(Period::day), end)
    }
}
