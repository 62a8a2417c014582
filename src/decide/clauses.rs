//! Parts of a message that may ask for different things.

use crate::dictionary::Content;
use crate::matching::Matches;

/// The word group whose members begin a further request: 顺便, 另外, 还有.
const CONNECTIVE: &str = "connective";
/// A part with fewer characters is left with its neighbour.
const SHORTEST: u32 = 2;
/// The most parts that are looked at one by one.
const MOST: usize = 12;

/// Splits a message at punctuation and before connectives; the parts are half-open ranges of normalised characters, in
/// order, and cover the message but for the punctuation between them. One part means: do not split.
pub fn split(content: &Content, matches: &Matches, chars: &[char], out: &mut Vec<(u32, u32)>) {
    out.clear();
    let group = content.groups.iter().position(|g| g.name == CONNECTIVE);
    let mut start = 0u32;
    let close = |start: u32, end: u32, out: &mut Vec<(u32, u32)>| {
        if end.saturating_sub(start) >= SHORTEST {
            out.push((start, end));
            true
        } else {
            false
        }
    };
    for (at, c) in chars.iter().enumerate() {
        let at = at as u32;
        let digits = |i: u32| chars.get(i as usize).is_some_and(|c| c.is_ascii_digit());
        let mark = match c {
            ';' | '!' | '?' => true,
            ',' | '.' => !(at > 0 && digits(at - 1) && digits(at + 1)),
            _ => false,
        };
        if mark {
            if close(start, at, out) || start == at {
                start = at + 1;
            }
            continue;
        }
        let connective =
            group.is_some_and(|g| matches.words.iter().any(|m| m.start == at && usize::from(m.entry.group) == g));
        if connective && at > start && close(start, at, out) {
            start = at;
        }
    }
    let end = chars.len() as u32;
    if !close(start, end, out)
        && let Some(last) = out.last_mut()
    {
        last.1 = end;
    }
    if out.len() > MOST || out.is_empty() {
        out.clear();
        out.push((0, end));
    }
}
