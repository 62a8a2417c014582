//! Load: calls a server at a held rate, checks every answer, and tells how long each took.
//!
//! The loop is open: messages are due at times drawn beforehand, whatever the answers take, and latency counts from the
//! moment a message was *due*. A server that stalls for a second is charged for every message due in that second, not
//! for the one that was waiting (Gil Tene's "coordinated omission").
//!
//! ```text
//! schedule → engine → lane (stream) → payload → wire → check → tally → report → text
//! capacity, mifenjie: what is run on top
//! ```

mod capacity;
mod check;
mod child;
mod engine;
mod job;
mod lane;
mod message;
mod mifenjie;
mod payload;
mod report;
mod schedule;
mod stream;
mod tally;
mod text;
mod timer;
mod watch;
mod wire;

pub use capacity::{Capacity, Rung, find_capacity};
pub use check::{Check, Exact, Plain, Verdict};
pub use child::Child;
pub use engine::run;
pub use job::{Job, LoadError, Method, Progress, Work};
pub use message::{Message, MessageError, Template, mix, read_messages, templates};
pub use mifenjie::{Bundles, Replay, ReplayOutcome, marked_copy, prepare, replay};
pub use report::{MOST_MEMORY, Memory, Quantiles, Report, Step, SwapReport};
pub use schedule::{Cell, mifenjie_cells, steady_cells};
pub use tally::{Fault, Latency, Part, Tally};
pub use text::{render_rung, thousands};
pub use watch::{Usage, usage};
pub use wire::Target;
