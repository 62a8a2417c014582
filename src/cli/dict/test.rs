use super::super::dialogue::{Line, later};
use super::{Common, Failure, Verdict};
use crate::context::{self, State};
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
    /// List the known failures, too
    #[arg(long)]
    known: bool,
}

/// The reference time of tests that name none: a Saturday.
const DEFAULT_TIME: &str = "2026-11-21T10:00:00+08:00";

/// What came out of a test.
struct Got {
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
            let result = run_one(&loaded.recognizer, row, common.language())?;
            if result.passed != row.fails {
                known += usize::from(row.fails);
                if row.fails && self.known {
                    report(&mut out, &common, row, &result)?;
                }
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

fn run_one(recognizer: &Recognizer, row: &TestRow, language: Language) -> Result<Got, Failure> {
    let at = if row.at.is_empty() { DEFAULT_TIME } else { &row.at };
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|e| Failure::Message(e.to_string()))?;
    let reference = at.parse::<jiff::Timestamp>().map_err(|e| {
        Failure::Message(format!("{}: `{at}` is no RFC 3339 time: {e}", row.place.describe(Language::English)))
    })?;
    let mut reference = reference.to_zoned_datetime(zone);
    let (mut state, mut recognition) = (State::default(), None);
    for line in row.context.iter().chain([&row.text]) {
        let (text, location) = match Line::parse(line, language)? {
            Line::Say(text) => (text, None),
            Line::Locate(location, name) => (name, Some(location)),
            Line::Wait(time) => {
                reference = later(&reference, time)?;
                continue;
            }
        };
        let utterance = Utterance {
            text,
            account: &row.account,
            modality: row.modality,
            reference: reference.clone(),
            explain: false,
        };
        let turn = context::answer(recognizer, &utterance, location, &state);
        let turn = turn.map_err(|e| Failure::Message(e.to_string()))?;
        state = turn.state;
        recognition = Some(turn.recognition);
    }
    let intents = recognition.map(|r| r.intents).unwrap_or_default();
    let content = &recognizer.bundle().content;
    let ids: Vec<String> = intents.iter().map(|i| content.intents[usize::from(i.intent)].id.clone()).collect();
    let mut slots: Vec<(String, String)> =
        intents.iter().flat_map(|i| i.slots.iter().map(|s| (s.name.clone(), s.value.clone()))).collect();
    slots.sort();
    slots.dedup();
    let slots_fit = row.slots.as_ref().is_none_or(|wanted| {
        let mut wanted = wanted.clone();
        wanted.sort();
        wanted == slots
    });
    let passed = ids == row.intents && slots_fit;
    Ok(Got { intents: ids, slots, passed })
}

fn report(out: &mut impl Write, common: &Common, row: &TestRow, result: &Got) -> Result<(), Failure> {
    let pairs =
        |slots: &[(String, String)]| slots.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("|");
    let wanted_slots = row.slots.as_deref().map(pairs);
    if common.json {
        let line = serde_json::json!({
            "id": row.id, "file": row.place.file, "line": row.place.line, "context": row.context, "text": row.text,
            "wanted": row.intents, "got": result.intents, "wanted_slots": wanted_slots, "got_slots": pairs(&result.slots),
            "expected_to_fail": row.fails,
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let zh = common.language() == Language::Chinese;
    let place = row.place.describe(common.language());
    if row.fails && result.passed {
        let text = if zh {
            "标为已知失败，现在通过了：请去掉标记"
        } else {
            "marked as a known failure, but passes now: remove the mark"
        };
        writeln!(out, "{place}: {}  {text}", row.text)?;
        return Ok(());
    }
    let (wanted, got) = if zh { ("应为", "实为") } else { ("wanted", "got") };
    let before: String = row.context.iter().map(|m| format!("{m} | ")).collect();
    let known = match (row.fails, zh) {
        (false, _) => "",
        (true, true) => "  已知失败",
        (true, false) => "  known failure",
    };
    writeln!(out, "{place}: {before}{}{known}", row.text)?;
    writeln!(out, "    {wanted} {} {}", row.intents.join("|"), wanted_slots.unwrap_or_default())?;
    writeln!(out, "    {got} {} {}", result.intents.join("|"), pairs(&result.slots))?;
    Ok(())
}
