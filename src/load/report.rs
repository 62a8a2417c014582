//! The figures of a run, as they stand in JSON.

use super::tally::{Fault, Latency, Part, Tally};
use serde::Serialize;
use std::collections::BTreeMap;

/// Latencies in milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Quantiles {
    /// Half of the answers were as fast.
    pub p50: f64,
    /// 90 of 100.
    pub p90: f64,
    /// 99 of 100.
    pub p99: f64,
    /// 999 of 1,000.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
}

impl From<&Latency> for Quantiles {
    fn from(l: &Latency) -> Self {
        let round = |ms: f64| (ms * 1e3).round() / 1e3;
        let at = |q| round(l.quantile(q));
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: round(l.max()) }
    }
}

/// A client that is later than this has too much to do.
const BEHIND_MS: f64 = 250.0;

/// One step of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Messages a second that were due.
    pub rate: f64,
    /// Share of the capacity, in percent, where the rate was given so.
    pub percent: Option<f64>,
    /// Seconds in which they were due.
    pub seconds: f64,
    /// Messages that were due.
    pub sent: u64,
    /// Right answers.
    pub right: u64,
    /// Right answers a second, while messages were due.
    pub goodput: f64,
    /// Messages for which nothing came.
    pub lost: u64,
    /// Messages without a right answer, by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// A few of them in words.
    pub examples: BTreeMap<Fault, Vec<String>>,
    /// Of the right answers, from the moment a message was due.
    pub latency_ms: Quantiles,
    /// How long refusals took.
    pub refusal_ms: Option<Quantiles>,
    /// How late the client itself was with a message, at most, in milliseconds; it is part of the latencies.
    pub behind_ms: f64,
    /// Seconds until answers came as fast as for the rest of the step, behind a step above capacity.
    pub recovery_seconds: Option<f64>,
    /// Right answers by dictionary version.
    pub versions: BTreeMap<String, u64>,
    /// CPU of the server for a message, in microseconds; where the server is watched.
    pub server_cpu_us: Option<f64>,
    /// Resident memory of the server at the end, in MiB.
    pub server_rss_mib: Option<f64>,
    /// Tenths of a second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Part>,
}

impl Step {
    /// The figures of a step that was `seconds` long.
    pub fn new(tally: &Tally, seconds: f64, percent: Option<f64>) -> Self {
        let parts = (seconds / super::tally::PART.as_secs_f64()).round() as usize;
        let in_time: u64 = tally.parts.iter().take(parts).map(|p| p.right).sum();
        Self {
            rate: (tally.sent as f64 / seconds * 10.0).round() / 10.0,
            percent,
            seconds,
            sent: tally.sent,
            right: tally.right,
            goodput: (in_time as f64 / seconds * 10.0).round() / 10.0,
            lost: tally.lost(),
            faults: tally.faults.clone(),
            examples: tally.shown.clone(),
            latency_ms: (&tally.latency).into(),
            refusal_ms: (tally.refusal.count() > 0).then(|| (&tally.refusal).into()),
            behind_ms: (tally.behind.as_secs_f64() * 1e4).round() / 10.0,
            recovery_seconds: None,
            versions: tally.versions.clone(),
            server_cpu_us: None,
            server_rss_mib: None,
            timeline: tally.parts.clone(),
        }
    }

    /// True where the client could not send as fast as it should have, so that its figures are not the server's alone.
    pub(super) fn behind(&self) -> bool {
        self.behind_ms > BEHIND_MS
    }

    /// True where the step had more messages than the server can answer, on purpose.
    pub(super) fn overloaded(&self) -> bool {
        self.percent.is_some_and(|p| p > 100.0)
    }

    /// Messages without a right answer that should have had one: all of them, but for refusals and late answers under
    /// deliberate overload.
    pub fn complaints(&self) -> u64 {
        let excused = |fault: &Fault| self.overloaded() && !fault.is_wrong_answer() && *fault != Fault::Failed;
        self.lost + self.faults.iter().filter(|(f, _)| !excused(f)).map(|(_, n)| n).sum::<u64>()
    }

    /// Notes how long the server took to recover from the step before: until no tenth of a second is without answers or
    /// slower than twice the slowest of the second half of this step. Nothing is noted where that half has no answer.
    pub fn measure_recovery(&mut self) {
        let (first, second) = self.timeline.split_at(self.timeline.len() / 2);
        if second.iter().all(|p| p.right == 0) {
            return;
        }
        let calm = second.iter().map(|p| p.worst_ms).fold(0.0, f64::max).max(1.0) * 2.0;
        let slow = first.iter().rposition(|p| p.worst_ms > calm || p.sent > 0 && p.right == 0);
        self.recovery_seconds = Some(slow.map_or(0.0, |at| (at + 1) as f64 * super::tally::PART.as_secs_f64()));
    }
}

/// What the reloads did to a run.
#[derive(Debug, Clone, Serialize)]
pub struct SwapReport {
    /// How many there were.
    pub reloads: u64,
    /// How long one took.
    pub reload_ms: Quantiles,
    /// Of answers on their way while a dictionary was loaded.
    pub during_ms: Quantiles,
    /// How many those were.
    pub during: u64,
    /// Of the others.
    pub without_ms: Quantiles,
    /// p99 during reloads as a multiple of p99 without.
    pub p99_ratio: f64,
}

impl SwapReport {
    /// The figures of a replay.
    pub fn new(tally: &Tally, reloads: &Latency) -> Self {
        let (during, without) = (Quantiles::from(&tally.during_reload), Quantiles::from(&tally.without_reload));
        Self {
            reloads: reloads.count(),
            reload_ms: reloads.into(),
            during_ms: during,
            during: tally.during_reload.count(),
            without_ms: without,
            p99_ratio: (during.p99 / without.p99.max(0.001) * 100.0).round() / 100.0,
        }
    }
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Who was called.
    pub server: String,
    /// How.
    pub method: String,
    /// Messages of a call.
    pub batch: usize,
    /// Connections.
    pub connections: usize,
    /// Distinct messages.
    pub messages: usize,
    /// Messages a second that the server holds, where it was looked for.
    pub capacity: Option<f64>,
    /// The steps.
    pub steps: Vec<Step>,
    /// What the reloads did.
    pub swaps: Option<SwapReport>,
    /// Resident memory of the server at its highest, in MiB.
    pub server_peak_rss_mib: Option<f64>,
    /// Resident memory of the server over time, at most [`MOST_MEMORY`] samples.
    pub server_memory: Vec<Memory>,
}

/// The most samples of memory in a report.
pub const MOST_MEMORY: usize = 30;

/// Resident memory at a moment.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Memory {
    /// Since the start of the run.
    pub seconds: f64,
    /// Resident memory.
    pub mib: f64,
}

impl Report {
    /// Messages without a right answer that should have had one.
    pub fn complaints(&self) -> u64 {
        self.steps.iter().map(Step::complaints).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(percent: Option<f64>, faults: &[(Fault, u64)]) -> Step {
        let mut tally = Tally { sent: 1000, ..Tally::default() };
        faults.iter().for_each(|(f, n)| tally.fault(*f, *n, String::new));
        tally.right = 1000 - faults.iter().map(|(_, n)| n).sum::<u64>();
        Step::new(&tally, 1.0, percent)
    }

    #[test]
    fn refusals_are_excused_under_overload_only() {
        assert_eq!(step(None, &[]).complaints(), 0);
        assert_eq!(step(Some(90.0), &[(Fault::Refused, 5)]).complaints(), 5);
        assert_eq!(step(Some(300.0), &[(Fault::Refused, 5), (Fault::TimedOut, 3)]).complaints(), 0);
        assert_eq!(step(Some(300.0), &[(Fault::Wrong, 2), (Fault::Failed, 1)]).complaints(), 3);
        let mut lost = step(Some(300.0), &[]);
        lost.lost = 4;
        assert_eq!(lost.complaints(), 4);
    }

    #[test]
    fn a_client_that_falls_behind_says_so() {
        let step = |milliseconds| {
            let behind = std::time::Duration::from_millis(milliseconds);
            Step::new(&Tally { sent: 9, right: 9, behind, ..Tally::default() }, 1.0, None)
        };
        assert_eq!([0, 250, 251].map(|ms| step(ms).behind()), [false, false, true]);
        assert_eq!(step(1_234).behind_ms, 1234.0);
    }

    #[test]
    fn recovery_ends_with_the_last_slow_part() {
        let mut step = step(None, &[]);
        let part = |worst_ms| Part { sent: 9, right: 9, worst_ms };
        step.timeline = [vec![part(900.0); 3], vec![part(3.0); 17]].concat();
        step.measure_recovery();
        assert_eq!(step.recovery_seconds, Some(0.30000000000000004));
        step.timeline = [vec![Part { sent: 9, ..Part::default() }; 5], vec![part(3.0); 15]].concat();
        step.measure_recovery();
        assert_eq!(step.recovery_seconds, Some(0.5));
        step.timeline = vec![part(3.0); 20];
        step.measure_recovery();
        assert_eq!(step.recovery_seconds, Some(0.0));
        step.recovery_seconds = None;
        step.timeline = vec![Part { sent: 9, ..Part::default() }; 20];
        step.measure_recovery();
        assert_eq!(step.recovery_seconds, None, "no answer came");
    }
}
