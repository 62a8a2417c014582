//! A list of words that finds the longest one at a place.

use super::charset::CharSet;

/// Words with what they mean, sorted by their first character and then longest first.
#[derive(Debug)]
pub(super) struct WordIndex<T> {
    words: Vec<(Box<[char]>, T)>,
    /// Each opening with the place of its first word, sorted.
    groups: Vec<(char, u32)>,
    first: CharSet,
}

impl<T: Copy> WordIndex<T> {
    /// Of two equal words the earlier one counts; empty ones are left out.
    pub(super) fn new(mut words: Vec<(Box<[char]>, T)>) -> Self {
        words.retain(|(word, _)| !word.is_empty());
        // stable, so that equal words keep their order
        words.sort_by(|(a, _), (b, _)| a.first().cmp(&b.first()).then(b.len().cmp(&a.len())).then_with(|| a.cmp(b)));
        let mut groups: Vec<(char, u32)> = Vec::new();
        for (i, (word, _)) in words.iter().enumerate() {
            if groups.last().is_none_or(|&(last, _)| last != word[0]) {
                groups.push((word[0], i as u32));
            }
        }
        let first = groups.iter().map(|&(c, _)| c).collect();
        Self { words, groups, first }
    }

    /// First characters of all words.
    pub(super) fn openings(&self) -> impl Iterator<Item = char> + '_ {
        self.groups.iter().map(|&(c, _)| c)
    }

    /// The longest word at `at` whose end `fits`, and where it ends.
    pub(super) fn find(&self, chars: &[char], at: usize, fits: impl Fn(usize) -> bool) -> Option<(T, usize)> {
        let first = *chars.get(at)?;
        if !self.first.has(first) {
            return None;
        }
        let group = self.groups.binary_search_by_key(&first, |&(c, _)| c).ok()?;
        let from = self.groups[group].1 as usize;
        let to = self.groups.get(group + 1).map_or(self.words.len(), |&(_, i)| i as usize);
        let rest = &chars[at + 1..];
        self.words[from..to]
            .iter()
            .find(|(word, _)| {
                word.len() <= rest.len() + 1 && word[1..].iter().zip(rest).all(|(a, b)| a == b) && fits(at + word.len())
            })
            .map(|&(ref word, meaning)| (meaning, at + word.len()))
    }
}
