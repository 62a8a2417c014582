use super::CharMap;

/// Lists of things by the words that they belong to, one for each first character. Most places of a message begin no word,
/// and one look tells so.
#[derive(Debug)]
pub(crate) struct CharLists<T> {
    firsts: CharMap<First>,
    lists: Vec<Vec<T>>,
}

/// What is known of a first character.
#[derive(Debug, Clone, Copy)]
struct First {
    /// Whether it is a word by itself.
    alone: bool,
    /// The [`char_bit`]s of the characters that stand behind it in words.
    seconds: u64,
    /// Index of its list.
    list: u32,
}

impl First {
    /// No word begins with it.
    const NONE: Self = Self { alone: false, seconds: 0, list: u32::MAX };
}

/// One of 64 bits for a character: a set of these tells at once that most characters are not in it.
#[inline]
pub(crate) fn char_bit(c: char) -> u64 {
    1 << (u32::from(c) % 64)
}

impl<T> CharLists<T> {
    /// No list has anything.
    pub(crate) fn new() -> Self {
        Self { firsts: CharMap::new(First::NONE), lists: Vec::new() }
    }

    /// Adds what belongs to a word; nothing belongs to a word without characters.
    pub(crate) fn add(&mut self, word: &[char], item: T) {
        let Some(c) = word.first() else { return };
        let mut first = self.firsts.get(*c);
        if first.list == First::NONE.list {
            first.list = self.lists.len() as u32;
            self.lists.push(Vec::new());
        }
        match word.get(1) {
            Some(second) => first.seconds |= char_bit(*second),
            None => first.alone = true,
        }
        self.firsts.set(*c, first);
        self.lists[first.list as usize].push(item);
    }

    /// What belongs to words with the first of these characters: nothing where none of them can stand here.
    #[inline]
    pub(crate) fn at(&self, chars: &[char]) -> &[T] {
        let [c, behind @ ..] = chars else { return &[] };
        let First { alone, seconds, list } = self.firsts.get(*c);
        let fits = alone || behind.first().is_some_and(|second| seconds & char_bit(*second) != 0);
        if fits { &self.lists[list as usize] } else { &[] }
    }

    /// All lists, to put them in order.
    pub(crate) fn lists_mut(&mut self) -> impl Iterator<Item = &mut Vec<T>> {
        self.lists.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_passed_over_that_may_stand_at_a_place() {
        let words = ["要", "不要", "不要了", "算了", "算"];
        let mut lists = CharLists::new();
        for word in words {
            let chars: Vec<char> = word.chars().collect();
            lists.add(&chars, word);
        }
        for text in ["要", "不要了", "不是", "算", "算了", "算不算", "的", ""] {
            let chars: Vec<char> = text.chars().collect();
            let found: Vec<&str> = lists.at(&chars).iter().copied().filter(|w| text.starts_with(w)).collect();
            let wanted: Vec<&str> = words.into_iter().filter(|w| text.starts_with(w)).collect();
            assert_eq!(found, wanted, "{text}");
        }
        assert!(lists.at(&['不', '是']).is_empty() && lists.at(&['的']).is_empty());
    }
}
