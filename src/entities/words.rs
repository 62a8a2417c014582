//! Looking for words in characters: lists that find the longest word at a place, and characters that many words are
//! compared with.

/// A list of words that finds the longest one at a place, in time that hardly depends on the number of words.
#[derive(Debug)]
pub(super) struct WordIndex<T> {
    /// The characters of all words, one behind the other.
    chars: Vec<char>,
    /// Where a word starts in `chars`, how long it is, and what it means; by key, longest first.
    words: Vec<(u32, u32, T)>,
    /// Each pair of first characters with the place of its first word, sorted.
    groups: Vec<(u64, u32)>,
    firsts: Folded,
    keys: Folded,
}

/// The first two characters of a word; the second is nothing for a word of one.
fn key(first: char, second: Option<char>) -> u64 {
    u64::from(u32::from(first)) << 32 | second.map_or(0, |c| u64::from(u32::from(c)))
}

/// A number for a key whose last bits depend on both characters.
fn folded(key: u64) -> u32 {
    ((key >> 32) as u32).wrapping_mul(31) ^ key as u32
}

impl<T: Copy> WordIndex<T> {
    /// Of two equal words the earlier one counts; empty ones are left out.
    pub(super) fn new(words: impl IntoIterator<Item = (Box<[char]>, T)>) -> Self {
        let mut list: Vec<(u64, Box<[char]>, T)> = words
            .into_iter()
            .filter_map(|(word, meaning)| Some((key(*word.first()?, word.get(1).copied()), word, meaning)))
            .collect();
        // stable, so that equal words keep their order
        list.sort_by(|(a, x, _), (b, y, _)| a.cmp(b).then(y.len().cmp(&x.len())).then_with(|| x.cmp(y)));
        let (firsts, keys) = (Folded([0; 64]), Folded([0; 64]));
        let mut index = Self { chars: Vec::new(), words: Vec::new(), groups: Vec::new(), firsts, keys };
        for (place, (key, word, meaning)) in list.into_iter().enumerate() {
            if index.groups.last().is_none_or(|&(last, _)| last != key) {
                index.groups.push((key, place as u32));
            }
            index.firsts.add(u32::from(word[0]));
            index.keys.add(folded(key));
            index.words.push((index.chars.len() as u32, word.len() as u32, meaning));
            index.chars.extend_from_slice(&word);
        }
        index
    }

    /// First characters of all words, some of them more than once.
    pub(super) fn openings(&self) -> impl Iterator<Item = char> + '_ {
        self.groups.iter().filter_map(|&(key, _)| char::from_u32((key >> 32) as u32))
    }

    /// The longest word at `at` whose end `fits`, and where it ends.
    #[inline]
    pub(super) fn find(&self, chars: &[char], at: usize, fits: impl Fn(usize) -> bool) -> Option<(T, usize)> {
        let first = *chars.get(at)?;
        if !self.firsts.may_have(u32::from(first)) {
            return None;
        }
        let second = chars.get(at + 1).copied();
        let longer = second.and_then(|_| self.in_group(key(first, second), chars, at, &fits));
        longer.or_else(|| self.in_group(key(first, None), chars, at, &fits))
    }

    fn in_group(&self, key: u64, chars: &[char], at: usize, fits: &impl Fn(usize) -> bool) -> Option<(T, usize)> {
        if !self.keys.may_have(folded(key)) {
            return None;
        }
        #[cfg(test)]
        super::work::look(1);
        let group = self.groups.partition_point(|&(k, _)| k < key);
        let &(found, from) = self.groups.get(group)?;
        if found != key {
            return None;
        }
        let to = self.groups.get(group + 1).map_or(self.words.len(), |&(_, i)| i as usize);
        let rest = &chars[at..];
        self.words[from as usize..to].iter().find_map(|&(start, length, meaning)| {
            let length = length as usize;
            let word = &self.chars[start as usize..start as usize + length];
            (rest.len() >= length && rest[..length] == *word && fits(at + length)).then_some((meaning, at + length))
        })
    }
}

impl<T> WordIndex<&'static (&'static str, T)> {
    /// The words of a table, each meaning its entry.
    pub(super) fn of(table: &'static [(&'static str, T)]) -> Self {
        Self::new(table.iter().map(|entry| (entry.0.chars().collect(), entry)))
    }
}

/// Many numbers, folded to twelve bits: most places in a message start no word, and this tells so at once. Two numbers may
/// share a place, which costs a needless search at worst.
#[derive(Debug)]
struct Folded([u64; 64]);

impl Folded {
    fn add(&mut self, number: u32) {
        let code = number as usize & 0xFFF;
        self.0[code / 64] |= 1 << (code % 64);
    }

    #[inline]
    fn may_have(&self, number: u32) -> bool {
        let code = number as usize & 0xFFF;
        self.0[code / 64] >> (code % 64) & 1 == 1
    }
}

/// A character as UTF-8: comparing bytes is quicker than decoding each of the words that it is compared with.
#[derive(Clone, Copy)]
pub(super) struct Utf8 {
    bytes: [u8; 4],
    length: usize,
}

impl Utf8 {
    pub(super) fn of(c: char) -> Self {
        let mut bytes = [0; 4];
        let length = c.encode_utf8(&mut bytes).len();
        Self { bytes, length }
    }

    /// Whether the character stands at byte `at` of `text`.
    #[inline]
    fn stands(self, text: &[u8], at: usize) -> bool {
        let [a, b, c, d] = self.bytes;
        match self.length {
            1 => text.get(at) == Some(&a),
            3 => matches!(text.get(at..at + 3), Some(&[x, y, z]) if z == c && y == b && x == a),
            2 => matches!(text.get(at..at + 2), Some(&[x, y]) if y == b && x == a),
            _ => matches!(text.get(at..at + 4), Some(&[x, y, z, w]) if w == d && z == c && y == b && x == a),
        }
    }

    /// Whether `word` opens with the character.
    #[inline]
    pub(super) fn opens(self, word: &str) -> bool {
        self.stands(word.as_bytes(), 0)
    }

    /// Whether `word` closes with the character.
    #[inline]
    pub(super) fn closes(self, word: &str) -> bool {
        word.len().checked_sub(self.length).is_some_and(|at| self.stands(word.as_bytes(), at))
    }
}

/// Whether `c` is among the characters of `set`.
pub(super) fn is_among(c: char, set: &str) -> bool {
    let bytes = set.as_bytes();
    match (Utf8::of(c), c.len_utf8()) {
        (c, 1) => bytes.contains(&c.bytes[0]),
        // characters of UTF-8 never start inside others
        (Utf8 { bytes: [x, y, z, _], .. }, 3) => bytes.windows(3).any(|w| w[2] == z && w[1] == y && w[0] == x),
        _ => set.contains(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_that_fits_is_found() {
        static WORDS: &[(&str, u8)] = &[("早", 1), ("早上", 2), ("早上好", 3), ("晚", 4), ("pm", 5), ("晚", 6)];
        let index = WordIndex::of(WORDS);
        let find = |text: &str, fits: fn(usize) -> bool| {
            let chars: Vec<char> = text.chars().collect();
            index.find(&chars, 0, fits).map(|(entry, end)| (entry.1, end))
        };
        assert_eq!(find("早上好吗", |_| true), Some((3, 3)));
        assert_eq!(find("早上好吗", |end| end < 3), Some((2, 2)));
        assert_eq!(find("早安", |_| true), Some((1, 1)));
        assert_eq!(find("早", |_| true), Some((1, 1)));
        assert_eq!(find("晚", |_| true), Some((4, 1)));
        assert_eq!(find("p", |_| true), None);
        assert_eq!(find("", |_| true), None);
    }

    #[test]
    fn characters_are_compared_as_bytes() {
        for (c, set, expected) in [
            ('点', "年月点", true),
            ('年', "年月点", true),
            ('日', "年月点", false),
            ('-', "年-点", true),
            ('é', "aé点", true),
            ('😀', "点😀", true),
            ('\0', "年月", false),
            // the bytes of 乀 stand across two of these
            ('乀', "上丸乙", false),
        ] {
            assert_eq!(is_among(c, set), expected, "{c} in {set}");
            assert_eq!(Utf8::of(c).opens(set), set.starts_with(c), "{c} opens {set}");
            assert_eq!(Utf8::of(c).closes(set), set.ends_with(c), "{c} closes {set}");
        }
    }
}
