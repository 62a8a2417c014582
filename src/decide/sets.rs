//! Sets of numbers that are asked one number at a time.

/// Sets by a number, in one piece of memory: tables with open addressing, at most half full, so that most questions are
/// answered by the first place that is looked at.
pub(super) struct Sets {
    tables: Vec<Table>,
    slots: Vec<u32>,
}

/// Where the table of a set stands.
#[derive(Clone, Copy)]
struct Table {
    start: u32,
    /// Number of slots less one: a power of two less one.
    mask: u32,
}

/// An empty slot. No set holds this number.
const EMPTY: u32 = u32::MAX;

impl Sets {
    /// Lays out one set for each list.
    pub(super) fn new<'l>(lists: impl Iterator<Item = &'l [u32]>) -> Self {
        let mut sets = Self { tables: Vec::new(), slots: Vec::new() };
        for list in lists {
            let size = (list.len() * 2).next_power_of_two();
            let table = Table { start: sets.slots.len() as u32, mask: size as u32 - 1 };
            sets.slots.resize(sets.slots.len() + size, EMPTY);
            let slots = &mut sets.slots[table.start as usize..];
            for number in list.iter().filter(|n| **n != EMPTY) {
                let mut at = place(*number, table);
                while slots[at as usize] != EMPTY && slots[at as usize] != *number {
                    at = (at + 1) & table.mask;
                }
                slots[at as usize] = *number;
            }
            sets.tables.push(table);
        }
        sets
    }

    /// Tells whether a set holds a number.
    #[inline]
    pub(super) fn has(&self, set: u32, number: u32) -> bool {
        let table = self.tables[set as usize];
        let mut at = place(number, table);
        loop {
            match self.slots[(table.start + at) as usize] {
                EMPTY => return false,
                known if known == number => return true,
                // Half of the slots are empty, so that one comes.
                _ => at = (at + 1) & table.mask,
            }
        }
    }
}

/// The slot of its table where a number belongs.
#[inline]
fn place(number: u32, table: Table) -> u32 {
    number.wrapping_mul(0x9e37_79b1) >> 8 & table.mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_hold_what_was_put_into_them_and_nothing_else(
            lists in proptest::collection::vec(proptest::collection::vec(0..300u32, 0..60), 0..9),
        ) {
            let sets = Sets::new(lists.iter().map(Vec::as_slice));
            for (set, list) in lists.iter().enumerate() {
                for number in (0..300).chain([EMPTY]) {
                    prop_assert_eq!(sets.has(set as u32, number), list.contains(&number), "{} in {:?}", number, list);
                }
            }
        }
    }
}
