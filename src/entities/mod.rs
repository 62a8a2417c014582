//! Typed values in a message, whatever the intent: dates, times, numbers, amounts, identifiers, words of gazetteers.
//!
//! The readers of [`temporal`] and [`numeric`] know nothing of dictionaries; [`Reader`] gives them the account's airline,
//! the dictionary's holidays and carriers, and puts what they and the gazetteers found into one list of candidates.
//!
//! Both can be used without the rest. They read normalised characters and append what they find:
//!
//! ```
//! use zhiyi::entities::{numeric, temporal};
//! use zhiyi::text::{Modality, NormalizedText, Normalizer};
//!
//! let mut text = NormalizedText::default();
//! Normalizer::new().normalize("下周三坐CZ３１０２去，預算兩千五", Modality::Text, &mut text);
//!
//! let holidays = [temporal::Holiday {
//!     name: "元旦".into(),
//!     synonyms: Vec::new(),
//!     rule: "fixed 01-01".parse()?,
//!     public: None,
//! }];
//! let reference = "2026-11-21T10:00+08:00[Asia/Shanghai]".parse()?;
//! let mut times = Vec::new();
//! temporal::Reader::new(holidays).read(text.chars(), &reference, &mut times);
//! assert_eq!(times[0].value, "2026-11-25");
//!
//! let carriers = |chars: &[char]| chars.starts_with(&['c', 'z']).then_some((2, "CZ"));
//! let options = numeric::Options { carriers: &carriers, own_airline: None };
//! let mut found = Vec::new();
//! numeric::read(text.chars(), &options, &mut found);
//! let value_of = |kind| found.iter().find(|f| f.kind == kind).map(|f| f.value.as_str());
//! assert_eq!(value_of(numeric::Kind::FlightNo), Some("CZ3102"));
//! assert_eq!(value_of(numeric::Kind::Amount), Some("2500 CNY"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod branch;
mod candidate;
pub mod numeric;
mod personal;
mod reader;
mod resolve;
mod rules;
pub mod temporal;
mod words;
#[cfg(test)]
mod work;

pub use candidate::{Attributes, Candidate, Provenance, Source, Strength};
pub(crate) use personal::{is_personal, long_numbers};
pub use reader::{Found, Reader, RegexSlots};
pub(crate) use resolve::keep_apart;
pub use resolve::{resolve, shown};
pub use rules::{Rule, rules};
