//! The rules of all readers in one list.

use super::{branch, numeric, temporal};

/// What one rule reads. Its name stands in [`Provenance::Rule`](super::Provenance::Rule) of the values that it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The name.
    pub name: &'static str,
    /// What it reads, in plain words.
    pub reads: &'static str,
    /// A message in which it reads something; a test runs it.
    pub example: &'static str,
}

/// Every rule that is code: of dates and times, of numbers and identifiers, of branches. Gazetteers and patterns are rows
/// of the dictionary.
pub fn rules() -> impl Iterator<Item = Rule> {
    let times = temporal::RULES.iter().map(|r| Rule { name: r.id, reads: r.what, example: r.example });
    let numbers = numeric::rules()
        .filter_map(|r| r.examples.first().map(|e| Rule { name: r.name, reads: r.reads, example: e.0 }));
    times.chain(numbers).chain([branch::RULE])
}
