//! What every threshold would do: how much is answered, how much of it is wrong, and which threshold costs least.

use super::super::table::TextTable;
use super::super::{Common, Failure};
use super::Labelled;
use super::labelled::answers;
use crate::recognizer::Recognizer;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// The thresholds that are tried, in hundredths.
const TRIED: std::ops::RangeInclusive<u32> = 30..=95;
const STEP: usize = 5;

/// For each account what each of [`TRIED`] does.
#[derive(Default)]
pub(super) struct Sweep {
    accounts: BTreeMap<String, Vec<Counts>>,
}

/// What one threshold does.
#[derive(Default, Clone, Copy)]
struct Counts {
    n: usize,
    answered: usize,
    exact: usize,
    /// Messages with an answer that is not acceptable.
    wrong: usize,
    /// Messages without a wrong answer that lack a right one.
    missed: usize,
    out_of_scope: usize,
    triggered: usize,
}

impl Counts {
    fn plus(self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            answered: self.answered + other.answered,
            exact: self.exact + other.exact,
            wrong: self.wrong + other.wrong,
            missed: self.missed + other.missed,
            out_of_scope: self.out_of_scope + other.out_of_scope,
            triggered: self.triggered + other.triggered,
        }
    }

    fn cost(&self, wrong_costs: f64) -> f64 {
        self.missed as f64 + wrong_costs * self.wrong as f64
    }
}

fn tried() -> impl Iterator<Item = f32> {
    TRIED.step_by(STEP).map(|hundredths| hundredths as f32 / 100.0)
}

impl Sweep {
    /// Reads messages once with each threshold: a threshold also decides whether a part of a message is a request.
    pub(super) fn measure(
        &mut self,
        rows: &[Labelled],
        recognizer: &mut Recognizer,
        reference: &jiff::ZonedDateTime,
    ) -> Result<(), Failure> {
        for (index, threshold) in tried().enumerate() {
            recognizer.set_threshold(threshold);
            for row in rows {
                let recognition = row.recognize(recognizer, reference)?;
                let got: BTreeSet<&str> = answers(recognizer, &recognition).iter().map(|a| a.0).collect();
                self.add(index, row, &got);
            }
        }
        Ok(())
    }

    fn add(&mut self, index: usize, row: &Labelled, got: &BTreeSet<&str>) {
        let new = || vec![Counts::default(); tried().count()];
        let counts = &mut self.accounts.entry(row.account.clone()).or_insert_with(new)[index];
        let wrong = got.iter().any(|id| !row.accepts(id));
        let exact = row.exact(got);
        counts.n += 1;
        counts.answered += usize::from(!got.is_empty());
        counts.exact += usize::from(exact);
        counts.wrong += usize::from(wrong);
        counts.missed += usize::from(!wrong && !exact);
        counts.out_of_scope += usize::from(row.intents.is_empty());
        counts.triggered += usize::from(row.intents.is_empty() && !got.is_empty());
    }

    /// The counts of all accounts together at each of [`TRIED`].
    fn together(&self) -> Vec<Counts> {
        let sum = |index: usize| self.accounts.values().fold(Counts::default(), |sum, c| sum.plus(&c[index]));
        (0..tried().count()).map(sum).collect()
    }

    pub(super) fn print(&self, name: &str, wrong_costs: f64, common: &Common) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let all: Vec<(f32, Counts)> = tried().zip(self.together()).collect();
        let best: BTreeMap<&str, (f32, Counts)> = self
            .accounts
            .iter()
            .filter_map(|(account, counts)| Some((account.as_str(), cheapest(counts, wrong_costs)?)))
            .collect();
        let share = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        if common.json {
            let round = |v: f64| (v * 1e4).round() / 1e4;
            let rows: Vec<_> = all
                .iter()
                .map(|(t, c)| {
                    serde_json::json!({
                        "threshold": round(f64::from(*t)), "coverage": round(share(c.answered, c.n)),
                        "risk": round(share(c.wrong, c.answered)), "intent_exact": round(share(c.exact, c.n)),
                        "false_trigger": round(share(c.triggered, c.out_of_scope)),
                    })
                })
                .collect();
            let best: serde_json::Map<_, _> =
                best.iter().map(|(a, (t, _))| ((*a).to_owned(), round(f64::from(*t)).into())).collect();
            writeln!(out, "{}", serde_json::json!({ "file": name, "thresholds": rows, "best": best }))?;
            return Ok(());
        }
        writeln!(out, "{name}: a wrong answer costs as much as {wrong_costs} unanswered messages")?;
        let mut table = TextTable::new(3);
        table.row(["threshold", "coverage", "risk", "intent_exact", "false_trigger", "cost"]);
        for (t, c) in &all {
            let triggered = match c.out_of_scope {
                0 => String::new(),
                n => format!("{:.3}", share(c.triggered, n)),
            };
            table.row([
                format!("{t:.2}"),
                format!("{:.3}", share(c.answered, c.n)),
                format!("{:.3}", share(c.wrong, c.answered)),
                format!("{:.3}", share(c.exact, c.n)),
                triggered,
                format!("{:.1}", c.cost(wrong_costs)),
            ]);
        }
        write!(out, "{table}")?;
        let mut table = TextTable::new(3);
        table.row(["account", "messages", "cheapest threshold"]);
        for (account, (t, c)) in &best {
            table.row([if account.is_empty() { "-" } else { account }.to_owned(), c.n.to_string(), format!("{t:.2}")]);
        }
        write!(out, "{table}")?;
        Ok(())
    }
}

/// The threshold that costs least, the lowest of several.
fn cheapest(counts: &[Counts], wrong_costs: f64) -> Option<(f32, Counts)> {
    let cost = |c: &Counts| c.cost(wrong_costs);
    tried().zip(counts.iter().copied()).min_by(|a, b| cost(&a.1).total_cmp(&cost(&b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Modality;

    #[test]
    fn costs_decide_the_threshold() {
        // Right at 0.62 where something was asked, answered at 0.72 where nothing was.
        let row = |intents: Vec<String>| Labelled::new(String::new(), "a".into(), Modality::Text, intents);
        let (inside, outside) = (row(vec!["i".into()]), row(Vec::new()));
        let mut sweep = Sweep::default();
        for (index, threshold) in tried().enumerate() {
            let got = |confidence: f32| BTreeSet::from_iter((confidence >= threshold).then_some("i"));
            sweep.add(index, &inside, &got(0.62));
            sweep.add(index, &outside, &got(0.72));
        }
        let best = |wrong_costs| cheapest(&sweep.accounts["a"], wrong_costs).map(|(t, _)| t);
        assert_eq!(best(0.5), Some(0.3), "answering both costs half an unanswered message");
        assert_eq!(best(2.0), Some(0.75), "a wrong answer is worse than one not given");
        let first = sweep.together()[0];
        assert_eq!((first.n, first.answered, first.exact, first.wrong, first.triggered), (2, 2, 1, 1, 1));
    }
}
