//! What the model is learned from: examples, marked tests, and expansions of phrase rows where those are few.

mod support;

use std::path::Path;
use std::sync::Arc;
use zhiyi::builder::{self, Corpus, Origin};
use zhiyi::dictionary::{Bundle, Source, compile};
use zhiyi::learn::Weights;
use zhiyi::recognizer::{Foundation, Recognizer};
use zhiyi::text::{Modality, Normalizer};

/// The small dictionary with more tables, each a pack's file and its text.
fn source(tables: &[(&str, &str)]) -> Source {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    support::copy(&support::fixture("tiny"), folder.path());
    for (file, text) in tables {
        std::fs::write(folder.path().join(file), text).expect("the folder can be written");
    }
    Source::read(folder.path()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn recognizer(source: &Source) -> Recognizer {
    let normalizer = Arc::new(Normalizer::new());
    let bytes = builder::build(source, &normalizer).expect("the tables compile");
    let again = builder::build(source, &normalizer).expect("the tables compile");
    assert_eq!(bytes, again, "the same tables give the same bytes");
    let bundle = Bundle::from_bytes(Arc::new(bytes)).expect("what was built can be opened");
    Recognizer::new(Arc::new(bundle), normalizer).expect("the bundle is complete")
}

fn corpus(source: &Source) -> Corpus {
    let foundation = Foundation::load();
    let compiled = compile(source, foundation.normalizer()).expect("the tables compile");
    let rows = builder::assemble(foundation, &compiled, &Weights::default()).expect("what was compiled can be read");
    Corpus::read(source, &rows)
}

fn texts<'c>(corpus: &'c Corpus, origin: Origin, intent: &str) -> Vec<&'c str> {
    let of = |m: &&builder::Observation| m.origin == origin && corpus.classes[usize::from(m.example.class)] == intent;
    corpus.examples.iter().filter(of).map(|m| m.text.as_str()).collect()
}

fn intents(recognizer: &Recognizer, text: &str) -> Vec<String> {
    let answer = support::recognize_with(recognizer, text, "air", Modality::Text);
    let content = &recognizer.bundle().content;
    answer.intents.iter().map(|i| content.intents[usize::from(i.intent)].id.clone()).collect()
}

const TESTS: &str = "id,account,text,intents,train\n\
    m1,air,帮我把位子定下来,air.check_in,MARK\n\
    m2,air,位子现在能定下来吗,air.check_in,MARK\n\
    m3,air,楼下的猫真可爱,,MARK\n";

#[test]
fn a_marked_test_is_learned_from() {
    let with = |mark: &str| source(&[("air/tests-marked.csv", &TESTS.replace("MARK", mark))]);
    for mark in ["", "n"] {
        let plain = with(mark);
        assert_eq!(texts(&corpus(&plain), Origin::Test, "air.check_in"), [""; 0]);
        assert_eq!(intents(&recognizer(&plain), "想把位子定下来"), [""; 0], "nothing tells what it means");
    }
    let marked = with("y");
    let corpus = corpus(&marked);
    assert_eq!(texts(&corpus, Origin::Test, "air.check_in"), ["帮我把位子定下来", "位子现在能定下来吗"]);
    assert_eq!(texts(&corpus, Origin::Test, "none"), ["楼下的猫真可爱"]);
    assert_eq!(intents(&recognizer(&marked), "想把位子定下来"), ["air.check_in"]);
}

const SWITCHED_ON: &str = "title = \"航空\"\nlearn_from_phrases = true\n";

/// A new intent with rows alone.
const LOST: [(&str, &str); 3] = [
    ("air/pack.toml", SWITCHED_ON),
    ("air/intents-lost.csv", "id,title,optional\nair.lost,失物招领,date\n"),
    (
        "air/phrases-lost.csv",
        "id,intent,phrase,match,exclude\n\
         lo-1,air.lost,[{date}](钱包|雨伞|护照|背包)(落在|忘在|丢在)(飞机上|机舱里|座位上)了,,机场\n\
         lo-2,air.lost,(东西|物品|行李)(丢了|不见了|落下了) (怎么办|怎么找|去哪找),order,\n",
    ),
];

#[test]
fn rows_teach_an_intent_without_examples() {
    let source = source(&LOST);
    let corpus = corpus(&source);
    let expanded = texts(&corpus, Origin::Phrase, "air.lost");
    assert!((20..=150).contains(&expanded.len()), "{expanded:?}");
    let recognizer = recognizer(&source);
    for text in expanded {
        assert_eq!(intents(&recognizer, text), ["air.lost"], "{text}");
    }
    let unseen = "我的雨伞好像忘在你们座位上面";
    let row = |r: &zhiyi::recognizer::Trace| r.rows.len();
    let answer = support::recognize_with(&recognizer, unseen, "air", Modality::Text);
    assert_eq!(answer.trace.as_ref().map(row), Some(0), "no row holds");
    assert_eq!(intents(&recognizer, unseen), ["air.lost"], "the learner has seen its words");
}

#[test]
fn a_pack_learns_from_phrases_where_it_says_so() {
    let source = source(&LOST[1..]);
    let corpus = corpus(&source);
    assert!(corpus.examples.iter().all(|m| m.origin == Origin::Example), "no pack says so");
    assert!(!corpus.classes.iter().any(|class| class == "air.lost"));
}

#[test]
fn enough_examples_need_no_expansions() {
    let examples: String = (0..150).map(|n| format!("x{n},air.lost,丢了{n}件东西,\n")).collect();
    let tables = [LOST[0], LOST[1], LOST[2], ("air/examples-lost.csv", &format!("id,intent,text,note\n{examples}"))];
    let corpus = corpus(&source(&tables));
    assert_eq!(texts(&corpus, Origin::Example, "air.lost").len(), 150);
    assert_eq!(texts(&corpus, Origin::Phrase, "air.lost"), [""; 0]);
}

#[test]
fn the_packs_of_the_project_have_what_they_need() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    let source = Source::read(&folder).unwrap_or_else(|faults| panic!("{faults}"));
    let corpus = corpus(&source);
    for pack in &source.packs {
        for intent in &pack.intents {
            let of = |origin| texts(&corpus, origin, &intent.id).len();
            let count = of(Origin::Example) + of(Origin::Test) + of(Origin::Phrase);
            assert!(count >= 50, "{}: {count} messages to learn from", intent.id);
        }
    }
}
