//! The words of a dictionary: an fst map from spelling to what the spelling stands for, readable in place.

use super::DictionaryError;
use super::sections::{Parts, Slice};
use crate::priority;
use crate::text::{CharMap, char_bit};
use fst::raw::{CompiledAddr, Fst, Output};
use std::ops::Range;

/// What a spelling stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posting {
    /// A term, by index.
    Term(u32),
    /// A literal of a phrase, by index.
    Literal(u32),
    /// A longer word in which the term with this index must not be found.
    Shield(u32),
}

const KIND_SHIFT: u32 = 29;
/// The most terms or literals of one dictionary.
pub const MOST_INDEXES: usize = 1 << KIND_SHIFT;

impl Posting {
    pub(super) fn encode(self) -> u32 {
        let (kind, index) = match self {
            Posting::Term(i) => (0, i),
            Posting::Literal(i) => (1, i),
            Posting::Shield(i) => (2, i),
        };
        kind << KIND_SHIFT | index
    }

    fn decode(code: u32) -> Option<Posting> {
        let index = code & ((1 << KIND_SHIFT) - 1);
        Some(match code >> KIND_SHIFT {
            0 => Posting::Term(index),
            1 => Posting::Literal(index),
            2 => Posting::Shield(index),
            _ => return None,
        })
    }
}

/// A term as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index into the scopes.
    pub scope: u16,
    /// Index into the groups.
    pub group: u16,
    /// String: canonical value.
    pub value: u32,
    /// String: row id.
    pub row: u32,
    /// String: attributes as `name=value|name=value`.
    pub attributes: u32,
    /// May be read by its sound.
    pub sound: bool,
}

const TERM_BYTES: usize = 17;

impl Term {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.scope.to_le_bytes());
        out.extend(self.group.to_le_bytes());
        out.extend(self.value.to_le_bytes());
        out.extend(self.row.to_le_bytes());
        out.extend(self.attributes.to_le_bytes());
        out.push(u8::from(self.sound));
    }
}

/// The words of a dictionary.
pub struct Lexicon {
    map: Fst<Slice>,
    parts: Parts<Slice>,
    prefixes: Prefixes,
    needs: Needs,
}

/// How much of its dictionary a lexicon refers to: one more than the largest index of each kind, 0 where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) scopes: usize,
    pub(super) groups: usize,
    pub(super) literals: usize,
}

/// Checks that an index of something lies inside what there is of it.
pub(super) fn inside(what: &str, index: impl Into<u64>, length: usize) -> Result<(), String> {
    let index = index.into();
    if index < length as u64 { Ok(()) } else { Err(format!("{what} {index} of {length}")) }
}

const SEVERAL: u64 = 1 << 63;

/// Value of the fst for a spelling with one posting or several.
pub(super) fn fst_value(postings: &[Posting], lists: &mut Vec<u8>) -> u64 {
    match postings {
        [one] => u64::from(one.encode()),
        several => {
            let offset = (lists.len() / 4) as u64;
            several.iter().for_each(|p| lists.extend(p.encode().to_le_bytes()));
            SEVERAL | offset << 20 | several.len() as u64
        }
    }
}

/// The bytes of the list that a value names.
#[inline]
fn list(value: u64) -> Option<Range<usize>> {
    let (offset, length) = ((value & !SEVERAL) >> 20, value & ((1 << 20) - 1));
    Some(usize::try_from(offset * 4).ok()?..usize::try_from((offset + length) * 4).ok()?)
}

/// Checks that every state of a word map can be read and leads only to states written before it, so that no walk fails
/// or goes round in circles.
///
/// The crate `fst` trusts its bytes once their checksum fits, and panics at a state that does not lie inside. A state is
/// read the same way each time, so one look at each, with a panic caught, says that none will come later.
fn walkable(map: &Fst<Slice>) -> Result<(), String> {
    let walk = || -> Result<(), String> {
        let mut seen = vec![0u64; map.as_bytes().len() / 64 + 1];
        let mut pending = vec![map.root().addr()];
        let mut streak = priority::Streak::default();
        while let Some(addr) = pending.pop() {
            streak.one();
            let (word, bit) = (addr / 64, 1 << (addr % 64));
            match seen.get_mut(word) {
                Some(word) if *word & bit != 0 => continue,
                Some(word) => *word |= bit,
                None => return Err(format!("word map: a state at {addr}")),
            }
            for transition in map.node(addr).transitions() {
                if transition.addr >= addr {
                    return Err(format!("word map: a state at {addr} leads to {}", transition.addr));
                }
                pending.push(transition.addr);
            }
        }
        Ok(())
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(walk)).unwrap_or_else(|_| Err("word map: unreadable".into()))
}

impl Lexicon {
    /// Opens a lexicon over its parts, without copying them.
    ///
    /// # Errors
    /// [`DictionaryError::Corrupt`] where the fst cannot be opened or the parts do not fit each other.
    pub(super) fn open(parts: Parts<Slice>) -> Result<Self, DictionaryError> {
        Self::checked(parts).map_err(|what| DictionaryError::Corrupt { what })
    }

    fn checked(parts: Parts<Slice>) -> Result<Self, String> {
        let map = Fst::new(parts.map.clone()).map_err(|e| format!("word map: {e}"))?;
        map.verify().map_err(|e| format!("word map: {e}"))?;
        walkable(&map)?;
        let mut lexicon = Self { prefixes: Prefixes::of(&map), map, parts, needs: Needs::default() };
        lexicon.needs = lexicon.verify().map_err(|what| format!("words: {what}"))?;
        Ok(lexicon)
    }

    /// How much of the dictionary it refers to.
    pub(super) fn needs(&self) -> Needs {
        self.needs
    }

    /// Number of spellings.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// True without any spelling.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Number of terms.
    pub fn terms(&self) -> usize {
        self.parts.terms.as_ref().len() / TERM_BYTES
    }

    /// Calls `found(end, posting)` for every spelling that starts at `chars[start]`; `end` is exclusive.
    #[inline]
    pub fn matches_at(&self, chars: &[char], start: usize, mut found: impl FnMut(usize, Posting)) {
        let Some(c) = chars.get(start) else { return };
        let single = self.prefixes.singles.get(*c);
        if single == NO_PREFIX {
            return;
        }
        if single != NO_WORD {
            self.postings(single, &mut |p| found(start + 1, p));
        }
        let Some(pair) = chars.get(start + 1).and_then(|second| self.prefixes.pair(*c, *second)) else { return };
        let mut end = start + 2;
        if pair.word != NO_WORD {
            self.postings(pair.word, &mut |p| found(end, p));
        }
        if chars.get(end).is_none_or(|third| pair.thirds & char_bit(*third) == 0) {
            return;
        }
        let mut node = self.map.node(pair.state as CompiledAddr);
        let mut out = Output::new(pair.out);
        let mut buffer = [0u8; 4];
        while let Some(c) = chars.get(end) {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                let Some(at) = node.find_input(byte) else { return };
                let t = node.transition(at);
                out = out.cat(t.out);
                node = self.map.node(t.addr);
            }
            end += 1;
            if node.is_final() {
                self.postings(out.cat(node.final_output()).value(), &mut |p| found(end, p));
            }
        }
    }

    #[inline]
    fn postings(&self, value: u64, found: &mut impl FnMut(Posting)) {
        if value & SEVERAL == 0 {
            Posting::decode(value as u32).into_iter().for_each(found);
            return;
        }
        let codes = list(value).and_then(|range| self.parts.postings.as_ref().get(range));
        for code in codes.unwrap_or(&[]).chunks_exact(4) {
            Posting::decode(u32::from_le_bytes([code[0], code[1], code[2], code[3]])).into_iter().for_each(&mut *found);
        }
    }

    /// The term with an index.
    #[inline]
    pub fn term(&self, index: u32) -> Option<Term> {
        let at = index as usize * TERM_BYTES;
        let b = self.parts.terms.as_ref().get(at..at + TERM_BYTES)?;
        let word = |at: usize| u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        Some(Term {
            scope: u16::from_le_bytes([b[0], b[1]]),
            group: u16::from_le_bytes([b[2], b[3]]),
            value: word(4),
            row: word(8),
            attributes: word(12),
            sound: b[16] != 0,
        })
    }

    /// The string with an index; empty where there is none.
    #[inline]
    pub fn string(&self, index: u32) -> &str {
        let ends = self.parts.string_ends.as_ref();
        let end = |i: usize| ends.get(i * 4..i * 4 + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
        let index = index as usize;
        let start = if index == 0 { Some(0) } else { end(index - 1) };
        match (start, end(index)) {
            (Some(start), Some(end)) => {
                self.parts.strings.as_ref().get(start..end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
            }
            _ => "",
        }
    }

    /// Checks that texts are texts, tables have whole rows, and indexes name what is there; tells what lies outside.
    fn verify(&self) -> Result<Needs, String> {
        let ends = self.parts.string_ends.as_ref();
        let whole = |what: &str, length: usize, of: usize| match length % of {
            0 => Ok(()),
            _ => Err(format!("{length} bytes of {what}, which take {of} each")),
        };
        whole("terms", self.parts.terms.as_ref().len(), TERM_BYTES)?;
        whole("ends of strings", ends.len(), 4)?;
        whole("postings", self.parts.postings.as_ref().len(), 4)?;
        let strings = std::str::from_utf8(self.parts.strings.as_ref()).map_err(|e| format!("strings: {e}"))?;
        let mut last = 0;
        for end in ends.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize) {
            if end < last || !strings.is_char_boundary(end) {
                return Err(format!("a string that ends at byte {end}"));
            }
            last = end;
        }
        let mut needs = Needs::default();
        let (terms, strings) = (self.terms(), ends.len() / 4);
        for term in priority::breathing(0..terms as u32).filter_map(|index| self.term(index)) {
            [term.value, term.row, term.attributes].into_iter().try_for_each(|s| inside("string", s, strings))?;
            needs.scopes = needs.scopes.max(usize::from(term.scope) + 1);
            needs.groups = needs.groups.max(usize::from(term.group) + 1);
        }
        let mut posting = |posting: Option<Posting>| match posting {
            Some(Posting::Term(index) | Posting::Shield(index)) => inside("term", index, terms),
            Some(Posting::Literal(index)) => {
                needs.literals = needs.literals.max(index as usize + 1);
                Ok(())
            }
            None => Err("a posting that cannot be read".into()),
        };
        let mut stream = self.map.stream();
        let mut streak = priority::Streak::default();
        while let Some((spelling, value)) = fst::Streamer::next(&mut stream) {
            streak.one();
            std::str::from_utf8(spelling).map_err(|e| format!("a spelling: {e}"))?;
            let value = value.value();
            if value & SEVERAL == 0 {
                posting(u32::try_from(value).ok().and_then(Posting::decode))?;
                continue;
            }
            let codes = list(value).and_then(|range| self.parts.postings.as_ref().get(range));
            let Some(codes) = codes.filter(|c| !c.is_empty()) else { return Err("a list of postings".into()) };
            for code in codes.chunks_exact(4) {
                posting(Posting::decode(u32::from_le_bytes([code[0], code[1], code[2], code[3]])))?;
            }
        }
        Ok(needs)
    }

    /// Calls `each(spelling, posting)` for every spelling, in the order of its bytes.
    pub fn for_each(&self, mut each: impl FnMut(&str, Posting)) {
        use fst::Streamer;
        let mut stream = self.map.stream();
        let mut streak = priority::Streak::default();
        while let Some((key, value)) = stream.next() {
            streak.one();
            if let Ok(spelling) = std::str::from_utf8(key) {
                self.postings(value.value(), &mut |p| each(spelling, p));
            }
        }
    }
}

/// No word and no prefix of one; no value of the map is as large.
const NO_PREFIX: u64 = u64::MAX;
/// A prefix that is no word itself.
const NO_WORD: u64 = u64::MAX - 1;

/// The first two characters of all spellings, so that a walk of the fst, whose edges are bytes, starts behind them. Most
/// walks end here: few pairs of characters begin a word.
struct Prefixes {
    /// First character → value of the word of one character, [`NO_WORD`] or [`NO_PREFIX`].
    singles: CharMap<u64>,
    /// Open addressing by both characters.
    pairs: Vec<Pair>,
}

#[derive(Clone, Copy)]
struct Pair {
    /// Both characters, 0 where the place is empty.
    key: u64,
    /// The fst's state behind them.
    state: u64,
    /// Its output on the way there.
    out: u64,
    /// Value of the word of these two characters, or [`NO_WORD`].
    word: u64,
    /// The [`char_bit`]s of the characters that may follow, so that most walks that would end there need not begin.
    thirds: u64,
}

impl Prefixes {
    fn of(map: &Fst<Slice>) -> Self {
        let mut singles = CharMap::new(NO_PREFIX);
        let mut pairs = Vec::new();
        each_character(map, map.root().addr(), Output::zero(), |first, state, out| {
            singles.set(first, word_at(map, state, out));
            each_character(map, state, out, |second, state, out| {
                let mut thirds = 0;
                each_character(map, state, out, |third, _, _| thirds |= char_bit(third));
                let (word, out) = (word_at(map, state, out), out.value());
                pairs.push(Pair { key: key(first, second), state: state as u64, out, word, thirds });
            });
        });
        let empty = Pair { key: 0, state: 0, out: 0, word: NO_WORD, thirds: 0 };
        let mut table = vec![empty; (pairs.len() * 2).next_power_of_two().max(2)];
        let mask = table.len() - 1;
        for pair in pairs {
            let mut at = place(pair.key) & mask;
            while table[at].key != 0 {
                at = (at + 1) & mask;
            }
            table[at] = pair;
        }
        Self { singles, pairs: table }
    }

    #[inline]
    fn pair(&self, first: char, second: char) -> Option<&Pair> {
        let key = key(first, second);
        let mask = self.pairs.len() - 1;
        let mut at = place(key) & mask;
        loop {
            match &self.pairs[at] {
                Pair { key: 0, .. } => return None,
                pair if pair.key == key => return Some(pair),
                _ => at = (at + 1) & mask,
            }
        }
    }
}

fn key(first: char, second: char) -> u64 {
    u64::from(u32::from(first)) << 32 | u64::from(u32::from(second))
}

fn place(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

fn word_at(map: &Fst<Slice>, state: CompiledAddr, out: Output) -> u64 {
    let node = map.node(state);
    if node.is_final() { out.cat(node.final_output()).value() } else { NO_WORD }
}

/// Calls `each(character, state, output)` for every character that the fst can go on with.
fn each_character(map: &Fst<Slice>, from: CompiledAddr, out: Output, mut each: impl FnMut(char, CompiledAddr, Output)) {
    let mut pending = vec![(from, out, [0u8; 4], 0usize)];
    while let Some((state, out, prefix, length)) = pending.pop() {
        for t in map.node(state).transitions() {
            let mut bytes = prefix;
            bytes[length] = t.inp;
            let (out, length) = (out.cat(t.out), length + 1);
            match std::str::from_utf8(&bytes[..length]) {
                Ok(s) => s.chars().for_each(|c| each(c, t.addr, out)),
                Err(_) if length < 4 => pending.push((t.addr, out, bytes, length)),
                Err(_) => {}
            }
        }
    }
}
