//! The messages of one thread: sent when they are due, counted when their answers come.

use super::check::Verdict;
use super::job::{Job, LoadError, Method, Progress};
use super::payload::{self, Answer};
use super::schedule::{Calls, Cell, Due, Share};
use super::stream::Line;
use super::tally::{Fault, Tally};
use super::timer::Alarm;
use super::wire::Link;
use crate::random::Random;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Messages that may be without an answer at once; more are counted as unsent, so that a server that stands still does
/// not fill the client's memory.
const MOST_IN_FLIGHT: usize = 200_000;
/// Calls that are sent before answers get their turn.
const TURN: usize = 32;

/// Messages that are sent together and what is known of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    /// Index of the first message; the others follow it in turn.
    pub(super) message: usize,
    /// Number of the first id.
    pub(super) number: u64,
    pub(super) count: usize,
    /// From when on latency counts.
    pub(super) due: Instant,
    pub(super) step: usize,
    /// A dictionary was being loaded when it was sent.
    pub(super) reloading: bool,
}

/// What the tasks of one thread share.
pub(super) struct Lane {
    pub(super) job: Job,
    /// When each step began.
    starts: Vec<Instant>,
    tallies: Mutex<Vec<Tally>>,
    in_flight: AtomicUsize,
    idle: Notify,
    progress: Arc<Progress>,
}

/// A connection, and the stream on it where messages go through one.
enum Way {
    Calls(Arc<Link>),
    Stream(Arc<Line>),
}

impl Lane {
    pub(super) fn new(job: Job, starts: Vec<Instant>, progress: Arc<Progress>) -> Self {
        let tallies = Mutex::new(vec![Tally::default(); starts.len()]);
        Self { job, starts, tallies, in_flight: AtomicUsize::new(0), idle: Notify::new(), progress }
    }

    /// The counts of each step, in the end.
    pub(super) fn take(&self) -> Vec<Tally> {
        std::mem::take(&mut *self.tallies())
    }

    fn tallies(&self) -> MutexGuard<'_, Vec<Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the thread's share of the messages at moments drawn from cells, whatever the answers take.
    pub(super) async fn open_loop(
        self: &Arc<Self>,
        links: Vec<Arc<Link>>,
        alarm: Alarm,
        start: Instant,
        cells: &[Cell],
        share: Share,
    ) -> Result<(), LoadError> {
        let mut ways = Vec::new();
        for link in links {
            ways.push(match self.job.method {
                Method::Stream => Way::Stream(Line::open(self, link).await),
                _ => Way::Calls(link),
            });
        }
        let mut random = Random::new(0x6a09_e667_f3bc_c908 ^ share.index as u64);
        let mut number = share.first_number();
        for (turn, due) in Calls::new(cells, share, self.job.method.batch()).enumerate() {
            let moment = start + Duration::from_secs_f64(due.at);
            let behind = Instant::now().checked_duration_since(moment);
            if behind.is_none() {
                alarm.until(moment).await?;
            } else if turn % TURN == 0 {
                tokio::task::yield_now().await;
            }
            let message = random.below(self.job.templates.len());
            let call = self.due(due, moment, behind.unwrap_or_default(), number, message);
            number += due.count as u64;
            if self.in_flight.load(Ordering::Relaxed) >= MOST_IN_FLIGHT {
                self.settle(&call, Err((Fault::Unsent, "too many messages without an answer".into())));
                continue;
            }
            self.in_flight.fetch_add(call.count, Ordering::Relaxed);
            match &ways[turn % ways.len()] {
                Way::Calls(link) => {
                    let (lane, link) = (self.clone(), link.clone());
                    tokio::spawn(async move {
                        lane.exchange(&link, &call).await;
                        lane.leave(call.count);
                    });
                }
                Way::Stream(line) => line.send(self, call),
            }
        }
        self.rest().await;
        Ok(())
    }

    /// Counts messages as due; the client itself was late with them.
    fn due(&self, due: Due, moment: Instant, behind: Duration, number: u64, message: usize) -> Call {
        let Due { count, step, .. } = due;
        let reloading = self.job.reloading.load(Ordering::Relaxed);
        let mut tallies = self.tallies();
        tallies[step].sent += count as u64;
        tallies[step].behind = tallies[step].behind.max(behind);
        tallies[step].part(moment.saturating_duration_since(self.starts[step])).sent += count as u64;
        drop(tallies);
        self.progress.sent.fetch_add(count as u64, Ordering::Relaxed);
        Call { message, number, count, due: moment, step, reloading }
    }

    /// Waits for the answers to come, but no longer than a caller would.
    async fn rest(&self) {
        let wait = async {
            while self.in_flight.load(Ordering::Relaxed) > 0 {
                self.idle.notified().await;
            }
        };
        let _ = tokio::time::timeout(self.job.target.patience + Duration::from_secs(1), wait).await;
    }

    pub(super) fn leave(&self, count: usize) {
        if self.in_flight.fetch_sub(count, Ordering::Relaxed) == count {
            self.idle.notify_one();
        }
    }

    /// Keeps the thread's share of so many calls on their way until the time is over.
    pub(super) async fn closed_loop(
        self: &Arc<Self>,
        links: Vec<Arc<Link>>,
        share: Share,
        in_flight: usize,
        counted_from: Instant,
        duration: Duration,
    ) {
        let numbers = Arc::new(AtomicU64::new(share.first_number()));
        let count = self.job.method.batch();
        let tasks: Vec<_> = (0..share.part(in_flight as u64) as usize)
            .map(|task| {
                let (lane, link, numbers) = (self.clone(), links[task % links.len()].clone(), numbers.clone());
                let mut random = Random::new((share.index as u64) << 32 | task as u64);
                tokio::spawn(async move {
                    while counted_from.elapsed() < duration {
                        let number = numbers.fetch_add(count as u64, Ordering::Relaxed);
                        let due = Due { at: 0.0, count, step: 0 };
                        let now = Instant::now();
                        let message = random.below(lane.job.templates.len());
                        // What is sent before is sent all the same, and counted nowhere.
                        if now < counted_from {
                            let _ = lane.answer(&link, &lane.uncounted(number, message, count, now)).await;
                        } else {
                            let call = lane.due(due, now, Duration::ZERO, number, message);
                            lane.exchange(&link, &call).await;
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            let _ = task.await;
        }
    }

    fn uncounted(&self, number: u64, message: usize, count: usize, due: Instant) -> Call {
        Call { message, number, count, due, step: 0, reloading: false }
    }

    async fn answer(&self, link: &Link, call: &Call) -> Answer {
        match tokio::time::timeout(self.job.target.patience, link.call(payload::request(&self.job, call))).await {
            Ok(result) => result.map_err(|t| (t.fault, t.what)),
            Err(_) => Err((Fault::TimedOut, format!("no answer in {:?}", self.job.target.patience))),
        }
    }

    async fn exchange(&self, link: &Link, call: &Call) {
        let answer = self.answer(link, call).await;
        self.settle(call, answer);
    }

    /// Counts what became of a call.
    fn settle(&self, call: &Call, result: Answer) {
        let now = Instant::now();
        let answers = result.and_then(|body| {
            let message = payload::unframed(&body).ok_or((Fault::Unreadable, "not one gRPC message".into()))?;
            Ok(match self.job.method {
                Method::Batch(_) => payload::batch_results(&message),
                _ => vec![Ok(message)],
            })
        });
        match answers {
            Ok(answers) if answers.len() == call.count => {
                for (i, answer) in answers.into_iter().enumerate() {
                    self.count(call, i, answer, now);
                }
            }
            Ok(answers) => {
                let what = format!("{} answers to {} messages", answers.len(), call.count);
                self.all(call, Fault::Unreadable, &what, now);
            }
            Err((fault, what)) => self.all(call, fault, &what, now),
        }
    }

    /// Counts one fault for all messages of a call.
    pub(super) fn all(&self, call: &Call, fault: Fault, what: &str, now: Instant) {
        for i in 0..call.count {
            self.count(call, i, Err((fault, what.to_owned())), now);
        }
    }

    /// Counts what became of the message `i` of a call.
    pub(super) fn count(&self, call: &Call, i: usize, answer: Answer, now: Instant) {
        let latency = now.saturating_duration_since(call.due);
        let message = (call.message + i) % self.job.templates.len();
        let verdict = match answer {
            Ok(bytes) if latency <= self.job.target.patience => {
                self.job.check.verdict(message, call.number + i as u64, &bytes)
            }
            Ok(_) => Verdict::Not(Fault::TimedOut, format!("answered after {latency:?}")),
            Err((fault, what)) => Verdict::Not(fault, what),
        };
        let reloading = call.reloading || self.job.reloading.load(Ordering::Relaxed);
        let since = now.saturating_duration_since(self.starts[call.step]);
        let mut tallies = self.tallies();
        let tally = &mut tallies[call.step];
        tally.last = tally.last.max(since);
        match verdict {
            Verdict::Right { version } => {
                tally.right += 1;
                tally.latency.record(latency, 1);
                if reloading { &mut tally.during_reload } else { &mut tally.without_reload }.record(latency, 1);
                let part = tally.part(since);
                part.right += 1;
                part.worst_ms = part.worst_ms.max(latency.as_secs_f64() * 1e3);
                match tally.versions.get_mut(&version) {
                    Some(n) => *n += 1,
                    None => drop(tally.versions.insert(version, 1)),
                }
                self.progress.right.fetch_add(1, Ordering::Relaxed);
            }
            Verdict::Not(fault, what) => {
                if fault == Fault::Refused {
                    tally.refusal.record(latency, 1);
                }
                tally.fault(fault, 1, || what);
                self.progress.faults.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
