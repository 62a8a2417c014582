//! Whether a part of a message asks something.

/// Words that ask: final particles, pronouns, and a verb beside its negation. A closed class of Chinese grammar.
const WORDS: &[&str] = &[
    "?",
    "吗",
    "么",
    "嘛",
    "怎么",
    "怎样",
    "咋",
    "点样",
    "如何",
    "什么",
    "哪",
    "边度",
    "几点",
    "几时",
    "多久",
    "多少",
    "多长时间",
    "何时",
    "能不能",
    "可不可以",
    "会不会",
    "是不是",
    "有没有",
    "要不要",
    "用不用",
    "可否",
    "能否",
    "是否",
];

/// True where normalised characters hold a word that asks.
pub(super) fn is_question(chars: &[char]) -> bool {
    let holds = |word: &&str| {
        let mut word = word.chars();
        let Some(first) = word.next() else { return false };
        let rest = word.as_str();
        chars.iter().enumerate().any(|(at, c)| {
            let mut behind = chars[at + 1..].iter();
            *c == first && rest.chars().all(|c| behind.next() == Some(&c))
        })
    };
    WORDS.iter().any(holds)
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
