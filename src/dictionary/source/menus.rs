//! `menus.csv`: entries of menus, and ways into one.

use super::super::table::{Columns, Row};
use super::cells::{pairs, whole_number};
use crate::diagnostic::{Diagnostic, Place};

/// An entry of a menu, or a way into one.
#[derive(Debug, Clone)]
pub struct MenuRow {
    /// Stable row id.
    pub id: String,
    /// The menu it stands in; empty for a way into a menu by an intent alone.
    pub menu: String,
    /// The number that picks it, 1 to 99; 0 without one.
    pub option: u8,
    /// What is shown; understood at any level as the whole message.
    pub label: String,
    /// Further words that pick it while its menu is pending.
    pub words: Vec<String>,
    /// What picking it means.
    pub intent: String,
    /// With which values.
    pub slots: Vec<(String, String)>,
    /// The menu that is pending afterwards.
    pub opens: String,
    /// For how many minutes that menu stays pending.
    pub minutes: u16,
    /// Accounts for which alone it counts; all where empty.
    pub accounts: Vec<String>,
    /// Where the row stands.
    pub place: Place,
}

/// The columns of the table.
pub(super) const COLUMNS: Columns = Columns {
    required: &["id", "menu", "intent"],
    optional: &["option", "label", "words", "slots", "opens", "minutes", "accounts", "note"],
};

/// For how many minutes a menu stays pending where its row says nothing.
const DEFAULT_MINUTES: u16 = 30;

/// A menu never outlives the 48 hours of a context.
const MOST_MINUTES: u16 = 48 * 60;

/// Reads one row.
pub(super) fn read(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> MenuRow {
    MenuRow {
        id: row.required("id", faults).to_owned(),
        menu: row.get("menu").to_owned(),
        option: whole_number(row, "option", 1..=99, 0, faults),
        label: row.get("label").to_owned(),
        words: row.list("words"),
        intent: row.required("intent", faults).to_owned(),
        slots: pairs(row, "slots", faults),
        opens: row.get("opens").to_owned(),
        minutes: whole_number(row, "minutes", 1..=MOST_MINUTES, DEFAULT_MINUTES, faults),
        accounts: row.list("accounts"),
        place: row.place("menu"),
    }
}
