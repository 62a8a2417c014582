//! From tables to the bytes of a bundle: names become indexes, words become an fst map.

mod accounts;
mod faults;
mod holidays;
mod hours;
mod ids;
mod intents;
mod menus;
mod phrases;
mod sensitive;
mod slots;
mod sounds;
mod terms;

use super::content::{Content, Pack, Scope};
use super::lexicon::{MOST_INDEXES, Posting, fst_value};
use super::sections::{Parts, Sections};
use super::source::Source;
use crate::diagnostic::{Diagnostic, Faults, Place, Severity, Text};
use crate::learn::Weights;
use crate::text::Normalizer;
use faults::internal;
use std::collections::{BTreeMap, HashMap};

/// A compiled dictionary that still lacks its learned model.
pub struct Compiled {
    sections: Sections<Vec<u8>>,
}

impl Compiled {
    /// Returns the bytes of a bundle with `weights` in it.
    pub fn to_bytes(&self, weights: &Weights) -> Vec<u8> {
        Sections { model: weights.to_bytes(), ..self.sections.clone() }.to_bytes()
    }
}

/// Compiles tables.
///
/// # Errors
/// [`Faults`] with every finding when at least one is an error; warnings alone are dropped here, `dict check` shows them.
pub fn compile(source: &Source, normalizer: &Normalizer) -> Result<Compiled, Faults> {
    let mut compiler = Compiler::new(source, normalizer);
    compiler.check_ids();
    compiler.accounts();
    compiler.groups_and_slots();
    compiler.intents();
    compiler.phrases();
    compiler.terms();
    compiler.sensitive();
    compiler.lookalikes();
    compiler.menus();
    compiler.sounds();
    compiler.carriers();
    compiler.holidays();
    compiler.finish()
}

/// What has been compiled so far; each module adds the rows of its tables.
struct Compiler<'a> {
    source: &'a Source,
    normalizer: &'a Normalizer,
    faults: Vec<Diagnostic>,
    content: Content,
    words: BTreeMap<String, Vec<Posting>>,
    terms: Vec<u8>,
    term_count: usize,
    strings: Strings,
    scopes: HashMap<Scope, u16>,
    intents: HashMap<String, u16>,
    slots: HashMap<String, u16>,
    groups: HashMap<String, u16>,
    literals: HashMap<String, u32>,
}

#[derive(Default)]
struct Strings {
    known: HashMap<String, u32>,
    ends: Vec<u8>,
    text: Vec<u8>,
}

impl Strings {
    fn add(&mut self, s: &str) -> u32 {
        if let Some(index) = self.known.get(s) {
            return *index;
        }
        let index = self.known.len() as u32;
        self.known.insert(s.to_owned(), index);
        self.text.extend(s.as_bytes());
        self.ends.extend((self.text.len() as u32).to_le_bytes());
        index
    }
}

impl<'a> Compiler<'a> {
    fn new(source: &'a Source, normalizer: &'a Normalizer) -> Self {
        let packs = source.packs.iter().map(|p| Pack { id: p.id.clone(), title: p.title.clone() }).collect();
        let mut strings = Strings::default();
        strings.add("");
        Self {
            source,
            normalizer,
            faults: Vec::new(),
            content: Content { packs, ..Content::default() },
            words: BTreeMap::new(),
            terms: Vec::new(),
            term_count: 0,
            strings,
            scopes: HashMap::new(),
            intents: HashMap::new(),
            slots: HashMap::new(),
            groups: HashMap::new(),
            literals: HashMap::new(),
        }
    }

    fn finish(mut self) -> Result<Compiled, Faults> {
        if self.term_count >= MOST_INDEXES || self.content.literals as usize >= MOST_INDEXES {
            let place = Place::default();
            self.fault(
                "D057",
                &place,
                "",
                Text::new("词太多了", "there are too many words"),
                Text::new("拆成几个词典", "split the dictionary"),
            );
        }
        self.words.remove("");
        if self.faults.iter().any(|d| d.severity == Severity::Error) {
            return Err(Faults(self.faults));
        }
        let mut postings = Vec::new();
        let mut builder = fst::raw::Builder::memory();
        for (word, list) in &mut self.words {
            list.dedup();
            let value = fst_value(list, &mut postings);
            // Words come sorted by bytes out of the map, which is the one thing the builder asks for.
            if let Err(error) = builder.insert(word.as_bytes(), value) {
                return Err(Faults(vec![internal(&error.to_string())]));
            }
        }
        let map = builder.into_inner().map_err(|e| Faults(vec![internal(&e.to_string())]))?;
        let content = postcard::to_stdvec(&self.content).map_err(|e| Faults(vec![internal(&e.to_string())]))?;
        Ok(Compiled {
            sections: Sections {
                content,
                lexicon: Parts {
                    map,
                    postings,
                    terms: self.terms,
                    string_ends: self.strings.ends,
                    strings: self.strings.text,
                },
                model: Vec::new(),
            },
        })
    }
}
