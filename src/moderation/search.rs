//! Looks for sensitive words in one message, also where they are disguised.

use super::words::{EVERYWHERE, Step, Word, Words};
use crate::dictionary::{Action, Content, Sensitive, Sounding};
use crate::matching::{LONG, Visibility, stands_alone};
use crate::segment::{Borders, Segmenter, Segments};
use crate::text::{NormalizedText, is_face, is_han};

/// The most marks skipped between two characters of a sensitive word.
pub const MOST_SKIPPED: u8 = 4;
/// The most states looked at from one character on: what bounds the cost of a text made to be slow.
const MOST_STATES: usize = 256;
/// A word of letters may have letters doubled from so many on: fuuuck, but sbb is not sb.
const LONG_LATIN: usize = 4;

/// A word that was found, in normalised characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) word: u32,
    /// Characters of the word that are written otherwise.
    disguises: u8,
}

/// What is read: one message for one account.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) content: &'a Content,
    pub(super) visible: &'a Visibility,
    pub(super) segmenter: &'a Segmenter,
    pub(super) text: &'a NormalizedText,
    pub(super) segments: &'a Segments,
    pub(super) original: &'a str,
    pub(super) wanted: fn(&Sensitive) -> bool,
}

/// Buffers that can be used again.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The characters that are read: normalised, but a face as the sender chose it.
    labels: Vec<char>,
    pending: Vec<State>,
    hits: Vec<Hit>,
}

/// A part of a word that was read.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    node: u32,
    /// The next character to read.
    at: u32,
    /// Behind the last character that belongs to the word.
    end: u32,
    /// Marks skipped since.
    gap: u8,
    /// Characters of the word since the last gap, and the most between two gaps.
    piece: u8,
    longest: u8,
    /// Characters written as they are, and by each kind of disguise.
    plain: u8,
    shape: u8,
    split: u8,
    sound: u8,
    initial: u8,
    /// The most that a look-alike demands of the length of the word.
    least: u8,
    doubled: u8,
    /// A doubled character is a word that is said twice: 妈妈.
    twice: bool,
    torn: bool,
    /// Torn by a mark that ends a clause: 我，靠窗 is no 我靠.
    clause: bool,
    spaced: bool,
    inserted: bool,
}

impl State {
    fn disguised(&self) -> bool {
        let counts = [self.doubled, self.shape, self.split, self.sound, self.initial];
        self.torn || self.inserted || counts.iter().any(|n| *n > 0)
    }

    fn disguises(&self) -> u8 {
        [self.shape, self.split, self.sound, self.initial].into_iter().fold(0, u8::saturating_add)
    }
}

impl Search {
    /// Finds the words of a message: one winner for each range, by place. Linear in the length of the message.
    pub(super) fn find(&mut self, words: &Words, subject: Subject<'_>) -> &[Hit] {
        self.hits.clear();
        self.labels.clear();
        let text = subject.text;
        self.labels.extend(text.chars().iter().enumerate().map(|(at, c)| match is_face(*c) {
            true => text.raw(subject.original, at, at + 1).chars().next().unwrap_or(*c),
            false => *c,
        }));
        for start in 0..self.labels.len() {
            for edge in words.first(self.labels[start]) {
                let state = State { at: start as u32, ..State::default() };
                self.pending.extend(read(state, edge, subject));
            }
            if !self.pending.is_empty() {
                self.walk(words, subject, start);
            }
        }
        self.keep_winners(subject.content);
        &self.hits
    }

    /// Follows every way on from the first character of a word.
    fn walk(&mut self, words: &Words, subject: Subject<'_>, start: usize) {
        let labels = &self.labels;
        let mut left = MOST_STATES;
        while let Some(state) = self.pending.pop() {
            if left == 0 {
                self.pending.clear();
                return;
            }
            left -= 1;
            if state.at == state.end {
                for index in words.finals(state.node) {
                    let row = &subject.content.sensitive[*index as usize];
                    if subject.visible.scopes[usize::from(row.scope)] && (subject.wanted)(row) {
                        self.hits.extend(judge(words.word(*index), *index, subject, labels, start, &state));
                    }
                }
            }
            let at = state.at as usize;
            let Some(c) = labels.get(at).copied() else { continue };
            for edge in words.edges(state.node, c) {
                self.pending.extend(read(state, edge, subject));
            }
            let last = labels[state.end as usize - 1];
            let fresh = state.gap == 0;
            if is_mark(c) {
                if state.gap < MOST_SKIPPED {
                    self.pending.push(State {
                        at: state.at + 1,
                        gap: state.gap + 1,
                        piece: 0,
                        torn: true,
                        spaced: state.spaced || c == ' ',
                        clause: state.clause || ends_clause(subject, at),
                        ..state
                    });
                }
            } else if fresh && c == last && state.doubled < u8::MAX {
                let (doubled, twice) = (state.doubled + 1, state.twice || is_doubled_word(subject, at));
                self.pending.push(State { at: state.at + 1, end: state.end + 1, doubled, twice, ..state });
            } else if fresh && !is_han(c) && is_han(last) && labels.get(at + 1).is_some_and(|n| is_han(*n)) {
                // One letter or digit between two characters: 傻1逼.
                self.pending.push(State { at: state.at + 1, gap: MOST_SKIPPED, piece: 0, inserted: true, ..state });
            }
        }
    }

    /// Keeps one word for each range: what must not go out before what may, then the longest, then the one
    /// that is written plainest, then the leftmost.
    fn keep_winners(&mut self, content: &Content) {
        let weight = |h: &Hit| {
            let warn = content.sensitive[h.word as usize].action == Action::Warn;
            (warn, std::cmp::Reverse(h.end - h.start), h.disguises, h.start, h.word)
        };
        self.hits.sort_by_key(weight);
        let mut kept = 0;
        for at in 0..self.hits.len() {
            let hit = self.hits[at];
            if !self.hits[..kept].iter().any(|k| k.start < hit.end && hit.start < k.end) {
                self.hits[kept] = hit;
                kept += 1;
            }
        }
        self.hits.truncate(kept);
        self.hits.sort_by_key(|h| h.start);
    }
}

/// The state behind an edge; `None` where the account does not see the row that the edge comes from.
fn read(state: State, edge: &super::words::Edge, subject: Subject<'_>) -> Option<State> {
    if edge.scope != EVERYWHERE && !subject.visible.scopes[usize::from(edge.scope)] {
        return None;
    }
    let mut next = State { node: edge.target, at: state.at + 1, end: state.at + 1, gap: 0, ..state };
    let count = match edge.step {
        Step::Within => return Some(next),
        Step::Plain => &mut next.plain,
        Step::Shape => &mut next.shape,
        Step::Split => &mut next.split,
        Step::Sound => &mut next.sound,
        Step::Initial => &mut next.initial,
    };
    *count = count.saturating_add(1);
    next.piece = next.piece.saturating_add(1);
    next.longest = next.longest.max(next.piece);
    next.least = next.least.max(edge.least);
    Some(next)
}

/// Tells whether a character may be skipped inside a word: anything but letters, digits and characters, and the single
/// strokes that look like marks.
fn is_mark(c: char) -> bool {
    matches!(c, '丨' | '丶' | '丿' | '乀' | '乁' | '亅' | '〇') || !(c.is_alphanumeric() || is_han(c))
}

/// Tells whether the mark at a place ends a clause, so that what stands on both sides hardly belongs together.
fn ends_clause(subject: Subject<'_>, at: usize) -> bool {
    let raw = subject.text.raw(subject.original, at, at + 1);
    raw.starts_with([
        '，', ',', '。', '！', '!', '？', '?', '；', ';', '：', ':', '、', '\n', '…', '(', ')', '（', '）',
    ])
}

/// Tells whether a character and the one before are a word that is said twice: 妈妈, 看看.
fn is_doubled_word(subject: Subject<'_>, at: usize) -> bool {
    subject.segmenter.is_word(subject.text.slice(at - 1, at + 1))
}

/// Decides whether what was read from `start` on is the word, and not an accident.
fn judge(word: &Word, index: u32, subject: Subject<'_>, labels: &[char], start: usize, state: &State) -> Option<Hit> {
    let end = state.end as usize;
    if !stands_alone(labels, start, end) {
        return None;
    }
    let fits = if state.disguised() {
        is_disguise(word, labels, start, end, state) && (word.length >= LONG || at_borders(subject, labels, start, end))
    } else {
        word.latin || word.length >= LONG || at_borders(subject, labels, start, end)
    };
    if !fits {
        return None;
    }
    let solid = |c: &char| !is_mark(*c);
    let before = labels[..start].iter().rev().copied().filter(solid);
    let after = labels[end..].iter().copied().filter(solid);
    if word.is_harmless(before, after) {
        return None;
    }
    // A first character that is doubled belongs to the word: 傻傻逼.
    let doubled =
        |s: &usize| *s > 0 && is_han(labels[*s]) && labels[s - 1] == labels[*s] && !is_doubled_word(subject, *s);
    let start = std::iter::successors(Some(start), |s| doubled(s).then(|| s - 1)).last().unwrap_or(start);
    Some(Hit { start, end, word: index, disguises: state.disguises() })
}

/// Tells whether somebody took pains to write the word otherwise, or whether it only looks so.
fn is_disguise(word: &Word, labels: &[char], start: usize, end: usize, state: &State) -> bool {
    if usize::from(state.least) > word.length {
        return false;
    }
    // 他妈妈的 is his mother's; 傻傻逼逼, each character doubled, is what it is.
    if state.twice && usize::from(state.doubled) < word.length {
        return false;
    }
    if word.latin {
        // s b, s.b; but U S B is spelt, and S、B are two things.
        let single = |at: Option<usize>, beside: Option<usize>| {
            at.and_then(|a| labels.get(a)).is_some_and(char::is_ascii_alphanumeric)
                && !beside.and_then(|b| labels.get(b)).is_some_and(char::is_ascii_alphanumeric)
        };
        let spelt = state.spaced
            && (single(start.checked_sub(2), start.checked_sub(3)) || single(Some(end + 1), Some(end + 2)));
        return (!state.torn || state.longest == 1 && !state.clause && !spelt)
            && (state.doubled == 0 || word.length >= LONG_LATIN);
    }
    if state.clause && state.longest > 1 {
        return false;
    }
    if state.initial > 0 && (state.initial > 1 || word.length < 3 || state.sound > 0 || state.plain < 2) {
        return false;
    }
    if state.sound > 0 && word.sound == Sounding::Never {
        return false;
    }
    if state.plain > 0 {
        return true;
    }
    match (state.shape, state.split, state.sound) {
        (0, 0, _) => word.sound == Sounding::Whole && state.sound > 1,
        (0, split, 0) => split > 1,
        _ => word.length > 2,
    }
}

/// Tells whether a range begins and ends where words do; a doubled character next to its end is no other word's.
fn at_borders(subject: Subject<'_>, labels: &[char], start: usize, end: usize) -> bool {
    let segments = subject.segments;
    if segments.borders(start, end) == Borders::Aligned {
        return true;
    }
    let doubled = |at: usize| {
        at > 0 && labels.get(at).is_some_and(|c| is_han(*c) && labels[at - 1] == *c) && !is_doubled_word(subject, at)
    };
    let begins = segments.token_at(start).is_some_and(|(s, _)| s as usize == start) || doubled(start);
    let ends = segments.token_at(end - 1).is_some_and(|(_, e)| e as usize == end) || doubled(end);
    begins && ends
}
