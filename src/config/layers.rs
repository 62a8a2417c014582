//! Settings as text, each with the place it came from: the compiled-in file, a file, the environment, flags.

use super::{ConfigFault, DEFAULTS};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use strsim::levenshtein;
use toml::de::{DeTable, DeValue};

/// Environment names that are shorter than the rule.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("server.listen", "ZHIYI_LISTEN"),
    ("server.threads", "ZHIYI_THREADS"),
    ("server.drain", "ZHIYI_DRAIN_SECONDS"),
    ("limits.message_chars", "ZHIYI_MAX_MESSAGE_CHARS"),
    ("limits.batch_messages", "ZHIYI_MAX_BATCH"),
    ("dictionary.path", "ZHIYI_DICTIONARIES"),
    ("log.level", "ZHIYI_LOG"),
];

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    File { file: String, line: usize },
    Environment(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// What was written for a key, and where.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: String,
    pub(super) origin: Origin,
}

/// Settings before they are understood. Later layers override earlier ones.
pub struct RawConfig {
    pub(super) settings: BTreeMap<String, Setting>,
    pub(super) faults: Vec<ConfigFault>,
}

impl Default for RawConfig {
    /// The compiled-in defaults.
    fn default() -> Self {
        let mut raw = Self { settings: BTreeMap::new(), faults: Vec::new() };
        raw.toml("deploy/zhiyi.toml", DEFAULTS, |raw, key, value, _| {
            raw.settings.insert(key, Setting { value, origin: Origin::Default });
        });
        raw
    }
}

impl RawConfig {
    /// Adds the settings of a file's text; `name` is what faults call it.
    pub fn file(&mut self, name: &str, text: &str) {
        self.toml(name, text, |raw, key, value, line| {
            raw.set(&key, value, Origin::File { file: name.to_owned(), line });
        });
    }

    /// Adds the settings of the environment: `ZHIYI_` and the key in capitals, dots as underscores, or a short name.
    /// Variables that begin like a section and are no setting are faults; others are not ours.
    pub fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let names: BTreeMap<String, String> = self.settings.keys().map(|key| (variable(key), key.clone())).collect();
        let sections: BTreeSet<String> = self.settings.keys().map(|key| section_variable(key)).collect();
        let ours: BTreeMap<String, String> =
            variables.into_iter().filter(|(name, _)| name.starts_with("ZHIYI_")).collect();
        for (name, value) in ours {
            if let Some(key) = names.get(&name) {
                self.set(key, value, Origin::Environment(name));
            } else if sections.iter().any(|s| name.starts_with(s.as_str())) && !service_link(&name, &value) {
                // By its long name, where there is a shorter one, or misspelt.
                let long = names.iter().find(|(_, key)| long_variable(key) == name).map(|(known, _)| known);
                let spelt = || names.keys().map(|k| (levenshtein(&name, k), k)).filter(|(d, _)| *d <= 3).min();
                let near = long.or_else(|| spelt().map(|(_, known)| known));
                let hint = near.map_or_else(String::new, |known| format!("; did you mean {known}?"));
                let message = format!("{name} is no setting{hint}");
                self.faults.push(ConfigFault { place: Origin::Environment(name).to_string(), message });
            }
        }
    }

    /// The names of all settings in the environment.
    pub fn variables() -> impl Iterator<Item = String> {
        Self::default().settings.into_keys().map(|key| variable(&key))
    }

    /// Adds a setting of the command line; `flag` is what faults call it.
    pub fn flag(&mut self, flag: &str, key: &str, value: impl Into<String>) {
        self.set(key, value.into(), Origin::Flag(flag.to_owned()));
    }

    /// Adds `KEY=VALUE` of a flag.
    pub fn assignment(&mut self, flag: &str, text: &str) {
        match text.split_once('=') {
            Some((key, value)) => self.set(key.trim(), value.trim().to_owned(), Origin::Flag(flag.to_owned())),
            None => self.faults.push(ConfigFault {
                place: format!("flag {flag}"),
                message: format!("`{text}` is no setting; write KEY=VALUE, such as limits.request_time=5s"),
            }),
        }
    }

    fn set(&mut self, key: &str, value: String, origin: Origin) {
        match self.settings.get_mut(key) {
            Some(setting) => *setting = Setting { value, origin },
            None => {
                let mut message = format!("unknown key `{key}`");
                let near = nearest(key, self.settings.keys());
                if near.is_empty() {
                    message.push_str("; deploy/zhiyi.toml lists all keys");
                } else {
                    message.push_str(&format!("; did you mean `{}`?", near.join("` or `")));
                }
                self.faults.push(ConfigFault { place: origin.to_string(), message });
            }
        }
    }

    fn toml(&mut self, name: &str, text: &str, mut take: impl FnMut(&mut Self, String, String, usize)) {
        let line_of = |at: usize| text.bytes().take(at).filter(|b| *b == b'\n').count() + 1;
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map_or(1, |s| line_of(s.start));
            let place = Origin::File { file: name.to_owned(), line }.to_string();
            self.faults.push(ConfigFault { place, message: error.message().to_owned() });
        }
        for (section, content) in table.get_ref() {
            let line = line_of(section.span().start);
            let fault = |line: usize, message: String| ConfigFault {
                place: Origin::File { file: name.to_owned(), line }.to_string(),
                message,
            };
            let Some(entries) = content.get_ref().as_table() else {
                let message = format!(
                    "`{}` stands outside of a section; write it below one, such as [server]",
                    section.get_ref()
                );
                self.faults.push(fault(line, message));
                continue;
            };
            if !self.settings.is_empty() {
                let prefix = format!("{}.", section.get_ref());
                if !self.settings.keys().any(|k| k.starts_with(&prefix)) && entries.is_empty() {
                    self.faults.push(fault(line, format!("unknown section `[{}]`", section.get_ref())));
                }
            }
            for (key, value) in entries {
                let line = line_of(key.span().start);
                let path = format!("{}.{}", section.get_ref(), key.get_ref());
                match scalar(value.get_ref()) {
                    Some(value) => take(self, path, value, line),
                    None => {
                        let message =
                            format!("`{path}` takes one value, this is of type {}", value.get_ref().type_str());
                        self.faults.push(fault(line, message));
                    }
                }
            }
        }
    }
}

/// The name of a key in the environment.
fn variable(key: &str) -> String {
    let short = SHORT_NAMES.iter().find(|(k, _)| *k == key).map(|(_, name)| (*name).to_owned());
    short.unwrap_or_else(|| long_variable(key))
}

fn long_variable(key: &str) -> String {
    format!("ZHIYI_{}", key.to_uppercase().replace('.', "_"))
}

/// How the names of a key's section begin in the environment.
fn section_variable(key: &str) -> String {
    let section = key.split('.').next().unwrap_or(key);
    format!("ZHIYI_{}_", section.to_uppercase())
}

/// Whether a variable is one that Kubernetes makes of a service's name: a service `zhiyi-metrics` gives every pod beside it
/// `ZHIYI_METRICS_SERVICE_HOST`, `ZHIYI_METRICS_PORT=tcp://10.0.0.1:9464`, `ZHIYI_METRICS_PORT_9464_TCP_ADDR` and more.
fn service_link(name: &str, value: &str) -> bool {
    let port = |rest: &str| {
        let mut parts = rest.split('_');
        let number = parts.next().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        number && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.ends_with("_PORT") && value.contains("://")
        || name.split_once("_PORT_").is_some_and(|(_, rest)| port(rest))
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(n) if n.radix() == 10 => Some(n.as_str().to_owned()),
        DeValue::Float(n) => Some(n.as_str().to_owned()),
        DeValue::Boolean(b) => Some(b.to_string()),
        _ => None,
    }
}

/// The known keys that are written most like `key`, where any is close: several where they are equally so.
fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k String>) -> Vec<&'k str> {
    let (section, name) = key.rsplit_once('.').map_or((None, key), |(section, name)| (Some(section), name));
    let apart = |k: &str| match k.rsplit_once('.') {
        // The right key in a wrong section is near, nearest in a section that is spelt like it; in none, anywhere.
        Some((its, same)) if same == name => {
            levenshtein(key, k).min(1 + section.map_or(0, |s| levenshtein(s, its) / 4))
        }
        _ => levenshtein(key, k),
    };
    let near: Vec<(usize, &str)> = known.map(|k| (apart(k), k.as_str())).filter(|(d, _)| *d <= 3).collect();
    let least = near.iter().map(|(d, _)| *d).min();
    near.into_iter().filter(|(d, _)| Some(*d) == least).map(|(_, k)| k).collect()
}
