//! Amounts of money and discounts.
//!
//! A number with a currency behind or before it is an amount for sure. A number without one may still be money: behind
//! or before a cue (预算, 定金, 左右) it is [`Strength::Cued`], a round or long one alone [`Strength::Bare`], in yuan.

use super::currency::{PREFIXES, Unit, currency_at};
use super::found::{Found, Kind, Rule, Strength};
use super::measure::measure_at;
use super::number::{Number, canonical, joined, word_here};
use super::numeral::Form;
use super::text::{any_at, any_before, char_at, char_before, is_boundary, skip_space, word_at, word_before};
use std::ops::Range;

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "amount.unit",
        reads: "a number and a currency; the smaller unit and a last digit (三块五, 六块八毛五) belong to it",
        kind: Kind::Amount,
        examples: &[
            ("一共88元", "88元", "88 CNY"),
            ("三块五", "三块五", "3.5 CNY"),
            ("九块九包邮", "九块九", "9.9 CNY"),
            ("六块八毛五", "六块八毛五", "6.85 CNY"),
            ("五毛", "五毛", "0.5 CNY"),
            ("八块半", "八块半", "8.5 CNY"),
            ("两毛五", "两毛五", "0.25 CNY"),
            ("十二元零五分", "十二元零五分", "12.05 CNY"),
            ("两千五百块钱", "两千五百块钱", "2500 CNY"),
            ("1.2亿元", "1.2亿元", "120000000 CNY"),
            ("99rmb", "99rmb", "99 CNY"),
            ("六百港币", "六百港币", "600 HKD"),
            ("20刀", "20刀", "20 USD"),
            ("800日元50日本銭", "800日元50日本銭", "800.5 JPY"),
            ("三欧元四十欧分", "三欧元四十欧分", "3.4 EUR"),
            ("8000日元", "8000日元", "8000 JPY"),
            ("500台币", "500台币", "500 TWD"),
        ],
    },
    Rule {
        name: "amount.sign",
        reads: "a sign or a currency before the number",
        kind: Kind::Amount,
        examples: &[
            ("¥199", "¥199", "199 CNY"),
            ("nt$350", "nt$350", "350 TWD"),
            ("hk$ 1,200", "hk$ 1,200", "1200 HKD"),
            ("rmb 60", "rmb 60", "60 CNY"),
            ("人民币三百", "人民币三百", "300 CNY"),
        ],
    },
    Rule {
        name: "amount.range",
        reads: "a range or an estimate: both ends; a unit said once counts for both",
        kind: Kind::Amount,
        examples: &[
            ("3000到5000块", "3000到5000块", "3000/5000 CNY"),
            ("三四百块", "三四百块", "300/400 CNY"),
            ("三到五百块", "三到五百块", "300/500 CNY"),
            ("两三千", "两三千", "2000/3000 CNY"),
        ],
    },
    Rule {
        name: "amount.cued",
        reads: "a number without currency beside a word about money: 预算, 定金, 左右",
        kind: Kind::Amount,
        examples: &[
            ("预算4500", "4500", "4500 CNY"),
            ("6000定金", "6000", "6000 CNY"),
            ("两千五左右", "两千五", "2500 CNY"),
            ("3k以内", "3k", "3000 CNY"),
        ],
    },
    Rule {
        name: "amount.bare",
        reads: "a round or long number without currency or cue",
        kind: Kind::Amount,
        examples: &[("2万", "2万", "20000 CNY"), ("一千八", "一千八", "1800 CNY")],
    },
    Rule {
        name: "discount.fold",
        reads: "a discount by 折: the share that is left to pay; 半价 too",
        kind: Kind::Discount,
        examples: &[
            ("打八五折", "八五折", "0.85"),
            ("有没有7折", "7折", "0.7"),
            ("九折", "九折", "0.9"),
            ("6.8折", "6.8折", "0.68"),
            ("现在半价吗", "半价", "0.5"),
        ],
    },
    Rule {
        name: "discount.full_reduction",
        reads: "so much off from so much on: 满…减…",
        kind: Kind::FullReduction,
        examples: &[("满三百减五十", "满三百减五十", "300-50"), ("满200元立减30元", "满200元立减30元", "200-30")],
    },
];

/// Words before a number that make it money, fillers between.
const BEFORE: &[&str] = &[
    "预算",
    "价格",
    "价位",
    "票价",
    "单价",
    "原价",
    "现价",
    "售价",
    "标价",
    "均价",
    "价钱",
    "价",
    "花了",
    "花费",
    "花",
    "付了",
    "付",
    "交了",
    "交",
    "赔了",
    "赔",
    "补了",
    "补",
    "收了",
    "收费",
    "收",
    "扣了",
    "扣",
    "押金",
    "定金",
    "订金",
    "金额",
    "总额",
    "退款",
    "退了",
    "便宜",
    "优惠",
    "抵扣",
    "抵",
    "立减",
    "减",
    "省了",
    "省",
    "卖",
    "卖到",
    "充值",
    "充了",
    "充",
    "报价",
    "面值",
    "运费",
    "邮费",
    "费用",
    "手续费",
    "差价",
    "消费",
    "控制在",
    "满",
];

/// Words behind a number that make it money.
const AFTER: &[&str] = &[
    "定金",
    "订金",
    "押金",
    "左右",
    "以内",
    "之内",
    "上下",
    "出头",
    "预算",
    "的预算",
    "的定金",
    "的订金",
    "的押金",
    "的退款",
    "退款",
    "的券",
    "的优惠券",
    "的代金券",
    "代金券",
    "优惠券",
    "的红包",
    "的发票",
    "的价位",
    "价位",
    "现金",
];

/// Reads amounts and discounts; `numbers` is what `number::scan` gave.
pub fn read(chars: &[char], numbers: &[Number], out: &mut Vec<Found>) {
    let mut free = 0;
    let mut index = 0;
    while index < numbers.len() {
        let number = &numbers[index];
        if let Some(found) = fold(chars, number) {
            out.push(found);
            index += 1;
            continue;
        }
        if let Some(found) = full_reduction(chars, numbers, index) {
            out.push(found);
        }
        if number.percent || number.ordinal {
            index += 1;
            continue;
        }
        let range = numbers.get(index + 1).filter(|next| !next.percent && joined(chars, number, next).is_some());
        if let Some((found, used)) = amount(chars, numbers, index, range.is_some(), free) {
            free = found.span.end;
            out.push(found);
            index += used;
        } else {
            index += 1;
        }
    }
    half_price(chars, out);
}

/// An amount that starts with the number at `index`, and how many numbers it takes.
fn amount(chars: &[char], numbers: &[Number], index: usize, range: bool, free: usize) -> Option<(Found, usize)> {
    let first = &numbers[index];
    let last = if range { &numbers[index + 1] } else { first };
    let mut used = 1 + usize::from(range);
    let mut lower = first.value;
    let mut upper = if range { Some(last.value) } else { first.upper };
    // 三到五百块: the unit counts for both
    if range && first.last_unit == 1 && first.form != Form::Arabic && last.last_unit >= 100 && first.value < 10.0 {
        #[expect(clippy::cast_precision_loss, reason = "a unit")]
        let scaled = first.value * last.last_unit as f64;
        if scaled < last.value {
            lower = scaled;
        }
    }
    let at = skip_space(chars, last.span.end);
    // 12个印度卢比
    let at = at
        + usize::from(char_at(chars, at) == '个' && currency_at(chars, at + 1).is_some_and(|(length, ..)| length > 1));
    let suffix = currency_at(chars, at).filter(|(length, name, _)| is_money(chars, last, at + length, name));
    let (span, code, strength, rule) = if let Some((length, name, unit)) = suffix {
        let mut end = at + length;
        lower *= unit.worth;
        upper = upper.map(|u| u * unit.worth);
        if upper.is_none() {
            let (more, to, taken) = smaller(chars, numbers, index + used, end, name, unit);
            lower += more;
            end = to;
            used += taken;
        }
        let start = prefix(chars, first.span.start, free)
            .filter(|(_, code)| *code == unit.code)
            .map_or(first.span.start, |p| p.0);
        let rule = if upper.is_some() { "amount.range" } else { "amount.unit" };
        (start..end, unit.code, Strength::Certain, rule)
    } else if let Some((start, code)) = prefix(chars, first.span.start, free) {
        (start..last.span.end, code, Strength::Certain, if upper.is_some() { "amount.range" } else { "amount.sign" })
    } else if first.value < 0.0 {
        return None;
    } else {
        let strength = without_currency(chars, first, last)?;
        let rule = match (upper, strength) {
            (Some(_), _) => "amount.range",
            (_, Strength::Cued) => "amount.cued",
            _ => "amount.bare",
        };
        (first.span.start..last.span.end, "CNY", strength, rule)
    };
    let value = match upper {
        Some(upper) => format!("{}/{} {code}", canonical(lower), canonical(upper)),
        None => format!("{} {code}", canonical(lower)),
    };
    let bound = bound(chars, &span);
    let mut found = Found::new(Kind::Amount, span, value, strength, rule);
    if first.inexact || last.inexact || matches!(bound, Some("about")) {
        found = found.with("inexact", "true");
    }
    if let Some(bound) = bound {
        found = found.with("bound", bound);
    }
    Some((found, used))
}

/// `about`, `most` or `least`, by the words before and behind a measure: 左右, 以内, 不到, 至少.
#[must_use]
pub fn bound(chars: &[char], span: &Range<usize>) -> Option<&'static str> {
    let at = skip_space(chars, span.end);
    if any_at(chars, at, &["左右", "上下", "出头", "的样子"]).is_some() {
        Some("about")
    } else if any_at(chars, at, &["以内", "以下", "之内", "之下", "封顶"]).is_some() || char_at(chars, at) == '内'
    {
        Some("most")
    } else if any_at(chars, at, &["以上", "之上", "往上", "起步"]).is_some()
        || char_at(chars, at) == '起' && char_at(chars, at + 1) != '飞'
    {
        Some("least")
    } else if any_before(chars, span.start, &["不到", "低于", "少于", "小于", "不超过", "最多", "顶多", "不高于"])
        .is_some()
    {
        Some("most")
    } else if any_before(chars, span.start, &["超过", "高于", "大于", "至少", "最少", "起码", "不低于", "不少于"])
        .is_some()
    {
        Some("least")
    } else if any_before(chars, span.start, &["大概", "大约", "约", "差不多", "将近", "接近", "近"]).is_some()
    {
        Some("about")
    } else {
        None
    }
}

/// The smaller units and the last digit behind a unit: how much they add, where they end, the numbers they take.
fn smaller(
    chars: &[char],
    numbers: &[Number],
    mut next: usize,
    mut end: usize,
    name: &str,
    unit: Unit,
) -> (f64, usize, usize) {
    let mut more = 0.0;
    let mut taken = 0;
    let mut worth = unit.worth;
    let mut yuan = unit.code == "CNY" && matches!(name, "块" | "元" | "毛" | "角" | "圆");
    // 五块半
    if yuan
        && char_at(chars, end) == '半'
        && !matches!(char_at(chars, end + 1), '斤' | '个' | '天' | '年' | '月' | '小' | '公' | '箱' | '份')
    {
        return (unit.worth / 2.0, end + 1, 0);
    }
    while worth > 0.005 {
        let gap = usize::from(matches!(char_at(chars, end), '又' | '零' | ' ' | '加'));
        let Some(number) =
            numbers.get(next).filter(|n| (n.core.start == end || n.core.start == end + gap) && n.upper.is_none())
        else {
            break;
        };
        let at = skip_space(chars, number.core.end);
        if let Some((length, name, part)) = currency_at(chars, at)
            && part.code == unit.code
            && part.worth < worth
        {
            more += number.value * part.worth;
            end = at + length;
            worth = part.worth;
            yuan = yuan && matches!(name, "毛" | "角");
        } else if unit.code == "CNY"
            && char_at(chars, at) == '分'
            && worth < 10.0
            && number.value < 100.0
            && !matches!(char_at(chars, at + 1), '钟' | '期' | '之' | '店' | '享')
        {
            more += number.value * 0.01;
            end = at + 1;
            worth = 0.001;
        } else if yuan && gap == 0 && number.core.start == end {
            let Some(digit) = last_digit(chars, number) else {
                break;
            };
            more += f64::from(digit) * worth / 10.0;
            let whole = number.core.end == end + 1;
            end += 1;
            if !whole {
                break;
            }
            worth = 0.0;
        } else {
            break;
        }
        next += 1;
        taken += 1;
    }
    (more, end, taken)
}

/// The digit of 三块五, 9块9包邮 and 三块五一斤; not of 十块三个.
fn last_digit(chars: &[char], number: &Number) -> Option<u8> {
    let digit = super::numeral::digit(chars[number.core.start]).filter(|&d| d > 0)?;
    let length = number.core.end - number.core.start;
    let per = length == 2 && char_at(chars, number.core.start + 1) == '一' && number.form == Form::Digits;
    let counted = measure_at(chars, number.core.end).is_some()
        && word_at(chars, number.core.end, "包邮").is_none()
        && char_at(chars, number.core.end) != '一';
    (per || length == 1 && !counted).then_some(digit)
}

/// Whether the name of a currency means money here: not 一块披萨, 五角星, 三刀两断, 一毛巾.
#[must_use]
pub fn is_money(chars: &[char], number: &Number, end: usize, name: &str) -> bool {
    let after = char_at(chars, end);
    let ends = is_boundary(after);
    match name {
        "块" => {
            // 一块披萨, 三块肥皂: a small count of pieces of something
            let small = number.value <= 10.0 && number.value.fract() == 0.0 && number.upper.is_none();
            let said = ends
                || after.is_ascii_digit()
                || super::numeral::digit(after).is_some()
                || matches!(
                    after,
                    '钱' | '左'
                        | '以'
                        | '的'
                        | '吗'
                        | '呢'
                        | '能'
                        | '够'
                        | '就'
                        | '了'
                        | '可'
                        | '是'
                        | '吧'
                        | '行'
                        | '啊'
                        | '多'
                        | '一'
                        | '每'
                        | '到'
                        | '至'
                        | '还'
                        | '不'
                        | '也'
                        | '都'
                        | '没'
                        | '太'
                        | '又'
                        | '上'
                        | '内'
                        | '起'
                        | '呀'
                        | '嘛'
                        | '哦'
                        | '那'
                        | '两'
                        | '半'
                        | '包'
                        | '贵'
                        | '卖'
                        | '买'
                        | '优'
                        | '押'
                        | '定'
                );
            // 一块五花肉: the digit is part of a word
            let word = word_here(chars, end);
            let together = number.value == 1.0
                && number.form == Form::Digits
                && (after == '儿'
                    || matches!(
                        after,
                        '的' | '吗'
                            | '吧'
                            | '就'
                            | '不'
                            | '买'
                            | '到'
                            | '上'
                            | '还'
                            | '都'
                            | '也'
                            | '行'
                            | '能'
                            | '可'
                            | '起'
                            | '卖'
                    )
                    || ends && !is_boundary(char_before(chars, number.span.start)));
            let piece = any_at(
                chars,
                end,
                &[
                    "手表",
                    "蛋糕",
                    "表",
                    "玻璃",
                    "面包",
                    "砖",
                    "瓷砖",
                    "肥皂",
                    "香皂",
                    "屏",
                    "布",
                    "地",
                    "豆腐",
                    "石",
                    "电池",
                    "巧克力",
                    "披萨",
                    "肉",
                    "排骨",
                    "硬盘",
                    "板",
                    "糖",
                    "饼",
                ],
            )
            .is_some();
            !piece && !together && !word && (said || !small)
        }
        "元" => !matches!(after, '旦' | '宵' | '素' | '件' | '老' | '首' | '器' | '组' | '气' | '桥'),
        "圆" => !matches!(after, '形' | '的' | '圈' | '桌' | '柱'),
        "毛" if number.value == 3.0 && after == '的' => false,
        "毛" => {
            !matches!(after, '球' | '衣' | '巾' | '线' | '利' | '绒' | '发' | '笔' | '孩' | '呢' | '毯' | '肚' | '病')
        }
        "角" => {
            !matches!(after, '形' | '度' | '色' | '落' | '铁' | '楼' | '大' | '星' | '梅')
                && (ends || !after.is_alphabetic() || matches!(after, '钱' | '的' | '左' | '一' | '五' | '二'))
        }
        "刀" => {
            (number.form == Form::Arabic || number.value >= 10.0 || ends)
                && !matches!(after, '具' | '片' | '切' | '两' | '法' | '叉' | '头' | '架' | '口')
        }
        "欧" => !matches!(after, '姆' | '洲' | '亚' | '盟' | '式' | '美' | '莱' | '珀' | '冠' | '派'),
        "蚊" => after != '子' && after != '香' && after != '帐',
        // 3¥5: the sign belongs to the number behind it
        "$" | "¥" | "€" | "£" => !after.is_ascii_digit(),
        _ => true,
    }
}

/// A sign or a currency before the number, not before `free`: where it starts, and the code.
fn prefix(chars: &[char], start: usize, free: usize) -> Option<(usize, &'static str)> {
    let end = if start > 0 && chars[start - 1] == ' ' { start - 1 } else { start };
    // the last characters of PREFIXES; most numbers have none of them before
    let last = char_before(chars, end);
    let may = last.is_ascii_lowercase()
        || matches!(
            last,
            '$' | '£'
                | '¥'
                | '฿'
                | '₩'
                | '€'
                | '₱'
                | '₹'
                | '₽'
                | '₫'
                | '￥'
                | '币'
                | '元'
                | '金'
                | '镑'
                | '圆'
                | '铢'
                | '郎'
                | '布'
                | '盾'
                | '纸'
                | '刀'
        );
    if !may {
        return None;
    }
    let (length, code) = PREFIXES
        .iter()
        .filter_map(|(word, code)| Some((word_before(chars, end, word)?, *code)))
        .max_by_key(|(l, _)| *l)?;
    let from = end.checked_sub(length).filter(|from| *from >= free)?;
    let glued = chars[from].is_ascii_alphabetic() && char_before(chars, from).is_ascii_alphanumeric();
    // 3港币50: the name belongs to the number before it
    let named = !chars[from].is_ascii() && char_before(chars, from).is_ascii_digit();
    (!glued && !named).then_some((from, code))
}

/// Whether a number without currency may be money, and how sure that is.
fn without_currency(chars: &[char], first: &Number, last: &Number) -> Option<Strength> {
    if !last.counts && last.upper.is_none() || last.value < 10.0 || last.value.fract() != 0.0 && last.value < 100.0 {
        return None;
    }
    let end = last.span.end;
    let at = skip_space(chars, end);
    if char_at(chars, end).is_ascii_alphanumeric()
        || matches!(char_at(chars, end), '-' | '/' | ':' | '.' | '%' | '°' | '℃')
            && char_at(chars, end + 1).is_ascii_alphanumeric()
    {
        return None;
    }
    if matches!(char_before(chars, first.span.start), '-' | '/' | ':' | '.' | '楼' | '栋' | '第') {
        return None;
    }
    let cue_after = any_at(chars, at, AFTER).is_some();
    if !cue_after && measure_at(chars, at).is_some() {
        return None;
    }
    if first.form == Form::Arabic && last.last_unit == 1 && last.core.end - last.core.start > 8 {
        return None;
    }
    let mut before = first.span.start;
    for _ in 0..3 {
        if matches!(
            char_before(chars, before),
            '是' | '为' | ':' | ' ' | '在' | '到' | '了' | '我' | '大' | '约' | '概' | '有'
        ) {
            before -= 1;
        }
    }
    let cued = cue_after
        || any_before(chars, first.span.start, BEFORE).or_else(|| any_before(chars, before, BEFORE)).is_some();
    if cued {
        return Some(Strength::Cued);
    }
    let round = last.last_unit >= 100
        || last.form == Form::Positional && last.value >= 100.0
        || last.rule == "number.decimal" && last.value >= 100.0;
    let long = last.form == Form::Arabic && last.value >= 100.0 && last.value < 10_000_000.0;
    (round || long || last.upper.is_some() && last.value >= 100.0).then_some(Strength::Bare)
}

/// 八五折, 7折, 6.8折.
fn fold(chars: &[char], number: &Number) -> Option<Found> {
    let at = skip_space(chars, number.core.end);
    if char_at(chars, at) != '折'
        || matches!(char_at(chars, at + 1), '叠' | '腾' | '断' | '页' | '线' | '磨')
        || number.percent
        || number.ordinal
    {
        return None;
    }
    let share = match number.value {
        v if v > 0.0 && v < 10.0 => v / 10.0,
        v if (10.0..100.0).contains(&v) && v.fract() == 0.0 => v / 100.0,
        _ => return None,
    };
    let found =
        Found::new(Kind::Discount, number.span.start..at + 1, canonical(share), Strength::Certain, "discount.fold");
    Some(match number.upper {
        Some(upper) => found.with("upper", canonical(upper / if upper < 10.0 { 10.0 } else { 100.0 })),
        None => found,
    })
}

/// 半价 anywhere in the message.
fn half_price(chars: &[char], out: &mut Vec<Found>) {
    for at in 0..chars.len() {
        if chars[at] == '半' && char_at(chars, at + 1) == '价' {
            out.push(Found::new(Kind::Discount, at..at + 2, "0.5".into(), Strength::Certain, "discount.fold"));
        }
    }
}

/// 满300减50.
fn full_reduction(chars: &[char], numbers: &[Number], index: usize) -> Option<Found> {
    let first = &numbers[index];
    let second = numbers.get(index + 1)?;
    if char_before(chars, first.span.start) != '满' {
        return None;
    }
    let unit = |at: usize| any_at(chars, at, &["块钱", "元", "块"]).unwrap_or(0);
    let mut at = first.span.end + unit(first.span.end);
    at += usize::from(matches!(char_at(chars, at), ',' | ' ' | '就' | '可'));
    at += any_at(chars, at, &["立减", "直减", "减", "省", "返", "送"])?;
    if at != second.span.start {
        return None;
    }
    let end = second.span.end + unit(second.span.end);
    let value = format!("{}-{}", canonical(first.value), canonical(second.value));
    Some(Found::new(
        Kind::FullReduction,
        first.span.start - 1..end,
        value,
        Strength::Certain,
        "discount.full_reduction",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::number::scan;
    use super::*;

    #[test]
    fn pieces_and_words_are_no_money() {
        for text in ["一块披萨", "来三块肥皂", "五角大楼", "我们一块去吧", "五角星", "一毛巾", "两块手表"]
        {
            let chars: Vec<char> = text.chars().collect();
            let mut found = Vec::new();
            read(&chars, &scan(&chars), &mut found);
            assert!(found.is_empty(), "{text} gives {found:?}: see `is_money`");
        }
    }
}
