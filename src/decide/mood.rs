//! What a message names and does not ask for: refused (不想退票了), taken back (算了), already done (已经值机了).
//!
//! The words come from the dictionary ([`Cue`]); how far they reach is one rule, applied clause by clause:
//!
//! 1. A refusal reaches from its word to the end of its clause, but not past a word that turns to something else (而是,
//!    直接) or opens another request (帮我). A plain 不 refuses only as the first thing said and before a verb of the group
//!    `refusable`, or where 了 ends it: 不退票, 座位不换了, but not 不制冷.
//! 2. Where nothing but light words follow the refusal, it reaches back to the start of its clause: 值机先不办了.
//! 3. A clause that goes on to ask refuses nothing: 不用预约吗, 不想要了怎么退.
//! 4. 算了 in a clause of its own takes back everything before it; with something before it in its clause, that.
//! 5. 已经 and its like reach to the 了, 完 or 过 behind them.
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
        if !self.cues.iter().any(steering) {
            return;
        }
        for clause in clauses {
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

    /// True where something in a range, or the mark behind it, asks.
    pub fn asks(&self, range: (u32, u32)) -> bool {
        self.chars.get(range.1 as usize) == Some(&'?')
            || self.cues.iter().any(|c| c.cue == Cue::Asking && range.0 <= c.start && c.end <= range.1)
    }

    /// True where a range opens a request: 帮我, 我想.
    pub fn opens(&self, range: (u32, u32)) -> bool {
        self.cues.iter().any(|c| c.cue == Cue::Opener && range.0 <= c.start && c.end <= range.1)
    }

    fn corrected(&self, cue: &CueMatch) -> bool {
        self.corrections.iter().any(|(s, e)| *s <= cue.start && cue.end <= *e)
    }

    /// Where a refusal that ends at `at` ends to have effect, in a clause that ends at `end`.
    fn reach(&self, at: u32, end: u32) -> u32 {
        let ends = |c: &&CueMatch| {
            c.start > at && matches!(c.cue, Cue::Turn | Cue::Opener | Cue::Connective | Cue::Refusal | Cue::TakeBack)
        };
        self.cues.iter().filter(ends).map(|c| c.start).next().unwrap_or(end).min(end)
    }

    fn refused(&self, clause: (u32, u32), from: u32, mark: (u32, u32)) -> Option<Scope> {
        let end = self.reach(mark.1, clause.1);
        if self.asks((mark.1, end)) {
            return None;
        }
        let start = if self.says_nothing((mark.1, end)) { from } else { mark.0 };
        let scope = Scope { range: (start, end), mark, kind: Withdrawal::Refused };
        scope.sides().iter().any(|side| !self.says_nothing(*side)).then_some(scope)
    }

    fn plain_no(&self, clause: (u32, u32), from: u32, verb: &CueMatch) -> Option<Scope> {
        let no = verb.start.checked_sub(1).filter(|no| *no >= from && self.chars[*no as usize] == '不')?;
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
            return Some(Scope { range: (from, self.reach(cue.end, clause.1)), mark, kind });
        }
        let alone = self.says_nothing((cue.end, clause.1)) && !self.asks((cue.end, clause.1));
        let before = !self.says_nothing((0, clause.0));
        (alone && before).then_some(Scope { range: (0, clause.1), mark, kind })
    }

    fn done(&self, clause: (u32, u32), cue: &CueMatch) -> Option<Scope> {
        let mut behind = self.cues.iter().filter(|c| c.start > cue.end && c.end <= clause.1);
        let end = behind.find(|c| {
            matches!(c.cue, Cue::DoneEnd | Cue::Asking | Cue::Refusal | Cue::Opener | Cue::Turn | Cue::TakeBack)
        })?;
        if end.cue != Cue::DoneEnd || end.start - cue.end > LONGEST_DONE {
            return None;
        }
        let start = if self.says_nothing((end.end, clause.1)) { clause.0 } else { cue.start };
        Some(Scope { range: (start, end.end), mark: (cue.start, cue.end), kind: Withdrawal::Done })
    }
}

fn is_light(cue: Cue) -> bool {
    matches!(cue, Cue::Light | Cue::TakeBack | Cue::Connective)
}
