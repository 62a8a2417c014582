//! Finds cue words: what joins, asks, refuses, takes back or corrects.

use crate::dictionary::{Content, Cue};
use crate::matching::Visibility;
use crate::text::{CharLists, CharMap};
use smallvec::SmallVec;

/// A cue word in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CueMatch {
    /// First normalised character.
    pub start: u32,
    /// Behind the last normalised character.
    pub end: u32,
    /// What it tells.
    pub cue: Cue,
}

/// The cue words of a dictionary.
pub struct CueTable {
    /// The words by their first character, longest first.
    words: CharLists<Word>,
    /// First character → the [`bit`]s of those that stand behind it in words, and [`ALONE`]. Most places end here.
    seconds: CharMap<u64>,
    /// Characters of the longest word or exception.
    longest: u32,
}

/// For a character that is a word by itself.
const ALONE: u64 = 1 << 63;

/// One of 63 bits for a character.
fn bit(c: char) -> u64 {
    1 << (u32::from(c) % 63)
}

struct Word {
    /// What follows the first character.
    rest: Vec<char>,
    /// The first of it, so that most words are passed over without a look elsewhere.
    next: Option<char>,
    cue: Cue,
    scope: u16,
    shield: bool,
}

impl CueTable {
    /// Prepares the cue words of a dictionary.
    pub fn new(content: &Content) -> Self {
        let (mut words, mut seconds) = (CharLists::new(), CharMap::new(0));
        let mut longest = 0;
        for entry in &content.cues {
            let mut chars = entry.word.chars();
            let Some(c) = chars.next() else { continue };
            longest = longest.max(entry.word.chars().count() as u32);
            let rest: Vec<char> = chars.collect();
            let next = rest.first().copied();
            seconds.set(c, seconds.get(c) | next.map_or(ALONE, bit));
            let word = Word { rest, next, cue: entry.cue, scope: entry.scope, shield: entry.shield };
            words.entry(c).push(word);
        }
        // The longest first, so that the first that fits is the one.
        words.lists_mut().for_each(|w| w.sort_by_key(|w: &Word| std::cmp::Reverse(w.rest.len())));
        Self { words, seconds, longest }
    }

    /// Finds the cue words of a message, by place: for each cue the longest at a place, not inside an exception, and, but for
    /// light words, not inside a longer word of the same cue.
    pub fn find(&self, visible: &Visibility, chars: &[char], out: &mut Vec<CueMatch>) {
        out.clear();
        let mut shields: SmallVec<[CueMatch; 8]> = SmallVec::new();
        for (at, c) in chars.iter().enumerate() {
            let before = out.len();
            let next = chars.get(at + 1).copied();
            if self.seconds.get(*c) & (ALONE | next.map_or(0, bit)) == 0 {
                continue;
            }
            for word in self.words.of(*c).iter().filter(|w| w.next.is_none() || w.next == next) {
                let end = at + 1 + word.rest.len();
                if !visible.scopes[usize::from(word.scope)] || chars.get(at + 1..end) != Some(word.rest.as_slice()) {
                    continue;
                }
                let found = CueMatch { start: at as u32, end: end as u32, cue: word.cue };
                if word.shield {
                    shields.push(found);
                } else if !out[before..].iter().any(|o| o.cue == word.cue) {
                    out.push(found);
                }
            }
        }
        if !shields.is_empty() {
            // An exception of one row may be the word of another: 怎么 asks, although it is an exception of 么.
            out.retain(|m| !self.around(&shields, *m).any(|s| (m.start, m.end) != (s.start, s.end)));
        }
        let mut kept = 0;
        for at in 0..out.len() {
            let m = out[at];
            // Whoever walks along light words needs those that begin behind a longer one's start too: 不要|了 beside 要了.
            if m.cue == Cue::Light || self.around(&out[..kept], m).next().is_none() {
                out[kept] = m;
                kept += 1;
            }
        }
        out.truncate(kept);
    }

    /// The words of the same cue around a word, among words by place.
    fn around<'m>(&self, words: &'m [CueMatch], m: CueMatch) -> impl Iterator<Item = &'m CueMatch> + use<'m> {
        // No word that begins earlier reaches so far.
        let from = words.partition_point(|o| o.start + self.longest < m.end);
        let near = words[from..].iter().take_while(move |o| o.start <= m.start);
        near.filter(move |o| o.cue == m.cue && m.end <= o.end)
    }
}
