//! The words of a dictionary by their sound.

use super::confusions::Confusions;
use super::sequences::{Collected, Numbers, Sequences};
use super::weight::{Common, Commons};
use crate::dictionary::{Bundle, Posting};
use crate::text::{CharMap, Readings, Syllable, is_han};
use std::collections::HashMap;
use std::ops::Range;

/// The longest word that is looked for by its sound, in characters.
pub(super) const LONGEST: usize = 8;
/// Further readings of a character are too rare to be heard.
const MOST_READINGS: usize = 2;
/// Characters whose second reading is common; that of any other is a rarity of dictionaries.
const HETERONYMS: &str = "行重长乐还都为得地的着相曾藏调度发干给好和会角卷卡空落难切塞散少盛数降薄便参差朝称处传更假间教觉量露率模奇强似宿挑系校应载择扎占折种仔";

/// The readings of a character; the second is the first where there is one.
pub(super) type Sound = [Syllable; MOST_READINGS];

/// A spelling that may be meant.
pub(super) struct Entry {
    /// Range into the characters of all entries.
    chars: Range<u32>,
    /// Range into the postings of all entries.
    postings: Range<u32>,
    /// True where a term has it for its value: synonyms list wrong spellings too.
    canonical: bool,
    /// How many of its characters say something.
    telling: u8,
}

/// Words by the sounds of their characters.
pub(super) struct Index {
    commons: Commons,
    sounds: CharMap<u16>,
    /// The distinct readings; the first stands for no reading.
    distinct: Vec<Option<Distinct>>,
    entries: Vec<Entry>,
    chars: Vec<char>,
    postings: Vec<Posting>,
    /// By the classes of what is confused.
    confused: Sequences,
    /// By the syllables but for their tones: what is typed confuses nothing else.
    same: Sequences,
}

/// How characters of one sound are looked up.
struct Distinct {
    sound: Sound,
    /// Classes of what is confused.
    confused: Numbers,
    /// The syllables without their tones.
    same: Numbers,
}

/// What is collected before the words are in order.
#[derive(Default)]
struct Words {
    confused: Collected,
    same: Collected,
}

impl Index {
    pub(super) fn new(bundle: &Bundle, confusions: &Confusions) -> Self {
        let mut index = Self {
            commons: Commons::new(),
            sounds: CharMap::new(0),
            distinct: vec![None],
            entries: Vec::new(),
            chars: Vec::new(),
            postings: Vec::new(),
            confused: Collected::default().order(),
            same: Collected::default().order(),
        };
        index.read_characters(confusions);
        let mut words = Words::default();
        let mut spelling = String::new();
        let mut postings = Vec::new();
        bundle.lexicon.for_each(|word, posting| {
            if word != spelling {
                index.add(&spelling, &postings, bundle, &mut words);
                postings.clear();
                word.clone_into(&mut spelling);
            }
            // Of two characters that say something one may be wrong; a value is content with one.
            let telling = word.chars().filter(|c| index.common(*c) < Common::Often).count();
            let heard = match posting {
                Posting::Term(term) => bundle.lexicon.term(term).is_some_and(|t| {
                    let group = bundle.content.groups.get(usize::from(t.group));
                    t.sound && (telling > 1 || (telling == 1 && group.is_some_and(|g| g.gazetteer)))
                }),
                Posting::Literal(_) => telling > 1,
                Posting::Shield(_) => false,
            };
            if heard {
                postings.push(posting);
            }
        });
        index.add(&spelling, &postings, bundle, &mut words);
        index.confused = words.confused.order();
        index.same = words.same.order();
        index
    }

    fn read_characters(&mut self, confusions: &Confusions) {
        let mut numbers: HashMap<Sound, u16> = HashMap::new();
        // Twenty thousand characters share some thousand syllables.
        let mut parsed: HashMap<&str, Option<Syllable>> = HashMap::new();
        for c in '\u{4e00}'..='\u{9fff}' {
            let mut readings =
                Readings::toned(c).filter_map(|toned| *parsed.entry(toned).or_insert_with(|| Syllable::parse(toned)));
            let Some(first) = readings.next() else { continue };
            let second = if HETERONYMS.contains(c) { readings.next().unwrap_or(first) } else { first };
            let sound = [first, second];
            let next = self.distinct.len() as u16;
            let number = *numbers.entry(sound).or_insert(next);
            if number == next {
                let (confused, same) = (sound.map(|s| confusions.class(s)), sound.map(toneless));
                self.distinct.push(Some(Distinct { sound, confused, same }));
            }
            self.sounds.set(c, number);
        }
    }

    fn add(&mut self, word: &str, postings: &[Posting], bundle: &Bundle, words: &mut Words) {
        let start = self.chars.len();
        self.chars.extend(word.chars());
        let chars = &self.chars[start..];
        let readable = chars.iter().all(|c| is_han(*c) && self.distinct(*c).is_some());
        if postings.is_empty() || !(2..=LONGEST).contains(&chars.len()) || !readable {
            self.chars.truncate(start);
            return;
        }
        let number = self.entries.len() as u32;
        words.confused.add(number, chars.iter().filter_map(|c| self.distinct(*c)).map(|d| d.confused));
        words.same.add(number, chars.iter().filter_map(|c| self.distinct(*c)).map(|d| d.same));
        let first_posting = self.postings.len() as u32;
        let telling = chars.iter().filter(|c| self.common(**c) < Common::Often).count() as u8;
        self.postings.extend(postings);
        self.entries.push(Entry {
            chars: start as u32..self.chars.len() as u32,
            postings: first_posting..self.postings.len() as u32,
            canonical: postings.iter().any(|p| match p {
                Posting::Term(term) => {
                    bundle.lexicon.term(*term).is_some_and(|t| bundle.lexicon.string(t.value) == word)
                }
                _ => false,
            }),
            telling,
        });
    }

    /// How common a character is.
    #[inline]
    pub(super) fn common(&self, c: char) -> Common {
        self.commons.of(c)
    }

    #[inline]
    fn distinct(&self, c: char) -> Option<&Distinct> {
        self.distinct[usize::from(self.sounds.get(c))].as_ref()
    }

    /// The readings of a character.
    #[inline]
    pub(super) fn sound(&self, c: char) -> Option<Sound> {
        self.distinct(c).map(|d| d.sound)
    }

    /// Calls `each` for every entry that characters may sound like, from the first of them on.
    pub(super) fn confused(&self, chars: &[char], mut each: impl FnMut(u32)) {
        self.confused.visit(&|at| self.distinct(*chars.get(at)?).map(|d| d.confused), &mut each);
    }

    /// Calls `each` for every entry that characters sound like but for their tones, from the first of them on.
    pub(super) fn same(&self, chars: &[char], mut each: impl FnMut(u32)) {
        self.same.visit(&|at| self.distinct(*chars.get(at)?).map(|d| d.same), &mut each);
    }

    pub(super) fn chars(&self, entry: u32) -> &[char] {
        let range = &self.entries[entry as usize].chars;
        &self.chars[range.start as usize..range.end as usize]
    }

    /// Tells whether a term has the spelling for its value.
    pub(super) fn is_canonical(&self, entry: u32) -> bool {
        self.entries[entry as usize].canonical
    }

    /// How many characters of the spelling say something.
    pub(super) fn telling(&self, entry: u32) -> u8 {
        self.entries[entry as usize].telling
    }

    pub(super) fn postings(&self, entry: u32) -> &[Posting] {
        let range = &self.entries[entry as usize].postings;
        &self.postings[range.start as usize..range.end as usize]
    }
}

/// A number of at most 12 bits for a syllable without its tone.
fn toneless(syllable: Syllable) -> u16 {
    u16::from(syllable.initial) << 6 | u16::from(syllable.last)
}
