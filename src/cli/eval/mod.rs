//! Measuring: one file a kind of measurement, over the same counts.

mod ablation;
mod curve;
mod labelled;
mod own;
mod reliability;
mod score;
mod standalone;
mod thresholds;

use super::{Common, Failure, Verdict};
use labelled::{Labelled, Names};
use score::Score;
use std::io::Write;
use std::path::PathBuf;
use thresholds::Sweep;

#[derive(clap::Args)]
pub(super) struct EvalArgs {
    /// Files of labelled messages: {"text","account","modality","intents":[…],"also":[…]?,"slots":[{"name","value"}]?,"tags":[…]?} a line
    #[arg(required_unless_present_any = ["cross_validate", "learning_curve", "train"])]
    files: Vec<PathBuf>,
    /// Print so many of the most frequent confusions, of the worst intents, and of the wrong messages
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Print the reliability table: confidence against the share that is right
    #[arg(long)]
    reliability: bool,
    /// Print what every threshold would do, and the best one for each account
    #[arg(long)]
    thresholds: bool,
    /// How many unanswered messages are as bad as one wrong answer, for the choice of a threshold
    #[arg(long, value_name = "N", default_value_t = 2.0)]
    wrong_costs: f64,
    /// Measure on the dictionary's own examples, each by a model that has not seen it or its like, and on its tests
    #[arg(long, conflicts_with = "files")]
    cross_validate: bool,
    /// Parts of the cross-validation
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=50))]
    folds: u64,
    /// Learn from a growing share of the examples; measure on the files, or without files on examples kept out
    #[arg(long, conflicts_with = "cross_validate")]
    learning_curve: bool,
    /// Measure phrase rows alone, the learned model alone, and both, by characters; then both with words read by sound, and with the
    /// learner's features of sound too, as shipped; with the microseconds that a message takes on one thread
    #[arg(long, conflicts_with_all = ["cross_validate", "learning_curve"], requires = "files")]
    ablation: bool,
    /// Learn from the labelled messages of this file alone: no dictionary, no rows
    #[arg(long, value_name = "FILE", requires = "test",
        conflicts_with_all = ["files", "cross_validate", "learning_curve", "ablation"])]
    train: Option<PathBuf>,
    /// What to measure the model of --train on
    #[arg(long, value_name = "FILE", requires = "train")]
    test: Option<PathBuf>,
}

impl EvalArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        if let (Some(train), Some(test)) = (&self.train, &self.test) {
            standalone::run(train, test, common)?;
        } else if self.cross_validate {
            own::cross_validate(self, common)?;
        } else if self.learning_curve {
            curve::run(self, common)?;
        } else if self.ablation {
            ablation::run(self, common)?;
        } else {
            self.files(common)?;
        }
        Ok(Verdict::Fine)
    }

    fn files(&self, common: &Common) -> Result<(), Failure> {
        let mut recognizer = common.load()?.recognizer;
        let reference = labelled::reference(common)?;
        let sets = self.sets(common, &Names::from(&recognizer.bundle().content))?;
        for (name, rows) in &sets {
            let mut score = Score::default();
            for row in rows {
                score.add(row, &recognizer, &row.recognize(&recognizer, &reference)?, self.errors);
            }
            self.print(name, &score, common)?;
        }
        if self.thresholds {
            for (name, rows) in &sets {
                let mut sweep = Sweep::default();
                sweep.measure(rows, &mut recognizer, &reference)?;
                sweep.print(name, self.wrong_costs, common)?;
            }
        }
        Ok(())
    }

    /// The files that are named, with their labelled messages.
    fn sets(&self, common: &Common, names: &Names) -> Result<Vec<(String, Vec<Labelled>)>, Failure> {
        names.check_account(&common.account).map_err(Failure::Text)?;
        let set = |file: &PathBuf| -> Result<_, Failure> {
            Ok((labelled::name(file), labelled::read(file, common, Some(names))?))
        };
        self.files.iter().map(set).collect()
    }

    fn print(&self, name: &str, score: &Score, common: &Common) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match common.json {
            true => writeln!(out, "{}", score.json_with(name, self.errors, self.reliability))?,
            false => write!(out, "{}", score.render(name, self.errors, self.reliability))?,
        }
        Ok(())
    }
}
