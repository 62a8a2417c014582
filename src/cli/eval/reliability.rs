//! Confidence against the share that is right.

use super::super::table::TextTable;

/// Rows of the table.
const BINS: usize = 10;

/// Answers by confidence.
#[derive(Default)]
pub(super) struct Reliability {
    bins: [Bin; BINS],
}

#[derive(Default, Clone, Copy)]
struct Bin {
    answers: usize,
    right: usize,
    confidence: f64,
}

impl Reliability {
    pub(super) fn add(&mut self, confidence: f32, right: bool) {
        let bin = &mut self.bins[((confidence * BINS as f32) as usize).min(BINS - 1)];
        bin.answers += 1;
        bin.right += usize::from(right);
        bin.confidence += f64::from(confidence);
    }

    /// Expected calibration error: the mean distance between confidence and share right, weighted by answers.
    pub(super) fn error(&self) -> Option<f64> {
        let total: usize = self.bins.iter().map(|b| b.answers).sum();
        let distance = |b: &Bin| (b.confidence - b.right as f64).abs();
        (total > 0).then(|| self.bins.iter().map(distance).sum::<f64>() / total as f64)
    }

    pub(super) fn table(&self) -> String {
        let mut table = TextTable::new(3);
        table.row(["confidence", "answers", "mean", "right"]);
        for (at, bin) in self.bins.iter().enumerate().filter(|(_, b)| b.answers > 0) {
            let low = at as f64 / BINS as f64;
            let answers = bin.answers as f64;
            table.row([
                format!("{low:.1}–{:.1}", low + 1.0 / BINS as f64),
                bin.answers.to_string(),
                format!("{:.2}", bin.confidence / answers),
                format!("{:.2}", bin.right as f64 / answers),
            ]);
        }
        table.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_the_mean_distance_of_the_bins() {
        let mut reliability = Reliability::default();
        assert_eq!(reliability.error(), None);
        // Three answers at 0.75 of which one is right, one at 0.95 that is.
        for right in [true, false, false] {
            reliability.add(0.75, right);
        }
        reliability.add(0.95, true);
        let error = reliability.error().unwrap_or_default();
        assert!((error - ((2.25 - 1.0) + 0.05) / 4.0).abs() < 1e-6, "{error}");
        assert!(reliability.table().contains("0.7–0.8     3        0.75  0.33"), "{}", reliability.table());
    }
}
