use super::{Common, Failure, Verdict};
use crate::diagnostic::Language;
use crate::dictionary::{Source, TestRow};
use crate::recognizer::{Recognizer, Utterance};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in super::super) struct TestArgs {
    /// The folder; --dictionaries or the default one where left out
    folder: Option<PathBuf>,
    /// Print at most so many failures
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
}

/// The reference time of tests that name none: a Saturday.
const DEFAULT_TIME: &str = "2026-11-21T10:00:00+08:00";

/// What came out of a test.
struct Result_ {
    intents: Vec<String>,
    slots: Vec<(String, String)>,
    passed: bool,
}

impl TestArgs {
    /// Exit code 1 where a test fails, or where one that is marked as failing passes.
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let mut common = common.clone();
        common.dictionaries = self.folder.clone().or(common.dictionaries);
        let loaded = common.load()?;
        let source = Source::read(&loaded.path)?;
        let (mut total, mut failed, mut known) = (0usize, 0usize, 0usize);
        let mut out = std::io::stdout().lock();
        for row in source.packs.iter().flat_map(|p| &p.tests) {
            total += 1;
            let result = run_one(&loaded.recognizer, row)?;
            if result.passed != row.fails {
                known += usize::from(row.fails);
                continue;
            }
            failed += 1;
            if failed <= self.most {
                report(&mut out, &common, row, &result)?;
            }
        }
        let passed = total - failed - known;
        if common.json {
            writeln!(out, "{}", serde_json::json!({ "passed": passed, "failed": failed, "known_failures": known }))?;
        } else {
            match common.language() {
                Language::Chinese => writeln!(out, "{passed} 通过，{failed} 失败，{known} 已知失败")?,
                Language::English => writeln!(out, "{passed} passed, {failed} failed, {known} known failures")?,
            }
        }
        Ok(if failed > 0 { Verdict::Findings } else { Verdict::Fine })
    }
}

fn run_one(recognizer: &Recognizer, row: &TestRow) -> Result<Result_, Failure> {
    let at = if row.at.is_empty() { DEFAULT_TIME } else { &row.at };
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|e| Failure::Message(e.to_string()))?;
    let reference = at.parse::<jiff::Timestamp>().map_err(|e| {
        Failure::Message(format!("{}: `{at}` is no RFC 3339 time: {e}", row.place.describe(Language::English)))
    })?;
    let utterance = Utterance {
        text: &row.text,
        hypotheses: &[],
        account: &row.account,
        modality: row.modality,
        reference: reference.to_zoned_datetime(zone),
        explain: false,
    };
    let recognition = recognizer.recognize(&utterance).map_err(|e| Failure::Message(e.to_string()))?;
    let content = &recognizer.bundle().content;
    let intents: Vec<String> =
        recognition.intents.iter().map(|i| content.intents[usize::from(i.intent)].id.clone()).collect();
    let mut slots: Vec<(String, String)> =
        recognition.intents.iter().flat_map(|i| i.slots.iter().map(|s| (s.name.clone(), s.value.clone()))).collect();
    slots.sort();
    slots.dedup();
    let slots_fit = row.slots.as_ref().is_none_or(|wanted| {
        let mut wanted = wanted.clone();
        wanted.sort();
        wanted == slots
    });
    let passed = intents == row.intents && slots_fit;
    Ok(Result_ { intents, slots, passed })
}

fn report(out: &mut impl Write, common: &Common, row: &TestRow, result: &Result_) -> Result<(), Failure> {
    let pairs =
        |slots: &[(String, String)]| slots.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("|");
    let wanted_slots = row.slots.as_deref().map(pairs);
    if common.json {
        let line = serde_json::json!({
            "id": row.id, "file": row.place.file, "line": row.place.line, "text": row.text,
            "wanted": row.intents, "got": result.intents, "wanted_slots": wanted_slots, "got_slots": pairs(&result.slots),
            "expected_to_fail": row.fails,
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let zh = common.language() == Language::Chinese;
    let place = row.place.describe(common.language());
    if row.fails {
        let text = if zh {
            "标为已知失败，现在通过了：请去掉标记"
        } else {
            "marked as a known failure, but passes now: remove the mark"
        };
        writeln!(out, "{place}: {}  {text}", row.text)?;
        return Ok(());
    }
    let (wanted, got) = if zh { ("应为", "实为") } else { ("wanted", "got") };
    writeln!(out, "{place}: {}", row.text)?;
    writeln!(out, "    {wanted} {} {}", row.intents.join("|"), wanted_slots.unwrap_or_default())?;
    writeln!(out, "    {got} {} {}", result.intents.join("|"), pairs(&result.slots))?;
    Ok(())
}
