//! What a dictionary's model is learned from, and how.

use super::expansions::{Words, expand};
use crate::dictionary::{NONE, Source};
use crate::learn::{Example, Weights, near_duplicates, train};
use crate::recognizer::{Recognizer, Utterance};
use crate::text::Modality;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The messages that a model is learned from, as the learner sees them.
pub struct Corpus {
    /// The intents that have messages, and `none`, sorted; classes are indexes into it.
    pub classes: Vec<String>,
    /// The examples, behind them the marked tests, both by pack and row id, and the expansions of phrase rows.
    pub examples: Vec<Observation>,
    /// For each message the group of those that are nearly the same; found when it is asked for.
    groups: OnceLock<Vec<u32>>,
}

/// Where a message comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A row of `examples`.
    Example,
    /// A row of `tests` that is marked for training.
    Test,
    /// An expansion of a row of `phrases`: nobody wrote it, so nothing is measured on it.
    Phrase,
}

/// A message as the learner sees it.
pub struct Observation {
    /// Features and class.
    pub example: Example,
    /// The message.
    pub text: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// Where it comes from.
    pub origin: Origin,
    /// The account of a test; the examples of a pack take the accounts that have the pack in turn.
    pub account: u16,
    /// Symbols of its characters.
    symbols: Vec<u32>,
}

/// Two messages that have this share of their pairs of characters in common are nearly the same.
const NEARLY_THE_SAME: f32 = 0.5;
/// Where a pack learns from phrases, an intent with fewer examples and marked tests gets expansions of its rows until it has
/// so many messages.
const ENOUGH: usize = 150;

/// A message before the learner sees it.
struct Labelled {
    intent: String,
    text: String,
    modality: Modality,
    origin: Origin,
    account: u16,
    /// As which account it is read.
    reader: u16,
}

impl Corpus {
    /// Reads the examples and the marked tests, and expands phrase rows. `reader` is a recogniser of the same tables without a
    /// model.
    pub fn read(source: &Source, reader: &Recognizer) -> Self {
        let reference = training_moment();
        let mut messages = examples(source);
        messages.extend(marked_tests(source));
        let expanded = expansions(source, reader, &reference, &messages);
        messages.extend(expanded);
        let mut classes: Vec<String> = messages.iter().map(|m| m.intent.clone()).collect();
        classes.sort();
        classes.dedup();
        let observation = |m: Labelled| {
            let observed = reader.observe(&m.text, m.reader, m.modality, &reference);
            let class = classes.binary_search(&m.intent).unwrap_or(0) as u16;
            Observation {
                example: Example { prints: observed.prints, class },
                text: m.text,
                modality: m.modality,
                origin: m.origin,
                account: m.account,
                symbols: observed.symbols,
            }
        };
        let examples = messages.into_iter().map(observation).collect();
        Self { classes, examples, groups: OnceLock::new() }
    }

    /// The fold of a message out of `folds`; messages that are nearly the same fall into one.
    pub fn fold(&self, message: usize, folds: u64) -> u64 {
        let groups = self.groups.get_or_init(|| {
            let rows: Vec<&[u32]> = self.examples.iter().map(|e| e.symbols.as_slice()).collect();
            near_duplicates(&rows, NEARLY_THE_SAME)
        });
        scatter(u64::from(groups[message])) % folds.max(1)
    }

    /// Learns weights from some of the messages, named by index; from none those for no class.
    pub fn learn(&self, chosen: &[usize]) -> Weights {
        if self.classes.len() < 2 || chosen.is_empty() {
            return Weights::default();
        }
        let examples: Vec<&Example> = chosen.iter().map(|i| &self.examples[*i].example).collect();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        train(&examples, &self.classes, workers)
    }
}

/// The accounts that have a pack.
fn accounts_of(source: &Source, pack: &str) -> Vec<u16> {
    let having = |a: &u16| source.accounts[usize::from(*a)].packs.iter().any(|p| p == pack);
    (0..source.accounts.len() as u16).filter(having).collect()
}

fn examples(source: &Source) -> Vec<Labelled> {
    let mut out = Vec::new();
    for pack in &source.packs {
        let accounts = accounts_of(source, &pack.id);
        // The values that a message holds depend on the words of its account: read it as an account that has the pack.
        let reader = accounts.first().copied().unwrap_or(0);
        let mut rows: Vec<_> = pack.examples.iter().collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        out.extend(rows.into_iter().enumerate().map(|(turn, row)| Labelled {
            intent: row.intent.clone(),
            text: row.text.clone(),
            modality: row.modality,
            origin: Origin::Example,
            account: accounts.get(turn % accounts.len().max(1)).copied().unwrap_or(0),
            reader,
        }));
    }
    out
}

fn marked_tests(source: &Source) -> Vec<Labelled> {
    let mut out = Vec::new();
    for pack in &source.packs {
        let mut rows: Vec<_> = pack.tests.iter().filter(|t| t.train).collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        out.extend(rows.into_iter().map(|row| {
            let account = source.accounts.iter().position(|a| a.id == row.account).unwrap_or(0) as u16;
            Labelled {
                intent: row.intents.first().map_or(NONE, String::as_str).to_owned(),
                text: row.text.clone(),
                modality: row.modality,
                origin: Origin::Test,
                account,
                reader: account,
            }
        }));
    }
    out
}

/// Expansions of the rows of every intent that has few messages, in the packs that learn from phrases. What its rows alone do
/// not read as the intent and nothing else (another row says more, or excludes it) is left out.
fn expansions(
    source: &Source,
    rows: &Recognizer,
    reference: &jiff::ZonedDateTime,
    messages: &[Labelled],
) -> Vec<Labelled> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    messages.iter().for_each(|m| *counts.entry(&m.intent).or_default() += 1);
    let known: BTreeSet<&str> = messages.iter().map(|m| m.text.as_str()).collect();
    let mut out = Vec::new();
    for pack in source.packs.iter().filter(|p| p.learn_from_phrases) {
        let intents: BTreeSet<&str> = pack.phrases.iter().map(|row| row.intent.as_str()).collect();
        let few = |intent: &&str| counts.get(intent).copied().unwrap_or(0) < ENOUGH;
        let thin: Vec<&str> = intents.into_iter().filter(few).collect();
        let Some(account) = accounts_of(source, &pack.id).first().copied().filter(|_| !thin.is_empty()) else {
            continue;
        };
        let id = &source.accounts[usize::from(account)].id;
        let words = Words::of(source, &source.accounts[usize::from(account)].packs);
        for intent in thin {
            let count = counts.entry(intent).or_default();
            let keep = |text: &str| !known.contains(text) && reads(rows, text, id, reference, intent);
            for text in expand(&words, pack, intent, ENOUGH - *count, keep) {
                *count += 1;
                out.push(Labelled {
                    intent: intent.to_owned(),
                    text,
                    modality: Modality::Text,
                    origin: Origin::Phrase,
                    account,
                    reader: account,
                });
            }
        }
    }
    out
}

/// Tells whether a message asks for an intent and for nothing else.
fn reads(rows: &Recognizer, text: &str, account: &str, reference: &jiff::ZonedDateTime, intent: &str) -> bool {
    let (modality, reference) = (Modality::Text, reference.clone());
    let utterance = Utterance { text, hypotheses: &[], account, modality, reference, explain: false };
    rows.recognize(&utterance).is_ok_and(|answer| match answer.intents.as_slice() {
        [only] => rows.bundle().content.intents[usize::from(only.intent)].id == intent,
        _ => false,
    })
}

/// Groups are numbered by place, and neighbours in a table are alike: mixes the number (finalizer of MurmurHash3).
fn scatter(number: u64) -> u64 {
    let n = (number + 1).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let n = (n ^ n >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    n ^ n >> 33
}

/// The moment at which examples are read; dates become a mere kind, so which one does not matter, but it must stay.
fn training_moment() -> jiff::ZonedDateTime {
    jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)))
}
