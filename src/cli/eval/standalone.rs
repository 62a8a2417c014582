//! The learner by itself, on labelled messages of any kind.

use super::super::{Common, Failure, with_notice};
use super::labelled::{self, Labelled};
use super::own::Workshop;
use crate::diagnostic::Place;
use crate::dictionary::{AccountSource, ExampleRow, IntentRow, NONE, PackSource, Source};
use crate::learn::Scores;
use crate::recognizer::Hearing;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Messages are read so often; the fastest pass counts, because other programs only ever make one slower.
const PASSES: usize = 5;
const PACK: &str = "labelled";

/// Learns from one file and names the best class of each message of another: no terms, no phrase rows, no threshold.
///
/// A message without intents is of the class `none`; one with several is left out of training and of the measurement.
pub(super) fn run(train: &Path, test: &Path, common: &Common) -> Result<(), Failure> {
    let single = |file: &Path| -> Result<Vec<Labelled>, Failure> {
        Ok(labelled::read(file, common, None)?.into_iter().filter(|r| r.intents.len() < 2).collect())
    };
    let (train, test) = (single(train)?, single(test)?);
    let workshop = Workshop::of(source(&train), Hearing::default())?;
    let start = Instant::now();
    let recognizer = with_notice(common.language(), || workshop.recognizer(|_| true))?;
    let seconds = start.elapsed().as_secs_f64();
    let reference = labelled::reference(common)?;
    let model = &recognizer.bundle().model;
    let mut scores = Scores::default();
    let mut best = |row: &Labelled| {
        let observed = recognizer.observe(&row.text, 0, row.modality, &reference);
        model.score(&observed.prints, &mut scores);
        let by_class = scores.by_class().iter().enumerate();
        by_class.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map(|(class, _)| model.classes()[class].as_str())
    };
    let right = |row: &Labelled, class: Option<&str>| match class {
        None | Some(NONE) => row.intents.is_empty(),
        Some(class) => row.accepts(class),
    };
    let mut fastest = f64::INFINITY;
    for _ in 0..PASSES {
        let start = Instant::now();
        for row in &test {
            std::hint::black_box(best(row));
        }
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    let correct = test.iter().filter(|row| right(row, best(row))).count();
    let accuracy = correct as f64 / test.len().max(1) as f64;
    let microseconds = fastest * 1e6 / test.len().max(1) as f64;
    let mut out = std::io::stdout().lock();
    let (n, classes) = (train.len(), model.classes().len());
    if common.json {
        let line = serde_json::json!({
            "train": n, "test": test.len(), "classes": classes, "accuracy": (accuracy * 1e4).round() / 1e4,
            "us": (microseconds * 100.0).round() / 100.0, "training_seconds": (seconds * 100.0).round() / 100.0,
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(
            out,
            "learned from {n} messages of {classes} classes in {seconds:.2} s; accuracy={accuracy:.4} ({correct}/{}), \
             {microseconds:.1} µs a message",
            test.len()
        )?;
    }
    Ok(())
}

/// A dictionary of nothing but labelled examples.
fn source(rows: &[Labelled]) -> Source {
    let label = |row: &Labelled| row.intents.first().map_or(NONE, String::as_str).to_owned();
    let mut ids: Vec<String> = rows.iter().map(label).filter(|id| id != NONE).collect();
    ids.sort();
    ids.dedup();
    let intent = |id: String| IntentRow {
        title: id.clone(),
        id,
        alias: String::new(),
        required: Vec::new(),
        any_of: Vec::new(),
        optional: Vec::new(),
        prompt: String::new(),
        human: false,
        reason: String::new(),
        metadata: Vec::new(),
        place: Place::default(),
    };
    let example = |(at, row): (usize, &Labelled)| ExampleRow {
        // Rows are sorted by their id: keep the order of the file.
        id: format!("{at:09}"),
        intent: label(row),
        text: row.text.clone(),
        modality: row.modality,
        place: Place::default(),
    };
    let account = AccountSource {
        id: PACK.into(),
        title: PACK.into(),
        packs: vec![PACK.into()],
        airline: None,
        default: true,
        threshold: None,
        misses: None,
        service: None,
    };
    let pack = PackSource {
        id: PACK.into(),
        title: PACK.into(),
        intents: ids.into_iter().map(intent).collect(),
        examples: rows.iter().enumerate().map(example).collect(),
        ..PackSource::default()
    };
    Source { accounts: vec![account], packs: vec![pack], ..Source::default() }
}
