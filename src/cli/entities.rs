use super::table::TextTable;
use super::{Common, Failure, Verdict, json, messages};
use crate::service::convert;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct EntitiesArgs {
    /// The text; without it one text a line from standard input
    text: Vec<String>,
}

impl EntitiesArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let loaded = common.load()?;
        let reference = common.reference()?;
        let mut out = std::io::stdout().lock();
        messages::for_each(&self.text, |text| {
            let recognition = loaded.recognizer.recognize(&common.utterance(text, &reference, false));
            let recognition = recognition.map_err(|e| Failure::Message(e.to_string()))?;
            let response = convert::response(&loaded.recognizer, text, "", recognition);
            if common.json {
                for entity in &response.entities {
                    writeln!(out, "{}", json::to_json(entity, "Entity")?)?;
                }
                return Ok(());
            }
            let mut table = TextTable::new(0);
            for e in &response.entities {
                let mut facts: Vec<_> = e.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
                facts.sort();
                if !e.valid {
                    facts.push(format!("invalid: {}", e.invalid_reason));
                }
                if !e.alternatives.is_empty() {
                    facts.push(format!("or {}", e.alternatives.join(", ")));
                }
                let span = e.span.map(|s| format!("{}–{}", s.char_start, s.char_end)).unwrap_or_default();
                table.row([e.kind.clone(), e.value.clone(), e.raw.clone(), span, facts.join(" ")]);
            }
            write!(out, "{table}")?;
            Ok(())
        })?;
        Ok(Verdict::Fine)
    }
}
