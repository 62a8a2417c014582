use super::messages::Checks;
use super::table::TextTable;
use super::{Common, Failure, Verdict, json, messages};
use crate::entities;
use crate::recognizer::Recognizer;
use crate::service::convert;
use std::collections::BTreeMap;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct EntitiesArgs {
    /// The text; without it one text a line from standard input
    text: Vec<String>,
    /// Report instead how many values each rule reads in the texts; exit 1 where some rule reads none
    #[arg(long)]
    rules: bool,
}

impl EntitiesArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let loaded = common.load()?;
        let reference = common.reference()?;
        if self.rules {
            return self.report(common, &loaded.recognizer, &reference);
        }
        let checks = Checks::new();
        let mut out = std::io::stdout().lock();
        messages::for_each(common, &self.text, |text| {
            checks.check(text)?;
            let recognition = loaded.recognizer.recognize(&common.utterance(text, &reference))?;
            let response = convert::response(&loaded.recognizer, text, "", recognition);
            if common.json {
                let read = response.entities.iter().map(|entity| json::to_value(entity, "Entity"));
                let entities = read.collect::<Result<Vec<_>, Failure>>()?;
                writeln!(out, "{}", serde_json::json!({ "text": text, "entities": entities }))?;
                return Ok(());
            }
            if self.text.is_empty() {
                writeln!(out, "> {text}")?;
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

    /// Prints every rule with the number of values it reads, what it reads, and its example.
    fn report(
        &self,
        common: &Common,
        recognizer: &Recognizer,
        reference: &jiff::ZonedDateTime,
    ) -> Result<Verdict, Failure> {
        let mut counts: BTreeMap<&str, usize> = entities::rules().map(|r| (r.name, 0)).collect();
        let checks = Checks::new();
        messages::for_each(common, &self.text, |text| {
            checks.check(text)?;
            for name in recognizer.rules_used(&common.utterance(text, reference))? {
                // patterns of the dictionary are none of these
                if let Some(count) = counts.get_mut(name) {
                    *count += 1;
                }
            }
            Ok(())
        })?;
        let mut out = std::io::stdout().lock();
        let mut table = TextTable::new(0);
        for rule in entities::rules() {
            let values = counts.get(rule.name).copied().unwrap_or(0);
            if common.json {
                let entities::Rule { name, reads, example } = rule;
                let line = serde_json::json!({ "rule": name, "values": values, "reads": reads, "example": example });
                writeln!(out, "{line}")?;
            } else {
                table.row([values.to_string(), rule.name.into(), rule.example.into(), rule.reads.into()]);
            }
        }
        write!(out, "{table}")?;
        Ok(if counts.values().any(|count| *count == 0) { Verdict::Findings } else { Verdict::Fine })
    }
}
