use super::super::color;
use super::{Common, Failure, Verdict};
use crate::builder;
use crate::check::check;
use crate::diagnostic::{Diagnostic, Language, Severity};
use crate::text::Normalizer;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(in super::super) struct CheckArgs {
    /// The folder; --dictionaries or the default one where left out
    folder: Option<PathBuf>,
    /// Count warnings as findings too
    #[arg(long)]
    strict: bool,
}

impl CheckArgs {
    /// Exit code 1 where there is an error (with --strict: or a warning).
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let folder = common.folder(self.folder.as_deref())?;
        let normalizer = Normalizer::new();
        let (source, mut findings) = builder::diagnose(&folder, &normalizer);
        findings.extend(check(&source, &normalizer, common.reference()?.timestamp().as_second()));
        findings.sort_by(|a, b| (&a.place, a.code, &a.message.en).cmp(&(&b.place, b.code, &b.message.en)));
        let errors = findings.iter().filter(|d| d.severity == Severity::Error).count();
        self.print(common, &findings, errors)?;
        Ok(if errors > 0 || (self.strict && !findings.is_empty()) { Verdict::Findings } else { Verdict::Fine })
    }

    fn print(&self, common: &Common, findings: &[Diagnostic], errors: usize) -> Result<(), Failure> {
        let stdout = std::io::stdout();
        let colored = color(stdout.is_terminal());
        let mut out = stdout.lock();
        for d in findings {
            if common.json {
                writeln!(out, "{}", serde_json::to_string(d).map_err(|e| Failure::Message(e.to_string()))?)?;
            } else {
                writeln!(out, "{}", d.render(common.language(), colored))?;
            }
        }
        if !common.json {
            let warnings = findings.len() - errors;
            match common.language() {
                Language::Chinese => writeln!(out, "{errors} 处错误，{warnings} 处警告")?,
                Language::English => writeln!(out, "{errors} errors, {warnings} warnings")?,
            }
        }
        Ok(())
    }
}
