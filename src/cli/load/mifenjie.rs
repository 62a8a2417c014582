//! `--profile mifenjie`.

use super::LoadArgs;
use super::watcher::Watcher;
use crate::cli::{Common, Failure, with_notice};
use crate::load::{Child, Replay, Report, Step, SwapReport, marked_copy, prepare, replay};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Into how long two hours are pressed.
const PRESSED: Duration = Duration::from_secs(300);

/// A new folder that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let now = jiff::Timestamp::now().as_nanosecond();
        let folder = std::env::temp_dir().join(format!("zhiyi-load-{}-{now}", std::process::id()));
        // One that is there already is somebody else's.
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl LoadArgs {
    pub(super) fn mifenjie(&self, common: &Common) -> Result<Report, Failure> {
        if self.server.is_some() && self.live.is_none() {
            return Err(Failure::Message("with --server, name the bundle that it reads with --live FILE".into()));
        }
        let messages = self.messages(common)?;
        let reference = common.reference()?.timestamp().as_second();
        let scratch = Scratch::new()?;
        let usual = common.dictionary_path();
        let (first, second) = match self.dictionary.as_slice() {
            [a, b] => (a.clone(), b.clone()),
            [] | [_] => {
                let first = self.dictionary.first().cloned().map_or(usual, Ok)?;
                let second = scratch.0.join("other");
                if !first.is_dir() {
                    let path = first.display();
                    return Err(Failure::Message(format!("{path} is a bundle: name a second one with --dictionary")));
                }
                marked_copy(&first, &second)?;
                (first, second)
            }
            _ => return Err(Failure::Message("the profile takes at most two --dictionary".into())),
        };
        let (check, bundles) = with_notice(common.language(), || prepare([&first, &second], &messages, reference))?;
        let live = self.live.clone().unwrap_or_else(|| scratch.0.join("live.zhiyi"));
        let (child, peer) = match &self.server {
            Some(server) => (None, self.peer.peer(server)?),
            None => {
                crate::files::write(&live, &bundles[0].1)?;
                let child = Child::start(&std::env::current_exe()?, &live)?;
                let peer = child.address.into();
                (Some(child), peer)
            }
        };
        let job = self.job(&peer, &messages, reference, Arc::new(check))?;
        let mut watcher = Watcher::new(self.watch.or(child.as_ref().map(Child::pid)), common);
        let duration = self.duration.unwrap_or(PRESSED);
        let administration = match &self.administration {
            Some(server) => peer.beside(server).map_err(Failure::Message)?,
            None => peer,
        };
        watcher.start();
        let outcome = replay(
            &job,
            Replay {
                messages: self.total,
                duration,
                bundles,
                live,
                administration,
                every: self.reload_every,
                tick: &mut |p| watcher.tick(p),
            },
        )?;
        let mut report = self.report(job.target.address.to_string(), messages.len());
        let mut step = Step::new(&outcome.tally, duration.as_secs_f64(), None);
        (step.server_cpu_us, step.server_rss_mib) = watcher.between(0.0, duration.as_secs_f64());
        report.steps.push(self.finish(step));
        report.swaps = Some(SwapReport::new(&outcome.tally, &outcome.reloads));
        report.server_peak_rss_mib = watcher.peak();
        report.server_memory = watcher.memory();
        watcher.end();
        Ok(report)
    }
}
