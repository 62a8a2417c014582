//! From evidence to intents: phrase rows and the learned model look at the same message, one formula joins them.
//!
//! For every intent of the account, over a window of the message:
//!
//! ```text
//! score      = margin of the learned model (about 1 for a typical message of the intent, -1 for any other)
//!            + RULE * strength of its best phrase row (0 without one, 1 for a row that is the whole message)
//!            + WHOLE where that row is the whole message
//! rival      = the best score of another intent, of `none`, or (less FOREIGN) of an intent the account does not have
//! confidence = logistic(SLOPE_SCORE * score + SLOPE_GAP * (score - rival) + OFFSET)
//! ```
//!
//! The confidence is meant as the share of such answers that are right; `eval` prints how true that is. It rises with an
//! added phrase and never falls by it for the intent the phrase was added to. Ties are broken by a total order: score,
//! then characters explained by rows, then the account's own packs before shared ones, then the id.

mod best;
mod classes;
mod clauses;
mod cues;
mod found;
mod fulfilled;
mod lists;
mod memberships;
mod mood;
mod phrases;
mod row_index;

pub use classes::Classes;
pub use clauses::{MOST_PARTS, split, split_softly};
pub use cues::{CueMatch, CueTable};
pub use fulfilled::PERFECT;
pub use mood::{Said, Scope, Withdrawal};
pub use phrases::{Evidence, IGNORABLE, RowMatch, RowMatcher, mark_ignorable};
pub use row_index::{Anchors, RowIndex};

use best::{Best, Entry, Tops, largest};
use classes::Own;

/// How much the strength of a phrase row adds to the margin.
const RULE: f32 = 1.6;
/// What a row of the whole message adds on top.
const WHOLE: f32 = 0.8;
/// By how much an intent that the account does not have counts less as a rival.
const FOREIGN: f32 = 0.25;
const SLOPE_SCORE: f32 = 2.2;
const SLOPE_GAP: f32 = 1.8;
const OFFSET: f32 = 0.1;
/// By how much the best intent stands clear of what is out of scope where two are asked about.
const CLEAR: f32 = 0.6;
/// The margin of an intent that the model does not know.
const UNKNOWN_MARGIN: f32 = -0.9;

/// An intent that was considered.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// Margin plus rule.
    pub score: f32,
    /// Margin of the learned model.
    pub margin: f32,
    /// Index into the row matches of the window, of the best row.
    pub row: Option<u32>,
    /// 0 to 1, see the module.
    pub confidence: f32,
}

/// What was decided about a window.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    /// The best intents, best first; at most [`KEPT`].
    pub considered: Vec<Considered>,
    /// Margin of `none`.
    pub none: f32,
    /// The best margin of an intent that the account does not have.
    pub foreign: f32,
}

impl Ranking {
    /// The best intent that is not `out`, with its confidence where those that are `out` are no rivals either.
    pub fn without(&self, out: impl Fn(u16) -> bool) -> Option<Considered> {
        let mut left = self.considered.iter().filter(|c| !out(c.intent));
        let best = left.next()?;
        let rival = left.next().map_or(f32::NEG_INFINITY, |c| c.score).max(self.outside());
        Some(Considered { confidence: confidence(best.score, rival), ..best.clone() })
    }

    /// The two best intents, where they are not sure enough one by one, but together, and stand clear of all that is out
    /// of scope: the sender wants one of them.
    pub fn torn(&self, threshold: f32) -> Option<(&Considered, &Considered)> {
        let [best, second, ..] = self.considered.as_slice() else { return None };
        let clear = best.score - self.outside() >= CLEAR;
        let together = best.confidence < threshold && best.confidence + second.confidence >= threshold;
        (clear && together).then_some((best, second))
    }

    /// The best score outside the account's intents.
    fn outside(&self) -> f32 {
        self.none.max(self.foreign - FOREIGN)
    }
}

/// How many intents a ranking keeps.
pub const KEPT: usize = 8;

/// So many intents are looked through before those that are near are considered.
const NEAR: usize = 64;

/// Ranks the intents of an account for a window, from the scores of the model and the rows that hold.
pub fn rank(classes: &Classes, scores: &[f32], rows: &[RowMatch], ranking: &mut Ranking) {
    ranking.considered.clear();
    ranking.none =
        classes.none.map_or(UNKNOWN_MARGIN, |c| scores.get(usize::from(c)).copied().unwrap_or(UNKNOWN_MARGIN));
    let foreign = classes.foreign.iter().filter_map(|range| scores.get(range.clone()));
    ranking.foreign = foreign.fold(UNKNOWN_MARGIN, |most, scores| most.max(largest(scores)));
    let own = || classes.own.iter().filter_map(|range| Some((range.start, scores.get(range.clone())?)));
    let margin = |own: &Own| own.class.and_then(|c| scores.get(usize::from(c))).copied().unwrap_or(UNKNOWN_MARGIN);
    // Most intents are far behind, and nothing lifts them.
    let least = own().fold(Tops::default(), |tops, (_, scores)| tops.with(scores)).least();
    let mut best = Best::default();
    let mut consider = |own: &Own| {
        let margin = margin(own);
        let mut entry = Entry::new(own, margin);
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.intent == own.intent) {
            entry.lift(index as u32, row);
        }
        best.insert(entry);
    };
    for (start, scores) in own() {
        for (scores, of_class) in scores.chunks(NEAR).zip(classes.of_class[start..].chunks(NEAR)) {
            // Noted without asking, since nobody can guess which they are.
            let (mut near, mut count) = ([0; NEAR], 0);
            for (at, score) in scores.iter().enumerate() {
                near[count % NEAR] = at;
                count += usize::from(*score >= least);
            }
            near[..count].iter().filter_map(|at| of_class[*at].as_ref()).for_each(&mut consider);
        }
    }
    classes.unknown.iter().for_each(&mut consider);
    for (at, row) in rows.iter().enumerate() {
        let own = classes.of_intent.get(usize::from(row.intent)).and_then(Option::as_ref);
        let behind = own.filter(|own| own.class.is_some() && margin(own) < least);
        if let Some(own) = behind.filter(|_| !rows[..at].iter().any(|r| r.intent == row.intent)) {
            consider(own);
        }
    }
    let outside = ranking.outside();
    ranking.considered.reserve_exact(best.entries().len());
    for (at, entry) in best.entries().iter().enumerate() {
        let other =
            best.entries().iter().enumerate().find(|(i, _)| *i != at).map_or(f32::NEG_INFINITY, |(_, e)| e.score);
        ranking.considered.push(Considered {
            intent: entry.intent,
            score: entry.score,
            margin: entry.margin,
            row: entry.row,
            confidence: confidence(entry.score, other.max(outside)),
        });
    }
}

fn confidence(score: f32, rival: f32) -> f32 {
    let gap = (score - rival.max(-2.0)).clamp(-2.0, 2.0);
    1.0 / (1.0 + (-(SLOPE_SCORE * score + SLOPE_GAP * gap + OFFSET)).exp())
}
