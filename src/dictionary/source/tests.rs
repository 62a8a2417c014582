//! `tests.csv`: messages and what must come out.

use super::super::table::{Columns, Row};
use super::cells::{MODALITIES, choice, pairs};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text::Modality;

/// A message and what must come out.
#[derive(Debug, Clone)]
pub struct TestRow {
    /// Stable row id.
    pub id: String,
    /// The account asked.
    pub account: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// The messages before, oldest first.
    pub context: Vec<String>,
    /// The message.
    pub text: String,
    /// Reference time; the catalogue's where left out.
    pub at: String,
    /// The expected intents, in order; empty for out of scope.
    pub intents: Vec<String>,
    /// The expected slots; `None` where they are not tested.
    pub slots: Option<Vec<(String, String)>>,
    /// True for a known failure: it must go on failing until the mark is removed.
    pub fails: bool,
    /// The model learns from it, too.
    pub train: bool,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "account", "text"],
    optional: &["modality", "context", "at", "intents", "slots", "expect", "train", "note"],
};

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> TestRow {
    let slots = match row.get("slots") {
        "" => None,
        "-" => Some(Vec::new()),
        _ => Some(pairs(row, "slots", faults)),
    };
    let train = choice(row, "train", &[("", false), ("y", true), ("n", false)], faults).unwrap_or(false);
    if train && (row.list("intents").len() > 1 || !row.list("context").is_empty()) {
        faults.push(Diagnostic::error(
            "D027",
            row.place("train"),
            Text::new(
                "多个意图或有上文的测试不能用来学习",
                "a test with several intents or with messages before it cannot be learned from",
            ),
            Text::new(
                "清空 train，把消息拆开写进 examples",
                "empty the cell, and write the single messages into examples",
            ),
        ));
    }
    TestRow {
        id: row.required("id", faults).to_owned(),
        account: row.required("account", faults).to_owned(),
        modality: choice(row, "modality", &MODALITIES, faults).unwrap_or_default(),
        context: row.list("context"),
        text: row.required("text", faults).to_owned(),
        at: row.get("at").to_owned(),
        intents: row.list("intents"),
        slots,
        fails: choice(row, "expect", &[("", false), ("fails", true)], faults).unwrap_or(false),
        train,
        place: row.place("text"),
    }
}
