use super::{Common, Failure, Verdict, json, messages};
use crate::service::{convert, proto};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct ModerateArgs {
    /// The text; without it one text a line from standard input
    text: Vec<String>,
}

impl ModerateArgs {
    /// Exit code 1 where a text must not go out.
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let loaded = common.load()?;
        let mut out = std::io::stdout().lock();
        let mut verdict = Verdict::Fine;
        messages::for_each(&self.text, |text| {
            let result =
                loaded.recognizer.moderate(text, &common.account).map_err(|e| Failure::Message(e.to_string()))?;
            let response = convert::moderated(&loaded.recognizer, text, "", result);
            if response.blocked {
                verdict = Verdict::Findings;
            }
            if common.json {
                writeln!(out, "{}", json::to_json(&response, "ModerateResponse")?)?;
                return Ok(());
            }
            writeln!(
                out,
                "{}  {}",
                if response.blocked {
                    "block"
                } else if response.flags.is_empty() {
                    "pass"
                } else {
                    "warn"
                },
                response.masked_text
            )?;
            for flag in &response.flags {
                let action = if flag.action == proto::ModerationAction::Block as i32 { "block" } else { "warn" };
                writeln!(out, "  {}  {}  {action}  {}", flag.category, flag.raw, flag.row)?;
            }
            Ok(())
        })?;
        Ok(verdict)
    }
}
