//! What holds for any text: the alignment of the normaliser.

use proptest::prelude::*;
use zhiyi::text::{Modality, NormalizedText, Normalizer};

/// Characters and pieces that the normaliser's steps look for, mixed with any Unicode.
fn message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        4 => proptest::sample::select(vec![
            "我", "我我", "值机", "運(yùn)營(yíng)", "(", ")", "（xíng）", "[微笑]", "[", "]", "【OK】", "😀", "👍🏽", "👨‍👩‍👧", "4️⃣", "Ⅱ", "ﬁ", "①",
            "ＣＺ３１０２", "三", "幺", "零", "二", "两", "百", "十", "C", " ", "　", "\u{200b}", "\u{301}", "é", "！！", "。", "~~~", "嗯", "呃", "那个", "就是",
            "明天", "乾", "隆", "淨", "著", "名", "藉", "着", "重", "覆", "計劃", "後", "裡", "臺", "哈哈哈哈哈", "7", "88", "\u{feff}", "㎡", "İ", "ß", "ﾊ", "豈", "⼈", "額", "度",
        ]).prop_map(String::from),
        1 => "[\\u4e00-\\u9fa5]{1,6}",
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn spans_are_the_senders(text in message(), voice: bool) {
        let normalizer = shared();
        let mut out = NormalizedText::default();
        normalizer.normalize(&text, modality(voice), &mut out);
        let count = text.chars().count() as u32;
        prop_assert_eq!(out.original_len(), count);
        prop_assert_eq!(out.as_str().chars().collect::<Vec<_>>(), out.chars().to_vec());
        let mut last = 0;
        for at in 0..out.len() {
            let span = out.span(at, at + 1);
            prop_assert!(span.start < span.end && span.end <= count);
            prop_assert!(span.start >= last, "spans never go back");
            last = span.start;
            for end in at + 1..=out.len().min(at + 5) {
                let span = out.span(at, end);
                prop_assert_eq!(out.raw(&text, at, end), span.slice(&text));
            }
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(text in message(), voice: bool) {
        let normalizer = shared();
        let (mut once, mut twice) = (NormalizedText::default(), NormalizedText::default());
        normalizer.normalize(&text, modality(voice), &mut once);
        normalizer.normalize(once.as_str(), modality(voice), &mut twice);
        prop_assert_eq!(once.as_str(), twice.as_str());
    }
}

/// Random text meets most characters hardly ever, so each is tried by itself and beside its like.
#[test]
fn normalising_any_character_twice_changes_nothing() {
    let normalizer = shared();
    let (mut once, mut twice) = (NormalizedText::default(), NormalizedText::default());
    let mut moved = Vec::new();
    for c in '\0'..=char::MAX {
        for voice in [false, true] {
            for text in [format!("{c}"), format!("{c}{c}a{c}")] {
                normalizer.normalize(&text, modality(voice), &mut once);
                normalizer.normalize(once.as_str(), modality(voice), &mut twice);
                if once.as_str() != twice.as_str() {
                    moved.push((text, once.as_str().to_owned(), twice.as_str().to_owned()));
                }
            }
        }
    }
    assert!(moved.is_empty(), "{moved:?}");
}

#[test]
fn long_messages_take_linear_time() {
    let normalizer = shared();
    let mut out = NormalizedText::default();
    for piece in ["我", "嗯", "三", "那个", "(", "[", "運(yùn)", "\u{200b}", "明天", "a ", "！", "乾", "零幺", "😀"]
    {
        let text: String = piece.chars().cycle().take(100_000).collect();
        for voice in [false, true] {
            normalizer.normalize(&text, modality(voice), &mut out);
            assert_eq!(out.original_len(), 100_000);
        }
    }
}

fn shared() -> &'static Normalizer {
    static NORMALIZER: std::sync::OnceLock<Normalizer> = std::sync::OnceLock::new();
    NORMALIZER.get_or_init(Normalizer::new)
}

fn modality(voice: bool) -> Modality {
    if voice { Modality::Voice } else { Modality::Text }
}

#[test]
fn pinyin_in_brackets_is_dropped_wherever_its_character_comes_from() {
    let normalizer = shared();
    for (text, voice, normal) in [
        ("勝（xíng）", false, "胜"),
        ("行嗯（xíng）", true, "行"),
        ("勝（xíng）胜胜", false, "胜胜"),
        ("藉嗯著", true, "借着"),
    ] {
        let (mut once, mut twice) = (NormalizedText::default(), NormalizedText::default());
        normalizer.normalize(text, modality(voice), &mut once);
        normalizer.normalize(once.as_str(), modality(voice), &mut twice);
        assert_eq!((once.as_str(), twice.as_str()), (normal, normal), "{text}");
    }
}
