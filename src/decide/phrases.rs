//! Phrase rows: which of them a message, or a part of it, satisfies.

use super::row_index::{NONE, RowIndex};
use crate::dictionary::{Atom, Content, MatchMode, PhraseRow};
use crate::entities::Candidate;
use crate::matching::{Matches, Visibility};
use crate::text::is_filler_char;

/// A phrase row that the message satisfies.
#[derive(Debug, Clone, PartialEq)]
pub struct RowMatch {
    /// Index into the dictionary's rows.
    pub row: u32,
    /// The intent it speaks for.
    pub intent: u16,
    /// The ranges of normalised characters that it found, by start.
    pub spans: Vec<(u32, u32)>,
    /// Share of the meaningful characters of the window that it covers, 0 to 1.
    pub coverage: f32,
    /// True where nothing else was said.
    pub whole: bool,
    /// Number of meaningful characters that it covers.
    pub covered: u32,
    /// Number of elements that it found.
    pub elements: u32,
}

impl RowMatch {
    /// How strongly the row speaks for its intent, 0 to 1: a whole message 1; else from 0.4 up with the share of the
    /// message that the row explains, a little more for rows of several elements.
    pub fn strength(&self) -> f32 {
        if self.whole {
            return 1.0;
        }
        let elements = (self.elements.min(4) - 1) as f32 * 0.05;
        (0.4 + 0.45 * self.coverage + elements).min(0.95)
    }
}

/// What phrase rows look at.
pub struct Evidence<'a, 'd> {
    /// The dictionary.
    pub content: &'d Content,
    /// For which rows the account looks.
    pub visible: &'a Visibility,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    element: u8,
    start: u32,
    end: u32,
}

/// Where an atom stands; occurrences of one atom are chained.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    atom: u32,
    start: u32,
    end: u32,
    /// Index + 1 of the next occurrence of the same atom, 0 at the end.
    next: u32,
}

/// Buffers for matching rows; can be used again.
#[derive(Default)]
pub struct RowMatcher {
    /// For each atom of the dictionary, index + 1 of its first occurrence; all 0 between calls.
    heads: Vec<u32>,
    occurrences: Vec<Occurrence>,
    /// For each row one bit for each element found; all 0 between calls.
    found: Vec<u32>,
    touched: Vec<u32>,
    hits: Vec<Hit>,
    chosen: Vec<(u32, u32)>,
}

/// The most ways to place the elements of one row that are tried.
const MOST_PLACEMENTS: u32 = 256;

impl RowMatcher {
    /// Finds the rows that hold inside `window` (normalised characters, half-open).
    pub fn find(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32), out: &mut Vec<RowMatch>) {
        out.clear();
        self.note_all(index, evidence, window);
        self.mark(index, evidence, window);
        let content = evidence.content;
        let meaningful = (window.0..window.1).filter(|i| !evidence.ignorable[*i as usize]).count() as u32;
        let mut touched = std::mem::take(&mut self.touched);
        touched.retain(|row| {
            let found = std::mem::take(&mut self.found[*row as usize]);
            index.complete(*row, found) && counts(&content.rows[*row as usize], evidence.now)
        });
        touched.sort_unstable();
        for row_index in &touched {
            let row = &content.rows[*row_index as usize];
            self.collect(index, evidence, window, *row_index);
            self.chosen.clear();
            let mut placement = Placement { row, hits: &self.hits, chosen: &mut self.chosen, tries: 0 };
            if placement.place(0) {
                out.extend(row_match(evidence, *row_index, row, &self.hits, &self.chosen, meaningful));
            }
        }
        touched.clear();
        self.touched = touched;
        for o in self.occurrences.drain(..) {
            self.heads[o.atom as usize] = 0;
        }
    }

    /// Notes where every atom stands.
    fn note_all(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32)) {
        let atoms = &index.atoms;
        self.heads.resize(atoms.count(), 0);
        self.found.resize(evidence.content.rows.len(), 0);
        let inside = |start: u32, end: u32| window.0 <= start && end <= window.1;
        for l in evidence.matches.literals.iter().filter(|l| inside(l.start, l.end)) {
            self.note(atoms.number(Atom::Literal(l.literal)), l.start, l.end);
        }
        for m in evidence.matches.words.iter().chain(&evidence.matches.values).filter(|m| inside(m.start, m.end)) {
            self.note(atoms.number(Atom::Group(m.entry.group)), m.start, m.end);
        }
        for c in evidence.candidates.iter().filter(|c| c.fills && inside(c.start, c.end)) {
            for slot in evidence.slots_of_kind.get(usize::from(c.kind)).into_iter().flatten() {
                self.note(atoms.number(Atom::Slot(*slot)), c.start, c.end);
            }
        }
    }

    fn note(&mut self, atom: u32, start: u32, end: u32) {
        let head = &mut self.heads[atom as usize];
        self.occurrences.push(Occurrence { atom, start, end, next: *head });
        *head = self.occurrences.len() as u32;
    }

    /// Marks for every row that the account sees which of the elements that it requires or excludes stand in the window.
    fn mark(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32)) {
        let scopes = evidence.visible.scopes.as_slice();
        for o in self.occurrences.iter().filter(|o| o.next == 0) {
            for posting in index.needed(o.atom) {
                let stands = match posting.second {
                    NONE => true,
                    second if self.heads[second as usize] == 0 => false,
                    _ => self.hits_of(evidence, o.atom, index.rest(posting), window).next().is_some(),
                };
                if stands && scopes[usize::from(posting.scope)] {
                    let found = &mut self.found[posting.row as usize];
                    if *found == 0 {
                        self.touched.push(posting.row);
                    }
                    *found |= 1 << posting.element;
                }
            }
        }
    }

    /// Collects the hits of the elements of one row.
    fn collect(&mut self, index: &RowIndex, evidence: &Evidence<'_, '_>, window: (u32, u32), row: u32) {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        for o in self.occurrences.iter().filter(|o| o.next == 0) {
            for posting in index.of_row(o.atom, row) {
                let found = self.hits_of(evidence, o.atom, index.rest(posting), window);
                hits.extend(found.map(|(start, end)| Hit { element: posting.element, start, end }));
            }
        }
        hits.sort_unstable();
        hits.dedup();
        self.hits = hits;
    }

    /// The ranges inside the window where an atom stands with the atoms `rest` right behind it.
    fn hits_of<'s>(
        &'s self,
        evidence: &'s Evidence<'_, '_>,
        first: u32,
        rest: &'s [u32],
        window: (u32, u32),
    ) -> impl Iterator<Item = (u32, u32)> + 's {
        self.occurrences_of(first).filter_map(move |(start, end)| {
            let end = rest.iter().try_fold(end, |at, atom| self.after(evidence, *atom, at))?;
            (end <= window.1).then_some((start, end))
        })
    }

    fn occurrences_of(&self, atom: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut at = self.heads[atom as usize];
        std::iter::from_fn(move || {
            let o = self.occurrences.get(at.checked_sub(1)? as usize)?;
            at = o.next;
            Some((o.start, o.end))
        })
    }

    /// Where an atom that starts at `at` (or one space behind it) ends.
    fn after(&self, evidence: &Evidence<'_, '_>, atom: u32, at: u32) -> Option<u32> {
        let at = if evidence.chars.get(at as usize) == Some(&' ') { at + 1 } else { at };
        self.occurrences_of(atom).filter(|o| o.0 == at).map(|o| o.1).max()
    }
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
        for h in self.hits.iter().filter(|h| h.element == element) {
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

    fn fits(&mut self) -> bool {
        let mut sorted = self.chosen.clone();
        sorted.sort_unstable();
        sorted.windows(2).all(|w| w[1].0 - w[0].1 <= u32::from(self.row.gap))
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
    let mut spans = chosen.to_vec();
    // Optional elements only add to what a row explains.
    for h in hits.iter().filter(|h| row.required >> h.element & 1 == 0) {
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
    Some(RowMatch { row: index, intent: row.intent, elements: spans.len() as u32, spans, coverage, whole, covered })
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
