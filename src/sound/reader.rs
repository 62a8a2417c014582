use super::confusions::{Confusions, HOMOPHONE};
use super::index::{Index, LONGEST, Sound};
use super::weight::{Common, penalty};
use crate::dictionary::{BUILTIN_KINDS, Bundle, Content, KindId, Posting};
use crate::entities::Candidate;
use crate::matching::{KeywordMatch, LiteralMatch, Matches, SoundMatch, Visibility};
use crate::segment::{Borders, Segments};
use crate::text::{Modality, is_han};
use std::sync::Arc;

/// What it costs to read a part of a longer word otherwise.
const PART_OF_WORD: f32 = 0.15;
/// A reading of two characters must cost less than this, by voice and typed.
const PAIR_VOICE: f32 = 0.39;
const PAIR_TYPED: f32 = 0.15;
/// The most a longer reading may cost for each character, by voice and typed.
const EACH_VOICE: f32 = 0.16;
const EACH_TYPED: f32 = 0.13;

/// From so many characters on a word may be heard where the message has one that is in every other sentence.
const LONG: usize = 4;

/// Reads words by their sound.
pub struct SoundReader {
    confusions: Arc<Confusions>,
    index: Arc<Index>,
    /// For each literal the scopes of the rows that hold it.
    literal_scopes: Vec<Vec<u16>>,
    /// For each group what stands beside its values.
    beside: Vec<Beside>,
}

/// Words that give a slot its role, before and behind a value.
#[derive(Default)]
struct Beside {
    before: Vec<Vec<char>>,
    after: Vec<Vec<char>>,
}

/// A message that is read for one account.
#[derive(Clone, Copy)]
pub struct Scene<'a, 'd> {
    /// The dictionary.
    pub bundle: &'a Bundle,
    /// For which rows the account looks.
    pub visible: &'a Visibility,
    /// The normalised characters.
    pub chars: &'a [char],
    /// Their words.
    pub segments: &'a Segments,
    /// Values that were read from the characters.
    pub candidates: &'a [Candidate<'d>],
    /// Typed or transcribed.
    pub modality: Modality,
}

/// Buffers that can be used again.
#[derive(Debug, Default)]
pub struct Buffers {
    /// For each character whether it is explained, so that it stays.
    kept: Vec<bool>,
    /// For each place between characters whether it lies inside something that is explained.
    joined: Vec<bool>,
    /// By how much the number of explained ranges around a character, and around a place between characters, is larger
    /// than that of the one before.
    steps: Vec<(i32, i32)>,
    /// For each character whether a reading has it.
    taken: Vec<bool>,
    found: Vec<Found>,
}

#[derive(Debug, Clone, Copy)]
struct Found {
    start: u32,
    end: u32,
    entry: u32,
    cost: f32,
    /// Its neighbourhood must ask for it.
    doubtful: bool,
    canonical: bool,
}

impl SoundReader {
    /// Indexes the words of a bundle by their sound; takes some milliseconds for ten thousand words.
    pub fn new(bundle: &Bundle) -> Self {
        let confusions = Confusions::new(&bundle.content);
        let index = Index::new(bundle, &confusions);
        Self::on(Arc::new(confusions), Arc::new(index), &bundle.content)
    }

    /// As [`SoundReader::new`], sharing what another reader made of the same words: see [`Bundle::has_words_of`].
    pub fn beside(other: &SoundReader, bundle: &Bundle) -> Self {
        Self::on(other.confusions.clone(), other.index.clone(), &bundle.content)
    }

    fn on(confusions: Arc<Confusions>, index: Arc<Index>, content: &Content) -> Self {
        Self { literal_scopes: literal_scopes(content), beside: beside(content), confusions, index }
    }

    /// The characters of a word that was heard.
    pub fn word(&self, heard: &SoundMatch) -> &[char] {
        self.index.chars(heard.word)
    }

    /// Adds the words that a message holds by their sound to its matches, in place of shorter ones inside them.
    pub fn read(&self, scene: &Scene<'_, '_>, matches: &mut Matches, buffers: &mut Buffers) {
        buffers.mark(scene, matches);
        buffers.found.clear();
        for (start, _) in scene.segments.tokens() {
            let start = *start as usize;
            if buffers.joined[start] {
                continue;
            }
            let reach = scene.chars.len().min(start + LONGEST);
            if buffers.kept[start..reach].iter().all(|k| *k) {
                continue;
            }
            let Buffers { kept, joined, found, .. } = &mut *buffers;
            let each = |entry| found.extend(self.weigh(scene, matches, kept, joined, start, entry));
            match scene.modality {
                Modality::Text => self.index.same(&scene.chars[start..], each),
                Modality::Voice => self.index.confused(&scene.chars[start..], each),
            }
        }
        if !buffers.found.is_empty() {
            let Buffers { taken, found, .. } = &mut *buffers;
            keep_winners(found, taken, scene.chars.len());
            matches.heard.extend(found.iter().map(|f| SoundMatch { start: f.start, end: f.end, word: f.entry }));
            matches.drop_inside_heard();
            found.iter().for_each(|f| self.put(scene, f, matches));
            matches.sort();
        }
    }

    /// What it costs to read an entry at a place; `None` where it is too much.
    fn weigh(
        &self,
        scene: &Scene<'_, '_>,
        matches: &Matches,
        kept: &[bool],
        joined: &[bool],
        start: usize,
        entry: u32,
    ) -> Option<Found> {
        let word = self.index.chars(entry);
        let length = word.len();
        let end = start + length;
        let heard = scene.chars.get(start..end)?;
        if joined[end] {
            return None;
        }
        let typed = scene.modality == Modality::Text;
        let (mut cost, mut changed, mut same_sound, mut same_tone) = (0.0, 0, true, true);
        for (at, (c, meant)) in (start..).zip(heard.iter().zip(word)) {
            if c == meant {
                continue;
            }
            let (distance, same) = self.distance(self.index.sound(*c)?, self.index.sound(*meant)?);
            if kept[at] || distance == f32::INFINITY {
                return None;
            }
            let common = self.index.common(*c);
            if common == Common::Always && length < LONG {
                return None;
            }
            let token = scene.segments.token_at(at)?;
            cost += distance + if token.1 - token.0 > 1 { PART_OF_WORD } else { penalty(common) };
            changed += 1;
            same_sound &= same;
            same_tone &= distance <= HOMOPHONE;
        }
        let (first, last) = (scene.segments.token_at(start)?, scene.segments.token_at(end - 1)?);
        if last.1 as usize != end {
            return None;
        }
        let one_word = first == last;
        if one_word {
            cost -= PART_OF_WORD * changed as f32;
        }
        let doubtful = one_word || self.index.telling(entry) < 2;
        let limit = match (typed, length) {
            (false, 2) => PAIR_VOICE,
            (true, 2) => PAIR_TYPED,
            (false, n) => EACH_VOICE * n as f32,
            (true, n) => EACH_TYPED * n as f32,
        };
        // What is typed was found by its sound but for the tones.
        let strict = changed < length && (length > 2 || same_tone);
        let fits = changed > 0
            && cost < limit
            && (!typed || strict)
            && (!one_word || (same_sound && !typed))
            && self.index.postings(entry).iter().any(|p| self.counts(scene, matches, *p, start, end, doubtful));
        let canonical = self.index.is_canonical(entry);
        fits.then_some(Found { start: start as u32, end: end as u32, entry, cost, doubtful, canonical })
    }

    /// The least distance between readings of two characters, and whether they share one but for the tone.
    fn distance(&self, heard: Sound, meant: Sound) -> (f32, bool) {
        let mut least = f32::INFINITY;
        let mut same = false;
        for h in heard {
            for m in meant {
                least = least.min(self.confusions.cost(h, m));
                same |= h.initial == m.initial && h.last == m.last;
            }
        }
        (least, same)
    }

    /// Tells whether what a spelling stands for counts at a place: the account sees it, and where it is doubtful, the
    /// neighbourhood asks for it.
    fn counts(
        &self,
        scene: &Scene<'_, '_>,
        matches: &Matches,
        posting: Posting,
        start: usize,
        end: usize,
        doubtful: bool,
    ) -> bool {
        if !doubtful || !self.sees(scene, posting, doubtful) {
            return self.sees(scene, posting, doubtful);
        }
        let Posting::Term(term) = posting else { return false };
        let Some(group) = scene.bundle.lexicon.term(term).map(|t| t.group) else { return false };
        let role = self.beside.get(usize::from(group)).is_some_and(|beside| {
            beside.before.iter().any(|w| scene.chars[..start].ends_with(w))
                || beside.after.iter().any(|w| scene.chars[end..].starts_with(w))
        });
        role || has_neighbour(matches, group, start as u32, end as u32)
    }

    /// Tells whether the account sees what a spelling stands for, and whether it is a value, where it is doubtful.
    fn sees(&self, scene: &Scene<'_, '_>, posting: Posting, doubtful: bool) -> bool {
        match posting {
            Posting::Term(term) => {
                let visible = |scope: u16| scene.visible.scopes[usize::from(scope)];
                scene.bundle.lexicon.term(term).is_some_and(|t| visible(t.scope))
                    && (!doubtful || is_value(scene, posting))
            }
            Posting::Literal(literal) => {
                let scopes = self.literal_scopes.get(literal as usize).map_or(&[][..], |s| s);
                !doubtful && scopes.iter().any(|s| scene.visible.scopes[usize::from(*s)])
            }
            Posting::Shield(_) => false,
        }
    }

    /// Puts a word that was heard among the matches.
    fn put(&self, scene: &Scene<'_, '_>, found: &Found, matches: &mut Matches) {
        let Found { start, end, entry, doubtful, .. } = *found;
        for posting in self.index.postings(entry) {
            if !self.sees(scene, *posting, doubtful) {
                continue;
            }
            match *posting {
                Posting::Term(term) => {
                    let Some(entry) = scene.bundle.lexicon.term(term) else { continue };
                    let found = KeywordMatch { start, end, term, entry, borders: Borders::Aligned, by_sound: true };
                    if is_value(scene, *posting) { matches.values.push(found) } else { matches.words.push(found) }
                }
                Posting::Literal(literal) => matches.literals.push(LiteralMatch { start, end, literal }),
                Posting::Shield(_) => {}
            }
        }
    }
}

impl Buffers {
    /// Marks what the characters explain.
    fn mark(&mut self, scene: &Scene<'_, '_>, matches: &Matches) {
        let Self { kept, joined, steps, .. } = self;
        steps.clear();
        steps.resize(scene.chars.len() + 1, (0, 0));
        let mut keep = |start: u32, end: u32| {
            if end - start > 1 {
                steps[start as usize].0 += 1;
                steps[start as usize + 1].1 += 1;
                let end = &mut steps[end as usize];
                *end = (end.0 - 1, end.1 - 1);
            }
        };
        matches.values.iter().chain(&matches.words).for_each(|m| keep(m.start, m.end));
        matches.literals.iter().for_each(|l| keep(l.start, l.end));
        scene.candidates.iter().for_each(|c| keep(c.start, c.end));
        matches.shields().for_each(|(start, end)| keep(start, end));
        let running = |sum: &mut i32, step: i32| {
            *sum += step;
            Some(*sum > 0)
        };
        kept.clear();
        kept.extend(steps.iter().map(|step| step.0).scan(0, running).zip(scene.chars).map(|(k, c)| k || !is_han(*c)));
        joined.clear();
        joined.extend(steps.iter().map(|step| step.1).scan(0, running));
    }
}

/// Tells whether a posting is a value of a gazetteer.
fn is_value(scene: &Scene<'_, '_>, posting: Posting) -> bool {
    let Posting::Term(term) = posting else { return false };
    let group = scene.bundle.lexicon.term(term).map(|t| usize::from(t.group));
    group.and_then(|g| scene.bundle.content.groups.get(g)).is_some_and(|g| g.gazetteer)
}

/// The longest value that counts as a neighbour, in characters; what bounds the search for one.
const LONGEST_NEIGHBOUR: u32 = 16;

/// Tells whether a value of another group ends where a range begins, or begins where it ends.
fn has_neighbour(matches: &Matches, group: u16, start: u32, end: u32) -> bool {
    let from = |at: u32| {
        let values = &matches.values;
        values[values.partition_point(|m| m.start < at)..].iter().filter(|m| m.entry.group != group)
    };
    from(start.saturating_sub(LONGEST_NEIGHBOUR)).take_while(|m| m.start < start).any(|m| m.end == start)
        || from(end).take_while(|m| m.start == end).next().is_some()
}

/// Keeps one reading for each range.
fn keep_winners(found: &mut Vec<Found>, taken: &mut Vec<bool>, length: usize) {
    found.sort_by(|a, b| {
        let (longer, shorter) = (b.end - b.start, a.end - a.start);
        let last = |f: &Found| (!f.canonical, f.start, f.entry);
        longer.cmp(&shorter).then(a.cost.total_cmp(&b.cost)).then(last(a).cmp(&last(b)))
    });
    taken.clear();
    taken.resize(length, false);
    found.retain(|f| {
        let range = &mut taken[f.start as usize..f.end as usize];
        let free = range.iter().all(|t| !t);
        if free {
            range.fill(true);
        }
        free
    });
    found.sort_by_key(|f| f.start);
}

fn literal_scopes(content: &Content) -> Vec<Vec<u16>> {
    let mut scopes: Vec<Vec<u16>> = vec![Vec::new(); content.literals as usize];
    for row in &content.rows {
        for atom in row.variants.iter().flat_map(|v| &v.atoms) {
            if let crate::dictionary::Atom::Literal(literal) = atom
                && let Some(of_literal) = scopes.get_mut(*literal as usize)
                && !of_literal.contains(&row.scope)
            {
                of_literal.push(row.scope);
            }
        }
    }
    scopes
}

fn beside(content: &Content) -> Vec<Beside> {
    let words =
        |list: &[String]| list.iter().map(|w| w.chars().collect::<Vec<char>>()).filter(|w| !w.is_empty()).collect();
    let mut beside: Vec<Beside> = Vec::new();
    for group in 0..content.groups.len() {
        let kind = (BUILTIN_KINDS.len() + group) as KindId;
        let mut of_group = Beside::default();
        for slot in content.slots.iter().filter(|s| s.kinds.contains(&kind)) {
            let (before, after): (Vec<Vec<char>>, Vec<Vec<char>>) = (words(&slot.before), words(&slot.after));
            of_group.before.extend(before);
            of_group.after.extend(after);
        }
        beside.push(of_group);
    }
    beside
}
