//! What phrase rows, examples and sounds contribute.

use super::super::table::TextTable;
use super::super::{Common, Failure, with_notice};
use super::EvalArgs;
use super::labelled::{self, Labelled, Names};
use super::own::Workshop;
use super::score::Score;
use crate::dictionary::Source;
use crate::recognizer::{Hearing, Recognizer};
use std::io::Write;
use std::time::Instant;

/// Messages are read so often; the fastest pass counts, because other programs only ever make one slower.
const PASSES: usize = 5;

/// What a line is measured with.
struct Evidence {
    name: &'static str,
    /// Phrase rows, and what is learned from their expansions.
    rows: bool,
    /// The learned model.
    learned: bool,
    hearing: Hearing,
}

/// The lines: characters alone first, then what sounds add, until everything is on as in the shipped program.
const LINES: [Evidence; 5] = [
    Evidence { name: "rows", rows: true, learned: false, hearing: Hearing::NONE },
    Evidence { name: "learned", rows: false, learned: true, hearing: Hearing::NONE },
    Evidence { name: "both", rows: true, learned: true, hearing: Hearing::NONE },
    Evidence {
        name: "both, words by sound",
        rows: true,
        learned: true,
        hearing: Hearing { words: true, features: false },
    },
    Evidence { name: "both + sound", rows: true, learned: true, hearing: Hearing { words: true, features: true } },
];

/// Compiles the tables and learns from them for each kind of evidence, and prints a line for each and file. The cost is that
/// of the whole recognition, on one thread.
pub(super) fn run(args: &EvalArgs, common: &Common) -> Result<(), Failure> {
    let path = common.folder(None)?;
    let reference = labelled::reference(common)?;
    let sets = args.sets(common, &Names::from(&Source::read(&path)?))?;
    let recognizers = with_notice(common.language(), || {
        LINES.iter().map(|evidence| evidence.recognizer(Source::read(&path)?)).collect::<Result<Vec<_>, Failure>>()
    })?;
    let costs: Vec<Vec<f64>> =
        sets.iter().map(|(_, rows)| costs(rows, &recognizers, &reference)).collect::<Result<_, Failure>>()?;
    let mut out = std::io::stdout().lock();
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
    for (line, (evidence, recognizer)) in LINES.iter().zip(&recognizers).enumerate() {
        for ((name, rows), costs) in sets.iter().zip(&costs) {
            let mut score = Score::default();
            for row in rows {
                score.add(row, recognizer, &row.recognize(recognizer, &reference)?, 0);
            }
            if common.json {
                let mut json = score.json(name);
                json["evidence"] = evidence.name.into();
                json["us"] = ((costs[line] * 100.0).round() / 100.0).into();
                writeln!(out, "{json}")?;
            }
            let cells = ["intent_exact", "top1", "false_trigger", "calibration_error"].map(|f| score.cell(f));
            let ends = [evidence.name.to_owned(), name.clone()];
            table.row(ends.into_iter().chain(cells).chain([format!("{:.1}", costs[line])]));
        }
    }
    if !common.json {
        write!(out, "{table}")?;
    }
    Ok(())
}

impl Evidence {
    fn recognizer(&self, mut source: Source) -> Result<Recognizer, Failure> {
        if !self.rows {
            source.packs.iter_mut().for_each(|pack| pack.phrases.clear());
        }
        Workshop::of(source, self.hearing)?.recognizer(|_| self.learned)
    }
}

/// Microseconds a message, by recogniser. They take turns, so that a busy while of the machine makes all of them slower.
fn costs(rows: &[Labelled], recognizers: &[Recognizer], reference: &jiff::ZonedDateTime) -> Result<Vec<f64>, Failure> {
    let mut fastest = vec![f64::INFINITY; recognizers.len()];
    for _ in 0..PASSES {
        for (recognizer, fastest) in recognizers.iter().zip(&mut fastest) {
            let start = Instant::now();
            for row in rows {
                std::hint::black_box(row.recognize(recognizer, reference)?);
            }
            *fastest = fastest.min(start.elapsed().as_secs_f64());
        }
    }
    Ok(fastest.into_iter().map(|seconds| seconds * 1e6 / rows.len().max(1) as f64).collect())
}
