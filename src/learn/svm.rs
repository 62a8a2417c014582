//! Training.

use super::model::UNKNOWN_SQUARE;
use super::weights::Weights;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A labelled message.
#[derive(Debug, Clone)]
pub struct Example {
    /// Fingerprints of its features, with repetitions.
    pub prints: Vec<u32>,
    /// Index of its class.
    pub class: u16,
}

/// Cost of an error against the width of the margin.
const COST: f32 = 0.8;
/// Errors on a class's own examples count so much more than on others'.
const POSITIVE: f32 = 1.6;
/// A feature must occur in so many examples.
const LEAST_EXAMPLES: usize = 2;
/// The most rounds over the examples of one class.
const MOST_ROUNDS: usize = 40;
/// Stops when the projected gradient is within this range.
const TOLERANCE: f32 = 0.15;
/// Weights smaller than this are dropped.
const SMALLEST_WEIGHT: f32 = 0.06;

/// A matrix of examples, one sparse row each.
struct Matrix {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
    /// Squared length of each row.
    squares: Vec<f32>,
}

impl Matrix {
    fn row(&self, i: usize) -> (&[u32], &[f32]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.columns[range.clone()], &self.values[range])
    }
}

/// Learns weights for `classes` from `examples`, on `workers` threads.
///
/// Deterministic: the order of `examples` counts, the number of threads does not.
pub fn train(examples: &[&Example], classes: &[String], workers: usize) -> Weights {
    let mut seen: Vec<u32> = Vec::new();
    let mut sorted = Vec::new();
    for example in examples {
        sorted.clear();
        sorted.extend(&example.prints);
        sorted.sort_unstable();
        sorted.dedup();
        seen.extend(&sorted);
    }
    seen.sort_unstable();
    let total = examples.len() as f32;
    let (mut prints, mut values) = (Vec::new(), Vec::new());
    for same in seen.chunk_by(|a, b| a == b).filter(|same| same.len() >= LEAST_EXAMPLES) {
        prints.push(same[0]);
        let idf = ((1.0 + total) / (1.0 + same.len() as f32)).ln() + 1.0;
        values.push(idf.sqrt());
    }
    let matrix = matrix(examples, &prints, &values);
    let next = AtomicUsize::new(0);
    let columns: Vec<OnceLock<(Vec<f32>, f32)>> = classes.iter().map(|_| OnceLock::new()).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, classes.len().max(1)) {
            scope.spawn(|| {
                loop {
                    // Which thread learns a class does not matter: each is learned by itself.
                    let class = next.fetch_add(1, Ordering::Relaxed);
                    let Some(column) = columns.get(class) else { break };
                    column.get_or_init(|| one_against_rest(&matrix, examples, class as u16, prints.len()));
                }
            });
        }
    });
    let columns: Vec<(Vec<f32>, f32)> = columns.into_iter().map(|c| c.into_inner().unwrap_or_default()).collect();
    Weights::from_columns(classes.to_vec(), prints, values, &columns, SMALLEST_WEIGHT)
}

/// The vectors of the examples: for each feature how often it occurs times its value, divided by the length of the vector as
/// [`super::Model::score`] takes it.
fn matrix(examples: &[&Example], prints: &[u32], worth: &[f32]) -> Matrix {
    let mut matrix = Matrix { starts: vec![0], columns: Vec::new(), values: Vec::new(), squares: Vec::new() };
    let mut row: Vec<u32> = Vec::new();
    for example in examples {
        row.clear();
        row.extend(example.prints.iter().filter_map(|p| prints.binary_search(p).ok().map(|i| i as u32)));
        row.sort_unstable();
        let known = row.iter().map(|f| worth[*f as usize] * worth[*f as usize]).sum::<f32>();
        let unknown = (example.prints.len() - row.len()) as f32 * UNKNOWN_SQUARE;
        let length = (known + unknown).sqrt().max(1e-6);
        for same in row.chunk_by(|a, b| a == b) {
            matrix.columns.push(same[0]);
            matrix.values.push(same.len() as f32 * worth[same[0] as usize] / length);
        }
        matrix.starts.push(matrix.columns.len());
        matrix.squares.push(matrix.row(matrix.squares.len()).1.iter().map(|v| v * v).sum());
    }
    matrix
}

/// A small generator for the order of visits (Marsaglia's xorshift64*).
struct Shuffle(u64);

impl Shuffle {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }
}

/// Learns the weights and the bias of one class.
fn one_against_rest(matrix: &Matrix, examples: &[&Example], class: u16, features: usize) -> (Vec<f32>, f32) {
    let n = examples.len();
    let mut weights = vec![0f32; features];
    let mut bias = 0f32;
    let mut alpha = vec![0f32; n];
    let sign: Vec<f32> = examples.iter().map(|e| if e.class == class { 1.0 } else { -1.0 }).collect();
    let diagonal: Vec<f32> =
        examples.iter().map(|e| 0.5 / (COST * if e.class == class { POSITIVE } else { 1.0 })).collect();
    let squared: Vec<f32> =
        matrix.squares.iter().zip(&diagonal).map(|(square, diagonal)| square + 1.0 + diagonal).collect();
    let mut order: Vec<u32> = (0..n as u32).collect();
    let mut active = n;
    let mut shuffle = Shuffle(0x5eed ^ (u64::from(class) + 1) << 20);
    let mut largest_before = f32::INFINITY;
    for _ in 0..MOST_ROUNDS {
        let (mut largest, mut smallest) = (f32::NEG_INFINITY, f32::INFINITY);
        for at in 0..active {
            let other = at + shuffle.below(active - at);
            order.swap(at, other);
        }
        let mut at = 0;
        while at < active {
            let i = order[at] as usize;
            let (columns, values) = matrix.row(i);
            let mut dot = bias;
            for (c, v) in columns.iter().zip(values) {
                dot += weights[*c as usize] * v;
            }
            let gradient = sign[i] * dot - 1.0 + diagonal[i] * alpha[i];
            let projected = if alpha[i] == 0.0 {
                if gradient > largest_before {
                    active -= 1;
                    order.swap(at, active);
                    continue;
                }
                gradient.min(0.0)
            } else {
                gradient
            };
            largest = largest.max(projected);
            smallest = smallest.min(projected);
            if projected.abs() > 1e-9 {
                let before = alpha[i];
                alpha[i] = (before - gradient / squared[i]).max(0.0);
                let step = (alpha[i] - before) * sign[i];
                bias += step;
                for (c, v) in columns.iter().zip(values) {
                    weights[*c as usize] += step * v;
                }
            }
            at += 1;
        }
        if largest - smallest <= TOLERANCE {
            if active == n {
                break;
            }
            active = n;
            largest_before = f32::INFINITY;
            continue;
        }
        largest_before = if largest <= 0.0 { f32::INFINITY } else { largest };
    }
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(prints: &[u32], class: u16) -> Example {
        Example { prints: prints.to_vec(), class }
    }

    #[test]
    fn learns_what_separates_classes() {
        let mut examples = Vec::new();
        for noise in 0..20 {
            examples.push(example(&[1, 100 + noise], 0));
            examples.push(example(&[2, 100 + noise], 1));
            examples.push(example(&[3, 2, 100 + noise], 2));
        }
        let classes = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let examples: Vec<&Example> = examples.iter().collect();
        let weights = train(&examples, &classes, 2);
        let bytes = weights.to_bytes();
        assert_eq!(bytes, train(&examples, &classes, 1).to_bytes(), "training twice gives the same bytes");
        let model = crate::learn::Model::from_bytes(&bytes).expect("what was written can be read");
        let mut scores = crate::learn::Scores::default();
        for (prints, best) in [(vec![1, 105], 0), (vec![2, 107], 1), (vec![2, 3, 101], 2)] {
            model.score(&prints, &mut scores);
            let scores = scores.by_class();
            let top = (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
            assert_eq!(top, Some(best));
            assert!(scores[best] > 0.3, "{scores:?}");
        }
    }
}
