//! Phrase rows laid out for matching: from an atom to the rows that hold it.

use super::found::Marks;
use super::lists::Lists;
use super::memberships::Memberships;
use crate::dictionary::{Atom, Content, PhraseRow};
use crate::priority::breathing;
use std::collections::HashMap;

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

/// A way to write an element with two atoms or more, found by the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    /// Index of the element.
    pub(super) element: u32,
    /// Start of all atoms behind the second in [`RowIndex::rests`].
    rest: u32,
    /// Number of these atoms.
    length: u8,
}

/// What of a row decides whether a message can satisfy it. Its elements stand one behind the other in
/// [`RowIndex::elements`]: required, the anchor first; excluded; optional.
struct Shape {
    row: u32,
    scope: u16,
    start: u32,
    required_end: u32,
    excluded_end: u32,
    end: u32,
}

/// An element of a row.
#[derive(Clone, Copy)]
pub(super) struct Element {
    /// Index of the element.
    pub(super) element: u32,
    /// Where it stands in the row, 0 to 31.
    pub(super) position: u8,
    /// Whether some row requires or excludes it, if not this one.
    pub(super) needed: bool,
    /// Whether it can be written with two atoms and more.
    pub(super) longer: bool,
}

/// From the atoms of a message to the elements of rows, and from those to the rows. An element that many rows share is
/// looked for once, and a row is looked at only where its rarest element stands.
pub struct RowIndex {
    pub(super) atoms: Atoms,
    /// For each atom the elements that it is by itself.
    members: Memberships,
    /// Longer ways to write elements that some row requires or excludes.
    pub(super) needed: Pairs,
    /// Longer ways to write elements that every row that has them may miss.
    pub(super) optional: Pairs,
    rests: Vec<u32>,
    elements: Vec<Element>,
    /// For each element the atoms that it can begin with.
    firsts: Vec<Firsts>,
    /// By anchor: the required element that the fewest rows have.
    shapes: Lists<Shape>,
}

impl RowIndex {
    /// Lays out the rows of a dictionary.
    pub fn new(content: &Content) -> Self {
        let atoms = Atoms {
            literals: content.literals,
            groups: content.groups.len() as u32,
            slots: content.slots.len() as u32,
        };
        let mut ids: HashMap<Vec<Vec<u32>>, u32> = HashMap::new();
        let mut of_rows: Vec<Vec<Element>> = Vec::with_capacity(content.rows.len());
        for row in breathing(&content.rows) {
            let mut of_row = Vec::new();
            for variants in row.variants.chunk_by(|a, b| a.element == b.element) {
                let mut ways: Vec<Vec<u32>> =
                    variants.iter().map(|v| v.atoms.iter().map(|a| atoms.number(*a)).collect()).collect();
                ways.retain(|atoms: &Vec<u32>| !atoms.is_empty());
                ways.sort_unstable();
                ways.dedup();
                let next = ids.len() as u32;
                let longer = ways.iter().any(|way| way.len() > 1);
                let element = *ids.entry(ways).or_insert(next);
                of_row.push(Element { element, position: variants[0].element, needed: false, longer });
            }
            of_rows.push(of_row);
        }
        let mut needs = vec![false; ids.len()];
        for (row, of_row) in content.rows.iter().zip(&of_rows) {
            let needed = of_row.iter().filter(|e| (row.required | row.excluded) >> e.position & 1 == 1);
            needed.for_each(|e| needs[e.element as usize] = true);
        }
        of_rows.iter_mut().flatten().for_each(|e| e.needed = needs[e.element as usize]);
        let mut rows_with = vec![0u32; ids.len()];
        of_rows.iter().flatten().for_each(|e| rows_with[e.element as usize] += 1);
        let rarest = |row: &PhraseRow, of_row: &[Element]| {
            let required = of_row.iter().filter(|e| row.required >> e.position & 1 == 1);
            required.map(|e| e.element).min_by_key(|e| (rows_with[*e as usize], *e))
        };
        let anchor_of: Vec<Option<u32>> = content.rows.iter().zip(&of_rows).map(|(r, e)| rarest(r, e)).collect();
        let mut rests = Vec::new();
        let (mut needed, mut optional, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
        let mut members = vec![Vec::new(); atoms.count()];
        let mut by_id: Vec<_> = ids.iter().collect();
        by_id.sort_unstable_by_key(|(_, id)| **id);
        for (ways, element) in breathing(by_id) {
            firsts.push(ways.iter().fold(Firsts::default(), |firsts, way| firsts.with(way[0])));
            let pairs = if needs[*element as usize] { &mut needed } else { &mut optional };
            for way in ways {
                let [first, second, rest @ ..] = way.as_slice() else {
                    members[way[0] as usize].push(*element);
                    continue;
                };
                let (start, length) = (rests.len() as u32, rest.len() as u8);
                let posting = Posting { element: *element, rest: start, length };
                pairs.push(Keyed { first: *first, second: *second, posting });
                rests.extend(rest);
            }
        }
        let mut elements = Vec::new();
        let mut shapes: Vec<Vec<Shape>> = ids.iter().map(|_| Vec::new()).collect();
        for (number, (row, of_row)) in breathing(content.rows.iter().zip(&of_rows)).enumerate() {
            let start = elements.len() as u32;
            let with = |mask: u32| of_row.iter().filter(move |e| mask >> e.position & 1 == 1).copied();
            let Some(anchor) = anchor_of[number] else { continue };
            elements.extend(with(row.required));
            // Behind it what few rows ask for: it stands less often, and then nothing else is looked at.
            elements[start as usize..].sort_by_key(|e| (e.element != anchor, rows_with[e.element as usize]));
            let required_end = elements.len() as u32;
            elements.extend(with(row.excluded));
            let excluded_end = elements.len() as u32;
            elements.extend(with(!row.required & !row.excluded));
            let end = elements.len() as u32;
            let (row, scope) = (number as u32, row.scope);
            shapes[anchor as usize].push(Shape { row, scope, start, required_end, excluded_end, end });
        }
        let count = atoms.count();
        Self {
            members: Memberships::new(&members, firsts.len()),
            needed: Pairs::new(needed, count),
            optional: Pairs::new(optional, count),
            atoms,
            rests,
            elements,
            firsts,
            shapes: Lists::new(shapes),
        }
    }

    /// Number of elements.
    pub(super) fn elements(&self) -> usize {
        self.firsts.len()
    }

    /// The elements that anchor rows of these scopes.
    pub fn anchors(&self, scopes: &[bool]) -> Anchors {
        let mut anchors = Marks::default();
        anchors.clear(self.elements());
        let seen = |anchor: &u32| self.shapes.of(*anchor).iter().any(|shape| scopes[usize::from(shape.scope)]);
        (0..self.elements() as u32).filter(seen).for_each(|anchor| anchors.add(anchor));
        Anchors(anchors)
    }

    /// Calls `found(row, elements)` for the rows anchored at an element, which stands, that lie in one of the `scopes`, have
    /// all that they require and nothing that they exclude. The elements are those that the row requires or allows.
    #[inline]
    pub(super) fn complete(
        &self,
        anchor: u32,
        scopes: &[bool],
        present: impl Fn(u32) -> bool,
        mut found: impl FnMut(u32, [&[Element]; 2]),
    ) {
        let here = |e: &Element| present(e.element);
        for shape in self.shapes.of(anchor) {
            let part = |start: u32, end: u32| &self.elements[start as usize..end as usize];
            if scopes[usize::from(shape.scope)]
                && part(shape.start + 1, shape.required_end).iter().all(here)
                && !part(shape.required_end, shape.excluded_end).iter().any(here)
            {
                found(shape.row, [part(shape.start, shape.required_end), part(shape.excluded_end, shape.end)]);
            }
        }
    }

    /// The atoms that an element can begin with.
    #[inline]
    pub(super) fn firsts(&self, element: u32) -> &Firsts {
        &self.firsts[element as usize]
    }

    /// Tells whether an element is an atom by itself.
    #[inline]
    pub(super) fn is_alone(&self, atom: u32, element: u32) -> bool {
        self.members.has(atom, element)
    }

    /// Marks the elements that an atom is by itself.
    #[inline]
    pub(super) fn mark(&self, atom: u32, elements: &mut Marks) {
        self.members.mark(atom, elements);
    }

    /// The atoms behind the second.
    #[inline]
    pub(super) fn rest(&self, posting: &Posting) -> &[u32] {
        &self.rests[posting.rest as usize..posting.rest as usize + usize::from(posting.length)]
    }
}

/// The elements at which the rows of one account are looked up.
pub struct Anchors(pub(super) Marks);

/// A set of atoms, folded to 256 bits.
#[derive(Clone, Copy, Default)]
pub(super) struct Firsts([u64; 4]);

impl Firsts {
    /// The set with one more atom.
    #[inline]
    pub(super) fn with(mut self, atom: u32) -> Self {
        self.0[atom as usize / 64 % 4] |= 1 << (atom % 64);
        self
    }

    /// False only for an atom that is not in the set.
    #[inline]
    pub(super) fn may_have(&self, atom: u32) -> bool {
        self.0[atom as usize / 64 % 4] >> (atom % 64) & 1 == 1
    }
}

/// A posting with what it is found by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Keyed {
    first: u32,
    second: u32,
    posting: Posting,
}

/// Postings by first atom, then second, then element.
pub(super) struct Pairs {
    by_first: Lists<Posting>,
    /// For each posting its second atom, beside it so that a search reads nothing else.
    seconds: Vec<u32>,
}

impl Pairs {
    fn new(mut keyed: Vec<Keyed>, atoms: usize) -> Self {
        keyed.sort_unstable();
        let seconds = keyed.iter().map(|k| k.second).collect();
        let mut by_first = vec![Vec::new(); atoms];
        keyed.into_iter().for_each(|k| by_first[k.first as usize].push(k.posting));
        Self { by_first: Lists::new(by_first), seconds }
    }

    /// True where anything begins with this atom.
    #[inline]
    pub(super) fn begin_with(&self, first: u32) -> bool {
        !self.by_first.range(first).is_empty()
    }

    /// What begins with these two atoms.
    #[inline]
    pub(super) fn of(&self, first: u32, second: u32) -> &[Posting] {
        let range = self.by_first.range(first);
        let seconds = &self.seconds[range.clone()];
        let from = seconds.partition_point(|s| *s < second);
        let to = from + seconds[from..].iter().take_while(|s| **s == second).count();
        &self.by_first.items()[range.start + from..range.start + to]
    }
}
