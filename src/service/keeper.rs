//! The thread that loads dictionaries: on a change of the files, on SIGHUP, and when the Dictionary service asks. Also
//! what has to be done now and then: certificates and tokens that changed, dictionaries that nobody holds any more.

use super::Shared;
use super::message_log::MessageLog;
use super::shadow::Shadow;
use super::stamp::Stamp;
use super::versions::ActivateError;
use super::watch::Watch;
use crate::builder::{self, Loaded};
use crate::config::{DictionaryConfig, TestsGate};
use crate::diagnostic::Language;
use crate::dictionary::{DictionaryError, Source};
use crate::memory;
use crate::pack_tests;
use crate::priority;
use crate::recognizer::Recognizer;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// What the keeper is asked to do.
pub(super) enum Command {
    /// Something happened to the files.
    Changed,
    /// Read everything again.
    Hangup,
    Reload(oneshot::Sender<Result<(String, bool), ReloadError>>),
    Activate(String, oneshot::Sender<Result<(String, bool), ActivateError>>),
    RollBack(oneshot::Sender<Result<(String, String), ActivateError>>),
    SetShadow(ShadowSource, oneshot::Sender<Result<String, ReloadError>>),
    Stop,
}

impl Command {
    /// Whether nobody awaits what comes of it any more: the caller may have asked again already.
    fn abandoned(&self) -> bool {
        match self {
            Self::Changed | Self::Hangup | Self::Stop => false,
            Self::Reload(reply) => reply.is_closed(),
            Self::Activate(_, reply) => reply.is_closed(),
            Self::RollBack(reply) => reply.is_closed(),
            Self::SetShadow(_, reply) => reply.is_closed(),
        }
    }
}

/// What a shadow is read from.
pub(super) enum ShadowSource {
    None,
    Path(PathBuf),
    Version(String),
}

/// Why a dictionary was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReloadError {
    #[error(transparent)]
    Dictionary(#[from] DictionaryError),
    #[error(transparent)]
    Version(#[from] ActivateError),
    #[error("{path}: its files have {bytes} bytes, more than dictionary.largest allows ({largest})")]
    TooLarge { path: PathBuf, bytes: u64, largest: usize },
    #[error("{path}: its files kept changing while they were read; reload once they are quiet")]
    Restless { path: PathBuf },
    #[error("no thread could be started for the shadow dictionary: {0}")]
    Thread(std::io::Error),
    #[error("{failed} of the packs' tests fail:\n{first}")]
    Tests { failed: usize, first: String },
}

/// How often things are looked at that change seldom.
const TICK: Duration = Duration::from_secs(1);
/// So many times files are read again that change meanwhile.
const ATTEMPTS: usize = 5;
/// The most failing tests that a message names.
const NAMED_TESTS: usize = 10;

pub(super) struct Keeper {
    shared: Arc<Shared>,
    config: DictionaryConfig,
    path: PathBuf,
    /// What the files looked like when they were last read, whatever came of it.
    tried: Option<Stamp>,
    /// The file or folder of the shadow and what it looked like.
    shadow: Option<(PathBuf, Option<Stamp>)>,
    commands: Sender<Command>,
    watch: Option<Watch>,
}

impl Keeper {
    /// Starts the thread for the dictionary that serves.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn start(
        shared: Arc<Shared>,
        config: DictionaryConfig,
        tried: Option<Stamp>,
        commands: Receiver<Command>,
    ) -> std::io::Result<()> {
        let path = shared.versions.active().path.clone();
        let sender = shared.commands.clone();
        let nice = config.nice;
        let keeper = Self { shared, config, path, tried, shadow: None, commands: sender, watch: None };
        std::thread::Builder::new().name("dictionary".into()).spawn(move || {
            // Compiling starts threads of its own, which inherit the niceness.
            priority::give_way(nice);
            keeper.run(&commands);
        })?;
        Ok(())
    }

    fn run(mut self, commands: &Receiver<Command>) {
        self.guard("looking at the dictionary for the first time", Self::begin);
        let (mut looked, mut ticked) = (Instant::now(), Instant::now());
        let settle = self.config.settle;
        let settled = move |(first, last): (Instant, Instant)| (last + settle).min(first + settle * 10);
        // The first and the last event of a change that has not settled.
        let mut restless: Option<(Instant, Instant)> = None;
        loop {
            let next = restless.map_or(ticked + TICK, |r| settled(r).min(ticked + TICK));
            match commands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Command::Changed) => {
                    let now = Instant::now();
                    restless = Some((restless.map_or(now, |r| r.0), now));
                }
                Ok(command) if command.abandoned() => {
                    tracing::info!("nobody awaits a command any more; it is left out")
                }
                Ok(command) => self.guard("obeying a command", |keeper| keeper.obey(command)),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            let due = self.config.poll.is_some_and(|p| now >= looked + p);
            if due || restless.is_some_and(|r| now >= settled(r)) {
                restless = None;
                self.guard("looking at the dictionary", Self::look);
                looked = Instant::now();
            }
            if now >= ticked + TICK {
                ticked = now;
                self.guard("looking at certificates and tokens", |keeper| {
                    keeper.shared.secrets.refresh(false);
                    keeper.tidy(false);
                });
            }
        }
    }

    /// Does something that the thread has to outlive, whatever becomes of it.
    fn guard(&mut self, what: &str, work: impl FnOnce(&mut Self)) {
        if std::panic::catch_unwind(AssertUnwindSafe(|| work(self))).is_err() {
            let fault = format!("the program failed while {what}; please report it with what its log says");
            tracing::error!("{fault}");
            self.shared.versions.fail(fault);
        }
    }

    /// What is done once: the tests of the dictionary that serves from the start, the shadow, the watch.
    fn begin(&mut self) {
        let active = self.shared.versions.active();
        if let Err(error) = pass_tests(&active.recognizer, &active.path, self.config.tests) {
            tracing::error!(%error, "the dictionary serves nevertheless: there is no earlier one");
            self.shared.versions.fail(error.to_string());
        }
        drop(active);
        if let Some(path) = self.shared.shadow_path.clone() {
            self.shadow = Some((path.clone(), None));
            let _ = self.set_shadow(ShadowSource::Path(path));
        }
        self.look();
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Changed | Command::Stop => {}
            Command::Hangup => {
                tracing::info!("SIGHUP: reading dictionary, certificates and tokens again");
                self.shared.secrets.refresh(true);
                let _ = self.reload();
                self.set_watch();
            }
            Command::Reload(reply) => {
                let _ = reply.send(self.reload());
            }
            Command::Activate(version, reply) => {
                let result = self.shared.versions.activate(&version);
                if let Ok(changed) = &result {
                    tracing::info!(version, changed, "version activated");
                }
                let _ = reply.send(result.map(|changed| (version, changed)));
            }
            Command::RollBack(reply) => {
                let result = self.shared.versions.roll_back();
                if let Ok((version, previous)) = &result {
                    tracing::info!(version, previous, "rolled back");
                }
                let _ = reply.send(result);
            }
            Command::SetShadow(source, reply) => {
                let _ = reply.send(self.set_shadow(source));
            }
        }
        self.tidy(false);
    }

    /// Drops what nobody holds any more and gives memory back, also where loading left some behind.
    fn tidy(&self, loaded: bool) {
        if self.shared.versions.sweep() || loaded {
            memory::give_back();
        }
    }

    /// Loads what changed since it was last read.
    fn look(&mut self) {
        if self.config.watch {
            // First the watch, then the look: what happens in between is seen twice rather than never.
            self.set_watch();
            let now = Stamp::of_dictionary(&self.path).ok();
            if now != self.tried || (now.is_none() && self.shared.versions.last_fault().is_none()) {
                let _ = self.reload();
            }
        }
        if let Some((path, seen)) = &self.shadow {
            let now = Stamp::of_dictionary(path).ok();
            if now.is_some() && now != *seen {
                let path = path.clone();
                let _ = self.set_shadow(ShadowSource::Path(path));
            }
        }
    }

    fn set_watch(&mut self) {
        if !self.config.watch {
            return;
        }
        let commands = self.commands.clone();
        let watch = Watch::set(&self.path, move || drop(commands.send(Command::Changed)));
        match watch {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => {
                if self.watch.take().is_some() || self.tried.is_none() {
                    tracing::warn!(%error, "the system sends no events for the dictionary; it is looked at every now and then");
                }
            }
        }
        self.shared.watching.store(self.watch.is_some() || self.config.poll.is_some(), Ordering::Relaxed);
    }

    /// Reads the dictionary again and makes it serve; on any fault the running one stays. Returns the version that
    /// serves and whether it changed.
    fn reload(&mut self) -> Result<(String, bool), ReloadError> {
        let started = Instant::now();
        let versions = &self.shared.versions;
        let result =
            load(&versions.active().recognizer, &self.path, &self.config, &mut self.tried).and_then(|loaded| {
                let version = loaded.recognizer.bundle().version.clone();
                let changed = version != versions.active().version();
                // What serves with a fault is to go on saying so.
                if changed || versions.last_fault().is_some() {
                    pass_tests(&loaded.recognizer, &loaded.path, self.config.tests)?;
                }
                if changed {
                    versions.install(loaded.recognizer, &loaded.path);
                }
                Ok((version, changed))
            });
        let milliseconds = started.elapsed().as_millis() as u64;
        match &result {
            Ok((version, changed)) => {
                if !changed {
                    versions.unchanged.fetch_add(1, Ordering::Relaxed);
                }
                versions.heal();
                tracing::info!(version, changed, milliseconds, "dictionary reloaded");
            }
            Err(error) => {
                versions.fail(error.to_string());
                let version = versions.active().version().to_owned();
                tracing::error!(%error, version, milliseconds, "the dictionary was not reloaded; the running one stays");
            }
        }
        self.tidy(true);
        result
    }

    fn set_shadow(&mut self, source: ShadowSource) -> Result<String, ReloadError> {
        let result = self.change_shadow(source);
        if let Err(error) = &result {
            tracing::error!(%error, "the shadow dictionary was not loaded");
        }
        self.shared.shadow_fault.store(result.as_ref().err().map(|error| Arc::new(error.to_string())));
        result
    }

    fn change_shadow(&mut self, source: ShadowSource) -> Result<String, ReloadError> {
        let mut seen = None;
        let running = self.shared.versions.active();
        let loaded = match source {
            ShadowSource::None => None,
            ShadowSource::Path(path) => {
                let loaded = load(&running.recognizer, &path, &self.config, &mut seen);
                // Not again before the files change.
                if let Some((known, tried)) = &mut self.shadow
                    && *known == path
                {
                    tried.clone_from(&seen);
                }
                Some((loaded?.recognizer, path.display().to_string(), Some(path)))
            }
            ShadowSource::Version(version) => Some((self.shared.versions.open(&version)?.0, version, None)),
        };
        let Some((recognizer, source, path)) = loaded else {
            self.shadow = None;
            self.shared.shadow.store(None);
            tracing::info!("no shadow dictionary any more");
            return Ok(String::new());
        };
        let log = self.shared.log.as_ref().map(MessageLog::end);
        let shadow = Shadow::start(recognizer, source, self.shared.shadow_queue, self.shared.reading.clone(), log)
            .map_err(ReloadError::Thread)?;
        let version = shadow.version.clone();
        tracing::info!(version, source = shadow.source, "shadow dictionary reads along");
        self.shadow = path.map(|path| (path, seen));
        self.shared.shadow.store(Some(Arc::new(shadow)));
        Ok(version)
    }
}

/// Loads a dictionary whose files hold still meanwhile; notes what they looked like.
fn load(
    running: &Recognizer,
    path: &Path,
    config: &DictionaryConfig,
    tried: &mut Option<Stamp>,
) -> Result<Loaded, ReloadError> {
    let look = || Stamp::of_dictionary(path).map_err(|source| DictionaryError::Io { path: path.to_owned(), source });
    for _ in 0..ATTEMPTS {
        let before = look().inspect_err(|_| *tried = None)?;
        let before = tried.insert(before);
        fits(path, before, config)?;
        // The keeper has to outlive whatever a dictionary does to the compiler.
        let loaded = std::panic::catch_unwind(AssertUnwindSafe(|| builder::load_beside(running, path)));
        if look().ok() == *tried {
            let failed = |_| Err(DictionaryError::Corrupt { what: "compiling it failed; please report this".into() });
            return Ok(loaded.unwrap_or_else(failed)?);
        }
        std::thread::sleep(config.settle);
    }
    Err(ReloadError::Restless { path: path.to_owned() })
}

/// Refuses files that are larger together than is allowed.
pub(super) fn fits(path: &Path, seen: &Stamp, config: &DictionaryConfig) -> Result<(), ReloadError> {
    let (bytes, largest) = (seen.bytes, config.largest);
    if bytes > largest as u64 {
        return Err(ReloadError::TooLarge { path: path.to_owned(), bytes, largest });
    }
    Ok(())
}

/// Runs the tests of a folder's packs.
fn pass_tests(recognizer: &Recognizer, path: &Path, gate: TestsGate) -> Result<(), ReloadError> {
    if gate == TestsGate::Off || !path.is_dir() {
        return Ok(());
    }
    let source = Source::read(path).map_err(DictionaryError::from)?;
    let mut failed = Vec::new();
    for row in source.packs.iter().flat_map(|p| &p.tests) {
        let place = || format!("{}: {}", row.place.describe(Language::English), row.text);
        match pack_tests::run(recognizer, row) {
            // A known failure that passes is for `dict test` to tell.
            Ok(result) if result.passed || row.fails => {}
            Ok(result) => {
                failed.push(format!("{}: wanted {}, got {}", place(), row.intents.join("|"), result.intents.join("|")));
            }
            Err(error) => failed.push(error),
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    let error = ReloadError::Tests {
        failed: failed.len(),
        first: failed.iter().take(NAMED_TESTS).map(String::as_str).collect::<Vec<_>>().join("\n"),
    };
    if gate == TestsGate::Warn {
        tracing::warn!(%error, "the dictionary serves nevertheless");
        return Ok(());
    }
    Err(error)
}
