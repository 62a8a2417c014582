//! Lists, one behind the other.

use std::ops::Range;

/// Lists of things by a number, in one piece of memory.
pub(super) struct Lists<T> {
    /// For each list its end.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    pub(super) fn new(lists: Vec<Vec<T>>) -> Self {
        let mut ends = Vec::with_capacity(lists.len());
        let mut items = Vec::new();
        for list in lists {
            items.extend(list);
            ends.push(items.len() as u32);
        }
        Self { ends, items }
    }

    /// Where a list stands among the items of all lists.
    #[inline]
    pub(super) fn range(&self, list: u32) -> Range<usize> {
        let start = list.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        start as usize..self.ends[list as usize] as usize
    }

    #[inline]
    pub(super) fn of(&self, list: u32) -> &[T] {
        &self.items[self.range(list)]
    }

    /// The items of all lists.
    pub(super) fn items(&self) -> &[T] {
        &self.items
    }
}
