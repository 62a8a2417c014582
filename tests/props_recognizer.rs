//! What holds for any message: no panic, spans of the sender's text, and the same answer every time.

mod support;

use proptest::prelude::*;
use zhiyi::moderation::Direction;
use zhiyi::recognizer::{Recognition, Value};
use zhiyi::text::{Modality, Span};

/// Words of the small dictionary and pieces that readers look for, mixed with any Unicode.
fn message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => any::<char>().prop_map(String::from),
        6 => proptest::sample::select(vec![
            "格力", "格", "力", "空调", "优惠", "优惠券", "没", "收到", "停车", "朝阳大悦城", "SK-II", "5w-30", "3C", "mi", "iphone15",
            "北京", "广州", "从", "到", "飞", "机票", "买", "值机", "CZ3102", "cz", "航班", "动态", "几点", "改时间", "查", "券码123456",
            "明天", "下周三", "下午三点", "国庆", "13800138000", "100元", "三百", "幺", "零", "你好", "转人工", "请问", "吗", "？", "，",
            "。", " ", "　", "\n", "傻逼", "口交", "傻*逼", "😀", "👍🏽", "[微笑]", "運(yùn)", "優惠", "\u{200b}", "ＣＺ３１０２", "不", "嗯", "呃",
        ]).prop_map(String::from),
        1 => "[\\u4e00-\\u9fa5]{1,6}",
    ];
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

/// Everything in an answer that quotes the sender.
fn quotes(recognition: &Recognition) -> Vec<(Span, &str)> {
    let value = |v: &'_ Value| v.span;
    let slots = recognition.intents.iter().flat_map(|i| &i.slots).chain(&recognition.entities);
    let mut out: Vec<(Span, &str)> = slots.map(|v| (value(v), v.raw.as_str())).collect();
    out.extend(recognition.flags.iter().map(|f| (f.span, f.raw.as_str())));
    out.extend(recognition.trace.iter().flat_map(|t| &t.keywords).map(|k| (k.span, k.raw.as_str())));
    out
}

/// Every other span of an answer.
fn spans(recognition: &Recognition) -> Vec<Span> {
    let trace = recognition.trace.iter();
    let mut out: Vec<Span> = recognition.intents.iter().map(|i| i.span).collect();
    out.extend(trace.clone().flat_map(|t| t.clauses.iter().copied()));
    out.extend(trace.flat_map(|t| t.tokens.iter().map(|(span, _)| *span)));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn answers_quote_the_sender(text in message(), voice: bool, account in 0..3usize) {
        let modality = if voice { Modality::Voice } else { Modality::Text };
        let account = ["shop", "air", "words"][account];
        let recognition = support::recognize(&text, account, modality);
        let count = text.chars().count() as u32;
        for (span, raw) in quotes(&recognition) {
            prop_assert!(span.start < span.end && span.end <= count, "{:?} in {} characters", span, count);
            prop_assert_eq!(raw, span.slice(&text));
        }
        for span in spans(&recognition) {
            prop_assert!(span.start <= span.end && span.end <= count, "{:?} in {} characters", span, count);
        }
        for intent in &recognition.intents {
            prop_assert!((0.0..=1.0).contains(&intent.confidence));
        }
        let again = support::recognize(&text, account, modality);
        prop_assert_eq!(format!("{recognition:?}"), format!("{again:?}"));
    }

    #[test]
    fn checked_texts_keep_their_length(text in message()) {
        let result = support::tiny().moderate(&text, "shop", Direction::Out).expect("the account is known");
        prop_assert_eq!(result.masked.chars().count(), text.chars().count());
        for flag in &result.flags {
            prop_assert_eq!(flag.raw.as_str(), flag.span.slice(&text));
        }
    }
}

#[test]
fn long_messages_end() {
    for piece in ["零", "年月日", "0123456789", "我", "格力", "CZ3102", "，", "傻*", "从北京到"] {
        let text: String = piece.chars().cycle().take(100_000).collect();
        for modality in [Modality::Text, Modality::Voice] {
            support::recognize(&text, "shop", modality);
        }
    }
}

#[test]
fn a_threshold_decides_what_is_answered() {
    let mut recognizer = support::own_tiny();
    let mut answers = |threshold: f32, text: &str| {
        recognizer.set_threshold(threshold);
        !support::recognize_with(&recognizer, text, "air", Modality::Text).intents.is_empty()
    };
    assert_eq!([0.0, 0.5, 1.01].map(|t| answers(t, "我要值机")), [true, true, false]);
    assert_eq!([0.0, 0.5, 1.01].map(|t| answers(t, "今天天气不错")), [true, false, false]);
}
