//! `sounds.csv`: sounds that are taken for each other.

use super::super::table::{Columns, Row};
use super::cells::choice;
use crate::diagnostic::{Diagnostic, Place, Text};

/// Two sounds that are taken for each other: zh and z, in and ing.
#[derive(Debug, Clone)]
pub struct SoundRow {
    /// Stable row id.
    pub id: String,
    /// Two initials; otherwise two finals.
    pub initial: bool,
    /// One of them.
    pub one: String,
    /// The other one.
    pub other: String,
    /// What it costs to read one as the other, above 0 and at most 1.
    pub cost: f32,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns { required: &["id", "part", "one", "other", "cost"], optional: &["note"] };

/// Reads one row; `None` where a fault leaves nothing to keep.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<SoundRow> {
    let cost = row.get("cost").parse().ok().filter(|c: &f32| *c > 0.0 && *c <= 1.0);
    if cost.is_none() {
        faults.push(Diagnostic::error(
            "D026",
            row.place("cost"),
            Text::new(
                format!("“{}”不是大于 0、不超过 1 的数", row.get("cost")),
                format!("`{}` is not a number above 0 and at most 1", row.get("cost")),
            ),
            Text::new("常混的写 0.2，少见的写 0.5", "write 0.2 for what is often confused, 0.5 for what seldom is"),
        ));
    }
    Some(SoundRow {
        id: row.required("id", faults).to_owned(),
        initial: choice(row, "part", &[("initial", true), ("final", false)], faults)?,
        one: row.get("one").to_owned(),
        other: row.get("other").to_owned(),
        cost: cost?,
        place: row.place("one"),
    })
}
