//! A second dictionary that reads the same messages on a thread of its own; only differences are counted.

use super::message_log::{Entry, LogEnd};
use super::proto::{Intent, RecognizeRequest, RecognizeResponse};
use super::recognizer::Reading;
use crate::priority;
use crate::recognizer::Recognizer;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// A message that the serving dictionary has answered.
pub(super) struct Job {
    pub(super) at: Timestamp,
    pub(super) request: RecognizeRequest,
    pub(super) answer: RecognizeResponse,
}

/// The shadow dictionary and what it found.
pub(super) struct Shadow {
    pub(super) version: String,
    /// Path or version that it was set by.
    pub(super) source: String,
    pub(super) since: Timestamp,
    queue: SyncSender<Job>,
    /// The thread is to leave what waits.
    over: Arc<AtomicBool>,
    pub(super) found: Arc<Found>,
}

impl Drop for Shadow {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// Account, intents of the serving dictionary, intents of the shadow.
pub(super) type Change = (String, String, String);

/// What was found since the shadow was set.
#[derive(Default)]
pub(super) struct Found {
    pub(super) compared: AtomicU64,
    pub(super) skipped: AtomicU64,
    pub(super) different: AtomicU64,
    pub(super) refused: AtomicU64,
    changes: Mutex<BTreeMap<Change, u64>>,
}

/// The most kinds of changes that are told apart; further ones are counted in `different` alone.
const MOST_CHANGES: usize = 10_000;

impl Shadow {
    /// Starts the thread; it ends when the shadow is dropped.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn start(
        recognizer: Recognizer,
        source: String,
        queue: usize,
        reading: Reading,
        log: Option<LogEnd>,
    ) -> std::io::Result<Self> {
        let version = recognizer.bundle().version.clone();
        let (queue, jobs) = sync_channel(queue);
        let found = Arc::new(Found::default());
        let counted = found.clone();
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        std::thread::Builder::new().name("shadow".into()).spawn(move || {
            priority::lower(19);
            let jobs = jobs.iter().take_while(|_| !ended.load(Ordering::Relaxed));
            compare(&recognizer, &reading, jobs, &counted, log.as_ref());
        })?;
        Ok(Self { version, source, since: Timestamp::now(), queue, over, found })
    }

    /// Hands a message over; it is skipped where too many wait.
    pub(super) fn read(&self, job: Job) {
        if self.queue.try_send(job).is_err() {
            self.found.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Found {
    /// The most frequent changes first.
    pub(super) fn changes(&self, most: usize) -> Vec<(Change, u64)> {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = changes.iter().map(|(change, n)| (change.clone(), *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(most);
        all
    }
}

fn compare(
    recognizer: &Recognizer,
    reading: &Reading,
    jobs: impl Iterator<Item = Job>,
    found: &Found,
    log: Option<&LogEnd>,
) {
    for Job { at, request, answer } in jobs {
        found.compared.fetch_add(1, Ordering::Relaxed);
        // A dictionary that is only tried must not end its thread.
        let read = AssertUnwindSafe(|| reading.answer(recognizer, &request, None, |_, _, _| ()));
        let Ok(Ok(shadow)) = std::panic::catch_unwind(read) else {
            found.refused.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        if same(&answer, &shadow) {
            continue;
        }
        found.different.fetch_add(1, Ordering::Relaxed);
        let ids = |r: &RecognizeResponse| r.intents.iter().map(|i| i.id.as_str()).collect::<Vec<_>>().join("|");
        let change = (answer.account.clone(), ids(&answer), ids(&shadow));
        let mut changes = found.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if changes.len() < MOST_CHANGES || changes.contains_key(&change) {
            *changes.entry(change).or_default() += 1;
        }
        drop(changes);
        if let Some(log) = log {
            log.write(Entry { at, request, answer, shadow: Some(shadow) });
        }
    }
}

/// Compares what the webhook acts on: outcome, intents, slots.
fn same(one: &RecognizeResponse, other: &RecognizeResponse) -> bool {
    fn slots(intent: &Intent) -> impl Iterator<Item = (&str, &str)> {
        intent.slots.iter().map(|s| (s.name.as_str(), s.value.as_str()))
    }
    one.outcome == other.outcome
        && one.intents.len() == other.intents.len()
        && one.intents.iter().zip(&other.intents).all(|(a, b)| a.id == b.id && slots(a).eq(slots(b)))
}
