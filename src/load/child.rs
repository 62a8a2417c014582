//! A server of our own, on a free port of the loopback interface.

use super::LoadError;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

/// A running server that ends with this value.
pub struct Child {
    process: std::process::Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Child {
    /// Starts `zhiyi serve` over a dictionary and waits until it listens.
    ///
    /// # Errors
    /// As [`Child::run`].
    pub fn start(program: &Path, dictionary: &Path) -> Result<Self, LoadError> {
        Self::run(Command::new(program).args(["serve", "--listen", "127.0.0.1:0", "--dictionaries"]).arg(dictionary))
    }

    /// Starts a server and waits until it says `listening on ADDR`.
    ///
    /// # Errors
    /// [`LoadError::Child`] where it cannot be started or ends before it listens.
    pub fn run(command: &mut Command) -> Result<Self, LoadError> {
        let fault = |what: String| LoadError::Child(what);
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| fault(format!("{}: {e}", command.get_program().to_string_lossy())))?;
        // Its log is kept short: only the end of it matters, and only where it does not come up.
        let log = process.stderr.take().map(|mut log| {
            std::thread::spawn(move || {
                let (mut kept, mut part) = (Vec::new(), [0u8; 4096]);
                while let Ok(n @ 1..) = log.read(&mut part) {
                    kept.extend_from_slice(&part[..n]);
                    let surplus = kept.len().saturating_sub(LOG_KEPT);
                    kept.drain(..surplus);
                }
                String::from_utf8_lossy(&kept).trim().to_owned()
            })
        });
        let mut address = None;
        if let Some(out) = process.stdout.take() {
            let mut lines = BufReader::new(out).lines();
            address = lines
                .by_ref()
                .map_while(Result::ok)
                .find_map(|line| line.strip_prefix("listening on ").and_then(|a| a.trim().parse().ok()));
            // Nobody must wait for a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
        }
        match address {
            Some(address) => Ok(Self { process, address }),
            None => {
                let _ = process.kill();
                let _ = process.wait();
                let log = log.and_then(|l| l.join().ok()).unwrap_or_default();
                Err(fault(format!("it ended before it listened: {log}")))
            }
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

/// Bytes of the log that are kept.
const LOG_KEPT: usize = 4096;

impl Drop for Child {
    fn drop(&mut self) {
        // It serves nobody else and keeps nothing, so there is nothing to finish.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
