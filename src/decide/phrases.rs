//! Phrase rows: which of them a message, or a part of it, satisfies.

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
///
/// A row is looked at only when its anchor was found: the element least likely to stand in any message, chosen when the
/// dictionary was compiled. The other elements are then looked up among the atoms of the message.
#[derive(Default)]
pub struct RowMatcher {
    /// For each atom of the dictionary, index + 1 of its first occurrence; all 0 between calls.
    heads: Vec<u32>,
    occurrences: Vec<Occurrence>,
    rows: Vec<u32>,
    hits: Vec<Hit>,
    chosen: Vec<(u32, u32)>,
}

/// The most ways to place the elements of one row that are tried.
const MOST_PLACEMENTS: u32 = 256;

impl RowMatcher {
    /// Finds the rows that hold inside `window` (normalised characters, half-open).
    pub fn find(&mut self, evidence: &Evidence<'_, '_>, window: (u32, u32), out: &mut Vec<RowMatch>) {
        out.clear();
        self.index(evidence, window);
        let meaningful = (window.0..window.1).filter(|i| !evidence.ignorable[*i as usize]).count() as u32;
        let rows = std::mem::take(&mut self.rows);
        for row_index in &rows {
            let row = &evidence.content.rows[*row_index as usize];
            if !evidence.visible.scopes[usize::from(row.scope)] || !counts(row, evidence.now) {
                continue;
            }
            if !self.elements(evidence, row, window) {
                continue;
            }
            self.chosen.clear();
            let mut placement = Placement { row, hits: &self.hits, chosen: &mut self.chosen, tries: 0 };
            if placement.place(0) {
                out.extend(row_match(evidence, *row_index, row, &self.hits, &self.chosen, meaningful));
            }
        }
        self.rows = rows;
        for o in self.occurrences.drain(..) {
            self.heads[o.atom as usize] = 0;
        }
    }

    /// Notes where every atom stands, and the rows whose anchor was found.
    fn index(&mut self, evidence: &Evidence<'_, '_>, window: (u32, u32)) {
        let content = evidence.content;
        self.heads.resize(content.literals.len() + content.groups.len() + content.slots.len(), 0);
        self.rows.clear();
        let inside = |start: u32, end: u32| window.0 <= start && end <= window.1;
        for l in evidence.matches.literals.iter().filter(|l| inside(l.start, l.end)) {
            self.note(content, Atom::Literal(l.literal), l.start, l.end);
        }
        for m in evidence.matches.words.iter().chain(&evidence.matches.values).filter(|m| inside(m.start, m.end)) {
            self.note(content, Atom::Group(m.entry.group), m.start, m.end);
        }
        for c in evidence.candidates.iter().filter(|c| c.fills && inside(c.start, c.end)) {
            for slot in evidence.slots_of_kind.get(usize::from(c.kind)).into_iter().flatten() {
                self.note(content, Atom::Slot(*slot), c.start, c.end);
            }
        }
        self.rows.sort_unstable();
        self.rows.dedup();
    }

    fn note(&mut self, content: &Content, atom: Atom, start: u32, end: u32) {
        let number = atom_number(content, atom);
        let head = &mut self.heads[number as usize];
        if *head == 0 {
            let uses = match atom {
                Atom::Literal(l) => &content.literals[l as usize],
                Atom::Group(g) => &content.group_uses[usize::from(g)],
                Atom::Slot(s) => &content.slot_uses[usize::from(s)],
            };
            self.rows.extend(uses);
        }
        self.occurrences.push(Occurrence { atom: number, start, end, next: *head });
        *head = self.occurrences.len() as u32;
    }

    fn occurrences_of(&self, content: &Content, atom: Atom) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut at = self.heads[atom_number(content, atom) as usize];
        std::iter::from_fn(move || {
            let o = self.occurrences.get(at.checked_sub(1)? as usize)?;
            at = o.next;
            Some((o.start, o.end))
        })
    }

    /// Collects the hits of a row's elements; false as soon as a required one is missing or an excluded one is there.
    fn elements(&mut self, evidence: &Evidence<'_, '_>, row: &PhraseRow, window: (u32, u32)) -> bool {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        let mut fits = true;
        for variants in row.variants.chunk_by(|a, b| a.element == b.element) {
            let element = variants[0].element;
            let before = hits.len();
            for variant in variants {
                let Some(first) = variant.atoms.first() else { continue };
                for (start, end) in self.occurrences_of(evidence.content, *first) {
                    let end = variant.atoms[1..].iter().try_fold(end, |at, atom| self.after(evidence, *atom, at));
                    if let Some(end) = end.filter(|e| *e <= window.1) {
                        hits.push(Hit { element, start, end });
                    }
                }
            }
            let found = hits.len() > before;
            let bit = 1u32 << element;
            if (row.required & bit != 0 && !found) || (row.excluded & bit != 0 && found) {
                fits = false;
                break;
            }
        }
        hits.sort_unstable();
        hits.dedup();
        self.hits = hits;
        fits
    }

    /// Where an atom that starts at `at` (or one space behind it) ends.
    fn after(&self, evidence: &Evidence<'_, '_>, atom: Atom, at: u32) -> Option<u32> {
        let at = if evidence.chars.get(at as usize) == Some(&' ') { at + 1 } else { at };
        self.occurrences_of(evidence.content, atom).filter(|o| o.0 == at).map(|o| o.1).max()
    }
}

/// Atoms are numbered: literals, then groups, then slots.
fn atom_number(content: &Content, atom: Atom) -> u32 {
    match atom {
        Atom::Literal(l) => l,
        Atom::Group(g) => content.literals.len() as u32 + u32::from(g),
        Atom::Slot(s) => (content.literals.len() + content.groups.len()) as u32 + u32::from(s),
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
pub fn mark_ignorable(content: &Content, matches: &Matches, chars: &[char], out: &mut Vec<bool>) {
    out.clear();
    out.extend(chars.iter().map(|c| is_filler_char(*c)));
    let Some(group) = content.groups.iter().position(|g| g.name == IGNORABLE) else { return };
    let plain = out.clone();
    for m in matches.words.iter().filter(|m| usize::from(m.entry.group) == group) {
        out[m.start as usize..m.end as usize].fill(true);
    }
    if out.iter().all(|i| *i) {
        *out = if plain.iter().all(|i| *i) { vec![false; chars.len()] } else { plain };
    }
}

/// The word group whose members never change what is asked.
pub const IGNORABLE: &str = "ignorable";
