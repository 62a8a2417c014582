//! A pack: a folder of tables.

use super::super::table::{Columns, Row, Table};
use super::config_file::read_toml;
use super::examples::{self, ExampleRow};
use super::holidays::{self, HolidayRow};
use super::intents::{self, IntentRow};
use super::lookalikes::{self, LookalikeRow};
use super::menus::{self, MenuRow};
use super::names;
use super::phrases::{self, PhraseRow};
use super::sensitive::{self, SensitiveRow};
use super::slots::{self, SlotRow};
use super::sounds::{self, SoundRow};
use super::terms::{self, TermRow};
use super::tests::{self, TestRow};
use crate::diagnostic::{Diagnostic, Place, Text};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One pack: a folder of tables.
#[derive(Default)]
pub struct PackSource {
    /// Stable id, the folder's name.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Its phrase rows are learned from, where their intents have few examples.
    pub learn_from_phrases: bool,
    /// `intents.csv`.
    pub intents: Vec<IntentRow>,
    /// `phrases.csv`.
    pub phrases: Vec<PhraseRow>,
    /// `terms.csv` and every `terms-*.csv`.
    pub terms: Vec<TermRow>,
    /// `slots.csv`.
    pub slots: Vec<SlotRow>,
    /// `examples.csv` and every `examples-*.csv`.
    pub examples: Vec<ExampleRow>,
    /// `holidays.csv`.
    pub holidays: Vec<HolidayRow>,
    /// `sensitive.csv` and every `sensitive-*.csv`.
    pub sensitive: Vec<SensitiveRow>,
    /// `lookalikes.csv` and every `lookalikes-*.csv`.
    pub lookalikes: Vec<LookalikeRow>,
    /// `sounds.csv` and every `sounds-*.csv`.
    pub sounds: Vec<SoundRow>,
    /// `menus.csv` and every `menus-*.csv`.
    pub menus: Vec<MenuRow>,
    /// `tests.csv` and every `tests-*.csv`.
    pub tests: Vec<TestRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    title: String,
    #[serde(default)]
    learn_from_phrases: bool,
    /// Where the facts of the tables come from.
    #[serde(default)]
    #[allow(dead_code, reason = "for the reader of the file, who asks where a fact comes from")]
    sources: BTreeMap<String, String>,
}

/// Reads the pack `id` from its folder: every table in it. Kinds of tables that are not read whole go to `unread`.
pub(super) fn read(
    folder: &Path,
    id: String,
    unread: &mut BTreeSet<&'static str>,
    faults: &mut Vec<Diagnostic>,
) -> PackSource {
    let file = read_toml::<PackFile>(&folder.join("pack.toml"), &format!("{id}/pack.toml"), faults);
    let (title, learn_from_phrases) = file.map_or_else(|| (id.clone(), false), |f| (f.title, f.learn_from_phrases));
    let mut pack = PackSource { title, id, learn_from_phrases, ..PackSource::default() };
    for file in names(folder).into_iter().filter(|f| f.ends_with(".csv") && !f.starts_with('.')) {
        let stem = file.trim_end_matches(".csv");
        let kind = stem.split('-').next().unwrap_or(stem);
        let path = folder.join(&file);
        let name = format!("{}/{file}", pack.id);
        let mut each = |kind, columns: &Columns, row: &mut dyn FnMut(Row<'_>, &mut Vec<Diagnostic>)| {
            let table = Table::read(&path, name.clone(), columns, faults);
            if !table.as_ref().is_some_and(Table::is_whole) {
                unread.insert(kind);
            }
            table.iter().flat_map(Table::rows).for_each(|r| row(r, faults));
        };
        match kind {
            "intents" => each("intents", &intents::COLUMNS, &mut |r, f| pack.intents.push(intents::read(r, f))),
            "phrases" => each("phrases", &phrases::COLUMNS, &mut |r, f| pack.phrases.extend(phrases::read(r, f))),
            "terms" => each("terms", &terms::COLUMNS, &mut |r, f| pack.terms.push(terms::read(r, f))),
            "slots" => each("slots", &slots::COLUMNS, &mut |r, f| pack.slots.extend(slots::read(r, f))),
            "examples" => each("examples", &examples::COLUMNS, &mut |r, f| pack.examples.push(examples::read(r, f))),
            "holidays" => each("holidays", &holidays::COLUMNS, &mut |r, f| pack.holidays.push(holidays::read(r, f))),
            "sensitive" => each("sensitive", &sensitive::COLUMNS, &mut |r, f| pack.sensitive.push(sensitive::read(r, f))),
            "lookalikes" => each("lookalikes", &lookalikes::COLUMNS, &mut |r, f| pack.lookalikes.push(lookalikes::read(r, f))),
            "sounds" => each("sounds", &sounds::COLUMNS, &mut |r, f| pack.sounds.extend(sounds::read(r, f))),
            "menus" => each("menus", &menus::COLUMNS, &mut |r, f| pack.menus.push(menus::read(r, f))),
            "tests" => each("tests", &tests::COLUMNS, &mut |r, f| pack.tests.push(tests::read(r, f))),
            _ => faults.push(Diagnostic::error(
                "D033",
                Place { file: name, ..Place::default() },
                Text::new(format!("不认识的表“{stem}”"), format!("unknown table `{stem}`")),
                Text::new(
                    "表名只能是 intents phrases terms slots examples holidays menus sensitive lookalikes sounds tests，后面可加 -名字",
                    "tables are intents phrases terms slots examples holidays menus sensitive lookalikes sounds tests, with an optional -name behind",
                ),
            )),
        }
    }
    pack
}
