//! From the judgement of windows to the requests of a message.
//!
//! The whole message is judged first. Its parts are judged only where they can change the answer: where a second intent
//! came near in the whole, where the whole was not understood or is only polite, or where something is refused or done.
//! At most [`decide::MOST_PARTS`] parts are judged, and again only what is refused of them or left of them.
//!
//! [`several`] tells several requests apart, [`withdrawn`] sets aside what is refused or done, [`share`] completes one
//! request with the values of another.

mod several;
mod share;
mod withdrawn;

use withdrawn::Aside;
pub(super) use withdrawn::withdraw;

use super::{Message, Mood, Recognizer, Scratch};
use crate::decide::{self, Considered, CueMatch, Evidence, Ranking, RowMatch, Said, Withdrawal};
use crate::dictionary::Cue;
use crate::entities::Strength;
use crate::slots;

/// Parts are looked at where the second intent of the whole has at least this score.
const SECOND_SCORE: f32 = -0.8;
/// The farthest that a correcting word stands from the values on its two sides, in characters.
const FARTHEST: u32 = 4;

/// A request found in a message.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The part that asks, in normalised characters.
    pub(super) part: (u32, u32),
    /// Where its values may stand.
    pub(super) window: (u32, u32),
    pub(super) considered: Considered,
    /// Where it is no plain request or question.
    pub(super) mood: Option<Mood>,
}

/// What a message asks for, and what it names without asking.
#[derive(Debug, Clone, Default)]
pub(super) struct Readout {
    pub(super) asked: Vec<Asked>,
    /// What is refused or done, in order of mention.
    pub(super) set_aside: Vec<Aside>,
    /// Ranges whose values fill no slot.
    pub(super) withdrawn: Vec<(u32, u32)>,
}

impl Readout {
    /// One request and nothing else.
    fn one(asked: Asked) -> Self {
        Self { asked: vec![asked], ..Self::default() }
    }
}

/// The judgement of the undivided message.
#[derive(Clone, Copy)]
struct Whole<'a> {
    range: (u32, u32),
    rows: &'a [RowMatch],
    ranking: &'a Ranking,
    /// The best intent of the ranking.
    best: &'a Considered,
    /// The least confidence of an answer.
    threshold: f32,
}

impl Whole<'_> {
    /// The undivided reading.
    fn asked(&self) -> Asked {
        Asked { part: self.range, window: self.range, considered: self.best.clone(), mood: None }
    }

    fn understood(&self) -> bool {
        self.best.confidence >= self.threshold
    }
}

/// A part with its judgement.
#[derive(Clone)]
struct Part {
    range: (u32, u32),
    top: Considered,
    /// A phrase row explains all of it.
    whole: bool,
}

impl Part {
    /// The part as the only request.
    fn asked(&self) -> Asked {
        Asked { part: self.range, window: self.range, considered: self.top.clone(), mood: None }
    }
}

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
            anchors: &message.view.anchors,
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

    /// The requests of a message, from the judgement of the whole and, where needed, of its parts.
    pub(super) fn requests(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        threshold: f32,
        rows: &[RowMatch],
        ranking: &Ranking,
    ) -> Readout {
        scratch.parts.clear();
        let range = (0, scratch.text.len() as u32);
        let Some(best) = ranking.considered.first() else { return Readout::default() };
        let whole = Whole { range, rows, ranking, best, threshold };
        // A row of the whole message leaves nothing open but whether it tells what is done: 手机修好了.
        let is_row = best.row.is_some_and(|r| rows[r as usize].whole);
        if is_row && !scratch.text.chars().iter().any(|c| decide::PERFECT.contains(c)) {
            return Readout::one(whole.asked());
        }
        let mut cues = std::mem::take(&mut scratch.cues);
        let mut parts = std::mem::take(&mut scratch.parts);
        self.cues.find(&message.view.visibility, scratch.text.chars(), &mut cues);
        let corrections = corrections(&cues, scratch.text.chars(), message);
        decide::split(scratch.text.chars(), &cues, &corrections, &mut parts);
        let mut scopes = Vec::new();
        let chars = scratch.text.chars();
        Said { chars, cues: &cues, ignorable: &scratch.ignorable, corrections: &corrections }
            .scopes(&parts, &mut scopes);
        if is_row && !scopes.iter().all(|s| s.kind == Withdrawal::Fulfilled) {
            scopes.clear();
        }
        let near = ranking.considered.get(1).is_some_and(|second| second.score >= SECOND_SCORE);
        let alone = is_row || !near && whole.understood() && !self.beside(best.intent);
        let readout = if scopes.is_empty() && alone {
            Readout::one(whole.asked())
        } else {
            // Copies, because judging a window writes into the buffers.
            let (mut chars, mut ignorable) = std::mem::take(&mut scratch.copies);
            chars.clear();
            chars.extend_from_slice(scratch.text.chars());
            ignorable.clone_from(&scratch.ignorable);
            let said = Said { chars: &chars, cues: &cues, ignorable: &ignorable, corrections: &corrections };
            let readout = if scopes.is_empty() {
                self.divided(scratch, message, &said, whole, &parts)
            } else {
                self.without_withdrawn(scratch, message, &said, whole, &parts, scopes)
            };
            scratch.copies = (chars, ignorable);
            readout
        };
        scratch.parts = parts;
        scratch.cues = cues;
        readout
    }

    /// Judges a window; `None` where nothing can be said about it.
    fn part(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        range: (u32, u32),
        rows: &mut Vec<RowMatch>,
    ) -> Option<Part> {
        let mut ranking = Ranking::default();
        self.judge(scratch, message, range, rows, &mut ranking);
        let top = ranking.considered.into_iter().next()?;
        let whole = top.row.is_some_and(|r| rows[r as usize].whole);
        Some(Part { range, top, whole })
    }

    /// True for intents that are not named beside another: greetings, thanks, refusals.
    pub(crate) fn beside(&self, intent: u16) -> bool {
        matches!(self.note_beside(intent), Some("drop" | "stay"))
    }

    /// True for those among them that are the answer beside something told that is not understood: thanks.
    fn stays(&self, intent: u16) -> bool {
        self.note_beside(intent) == Some("stay")
    }

    fn note_beside(&self, intent: u16) -> Option<&str> {
        self.bundle.content.intents.get(usize::from(intent))?.note("beside")
    }
}

/// The part that is surest of its intent.
fn best_of<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Option<&'p Part> {
    parts.into_iter().max_by(|a, b| a.top.confidence.total_cmp(&b.top.confidence))
}

/// The ranges in which one value corrects another: two of a kind with nothing but a correcting word between, or one said
/// in a clause behind which the correction is set off: 五箱橙子,不对,四箱.
fn corrections(cues: &[CueMatch], chars: &[char], message: &Message<'_, '_>) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    for word in cues.iter().filter(|c| c.cue == Cue::Correction) {
        let Some(right) = message.entities().find(|c| c.start >= word.end && c.start - word.end <= FARTHEST) else {
            continue;
        };
        let last = message.entities().filter(|c| c.end <= word.start && word.start - c.end <= FARTHEST).last();
        let wrong = last.filter(|c| c.kind == right.kind || right.strength == Strength::Bare).or_else(|| {
            let same = message.entities().filter(|c| c.end <= word.start && c.kind == right.kind).last()?;
            slots::corrects_clause(&chars[same.end as usize..right.start as usize]).then_some(same)
        });
        if let Some(wrong) = wrong {
            ranges.push((wrong.start, right.end));
        }
    }
    ranges
}
