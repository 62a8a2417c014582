//! Certificates, tokens and keys, read again when their files change.

use super::metrics::Method;
use super::secret_file::{SHORTEST, entries};
use super::stamp::Stamp;
use super::tls::Certificates;
use super::tokens::{Role, Tokens};
use crate::config::Config;
use crate::context::Seal;
use arc_swap::ArcSwap;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tonic::Status;

/// What the server must not show.
pub(super) struct Secrets {
    pub(super) certificates: Option<Certificates>,
    pub(super) tokens: Option<Tokens>,
    context_keys: Option<PathBuf>,
    seal: ArcSwap<Seal>,
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
        let seal = config.context_keys.as_deref().map_or_else(|| Ok(Seal::default()), seal);
        let (certificates, tokens, seal) = match (certificates, tokens, seal) {
            (Ok(certificates), Ok(tokens), Ok(seal)) => (certificates, tokens, seal),
            (certificates, tokens, seal) => {
                let faults = [certificates.err(), tokens.err(), seal.err()];
                return Err(faults.into_iter().flatten().collect::<Vec<_>>().join("\n"));
            }
        };
        let secrets = Self {
            certificates,
            tokens,
            context_keys: config.context_keys.clone(),
            seal: ArcSwap::from_pointee(seal),
            seen: Mutex::default(),
            reloads: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        };
        *secrets.seen.lock().unwrap_or_else(PoisonError::into_inner) = secrets.stamps();
        Ok(secrets)
    }

    /// Whether who sent these headers may call a method.
    ///
    /// # Errors
    /// The status that refuses the call; it shows no token.
    pub(super) fn admit(&self, method: Method, headers: &HeaderMap) -> Result<(), Status> {
        let Some(tokens) = &self.tokens else { return Ok(()) };
        let needed = match method {
            Method::Health => Role::None,
            Method::Dictionary => Role::Administer,
            _ => Role::Recognize,
        };
        tokens.check(headers.get(AUTHORIZATION), needed)
    }

    fn stamps(&self) -> Vec<Stamp> {
        let certificates = self.certificates.iter().flat_map(Certificates::paths);
        let tokens = self.tokens.iter().map(|t| -> &Path { t.path() });
        certificates.chain(tokens).chain(self.context_keys.as_deref()).map(Stamp::of_file).collect()
    }

    /// What contexts are sealed with.
    pub(super) fn seal(&self) -> arc_swap::Guard<Arc<Seal>> {
        self.seal.load()
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
            ("context keys", self.context_keys.as_deref().map(|p| seal(p).map(|seal| self.seal.store(seal.into())))),
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

/// Reads the keys that sign contexts.
///
/// # Errors
/// What is wrong with the file; never a key.
fn seal(path: &Path) -> Result<Seal, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut keys = Vec::new();
    for (number, key) in entries(&text) {
        if key.len() < SHORTEST {
            let path = path.display();
            return Err(format!("{path}:{number}: the key is shorter than {SHORTEST} bytes; write a random one"));
        }
        keys.push(key.as_bytes().to_vec());
    }
    if keys.is_empty() {
        return Err(format!("{}: no key; write one a line, of at least {SHORTEST} bytes", path.display()));
    }
    Ok(Seal::new(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faulty_keys_are_refused_without_showing_them() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        for (text, told) in [("# none\n\n", "no key"), ("# short\nsecret-key\n", ":2: the key is shorter")] {
            std::fs::write(file.path(), text).expect("it can be written");
            let fault = seal(file.path()).err().unwrap_or_default();
            assert!(fault.contains(told) && !fault.contains("secret-key"), "{fault}");
        }
        std::fs::write(file.path(), "a key of many characters\n").expect("it can be written");
        assert!(seal(file.path()).is_ok());
    }
}
