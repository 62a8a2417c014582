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

/// Why a dictionary was not loaded: every finding at once.
#[derive(Debug, Clone)]
pub struct Faults(pub Vec<Diagnostic>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.0.iter().filter(|d| d.severity == Severity::Error).count();
        write!(f, "the dictionary has {errors} fault(s)")?;
        for d in self.0.iter().filter(|d| d.severity == Severity::Error) {
            write!(f, "\n[{}] {}: {} ({})", d.code, d.place.describe(Language::English), d.message.en, d.help.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
