//! Learning curve: what more examples are worth.

use super::super::table::TextTable;
use super::super::{Common, Failure, with_notice};
use super::EvalArgs;
use super::labelled::{self, Labelled, Names};
use super::own::Workshop;
use super::score::Score;
use std::io::Write;

/// The examples are dealt into so many parts, of which more and more are learned from.
const PARTS: u64 = 16;
/// How many parts are learned from.
const LEARNED: [u64; 5] = [1, 2, 4, 8, 16];
/// Part of the folds that is kept out where no files are named.
const KEPT_OUT: u64 = 0;

/// Prints a line for each size of the training set.
pub(super) fn run(args: &EvalArgs, common: &Common) -> Result<(), Failure> {
    let workshop = Workshop::open(common)?;
    let reference = labelled::reference(common)?;
    let own = args.files.is_empty();
    let kept_out = |i: usize| own && workshop.corpus.fold(i, args.folds) == KEPT_OUT;
    let mut sets: Vec<(String, Vec<Labelled>)> = Vec::new();
    if own {
        let examples = workshop.written().filter(|(i, _)| kept_out(*i));
        sets.push(("examples".into(), examples.map(|(_, e)| workshop.labelled(e)).collect()));
    }
    sets.extend(args.sets(common, &Names::from(&workshop.source))?);
    let mut out = std::io::stdout().lock();
    let mut table = TextTable::new(0);
    table.row(["examples", "measured on", "intent_exact", "false_trigger", "calibration_error"]);
    for parts in LEARNED {
        let learned = |i: usize| !kept_out(i) && workshop.corpus.fold(i, PARTS) < parts;
        let n = (0..workshop.corpus.examples.len()).filter(|i| learned(*i)).count();
        let recognizer = with_notice(common.language(), || workshop.recognizer(learned))?;
        for (name, rows) in &sets {
            let mut score = Score::default();
            for row in rows {
                score.add(row, &recognizer, &row.recognize(&recognizer, &reference)?, 0);
            }
            if common.json {
                let mut line = score.json(name);
                line["examples"] = n.into();
                writeln!(out, "{line}")?;
            }
            let cells = ["intent_exact", "false_trigger", "calibration_error"].map(|f| score.cell(f));
            table.row([n.to_string(), name.clone()].into_iter().chain(cells));
        }
    }
    if !common.json {
        write!(out, "{table}")?;
    }
    Ok(())
}
