//! Values that the sender takes back: 后天呃不是大后天, 不要头等舱, 猪肉不要.
//!
//! Both rules ask for a value that stands in the place of the one taken back: without it (这单不要了, 后天的不去了) the value
//! names what the message is about.

use crate::text::{strip_prefix, strip_suffix};

/// What may fill the gap of a correction and says nothing: breath, marks, 是.
const PAUSES: &[&str] = &[
    ",",
    "，",
    "。",
    ".",
    "、",
    "!",
    "！",
    "…",
    " ",
    "呃",
    "额",
    "哦",
    "噢",
    "喔",
    "嗯",
    "啊",
    "哎",
    "诶",
    "唉",
    "呀",
    "吧",
    "了",
    "那个",
    "是",
    "应该是",
    "应该",
    "我是说",
    "我说的是",
    "我说",
    "要",
    "改成",
    "改为",
    "换成",
    "sorry",
    "抱歉",
    "不好意思",
];

/// What tells that the value before it was wrong.
const WRONG: &[&str] = &[
    "不对不对",
    "不对",
    "不是",
    "打错了",
    "打错",
    "说错了",
    "说错",
    "讲错了",
    "写错了",
    "写错",
    "记错了",
    "弄错了",
    "搞错了",
    "看错了",
    "发错了",
    "打反了",
    "写反了",
    "说反了",
    "错了",
    "口误",
    "更正一下",
    "更正",
    "纠正一下",
    "算了",
    "不",
];

/// Breath that alone corrects a date or time: 二十六号呃二十七号.
const BREATH: &[&str] = &["呃", "额"];

/// The longest gap of a correction, in characters.
const LONGEST: usize = 12;

/// What tells it more seldom: it must be set off from the value behind it, since 不是后天 refuses that one.
const WEAK: &[&str] = &["不是", "算了", "不"];

/// Whether the characters between two values of one kind say that the second replaces the first; `timely` for dates and
/// times.
pub(super) fn corrects(gap: &[char], timely: bool) -> bool {
    if gap.is_empty() || gap.len() > LONGEST {
        return false;
    }
    if timely && BREATH.iter().any(|word| word.chars().eq(gap.iter().copied())) {
        return true;
    }
    takes_back(gap, |_, _| true)
}

/// Whether the characters between two values of one kind end the clause of the first and say that the second replaces
/// it: 去上海的机票多少钱,哦不,杭州的.
pub fn corrects_clause(gap: &[char]) -> bool {
    let clause = gap.iter().position(|c| is_mark(*c)).unwrap_or(gap.len());
    let set_off = |word: &str, rest: &[char]| !WEAK.contains(&word) || rest.first().is_some_and(|c| is_mark(*c));
    (0..=clause).any(|at| gap.len() - at <= LONGEST && takes_back(&gap[at..], set_off))
}

/// Whether characters are nothing but words of a correction, one of which tells that something was wrong and `counts`
/// before what stands behind it.
fn takes_back(chars: &[char], counts: impl Fn(&str, &[char]) -> bool) -> bool {
    let mut rest = chars;
    let mut wrong = false;
    let words = || WRONG.iter().map(|w| (*w, true)).chain(PAUSES.iter().map(|w| (*w, false)));
    while let Some((word, says, behind)) = words().find_map(|(w, says)| Some((w, says, strip_prefix(rest, w)?))) {
        wrong |= says && counts(word, behind);
        rest = behind;
    }
    wrong && rest.is_empty()
}

fn is_mark(c: char) -> bool {
    matches!(c, ',' | '.' | ';' | '!' | '?' | ' ' | '，' | '。' | '、' | '！' | '…')
}

/// What refuses the value behind it.
const REFUSING: &[&str] = &[
    "不要",
    "不想要",
    "别要",
    "不用",
    "不坐",
    "不选",
    "不买",
    "不去",
    "不看",
    "不吃",
    "不喝",
    "不飞",
    "不问",
    "别给我",
    "不是",
    "不想坐",
    "不想去",
    "不想买",
];

/// What refuses the value before it.
const REFUSED: &[&str] = &[
    "的不要",
    "不要",
    "就不要",
    "都不要",
    "的就不要",
    "不用",
    "就不用",
    "的不用",
    "不买",
    "就不买",
    "不想要",
    "就算了",
    "别要",
    "不吃",
    "不喝",
];

/// Whether the words around `chars[start..end]` refuse it.
pub(super) fn refused(chars: &[char], start: usize, end: usize) -> bool {
    let behind = &chars[end..];
    if REFUSED.iter().any(|word| strip_prefix(behind, word).is_some_and(|rest| !asks(rest))) {
        return true;
    }
    REFUSING.iter().any(|word| {
        // 要不要头等舱, 是不是28号
        strip_suffix(&chars[..start], word).is_some_and(|before| before.last() != Some(&chars[before.len() + 1]))
    })
}

/// 不要了吗, 不用了对吧 ask; 不要钱, 不要紧 are other words.
fn asks(rest: &[char]) -> bool {
    matches!(rest.first(), Some('钱' | '紧' | '脸' | '命' | '急' | '另' | '再' | '额' | '加' | '说' | '担'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corrections_are_told_from_lists() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        for (gap, timely, expected) in [
            ("不对", false, true),
            ("呃不是", true, true),
            (",啊打反了是", false, true),
            ("，哦不，", true, true),
            ("呃", true, true),
            ("呃", false, false),
            ("到", true, false),
            ("去", true, false),
            ("，", true, false),
            ("或者", true, false),
            ("不想去了换", true, false),
        ] {
            assert_eq!(corrects(&chars(gap), timely), expected, "{gap}");
        }
    }

    #[test]
    fn corrections_reach_the_clause_before() {
        for (gap, expected) in [
            ("橙子,不对,", true),
            ("的机票多少钱,哦不,", true),
            ("什么时候到,错了,是", true),
            ("的航班啊不,", true),
            ("的航班,不是", false),
            ("枣,不,", true),
            ("橙子,再来", false),
            ("橙子,不要", false),
            ("橙子,葡萄多少钱,不对,", false),
            ("橙子,不对吗,", false),
        ] {
            assert_eq!(corrects_clause(&gap.chars().collect::<Vec<_>>()), expected, "{gap}");
        }
    }

    #[test]
    fn refusals_are_told_from_questions() {
        for (text, value, expected) in [
            ("不要头等舱", "头等舱", true),
            ("要不要头等舱", "头等舱", false),
            ("是不是28号", "28号", false),
            ("猪肉不要,牛肉来一斤", "猪肉", true),
            ("猪肉不要钱吗", "猪肉", false),
            ("牛肉来一斤", "牛肉", false),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let start = text[..text.find(value).unwrap()].chars().count();
            assert_eq!(refused(&chars, start, start + value.chars().count()), expected, "{text}");
        }
    }
}
