//! What phrase rows and what examples contribute.

use super::super::table::TextTable;
use super::super::{Common, Failure, with_notice};
use super::EvalArgs;
use super::labelled::{self, Labelled};
use super::own::Workshop;
use super::score::Score;
use crate::dictionary::Source;
use crate::recognizer::Recognizer;
use std::time::Instant;

/// Messages are read so often; the fastest pass counts, because other programs only ever make one slower.
const PASSES: usize = 3;

/// Compiles the tables as they are, without examples, and without phrase rows, and prints a line for each.
pub(super) fn run(args: &EvalArgs, common: &Common) -> Result<(), Failure> {
    let path = common.dictionary_path()?;
    let reference = labelled::reference(common)?;
    let sets: Vec<(String, Vec<Labelled>)> =
        args.files.iter().map(|f| Ok((labelled::name(f), labelled::read(f)?))).collect::<Result<_, Failure>>()?;
    let mut table = TextTable::new(0);
    table.row([
        "evidence",
        "measured on",
        "intent_exact",
        "top1",
        "false_trigger",
        "calibration_error",
        "µs a message",
    ]);
    for (evidence, phrases, examples) in [("rows", true, false), ("learned", false, true), ("both", true, true)] {
        let mut source = Source::read(&path)?;
        for pack in &mut source.packs {
            if !phrases {
                pack.phrases.clear();
            }
            if !examples {
                pack.examples.clear();
            }
        }
        let recognizer = with_notice(common.language(), || Workshop::of(source)?.recognizer(|_| true))?;
        for (name, rows) in &sets {
            let mut score = Score::default();
            for row in rows {
                score.add(row, &recognizer, &row.recognize(&recognizer, &reference)?, 0);
            }
            let microseconds = cost(rows, &recognizer, &reference)?;
            if common.json {
                let mut line = score.json(name);
                line["evidence"] = evidence.into();
                line["us"] = ((microseconds * 100.0).round() / 100.0).into();
                println!("{line}");
            }
            let cells = ["intent_exact", "top1", "false_trigger", "calibration_error"].map(|f| score.cell(f));
            let ends = [evidence.to_owned(), name.clone()];
            table.row(ends.into_iter().chain(cells).chain([format!("{microseconds:.1}")]));
        }
    }
    if !common.json {
        print!("{table}");
    }
    Ok(())
}

/// Microseconds a message.
fn cost(rows: &[Labelled], recognizer: &Recognizer, reference: &jiff::ZonedDateTime) -> Result<f64, Failure> {
    let mut fastest = f64::INFINITY;
    for _ in 0..PASSES {
        let start = Instant::now();
        for row in rows {
            std::hint::black_box(row.recognize(recognizer, reference)?);
        }
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Ok(fastest * 1e6 / rows.len().max(1) as f64)
}
