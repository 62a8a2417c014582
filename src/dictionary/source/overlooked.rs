//! Files that look like tables and are not read.

use super::names;
use crate::diagnostic::{Diagnostic, Place, Text};
use std::path::Path;

/// Warns of every file that looks like a table and is not read: one beside `accounts.toml`, in a folder without
/// `pack.toml`, of a spreadsheet program, or with a name that ends in `.CSV`.
pub(super) fn warn(folder: &Path, faults: &mut Vec<Diagnostic>) {
    for name in shown(folder) {
        let path = folder.join(&name);
        if !path.is_dir() {
            if looks_like_table(&name) {
                let zh = "放在 accounts.toml 旁边的表不会被读取";
                let help = Text::new("把它移到词包的文件夹里", "move it into the folder of a pack");
                faults.push(warning(name, zh, "a table beside accounts.toml is not read", help));
            }
            continue;
        }
        let tables = || shown(&path).filter(|name| looks_like_table(name));
        if path.join("pack.toml").is_file() {
            for table in tables().filter(|name| !name.ends_with(".csv")) {
                let (zh, en) =
                    ("只读取 .csv 结尾的表，这个文件没有读", "only tables that end in .csv are read, not this file");
                let help = Text::new(
                    "另存为“CSV UTF-8”，文件名以小写 .csv 结尾；不用的文件请移走",
                    "save it as \"CSV UTF-8\" with a name that ends in .csv, in small letters; move away what is not used",
                );
                faults.push(warning(format!("{name}/{table}"), zh, en, help));
            }
        } else if tables().next().is_some() {
            let zh = "这个文件夹里有表，但没有 pack.toml，没有读";
            let help = Text::new(
                "写一个 pack.toml（至少一行 title），并在 accounts.toml 里用上；不用的文件夹请移走",
                "write a pack.toml (at least a title) and name the pack in accounts.toml; move away what is not used",
            );
            faults.push(warning(name, zh, "the folder holds tables but no pack.toml, so it is not read", help));
        }
    }
}

/// The names in a folder, without those that are hidden or locks of a spreadsheet program.
fn shown(folder: &Path) -> impl Iterator<Item = String> {
    names(folder).into_iter().filter(|name| !name.starts_with('.') && !name.starts_with("~$"))
}

fn looks_like_table(name: &str) -> bool {
    let end = Path::new(name).extension().unwrap_or_default();
    ["csv", "xls", "xlsx"].iter().any(|table| end.eq_ignore_ascii_case(table))
}

fn warning(file: String, zh: &str, en: &str, help: Text) -> Diagnostic {
    Diagnostic::warning("D016", Place { file, ..Place::default() }, Text::new(zh, en), help)
}
