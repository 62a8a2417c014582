//! The dictionary that serves, and those that served before.

use super::metrics::{Answers, OUTCOMES};
use crate::builder;
use crate::config::Config;
use crate::dictionary::{Content, DictionaryError, Sections, Slice};
use crate::files;
use crate::recognizer::{ReadingCache, Recognizer};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A dictionary, when it began to serve, and what it answered.
pub(super) struct Active {
    pub(super) recognizer: Recognizer,
    /// The folder or bundle it was read from.
    pub(super) path: PathBuf,
    pub(super) since: Timestamp,
    /// One for each serving thread.
    pub(super) answers: Vec<Answers>,
    /// One for each serving thread, which alone locks it; none where readings are not kept.
    caches: Vec<Mutex<ReadingCache>>,
}

impl Active {
    pub(super) fn version(&self) -> &str {
        &self.recognizer.bundle().version
    }

    /// The readings that a serving thread keeps.
    pub(super) fn cache(&self, thread: usize) -> Option<MutexGuard<'_, ReadingCache>> {
        self.caches.get(thread).map(|c| c.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A version that can be activated.
pub(super) struct Known {
    pub(super) version: String,
    pub(super) path: Option<PathBuf>,
    pub(super) since: Timestamp,
    pub(super) bytes: u64,
    pub(super) in_memory: bool,
}

/// A version kept in memory: its sections, from which a recogniser is made in a tenth of a second. What it has in common
/// with the version before it is there once.
struct Kept {
    version: String,
    path: PathBuf,
    since: Timestamp,
    sections: Sections<Slice>,
}

/// A reload that failed.
#[derive(Clone)]
pub(super) struct LastFault {
    pub(super) text: String,
    pub(super) at: Timestamp,
}

/// What all dictionaries together answered, by account.
#[derive(Default, Clone)]
pub(super) struct Totals {
    pub(super) outcomes: BTreeMap<(String, &'static str), u64>,
    pub(super) intents: BTreeMap<(String, String), u64>,
    pub(super) human: BTreeMap<String, u64>,
}

impl Totals {
    fn add(&mut self, active: &Active) {
        let content: &Content = &active.recognizer.bundle().content;
        for (at, account) in content.accounts.iter().enumerate() {
            let sum = |read: &dyn Fn(&Answers) -> u64| active.answers.iter().map(read).sum::<u64>();
            for (outcome, name) in OUTCOMES.iter().enumerate() {
                *self.outcomes.entry((account.id.clone(), name)).or_default() += sum(&|a| a.outcome(at, outcome));
            }
            for (index, intent) in content.intents.iter().enumerate() {
                let n = sum(&|a| a.intent(at, index));
                if n > 0 {
                    *self.intents.entry((account.id.clone(), intent.id.clone())).or_default() += n;
                }
            }
            *self.human.entry(account.id.clone()).or_default() += sum(&|a| a.human(at));
        }
    }
}

#[derive(Default)]
struct Past {
    /// The one that began to serve last comes last.
    kept: Vec<Kept>,
    /// Versions in the order in which they served, for rolling back.
    trail: Vec<String>,
    /// Dictionaries that calls may still hold. They are dropped by the keeper, never by a serving thread, because
    /// freeing one takes milliseconds.
    retired: Vec<Arc<Active>>,
    totals: Totals,
    fault: Option<LastFault>,
}

/// The most steps that can be rolled back.
const LONGEST_TRAIL: usize = 1_000;

/// The serving dictionary and its predecessors.
pub(super) struct Versions {
    active: ArcSwap<Active>,
    threads: usize,
    /// Readings that each of them keeps.
    readings: usize,
    kept: usize,
    history: Option<PathBuf>,
    history_files: usize,
    past: Mutex<Past>,
    pub(super) changed: AtomicU64,
    pub(super) unchanged: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) history_faults: AtomicU64,
}

/// Why a version cannot be activated.
#[derive(Debug, thiserror::Error)]
pub(super) enum ActivateError {
    #[error("version `{0}` is neither kept in memory nor in the history folder; ListVersions tells which are")]
    Unknown(String),
    #[error("no version served before this one")]
    NothingBefore,
    #[error(transparent)]
    Dictionary(#[from] DictionaryError),
}

impl Versions {
    pub(super) fn new(recognizer: Recognizer, path: &Path, config: &Config) -> Self {
        let (threads, readings) = (config.threads, config.cache.readings);
        let active = active(recognizer, path, threads, readings);
        let versions = Self {
            active: ArcSwap::new(active.clone()),
            threads,
            readings,
            kept: config.dictionary.kept,
            history: config.dictionary.history.clone(),
            history_files: config.dictionary.history_files,
            past: Mutex::default(),
            changed: AtomicU64::new(0),
            unchanged: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            history_faults: AtomicU64::new(0),
        };
        let mut past = versions.past();
        versions.remember(&mut past, &active);
        past.trail.push(active.version().to_owned());
        drop(past);
        versions.write_down(&active);
        versions
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The dictionary that serves now. Whoever holds it finishes with it, whatever is swapped in meanwhile.
    pub(super) fn active(&self) -> arc_swap::Guard<Arc<Active>> {
        self.active.load()
    }

    /// Makes a dictionary serve. Calls that began before finish with the old one.
    pub(super) fn install(&self, recognizer: Recognizer, path: &Path) {
        let new = active(recognizer, path, self.threads, self.readings);
        self.swap(&new);
        let mut past = self.past();
        past.trail.push(new.version().to_owned());
        let surplus = past.trail.len().saturating_sub(LONGEST_TRAIL);
        past.trail.drain(..surplus);
        drop(past);
        self.write_down(&new);
    }

    fn swap(&self, new: &Arc<Active>) {
        let mut past = self.past();
        let old = self.active.swap(new.clone());
        past.retired.push(old);
        self.remember(&mut past, new);
        self.changed.fetch_add(1, Ordering::Relaxed);
    }

    fn remember(&self, past: &mut Past, active: &Active) {
        past.kept.retain(|k| k.version != active.version());
        past.kept.push(Kept {
            version: active.version().to_owned(),
            path: active.path.clone(),
            since: active.since,
            sections: active.recognizer.bundle().sections.clone(),
        });
        let surplus = past.kept.len().saturating_sub(self.kept);
        past.kept.drain(..surplus);
    }

    /// Keeps the bundle in the history folder. A full disk must not keep a dictionary from serving: it is told.
    fn write_down(&self, active: &Active) {
        let Some(folder) = &self.history else { return };
        let file = folder.join(format!("{}.zhiyi", active.version()));
        if file.is_file() {
            return;
        }
        let bytes = active.recognizer.bundle().sections.to_bytes();
        if let Err(error) = files::write(&file, &bytes).and_then(|()| files::keep_youngest(folder, self.history_files))
        {
            self.history_faults.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%error, file = %file.display(), "the version was not kept in the history folder");
        }
    }

    /// A version with its sections, and the path it came from.
    fn find(&self, version: &str) -> Result<((String, Sections<Slice>), PathBuf), ActivateError> {
        if let Some(kept) = self.past().kept.iter().find(|k| k.version == version) {
            return Ok(((kept.version.clone(), kept.sections.clone()), kept.path.clone()));
        }
        let unknown = || ActivateError::Unknown(version.chars().take(32).collect());
        // Nothing but a version may become part of a path.
        let is_version = version.len() == 16 && version.bytes().all(|b| b.is_ascii_hexdigit());
        let folder = self.history.as_ref().filter(|_| is_version).ok_or_else(unknown)?;
        let file = folder.join(format!("{version}.zhiyi"));
        match files::read(&file) {
            Ok(bytes) => Ok((Sections::read(Arc::new(bytes))?, file)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(unknown()),
            Err(source) => Err(DictionaryError::Io { path: file, source }.into()),
        }
    }

    /// Makes a recogniser of a version that can be activated.
    pub(super) fn open(&self, version: &str) -> Result<(Recognizer, PathBuf), ActivateError> {
        let (found, path) = self.find(version)?;
        let recognizer = builder::open_beside(&self.active().recognizer, found)?;
        if recognizer.bundle().version != version {
            let what = format!("it holds version {} instead of {version}", recognizer.bundle().version);
            return Err(DictionaryError::Corrupt { what }.into());
        }
        Ok((recognizer, path))
    }

    /// Makes an earlier version serve; tells whether that changed anything.
    pub(super) fn activate(&self, version: &str) -> Result<bool, ActivateError> {
        if self.active().version() == version {
            return Ok(false);
        }
        let (recognizer, path) = self.open(version)?;
        self.install(recognizer, &path);
        Ok(true)
    }

    /// Makes the version serve that served before; returns it and the one that served until now.
    pub(super) fn roll_back(&self) -> Result<(String, String), ActivateError> {
        let (before, now) = match self.past().trail.as_slice() {
            [.., before, now] => (before.clone(), now.clone()),
            _ => return Err(ActivateError::NothingBefore),
        };
        let (recognizer, path) = self.open(&before)?;
        self.swap(&active(recognizer, &path, self.threads, self.readings));
        self.past().trail.pop();
        Ok((before, now))
    }

    /// The versions that can be activated, the youngest first.
    pub(super) fn known(&self) -> Vec<Known> {
        let mut known: Vec<Known> = self
            .past()
            .kept
            .iter()
            .rev()
            .map(|k| Known {
                version: k.version.clone(),
                path: Some(k.path.clone()),
                since: k.since,
                bytes: k.sections.file_size() as u64,
                in_memory: true,
            })
            .collect();
        let mut files = Vec::new();
        let entries = self.history.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().filter_map(Result::ok);
        for entry in entries {
            let path = entry.path();
            let (Some(version), Ok(metadata)) = (path.file_stem().and_then(|s| s.to_str()), entry.metadata()) else {
                continue;
            };
            if path.extension().is_none_or(|e| e != "zhiyi") || known.iter().any(|k| k.version == version) {
                continue;
            }
            let since = metadata.modified().ok().and_then(|t| Timestamp::try_from(t).ok()).unwrap_or_default();
            files.push(Known {
                version: version.to_owned(),
                path: None,
                since,
                bytes: metadata.len(),
                in_memory: false,
            });
        }
        files.sort_by(|a, b| (b.since, &a.version).cmp(&(a.since, &b.version)));
        known.append(&mut files);
        known
    }

    /// Drops the dictionaries that no call holds any more; tells whether there were any. To be called by the keeper alone.
    pub(super) fn sweep(&self) -> bool {
        let mut past = self.past();
        let (free, held): (Vec<_>, Vec<_>) =
            std::mem::take(&mut past.retired).into_iter().partition(|a| Arc::strong_count(a) == 1);
        past.retired = held;
        free.iter().for_each(|a| past.totals.add(a));
        drop(past);
        !free.is_empty()
    }

    /// What all dictionaries answered since the start.
    pub(super) fn totals(&self) -> Totals {
        let past = self.past();
        let mut totals = past.totals.clone();
        past.retired.iter().for_each(|a| totals.add(a));
        totals.add(&self.active());
        totals
    }

    pub(super) fn last_fault(&self) -> Option<LastFault> {
        self.past().fault.clone()
    }

    /// Notes a reload that failed.
    pub(super) fn fail(&self, text: String) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        self.past().fault = Some(LastFault { text, at: Timestamp::now() });
    }

    /// Notes that the files are in order again.
    pub(super) fn heal(&self) {
        self.past().fault = None;
    }
}

fn active(recognizer: Recognizer, path: &Path, threads: usize, readings: usize) -> Arc<Active> {
    let content = &recognizer.bundle().content;
    let answers = || Answers::new(content.accounts.len(), content.intents.len());
    let answers = std::iter::repeat_with(answers).take(threads).collect();
    let caches = (0..threads).filter_map(|_| ReadingCache::new(readings)).map(Mutex::new).collect();
    Arc::new(Active { recognizer, path: path.to_owned(), since: Timestamp::now(), answers, caches })
}
