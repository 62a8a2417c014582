//! The server's CPU and memory while it is loaded, and the progress on a terminal.

use crate::cli::Common;
use crate::diagnostic::Language;
use crate::load::{MOST_MEMORY, Memory, Progress, Usage, thousands, usage};
use std::io::IsTerminal;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What the watched process used at a moment, and how many messages were done then.
#[derive(Clone, Copy)]
struct Sample {
    at: f64,
    usage: Usage,
    done: u64,
}

/// Looks at the server ten times a second and shows the progress on a terminal.
pub(super) struct Watcher {
    pid: Option<u32>,
    start: Instant,
    samples: Vec<Sample>,
    peak: u64,
    terminal: bool,
    language: Language,
    shown: Instant,
}

/// The line on the terminal changes so often.
const REFRESH: Duration = Duration::from_millis(500);

impl Watcher {
    pub(super) fn new(pid: Option<u32>, common: &Common) -> Self {
        let now = Instant::now();
        let terminal = std::io::stderr().is_terminal();
        Self { pid, start: now, samples: Vec::new(), peak: 0, terminal, language: common.language(), shown: now }
    }

    pub(super) fn start(&mut self) {
        self.start = Instant::now();
        self.samples.clear();
    }

    pub(super) fn tick(&mut self, progress: &Progress) {
        let [sent, right, faults] =
            [&progress.sent, &progress.right, &progress.faults].map(|n| n.load(Ordering::Relaxed));
        if let Some(usage) = self.pid.and_then(usage) {
            self.peak = self.peak.max(usage.resident);
            self.samples.push(Sample { at: self.start.elapsed().as_secs_f64(), usage, done: right + faults });
        }
        if self.terminal && self.shown.elapsed() >= REFRESH {
            self.shown = Instant::now();
            let (sent, right, faults) = (thousands(sent), thousands(right), thousands(faults));
            let line = match self.language {
                Language::Chinese => format!("已发 {sent}  正确 {right}  有误 {faults}"),
                Language::English => format!("sent {sent}  right {right}  faults {faults}"),
            };
            eprint!("\r\x1b[2K{line}");
        }
    }

    /// CPU a message in microseconds, and memory in MiB at the end, between two moments of the run.
    pub(super) fn between(&self, from: f64, to: f64) -> (Option<f64>, Option<f64>) {
        let mut inside = self.samples.iter().filter(|s| (from..=to).contains(&s.at));
        let (Some(first), Some(last)) = (inside.next(), inside.next_back()) else { return (None, None) };
        let done = last.done - first.done;
        let cpu = last.usage.cpu.saturating_sub(first.usage.cpu).as_secs_f64() * 1e6;
        let tenth = |n: f64| (n * 10.0).round() / 10.0;
        ((done > 0).then(|| tenth(cpu / done as f64)), Some(tenth(last.usage.resident as f64 / MIB)))
    }

    pub(super) fn peak(&self) -> Option<f64> {
        (self.peak > 0).then(|| (self.peak as f64 / MIB * 10.0).round() / 10.0)
    }

    pub(super) fn memory(&self) -> Vec<Memory> {
        let tenth = |n: f64| (n * 10.0).round() / 10.0;
        let every = self.samples.len().div_ceil(MOST_MEMORY).max(1);
        let sample = |s: &Sample| Memory { seconds: tenth(s.at), mib: tenth(s.usage.resident as f64 / MIB) };
        // The last one of each stretch, so that the end of the run is there.
        self.samples.rchunks(every).rev().filter_map(|part| part.last().map(sample)).collect()
    }

    pub(super) fn end(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

const MIB: f64 = 1_048_576.0;
