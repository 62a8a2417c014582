//! Flight numbers, in every spelling: cz3102, c z 三幺零二, 南航3102, 3u8881, and bare 3102 of the account's own airline.

use super::code::Codes;
use super::currency::currency_at;
use super::found::{Found, Kind, Options, Rule, Strength};
use super::lookalike::Cue;
use super::measure::{Dimension, measure_at};
use super::numeral;
use super::text::{any_at, any_before, char_at, char_before, skip_space};

/// The rules of this reader.
pub const RULES: &[Rule] = &[
    Rule {
        name: "flight.code",
        reads: "a carrier's code and 1 to 4 digits, with a space, a dash or nothing between; one letter may follow",
        kind: Kind::FlightNo,
        examples: &[
            ("cz6088到了吗", "cz6088", "CZ6088"),
            ("坐cz 355", "cz 355", "CZ355"),
            ("查c z 六零八八", "c z 六零八八", "CZ6088"),
            ("mu-5100", "mu-5100", "MU5100"),
            ("3u8890几点", "3u8890", "3U8890"),
            ("9c 8855", "9c 8855", "9C8855"),
            ("g52655", "g52655", "G52655"),
            ("cz6088d", "cz6088d", "CZ6088"),
            ("c z 6 0 8 8", "c z 6 0 8 8", "CZ6088"),
        ],
    },
    Rule {
        name: "flight.name",
        reads: "a carrier's name before the digits, 航班 or 的 between them",
        kind: Kind::FlightNo,
        examples: &[
            ("南航6088", "南航6088", "CZ6088"),
            ("东航五幺零零到没", "东航五幺零零", "MU5100"),
            ("国航的航班1855", "国航的航班1855", "CA1855"),
            ("西贼六零八八", "西贼六零八八", "CZ6088"),
        ],
    },
    Rule {
        name: "flight.own",
        reads: "3 or 4 digits alone, completed by the account's own airline; a cue (航班, 坐) makes it sure",
        kind: Kind::FlightNo,
        examples: &[
            ("六零八八航班", "六零八八", "CZ6088"),
            ("明天坐6088", "6088", "CZ6088"),
            ("6088延误了吗", "6088", "CZ6088"),
            ("航班号是355", "355", "CZ355"),
        ],
    },
    Rule {
        name: "flight.unknown",
        reads: "two letters that no table knows as a carrier, and 3 or 4 digits",
        kind: Kind::FlightNo,
        examples: &[("zz4321", "zz4321", "ZZ4321")],
    },
];

/// Types of aircraft that passengers name by their number; alone they are no flights.
const AIRCRAFT: &[&str] = &[
    "319", "320", "321", "330", "333", "350", "359", "380", "737", "738", "739", "747", "757", "767", "773", "777",
    "787", "788", "789", "919",
];

/// Reads a flight number from the row at `index`.
pub fn read_row(
    chars: &[char],
    codes: &mut Codes,
    index: usize,
    cue: Option<Cue>,
    options: &Options<'_>,
    out: &mut Vec<Found>,
) {
    if matches!(
        cue,
        Some(
            Cue::Order
                | Cue::Member
                | Cue::Card
                | Cue::Mileage
                | Cue::Phone
                | Cue::Identity
                | Cue::Other
                | Cue::Booking
        )
    ) {
        return;
    }
    let span = codes.rows[index].span.clone();
    let text = codes.text(index);
    if !codes.is_number(index) {
        if let Some((code, digits, suffix)) = split(text, options) {
            let found = Found::new(Kind::FlightNo, span, format!("{code}{digits}"), Strength::Certain, "flight.code");
            out.push(if suffix.is_empty() { found } else { found.with("suffix", suffix.to_ascii_uppercase()) });
            codes.take(index..index + 1);
        } else if text.len() >= 5
            && text.len() <= 6
            && text.as_bytes()[..2].iter().all(u8::is_ascii_lowercase)
            && text.as_bytes()[2..].iter().all(u8::is_ascii_digit)
        {
            out.push(Found::new(Kind::FlightNo, span, text.to_ascii_uppercase(), Strength::Bare, "flight.unknown"));
        }
        return;
    }
    if text.len() > 4 {
        return;
    }
    // cz 3102, cz-3102, c z 3 8 8 1
    if index > 0
        && let Some(' ' | '-' | '\0' | '.') = codes.gap(chars, index - 1)
        && let Some(code) = code_of(codes.text(index - 1), options)
    {
        let start = codes.rows[index - 1].span.start;
        let mut last = index;
        let mut digits = text.to_owned();
        while codes.rows[last].digits == 1
            && digits.len() < 4
            && codes.gap(chars, last) == Some(' ')
            && codes.text(last + 1).len() == 1
            && codes.is_number(last + 1)
        {
            last += 1;
            digits.push_str(codes.text(last));
        }
        let span = start..codes.rows[last].span.end;
        out.push(Found::new(Kind::FlightNo, span, format!("{code}{digits}"), Strength::Certain, "flight.code"));
        codes.take(index - 1..last + 1);
        return;
    }
    if let Some((start, code)) = name_before(chars, span.start, options)
        && (text.len() >= 3 || cue == Some(Cue::Flight))
        && !is_something_else(chars, span.start, span.end)
    {
        out.push(Found::new(
            Kind::FlightNo,
            start..span.end,
            format!("{code}{text}"),
            Strength::Certain,
            "flight.name",
        ));
        codes.take(index..index + 1);
        return;
    }
    let Some(own) = options.own_airline else {
        return;
    };
    let cued = cue == Some(Cue::Flight);
    let named =
        cued && text.len() == 2 && any_at(chars, skip_space(chars, span.end), &["航班", "次航班", "号航班"]).is_some();
    let long = (3..=4).contains(&text.len());
    if !long && !named {
        return;
    }
    if is_something_else(chars, span.start, span.end) || !cued && AIRCRAFT.contains(&text) {
        return;
    }
    let strength = if cued { Strength::Cued } else { Strength::Bare };
    out.push(Found::new(Kind::FlightNo, span, format!("{own}{text}"), strength, "flight.own").with("airline", "own"));
}

/// The code, digits and suffix of a flight written in one row.
fn split<'t>(text: &'t str, options: &Options<'_>) -> Option<(String, &'t str, &'t str)> {
    for length in [3, 2] {
        let (Some(head), Some(rest)) = (text.get(..length), text.get(length..)) else {
            continue;
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let suffix = &rest[digits..];
        let lettered = head.bytes().any(|b| b.is_ascii_lowercase());
        if lettered
            && (1..=4).contains(&digits)
            && suffix.len() <= 1
            && (digits >= 3 || suffix.is_empty())
            && let Some(code) = code_of(head, options)
        {
            return Some((code, &rest[..digits], suffix));
        }
    }
    None
}

/// The carrier whose code the whole text is.
#[must_use]
pub fn code_of(text: &str, options: &Options<'_>) -> Option<String> {
    if text.is_empty() || text.len() > 3 || text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut head = ['\0'; 3];
    for (slot, c) in head.iter_mut().zip(text.chars()) {
        *slot = c;
    }
    let (length, code) = (options.carriers)(&head[..text.len()])?;
    (length == text.len()).then(|| code.to_owned())
}

/// The carrier whose name ends before `at`, 的, 航班, 号 or a space between: where it starts, and its code.
fn name_before<'o>(chars: &[char], at: usize, options: &Options<'o>) -> Option<(usize, &'o str)> {
    let mut end = at;
    for _ in 0..4 {
        if matches!(char_before(chars, end), ' ' | '的' | '号' | '次' | '航' | '班' | '飞' | '机' | '-' | ':')
            && !name_ends(chars, end, options)
        {
            end -= 1;
        }
    }
    (1..=10).rev().filter(|length| *length <= end).find_map(|length| {
        let (read, code) = (options.carriers)(&chars[end - length..end])?;
        (read == length && !chars[end - 1].is_ascii_alphanumeric()).then_some((end - length, code))
    })
}

/// Whether a carrier's name ends here, so that its last character is no filler (南航, 春秋航).
fn name_ends(chars: &[char], end: usize, options: &Options<'_>) -> bool {
    (2..=8)
        .filter(|length| *length <= end)
        .any(|length| (options.carriers)(&chars[end - length..end]).is_some_and(|(read, _)| read == length))
}

/// Whether three or four digits are counted, priced, dated or part of an address.
fn is_something_else(chars: &[char], start: usize, end: usize) -> bool {
    let before = char_before(chars, start);
    if matches!(
        before,
        '-' | '/'
            | ':'
            | '.'
            | '~'
            | '¥'
            | '$'
            | '第'
            | '楼'
            | '栋'
            | '幢'
            | '元'
            | '区'
            | '弄'
            | '室'
            | '座'
            | '年'
            | '月'
            | '%'
            | '价'
            | '*'
            | '+'
    ) || before.is_ascii_alphanumeric()
    {
        return true;
    }
    if any_before(chars, start, &["预算", "价格", "价位", "价", "定金", "押金", "金额", "充值", "充了", "面值"])
        .is_some()
    {
        return true;
    }
    // 早上1030: the time of day
    let number =
        chars[start..end].iter().filter_map(|&c| numeral::spoken_digit(c)).fold(0u32, |v, d| v * 10 + u32::from(d));
    let part = any_before(
        chars,
        start,
        &["早上", "上午", "下午", "晚上", "中午", "凌晨", "今早", "今晚", "明早", "明晚", "时间"],
    );
    if part.is_some() && number / 100 < 24 && number % 100 < 60 {
        return true;
    }
    let after = char_at(chars, end);
    if matches!(
        after,
        '-' | '/' | ':' | '%' | '年' | '多' | '万' | '亿' | '千' | '百' | '~' | '折' | '以' | '左' | '米' | '积'
    ) || after == '.' && char_at(chars, end + 1).is_ascii_digit()
    {
        return true;
    }
    if any_at(chars, end, &["点", "分钟", "分之", "大小", "小时"]).is_some() && any_at(chars, end, &["点登"]).is_none()
    {
        return true;
    }
    let at = skip_space(chars, end);
    if currency_at(chars, at).is_some() {
        return true;
    }
    // most measure words of one character open other words as well: 3102管饭吗, 3102晚点
    const SURE: &[&str] = &[
        "个", "台", "件", "箱", "斤", "克", "吨", "米", "里", "平", "人", "瓶", "盒", "袋", "张", "份", "套", "只",
        "双", "岁", "天", "年", "月", "日", "升", "楼", "层", "室", "㎡", "g", "m", "l", "户", "株", "部", "颗", "粒",
    ];
    measure_at(chars, at).is_some_and(|(length, word, d)| {
        d != Dimension::Abstract && word != "航站楼" && (length > 1 || SURE.contains(&word))
    }) && any_at(chars, at, &["号航班", "次航班", "个小时", "人工", "里程"]).is_none()
        || char_at(chars, at) == '号' && any_at(chars, at, &["号航班", "号飞机", "号班机"]).is_none()
}
