use super::{Common, Failure, Verdict};
use crate::diagnostic::Language;
use crate::dictionary::{Source, TestRow};
use crate::pack_tests::{self, TestResult};
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

impl TestArgs {
    /// Exit code 1 where a test fails, or where one that is marked as failing passes.
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let folder = common.folder(self.folder.as_deref())?;
        let common = Common { dictionaries: Some(folder), ..common.clone() };
        let loaded = common.load()?;
        let source = Source::read(&loaded.path)?;
        let (mut total, mut failed, mut known) = (0usize, 0usize, 0usize);
        let mut out = std::io::stdout().lock();
        for row in source.packs.iter().flat_map(|p| &p.tests) {
            total += 1;
            let result = pack_tests::run(&loaded.recognizer, row).map_err(Failure::Message)?;
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

fn report(out: &mut impl Write, common: &Common, row: &TestRow, result: &TestResult) -> Result<(), Failure> {
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
