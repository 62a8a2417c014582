//! Cross-validation over the dictionary's own texts.

use super::super::{Common, Failure, with_notice};
use super::EvalArgs;
use super::labelled::{self, Labelled};
use super::score::Score;
use super::thresholds::Sweep;
use crate::builder::{self, Corpus, Observation, Origin};
use crate::dictionary::{Compiled, NONE, Source, compile};
use crate::learn::Weights;
use crate::recognizer::{Foundation, Hearing, Recognizer};

/// A compiled dictionary with the examples that its model is learned from.
pub(super) struct Workshop {
    pub(super) source: Source,
    pub(super) corpus: Corpus,
    compiled: Compiled,
    /// Reads with the dictionary's rows alone; what it stands on serves all others.
    reader: Recognizer,
    hearing: Hearing,
}

impl Workshop {
    /// Reads and compiles the folder of the command line.
    pub(super) fn open(common: &Common) -> Result<Self, Failure> {
        Self::of(Source::read(&common.folder(None)?)?, Hearing::default())
    }

    /// Compiles tables; what is learned and read is heard as `hearing` says.
    pub(super) fn of(source: Source, hearing: Hearing) -> Result<Self, Failure> {
        let foundation = Foundation::load();
        let compiled = compile(&source, foundation.normalizer())?;
        let mut reader = builder::assemble(foundation, &compiled, &Weights::default())?;
        reader.set_hearing(hearing);
        let corpus = Corpus::read(&source, &reader);
        Ok(Self { source, corpus, compiled, reader, hearing })
    }

    /// A recogniser that learned from the messages that `chosen` picks, and from no other.
    pub(super) fn recognizer(&self, chosen: impl Fn(usize) -> bool) -> Result<Recognizer, Failure> {
        let chosen: Vec<usize> = (0..self.corpus.examples.len()).filter(|i| chosen(*i)).collect();
        let weights = self.corpus.learn(&chosen);
        let mut recognizer = builder::assemble(Foundation::of(&self.reader), &self.compiled, &weights)?;
        recognizer.set_hearing(self.hearing);
        Ok(recognizer)
    }

    /// The messages that somebody wrote, with their indexes.
    pub(super) fn written(&self) -> impl Iterator<Item = (usize, &Observation)> {
        self.corpus.examples.iter().enumerate().filter(|(_, m)| m.origin != Origin::Phrase)
    }

    /// A message to learn from as a labelled message of an account that has its pack.
    pub(super) fn labelled(&self, example: &Observation) -> Labelled {
        let intent = &self.corpus.classes[usize::from(example.example.class)];
        let intents = if intent == NONE { Vec::new() } else { vec![intent.clone()] };
        let account = self.source.accounts.get(usize::from(example.account)).map_or("", |a| &a.id);
        Labelled::new(example.text.clone(), account.to_owned(), example.modality, intents)
    }
}

/// Measures on the dictionary's examples and on the tests that are learned from, each by a model that has seen neither it
/// nor one that is nearly the same, and on the other tests, by the model of all messages.
pub(super) fn cross_validate(args: &EvalArgs, common: &Common) -> Result<(), Failure> {
    let workshop = Workshop::open(common)?;
    let reference = labelled::reference(common)?;
    let (mut score, mut sweep) = (Score::default(), Sweep::default());
    for fold in 0..args.folds {
        let inside = |i: usize| workshop.corpus.fold(i, args.folds) == fold;
        let mut recognizer = with_notice(common.language(), || workshop.recognizer(|i| !inside(i)))?;
        let examples = workshop.written().filter(|(i, _)| inside(*i));
        let rows: Vec<Labelled> = examples.map(|(_, e)| workshop.labelled(e)).collect();
        for row in &rows {
            score.add(row, &recognizer, &row.recognize(&recognizer, &reference)?, args.errors);
        }
        if args.thresholds {
            sweep.measure(&rows, &mut recognizer, &reference)?;
        }
    }
    args.print(&format!("examples, {} folds", args.folds), &score, common)?;
    if args.thresholds {
        sweep.print("examples", args.wrong_costs, common)?;
    }
    let recognizer = with_notice(common.language(), || workshop.recognizer(|_| true))?;
    let mut score = Score::default();
    for test in workshop.source.packs.iter().flat_map(|p| &p.tests).filter(|t| !t.fails && !t.train) {
        let row = Labelled::new(test.text.clone(), test.account.clone(), test.modality, test.intents.clone());
        score.add(&row, &recognizer, &row.recognize(&recognizer, &reference)?, args.errors);
    }
    args.print("tests", &score, common)
}
