//! The gRPC service: the only part of the program that knows tonic.
//!
//! A request is validated, converted, read, and the answer converted back; `status` is the one place where faults
//! become status codes.

pub mod convert;
mod dictionary;
mod recognizer;
mod runtime;
mod state;
mod status;

pub use runtime::{ServeError, Server, ServerOptions};
pub use state::State;

/// The generated protocol.
#[allow(missing_docs, clippy::all, reason = "generated from proto/, where every field is documented")]
pub mod proto {
    tonic::include_proto!("zhiyi.v1");

    /// The descriptors of all files, for reflection and for JSON.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}

/// Limits on requests.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most Unicode scalar values of a message.
    pub message_chars: usize,
    /// The most messages of a batch.
    pub batch_messages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message_chars: 2_000, batch_messages: 1_000 }
    }
}
