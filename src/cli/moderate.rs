use super::messages::Checks;
use super::{Common, Failure, Verdict, json, messages};
use crate::moderation::Direction;
use crate::service::{convert, proto};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct ModerateArgs {
    /// The text; without it one text a line from standard input
    text: Vec<String>,
    /// Check the text as one that a customer sent, not as one that staff are about to send
    #[arg(long = "in")]
    incoming: bool,
}

impl ModerateArgs {
    /// Exit code 1 where a text must not pass.
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let loaded = common.load()?;
        let mut out = std::io::stdout().lock();
        let mut verdict = Verdict::Fine;
        let direction = if self.incoming { Direction::In } else { Direction::Out };
        let checks = Checks::new();
        messages::for_each(common, &self.text, |text| {
            checks.check(text)?;
            let result = loaded.recognizer.moderate(text, &common.account, direction)?;
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
