//! Certificates and tokens, read again when their files change.

use super::stamp::Stamp;
use super::tls::Certificates;
use super::tokens::Tokens;
use crate::config::Config;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the server must not show.
pub(super) struct Secrets {
    pub(super) certificates: Option<Certificates>,
    pub(super) tokens: Option<Tokens>,
    seen: Mutex<Vec<Stamp>>,
    pub(super) reloads: AtomicU64,
    pub(super) faults: AtomicU64,
}

impl Secrets {
    /// Reads all files.
    ///
    /// # Errors
    /// Every file that is wrong, one a line.
    pub(super) fn load(config: &Config) -> Result<Self, String> {
        let certificates = config.tls.as_ref().map(Certificates::load).transpose();
        let tokens = config.tokens.as_deref().map(Tokens::load).transpose();
        let (certificates, tokens) = match (certificates, tokens) {
            (Ok(certificates), Ok(tokens)) => (certificates, tokens),
            (certificates, tokens) => {
                let faults = [certificates.err(), tokens.err()];
                return Err(faults.into_iter().flatten().collect::<Vec<_>>().join("\n"));
            }
        };
        let secrets = Self {
            certificates,
            tokens,
            seen: Mutex::default(),
            reloads: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        };
        *secrets.seen.lock().unwrap_or_else(PoisonError::into_inner) = secrets.stamps();
        Ok(secrets)
    }

    fn stamps(&self) -> Vec<Stamp> {
        let certificates = self.certificates.iter().flat_map(Certificates::paths);
        certificates.chain(self.tokens.iter().map(|t| -> &Path { t.path() })).map(Stamp::of_file).collect()
    }

    /// Reads what changed since the last time, or all of it; on a fault the old stays.
    pub(super) fn refresh(&self, all: bool) {
        let now = self.stamps();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if (!all && *seen == now) || now.is_empty() {
            return;
        }
        *seen = now;
        let results = [
            ("certificates", self.certificates.as_ref().map(Certificates::reload)),
            ("tokens", self.tokens.as_ref().map(Tokens::reload)),
        ];
        for (what, result) in results {
            match result {
                None => {}
                Some(Ok(())) => {
                    self.reloads.fetch_add(1, Ordering::Relaxed);
                    tracing::info!("{what} were read again");
                }
                Some(Err(error)) => {
                    self.faults.fetch_add(1, Ordering::Relaxed);
                    tracing::error!(%error, "{what} were not read again; the old ones stay");
                }
            }
        }
    }
}
