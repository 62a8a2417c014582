//! The entry of a menu that the sender picks.

use super::found::{Found, Kind, Rule, Strength};
use super::number::{Number, canonical};
use super::numeral::Form;
use super::text::{any_at, any_before, char_at, is_boundary, skip_space};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "option.alone",
        reads: "a number up to 99 that is the whole message",
        kind: Kind::Option,
        examples: &[("6", "6", "6"), ("十一", "十一", "11"), ("4。", "4", "4"), ("5吧", "5", "5")],
    },
    Rule {
        name: "option.cued",
        reads: "a number behind 回复, 选, 按 and the like",
        kind: Kind::Option,
        examples: &[
            ("回复 9", "9", "9"),
            ("我选三", "三", "3"),
            ("按1", "1", "1"),
            ("选择第六个", "第六个", "6"),
            ("选项二", "二", "2"),
        ],
    },
    Rule {
        name: "option.ordinal",
        reads: "第 and a number of entries; sure where it is the whole message",
        kind: Kind::Option,
        examples: &[("第三个", "第三个", "3"), ("就第一项吧", "第一项", "1"), ("第五", "第五", "5")],
    },
];

/// Reads menu entries; `numbers` is what `number::scan` gave.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    let start = chars.iter().position(|c| c.is_alphanumeric()).unwrap_or(0);
    let mut end = chars.iter().rposition(|c| c.is_alphanumeric()).map_or(0, |i| i + 1);
    while end > start + 1 && matches!(chars[end - 1], '吧' | '啊' | '呀' | '了' | '哦' | '呢') {
        end -= 1;
    }
    for number in numbers {
        if number.percent
            || number.upper.is_some()
            || number.value.fract() != 0.0
            // 洞幺拐 and 007 are no entries
            || number.form != Form::Positional && number.core.len() > 2
            || !(1.0..100.0).contains(&number.value)
        {
            continue;
        }
        let tail = any_at(chars, number.core.end, &["个", "项", "条", "款", "号", "种", "档", "家"]).unwrap_or(0);
        let close = number.core.end + if number.ordinal { tail } else { 0 };
        let span = number.span.start..close;
        let after = char_at(chars, skip_space(chars, number.core.end + tail));
        let closed = is_boundary(after) || matches!(after, '吧' | '啊' | '呀' | '了' | '哦' | '呢' | '谢');
        let whole = span.start == start && number.core.end + tail >= end && (tail == 0 || number.ordinal);
        // 15选5 is a lottery
        let back = skip_back(chars, number.span.start);
        let lottery = back >= 2 && char_at(chars, back - 1) == '选' && char_at(chars, back - 2).is_ascii_digit();
        let picked = !lottery
            && any_before(
                chars,
                skip_back(chars, number.span.start),
                &["回复", "选择", "选项", "我选", "选", "按", "输入", "发送", "点击", "选了", "要选", "回"],
            )
            .is_some();
        let (strength, rule) = if number.ordinal {
            if tail == 0 && !closed || !closed && !picked && tail > 0 && after.is_alphanumeric() && !whole {
                if tail == 0 {
                    continue;
                } else {
                    (Strength::Bare, "option.ordinal")
                }
            } else if picked {
                (Strength::Certain, "option.cued")
            } else if whole {
                (Strength::Certain, "option.ordinal")
            } else {
                (Strength::Cued, "option.ordinal")
            }
        } else if whole {
            (Strength::Certain, "option.alone")
        } else if picked && (closed || tail > 0) && !matches!(after, '排' | '座') {
            (Strength::Cued, "option.cued")
        } else if span.start == start && close + tail == end && char_at(chars, close) == '号' {
            // 2号, the whole message: an entry, or a day
            (Strength::Bare, "option.alone")
        } else {
            continue;
        };
        out.push(Found::new(Kind::Option, span, canonical(number.value), strength, rule));
    }
}

fn skip_back(chars: &[char], at: usize) -> usize {
    if at > 0 && matches!(chars[at - 1], ' ' | ':' | '"' | '“') { at - 1 } else { at }
}
