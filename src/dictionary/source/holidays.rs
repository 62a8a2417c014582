//! `holidays.csv`: named days.

use super::super::table::{Columns, Row};
use crate::diagnostic::{Diagnostic, Place};

/// A named day.
#[derive(Debug, Clone)]
pub struct HolidayRow {
    /// Stable row id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Other names.
    pub synonyms: Vec<String>,
    /// When it is, see the holiday reader.
    pub rule: String,
    /// Its public holiday.
    pub public_holiday: String,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns =
    Columns { required: &["id", "name", "rule"], optional: &["synonyms", "public_holiday", "note"] };

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> HolidayRow {
    HolidayRow {
        id: row.required("id", faults).to_owned(),
        name: row.required("name", faults).to_owned(),
        synonyms: row.list("synonyms"),
        rule: row.required("rule", faults).to_owned(),
        public_holiday: row.get("public_holiday").to_owned(),
        place: row.place("rule"),
    }
}
