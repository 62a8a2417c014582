//! Looking for words in characters: the small tools that all readers share. Every look is bounded by the word's length.

use super::super::words::Utf8;

/// Whether `word` starts at `at`; its length in characters if so.
#[must_use]
pub fn word_at(chars: &[char], at: usize, word: &str) -> Option<usize> {
    #[cfg(test)]
    super::super::work::look(1);
    let mut i = at;
    for c in word.chars() {
        if chars.get(i) != Some(&c) {
            return None;
        }
        i += 1;
    }
    Some(i - at)
}

/// The length of the first of `words` that starts at `at`: put longer words first.
#[must_use]
pub fn any_at(chars: &[char], at: usize, words: &[&str]) -> Option<usize> {
    let opening = Utf8::of(*chars.get(at)?);
    words.iter().filter(|w| opening.opens(w)).find_map(|w| word_at(chars, at, w))
}

/// Whether `word` ends right before `end`; its length in characters if so.
#[must_use]
pub fn word_before(chars: &[char], end: usize, word: &str) -> Option<usize> {
    #[cfg(test)]
    super::super::work::look(1);
    let mut i = end;
    for c in word.chars().rev() {
        if i == 0 || chars[i - 1] != c {
            return None;
        }
        i -= 1;
    }
    Some(end - i)
}

/// The length of the first of `words` that ends right before `end`.
#[must_use]
pub fn any_before(chars: &[char], end: usize, words: &[&str]) -> Option<usize> {
    let closing = Utf8::of(*chars.get(end.checked_sub(1)?)?);
    words.iter().filter(|w| closing.closes(w)).find_map(|w| word_before(chars, end, w))
}

/// The character at `at`, or `\0` past the end.
#[must_use]
pub fn char_at(chars: &[char], at: usize) -> char {
    #[cfg(test)]
    super::super::work::look(1);
    chars.get(at).copied().unwrap_or('\0')
}

/// The character before `at`, or `\0` at the start.
#[must_use]
pub fn char_before(chars: &[char], at: usize) -> char {
    at.checked_sub(1).map_or('\0', |i| char_at(chars, i))
}

/// `at`, past one space if one stands there.
#[must_use]
pub fn skip_space(chars: &[char], at: usize) -> usize {
    at + usize::from(char_at(chars, at) == ' ')
}

/// Where the link that starts at `at` ends, if one does: its digits are nobody's number.
#[must_use]
pub fn link_end(chars: &[char], at: usize) -> Option<usize> {
    any_at(chars, at, &["http:", "https:", "www."])?;
    let length = chars[at..].iter().take_while(|c| c.is_ascii_graphic()).count();
    Some(at + length)
}

/// Whether nothing of a word stands here: an end, a space, punctuation.
#[must_use]
pub fn is_boundary(c: char) -> bool {
    // Most are Chinese characters, for which the standard library looks into a table.
    c == '\0' || !matches!(c, '\u{4e00}'..='\u{9fff}') && !c.is_alphanumeric()
}
