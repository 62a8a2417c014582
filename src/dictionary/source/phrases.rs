//! `phrases.csv`: ways people ask for an intent.

use super::super::table::{Columns, Row};
use super::cells::{choice, moment, whole_number};
use crate::diagnostic::{Diagnostic, Place};
use serde::{Deserialize, Serialize};

/// How much of the message a phrase row must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchMode {
    /// Its elements anywhere, in any order.
    Any,
    /// Its elements in the order of the row.
    Order,
    /// Its elements in order, and nothing else but politeness.
    Whole,
}

/// A way people ask for an intent.
#[derive(Debug, Clone)]
pub struct PhraseRow {
    /// Stable row id.
    pub id: String,
    /// The intent it speaks for.
    pub intent: String,
    /// The phrase itself, see [`crate::dictionary::phrase`].
    pub phrase: String,
    /// Any order, in order or whole message.
    pub mode: MatchMode,
    /// The most characters between neighbouring elements.
    pub gap: u8,
    /// Phrases whose presence speaks against the row.
    pub exclude: Vec<String>,
    /// First moment at which the row counts, in seconds since 1970.
    pub valid_from: Option<i64>,
    /// First moment at which it no longer counts.
    pub valid_to: Option<i64>,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "intent", "phrase"],
    optional: &["match", "gap", "exclude", "valid_from", "valid_to", "note"],
};

/// Characters between neighbouring elements of a phrase where its row says nothing.
const DEFAULT_GAP: u8 = 8;

/// Reads one row; `None` where a fault leaves nothing to keep.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<PhraseRow> {
    let modes =
        [("", MatchMode::Any), ("any", MatchMode::Any), ("order", MatchMode::Order), ("whole", MatchMode::Whole)];
    Some(PhraseRow {
        id: row.required("id", faults).to_owned(),
        intent: row.required("intent", faults).to_owned(),
        phrase: row.required("phrase", faults).to_owned(),
        mode: choice(row, "match", &modes, faults)?,
        gap: whole_number(row, "gap", 0..=u8::MAX, DEFAULT_GAP, faults),
        exclude: row.list("exclude"),
        valid_from: moment(row, "valid_from", faults),
        valid_to: moment(row, "valid_to", faults),
        place: row.place("phrase"),
    })
}
