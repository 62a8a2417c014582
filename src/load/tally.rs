//! What became of the messages.

use hdrhistogram::Histogram;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What was wrong with an answer, or why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// RESOURCE_EXHAUSTED, or the stream was refused.
    Refused,
    /// No answer within the time a caller waits.
    TimedOut,
    /// Another status, or the connection broke.
    Failed,
    /// Held back by the client: too many messages without an answer already.
    Unsent,
    /// Not the id that was sent.
    WrongId,
    /// No dictionary version, or one that was never loaded.
    WrongVersion,
    /// Other intents than the message's.
    OtherIntents,
    /// Not the answer that its dictionary version gives.
    Wrong,
    /// Says one dictionary version and is the answer of the other.
    Mixed,
    /// Not a message of the protocol.
    Unreadable,
}

impl Fault {
    /// True where there was an answer and it was wrong, whatever the load.
    pub fn is_wrong_answer(self) -> bool {
        !matches!(self, Fault::Refused | Fault::TimedOut | Fault::Failed | Fault::Unsent)
    }
}

/// The longest latency told apart, in microseconds: two minutes.
const LONGEST: u64 = 120_000_000;
/// Messages that are shown of each kind of fault.
const SHOWN: usize = 3;
/// Width of the timeline's parts.
pub(super) const PART: Duration = Duration::from_millis(100);

/// Latencies in microseconds, to three digits.
#[derive(Debug, Clone)]
pub struct Latency(Histogram<u64>);

impl Default for Latency {
    fn default() -> Self {
        // The bounds are constants that the histogram allows; an automatic one stands in should that ever change.
        Self(
            Histogram::new_with_bounds(1, LONGEST, 3)
                .unwrap_or_else(|_| Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are allowed"))),
        )
    }
}

impl Latency {
    pub(super) fn record(&mut self, latency: Duration, messages: u64) {
        self.0.saturating_record_n((latency.as_micros() as u64).max(1), messages);
    }

    pub(super) fn add(&mut self, other: &Latency) {
        // Both have the same bounds, so nothing can be out of range.
        let _ = self.0.add(&other.0);
    }

    /// Number of messages.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency, in milliseconds, that this share of the messages (0 to 1) did not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.0.value_at_quantile(share) as f64 / 1e3 }
    }

    /// The longest, in milliseconds.
    pub fn max(&self) -> f64 {
        self.0.max() as f64 / 1e3
    }
}

/// A tenth of a second of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Part {
    /// Messages due in it.
    pub sent: u64,
    /// Right answers that arrived in it.
    pub right: u64,
    /// Longest latency of those, in milliseconds.
    pub worst_ms: f64,
}

/// Counts of one step.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Messages that were due.
    pub sent: u64,
    /// Answered, and right.
    pub right: u64,
    /// The rest, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// Some of them in words.
    pub shown: BTreeMap<Fault, Vec<String>>,
    /// Right answers by dictionary version.
    pub versions: BTreeMap<String, u64>,
    /// Latency of the right answers.
    pub latency: Latency,
    /// Of those that were on their way while a dictionary was loaded.
    pub during_reload: Latency,
    /// Of the others.
    pub without_reload: Latency,
    /// How long a refusal took.
    pub refusal: Latency,
    /// The step in tenths of a second, by the time of sending and of arriving.
    pub parts: Vec<Part>,
    /// From the first moment of the step to the last answer.
    pub last: Duration,
    /// How late the client itself was with a message, at most.
    pub behind: Duration,
}

impl Tally {
    pub(super) fn part(&mut self, since_start: Duration) -> &mut Part {
        let at = (since_start.as_millis() / PART.as_millis()) as usize;
        if self.parts.len() <= at {
            self.parts.resize(at + 1, Part::default());
        }
        &mut self.parts[at]
    }

    pub(super) fn fault(&mut self, fault: Fault, messages: u64, what: impl FnOnce() -> String) {
        *self.faults.entry(fault).or_default() += messages;
        let shown = self.shown.entry(fault).or_default();
        if shown.len() < SHOWN {
            let what = what();
            if !shown.contains(&what) {
                shown.push(what);
            }
        }
    }

    /// Messages for which nothing came, not even a refusal.
    pub fn lost(&self) -> u64 {
        self.sent - self.right - self.faults.values().sum::<u64>()
    }

    /// How many answers had this fault.
    pub fn count(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, other: Tally) {
        self.sent += other.sent;
        self.right += other.right;
        other.faults.into_iter().for_each(|(fault, n)| *self.faults.entry(fault).or_default() += n);
        for (fault, texts) in other.shown {
            let shown = self.shown.entry(fault).or_default();
            let new: Vec<String> = texts.into_iter().filter(|t| !shown.contains(t)).collect();
            shown.extend(new.into_iter().take(SHOWN.saturating_sub(shown.len())));
        }
        other.versions.into_iter().for_each(|(version, n)| *self.versions.entry(version).or_default() += n);
        self.latency.add(&other.latency);
        self.during_reload.add(&other.during_reload);
        self.without_reload.add(&other.without_reload);
        self.refusal.add(&other.refusal);
        if self.parts.len() < other.parts.len() {
            self.parts.resize(other.parts.len(), Part::default());
        }
        for (mine, theirs) in self.parts.iter_mut().zip(other.parts) {
            mine.sent += theirs.sent;
            mine.right += theirs.right;
            mine.worst_ms = mine.worst_ms.max(theirs.worst_ms);
        }
        self.last = self.last.max(other.last);
        self.behind = self.behind.max(other.behind);
    }
}
