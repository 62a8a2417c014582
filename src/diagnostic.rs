//! Findings about dictionary files: what is wrong, where, and what to do.

use serde::Serialize;
use std::fmt;

/// The language in which findings are written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    #[default]
    English,
}

impl Language {
    /// Chooses from the usual locale variables (`LC_ALL`, `LC_MESSAGES`, `LANG`).
    pub fn from_environment() -> Self {
        let locale =
            ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|v| std::env::var(v).ok().filter(|s| !s.is_empty()));
        match locale {
            Some(l) if l.starts_with("zh") => Self::Chinese,
            _ => Self::English,
        }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The dictionary works, but a row probably does not do what was meant.
    Warning,
    /// The dictionary is refused.
    Error,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Pairs the two wordings.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The wording in `language`.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// A place in a dictionary file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Place {
    /// Path of the file, relative to the dictionary folder.
    pub file: String,
    /// Line of the file, counted from 1; 0 where the finding concerns the whole file.
    pub line: u64,
    /// Name of the column; empty where the finding concerns the whole row.
    pub column: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Stable code (`D103`); a code never changes its meaning.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: Text,
    /// What to do.
    pub help: Text,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: &'static str, place: Place, message: Text, help: Text) -> Self {
        Self { code, severity: Severity::Error, place, message, help }
    }

    /// Makes a warning.
    pub fn warning(code: &'static str, place: Place, message: Text, help: Text) -> Self {
        Self { code, severity: Severity::Warning, place, message, help }
    }

    /// Writes the finding for people: severity and code, what, where, what to do.
    pub fn render(&self, language: Language, color: bool) -> String {
        let (severity, paint) = match (self.severity, language) {
            (Severity::Error, Language::Chinese) => ("错误", "\x1b[1;31m"),
            (Severity::Error, Language::English) => ("error", "\x1b[1;31m"),
            (Severity::Warning, Language::Chinese) => ("警告", "\x1b[1;33m"),
            (Severity::Warning, Language::English) => ("warning", "\x1b[1;33m"),
        };
        let (paint, reset) = if color { (paint, "\x1b[0m") } else { ("", "") };
        let help = match language {
            Language::Chinese => "怎么改",
            Language::English => "help",
        };
        format!(
            "{paint}{severity}[{}]{reset}: {}\n  --> {}\n  {help}: {}\n",
            self.code,
            self.message.get(language),
            self.place.describe(language),
            self.help.get(language)
        )
    }
}

impl Place {
    /// The place in words: `airline/phrases.csv:14, column phrase`.
    pub fn describe(&self, language: Language) -> String {
        let mut out = self.file.clone();
        if self.line > 0 {
            out.push_str(&format!(":{}", self.line));
        }
        if !self.column.is_empty() {
            out.push_str(&match language {
                Language::Chinese => format!("，列 {}", self.column),
                Language::English => format!(", column {}", self.column),
            });
        }
        out
    }
}

/// The most errors that [`Faults`] writes: status pages and logs show its text whole.
const MOST_WRITTEN: usize = 50;

/// Why a dictionary was not loaded: every finding at once. Its text tells the first 50 errors and counts the rest.
#[derive(Debug, Clone)]
pub struct Faults(pub Vec<Diagnostic>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = || self.0.iter().filter(|d| d.severity == Severity::Error);
        let count = errors().count();
        write!(f, "the dictionary has {count} fault(s)")?;
        for d in errors().take(MOST_WRITTEN) {
            write!(f, "\n[{}] {}: {} ({})", d.code, d.place.describe(Language::English), d.message.en, d.help.en)?;
        }
        match count.saturating_sub(MOST_WRITTEN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more; `zhiyi dict check` lists all"),
        }
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_many_faults_stays_short() {
        let fault = |line| {
            let place = Place { file: "p/terms.csv".into(), line, ..Place::default() };
            Diagnostic::error("D013", place, Text::new("空行", "the row is empty"), Text::new("删掉", "remove it"))
        };
        for (count, lines, last) in [
            (50, 51, "[D013] p/terms.csv:49: the row is empty (remove it)"),
            (5_000, 52, "… and 4950 more; `zhiyi dict check` lists all"),
        ] {
            let text = Faults((0..count).map(fault).collect()).to_string();
            assert_eq!((text.lines().count(), text.lines().last()), (lines, Some(last)));
            assert!(text.starts_with(&format!("the dictionary has {count} fault(s)\n")), "{text}");
        }
    }
}
