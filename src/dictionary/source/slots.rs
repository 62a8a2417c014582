//! `slots.csv`: the named values of intents.

use super::super::table::{Columns, Row};
use super::cells::choice;
use crate::diagnostic::{Diagnostic, Place, Text};

/// Where a slot's values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotSource {
    /// A reader written in code, by the name of the kind it reads.
    Builtin(String),
    /// The terms of one or more groups.
    Gazetteer(Vec<String>),
    /// A regular expression; group 1 is the value where there is one.
    Regex(String),
}

/// A slot: a named value of an intent.
#[derive(Debug, Clone)]
pub struct SlotRow {
    /// Stable id, public interface.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Where values come from.
    pub source: SlotSource,
    /// Words before a value that give it this role among slots of the same source.
    pub before: Vec<String>,
    /// Words behind a value that give it this role.
    pub after: Vec<String>,
    /// Takes values to which no word gives a role.
    pub default_role: bool,
    /// Groups whose values the slot takes where the intent has no slot of their own for them.
    pub also: Vec<String>,
    /// What to ask when it is missing.
    pub prompt: String,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["name", "title", "source"],
    optional: &["before", "after", "default", "also", "prompt", "note"],
};

/// Reads one row; `None` where a fault leaves nothing to keep.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<SlotRow> {
    let cell = row.required("source", faults);
    let source = match cell.split_once(':') {
        Some(("builtin", kind)) => SlotSource::Builtin(kind.trim().to_owned()),
        Some(("gazetteer", groups)) => SlotSource::Gazetteer(groups.split('|').map(|g| g.trim().to_owned()).collect()),
        Some(("regex", pattern)) => SlotSource::Regex(pattern.to_owned()),
        _ => {
            if !cell.is_empty() {
                faults.push(Diagnostic::error(
                    "D025",
                    row.place("source"),
                    Text::new(format!("看不懂来源“{cell}”"), format!("cannot read the source `{cell}`")),
                    Text::new(
                        "写 builtin:date、gazetteer:brand 或 regex:表达式",
                        "write builtin:date, gazetteer:brand or regex:pattern",
                    ),
                ));
            }
            return None;
        }
    };
    Some(SlotRow {
        name: row.required("name", faults).to_owned(),
        title: row.required("title", faults).to_owned(),
        source,
        before: row.list("before"),
        after: row.list("after"),
        default_role: choice(row, "default", &[("", false), ("y", true), ("n", false)], faults).unwrap_or(false),
        also: row.list("also"),
        prompt: row.get("prompt").to_owned(),
        place: row.place("source"),
    })
}
