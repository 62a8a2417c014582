//! A dictionary folder as its maintainers keep it: accounts, packs, tables of rows with their places.

use super::table::{Columns, Row, Table};
use crate::diagnostic::{Diagnostic, Faults, Place, Severity, Text};
use crate::text::Modality;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Everything read from a folder, not yet compiled.
#[derive(Default)]
pub struct Source {
    /// The accounts of `accounts.toml`, in its order.
    pub accounts: Vec<AccountSource>,
    /// The packs, sorted by id.
    pub packs: Vec<PackSource>,
}

/// One account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSource {
    /// Stable id that requests name.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Ids of the packs, the most specific last.
    pub packs: Vec<String>,
    /// Two-character IATA code that completes a bare flight number.
    #[serde(default)]
    pub airline: Option<String>,
    /// True for the account that answers when a request names none.
    #[serde(default)]
    pub default: bool,
    /// Least confidence of an answer; the dictionary's default where left out.
    #[serde(default)]
    pub threshold: Option<f32>,
    /// After so many messages in a row that were not understood a person is suggested.
    #[serde(default)]
    pub misses: Option<u8>,
    /// When people answer, and how soon.
    #[serde(default)]
    pub service: Option<ServiceSource>,
}

/// When the people of an account answer, and how soon they promise to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSource {
    /// Days and times such as `mon-fri 09:00-18:00` or `周一至周五 09:00-18:00`, in China's time.
    pub hours: Vec<String>,
    /// Promised time to an answer within the hours: `30s`, `5m`, `1h`.
    pub response: String,
    /// The same outside the hours.
    pub response_outside: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountsFile {
    #[serde(default)]
    account: Vec<AccountSource>,
}

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

/// How much of the message a phrase row must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
pub enum MatchMode {
    /// Its elements anywhere, in any order.
    Any,
    /// Its elements in the order of the row.
    Order,
    /// Its elements in order, and nothing else but politeness.
    Whole,
}

/// A way people ask for an intent.
#[derive(Debug, Clone)]
pub struct PhraseRow {
    /// Stable row id.
    pub id: String,
    /// The intent it speaks for.
    pub intent: String,
    /// The phrase itself, see [`super::phrase`].
    pub phrase: String,
    /// Any order, in order or whole message.
    pub mode: MatchMode,
    /// The most characters between neighbouring elements.
    pub gap: u8,
    /// Phrases whose presence speaks against the row.
    pub exclude: Vec<String>,
    /// First moment at which the row counts, in seconds since 1970.
    pub valid_from: Option<i64>,
    /// First moment at which it no longer counts.
    pub valid_to: Option<i64>,
    /// Where the row stands.
    pub place: Place,
}

/// A word: a value of a gazetteer or a member of a word group.
#[derive(Debug, Clone)]
pub struct TermRow {
    /// Stable row id.
    pub id: String,
    /// Gazetteer or word group.
    pub group: String,
    /// Canonical value.
    pub value: String,
    /// Other spellings.
    pub synonyms: Vec<String>,
    /// Longer words inside which the term must not be found.
    pub exceptions: Vec<String>,
    /// Whether the value itself is looked for, beside its synonyms.
    pub bare: bool,
    /// May be read by its sound.
    pub sound: bool,
    /// Accounts for which alone it counts; all where empty.
    pub accounts: Vec<String>,
    /// Facts about the value (`iata=CAN`).
    pub attributes: Vec<(String, String)>,
    /// Where the row stands.
    pub place: Place,
}

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

/// A whole message somebody sent, for learning.
#[derive(Debug, Clone)]
pub struct ExampleRow {
    /// Stable row id.
    pub id: String,
    /// The intent, or `none`.
    pub intent: String,
    /// The message.
    pub text: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// Where the row stands.
    pub place: Place,
}

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

/// What happens to an outgoing text with a sensitive word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
pub enum Action {
    /// It may go out, with a warning.
    Warn,
    /// It must not go out.
    Block,
}

/// How a sensitive word may be written by its sound instead of its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, Deserialize)]
pub enum Sounding {
    /// Not at all.
    Never,
    /// Some of its characters, as long as one of them is written.
    Partly,
    /// The whole word too.
    Whole,
}

/// A sensitive word.
#[derive(Debug, Clone)]
pub struct SensitiveRow {
    /// Stable row id.
    pub id: String,
    /// Category, public interface.
    pub category: String,
    /// The word.
    pub word: String,
    /// Longer words inside which it is harmless.
    pub exceptions: Vec<String>,
    /// Looked for in customers' messages.
    pub inbound: bool,
    /// Looked for in staff's texts.
    pub outbound: bool,
    /// What to do with an outgoing text.
    pub action: Action,
    /// How it may be written by its sound.
    pub sound: Sounding,
    /// Accounts for which alone it counts; all where empty.
    pub accounts: Vec<String>,
    /// Where the row stands.
    pub place: Place,
}

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

/// The label of messages that ask for nothing.
pub const NONE: &str = "none";

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
        let mut source = Source { accounts: read_accounts(folder, faults), packs: Vec::new() };
        let mut folders: Vec<String> = match std::fs::read_dir(folder) {
            Ok(entries) => entries
                .filter_map(Result::ok)
                .filter(|e| e.path().join("pack.toml").is_file())
                .filter_map(|e| e.file_name().into_string().ok())
                .collect(),
            Err(_) => Vec::new(),
        };
        folders.sort();
        for id in folders {
            source.packs.push(read_pack(&folder.join(&id), id, faults));
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

fn toml_fault(file: &str, error: &toml::de::Error, text: &str) -> Diagnostic {
    let line = error.span().map_or(0, |s| text[..s.start.min(text.len())].matches('\n').count() as u64 + 1);
    Diagnostic::error(
        "D030",
        Place { file: file.to_owned(), line, ..Place::default() },
        Text::new(format!("配置写错了：{}", error.message()), format!("invalid TOML: {}", error.message())),
        Text::new("对照 README 的例子改正", "compare with the example in the README"),
    )
}

fn read_toml<T: serde::de::DeserializeOwned>(path: &Path, file: &str, faults: &mut Vec<Diagnostic>) -> Option<T> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            faults.push(Diagnostic::error(
                "D001",
                Place { file: file.to_owned(), ..Place::default() },
                Text::new(format!("文件读不出来：{error}"), format!("the file cannot be read: {error}")),
                Text::new("检查文件是否存在、是不是 UTF-8 编码", "check that the file exists and is UTF-8"),
            ));
            return None;
        }
    };
    toml::from_str(&text).map_err(|error| faults.push(toml_fault(file, &error, &text))).ok()
}

fn read_accounts(folder: &Path, faults: &mut Vec<Diagnostic>) -> Vec<AccountSource> {
    let file: Option<AccountsFile> = read_toml(&folder.join("accounts.toml"), "accounts.toml", faults);
    let accounts = file.map(|f| f.account).unwrap_or_default();
    let mut seen = HashMap::new();
    for account in &accounts {
        if seen.insert(account.id.clone(), ()).is_some() {
            faults.push(Diagnostic::error(
                "D032",
                Place { file: "accounts.toml".into(), ..Place::default() },
                Text::new(
                    format!("账号“{}”写了两次", account.id),
                    format!("account `{}` is defined twice", account.id),
                ),
                Text::new("删掉其中一个", "remove one of them"),
            ));
        }
    }
    accounts
}

fn read_pack(folder: &Path, id: String, faults: &mut Vec<Diagnostic>) -> PackSource {
    let file = read_toml::<PackFile>(&folder.join("pack.toml"), &format!("{id}/pack.toml"), faults);
    let (title, learn_from_phrases) = file.map_or_else(|| (id.clone(), false), |f| (f.title, f.learn_from_phrases));
    let mut pack = PackSource { title, id, learn_from_phrases, ..PackSource::default() };
    let mut files: Vec<String> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).filter_map(|e| e.file_name().into_string().ok()).collect(),
        Err(_) => Vec::new(),
    };
    files.retain(|f| f.ends_with(".csv") && !f.starts_with('.'));
    files.sort();
    for file in files {
        let stem = file.trim_end_matches(".csv");
        let kind = stem.split('-').next().unwrap_or(stem);
        let path = folder.join(&file);
        let name = format!("{}/{file}", pack.id);
        let mut each = |columns: &Columns, row: &mut dyn FnMut(Row<'_>, &mut Vec<Diagnostic>)| {
            if let Some(table) = Table::read(&path, name.clone(), columns, faults) {
                table.rows().for_each(|r| row(r, faults));
            }
        };
        match kind {
            "intents" => each(&INTENTS, &mut |r, f| pack.intents.push(intent(r, f))),
            "phrases" => each(&PHRASES, &mut |r, f| pack.phrases.extend(phrase(r, f))),
            "terms" => each(&TERMS, &mut |r, f| pack.terms.push(term(r, f))),
            "slots" => each(&SLOTS, &mut |r, f| pack.slots.extend(slot(r, f))),
            "examples" => each(&EXAMPLES, &mut |r, f| pack.examples.push(example(r, f))),
            "holidays" => each(&HOLIDAYS, &mut |r, f| pack.holidays.push(holiday(r, f))),
            "sensitive" => each(&SENSITIVE, &mut |r, f| pack.sensitive.push(sensitive(r, f))),
            "lookalikes" => each(&LOOKALIKES, &mut |r, f| pack.lookalikes.push(lookalike(r, f))),
            "sounds" => each(&SOUNDS, &mut |r, f| pack.sounds.extend(sound(r, f))),
            "menus" => each(&MENUS, &mut |r, f| pack.menus.push(menu(r, f))),
            "tests" => each(&TESTS, &mut |r, f| pack.tests.push(test(r, f))),
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

const INTENTS: Columns = Columns {
    required: &["id", "title"],
    optional: &["alias", "required", "any_of", "optional", "prompt", "handling", "reason", "metadata", "note"],
};
const PHRASES: Columns = Columns {
    required: &["id", "intent", "phrase"],
    optional: &["match", "gap", "exclude", "valid_from", "valid_to", "note"],
};
const TERMS: Columns = Columns {
    required: &["id", "group", "value"],
    optional: &["synonyms", "exceptions", "bare", "sound", "accounts", "attributes", "note"],
};
const SLOTS: Columns = Columns {
    required: &["name", "title", "source"],
    optional: &["before", "after", "default", "also", "prompt", "note"],
};
const EXAMPLES: Columns = Columns { required: &["id", "intent", "text"], optional: &["modality", "note"] };
const HOLIDAYS: Columns =
    Columns { required: &["id", "name", "rule"], optional: &["synonyms", "public_holiday", "note"] };
const SENSITIVE: Columns = Columns {
    required: &["id", "category", "word"],
    optional: &["exceptions", "direction", "action", "sound", "accounts", "note"],
};
const LOOKALIKES: Columns = Columns { required: &["id", "written", "means"], optional: &["least", "note"] };
const SOUNDS: Columns = Columns { required: &["id", "part", "one", "other", "cost"], optional: &["note"] };
const TESTS: Columns = Columns {
    required: &["id", "account", "text"],
    optional: &["modality", "context", "at", "intents", "slots", "expect", "train", "note"],
};
const MENUS: Columns = Columns {
    required: &["id", "menu", "intent"],
    optional: &["option", "label", "words", "slots", "opens", "minutes", "accounts", "note"],
};

fn choice<T: Copy>(row: Row<'_>, column: &str, choices: &[(&str, T)], faults: &mut Vec<Diagnostic>) -> Option<T> {
    let cell = row.get(column);
    let found = choices.iter().find(|(name, _)| *name == cell).map(|(_, value)| *value);
    if found.is_none() {
        let names =
            choices.iter().map(|(n, _)| if n.is_empty() { "(empty)" } else { n }).collect::<Vec<_>>().join(", ");
        faults.push(Diagnostic::error(
            "D021",
            row.place(column),
            Text::new(format!("“{cell}”不是可用的值"), format!("`{cell}` is not one of the possible values")),
            Text::new(format!("可用的值：{names}"), format!("use one of: {names}")),
        ));
    }
    found
}

fn pairs(row: Row<'_>, column: &str, faults: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for part in row.list(column) {
        match part.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                out.push((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => faults.push(Diagnostic::error(
                "D022",
                row.place(column),
                Text::new(format!("“{part}”缺少等号"), format!("`{part}` has no equals sign")),
                Text::new("写成 名=值，多个用 | 隔开", "write name=value, several separated by |"),
            )),
        }
    }
    out
}

fn intent(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> IntentRow {
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

/// Reads a cell that holds a whole number of a range, or nothing.
fn whole_number(
    row: Row<'_>,
    column: &str,
    range: std::ops::RangeInclusive<u16>,
    empty: u16,
    faults: &mut Vec<Diagnostic>,
) -> u16 {
    let cell = row.get(column);
    if cell.is_empty() {
        return empty;
    }
    cell.parse().ok().filter(|n| range.contains(n)).unwrap_or_else(|| {
        let (from, to) = (range.start(), range.end());
        faults.push(Diagnostic::error(
            "D023",
            row.place(column),
            Text::new(
                format!("“{cell}”不是 {from} 到 {to} 的整数"),
                format!("`{cell}` is not a whole number from {from} to {to}"),
            ),
            Text::new("填一个整数，或留空", "write a whole number, or leave it empty"),
        ));
        empty
    })
}

fn phrase(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<PhraseRow> {
    let modes =
        [("", MatchMode::Any), ("any", MatchMode::Any), ("order", MatchMode::Order), ("whole", MatchMode::Whole)];
    let gap = whole_number(row, "gap", 0..=255, DEFAULT_GAP.into(), faults) as u8;
    Some(PhraseRow {
        id: row.required("id", faults).to_owned(),
        intent: row.required("intent", faults).to_owned(),
        phrase: row.required("phrase", faults).to_owned(),
        mode: choice(row, "match", &modes, faults)?,
        gap,
        exclude: row.list("exclude"),
        valid_from: moment(row, "valid_from", faults),
        valid_to: moment(row, "valid_to", faults),
        place: row.place("phrase"),
    })
}

/// Characters between neighbouring elements of a phrase where its row says nothing.
pub const DEFAULT_GAP: u8 = 8;

/// Reads `2026-04-09`, `2026-04-09T14:00` (China's time) or a full RFC 3339 moment.
fn moment(row: Row<'_>, column: &str, faults: &mut Vec<Diagnostic>) -> Option<i64> {
    let cell = row.get(column);
    if cell.is_empty() {
        return None;
    }
    let moment = cell.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil: jiff::civil::DateTime = cell.parse().ok()?;
        jiff::tz::offset(8).to_timestamp(civil).ok()
    });
    if moment.is_none() {
        faults.push(Diagnostic::error(
            "D024",
            row.place(column),
            Text::new(format!("“{cell}”不是日期或时间"), format!("`{cell}` is no date or time")),
            Text::new(
                "写成 2026-04-09 或 2026-04-09T14:00（北京时间）",
                "write 2026-04-09 or 2026-04-09T14:00 (China's time)",
            ),
        ));
    }
    moment.map(|m| m.as_second())
}

fn term(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> TermRow {
    TermRow {
        id: row.required("id", faults).to_owned(),
        group: row.required("group", faults).to_owned(),
        value: row.required("value", faults).to_owned(),
        synonyms: row.list("synonyms"),
        exceptions: row.list("exceptions"),
        bare: choice(row, "bare", &[("", true), ("y", true), ("n", false)], faults).unwrap_or(true),
        sound: choice(row, "sound", &[("", true), ("y", true), ("n", false)], faults).unwrap_or(true),
        accounts: row.list("accounts"),
        attributes: pairs(row, "attributes", faults),
        place: row.place("value"),
    }
}

fn slot(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<SlotRow> {
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

const MODALITIES: [(&str, Modality); 3] = [("", Modality::Text), ("text", Modality::Text), ("voice", Modality::Voice)];

fn example(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> ExampleRow {
    ExampleRow {
        id: row.required("id", faults).to_owned(),
        intent: row.required("intent", faults).to_owned(),
        text: row.required("text", faults).to_owned(),
        modality: choice(row, "modality", &MODALITIES, faults).unwrap_or_default(),
        place: row.place("text"),
    }
}

fn holiday(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> HolidayRow {
    HolidayRow {
        id: row.required("id", faults).to_owned(),
        name: row.required("name", faults).to_owned(),
        synonyms: row.list("synonyms"),
        rule: row.required("rule", faults).to_owned(),
        public_holiday: row.get("public_holiday").to_owned(),
        place: row.place("rule"),
    }
}

fn sensitive(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> SensitiveRow {
    let direction = choice(
        row,
        "direction",
        &[("", (true, true)), ("both", (true, true)), ("in", (true, false)), ("out", (false, true))],
        faults,
    );
    let (inbound, outbound) = direction.unwrap_or((true, true));
    SensitiveRow {
        id: row.required("id", faults).to_owned(),
        category: row.required("category", faults).to_owned(),
        word: row.required("word", faults).to_owned(),
        exceptions: row.list("exceptions"),
        inbound,
        outbound,
        action: choice(row, "action", &[("", Action::Warn), ("warn", Action::Warn), ("block", Action::Block)], faults)
            .unwrap_or(Action::Warn),
        sound: choice(row, "sound", &[("", Sounding::Partly), ("n", Sounding::Never), ("y", Sounding::Whole)], faults)
            .unwrap_or(Sounding::Partly),
        accounts: row.list("accounts"),
        place: row.place("word"),
    }
}

fn sound(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> Option<SoundRow> {
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

fn lookalike(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> LookalikeRow {
    let least = match row.get("least") {
        "" => 2,
        cell => cell.parse().unwrap_or_else(|_| {
            faults.push(Diagnostic::error(
                "D023",
                row.place("least"),
                Text::new(
                    format!("“{cell}”不是 0 到 255 的整数"),
                    format!("`{cell}` is not a whole number from 0 to 255"),
                ),
                Text::new("填一个整数，或留空", "write a whole number, or leave it empty"),
            ));
            2
        }),
    };
    LookalikeRow {
        id: row.required("id", faults).to_owned(),
        written: row.required("written", faults).to_owned(),
        means: row.required("means", faults).to_owned(),
        least,
        place: row.place("written"),
    }
}

/// For how many minutes a menu stays pending where its row says nothing.
const DEFAULT_MINUTES: u16 = 30;
/// A menu never outlives the 48 hours of a context.
const MOST_MINUTES: u16 = 48 * 60;

fn menu(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> MenuRow {
    MenuRow {
        id: row.required("id", faults).to_owned(),
        menu: row.get("menu").to_owned(),
        option: whole_number(row, "option", 1..=99, 0, faults) as u8,
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

fn test(row: Row<'_>, faults: &mut Vec<Diagnostic>) -> TestRow {
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
