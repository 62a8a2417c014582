//! Roles by the words around a value: from where, to where; the old date, the new date.

use crate::dictionary::Slot;

/// How strongly the words around `chars[start..end]` say that a value fills this slot: 0 not at all, 1 by a word behind
/// it, 2 by a word before it, 3 by both.
pub fn cue(slot: &Slot, chars: &[char], start: usize, end: usize) -> u8 {
    let before = slot.before.iter().any(|cue| ends_with(&chars[..start], cue));
    let after = slot.after.iter().any(|cue| starts_with(&chars[end..], cue));
    u8::from(before) * 2 + u8::from(after)
}

/// Whether all that stands between two values is a word behind the first, which gives it `slot`, and a blank.
pub(super) fn spent(slot: &Slot, between: &[char]) -> bool {
    matches!(between, [word @ .., ' '] if slot.after.iter().any(|cue| cue.chars().eq(word.iter().copied())))
}

fn ends_with(chars: &[char], word: &str) -> bool {
    let chars = match chars {
        [rest @ .., ' '] => rest,
        all => all,
    };
    let mut at = chars.len();
    for c in word.chars().rev() {
        match at.checked_sub(1).filter(|i| chars[*i] == c) {
            Some(i) => at = i,
            None => return false,
        }
    }
    // a cue of letters is a word of its own: to, not into
    let letter = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    !(letter(chars.get(at)) && letter(at.checked_sub(1).and_then(|i| chars.get(i))))
}

fn starts_with(chars: &[char], word: &str) -> bool {
    let chars = match chars {
        [' ', rest @ ..] => rest,
        all => all,
    };
    let mut rest = chars.iter();
    let mut last = '\0';
    for c in word.chars() {
        if rest.next() != Some(&c) {
            return false;
        }
        last = c;
    }
    !(last.is_ascii_alphanumeric() && rest.next().is_some_and(char::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_spent_on_the_value_before_a_blank() {
        let slot = Slot {
            name: "return_date".into(),
            title: String::new(),
            kinds: Vec::new(),
            also: Vec::new(),
            regex: None,
            before: Vec::new(),
            after: vec!["回".into(), "返程".into()],
            default_role: false,
            prompt: String::new(),
        };
        for (between, expected) in [("回 ", true), ("返程 ", true), ("回", false), (" ", false), ("回来 ", false)]
        {
            assert_eq!(spent(&slot, &between.chars().collect::<Vec<_>>()), expected, "{between}");
        }
    }
}
