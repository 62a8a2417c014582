//! Sensitive words: flags on customers' messages, and the check of what staff are about to send.
//!
//! Words are matched on normalised characters like any other dictionary word: exceptions shield, short words must not
//! cut a word in two (路口交通), and letters between which somebody put dots, blanks or stars (s.b, 傻-逼) are read
//! together, at most [`MOST_SKIPPED`] such marks between two characters.

use crate::dictionary::{Action, Bundle, Posting};
use crate::matching::{LONG, Visibility, stands_alone};
use crate::segment::{Borders, Segmenter, Segments};
use crate::text::{Modality, NormalizedText, Normalizer, Span, is_han};

/// The most marks skipped between two characters of a sensitive word.
pub const MOST_SKIPPED: usize = 3;

/// A sensitive word found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Category, public interface.
    pub category: String,
    /// As it stands in the text.
    pub raw: String,
    /// The word of the dictionary.
    pub word: String,
    /// Its row id.
    pub row: String,
    /// What to do with an outgoing text.
    pub action: Action,
    /// Where, in the original text.
    pub span: Span,
}

/// The check of an outgoing text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderation {
    /// What was found, by place.
    pub flags: Vec<Flag>,
    /// The text with every character of a found word replaced by `*`.
    pub masked: String,
    /// True where at least one word must not go out.
    pub blocked: bool,
}

/// Finds sensitive words in a customer's message.
pub(crate) fn inbound(
    bundle: &Bundle,
    visible: &Visibility,
    text: &NormalizedText,
    segments: &Segments,
    original: &str,
) -> Vec<Flag> {
    if bundle.content.sensitive.is_empty() {
        return Vec::new();
    }
    find(bundle, visible, text, segments, original, |s| s.inbound)
}

/// Checks a text that staff are about to send.
pub(crate) fn outbound(
    bundle: &Bundle,
    visible: &Visibility,
    normalizer: &Normalizer,
    segmenter: &Segmenter,
    original: &str,
) -> Moderation {
    let (mut text, mut segments) = (NormalizedText::default(), Segments::default());
    normalizer.normalize(original, Modality::Text, &mut text);
    segmenter.segment(&text, &mut segments);
    let flags = find(bundle, visible, &text, &segments, original, |s| s.outbound);
    let hidden = |at: u32| flags.iter().any(|f| f.span.start <= at && at < f.span.end);
    let masked = original
        .chars()
        .enumerate()
        .map(|(at, c)| if hidden(at as u32) && !c.is_whitespace() { '*' } else { c })
        .collect();
    let blocked = flags.iter().any(|f| f.action == Action::Block);
    Moderation { flags, masked, blocked }
}

fn find(
    bundle: &Bundle,
    visible: &Visibility,
    text: &NormalizedText,
    segments: &Segments,
    original: &str,
    wanted: impl Fn(&crate::dictionary::Sensitive) -> bool,
) -> Vec<Flag> {
    let chars = text.chars();
    // Marks are left out of the row that is searched; `at` leads back to the message.
    let mut squeezed: Vec<char> = Vec::with_capacity(chars.len());
    let mut at: Vec<usize> = Vec::with_capacity(chars.len());
    for (i, c) in chars.iter().enumerate() {
        if c.is_alphanumeric() || is_han(*c) {
            squeezed.push(*c);
            at.push(i);
        }
    }
    let mut hits: Vec<(usize, usize, u32)> = Vec::new();
    let mut harmless: Vec<(usize, usize, u32)> = Vec::new();
    for start in 0..squeezed.len() {
        bundle.lexicon.matches_at(&squeezed, start, |end, posting| {
            let marks = |a: usize| at[a + 1] - at[a] - 1 > MOST_SKIPPED;
            if (start..end - 1).any(marks) {
                return;
            }
            let (first, behind) = (at[start], at[end - 1] + 1);
            match posting {
                Posting::Sensitive(index) => {
                    let Some(word) = bundle.content.sensitive.get(index as usize) else { return };
                    let together = behind - first == end - start;
                    let han = is_han(squeezed[start]);
                    let borders = segments.borders(first, behind);
                    // A word taken apart by marks is dodged on purpose: borders say nothing about it.
                    let cut = together && han && end - start < LONG && borders != Borders::Aligned;
                    if visible.scopes[usize::from(word.scope)]
                        && wanted(word)
                        && !cut
                        && stands_alone(chars, first, behind)
                    {
                        hits.push((first, behind, index));
                    }
                }
                Posting::Harmless(index) => harmless.push((first, behind, index)),
                _ => {}
            }
        });
    }
    hits.retain(|(s, e, i)| !harmless.iter().any(|(hs, he, hi)| hi == i && hs <= s && e <= he));
    hits.sort_by_key(|(s, e, i)| (std::cmp::Reverse(e - s), *s, *i));
    let mut kept: Vec<(usize, usize, u32)> = Vec::new();
    for hit in hits {
        let category = |i: u32| &bundle.content.sensitive[i as usize].category;
        if !kept.iter().any(|k| k.0 < hit.1 && hit.0 < k.1 && category(k.2) == category(hit.2)) {
            kept.push(hit);
        }
    }
    kept.sort_unstable();
    kept.into_iter()
        .map(|(start, end, index)| {
            let word = &bundle.content.sensitive[index as usize];
            let span = text.span(start, end);
            Flag {
                category: word.category.clone(),
                raw: span.slice(original).to_owned(),
                word: word.word.clone(),
                row: word.id.clone(),
                action: word.action,
                span,
            }
        })
        .collect()
}
