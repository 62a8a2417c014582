use super::super::color;
use super::{Common, Failure, Verdict};
use crate::check::similar_examples;
use crate::diagnostic::{Faults, Language, Severity};
use crate::dictionary::Source;
use crate::text::Normalizer;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in super::super) struct ExamplesArgs {
    /// The folder; --dictionaries or the default one where left out
    folder: Option<PathBuf>,
    /// Share of the rows of three characters that two examples must have in common, above 0 and at most 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.8)]
    alike: f32,
    /// List near duplicates of one intent too
    #[arg(long)]
    duplicates: bool,
}

impl ExamplesArgs {
    /// Exit code 1 where examples contradict each other.
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        if !(self.alike > 0.0 && self.alike <= 1.0) {
            return Err(Failure::Message(format!("--alike is {}; give a share above 0 and at most 1", self.alike)));
        }
        let folder = common.folder(self.folder.as_deref())?;
        let mut faults = Vec::new();
        let source = Source::read_leniently(&folder, &mut faults);
        if faults.iter().any(|d| d.severity == Severity::Error) {
            return Err(crate::dictionary::DictionaryError::from(Faults(faults)).into());
        }
        let pairs = similar_examples(&source, &Normalizer::new(), self.alike);
        let contradictions = pairs.iter().filter(|p| p.contradicts()).count();
        let stdout = std::io::stdout();
        let colored = color(stdout.is_terminal());
        let mut out = stdout.lock();
        for finding in pairs.iter().filter(|p| self.duplicates || p.contradicts()).map(|p| p.finding()) {
            if common.json {
                writeln!(out, "{}", serde_json::to_string(&finding).map_err(|e| Failure::Message(e.to_string()))?)?;
            } else {
                writeln!(out, "{}", finding.render(common.language(), colored))?;
            }
        }
        if !common.json {
            let duplicates = pairs.len() - contradictions;
            match common.language() {
                Language::Chinese => writeln!(out, "{contradictions} 对矛盾，{duplicates} 对重复")?,
                Language::English => writeln!(out, "{contradictions} contradictions, {duplicates} near duplicates")?,
            }
        }
        Ok(if contradictions > 0 { Verdict::Findings } else { Verdict::Fine })
    }
}
