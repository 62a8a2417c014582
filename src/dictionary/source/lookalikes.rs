//! `lookalikes.csv`: other ways to write characters of sensitive words.

use super::super::table::{Columns, Row};
use super::cells::whole_number;
use crate::diagnostic::{Diagnostic, Place};

/// A way to write characters of a sensitive word otherwise: 弓虽 for 强, v信 for 微信.
#[derive(Debug, Clone)]
pub struct LookalikeRow {
    /// Stable row id.
    pub id: String,
    /// What is written.
    pub written: String,
    /// What is meant.
    pub means: String,
    /// Counts in words of at least so many characters.
    pub least: u8,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns { required: &["id", "written", "means"], optional: &["least", "note"] };

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> LookalikeRow {
    LookalikeRow {
        id: row.required("id", faults).to_owned(),
        written: row.required("written", faults).to_owned(),
        means: row.required("means", faults).to_owned(),
        least: whole_number(row, "least", 0..=u8::MAX, 2, faults),
        place: row.place("written"),
    }
}
