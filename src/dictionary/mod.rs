//! Dictionaries: tables that maintainers keep, and the compiled form the recogniser reads.
//!
//! [`Source`] reads a folder of tables and reports every fault with its place; [`compile()`] turns it into the bytes of a
//! [`Bundle`]; [`Bundle::open`] maps those back. Nothing here knows how a message is read.

mod bundle;
mod compile;
mod content;
mod cue;
mod error;
mod kinds;
mod lexicon;
mod mapped;
pub mod phrase;
mod sections;
mod source;
mod table;
mod verify;

pub use bundle::Bundle;
pub use compile::{Compiled, compile};
pub use content::*;
pub use cue::{Cue, CueWord};
pub use error::DictionaryError;
pub use kinds::{BUILTIN_KINDS, builtin_kind};
pub use lexicon::{Lexicon, Posting, Term};
pub use sections::{Bytes, Parts, Sections, Slice};
pub use source::{
    AccountSource, Action, ExampleRow, HolidayRow, IntentRow, LookalikeRow, MatchMode, MenuRow, NONE, PackSource,
    PhraseRow as PhraseSource, SensitiveRow, ServiceSource, SlotRow, SlotSource, SoundRow, Sounding, Source, TermRow,
    TestRow,
};

/// Number of the bundle format; a bundle of another format is refused.
pub const FORMAT: u32 = 5;
