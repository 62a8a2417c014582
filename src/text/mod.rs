//! The sender's text and what the matcher reads instead of it.
//!
//! [`Normalizer`] turns a message into a [`NormalizedText`]: a plain form in which width, case, script and typing
//! habits no longer differ, with an alignment back to the original. Everything later works on the normalised
//! characters, and every span that leaves the library is mapped back through [`NormalizedText::span`].
//!
//! Three invariants hold and are tested as properties: spans fall on character borders of the original, the raw text
//! of a span is the original's text there, and normalising a normalised text changes nothing.

mod char_lists;
mod char_map;
mod chars;
mod faces;
mod fold;
mod normalized;
mod normalizer;
mod reading;
mod script;
mod span;
mod syllable;
mod voice;

pub(crate) use char_lists::{CharLists, char_bit};
pub(crate) use char_map::CharMap;
pub(crate) use chars::{strip_prefix, strip_suffix};
pub use normalized::NormalizedText;
pub use normalizer::{Modality, Normalizer};
pub use reading::Readings;
pub use span::Span;
pub use syllable::{FINALS, INITIALS, Syllable};

/// Tells whether a character is a Chinese character (Han script) of the ranges people type.
///
/// ```
/// assert!(zhiyi::text::is_han('值') && zhiyi::text::is_han('〇'));
/// assert!(!zhiyi::text::is_han('a') && !zhiyi::text::is_han('，'));
/// ```
#[inline]
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{3007}' | '\u{20000}'..='\u{3ffff}')
}

/// Tells whether a normalised character stands for an emoji or a WeChat face.
#[inline]
pub fn is_face(c: char) -> bool {
    faces::is_placeholder(c)
}

/// Tells whether a normalised character carries no meaning of its own: white space, punctuation or a face.
#[inline]
pub fn is_filler_char(c: char) -> bool {
    let sign = || matches!(c, '+' | '%' | '¥' | '$' | '€' | '£' | '㎡' | '℃');
    !is_han(c) && (c == ' ' || faces::is_placeholder(c) || (!c.is_alphanumeric() && !sign()))
}
