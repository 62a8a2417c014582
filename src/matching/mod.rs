//! Finds dictionary words in a message: characters are the unit, word borders are evidence.
//!
//! Rules, in this order:
//! 1. A spelling of letters and digits must stand alone: `can` is not in `canned`, `mi` is not in `mi2209145`.
//! 2. An exception (除外) shields: a term is not found inside one of its exceptions.
//! 3. Borders: a range that begins and ends with words counts; inside one longer word it counts when what is left of
//!    that word are words too (格力空调 holds 格力) or one character behind it (停车场 holds 停车), but 可靠 does not
//!    hold 靠; across a border it counts only from
//!    [`LONG`] characters on (人格|力量 does not hold 格力).
//! 4. The longest match wins, then the better borders, then the leftmost; readings of one range stay together. Values of
//!    gazetteers compete among themselves, words of groups among themselves (优惠券 hides 优惠).
//! 5. A literal of a phrase row is hidden inside a longer word of a group, and follows rule 3 when shorter than three
//!    characters.

use crate::dictionary::{Bundle, Lexicon, Posting, Term};
use crate::segment::{Borders, Segmenter, Segments};
use crate::text::{NormalizedText, is_han};

/// From so many characters on a match is no accident, wherever borders lie.
pub const LONG: usize = 4;

/// A word of the dictionary found in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeywordMatch {
    /// First normalised character.
    pub start: u32,
    /// Behind the last normalised character.
    pub end: u32,
    /// Index of the term.
    pub term: u32,
    /// The term.
    pub entry: Term,
    /// How it lies among the words.
    pub borders: Borders,
    /// True where the message only sounds like it.
    pub by_sound: bool,
}

/// A word that stands in a message by its sound alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundMatch {
    /// First normalised character.
    pub start: u32,
    /// Behind the last normalised character.
    pub end: u32,
    /// Index into the words that are known by their sound.
    pub word: u32,
}

/// A literal of phrase rows found in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiteralMatch {
    /// First normalised character.
    pub start: u32,
    /// Behind the last normalised character.
    pub end: u32,
    /// Index of the literal.
    pub literal: u32,
}

/// What was found in one message; a buffer that can be used again.
#[derive(Debug, Default)]
pub struct Matches {
    /// Values of gazetteers, by start.
    pub values: Vec<KeywordMatch>,
    /// Words of groups, by start.
    pub words: Vec<KeywordMatch>,
    /// Literals of phrase rows, by start.
    pub literals: Vec<LiteralMatch>,
    /// Which of them were read by sound, by start.
    pub heard: Vec<SoundMatch>,
    shields: Vec<(u32, u32, u32)>,
    owner: Vec<u32>,
}

/// For which rows an account looks.
pub struct Visibility {
    /// By scope index.
    pub scopes: Vec<bool>,
}

impl Matches {
    /// Finds everything in a message.
    pub fn find(
        &mut self,
        bundle: &Bundle,
        segmenter: &Segmenter,
        text: &NormalizedText,
        segments: &Segments,
        visible: &Visibility,
    ) {
        self.values.clear();
        self.words.clear();
        self.literals.clear();
        self.heard.clear();
        self.shields.clear();
        let chars = text.chars();
        let lexicon: &Lexicon = &bundle.lexicon;
        for start in 0..chars.len() {
            // The postings of one range come one behind the other, and lie among the words alike.
            let mut range = Range::NONE;
            let mut at = |end: usize| {
                if range.end != end {
                    range = Range::of(segmenter, text, segments, start, end);
                }
                range
            };
            lexicon.matches_at(chars, start, |end, posting| match posting {
                Posting::Term(index) => {
                    let Some(entry) = lexicon.term(index).filter(|t| visible.scopes[usize::from(t.scope)]) else {
                        return;
                    };
                    let Range { alone: true, holds: true, borders, .. } = at(end) else { return };
                    let (start, end) = (start as u32, end as u32);
                    let found = KeywordMatch { start, end, term: index, entry, borders, by_sound: false };
                    let gazetteer = bundle.content.groups.get(usize::from(entry.group)).is_some_and(|g| g.gazetteer);
                    if gazetteer { self.values.push(found) } else { self.words.push(found) }
                }
                Posting::Literal(literal) => {
                    let range = at(end);
                    if range.alone && (end - start >= 3 || range.holds) {
                        self.literals.push(LiteralMatch { start: start as u32, end: end as u32, literal });
                    }
                }
                Posting::Shield(term) => self.shields.push((start as u32, end as u32, term)),
            });
        }
        if !self.shields.is_empty() {
            let shields = std::mem::take(&mut self.shields);
            let open = |m: &KeywordMatch| !shields.iter().any(|(s, e, t)| *t == m.term && *s <= m.start && m.end <= *e);
            self.values.retain(open);
            self.words.retain(open);
            self.shields = shields;
        }
        keep_winners(&mut self.values, &mut self.owner, chars.len());
        keep_winners(&mut self.words, &mut self.owner, chars.len());
        // `owner` now tells which word of a group covers a character: index + 1 into `words`.
        let (words, owner) = (&self.words, &self.owner);
        self.literals.retain(|l| {
            let covering = owner[l.start as usize];
            let word = covering.checked_sub(1).and_then(|i| words.get(i as usize));
            !word.is_some_and(|w| w.start <= l.start && l.end <= w.end && w.end - w.start > l.end - l.start)
        });
    }
}

impl Matches {
    /// The ranges of longer words inside which a term is not found.
    pub(crate) fn shields(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.shields.iter().map(|(start, end, _)| (*start, *end))
    }

    /// Drops what lies inside a word that was read by sound.
    pub(crate) fn drop_inside_heard(&mut self) {
        let heard = std::mem::take(&mut self.heard);
        let outside = |start, end| !touched(&heard, start, end).is_some_and(|h| h.start <= start && end <= h.end);
        self.values.retain(|m| outside(m.start, m.end));
        self.words.retain(|m| outside(m.start, m.end));
        self.literals.retain(|l| outside(l.start, l.end));
        self.heard = heard;
    }

    /// Brings matches that were added into their order.
    pub(crate) fn sort(&mut self) {
        self.values.sort_by_key(|m| (m.start, m.end, m.term));
        self.words.sort_by_key(|m| (m.start, m.end, m.term));
        self.literals.sort_by_key(|l| (l.start, l.end, l.literal));
    }

    /// Tells whether a range touches a word that was read by sound.
    pub fn is_heard(&self, start: u32, end: u32) -> bool {
        touched(&self.heard, start, end).is_some()
    }
}

/// The first of words in order, without overlap, that a range touches.
fn touched(heard: &[SoundMatch], start: u32, end: u32) -> Option<&SoundMatch> {
    heard.get(heard.partition_point(|h| h.end <= start)).filter(|h| h.start < end)
}

/// Keeps the longest of overlapping matches and all readings of one range; leaves in `owner` for each character the
/// index + 1 of a match that covers it.
fn keep_winners(matches: &mut Vec<KeywordMatch>, owner: &mut Vec<u32>, length: usize) {
    matches.sort_by(|a, b| {
        let key = |m: &KeywordMatch| (std::cmp::Reverse(m.end - m.start), m.borders, m.start, m.term);
        key(a).cmp(&key(b))
    });
    owner.clear();
    owner.resize(length, 0);
    let mut kept = 0;
    for at in 0..matches.len() {
        let m = matches[at];
        let covered = &owner[m.start as usize..m.end as usize];
        let same_range = |o: &u32| {
            o.checked_sub(1).and_then(|i| matches.get(i as usize)).is_some_and(|w| w.start == m.start && w.end == m.end)
        };
        if covered.iter().all(|o| *o == 0) || covered.iter().all(same_range) {
            matches[kept] = m;
            kept += 1;
            owner[m.start as usize..m.end as usize].fill(kept as u32);
        }
    }
    matches.truncate(kept);
    matches.sort_by_key(|m| (m.start, m.end, m.term));
    owner.fill(0);
    for (at, m) in matches.iter().enumerate() {
        owner[m.start as usize..m.end as usize].fill(at as u32 + 1);
    }
}

/// How a range of a message lies, whatever word it is.
#[derive(Clone, Copy)]
struct Range {
    /// Behind the last character.
    end: usize,
    /// Rule 1.
    alone: bool,
    borders: Borders,
    /// Rule 3.
    holds: bool,
}

impl Range {
    /// No range.
    const NONE: Self = Self { end: 0, alone: false, borders: Borders::Crossing, holds: false };

    fn of(segmenter: &Segmenter, text: &NormalizedText, segments: &Segments, start: usize, end: usize) -> Self {
        let borders = segments.borders(start, end);
        let alone = stands_alone(text.chars(), start, end);
        Self { end, alone, borders, holds: alone && holds(segmenter, text, segments, start, end, borders) }
    }
}

/// Rule 1: letters and digits at the ends of a match must not go on outside it.
pub fn stands_alone(chars: &[char], start: usize, end: usize) -> bool {
    if !chars[start].is_ascii() && !chars[end - 1].is_ascii() {
        return true;
    }
    let joined = |a: char, b: char| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
    let before = start.checked_sub(1).map(|b| chars[b]);
    if before.is_some_and(|b| joined(b, chars[start])) {
        return false;
    }
    let Some(after) = chars.get(end).copied() else { return true };
    let last = chars[end - 1];
    // A model number may follow its name: iphone15, but not mi2209145.
    let model = last.is_ascii_alphabetic() && after.is_ascii_digit() && end - start >= 3;
    !joined(last, after) || model
}

/// Rule 3.
fn holds(
    segmenter: &Segmenter,
    text: &NormalizedText,
    segments: &Segments,
    start: usize,
    end: usize,
    borders: Borders,
) -> bool {
    if end - start >= LONG || !is_han(text.chars()[start]) {
        return true;
    }
    match borders {
        Borders::Aligned => true,
        Borders::Crossing => false,
        Borders::Inside => {
            let Some((first, last)) = segments.token_at(start) else { return false };
            let (first, last) = (first as usize, last as usize);
            let word = |a: usize, b: usize| a == b || (b - a >= 2 && segmenter.is_word(text.slice(a, b)));
            // One more character behind makes a thing out of an action: 停车场 holds 停车, 退票费 holds 退票.
            let suffix = first == start && last == end + 1;
            end - start >= 2 && word(first, start) && (suffix || word(end, last))
        }
    }
}
