//! `zhiyi load`.

mod mifenjie;
mod watcher;

use super::remote::PeerArgs;
use super::{Common, Failure, Verdict};
use crate::client::Peer;
use crate::load::{
    Child, Job, LoadError, Message, Method, Plain, Report, Rung, Step, Target, Work, find_capacity, mix, read_messages,
    render_rung, run, steady_cells, templates,
};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use watcher::Watcher;

#[derive(clap::Args)]
pub(super) struct LoadArgs {
    /// Server to call (127.0.0.1:50051, or https:// with --ca); without it one is started for the run
    #[arg(long, value_name = "ADDR")]
    server: Option<String>,
    #[command(flatten)]
    peer: PeerArgs,
    /// Messages a second, held whatever the answers take; several are run one after the other; with % of the capacity, which is then looked for first
    #[arg(long, value_name = "N|N%,…", default_value = "1000", value_delimiter = ',', value_parser = rate)]
    rate: Vec<Rate>,
    /// How long each rate is held (30s, 10m); for a profile, into how long it is pressed [default: 10s, for a profile 5m]
    #[arg(long, value_name = "TIME", value_parser = time)]
    duration: Option<Duration>,
    /// Connections
    #[arg(long, value_name = "N", default_value_t = 16)]
    connections: usize,
    /// Threads of the client
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// One message a call, several, or a stream a connection
    #[arg(long, value_enum, default_value_t = How::Unary)]
    method: How,
    /// Messages of a batch
    #[arg(long, value_name = "N", default_value_t = 100)]
    batch: usize,
    /// Messages to send: a text a line, or {"text","account"?,"modality"?,"intents"?}; a built-in mix where left out
    #[arg(long, value_name = "FILE")]
    messages: Option<PathBuf>,
    /// How long a caller waits for an answer
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time)]
    patience: Duration,
    /// Look for the highest rate at which all messages are answered and 99 of 100 within --steady
    #[arg(long)]
    find_capacity: bool,
    /// Latency up to which a rate counts as held
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = time)]
    steady: Duration,
    /// Tell CPU and memory of the process with this id (that of the server); a server started for the run is watched anyway
    #[arg(long, value_name = "PID")]
    watch: Option<u32>,
    /// With --json, list tenths of a second
    #[arg(long)]
    timeline: bool,
    /// Replay an event: 小米's 2.8 million messages in two hours while dictionaries are reloaded, every answer compared with an offline run
    #[arg(long, value_enum)]
    profile: Option<Profile>,
    /// Messages of the profile
    #[arg(long, value_name = "N", default_value_t = 2_800_000)]
    total: u64,
    /// The two dictionaries of the profile, folders or bundles; by default the usual one and a copy with other titles
    #[arg(long, value_name = "PATH")]
    dictionary: Vec<PathBuf>,
    /// From one reload of the profile to the next
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = time)]
    reload_every: Duration,
    /// The bundle file that --server reads, which the profile replaces before each reload
    #[arg(long, value_name = "FILE", requires = "server")]
    live: Option<PathBuf>,
    /// Where --server offers Dictionary.Reload, if not at its own address
    #[arg(long, value_name = "ADDR", requires = "server")]
    administration: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum How {
    Unary,
    Batch,
    Stream,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Profile {
    Mifenjie,
}

/// Messages a second, or a share of the capacity.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rate {
    Messages(f64),
    Percent(f64),
}

fn rate(text: &str) -> Result<Rate, String> {
    let (number, percent) = text.strip_suffix('%').map_or((text, false), |n| (n, true));
    let n: f64 = number.trim().parse().map_err(|_| "write it like 1000 or 90%".to_owned())?;
    if !(n > 0.0 && n <= 1e7) {
        return Err("a rate lies above 0 and up to 10,000,000".into());
    }
    Ok(if percent { Rate::Percent(n) } else { Rate::Messages(n) })
}

fn time(text: &str) -> Result<Duration, String> {
    let duration: jiff::SignedDuration = text.parse().map_err(|_| "write it like 500ms, 30s or 10m".to_owned())?;
    Duration::try_from(duration).ok().filter(|d| *d >= Duration::from_millis(1)).ok_or("the time is too short".into())
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Dictionary(error) => error.into(),
            LoadError::Told(error) => error.into(),
            other => Failure::Message(other.to_string()),
        }
    }
}

impl LoadArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let report = match self.profile {
            Some(Profile::Mifenjie) => self.mifenjie(common)?,
            None => self.steady(common)?,
        };
        let mut out = std::io::stdout().lock();
        if common.json {
            let line = serde_json::to_string(&report).map_err(|e| Failure::Message(e.to_string()))?;
            writeln!(out, "{line}")?;
        } else {
            write!(out, "{}", report.render(common.language()))?;
        }
        Ok(if report.complaints() == 0 { Verdict::Fine } else { Verdict::Findings })
    }

    fn messages(&self, common: &Common) -> Result<Vec<Message>, Failure> {
        let Some(file) = &self.messages else { return Ok(mix()) };
        let fault = |e: &dyn std::fmt::Display| Failure::Message(format!("{}: {e}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|e| fault(&e))?;
        read_messages(&text, &common.account, common.modality()).map_err(|e| fault(&e))
    }

    fn method(&self) -> Method {
        match self.method {
            How::Unary => Method::Unary,
            How::Batch => Method::Batch(self.batch),
            How::Stream => Method::Stream,
        }
    }

    fn job(
        &self,
        peer: &Peer,
        messages: &[Message],
        reference: i64,
        check: Arc<dyn crate::load::Check>,
    ) -> Result<Job, Failure> {
        let method = self.method();
        let target = Target {
            address: peer.address().map_err(Failure::Message)?,
            tls: peer.tls().map_err(Failure::Message)?,
            path: method.path().to_owned(),
            token: peer.token().map(str::to_owned),
            patience: self.patience,
        };
        Ok(Job {
            target,
            method,
            connections: self.connections.max(1),
            threads: self.threads.max(1),
            templates: Arc::new(templates(messages, reference)),
            check,
            reloading: Arc::new(AtomicBool::new(false)),
        })
    }

    fn report(&self, server: String, messages: usize) -> Report {
        let method = self.method();
        Report {
            server,
            method: method.path().rsplit('/').next().unwrap_or_default().to_owned(),
            batch: if let Method::Batch(n) = method { n } else { 1 },
            connections: self.connections,
            messages,
            capacity: None,
            steps: Vec::new(),
            swaps: None,
            server_peak_rss_mib: None,
            server_memory: Vec::new(),
        }
    }

    fn steady(&self, common: &Common) -> Result<Report, Failure> {
        let messages = self.messages(common)?;
        let reference = common.reference()?.timestamp().as_second();
        let child = match &self.server {
            Some(_) => None,
            None => Some(Child::start(&std::env::current_exe()?, &common.dictionary_path()?)?),
        };
        let peer = match (&self.server, &child) {
            (Some(server), _) => self.peer.peer(server)?,
            (None, Some(child)) => child.address.into(),
            (None, None) => return Err(Failure::Message("no server".into())),
        };
        let job = self.job(&peer, &messages, reference, Arc::new(Plain::new(&messages)))?;
        let duration = self.duration.unwrap_or(Duration::from_secs(10));
        let mut watcher = Watcher::new(self.watch.or(child.as_ref().map(Child::pid)), common);
        let mut report = self.report(job.target.address.to_string(), messages.len());
        let relative = self.rate.iter().any(|r| matches!(r, Rate::Percent(_)));
        if self.find_capacity || relative {
            let quiet = common.json;
            let language = common.language();
            let told = |rung: &Rung| {
                if quiet {
                    return Ok(());
                }
                let mut out = std::io::stdout().lock();
                write!(out, "{}", render_rung(rung, language))?;
                out.flush()
            };
            let capacity = find_capacity(&job, duration.min(TRY), self.steady, told, |p| watcher.tick(p))?;
            if capacity.rate <= 0.0 {
                return Err(Failure::Message(
                    "no rate was held: messages were not answered, or not within --steady".into(),
                ));
            }
            report.capacity = Some(capacity.rate.round());
        }
        let rates: Vec<(f64, Option<f64>)> = match (relative, self.find_capacity) {
            // Only the capacity was asked for.
            (false, true) => Vec::new(),
            _ => self
                .rate
                .iter()
                .map(|r| match r {
                    Rate::Messages(n) => (*n, None),
                    Rate::Percent(p) => (report.capacity.unwrap_or(0.0) * p / 100.0, Some(*p)),
                })
                .collect(),
        };
        if !rates.is_empty() {
            watcher.start();
            let cells = steady_cells(&rates.iter().map(|r| r.0).collect::<Vec<_>>(), duration);
            let tallies = run(&job, &Work::Open(cells), |p| watcher.tick(p))?;
            for (at, (tally, (_, percent))) in tallies.iter().zip(&rates).enumerate() {
                let seconds = duration.as_secs_f64();
                let mut step = Step::new(tally, seconds, *percent);
                if at > 0 && rates[at - 1].1.is_some_and(|p| p > 100.0) {
                    step.measure_recovery();
                }
                (step.server_cpu_us, step.server_rss_mib) =
                    watcher.between(at as f64 * seconds, (at + 1) as f64 * seconds);
                report.steps.push(self.finish(step));
            }
        }
        report.server_peak_rss_mib = watcher.peak();
        report.server_memory = watcher.memory();
        watcher.end();
        Ok(report)
    }

    fn finish(&self, mut step: Step) -> Step {
        if !self.timeline {
            step.timeline.clear();
        }
        step
    }
}

/// A try at the capacity takes no longer.
const TRY: Duration = Duration::from_secs(5);
