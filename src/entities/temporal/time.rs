//! Times of day: 下午三点半, 14:30, 3pm, 差一刻八点, 晏昼三点三, 早上.

use super::found::{Clock, Precision, TimeBit};
use super::lexicon::{EVENING, Half, MORNING, PartOfDay, Word};
use super::numeral::Form;
use super::scan::{CHOICE_HOUR, Scan};

/// Behind 三点 and 两点 where points are counted.
const NO_CLOCK_AFTER: &[&str] = &[
    "建议", "意见", "要求", "水", "评", "赞", "滴", "缀", "心", "击", "餐", "菜", "名", "播", "积分", "不同", "原因",
    "理由", "问题", "儿",
];

/// Behind 8时 where it is another word.
const NO_HOUR_AFTER: &str = "间候尚段装光代常期速空差机针区不而";

/// What may stand behind 早 and 晚 when they alone follow a day: 明天早, 28号晚.
const AFTER_SHORT_PART: &str = " ,，。!?;、的都飞去走0123456789一二三四五六七八九十两有坐:至-~";

/// What an hour is followed by when it has no 点: 9~12点.
const CLOCK_JOINTS: &[&str] = &["--", "——", "到", "至", "-", "~", "～", "—", "–", "、"];

/// Hours and minutes as read.
#[derive(Debug, Clone, Copy)]
struct Reading {
    hour: i64,
    minute: i64,
    precision: Precision,
    end: usize,
    /// am or pm, or a leading zero: the hour is as written.
    fixed: bool,
}

/// What stands before a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// A day that is not today.
    Day,
    /// Today: the hours still to come are meant.
    Today,
}

impl Scan<'_> {
    /// A time of day at `at`.
    pub(super) fn time(&mut self, at: usize, before: Before) -> Option<TimeBit> {
        if before != Before::Nothing
            && self.digit(at)
            && at > 0
            && self.digit(at - 1)
            && let Some(reading) = self.colon(at)
        {
            // 2018-12-1209:03
            return self.resolve_clock(at, reading, None, before);
        }
        let mut part = None;
        let mut i = at;
        if let Some((word, end)) = self.word(at)
            && let Word::Part(p) = word
        {
            part = Some(p);
            i = end;
        } else if before == Before::Nothing
            && let Some(p) = self.led_hour(at)
        {
            part = Some(p);
            i = at + 1;
        } else if before != Before::Nothing
            && let Some(p) = self.short_part(at)
        {
            part = Some(p);
            i = at + 1;
        }
        self.time_in(at, i, part, before)
    }

    /// The clock time at `at` within `part`, or the part alone; `start` is where the part stands.
    pub(super) fn time_in(
        &mut self,
        start: usize,
        at: usize,
        part: Option<PartOfDay>,
        before: Before,
    ) -> Option<TimeBit> {
        let mut clock_at = at;
        if part.is_some() {
            clock_at = self.space(clock_at);
            if self.one_of(clock_at, "的,") {
                clock_at = self.space(clock_at + 1);
            }
        }
        if let Some(reading) = self.clock(clock_at, part.is_some() || before != Before::Nothing, part) {
            return self.resolve_clock(start, reading, part, before);
        }
        let p = part?;
        let end = at;
        if end == start {
            return None;
        }
        if before == Before::Nothing && self.any(end, &["好", "茶", "安"]).is_some() {
            // greetings, and 下午茶
            return None;
        }
        if self.is(end, '茶') {
            return None;
        }
        let end = self.any(end, &["时段", "时分", "这会儿"]).unwrap_or(end);
        Some(TimeBit {
            clock: Clock::Span { from: p.from, to: p.to },
            start,
            end,
            rule: "time.part_of_day",
            part,
            open: false,
        })
    }

    /// 早 and 晚 before an hour: 晚8点, 早九点半.
    fn led_hour(&self, at: usize) -> Option<PartOfDay> {
        let part = match self.ch(at)? {
            '早' => MORNING,
            '晚' => EVENING,
            _ => return None,
        };
        let n = self.num(at + 1)?;
        let clock = self.is(n.end, '点') && n.value > 1 || self.is(n.end, ':') && self.digit(n.end + 1);
        ((1..=23).contains(&n.value) && clock).then_some(part)
    }

    /// 早 and 晚 behind a day: 明天早, 28号晚8点.
    fn short_part(&self, at: usize) -> Option<PartOfDay> {
        let part = match self.ch(at)? {
            '早' => MORNING,
            '晚' | '夜' => EVENING,
            '午' => super::lexicon::NOON,
            _ => return None,
        };
        let next = at + 1;
        if next < self.chars.len() && !self.one_of(next, AFTER_SHORT_PART) || self.is(next, '点') {
            return None;
        }
        // 明天早一点: earlier, not one in the morning
        if self.any(next, &["一点", "1点", "一些", "有", "去", "走", "飞"]).is_some() && !self.is(next + 2, '半')
        {
            return if self.any(next, &["飞", "去", "走", "有"]).is_some() { Some(part) } else { None };
        }
        Some(part)
    }

    /// Hours and minutes at `at`; `led` where a day or a part of the day stands before them.
    fn clock(&self, at: usize, led: bool, part: Option<PartOfDay>) -> Option<Reading> {
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
            Some('a' | 'p') if self.digit(at) => {
                let (pm, end) = self.meridiem(unit)?;
                let hour = meridiem_hour(n.value, pm)?;
                Some(Reading { hour, minute: 0, precision: Precision::Hour, end, fixed: true })
            }
            _ => self.joined_hour(n.value, n.end, led),
        }
    }

    /// 9 of 9~12点, 9到12点: the left hour of a range.
    fn joined_hour(&self, hour: i64, end: usize, led: bool) -> Option<Reading> {
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

    /// 14:30, 3:15pm, 09:36:46, 11:00时.
    fn colon(&self, at: usize) -> Option<Reading> {
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
    fn meridiem(&self, at: usize) -> Option<(bool, usize)> {
        let pm = match self.ch(at)? {
            'p' => true,
            'a' => false,
            _ => return None,
        };
        let end = self.any(at + 1, &[".m.", ".m", "m."]).or_else(|| self.text(at + 1, "m")).unwrap_or(at + 1);
        (!self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric())).then_some((pm, end))
    }

    /// Behind H点: 半, 一刻, 十五分, 零五, 差五分, 整, 踏三 …
    fn at_point(&self, at: usize, hour: i64, end: usize, led: bool, part: Option<PartOfDay>) -> Option<Reading> {
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
        if self.is(i, '半') && !self.one_of(i + 1, "天个小") {
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
            let n = self.num(e).filter(|n| (1..=11).contains(&n.value))?;
            let e = self.text(n.end, "个字").unwrap_or(n.end);
            return reading(n.value * 5, Precision::Minute, e);
        }
        let from = self.space(from);
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
            if !clock_word && n.form == Form::Digits && n.length > 2 && !led {
                return None;
            }
        }
        if hour == 1 && !clock_word && !self.one_oclock(at, i, led, part.is_some()) {
            return None;
        }
        reading(0, Precision::Hour, i)
    }

    /// 一点 is one o'clock beside a part of the day, a range or an approximation; else a little.
    fn one_oclock(&self, at: usize, end: usize, led: bool, in_part: bool) -> bool {
        if self.one_of(end, "点儿都也不") {
            return false;
        }
        in_part
            || self.any(end, &["左右", "之前", "以前", "之后", "以后", "到", "至", "前", "后", "-", "~"]).is_some()
            || at == 0 && end == self.chars.len()
            || led && self.at_break(end)
            || self.before(at).is_some_and(|c| "到至~".contains(c))
    }

    /// Behind H时: 半, 三刻, 20分.
    fn at_hour(&self, hour: i64, end: usize) -> Option<Reading> {
        if hour > 24 || self.one_of(end, NO_HOUR_AFTER) {
            return None;
        }
        let reading = |minute, precision, end| Some(Reading { hour, minute, precision, end, fixed: hour > 12 });
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
    fn minutes_to(&self, at: usize) -> Option<Reading> {
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

    /// The moment of the day that is meant.
    ///
    /// Within a part of the day the part decides. On a day that is not today the hour is as said. Otherwise, with
    /// twelve hours and no part, it is the nearest one to come, and the other is kept.
    fn resolve_clock(&mut self, start: usize, r: Reading, part: Option<PartOfDay>, before: Before) -> Option<TimeBit> {
        let bit = |clock, open| TimeBit { clock, start, end: r.end, rule: "time.clock", part, open };
        if r.hour > 24 || r.hour == 24 && r.minute > 0 {
            return Some(bit(Clock::Wrong { hour: r.hour, minute: r.minute }, false));
        }
        let at = |hour: i64| Clock::At { minutes: hour * 60 + r.minute, precision: r.precision };
        if let Some(p) = part {
            let hour = if r.fixed && r.hour >= 12 { r.hour } else { hour_in(p, r.hour) };
            return Some(bit(at(hour), false));
        }
        if r.fixed || r.hour == 0 || r.hour > 12 {
            return Some(bit(at(r.hour), false));
        }
        let (early, late) = if r.hour == 12 { (12, 24) } else { (r.hour, r.hour + 12) };
        if before == Before::Day {
            // the clock as said; the other half of the day is kept
            self.seen |= CHOICE_HOUR;
            let hour = if self.flip & CHOICE_HOUR == 0 { early } else { late };
            return Some(bit(at(hour), true));
        }
        let now = i64::from(self.now.hour()) * 60 + i64::from(self.now.minute());
        let minutes = |hour: i64| hour * 60 + r.minute;
        let early_next = minutes(early) >= now || minutes(late) < now;
        self.seen |= CHOICE_HOUR;
        let hour = if early_next != (self.flip & CHOICE_HOUR != 0) { early } else { late };
        Some(bit(at(hour), true))
    }

    /// The right end of a range of times: in the part of the left end, and not before it.
    pub(super) fn later_time(&self, left: TimeBit, mut right: TimeBit) -> TimeBit {
        let (Clock::At { minutes: from, .. }, Clock::At { minutes, precision }) = (left.clock, right.clock) else {
            return right;
        };
        if !right.open {
            return right;
        }
        let hour = minutes % 720;
        let mut best = if hour == 0 { 720 } else { hour };
        if left.part.is_none() && !left.open {
            // 14:00到3点: the first such hour after
            best = minutes % 720;
        }
        let mut tries = 0;
        while best <= from && tries < 3 {
            best += 720;
            tries += 1;
        }
        right.clock = Clock::At { minutes: best, precision };
        right
    }
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

/// The hour on the clock of a day for an hour said within a part of it; 24 and more are the next day's.
fn hour_in(part: PartOfDay, hour: i64) -> i64 {
    match (part.half, hour) {
        (Half::Dawn, 12) => 0,
        (Half::Noon, 1..=4) => hour + 12,
        (Half::Afternoon, 1..=11) => hour + 12,
        (Half::Night, 5..=11) => hour + 12,
        (Half::Night, 0..=4 | 12) => 24 + hour % 12,
        (Half::Midnight, 9..=11) => hour + 12,
        (Half::Midnight, 12) => 24,
        _ => hour,
    }
}
