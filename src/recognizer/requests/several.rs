//! Several requests in one message, and one request among other things.
//!
//! A part stands for a request of its own where it is sure of an intent by itself, the message as a whole speaks for that
//! intent too, and the part asks:
//!
//! ```text
//! confidence of the part >= PART_CONFIDENCE
//! score in the part + score in the whole >= ASKING where the part asks (a question, a wish, or nothing but a phrase row)
//!                                           or a connective joins the parts (顺便, 另外),
//!                                           TELLING where it only tells something
//! ```
//!
//! Two such parts with different intents are two requests, else the undivided reading stands. A part that holds only
//! values (an order number) is none, nor one that asks and names nothing (F码有了,怎么用), nor one whose intent another
//! request takes in (`absorbs` in its metadata: the seat wish of a check-in). That a row is all of a part that tells what
//! is lacking (还没发货) does not count: it is why something else is asked.

use super::{Asked, Part, Readout, Whole, best_of};
use crate::decide::{self, Said};
use crate::dictionary::Cue;
use crate::recognizer::{Message, Recognizer, Scratch};

/// A part must be so sure of its intent.
pub(super) const PART_CONFIDENCE: f32 = 0.72;
/// Least sum of scores of a part that asks.
const ASKING: f32 = 0.0;
/// Least sum of scores of a part that tells something.
const TELLING: f32 = 1.4;
/// A part that stands for the message where the whole was not understood must be so sure.
const ALONE_CONFIDENCE: f32 = 0.85;
/// What is left beside a greeting is the message where it keeps so much of the whole's confidence.
const KEPT_CONFIDENCE: f32 = 0.6;

impl Recognizer {
    /// The requests of a message that refuses nothing.
    pub(super) fn divided(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        whole: Whole<'_>,
        parts: &[(u32, u32)],
    ) -> Readout {
        let mut rows = Vec::new();
        let mut soft = Vec::new();
        let parts = if parts.len() > 1 {
            parts
        } else {
            decide::split_softly(whole.range, said.cues, said.corrections, &mut soft);
            soft.as_slice()
        };
        if parts.len() < 2 {
            return Readout::one(whole.asked());
        }
        let mut judged: Vec<Part> = Vec::new();
        let mut dropped: Vec<(u32, u32)> = Vec::new();
        for range in parts {
            let Some(part) = self.part(scratch, message, *range, &mut rows) else { continue };
            if part.top.confidence >= PART_CONFIDENCE && self.beside(part.top.intent) {
                dropped.push(*range);
            }
            judged.push(part);
        }
        let several = self.several(message, said, whole, &judged);
        if !several.is_empty() {
            return Readout { asked: several, ..Readout::default() };
        }
        if !dropped.is_empty() {
            // Without the greeting or the refusal, what is left is the message.
            let rest: Vec<(u32, u32)> = parts.iter().filter(|c| !dropped.contains(c)).copied().collect();
            let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return Readout::one(whole.asked()) };
            let part = match judged.iter().find(|p| p.range == (first.0, last.1)) {
                Some(known) => Some(known.clone()),
                None => self.part(scratch, message, (first.0, last.1), &mut rows),
            };
            let silent = |p: &Part| p.top.confidence < whole.threshold && !said.asks(p.range) && !said.opens(p.range);
            let thanks = best_of(judged.iter().filter(|p| dropped.contains(&p.range) && self.stays(p.top.intent)));
            return match (part, thanks) {
                // 谢谢老板,苹果很好吃: what is told beside the thanks asks for nothing.
                (Some(p), Some(thanks)) if silent(&p) => Readout::one(thanks.asked()),
                (Some(p), _)
                    if self.beside(whole.best.intent)
                        || p.top.confidence >= whole.best.confidence * KEPT_CONFIDENCE =>
                {
                    Readout::one(Asked { window: whole.range, ..p.asked() })
                }
                _ => Readout::one(whole.asked()),
            };
        }
        if !whole.understood() {
            // A request inside a story: the whole was not understood, one part that asks is.
            let asks = |p: &&Part| {
                p.top.confidence >= ALONE_CONFIDENCE
                    && self.sum(message, said, whole, p).is_some_and(|sum| sum >= ASKING)
                    && (p.whole || said.asks(p.range))
            };
            if let Some(p) = best_of(judged.iter().filter(asks)) {
                return Readout::one(Asked { window: whole.range, ..p.asked() });
            }
        }
        Readout::one(whole.asked())
    }

    /// The score of a part's intent in the part and in the whole, together; `None` where the part can be no request.
    fn sum(&self, message: &Message<'_, '_>, said: &Said<'_>, whole: Whole<'_>, part: &Part) -> Option<f32> {
        if self.beside(part.top.intent) || only_values(message, said, part.range) || said.only_asks(part.range) {
            return None;
        }
        let in_whole = whole.ranking.considered.iter().find(|c| c.intent == part.top.intent)?;
        Some(part.top.score + in_whole.score)
    }

    /// Two or more requests with different intents, each with a window of its own; none where there are no two.
    pub(super) fn several(
        &self,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        whole: Whole<'_>,
        judged: &[Part],
    ) -> Vec<Asked> {
        let mut asked: Vec<Asked> = Vec::new();
        let joined = judged.iter().any(|p| said.joins(p.range));
        for part in judged.iter().filter(|p| p.top.confidence >= PART_CONFIDENCE) {
            let lacks = part.whole && said.lacks(part.range);
            let asks = joined || part.whole && !lacks || said.asks(part.range) || said.opens(part.range);
            let least = if asks { ASKING } else { TELLING };
            let row = if lacks { part.top.score - part.top.margin } else { 0.0 };
            if self.sum(message, said, whole, part).is_none_or(|sum| sum - row < least) {
                continue;
            }
            match asked.iter_mut().find(|a| a.considered.intent == part.top.intent) {
                Some(known) => {
                    if part.top.confidence > known.considered.confidence {
                        known.considered = part.top.clone();
                    }
                }
                None => {
                    asked.push(Asked { part: part.range, window: part.range, considered: part.top.clone(), mood: None })
                }
            }
        }
        let content = &self.bundle.content;
        let absorbs = |a: &Asked, id: &str| {
            let metadata = &content.intents[usize::from(a.considered.intent)].metadata;
            metadata.iter().any(|(name, value)| name == "absorbs" && value == id)
        };
        let taken_in = |a: &Asked| {
            let id = &content.intents[usize::from(a.considered.intent)].id;
            !said.asks(a.part) && asked.iter().any(|o| absorbs(o, id))
        };
        let absorbed: Vec<bool> = asked.iter().map(taken_in).collect();
        let more_than_one = asked.len() > 1;
        let mut keep = absorbed.iter().map(|a| !a);
        asked.retain(|_| keep.next().unwrap_or(true));
        if !more_than_one {
            return Vec::new();
        }
        // Every value belongs to one request: what stands before the first to the first, else to the one before it.
        for at in 0..asked.len() {
            asked[at].window.0 = if at == 0 { whole.range.0 } else { asked[at].part.0 };
            asked[at].window.1 = asked.get(at + 1).map_or(whole.range.1, |next| next.part.0);
        }
        asked
    }
}

/// Whether a part holds only values and the names of values: an order number sent along is no request.
fn only_values(message: &Message<'_, '_>, said: &Said<'_>, range: (u32, u32)) -> bool {
    let mut at = range.0;
    let mut values = 0;
    while at < range.1 {
        if let Some(value) = message.entities().find(|c| c.start <= at && at < c.end) {
            values += 1;
            at = value.end;
        } else if let Some(label) = said.cues.iter().find(|c| c.cue == Cue::Label && c.start == at) {
            at = label.end;
        } else if said.light(at) {
            at += 1;
        } else {
            return false;
        }
    }
    values > 0
}
