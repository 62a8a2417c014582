//! Parts of a message that may ask for different things.

use super::cues::CueMatch;
use crate::dictionary::Cue;

/// A part with fewer characters is left with its neighbour.
const SHORTEST: u32 = 2;
/// What stands before a soft border must have so many characters.
const SHORTEST_SOFT: u32 = 3;
/// The most parts that are looked at one by one; of more, neighbours are joined.
pub const MOST_PARTS: usize = 12;

/// Splits a message at marks, at blanks between Chinese words and before connectives (顺便, 另外). The parts are half-open
/// ranges of normalised characters, in order, and cover the message but for the marks between them. No border falls
/// inside a range of `kept`. One part means: do not split.
pub fn split(chars: &[char], cues: &[CueMatch], kept: &[(u32, u32)], out: &mut Vec<(u32, u32)>) {
    out.clear();
    let whole = |at: u32| kept.iter().any(|(s, e)| *s < at && at < *e);
    let mut connectives = cues.iter().filter(|c| c.cue == Cue::Connective).map(|c| c.start).peekable();
    let mut start = 0u32;
    for at in 0..chars.len() as u32 {
        while connectives.next_if(|c| *c < at).is_some() {}
        if whole(at) {
            continue;
        }
        if is_border(chars, at as usize) {
            if at - start >= SHORTEST {
                out.push((start, at));
            }
            if at - start >= SHORTEST || at == start {
                start = at + 1;
            }
        } else if connectives.peek() == Some(&at) && at - start >= SHORTEST {
            out.push((start, at));
            start = at;
        }
    }
    let end = chars.len() as u32;
    if end.saturating_sub(start) >= SHORTEST || out.is_empty() {
        out.push((start.min(end), end));
    } else if let Some(last) = out.last_mut() {
        last.1 = end;
    }
    while out.len() > MOST_PARTS {
        *out = out.chunks(2).map(|pair| (pair[0].0, pair[pair.len() - 1].1)).collect();
    }
}

/// Splits a part where a question or wish ends and another request begins without a mark: 几点到|帮我叫个轮椅. `out` is
/// cleared and left empty where there is no such place.
pub fn split_softly(part: (u32, u32), cues: &[CueMatch], kept: &[(u32, u32)], out: &mut Vec<(u32, u32)>) {
    out.clear();
    let mut start = part.0;
    let mut asked = false;
    for cue in cues.iter().filter(|c| part.0 <= c.start && c.end <= part.1) {
        let opens = cue.cue == Cue::Opener
            && asked
            && cue.start - start >= SHORTEST_SOFT
            && !kept.iter().any(|(s, e)| *s < cue.start && cue.start < *e);
        if opens {
            out.push((start, cue.start));
            start = cue.start;
            asked = false;
        }
        asked |= cue.cue == Cue::Asking;
    }
    if !out.is_empty() {
        out.push((start, part.1));
    }
}

/// Whether the character at `at` parts what stands on its two sides.
fn is_border(chars: &[char], at: usize) -> bool {
    let near = |i: Option<usize>, is: fn(&char) -> bool| i.and_then(|i| chars.get(i)).is_some_and(is);
    let both = |is: fn(&char) -> bool| near(at.checked_sub(1), is) && near(Some(at + 1), is);
    match chars[at] {
        ';' | '!' | '?' => true,
        ',' | '.' => !both(char::is_ascii_digit),
        ' ' => !both(char::is_ascii_alphanumeric),
        _ => false,
    }
}
