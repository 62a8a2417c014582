//! From a message to the numbers of its features.

use crate::text::{CharMap, Readings};
use std::collections::HashMap;

/// A message as the learner sees it: one symbol a character, values of slots replaced by a symbol of their kind.
#[derive(Debug, Default, Clone)]
pub struct Symbols {
    /// Symbols of the characters.
    pub chars: Vec<u32>,
    /// Symbols of their sounds, of the same length.
    pub sounds: Vec<u32>,
    /// Words of two and more characters, from [`word`].
    pub words: Vec<u32>,
    /// Further evidence: kinds of values and word groups that were found.
    pub tokens: Vec<u32>,
}

/// First symbol that stands for a kind of value.
pub const KIND_SYMBOL: u32 = 0x0020_0000;
/// Stands for the start and the end of the message.
const BORDER: u32 = 0x0030_0000;

impl Symbols {
    /// Empties all rows.
    pub fn clear(&mut self) {
        self.chars.clear();
        self.sounds.clear();
        self.words.clear();
        self.tokens.clear();
    }
}

/// The longest row of characters, or of sounds, that makes a feature.
pub const LONGEST_ROW: usize = 3;

const SEED_CHARS: u64 = 0x9e37_79b9_7f4a_7c15;
const SEED_SOUNDS: u64 = 0xc2b2_ae3d_27d4_eb4f;
const SEED_TOKENS: u64 = 0x1656_67b1_9e37_79f9;
const SEED_WORDS: u64 = 0x27d4_eb2f_1656_67c5;

/// The symbol of a word, from the symbols of its characters.
pub fn word(symbols: impl Iterator<Item = u32>) -> u32 {
    finish(symbols.fold(SEED_WORDS, mix))
}

/// The features of a message: 32-bit fingerprints, with repetitions.
///
/// Rows of characters and of sounds, words, and tokens. Words say what a fourth character in a row would say, with fewer
/// features.
#[derive(Debug, Default)]
pub struct Features {
    /// The fingerprints.
    pub prints: Vec<u32>,
    /// One row of symbols between its borders.
    bordered: Vec<u32>,
}

impl Features {
    /// The fingerprint of one row of characters, for explanations.
    pub fn of_chars(symbols: impl Iterator<Item = u32>) -> u32 {
        let (hash, length) = symbols.fold((SEED_CHARS, 0u64), |(hash, n), s| (mix(hash, s), n + 1));
        finish(hash.wrapping_add(length.saturating_sub(1)))
    }

    /// Collects the features of `symbols`; what was there before is dropped.
    pub fn collect(&mut self, symbols: &Symbols) {
        self.prints.clear();
        self.rows(&symbols.chars, SEED_CHARS);
        self.rows(&symbols.sounds, SEED_SOUNDS);
        self.prints.extend(&symbols.words);
        for token in &symbols.tokens {
            self.prints.push(finish(mix(SEED_TOKENS, *token)));
        }
    }

    fn rows(&mut self, symbols: &[u32], seed: u64) {
        let Self { prints, bordered } = self;
        bordered.clear();
        bordered.push(BORDER);
        bordered.extend(symbols);
        bordered.push(BORDER);
        prints.reserve(bordered.len() * LONGEST_ROW);
        let first = prints.len();
        let rows = bordered.windows(LONGEST_ROW).filter_map(<[u32]>::first_chunk::<LONGEST_ROW>);
        rows.for_each(|row| prints.extend_from_slice(&beginnings(*row, seed)));
        // Those at the end are shorter. The last border alone says nothing, nor does the first.
        prints.extend(bordered.last_chunk::<{ LONGEST_ROW - 1 }>().into_iter().flat_map(|row| beginnings(*row, seed)));
        prints.remove(first);
    }
}

/// The fingerprints of what a row begins with: one symbol, two, and so on.
#[inline]
fn beginnings<const LENGTH: usize>(row: [u32; LENGTH], seed: u64) -> [u32; LENGTH] {
    let mut hash = seed;
    std::array::from_fn(|at| {
        hash = mix(hash, row[at]);
        finish(hash.wrapping_add(at as u64))
    })
}

#[inline]
fn mix(hash: u64, symbol: u32) -> u64 {
    (hash ^ u64::from(symbol)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29)
}

#[inline]
fn finish(hash: u64) -> u32 {
    ((hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 32) as u32
}

/// Character → symbol of its sound: the first reading without tone, with the confusions of southern speakers and of
/// speech recognisers folded (zh/z, ch/c, sh/s, ng/n, n/l).
pub struct SoundTable {
    sounds: CharMap<u16>,
}

impl Default for SoundTable {
    fn default() -> Self {
        Self::new()
    }
}

impl SoundTable {
    /// Reads every Han character of the basic block once; takes a few milliseconds.
    pub fn new() -> Self {
        let mut sounds = CharMap::new(0);
        let mut syllables: HashMap<String, u16> = HashMap::new();
        // Twenty thousand characters share some hundred readings.
        let mut readings: HashMap<&str, u16> = HashMap::new();
        for c in '\u{4e00}'..='\u{9fff}' {
            let Some(reading) = Readings::first(c) else { continue };
            let symbol = *readings.entry(reading).or_insert_with(|| {
                let next = syllables.len() as u16 + 1;
                *syllables.entry(fold_syllable(reading)).or_insert(next)
            });
            sounds.set(c, symbol);
        }
        Self { sounds }
    }

    /// The symbol of a character's sound; for anything but a Han character, of the character itself.
    #[inline]
    pub fn symbol(&self, c: char) -> u32 {
        match self.sounds.get(c) {
            0 => c as u32 | 0x0100_0000,
            sound => u32::from(sound),
        }
    }
}

fn fold_syllable(plain: &str) -> String {
    let folded = match plain.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => format!("{}{}", &plain[..1], &plain[2..]),
        [b'n', ..] => format!("l{}", &plain[1..]),
        _ => plain.to_owned(),
    };
    match folded.strip_suffix("ng").filter(|rest| !rest.ends_with('o')) {
        Some(rest) => format!("{rest}n"),
        None => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confused_sounds_share_a_symbol() {
        let sounds = SoundTable::new();
        for (a, b) in [('值', '直'), ('值', '字'), ('民', '名'), ('南', '蓝'), ('深', '生')] {
            assert_eq!(sounds.symbol(a) == sounds.symbol(b), a != '值' || b == '直' || b == '字', "{a} {b}");
        }
        assert_ne!(sounds.symbol('票'), sounds.symbol('改'));
        assert_ne!(sounds.symbol('a'), sounds.symbol('b'));
    }

    #[test]
    fn features_are_counted_as_they_occur() {
        let mut features = Features::default();
        let symbols = Symbols { chars: vec![1, 2, 3], sounds: vec![], words: vec![5], tokens: vec![7] };
        features.collect(&symbols);
        // ^1 ^12, 1 12 123, 2 23 23$, 3 3$ over characters, $ alone is none; ^$ over no sounds; a word; a token.
        assert_eq!(features.prints.len(), 2 + 3 + 3 + 2 + 1 + 1 + 1);
    }
}
