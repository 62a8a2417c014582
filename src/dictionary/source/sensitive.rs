//! `sensitive.csv`: sensitive words.

use super::super::table::{Columns, Row};
use super::cells::choice;
use crate::diagnostic::{Diagnostic, Place};
use serde::{Deserialize, Serialize};

/// What happens to an outgoing text with a sensitive word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// It may go out, with a warning.
    Warn,
    /// It must not go out.
    Block,
}

/// How a sensitive word may be written by its sound instead of its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sounding {
    /// Not at all.
    Never,
    /// Some of its characters, as long as one of them is written.
    Partly,
    /// The whole word too.
    Whole,
}

/// A sensitive word.
#[derive(Debug, Clone)]
pub struct SensitiveRow {
    /// Stable row id.
    pub id: String,
    /// Category, public interface.
    pub category: String,
    /// The word.
    pub word: String,
    /// Longer words inside which it is harmless.
    pub exceptions: Vec<String>,
    /// Looked for in customers' messages.
    pub inbound: bool,
    /// Looked for in staff's texts.
    pub outbound: bool,
    /// What to do with an outgoing text.
    pub action: Action,
    /// How it may be written by its sound.
    pub sound: Sounding,
    /// Accounts for which alone it counts; all where empty.
    pub accounts: Vec<String>,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "category", "word"],
    optional: &["exceptions", "direction", "action", "sound", "accounts", "note"],
};

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> SensitiveRow {
    let direction = choice(
        row,
        "direction",
        &[("", (true, true)), ("both", (true, true)), ("in", (true, false)), ("out", (false, true))],
        faults,
    );
    let (inbound, outbound) = direction.unwrap_or((true, true));
    SensitiveRow {
        id: row.required("id", faults).to_owned(),
        category: row.required("category", faults).to_owned(),
        word: row.required("word", faults).to_owned(),
        exceptions: row.list("exceptions"),
        inbound,
        outbound,
        action: choice(row, "action", &[("", Action::Warn), ("warn", Action::Warn), ("block", Action::Block)], faults)
            .unwrap_or(Action::Warn),
        sound: choice(row, "sound", &[("", Sounding::Partly), ("n", Sounding::Never), ("y", Sounding::Whole)], faults)
            .unwrap_or(Sounding::Partly),
        accounts: row.list("accounts"),
        place: row.place("word"),
    }
}
