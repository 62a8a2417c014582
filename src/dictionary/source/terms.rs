//! `terms.csv`: words, by gazetteers and word groups.

use super::super::table::{Columns, Row};
use super::cells::{choice, pairs};
use crate::diagnostic::{Diagnostic, Place};

/// A word: a value of a gazetteer or a member of a word group.
#[derive(Debug, Clone)]
pub struct TermRow {
    /// Stable row id.
    pub id: String,
    /// Gazetteer or word group.
    pub group: String,
    /// Canonical value.
    pub value: String,
    /// Other spellings.
    pub synonyms: Vec<String>,
    /// Longer words inside which the term must not be found.
    pub exceptions: Vec<String>,
    /// Whether the value itself is looked for, beside its synonyms.
    pub bare: bool,
    /// May be read by its sound.
    pub sound: bool,
    /// Accounts for which alone it counts; all where empty.
    pub accounts: Vec<String>,
    /// Facts about the value (`iata=CAN`).
    pub attributes: Vec<(String, String)>,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "group", "value"],
    optional: &["synonyms", "exceptions", "bare", "sound", "accounts", "attributes", "note"],
};

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> TermRow {
    TermRow {
        id: row.required("id", faults).to_owned(),
        group: row.required("group", faults).to_owned(),
        value: row.required("value", faults).to_owned(),
        synonyms: row.list("synonyms"),
        exceptions: row.list("exceptions"),
        bare: choice(row, "bare", &[("", true), ("y", true), ("n", false)], faults).unwrap_or(true),
        sound: choice(row, "sound", &[("", true), ("y", true), ("n", false)], faults).unwrap_or(true),
        accounts: row.list("accounts"),
        attributes: pairs(row, "attributes", faults),
        place: row.place("value"),
    }
}
