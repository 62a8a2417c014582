//! What a message refuses or tells as done, set aside.
//!
//! What is refused or done ([`decide::Scope`](crate::decide::Scope)) is set aside when it would have been an answer,
//! unless its words are what the intent is about: a phrase row explains the refusing word, or the intent is marked
//! `refusal=content` (不要再发广告了). What is left of the message is then the message:
//!
//! 1. Its parts are several requests, or one, as if nothing else had been said.
//! 2. Where no part is sure by itself, an intent that a part puts first and that is sure in the whole message once what
//!    is set aside is no rival any more.
//! 3. Where nothing is left that asks, the answer is the intent marked `refusal=answer`; where all has come about as it was
//!    wanted (退款收到了), nothing is asked, and thanks beside it are the answer.

use super::several::PART_CONFIDENCE;
use super::{Asked, Part, Readout, Whole, best_of};
use crate::decide::{Considered, RowMatch, Said, Scope, Withdrawal};
use crate::dictionary::KindId;
use crate::entities::Candidate;
use crate::recognizer::{Message, Mood, Recognizer, Scratch};

/// What is refused must be recognised with this confidence.
const REFUSED_CONFIDENCE: f32 = 0.6;

/// Intent, range and mood of what is refused or done.
pub(in crate::recognizer) type Aside = (u16, (u32, u32), Mood);

impl Recognizer {
    /// The requests of a message in which something is refused or done.
    pub(super) fn without_withdrawn(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        whole: Whole<'_>,
        parts: &[(u32, u32)],
        mut scopes: Vec<Scope>,
    ) -> Readout {
        let set_aside = self.sift(scratch, message, said, whole, &mut scopes);
        if scopes.is_empty() {
            return self.divided(scratch, message, said, whole, parts);
        }
        let withdrawn: Vec<(u32, u32)> = scopes.iter().map(|s| s.range).collect();
        let mut rest = Vec::new();
        for part in parts {
            cut(*part, &withdrawn, &mut rest);
        }
        if scopes.iter().all(|s| s.kind == Withdrawal::Fulfilled)
            && let Some(asked) = self.courtesy(scratch, message, said, whole, &rest)
        {
            return Readout { asked, set_aside, withdrawn };
        }
        rest.retain(|r| !said.says_nothing(*r));
        let mut rows = Vec::new();
        let mut judged = Vec::new();
        for range in &rest {
            judged.extend(self.part(scratch, message, *range, &mut rows));
        }
        let asked = self.several(message, said, whole, &judged);
        if !asked.is_empty() {
            return Readout { asked, set_aside, withdrawn };
        }
        let hull = rest.first().zip(rest.last()).map(|(first, last)| (first.0, last.1));
        let hull = hull.filter(|h| rest.len() > 1 && !withdrawn.iter().any(|w| h.0 < w.1 && w.0 < h.1));
        let left = match hull {
            Some(hull) => self.part(scratch, message, hull, &mut rows),
            None => best_of(&judged).cloned(),
        };
        let left = left
            .filter(|p| p.top.confidence >= whole.threshold && !self.beside(p.top.intent))
            .map(|p| Asked { part: p.range, window: whole.range, considered: p.top, mood: None })
            .or_else(|| self.agreed(whole, &judged, &set_aside));
        let refused = scopes.iter().any(|s| s.kind == Withdrawal::Refused);
        let (asked, set_aside) = self.remainder(message, whole, left, refused, rest.is_empty(), set_aside);
        Readout { asked, set_aside, withdrawn }
    }

    /// Removes the scopes whose words are content, and tells what the others set aside.
    fn sift(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        whole: Whole<'_>,
        scopes: &mut Vec<Scope>,
    ) -> Vec<Aside> {
        let mut rows = Vec::new();
        // Words that refuse are content where a row explains them, or the intent is about refusing.
        let about = |c: &Considered, rows: &[RowMatch], mark: (u32, u32)| {
            let explains = |r: &RowMatch| r.spans.iter().any(|(s, e)| *s < mark.1 && mark.0 < *e);
            self.refusal(c.intent) == Some("content") || c.row.is_some_and(|r| explains(&rows[r as usize]))
        };
        let mut set_aside = Vec::new();
        scopes.retain(|scope| {
            let own = self.part(scratch, message, scope.range, &mut rows);
            let answers = |c: &Considered| c.confidence >= whole.threshold && !self.beside(c.intent);
            let content = own.is_some_and(|p| answers(&p.top) && about(&p.top, &rows, scope.mark))
                || answers(whole.best) && about(whole.best, whole.rows, scope.mark);
            if content {
                return false;
            }
            for side in scope.sides().into_iter().filter(|side| !said.says_nothing(*side)) {
                let Some(part) = self.part(scratch, message, side, &mut rows) else { continue };
                if part.top.confidence >= REFUSED_CONFIDENCE && !self.beside(part.top.intent) {
                    set_aside.push((part.top.intent, scope.range, mood_of(scope.kind)));
                }
            }
            true
        });
        set_aside
    }

    /// What is said out of politeness beside what has come about; `None` where more is said.
    fn courtesy(
        &self,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        said: &Said<'_>,
        whole: Whole<'_>,
        rest: &[(u32, u32)],
    ) -> Option<Vec<Asked>> {
        let mut rows = Vec::new();
        let mut polite = Vec::new();
        for range in rest {
            let part = self.part(scratch, message, *range, &mut rows);
            match part.filter(|p| p.top.confidence >= PART_CONFIDENCE && self.beside(p.top.intent)) {
                Some(part) => polite.push(part),
                None if said.says_nothing(*range) => {}
                None => return None,
            }
        }
        Some(match best_of(&polite) {
            Some(part) => vec![part.asked()],
            None if whole.understood() && self.beside(whole.best.intent) => vec![whole.asked()],
            None => Vec::new(),
        })
    }

    /// What the message asks for beside what it sets aside, where no part tells it by itself: an intent that a part puts
    /// first, and so does the whole without what is set aside.
    fn agreed(&self, whole: Whole<'_>, judged: &[Part], set_aside: &[Aside]) -> Option<Asked> {
        let out = |intent: u16| self.beside(intent) || set_aside.iter().any(|(i, ..)| *i == intent);
        let considered = whole.ranking.without(out)?;
        let part = judged.iter().find(|p| p.top.intent == considered.intent)?;
        (considered.confidence >= whole.threshold).then_some(Asked {
            part: part.range,
            window: whole.range,
            considered,
            mood: None,
        })
    }

    /// The answer of a message with one request or none beside what it sets aside.
    fn remainder(
        &self,
        message: &Message<'_, '_>,
        whole: Whole<'_>,
        left: Option<Asked>,
        refused: bool,
        nothing_else: bool,
        mut set_aside: Vec<Aside>,
    ) -> (Vec<Asked>, Vec<Aside>) {
        let best = whole.best;
        let named = set_aside.iter().any(|(intent, ..)| *intent == best.intent);
        match left {
            Some(asked) if named || refused || !whole.understood() || asked.considered.intent == best.intent => {
                set_aside.retain(|(intent, ..)| *intent != asked.considered.intent);
                (vec![asked], set_aside)
            }
            _ if refused && (named || !whole.understood() && !set_aside.is_empty()) => {
                (self.denial(message, whole).into_iter().collect(), set_aside)
            }
            _ if refused && self.refusal(best.intent) == Some("answer") => {
                (vec![Asked { mood: Some(Mood::Refused), ..whole.asked() }], set_aside)
            }
            _ => {
                let done = !refused && named && nothing_else;
                (vec![Asked { mood: done.then_some(Mood::Done), ..whole.asked() }], Vec::new())
            }
        }
    }

    /// The answer to a message that only refuses.
    fn denial(&self, message: &Message<'_, '_>, whole: Whole<'_>) -> Option<Asked> {
        let intent = message.view.denial?;
        let known = whole.ranking.considered.iter().find(|c| c.intent == intent);
        let confidence = known.map_or(REFUSED_CONFIDENCE, |c| c.confidence.max(REFUSED_CONFIDENCE));
        let (score, margin) = known.map_or((0.0, 0.0), |c| (c.score, c.margin));
        let considered = Considered { intent, score, margin, row: None, confidence };
        Some(Asked { part: whole.range, window: whole.range, considered, mood: Some(Mood::Refused) })
    }

    /// What the metadata of an intent says about refusing.
    fn refusal(&self, intent: u16) -> Option<&str> {
        self.bundle.content.intents.get(usize::from(intent))?.note("refusal")
    }
}

/// Takes the values of withdrawn ranges out of the running where another of their kind stands outside: 不要北京的,去西安. A
/// value without a rival names what the message is about: 后天的票不要了,帮我退掉.
pub(in crate::recognizer) fn withdraw(candidates: &mut [Candidate<'_>], withdrawn: &[(u32, u32)]) {
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

fn mood_of(kind: Withdrawal) -> Mood {
    match kind {
        Withdrawal::Refused => Mood::Refused,
        Withdrawal::Done | Withdrawal::Fulfilled => Mood::Done,
    }
}
