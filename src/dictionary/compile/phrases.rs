//! Phrase rows: from what maintainers write to elements of atoms.

use super::Compiler;
use super::faults::Named;
use crate::diagnostic::Text;
use crate::dictionary::content::{Atom, PhraseRow, Variant};
use crate::dictionary::lexicon::Posting;
use crate::dictionary::phrase::{self, Piece};
use crate::dictionary::source::PhraseRow as PhraseSource;

/// Elements of a phrase row have one bit each, all its exclusions together one more.
const MOST_ELEMENTS: usize = 32;

impl Compiler<'_> {
    pub(super) fn phrases(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            let mut rows: Vec<&PhraseSource> = pack.phrases.iter().collect();
            rows.sort_by(|a, b| a.id.cmp(&b.id));
            for row in rows {
                self.phrase(pack_index, row);
            }
        }
    }

    fn phrase(&mut self, pack_index: usize, row: &PhraseSource) {
        let Some(intent) = self.intents.get(&row.intent).copied() else {
            let known: Vec<String> = self.intents.keys().cloned().collect();
            return self.unknown(Named::Intent, &row.intent, &known, &row.place, "intent");
        };
        if row.phrase.is_empty() {
            return;
        }
        let mut elements = match phrase::parse(&row.phrase) {
            Ok(elements) => elements,
            Err(text) => {
                let message = Text::new(
                    format!("句式“{}”写错了：{}", row.phrase, text.zh),
                    format!("bad phrase `{}`: {}", row.phrase, text.en),
                );
                return self.fault(
                    "D050",
                    &row.place,
                    "phrase",
                    message,
                    Text::new("对照 README 的句式表改正", "compare with the phrase table in the README"),
                );
            }
        };
        let wanted = elements.len();
        for excluded in &row.exclude {
            match phrase::parse(excluded) {
                Ok(mut parsed) if parsed.len() == 1 => elements.append(&mut parsed),
                Ok(_) => self.fault(
                    "D051",
                    &row.place,
                    "exclude",
                    Text::new(
                        format!("排除词“{excluded}”里不能有空格"),
                        format!("the exclusion `{excluded}` must not hold a space"),
                    ),
                    Text::new("用 | 隔开几个排除词", "separate exclusions by |"),
                ),
                Err(text) => self.fault(
                    "D051",
                    &row.place,
                    "exclude",
                    Text::new(
                        format!("排除词“{excluded}”写错了：{}", text.zh),
                        format!("bad exclusion `{excluded}`: {}", text.en),
                    ),
                    Text::new("改正它", "correct it"),
                ),
            }
        }
        if wanted >= MOST_ELEMENTS {
            return self.fault(
                "D052",
                &row.place,
                "phrase",
                Text::new(
                    format!("句式超过 {} 个部分", MOST_ELEMENTS - 1),
                    format!("the row has more than {} elements", MOST_ELEMENTS - 1),
                ),
                Text::new("拆成几行", "split the row"),
            );
        }
        let (mut required, mut excluded) = (0u32, 0u32);
        let mut variants = Vec::new();
        for (at, element) in elements.iter().enumerate() {
            // All exclusions share one bit: any of them speaks against the row.
            let position = at.min(wanted);
            match (position < wanted, element.optional) {
                (true, false) => required |= 1 << position,
                (true, true) => {}
                (false, _) => excluded |= 1 << position,
            }
            for pieces in &element.variants {
                let atoms: Option<Vec<Atom>> = pieces.iter().map(|p| self.atom(p, row)).collect();
                let Some(atoms) = atoms.filter(|a| !a.is_empty() && a.len() <= usize::from(u8::MAX)) else { continue };
                variants.push(Variant { element: position as u8, atoms });
            }
        }
        let scope = self.scope(pack_index, &[], &row.place);
        self.content.rows.push(PhraseRow {
            id: row.id.clone(),
            phrase: row.phrase.clone(),
            intent,
            scope,
            mode: row.mode,
            gap: row.gap,
            required,
            excluded,
            variants,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        });
    }

    fn atom(&mut self, piece: &Piece, row: &PhraseSource) -> Option<Atom> {
        match piece {
            Piece::Literal(text) => {
                let folded = self.normalizer.fold(text);
                if folded.is_empty() {
                    self.fault(
                        "D053",
                        &row.place,
                        "phrase",
                        Text::new(format!("“{text}”里没有看得见的字"), format!("`{text}` holds no visible character")),
                        Text::new("删掉它", "remove it"),
                    );
                    return None;
                }
                let next = self.content.literals;
                let index = *self.literals.entry(folded.clone()).or_insert(next);
                if index == next {
                    self.content.literals += 1;
                    self.words.entry(folded).or_default().push(Posting::Literal(index));
                }
                Some(Atom::Literal(index))
            }
            Piece::Group(name) => match self.groups.get(name) {
                Some(index) => Some(Atom::Group(*index)),
                None => {
                    let known: Vec<String> = self.groups.keys().cloned().collect();
                    self.unknown(Named::Group, name, &known, &row.place, "phrase");
                    None
                }
            },
            Piece::Slot(name) => match self.slots.get(name) {
                Some(index) => Some(Atom::Slot(*index)),
                None => {
                    let known: Vec<String> = self.slots.keys().cloned().collect();
                    self.unknown(Named::Slot, name, &known, &row.place, "phrase");
                    None
                }
            },
        }
    }
}
