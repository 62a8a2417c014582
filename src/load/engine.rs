//! The threads of a run: each has a runtime, its share of the connections and a lane on which its messages go.

use super::job::{Job, LoadError, Progress, Work};
use super::lane::Lane;
use super::schedule::Share;
use super::tally::Tally;
use super::timer::Alarm;
use super::wire::Link;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::time::{Duration, Instant};

/// How often the caller of [`run`] hears of the progress.
const TICK: Duration = Duration::from_millis(100);

/// Runs; `tick` is called ten times a second. Returns the counts of each step.
///
/// # Errors
/// [`LoadError`]; once connected, what goes wrong is counted and no error.
pub fn run(job: &Job, work: &Work, mut tick: impl FnMut(&Progress)) -> Result<Vec<Tally>, LoadError> {
    if job.templates.is_empty() {
        return Err(LoadError::NoMessage);
    }
    let threads = job.threads.clamp(1, job.connections.max(1));
    let gate =
        Arc::new(Gate { barrier: Barrier::new(threads), start: OnceLock::new(), failed: AtomicBool::new(false) });
    let progress = Arc::new(Progress::default());
    let workers: Vec<_> = (0..threads)
        .map(|index| {
            let worker = Worker {
                job: job.clone(),
                work: work.clone(),
                index,
                threads,
                gate: gate.clone(),
                progress: progress.clone(),
            };
            std::thread::Builder::new().name(format!("load-{index}")).spawn(move || worker.run())
        })
        .collect::<Result<_, _>>()?;
    while !workers.iter().all(|w| w.is_finished()) {
        std::thread::sleep(TICK);
        tick(&progress);
    }
    let mut steps: Vec<Tally> = Vec::new();
    for worker in workers {
        let tallies = worker.join().map_err(|_| std::io::Error::other("a thread of the client panicked"))??;
        steps.resize_with(steps.len().max(tallies.len()), Tally::default);
        steps.iter_mut().zip(tallies).for_each(|(step, tally)| step.add(tally));
    }
    Ok(steps)
}

/// Lets all threads start at the same moment.
struct Gate {
    barrier: Barrier,
    start: OnceLock<Instant>,
    failed: AtomicBool,
}

struct Worker {
    job: Job,
    work: Work,
    index: usize,
    threads: usize,
    gate: Arc<Gate>,
    progress: Arc<Progress>,
}

impl Worker {
    fn run(self) -> Result<Vec<Tally>, LoadError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let opened = runtime.and_then(|r| {
            let links = r.block_on(self.connect());
            Ok((Alarm::new_in(&r)?, r, links))
        });
        self.gate.failed.fetch_or(!matches!(&opened, Ok((_, _, Ok(_)))), Ordering::SeqCst);
        self.gate.barrier.wait();
        let start = *self.gate.start.get_or_init(Instant::now);
        let (alarm, runtime, links) = opened?;
        let links = links?;
        if self.gate.failed.load(Ordering::SeqCst) {
            return Ok(Vec::new());
        }
        let steps = match &self.work {
            Work::Open(cells) => cells.iter().map(|c| c.step).max().map_or(0, |last| last + 1),
            Work::Closed { .. } => 1,
        };
        let mut starts = vec![0.0f64; steps];
        match &self.work {
            Work::Open(cells) => cells.iter().rev().for_each(|c| starts[c.step] = c.start),
            Work::Closed { warmup, .. } => starts[0] = warmup.as_secs_f64(),
        }
        let starts = starts.into_iter().map(|s| start + Duration::from_secs_f64(s)).collect();
        let lane = Arc::new(Lane::new(self.job, starts, self.progress));
        let share = Share { index: self.index, of: self.threads };
        runtime.block_on(async {
            match self.work {
                Work::Open(cells) => lane.open_loop(links, alarm, start, &cells, share).await,
                Work::Closed { in_flight, warmup, duration } => {
                    lane.closed_loop(links, share, in_flight, start + warmup, duration).await;
                    Ok(())
                }
            }
        })?;
        drop(runtime);
        Ok(lane.take())
    }

    async fn connect(&self) -> Result<Vec<Arc<Link>>, LoadError> {
        let mut links = Vec::new();
        let target = Arc::new(self.job.target.clone());
        for _ in (self.index..self.job.connections.max(1)).step_by(self.threads) {
            let link = Link::open(target.clone()).await;
            let link = link.map_err(|t| LoadError::Connect { address: target.address, what: t.what })?;
            links.push(Arc::new(link));
        }
        Ok(links)
    }
}
