//! The best of many intents.

use super::classes::Own;
use super::phrases::RowMatch;
use super::{KEPT, RULE, WHOLE};

/// The largest of finite numbers; the least finite number where there are none.
pub(super) fn largest(numbers: &[f32]) -> f32 {
    // Eight at once. `f32::max` would look for what is no number.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (eights, rest) = numbers.as_chunks::<8>();
    let most = eights.iter().fold([f32::MIN; 8], |most, eight| std::array::from_fn(|i| larger(eight[i], most[i])));
    most.into_iter().chain(rest.iter().copied()).fold(f32::MIN, larger)
}

/// The largest numbers of as many lanes as there are, so that a number that many are not below is found without a branch.
pub(super) struct Tops([f32; Self::LANES]);

impl Default for Tops {
    fn default() -> Self {
        Self([f32::NEG_INFINITY; Self::LANES])
    }
}

impl Tops {
    /// Twice as many as are kept: about one and a half times as many numbers as are kept are not below [`Tops::least`].
    const LANES: usize = 2 * KEPT;

    /// With more numbers.
    pub(super) fn with(mut self, numbers: &[f32]) -> Self {
        let mut take = |numbers: &[f32]| {
            self.0.iter_mut().zip(numbers).for_each(|(top, number)| *top = if *number > *top { *number } else { *top });
        };
        let (full, rest) = numbers.as_chunks::<{ Self::LANES }>();
        full.iter().for_each(|numbers| take(numbers));
        take(rest);
        self
    }

    /// A number that [`KEPT`] numbers at least are not below.
    pub(super) fn least(&self) -> f32 {
        let above = |top: &f32| self.0.iter().map(|other| usize::from(other > top)).sum::<usize>();
        // Of equal tops all have equally many above them.
        let enough = self.0.iter().filter(|top| above(top) < KEPT);
        enough.fold(f32::INFINITY, |least, top| least.min(*top))
    }
}

/// An intent on its way into the ranking.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) intent: u16,
    pub(super) score: f32,
    pub(super) margin: f32,
    pub(super) row: Option<u32>,
    place: u16,
    covered: u32,
}

impl Entry {
    /// An intent without a row.
    pub(super) fn new(own: &Own, margin: f32) -> Self {
        Self { intent: own.intent, place: own.place, score: margin, margin, row: None, covered: 0 }
    }

    /// Takes a row that holds, where it is better than the row so far.
    pub(super) fn lift(&mut self, index: u32, row: &RowMatch) {
        let score = self.margin + RULE * row.strength() + if row.whole { WHOLE } else { 0.0 };
        if self.row.is_none() || score > self.score || (score == self.score && row.covered > self.covered) {
            *self = Self { score, row: Some(index), covered: row.covered, ..*self };
        }
    }

    /// The total order of intents: true where `self` comes before `other`.
    fn before(&self, other: &Entry) -> bool {
        if self.score != other.score {
            return self.score > other.score;
        }
        other.covered.cmp(&self.covered).then(self.place.cmp(&other.place)).then(self.intent.cmp(&other.intent)).is_lt()
    }
}

/// The best [`KEPT`] entries, in order.
#[derive(Default)]
pub(super) struct Best {
    entries: [Entry; KEPT],
    length: usize,
}

impl Best {
    /// Takes an entry in, if it is good enough.
    pub(super) fn insert(&mut self, entry: Entry) {
        let mut at = self.length;
        while at > 0 && entry.before(&self.entries[at - 1]) {
            at -= 1;
            if at + 1 < KEPT {
                self.entries[at + 1] = self.entries[at];
            }
        }
        if at == KEPT {
            return;
        }
        self.length = (self.length + 1).min(KEPT);
        self.entries[at] = entry;
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_best_numbers_are_not_below_the_least_of_the_tops(
            parts in proptest::collection::vec(proptest::collection::vec(-9..9i8, 0..90), 1..4),
        ) {
            let parts: Vec<Vec<f32>> = parts.into_iter().map(|p| p.into_iter().map(f32::from).collect()).collect();
            let least = parts.iter().fold(Tops::default(), |tops, part| tops.with(part)).least();
            let mut numbers: Vec<f32> = parts.concat();
            numbers.sort_by(|a, b| b.total_cmp(a));
            prop_assert!(numbers.iter().take(KEPT).all(|number| *number >= least), "{} of {:?}", least, numbers);
            prop_assert_eq!(largest(&numbers), numbers.first().copied().unwrap_or(f32::MIN));
        }
    }
}
