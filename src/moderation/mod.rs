//! Sensitive words: flags on customers' messages, and the check of what staff are about to send.
//!
//! A word is found as it is written, and where somebody took pains to hide it:
//!
//! | disguise | example | counts where |
//! |---|---|---|
//! | width, case, script, invisible characters | ＳＢ, 傻·逼 in traditional characters | always: the text is normalised |
//! | marks between its characters, at most [`MOST_SKIPPED`] in a row | 傻-逼, 狗.东西, 麻。。。痹 | marks that end a clause only where every character stands alone |
//! | one letter or digit between two characters | 傻1逼 | |
//! | a character doubled | 傻傻逼逼 | the doubled pair is no word of its own (妈妈) |
//! | look-alikes and split characters, from the tables `lookalikes` | 艹, 弓虽, v信 | the word is as long as the row demands |
//! | pinyin | 傻bi, sha逼; caonima | one character is written, or the row says `sound` = `y` |
//! | the first letter of one character | 操n妈 | the word has three characters or more |
//!
//! A word in disguise, and any word of less than four characters, must begin and end where words of the message do, so
//! that 路口交通 and 我不要，脸盆 hold none; letters must stand alone. The exceptions of a row are compared with what
//! stands around the word, however it is written. Of words that overlap one is kept: what must not go out before what
//! may, then the longest, then the one that is written plainest, then the leftmost, then the first of the table.
//!
//! The cost is linear in the length of the text: characters that begin no word cost one look-up.

mod search;
mod words;

use crate::dictionary::{Action, Bundle, Sensitive};
use crate::matching::Visibility;
use crate::segment::{Segmenter, Segments};
use crate::text::{Modality, NormalizedText, Normalizer, Span};
use search::Subject;

pub use search::MOST_SKIPPED;
pub(crate) use search::Search;
pub(crate) use words::Words;

/// Which way a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A customer sent it.
    In,
    /// Staff are about to send it.
    Out,
}

impl Direction {
    fn wanted(self) -> fn(&Sensitive) -> bool {
        match self {
            Direction::In => |s| s.inbound,
            Direction::Out => |s| s.outbound,
        }
    }
}

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

/// The check of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderation {
    /// What was found, by place.
    pub flags: Vec<Flag>,
    /// The text with every visible character of a found word replaced by `*`; as many characters as the text.
    pub masked: String,
    /// True where at least one word must not pass.
    pub blocked: bool,
}

/// What the check of one text needs beside the text.
#[derive(Clone, Copy)]
pub(crate) struct Moderator<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) words: &'a Words,
    pub(crate) visible: &'a Visibility,
    pub(crate) normalizer: &'a Normalizer,
    pub(crate) segmenter: &'a Segmenter,
}

impl Moderator<'_> {
    /// Finds sensitive words in a customer's message that was normalised and segmented already.
    pub(crate) fn inbound(
        &self,
        text: &NormalizedText,
        segments: &Segments,
        original: &str,
        search: &mut Search,
    ) -> Vec<Flag> {
        self.flags(text, segments, original, Direction::In, search)
    }

    /// Checks a whole text and masks it.
    pub(crate) fn check(&self, original: &str, direction: Direction, search: &mut Search) -> Moderation {
        let (mut text, mut segments) = (NormalizedText::default(), Segments::default());
        let mut read = |original: &str| {
            self.normalizer.normalize(original, Modality::Text, &mut text);
            self.segmenter.segment(&text, &mut segments);
            self.flags(&text, &segments, original, direction, search)
        };
        let flags = read(original);
        let mut masked = original.to_owned();
        let mut found: Vec<Span> = flags.iter().map(|f| f.span).collect();
        // What was masked may have stood inside another word, which now shows: 你[傻逼]妈的. That is masked as well.
        loop {
            let more = mask(&masked, &found);
            if more == masked {
                break;
            }
            masked = more;
            found = read(&masked).into_iter().filter(|f| f.raw.contains('*')).map(|f| f.span).collect();
        }
        let blocked = flags.iter().any(|f| f.action == Action::Block);
        Moderation { flags, masked, blocked }
    }

    fn flags(
        &self,
        text: &NormalizedText,
        segments: &Segments,
        original: &str,
        direction: Direction,
        search: &mut Search,
    ) -> Vec<Flag> {
        let content = &self.bundle.content;
        let subject = Subject {
            content,
            visible: self.visible,
            segmenter: self.segmenter,
            text,
            segments,
            original,
            wanted: direction.wanted(),
        };
        let hits = search.find(self.words, subject);
        hits.iter()
            .map(|hit| {
                let word = &content.sensitive[hit.word as usize];
                let span = with_repeats(text, original, hit.start, hit.end);
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
}

/// The span of a word with the repetitions of its last character that normalising dropped: 傻逼逼逼逼.
fn with_repeats(text: &NormalizedText, original: &str, start: usize, end: usize) -> Span {
    let span = text.span(start, end);
    let next = if end < text.len() { text.span(end, end + 1).start } else { text.original_len() };
    let mut rest = original.chars().skip(span.end.saturating_sub(1) as usize);
    let last = rest.next();
    let repeats = rest.take((next.max(span.end) - span.end) as usize).take_while(|c| Some(*c) == last).count();
    Span::new(span.start, span.end + repeats as u32)
}

/// Replaces every character inside of spans but white space by `*`.
fn mask(text: &str, spans: &[Span]) -> String {
    let hidden = |at: u32| spans.iter().any(|s| s.start <= at && at < s.end);
    text.chars().enumerate().map(|(at, c)| if hidden(at as u32) && !c.is_whitespace() { '*' } else { c }).collect()
}
