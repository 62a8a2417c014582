//! The learned model at run time.

use serde::{Deserialize, Serialize};

/// Weights of a linear model, sparse, in 16 bits.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    classes: Vec<String>,
    /// Fingerprints, ascending.
    prints: Vec<u32>,
    idf: Vec<f32>,
    /// For each feature the end of its weights.
    ends: Vec<u32>,
    weight_classes: Vec<u16>,
    weights: Vec<i16>,
    scale: f32,
    biases: Vec<f32>,
}

/// A linear model: scores of all classes for a bag of features.
#[derive(Debug, Default)]
pub struct Model {
    stored: Stored,
    /// For each feature where its weights are.
    places: Vec<Place>,
    /// Weights of common features, one for every class, row after row.
    dense: Vec<i16>,
    /// Open addressing: fingerprint (0 empty) and index of the feature.
    table: Vec<(u32, u32)>,
}

/// Where the weights of a feature are. A feature that speaks about many classes is read faster from a full row.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Range of the sparse weights.
    Sparse(u32, u32),
    /// Start of a row of the dense weights.
    Dense(u32),
}

/// A feature with weights for more than one class in so many is read from a full row.
const DENSE_SHARE: usize = 6;

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

impl Model {
    /// Puts a model together from one dense column of weights and a bias for each class.
    pub(super) fn from_columns(
        classes: Vec<String>,
        prints: Vec<u32>,
        idf: Vec<f32>,
        columns: &[(Vec<f32>, f32)],
        smallest: f32,
    ) -> Self {
        let largest = columns.iter().flat_map(|(w, _)| w).fold(1e-6f32, |m, w| m.max(w.abs()));
        let mut stored = Stored {
            classes,
            scale: largest / f32::from(i16::MAX),
            biases: columns.iter().map(|c| c.1).collect(),
            ..Stored::default()
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
            stored.idf.push(idf[feature]);
            stored.ends.push(stored.weights.len() as u32);
        }
        Self::index(stored)
    }

    fn index(stored: Stored) -> Self {
        let size = (stored.prints.len() * 2).next_power_of_two().max(2);
        let mut table = vec![(0u32, 0u32); size];
        for (index, print) in stored.prints.iter().enumerate() {
            let mut at = *print as usize & (size - 1);
            while table[at].0 != 0 {
                at = (at + 1) & (size - 1);
            }
            table[at] = (*print, index as u32);
        }
        let classes = stored.classes.len();
        let (mut places, mut dense) = (Vec::with_capacity(stored.prints.len()), Vec::new());
        let mut start = 0;
        for end in &stored.ends {
            let range = start as usize..*end as usize;
            places.push(if range.len() * DENSE_SHARE > classes {
                let row = dense.len();
                dense.resize(row + classes, 0);
                for (class, weight) in stored.weight_classes[range.clone()].iter().zip(&stored.weights[range]) {
                    dense[row + usize::from(*class)] = *weight;
                }
                Place::Dense(row as u32)
            } else {
                Place::Sparse(start, *end)
            });
            start = *end;
        }
        Self { stored, places, dense, table }
    }

    /// Reads a model; no bytes at all are the model that knows no class.
    ///
    /// # Errors
    /// [`ModelError`] where the bytes are no model.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.is_empty() {
            return Ok(Self::index(Stored::default()));
        }
        let stored: Stored = postcard::from_bytes(bytes)?;
        let features = stored.prints.len();
        let fits = stored.idf.len() == features
            && stored.ends.len() == features
            && stored.ends.is_sorted()
            && stored.ends.last().copied().unwrap_or(0) as usize == stored.weights.len()
            && stored.weight_classes.len() == stored.weights.len()
            && stored.weight_classes.iter().all(|c| (*c as usize) < stored.classes.len())
            && stored.biases.len() == stored.classes.len()
            && stored.prints.iter().all(|p| *p != 0);
        if fits { Ok(Self::index(stored)) } else { Err(ModelError::Inconsistent) }
    }

    /// Writes the model.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.stored).unwrap_or_default()
    }

    /// Names of the classes, in the order of the scores.
    pub fn classes(&self) -> &[String] {
        &self.stored.classes
    }

    /// Number of features.
    pub fn features(&self) -> usize {
        self.stored.prints.len()
    }

    #[inline]
    fn find(&self, print: u32) -> Option<usize> {
        let mask = self.table.len() - 1;
        let mut at = print as usize & mask;
        loop {
            match self.table[at] {
                (0, _) => return None,
                (p, index) if p == print => return Some(index as usize),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Scores every class for a message with these features: the signed distance from the class's border, about 1 for a
    /// typical member and -1 for a typical other message. Returns the share of the features that the model knows.
    pub fn score(&self, prints: &[u32], scores: &mut Vec<f32>) -> f32 {
        scores.clear();
        scores.resize(self.stored.classes.len(), 0.0);
        let (mut squares, mut known) = (0f32, 0usize);
        for print in prints {
            let Some(index) = self.find(*print) else { continue };
            let idf = self.stored.idf[index];
            squares += idf * idf;
            known += 1;
            match self.places[index] {
                Place::Dense(row) => {
                    let weights = &self.dense[row as usize..row as usize + scores.len()];
                    for (score, weight) in scores.iter_mut().zip(weights) {
                        *score += idf * f32::from(*weight);
                    }
                }
                Place::Sparse(start, end) => {
                    let range = start as usize..end as usize;
                    for (class, weight) in
                        self.stored.weight_classes[range.clone()].iter().zip(&self.stored.weights[range])
                    {
                        scores[usize::from(*class)] += idf * f32::from(*weight);
                    }
                }
            }
        }
        let factor = if squares > 0.0 { self.stored.scale / squares.sqrt() } else { 0.0 };
        for (score, bias) in scores.iter_mut().zip(&self.stored.biases) {
            *score = *score * factor + bias;
        }
        if prints.is_empty() { 0.0 } else { known as f32 / prints.len() as f32 }
    }

    /// The weight of one feature for one class, for explanations.
    pub fn weight(&self, print: u32, class: usize) -> f32 {
        let Some(index) = self.find(print) else { return 0.0 };
        let start = if index == 0 { 0 } else { self.stored.ends[index - 1] as usize };
        let range = start..self.stored.ends[index] as usize;
        let position = self.stored.weight_classes[range.clone()].iter().position(|c| *c as usize == class);
        position.map_or(0.0, |p| {
            f32::from(self.stored.weights[range.start + p]) * self.stored.scale * self.stored.idf[index]
        })
    }
}
