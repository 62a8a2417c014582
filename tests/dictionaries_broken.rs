//! Dictionaries and bundles with faults are refused, with every fault at once.
//!
//! A folder under `tests/fixtures/broken` holds the files in which a case differs from `base`, which has no fault.

mod support;

use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use zhiyi::check::holiday_faults;
use zhiyi::diagnostic::{Diagnostic, Language, Severity};
use zhiyi::dictionary::{Bundle, DictionaryError, FORMAT, Source, compile};
use zhiyi::text::Normalizer;

/// Each case with the codes of its faults in order of place.
const CASES: &[(&str, &str)] = &[
    ("account_twice", "D032"),
    ("airline_without_code", "D056"),
    ("bad_attributes", "D022"),
    ("bad_brackets", "D050 D050 D050 D050 D050"),
    ("bad_exclusion", "D051 D051"),
    ("bad_holiday", "D058 D058"),
    ("bad_menus", "D071 D072 D073 D074 D040 D040 D040 D023 D040"),
    ("bad_pack_toml", "D030"),
    ("bad_regex", "D045"),
    ("bad_service", "D070 D070"),
    ("bad_threshold", "D042"),
    ("bad_training", "D027 D027 D021"),
    ("bad_toml", "D030"),
    ("bad_values", "D023 D021 D024"),
    ("blank_row", "D013"),
    ("column_twice", "D012"),
    ("duplicate_id", "D041"),
    ("duplicate_slot", "D041"),
    ("empty_cell", "D020 D020 D020"),
    ("gbk", "D002"),
    ("missing_column", "D010"),
    ("missing_pack", "D031"),
    ("no_account", "D044"),
    ("open_quote", "D015"),
    ("several", "D031 D058 D040 D050 D045 D041 D020"),
    ("text_behind_quote", "D015"),
    ("too_many_cells", "D014"),
    ("two_defaults", "D043"),
    ("unknown_account", "D040"),
    ("unknown_builtin", "D040"),
    ("unknown_column", "D011"),
    ("unknown_gazetteer", "D040"),
    ("unknown_group_in_phrase", "D040"),
    ("unknown_intent", "D040"),
    ("unknown_key_in_toml", "D030"),
    ("unknown_slot", "D040 D040"),
    ("unknown_slot_in_phrase", "D040"),
    ("unknown_source", "D040 D040 D025"),
    ("unknown_table", "D033"),
    ("useless_exception", "D055"),
    ("word_border_in_regex", "D046"),
];

/// `base` with the files of a case over it.
fn folder(case: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    support::copy(&support::fixture("broken/base"), folder.path());
    support::copy(&support::fixture("broken").join(case), folder.path());
    folder
}

/// Every error of a folder, by place: what `zhiyi dict check` lists.
fn faults(folder: &Path) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let source = Source::read_leniently(folder, &mut faults);
    faults.extend(compile(&source, &Normalizer::new()).err().map(|f| f.0).unwrap_or_default());
    faults.extend(holiday_faults(&source));
    faults.retain(|d| d.severity == Severity::Error);
    faults.sort_by(|a, b| (&a.place, a.code, &a.message.en).cmp(&(&b.place, b.code, &b.message.en)));
    faults.dedup();
    faults
}

#[test]
fn the_base_has_no_fault() {
    let folder = folder("base");
    assert_eq!(faults(folder.path()), []);
    support::load(folder.path()).expect("a dictionary without faults loads");
}

#[test]
fn every_folder_is_a_case() {
    let names = |entry: std::io::Result<std::fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
    let folders: BTreeSet<String> =
        std::fs::read_dir(support::fixture("broken")).expect("the cases are there").filter_map(names).collect();
    let cases: BTreeSet<String> = CASES.iter().map(|(case, _)| (*case).to_owned()).chain(["base".to_owned()]).collect();
    assert_eq!(folders, cases);
}

#[test]
fn every_fault_is_listed_with_its_place_and_what_to_do() {
    let mut wrong = Vec::new();
    for (case, codes) in CASES {
        let folder = folder(case);
        let faults = faults(folder.path());
        let mut rendered = String::new();
        for language in [Language::Chinese, Language::English] {
            faults.iter().for_each(|d| rendered.push_str(&d.render(language, false)));
            rendered.push('\n');
        }
        for d in &faults {
            assert!(!d.place.file.is_empty(), "{case}: {d:?} names no file");
            assert!(!d.help.zh.is_empty() && !d.help.en.is_empty(), "{case}: {d:?} says not what to do");
            assert!(d.message.zh != d.message.en, "{case}: {d:?} is not translated");
        }
        let found = faults.iter().map(|d| d.code).collect::<Vec<_>>().join(" ");
        if found != *codes {
            wrong.push(format!("{case}: wanted {codes}, found {found}"));
        }
        insta::assert_snapshot!(*case, rendered);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dictionary_with_faults_does_not_load() {
    for (case, _) in CASES {
        let folder = folder(case);
        match support::load(folder.path()) {
            Err(DictionaryError::Faults(faults)) => {
                assert!(faults.0.iter().any(|d| d.severity == Severity::Error), "{case}");
                assert!(faults.to_string().starts_with("the dictionary has "), "{case}: {faults}");
            }
            Err(other) => panic!("{case}: {other}"),
            Ok(_) => panic!("{case} was loaded"),
        }
    }
}

#[test]
fn a_table_that_cannot_be_read_hides_behind_no_other_fault() {
    let files = |folder: &Path| zhiyi::builder::tables(folder).expect("the folder can be listed");
    for file in files(support::talk()) {
        let inside = file.strip_prefix(support::talk()).expect("it lies in the folder");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        support::copy(support::talk(), folder.path());
        // 编号 in GBK.
        std::fs::write(folder.path().join(inside), b"id,note\n1,\xb1\xe0\xba\xc5\n").expect("it can be written");
        let code = if inside.extension().is_some_and(|e| e == "toml") { "D001" } else { "D002" };
        let found: Vec<_> = faults(folder.path()).iter().map(|d| (d.code, d.place.file.clone())).collect();
        assert_eq!(found, [(code, inside.to_str().expect("a path").replace('\\', "/"))], "{}", inside.display());
    }
}

#[test]
fn files_that_look_like_tables_and_are_not_read_are_told() {
    let warned = |files: &[&str]| {
        let folder = folder("base");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
            std::fs::write(path, "id,note\n").expect("it can be written");
        }
        let mut findings = Vec::new();
        Source::read_leniently(folder.path(), &mut findings);
        support::load(folder.path()).expect("a warning is no fault");
        findings
    };
    for (file, place) in [
        ("p/terms-own.CSV", "p/terms-own.CSV"),
        ("p/terms.xlsx", "p/terms.xlsx"),
        ("p/old.XLS", "p/old.XLS"),
        ("q/terms.csv", "q"),
        ("terms.csv", "terms.csv"),
    ] {
        let found = warned(&[file]);
        let [finding] = found.as_slice() else { panic!("{file}: {found:?}") };
        assert_eq!((finding.code, finding.severity), ("D016", Severity::Warning), "{file}");
        assert_eq!(finding.place.file, place);
        insta::assert_snapshot!(
            format!("overlooked {file}").replace([' ', '/', '.'], "_"),
            [Language::Chinese, Language::English].map(|l| finding.render(l, false)).join("\n")
        );
    }
    let passed = ["p/README.md", "p/~$terms.xlsx", "p/.terms.csv.swp", "q/notes.txt", ".git/terms.csv", "notes.md"];
    assert_eq!(warned(&passed), []);
}

/// Cases of which loading tells less than a check: none, and none should come.
const TOLD_IN_PART: &[&str] = &[];

#[test]
fn loading_tells_what_a_check_tells() {
    let mut partly = Vec::new();
    for (case, _) in CASES {
        let folder = folder(case);
        let Err(DictionaryError::Faults(told)) = support::load(folder.path()) else { panic!("{case} was loaded") };
        let errors = told.0.iter().filter(|d| d.severity == Severity::Error);
        let told: BTreeSet<_> = errors.map(|d| (d.code, &d.place)).collect();
        let all = faults(folder.path());
        let all: BTreeSet<_> = all.iter().map(|d| (d.code, &d.place)).collect();
        assert!(told.is_subset(&all), "{case}: {told:?}");
        if told != all {
            partly.push(*case);
        }
    }
    assert_eq!(partly, TOLD_IN_PART);
}

fn open(bytes: Vec<u8>) -> Result<Bundle, DictionaryError> {
    Bundle::from_bytes(Arc::new(bytes))
}

#[test]
fn damaged_bundles_are_refused() {
    let good = support::tiny_bundle();
    let changed = |at: usize| {
        let mut bytes = good.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    for (what, bytes, told) in [
        ("an empty file", Vec::new(), "not a bundle"),
        ("a short file", b"ZHIYI".to_vec(), "not a bundle"),
        ("another file", b"id,group,value\n".repeat(9), "not a bundle"),
        ("the mark alone", good[..8].to_vec(), "the bundle is damaged (the file ends after 8 bytes)"),
        ("a byte of the mark", changed(3), "not a bundle"),
        ("a byte of the section count", changed(12), "the number of sections is wrong"),
        ("a byte of the checksum", changed(20), "the checksum differs"),
        ("a byte of the section table", changed(50), "the checksum differs"),
        ("a byte in the middle", changed(good.len() / 2), "the checksum differs"),
        ("the last byte", changed(good.len() - 1), "the checksum differs"),
        ("a byte too many", [good, b"!"].concat(), "the checksum differs"),
    ] {
        let error = open(bytes).err().unwrap_or_else(|| panic!("{what} was opened")).to_string();
        assert!(error.contains(told), "{what}: {error}");
        assert!(error.contains("zhiyi dict build"), "{what}: {error}");
    }
}

#[test]
fn bundles_of_another_format_are_refused() {
    let mut bytes = support::tiny_bundle().to_vec();
    bytes[8..12].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    let error = open(bytes).err().expect("it is of another format").to_string();
    let told = format!("the bundle is of format {}, this program reads format {FORMAT}", FORMAT + 1);
    assert!(error.starts_with(&told), "{error}");
}

#[test]
fn truncated_bundles_are_refused() {
    let good = support::tiny_bundle();
    for length in (0..200).chain((200..good.len()).step_by(997)).chain([good.len() - 1]) {
        let error = open(good[..length].to_vec()).err().unwrap_or_else(|| panic!("{length} bytes were opened"));
        assert!(matches!(error, DictionaryError::NotABundle | DictionaryError::Corrupt { .. }), "{length}: {error}");
    }
}

#[test]
fn bundle_files_are_refused_with_their_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("some.zhiyi");
    for (bytes, told) in
        [(&b""[..], "not a bundle"), (b"hello", "not a bundle"), (&support::tiny_bundle()[..500], "checksum")]
    {
        std::fs::write(&file, bytes).expect("a file can be written");
        let error = support::load(&file).err().expect("it is damaged").to_string();
        assert!(error.contains(told), "{error}");
    }
    let error = support::load(&folder.path().join("nothing")).err().expect("there is no such file").to_string();
    assert!(error.contains("--dictionaries PATH"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_are_noticed(places in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..6)) {
        let good = support::tiny_bundle();
        let mut bytes = good.to_vec();
        for (place, flip) in places {
            bytes[place.index(good.len())] ^= flip;
        }
        prop_assert_eq!(open(bytes.clone()).is_ok(), bytes == good);
    }
}
