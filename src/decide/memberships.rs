//! Which sets have a number, for marking them all.

use super::found::Marks;
use super::lists::Lists;

/// For each number the sets that have it.
pub(super) struct Memberships {
    /// The sets of a number, or [`FULL`] and the place of its row.
    lists: Lists<u32>,
    /// For numbers of many sets a row of marks each.
    rows: Vec<Marks>,
}

/// Stands before the place of a row.
const FULL: u32 = 1 << 31;
/// A number has a row when it is in one of so many sets: a row then takes at most eight times the memory of a list.
const FULL_FROM: usize = 256;

impl Memberships {
    /// Lays out the sets of each number, all below `sets`.
    pub(super) fn new(of_numbers: &[Vec<u32>], sets: usize) -> Self {
        let mut rows = Vec::new();
        let lists = of_numbers.iter().map(|of_number| {
            if of_number.is_empty() || of_number.len() * FULL_FROM < sets {
                return of_number.clone();
            }
            let mut row = Marks::default();
            row.clear(sets);
            of_number.iter().for_each(|set| row.add(*set));
            rows.push(row);
            vec![FULL | (rows.len() as u32 - 1)]
        });
        let lists = Lists::new(lists.collect());
        Self { lists, rows }
    }

    /// Tells whether a set has a number.
    #[inline]
    pub(super) fn has(&self, number: u32, set: u32) -> bool {
        match self.lists.of(number) {
            [row] if row & FULL != 0 => self.rows[(row & !FULL) as usize].has(set),
            list => list.contains(&set),
        }
    }

    /// Marks the sets of a number.
    #[inline]
    pub(super) fn mark(&self, number: u32, marks: &mut Marks) {
        match self.lists.of(number) {
            [row] if row & FULL != 0 => marks.add_all(&self.rows[(row & !FULL) as usize]),
            list => list.iter().for_each(|set| marks.add(*set)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_sets_of_a_number_are_marked_and_no_others(
            of_numbers in proptest::collection::vec(proptest::collection::btree_set(0..700u32, 0..9), 1..9),
        ) {
            let lists: Vec<Vec<u32>> = of_numbers.iter().map(|sets| sets.iter().copied().collect()).collect();
            let memberships = Memberships::new(&lists, 700);
            for (number, sets) in of_numbers.iter().enumerate() {
                let mut marks = Marks::default();
                marks.clear(700);
                memberships.mark(number as u32, &mut marks);
                for set in 0..700 {
                    let wanted = sets.contains(&set);
                    prop_assert_eq!(marks.has(set), wanted, "{} of {:?}", set, sets);
                    prop_assert_eq!(memberships.has(number as u32, set), wanted, "{} of {:?}", set, sets);
                }
            }
        }
    }
}
