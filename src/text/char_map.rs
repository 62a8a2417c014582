use std::fmt;

const PAGE: usize = 256;

/// A map from characters to small values, in two levels: a look-up is two array accesses, and pages without an entry take
/// no memory.
pub(crate) struct CharMap<T> {
    pages: Vec<Option<Box<[T; PAGE]>>>,
    empty: T,
}

impl<T: Copy> CharMap<T> {
    /// Makes a map that gives `empty` for every character.
    pub(crate) fn new(empty: T) -> Self {
        let mut pages = Vec::new();
        pages.resize_with(0x110000 / PAGE, || None);
        Self { pages, empty }
    }

    pub(crate) fn set(&mut self, c: char, value: T) {
        let code = c as usize;
        let empty = self.empty;
        let page = self.pages[code / PAGE].get_or_insert_with(|| Box::new([empty; PAGE]));
        page[code % PAGE] = value;
    }

    #[inline]
    pub(crate) fn get(&self, c: char) -> T {
        let code = c as usize;
        match &self.pages[code / PAGE] {
            Some(page) => page[code % PAGE],
            None => self.empty,
        }
    }
}

impl<T> fmt::Debug for CharMap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CharMap of {} pages", self.pages.iter().flatten().count())
    }
}
