//! The learned model at run time.

use serde::{Deserialize, Serialize};

/// What was learned, as it is kept in a bundle: weights of a linear model, sparse, in 16 bits.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Weights {
    classes: Vec<String>,
    /// Fingerprints, ascending.
    prints: Vec<u32>,
    /// For each feature the square root of its inverse document frequency.
    values: Vec<f32>,
    /// For each feature the end of its weights.
    ends: Vec<u32>,
    weight_classes: Vec<u16>,
    weights: Vec<i16>,
    scale: f32,
    biases: Vec<f32>,
}

/// A linear model: scores of all classes for a bag of features.
///
/// [`Weights`] are laid out anew for scoring: multiplied by the value of their feature and rounded to whole steps of
/// `STEPS`, so that a message is scored by adding rows of 16-bit integers, eight classes an instruction.
#[derive(Debug, Default)]
pub struct Model {
    classes: Vec<String>,
    biases: Vec<f32>,
    features: usize,
    /// Open addressing by the first bits of the fingerprint, so that ascending fingerprints fill it from start to end.
    table: Vec<Slot>,
    /// How many of the last bits of a fingerprint do not count for its place.
    shift: u32,
    /// Weights of common features, [`Self::width`] a row.
    dense: Vec<i16>,
    /// Class and weight of the other features.
    sparse: Vec<(u16, i16)>,
    /// Length of a dense row: the number of classes, rounded up to full registers.
    width: usize,
    /// What one step is worth.
    step: f32,
}

/// A feature in the table of a model.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// Fingerprint, 0 where the slot is empty.
    print: u32,
    /// Squared value: what the feature adds to the squared length of the vector.
    square: f32,
    /// Start of its weights, in `dense` or in `sparse`.
    start: u32,
    /// Number of sparse weights, [`DENSE`] for a dense row.
    length: u32,
}

/// Marks a feature whose weights are a dense row.
const DENSE: u32 = u32::MAX;
/// What a feature that the model does not know adds to the squared length of the vector. Known features add their inverse
/// document frequency, 1 to about 10.
pub(super) const UNKNOWN_SQUARE: f32 = 3.0;
/// A feature with weights for more classes than this is read from a full row.
const MOST_SPARSE: usize = 10;
/// A full row holds a weight in at least so many places, so that rows never take much more memory than their weights.
const LEAST_FULL: usize = 32;
/// The largest weight in steps. So many features can be added before 16 bits could overflow: see [`BLOCK`].
const STEPS: i16 = 511;
/// Features that are added up before the sums move to 32 bits; `BLOCK * STEPS` fits an `i16`.
const BLOCK: usize = 64;
/// Dense rows are a multiple of this.
const LANES: usize = 8;

/// Why the bytes of a model cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The bytes are no model.
    #[error("cannot be decoded: {0}")]
    Decode(#[from] postcard::Error),
    /// The parts do not fit each other.
    #[error("its parts do not fit each other")]
    Inconsistent,
}

impl Weights {
    /// Puts weights together from one dense column of weights and a bias for each class.
    pub(super) fn from_columns(
        classes: Vec<String>,
        prints: Vec<u32>,
        values: Vec<f32>,
        columns: &[(Vec<f32>, f32)],
        smallest: f32,
    ) -> Self {
        let largest = columns.iter().flat_map(|(w, _)| w).fold(1e-6f32, |m, w| m.max(w.abs()));
        let mut stored = Self {
            classes,
            scale: largest / f32::from(i16::MAX),
            biases: columns.iter().map(|c| c.1).collect(),
            ..Self::default()
        };
        for (feature, print) in prints.iter().enumerate() {
            for (class, (weights, _)) in columns.iter().enumerate() {
                let w = weights[feature];
                if w.abs() >= smallest {
                    stored.weight_classes.push(class as u16);
                    stored.weights.push((w / stored.scale).round() as i16);
                }
            }
            // A feature without weights still counts for the length of the vector.
            stored.prints.push(*print);
            stored.values.push(values[feature]);
            stored.ends.push(stored.weights.len() as u32);
        }
        stored
    }

    /// Reads weights; no bytes at all are weights for no class.
    ///
    /// # Errors
    /// [`ModelError`] where the bytes are no weights.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let stored: Self = postcard::from_bytes(bytes)?;
        let features = stored.prints.len();
        let fits = stored.values.len() == features
            && stored.ends.len() == features
            && stored.ends.is_sorted()
            && stored.ends.last().copied().unwrap_or(0) as usize == stored.weights.len()
            && stored.weight_classes.len() == stored.weights.len()
            && stored.weight_classes.iter().all(|c| (*c as usize) < stored.classes.len())
            && stored.biases.len() == stored.classes.len()
            && stored.prints.first() != Some(&0)
            && stored.prints.is_sorted_by(|a, b| a < b);
        if fits { Ok(stored) } else { Err(ModelError::Inconsistent) }
    }

    /// Writes the weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }
}

impl Model {
    /// Lays weights out for scoring.
    pub fn new(stored: Weights) -> Self {
        let width = stored.classes.len().next_multiple_of(LANES);
        let mut start = 0;
        let ranges: Vec<std::ops::Range<usize>> =
            stored.ends.iter().map(|end| std::mem::replace(&mut start, *end as usize)..*end as usize).collect();
        let value = |feature: usize, at: usize| f32::from(stored.weights[at]) * stored.values[feature];
        let each = ranges.iter().enumerate().flat_map(|(f, r)| r.clone().map(move |at| (f, at)));
        let largest = each.map(|(f, at)| value(f, at).abs()).fold(f32::MIN_POSITIVE, f32::max);
        let step = largest / f32::from(STEPS);
        let places = (stored.prints.len() * 2).next_power_of_two().max(2);
        let mut model = Self {
            features: stored.prints.len(),
            table: vec![Slot::default(); places],
            shift: u32::BITS.saturating_sub(places.trailing_zeros()),
            dense: Vec::new(),
            sparse: Vec::new(),
            width,
            step: step * stored.scale,
            ..Self::default()
        };
        let mask = model.table.len() - 1;
        for (feature, range) in ranges.into_iter().enumerate() {
            let weights =
                range.clone().map(|at| (stored.weight_classes[at], (value(feature, at) / step).round() as i16));
            let (start, length) = if range.len() > MOST_SPARSE.max(width / LEAST_FULL) {
                let row = model.dense.len();
                model.dense.resize(row + width, 0);
                weights.for_each(|(class, weight)| model.dense[row + usize::from(class)] = weight);
                (row, DENSE)
            } else {
                model.sparse.extend(weights);
                (model.sparse.len() - range.len(), range.len() as u32)
            };
            let mut at = model.place(stored.prints[feature]);
            while model.table[at].print != 0 {
                at = (at + 1) & mask;
            }
            model.table[at] = Slot {
                print: stored.prints[feature],
                square: stored.values[feature] * stored.values[feature],
                start: start as u32,
                length,
            };
        }
        Self { classes: stored.classes, biases: stored.biases, ..model }
    }

    /// Names of the classes, in the order of the scores.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.features
    }

    #[inline]
    fn place(&self, print: u32) -> usize {
        (print >> self.shift) as usize
    }

    #[inline]
    fn find(&self, print: u32) -> Option<&Slot> {
        let mask = self.table.len() - 1;
        let mut at = self.place(print);
        loop {
            match &self.table[at] {
                Slot { print: 0, .. } => return None,
                slot if slot.print == print => return Some(slot),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Scores every class for a message with these features: the signed distance from the class's border, about 1 for a
    /// typical member and -1 for a typical other message. Returns the share of the features that the model knows.
    ///
    /// The sum of weights is divided by the length of the whole vector, features that the model does not know included: the
    /// less of a message is known, the less sure a score can be.
    pub fn score(&self, prints: &[u32], scores: &mut Scores) -> f32 {
        scores.start(self.classes.len(), self.width);
        let (mut squares, mut known) = (0f32, 0usize);
        for block in prints.chunks(BLOCK) {
            let sums = scores.block.as_mut_slice();
            scores.full.clear();
            for slot in block.iter().filter_map(|print| self.find(*print)) {
                squares += slot.square;
                known += 1;
                if slot.length == DENSE {
                    scores.full.push(slot.start);
                } else {
                    let start = slot.start as usize;
                    for (class, weight) in &self.sparse[start..start + slot.length as usize] {
                        sums[usize::from(*class)] = sums[usize::from(*class)].wrapping_add(*weight);
                    }
                }
            }
            self.add_full(&scores.full, sums);
            scores.close_block();
        }
        squares += (prints.len() - known) as f32 * UNKNOWN_SQUARE;
        let factor = if squares > 0.0 { self.step / squares.sqrt() } else { 0.0 };
        for ((score, sum), bias) in scores.scores.iter_mut().zip(&scores.sums).zip(&self.biases) {
            *score = *sum as f32 * factor + bias;
        }
        if prints.is_empty() { 0.0 } else { known as f32 / prints.len() as f32 }
    }

    /// Adds full rows, given by their starts, to sums. Four at once, so that the sums are read and written less often.
    fn add_full(&self, starts: &[u32], sums: &mut [i16]) {
        let row = |start: &u32| &self.dense[*start as usize..*start as usize + self.width];
        let (fours, rest) = starts.as_chunks::<4>();
        for four in fours {
            let [a, b, c, d] = four.each_ref().map(row);
            for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *sum = sum.wrapping_add(*a).wrapping_add(*b).wrapping_add(*c).wrapping_add(*d);
            }
        }
        for one in rest {
            for (sum, weight) in sums.iter_mut().zip(row(one)) {
                *sum = sum.wrapping_add(*weight);
            }
        }
    }

    /// The weight of one feature for a class of the model, for explanations.
    pub fn weight(&self, print: u32, class: usize) -> f32 {
        let Some(slot) = self.find(print) else { return 0.0 };
        let start = slot.start as usize;
        let steps = match slot.length {
            DENSE => self.dense[start + class],
            length => {
                let weights = &self.sparse[start..start + length as usize];
                weights.iter().find(|(c, _)| usize::from(*c) == class).map_or(0, |(_, weight)| *weight)
            }
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
    /// Starts of the full rows of a block.
    full: Vec<u32>,
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
