//! Typed values in a message, whatever the intent: dates, times, numbers, amounts, identifiers, words of gazetteers.
//!
//! The readers of [`temporal`] and [`numeric`] know nothing of dictionaries; [`Reader`] gives them the account's airline,
//! the dictionary's holidays and carriers, and puts what they and the gazetteers found into one list of candidates.

mod branch;
mod candidate;
pub mod numeric;
mod reader;
mod resolve;
pub mod temporal;

pub use candidate::{Attributes, Candidate, Provenance, Source, Strength};
pub use reader::{Found, Reader, RegexSlots};
pub(crate) use resolve::keep_apart;
pub use resolve::{resolve, shown};
