use crate::dictionary::KindId;
use std::borrow::Cow;

/// How sure a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The shape fits, and other kinds have it too: 3102 as a flight.
    Bare,
    /// The shape fits several kinds and a word beside it decides: 航班3102.
    Cued,
    /// Nothing else can be meant: CZ3102, a word of a gazetteer as it is written.
    Certain,
}

/// How the value was read from the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// From the characters as they stand.
    Exact,
    /// By their sound.
    Phonetic,
    /// From an earlier message.
    Context,
}

/// What made a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance<'d> {
    /// A rule of a reader.
    Rule(&'static str),
    /// A row of a dictionary table.
    Row(&'d str),
}

/// Facts about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attributes<'d> {
    /// As a dictionary stores them: `name=value|name=value`.
    Stored(&'d str),
    /// As a reader made them.
    Made(Vec<(&'static str, String)>),
}

impl Attributes<'_> {
    /// Calls `each(name, value)` for every fact.
    pub fn for_each(&self, mut each: impl FnMut(&str, &str)) {
        match self {
            Attributes::Stored(text) => {
                text.split('|').filter_map(|p| p.split_once('=')).for_each(|(name, value)| each(name, value));
            }
            Attributes::Made(list) => list.iter().for_each(|(name, value)| each(name, value)),
        }
    }

    /// The fact of a name.
    pub fn get(&self, wanted: &str) -> Option<String> {
        let mut found = None;
        self.for_each(|name, value| {
            if name == wanted {
                found = Some(value.to_owned());
            }
        });
        found
    }
}

/// A value that a part of the message may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'d> {
    /// What kind of value.
    pub kind: KindId,
    /// First normalised character.
    pub start: u32,
    /// Behind the last normalised character.
    pub end: u32,
    /// Canonical value.
    pub value: Cow<'d, str>,
    /// Other readings of the same words, canonical.
    pub alternatives: Vec<String>,
    /// Facts about the value.
    pub attributes: Attributes<'d>,
    /// Whether the value holds by its own rules.
    pub valid: bool,
    /// Why not.
    pub reason: Option<&'static str>,
    /// How sure the reading is.
    pub strength: Strength,
    /// How it was read.
    pub source: Source,
    /// What made it.
    pub provenance: Provenance<'d>,
    /// False for the date or time inside a longer datetime: it fills slots but is no entity of its own.
    pub whole: bool,
    /// False where it only is an entity: a datetime whose parts fill the slots.
    pub fills: bool,
}
