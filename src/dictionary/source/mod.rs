//! A dictionary folder as its maintainers keep it: accounts, packs, tables of rows with their places.
//!
//! One module for each table: the row as it is kept, its columns, and how it is read.

mod accounts;
mod cells;
mod config_file;
mod examples;
mod holidays;
mod intents;
mod lookalikes;
mod menus;
mod overlooked;
mod pack;
mod phrases;
mod sensitive;
mod slots;
mod sounds;
mod terms;
mod tests;

pub use accounts::{AccountSource, ServiceSource};
pub use examples::ExampleRow;
pub use holidays::HolidayRow;
pub use intents::IntentRow;
pub use lookalikes::LookalikeRow;
pub use menus::MenuRow;
pub use pack::PackSource;
pub use phrases::{MatchMode, PhraseRow};
pub use sensitive::{Action, SensitiveRow, Sounding};
pub use slots::{SlotRow, SlotSource};
pub use sounds::SoundRow;
pub use terms::TermRow;
pub use tests::TestRow;

use crate::diagnostic::{Diagnostic, Faults, Place, Severity, Text};
use std::collections::BTreeSet;
use std::path::Path;

/// Everything read from a folder, not yet compiled.
#[derive(Default)]
pub struct Source {
    /// The accounts of `accounts.toml`, in its order.
    pub accounts: Vec<AccountSource>,
    /// The packs, sorted by id.
    pub packs: Vec<PackSource>,
    /// Kinds of tables (`accounts`, `terms`) of which something could not be read. A name that nothing else defines may
    /// stand there.
    pub unread: BTreeSet<&'static str>,
}

impl Source {
    /// Reads a dictionary folder. All faults of all files are reported at once.
    ///
    /// # Errors
    /// [`Faults`] with every finding when at least one is an error.
    pub fn read(folder: &Path) -> Result<Source, Faults> {
        let mut faults = Vec::new();
        let source = Self::read_leniently(folder, &mut faults);
        if faults.iter().any(|d| d.severity == Severity::Error) { Err(Faults(faults)) } else { Ok(source) }
    }

    /// Reads what can be read and adds the faults of the rest to `faults`.
    pub fn read_leniently(folder: &Path, faults: &mut Vec<Diagnostic>) -> Source {
        let mut source = Source::default();
        match accounts::read(folder, faults) {
            Some(accounts) => source.accounts = accounts,
            None => drop(source.unread.insert("accounts")),
        }
        overlooked::warn(folder, faults);
        for id in names(folder).into_iter().filter(|name| folder.join(name).join("pack.toml").is_file()) {
            let pack = pack::read(&folder.join(&id), id, &mut source.unread, faults);
            source.packs.push(pack);
        }
        for (at, account) in source.accounts.iter().enumerate() {
            for pack in account.packs.iter().filter(|p| !source.packs.iter().any(|known| known.id == **p)) {
                faults.push(Diagnostic::error(
                    "D031",
                    Place { file: "accounts.toml".into(), line: 0, column: format!("account[{at}].packs") },
                    Text::new(
                        format!("账号 {} 用到的词包“{pack}”不存在", account.id),
                        format!("account {} names the pack `{pack}`, which does not exist", account.id),
                    ),
                    Text::new(
                        format!("建立文件夹 {pack}（内含 pack.toml），或从账号里删掉"),
                        format!("make a folder {pack} with a pack.toml, or remove the name from the account"),
                    ),
                ));
            }
        }
        source
    }

    /// The pack with an id.
    pub fn pack(&self, id: &str) -> Option<&PackSource> {
        self.packs.iter().find(|p| p.id == id)
    }
}

/// The names in a folder, sorted; none where it cannot be listed.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The label of messages that ask for nothing.
pub const NONE: &str = "none";
