//! Sensitive words in the shipped pack: `tests/fixtures/moderation.tsv`, and properties over any text.

mod support;

use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use zhiyi::builder;
use zhiyi::dictionary::{Action, Bundle, Source};
use zhiyi::moderation::{Direction, Moderation};
use zhiyi::recognizer::Recognizer;
use zhiyi::text::Normalizer;

const ACCOUNTS: &str = r#"
[[account]]
id = "chain_store"
title = "连锁门店"
packs = ["moderation"]
default = true

[[account]]
id = "other"
title = "没有自列竞品的账号"
packs = ["moderation"]

[[account]]
id = "unmoderated"
title = "没有敏感词的账号"
packs = []
"#;

/// The shipped pack alone, which compiles in no time.
fn recognizer() -> &'static Recognizer {
    static RECOGNIZER: OnceLock<Recognizer> = OnceLock::new();
    RECOGNIZER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("accounts.toml"), ACCOUNTS).expect("the folder can be written");
        let pack = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries/moderation");
        support::copy(&pack, &folder.path().join("moderation"));
        // Tests of the pack name intents of other packs.
        for file in std::fs::read_dir(folder.path().join("moderation")).expect("the pack can be listed").flatten() {
            if file.file_name().to_string_lossy().starts_with("tests") {
                std::fs::remove_file(file.path()).expect("a table can be left out");
            }
        }
        let source = Source::read(folder.path()).unwrap_or_else(|e| panic!("{e}"));
        let normalizer = Arc::new(Normalizer::new());
        let bytes = builder::build(&source, &normalizer).unwrap_or_else(|e| panic!("{e}"));
        let bundle = Bundle::from_bytes(Arc::new(bytes)).expect("what was built can be opened");
        Recognizer::new(Arc::new(bundle), normalizer).expect("the bundle is complete")
    })
}

fn moderate(text: &str, account: &str, direction: Direction) -> Moderation {
    recognizer().moderate(text, account, direction).expect("the account is known")
}

#[test]
fn the_table_of_texts_holds() {
    let table = std::fs::read_to_string(support::fixture("moderation.tsv")).expect("the fixture is there");
    let mut wrong = Vec::new();
    let rows = table.lines().enumerate().skip(1).filter(|(_, line)| !line.starts_with('#'));
    let mut count = 0;
    for (at, line) in rows {
        let cells: Vec<&str> = line.split('\t').collect();
        let [text, direction, flags, masked] = cells[..] else { panic!("line {}: four cells are wanted", at + 1) };
        let directions: &[Direction] = match direction {
            "in" => &[Direction::In],
            "out" => &[Direction::Out],
            "both" => &[Direction::In, Direction::Out],
            other => panic!("line {}: `{other}` is no direction", at + 1),
        };
        for direction in directions {
            count += 1;
            let result = moderate(text, "chain_store", *direction);
            let found: Vec<String> = result.flags.iter().map(|f| format!("{}:{}", f.category, f.word)).collect();
            if found.join(" ") != flags || result.masked != masked {
                wrong.push(format!(
                    "line {}, {direction:?}: {text} gives [{}] {}, not [{flags}] {masked}",
                    at + 1,
                    found.join(" "),
                    result.masked
                ));
            }
        }
    }
    assert!(count > 300, "only {count} checks were made");
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn competitors_are_those_of_the_account() {
    for (account, count) in [("chain_store", 1), ("other", 0)] {
        let result = moderate("拼多多也有这一款", account, Direction::Out);
        assert_eq!(result.flags.len(), count, "{account}");
    }
    assert!(moderate("傻逼", "unmoderated", Direction::In).flags.is_empty());
}

#[test]
fn a_warning_passes_and_a_block_does_not() {
    for (text, actions, blocked) in [
        ("真是奇葩", vec![Action::Warn], false),
        ("全国第一，真是奇葩", vec![Action::Block, Action::Warn], true),
        ("您好，已经发货", vec![], false),
    ] {
        let result = moderate(text, "chain_store", Direction::Out);
        let found: Vec<Action> = result.flags.iter().map(|f| f.action).collect();
        assert_eq!((found, result.blocked), (actions, blocked), "{text}");
    }
}

#[test]
fn what_masking_joins_is_masked_too() {
    let result = moderate("你傻逼妈的", "chain_store", Direction::Out);
    assert_eq!(result.masked, "*****");
    assert_eq!(result.flags.len(), 1);
}

#[test]
fn a_text_made_to_be_slow_is_read_in_time() {
    let started = std::time::Instant::now();
    for piece in ["操你", "s b ", "傻*", "加v", "妈妈", "你🐴", "最最便便", "a.", "草泥马"] {
        let text: String = piece.chars().cycle().take(2_000).collect();
        let result = moderate(&text, "chain_store", Direction::Out);
        assert_eq!(result.masked.chars().count(), 2_000);
    }
    // Each takes some milliseconds; a cost that grows with the square of the length takes minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

/// Pieces of words, disguises and marks, so that texts are full of near misses.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "傻", "逼", "操", "你", "妈", "的", "他", "s", "b", "sb", " ", "*", "-", "。", "，", "1", "v", "信", "加",
        "微", "弓虽", "女干", "🐴", "[微笑]", "最", "便宜", "全国", "第", "一", "caonima", "sha", "bi", "路口", "交通",
        "妈妈", "滚", "蛋", "🥚", "垃", "圾", "桶", "騙", "子", "\u{200b}", "Ｓ", "ｂ", "屌", "婊", "死", "全家",
    ]);
    prop_oneof![
        3 => prop::collection::vec(pieces, 0..16).prop_map(|p| p.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn flags_lie_in_the_text_and_masking_is_final(text in text()) {
        for direction in [Direction::In, Direction::Out] {
            let result = moderate(&text, "chain_store", direction);
            let length = text.chars().count() as u32;
            let mut last = 0;
            for flag in &result.flags {
                prop_assert!(flag.span.start < flag.span.end && flag.span.end <= length);
                prop_assert!(last <= flag.span.start, "flags overlap or are out of order");
                last = flag.span.end;
                prop_assert_eq!(flag.span.slice(&text), flag.raw.as_str());
                prop_assert!(flag.span.slice(&result.masked).chars().all(|c| c == '*' || c.is_whitespace()));
            }
            prop_assert_eq!(result.masked.chars().count() as u32, length);
            prop_assert_eq!(&moderate(&text, "chain_store", direction), &result);
            let again = moderate(&result.masked, "chain_store", direction);
            let stars = text.chars().zip(result.masked.chars()).enumerate().filter(|(_, (a, b))| a != b);
            let hidden: Vec<u32> = stars.map(|(at, _)| at as u32).collect();
            for flag in &again.flags {
                prop_assert!(
                    !hidden.iter().any(|at| flag.span.start <= *at && *at < flag.span.end),
                    "{} shows in {}", flag.raw, result.masked
                );
            }
        }
    }
}
