//! The learned model at run time.

use super::weights::{MOST_WEIGHTS, ModelError, Stored, weight};
use crate::priority::breathing;

/// A linear model: scores of all classes for a bag of features.
///
/// The weights of a bundle are laid out anew for scoring: multiplied by the value of their feature and rounded to whole
/// steps of `STEPS`, so that a message is scored by adding rows of 16-bit integers, eight classes an instruction.
#[derive(Debug)]
pub struct Model {
    classes: Vec<String>,
    biases: Vec<f32>,
    /// Fingerprints, ascending; behind them [`LOOK`] times the largest number.
    prints: Vec<u32>,
    /// For the first bits of a fingerprint where those begin that have them.
    starts: Vec<u32>,
    /// How many of the last bits of a fingerprint do not count for `starts`.
    shift: u32,
    /// In the order of their fingerprints.
    features: Vec<Feature>,
    /// Weights of common features, [`Self::width`] a row.
    dense: Vec<Lanes>,
    /// Weights of the other features. What a feature leaves of its last chunk weighs nothing.
    sparse: Vec<[ClassWeight; CHUNK]>,
    /// Length of a dense row: the number of classes in full registers.
    width: usize,
    /// What one step is worth.
    step: f32,
}

/// A class and what a feature weighs for it, in steps.
type ClassWeight = (u16, i16);
/// Weights are scattered in chunks of so many: few lengths are guessed better than many.
const CHUNK: usize = 4;

/// What a feature adds to the sums.
#[derive(Debug, Clone, Copy, Default)]
struct Feature {
    /// Squared value: what it adds to the squared length of the vector.
    square: f32,
    /// Number of its chunks, or [`DENSE`], in the first 5 bits; then where they start, or the number of the dense row.
    place: u32,
}

const LENGTH_SHIFT: u32 = MOST_WEIGHTS.trailing_zeros();
/// Stands in place of the number of chunks.
const DENSE: usize = (u32::MAX >> LENGTH_SHIFT) as usize;

impl Feature {
    fn dense(square: f32, row: usize) -> Self {
        Self::sparse(square, row, DENSE)
    }

    fn sparse(square: f32, start: usize, length: usize) -> Self {
        Self { square, place: (length as u32) << LENGTH_SHIFT | start as u32 }
    }

    #[inline]
    fn start(self) -> usize {
        (self.place & (MOST_WEIGHTS as u32 - 1)) as usize
    }

    #[inline]
    fn length(self) -> usize {
        (self.place >> LENGTH_SHIFT) as usize
    }

    #[inline]
    fn is_dense(self) -> bool {
        self.length() == DENSE
    }
}

/// So many fingerprints are looked at together.
const LOOK: usize = 4;
/// What a feature that the model does not know adds to the squared length of the vector. Known features add their inverse
/// document frequency, 1 to about 10.
pub(super) const UNKNOWN_SQUARE: f32 = 3.0;
/// A feature with weights for more classes than this is read from a full row, unless the row would hold few.
const MOST_SPARSE: usize = 10;
/// A full row holds a weight in at least so many places, so that rows never take much more memory than their weights.
const LEAST_FULL: usize = 32;
/// The largest weight in steps. So many features can be added before 16 bits could overflow: see [`BLOCK`].
const STEPS: i16 = 511;
/// Features that are added up before the sums move to 32 bits; `BLOCK * STEPS` fits an `i16`.
const BLOCK: usize = 64;
/// Weights that fill a register.
const LANES: usize = 8;

/// Weights of neighbouring classes.
type Lanes = [i16; LANES];

impl Model {
    /// Lays the weights in the bytes of a bundle out for scoring; no bytes at all are a model of no class.
    ///
    /// # Errors
    /// [`ModelError`] where the bytes are no weights.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let stored = Stored::read(bytes)?;
        let classes = stored.classes();
        let width = classes.len().div_ceil(LANES);
        let most_sparse = MOST_SPARSE.max(width * LANES / LEAST_FULL).min((DENSE - 1) * CHUNK);
        let value = |value: f32, w: [u8; 4]| f32::from(weight(w).1) * value;
        let each =
            breathing(stored.features()).flat_map(|(v, weights)| weights.iter().map(move |w| value(v, *w).abs()));
        let largest = each.fold(f32::MIN_POSITIVE, f32::max);
        let step = largest / f32::from(STEPS);
        // Allocated once, as long as they will be: what is moved while it grows leaves holes behind.
        let full = |weights: &[[u8; 4]]| weights.len() > most_sparse;
        let rows = stored.features().filter(|(_, w)| full(w)).count();
        let scattered = stored.features().filter(|(_, w)| !full(w)).map(|(_, w)| w.len().div_ceil(CHUNK)).sum();
        let (mut dense, mut sparse) = (vec![[0; LANES]; rows * width], Vec::with_capacity(scattered));
        let mut next_row = 0;
        let features = breathing(stored.features()).map(|(v, weights)| {
            let steps = weights.iter().map(|w| (weight(*w).0, (value(v, *w) / step).round() as i16));
            if full(weights) {
                let row = next_row;
                next_row += 1;
                for (class, weight) in steps {
                    let (at, lane) = (usize::from(class) / LANES, usize::from(class) % LANES);
                    dense[row * width + at][lane] = weight;
                }
                Feature::dense(v * v, row)
            } else {
                let start = sparse.len();
                for (at, step) in steps.enumerate() {
                    if at % CHUNK == 0 {
                        sparse.push([(0, 0); CHUNK]);
                    }
                    sparse[start + at / CHUNK][at % CHUNK] = step;
                }
                Feature::sparse(v * v, start, sparse.len() - start)
            }
        });
        let features: Vec<Feature> = features.collect();
        let mut prints = stored.prints();
        let shift = u32::BITS - (prints.len() / 2).next_power_of_two().trailing_zeros().max(1);
        let mut starts = vec![0; 1 << (u32::BITS - shift)];
        let mut at = 0;
        for (first, start) in starts.iter_mut().enumerate() {
            while prints.get(at).is_some_and(|p| ((*p >> shift) as usize) < first) {
                at += 1;
            }
            *start = at as u32;
        }
        prints.extend([u32::MAX; LOOK]);
        let step = step * stored.scale;
        Ok(Self { biases: stored.biases(), classes, prints, starts, shift, features, dense, sparse, width, step })
    }

    /// Names of the classes, in the order of the scores.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.features.len()
    }

    /// Where a fingerprint stands among those of the model, or would stand.
    #[inline]
    fn place(&self, print: u32) -> usize {
        let mut at = self.starts[(print >> self.shift) as usize] as usize;
        loop {
            // Few fingerprints share their first bits: counting the smaller ones among all that there may be guesses less
            // than looking at one after the other.
            let less: usize = self.prints[at..at + LOOK].iter().map(|known| usize::from(*known < print)).sum();
            at += less;
            if less < LOOK {
                return at;
            }
        }
    }

    #[inline]
    fn find(&self, print: u32) -> Option<Feature> {
        let at = self.place(print);
        self.features.get(at).filter(|_| self.prints[at] == print).copied()
    }

    /// Scores every class for a message with these features: the signed distance from the class's border, about 1 for a
    /// typical member and -1 for a typical other message. Returns the share of the features that the model knows.
    ///
    /// The sum of weights is divided by the length of the whole vector, features that the model does not know included: the
    /// less of a message is known, the less sure a score can be.
    pub fn score(&self, prints: &[u32], scores: &mut Scores) -> f32 {
        scores.start(self.classes.len(), self.width * LANES);
        let (mut squares, mut known) = (0f32, 0usize);
        for block in prints.chunks(BLOCK) {
            let sums = scores.block.as_mut_slice();
            // First all places, then all that stands there: nothing of the one has to wait for the other.
            let (mut found, mut count) = ([0; BLOCK], 0);
            for print in block {
                let at = self.place(*print);
                found[count] = at as u32;
                count += usize::from(self.prints[at] == *print);
            }
            // Nobody can guess which features have full rows: both kinds are noted without asking.
            let (mut full, mut rows) = ([0; BLOCK], 0);
            let (mut thin, mut lists) = ([Feature::default(); BLOCK], 0);
            for at in &found[..count] {
                // Behind the last feature stands the largest number, which is none of them.
                let Some(feature) = self.features.get(*at as usize) else { continue };
                known += 1;
                squares += feature.square;
                full[rows] = feature.start() as u32;
                rows += usize::from(feature.is_dense());
                thin[lists] = *feature;
                lists += usize::from(!feature.is_dense());
            }
            thin[..lists].iter().for_each(|feature| self.add_scattered(*feature, sums));
            self.add_full(&full[..rows], sums);
            scores.close_block();
        }
        squares += (prints.len() - known) as f32 * UNKNOWN_SQUARE;
        let factor = if squares > 0.0 { self.step / squares.sqrt() } else { 0.0 };
        for ((score, sum), bias) in scores.scores.iter_mut().zip(&scores.sums).zip(&self.biases) {
            *score = *sum as f32 * factor + bias;
        }
        if prints.is_empty() { 0.0 } else { known as f32 / prints.len() as f32 }
    }

    /// The weights of a feature that has no full row.
    fn scattered(&self, feature: Feature) -> &[[ClassWeight; CHUNK]] {
        &self.sparse[feature.start()..feature.start() + feature.length()]
    }

    fn add_scattered(&self, feature: Feature, sums: &mut [i16]) {
        for (class, weight) in self.scattered(feature).as_flattened() {
            let sum = &mut sums[usize::from(*class)];
            *sum = sum.wrapping_add(*weight);
        }
    }

    fn row(&self, row: usize) -> &[Lanes] {
        &self.dense[row * self.width..(row + 1) * self.width]
    }

    /// Adds full rows, given by their numbers, to sums.
    fn add_full(&self, rows: &[u32], sums: &mut [i16]) {
        let (eights, rest) = rows.as_chunks::<8>();
        eights.iter().for_each(|rows| self.add_together(rows, sums));
        let (pairs, rest) = rest.as_chunks::<2>();
        pairs.iter().for_each(|rows| self.add_together(rows, sums));
        rest.iter().for_each(|row| self.add_together(&[*row], sums));
    }

    /// Adds some rows at once, so that the sums are read and written less often.
    #[inline]
    fn add_together<const ROWS: usize>(&self, rows: &[u32; ROWS], sums: &mut [i16]) {
        // All of one length, so that the bounds are checked once.
        let rows = rows.map(|row| &self.row(row as usize)[..self.width]);
        let sums = &mut sums.as_chunks_mut::<LANES>().0[..self.width];
        for at in 0..self.width {
            let mut sum = sums[at];
            for row in rows {
                sum = std::array::from_fn(|lane| sum[lane].wrapping_add(row[at][lane]));
            }
            sums[at] = sum;
        }
    }

    /// The weight of one feature for a class of the model, for explanations.
    pub fn weight(&self, print: u32, class: usize) -> f32 {
        let Some(feature) = self.find(print) else { return 0.0 };
        let steps = if feature.is_dense() {
            self.row(feature.start())[class / LANES][class % LANES]
        } else {
            let mut weights = self.scattered(feature).as_flattened().iter();
            weights.find(|(c, _)| usize::from(*c) == class).map_or(0, |(_, weight)| *weight)
        };
        f32::from(steps) * self.step
    }
}

/// The scores of a message by class, with the buffers that make them; can be used again.
#[derive(Debug, Default)]
pub struct Scores {
    scores: Vec<f32>,
    sums: Vec<i32>,
    block: Vec<i16>,
}

impl Scores {
    fn start(&mut self, classes: usize, width: usize) {
        self.scores.clear();
        self.scores.resize(classes, 0.0);
        self.sums.clear();
        self.sums.resize(width, 0);
        self.block.clear();
        self.block.resize(width, 0);
    }

    fn close_block(&mut self) {
        for (sum, part) in self.sums.iter_mut().zip(&mut self.block) {
            *sum += i32::from(std::mem::take(part));
        }
    }

    /// The scores, by class.
    pub fn by_class(&self) -> &[f32] {
        &self.scores
    }
}

#[cfg(test)]
mod tests {
    use super::super::weights::Weights;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Fingerprints that mostly share their first bits, or all but the last.
    fn prints() -> impl Strategy<Value = u32> {
        prop_oneof![any::<u32>(), 0x7000_0000..0x7000_0040u32, u32::MAX - 40..u32::MAX, 0..40u32]
    }

    proptest! {
        /// Whatever is learned, in few classes and in many, every weight is found again, and nothing else.
        #[test]
        fn weights_are_found_by_their_fingerprints(
            known in proptest::collection::btree_map(prints(), -1.0..1.0f32, 0..80),
            others in proptest::collection::vec(prints(), 40),
            classes in 1..40usize,
        ) {
            let weight = |print: u32, class: usize, w: f32| if (print as usize + class).is_multiple_of(3) { 0.0 } else { w };
            let columns: Vec<(Vec<f32>, f32)> = (0..classes)
                .map(|class| (known.iter().map(|(p, w)| weight(*p, class, *w)).collect(), class as f32))
                .collect();
            let names = (0..classes).map(|c| format!("class.{c}")).collect();
            let prints: Vec<u32> = known.keys().copied().collect();
            let bytes = Weights::from_columns(names, prints.clone(), vec![1.0; prints.len()], &columns, 1e-6).to_bytes();
            let model = Model::from_bytes(&bytes).expect("what was written can be read");
            prop_assert_eq!((model.features(), model.classes().len()), (known.len(), classes));
            let known: BTreeMap<u32, f32> = known;
            for print in prints.iter().chain(&others) {
                for class in 0..classes {
                    let wanted = known.get(print).map_or(0.0, |w| weight(*print, class, *w));
                    let found = model.weight(*print, class);
                    prop_assert!((found - wanted).abs() < 0.002, "{print}, class {class}: {found} instead of {wanted}");
                }
                prop_assert_eq!(model.find(*print).is_some(), known.contains_key(print));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_weights_are_refused() {
        let columns = [(vec![0.5, -0.5], 0.1), (vec![0.25, 1.0], 0.2)];
        let good =
            Weights::from_columns(vec!["a".into(), "b".into()], vec![7, 9], vec![1.0, 2.0], &columns, 1e-6).to_bytes();
        assert_eq!(Model::from_bytes(&good).map(|m| m.features()).ok(), Some(2));
        assert_eq!(Model::from_bytes(&[]).map(|m| m.classes().len()).ok(), Some(0));
        for length in 1..good.len() {
            assert!(Model::from_bytes(&good[..length]).is_err() || length == good.len() - 1, "{length} bytes");
        }
        // Counts, scale, biases of two classes; then the fingerprints.
        let first_print = 16 + 2 * 4;
        for (at, byte, what) in [
            (0, 0xff, "more classes than there are bytes"),
            (11, 0xff, "more weights than there are bytes"),
            (15, 0x7f, "an endless scale"),
            (first_print, 10, "fingerprints that do not ascend"),
            (first_print + 16, 9, "an end behind the last weight"),
            (first_print + 25, 9, "a class that is none"),
        ] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            let more = if at == 15 { Some((14, 0x80)) } else { None };
            more.into_iter().for_each(|(at, byte)| bytes[at] = byte);
            assert!(Model::from_bytes(&bytes).is_err(), "{what}");
        }
    }
}
