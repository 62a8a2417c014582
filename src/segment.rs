//! Segmentation with jieba: where words begin and end, as evidence for the matcher.

use crate::dictionary::{Bundle, Posting};
use crate::text::NormalizedText;
use jieba_rs::Jieba;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::thread::JoinHandle;

/// Cuts normalised messages into words. Knows the general lexicon of jieba and every word of the dictionary; the hidden
/// Markov model is off, so that a word that no list holds is never guessed.
pub struct Segmenter {
    jieba: Jieba,
    /// Digest of the dictionary's words.
    words: [u8; 32],
}

/// Jieba's lexicon of the general language, which takes longer to load than all the rest of a dictionary (about 80 ms) and
/// more memory (35 MB).
pub struct GeneralLexicon(Source);

enum Source {
    /// Loads beside all the rest. `None` where the system has no thread left; it is loaded when it is needed then.
    Loading(Option<JoinHandle<Jieba>>),
    /// Is there already, with the words of another dictionary; where they differ, it is loaded anew.
    Shared(Arc<Segmenter>),
}

impl GeneralLexicon {
    /// Begins to load, in a thread of its own.
    pub fn load() -> Self {
        Self(Source::Loading(std::thread::Builder::new().name("zhiyi-lexicon".into()).spawn(Jieba::new).ok()))
    }

    /// Shares the lexicon of another segmenter, where its dictionary has the same words.
    pub fn of(segmenter: &Arc<Segmenter>) -> Self {
        Self(Source::Shared(segmenter.clone()))
    }
}

/// Frequency given to values of gazetteers, in jieba's corpus of 60 million words: that of a fairly common word.
const GAZETTEER_FREQUENCY: usize = 2_000;
/// Frequency given to members of word groups and menu words.
const WORD_FREQUENCY: usize = 20_000;

impl Segmenter {
    /// Adds the words of a bundle to the general lexicon.
    pub fn new(bundle: &Bundle, general: GeneralLexicon) -> Arc<Self> {
        let mut digest = Sha256::new();
        each_word(bundle, |word, gazetteer| {
            digest.update(word);
            digest.update([0, u8::from(gazetteer)]);
        });
        let words = digest.finalize().into();
        let mut jieba = match general.0 {
            Source::Shared(segmenter) if segmenter.words == words => return segmenter,
            Source::Shared(_) => Jieba::new(),
            Source::Loading(thread) => thread.and_then(|t| t.join().ok()).unwrap_or_default(),
        };
        each_word(bundle, |word, gazetteer| {
            let frequency = if gazetteer { GAZETTEER_FREQUENCY } else { WORD_FREQUENCY };
            if !gazetteer || !jieba.has_word(word) {
                jieba.add_word(word, Some(frequency), None);
            }
        });
        Arc::new(Self { jieba, words })
    }

    /// Segments a message into `out`, which is cleared first.
    pub fn segment(&self, text: &NormalizedText, out: &mut Segments) {
        out.tokens.clear();
        out.token_of.clear();
        for token in self.jieba.cut(text.as_str(), false) {
            let index = out.tokens.len() as u32;
            out.tokens.push((token.start as u32, token.end as u32));
            out.token_of.extend(std::iter::repeat_n(index, token.end - token.start));
        }
    }

    /// Tells whether jieba's lexicon or the dictionary holds a word.
    pub fn is_word(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }
}

/// Calls `each(word, is in a gazetteer)` for the words of a bundle that jieba has to know.
fn each_word(bundle: &Bundle, mut each: impl FnMut(&str, bool)) {
    bundle.lexicon.for_each(|word, posting| {
        let Posting::Term(index) = posting else { return };
        if word.chars().count() < 2 || word.contains(' ') {
            return;
        }
        let term = bundle.lexicon.term(index);
        let group = term.and_then(|t| bundle.content.groups.get(usize::from(t.group)));
        each(word, group.is_some_and(|g| g.gazetteer));
    });
}

/// The words of one message.
#[derive(Debug, Default)]
pub struct Segments {
    /// Half-open ranges of normalised characters.
    tokens: Vec<(u32, u32)>,
    /// For each character the index of its token.
    token_of: Vec<u32>,
}

/// How a range of characters lies among the words of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Borders {
    /// It begins and ends where words do.
    Aligned,
    /// It lies inside one longer word.
    Inside,
    /// It cuts a word in two.
    Crossing,
}

impl Segments {
    /// Half-open ranges of normalised characters, one a word, without gaps.
    pub fn tokens(&self) -> &[(u32, u32)] {
        &self.tokens
    }

    /// The word that holds a character.
    pub fn token_at(&self, at: usize) -> Option<(u32, u32)> {
        self.token_of.get(at).and_then(|t| self.tokens.get(*t as usize)).copied()
    }

    /// Tells how a range lies among the words.
    pub fn borders(&self, start: usize, end: usize) -> Borders {
        let (Some(first), Some(last)) = (self.token_at(start), end.checked_sub(1).and_then(|e| self.token_at(e)))
        else {
            return Borders::Crossing;
        };
        match (first.0 as usize == start && last.1 as usize == end, first == last) {
            (true, _) => Borders::Aligned,
            (false, true) => Borders::Inside,
            (false, false) => Borders::Crossing,
        }
    }
}
