//! Dates in words: 今天, 下周三, 28号, 十二月一号, 2026年, 中秋, 腊月二十八.

use super::calendar::{Grain, Period, clipped, date, number, on_or_after, shift_days, shift_months};
use super::digital::days;
use super::found::{DateBit, Shape};
use super::lexicon::{Whole, Word};
use super::lunar::{self, LunarDate};
use super::numeral::Form;
use super::period::section;
use super::scan::{CHOICE_CALENDAR, Num, Scan};

/// What follows 3号 where it is no day: a building, line, gate, counter, battery …
const NO_DAY_AFTER: &[&str] = &[
    "楼", "线", "门", "店", "馆", "厅", "码", "柜", "座", "口", "院", "车", "员", "桌", "包厢", "包间", "房", "仓",
    "床", "病", "电池", "球", "铺", "窗", "转盘", "登机", "行李", "航站", "公路", "通道", "出口", "入口", "摊", "档",
    "令", "称", "角", "卡", "位", "信", "机位", "坑", "栋", "单元", "室", "岗", "公馆", "大街", "院子", "染色", "字",
    "色", "钻", "铁",
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

/// What follows 周 where it is no week.
const NO_WEEK_AFTER: &str = "围边岁年转长刊报密折易杰大";

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

    fn base_date(&mut self, at: usize) -> Option<DateBit> {
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
            '周' | '星' | '礼' => self.bare_weekday(at),
            '第' | '首' | 'q' => self.bare_quarter(at),
            '年' => self.new_year_days(at),
            _ => None,
        }
    }

    pub(super) fn bit(&self, period: Period, start: usize, end: usize, rule: &'static str) -> DateBit {
        DateBit { period, start, end, rule, wrong: None, shape: Shape::Full }
    }

    /// 当天, 那天 behind a day; 前一天, 后三天 beside it.
    fn beside(&mut self, mut bit: DateBit) -> DateBit {
        if bit.wrong.is_some() {
            return bit;
        }
        if let Some(end) = self.any(bit.end, &["当天", "那天", "当日", "那一天", "这天", "这一天", "那日"])
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
        let before = self.is(at, '前');
        if !before && !self.is(at, '后') {
            return bit;
        }
        let ordinal = self.text(at + 1, "第");
        let Some(n) = self.num(ordinal.unwrap_or(at + 1)) else {
            return bit;
        };
        let Some(end) = self.any(n.end, &["天", "日"]) else {
            return bit;
        };
        if !(1..=60).contains(&n.value) {
            return bit;
        }
        let (start, day_after) = (bit.period.start, bit.period.end);
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

    /// 中秋, 国庆期间, 去年春节 by its name.
    fn holiday(&mut self, at: usize) -> Option<DateBit> {
        let name = self.holiday_name(at)?;
        let end = at + name.length;
        let reader = self.reader;
        // the holidays of the old year's end belong to the year before
        let day = self.future_only(|y| reader.holidays.in_year(name.holiday, y), end)?;
        let (period, end) = self.days_off(name.holiday, day, end)?;
        Some(self.bit(period, at, end, "date.holiday"))
    }

    /// As [`Scan::yearly`], but a holiday just gone does not hide the one to come.
    fn future_only(&mut self, of: impl Fn(i64) -> Option<Period>, at: usize) -> Option<Period> {
        let anchor = self.base.map_or(self.today, |b| b.start);
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
        let this_year = i64::from(self.today.year());
        match word {
            Word::Day(n) => {
                if !self.free_day_word(at, end) {
                    return None;
                }
                let day = Period::day(shift_days(self.today, n)?)?;
                Some(self.bit(day, at, end, "date.relative_day"))
            }
            Word::DayList(a, b) => {
                let period = days(shift_days(self.today, a)?, shift_days(self.today, b + 1)?)?;
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
            (Some('前'), Some(c)) => !"目之以提当年月日天周时期钟眼空".contains(c),
            (Some('后'), Some(c)) => !"以之今最然随先往此期日天年月周时钟".contains(c),
            (Some('明'), Some(c)) => !"证声表".contains(c),
            (Some('今'), Some('如')) => !self.is(end, '气'),
            _ => true,
        }
    }

    fn bare_section(&mut self, whole: Whole, s: super::lexicon::Section, at: usize) -> Option<Period> {
        use super::lexicon::Section::{FirstHalf, SecondHalf};
        let today = self.today;
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
            let start = shift_days(self.today, -4000)?;
            Some(Period { start, end: shift_days(start, 1)?, ..p })
        });
        let picked = self.pick(far, future, at)?;
        if Some(picked) == far { past } else { Some(picked) }
    }

    // ---- weeks -------------------------------------------------------------------------------------------

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
                if next.is_some_and(|c| c.is_ascii_alphanumeric() || "个天次日号点.:".contains(c)) {
                    return None;
                }
                return Some((i64::from(c as u8 - b'0'), end));
            }
            _ => return None,
        };
        (!self.one_of(end, barred)).then_some((day, end))
    }

    /// The weekday of a week: 周六日 is the weekend.
    fn weekday_or_weekend(&self, week: Period, at: usize) -> Option<(Period, usize, Shape)> {
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
    fn next_weekday(&mut self, day: i64, at: usize) -> Option<Period> {
        if let Some(base) = self.base {
            return Period::day(on_or_after(base.start, day)?);
        }
        let future = on_or_after(shift_days(self.today, 1)?, day)?;
        self.pick(Period::day(shift_days(future, -7)?), Period::day(future), at)
    }

    /// 周三, 星期天, 周末, without the week.
    fn bare_weekday(&mut self, at: usize) -> Option<DateBit> {
        let end = self.week_word(at)?;
        if self.before(at).is_some_and(|c| "每个半".contains(c))
            || at > 0 && self.numeral(at - 1) && !self.is(end, '末')
        {
            return None;
        }
        if let Some(e) = self.text(end, "末") {
            let period = Period::weekend(self.base.map_or(self.today, |b| b.start), 0)?;
            return Some(self.bit(period, at, e, "date.weekend"));
        }
        let (day, e) = self.weekday(end)?;
        if day == 6 {
            let week = Period::week(self.today, 0)?;
            if let Some((period, e, Shape::Full)) = self.weekday_or_weekend(week, end) {
                return Some(self.bit(period, at, e, "date.weekend"));
            }
        }
        let period = self.next_weekday(day, e)?;
        let mut bit = self.bit(period, at, e, "date.weekday");
        bit.shape = Shape::Weekday;
        Some(bit)
    }

    // ---- 上 下 这 ------------------------------------------------------------------------------------------

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

    fn relative(&mut self, at: usize) -> Option<DateBit> {
        let (offset, end) = self.prefix(at)?;
        let first = self.ch(at)?;
        if let Some(e) = self.week_word(end) {
            let week = Period::week(self.today, offset)?;
            if let Some(e) = self.text(e, "末") {
                return Some(self.bit(Period::weekend(self.today, offset)?, at, e, "date.weekend"));
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
        let (year, month) = (i64::from(self.today.year()), i64::from(self.today.month()));
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
            let day = super::calendar::shift_working_days(self.today, offset)?;
            return Some(self.bit(Period::day(day)?, at, e, "date.working_day"));
        }
        None
    }

    // ---- numbers -----------------------------------------------------------------------------------------

    /// 28号, 三月, 2026年, 第一季度, 十九世纪, 80年代.
    fn numbered(&mut self, at: usize) -> Option<DateBit> {
        if self
            .before(at)
            .is_some_and(|c| c.is_ascii_alphabetic() || c.is_ascii_digit() || matches!(c, '第' | '.' | ':'))
        {
            return None;
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

    fn year(&mut self, n: Num, at: usize, end: usize) -> Option<DateBit> {
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
            || (13..=self.today.year() as i64 % 100 + 5).contains(&n.value)
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

    fn wrong_month(&mut self, year: Option<i64>, month: i64, at: usize, end: usize) -> Option<DateBit> {
        if !(13..=31).contains(&month) {
            return None;
        }
        let d = self.num(end)?;
        let e = self.any(d.end, &["号", "日"])?;
        if !(1..=31).contains(&d.value) {
            return None;
        }
        let year = year.unwrap_or(i64::from(self.today.year()));
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
                || arabic && self.ch(end).is_some_and(|c| !c.is_ascii() && !NO_BARE_DAY.contains(c)))
        {
            // 3月-5月, 3月5-7号 are the range's business
            return Some(end);
        }
        None
    }

    /// 28号, 三十日.
    fn day_of_month(&mut self, n: Num, at: usize, unit_at: usize) -> Option<DateBit> {
        if !(1..=31).contains(&n.value)
            || n.length > 3
            || self.before(at).is_some_and(|c| NO_DAY_BEFORE.contains(c))
            || n.form == Form::Digits && self.is(at, '两')
            || n.value < 4 && self.before(at).is_some_and(|c| matches!(c, '大' | '小'))
        {
            return None;
        }
        let end = unit_at + 1;
        if self.is(unit_at, '号') {
            if self.any(end, NO_DAY_AFTER).is_some() {
                return None;
            }
        } else if self.any(end, NO_DATE_AFTER_DAY).is_some()
            || n.value <= 10 && self.any(end, &["后", "之后", "以后"]).is_some()
        {
            return None;
        }
        let anchor = self.base.map_or(self.today, |b| b.start);
        let (year, month) = (i64::from(anchor.year()), i64::from(anchor.month()));
        let mut past = None;
        let mut future = None;
        for shift in -3..=3 {
            let m = year * 12 + month - 1 + shift;
            let Some(day) = date(m.div_euclid(12), m.rem_euclid(12) + 1, n.value) else {
                continue;
            };
            if day >= anchor {
                future = Some(day);
                break;
            }
            past = Some(day);
        }
        let period = self.pick(past.and_then(Period::day), future.and_then(Period::day), end)?;
        let mut bit = self.bit(period, at, end, "date.day");
        bit.shape = Shape::DayOfMonth;
        Some(bit)
    }

    // ---- the lunar calendar ------------------------------------------------------------------------------

    /// 农历八月十五, 正月初三, 腊月二十八, 农历2012年六月.
    pub(super) fn lunar(&mut self, at: usize, year: Option<i64>) -> Option<DateBit> {
        let (word, mut i) = self.word(at)?;
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
                    year = Some(i64::from(self.today.year()) + n);
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
    fn lunar_day(&self, at: usize) -> Option<(i64, usize)> {
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
    fn lunar_day_behind(&mut self, year: Option<i64>, month: i64, n: Num, at: usize, day_at: usize) -> Option<DateBit> {
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
            // 二零零四年八月十五: with the year in full it is the civil day
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

    fn lunar_date(
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
    fn new_year_days(&mut self, at: usize) -> Option<DateBit> {
        if at > 0 && (self.numeral(at - 1) || self.before(at).is_some_and(|c| "今明去前后每".contains(c))) {
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
        if !self.is(at, '初') || self.before(at).is_some_and(|c| "最当起年月".contains(c)) {
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
        self.any(end, &follows)?;
        self.lunar_date(None, 1, Some(day), false, at, end)
    }

    // ---- English -----------------------------------------------------------------------------------------

    /// dec 25, december 25th, 2026.
    fn english_month(&mut self, month: i64, at: usize, end: usize) -> Option<DateBit> {
        let i = self.text(end, ".").unwrap_or(end);
        let i = self.space(i);
        let (day, length) = self.digits(i)?;
        if length > 2 || !(1..=31).contains(&day) {
            return None;
        }
        let end = self.ordinal_end(i + length)?;
        let (year, end) = self.english_year(end);
        self.month_day(year, month, day, at, end, "date.english")
    }

    /// 25 dec, 25th of december
    pub(super) fn english_day_month(&mut self, at: usize) -> Option<DateBit> {
        if self.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '/')) {
            return None;
        }
        let (day, length) = self.digits(at)?;
        if length > 2 || !(1..=31).contains(&day) {
            return None;
        }
        let i = self.any(at + length, &["st", "nd", "rd", "th"]).unwrap_or(at + length);
        let i = self.space(i);
        let i = self.text(i, "of ").unwrap_or(i);
        let Some((Word::EnglishMonth(month), end)) = self.word_unbounded(i) else {
            return None;
        };
        let (year, end) = self.english_year(end);
        self.month_day(year, month, day, at, end, "date.english")
    }

    /// A word, though a digit stands before it: 28nov.
    fn word_unbounded(&self, at: usize) -> Option<(Word, usize)> {
        let rest = self.chars.get(at..self.chars.len().min(at + 12))?;
        self.reader.lexicon.find(rest, 0).map(|(w, e)| (w, at + e))
    }

    fn ordinal_end(&self, at: usize) -> Option<usize> {
        let end = self.any(at, &["st", "nd", "rd", "th"]).unwrap_or(at);
        (!self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric() || c == ':')).then_some(end)
    }

    fn english_year(&self, at: usize) -> (Option<i64>, usize) {
        let i = self.text(at, ",").unwrap_or(at);
        let i = self.space(i);
        match self.digits(i) {
            Some((year, 4)) if (1900..=2100).contains(&year) && i > at => (Some(year), i + 4),
            _ => (None, at),
        }
    }

    /// Whether two days are the same said twice: 10月12号星期一, 周日二月十号.
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
        let (flip, seen) = (self.flip, self.seen);
        let other = match bit.shape {
            Shape::Weekday => {
                self.numbered(i).filter(|b| matches!(b.shape, Shape::DayOfMonth | Shape::MonthDay | Shape::Full))
            }
            _ => self.bare_weekday(i).filter(|b| b.shape == Shape::Weekday),
        };
        self.seen = seen;
        let Some(other) = other.filter(|b| b.period.grain == Grain::Day && b.wrong.is_none()) else {
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

    /// The same day `months` later, for offsets.
    pub(super) fn months_later(&self, months: i64) -> Option<jiff::civil::Date> {
        let m = i64::from(self.today.year()) * 12 + i64::from(self.today.month()) - 1 + months;
        clipped(m.div_euclid(12), m.rem_euclid(12) + 1, i64::from(self.today.day()))
    }
}
