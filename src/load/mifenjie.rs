//! 小米's 9 April 2013 again: 2.8 million messages in two hours, while the dictionary changes under the server's feet.
//!
//! The server reads a bundle file. Every few seconds the file is replaced by that of the other of two dictionaries and
//! `Dictionary.Reload` is called. Every answer must be, byte for byte, the one that the dictionary named in it gives
//! offline; the answers of both are computed beforehand, once for each distinct message.

use super::check::Exact;
use super::engine::run;
use super::job::{Job, LoadError, Progress, Work};
use super::message::Message;
use super::schedule::mifenjie_cells;
use super::tally::{Latency, Tally};
use crate::builder;
use crate::client::Peer;
use crate::context::{self, Seal, State};
use crate::dictionary::DictionaryError;
use crate::files;
use crate::priority;
use crate::recognizer::{Recognizer, Utterance};
use crate::service::{convert, proto};
use prost::Message as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Version and bytes of each of the two dictionaries.
pub type Bundles = [(String, Vec<u8>); 2];

/// What is replayed.
pub struct Replay<'r> {
    /// Messages.
    pub messages: u64,
    /// Into how long the two hours are pressed.
    pub duration: Duration,
    /// The two dictionaries; the server starts with the first.
    pub bundles: Bundles,
    /// The file that the server reads.
    pub live: PathBuf,
    /// Where `Dictionary.Reload` is called.
    pub administration: Peer,
    /// From one reload to the next.
    pub every: Duration,
    /// Called ten times a second.
    pub tick: &'r mut dyn FnMut(&Progress),
}

/// What came of it.
pub struct ReplayOutcome {
    /// The counts.
    pub tally: Tally,
    /// How long each reload took, from the call to its answer.
    pub reloads: Latency,
}

/// Loads two dictionaries and prepares the check that an answer is one of theirs.
///
/// # Errors
/// [`LoadError::Dictionary`] about the first that does not load; [`LoadError::Comparison`] where both have one version or
/// lack the account of a message, since nothing could be proved.
pub fn prepare(paths: [&Path; 2], messages: &[Message], reference: i64) -> Result<(Exact, Bundles), LoadError> {
    let a = &builder::load(paths[0])?.recognizer;
    let b = &builder::load_beside(a, paths[1])?.recognizer;
    let bundles = [a, b].map(|r| (r.bundle().version.clone(), r.bundle().sections.to_bytes()));
    let fault = LoadError::Comparison;
    if bundles[0].0 == bundles[1].0 {
        return Err(fault(format!("both dictionaries are version {}", bundles[0].0)));
    }
    let zone = jiff::tz::TimeZone::get(convert::DEFAULT_ZONE).map_err(|e| fault(e.to_string()))?;
    let moment = jiff::Timestamp::from_second(reference).map_err(|e| fault(e.to_string()))?.to_zoned_datetime(zone);
    for r in [a, b] {
        for m in messages {
            r.account(&m.account).map_err(|e| fault(e.to_string()))?;
        }
    }
    let versions = bundles.each_ref().map(|b| b.0.clone()).to_vec();
    let answer = |version: usize, m: &Message, id: &str| offline([a, b][version], m, &moment, id);
    let check = Exact::new(versions, messages, answer).ok_or_else(|| fault("an answer lacks its id".into()))?;
    Ok((check, bundles))
}

/// The encoded answer of a dictionary without a server, as one without keys for contexts gives it.
fn offline(recognizer: &Recognizer, m: &Message, moment: &jiff::ZonedDateTime, id: &str) -> Vec<u8> {
    let utterance = Utterance {
        text: &m.text,
        hypotheses: &[],
        account: &m.account,
        modality: m.modality,
        reference: moment.clone(),
        explain: false,
    };
    let turn = context::answer(recognizer, &utterance, None, &State::default());
    let answer = turn.map(|turn| convert::turn(recognizer, &m.text, id, turn, &Seal::default()));
    answer.map(|a| a.encode_to_vec()).unwrap_or_default()
}

/// Replays.
///
/// # Errors
/// [`LoadError`] where the server cannot be reached or a reload fails.
pub fn replay(job: &Job, replay: Replay<'_>) -> Result<ReplayOutcome, LoadError> {
    let over = Arc::new(AtomicBool::new(false));
    let reloader = Reloader {
        bundles: replay.bundles,
        live: replay.live,
        administration: replay.administration,
        every: replay.every,
        reloading: job.reloading.clone(),
        over: over.clone(),
    };
    let reloading = std::thread::Builder::new().name("reloads".into()).spawn(move || {
        // It stands for another machine: what it costs must not be taken for the server's.
        priority::give_way(NICE);
        reloader.run()
    })?;
    let cells = mifenjie_cells(replay.messages, replay.duration);
    let tallies = run(job, &Work::Open(cells), replay.tick);
    over.store(true, Ordering::SeqCst);
    let reloads = reloading.join().map_err(|_| LoadError::Reload("the thread panicked".into()))?;
    let tally = tallies?.into_iter().next().unwrap_or_default();
    Ok(ReplayOutcome { tally, reloads: reloads? })
}

struct Reloader {
    bundles: Bundles,
    live: PathBuf,
    administration: Peer,
    every: Duration,
    reloading: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

/// Niceness of the thread that writes and reloads.
const NICE: u8 = 10;
/// Between two looks whether the replay is over.
const NAP: Duration = Duration::from_millis(20);

impl Reloader {
    fn run(self) -> Result<Latency, LoadError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut took = Latency::default();
        let mut next = Instant::now() + self.every;
        let mut turn = 0usize;
        loop {
            if self.over.load(Ordering::SeqCst) {
                return Ok(took);
            }
            if Instant::now() < next {
                std::thread::sleep(NAP);
                continue;
            }
            next += self.every;
            turn += 1;
            let (version, bytes) = &self.bundles[turn % 2];
            let io = |source| DictionaryError::Io { path: self.live.clone(), source };
            self.reloading.store(true, Ordering::SeqCst);
            let start = Instant::now();
            let serves = files::write(&self.live, bytes)
                .map_err(|e| LoadError::from(io(e)))
                .and_then(|()| runtime.block_on(self.reload()));
            took.record(start.elapsed(), 1);
            self.reloading.store(false, Ordering::SeqCst);
            let serves = serves?;
            if serves != *version {
                return Err(LoadError::Reload(format!("{version} was written, {serves} serves")));
            }
        }
    }

    async fn reload(&self) -> Result<String, LoadError> {
        let channel = self.administration.channel().await.map_err(LoadError::Reload)?;
        let mut client = proto::dictionary_client::DictionaryClient::new(channel);
        let answer = client.reload(self.administration.request(proto::ReloadRequest {})).await;
        let answer = answer.map_err(|s| LoadError::Reload(format!("{:?}: {}", s.code(), s.message())))?;
        Ok(answer.into_inner().version)
    }
}

/// Copies a folder of tables with every intent's title marked, so that whatever is matched is answered differently: a
/// second dictionary where only one is at hand.
///
/// # Errors
/// [`DictionaryError::Io`].
pub fn marked_copy(from: &Path, to: &Path) -> Result<(), DictionaryError> {
    let io = |path: &Path, source: std::io::Error| DictionaryError::Io { path: path.to_owned(), source };
    std::fs::create_dir_all(to).map_err(|e| io(to, e))?;
    for entry in std::fs::read_dir(from).map_err(|e| io(from, e))? {
        let path = entry.map_err(|e| io(from, e))?.path();
        let Some(name) = path.file_name() else { continue };
        let target = to.join(name);
        if path.is_dir() {
            marked_copy(&path, &target)?;
            continue;
        }
        let intents = name.to_str().is_some_and(|n| n.starts_with("intents") && n.ends_with(".csv"));
        if intents { mark_titles(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()) }
            .map_err(|e| io(&path, e))?;
    }
    Ok(())
}

fn mark_titles(from: &Path, to: &Path) -> std::io::Result<()> {
    let text = std::fs::read_to_string(from)?;
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(to)?;
    let header = reader.headers()?.clone();
    let title = header.iter().position(|c| c.trim() == "title");
    writer.write_record(&header)?;
    for record in reader.records() {
        let record = record?;
        writer.write_record(
            record.iter().enumerate().map(
                |(at, cell)| {
                    if Some(at) == title { format!("{cell}·乙") } else { cell.to_owned() }
                },
            ),
        )?;
    }
    writer.flush()
}
