//! What a run is told: the server, the messages, how they are sent and how they follow each other.

use super::check::Check;
use super::message::Template;
use super::schedule::Cell;
use super::wire::Target;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `Recognize`, or any other call of one message and one answer.
    Unary,
    /// `BatchRecognize` with so many messages.
    Batch(usize),
    /// `StreamRecognize`: one stream a connection, which stays open.
    Stream,
}

impl Method {
    /// Its path in the protocol.
    pub fn path(self) -> &'static str {
        match self {
            Method::Unary => "/zhiyi.v1.Recognizer/Recognize",
            Method::Batch(_) => "/zhiyi.v1.Recognizer/BatchRecognize",
            Method::Stream => "/zhiyi.v1.Recognizer/StreamRecognize",
        }
    }

    /// Messages of a call.
    pub(super) fn batch(self) -> usize {
        if let Method::Batch(n) = self { n.max(1) } else { 1 }
    }
}

/// What a run needs.
#[derive(Clone)]
pub struct Job {
    /// The method and where it is.
    pub target: Target,
    /// How messages are sent.
    pub method: Method,
    /// Connections, over all threads.
    pub connections: usize,
    /// Threads of the client.
    pub threads: usize,
    /// The messages.
    pub templates: Arc<Vec<Template>>,
    /// What a right answer is.
    pub check: Arc<dyn Check>,
    /// True while somebody has the server load a dictionary.
    pub reloading: Arc<AtomicBool>,
}

/// How calls follow each other.
#[derive(Debug, Clone)]
pub enum Work {
    /// Messages are due at moments drawn from these cells, whatever the answers take.
    Open(Vec<Cell>),
    /// So many calls are always on their way; the next is sent when one is answered. Counts from the end of `warmup` on.
    Closed {
        /// Calls on their way, over all connections.
        in_flight: usize,
        /// Not counted.
        warmup: Duration,
        /// Counted.
        duration: Duration,
    },
}

/// Why a run could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// No connection.
    #[error("cannot reach {address}: {what}; is a server listening there?")]
    Connect {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        what: String,
    },
    /// The system gives no thread, runtime or timer.
    #[error("cannot start the client: {0}")]
    Client(#[from] std::io::Error),
    /// What was found so far cannot be written.
    #[error("cannot tell how far the run is: {0}")]
    Told(std::io::Error),
    /// There is nothing to send.
    #[error("there is no message to send")]
    NoMessage,
    /// A server could not be started.
    #[error("cannot start a server: {0}")]
    Child(String),
    /// A dictionary cannot be loaded or written.
    #[error(transparent)]
    Dictionary(#[from] crate::dictionary::DictionaryError),
    /// The dictionaries and messages of a replay prove nothing.
    #[error("nothing to compare with: {0}")]
    Comparison(String),
    /// The server did not load a dictionary.
    #[error("reload: {0}")]
    Reload(String),
}

/// How far a run is; shared between its threads.
#[derive(Debug, Default)]
pub struct Progress {
    /// Messages that were due so far.
    pub sent: AtomicU64,
    /// Right answers so far.
    pub right: AtomicU64,
    /// Faults so far.
    pub faults: AtomicU64,
}
