//! The gRPC service: the only part of the program that knows tonic.
//!
//! A connection is taken by `listener` and served by `serving`, which asks for the answers of its calls in turn. A call
//! passes the `gate` (token, deadline, counters, trace, and the `rules` of its thread), its request is validated and
//! converted, read with the dictionary that serves (`versions`), and the answer converted back; `status` is the one place
//! where faults become status codes. The `keeper` loads dictionaries on a thread of its own.

mod arrivals;
mod call;
pub mod convert;
mod dictionary;
mod exposition;
mod gate;
mod http;
mod keeper;
mod listener;
mod mask;
mod message_log;
mod metrics;
mod recognizer;
mod rules;
mod runtime;
mod secret_file;
mod secrets;
mod services;
mod serving;
mod shadow;
mod stage;
mod stalled;
mod stamp;
mod status;
mod tls;
mod tokens;
mod traces;
mod upload;
mod versions;
mod watch;

pub use crate::config::Limits;
pub(crate) use recognizer::Reading;
pub use runtime::{ServeError, Server};

use arc_swap::ArcSwapOption;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The generated protocol.
#[allow(missing_docs, clippy::all, reason = "generated from proto/, where every field is documented")]
pub mod proto {
    tonic::include_proto!("zhiyi.v1");

    /// The descriptors of all files, for reflection and for JSON.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}

/// What all threads of a server share.
struct Shared {
    versions: versions::Versions,
    shadow: ArcSwapOption<shadow::Shadow>,
    shadow_path: Option<PathBuf>,
    /// Why the shadow's files were not read the last time, if they were not.
    shadow_fault: ArcSwapOption<String>,
    shadow_queue: usize,
    reading: recognizer::Reading,
    reading_threads: usize,
    secrets: Arc<secrets::Secrets>,
    log: Option<message_log::MessageLog>,
    tracer: Option<Arc<traces::Tracer>>,
    /// The serving threads' numbers, then those of the thread for administration.
    metrics: Vec<Arc<metrics::ThreadMetrics>>,
    commands: std::sync::mpsc::Sender<keeper::Command>,
    /// Changes of the files are noticed.
    watching: AtomicBool,
    /// The server was told to stop.
    leaving: AtomicBool,
    started: jiff::Timestamp,
}
