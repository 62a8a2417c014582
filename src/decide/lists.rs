//! Lists, one behind the other.

use std::ops::Range;

/// Lists of things by a number, in one piece of memory.
pub(super) struct Lists<T> {
    /// For each list its start; the end of the last one behind them.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    pub(super) fn new(lists: Vec<Vec<T>>) -> Self {
        let mut starts = Vec::with_capacity(lists.len() + 1);
        let mut items = Vec::new();
        starts.push(0);
        for list in lists {
            items.extend(list);
            starts.push(items.len() as u32);
        }
        Self { starts, items }
    }

    /// Where a list stands among the items of all lists.
    #[inline]
    pub(super) fn range(&self, list: u32) -> Range<usize> {
        match self.starts[list as usize..] {
            [start, end, ..] => start as usize..end as usize,
            _ => 0..0,
        }
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
