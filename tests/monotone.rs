//! A phrase row that is added never lowers the intent that it was added to, for a message that it matches.

mod support;

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use zhiyi::builder;
use zhiyi::dictionary::{Bundle, Source};
use zhiyi::recognizer::{Recognizer, Trace, Utterance};
use zhiyi::text::{Modality, Normalizer};

fn normalizer() -> &'static Arc<Normalizer> {
    static NORMALIZER: OnceLock<Arc<Normalizer>> = OnceLock::new();
    NORMALIZER.get_or_init(|| Arc::new(Normalizer::new()))
}

/// The small dictionary with one more row.
fn with_row(intent: &str, phrase: &str, mode: &str) -> Recognizer {
    let folder = support::tiny_copy();
    let table = folder.path().join("air/phrases.csv");
    let mut rows = std::fs::read_to_string(&table).expect("the table is there");
    rows.push_str(&format!("added,{intent},{phrase},{mode},,,,,\n"));
    std::fs::write(&table, rows).expect("the copy can be written");
    let source = Source::read(folder.path()).expect("the row has no fault");
    let bytes = builder::build(&source, normalizer()).expect("the row has no fault");
    let bundle = Bundle::from_bytes(Arc::new(bytes)).expect("what was built can be opened");
    Recognizer::new(Arc::new(bundle), normalizer().clone()).expect("the bundle is complete")
}

fn read(recognizer: &Recognizer, text: &str) -> Trace {
    let reference = support::later(0);
    let utterance =
        Utterance { text, hypotheses: &[], account: "air", modality: Modality::Text, reference, explain: true };
    recognizer.recognize(&utterance).expect("the account is known").trace.expect("it was asked for")
}

fn confidence(trace: &Trace, intent: &str) -> Option<(f32, f32)> {
    trace.considered.iter().find(|i| i.id == intent).map(|i| (i.confidence, i.margin))
}

proptest! {
    // Each case compiles a dictionary.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_phrase_helps_its_intent(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec!["我要", "值机", "机票", "改时间", "航班", "动态", "北京", "明天", "退掉", "行李", "怎么", "吗"]),
            1..6,
        ),
        taken in any::<proptest::sample::Index>(),
        intent in proptest::sample::select(vec!["air.buy", "air.check_in", "air.flight_status", "air.rebook"]),
        mode in proptest::sample::select(vec!["", "whole"]),
    ) {
        let message = pieces.concat();
        let phrase = match mode {
            "whole" => message.clone(),
            _ => pieces[taken.index(pieces.len())].to_owned(),
        };
        let before = confidence(&read(support::tiny(), &message), intent);
        let after = confidence(&read(&with_row(intent, &phrase, mode), &message), intent);
        if let (Some(before), Some(after)) = (before, after) {
            prop_assert!(after.0 >= before.0, "`{}` + `{}`: {:?} → {:?}", message, phrase, before, after);
            prop_assert_eq!(after.1, before.1, "what was learned does not depend on rows");
        } else {
            prop_assert!(before.is_none(), "`{}` + `{}` lost {}", message, phrase, intent);
        }
    }
}

#[test]
fn an_added_row_carries_its_message() {
    let (text, intent) = ("行李退掉", "air.rebook");
    let before = confidence(&read(support::tiny(), text), intent).map_or(0.0, |c| c.0);
    let after = confidence(&read(&with_row(intent, "行李退掉", "whole"), text), intent).map_or(0.0, |c| c.0);
    assert!(after > before + 0.2, "{before} → {after}");
}
