use super::faces;
use super::fold::{Folded, fold};
use super::normalized::{NormalizedText, Origin};
use super::reading::Readings;
use super::script::Script;
use super::{is_han, voice};
use serde::{Deserialize, Serialize};

/// How the message reached the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    /// The sender typed it.
    #[default]
    Text,
    /// A speech recogniser wrote it down.
    Voice,
}

/// How often a Han character may stand in a row before the rest is dropped: 好好好好好 says no more than 好好.
const LONGEST_RUN: usize = 2;
/// The longest pinyin written behind a character, with brackets: zhuang and a tone digit.
const LONGEST_BRACKET: usize = 9;

/// Turns messages into [`NormalizedText`].
///
/// Steps, in order: fold single characters (width, case, accents, punctuation, invisible characters, faces), drop
/// pinyin in brackets behind its character, fold traditional characters, squeeze white space, punctuation and runs,
/// then the habits of speech ([`Modality::Voice`] only: fillers, stutters, names of letters, spelled letters) and digits spoken or
/// written one by one (三幺零二 becomes 3102).
pub struct Normalizer {
    script: Script,
}

impl Default for Normalizer {
    fn default() -> Self {
        Self::new()
    }
}

impl Normalizer {
    /// Builds the conversion tables; takes a few milliseconds.
    pub fn new() -> Self {
        Self { script: Script::new() }
    }

    /// Normalises `original` into `out`, which is cleared first.
    ///
    /// Runs in time linear in the length of the text and cannot fail; the result may be empty.
    pub fn normalize(&self, original: &str, modality: Modality, out: &mut NormalizedText) {
        out.clear();
        fold_all(original, out);
        self.simplify(out);
        squeeze(out);
        if modality == Modality::Voice {
            let before = out.chars.len();
            voice::drop_fillers(out);
            if out.chars.len() < before {
                // A filler may have stood between a character and its reading, or in a phrase.
                self.simplify(out);
                squeeze(out);
            }
            voice::drop_stutters(out);
            voice::write_letters(out);
            voice::join_letters(out);
        }
        voice::write_digits(out, modality);
        out.finish();
    }

    /// Drops pinyin in brackets and folds traditional characters.
    fn simplify(&self, out: &mut NormalizedText) {
        // What stood in brackets may have parted a phrase.
        drop_bracketed_pinyin(out);
        if self.script.simplify(&mut out.chars) {
            // A simplified character has readings that the traditional one has not: 胜 has that of 勝 and xīng.
            drop_bracketed_pinyin(out);
        }
    }

    /// Normalises a typed text and returns it alone, as dictionary compilers need it.
    pub fn fold(&self, text: &str) -> String {
        let mut out = NormalizedText::default();
        self.normalize(text, Modality::Text, &mut out);
        out.text
    }
}

fn fold_all(original: &str, out: &mut NormalizedText) {
    let mut rest = original.char_indices().enumerate().peekable();
    while let Some((at, (byte, c))) = rest.next() {
        let mut origin = Origin {
            char_start: at as u32,
            char_end: at as u32 + 1,
            byte_start: byte as u32,
            byte_end: (byte + c.len_utf8()) as u32,
        };
        out.original_chars = origin.char_end;
        if matches!(c, '[' | '［' | '【')
            && let Some((says, chars, bytes)) = wechat_face(&original[byte..])
        {
            for _ in 1..chars {
                rest.next();
            }
            origin.char_end = at as u32 + chars;
            origin.byte_end = (byte + bytes) as u32;
            out.original_chars = origin.char_end;
            push(out, says, origin);
            continue;
        }
        if let Some(says) = (c > '\u{2000}' && !is_han(c)).then(|| faces::emoji(c)).flatten() {
            push(out, says, origin);
            continue;
        }
        match fold(c) {
            Folded::Dropped => {}
            Folded::One(c) => push(out, c, origin),
            Folded::Many(chars) => chars.into_iter().for_each(|c| push(out, c, origin)),
        }
    }
}

fn push(out: &mut NormalizedText, c: char, origin: Origin) {
    out.chars.push(c);
    out.origins.push(origin);
}

/// Reads a WeChat face at the start of `text`: what it says, and its length in characters and bytes.
fn wechat_face(text: &str) -> Option<(char, u32, usize)> {
    let mut name = String::new();
    for (count, (byte, c)) in text.char_indices().skip(1).take(faces::LONGEST_NAME + 1).enumerate() {
        if matches!(c, ']' | '］' | '】') {
            return faces::wechat(&name).map(|says| (says, count as u32 + 2, byte + c.len_utf8()));
        }
        name.extend(c.to_lowercase());
    }
    None
}

/// Drops `(yùn)` behind a character that can be read so.
fn drop_bracketed_pinyin(out: &mut NormalizedText) {
    if !out.chars.contains(&'(') {
        return;
    }
    let mut dropped = vec![false; out.chars.len()];
    let mut at = 1;
    while at < out.chars.len() {
        if out.chars[at] == '(' && is_han(out.chars[at - 1]) {
            let limit = out.chars.len().min(at + 1 + LONGEST_BRACKET);
            if let Some(close) = (at + 1..limit).find(|i| out.chars[*i] == ')') {
                let syllable: String = out.chars[at + 1..close].iter().filter(|c| c.is_ascii_lowercase()).collect();
                let plain =
                    out.chars[at + 1..close].iter().all(|c| c.is_ascii_lowercase() || matches!(c, ' ' | '1'..='5'));
                if plain && !syllable.is_empty() && Readings::can_be(out.chars[at - 1], &syllable) {
                    dropped[at..=close].fill(true);
                    at = close + 1;
                    continue;
                }
            }
        }
        at += 1;
    }
    out.retain(|i| !dropped[i]);
}

/// Squeezes white space, repeated punctuation and long runs of one character; trims the ends.
fn squeeze(out: &mut NormalizedText) {
    let mut write: usize = 0;
    for read in 0..out.chars.len() {
        let c = out.chars[read];
        let before = write.checked_sub(1).map(|last| out.chars[last]);
        let skip = match c {
            ' ' => before.is_none_or(|b| b == ' '),
            _ if is_mark(c) || faces::is_placeholder(c) => before == Some(c),
            _ if !is_han(c) || voice::digit(c).is_some() => false,
            _ => write >= LONGEST_RUN && out.chars[write - LONGEST_RUN..write].iter().all(|b| *b == c),
        };
        if !skip {
            out.chars[write] = c;
            out.origins[write] = out.origins[read];
            write += 1;
        }
    }
    if write > 0 && out.chars[write - 1] == ' ' {
        write -= 1;
    }
    out.chars.truncate(write);
    out.origins.truncate(write);
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',' | '?' | '!' | ';' | '~' | '、' | '"' | '\'')
}
