//! How many people travel.

use super::found::{Found, Kind, Rule, Strength};
use super::number::{Number, canonical};
use super::text::{any_at, any_before, char_at, char_before, is_boundary, skip_space};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "passenger.groups",
        reads: "grown-ups and children counted apart: the sum",
        kind: Kind::PassengerCount,
        examples: &[
            ("买两大两小的票", "两大两小", "4"),
            ("3大1小", "3大1小", "4"),
            ("两个大人带一个小孩", "两个大人带一个小孩", "3"),
            ("1成人2儿童", "1成人2儿童", "3"),
            ("三名成人、一名婴儿", "三名成人、一名婴儿", "4"),
            ("大人三个小孩两个", "大人三个小孩两个", "5"),
            ("三个大的两个小的", "三个大的两个小的", "5"),
            ("2 adults 1 child", "2 adults 1 child", "3"),
        ],
    },
    Rule {
        name: "passenger.people",
        reads: "so many people",
        kind: Kind::PassengerCount,
        examples: &[
            ("我们五个人", "五个人", "5"),
            ("两人往返", "两人", "2"),
            ("四位乘客", "四位乘客", "4"),
            ("一家五口出去玩", "一家五口", "5"),
            ("六口人", "六口人", "6"),
            ("3 people", "3 people", "3"),
        ],
    },
    Rule {
        name: "passenger.we",
        reads: "a number behind a word for us: 我们三个, 咱俩, 我们仨",
        kind: Kind::PassengerCount,
        examples: &[
            ("我们四个去昆明", "我们四个", "4"),
            ("我俩坐一起", "我俩", "2"),
            ("我们仨", "我们仨", "3"),
            ("就我一个", "我一个", "1"),
        ],
    },
    Rule {
        name: "passenger.tickets",
        reads: "so many air tickets; a caller that books takes them for travellers",
        kind: Kind::PassengerCount,
        examples: &[("订三张机票", "三张机票", "3")],
    },
];

/// Most people that a message speaks of.
const MOST: f64 = 999.0;

/// Grown-ups and children by name.
const NAMED: &[&str] = &[
    "adults",
    "adult",
    "children",
    "child",
    "kids",
    "infants",
    "infant",
    "成人",
    "儿童",
    "婴儿",
    "大人",
    "小孩儿",
    "小孩",
    "孩子",
    "老人",
    "小朋友",
    "宝宝",
    "婴童",
    "成年人",
    "未成年",
    "大的",
    "小的",
    "老的",
];

/// Reads the number of travellers; `numbers` is what `number::scan` gave.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    let mut index = 0;
    while index < numbers.len() {
        if let Some((span, sum, used)) = named_first(chars, numbers, index) {
            out.push(Found::new(Kind::PassengerCount, span, canonical(sum), Strength::Certain, "passenger.groups"));
            index += used;
            continue;
        }
        let (sum, end, used, sure) = groups(chars, numbers, index);
        if used >= 2 || used == 1 && sure {
            let span = numbers[index].span.start..end;
            out.push(Found::new(Kind::PassengerCount, span, canonical(sum), Strength::Certain, "passenger.groups"));
            index += used;
            continue;
        }
        if let Some(found) = people(chars, &numbers[index]) {
            out.push(found);
        }
        index += 1;
    }
    for at in 1..chars.len() {
        if chars[at] == '仨' {
            let before = any_before(chars, at, WE).unwrap_or(0);
            if before > 0 {
                out.push(Found::new(
                    Kind::PassengerCount,
                    at - before..at + 1,
                    "3".into(),
                    Strength::Certain,
                    "passenger.we",
                ));
            }
        }
    }
}

/// Words for us and for those who travel.
const WE: &[&str] = &[
    "我们", "咱们", "他们", "她们", "你们", "我", "咱", "俺们", "他", "她", "夫妻", "夫妇", "母子", "母女", "父子",
    "父女", "姐妹", "兄弟", "老两", "小两",
];

fn is_count(number: &Number) -> bool {
    !number.ordinal
        && !number.percent
        && number.upper.is_none()
        && number.value.fract() == 0.0
        && (1.0..=MOST).contains(&number.value)
}

/// The groups that follow each other from the number at `index` on: sum, end, numbers taken, and whether one of them
/// names people by itself.
fn groups(chars: &[char], numbers: &[Number], index: usize) -> (f64, usize, usize, bool) {
    let mut sum = 0.0;
    let mut end = 0;
    let mut used = 0;
    let mut sure = false;
    while let Some(number) = numbers.get(index + used).filter(|n| is_count(n) && n.value < 100.0) {
        if used > 0 {
            let gap: String = chars[end..number.span.start.max(end)].iter().take(3).collect();
            if !matches!(gap.as_str(), "" | "和" | "带" | "加" | "," | "、" | " " | "+" | "带着" | "还有" | "跟" | "与")
            {
                break;
            }
        }
        let mut at = skip_space(chars, number.core.end);
        let counter = any_at(chars, at, &["个", "名", "位"]);
        let name = any_at(chars, at + counter.unwrap_or(0), NAMED);
        // 两个大的; in 两大两小的 the 的 is none of it
        if let Some(length) = name.filter(|l| counter.is_some() || char_at(chars, at + l - 1) != '的') {
            at += counter.unwrap_or(0) + length;
            // 一个小孩子 and the like are one word
            sure = true;
        } else if counter.is_none() && matches!(char_at(chars, at), '大' | '小' | '老' | '婴') && at == number.core.end
        {
            let after = char_at(chars, at + 1);
            let next_number =
                numbers.get(index + used + 1).is_some_and(|n| n.span.start <= at + 2 && n.span.start > at);
            if !(next_number
                || used > 0
                    && (is_boundary(after)
                        || !matches!(after, '时' | '箱' | '盒' | '包' | '袋' | '瓶' | '份' | '杯' | '碗' | '件')))
            {
                break;
            }
            at += 1;
        } else {
            break;
        }
        sum += number.value;
        end = at;
        used += 1;
    }
    (sum, end, used, sure)
}

/// 大人两个小孩一个: the name before the number, at least twice. The span, the sum, and the numbers taken.
fn named_first(chars: &[char], numbers: &[Number], index: usize) -> Option<(std::ops::Range<usize>, f64, usize)> {
    let mut sum = 0.0;
    let mut used = 0;
    let mut span = 0..0;
    while let Some(number) = numbers.get(index + used).filter(|n| is_count(n) && n.value < 100.0) {
        let start = number.span.start;
        let Some(length) = any_before(chars, start, NAMED) else {
            break;
        };
        let gap = (start - length).saturating_sub(span.end);
        if used == 0 {
            span.start = start - length;
        } else if gap > 1 {
            break;
        }
        span.end = number.core.end + any_at(chars, number.core.end, &["个", "名", "位"]).unwrap_or(0);
        sum += number.value;
        used += 1;
    }
    (used >= 2).then_some((span, sum, used))
}

/// 五个人, 两人, 四位乘客, 一家五口, 我们四个, 我俩.
fn people(chars: &[char], number: &Number) -> Option<Found> {
    if !is_count(number) {
        return None;
    }
    let start = number.span.start;
    let at = skip_space(chars, number.core.end);
    let found =
        |span, strength, rule| Some(Found::new(Kind::PassengerCount, span, canonical(number.value), strength, rule));
    if char_at(chars, at) == '口' {
        let home = any_before(chars, start, &["一家子", "一家", "全家"]);
        if let Some(length) = home {
            let tail = any_at(chars, at, &["口人", "口"]).unwrap_or(1);
            return found(start - length..at + tail, Strength::Certain, "passenger.people");
        }
        if let Some(length) = any_at(chars, at, &["口人", "口之家", "口子"]) {
            return found(start..at + length, Strength::Certain, "passenger.people");
        }
        return None;
    }
    if let Some(length) = any_at(
        chars,
        at,
        &[
            "个人",
            "名乘客",
            "位乘客",
            "名旅客",
            "位旅客",
            "个乘客",
            "个旅客",
            "位客人",
            "人",
            "people",
            "persons",
            "person",
            "passengers",
            "passenger",
            "pax",
            "位",
        ],
    ) {
        let end = at + length;
        let word = char_at(chars, end - 1);
        let after = char_at(chars, end);
        let other = word == '人'
            && matches!(
                after,
                '间' | '桌'
                    | '座'
                    | '份'
                    | '民'
                    | '次'
                    | '餐'
                    | '台'
                    | '床'
                    | '帐'
                    | '以'
                    | '均'
                    | '员'
                    | '工'
                    | '证'
                    | '信'
            )
            || word == '位' && matches!(after, '置' | '子' | '数');
        if other {
            return None;
        }
        let strength =
            if word == '位' || number.value == 1.0 && word == '人' { Strength::Cued } else { Strength::Certain };
        return found(start..end, strength, "passenger.people");
    }
    let pair = matches!(chars[start], '俩' | '倆');
    if let Some(length) = any_before(chars, start, WE)
        .or_else(|| any_before(chars, start, &["一共", "总共", "共"]).filter(|_| char_at(chars, at) == '个'))
    {
        let counter = usize::from(char_at(chars, at) == '个');
        // 就我一个; not 给我一个
        let single = length == 1 && !pair && {
            let only = any_before(chars, start - 1, &["就", "只有", "就是", "只", "才"]).is_some();
            !(only && number.value == 1.0 && char_before(chars, start) == '我')
        };
        if pair
            || counter > 0
                && !single
                && !matches!(char_at(chars, at + 1), '小' | '月' | '星' | '礼' | '包' | '箱' | '行' | '钟')
        {
            return found(start - length..at + counter, Strength::Certain, "passenger.we");
        }
    }
    if let Some(length) = any_at(chars, at, &["张机票", "张飞机票", "张票", "张成人票"]) {
        return found(start..at + length, Strength::Bare, "passenger.tickets");
    }
    None
}
