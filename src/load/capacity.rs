//! The highest rate that a server holds.
//!
//! First with a closed loop: twice as many calls on their way as before, until the answers a second no longer grow. What
//! comes out is what the server *can* do when it always has work. Then with an open loop at that rate and below, step by
//! step: the highest rate at which all messages of a step are answered in time is the capacity.

use super::engine::run;
use super::job::{Job, LoadError, Method, Progress, Work};
use super::schedule::steady_cells;
use super::tally::Tally;
use std::time::Duration;

/// A try.
#[derive(Debug, Clone)]
pub struct Rung {
    /// Calls on their way, for a closed loop.
    pub in_flight: Option<usize>,
    /// Messages a second that were due, for an open loop.
    pub rate: Option<f64>,
    /// Right answers a second.
    pub answered: f64,
    /// 99 of 100 came within so many milliseconds.
    pub p99_ms: f64,
    /// Messages without an answer.
    pub faults: u64,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Capacity {
    /// Messages a second that are answered in time; 0 where no try held.
    pub rate: f64,
    /// The tries, in order.
    pub rungs: Vec<Rung>,
}

/// Not counted at the start of a try.
const WARMUP: Duration = Duration::from_millis(500);
/// Growth of the answers a second below which more calls on their way bring nothing.
const GROWTH: f64 = 1.03;
/// The most calls on their way.
const MOST: usize = 4096;
/// Rates that are tried with an open loop, as shares of what the closed loop reached.
const SHARES: [f64; 12] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5, 0.4, 0.3];

/// Finds the highest rate at which every message is answered and 99 of 100 within `steady`; each try counts for
/// `duration`. `told` is called with every try.
///
/// # Errors
/// [`LoadError`] where the server cannot be reached, or nobody can be told.
pub fn find_capacity(
    job: &Job,
    duration: Duration,
    steady: Duration,
    mut told: impl FnMut(&Rung) -> std::io::Result<()>,
    mut tick: impl FnMut(&Progress),
) -> Result<Capacity, LoadError> {
    let mut rungs: Vec<Rung> = Vec::new();
    let mut best = 0.0f64;
    let (mut in_flight, mut flat) = (1, 0);
    // A closed loop of streams would be one of calls: a message is sent when the last was answered.
    let closed = match job.method {
        Method::Stream => {
            let mut closed = job.clone();
            closed.method = Method::Unary;
            closed.target.path = Method::Unary.path().to_owned();
            closed
        }
        _ => job.clone(),
    };
    while in_flight <= MOST && flat < 2 {
        let work = Work::Closed { in_flight: in_flight.max(1), warmup: WARMUP, duration };
        let tally = only(run(&closed, &work, &mut tick)?);
        let answered = tally.right as f64 / tally.last.max(duration).as_secs_f64();
        flat = if answered < best * GROWTH { flat + 1 } else { 0 };
        best = best.max(answered);
        let rung = rung(&tally, Some(in_flight), None, answered);
        told(&rung).map_err(LoadError::Told)?;
        rungs.push(rung);
        in_flight *= 2;
    }
    // A stream carries more than calls do: go up from what calls reach.
    let rates: Vec<f64> = match job.method {
        Method::Stream => [8.0, 6.0, 5.0, 4.0, 3.0, 2.5, 2.0, 1.5].iter().chain(&SHARES).map(|s| s * best).collect(),
        _ => SHARES.iter().map(|s| s * best).collect(),
    };
    for rate in rates {
        let tally = only(run(job, &Work::Open(steady_cells(&[rate], duration)), &mut tick)?);
        let rung = rung(&tally, None, Some(rate), tally.right as f64 / duration.as_secs_f64());
        let holds = rung.faults == 0 && rung.p99_ms <= steady.as_secs_f64() * 1e3;
        told(&rung).map_err(LoadError::Told)?;
        rungs.push(rung);
        if holds {
            return Ok(Capacity { rate, rungs });
        }
    }
    Ok(Capacity { rate: 0.0, rungs })
}

fn only(tallies: Vec<Tally>) -> Tally {
    tallies.into_iter().next().unwrap_or_default()
}

fn rung(tally: &Tally, in_flight: Option<usize>, rate: Option<f64>, answered: f64) -> Rung {
    // Other intents than expected are no matter of how many can be answered.
    let faults = tally.lost() + tally.faults.iter().filter(|(f, _)| !f.is_wrong_answer()).map(|(_, n)| n).sum::<u64>();
    Rung { in_flight, rate, answered, p99_ms: tally.latency.quantile(0.99), faults }
}
