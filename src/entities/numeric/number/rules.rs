//! The rules of the reader of numbers, with what each reads.

use super::super::found::{Kind, Rule};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "number.whole",
        reads: "a whole number, by digits or by position; 幺 is 1, 两 is 2, 廿 is 20; 一百五 is 150",
        kind: Kind::Number,
        examples: &[
            ("给我留十二盒", "十二", "12"),
            ("总共 3,250 人", "3,250", "3250"),
            ("两千三", "两千三", "2300"),
            ("三万五千零八", "三万五千零八", "35008"),
            ("九兆零三亿", "九兆零三亿", "9000300000000"),
            ("6万8千", "6万8千", "68000"),
            ("贰佰壹拾", "贰佰壹拾", "210"),
            ("万八", "万八", "18000"),
            ("结果是七", "七", "7"),
        ],
    },
    Rule {
        name: "number.decimal",
        reads: "a decimal number; 点 or a point; big units and k, w, m may follow",
        kind: Kind::Number,
        examples: &[
            ("圆周率三点一四", "三点一四", "3.14"),
            ("共 27.50", "27.50", "27.5"),
            ("7.35亿", "7.35亿", "735000000"),
            (".25", ".25", "0.25"),
            ("大约 1.5w", "1.5w", "15000"),
            ("80k", "80k", "80000"),
        ],
    },
    Rule {
        name: "number.scientific",
        reads: "a power of ten or a power: 3e4, 2^-2",
        kind: Kind::Number,
        examples: &[("3e4", "3e4", "30000"), ("2^-2", "2^-2", "0.25")],
    },
    Rule {
        name: "number.negative",
        reads: "a number below zero: 负, or a minus that follows no digit",
        kind: Kind::Number,
        examples: &[("负十五", "负十五", "-15"), ("- 350", "- 350", "-350"), ("负 25", "负 25", "-25")],
    },
    Rule {
        name: "number.fraction",
        reads: "a fraction: 分之, 又…分之, or a slash",
        kind: Kind::Number,
        examples: &[
            ("还剩四分之三", "四分之三", "0.75"),
            ("二又四分之一", "二又四分之一", "2.25"),
            ("万分之六", "万分之六", "0.0006"),
            ("7/8", "7/8", "0.875"),
            ("2 3/4", "2 3/4", "2.75"),
            ("十份九", "十份九", "0.9"),
        ],
    },
    Rule {
        name: "number.percent",
        reads: "a percentage; the value is the number before the sign",
        kind: Kind::Number,
        examples: &[
            ("百分之三十五", "百分之三十五", "35"),
            ("涨了12.5%", "12.5%", "12.5"),
            ("低了三个百分点", "三个百分点", "3"),
        ],
    },
    Rule {
        name: "number.half",
        reads: "half of one, or one and a half of something: 一半, 半个, 三个半",
        kind: Kind::Number,
        examples: &[("一半", "一半", "0.5"), ("半个", "半个", "0.5"), ("四个半", "四个半", "4.5")],
    },
    Rule {
        name: "number.inexact",
        reads: "a number blurred by 多, 几, 余 or 来: the round number, marked inexact",
        kind: Kind::Number,
        examples: &[
            ("三十多", "三十多", "30"),
            ("六百余万", "六百余万", "6000000"),
            ("四十几万", "四十几万", "400000"),
            ("一亿两千多万", "一亿两千多万", "120000000"),
            ("百把块钱", "百把", "100"),
        ],
    },
    Rule {
        name: "number.dozen",
        reads: "dozens and pairs: 打 counts twelve, 一对 and 一双 are two; any other count of 对 and 双 is the count",
        kind: Kind::Number,
        examples: &[("两打", "两打", "24"), ("一双", "一双", "2")],
    },
    Rule {
        name: "number.ordinal",
        reads: "a number behind 第",
        kind: Kind::Number,
        examples: &[("第二十一名", "第二十一", "21")],
    },
    Rule {
        name: "number.estimate",
        reads: "two neighbouring digits: an estimate, both ends kept",
        kind: Kind::NumberRange,
        examples: &[("七八十个", "七八十", "70/80"), ("三五个", "三五", "3/5")],
    },
    Rule {
        name: "number.range",
        reads: "two numbers joined by 到, 至, ~ or -, the smaller first",
        kind: Kind::NumberRange,
        examples: &[("大概五到八个", "五到八", "5/8"), ("120-150个", "120-150", "120/150")],
    },
];
