//! Times of day: 下午四点半, 14:30, 3pm, 差一刻八点, 晏昼三点三, 早上.

use super::clock::Reading;
use super::found::{Clock, Precision, TimeBit};
use super::lexicon::{EVENING, Half, MORNING, PartOfDay, Word};
use super::scan::{CHOICE_HOUR, Scan};

/// Behind 三点 and 两点 where points are counted.
pub(super) const NO_CLOCK_AFTER: &[&str] = &[
    "建议", "意见", "要求", "水", "评", "赞", "滴", "缀", "心", "击", "餐", "菜", "名", "播", "积分", "不同", "原因",
    "理由", "问题", "儿", "位", "半价",
];

/// What may stand behind 早 and 晚 when they alone follow a day: 明天早, 28号晚.
const AFTER_SHORT_PART: &str = " ,，。!?;、的都飞去走0123456789一二三四五六七八九十两有坐:至-~";

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
            // 2026-11-2808:15
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
        if let Some(bit) = self.estimated_hour(start, clock_at, part, before) {
            return Some(bit);
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

    /// 七八点, 下午五六点钟: from the one hour to the other.
    fn estimated_hour(&mut self, start: usize, at: usize, part: Option<PartOfDay>, before: Before) -> Option<TimeBit> {
        let (hour, last, end) = match super::numeral::estimate(self.chars, at) {
            Some((hour, last, length)) => (hour, last, at + length),
            None => {
                // 7、8点
                let low = self.num(at)?;
                let high = self.num(self.text(low.end, "、")?)?;
                (low.value, high.value, high.end)
            }
        };
        let end = self.text(end, "点")?;
        if !(1..=12).contains(&hour) || last != hour + 1 || self.any(end, NO_CLOCK_AFTER).is_some() {
            return None;
        }
        let end = self.text(end, "钟").unwrap_or(end);
        let reading = Reading { hour, minute: 0, precision: Precision::Hour, end, fixed: false };
        let mut bit = self.resolve_clock(start, reading, part, before)?;
        if let Clock::At { minutes, .. } = bit.clock {
            bit.clock = Clock::Span { from: minutes, to: minutes + 60 };
        }
        Some(bit)
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
        let now = i64::from(self.now().hour()) * 60 + i64::from(self.now().minute());
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
