use super::CharMap;

/// Lists of things by a character, such as the words that begin with it: one look at two arrays tells that there are none.
#[derive(Debug)]
pub(crate) struct CharLists<T> {
    /// Character → index + 1 of its list, 0 without one.
    places: CharMap<u32>,
    lists: Vec<Vec<T>>,
}

impl<T> CharLists<T> {
    /// No list has anything.
    pub(crate) fn new() -> Self {
        Self { places: CharMap::new(0), lists: Vec::new() }
    }

    /// The list of a character, to add to.
    pub(crate) fn entry(&mut self, c: char) -> &mut Vec<T> {
        if self.places.get(c) == 0 {
            self.lists.push(Vec::new());
            self.places.set(c, self.lists.len() as u32);
        }
        &mut self.lists[self.places.get(c) as usize - 1]
    }

    /// The list of a character.
    #[inline]
    pub(crate) fn of(&self, c: char) -> &[T] {
        match self.places.get(c) {
            0 => &[],
            place => &self.lists[place as usize - 1],
        }
    }

    /// All lists, to put them in order.
    pub(crate) fn lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<T>> {
        self.lists.iter_mut()
    }
}
