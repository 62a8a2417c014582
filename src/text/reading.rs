//! How characters sound: Mandarin readings without tones.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Readings of characters (pinyin without tones), several where a character has several.
///
/// The crate `pinyin` reads a character without its context, so a reading here is one of a set, never *the* reading.
pub struct Readings;

impl Readings {
    /// All readings of a character, the most common first; empty for anything but Han characters.
    pub fn all(c: char) -> Vec<&'static str> {
        match c.to_pinyin_multi() {
            Some(multi) => {
                let mut readings: Vec<&'static str> = Vec::new();
                for reading in multi {
                    if !readings.contains(&reading.plain()) {
                        readings.push(reading.plain());
                    }
                }
                readings
            }
            None => c.to_pinyin().map(|p| vec![p.plain()]).unwrap_or_default(),
        }
    }

    /// The most common reading of a character.
    pub fn first(c: char) -> Option<&'static str> {
        match c.to_pinyin_multi() {
            Some(multi) => multi.into_iter().next().map(|p| p.plain()),
            None => c.to_pinyin().map(|p| p.plain()),
        }
    }

    /// All readings of a character with tones as digits at the end (zhi2), the most common first.
    pub fn toned(c: char) -> impl Iterator<Item = &'static str> {
        let several = c.to_pinyin_multi();
        let one = if several.is_none() { c.to_pinyin() } else { None };
        several.into_iter().flat_map(|multi| multi.into_iter()).chain(one).map(|p| p.with_tone_num_end())
    }

    /// Tells whether a character can be read as `syllable` (lower-case letters without tone marks, ü as u or v).
    pub fn can_be(c: char, syllable: &str) -> bool {
        Self::all(c)
            .iter()
            .any(|r| *r == syllable || r.replace('ü', "v") == syllable || r.replace('ü', "u") == syllable)
    }
}
