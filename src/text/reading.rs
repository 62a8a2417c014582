//! How characters sound: Mandarin readings without tones.

use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};

/// Readings of characters (pinyin without tones), several where a character has several.
///
/// The crate `pinyin` reads a character without its context, so a reading here is one of a set, never *the* reading.
pub struct Readings;

impl Readings {
    /// All readings of a character, the most common first; empty for anything but Han characters.
    pub fn all(c: char) -> Vec<&'static str> {
        let mut readings: Vec<&'static str> = Vec::new();
        for reading in each(c).map(Pinyin::plain) {
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        readings
    }

    /// The most common reading of a character.
    pub fn first(c: char) -> Option<&'static str> {
        each(c).next().map(Pinyin::plain)
    }

    /// All readings of a character with tones as digits at the end (zhi2), the most common first.
    pub fn toned(c: char) -> impl Iterator<Item = &'static str> {
        each(c).map(Pinyin::with_tone_num_end)
    }

    /// Tells whether a character can be read as `syllable` (lower-case letters without tone marks, ü as u or v).
    pub fn can_be(c: char, syllable: &str) -> bool {
        Self::all(c)
            .iter()
            .any(|r| *r == syllable || r.replace('ü', "v") == syllable || r.replace('ü', "u") == syllable)
    }
}

/// The readings that the crate has of a character; it lists most characters with a single one apart.
fn each(c: char) -> impl Iterator<Item = Pinyin> {
    let several = c.to_pinyin_multi();
    let one = if several.is_none() { c.to_pinyin() } else { None };
    several.into_iter().flatten().chain(one)
}
