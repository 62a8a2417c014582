//! Words in rows of characters.

/// What stands behind a word that opens some characters; `None` where it does not.
pub(crate) fn strip_prefix<'c>(chars: &'c [char], word: &str) -> Option<&'c [char]> {
    word.chars().try_fold(chars, |rest, c| rest.split_first().filter(|(first, _)| **first == c).map(|(_, rest)| rest))
}

/// What stands before a word that ends some characters; `None` where it does not.
pub(crate) fn strip_suffix<'c>(chars: &'c [char], word: &str) -> Option<&'c [char]> {
    let (before, last) = chars.split_at_checked(chars.len().checked_sub(word.chars().count())?)?;
    strip_prefix(last, word).map(|_| before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_at_both_ends() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        for (text, word, behind, before) in [
            ("退款收到", "退款", Some("收到"), None),
            ("退款收到", "收到", None, Some("退款")),
            ("收到", "收到", Some(""), Some("")),
            ("到", "收到", None, None),
            ("", "到", None, None),
        ] {
            let text = chars(text);
            assert_eq!(strip_prefix(&text, word), behind.map(chars).as_deref());
            assert_eq!(strip_suffix(&text, word), before.map(chars).as_deref());
        }
    }
}
