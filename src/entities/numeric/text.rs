//! Looking for words in characters: the small tools that all readers share. Every look is bounded by the word's length.

/// Whether `word` starts at `at`; its length in characters if so.
#[must_use]
pub fn word_at(chars: &[char], at: usize, word: &str) -> Option<usize> {
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
    words.iter().find_map(|w| word_at(chars, at, w))
}

/// Whether `word` ends right before `end`; its length in characters if so.
#[must_use]
pub fn word_before(chars: &[char], end: usize, word: &str) -> Option<usize> {
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
    words.iter().find_map(|w| word_before(chars, end, w))
}

/// The first characters of a table of words, folded to twelve bits: most places in a message start no word, and this
/// tells so at once. Two characters may share a place, which costs a needless search at worst.
pub struct Firsts([u64; 64]);

impl Firsts {
    /// The first characters of `table`.
    #[must_use]
    pub const fn of<T>(table: &[(&str, T)]) -> Self {
        let mut bits = [0; 64];
        let mut i = 0;
        while i < table.len() {
            let b = table[i].0.as_bytes();
            // UTF-8 by hand, since iterators do not run in constants
            let code = match b[0] {
                0..0x80 => b[0] as usize,
                0x80..0xE0 => (b[0] as usize & 0x1F) << 6 | (b[1] as usize & 0x3F),
                _ => (b[0] as usize & 0x0F) << 12 | (b[1] as usize & 0x3F) << 6 | (b[2] as usize & 0x3F),
            } & 0xFFF;
            bits[code / 64] |= 1 << (code % 64);
            i += 1;
        }
        Self(bits)
    }

    const fn may_start(&self, c: char) -> bool {
        let code = c as usize & 0xFFF;
        self.0[code / 64] >> (code % 64) & 1 == 1
    }
}

/// The longest entry of a table sorted by word that starts at `at`: its length in characters and what it stands for.
#[must_use]
pub fn longest<'t, T>(
    table: &'t [(&'static str, T)],
    firsts: &Firsts,
    chars: &[char],
    at: usize,
) -> Option<(usize, &'t (&'static str, T))> {
    let first = *chars.get(at)?;
    if !firsts.may_start(first) {
        return None;
    }
    // not `starts_with`, which encodes the character and compares bytes
    let opening = |word: &str| word.chars().next();
    let from = table.partition_point(|(w, _)| opening(w) < Some(first));
    table[from..]
        .iter()
        .take_while(|(w, _)| opening(w) == Some(first))
        .filter_map(|entry| Some((word_at(chars, at, entry.0)?, entry)))
        .max_by_key(|(length, _)| *length)
}

/// The character at `at`, or `\0` past the end.
#[must_use]
pub fn char_at(chars: &[char], at: usize) -> char {
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
    c == '\0' || !c.is_alphanumeric()
}
