//! Habits of speech that a transcript keeps: fillers, stutters, letters and digits said one by one.

use super::normalized::NormalizedText;
use super::{Modality, is_han};

/// Sounds that never carry meaning inside a sentence.
const SOUNDS: &[char] = &['嗯', '呃', '唔', '噢', '欸', '诶', '哎', '唉'];
/// Words that end in 额 or begin with it.
const BEFORE_E: &[char] =
    &['金', '余', '定', '差', '名', '限', '面', '全', '巨', '税', '份', '配', '总', '数', '大', '小', '满', '超'];
/// Openers people say while they think; dropped at the start of a message.
const OPENERS: &[&str] =
    &["那个就是说", "就是说", "那个那个", "然后那个", "那个", "这个", "就是", "然后", "那什么", "喂"];
/// What may follow an opener for it to be one: 那个我想问 drops 那个, 那个空调 keeps it.
const AFTER_OPENER: &[char] =
    &['我', '你', '您', '请', '帮', '想', '能', '可', '有', '麻', '问', '什', '怎', '那', '这', '就', '咱', '给', '说'];
/// Words that are said twice when one stumbles, but never meant twice.
const STUMBLES: &[char] = &[
    '我', '你', '您', '他', '她', '它', '那', '这', '就', '要', '在', '是', '的', '请', '帮', '给', '把', '能', '有',
    '可',
];
/// The longest piece whose repetition counts as a stutter.
const LONGEST_STUTTER: usize = 6;

/// Drops fillers, unless nothing else was said.
pub(super) fn drop_fillers(out: &mut NormalizedText) {
    let keep: Vec<bool> = (0..out.chars.len()).map(|at| !is_sound(&out.chars, at)).collect();
    if !keep.iter().enumerate().any(|(i, k)| *k && is_han(out.chars[i]))
        && out.chars.iter().all(|c| !c.is_ascii_alphanumeric())
    {
        return;
    }
    out.retain(|i| keep[i]);
    let mut start = 0;
    loop {
        while out.chars.get(start).is_some_and(|c| matches!(c, ' ' | ',' | '.')) {
            start += 1;
        }
        let rest = &out.chars[start..];
        let opener = OPENERS.iter().find(|o| {
            let len = o.chars().count();
            o.chars().eq(rest.iter().take(len).copied())
                && rest.get(len).is_some_and(|next| AFTER_OPENER.contains(next))
        });
        match opener {
            Some(o) => start += o.chars().count(),
            None => break,
        }
    }
    out.retain(|i| i >= start);
}

fn is_sound(chars: &[char], at: usize) -> bool {
    let c = chars[at];
    if SOUNDS.contains(&c) {
        // 哎呀 and 唉声 are left to the dictionaries.
        return !chars.get(at + 1).is_some_and(|n| matches!(n, '呀' | '哟' | '声'));
    }
    c == '额'
        && chars.get(at + 1) != Some(&'度')
        && chars.get(at + 1) != Some(&'外')
        && !at.checked_sub(1).is_some_and(|b| BEFORE_E.contains(&chars[b]))
}

/// Drops what was said twice in a row. The result holds no repetition of the kind, so that a second pass finds none.
pub(super) fn drop_stutters(out: &mut NormalizedText) {
    let mut write = 0;
    for read in 0..out.chars.len() {
        out.chars[write] = out.chars[read];
        out.origins[write] = out.origins[read];
        write += 1;
        while let Some(length) = stutter_at_end(&out.chars[..write]) {
            write -= length;
        }
    }
    out.chars.truncate(write);
    out.origins.truncate(write);
}

fn stutter_at_end(chars: &[char]) -> Option<usize> {
    let n = chars.len();
    if n >= 2 && chars[n - 1] == chars[n - 2] && STUMBLES.contains(&chars[n - 1]) {
        return Some(1);
    }
    (2..=LONGEST_STUTTER).find(|&k| {
        n >= 2 * k
            && chars[n - k..] == chars[n - 2 * k..n - k]
            && chars[n - k..].iter().all(|c| is_han(*c) && digit(*c).is_none())
            && chars[n - k..].iter().any(|c| *c != chars[n - k])
    })
}

/// How recognisers write the names of letters down.
const LETTER_NAMES: &[(&str, char)] = &[
    ("艾福", 'f'),
    ("爱福", 'f'),
    ("艾弗", 'f'),
    ("爱弗", 'f'),
    ("艾夫", 'f'),
    ("艾尺", 'h'),
    ("爱尺", 'h'),
    ("艾曲", 'h'),
    ("爱曲", 'h'),
    ("艾尔", 'l'),
    ("爱尔", 'l'),
    ("艾姆", 'm'),
    ("爱姆", 'm'),
    ("爱母", 'm'),
    ("艾母", 'm'),
    ("阿尔", 'r'),
    ("艾斯", 's'),
    ("爱斯", 's'),
    ("爱死", 's'),
    ("达不溜", 'w'),
    ("达布溜", 'w'),
    ("大不溜", 'w'),
    ("大不六", 'w'),
    ("达不留", 'w'),
    ("艾克斯", 'x'),
    ("爱克斯", 'x'),
    ("艾克死", 'x'),
];

/// Writes the name of a letter as the letter where a letter, a digit or 码 follows: 艾福码 becomes f码.
pub(super) fn write_letters(out: &mut NormalizedText) {
    // From the end, so that the letter behind a name is known: 艾克斯艾斯三.
    for at in (0..out.chars.len()).rev() {
        if !matches!(out.chars[at], '艾' | '爱' | '阿' | '达' | '大') {
            continue;
        }
        let rest = &out.chars[at..];
        let name = LETTER_NAMES.iter().find_map(|(name, letter)| {
            let length = name.chars().count();
            let next = rest.get(length)?;
            let code = next.is_ascii_alphanumeric() || *next == '码' || digit(*next).is_some();
            (code && name.chars().eq(rest[..length].iter().copied())).then_some((length, *letter))
        });
        if let Some((length, letter)) = name {
            out.merge(at, at + length, letter);
        }
    }
}

/// Joins letters spelled one by one, and the digits behind them: `c z 3881` becomes `cz3881`.
pub(super) fn join_letters(out: &mut NormalizedText) {
    let chars = &out.chars;
    let single = |at: usize| {
        chars.get(at).is_some_and(char::is_ascii_lowercase)
            && !at.checked_sub(1).is_some_and(|b| chars[b].is_ascii_lowercase())
            && !chars.get(at + 1).is_some_and(char::is_ascii_lowercase)
    };
    let mut keep = vec![true; chars.len()];
    for at in 1..chars.len().saturating_sub(1) {
        if chars[at] == ' ' {
            let next_is_code = single(at + 1) || chars[at + 1].is_ascii_digit() || digit(chars[at + 1]).is_some();
            keep[at] = !(single(at - 1) && next_is_code);
        }
    }
    if keep.iter().any(|k| !k) {
        out.retain(|i| keep[i]);
    }
}

/// Shortest row of spoken digits that is written as digits, by modality.
const SHORTEST_SPOKEN: usize = 3;
const SHORTEST_TYPED: usize = 5;

/// Writes digits named one by one as digits: 三幺零二 → 3102, 一三八零零… → 13800….
///
/// Left alone: rows that go on as a number (三百二十), and short typed rows without a telephone digit (幺 洞 拐 零),
/// such as 一二三四.
pub(super) fn write_digits(out: &mut NormalizedText, modality: Modality) {
    let mut at = 0;
    while at < out.chars.len() {
        if digit(out.chars[at]).is_none() {
            at += 1;
            continue;
        }
        let start = at;
        let (mut spoken, mut telephone) = (0, false);
        while let Some(c) = out.chars.get(at).filter(|c| c.is_ascii_digit() || digit(**c).is_some()) {
            spoken += usize::from(!c.is_ascii_digit());
            telephone |= matches!(c, '幺' | '洞' | '拐' | '零' | '〇');
            at += 1;
        }
        let length = at - start;
        let long_enough = match modality {
            Modality::Voice => length >= SHORTEST_SPOKEN,
            Modality::Text => length >= SHORTEST_TYPED || (telephone && length >= SHORTEST_SPOKEN),
        };
        let unit = |c: Option<&char>| {
            c.is_some_and(|c| matches!(c, '十' | '百' | '千' | '万' | '亿' | '廿' | '卅' | '点' | '第'))
        };
        let counted = unit(out.chars.get(at)) || unit(start.checked_sub(1).and_then(|b| out.chars.get(b)));
        if spoken > 0 && long_enough && !counted {
            for c in &mut out.chars[start..at] {
                *c = digit(*c).unwrap_or(*c);
            }
        }
    }
}

/// The digit a character names when numbers are said one by one.
pub(super) fn digit(c: char) -> Option<char> {
    Some(match c {
        '零' | '〇' | '洞' => '0',
        '一' | '幺' => '1',
        '二' | '两' => '2',
        '三' => '3',
        '四' => '4',
        '五' => '5',
        '六' => '6',
        '七' | '拐' => '7',
        '八' => '8',
        '九' => '9',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Modality, NormalizedText, Normalizer};

    fn normalize(text: &str, modality: Modality) -> String {
        let mut out = NormalizedText::default();
        Normalizer::new().normalize(text, modality, &mut out);
        out.as_str().to_owned()
    }

    #[test]
    fn spoken_habits() {
        for (heard, read) in [
            ("嗯那个我想问一下", "我想问一下"),
            ("呃帮我查查余额", "帮我查查余额"),
            ("那个空调坏了", "那个空调坏了"),
            ("嗯嗯", "嗯嗯"),
            ("嗯", "嗯"),
            ("我我我要退票", "我要退票"),
            ("明天明天上午的", "明天上午的"),
            ("谢谢谢谢", "谢谢"),
            ("看看", "看看"),
            ("C Z三幺零二几点起飞", "cz3102几点起飞"),
            ("电话一三八零零一三八零零零", "电话13800138000"),
            ("艾福码在哪输", "f码在哪输"),
            ("订单艾克斯艾斯三二八幺", "订单xs3281"),
            ("爱尔兰的票", "爱尔兰的票"),
            ("艾斯", "艾斯"),
            ("三百二十块", "三百二十块"),
            ("一百零二三十", "一百零二三十"),
        ] {
            assert_eq!(normalize(heard, Modality::Voice), read, "{heard}");
        }
    }

    #[test]
    fn typed_digits() {
        for (typed, read) in
            [("三幺零二航班", "3102航班"), ("一二三四", "一二三四"), ("二零二六年", "2026年"), ("三三两两", "三三两两")]
        {
            assert_eq!(normalize(typed, Modality::Text), read, "{typed}");
        }
    }
}
