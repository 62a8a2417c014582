//! What all parsers share: the characters, the reference moment, and the choices that a reading made.

use super::Reader;
use super::calendar::{Period, days_between};
use super::holidays::Name;
use super::lexicon::{Word, starts};
use super::numeral::{self, Form};
use super::present::Present;
use super::words::{Utf8, is_among};
use jiff::civil::{Date, DateTime};
use std::cell::Cell;

/// Next year's or last year's, next month's or last month's.
pub(super) const CHOICE_DATE: u8 = 1;
/// Before or after noon.
pub(super) const CHOICE_HOUR: u8 = 2;
/// Lunar or civil, day or month first.
pub(super) const CHOICE_CALENDAR: u8 = 4;

/// A past day or period this near, in days, is meant where the next one is more than twice as far.
const NEAR_PAST: i64 = 92;

/// A number as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Num {
    pub(super) value: i64,
    pub(super) end: usize,
    pub(super) form: Form,
    /// Characters.
    pub(super) length: usize,
}

/// One reading of one message.
pub(super) struct Scan<'a> {
    pub(super) chars: &'a [char],
    pub(super) reader: &'a Reader,
    pub(super) present: Present,
    /// Choices to make the other way.
    pub(super) flip: u8,
    /// Choices that were met.
    pub(super) seen: u8,
    /// The left end of a range, from which the right end counts.
    pub(super) base: Option<Period>,
    /// The day that the phrase before names, from which a day of return counts.
    pub(super) departure: Option<Period>,
    /// The last place where a word was looked for, and what was found; the same for numbers. Several rules ask at the
    /// same place.
    pub(super) last_word: Cell<(usize, Option<(Word, usize)>)>,
    pub(super) last_num: Cell<(usize, Option<Num>)>,
}

impl<'a> Scan<'a> {
    pub(super) fn now(&self) -> DateTime {
        self.present.now()
    }

    pub(super) fn today(&self) -> Date {
        self.present.today()
    }

    pub(super) fn ch(&self, at: usize) -> Option<char> {
        #[cfg(test)]
        super::super::work::look(1);
        self.chars.get(at).copied()
    }

    pub(super) fn is(&self, at: usize, c: char) -> bool {
        self.ch(at) == Some(c)
    }

    pub(super) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|i| self.ch(i))
    }

    /// Where `text` ends if it stands at `at`.
    pub(super) fn text(&self, at: usize, text: &str) -> Option<usize> {
        starts(self.chars, at, text)
    }

    /// Where the first of `texts` that stands at `at` ends.
    pub(super) fn any(&self, at: usize, texts: &[&str]) -> Option<usize> {
        let opening = Utf8::of(self.ch(at)?);
        texts.iter().filter(|text| opening.opens(text)).find_map(|text| self.text(at, text))
    }

    /// Whether one of the characters of `set` stands at `at`.
    pub(super) fn one_of(&self, at: usize, set: &str) -> bool {
        self.ch(at).is_some_and(|c| is_among(c, set))
    }

    /// `at`, or behind the one space that stands there.
    pub(super) fn space(&self, at: usize) -> usize {
        at + usize::from(self.is(at, ' '))
    }

    pub(super) fn word(&self, at: usize) -> Option<(Word, usize)> {
        let (last, found) = self.last_word.get();
        if last == at {
            return found;
        }
        let found = self.reader.lexicon.find(self.chars, at);
        self.last_word.set((at, found));
        found
    }

    pub(super) fn digit(&self, at: usize) -> bool {
        self.ch(at).is_some_and(|c| c.is_ascii_digit())
    }

    /// A Chinese or Arabic numeral character.
    pub(super) fn numeral(&self, at: usize) -> bool {
        self.ch(at).is_some_and(|c| numeral::digit(c).is_some() || matches!(c, '十' | '廿' | '卅' | '两'))
    }

    /// The whole number at `at`.
    pub(super) fn num(&self, at: usize) -> Option<Num> {
        if !self.numeral(at) && !matches!(self.ch(at), Some('百' | '千')) {
            return None;
        }
        let (last, found) = self.last_num.get();
        if last == at {
            return found;
        }
        let found = numeral::whole(self.chars, at, false).and_then(|whole| {
            Some(Num {
                value: i64::try_from(whole.value).ok()?,
                end: at + whole.length,
                form: whole.form,
                length: whole.length,
            })
        });
        self.last_num.set((at, found));
        found
    }

    /// Up to four Arabic digits that end where digits end: value, length.
    pub(super) fn digits(&self, at: usize) -> Option<(i64, usize)> {
        let mut value = 0;
        let mut length = 0;
        while let Some(c) = self.ch(at + length)
            && c.is_ascii_digit()
        {
            if length == 4 {
                return None;
            }
            value = value * 10 + i64::from(c as u8 - b'0');
            length += 1;
        }
        (length > 0).then_some((value, length))
    }

    /// Whether the message ends at `at`, or a space or mark stands there.
    pub(super) fn at_break(&self, at: usize) -> bool {
        self.ch(at).is_none_or(|c| !c.is_alphanumeric())
    }

    /// Whether a name of a holiday that is made of numerals stands free of other numerals and of units.
    pub(super) fn holiday_name(&self, at: usize) -> Option<Name> {
        let name = self.reader.holidays.find(self.chars, at)?;
        let end = at + name.length;
        if name.numeric {
            let joined = |i: usize| self.numeral(i) || self.one_of(i, "百千万亿.:/-");
            if joined(end)
                || at > 0 && joined(at - 1)
                || self.one_of(end, "年月号点楼层排折分个块元座室栋房次人米斤%秒岁路度")
                || self.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || c == '第')
            {
                return None;
            }
        }
        if self.is(end, '档') {
            return None;
        }
        if name.wants_context
            && self
                .any(
                    end,
                    &[
                        "期间",
                        "假期",
                        "长假",
                        "小长假",
                        "黄金周",
                        "放假",
                        "那天",
                        "当天",
                        "那几天",
                        "大促",
                        "活动",
                        "促销",
                        "购物节",
                        "狂欢",
                        "出去",
                        "去",
                        "回",
                        "出国",
                        "出门",
                        "旅游",
                        "有活动",
                        "有什么活动",
                        "有优惠",
                        "的机票",
                        "的票",
                        "的航班",
                        "出行",
                        "出游",
                        "前后",
                        "节",
                    ],
                )
                .is_none()
        {
            return None;
        }
        Some(name)
    }

    /// The one rule for what the words leave open: the right end of a range is the first one after the left
    /// end; else the nearest future, unless words behind it say that it has been, or the past one ended less
    /// than a quarter ago and the next is more than half a year away.
    pub(super) fn pick(&mut self, past: Option<Period>, future: Option<Period>, at: usize) -> Option<Period> {
        if let Some(base) = self.base {
            return match past {
                Some(p) if p.start >= base.start => Some(p),
                _ => future,
            };
        }
        let (Some(p), Some(f)) = (past, future) else {
            return future.or(past);
        };
        self.seen |= CHOICE_DATE;
        let near = days_between(p.end, self.today()) < NEAR_PAST && days_between(self.today(), f.start) > 2 * NEAR_PAST;
        let past_meant = near || self.says_past(at);
        if past_meant != (self.flip & CHOICE_DATE != 0) { Some(p) } else { Some(f) }
    }

    /// Whether the words behind `at`, up to the next mark, say that it has been.
    fn says_past(&self, at: usize) -> bool {
        const WINDOW: usize = 16;
        let mut i = at;
        while i < self.chars.len() && i < at + WINDOW {
            let c = self.chars[i];
            if matches!(c, ',' | '。' | '!' | '?' | ';' | '，' | '！' | '？') {
                return false;
            }
            if self.reader.past.find(self.chars, i, |_| true).is_some() {
                return true;
            }
            i += 1;
        }
        false
    }
}
