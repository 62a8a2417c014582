//! The learned model as it is kept in a bundle: weights of a linear model, sparse, in 16 bits.
//!
//! All numbers little-endian: u32 classes, u32 features, u32 weights, f32 scale; for each class f32 bias; for each feature
//! u32 fingerprint, ascending; for each feature f32 value; for each feature u32 end of its weights; for each weight u16
//! class and i16 weight; the names of the classes, one a line. Everything but the names has a fixed width, so that a model is
//! laid out from the bytes of its bundle without a copy in between.

/// What was learned, before it is written.
#[derive(Debug, Default)]
pub struct Weights {
    classes: Vec<String>,
    scale: f32,
    biases: Vec<f32>,
    prints: Vec<u32>,
    values: Vec<f32>,
    ends: Vec<u32>,
    weights: Vec<(u16, i16)>,
}

/// Why the bytes of a model cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The bytes are fewer or more than their header says.
    #[error("{found} bytes instead of {expected}")]
    Length {
        /// How many there are.
        found: usize,
        /// How many the header asks for.
        expected: usize,
    },
    /// The parts do not fit each other.
    #[error("its parts do not fit each other")]
    Inconsistent,
}

/// The most weights of a model; where the weights of a feature begin must fit 27 bits.
pub(super) const MOST_WEIGHTS: usize = 1 << 27;
const HEADER: usize = 16;

impl Weights {
    /// Puts weights together from one dense column of weights and a bias for each class. `prints` ascend; `values` has for
    /// each feature the square root of its inverse document frequency; weights under `smallest` are dropped.
    pub(super) fn from_columns(
        classes: Vec<String>,
        prints: Vec<u32>,
        values: Vec<f32>,
        columns: &[(Vec<f32>, f32)],
        smallest: f32,
    ) -> Self {
        let largest = columns.iter().flat_map(|(w, _)| w).fold(1e-6f32, |m, w| m.max(w.abs()));
        let scale = largest / f32::from(i16::MAX);
        let mut weights = Vec::new();
        let ends = (0..prints.len())
            .map(|feature| {
                let of_feature = columns.iter().map(|(column, _)| column[feature]).enumerate();
                let kept = of_feature.filter(|(_, w)| w.abs() >= smallest);
                weights.extend(kept.map(|(class, w)| (class as u16, (w / scale).round() as i16)));
                weights.len() as u32
            })
            .collect();
        // A feature without weights stays: it counts for the length of the vector.
        Self { classes, scale, biases: columns.iter().map(|c| c.1).collect(), prints, values, ends, weights }
    }

    /// Writes the weights; none at all where nothing was learned.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.classes.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        for count in [self.classes.len(), self.prints.len(), self.weights.len()] {
            out.extend((count as u32).to_le_bytes());
        }
        out.extend(self.scale.to_le_bytes());
        out.extend(self.biases.iter().flat_map(|b| b.to_le_bytes()));
        out.extend(self.prints.iter().flat_map(|p| p.to_le_bytes()));
        out.extend(self.values.iter().flat_map(|v| v.to_le_bytes()));
        out.extend(self.ends.iter().flat_map(|e| e.to_le_bytes()));
        for (class, weight) in &self.weights {
            out.extend(class.to_le_bytes());
            out.extend(weight.to_le_bytes());
        }
        out.extend(self.classes.join("\n").as_bytes());
        out
    }
}

/// Weights in the bytes of a bundle, each part checked against the others.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stored<'b> {
    pub(super) scale: f32,
    names: &'b str,
    biases: &'b [[u8; 4]],
    prints: &'b [[u8; 4]],
    values: &'b [[u8; 4]],
    ends: &'b [[u8; 4]],
    weights: &'b [[u8; 4]],
}

/// The value of a feature and the class and weight of each of its weights.
type Feature<'b> = (f32, &'b [[u8; 4]]);

impl<'b> Stored<'b> {
    /// Reads weights; no bytes at all are weights for no class.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, ModelError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let (words, _) = bytes.as_chunks::<4>();
        let [classes, features, weights, scale] =
            *words.first_chunk::<4>().ok_or(ModelError::Length { found: bytes.len(), expected: HEADER })?;
        let [classes, features, weights] = [classes, features, weights].map(|n| u32::from_le_bytes(n) as usize);
        let parts = [classes, features, features, features, weights];
        let fixed = parts.iter().fold(HEADER, |sum, length| sum.saturating_add(length.saturating_mul(4)));
        let names = bytes.get(fixed..).ok_or(ModelError::Length { found: bytes.len(), expected: fixed })?;
        let mut rest = &words[HEADER / 4..fixed / 4];
        let mut part = |length: usize| {
            let (part, behind) = rest.split_at(length);
            rest = behind;
            part
        };
        let stored = Self {
            scale: f32::from_le_bytes(scale),
            biases: part(classes),
            prints: part(features),
            values: part(features),
            ends: part(features),
            weights: part(weights),
            names: std::str::from_utf8(names).map_err(|_| ModelError::Inconsistent)?,
        };
        if stored.fits() { Ok(stored) } else { Err(ModelError::Inconsistent) }
    }

    fn fits(&self) -> bool {
        let finite = |numbers: &[[u8; 4]]| numbers.iter().all(|n| f32::from_le_bytes(*n).is_finite());
        let numbers = |numbers: &'b [[u8; 4]]| numbers.iter().map(|n| u32::from_le_bytes(*n));
        self.scale.is_finite()
            && finite(self.biases)
            && finite(self.values)
            && self.names.lines().count() == self.biases.len()
            && self.weights.len() < MOST_WEIGHTS
            && numbers(self.ends).is_sorted()
            && numbers(self.ends).next_back().unwrap_or(0) as usize == self.weights.len()
            && self.weights.iter().all(|w| usize::from(weight(*w).0) < self.biases.len())
            && numbers(self.prints).is_sorted_by(|a, b| a < b)
    }

    pub(super) fn classes(&self) -> Vec<String> {
        self.names.lines().map(str::to_owned).collect()
    }

    pub(super) fn biases(&self) -> Vec<f32> {
        self.biases.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }

    pub(super) fn prints(&self) -> Vec<u32> {
        self.prints.iter().map(|p| u32::from_le_bytes(*p)).collect()
    }

    /// The features in the order of their fingerprints.
    pub(super) fn features(&self) -> impl Iterator<Item = Feature<'b>> {
        let weights = self.weights;
        let mut start = 0;
        self.values.iter().zip(self.ends).map(move |(value, end)| {
            let end = u32::from_le_bytes(*end) as usize;
            let range = std::mem::replace(&mut start, end)..end;
            (f32::from_le_bytes(*value), &weights[range])
        })
    }
}

/// The class and the weight in the bytes of a weight.
pub(super) fn weight([a, b, c, d]: [u8; 4]) -> (u16, i16) {
    (u16::from_le_bytes([a, b]), i16::from_le_bytes([c, d]))
}
