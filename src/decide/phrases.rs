//! Phrase rows: which of them a message, or a part of it, satisfies.

use crate::dictionary::{Atom, Content, MatchMode, PhraseRow, Use};
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
    /// For each slot of the dictionary its kinds, as bits are asked by [`Evidence::slot_takes`].
    pub now: i64,
}

#[derive(Debug, Clone, Copy)]
struct Hit {
    row: u32,
    element: u8,
    start: u32,
    end: u32,
}

/// Buffers for matching rows; can be used again.
#[derive(Default)]
pub struct RowMatcher {
    hits: Vec<Hit>,
    chosen: Vec<(u32, u32)>,
}

/// The most ways to place the elements of one row that are tried.
const MOST_PLACEMENTS: u32 = 256;

impl RowMatcher {
    /// Finds the rows that hold inside `window` (normalised characters, half-open).
    pub fn find(&mut self, evidence: &Evidence<'_, '_>, window: (u32, u32), out: &mut Vec<RowMatch>) {
        out.clear();
        self.hits.clear();
        let inside = |start: u32, end: u32| window.0 <= start && end <= window.1;
        for l in evidence.matches.literals.iter().filter(|l| inside(l.start, l.end)) {
            self.follow(evidence, &evidence.content.literals[l.literal as usize], l.start, l.end, window);
        }
        for m in evidence.matches.words.iter().chain(&evidence.matches.values).filter(|m| inside(m.start, m.end)) {
            self.follow(evidence, &evidence.content.group_uses[usize::from(m.entry.group)], m.start, m.end, window);
        }
        for (slot, uses) in evidence.content.slot_uses.iter().enumerate().filter(|(_, uses)| !uses.is_empty()) {
            for c in
                evidence.candidates.iter().filter(|c| c.fills && inside(c.start, c.end) && evidence.slot_takes(slot, c))
            {
                self.follow(evidence, uses, c.start, c.end, window);
            }
        }
        self.hits.sort_unstable_by_key(|h| (h.row, h.element, h.start, h.end));
        self.hits.dedup_by_key(|h| (h.row, h.element, h.start, h.end));
        let meaningful = (window.0..window.1).filter(|i| !evidence.ignorable[*i as usize]).count() as u32;
        let mut at = 0;
        while at < self.hits.len() {
            let row_index = self.hits[at].row;
            let length = self.hits[at..].iter().take_while(|h| h.row == row_index).count();
            let hits = &self.hits[at..at + length];
            at += length;
            let row = &evidence.content.rows[row_index as usize];
            let found = hits.iter().fold(0u32, |mask, h| mask | 1 << h.element);
            if found & row.required != row.required || found & row.excluded != 0 || !counts(row, evidence.now) {
                continue;
            }
            self.chosen.clear();
            let mut placement = Placement { row, hits, chosen: &mut self.chosen, tries: 0 };
            if placement.place(0) {
                out.extend(row_match(evidence, row_index, row, hits, &self.chosen, meaningful));
            }
        }
    }

    /// Checks the variants that an atom at `start..end` triggers and notes the elements they complete.
    fn follow(&mut self, evidence: &Evidence<'_, '_>, uses: &[Use], start: u32, end: u32, window: (u32, u32)) {
        for found in uses {
            let row = &evidence.content.rows[found.row as usize];
            if !evidence.visible.scopes[usize::from(row.scope)] {
                continue;
            }
            let variant = &row.variants[usize::from(found.variant)];
            let position = usize::from(found.position);
            let left = variant.atoms[..position].iter().rev().try_fold(start, |at, atom| evidence.before(atom, at));
            let right = variant.atoms[position + 1..].iter().try_fold(end, |at, atom| evidence.after(atom, at));
            if let (Some(start), Some(end)) = (left, right)
                && window.0 <= start
                && end <= window.1
            {
                self.hits.push(Hit { row: found.row, element: variant.element, start, end });
            }
        }
    }
}

fn counts(row: &PhraseRow, now: i64) -> bool {
    row.valid_from.is_none_or(|from| from <= now) && row.valid_to.is_none_or(|to| now < to)
}

impl Evidence<'_, '_> {
    /// Tells whether a slot takes a candidate.
    pub fn slot_takes(&self, slot: usize, c: &Candidate<'_>) -> bool {
        self.content.slots.get(slot).is_some_and(|s| s.kinds.contains(&c.kind))
    }

    fn skip_space_left(&self, at: u32) -> u32 {
        if at > 0 && self.chars[at as usize - 1] == ' ' { at - 1 } else { at }
    }

    fn skip_space_right(&self, at: u32) -> u32 {
        if self.chars.get(at as usize) == Some(&' ') { at + 1 } else { at }
    }

    /// Where an atom that ends at `at` (or one space before it) starts.
    fn before(&self, atom: &Atom, at: u32) -> Option<u32> {
        let at = self.skip_space_left(at);
        self.occurrences(atom).filter(|o| o.1 == at).map(|o| o.0).min()
    }

    /// Where an atom that starts at `at` (or one space behind it) ends.
    fn after(&self, atom: &Atom, at: u32) -> Option<u32> {
        let at = self.skip_space_right(at);
        self.occurrences(atom).filter(|o| o.0 == at).map(|o| o.1).max()
    }

    fn occurrences(&self, atom: &Atom) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (literal, group, slot) = match *atom {
            Atom::Literal(l) => (Some(l), None, None),
            Atom::Group(g) => (None, Some(g), None),
            Atom::Slot(s) => (None, None, Some(usize::from(s))),
        };
        let literals =
            self.matches.literals.iter().filter(move |l| Some(l.literal) == literal).map(|l| (l.start, l.end));
        let words = self
            .matches
            .words
            .iter()
            .chain(&self.matches.values)
            .filter(move |m| Some(m.entry.group) == group)
            .map(|m| (m.start, m.end));
        let values = self
            .candidates
            .iter()
            .filter(move |c| c.fills && slot.is_some_and(|s| self.slot_takes(s, c)))
            .map(|c| (c.start, c.end));
        literals.chain(words).chain(values)
    }
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
