//! Hours and minutes as written or said: 14:30, 三点半, 18时三刻, 3pm, 差一刻八点.

use super::found::Precision;
use super::lexicon::PartOfDay;
use super::numeral::Form;
use super::scan::Scan;
use super::time::NO_CLOCK_AFTER;
use super::words::is_among;

/// Behind 8时 where it is another word.
const NO_HOUR_AFTER: &str = "间候尚段装光代常期速空差机针区不而";

/// What an hour is followed by when it has no 点: 9~12点.
const CLOCK_JOINTS: &[&str] = &["--", "——", "到", "至", "-", "~", "～", "—", "–", "、"];

/// Hours and minutes as read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) precision: Precision,
    pub(super) end: usize,
    /// am or pm, or a leading zero: the hour is as written.
    pub(super) fixed: bool,
}

/// The hour on the clock of a day for an hour said with am or pm.
fn meridiem_hour(hour: i64, pm: bool) -> Option<i64> {
    match (hour, pm) {
        (12, false) => Some(0),
        (12, true) => Some(12),
        (0..=11, false) => Some(hour),
        (0..=11, true) => Some(hour + 12),
        (13..=23, true) => Some(hour),
        _ => None,
    }
}

impl Scan<'_> {
    /// Hours and minutes at `at`; `led` where a day or a part of the day stands before them.
    pub(super) fn clock(&self, at: usize, led: bool, part: Option<PartOfDay>) -> Option<Reading> {
        if self.is(at, '差') {
            return self.minutes_to(at);
        }
        if !self.numeral(at) {
            return None;
        }
        if self
            .before(at)
            .is_some_and(|c| c.is_ascii_alphanumeric() && c != 't' || matches!(c, '.' | ':' | '第' | '$' | '¥'))
            && self.digit(at)
            || self.before(at) == Some('第')
        {
            return None;
        }
        if self.digit(at)
            && let Some(reading) = self.colon(at)
        {
            return Some(reading);
        }
        let n = self.num(at)?;
        if n.length > 3 || n.form == Form::Digits && n.length > 2 {
            return None;
        }
        let unit = self.space(n.end);
        match self.ch(unit) {
            Some('点') => self.at_point(at, n.value, unit + 1, led, part),
            Some('时') => self.at_hour(n.value, unit + 1),
            // 12a is a seat
            Some('a' | 'p') if self.digit(at) && self.one_of(unit + 1, "m.") => {
                let (pm, end) = self.meridiem(unit)?;
                let hour = meridiem_hour(n.value, pm)?;
                Some(Reading { hour, minute: 0, precision: Precision::Hour, end, fixed: true })
            }
            _ => self.joined_hour(n.value, n.end, led),
        }
    }

    /// 9 of 9~12点, 9到12点: the left hour of a range.
    pub(super) fn joined_hour(&self, hour: i64, end: usize, led: bool) -> Option<Reading> {
        if !(0..=24).contains(&hour) {
            return None;
        }
        let joint = self.any(self.space(end), CLOCK_JOINTS)?;
        let right = self.space(joint);
        let n = self.num(right)?;
        let unit = self.space(n.end);
        let hour_word = self.is(unit, '点') && self.any(unit + 1, NO_CLOCK_AFTER).is_none()
            || self.is(unit, '时') && !self.one_of(unit + 1, NO_HOUR_AFTER);
        if !hour_word || n.value > 24 || !led && n.value < hour && n.value + 12 < hour {
            return None;
        }
        Some(Reading { hour, minute: 0, precision: Precision::Hour, end, fixed: false })
    }

    /// 14:30, 4:20pm, 09:36:46, 11:00时.
    pub(super) fn colon(&self, at: usize) -> Option<Reading> {
        let (hour, length) = self.digits(at)?;
        if length > 2 || !self.is(at + length, ':') {
            return None;
        }
        let minute_at = at + length + 1;
        let (minute, minute_length) = self.digits(minute_at)?;
        if minute_length != 2 || minute > 59 {
            return None;
        }
        let mut end = minute_at + 2;
        let mut precision = Precision::Minute;
        if self.is(end, ':')
            && let Some((second, 2)) = self.digits(end + 1)
            && second <= 60
        {
            end += 3;
            precision = Precision::Second;
        } else if self.is(end, ':') {
            return None;
        }
        let mut hour = hour;
        let mut fixed = hour > 12 || length == 2 && self.is(at, '0');
        if let Some((pm, e)) = self.meridiem(self.space(end)) {
            hour = meridiem_hour(hour, pm)?;
            fixed = true;
            end = e;
        } else if let Some(e) = self.any(end, &["时", "分", "点"]) {
            if !self.one_of(e, NO_HOUR_AFTER) {
                end = e;
            }
        } else if self.ch(end).is_some_and(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        Some(Reading { hour, minute, precision, end, fixed })
    }

    /// am, pm, a.m., p.m., and p for pm behind minutes.
    pub(super) fn meridiem(&self, at: usize) -> Option<(bool, usize)> {
        let pm = match self.ch(at)? {
            'p' => true,
            'a' => false,
            _ => return None,
        };
        let end = self.any(at + 1, &[".m.", ".m", "m."]).or_else(|| self.text(at + 1, "m")).unwrap_or(at + 1);
        (!self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric())).then_some((pm, end))
    }

    /// Behind H点: 半, 一刻, 十五分, 零五, 差五分, 整, 踏三 …
    pub(super) fn at_point(
        &self,
        at: usize,
        hour: i64,
        end: usize,
        led: bool,
        part: Option<PartOfDay>,
    ) -> Option<Reading> {
        if hour > 24 && !(25..=59).contains(&hour) {
            return None;
        }
        if self.any(end, NO_CLOCK_AFTER).is_some() {
            return None;
        }
        let reading = |minute, precision, end| Some(Reading { hour, minute, precision, end, fixed: false });
        let mut i = end;
        let clock_word = self.is(i, '钟');
        if clock_word {
            i += 1;
        }
        let tail = |e: usize| self.any(e, &["钟"]).unwrap_or(e);
        if self.is(i, '半') && !self.one_of(i + 1, "天个小价") {
            return reading(30, Precision::Minute, tail(i + 1));
        }
        if let Some(e) = self.any(i, &["整", "正"]) {
            return reading(0, Precision::Hour, e);
        }
        if let Some(e) = self.any(i, &["多钟", "来钟", "多", "许"]) {
            return reading(0, Precision::Hour, e);
        }
        if let Some(e) = self.any(i, &["差一刻", "差五分", "差十分"]) {
            let minus = match self.ch(i + 1) {
                Some('一') => 15,
                Some('五') => 5,
                _ => 10,
            };
            return Some(Reading {
                hour: hour - 1,
                minute: 60 - minus,
                precision: Precision::Minute,
                end: e,
                fixed: false,
            });
        }
        let (from, past) = match self.any(i, &["过"]) {
            Some(e) => (e, true),
            None => (i, false),
        };
        // Cantonese: fives of minutes
        if let Some(e) = self.any(i, &["踏", "搭"]) {
            if self.is(e, '半') {
                return reading(30, Precision::Minute, e + 1);
            }
            if self.is(e, '正') {
                return reading(0, Precision::Hour, e + 1);
            }
            let n = self.num(e).filter(|n| (1..=11).contains(&n.value))?;
            let e = self.text(n.end, "个字").unwrap_or(n.end);
            return reading(n.value * 5, Precision::Minute, e);
        }
        let from = self.space(from);
        // 7点零5分
        let from = from + usize::from(self.one_of(from, "零〇") && self.digit(from + 1));
        if let Some(n) = self.num(from) {
            let e = self.space(n.end);
            if self.is(e, '刻') && (1..=3).contains(&n.value) {
                let e = self.text(e + 1, "钟").unwrap_or(e + 1);
                return reading(n.value * 15, Precision::Minute, e);
            }
            if let Some(e) = self.text(n.end, "个字")
                && (1..=11).contains(&n.value)
            {
                return reading(n.value * 5, Precision::Minute, e);
            }
            if self.is(e, '分') && !self.is(e + 1, '钟') && n.value < 60 {
                let mut e = e + 1;
                let mut precision = Precision::Minute;
                if let Some(s) = self.num(e)
                    && s.value < 60
                    && self.is(s.end, '秒')
                {
                    e = s.end + 1;
                    precision = Precision::Second;
                }
                return reading(n.value, precision, e);
            }
            let zero = self.one_of(from, "零〇0") && n.length == 2;
            let two = n.length >= 2 && (n.form == Form::Arabic && n.length == 2 || n.form == Form::Positional || zero);
            if !clock_word
                && !past
                && two
                && n.value < 60
                && !self.one_of(n.end, "个天次年月块元人度折%倍号日排座.公千斤件点楼分")
            {
                return reading(n.value, Precision::Minute, n.end);
            }
            if !clock_word && !past && n.length == 1 && (1..=11).contains(&n.value) && n.form != Form::Arabic {
                // 晏昼三点三 is a quarter past; 三点五折 and 三点五 are decimals
                let cantonese = part.is_some_and(|p| p.cantonese);
                if (cantonese || part.is_some()) && !self.one_of(n.end, "个天次折元块倍分点") {
                    return reading(n.value * 5, Precision::Minute, n.end);
                }
                return None;
            }
            if !clock_word && n.form == Form::Digits && n.length > 1 && !zero {
                // 三点一四
                return None;
            }
        }
        // 我说两点: points of an argument
        if !led && !clock_word && self.at_break(i) && self.before(at).is_some_and(|c| is_among(c, "说讲提")) {
            return None;
        }
        if hour == 1 && !clock_word && !self.one_oclock(at, i, led, part.is_some()) {
            return None;
        }
        reading(0, Precision::Hour, i)
    }

    /// 一点 is one o'clock beside a part of the day, a range or an approximation; else a little.
    pub(super) fn one_oclock(&self, at: usize, end: usize, led: bool, in_part: bool) -> bool {
        if self.one_of(end, "点儿都也不") {
            return false;
        }
        in_part
            || self.any(end, &["左右", "之前", "以前", "之后", "以后", "到", "至", "前", "后", "-", "~"]).is_some()
            || at == 0 && end == self.chars.len()
            || led && self.at_break(end)
            || self.before(at).is_some_and(|c| is_among(c, "到至~"))
    }

    /// Behind H时: 半, 三刻, 20分.
    pub(super) fn at_hour(&self, hour: i64, end: usize) -> Option<Reading> {
        if hour > 24 || self.one_of(end, NO_HOUR_AFTER) {
            return None;
        }
        // 时 counts to 24
        let reading = |minute, precision, end| Some(Reading { hour, minute, precision, end, fixed: true });
        if self.is(end, '半') {
            return reading(30, Precision::Minute, end + 1);
        }
        if let Some(e) = self.any(end, &["整", "正", "许"]) {
            return reading(0, Precision::Hour, e);
        }
        let from = self.text(end, "过").unwrap_or(end);
        if let Some(n) = self.num(from) {
            let e = self.space(n.end);
            if self.is(e, '刻') && (1..=3).contains(&n.value) {
                return reading(n.value * 15, Precision::Minute, e + 1);
            }
            if self.is(e, '分') && n.value < 60 {
                let mut e = e + 1;
                let mut precision = Precision::Minute;
                if let Some(s) = self.num(e)
                    && s.value < 60
                    && self.is(s.end, '秒')
                {
                    e = s.end + 1;
                    precision = Precision::Second;
                }
                return reading(n.value, precision, e);
            }
            if n.length == 2 && n.value < 60 && self.at_break(n.end) {
                return reading(n.value, Precision::Minute, n.end);
            }
        }
        reading(0, Precision::Hour, end)
    }

    /// 差一刻八点, 差五分三点.
    pub(super) fn minutes_to(&self, at: usize) -> Option<Reading> {
        let n = self.num(at + 1)?;
        let (minus, e) = if self.is(n.end, '刻') && n.value <= 3 {
            (n.value * 15, n.end + 1)
        } else {
            let e = self.any(n.end, &["分钟", "分"])?;
            (n.value, e)
        };
        let e = self.any(e, &["到", "就"]).unwrap_or(e);
        let h = self.num(e)?;
        let end = self.text(h.end, "点")?;
        if !(1..=59).contains(&minus) || !(1..=24).contains(&h.value) {
            return None;
        }
        Some(Reading {
            hour: h.value - 1,
            minute: 60 - minus,
            precision: Precision::Minute,
            end: self.text(end, "钟").unwrap_or(end),
            fixed: false,
        })
    }
}
