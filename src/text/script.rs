//! Traditional to simplified characters, one for one, so that the alignment stays exact.
//!
//! The tables are OpenCC's (`TSCharacters`, `TSPhrases`), taken from the crate `hanconv`. A phrase decides before a
//! character does (乾隆 keeps 乾, 乾淨 becomes 干净). OpenCC leaves 著 alone outside its phrases; people write it for 着
//! far more often than in 著名, so here 著 becomes 着 unless one of the words below holds it.

use super::{CharLists, CharMap, is_han};
use hanconv::Dictionary;
use std::collections::HashMap;

/// Words in which 著 is not 着.
const KEEP_ZHU: &[&str] = &[
    "著名", "著作", "著者", "著称", "著稱", "著述", "著书", "著書", "显著", "顯著", "名著", "原著", "专著", "專著",
    "巨著", "编著", "編著", "合著", "论著", "論著", "译著", "譯著", "遗著", "遺著", "土著", "昭著", "卓著",
];

/// A phrase and what it becomes, character for character.
type Phrase = (Vec<char>, Vec<char>);

/// Converts traditional characters in place.
pub(super) struct Script {
    /// Character → simplified character.
    chars: CharMap<Option<char>>,
    /// Phrases by their first character, longest first.
    phrases: CharLists<Phrase>,
}

/// A default may name a character or a phrase that has a simpler form itself; so many steps are followed.
const LONGEST_CHAIN: usize = 4;

impl Script {
    pub(super) fn new() -> Self {
        let table: HashMap<char, char> = Dictionary::TSCharacters
            .iter()
            .filter_map(|(from, to)| Some((only_char(from)?, only_char(to)?)))
            .filter(|(from, to)| from != to)
            .collect();
        let mut script = Self { chars: CharMap::new(None), phrases: CharLists::new() };
        for (from, to) in &table {
            let chain = std::iter::successors(Some(*to), |c| table.get(c).copied()).take(LONGEST_CHAIN);
            script.set(*from, chain.last().unwrap_or(*to));
        }
        script.set('著', '着');
        for (from, to) in Dictionary::TSPhrases.iter() {
            script.add_phrase(from, to);
        }
        for word in KEEP_ZHU {
            let to: String = word.chars().map(|c| if c == '著' { c } else { script.get(c).unwrap_or(c) }).collect();
            script.add_phrase(word, &to);
        }
        for phrases in script.phrases.lists_mut() {
            phrases.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        }
        script
    }

    fn add_phrase(&mut self, from: &str, to: &str) {
        let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
        if from.len() != to.len() {
            return;
        }
        // The simplified spelling must stand still, or normalising twice would differ from normalising once.
        if to != from {
            self.phrases.add(&to, (to.clone(), to.clone()));
        }
        self.phrases.add(&from, (from.clone(), to));
    }

    fn set(&mut self, from: char, to: char) {
        self.chars.set(from, Some(to).filter(|to| *to != from));
    }

    #[inline]
    fn get(&self, c: char) -> Option<char> {
        self.chars.get(c)
    }

    /// Replaces traditional characters; the number of characters stays the same. Says whether anything changed.
    ///
    /// What a step writes may be a phrase with its neighbour (藉著 is 藉着, and that is 借着), so steps follow until one
    /// changes nothing.
    pub(super) fn simplify(&self, chars: &mut [char]) -> bool {
        let steps = (0..LONGEST_CHAIN).take_while(|_| self.step(chars)).count();
        steps > 0
    }

    fn step(&self, chars: &mut [char]) -> bool {
        let mut at = 0;
        let mut changed = false;
        while at < chars.len() {
            if !is_han(chars[at]) {
                at += 1;
                continue;
            }
            let phrases = self.phrases.at(&chars[at..]);
            if let Some((from, to)) = phrases.iter().find(|(from, _)| chars[at..].starts_with(from)) {
                changed |= from != to;
                chars[at..at + to.len()].copy_from_slice(to);
                at += to.len();
                continue;
            }
            if let Some(to) = self.get(chars[at]) {
                chars[at] = to;
                changed = true;
            }
            at += 1;
        }
        changed
    }
}

fn only_char(s: &str) -> Option<char> {
    let mut chars = s.chars();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_decide_before_characters() {
        let script = Script::new();
        for (from, to) in [
            ("格力優惠", "格力优惠"),
            ("乾隆年間乾淨", "乾隆年间干净"),
            ("計劃著去看", "计划着去看"),
            ("著名的顯著", "著名的显著"),
            ("頭髮發現", "头发发现"),
            ("後天皇后鎮", "后天皇后镇"),
            ("飛機裡面", "飞机里面"),
            ("臺北檯面", "台北台面"),
            ("藉著機會", "借着机会"),
            ("已经是简体了", "已经是简体了"),
        ] {
            let mut chars: Vec<char> = from.chars().collect();
            script.simplify(&mut chars);
            assert_eq!(chars.iter().collect::<String>(), to);
        }
    }

    #[test]
    fn simplified_text_stands_still_whichever_spelling_led_to_it() {
        let script = Script::new();
        let mut spellings: HashMap<char, Vec<char>> = HashMap::new();
        for c in '\u{3400}'..'\u{30000}' {
            if let Some(to) = script.get(c) {
                spellings.entry(to).or_default().push(c);
            }
        }
        for (from, _) in Dictionary::TSPhrases.iter() {
            let from: Vec<char> = from.chars().collect();
            for (at, c) in from.iter().enumerate() {
                for spelling in spellings.get(c).into_iter().flatten().chain([c]) {
                    let mut once = from.clone();
                    once[at] = *spelling;
                    script.simplify(&mut once);
                    let mut twice = once.clone();
                    assert!(!script.simplify(&mut twice), "{from:?} with {spelling}: {once:?}, then {twice:?}");
                }
            }
        }
    }
}
