//! The words of a dictionary by their sound.

use super::confusions::Confusions;
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

/// Words by the sounds of their first two characters.
pub(super) struct Index {
    commons: Commons,
    sounds: CharMap<u16>,
    /// The distinct readings; the first stands for no reading.
    distinct: Vec<Option<Sound>>,
    entries: Vec<Entry>,
    chars: Vec<char>,
    postings: Vec<Posting>,
    /// Classes of the first two syllables → indexes of entries.
    confused: HashMap<u32, Vec<u32>>,
    /// The first two syllables but for their tones → indexes of entries: what is typed confuses nothing else.
    same: HashMap<u32, Vec<u32>>,
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
            confused: HashMap::new(),
            same: HashMap::new(),
        };
        let mut numbers: HashMap<Sound, u16> = HashMap::new();
        for c in '\u{4e00}'..='\u{9fff}' {
            let readings = Readings::syllables(c);
            let Some(first) = readings.first() else { continue };
            let second = readings.get(1).filter(|_| HETERONYMS.contains(c)).unwrap_or(first);
            let sound = [*first, *second];
            let next = index.distinct.len() as u16;
            let number = *numbers.entry(sound).or_insert(next);
            if number == next {
                index.distinct.push(Some(sound));
            }
            index.sounds.set(c, number);
        }
        let mut spelling = String::new();
        let mut postings = Vec::new();
        bundle.lexicon.for_each(|word, posting| {
            if word != spelling {
                index.add(&spelling, &postings, bundle, confusions);
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
        index.add(&spelling, &postings, bundle, confusions);
        index
    }

    fn add(&mut self, word: &str, postings: &[Posting], bundle: &Bundle, confusions: &Confusions) {
        let chars: Vec<char> = word.chars().collect();
        let readable = chars.iter().all(|c| is_han(*c) && self.sound(*c).is_some());
        if postings.is_empty() || !(2..=LONGEST).contains(&chars.len()) || !readable {
            return;
        }
        let number = self.entries.len() as u32;
        let start = self.chars.len() as u32;
        let (Some(first), Some(second)) = (self.sound(chars[0]), self.sound(chars[1])) else { return };
        self.chars.extend(&chars);
        let first_posting = self.postings.len() as u32;
        self.postings.extend(postings);
        self.entries.push(Entry {
            chars: start..self.chars.len() as u32,
            postings: first_posting..self.postings.len() as u32,
            canonical: postings.iter().any(|p| match p {
                Posting::Term(term) => {
                    bundle.lexicon.term(*term).is_some_and(|t| bundle.lexicon.string(t.value) == word)
                }
                _ => false,
            }),
            telling: chars.iter().filter(|c| self.common(**c) < Common::Often).count() as u8,
        });
        let class = |s: Syllable| confusions.class(s);
        for (map, key) in
            [(&mut self.confused, keys(first, second, class)), (&mut self.same, keys(first, second, toneless))]
        {
            for key in key.into_iter().flatten() {
                let bucket = map.entry(key).or_default();
                if bucket.last() != Some(&number) {
                    bucket.push(number);
                }
            }
        }
    }

    /// How common a character is.
    #[inline]
    pub(super) fn common(&self, c: char) -> Common {
        self.commons.of(c)
    }

    /// The readings of a character.
    #[inline]
    pub(super) fn sound(&self, c: char) -> Option<Sound> {
        self.distinct[usize::from(self.sounds.get(c))]
    }

    /// Calls `each` for every entry whose first two characters may sound like these.
    pub(super) fn confused(&self, first: Sound, second: Sound, confusions: &Confusions, each: impl FnMut(u32)) {
        visit(&self.confused, keys(first, second, |s| confusions.class(s)), each);
    }

    /// Calls `each` for every entry whose first two characters sound like these but for their tones.
    pub(super) fn same(&self, first: Sound, second: Sound, each: impl FnMut(u32)) {
        visit(&self.same, keys(first, second, toneless), each);
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

fn visit(buckets: &HashMap<u32, Vec<u32>>, keys: [Option<u32>; 4], mut each: impl FnMut(u32)) {
    let found = keys.into_iter().flatten().filter_map(|key| buckets.get(&key));
    found.flatten().for_each(|entry| each(*entry));
}

/// A number of at most 12 bits for a syllable without its tone.
fn toneless(syllable: Syllable) -> u32 {
    u32::from(syllable.initial) << 6 | u32::from(syllable.last)
}

/// The keys of two characters, each once for every pair of readings of which `part` makes different numbers.
fn keys(first: Sound, second: Sound, part: impl Fn(Syllable) -> u32) -> [Option<u32>; 4] {
    let (a, b) = (first.map(&part), second.map(&part));
    [(0, 0), (0, 1), (1, 0), (1, 1)]
        .map(|(i, j)| ((i == 0 || a[1] != a[0]) && (j == 0 || b[1] != b[0])).then(|| a[i] << 12 | b[j]))
}
