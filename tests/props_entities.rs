//! What holds for the values of any message: no panic, spans inside it, and the same values every time.

use proptest::prelude::*;
use zhiyi::entities::{numeric, temporal};

/// Pieces that the readers look for, mixed with any Unicode.
fn message() -> impl Strategy<Value = Vec<char>> {
    let piece = prop_oneof![
        1 => any::<char>().prop_map(String::from),
        4 => "[0-9零一二三四五六七八九十百千万亿两半几多幺洞拐廿]{1,6}",
        2 => "[-/.:,~+%$¥ a-z]{1,3}",
        6 => proptest::sample::select(vec![
            "年", "月", "日", "号", "周", "星期", "点", "分", "刻", "时", "小时", "天", "个", "半", "上", "下", "前", "后", "这", "每", "第",
            "初", "底", "大年", "正月", "腊月", "农历", "闰", "到", "至", "以后", "之前", "内", "期间", "今天", "明", "昨晚", "下午", "国庆",
            "国庆节", "季度", "上旬", "世纪", "工作日", "过", "再", "差", "块", "元", "毛", "折", "满", "减", "斤", "米", "平方", "大", "小",
            "人", "楼", "层", "负", "排", "座", "码", "分之", "又", "cz", "南航", "航班", "手机", "订单号", "身份证", "护照", "卡号", "粤a",
            "送到", "路", "栋", "http:", "pnr",
        ]).prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat().chars().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn values_lie_inside_the_message(chars in message(), seconds in -2_208_988_800_i64..4_102_444_800, hours in -12..=14_i8) {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(hours));
        let reference = jiff::Timestamp::from_second(seconds).unwrap().to_zoned_datetime(zone);
        let holiday = temporal::Holiday {
            name: "国庆".into(),
            synonyms: vec!["国庆节".into(), "十一?".into()],
            rule: "fixed 10-01".parse().unwrap(),
            public: Some("+0..+6".parse().unwrap()),
        };
        let reader = temporal::Reader::new([holiday]);
        let mut times = Vec::new();
        reader.read(&chars, &reference, &mut times);
        let mut end = 0;
        for t in &times {
            prop_assert!(end <= t.span.start && t.span.start < t.span.end && t.span.end <= chars.len(), "{:?}", t);
            prop_assert!(!t.value.is_empty() && !t.alternatives.contains(&t.value), "{:?}", t);
            for part in &t.parts {
                let inside = t.span.start <= part.span.start && part.span.end <= t.span.end;
                prop_assert!(inside && part.span.start < part.span.end && !part.value.is_empty(), "{:?}", t);
            }
            prop_assert!(temporal::RULES.iter().any(|r| r.id == t.rule), "no list has rule {}", t.rule);
            end = t.span.end;
        }
        let mut again = Vec::new();
        reader.read(&chars, &reference, &mut again);
        prop_assert_eq!(times, again);

        let carriers = |chars: &[char]| match chars {
            ['c', 'z', ..] | ['南', '航', ..] => Some((2, "CZ")),
            _ => None,
        };
        let options = numeric::Options { carriers: &carriers, own_airline: Some("CZ") };
        let mut found = Vec::new();
        numeric::read(&chars, &options, &mut found);
        for f in &found {
            prop_assert!(f.span.start < f.span.end && f.span.end <= chars.len() && !f.value.is_empty(), "{:?}", f);
            prop_assert_eq!(f.valid, f.reason.is_none(), "{:?}", f);
            prop_assert!(numeric::rules().any(|r| r.name == f.rule && r.kind == f.kind), "no list has {:?}", f);
        }
        let mut again = Vec::new();
        numeric::read(&chars, &options, &mut again);
        prop_assert_eq!(found, again);
    }
}

#[test]
fn long_messages_of_one_kind_are_read() {
    let reference = "2026-11-21T10:00+08:00[Asia/Shanghai]".parse().unwrap();
    let options = numeric::Options { carriers: &|_| None, own_airline: None };
    for piece in ["1", "年月日", "零"] {
        let chars: Vec<char> = piece.chars().cycle().take(100_000).collect();
        let (mut times, mut numbers) = (Vec::new(), Vec::new());
        temporal::Reader::new([]).read(&chars, &reference, &mut times);
        numeric::read(&chars, &options, &mut numbers);
        // longer rows of digits than any number are nobody's
        assert!(times.is_empty() && numbers.iter().all(|f| f.kind == numeric::Kind::OrderNo), "{piece}");
    }
}
