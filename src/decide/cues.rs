//! Finds cue words: what joins, asks, refuses, takes back or corrects.

use crate::dictionary::{Content, Cue};
use crate::matching::Visibility;
use crate::text::CharLists;
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
    /// Characters of the longest word or exception.
    longest: u32,
}

struct Word {
    /// The second character, so that most words are passed over without a look elsewhere.
    second: Option<char>,
    /// What follows the second.
    rest: Vec<char>,
    cue: Cue,
    scope: u16,
    shield: bool,
}

impl Word {
    /// Number of characters.
    fn len(&self) -> usize {
        1 + usize::from(self.second.is_some()) + self.rest.len()
    }

    /// Tells whether what follows the first character stands at the beginning of `chars`.
    #[inline]
    fn stands(&self, chars: &[char]) -> bool {
        match self.second {
            None => true,
            Some(second) => chars.first() == Some(&second) && chars[1..].starts_with(&self.rest),
        }
    }
}

impl CueTable {
    /// Prepares the cue words of a dictionary.
    pub fn new(content: &Content) -> Self {
        let mut words = CharLists::new();
        let mut longest = 0;
        for entry in &content.cues {
            let chars: Vec<char> = entry.word.chars().collect();
            longest = longest.max(chars.len() as u32);
            let (second, rest) = (chars.get(1).copied(), chars.get(2..).unwrap_or_default().to_vec());
            words.add(&chars, Word { second, rest, cue: entry.cue, scope: entry.scope, shield: entry.shield });
        }
        // The longest first, so that the first that fits is the one.
        words.lists_mut().for_each(|w| w.sort_by_key(|w: &Word| std::cmp::Reverse(w.len())));
        Self { words, longest }
    }

    /// Finds the cue words of a message, by place: for each cue the longest at a place, not inside an exception, and, but for
    /// light words, not inside a longer word of the same cue.
    pub fn find(&self, visible: &Visibility, chars: &[char], out: &mut Vec<CueMatch>) {
        out.clear();
        let mut shields: SmallVec<[CueMatch; 8]> = SmallVec::new();
        for at in 0..chars.len() {
            let before = out.len();
            for word in self.words.at(&chars[at..]).iter().filter(|word| word.stands(&chars[at + 1..])) {
                if !visible.scopes[usize::from(word.scope)] {
                    continue;
                }
                let end = at + word.len();
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
