use super::Span;

/// Where a normalised character came from, in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) char_start: u32,
    pub(super) char_end: u32,
    pub(super) byte_start: u32,
    pub(super) byte_end: u32,
}

/// A normalised message with its alignment to the original.
///
/// A buffer that can be used again for the next message: see [`super::Normalizer::normalize`].
#[derive(Debug, Clone, Default)]
pub struct NormalizedText {
    pub(super) chars: Vec<char>,
    pub(super) origins: Vec<Origin>,
    pub(super) text: String,
    pub(super) bytes: Vec<u32>,
    pub(super) original_chars: u32,
}

impl NormalizedText {
    /// The normalised characters.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The same as UTF-8.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Number of normalised characters.
    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// True where nothing visible was left.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// Byte offset in [`Self::as_str`] of a normalised character; the length for the one after the last.
    pub fn byte_at(&self, at: usize) -> usize {
        self.bytes.get(at).map_or(self.text.len(), |b| *b as usize)
    }

    /// The normalised text of a range of normalised characters, cut to the message.
    pub fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(self.byte_at(start)..self.byte_at(end.max(start))).unwrap_or("")
    }

    /// Maps a half-open range of normalised characters to the span in the original that it was read from.
    pub fn span(&self, start: usize, end: usize) -> Span {
        match (self.origins.get(start), end.checked_sub(1).and_then(|last| self.origins.get(last))) {
            (Some(first), Some(last)) if start < end => Span::new(first.char_start, last.char_end),
            (Some(first), _) => Span::new(first.char_start, first.char_start),
            _ => Span::new(self.original_chars, self.original_chars),
        }
    }

    /// The original text of a range of normalised characters; `original` must be the text that was normalised.
    pub fn raw<'a>(&self, original: &'a str, start: usize, end: usize) -> &'a str {
        match (self.origins.get(start), end.checked_sub(1).and_then(|last| self.origins.get(last))) {
            (Some(first), Some(last)) if start < end => {
                original.get(first.byte_start as usize..last.byte_end as usize).unwrap_or("")
            }
            _ => "",
        }
    }

    /// Number of Unicode scalar values of the original.
    pub fn original_len(&self) -> u32 {
        self.original_chars
    }

    pub(super) fn clear(&mut self) {
        self.chars.clear();
        self.origins.clear();
        self.text.clear();
        self.bytes.clear();
        self.original_chars = 0;
    }

    pub(super) fn finish(&mut self) {
        self.text.clear();
        self.bytes.clear();
        for c in &self.chars {
            self.bytes.push(self.text.len() as u32);
            self.text.push(*c);
        }
    }

    /// Puts one character in place of a range of several, which keeps where they all came from.
    pub(super) fn merge(&mut self, start: usize, end: usize, c: char) {
        let last = self.origins[end - 1];
        let first = &mut self.origins[start];
        (first.char_end, first.byte_end) = (last.char_end, last.byte_end);
        self.chars[start] = c;
        self.chars.drain(start + 1..end);
        self.origins.drain(start + 1..end);
    }

    /// Keeps the characters whose flag is set.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut write = 0;
        for read in 0..self.chars.len() {
            if keep(read) {
                self.chars[write] = self.chars[read];
                self.origins[write] = self.origins[read];
                write += 1;
            }
        }
        self.chars.truncate(write);
        self.origins.truncate(write);
    }
}
