//! What a speech recogniser may have heard, read together.
//!
//! Every hypothesis is read. It counts by the score that its recogniser gave it and by how much sense it makes here:
//!
//! ```text
//! share of h        ∝ score of h * exp(SENSE * the best confidence of h)
//! confidence of i   = sum over all h: share of h * confidence of i in h
//! ```
//!
//! The hypothesis with the largest share carries the answer: its intents, slots and spans are returned, with the joint
//! confidence. So an intent on which hypotheses agree is surer than one that only stands in one of them, and a likely
//! hypothesis without sense gives way to a less likely one with it.

use super::{Alternative, Heard, Outcome, Recognition, Recognizer, Scratch, Utterance, Wanted, outcome};

/// What else may have been said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hypothesis<'t> {
    /// The text.
    pub text: &'t str,
    /// How likely its recogniser holds it, 0 to 1. Where no hypothesis has a score, each counts half as much as the one
    /// before it. The text itself has what the scores leave of 1, and no less than the highest of them.
    pub score: f32,
}

/// So many hypotheses are read beside the text; further ones are left out.
pub const MOST_HYPOTHESES: usize = 9;

/// How much sense counts beside scores.
const SENSE: f32 = 3.0;
/// Below this an intent says nothing about its hypothesis.
const LEAST: f32 = 0.02;

impl Recognizer {
    pub(super) fn read_together(
        &self,
        utterance: &Utterance<'_>,
        account: u16,
        threshold: f32,
        wanted: Option<&Wanted<'_>>,
        scratch: &mut Scratch,
    ) -> (Recognition, Heard) {
        let others = &utterance.hypotheses[..utterance.hypotheses.len().min(MOST_HYPOTHESES)];
        let texts = std::iter::once(utterance.text).chain(others.iter().map(|h| h.text));
        let mut readings: Vec<(Recognition, Heard)> =
            texts.map(|text| self.read(utterance, text, account, LEAST, wanted, scratch)).collect();
        let mut shares = scores(others);
        for (share, (reading, _)) in shares.iter_mut().zip(&readings) {
            *share *= (SENSE * reading.intents.iter().map(|i| i.confidence).fold(0.0, f32::max)).exp();
        }
        let sum: f32 = shares.iter().sum();
        shares.iter_mut().for_each(|s| *s /= sum);

        // The joint confidence of every intent that a hypothesis names, in the order of hypotheses.
        let mut joint: Vec<Alternative> = Vec::new();
        for (share, (reading, _)) in shares.iter().zip(&readings) {
            for i in &reading.intents {
                let part = share * i.confidence;
                match joint.iter_mut().find(|j| j.intent == i.intent) {
                    Some(j) => j.confidence += part,
                    None => joint.push(Alternative { intent: i.intent, confidence: part }),
                }
            }
        }
        // The first of equals, so that the text wins against its own repetition.
        let mut carrier = 0;
        (1..shares.len()).filter(|h| !readings[*h].0.intents.is_empty()).for_each(|h| {
            if shares[h] > shares[carrier] {
                carrier = h;
            }
        });
        let (mut answer, heard) = readings.swap_remove(carrier);
        answer.hypothesis = carrier as u32;
        let confidence = |intent: u16| joint.iter().find(|j| j.intent == intent).map_or(0.0, |j| j.confidence);
        answer.intents.iter_mut().for_each(|i| i.confidence = confidence(i.intent).min(1.0));
        answer.alternatives.iter_mut().for_each(|a| a.confidence = confidence(a.intent).max(a.confidence).min(1.0));
        let named: f32 = joint.iter().map(|j| j.confidence).sum();
        let disputed = named >= threshold && answer.intents.iter().all(|i| i.confidence < threshold);
        if disputed && let [only] = answer.intents.as_slice() {
            // Each hypothesis asks for something else: which of them is for the sender to say.
            joint.retain(|j| j.intent != only.intent && j.confidence * 2.0 >= only.confidence);
            joint.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
            if !joint.is_empty() {
                answer.alternatives = joint;
                answer.outcome = Outcome::Ambiguous;
                return (answer, heard);
            }
        }
        answer.intents.retain(|i| i.confidence >= threshold);
        if answer.intents.is_empty() {
            answer.alternatives.clear();
        }
        answer.outcome = outcome(&answer.intents, &answer.alternatives);
        (answer, heard)
    }
}

/// The scores of the text and of the other hypotheses, all above 0.
fn scores(others: &[Hypothesis<'_>]) -> Vec<f32> {
    let given = others.iter().any(|h| h.score > 0.0);
    if !given {
        return (0..=others.len()).map(|place| 0.5f32.powi(place as i32)).collect();
    }
    let plain = |h: &Hypothesis<'_>| if h.score.is_finite() { h.score.clamp(0.001, 1.0) } else { 0.001 };
    let of_others: Vec<f32> = others.iter().map(plain).collect();
    let (sum, most) = of_others.iter().fold((0.0f32, 0.0f32), |(sum, most), s| (sum + s, most.max(*s)));
    std::iter::once((1.0 - sum).max(most)).chain(of_others).collect()
}
