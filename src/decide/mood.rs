//! What a message names and does not ask for: refused (不想退票了), taken back (算了), already done (已经值机了).
//!
//! The words come from the dictionary ([`Cue`]); how far they reach is one rule, applied clause by clause:
//!
//! 1. A refusal reaches from its word to the end of its clause, but not past a word that turns to something else (而是,
//!    直接) or opens another request (帮我). A plain 不 refuses only as the first thing said and before a verb of the group
//!    `refusable`, or where 了 ends it: 不退票, 座位不换了, but not 不制冷.
//! 2. Where nothing but light words follow the refusal, it reaches back to the start of its clause: 值机就先不办了. With
//!    something before it and 了 directly behind it, it ends there: 香蕉不要了|换两斤苹果.
//! 3. A clause that asks before the refusal or goes on to ask refuses nothing: 什么人不用排队, 不用预约吗, 不想要了怎么退.
//! 4. 算了 in a clause of its own takes back everything before it; with something before it in its clause, that.
//! 5. 已经 and its like reach to the 了, 完 or 过 behind them (退过票了: to the second), unless that is asked: 已经退了吗.
//! 6. A clause that tells that what was wanted has come about (退款收到了, `fulfilled.rs`) is done as a whole.
//!
//! Inside a correction (28号不对29号) none of these words counts.

use super::cues::CueMatch;
use crate::dictionary::Cue;
use crate::text::is_filler_char;

/// Why a stretch of a message asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is not wanted.
    Refused,
    /// It has been done.
    Done,
    /// It has been done, as was wanted: nothing is left to ask.
    Fulfilled,
}

/// A stretch of a message that is refused or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Half-open range of normalised characters.
    pub range: (u32, u32),
    /// The word that says so.
    pub mark: (u32, u32),
    /// Which of the two.
    pub kind: Withdrawal,
}

impl Scope {
    /// What is refused or done stands before the mark or behind it.
    pub fn sides(&self) -> [(u32, u32); 2] {
        [(self.range.0, self.mark.0), (self.mark.1, self.range.1)]
    }
}

/// How far 已经 may stand before its 了, in characters.
const LONGEST_DONE: u32 = 12;
/// What stands between two words that end what is done, in characters: 退过票了.
const LONGEST_OBJECT: u32 = 2;

/// A message as this module sees it.
pub struct Said<'a> {
    /// The normalised characters.
    pub chars: &'a [char],
    /// Its cue words, by place.
    pub cues: &'a [CueMatch],
    /// Characters that carry no meaning of their own.
    pub ignorable: &'a [bool],
    /// Corrections, inside which no word refuses anything.
    pub corrections: &'a [(u32, u32)],
}

impl Said<'_> {
    /// Finds what is refused or done, by place, without overlap.
    pub fn scopes(&self, clauses: &[(u32, u32)], out: &mut Vec<Scope>) {
        out.clear();
        let steering = |c: &CueMatch| matches!(c.cue, Cue::Refusal | Cue::TakeBack | Cue::Done | Cue::Refusable);
        let steered = self.cues.iter().any(steering);
        for clause in clauses {
            if let Some(end) = self.fulfilled(*clause) {
                out.push(Scope { range: (clause.0, end), mark: (end, end), kind: Withdrawal::Fulfilled });
                continue;
            }
            if !steered {
                continue;
            }
            let mut from = clause.0;
            for (at, cue) in self.cues.iter().enumerate() {
                if cue.start < from || cue.end > clause.1 || self.corrected(cue) {
                    continue;
                }
                let scope = match cue.cue {
                    Cue::TakeBack => self.taken_back(*clause, from, at),
                    Cue::Refusal => self.refused(*clause, from, (cue.start, cue.end)),
                    Cue::Refusable => self.plain_no(*clause, from, cue),
                    Cue::Done => self.done(*clause, cue),
                    _ => None,
                };
                let Some(scope) = scope else { continue };
                out.retain(|s| s.range.1 <= scope.range.0);
                from = scope.range.1;
                out.push(scope);
            }
        }
    }

    /// True where a range names nothing: light words, politeness, marks.
    pub fn says_nothing(&self, range: (u32, u32)) -> bool {
        let mut at = range.0;
        while at < range.1 {
            let light = self.cues.iter().filter(|c| c.start == at && c.end <= range.1 && is_light(c.cue));
            match light.map(|c| c.end).max() {
                Some(end) => at = end,
                None if self.ignorable[at as usize] || is_filler_char(self.chars[at as usize]) => at += 1,
                None => return false,
            }
        }
        true
    }

    /// True where a range asks and names nothing: 怎么用, 那怎么办.
    pub fn only_asks(&self, range: (u32, u32)) -> bool {
        let mut at = range.0;
        let mut asks = false;
        while at < range.1 {
            let here = self.cues.iter().filter(|c| c.start == at && c.end <= range.1);
            match here.filter(|c| c.cue == Cue::Asking || is_light(c.cue)).max_by_key(|c| c.end) {
                Some(word) => (at, asks) = (word.end, asks || word.cue == Cue::Asking),
                None if self.says_nothing((at, at + 1)) => at += 1,
                None => return false,
            }
        }
        asks
    }

    /// True where a range tells what is lacking and does not ask: 还没发货.
    pub fn lacks(&self, range: (u32, u32)) -> bool {
        // 发货没 asks.
        let Some((_, chars)) = self.chars[range.0 as usize..range.1 as usize].split_last() else { return false };
        chars.iter().any(|c| matches!(c, '没' | '未')) && !self.asks(range) && !self.opens(range)
    }

    /// True where a character names nothing and is no verb that asks for what stands behind it.
    pub fn light(&self, at: u32) -> bool {
        self.says_nothing((at, at + 1)) && !self.cues.iter().any(|c| c.cue == Cue::LightVerb && c.start == at)
    }

    /// True where something in a range, or the mark behind it, asks.
    pub fn asks(&self, range: (u32, u32)) -> bool {
        let last = (range.1 as usize + 1).min(self.chars.len());
        self.chars.get(range.0 as usize..last).is_some_and(|chars| chars.contains(&'?')) || self.wonders(range)
    }

    /// True where something in a range asks.
    fn wonders(&self, range: (u32, u32)) -> bool {
        self.cues.iter().any(|c| c.cue == Cue::Asking && range.0 <= c.start && c.end <= range.1)
    }

    /// True where a range opens a request: 帮我, 我想, 顺便.
    pub fn opens(&self, range: (u32, u32)) -> bool {
        let opening = |c: &CueMatch| matches!(c.cue, Cue::Opener | Cue::Connective);
        self.cues.iter().any(|c| opening(c) && range.0 <= c.start && c.end <= range.1)
    }

    /// True where a range joins a request to what was said before it: 顺便, 另外.
    pub fn joins(&self, range: (u32, u32)) -> bool {
        let at = |c: &CueMatch| c.cue == Cue::Connective && range.0 <= c.start && c.end <= range.1;
        range.0 > 0 && self.cues.iter().any(|c| at(c) && self.says_nothing((range.0, c.start)))
    }

    /// True where a question begins in front of a word that ends at `end`, or with it: 是不是.
    fn asked_before(&self, from: u32, end: u32) -> bool {
        self.cues.iter().any(|c| c.cue == Cue::Asking && from <= c.start && c.start < end)
    }

    fn corrected(&self, cue: &CueMatch) -> bool {
        self.corrections.iter().any(|(s, e)| *s <= cue.start && cue.end <= *e)
    }

    /// How far a refusal has effect in a clause that ends at `end`: to the first word behind `at` that ends it.
    fn reach(&self, at: u32, end: u32) -> u32 {
        let ends = |c: &&CueMatch| {
            c.start > at && matches!(c.cue, Cue::Turn | Cue::Opener | Cue::Connective | Cue::Refusal | Cue::TakeBack)
        };
        self.cues.iter().filter(ends).map(|c| c.start).next().unwrap_or(end).min(end)
    }

    fn refused(&self, clause: (u32, u32), from: u32, mark: (u32, u32)) -> Option<Scope> {
        let mut end = self.reach(mark.1, clause.1);
        if self.asks((mark.1, end)) || self.asked_before(from, mark.1) {
            return None;
        }
        let over = self.cues.iter().find(|c| c.cue == Cue::DoneEnd && c.start == mark.1);
        if let Some(over) = over.filter(|_| !self.says_nothing((from, mark.0))) {
            end = over.end;
        }
        let start = if self.says_nothing((mark.1, end)) { from } else { mark.0 };
        let scope = Scope { range: (start, end), mark, kind: Withdrawal::Refused };
        scope.sides().iter().any(|side| !self.says_nothing(*side)).then_some(scope)
    }

    fn plain_no(&self, clause: (u32, u32), from: u32, verb: &CueMatch) -> Option<Scope> {
        let no = verb.start.checked_sub(1).filter(|no| *no >= from && self.chars[*no as usize] == '不')?;
        if self.asked_before(from, no + 1) || self.cues.iter().any(|c| c.cue == Cue::Refusal && c.start == no) {
            return None;
        }
        let end = self.reach(verb.end, clause.1);
        let over = |c: &CueMatch| c.cue == Cue::DoneEnd && verb.end <= c.start && c.end <= end;
        let object_before = self.says_nothing((verb.end, end)) && self.cues.iter().any(over);
        if self.asks((verb.end, end)) || !(object_before || self.says_nothing((from, no))) {
            return None;
        }
        Some(Scope { range: (from, end), mark: (no, no + 1), kind: Withdrawal::Refused })
    }

    fn taken_back(&self, clause: (u32, u32), from: u32, at: usize) -> Option<Scope> {
        let cue = &self.cues[at];
        let kind = Withdrawal::Refused;
        let mark = (cue.start, cue.end);
        if !self.says_nothing((from, cue.start)) {
            return Some(Scope { range: (from, self.reach(cue.end - 1, clause.1)), mark, kind });
        }
        let alone = self.says_nothing((cue.end, clause.1)) && !self.asks((cue.end, clause.1));
        let before = !self.says_nothing((0, clause.0));
        (alone && before).then_some(Scope { range: (0, clause.1), mark, kind })
    }

    fn done(&self, clause: (u32, u32), cue: &CueMatch) -> Option<Scope> {
        let ends = |c: &&CueMatch| {
            matches!(c.cue, Cue::DoneEnd | Cue::Asking | Cue::Refusal | Cue::Opener | Cue::Turn | Cue::TakeBack)
        };
        let mut behind = self.cues.iter().filter(|c| c.start > cue.end && c.end <= clause.1).filter(ends);
        let mut end = behind.next().filter(|c| c.cue == Cue::DoneEnd && c.start - cue.end <= LONGEST_DONE)?.end;
        if let Some(second) = behind.next().filter(|c| c.cue == Cue::DoneEnd && c.start <= end + LONGEST_OBJECT) {
            end = second.end;
        }
        let last = self.says_nothing((end, clause.1));
        let asks = |c: &CueMatch| {
            c.cue == Cue::Asking
                && end <= c.end
                && c.end <= clause.1
                && c.start <= end
                && self.says_nothing((c.end, clause.1))
        };
        if self.cues.iter().any(asks) || last && self.asks((end, clause.1)) {
            return None;
        }
        let start = if last { clause.0 } else { cue.start };
        Some(Scope { range: (start, end), mark: (cue.start, cue.end), kind: Withdrawal::Done })
    }
}

fn is_light(cue: Cue) -> bool {
    matches!(cue, Cue::Light | Cue::LightVerb | Cue::TakeBack | Cue::Connective)
}
