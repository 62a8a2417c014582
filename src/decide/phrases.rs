//! Phrase rows: which of them a message, or a part of it, satisfies.

use super::found::{Marks, Occurrence, Occurrences};
use super::row_index::{Anchors, Element, Pairs, Posting, RowIndex};
use crate::dictionary::{Atom, Content, MatchMode, PhraseRow};
use crate::entities::Candidate;
use crate::matching::{Matches, Visibility};
use crate::text::is_filler_char;
use smallvec::SmallVec;
use std::ops::Range;

/// A phrase row that the message satisfies.
#[derive(Debug, Clone, PartialEq)]
pub struct RowMatch {
    /// Index into the dictionary's rows.
    pub row: u32,
    /// The intent it speaks for.
    pub intent: u16,
    /// The ranges of normalised characters that it found, by start.
    pub spans: Spans,
    /// Share of the meaningful characters of the window that it covers, 0 to 1.
    pub coverage: f32,
    /// True where nothing else was said.
    pub whole: bool,
    /// Number of meaningful characters that it covers.
    pub covered: u32,
    /// Number of elements that it found.
    pub elements: u32,
    /// True where it needs a word that was read by its sound.
    pub heard: bool,
}

/// Half-open ranges of characters; most rows find few.
pub type Spans = SmallVec<[(u32, u32); 4]>;

/// How much less a row says that needs a word read by its sound.
const HEARD: f32 = 0.85;

impl RowMatch {
    /// How strongly the row speaks for its intent, 0 to 1: a whole message 1; else from 0.4 up with the share of the
    /// message that the row explains, a little more for rows of several elements; less where a word was read by sound.
    pub fn strength(&self) -> f32 {
        let sure = if self.heard { HEARD } else { 1.0 };
        if self.whole {
            return sure;
        }
        let elements = (self.elements.min(4) - 1) as f32 * 0.05;
        (0.4 + 0.45 * self.coverage + elements).min(0.95) * sure
    }
}

/// What phrase rows look at.
pub struct Evidence<'a, 'd> {
    /// The dictionary.
    pub content: &'d Content,
    /// For which rows the account looks.
    pub visible: &'a Visibility,
    /// Where they are anchored.
    pub anchors: &'a Anchors,
    /// The normalised characters.
    pub chars: &'a [char],
    /// Words and literals found.
    pub matches: &'a Matches,
    /// Values found.
    pub candidates: &'a [Candidate<'d>],
    /// Characters that carry no meaning of their own: politeness, punctuation.
    pub ignorable: &'a [bool],
    /// For each kind of value the slots that take it.
    pub slots_of_kind: &'a [Vec<u16>],
    /// The reference time, in seconds since 1970.
    pub now: i64,
}

/// Where the element at a position of one row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    position: u8,
    start: u32,
    end: u32,
}

/// Buffers for matching rows; can be used again.
pub struct RowMatcher {
    occurrences: Occurrences,
    /// The elements that stand in it; but those that no row needs only where they are written with one atom.
    elements: Marks,
    hits: Vec<Hit>,
    chosen: Vec<(u32, u32)>,
    /// The reference times, in seconds since 1970, for which all rows that were met count as they did.
    constant: Range<i64>,
}

/// All reference times.
const ALWAYS: Range<i64> = i64::MIN..i64::MAX;

/// The most ways to place the elements of one row that are tried.
const MOST_PLACEMENTS: u32 = 256;

impl Default for RowMatcher {
    fn default() -> Self {
        Self {
            occurrences: Occurrences::default(),
            elements: Marks::default(),
            hits: Vec::new(),
            chosen: Vec::new(),
            constant: ALWAYS,
        }
    }
}

impl RowMatcher {
    /// The reference times, in seconds since 1970, for which all that was found since the last call would have been found.
    pub fn take_constant(&mut self) -> Range<i64> {
        std::mem::replace(&mut self.constant, ALWAYS)
    }

    /// Finds the rows that hold inside `window` (normalised characters, half-open).
    pub fn find(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32), out: &mut Vec<RowMatch>) {
        out.clear();
        self.note_atoms(index, evidence, window);
        self.note_elements(index, evidence);
        let content = evidence.content;
        let meaningful = (window.0..window.1).filter(|i| !evidence.ignorable[*i as usize]).count() as u32;
        let scopes = evidence.visible.scopes.as_slice();
        let (mut hits, mut chosen) = (std::mem::take(&mut self.hits), std::mem::take(&mut self.chosen));
        let mut constant = self.constant.clone();
        for anchor in self.elements.common(&evidence.anchors.0) {
            index.complete(
                anchor,
                scopes,
                |element| self.elements.has(element),
                |number, elements| {
                    let row = &content.rows[number as usize];
                    for bound in [row.valid_from, row.valid_to].into_iter().flatten() {
                        if bound <= evidence.now {
                            constant.start = constant.start.max(bound);
                        } else {
                            constant.end = constant.end.min(bound);
                        }
                    }
                    if !counts(row, evidence.now) {
                        return;
                    }
                    self.collect(index, evidence, elements, &mut hits);
                    chosen.clear();
                    if (Placement { row, hits: &hits, chosen: &mut chosen, tries: 0 }).place(0) {
                        out.extend(row_match(evidence, number, row, &hits, &chosen, meaningful));
                    }
                },
            );
        }
        (self.hits, self.chosen, self.constant) = (hits, chosen, constant);
        out.sort_unstable_by_key(|m| m.row);
    }

    /// Notes where every atom stands, by start.
    fn note_atoms(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32)) {
        let occurrences = &mut self.occurrences;
        occurrences.clear();
        let mut note = |atom: Atom, start: u32, end: u32| {
            if window.0 <= start && end <= window.1 {
                let atom = index.atoms.number(atom);
                occurrences.note(Occurrence { start, end, atom });
            }
        };
        evidence.matches.literals.iter().for_each(|l| note(Atom::Literal(l.literal), l.start, l.end));
        let words = evidence.matches.words.iter().chain(&evidence.matches.values);
        words.for_each(|m| note(Atom::Group(m.entry.group), m.start, m.end));
        for c in evidence.candidates.iter().filter(|c| c.fills) {
            let slots = evidence.slots_of_kind.get(usize::from(c.kind)).into_iter().flatten();
            slots.for_each(|slot| note(Atom::Slot(*slot), c.start, c.end));
        }
        occurrences.order(window);
    }

    /// Notes which elements stand somewhere.
    fn note_elements(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>) {
        let mut elements = std::mem::take(&mut self.elements);
        elements.clear(index.elements());
        self.occurrences.all().iter().for_each(|o| index.mark(o.atom, &mut elements));
        let all = |_| true;
        self.each_longer(index, &index.needed, evidence, all, |postings| postings, |p, _, _| elements.add(p.element));
        self.elements = elements;
    }

    /// Collects where the elements of one row stand, by position.
    fn collect(&self, index: &RowIndex, evidence: &Evidence<'_, '_>, elements: [&[Element]; 2], hits: &mut Vec<Hit>) {
        hits.clear();
        for Element { element, position, needed, longer } in elements.into_iter().flatten().copied() {
            // Longer ways to write it are not marked where no row needs it.
            if !self.elements.has(element) && (needed || !longer) {
                continue;
            }
            let firsts = index.firsts(element);
            let is_alone = |o: &&Occurrence| firsts.may_have(o.atom) && index.is_alone(o.atom, element);
            let alone = self.occurrences.all().iter().filter(is_alone);
            hits.extend(alone.map(|o| Hit { position, start: o.start, end: o.end }));
            if longer {
                self.each_longer(
                    index,
                    if needed { &index.needed } else { &index.optional },
                    evidence,
                    |atom| firsts.may_have(atom),
                    |postings| of_element(postings, element),
                    |_, start, end| hits.push(Hit { position, start, end }),
                );
            }
        }
        hits.sort_unstable();
        hits.dedup();
    }

    /// Calls `found(posting, start, end)` wherever one of the `selected` ways of two atoms and more stands that begin with
    /// a `wanted` atom.
    #[inline]
    fn each_longer<'i>(
        &self,
        index: &'i RowIndex,
        pairs: &'i Pairs,
        evidence: &Evidence<'_, '_>,
        wanted: impl Fn(u32) -> bool,
        selected: impl Fn(&'i [Posting]) -> &'i [Posting],
        mut found: impl FnMut(&Posting, u32, u32),
    ) {
        for o in self.occurrences.all() {
            if !wanted(o.atom) || !pairs.begin_with(o.atom) {
                continue;
            }
            for second in self.occurrences.starting_at(skip_space(evidence, o.end)) {
                for p in selected(pairs.of(o.atom, second.atom)) {
                    let rest = index.rest(p).iter();
                    if let Some(end) = rest.copied().try_fold(second.end, |at, atom| self.after(evidence, atom, at)) {
                        found(p, o.start, end);
                    }
                }
            }
        }
    }

    /// Where an atom that starts at `at` (or one space behind it) ends.
    fn after(&self, evidence: &Evidence<'_, '_>, atom: u32, at: u32) -> Option<u32> {
        let here = self.occurrences.starting_at(skip_space(evidence, at));
        here.iter().filter(|o| o.atom == atom).map(|o| o.end).max()
    }
}

fn skip_space(evidence: &Evidence<'_, '_>, at: u32) -> u32 {
    if evidence.chars.get(at as usize) == Some(&' ') { at + 1 } else { at }
}

/// The ways to write one element among those that are found by the same atoms, which stand by element.
fn of_element(postings: &[Posting], element: u32) -> &[Posting] {
    let from = postings.partition_point(|p| p.element < element);
    let to = from + postings[from..].iter().take_while(|p| p.element == element).count();
    &postings[from..to]
}

fn counts(row: &PhraseRow, now: i64) -> bool {
    row.valid_from.is_none_or(|from| from <= now) && row.valid_to.is_none_or(|to| now < to)
}

/// Places the required elements of a row without overlap, within its gap and order.
struct Placement<'p> {
    row: &'p PhraseRow,
    hits: &'p [Hit],
    chosen: &'p mut Vec<(u32, u32)>,
    tries: u32,
}

impl Placement<'_> {
    fn place(&mut self, element: u8) -> bool {
        if u32::from(element) >= 32 - self.row.required.leading_zeros() {
            return self.fits();
        }
        if self.row.required >> element & 1 == 0 {
            return self.place(element + 1);
        }
        for h in self.hits.iter().filter(|h| h.position == element) {
            self.tries += 1;
            if self.tries > MOST_PLACEMENTS {
                return false;
            }
            if self.chosen.iter().any(|(s, e)| h.start < *e && *s < h.end) {
                continue;
            }
            let ordered = self.row.mode == MatchMode::Any || self.chosen.last().is_none_or(|(_, e)| *e <= h.start);
            if !ordered {
                continue;
            }
            self.chosen.push((h.start, h.end));
            if self.place(element + 1) {
                return true;
            }
            self.chosen.pop();
        }
        false
    }

    fn fits(&self) -> bool {
        // With one element, or two, there is nothing to sort.
        match self.chosen.as_slice() {
            [_] => true,
            [a, b] => a.max(b).0 - a.min(b).1 <= u32::from(self.row.gap),
            more => {
                let mut sorted = Spans::from_slice(more);
                sorted.sort_unstable();
                sorted.windows(2).all(|w| w[1].0 - w[0].1 <= u32::from(self.row.gap))
            }
        }
    }
}

fn row_match(
    evidence: &Evidence<'_, '_>,
    index: u32,
    row: &PhraseRow,
    hits: &[Hit],
    chosen: &[(u32, u32)],
    meaningful: u32,
) -> Option<RowMatch> {
    let mut spans = Spans::from_slice(chosen);
    // Optional elements only add to what a row explains.
    for h in hits.iter().filter(|h| row.required >> h.position & 1 == 0) {
        if !spans.iter().any(|(s, e)| h.start < *e && *s < h.end) {
            spans.push((h.start, h.end));
        }
    }
    spans.sort_unstable();
    let covered = spans.iter().flat_map(|(s, e)| *s..*e).filter(|i| !evidence.ignorable[*i as usize]).count() as u32;
    let whole = covered >= meaningful;
    if row.mode == MatchMode::Whole && !whole {
        return None;
    }
    let coverage = if meaningful == 0 { 1.0 } else { covered as f32 / meaningful as f32 };
    let heard = spans.iter().any(|(s, e)| evidence.matches.is_heard(*s, *e));
    let elements = spans.len() as u32;
    Some(RowMatch { row: index, intent: row.intent, elements, spans, coverage, whole, covered, heard })
}

/// Marks the characters that carry no meaning of their own: punctuation, and words of the group `ignorable`. Where that
/// would leave nothing, only white space and punctuation are marked.
pub fn mark_ignorable(ignorable: Option<u16>, matches: &Matches, chars: &[char], out: &mut Vec<bool>) {
    out.clear();
    out.resize(chars.len(), false);
    for m in matches.words.iter().filter(|m| Some(m.entry.group) == ignorable) {
        out[m.start as usize..m.end as usize].fill(true);
    }
    let plain = |c: &char| is_filler_char(*c);
    if chars.iter().zip(&*out).any(|(c, marked)| !marked && !plain(c)) {
        out.iter_mut().zip(chars).for_each(|(marked, c)| *marked |= plain(c));
    } else if chars.iter().all(plain) {
        out.fill(false);
    } else {
        out.iter_mut().zip(chars).for_each(|(marked, c)| *marked = plain(c));
    }
}

/// The word group whose members never change what is asked.
pub const IGNORABLE: &str = "ignorable";
