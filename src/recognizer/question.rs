//! Whether a part of a message asks something.

/// What follows a first character in the words that ask: final particles, pronouns, and a verb beside its negation. A
/// closed class of Chinese grammar.
fn asking(first: char) -> &'static [&'static str] {
    match first {
        // 什么 and 怎么 end in one of these.
        '?' | '吗' | '么' | '嘛' | '哪' | '咋' => &[""],
        '怎' => &["样"],
        '点' => &["样"],
        '如' => &["何"],
        '边' => &["度"],
        '几' => &["点", "时"],
        '多' => &["久", "少", "长时间"],
        '何' => &["时"],
        '能' => &["不能", "否"],
        '可' => &["不可以", "否"],
        '会' => &["不会"],
        '是' => &["不是", "否"],
        '有' => &["没有"],
        '要' => &["不要"],
        '用' => &["不用"],
        _ => &[],
    }
}

/// True where normalised characters hold a word that asks.
pub(super) fn is_question(chars: &[char]) -> bool {
    chars.iter().enumerate().any(|(at, first)| {
        let holds = |rest: &&str| {
            let mut behind = chars[at + 1..].iter();
            rest.chars().all(|c| behind.next() == Some(&c))
        };
        asking(*first).iter().any(holds)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_from_requests() {
        let ask = |text: &str| is_question(&text.chars().collect::<Vec<_>>());
        for text in ["可以值机吗", "怎么值机", "值机最早提前多久", "能不能改签", "几点开门?", "哪里可以停车"]
        {
            assert!(ask(text), "{text}");
        }
        for text in ["", "我要值机", "帮我办一下登机牌", "多", "几"] {
            assert!(!ask(text), "{text}");
        }
    }
}
