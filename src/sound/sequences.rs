//! Words by the sequence of their syllables.

use super::index::LONGEST;
use std::cmp::Ordering;
use std::ops::Range;

/// Bits of a syllable's number in a key.
const BITS: u32 = 12;

/// The most ways to read one word that are kept: characters with two readings each double them.
const MOST_READINGS: usize = 16;

/// The numbers that a character's readings have; the second is the first where there is one.
pub(super) type Numbers = [u16; 2];

/// Words ordered by the numbers of their syllables, so that the words with a beginning lie together and every further
/// syllable narrows the range. What a place of a message costs hardly grows with the words of a dictionary.
pub(super) struct Sequences {
    /// Twelve bits for each syllable, the first one highest; zero behind the last.
    keys: Vec<u128>,
    /// For each key its second number, beside the others so that a search reads little.
    seconds: Vec<u16>,
    /// For each key its word.
    words: Vec<u32>,
    /// For each first number where its keys begin, and behind the last where they end.
    firsts: Vec<u32>,
    /// The first two numbers of all keys, folded: most pairs in a message begin no word, and this tells so at once.
    pairs: Vec<u64>,
}

/// Places of [`Sequences::pairs`], a power of two, as an exponent.
const PAIR_BITS: u32 = 18;

/// The place of a key's first two numbers.
fn pair(key: u128) -> (usize, u64) {
    let place = ((key >> shift(1)) as u32).wrapping_mul(0x9e37_79b1) >> (u32::BITS - PAIR_BITS);
    (place as usize / 64, 1 << (place % 64))
}

/// Collects the words of a dictionary.
#[derive(Default)]
pub(super) struct Collected(Vec<(u128, u32)>);

impl Collected {
    /// Adds a word of at most [`LONGEST`] characters by the numbers of its characters, each below 2^12 - 1.
    pub(super) fn add(&mut self, word: u32, numbers: impl Iterator<Item = Numbers>) {
        let mut keys = [0u128; MOST_READINGS];
        let mut count = 1;
        for (at, [first, second]) in numbers.take(LONGEST).enumerate() {
            if second != first && count * 2 <= MOST_READINGS {
                for i in 0..count {
                    keys[count + i] = keys[i] | part(second, at);
                }
                keys[..count].iter_mut().for_each(|key| *key |= part(first, at));
                count *= 2;
            } else {
                keys[..count].iter_mut().for_each(|key| *key |= part(first, at));
            }
        }
        self.0.extend(keys[..count].iter().map(|key| (*key, word)));
    }

    /// Orders what was added.
    pub(super) fn order(mut self) -> Sequences {
        self.0.sort_unstable();
        let mut firsts = vec![0u32; (1 << BITS) + 1];
        self.0.iter().for_each(|(key, _)| firsts[number(*key, 0) + 1] += 1);
        for i in 1..firsts.len() {
            firsts[i] += firsts[i - 1];
        }
        let mut pairs = vec![0u64; 1 << PAIR_BITS >> 6];
        for (key, _) in &self.0 {
            let (at, bit) = pair(*key);
            pairs[at] |= bit;
        }
        let seconds = self.0.iter().map(|(key, _)| number(*key, 1) as u16).collect();
        let (keys, words) = self.0.into_iter().unzip();
        Sequences { keys, seconds, words, firsts, pairs }
    }
}

impl Sequences {
    /// Calls `each` for every word whose syllables have numbers of the characters from a place on, once for each way to
    /// read it so. `at(i)` tells the numbers of the character `i` behind the place; `None` ends the search.
    pub(super) fn visit(&self, at: &impl Fn(usize) -> Option<Numbers>, each: &mut impl FnMut(u32)) {
        self.descend(0, 0..self.keys.len(), 0, at, each);
    }

    fn descend(
        &self,
        depth: usize,
        range: Range<usize>,
        prefix: u128,
        at: &impl Fn(usize) -> Option<Numbers>,
        each: &mut impl FnMut(u32),
    ) {
        if depth == LONGEST {
            return;
        }
        let Some([first, second]) = at(depth) else { return };
        let readings = [Some(first), (second != first).then_some(second)];
        for reading in readings.into_iter().flatten() {
            let prefix = prefix | part(reading, depth);
            let found = self.narrow(depth, range.clone(), prefix);
            if found.is_empty() {
                continue;
            }
            // Words that end here come first: nothing follows their last syllable.
            let mut longer = found.start;
            while longer < found.end && self.keys[longer] == prefix {
                each(self.words[longer]);
                longer += 1;
            }
            if longer < found.end {
                self.descend(depth + 1, longer..found.end, prefix, at, each);
            }
        }
    }

    /// The part of a range whose keys begin with `prefix`, where all begin with what it has above `depth`.
    fn narrow(&self, depth: usize, range: Range<usize>, prefix: u128) -> Range<usize> {
        let wanted = number(prefix, depth);
        if depth == 0 {
            return self.firsts[wanted] as usize..self.firsts[wanted + 1] as usize;
        }
        if depth > 1 {
            return narrowed(&self.keys, range, |key| number(*key, depth).cmp(&wanted));
        }
        let (at, bit) = pair(prefix);
        if self.pairs[at] & bit == 0 {
            return range.start..range.start;
        }
        narrowed(&self.seconds, range, |second| usize::from(*second).cmp(&wanted))
    }
}

/// The part of a range of ordered things that is equal to what is wanted.
#[inline]
fn narrowed<T>(things: &[T], range: Range<usize>, to_wanted: impl Fn(&T) -> Ordering) -> Range<usize> {
    let things = &things[range.clone()];
    let start = things.partition_point(|thing| to_wanted(thing).is_lt());
    let end = start + things[start..].partition_point(|thing| to_wanted(thing).is_eq());
    range.start + start..range.start + end
}

/// A number in its place of a key; zero stays for what is not there.
fn part(reading: u16, depth: usize) -> u128 {
    (u128::from(reading) + 1) << shift(depth)
}

fn number(key: u128, depth: usize) -> usize {
    (key >> shift(depth)) as usize & ((1 << BITS) - 1)
}

fn shift(depth: usize) -> u32 {
    (LONGEST - 1 - depth) as u32 * BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sequences: &Sequences, message: &[Numbers]) -> Vec<u32> {
        let mut words = Vec::new();
        sequences.visit(&|i| message.get(i).copied(), &mut |word| words.push(word));
        words.sort_unstable();
        words.dedup();
        words
    }

    #[test]
    fn words_are_found_by_every_reading_and_end_where_they_end() {
        let mut collected = Collected::default();
        let words: [&[Numbers]; 5] =
            [&[[1, 1], [2, 2]], &[[1, 1], [2, 3], [4, 4]], &[[5, 1], [2, 2]], &[[0, 0], [0, 0]], &[[1, 1]; LONGEST]];
        words.iter().zip(0..).for_each(|(numbers, word)| collected.add(word, numbers.iter().copied()));
        let sequences = collected.order();
        for (message, expected) in [
            (&[[1, 1], [2, 2]][..], &[0, 2][..]),
            (&[[1, 1], [2, 2], [4, 4]], &[0, 1, 2]),
            (&[[1, 1], [3, 3], [4, 4]], &[1]),
            (&[[7, 5], [9, 2]], &[2]),
            (&[[0, 0], [0, 0], [0, 0]], &[3]),
            (&[[1, 1]; 20], &[4]),
            (&[[1, 1]], &[]),
            (&[], &[]),
        ] {
            assert_eq!(found(&sequences, message), expected, "{message:?}");
        }
    }

    #[test]
    fn many_readings_are_bounded() {
        let mut collected = Collected::default();
        collected.add(0, std::iter::repeat_n([1, 2], LONGEST));
        assert_eq!(collected.0.len(), MOST_READINGS);
        let sequences = collected.order();
        assert_eq!(found(&sequences, &[[1, 2]; LONGEST]), [0]);
    }
}
