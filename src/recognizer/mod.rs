//! The recogniser: an immutable snapshot of one dictionary that reads messages.
//!
//! ```text
//! &str → Normalizer → NormalizedText → Segmenter → Segments → Matches (characters, then sound) → candidates
//!      → rows + model → decision → slots
//! ```
//!
//! Recognition is a pure function of the snapshot and the request: no clock, no I/O, no lock, no randomness.

mod answer;
mod cache;
mod foundation;
mod heard;
mod hearing;
mod hypotheses;
mod learned;
mod question;
mod requests;
mod trace;

pub use answer::{Alternative, Mood, Outcome, Recognition, Recognized, SetAside, SoundReading, Value};
use cache::Lasting;
pub use cache::ReadingCache;
pub use foundation::Foundation;
use heard::Topics;
pub(crate) use heard::{Heard, Offer, Wanted};
pub use hearing::Hearing;
pub use hypotheses::{Hypothesis, MOST_HYPOTHESES};
pub use trace::{Trace, TracedIntent, TracedKeyword, TracedRow};

use crate::decide::{self, Anchors, Classes, Considered, CueMatch, CueTable, Ranking, RowIndex, RowMatch, RowMatcher};
use crate::dictionary::{BUILTIN_KINDS, Bundle, Intent, KindId, Scope};
use crate::entities::temporal::Holds;
use crate::entities::{self, Candidate, Provenance, Reader};
use crate::learn::{Features, Scores, SoundTable, Symbols};
use crate::matching::{Matches, SoundMatch, Visibility};
use crate::moderation::{Direction, Moderation, Moderator, Search, Words};
use crate::segment::{Segmenter, Segments};
use crate::slots::{self, Filled};
use crate::sound::{Buffers, Scene, SoundReader};
use crate::text::{Modality, NormalizedText, Normalizer};
use learned::KindView;
use requests::{Asked, Readout};
use std::cell::RefCell;
use std::sync::Arc;

/// A message to read.
#[derive(Debug, Clone)]
pub struct Utterance<'t> {
    /// The sender's text; of speech, what its recogniser holds for most likely.
    pub text: &'t str,
    /// What else may have been said.
    pub hypotheses: &'t [Hypothesis<'t>],
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
    /// The context comes from a conversation with another account.
    #[error("the context belongs to account `{context}`, the message to `{account}`; keep one context for each")]
    ForeignContext {
        /// The account of the context.
        context: String,
        /// The account of the message.
        account: String,
    },
}

/// What an account looks at.
struct View {
    visibility: Visibility,
    anchors: Anchors,
    topics: Topics,
    /// Whether any sensitive word is looked for in its messages.
    moderated: bool,
    classes: Classes,
    /// The intent that stands for a refusal of anything.
    denial: Option<u16>,
    /// Least confidence of an answer.
    threshold: f32,
}

/// Reads messages with one dictionary.
pub struct Recognizer {
    bundle: Arc<Bundle>,
    normalizer: Arc<Normalizer>,
    segmenter: Arc<Segmenter>,
    sensitive: Words,
    reader: Reader,
    sound: Arc<SoundReader>,
    sounds: Arc<SoundTable>,
    hearing: Hearing,
    views: Vec<View>,
    rows: RowIndex,
    /// The word group whose members never change what is asked.
    ignorable: Option<u16>,
    /// For each kind how the learner sees it.
    kinds: Vec<KindView>,
    cues: CueTable,
    /// For each kind of value the slots that take it.
    slots_of_kind: Vec<Vec<u16>>,
}

/// Two readings this close in score are ambiguous.
const AMBIGUOUS_GAP: f32 = 0.06;

/// Buffers that one thread uses for one message after the other.
#[derive(Default)]
struct Scratch {
    text: NormalizedText,
    segments: Segments,
    matches: Matches,
    sound: Buffers,
    ignorable: Vec<bool>,
    symbols: Vec<(u32, u32)>,
    window: Symbols,
    features: Features,
    scores: Scores,
    rows: RowMatcher,
    /// What was decided about the undivided message.
    judgement: (Vec<RowMatch>, Ranking),
    cues: Vec<CueMatch>,
    /// The parts of the message; empty where a row explains all of it.
    parts: Vec<(u32, u32)>,
    /// The characters of a message and which of them are ignorable, while its windows are judged.
    copies: (Vec<char>, Vec<bool>),
    filled: Vec<Filled>,
    search: Search,
    /// For which other reference times the message would have been read the same.
    lasting: Lasting,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// A message on its way: what was found in it, for one account.
struct Message<'a, 'd> {
    view: &'a View,
    /// Every value that a part of the message may have.
    candidates: Vec<Candidate<'d>>,
    /// Indexes of the candidates that are entities: one for each range, by place.
    entities: Vec<u32>,
    /// The reference time, in seconds since 1970.
    now: i64,
    /// For which other reference times its values are the same.
    holds: Holds,
}

/// What the learner sees of a message.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Fingerprints of its features.
    pub prints: Vec<u32>,
    /// Symbols of its characters, values masked by their kind.
    pub symbols: Vec<u32>,
}

impl<'d> Message<'_, 'd> {
    fn entities(&self) -> impl Iterator<Item = &Candidate<'d>> {
        self.entities.iter().map(|i| &self.candidates[*i as usize])
    }
}

impl Recognizer {
    /// Prepares a bundle for reading.
    ///
    /// # Errors
    /// A sentence about a holiday or pattern that cannot be used; bundles made from checked tables have none.
    pub fn new(bundle: Arc<Bundle>, normalizer: Arc<Normalizer>) -> Result<Self, String> {
        Self::on(Foundation::with_normalizer(normalizer), bundle)
    }

    /// As [`Recognizer::new`], on a foundation that may have begun to load while the bundle was opened.
    ///
    /// # Errors
    /// As [`Recognizer::new`].
    pub fn on(foundation: Foundation, bundle: Arc<Bundle>) -> Result<Self, String> {
        let same_words = foundation.bundle().is_some_and(|b| bundle.has_words_of(b));
        let Foundation { general, normalizer, sounds, running } = foundation;
        let content = &bundle.content;
        let class_of = Classes::of_intents(content, bundle.model.classes());
        let rows = RowIndex::new(content);
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
                let denies = |i: &Intent| account.packs.contains(&i.pack) && i.note("refusal") == Some("answer");
                View {
                    denial: content.intents.iter().position(denies).map(|i| i as u16),
                    topics: Topics::of(content, &account.packs, &visibility),
                    moderated: content.sensitive.iter().any(|s| s.inbound && visibility.scopes[usize::from(s.scope)]),
                    anchors: rows.anchors(&visibility.scopes),
                    classes: Classes::new(content, &account.packs, &class_of, bundle.model.classes()),
                    threshold: account.threshold,
                    visibility,
                }
            })
            .collect();
        let reader = Reader::new(content)?;
        let mut slots_of_kind = vec![Vec::new(); BUILTIN_KINDS.len() + content.groups.len() + content.slots.len()];
        for (index, slot) in content.slots.iter().enumerate() {
            slot.kinds.iter().for_each(|kind| slots_of_kind[usize::from(*kind)].push(index as u16));
        }
        let ignorable = content.groups.iter().position(|g| g.name == decide::IGNORABLE).map(|g| g as u16);
        let kinds = KindView::of_all(content);
        let sensitive = Words::new(content);
        let cues = CueTable::new(content);
        let (sound, segmenter) = match running.filter(|_| same_words) {
            Some(running) => (SoundReader::beside(&running.sound, &bundle), running.segmenter),
            // The segmenter last, because it waits for the general lexicon.
            None => (SoundReader::new(&bundle), Segmenter::new(&bundle, general)),
        };
        Ok(Self {
            cues,
            normalizer,
            segmenter,
            sensitive,
            reader,
            sound: Arc::new(sound),
            sounds,
            hearing: Hearing::default(),
            views,
            rows,
            ignorable,
            kinds,
            slots_of_kind,
            bundle,
        })
    }

    /// The dictionary.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Answers from another confidence on, for all accounts: to measure what a threshold does.
    pub fn set_threshold(&mut self, threshold: f32) {
        self.views.iter_mut().for_each(|view| view.threshold = threshold);
    }

    /// Turns senses of hearing off: to measure what they are worth. What is off in training must be off in reading.
    pub fn set_hearing(&mut self, hearing: Hearing) {
        self.hearing = hearing;
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
        Ok(self.read_all(utterance, account, None).0)
    }

    /// Reads a message, and what it holds for intents that it may not name. With a cache it is read only where the
    /// cache does not have it.
    pub(crate) fn listen(
        &self,
        utterance: &Utterance<'_>,
        account: u16,
        wanted: &Wanted<'_>,
        cache: Option<&mut ReadingCache>,
    ) -> (Recognition, Heard) {
        let read = || {
            let reading = self.read_all(utterance, account, Some(wanted));
            (reading, SCRATCH.with_borrow(|scratch| scratch.lasting.clone()))
        };
        match cache.filter(|_| utterance.hypotheses.is_empty() && !utterance.explain) {
            Some(cache) => cache.get_or_read(utterance, account, wanted, read),
            None => read().0,
        }
    }

    fn read_all(&self, utterance: &Utterance<'_>, account: u16, wanted: Option<&Wanted<'_>>) -> (Recognition, Heard) {
        let threshold = self.views[usize::from(account)].threshold;
        SCRATCH.with_borrow_mut(|scratch| match utterance.hypotheses {
            [] => self.read(utterance, utterance.text, account, threshold, wanted, scratch),
            _ => self.read_together(utterance, account, threshold, wanted, scratch),
        })
    }

    /// Checks a text for sensitive words: one that staff are about to send in the name of an account, or one that a
    /// customer sent to it.
    ///
    /// # Errors
    /// [`UtteranceError::UnknownAccount`].
    pub fn moderate(&self, text: &str, account: &str, direction: Direction) -> Result<Moderation, UtteranceError> {
        let view = &self.views[usize::from(self.account(account)?)];
        Ok(SCRATCH.with_borrow_mut(|scratch| self.moderator(view).check(text, direction, &mut scratch.search)))
    }

    fn moderator<'s>(&'s self, view: &'s View) -> Moderator<'s> {
        Moderator {
            bundle: &self.bundle,
            words: &self.sensitive,
            visible: &view.visibility,
            normalizer: &self.normalizer,
            segmenter: &self.segmenter,
        }
    }

    /// What the learner sees of a message, for training: nothing is read by sound, so that misheard examples teach what
    /// they look like.
    pub fn observe(&self, text: &str, account: u16, modality: Modality, reference: &jiff::ZonedDateTime) -> Observed {
        SCRATCH.with_borrow_mut(|scratch| {
            let message = self.analyze(text, account, modality, reference, scratch, false);
            let window = (0, scratch.text.len() as u32);
            self.collect(scratch, &message, window);
            Observed { prints: scratch.features.prints.clone(), symbols: scratch.window.chars.clone() }
        })
    }

    /// The rules that read something in a message, whether or not the answer shows it: names of [`entities::rules`], one for
    /// each value.
    ///
    /// # Errors
    /// [`UtteranceError::UnknownAccount`].
    pub fn rules_used(&self, utterance: &Utterance<'_>) -> Result<Vec<&'static str>, UtteranceError> {
        let account = self.account(utterance.account)?;
        Ok(SCRATCH.with_borrow_mut(|scratch| {
            let message =
                self.analyze(utterance.text, account, utterance.modality, &utterance.reference, scratch, true);
            let rule = |c: &Candidate<'_>| match c.provenance {
                Provenance::Rule(name) => Some(name),
                Provenance::Row(_) => None,
            };
            message.candidates.iter().filter(|c| c.whole).filter_map(rule).collect()
        }))
    }

    /// Normalises, segments, matches, by characters and where asked for by sound, and reads values.
    fn analyze<'s>(
        &'s self,
        text: &str,
        account: u16,
        modality: Modality,
        reference: &jiff::ZonedDateTime,
        scratch: &mut Scratch,
        by_sound: bool,
    ) -> Message<'s, 's> {
        let view = &self.views[usize::from(account)];
        self.normalizer.normalize(text, modality, &mut scratch.text);
        self.segmenter.segment(&scratch.text, &mut scratch.segments);
        scratch.matches.find(&self.bundle, &self.segmenter, &scratch.text, &scratch.segments, &view.visibility);
        let mut candidates = Vec::new();
        let airline = self.bundle.content.accounts[usize::from(account)].airline.as_deref();
        let holds = self.reader.read(&scratch.text, airline, reference, &mut candidates);
        if by_sound {
            let scene = Scene {
                bundle: &self.bundle,
                visible: &view.visibility,
                chars: scratch.text.chars(),
                segments: &scratch.segments,
                candidates: &candidates,
                modality,
            };
            self.sound.read(&scene, &mut scratch.matches, &mut scratch.sound);
        }
        let found =
            entities::Found { matches: &scratch.matches, segments: &scratch.segments, lexicon: &self.bundle.lexicon };
        self.reader.names(&scratch.text, found, &mut candidates);
        decide::mark_ignorable(self.ignorable, &scratch.matches, scratch.text.chars(), &mut scratch.ignorable);
        let entities = entities::resolve(&candidates);
        let message = Message { view, candidates, entities, now: reference.timestamp().as_second(), holds };
        self.symbolize(scratch, &message);
        message
    }

    /// Reads one text; intents less sure than `least` are left out.
    fn read(
        &self,
        utterance: &Utterance<'_>,
        original: &str,
        account: u16,
        least: f32,
        wanted: Option<&Wanted<'_>>,
        scratch: &mut Scratch,
    ) -> (Recognition, Heard) {
        let mut message =
            self.analyze(original, account, utterance.modality, &utterance.reference, scratch, self.hearing.words);
        let threshold = message.view.threshold;
        let all = (0, scratch.text.len() as u32);
        let (mut rows, mut ranking) = std::mem::take(&mut scratch.judgement);
        self.judge(scratch, &message, all, &mut rows, &mut ranking);

        let Readout { mut asked, set_aside, withdrawn } = self.requests(scratch, &message, threshold, &rows, &ranking);
        let trace = utterance.explain.then(|| self.trace(original, scratch, &rows, &ranking, threshold));
        // Not where parts tell what the whole does not, nor where it is politeness.
        let torn = ranking.torn(least).filter(|(best, second)| {
            matches!(asked.as_slice(), [only] if only.considered == **best && only.mood.is_none())
                && ![best, second].iter().any(|c| self.beside(c.intent))
        });
        if torn.is_none() {
            asked.retain(|r| r.considered.confidence >= least);
        }
        // What is refused here may be what an earlier message said: 不是北京是上海.
        let heard = wanted.map(|wanted| self.heard(original, scratch, &message, wanted)).unwrap_or_default();
        requests::withdraw(&mut message.candidates, &withdrawn);

        let value = |c: &Candidate<'_>| Value::of(self.kind_name(c.kind).to_owned(), original, &scratch.text, c);
        let shown = entities::shown(&message.candidates, &message.entities);
        let entities = shown.iter().map(|i| value(&message.candidates[*i as usize])).collect();
        let flags = match message.view.moderated {
            true => {
                self.moderator(message.view).inbound(&scratch.text, &scratch.segments, original, &mut scratch.search)
            }
            false => Vec::new(),
        };
        let mut intents: Vec<Recognized> =
            asked.iter().map(|asked| self.recognized(original, scratch, &message, asked)).collect();
        self.share_values(&mut intents);
        let set_aside = set_aside
            .into_iter()
            .map(|(intent, range, mood)| SetAside {
                intent,
                mood,
                span: scratch.text.span(range.0 as usize, range.1 as usize),
            })
            .collect();
        let mut alternatives = Vec::new();
        if let [only] = asked.as_slice()
            && only.mood.is_none()
            && let Some(best) = ranking.considered.first().filter(|best| best.intent == only.considered.intent)
        {
            let close = |c: &&Considered| best.score - c.score <= AMBIGUOUS_GAP && c.intent != best.intent;
            let alternative = |c: &Considered| Alternative { intent: c.intent, confidence: c.confidence };
            alternatives.extend(ranking.considered.iter().filter(close).map(alternative));
            if alternatives.is_empty() {
                alternatives.extend(torn.map(|(_, second)| alternative(second)));
            }
        }
        let recognition = Recognition {
            account,
            outcome: outcome(&intents, &alternatives),
            intents,
            set_aside,
            alternatives,
            entities,
            flags,
            sound_readings: self.sound_readings(original, scratch),
            hypothesis: 0,
            trace,
        };
        scratch.judgement = (rows, ranking);
        scratch.lasting = Lasting { values: message.holds, rows: scratch.rows.take_constant() };
        (recognition, heard)
    }

    /// The words of a message that were read by their sound.
    fn sound_readings(&self, original: &str, scratch: &Scratch) -> Vec<SoundReading> {
        let text = &scratch.text;
        let reading = |m: &SoundMatch| SoundReading {
            raw: text.raw(original, m.start as usize, m.end as usize).to_owned(),
            word: self.sound.word(m).iter().collect(),
            span: text.span(m.start as usize, m.end as usize),
        };
        scratch.matches.heard.iter().map(reading).collect()
    }

    fn recognized(
        &self,
        original: &str,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        asked: &Asked,
    ) -> Recognized {
        let Asked { part, window, considered, mood } = asked;
        let content = &self.bundle.content;
        let intent: &Intent = &content.intents[usize::from(considered.intent)];
        let mut filled = std::mem::take(&mut scratch.filled);
        let left_out = slots::TakenBack::LeftOut;
        slots::fill(content, intent, &message.candidates, scratch.text.chars(), *window, left_out, &mut filled);
        let values = filled
            .iter()
            .map(|f| {
                let name = content.slots[usize::from(f.slot)].name.clone();
                Value::of(name, original, &scratch.text, &message.candidates[f.candidate as usize])
            })
            .collect();
        // A question mark stands behind the part.
        let end = (part.1 as usize + 1).min(scratch.text.len());
        let question = question::is_question(&scratch.text.chars()[part.0 as usize..end]);
        let missing = intent.missing(question, |slot| filled.iter().any(|f| f.slot == slot));
        scratch.filled = filled;
        Recognized {
            intent: considered.intent,
            confidence: considered.confidence,
            slots: values,
            missing,
            mood: mood.unwrap_or(if question { Mood::Question } else { Mood::Request }),
            span: scratch.text.span(part.0 as usize, part.1 as usize),
        }
    }
}

fn outcome(intents: &[Recognized], alternatives: &[Alternative]) -> Outcome {
    if intents.is_empty() {
        Outcome::Unrecognized
    } else if !alternatives.is_empty() {
        Outcome::Ambiguous
    } else if intents.iter().any(|i| !i.missing.is_empty()) {
        Outcome::Incomplete
    } else {
        Outcome::Matched
    }
}
