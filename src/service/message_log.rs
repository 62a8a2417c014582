//! The recognition log: one JSON line a message, masked, written by a thread of its own.

use super::proto::{self, RecognizeRequest, RecognizeResponse};
use super::{convert, mask};
use crate::config::RecognitionLogConfig;
use crate::entities::is_personal;
use jiff::Timestamp;
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A message and its answer.
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) request: RecognizeRequest,
    pub(super) answer: RecognizeResponse,
    /// What the shadow dictionary made of it, where that differs.
    pub(super) shadow: Option<RecognizeResponse>,
}

/// What the writer is told.
enum Order {
    Write(Box<Entry>),
    /// Write what waits, and end.
    End,
}

/// Takes entries from all serving threads.
pub(super) struct MessageLog {
    queue: SyncSender<Order>,
    sample: f64,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    numbers: Arc<Numbers>,
}

/// Lines written, skipped because too many waited, and lost because the disk did not take them.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) written: AtomicU64,
    pub(super) skipped: AtomicU64,
    pub(super) lost: AtomicU64,
}

/// A serving thread's own end of the queue, which needs no lock.
pub(super) struct LogEnd {
    queue: SyncSender<Order>,
    sample: f64,
    /// The bits of a number from 0 to 1: what is due of the next line. Written by one thread.
    due: AtomicU64,
    numbers: Arc<Numbers>,
}

impl LogEnd {
    /// Tells whether the next message is to be written: evenly, so many of a hundred as the share says.
    pub(super) fn takes(&self) -> bool {
        let due = f64::from_bits(self.due.load(Ordering::Relaxed)) + self.sample;
        self.due.store(due.fract().to_bits(), Ordering::Relaxed);
        due >= 1.0
    }

    pub(super) fn write(&self, entry: Entry) {
        if self.queue.try_send(Order::Write(Box::new(entry))).is_err() {
            self.numbers.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl MessageLog {
    /// Opens the file and starts the writer.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn start(config: &RecognitionLogConfig) -> Result<Self, String> {
        let told = |e: io::Error| format!("recognition_log.path {}: {e}", config.path.display());
        let file = Rotating::open(config).map_err(told)?;
        let (queue, orders) = sync_channel(config.queue);
        let numbers = Arc::new(Numbers::default());
        let counted = numbers.clone();
        let writer =
            std::thread::Builder::new().name("recognition-log".into()).spawn(move || run(file, &orders, &counted));
        Ok(Self { queue, sample: config.sample, writer: Mutex::new(Some(writer.map_err(told)?)), numbers })
    }

    /// An end for one thread; what it is given after the log was closed counts as skipped.
    pub(super) fn end(&self) -> LogEnd {
        let (queue, numbers) = (self.queue.clone(), self.numbers.clone());
        LogEnd { queue, sample: self.sample, due: AtomicU64::new(0), numbers }
    }

    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Writes what waits and closes the file.
    pub(super) fn close(&self) {
        let _ = self.queue.send(Order::End);
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = writer.join();
        }
    }
}

/// How long a line may wait in memory.
const FLUSH: Duration = Duration::from_millis(500);

fn run(mut file: Rotating, orders: &Receiver<Order>, numbers: &Numbers) {
    let mut failing = false;
    let mut flushed = Instant::now();
    loop {
        let mut result = match orders.recv_timeout(FLUSH.saturating_sub(flushed.elapsed())) {
            Ok(Order::Write(entry)) => {
                let result = file.write(&line(&entry));
                let counter = if result.is_ok() { &numbers.written } else { &numbers.lost };
                counter.fetch_add(1, Ordering::Relaxed);
                result
            }
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Ok(Order::End) | Err(RecvTimeoutError::Disconnected) => {
                let _ = file.flush();
                return;
            }
        };
        if flushed.elapsed() >= FLUSH {
            result = result.and(file.flush());
            flushed = Instant::now();
        }
        // Told once, not for every line while a disk is full.
        match result {
            Err(error) if !failing => {
                failing = true;
                tracing::error!(%error, "the recognition log cannot be written");
            }
            Err(_) => {}
            Ok(()) => failing = false,
        }
    }
}

fn line(entry: &Entry) -> String {
    let (request, answer) = (&entry.request, &entry.answer);
    let mut out = json!({
        "time": entry.at.to_string(),
        "dictionary_version": answer.dictionary_version,
        "account": answer.account,
        "request_id": request.request_id,
        "modality": if request.modality == proto::Modality::Voice as i32 { "voice" } else { "text" },
        // The transcript that carried the answer: the others have no spans that tell what to hide in them.
        "text": mask::text(convert::carrier(request, answer.hypothesis), answer),
        "outcome": convert::outcome_name(answer.outcome()),
        "intents": intents(answer),
        "entities": answer.entities.iter().map(|e| json!({ "kind": e.kind, "value": mask::value(&e.kind, &e.value) })).collect::<Vec<_>>(),
    });
    if !request.alternatives.is_empty() {
        out["hypothesis"] = answer.hypothesis.into();
    }
    if let Some(shadow) = &entry.shadow {
        out["shadow"] = json!({
            "dictionary_version": shadow.dictionary_version,
            "outcome": convert::outcome_name(shadow.outcome()),
            "intents": intents(shadow),
        });
    }
    out.to_string()
}

fn intents(answer: &RecognizeResponse) -> Vec<serde_json::Value> {
    let kind_of = |slot: &proto::Slot| {
        let same = |e: &&proto::Entity| e.span == slot.span && is_personal(&e.kind);
        answer.entities.iter().find(same).map_or_else(|| slot.name.clone(), |e| e.kind.clone())
    };
    let slot = |s: &proto::Slot| json!({ "name": s.name, "value": mask::value(&kind_of(s), &s.value) });
    answer
        .intents
        .iter()
        .map(|i| json!({ "id": i.id, "confidence": i.confidence, "slots": i.slots.iter().map(slot).collect::<Vec<_>>() }))
        .collect()
}

/// A file that is put aside when it is large enough.
struct Rotating {
    path: PathBuf,
    largest: u64,
    files: usize,
    size: u64,
    file: BufWriter<File>,
}

impl Rotating {
    fn open(config: &RecognitionLogConfig) -> io::Result<Self> {
        let file = append(&config.path)?;
        let size = file.metadata()?.len();
        let (path, largest, files) = (config.path.clone(), config.rotate as u64, config.files);
        Ok(Self { path, largest, files, size, file: BufWriter::new(file) })
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.size > 0 && self.size + line.len() as u64 >= self.largest {
            self.rotate()?;
        }
        self.size += line.len() as u64 + 1;
        self.file.write_all(line.as_bytes())?;
        self.file.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// FILE becomes FILE.1, FILE.1 becomes FILE.2, and so on; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        // From now on the next try is far away, whatever comes of this one.
        self.size = 0;
        self.file.flush()?;
        let numbered = |n: usize| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{n}"));
            PathBuf::from(name)
        };
        // Somebody may have moved or removed the file: then there is nothing to put aside, only a new one to begin.
        if self.path.is_file() {
            for n in (1..self.files).rev() {
                if numbered(n).is_file() {
                    std::fs::rename(numbered(n), numbered(n + 1))?;
                }
            }
            std::fs::rename(&self.path, numbered(1))?;
        }
        self.file = BufWriter::new(append(&self.path)?);
        Ok(())
    }
}

/// Opens a file that only its owner may read: customers wrote what is in it.
fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_rotate_and_the_oldest_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        let config = RecognitionLogConfig { path: path.clone(), sample: 1.0, rotate: 10, files: 2, queue: 4 };
        let mut file = Rotating::open(&config).expect("it opens");
        for line in ["one45678", "two45678", "three678", "four5678"] {
            file.write(line).expect("it is written");
        }
        file.flush().expect("it is flushed");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(
            [read("log.jsonl"), read("log.jsonl.1"), read("log.jsonl.2")],
            ["four5678\n", "three678\n", "two45678\n"]
        );
        assert!(!folder.path().join("log.jsonl.3").exists());
    }

    /// Somebody moves the file away or removes it: what is old stays, and what is new is written.
    #[test]
    fn a_file_that_was_taken_away_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        let config = RecognitionLogConfig { path: path.clone(), sample: 1.0, rotate: 10, files: 2, queue: 4 };
        let mut file = Rotating::open(&config).expect("it opens");
        for line in ["one45678", "two45678", "three678"] {
            file.write(line).expect("it is written");
        }
        file.flush().expect("it is flushed");
        std::fs::remove_file(&path).expect("it is there");
        for line in ["four5678", "five5678"] {
            file.write(line).expect("it is written");
        }
        file.flush().expect("it is flushed");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        assert_eq!(
            [read("log.jsonl"), read("log.jsonl.1"), read("log.jsonl.2")],
            ["five5678\n", "four5678\n", "two45678\n"]
        );
    }

    #[test]
    fn shares_are_even() {
        let (queue, _entries) = sync_channel(1);
        for (sample, taken) in [(0.0, 0), (0.25, 25), (1.0, 100)] {
            let end = LogEnd { queue: queue.clone(), sample, due: AtomicU64::new(0), numbers: Arc::default() };
            assert_eq!((0..100).filter(|_| end.takes()).count(), taken, "{sample}");
        }
    }
}
