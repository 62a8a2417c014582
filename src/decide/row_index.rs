//! Phrase rows laid out for matching: from an atom to the rows that hold it.

use crate::dictionary::{Atom, Content};

/// Atoms are numbered: literals, then groups, then slots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atoms {
    literals: u32,
    groups: u32,
    slots: u32,
}

impl Atoms {
    /// Number of atoms of the dictionary.
    pub(super) fn count(&self) -> usize {
        (self.literals + self.groups + self.slots) as usize
    }

    /// The number of an atom.
    pub(super) fn number(&self, atom: Atom) -> u32 {
        match atom {
            Atom::Literal(l) => l,
            Atom::Group(g) => self.literals + u32::from(g),
            Atom::Slot(s) => self.literals + self.groups + u32::from(s),
        }
    }
}

/// A way to write an element of a row, found by its first atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    /// Index of the row.
    pub(super) row: u32,
    /// The atom right behind the first, [`NONE`] without one.
    pub(super) second: u32,
    /// Start of all atoms behind the first in [`RowIndex::rests`].
    rest: u32,
    /// For which accounts the row counts.
    pub(super) scope: u16,
    /// Position of the element in its row, 0 to 31.
    pub(super) element: u8,
    /// Number of the other atoms.
    length: u8,
}

/// No second atom.
pub(super) const NONE: u32 = u32::MAX;

/// For every atom the elements that can begin with it. A message holds some fifteen atoms and a dictionary some hundred
/// thousand ways to write elements, so rows are reached from the atoms and never searched.
pub struct RowIndex {
    pub(super) atoms: Atoms,
    /// Elements that rows require or exclude.
    needed: Postings,
    /// Elements that may be missing.
    optional: Postings,
    rests: Vec<u32>,
    /// For each row the elements that must stand in the message and those that must not, one bit each.
    masks: Vec<(u32, u32)>,
}

impl RowIndex {
    /// Lays out the rows of a dictionary.
    pub fn new(content: &Content) -> Self {
        let atoms = Atoms {
            literals: content.literals,
            groups: content.groups.len() as u32,
            slots: content.slots.len() as u32,
        };
        let mut rests = Vec::new();
        let (mut needed, mut optional) = (Vec::new(), Vec::new());
        for (row_index, row) in content.rows.iter().enumerate() {
            for variant in &row.variants {
                let [first, others @ ..] = variant.atoms.as_slice() else { continue };
                let needs = (row.required | row.excluded) >> variant.element & 1 == 1;
                let pairs = if needs { &mut needed } else { &mut optional };
                pairs.push((
                    atoms.number(*first),
                    Posting {
                        row: row_index as u32,
                        second: others.first().map_or(NONE, |a| atoms.number(*a)),
                        rest: rests.len() as u32,
                        scope: row.scope,
                        element: variant.element,
                        length: others.len() as u8,
                    },
                ));
                rests.extend(others.iter().map(|a| atoms.number(*a)));
            }
        }
        let masks = content.rows.iter().map(|r| (r.required, r.excluded)).collect();
        let count = atoms.count();
        Self { atoms, needed: Postings::new(needed, count), optional: Postings::new(optional, count), rests, masks }
    }

    /// True where a row with these elements found has all that it requires and nothing that it excludes.
    #[inline]
    pub(super) fn complete(&self, row: u32, found: u32) -> bool {
        let (required, excluded) = self.masks[row as usize];
        required != 0 && found & required == required && found & excluded == 0
    }

    /// The elements that rows require or exclude and that can begin with an atom, by row.
    #[inline]
    pub(super) fn needed(&self, atom: u32) -> &[Posting] {
        self.needed.of(atom)
    }

    /// The elements of one row that can begin with an atom.
    pub(super) fn of_row(&self, atom: u32, row: u32) -> impl Iterator<Item = &Posting> {
        self.needed.of_row(atom, row).chain(self.optional.of_row(atom, row))
    }

    /// The other atoms of an element.
    #[inline]
    pub(super) fn rest(&self, posting: &Posting) -> &[u32] {
        &self.rests[posting.rest as usize..posting.rest as usize + usize::from(posting.length)]
    }
}

/// Postings by atom, then row.
struct Postings {
    /// For each atom the end of its postings.
    ends: Vec<u32>,
    postings: Vec<Posting>,
}

impl Postings {
    fn new(mut pairs: Vec<(u32, Posting)>, atoms: usize) -> Self {
        pairs.sort_unstable();
        let mut ends = vec![0u32; atoms];
        pairs.iter().for_each(|(atom, _)| ends[*atom as usize] += 1);
        let mut sum = 0;
        ends.iter_mut().for_each(|end| {
            sum += *end;
            *end = sum;
        });
        Self { ends, postings: pairs.into_iter().map(|(_, p)| p).collect() }
    }

    #[inline]
    fn of(&self, atom: u32) -> &[Posting] {
        let start = atom.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.postings[start as usize..self.ends[atom as usize] as usize]
    }

    fn of_row(&self, atom: u32, row: u32) -> impl Iterator<Item = &Posting> {
        let all = self.of(atom);
        let start = all.partition_point(|p| p.row < row);
        all[start..].iter().take_while(move |p| p.row == row)
    }
}
