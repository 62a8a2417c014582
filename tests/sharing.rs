//! What a dictionary shares with the one whose place it takes, and that its answers are its own.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use zhiyi::builder;
use zhiyi::files;
use zhiyi::recognizer::Recognizer;
use zhiyi::text::{Modality, Normalizer};

/// A change of the tables, whether the words and the model stay the same, and a message that shows it.
const CHANGES: &[(&str, &str, &str, bool, bool, &str)] = &[
    ("intents.csv", "air.check_in,值机,", "air.check_in,办登机,", true, true, "我要值机"),
    ("terms.csv", "", "yunzhou,city,云州,,,n,,iata=YNZ,\n", false, true, "飞云州的机票"),
    ("phrases.csv", "", "fs-9,air.flight_status,班机去哪儿了,,,,,,\n", false, true, "班机去哪儿了"),
];

fn built(folder: &Path) -> Vec<u8> {
    builder::build_folder(folder, &Arc::new(Normalizer::new())).expect("no faults")
}

fn loaded(place: &Path, bytes: &[u8], beside: Option<&Recognizer>) -> Recognizer {
    let file = place.join("d.zhiyi");
    files::write(&file, bytes).expect("it can be written");
    match beside {
        Some(running) => builder::load_beside(running, &file),
        None => builder::load(&file),
    }
    .expect("what was built can be loaded")
    .recognizer
}

#[test]
fn what_is_the_same_is_shared() {
    for (table, old, new, words, model, text) in CHANGES {
        let (folder, place) = (support::tiny_copy(), tempfile::tempdir().expect("a folder"));
        let before = built(folder.path());
        let path = folder.path().join("air").join(table);
        let content = fs::read_to_string(&path).expect("the table is there");
        let changed = if old.is_empty() { format!("{content}{new}") } else { content.replace(old, new) };
        assert_ne!(content, changed, "{table} has {old}");
        fs::write(&path, changed).expect("it can be written");
        let after = built(folder.path());
        let first = loaded(place.path(), &before, None);
        let second = loaded(place.path(), &after, Some(&first));
        let (a, b) = (first.bundle(), second.bundle());
        assert_ne!(a.version, b.version);
        assert_eq!(Arc::ptr_eq(&a.lexicon, &b.lexicon), *words, "{table}: words");
        assert_eq!(Arc::ptr_eq(&a.model, &b.model), *model, "{table}: model");
        // What is kept of a version is its file to the byte, whichever of its sections are shared.
        assert_eq!((a.sections.to_bytes(), b.sections.to_bytes()), (before, after.clone()));
        assert_eq!(b.sections.file_size(), after.len());
        // Those that are not shared answer without the first, and as if it had never been there.
        drop(first);
        let alone = loaded(place.path(), &after, None);
        for text in [text, "格力空调优惠吗", "明天广州飞北京的航班"] {
            let answer = |r: &Recognizer| format!("{:?}", support::recognize_with(r, text, "", Modality::Voice));
            assert_eq!(answer(&second), answer(&alone), "{text}");
        }
    }
}
