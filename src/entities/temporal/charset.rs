//! Sets of characters that are asked about once or more for every character of a message.

/// One bit for each of the first 65,536 characters; others are never in it.
#[derive(Debug)]
pub(super) struct CharSet(Box<[u64; 1024]>);

impl Default for CharSet {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl CharSet {
    pub(super) fn has(&self, c: char) -> bool {
        let c = c as usize;
        c < 65_536 && self.0[c / 64] >> (c % 64) & 1 != 0
    }
}

impl FromIterator<char> for CharSet {
    fn from_iter<T: IntoIterator<Item = char>>(chars: T) -> Self {
        let mut set = Self::default();
        for c in chars {
            let c = c as usize;
            if c < 65_536 {
                set.0[c / 64] |= 1 << (c % 64);
            }
        }
        set
    }
}
