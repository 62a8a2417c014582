//! What a message refuses or tells as done: `tests/fixtures/mood.tsv` over the shipped cue words.

mod support;

use std::path::Path;
use std::sync::Arc;
use zhiyi::decide::{self, CueTable, Said, Withdrawal};
use zhiyi::dictionary::{Bundle, Source, compile};
use zhiyi::matching::{Matches, Visibility};
use zhiyi::segment::{GeneralLexicon, Segmenter, Segments};
use zhiyi::text::{Modality, NormalizedText, Normalizer};

/// The small dictionary with the shipped words of the pack `common`.
fn bundle() -> Bundle {
    let folder = support::tiny_copy();
    let words = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries/common/terms-words.csv");
    std::fs::copy(words, folder.path().join("base/terms-common.csv")).expect("the table can be copied");
    let source = Source::read(folder.path()).expect("the tables have no faults");
    let compiled = compile(&source, &Normalizer::new()).expect("the tables compile");
    Bundle::from_bytes(Arc::new(compiled.to_bytes(&zhiyi::learn::Weights::default())))
        .expect("what was compiled can be opened")
}

#[test]
fn scopes_are_as_the_table_says() {
    let bundle = bundle();
    let (segmenter, normalizer) = (Segmenter::new(&bundle, GeneralLexicon::load()), Normalizer::new());
    let cue_table = CueTable::new(&bundle.content);
    let visible = Visibility { scopes: vec![true; bundle.content.scopes.len()] };
    let table = std::fs::read_to_string(support::fixture("mood.tsv")).expect("the table is there");
    let (mut text, mut segments, mut matches) = (NormalizedText::default(), Segments::default(), Matches::default());
    let (mut cues, mut clauses, mut scopes, mut ignorable) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut cases, mut wrong) = (0, Vec::new());
    let groups = &bundle.content.groups;
    let light = groups.iter().position(|g| g.name == decide::IGNORABLE).map(|g| g as u16);
    for line in table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (message, wanted) = line.split_once('\t').expect("a line has two cells");
        normalizer.normalize(message, Modality::Text, &mut text);
        segmenter.segment(&text, &mut segments);
        matches.find(&bundle, &segmenter, &text, &segments, &visible);
        decide::mark_ignorable(light, &matches, text.chars(), &mut ignorable);
        cue_table.find(&visible, text.chars(), &mut cues);
        decide::split(text.chars(), &cues, &[], &mut clauses);
        let said = Said { chars: text.chars(), cues: &cues, ignorable: &ignorable, corrections: &[] };
        said.scopes(&clauses, &mut scopes);
        let told: Vec<String> = scopes
            .iter()
            .map(|s| {
                let kind = if s.kind == Withdrawal::Refused { "refused" } else { "done" };
                format!("{kind}:{}", text.slice(s.range.0 as usize, s.range.1 as usize))
            })
            .collect();
        let told = if told.is_empty() { "-".to_owned() } else { told.join("|") };
        cases += 1;
        if told != wanted {
            let words: Vec<String> =
                cues.iter().map(|c| format!("{}:{:?}", text.slice(c.start as usize, c.end as usize), c.cue)).collect();
            wrong.push(format!("{message}\n  wanted {wanted}\n  told   {told}\n  words  {}", words.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 60, "the table has only {cases} cases");
}
