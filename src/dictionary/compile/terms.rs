//! Words: gazetteers, word groups, cues and the names of airlines.

use super::Compiler;
use crate::diagnostic::Text;
use crate::dictionary::cue::{Cue, CueWord};
use crate::dictionary::lexicon::{Posting, Term};
use crate::dictionary::source::TermRow;
use std::collections::BTreeSet;

impl Compiler<'_> {
    pub(super) fn terms(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.terms {
                if let Some(cue) = Cue::of(&row.group) {
                    self.cue_words(pack_index, cue, row);
                    continue;
                }
                let Some(group) = self.groups.get(&row.group).copied() else { continue };
                let scope = self.scope(pack_index, &row.accounts, &row.place);
                let attributes = row.attributes.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("|");
                let term = Term {
                    scope,
                    group,
                    value: self.strings.add(&row.value),
                    row: self.strings.add(&row.id),
                    attributes: self.strings.add(&attributes),
                    sound: row.sound,
                };
                let index = self.term_count as u32;
                self.term_count += 1;
                term.encode(&mut self.terms);
                let folded = self.spellings(row);
                for spelling in &folded {
                    self.words.entry(spelling.clone()).or_default().push(Posting::Term(index));
                }
                for exception in self.exceptions(row, &folded) {
                    self.words.entry(exception).or_default().push(Posting::Shield(index));
                }
            }
        }
    }

    /// The names of airlines, the longest first, with their codes.
    pub(super) fn carriers(&mut self) {
        let source = self.source;
        for pack in &source.packs {
            for row in pack.terms.iter().filter(|t| t.group == "carrier") {
                match row.attributes.iter().find(|(name, _)| name == "code") {
                    Some((_, code)) => {
                        for name in std::iter::once(&row.value).chain(&row.synonyms) {
                            self.content.carriers.push((self.normalizer.fold(name), code.to_ascii_uppercase()));
                        }
                    }
                    None => self.fault(
                        "D056",
                        &row.place,
                        "attributes",
                        Text::new("航空公司缺少二字码", "an airline needs its two-character code"),
                        Text::new("写 code=CZ", "write code=CZ"),
                    ),
                }
            }
        }
        self.content.carriers.sort_by(|a, b| b.0.chars().count().cmp(&a.0.chars().count()).then_with(|| a.cmp(b)));
        self.content.carriers.dedup_by(|a, b| a.0 == b.0);
    }

    /// The folded spellings of a term.
    fn spellings(&mut self, row: &TermRow) -> BTreeSet<String> {
        let mut folded = BTreeSet::new();
        for spelling in row.bare.then_some(&row.value).into_iter().chain(&row.synonyms) {
            let spelling_folded = self.normalizer.fold(spelling);
            if spelling_folded.is_empty() && !spelling.is_empty() {
                self.invisible(spelling, &row.place, "synonyms");
            } else if !spelling_folded.is_empty() {
                folded.insert(spelling_folded);
            }
        }
        folded
    }

    /// The folded exceptions of a term with these spellings.
    fn exceptions(&mut self, row: &TermRow, folded: &BTreeSet<String>) -> Vec<String> {
        let mut out = Vec::new();
        for exception in &row.exceptions {
            let exception_folded = self.normalizer.fold(exception);
            if folded.iter().any(|s| exception_folded.contains(s.as_str()) && exception_folded != *s) {
                out.push(exception_folded);
                continue;
            }
            self.useless_exception(exception, &row.place);
        }
        out
    }

    fn cue_words(&mut self, pack: usize, cue: Cue, row: &TermRow) {
        let scope = self.scope(pack, &row.accounts, &row.place);
        let folded = self.spellings(row);
        let shields = self.exceptions(row, &folded);
        let word = |word, shield| CueWord { cue, scope, word, shield };
        self.content.cues.extend(shields.into_iter().map(|w| word(w, true)));
        self.content.cues.extend(folded.into_iter().map(|w| word(w, false)));
    }
}
