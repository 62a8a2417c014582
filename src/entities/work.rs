//! Counts looks at characters, so that a test can tell that work grows with the length of a message and not faster,
//! whatever machine it runs on.

use super::{numeric, temporal};
use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// A reader looks at some characters.
pub(super) fn look(characters: usize) {
    LOOKS.set(LOOKS.get() + characters as u64);
}

/// How often the readers look at a character of `length` characters, made of `piece` again and again.
fn looks(piece: &str, length: usize) -> u64 {
    let chars: Vec<char> = piece.chars().cycle().take(length).collect();
    let reference = "2026-11-21T10:00+08:00[Asia/Shanghai]".parse().unwrap();
    let options = numeric::Options { carriers: &|_| None, own_airline: Some("CZ") };
    LOOKS.set(0);
    temporal::Reader::new([]).read(&chars, &reference, &mut Vec::new());
    numeric::read(&chars, &options, &mut Vec::new());
    LOOKS.get()
}

#[test]
fn work_grows_with_the_length() {
    let pieces = [
        "1",
        "0",
        "年月日",
        "零",
        "一",
        "十",
        "半",
        "3.",
        "1,",
        "3-",
        "1/",
        "1:",
        "a1 ",
        "-",
        "万亿",
        "二十",
        "第",
        "每周一、",
        "上",
        "下个",
        "明天下午3点到",
        "第三个周",
        "1号、",
        "到",
        "三百五",
        "满1减",
        "幺三八",
        "138 ",
        "两大一小",
        "买2斤",
        "送到1号楼",
        "折",
        "c z ",
        "e",
        "http:",
        "粤a1",
        "前天",
        "今天",
        "过",
        "再",
        "百分之",
        "分之",
        "又",
        "点",
        "大",
        "初",
        "除夕",
        "以后",
        "周六日",
    ];
    for piece in pieces {
        let (short, long) = (looks(piece, 10_000), looks(piece, 100_000));
        assert!(long <= short * 11 + 1000, "{piece}: {short} looks at 10,000 characters, {long} at 100,000");
        assert!(long <= 100_000 * 500, "{piece}: {long} looks at 100,000 characters");
    }
}

#[test]
fn messages_without_values_cost_little() {
    for text in ["请问怎么办理退票手续费是按标准收取", "行李可以托运宠物吗", "商品质量有问题要求退货运费谁来承担"]
    {
        let (characters, looks) = (text.chars().count(), looks(text, text.chars().count()));
        assert!(looks <= 3 * characters as u64, "{text}: {looks} looks");
    }
}
