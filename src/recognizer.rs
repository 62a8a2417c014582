//! The recogniser: an immutable snapshot of one dictionary that reads messages.
//!
//! ```text
//! &str → Normalizer → NormalizedText → Segmenter → Segments → Matches → candidates → rows + model → decision → slots
//! ```
//!
//! Recognition is a pure function of the snapshot and the request: no clock, no I/O, no lock, no randomness.

use crate::decide::{self, Classes, Considered, Evidence, Ranking, RowMatch, RowMatcher};
use crate::dictionary::{BUILTIN_KINDS, Bundle, Intent, KindId, Scope};
use crate::entities::{Candidate, Reader, Source, Strength};
use crate::learn::{Features, KIND_SYMBOL, SoundTable, Symbols};
use crate::matching::{Matches, Visibility};
use crate::moderation::{self, Flag, Moderation};
use crate::segment::{Segmenter, Segments};
use crate::slots::{self, Filled};
use crate::text::{Modality, NormalizedText, Normalizer, Span};
use std::cell::RefCell;
use std::sync::Arc;

/// A message to read.
#[derive(Debug, Clone)]
pub struct Utterance<'t> {
    /// The sender's text.
    pub text: &'t str,
    /// Id of the account; empty for the default one.
    pub account: &'t str,
    /// Typed or transcribed.
    pub modality: Modality,
    /// The moment to which 明天 refers, in the sender's time zone.
    pub reference: jiff::ZonedDateTime,
    /// Whether to fill [`Recognition::trace`].
    pub explain: bool,
}

/// Why a message could not be read at all.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum UtteranceError {
    /// The dictionary has no such account.
    #[error("unknown account `{name}`; known: {known}")]
    UnknownAccount {
        /// What was asked for.
        name: String,
        /// The accounts there are.
        known: String,
    },
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The intents are understood and complete.
    Matched,
    /// An intent is understood but lacks a required slot.
    Incomplete,
    /// Two readings are too close to choose; ask which.
    Ambiguous,
    /// Nothing that the account knows is asked for.
    Unrecognized,
}

/// The mood in which an intent is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Wants it done.
    Request,
    /// Asks about it.
    Question,
}

/// A value in a slot or among the entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Slot name, or kind of entity.
    pub name: String,
    /// As the sender wrote it.
    pub raw: String,
    /// Canonical.
    pub value: String,
    /// Other readings of the same words, canonical.
    pub alternatives: Vec<String>,
    /// Facts about the value.
    pub attributes: Vec<(String, String)>,
    /// Whether it holds by its own rules.
    pub valid: bool,
    /// Why not.
    pub reason: Option<&'static str>,
    /// How it was read.
    pub source: Source,
    /// Where it stands in the original text.
    pub span: Span,
}

/// An intent that the message asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognized {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// 0 to 1: the share of such answers that are right.
    pub confidence: f32,
    /// Values of its slots, by place in the text.
    pub slots: Vec<Value>,
    /// Required slots without a value, by index into the dictionary's slots.
    pub missing: Vec<u16>,
    /// The mood.
    pub mood: Mood,
    /// The part of the original text that asks for it.
    pub span: Span,
}

/// A reading that was close.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// 0 to 1.
    pub confidence: f32,
}

/// The answer to a message.
#[derive(Debug, Clone)]
pub struct Recognition {
    /// Index of the account that answered.
    pub account: u16,
    /// What became of the message.
    pub outcome: Outcome,
    /// What it asks for, in order of mention.
    pub intents: Vec<Recognized>,
    /// Close readings, best first.
    pub alternatives: Vec<Alternative>,
    /// Everything typed that was found.
    pub entities: Vec<Value>,
    /// Sensitive words.
    pub flags: Vec<Flag>,
    /// How it came about, where asked for.
    pub trace: Option<Trace>,
}

/// How an answer came about.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The text as the matcher read it.
    pub normalized: String,
    /// The words, as spans of the original with their text.
    pub tokens: Vec<(Span, String)>,
    /// Dictionary words found.
    pub keywords: Vec<TracedKeyword>,
    /// Phrase rows that hold for the whole message.
    pub rows: Vec<TracedRow>,
    /// Intents considered for the whole message, best first.
    pub considered: Vec<TracedIntent>,
    /// Margin of `none`.
    pub none: f32,
    /// Best margin of an intent that the account does not have.
    pub foreign: f32,
    /// The confidence that an answer needs.
    pub threshold: f32,
    /// The parts the message was split into, as spans of the original.
    pub clauses: Vec<Span>,
}

/// A dictionary word in a [`Trace`].
#[derive(Debug, Clone)]
pub struct TracedKeyword {
    /// Where, in the original.
    pub span: Span,
    /// As the sender wrote it.
    pub raw: String,
    /// Gazetteer or word group.
    pub group: String,
    /// Canonical value.
    pub value: String,
    /// Row id.
    pub row: String,
}

/// A phrase row in a [`Trace`].
#[derive(Debug, Clone)]
pub struct TracedRow {
    /// Row id.
    pub row: String,
    /// The intent it speaks for.
    pub intent: String,
    /// The phrase.
    pub phrase: String,
    /// 0 to 1.
    pub strength: f32,
    /// Share of the message that it explains.
    pub coverage: f32,
    /// Nothing else was said.
    pub whole: bool,
}

/// An intent in a [`Trace`].
#[derive(Debug, Clone)]
pub struct TracedIntent {
    /// Id.
    pub id: String,
    /// Margin plus rule.
    pub score: f32,
    /// Margin of the learned model.
    pub margin: f32,
    /// The best row.
    pub row: Option<String>,
    /// 0 to 1.
    pub confidence: f32,
    /// The pieces of the message that spoke most for it and against it, with their weights.
    pub evidence: Vec<(String, f32)>,
}

/// What an account looks at.
struct View {
    visibility: Visibility,
    /// Whether any sensitive word is looked for in its messages.
    moderated: bool,
    classes: Classes,
}

/// Reads messages with one dictionary.
pub struct Recognizer {
    bundle: Arc<Bundle>,
    normalizer: Arc<Normalizer>,
    segmenter: Segmenter,
    reader: Reader,
    sounds: SoundTable,
    views: Vec<View>,
    /// For each kind, whether its values are replaced by a symbol before learning.
    masked: Vec<bool>,
    /// For each kind of value the slots that take it.
    slots_of_kind: Vec<Vec<u16>>,
}

/// Kinds whose values say nothing about the intent but that there is one: the learner sees the kind instead.
const MASKED: &[&str] = &[
    "date",
    "time",
    "datetime",
    "duration",
    "amount",
    "flight_no",
    "id_number",
    "passport",
    "ticket_no",
    "mileage_card_no",
    "member_card_no",
    "phone",
    "order_no",
    "plate_no",
    "booking_reference",
    "city",
    "airport",
    "city_code",
    "district",
    "brand",
    "store",
];

/// Two readings this close in score are ambiguous.
const AMBIGUOUS_GAP: f32 = 0.06;
/// A second request must be so sure on its own.
const SECOND_CONFIDENCE: f32 = 0.72;
/// And so good for the message as a whole.
const SECOND_SCORE: f32 = -0.75;

/// Buffers that one thread uses for one message after the other.
#[derive(Default)]
struct Scratch {
    text: NormalizedText,
    segments: Segments,
    matches: Matches,
    ignorable: Vec<bool>,
    symbols: Vec<(u32, u32)>,
    window: Symbols,
    features: Features,
    scores: Vec<f32>,
    rows: RowMatcher,
    clauses: Vec<(u32, u32)>,
    filled: Vec<Filled>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

impl Recognizer {
    /// Prepares a bundle for reading: loads jieba's dictionary, adds the bundle's words, builds the readers.
    ///
    /// # Errors
    /// A sentence about a holiday or pattern that cannot be used; bundles made from checked tables have none.
    pub fn new(bundle: Arc<Bundle>, normalizer: Arc<Normalizer>) -> Result<Self, String> {
        let content = &bundle.content;
        let views = content
            .accounts
            .iter()
            .enumerate()
            .map(|(index, account)| {
                let sees = |scope: &Scope| {
                    account.packs.contains(&scope.pack)
                        && (scope.accounts.is_empty() || scope.accounts.contains(&(index as u16)))
                };
                let visibility = Visibility { scopes: content.scopes.iter().map(sees).collect() };
                View {
                    moderated: content.sensitive.iter().any(|s| s.inbound && visibility.scopes[usize::from(s.scope)]),
                    classes: Classes::new(content, &account.packs, bundle.model.classes()),
                    visibility,
                }
            })
            .collect();
        let reader = Reader::new(content)?;
        let names = BUILTIN_KINDS.iter().copied().chain(content.groups.iter().map(|g| g.name.as_str()));
        let masked = names.map(|n| MASKED.contains(&n)).chain(content.slots.iter().map(|_| true)).collect();
        let mut slots_of_kind = vec![Vec::new(); BUILTIN_KINDS.len() + content.groups.len() + content.slots.len()];
        for (index, slot) in content.slots.iter().enumerate() {
            slot.kinds.iter().for_each(|kind| slots_of_kind[usize::from(*kind)].push(index as u16));
        }
        let segmenter = Segmenter::new(&bundle);
        Ok(Self { normalizer, segmenter, reader, sounds: SoundTable::new(), views, masked, slots_of_kind, bundle })
    }

    /// The dictionary.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The index of an account by its id; the default account for an empty id.
    ///
    /// # Errors
    /// [`UtteranceError::UnknownAccount`].
    pub fn account(&self, id: &str) -> Result<u16, UtteranceError> {
        if id.is_empty() {
            return Ok(self.bundle.content.default_account);
        }
        let accounts = &self.bundle.content.accounts;
        accounts.iter().position(|a| a.id == id).map(|i| i as u16).ok_or_else(|| UtteranceError::UnknownAccount {
            name: id.to_owned(),
            known: accounts.iter().map(|a| a.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The name of a kind of value.
    pub fn kind_name(&self, kind: KindId) -> &str {
        let kind = usize::from(kind);
        let content = &self.bundle.content;
        BUILTIN_KINDS
            .get(kind)
            .copied()
            .or_else(|| content.groups.get(kind - BUILTIN_KINDS.len()).map(|g| g.name.as_str()))
            .or_else(|| content.slots.get(kind - BUILTIN_KINDS.len() - content.groups.len()).map(|s| s.name.as_str()))
            .unwrap_or("")
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`UtteranceError`] where the request itself cannot be served; not understanding is no error.
    pub fn recognize(&self, utterance: &Utterance<'_>) -> Result<Recognition, UtteranceError> {
        let account = self.account(utterance.account)?;
        Ok(SCRATCH.with_borrow_mut(|scratch| self.read(utterance, account, scratch)))
    }

    /// Checks a text that staff are about to send in the name of an account.
    ///
    /// # Errors
    /// [`UtteranceError::UnknownAccount`].
    pub fn moderate(&self, text: &str, account: &str) -> Result<Moderation, UtteranceError> {
        let view = &self.views[usize::from(self.account(account)?)];
        Ok(moderation::outbound(&self.bundle, &view.visibility, &self.normalizer, &self.segmenter, text))
    }

    /// The features that the learner sees in a message, for training.
    pub fn features(&self, text: &str, account: u16, modality: Modality, reference: &jiff::ZonedDateTime) -> Vec<u32> {
        SCRATCH.with_borrow_mut(|scratch| {
            let candidates = self.analyze(text, account, modality, reference, scratch);
            let entities = resolve(&candidates);
            self.symbolize(scratch, &candidates, &entities);
            let window = (0, scratch.text.len() as u32);
            self.collect(scratch, &candidates, &entities, window);
            scratch.features.prints.clone()
        })
    }

    /// Normalises, segments, matches and reads values.
    fn analyze<'s>(
        &'s self,
        text: &str,
        account: u16,
        modality: Modality,
        reference: &jiff::ZonedDateTime,
        scratch: &mut Scratch,
    ) -> Vec<Candidate<'s>> {
        let view = &self.views[usize::from(account)];
        self.normalizer.normalize(text, modality, &mut scratch.text);
        self.segmenter.segment(&scratch.text, &mut scratch.segments);
        scratch.matches.find(&self.bundle, &self.segmenter, &scratch.text, &scratch.segments, &view.visibility);
        let mut candidates = Vec::new();
        let airline = self.bundle.content.accounts[usize::from(account)].airline.as_deref();
        self.reader.read(&scratch.text, &scratch.matches, &self.bundle.lexicon, airline, reference, &mut candidates);
        decide::mark_ignorable(&self.bundle.content, &scratch.matches, scratch.text.chars(), &mut scratch.ignorable);
        candidates
    }

    /// Writes for each character the symbols of itself and its sound; 0 where it says nothing.
    fn symbolize(&self, scratch: &mut Scratch, candidates: &[Candidate<'_>], entities: &[u32]) {
        scratch.symbols.clear();
        for c in scratch.text.chars() {
            scratch.symbols.push(match *c {
                c if c.is_ascii_digit() => (u32::from('0'), u32::from('0')),
                '?' => (u32::from('?'), 0),
                c if crate::text::is_filler_char(c) => (0, 0),
                c => (u32::from(c), self.sounds.symbol(c)),
            });
        }
        for e in entities {
            let c = &candidates[*e as usize];
            if self.masked.get(usize::from(c.kind)).copied().unwrap_or(false) && c.strength > Strength::Bare {
                let symbol = KIND_SYMBOL + u32::from(self.mask_of(c.kind));
                for at in c.start..c.end {
                    scratch.symbols[at as usize] = if at == c.start { (symbol, symbol) } else { (0, 0) };
                }
            }
        }
    }

    /// Cities, airports and their codes look the same to the learner.
    fn mask_of(&self, kind: KindId) -> KindId {
        match self.kind_name(kind) {
            "airport" | "city_code" => self.group_kind("city").unwrap_or(kind),
            _ => kind,
        }
    }

    fn group_kind(&self, name: &str) -> Option<KindId> {
        let group = self.bundle.content.groups.iter().position(|g| g.name == name)?;
        Some((BUILTIN_KINDS.len() + group) as KindId)
    }

    /// Collects the features of a window.
    fn collect(&self, scratch: &mut Scratch, candidates: &[Candidate<'_>], entities: &[u32], window: (u32, u32)) {
        let Scratch { symbols, window: seen, features, matches, .. } = scratch;
        seen.clear();
        for (c, s) in &symbols[window.0 as usize..window.1 as usize] {
            if *c != 0 {
                seen.chars.push(*c);
            }
            if *s != 0 {
                seen.sounds.push(*s);
            }
        }
        let inside = |start: u32, end: u32| window.0 <= start && end <= window.1;
        for e in entities {
            let c = &candidates[*e as usize];
            if inside(c.start, c.end) {
                seen.tokens.push(KIND_SYMBOL + u32::from(self.mask_of(c.kind)));
            }
        }
        for m in matches.words.iter().filter(|m| inside(m.start, m.end)) {
            seen.tokens.push(KIND_SYMBOL + 0x8000 + u32::from(m.entry.group));
        }
        features.collect(seen);
    }

    fn read(&self, utterance: &Utterance<'_>, account: u16, scratch: &mut Scratch) -> Recognition {
        let content = &self.bundle.content;
        let view = &self.views[usize::from(account)];
        let threshold = content.accounts[usize::from(account)].threshold;
        let candidates = self.analyze(utterance.text, account, utterance.modality, &utterance.reference, scratch);
        let entities = resolve(&candidates);
        self.symbolize(scratch, &candidates, &entities);
        let now = utterance.reference.timestamp().as_second();
        let all = (0, scratch.text.len() as u32);
        let mut rows = Vec::new();
        let mut ranking = Ranking::default();
        self.judge(view, scratch, &candidates, &entities, all, now, &mut rows, &mut ranking);

        let mut clauses = std::mem::take(&mut scratch.clauses);
        decide::split(content, &scratch.matches, scratch.text.chars(), &mut clauses);
        let trace = utterance.explain.then(|| self.trace(utterance, scratch, &rows, &ranking, threshold, &clauses));
        let mut requests = self.requests(view, scratch, &candidates, &entities, &clauses, now, &rows, &ranking);
        scratch.clauses = clauses;
        requests.retain(|r| r.1.confidence >= threshold);

        let mut recognition = Recognition {
            account,
            outcome: Outcome::Unrecognized,
            intents: Vec::with_capacity(requests.len()),
            alternatives: Vec::new(),
            entities: entities_of(self, utterance.text, scratch, &candidates, &entities),
            flags: match view.moderated {
                true => moderation::inbound(
                    &self.bundle,
                    &view.visibility,
                    &scratch.text,
                    &scratch.segments,
                    utterance.text,
                ),
                false => Vec::new(),
            },
            trace,
        };
        for (window, considered) in &requests {
            let recognized = self.recognized(utterance.text, scratch, &candidates, considered, *window);
            recognition.intents.push(recognized);
        }
        if let [_] = requests.as_slice() {
            let best = &ranking.considered[0];
            let close = |c: &&Considered| best.score - c.score <= AMBIGUOUS_GAP && c.intent != requests[0].1.intent;
            recognition.alternatives = ranking
                .considered
                .iter()
                .filter(close)
                .map(|c| Alternative { intent: c.intent, confidence: c.confidence })
                .collect();
        }
        recognition.outcome = if recognition.intents.is_empty() {
            Outcome::Unrecognized
        } else if !recognition.alternatives.is_empty() {
            Outcome::Ambiguous
        } else if recognition.intents.iter().any(|i| !i.missing.is_empty()) {
            Outcome::Incomplete
        } else {
            Outcome::Matched
        };
        recognition
    }

    /// Rows and model over one window.
    #[allow(
        clippy::too_many_arguments,
        reason = "one call for each window, all of it borrowed from the caller's frame"
    )]
    fn judge(
        &self,
        view: &View,
        scratch: &mut Scratch,
        candidates: &[Candidate<'_>],
        entities: &[u32],
        window: (u32, u32),
        now: i64,
        rows: &mut Vec<RowMatch>,
        ranking: &mut Ranking,
    ) {
        self.collect(scratch, candidates, entities, window);
        let mut matcher = std::mem::take(&mut scratch.rows);
        let evidence = Evidence {
            content: &self.bundle.content,
            visible: &view.visibility,
            chars: scratch.text.chars(),
            matches: &scratch.matches,
            candidates,
            ignorable: &scratch.ignorable,
            slots_of_kind: &self.slots_of_kind,
            now,
        };
        matcher.find(&evidence, window, rows);
        scratch.rows = matcher;
        self.bundle.model.score(&scratch.features.prints, &mut scratch.scores);
        decide::rank(&view.classes, &scratch.scores, rows, ranking);
    }

    /// The requests of a message with their windows: one for the whole message, or one for each part that asks for
    /// something of its own.
    #[allow(clippy::too_many_arguments, reason = "as `judge`")]
    fn requests(
        &self,
        view: &View,
        scratch: &mut Scratch,
        candidates: &[Candidate<'_>],
        entities: &[u32],
        clauses: &[(u32, u32)],
        now: i64,
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
            self.judge(view, scratch, candidates, entities, *window, now, &mut clause_rows, &mut clause_ranking);
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
                self.judge(view, scratch, candidates, entities, window, now, &mut clause_rows, &mut clause_ranking);
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
    fn beside(&self, intent: u16) -> bool {
        let metadata = self.bundle.content.intents.get(usize::from(intent)).map(|i| &i.metadata);
        metadata.is_some_and(|m| m.iter().any(|(name, value)| name == "beside" && value == "drop"))
    }

    fn recognized(
        &self,
        original: &str,
        scratch: &mut Scratch,
        candidates: &[Candidate<'_>],
        considered: &Considered,
        window: (u32, u32),
    ) -> Recognized {
        let content = &self.bundle.content;
        let intent: &Intent = &content.intents[usize::from(considered.intent)];
        let mut filled = std::mem::take(&mut scratch.filled);
        slots::fill(content, intent, candidates, scratch.text.chars(), window, &mut filled);
        let values = filled
            .iter()
            .map(|f| {
                let name = content.slots[usize::from(f.slot)].name.clone();
                value_of(name, original, &scratch.text, &candidates[f.candidate as usize])
            })
            .collect();
        let required = &intent.slots[..usize::from(intent.required)];
        let missing = required.iter().filter(|s| !filled.iter().any(|f| f.slot == **s)).copied().collect();
        scratch.filled = filled;
        let question =
            scratch.text.chars()[window.0 as usize..window.1 as usize].iter().any(|c| matches!(c, '?' | '吗' | '么'));
        Recognized {
            intent: considered.intent,
            confidence: considered.confidence,
            slots: values,
            missing,
            mood: if question { Mood::Question } else { Mood::Request },
            span: scratch.text.span(window.0 as usize, window.1 as usize),
        }
    }

    fn trace(
        &self,
        utterance: &Utterance<'_>,
        scratch: &Scratch,
        rows: &[RowMatch],
        ranking: &Ranking,
        threshold: f32,
        clauses: &[(u32, u32)],
    ) -> Trace {
        let content = &self.bundle.content;
        let lexicon = &self.bundle.lexicon;
        let text = &scratch.text;
        let span = |s: u32, e: u32| text.span(s as usize, e as usize);
        let mut keywords: Vec<TracedKeyword> = scratch
            .matches
            .values
            .iter()
            .chain(&scratch.matches.words)
            .map(|m| TracedKeyword {
                span: span(m.start, m.end),
                raw: text.raw(utterance.text, m.start as usize, m.end as usize).to_owned(),
                group: content.groups[usize::from(m.entry.group)].name.clone(),
                value: lexicon.string(m.entry.value).to_owned(),
                row: lexicon.string(m.entry.row).to_owned(),
            })
            .collect();
        keywords.sort_by_key(|k| (k.span, k.row.clone()));
        let mut traced_rows: Vec<TracedRow> = rows
            .iter()
            .map(|r| TracedRow {
                row: content.rows[r.row as usize].id.clone(),
                intent: content.intents[usize::from(r.intent)].id.clone(),
                phrase: content.rows[r.row as usize].phrase.clone(),
                strength: r.strength(),
                coverage: r.coverage,
                whole: r.whole,
            })
            .collect();
        traced_rows.sort_by(|a, b| b.strength.total_cmp(&a.strength).then_with(|| a.row.cmp(&b.row)));
        let considered = ranking
            .considered
            .iter()
            .map(|c| TracedIntent {
                id: content.intents[usize::from(c.intent)].id.clone(),
                score: c.score,
                margin: c.margin,
                row: c.row.map(|r| content.rows[rows[r as usize].row as usize].id.clone()),
                confidence: c.confidence,
                evidence: self.evidence(scratch, c.intent),
            })
            .collect();
        Trace {
            normalized: text.as_str().to_owned(),
            tokens: scratch
                .segments
                .tokens()
                .iter()
                .map(|(s, e)| (span(*s, *e), text.slice(*s as usize, *e as usize).to_owned()))
                .collect(),
            keywords,
            rows: traced_rows,
            considered,
            none: ranking.none,
            foreign: ranking.foreign,
            threshold,
            clauses: clauses.iter().map(|(s, e)| span(*s, *e)).collect(),
        }
    }

    /// The rows of characters that weigh most for an intent and against it.
    fn evidence(&self, scratch: &Scratch, intent: u16) -> Vec<(String, f32)> {
        let Some(class) =
            self.bundle.model.classes().iter().position(|c| *c == self.bundle.content.intents[usize::from(intent)].id)
        else {
            return Vec::new();
        };
        let pieces: Vec<(char, u32)> = scratch
            .text
            .chars()
            .iter()
            .zip(&scratch.symbols)
            .filter(|(_, (c, _))| *c != 0)
            .map(|(c, (s, _))| (*c, *s))
            .collect();
        let mut found: Vec<(String, f32)> = Vec::new();
        for start in 0..pieces.len() {
            for length in 1..=4.min(pieces.len() - start) {
                let part = &pieces[start..start + length];
                let print = Features::of_chars(part.iter().map(|(_, s)| *s));
                let weight = self.bundle.model.weight(print, class);
                if weight.abs() > 0.0 {
                    let name: String = part.iter().map(|(c, s)| if *s >= KIND_SYMBOL { '□' } else { *c }).collect();
                    found.push((name, weight));
                }
            }
        }
        found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        found.dedup_by(|a, b| a.0 == b.0);
        found.truncate(6);
        found
    }
}

/// Chooses one candidate for each range: the surer, then the longer, then the one with the lower kind, then the leftmost.
fn resolve(candidates: &[Candidate<'_>]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..candidates.len() as u32).filter(|i| candidates[*i as usize].whole).collect();
    order.sort_by_key(|i| {
        let c = &candidates[*i as usize];
        (std::cmp::Reverse(c.strength), std::cmp::Reverse(c.end - c.start), c.start, c.kind, *i)
    });
    let mut kept: Vec<u32> = Vec::new();
    for i in order {
        let c = &candidates[i as usize];
        if !kept.iter().any(|k| candidates[*k as usize].start < c.end && c.start < candidates[*k as usize].end) {
            kept.push(i);
        }
    }
    kept.sort_by_key(|i| candidates[*i as usize].start);
    kept
}

fn entities_of(
    recognizer: &Recognizer,
    original: &str,
    scratch: &Scratch,
    candidates: &[Candidate<'_>],
    entities: &[u32],
) -> Vec<Value> {
    entities
        .iter()
        .map(|i| {
            let c = &candidates[*i as usize];
            value_of(recognizer.kind_name(c.kind).to_owned(), original, &scratch.text, c)
        })
        .collect()
}

fn value_of(name: String, original: &str, text: &NormalizedText, c: &Candidate<'_>) -> Value {
    let mut attributes = Vec::new();
    c.attributes.for_each(|name, value| attributes.push((name.to_owned(), value.to_owned())));
    Value {
        name,
        raw: text.raw(original, c.start as usize, c.end as usize).to_owned(),
        value: c.value.clone().into_owned(),
        alternatives: c.alternatives.clone(),
        attributes,
        valid: c.valid,
        reason: c.reason,
        source: c.source,
        span: text.span(c.start as usize, c.end as usize),
    }
}
