//! From the judgement of windows to the requests of a message.

use super::{Message, Recognizer, Scratch};
use crate::decide::{self, Considered, Evidence, Ranking, RowMatch};

/// A second request must be so sure on its own.
const SECOND_CONFIDENCE: f32 = 0.72;
/// And so good for the message as a whole.
const SECOND_SCORE: f32 = -0.75;

impl Recognizer {
    /// Rows and model over one window.
    pub(super) fn judge(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        window: (u32, u32),
        rows: &mut Vec<RowMatch>,
        ranking: &mut Ranking,
    ) {
        self.collect(scratch, message, window);
        let mut matcher = std::mem::take(&mut scratch.rows);
        let evidence = Evidence {
            content: &self.bundle.content,
            visible: &message.view.visibility,
            chars: scratch.text.chars(),
            matches: &scratch.matches,
            candidates: &message.candidates,
            ignorable: &scratch.ignorable,
            slots_of_kind: &self.slots_of_kind,
            now: message.now,
        };
        matcher.find(&self.rows, &evidence, window, rows);
        scratch.rows = matcher;
        self.bundle.model.score(&scratch.features.prints, &mut scratch.scores);
        decide::rank(&message.view.classes, scratch.scores.by_class(), rows, ranking);
    }

    /// The requests of a message with their windows: one for the whole message, or one for each part that asks for
    /// something of its own.
    pub(super) fn requests(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        clauses: &[(u32, u32)],
        rows: &[RowMatch],
        ranking: &Ranking,
    ) -> Vec<((u32, u32), Considered)> {
        let all = (0, scratch.text.len() as u32);
        let Some(best) = ranking.considered.first() else { return Vec::new() };
        let explained = best.row.is_some_and(|r| rows[r as usize].whole);
        let whole = vec![(all, best.clone())];
        if clauses.len() < 2 || explained {
            return whole;
        }
        let (mut clause_rows, mut clause_ranking) = (Vec::new(), Ranking::default());
        let mut parts: Vec<((u32, u32), Considered)> = Vec::new();
        let mut dropped: Vec<(u32, u32)> = Vec::new();
        for window in clauses {
            self.judge(scratch, message, *window, &mut clause_rows, &mut clause_ranking);
            let Some(part) = clause_ranking.considered.first() else { continue };
            if part.confidence < SECOND_CONFIDENCE {
                continue;
            }
            if self.beside(part.intent) {
                dropped.push(*window);
                continue;
            }
            let overall =
                ranking.considered.iter().find(|c| c.intent == part.intent).map_or(f32::NEG_INFINITY, |c| c.score);
            if overall >= SECOND_SCORE && !parts.iter().any(|(_, p)| p.intent == part.intent) {
                parts.push((*window, part.clone()));
            }
        }
        match parts.len() {
            0 | 1 if !dropped.is_empty() => {
                // Without the greeting or the refusal, what is left is the message.
                let rest: Vec<(u32, u32)> = clauses.iter().filter(|c| !dropped.contains(c)).copied().collect();
                let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return whole };
                let window = (first.0, last.1);
                self.judge(scratch, message, window, &mut clause_rows, &mut clause_ranking);
                match clause_ranking.considered.first() {
                    Some(c) if self.beside(best.intent) || c.confidence >= best.confidence * 0.6 => {
                        vec![(all, c.clone())]
                    }
                    _ => whole,
                }
            }
            0 | 1 => whole,
            _ => parts,
        }
    }

    /// True for intents that are not named beside another: greetings, thanks, refusals.
    pub(crate) fn beside(&self, intent: u16) -> bool {
        let metadata = self.bundle.content.intents.get(usize::from(intent)).map(|i| &i.metadata);
        metadata.is_some_and(|m| m.iter().any(|(name, value)| name == "beside" && value == "drop"))
    }
}
