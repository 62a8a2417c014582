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

mod clauses;
mod cues;
mod found;
mod lists;
mod mood;
mod phrases;
mod row_index;
mod sets;

pub use clauses::{MOST_PARTS, split, split_softly};
pub use cues::{CueMatch, CueTable};
pub use mood::{Said, Scope, Withdrawal};
pub use phrases::{Evidence, IGNORABLE, RowMatch, RowMatcher, mark_ignorable};
pub use row_index::RowIndex;

use crate::dictionary::Content;
use std::collections::HashMap;
use std::ops::Range;

/// How much the strength of a phrase row adds to the margin.
const RULE: f32 = 1.6;
/// What a row of the whole message adds on top.
const WHOLE: f32 = 0.8;
/// By how much an intent that the account does not have counts less as a rival.
const FOREIGN: f32 = 0.25;
const SLOPE_SCORE: f32 = 2.2;
const SLOPE_GAP: f32 = 1.8;
const OFFSET: f32 = 0.1;
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

    /// The best score outside the account's intents.
    fn outside(&self) -> f32 {
        self.none.max(self.foreign - FOREIGN)
    }
}

/// How many intents a ranking keeps.
pub const KEPT: usize = 8;

/// For one account: which classes of the model are whose.
pub struct Classes {
    none: Option<u16>,
    /// Classes of intents that the account does not have.
    foreign: Vec<Range<usize>>,
    /// The account's intents.
    intents: Vec<Own>,
}

/// An intent of an account.
#[derive(Debug, Clone, Copy)]
struct Own {
    intent: u16,
    /// Place of its pack in the account, the most specific pack 0.
    place: u16,
    class: Option<u16>,
}

impl Classes {
    /// The class of each intent of a dictionary.
    pub fn of_intents(content: &Content, classes: &[String]) -> Vec<Option<u16>> {
        let places: HashMap<&str, u16> = classes.iter().enumerate().map(|(i, c)| (c.as_str(), i as u16)).collect();
        content.intents.iter().map(|intent| places.get(intent.id.as_str()).copied()).collect()
    }

    /// Prepares the classes of a model for an account with these packs, from the class of each intent.
    pub fn new(content: &Content, packs: &[u16], of_intent: &[Option<u16>], classes: &[String]) -> Self {
        let mut intents: Vec<(u16, u16)> = Vec::new();
        for (index, intent) in content.intents.iter().enumerate() {
            if let Some(place) = packs.iter().rev().position(|p| *p == intent.pack) {
                intents.push((index as u16, place as u16));
            }
        }
        let mut known = vec![false; classes.len()];
        for (intent, _) in &intents {
            if let Some(class) = of_intent[usize::from(*intent)] {
                known[usize::from(class)] = true;
            }
        }
        let none = classes.iter().position(|c| c == crate::dictionary::NONE).map(|c| c as u16);
        let mut foreign: Vec<Range<usize>> = Vec::new();
        for class in (0..classes.len()).filter(|c| !known[*c] && none.map(usize::from) != Some(*c)) {
            match foreign.last_mut().filter(|last| last.end == class) {
                Some(last) => last.end += 1,
                None => foreign.push(class..class + 1),
            }
        }
        let class = |intent: u16| of_intent[usize::from(intent)];
        let intents = intents.into_iter().map(|(intent, place)| Own { intent, place, class: class(intent) }).collect();
        Self { none, foreign, intents }
    }
}

/// Ranks the intents of an account for a window, from the scores of the model and the rows that hold.
pub fn rank(classes: &Classes, scores: &[f32], rows: &[RowMatch], ranking: &mut Ranking) {
    ranking.considered.clear();
    ranking.none =
        classes.none.map_or(UNKNOWN_MARGIN, |c| scores.get(usize::from(c)).copied().unwrap_or(UNKNOWN_MARGIN));
    let foreign = classes.foreign.iter().filter_map(|range| scores.get(range.clone()));
    ranking.foreign = foreign.fold(UNKNOWN_MARGIN, |most, scores| most.max(largest(scores)));
    let mut best = Best::default();
    // One of 64 bits for each intent, so that most intents are known to have no row without a look at the rows.
    let bit = |intent: u16| 1u64 << (intent % 64);
    let with_rows = rows.iter().fold(0, |bits, row| bits | bit(row.intent));
    for Own { intent, place, class } in &classes.intents {
        let margin = class.and_then(|c| scores.get(usize::from(c))).copied().unwrap_or(UNKNOWN_MARGIN);
        // Most intents are far behind, and nothing lifts them.
        if margin < best.worst && with_rows & bit(*intent) == 0 {
            continue;
        }
        let mut entry = Entry { intent: *intent, place: *place, score: margin, margin, row: None, covered: 0 };
        for (index, row) in rows.iter().enumerate() {
            if row.intent == *intent {
                entry.lift(index as u32, row);
            }
        }
        if entry.score >= best.worst {
            best.insert(entry);
        }
    }
    let outside = ranking.outside();
    ranking.considered.reserve_exact(best.length);
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

/// The largest of finite numbers; the least finite number where there are none.
fn largest(numbers: &[f32]) -> f32 {
    // Eight at once. `f32::max` would look for what is no number.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (eights, rest) = numbers.as_chunks::<8>();
    let most = eights.iter().fold([f32::MIN; 8], |most, eight| std::array::from_fn(|i| larger(eight[i], most[i])));
    most.into_iter().chain(rest.iter().copied()).fold(f32::MIN, larger)
}

/// An intent on its way into the ranking.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    intent: u16,
    place: u16,
    score: f32,
    margin: f32,
    row: Option<u32>,
    covered: u32,
}

impl Entry {
    /// Takes a row that holds, where it is better than the row so far.
    fn lift(&mut self, index: u32, row: &RowMatch) {
        let score = self.margin + RULE * row.strength() + if row.whole { WHOLE } else { 0.0 };
        if self.row.is_none() || score > self.score || (score == self.score && row.covered > self.covered) {
            *self = Self { score, row: Some(index), covered: row.covered, ..*self };
        }
    }

    /// The total order of intents: true where `self` comes before `other`.
    fn before(&self, other: &Entry) -> bool {
        if self.score != other.score {
            return self.score > other.score;
        }
        other.covered.cmp(&self.covered).then(self.place.cmp(&other.place)).then(self.intent.cmp(&other.intent)).is_lt()
    }
}

/// The best [`KEPT`] entries, in order.
struct Best {
    entries: [Entry; KEPT],
    length: usize,
    /// What an entry must score to be among them.
    worst: f32,
}

impl Default for Best {
    fn default() -> Self {
        Self { entries: [Entry::default(); KEPT], length: 0, worst: f32::NEG_INFINITY }
    }
}

impl Best {
    fn insert(&mut self, entry: Entry) {
        let mut at = self.length;
        while at > 0 && entry.before(&self.entries[at - 1]) {
            at -= 1;
            if at + 1 < KEPT {
                self.entries[at + 1] = self.entries[at];
            }
        }
        if at == KEPT {
            return;
        }
        self.length = (self.length + 1).min(KEPT);
        self.entries[at] = entry;
        if self.length == KEPT {
            self.worst = self.entries[KEPT - 1].score;
        }
    }

    fn entries(&self) -> &[Entry] {
        &self.entries[..self.length]
    }
}

fn confidence(score: f32, rival: f32) -> f32 {
    let gap = (score - rival.max(-2.0)).clamp(-2.0, 2.0);
    1.0 / (1.0 + (-(SLOPE_SCORE * score + SLOPE_GAP * gap + OFFSET)).exp())
}
