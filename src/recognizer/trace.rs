//! How an answer came about, for people.

use super::{Recognizer, Scratch};
use crate::decide::{Ranking, RowMatch};
use crate::learn::{Features, KIND_SYMBOL, LONGEST_ROW};
use crate::text::Span;

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

impl Recognizer {
    pub(super) fn trace(
        &self,
        original: &str,
        scratch: &Scratch,
        rows: &[RowMatch],
        ranking: &Ranking,
        threshold: f32,
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
                raw: text.raw(original, m.start as usize, m.end as usize).to_owned(),
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
            clauses: scratch.parts.iter().map(|(s, e)| span(*s, *e)).collect(),
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
            for length in 1..=LONGEST_ROW.min(pieces.len() - start) {
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
