//! From the judgement of windows to the requests of a message.
//!
//! The whole message is judged first. Its parts are judged only where they can change the answer: where a second intent
//! came near in the whole, where the whole was not understood, or where something is refused or done. No part is judged
//! twice, and a message has at most [`decide::MOST_PARTS`] of them.
//!
//! **Several requests.** A part stands for a request of its own where it is sure of an intent by itself, the message as
//! a whole speaks for that intent too, and the part asks:
//!
//! ```text
//! confidence of the part >= PART_CONFIDENCE
//! score in the part + score in the whole >= ASKING where the part asks (a question, a wish, or nothing but a phrase row),
//!                                           TELLING where it only tells something
//! ```
//!
//! Two such parts with different intents are two requests, else the undivided reading stands. A part that holds only
//! values (an order number) is none, nor is one whose intent another request takes in (`absorbs` in its metadata: the
//! seat wish of a check-in).
//!
//! **Mood.** What is refused or done ([`decide::Scope`]) is set aside when it would have been an answer, unless its
//! words are what the intent is about: a phrase row explains the refusing word, or the intent is marked
//! `refusal=content` (不要再发广告了). What is left of the message is then the message; where nothing is left, the answer
//! is the intent marked `refusal=answer`.

use super::{Message, Mood, Recognized, Recognizer, Scratch, Value};
use crate::decide::{self, Considered, CueMatch, Evidence, Ranking, RowMatch, Said, Scope, Withdrawal};
use crate::dictionary::{BUILTIN_KINDS, Cue, KindId};
use crate::entities::{Candidate, Strength};

/// A part must be so sure of its intent.
const PART_CONFIDENCE: f32 = 0.72;
/// Least sum of scores of a part that asks.
const ASKING: f32 = 0.0;
/// Least sum of scores of a part that tells something.
const TELLING: f32 = 1.4;
/// Parts are looked at where the second intent of the whole has at least this score.
const SECOND_SCORE: f32 = -0.75;
/// A part that stands for the message where the whole was not understood must be so sure.
const ALONE_CONFIDENCE: f32 = 0.85;
/// What is refused must be recognised with this confidence.
const REFUSED_CONFIDENCE: f32 = 0.6;

/// The farthest that a correcting word stands from the values on its two sides.
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
    /// Intent, range and mood of what is refused or done.
    pub(super) set_aside: Vec<(u16, (u32, u32), Mood)>,
    /// Ranges whose values fill no slot.
    pub(super) withdrawn: Vec<(u32, u32)>,
    /// The parts that were told apart, for explanations.
    pub(super) parts: Vec<(u32, u32)>,
}

/// A part with its judgement.
struct Part {
    range: (u32, u32),
    top: Considered,
    /// A phrase row explains all of it.
    whole: bool,
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
        let all = (0, scratch.text.len() as u32);
        let Some(best) = ranking.considered.first() else { return Readout::default() };
        let whole = Asked { part: all, window: all, considered: best.clone(), mood: None };
        let mut cues = std::mem::take(&mut scratch.cues);
        self.cues.find(&message.view.visibility, scratch.text.chars(), &mut cues);
        let corrections = corrections(&cues, message);
        let mut parts = Vec::new();
        decide::split(scratch.text.chars(), &cues, &corrections, &mut parts);
        let mut scopes = Vec::new();
        // Copies, because judging a window writes into the buffers.
        let (mut chars, mut ignorable) = std::mem::take(&mut scratch.copies);
        chars.clear();
        chars.extend_from_slice(scratch.text.chars());
        ignorable.clone_from(&scratch.ignorable);
        let said = Said { chars: &chars, cues: &cues, ignorable: &ignorable, corrections: &corrections };
        said.scopes(&parts, &mut scopes);

        let explained = best.row.is_some_and(|r| rows[r as usize].whole);
        let near = ranking.considered.get(1).is_some_and(|second| second.score >= SECOND_SCORE);
        let understood = best.confidence >= threshold;
        let mut readout = if explained {
            Readout { asked: vec![whole], ..Readout::default() }
        } else if !scopes.is_empty() {
            self.without_withdrawn(scratch, message, &said, (threshold, rows, ranking), &parts, scopes)
        } else if near || !understood {
            self.divided(scratch, message, &said, (threshold, ranking), &parts)
        } else {
            Readout { asked: vec![whole], ..Readout::default() }
        };
        readout.parts = parts;
        scratch.cues = cues;
        scratch.copies = (chars, ignorable);
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

    /// The requests of a message that refuses nothing.
    fn divided(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        (threshold, ranking): (f32, &Ranking),
        parts: &[(u32, u32)],
    ) -> Readout {
        let all = (0, scratch.text.len() as u32);
        let best = &ranking.considered[0];
        let whole = Readout {
            asked: vec![Asked { part: all, window: all, considered: best.clone(), mood: None }],
            ..Readout::default()
        };
        let mut rows = Vec::new();
        let mut soft = Vec::new();
        let parts = if parts.len() > 1 {
            parts
        } else {
            decide::split_softly(all, said.cues, said.corrections, &mut soft);
            soft.as_slice()
        };
        if parts.len() < 2 {
            return whole;
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
        let several = self.several(message, said, ranking, &judged, all);
        if !several.is_empty() {
            return Readout { asked: several, ..Readout::default() };
        }
        if !dropped.is_empty() {
            // Without the greeting or the refusal, what is left is the message.
            let rest: Vec<(u32, u32)> = parts.iter().filter(|c| !dropped.contains(c)).copied().collect();
            let (Some(first), Some(last)) = (rest.first(), rest.last()) else { return whole };
            let part = match judged.iter_mut().find(|p| p.range == (first.0, last.1)) {
                Some(known) => Some(Part { range: known.range, top: known.top.clone(), whole: known.whole }),
                None => self.part(scratch, message, (first.0, last.1), &mut rows),
            };
            return match part {
                Some(p) if self.beside(best.intent) || p.top.confidence >= best.confidence * 0.6 => Readout {
                    asked: vec![Asked { part: p.range, window: all, considered: p.top, mood: None }],
                    ..Readout::default()
                },
                _ => whole,
            };
        }
        if best.confidence < threshold {
            // A request inside a story: the whole was not understood, one part that asks is.
            let asks = |p: &&Part| {
                p.top.confidence >= ALONE_CONFIDENCE
                    && self.sum(message, said, ranking, p).is_some_and(|sum| sum >= ASKING)
                    && (p.whole || said.asks(p.range))
            };
            let sure = judged.iter().filter(asks).max_by(|a, b| a.top.confidence.total_cmp(&b.top.confidence));
            if let Some(p) = sure {
                let considered = p.top.clone();
                return Readout {
                    asked: vec![Asked { part: p.range, window: all, considered, mood: None }],
                    ..Readout::default()
                };
            }
        }
        whole
    }

    /// The score of a part's intent in the part and in the whole, together; `None` where the part can be no request.
    fn sum(&self, message: &Message<'_, '_>, said: &Said<'_>, ranking: &Ranking, part: &Part) -> Option<f32> {
        if self.beside(part.top.intent) || only_values(message, said, part.range) {
            return None;
        }
        let whole = ranking.considered.iter().find(|c| c.intent == part.top.intent)?;
        Some(part.top.score + whole.score)
    }

    /// Two or more requests with different intents, each with a window of its own; none where there are no two.
    fn several(
        &self,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        ranking: &Ranking,
        judged: &[Part],
        all: (u32, u32),
    ) -> Vec<Asked> {
        let mut asked: Vec<Asked> = Vec::new();
        for part in judged.iter().filter(|p| p.top.confidence >= PART_CONFIDENCE) {
            let least = if part.whole || said.asks(part.range) || said.opens(part.range) { ASKING } else { TELLING };
            if self.sum(message, said, ranking, part).is_none_or(|sum| sum < least) {
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
            asked[at].window.0 = if at == 0 { all.0 } else { asked[at].part.0 };
            asked[at].window.1 = asked.get(at + 1).map_or(all.1, |next| next.part.0);
        }
        asked
    }

    /// The requests of a message in which something is refused or done.
    fn without_withdrawn(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        (threshold, rows, ranking): (f32, &[RowMatch], &Ranking),
        parts: &[(u32, u32)],
        mut scopes: Vec<Scope>,
    ) -> Readout {
        let all = (0, scratch.text.len() as u32);
        let best = &ranking.considered[0];
        let whole = Asked { part: all, window: all, considered: best.clone(), mood: None };
        let mut buffer = Vec::new();
        // Words that refuse are content where a row explains them, or the intent is about refusing.
        let about = |c: &Considered, rows: &[RowMatch], mark: (u32, u32)| {
            let explains = |r: &RowMatch| r.spans.iter().any(|(s, e)| *s < mark.1 && mark.0 < *e);
            self.refusal(c.intent) == Some("content") || c.row.is_some_and(|r| explains(&rows[r as usize]))
        };
        let mut set_aside = Vec::new();
        let mut stands = Vec::new();
        scopes.retain(|scope| {
            let own = self.part(scratch, message, scope.range, &mut buffer);
            let content =
                own.as_ref().is_some_and(|p| {
                    p.top.confidence >= threshold && !self.beside(p.top.intent) && about(&p.top, &buffer, scope.mark)
                }) || (best.confidence >= threshold && !self.beside(best.intent) && about(best, rows, scope.mark));
            if content {
                stands.push(scope.range);
                return false;
            }
            for side in scope.sides().into_iter().filter(|side| !said.says_nothing(*side)) {
                let Some(part) = self.part(scratch, message, side, &mut buffer) else { continue };
                if part.top.confidence >= REFUSED_CONFIDENCE && !self.beside(part.top.intent) {
                    set_aside.push((part.top.intent, scope.range, mood_of(scope.kind)));
                }
            }
            true
        });
        if scopes.is_empty() {
            return self.divided(scratch, message, said, (threshold, ranking), parts);
        }
        let withdrawn: Vec<(u32, u32)> = scopes.iter().map(|s| s.range).collect();
        let mut rest = Vec::new();
        for part in parts {
            cut(*part, &withdrawn, &mut rest);
        }
        rest.retain(|r| !said.says_nothing(*r));
        let mut judged = Vec::new();
        for range in &rest {
            judged.extend(self.part(scratch, message, *range, &mut buffer));
        }
        let asked = self.several(message, said, ranking, &judged, all);
        if !asked.is_empty() {
            return Readout { asked, set_aside, withdrawn, ..Readout::default() };
        }
        let left = match (rest.first(), rest.last()) {
            (Some(first), Some(last)) if rest.len() > 1 => {
                let hull = (first.0, last.1);
                let clean = !withdrawn.iter().any(|w| hull.0 < w.1 && w.0 < hull.1);
                if clean { self.part(scratch, message, hull, &mut buffer) } else { best_of(judged) }
            }
            _ => best_of(judged),
        };
        let refused = scopes.iter().any(|s| s.kind == Withdrawal::Refused);
        let named = set_aside.iter().any(|(intent, ..)| *intent == best.intent);
        let left = left.filter(|p| p.top.confidence >= threshold && !self.beside(p.top.intent));
        let understood = best.confidence >= threshold;
        let (asked, set_aside) = match left {
            Some(p) if named || refused || !understood || p.top.intent == best.intent => {
                set_aside.retain(|(intent, ..)| *intent != p.top.intent);
                (vec![Asked { part: p.range, window: all, considered: p.top, mood: None }], set_aside)
            }
            _ if refused && named || refused && !understood && !set_aside.is_empty() => {
                (self.denial(message, ranking, all).into_iter().collect(), set_aside)
            }
            _ if refused && self.refusal(best.intent) == Some("answer") => {
                (vec![Asked { mood: Some(Mood::Refused), ..whole }], set_aside)
            }
            _ => {
                let done = !refused && named && rest.is_empty();
                (vec![Asked { mood: done.then_some(Mood::Done), ..whole }], Vec::new())
            }
        };
        Readout { asked, set_aside, withdrawn, ..Readout::default() }
    }

    /// The answer to a message that only refuses.
    fn denial(&self, message: &Message<'_, '_>, ranking: &Ranking, all: (u32, u32)) -> Option<Asked> {
        let intent = message.view.denial?;
        let known = ranking.considered.iter().find(|c| c.intent == intent);
        let confidence = known.map_or(REFUSED_CONFIDENCE, |c| c.confidence.max(REFUSED_CONFIDENCE));
        let (score, margin) = known.map_or((0.0, 0.0), |c| (c.score, c.margin));
        let considered = Considered { intent, score, margin, row: None, confidence };
        Some(Asked { part: all, window: all, considered, mood: Some(Mood::Refused) })
    }

    /// Gives a request the values that an earlier one of the same message names for the same slots, where it has none:
    /// 帮我办明天CZ3102的值机,再申请个轮椅. A date or time goes only along with what it belongs to.
    pub(super) fn share_values(&self, intents: &mut [Recognized]) {
        let content = &self.bundle.content;
        for at in 1..intents.len() {
            let (earlier, later) = intents.split_at_mut(at);
            let later = &mut later[0];
            let intent = &content.intents[usize::from(later.intent)];
            let slot =
                |v: &Value| intent.slots.iter().map(|s| &content.slots[usize::from(*s)]).find(|s| s.name == v.name);
            let empty = |v: &Value| !later.slots.iter().any(|own| own.name == v.name);
            let mut shared: Vec<Value> = Vec::new();
            for value in earlier.iter().flat_map(|e| &e.slots).filter(|v| slot(v).is_some() && empty(v)) {
                if !shared.contains(value) {
                    shared.push(value.clone());
                }
            }
            let timely = |v: &Value| slot(v).is_some_and(|s| s.kinds.iter().any(|k| is_timely(*k)));
            if shared.iter().all(timely) {
                continue;
            }
            later.slots.extend(shared);
            later.missing.retain(|s| !later.slots.iter().any(|v| v.name == content.slots[usize::from(*s)].name));
        }
    }

    /// What the metadata of an intent says about refusing.
    fn refusal(&self, intent: u16) -> Option<&str> {
        self.bundle.content.intents.get(usize::from(intent))?.note("refusal")
    }

    /// True for intents that are not named beside another: greetings, thanks, refusals.
    pub(super) fn beside(&self, intent: u16) -> bool {
        self.bundle.content.intents.get(usize::from(intent)).is_some_and(|i| i.note("beside") == Some("drop"))
    }
}

/// The ranges in which one value corrects the one before it: two of a kind with nothing but a correcting word between.
fn corrections(cues: &[CueMatch], message: &Message<'_, '_>) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    for word in cues.iter().filter(|c| c.cue == Cue::Correction) {
        let wrong = message.entities().filter(|c| c.end <= word.start && word.start - c.end <= FARTHEST).last();
        let right = message.entities().find(|c| c.start >= word.end && c.start - word.end <= FARTHEST);
        if let (Some(wrong), Some(right)) = (wrong, right)
            && (wrong.kind == right.kind || right.strength == Strength::Bare)
        {
            out.push((wrong.start, right.end));
        }
    }
    out
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
        } else if said.says_nothing((at, at + 1)) {
            at += 1;
        } else {
            return false;
        }
    }
    values > 0
}

/// Takes the values of withdrawn ranges out of the running where another of their kind stands outside: 不要北京的,去西安. A
/// value without a rival names what the message is about: 后天的票不要了,帮我退掉.
pub(super) fn withdraw(candidates: &mut [Candidate<'_>], withdrawn: &[(u32, u32)]) {
    for range in withdrawn {
        let inside = |c: &Candidate<'_>| range.0 <= c.start && c.end <= range.1;
        let outside: Vec<KindId> = candidates.iter().filter(|c| c.fills && !inside(c)).map(|c| c.kind).collect();
        let rivals: Vec<(u32, u32)> =
            candidates.iter().filter(|c| inside(c) && outside.contains(&c.kind)).map(|c| (c.start, c.end)).collect();
        for c in candidates.iter_mut().filter(|c| inside(c)) {
            c.fills &= !rivals.iter().any(|(s, e)| *s < c.end && c.start < *e);
        }
    }
}

/// What is left of a part without some ranges.
fn cut(part: (u32, u32), without: &[(u32, u32)], out: &mut Vec<(u32, u32)>) {
    let mut start = part.0;
    for (s, e) in without.iter().filter(|(s, e)| *s < part.1 && part.0 < *e) {
        if *s > start {
            out.push((start, *s));
        }
        start = start.max(*e);
    }
    if start < part.1 {
        out.push((start, part.1));
    }
}

/// Whether a kind of value is a moment that belongs to something else.
fn is_timely(kind: KindId) -> bool {
    matches!(BUILTIN_KINDS.get(usize::from(kind)), Some(&("date" | "time" | "datetime")))
}

fn best_of(parts: Vec<Part>) -> Option<Part> {
    parts.into_iter().max_by(|a, b| a.top.confidence.total_cmp(&b.top.confidence))
}

fn mood_of(kind: Withdrawal) -> Mood {
    match kind {
        Withdrawal::Refused => Mood::Refused,
        Withdrawal::Done => Mood::Done,
    }
}
