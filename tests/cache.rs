//! Readings that are kept change no answer: what is kept, for how long, and what is read anew each time.

mod support;

use proptest::prelude::*;
use zhiyi::context::{self, State};
use zhiyi::recognizer::{Hypothesis, ReadingCache, Utterance};
use zhiyi::text::Modality;

fn at<'t>(text: &'t str, account: &'static str, seconds: i64) -> Utterance<'t> {
    let reference = support::later(seconds);
    Utterance { text, hypotheses: &[], account, modality: Modality::Text, reference, explain: false }
}

/// Whether the cache had the reading of a message.
fn is_kept(cache: &mut ReadingCache, utterance: &Utterance<'_>) -> bool {
    let hits = cache.hits();
    context::answer_with(support::talker(), utterance, None, &State::default(), Some(cache))
        .expect("the account is known");
    cache.hits() > hits
}

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

#[test]
fn a_message_is_kept_when_it_comes_again() {
    let mut cache = ReadingCache::new(8).expect("readings are kept");
    let message = at("我要值机", "air", 0);
    let asked = [(); 4].map(|()| is_kept(&mut cache, &message));
    assert_eq!(asked, [false, false, true, true]);
    assert!(!is_kept(&mut cache, &at("我要值机", "shop", 0)), "another account");
    assert!(!is_kept(&mut cache, &Utterance { modality: Modality::Voice, ..message.clone() }));
    assert!(!is_kept(&mut cache, &Utterance { explain: true, ..message.clone() }));
    let hypotheses = [Hypothesis { text: "我要值机", score: 0.4 }];
    assert!(!is_kept(&mut cache, &Utterance { hypotheses: &hypotheses, ..message }));
    assert!(ReadingCache::new(0).is_none());
}

/// What a message is read as may depend on the moment, on the day, or on neither.
#[test]
fn a_reading_is_kept_for_as_long_as_it_holds() {
    for (text, in_an_hour, tomorrow, in_december) in [
        ("转人工", true, true, true),
        ("格力优惠", true, true, true),
        ("CZ3102晚点了吗", true, true, true),
        ("三天", true, true, true),
        ("明天飞北京的机票", true, false, false),
        ("下周三的航班", true, false, false),
        // Nothing would change tomorrow, but the reader looked which year it is.
        ("2026年12月1日飞广州", true, false, false),
        ("半小时后的航班", false, false, false),
        ("三点的航班", false, false, false),
        // Its row counts until December.
        ("年终大促", true, true, false),
    ] {
        for (later, kept) in [(0, in_an_hour), (HOUR, in_an_hour), (DAY, tomorrow), (11 * DAY, in_december)] {
            let mut cache = ReadingCache::new(8).expect("readings are kept");
            let account = if text.contains("大促") { "shop" } else { "air" };
            for _ in 0..2 {
                is_kept(&mut cache, &at(text, account, 0));
            }
            let again = is_kept(&mut cache, &at(text, account, later));
            assert_eq!(again, kept, "{text} after {later} s");
        }
    }
}

/// What belongs to a person does not stay in memory, and neither does what is too long to come again.
#[test]
fn personal_and_long_messages_are_not_kept() {
    let long = "我要值机".repeat(60);
    for text in ["我的电话是13800138000", "卡号 1234 567", "幺三八零零幺三八", &long] {
        let mut cache = ReadingCache::new(8).expect("readings are kept");
        let asked = [(); 3].map(|()| is_kept(&mut cache, &at(text, "air", 0)));
        assert_eq!(asked, [false; 3], "{text}");
    }
}

/// A cache that is too small for all keeps what comes most often.
#[test]
fn what_comes_often_stays() {
    let mut cache = ReadingCache::new(16).expect("readings are kept");
    let mut often = 0;
    for round in 0..200 {
        often += usize::from(is_kept(&mut cache, &at("我要值机", "air", 0)));
        let text = format!("值机{}", "啊".repeat(round % 40));
        is_kept(&mut cache, &at(&text, "air", 0));
    }
    assert!(often > 150, "{often} of 200");
}

/// A message of a conversation, or anything; few enough that they come again.
fn message() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "我要值机",
        "格力",
        "优惠",
        "年终大促",
        "航班动态",
        "CZ3102",
        "明天",
        "28号",
        "下午三点",
        "半小时后",
        "广州",
        "北京",
        "到",
        "那",
        "呢",
        "不是",
        "第二个",
        "4",
        "好的",
        "算了",
        "停车",
        "菜单",
        "机票",
        "转人工",
        "13800138000",
        "，",
    ]);
    proptest::collection::vec(piece, 0..4).prop_map(|p| p.concat())
}

/// A message by its number, an account, seconds since the last message, whether it was spoken, whether it goes on with
/// the conversation.
type Step = (prop::sample::Index, &'static str, i64, bool, bool);

/// Mostly typed to one account, within the minute.
fn step() -> impl Strategy<Value = Step> {
    let account = prop_oneof![8 => Just("talk"), 1 => Just("air"), 1 => Just("shop")];
    let pause = prop_oneof![20 => 0..20i64, 1 => Just(31 * HOUR), 1 => Just(5 * DAY), 1 => Just(-5 * DAY)];
    (any::<prop::sample::Index>(), account, pause, prop::bool::weighted(0.1), prop::bool::weighted(0.7))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Conversations in which every message may come again at any time.
    #[test]
    fn kept_readings_change_no_answer(
        messages in prop::collection::vec(message(), 1..4),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut cache = ReadingCache::new(4).expect("readings are kept");
        let (mut state, mut moment) = (State::default(), 0);
        for (message, account, pause, voice, goes_on) in steps {
            moment += pause;
            let modality = if voice { Modality::Voice } else { Modality::Text };
            let utterance = Utterance { modality, ..at(&messages[message.index(messages.len())], account, moment) };
            let before = if goes_on && state.account == account { state } else { State::default() };
            let anew = context::answer(support::talker(), &utterance, None, &before).expect("the account is known");
            let kept = context::answer_with(support::talker(), &utterance, None, &before, Some(&mut cache));
            let kept = kept.expect("the account is known");
            prop_assert_eq!(format!("{kept:?}"), format!("{anew:?}"), "{}", utterance.text);
            state = anew.state;
        }
    }
}
