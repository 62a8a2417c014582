use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A half-open range of Unicode scalar values in the sender's original text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First character of the range.
    pub start: u32,
    /// The character after the last one of the range; `end >= start`.
    pub end: u32,
}

impl Span {
    /// Makes a span; an `end` before `start` is raised to `start`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Length in Unicode scalar values.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// True where the span holds no character.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the part of `text` that the span names, or an empty string where it lies outside.
    ///
    /// ```
    /// assert_eq!(zhiyi::text::Span::new(1, 3).slice("我值机了"), "值机");
    /// ```
    pub fn slice(self, text: &str) -> &str {
        let range: Range<usize> = self.byte_range(text);
        text.get(range).unwrap_or("")
    }

    /// Converts the span to byte offsets of `text`, cut to its length.
    pub fn byte_range(self, text: &str) -> Range<usize> {
        let mut borders = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len()));
        let start = borders.nth(self.start as usize).unwrap_or(text.len());
        let end = match self.len() {
            0 => start,
            n => borders.nth(n as usize - 1).unwrap_or(text.len()),
        };
        start..end
    }
}
