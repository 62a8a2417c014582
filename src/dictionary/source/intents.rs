//! `intents.csv`: what senders may want.

use super::super::table::{Columns, Row};
use super::cells::{choice, pairs};
use crate::diagnostic::{Diagnostic, Place};

/// An intent: what a sender may want.
#[derive(Debug, Clone)]
pub struct IntentRow {
    /// Stable id, public interface (`airline.check_in`).
    pub id: String,
    /// Title for people.
    pub title: String,
    /// How to name it in 您是想…还是…; the title where left out.
    pub alias: String,
    /// Slots without which the intent cannot be carried out.
    pub required: Vec<String>,
    /// Slots of which at least one must be there; the first is asked for.
    pub any_of: Vec<String>,
    /// Further slots.
    pub optional: Vec<String>,
    /// What to ask when a required slot is missing; the slot's own prompt where left out.
    pub prompt: String,
    /// True where a person must answer.
    pub human: bool,
    /// Why a person must answer.
    pub reason: String,
    /// Free map for the webhook.
    pub metadata: Vec<(String, String)>,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "title"],
    optional: &["alias", "required", "any_of", "optional", "prompt", "handling", "reason", "metadata", "note"],
};

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> IntentRow {
    IntentRow {
        id: row.required("id", faults).to_owned(),
        title: row.required("title", faults).to_owned(),
        alias: row.get("alias").to_owned(),
        required: row.list("required"),
        any_of: row.list("any_of"),
        optional: row.list("optional"),
        prompt: row.get("prompt").to_owned(),
        human: choice(row, "handling", &[("", false), ("auto", false), ("human", true)], faults).unwrap_or(false),
        reason: row.get("reason").to_owned(),
        metadata: pairs(row, "metadata", faults),
        place: row.place("id"),
    }
}
