//! The tables of values in the documents say what is read, and it is; every rule has an example.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use zhiyi::dictionary::{Bundle, Source, compile};
use zhiyi::entities;
use zhiyi::recognizer::{Recognizer, Utterance};
use zhiyi::text::{Modality, Normalizer};

/// The shipped dictionaries without a learned model: values do not depend on it.
fn shipped() -> Recognizer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    let normalizer = Arc::new(Normalizer::new());
    let source = Source::read(&folder).expect("the shipped dictionaries have no faults");
    let compiled = compile(&source, &normalizer).expect("the shipped dictionaries compile");
    let bundle = Bundle::from_bytes(Arc::new(compiled.to_bytes(&zhiyi::learn::Weights::default())))
        .expect("what was built can be opened");
    Recognizer::new(Arc::new(bundle), normalizer).expect("the bundle is complete")
}

fn utterance(text: &str) -> Utterance<'_> {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("the time zone database is bundled");
    let reference = jiff::Timestamp::from_second(support::NOW).expect("a moment of our days").to_zoned_datetime(zone);
    Utterance { text, hypotheses: &[], account: "csair", modality: Modality::Text, reference, explain: false }
}

/// An example of a table: the text, what it says about the value, the kind, the value, and why it is not valid.
struct Row {
    text: String,
    kind: String,
    value: String,
    reason: Option<String>,
}

/// The rows of the tables behind `<!-- values -->`: `| what | example | kind and value in backquotes |`.
fn rows(document: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in document.split("<!-- values -->\n").skip(1) {
        for line in table.lines().take_while(|line| line.starts_with('|')).skip(2) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [_, text, value] = cells[..] else { panic!("{line}: a row has three cells") };
            let code: Vec<&str> = value.split('`').skip(1).step_by(2).collect();
            let [kind, value, ref reason @ ..] = code[..] else { panic!("{line}: the last cell has `kind` `value`") };
            rows.push(Row {
                text: text.to_owned(),
                kind: kind.to_owned(),
                value: value.to_owned(),
                reason: reason.first().map(|r| (*r).to_owned()),
            });
        }
    }
    rows
}

#[test]
fn tables_of_the_documents_hold() {
    let recognizer = shipped();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in ["docs/values.md", "README.md"] {
        let document = std::fs::read_to_string(root.join(file)).expect("the document is there");
        for row in rows(&document) {
            count += 1;
            let found = recognizer.recognize(&utterance(&row.text)).expect("the account is known").entities;
            let hit =
                found.iter().any(|e| e.name == row.kind && e.value == row.value && e.reason == row.reason.as_deref());
            if !hit {
                let got: Vec<_> = found.iter().map(|e| format!("{} {} {:?}", e.name, e.value, e.reason)).collect();
                wrong.push(format!("{file}: {} should give {} {}, gives {got:?}", row.text, row.kind, row.value));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 60, "only {count} examples were found in the tables");
}

#[test]
fn every_rule_is_used_by_an_example() {
    let recognizer = shipped();
    let known: BTreeSet<&str> = entities::rules().map(|r| r.name).collect();
    let mut used = BTreeSet::new();
    for rule in entities::rules() {
        used.extend(recognizer.rules_used(&utterance(rule.example)).expect("the account is known"));
    }
    let idle: Vec<_> = known.difference(&used).collect();
    assert!(idle.is_empty(), "no example uses these rules: {idle:?}");
    let unknown: Vec<_> = used.difference(&known).filter(|name| **name != "regex").collect();
    assert!(unknown.is_empty(), "no list has these rules: {unknown:?}");
}
