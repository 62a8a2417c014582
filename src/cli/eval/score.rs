//! Counts and figures over labelled messages.

use super::super::table::TextTable;
use super::Labelled;
use super::labelled::answers;
use super::reliability::Reliability;
use crate::recognizer::{Recognition, Recognizer};
use crate::text::Modality;
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Counts over labelled messages.
#[derive(Default)]
pub(super) struct Score {
    n: usize,
    exact: usize,
    single: usize,
    top1: usize,
    oos: usize,
    oos_right: usize,
    with_slots: usize,
    sentence: usize,
    true_positive: usize,
    false_positive: usize,
    false_negative: usize,
    by_tag: BTreeMap<String, (usize, usize)>,
    by_intent: BTreeMap<String, (usize, usize)>,
    confusion: BTreeMap<(String, String), usize>,
    wrong: Vec<Wrong>,
    reliability: Reliability,
}

/// A message with a wrong answer.
#[derive(Serialize)]
struct Wrong {
    text: String,
    wanted: String,
    got: String,
    /// Slots, as `name=value`.
    missing_slots: Vec<String>,
    extra_slots: Vec<String>,
}

impl Wrong {
    fn render(&self) -> String {
        let Self { text, wanted, got, missing_slots, extra_slots } = self;
        let slots = match missing_slots.is_empty() && extra_slots.is_empty() {
            true => String::new(),
            false => format!("  missing {}  extra {}", missing_slots.join("|"), extra_slots.join("|")),
        };
        format!("   {text}\n      wanted {wanted}  got {got}{slots}\n")
    }
}

impl Score {
    /// Counts an answer; keeps at most `errors` wrong messages.
    pub(super) fn add(&mut self, row: &Labelled, recognizer: &Recognizer, recognition: &Recognition, errors: usize) {
        let answers = answers(recognizer, recognition);
        let ids: Vec<&str> = answers.iter().map(|a| a.0).collect();
        let got: BTreeSet<&str> = ids.iter().copied().collect();
        let right = row.exact(&got);
        self.n += 1;
        self.exact += usize::from(right);
        match row.intents.as_slice() {
            [] => {
                self.oos += 1;
                self.oos_right += usize::from(got.is_empty());
            }
            [_] => {
                self.single += 1;
                self.top1 += usize::from(ids.first().is_some_and(|id| row.accepts(id)));
            }
            _ => {}
        }
        for (id, confidence) in &answers {
            self.reliability.add(*confidence, row.accepts(id));
        }
        let (mut missing_slots, mut extra_slots) = (Vec::new(), Vec::new());
        if let Some(slots) = &row.slots {
            let want: BTreeSet<(&str, &str)> = slots.iter().map(|s| (s.name.as_str(), s.value.trim())).collect();
            let got: BTreeSet<(&str, &str)> = recognition
                .intents
                .iter()
                .flat_map(|i| i.slots.iter().map(|s| (s.name.as_str(), s.value.trim())))
                .collect();
            self.true_positive += want.intersection(&got).count();
            self.false_positive += got.difference(&want).count();
            self.false_negative += want.difference(&got).count();
            self.with_slots += 1;
            self.sentence += usize::from(right && want == got);
            let pair = |(name, value): &(&str, &str)| format!("{name}={value}");
            missing_slots.extend(want.difference(&got).map(pair));
            extra_slots.extend(got.difference(&want).map(pair));
        }
        let slots_right = missing_slots.is_empty() && extra_slots.is_empty();
        let tags = row.tags.iter().cloned();
        let account = if row.account.is_empty() { "-" } else { &row.account };
        for tag in tags.chain([
            format!("account:{account}"),
            format!("modality:{}", if row.modality == Modality::Voice { "voice" } else { "text" }),
        ]) {
            let count = self.by_tag.entry(tag).or_default();
            count.0 += usize::from(right);
            count.1 += 1;
        }
        let label = |ids: Vec<&str>| if ids.is_empty() { "-".to_owned() } else { ids.join(",") };
        let wanted = label(row.intents.iter().map(String::as_str).collect());
        let count = self.by_intent.entry(wanted.clone()).or_default();
        count.0 += usize::from(right);
        count.1 += 1;
        if !right {
            *self.confusion.entry((wanted.clone(), label(ids.clone()))).or_default() += 1;
        }
        if !(right && slots_right) && self.wrong.len() < errors {
            let (text, got) = (row.text.clone(), label(ids));
            self.wrong.push(Wrong { text, wanted, got, missing_slots, extra_slots });
        }
    }

    fn figures(&self) -> Vec<(&'static str, Option<f64>)> {
        let ratio = |a: usize, b: usize| (b > 0).then(|| a as f64 / b as f64);
        let precision = ratio(self.true_positive, self.true_positive + self.false_positive);
        let recall = ratio(self.true_positive, self.true_positive + self.false_negative);
        let f1 = precision.zip(recall).filter(|(p, r)| p + r > 0.0).map(|(p, r)| 2.0 * p * r / (p + r));
        let out = ratio(self.oos_right, self.oos);
        vec![
            ("intent_exact", ratio(self.exact, self.n)),
            ("top1", ratio(self.top1, self.single)),
            ("out_of_scope", out),
            ("false_trigger", out.map(|o| 1.0 - o)),
            ("slot_p", precision),
            ("slot_r", recall),
            ("slot_f1", f1),
            ("sentence", ratio(self.sentence, self.with_slots)),
            ("calibration_error", self.reliability.error()),
        ]
    }

    /// One figure by its name, for a table; empty where there was nothing to count.
    pub(super) fn cell(&self, name: &str) -> String {
        let value = self.figures().into_iter().find(|(n, _)| *n == name).and_then(|(_, value)| value);
        value.map_or_else(String::new, |v| format!("{v:.4}"))
    }

    pub(super) fn json(&self, name: &str) -> serde_json::Value {
        let mut out = serde_json::Map::new();
        out.insert("file".into(), name.into());
        out.insert("n".into(), self.n.into());
        for (figure, value) in self.figures() {
            out.insert(figure.into(), value.map(|v| (v * 1e4).round() / 1e4).into());
        }
        let tags = self.by_tag.iter().map(|(t, (right, n))| (t.clone(), format!("{right}/{n}").into()));
        out.insert("by_tag".into(), serde_json::Value::Object(tags.collect()));
        serde_json::Value::Object(out)
    }

    /// The figures with the parts that were asked for.
    pub(super) fn json_with(&self, name: &str, errors: usize, reliability: bool) -> serde_json::Value {
        let mut out = self.json(name);
        if reliability {
            out["reliability"] = self.reliability.json();
        }
        if errors > 0 {
            let confusions = self.confusions().into_iter().take(errors);
            let confusions = confusions.map(|((want, got), n)| json!({ "wanted": want, "got": got, "n": n }));
            let intents = self.worst().into_iter().take(errors);
            let intents = intents.map(|(id, (right, n))| json!({ "intents": id, "right": right, "n": n }));
            let (confusions, intents): (Vec<_>, Vec<_>) = (confusions.collect(), intents.collect());
            out["errors"] = json!({ "confusions": confusions, "intents": intents, "messages": self.wrong });
        }
        out
    }

    /// What was taken for what, the most frequent first.
    fn confusions(&self) -> Vec<(&(String, String), &usize)> {
        let mut confusions: Vec<_> = self.confusion.iter().collect();
        confusions.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        confusions
    }

    /// Labels with wrong answers, those with the most first.
    fn worst(&self) -> Vec<(&String, &(usize, usize))> {
        let mut worst: Vec<_> = self.by_intent.iter().filter(|(_, (right, n))| right < n).collect();
        worst.sort_by(|a, b| (b.1.1 - b.1.0).cmp(&(a.1.1 - a.1.0)).then(a.0.cmp(b.0)));
        worst
    }

    pub(super) fn render(&self, name: &str, errors: usize, reliability: bool) -> String {
        let figures = self.figures().into_iter().filter_map(|(f, v)| v.map(|v| format!("{f}={v:.4}")));
        let mut text = format!("{name}  n={}  {}\n", self.n, figures.collect::<Vec<_>>().join("  "));
        let tags = self.by_tag.iter().map(|(t, (right, n))| format!("{t}={right}/{n}"));
        text.push_str(&format!("   {}\n", tags.collect::<Vec<_>>().join("  ")));
        if reliability {
            text.push_str(&self.reliability.table());
        }
        if errors > 0 {
            let mut table = TextTable::new(3);
            let confusions = self.confusions().into_iter().take(errors);
            confusions.for_each(|((want, got), n)| table.row([n.to_string(), want.clone(), "→".into(), got.clone()]));
            text.push_str(&table.to_string());
            let mut table = TextTable::new(3);
            let worst = self.worst().into_iter().take(errors);
            worst.for_each(|(id, (right, n))| table.row([id.clone(), format!("{right}/{n}")]));
            text.push_str(&format!("   --\n{table}   --\n"));
            self.wrong.iter().for_each(|wrong| text.push_str(&wrong.render()));
        }
        text
    }
}
