//! Which dictionary words stand in a message: `tests/fixtures/matching.tsv` over the words of the small dictionary.

mod support;

use zhiyi::text::Modality;

#[test]
fn words_are_found_as_the_table_says() {
    let table = std::fs::read_to_string(support::fixture("matching.tsv")).expect("the table is there");
    let mut cases = 0;
    let mut wrong = Vec::new();
    for line in table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (text, wanted) = line.split_once('\t').expect("a line has two cells");
        let recognition = support::recognize(text, "words", Modality::Text);
        let trace = recognition.trace.expect("a trace was asked for");
        let found: Vec<String> = trace.keywords.iter().map(|k| format!("{}:{}", k.group, k.value)).collect();
        let found = if found.is_empty() { "-".to_owned() } else { found.join(" ") };
        cases += 1;
        if found != wanted {
            let tokens: Vec<&str> = trace.tokens.iter().map(|(_, t)| t.as_str()).collect();
            wrong.push(format!("{text}\n  wanted {wanted}\n  found  {found}\n  words  {}", tokens.join("/")));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 40, "the table has only {cases} cases");
}

#[test]
fn found_words_tell_where_they_stand() {
    for (text, raw, start, end) in [
        ("😀格力", "格力", 1, 3),
        ("格(gé)力", "格(gé)力", 0, 6),
        ("我要查ＳＫ－ＩＩ", "ＳＫ－ＩＩ", 3, 8),
        ("格力優惠", "格力", 0, 2),
    ] {
        let trace = support::recognize(text, "words", Modality::Text).trace.expect("a trace was asked for");
        let word = trace.keywords.first().unwrap_or_else(|| panic!("nothing found in {text}"));
        assert_eq!((word.raw.as_str(), word.span.start, word.span.end), (raw, start, end), "{text}");
    }
}
