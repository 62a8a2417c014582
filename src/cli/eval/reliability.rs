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

    /// The bins with answers: where each begins and ends, answers, mean confidence, share right.
    fn rows(&self) -> impl Iterator<Item = (f64, f64, usize, f64, f64)> {
        self.bins.iter().enumerate().filter(|(_, bin)| bin.answers > 0).map(|(at, bin)| {
            let (bins, answers) = (BINS as f64, bin.answers as f64);
            let (low, high) = (at as f64 / bins, (at + 1) as f64 / bins);
            (low, high, bin.answers, bin.confidence / answers, bin.right as f64 / answers)
        })
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let round = |share: f64| (share * 1e4).round() / 1e4;
        let row = |(low, high, answers, mean, right)| {
            let (mean, right) = (round(mean), round(right));
            serde_json::json!({ "from": low, "to": high, "answers": answers, "mean": mean, "right": right })
        };
        self.rows().map(row).collect()
    }

    pub(super) fn table(&self) -> String {
        let mut table = TextTable::new(3);
        table.row(["confidence", "answers", "mean", "right"]);
        for (low, high, answers, mean, right) in self.rows() {
            let range = format!("{low:.1}–{high:.1}");
            table.row([range, answers.to_string(), format!("{mean:.2}"), format!("{right:.2}")]);
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
