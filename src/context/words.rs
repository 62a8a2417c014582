//! The few function words that stand around values in a message that goes on with an earlier one.
//!
//! They are grammar, not vocabulary: closed classes of Chinese that are the same for every business.

use crate::text::{strip_prefix, strip_suffix};

/// Words that change nothing beside a value.
const FUNCTION: &[&str] = &[
    "那",
    "那么",
    "那个",
    "这个",
    "的",
    "呢",
    "呐",
    "吧",
    "啊",
    "呀",
    "嘛",
    "吗",
    "么",
    "了",
    "哦",
    "是",
    "就",
    "就是",
    "也",
    "再",
    "还",
    "还有",
    "换成",
    "换到",
    "换",
    "改成",
    "改为",
    "改到",
    "改",
    "要",
    "我要",
    "我的",
    "我的是",
    "我是",
    "我",
    "去",
    "到",
    "从",
    "飞",
    "在",
    "有",
    "有没有",
    "看",
    "看看",
    "查",
    "查查",
    "查一下",
    "一下",
    "如果",
    "如果是",
    "要是",
    "的话",
    "怎么样",
    "怎样",
    "如何",
    "号码",
    "号",
    "和",
    "坐",
    "走",
    "出发",
    "选",
    "给我",
    "对",
    "嗯",
    "好",
    "好的",
    "可以",
    "行",
    "方便",
    "有空",
    "都行",
    "没问题",
    "想",
    "想要",
    "我想",
    "嘅",
    "系",
    "咁",
];
/// Words that say that something said before was wrong.
const WRONG: &[&str] = &[
    "不对",
    "不是",
    "错了",
    "说错了",
    "我说错了",
    "搞错了",
    "弄错了",
    "写错了",
    "打错了",
    "记错了",
    "更正",
    "更正一下",
    "应该是",
    "而是",
    "不要",
    "不去",
    "唔系",
    "唔对",
    "唔要",
    "错咗",
];
/// Words right before a value that say that it is wrong, and those before the right one behind it.
const NOT: &[&str] = &["不是", "不要", "不去", "别", "唔系", "唔要"];
const BUT: &[&str] = &["是", "系", "要", "去", "换", "换成", "改", "改成", "改到", "改为"];
/// Questions that hold such a word.
const ASKED: &[&str] = &["是不是", "要不要", "系唔系"];
/// Words that ask the last question again with another value, before and behind it.
const AGAIN_BEFORE: &[&str] = &["那", "换", "改", "要是", "如果"];
const AGAIN_BEHIND: &[&str] = &["呢", "呐", "咧", "怎么样", "的话"];
/// Words around a number or label that is picked.
const PICK: &[&str] = &[
    "回复", "发送", "输入", "选择", "我选", "选", "点", "按", "进入", "打开", "我要", "要", "看", "就", "第", "个",
    "项", "条", "吧", "的", "是", "那",
];
/// Words for the first and the last of what was offered.
const FIRST: &[&str] = &["前面那个", "前面的", "前者", "前一个", "上面那个", "上面的", "头一个", "第一种"];
const LAST: &[&str] = &["后面那个", "后面的", "后者", "后一个", "下面那个", "下面的", "另一个", "另外一个", "最后一个"];

/// Whether a row of characters is nothing but words of a list and characters that carry no meaning.
fn made_of<'w>(chars: &[char], quiet: &[bool], words: impl Iterator<Item = &'w str> + Clone) -> bool {
    let mut at = 0;
    while at < chars.len() {
        let longest =
            words.clone().filter(|w| strip_prefix(&chars[at..], w).is_some()).map(|w| w.chars().count()).max();
        match longest {
            Some(n) if n > 0 => at += n,
            _ if quiet[at] => at += 1,
            _ => return false,
        }
    }
    true
}

/// The words that may be meant by a part of an intent's title: every two or more characters of it, as 航班 of 航班动态.
pub(super) fn title_words(title: &str) -> Vec<String> {
    let chars: Vec<char> = title.chars().collect();
    let from = |start: usize| (start + 2..=chars.len()).map(move |end| (start, end));
    (0..chars.len()).flat_map(from).map(|(start, end)| chars[start..end].iter().collect()).collect()
}

/// Whether what stands around values is nothing but function words, words that correct, and the words in `own` (titles
/// and role words of the slots).
pub(super) fn is_frame(chars: &[char], quiet: &[bool], own: &[&str]) -> bool {
    made_of(chars, quiet, FUNCTION.iter().chain(WRONG).copied().chain(own.iter().copied()))
}

/// Whether what stands around a number is nothing but words that pick.
pub(super) fn is_pick(chars: &[char], quiet: &[bool]) -> bool {
    made_of(chars, quiet, PICK.iter().copied())
}

/// Whether a message with these characters before, between and behind its values corrects.
pub(super) fn corrects(gaps: &[String]) -> bool {
    gaps.iter().any(|gap| {
        let told = ASKED.iter().fold(gap.clone(), |gap, asked| gap.replace(asked, ""));
        WRONG.iter().any(|w| told.contains(w))
    })
}

/// Whether a message with these characters before, between and behind its values asks again.
pub(super) fn asks_again(gaps: &[String]) -> bool {
    let before = gaps.iter().rev().skip(1).any(|gap| AGAIN_BEFORE.iter().any(|w| gap.contains(w)));
    before || gaps.last().is_some_and(|gap| AGAIN_BEHIND.iter().any(|w| gap.ends_with(w)))
}

/// Whether a value behind these characters is named as wrong: 不是A, but not 不是，A and not 是不是A.
pub(super) fn is_denied(before: &[char]) -> bool {
    let ends = |words: &[&str]| words.iter().any(|w| strip_suffix(before, w).is_some());
    ends(NOT) && !ends(ASKED)
}

/// Whether these characters lead from a wrong value to the right one: 不是A是B, 不是A，B.
pub(super) fn leads_to_right(between: &[char]) -> bool {
    let told: String = between.iter().filter(|c| !crate::text::is_filler_char(**c)).collect();
    BUT.iter().any(|w| told.ends_with(w)) || told.is_empty() && !between.is_empty()
}

/// The place, from 1, of one of `count` things that words alone name: 前面那个, 后者.
pub(super) fn place_by_words(bare: &str, count: usize) -> Option<usize> {
    let named = |list: &[&str]| list.iter().any(|w| bare.ends_with(w));
    if named(FIRST) {
        Some(1)
    } else if named(LAST) {
        Some(count)
    } else {
        None
    }
}

/// The message without a word before it that says that an entry is picked: 回复看看, 我要停车.
pub(super) fn without_pick(bare: &str) -> &str {
    let longest =
        PICK.iter().filter_map(|w| bare.strip_prefix(w)).filter(|rest| !rest.is_empty()).min_by_key(|r| r.len());
    longest.unwrap_or(bare)
}
