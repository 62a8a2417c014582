//! What a dictionary's model is learned from, and how.

use super::assemble;
use crate::dictionary::{Compiled, DictionaryError, Source};
use crate::learn::{Example, Model, near_duplicates, train};
use crate::text::{Modality, Normalizer};
use std::sync::{Arc, OnceLock};

/// The examples of all packs as the learner sees them.
pub struct Corpus {
    /// The intents that have examples, and `none`, sorted; classes are indexes into it.
    pub classes: Vec<String>,
    /// The examples, sorted by pack and row id.
    pub examples: Vec<Observation>,
    /// For each example the group of those that are nearly the same; found when it is asked for.
    groups: OnceLock<Vec<u32>>,
}

/// An example as the learner sees it.
pub struct Observation {
    /// Features and class.
    pub example: Example,
    /// The message.
    pub text: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// An account that has the pack of the example; the examples of a pack take the accounts that have it in turn.
    pub account: u16,
    /// Symbols of its characters.
    symbols: Vec<u32>,
}

/// Two messages that have this share of their pairs of characters in common are nearly the same.
const NEARLY_THE_SAME: f32 = 0.5;

impl Corpus {
    /// Reads the examples of a compiled dictionary.
    ///
    /// # Errors
    /// [`DictionaryError::Corrupt`] where the compiled dictionary cannot be read back.
    pub fn read(source: &Source, compiled: &Compiled, normalizer: &Arc<Normalizer>) -> Result<Self, DictionaryError> {
        let recognizer = assemble(compiled, &Model::default(), normalizer)?;
        let reference = training_moment();
        let mut classes: Vec<String> =
            source.packs.iter().flat_map(|p| &p.examples).map(|row| row.intent.clone()).collect();
        classes.sort();
        classes.dedup();
        let mut examples = Vec::new();
        for pack in &source.packs {
            let having = |a: &u16| source.accounts[usize::from(*a)].packs.contains(&pack.id);
            let accounts: Vec<u16> = (0..source.accounts.len() as u16).filter(having).collect();
            // The values that a message holds depend on the words of its account: read it as an account that has the pack.
            let reader = accounts.first().copied().unwrap_or(0);
            let mut rows: Vec<_> = pack.examples.iter().collect();
            rows.sort_by(|a, b| a.id.cmp(&b.id));
            for (turn, row) in rows.into_iter().enumerate() {
                let observed = recognizer.observe(&row.text, reader, row.modality, &reference);
                let class = classes.binary_search(&row.intent).unwrap_or(0) as u16;
                examples.push(Observation {
                    example: Example { prints: observed.prints, class },
                    text: row.text.clone(),
                    modality: row.modality,
                    account: accounts.get(turn % accounts.len().max(1)).copied().unwrap_or(0),
                    symbols: observed.symbols,
                });
            }
        }
        Ok(Self { classes, examples, groups: OnceLock::new() })
    }

    /// The fold of an example out of `folds`; examples that are nearly the same fall into one.
    pub fn fold(&self, example: usize, folds: u64) -> u64 {
        let groups = self.groups.get_or_init(|| {
            let rows: Vec<&[u32]> = self.examples.iter().map(|e| e.symbols.as_slice()).collect();
            near_duplicates(&rows, NEARLY_THE_SAME)
        });
        scatter(u64::from(groups[example])) % folds.max(1)
    }

    /// Learns a model from some of the examples, named by index.
    pub fn learn(&self, chosen: &[usize]) -> Model {
        if self.classes.len() < 2 {
            return Model::default();
        }
        let examples: Vec<&Example> = chosen.iter().map(|i| &self.examples[*i].example).collect();
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        train(&examples, &self.classes, workers)
    }
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
