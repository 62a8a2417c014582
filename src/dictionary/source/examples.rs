//! `examples.csv`: whole messages to learn from.

use super::super::table::{Columns, Row};
use super::cells::{MODALITIES, choice};
use crate::diagnostic::{Diagnostic, Place};
use crate::text::Modality;

/// A whole message somebody sent, for learning.
#[derive(Debug, Clone)]
pub struct ExampleRow {
    /// Stable row id.
    pub id: String,
    /// The intent, or `none`.
    pub intent: String,
    /// The message.
    pub text: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns { required: &["id", "intent", "text"], optional: &["modality", "note"] };

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> ExampleRow {
    ExampleRow {
        id: row.required("id", faults).to_owned(),
        intent: row.required("intent", faults).to_owned(),
        text: row.required("text", faults).to_owned(),
        modality: choice(row, "modality", &MODALITIES, faults).unwrap_or_default(),
        place: row.place("text"),
    }
}
