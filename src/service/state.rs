//! The dictionary that serves, and its replacement.

use crate::builder::{self, Loaded};
use crate::context::Seal;
use crate::dictionary::DictionaryError;
use arc_swap::ArcSwap;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A dictionary and when it began to serve.
pub(super) struct Active {
    pub(super) loaded: Loaded,
    pub(super) since: Timestamp,
}

/// A reload that failed.
#[derive(Clone)]
pub(super) struct LastFault {
    pub(super) text: String,
    pub(super) at: Timestamp,
}

/// What all threads of a server share.
pub struct State {
    path: PathBuf,
    seal: Seal,
    active: ArcSwap<Active>,
    reloading: tokio::sync::Mutex<()>,
    reloads: AtomicU64,
    fault: Mutex<Option<LastFault>>,
}

impl State {
    /// Starts with a loaded dictionary; reloads read its path again. Contexts are guarded by a checksum.
    pub fn new(loaded: Loaded) -> Arc<Self> {
        Self::with_seal(loaded, Seal::default())
    }

    /// As [`State::new`], with keys that sign contexts.
    pub fn with_seal(loaded: Loaded, seal: Seal) -> Arc<Self> {
        Arc::new(Self {
            path: loaded.path.clone(),
            seal,
            active: ArcSwap::from_pointee(Active { loaded, since: Timestamp::now() }),
            reloading: tokio::sync::Mutex::new(()),
            reloads: AtomicU64::new(0),
            fault: Mutex::new(None),
        })
    }

    /// The dictionary that serves now. Whoever holds it finishes with it, whatever is swapped in meanwhile.
    pub(super) fn active(&self) -> arc_swap::Guard<Arc<Active>> {
        self.active.load()
    }

    /// What contexts are sealed with.
    pub(super) fn seal(&self) -> &Seal {
        &self.seal
    }

    pub(super) fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Relaxed)
    }

    pub(super) fn last_fault(&self) -> Option<LastFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the dictionary again, off the serving threads, and swaps it in; on any fault the running one stays.
    /// Returns the version that serves and whether it changed.
    pub(super) async fn reload(self: &Arc<Self>) -> Result<(String, bool), DictionaryError> {
        let _one_at_a_time = self.reloading.lock().await;
        let path = self.path.clone();
        let result = tokio::task::spawn_blocking(move || builder::load(&path)).await;
        let result = result.unwrap_or_else(|e| Err(DictionaryError::Corrupt { what: format!("loading failed: {e}") }));
        match result {
            Ok(loaded) => {
                let version = loaded.recognizer.bundle().version.clone();
                let changed = version != self.active().loaded.recognizer.bundle().version;
                if changed {
                    self.active.store(Arc::new(Active { loaded, since: Timestamp::now() }));
                    self.reloads.fetch_add(1, Ordering::Relaxed);
                }
                *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
                tracing::info!(version, changed, "dictionary reloaded");
                Ok((version, changed))
            }
            Err(error) => {
                tracing::error!(%error, "the dictionary was not reloaded; the running one stays");
                let fault = LastFault { text: error.to_string(), at: Timestamp::now() };
                *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                Err(error)
            }
        }
    }
}
