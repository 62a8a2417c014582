use super::table::TextTable;
use super::{Common, Failure, Verdict};
use crate::context::{self, State};
use crate::recognizer::{Recognizer, Utterance};
use crate::text::Modality;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct EvalArgs {
    /// Files of labelled messages: {"text","account","modality","intents":[…],"also":[…]?,"slots":[{"name","value"}]?,"tags":[…]?} a line
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print so many of the most frequent confusions, of the worst intents, and of the wrong messages
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// Print the reliability table: confidence against the share that is right
    #[arg(long)]
    reliability: bool,
}

#[derive(Deserialize)]
struct Labelled {
    text: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    modality: String,
    intents: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    slots: Option<Vec<LabelledSlot>>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default = "sure")]
    sure: u8,
}

#[derive(Deserialize)]
struct LabelledSlot {
    name: String,
    value: String,
}

fn sure() -> u8 {
    1
}

/// The catalogue's reference time.
const REFERENCE: i64 = 1_795_226_400;
/// Rows of the reliability table.
const BINS: usize = 10;

/// Counts over one file.
#[derive(Default)]
struct Score {
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
    wrong: Vec<String>,
    bins: [(usize, usize, f64); BINS],
}

impl EvalArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let loaded = common.load()?;
        for file in &self.files {
            let text =
                std::fs::read_to_string(file).map_err(|e| Failure::Message(format!("{}: {e}", file.display())))?;
            let mut score = Score::default();
            for (at, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                let row: Labelled = serde_json::from_str(line)
                    .map_err(|e| Failure::Message(format!("{}:{}: {e}", file.display(), at + 1)))?;
                if row.sure != 0 {
                    score.add(&loaded.recognizer, common, &row, self.errors)?;
                }
            }
            let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if common.json {
                println!("{}", score.json(&name));
            } else {
                print!("{}", score.render(&name, self));
            }
        }
        Ok(Verdict::Fine)
    }
}

/// True where the intents are those labelled; one of `also` may stand in for a missing one.
fn exact(got: &BTreeSet<&str>, want: &BTreeSet<&str>, also: &[String]) -> bool {
    if got == want {
        return true;
    }
    let extra: Vec<_> = got.difference(want).collect();
    let missing = want.difference(got).count();
    !got.is_empty() && extra.iter().all(|e| also.iter().any(|a| a == **e)) && missing <= extra.len()
}

impl Score {
    fn add(&mut self, recognizer: &Recognizer, common: &Common, row: &Labelled, errors: usize) -> Result<(), Failure> {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|e| Failure::Message(e.to_string()))?;
        let reference = match &common.at {
            Some(_) => common.reference()?,
            None => jiff::Timestamp::from_second(REFERENCE)
                .map_err(|e| Failure::Message(e.to_string()))?
                .to_zoned_datetime(zone),
        };
        let modality = if row.modality == "voice" { Modality::Voice } else { Modality::Text };
        let utterance =
            Utterance { text: &row.text, hypotheses: &[], account: &row.account, modality, reference, explain: false };
        let recognition = context::answer(recognizer, &utterance, None, &State::default());
        let recognition = recognition.map_err(|e| Failure::Message(e.to_string()))?.recognition;
        let content = &recognizer.bundle().content;
        let ids: Vec<&str> =
            recognition.intents.iter().map(|i| content.intents[usize::from(i.intent)].id.as_str()).collect();
        let got: BTreeSet<&str> = ids.iter().copied().collect();
        let want: BTreeSet<&str> = row.intents.iter().map(String::as_str).collect();
        let right = exact(&got, &want, &row.also);
        self.n += 1;
        self.exact += usize::from(right);
        match row.intents.as_slice() {
            [] => {
                self.oos += 1;
                self.oos_right += usize::from(got.is_empty());
            }
            [only] => {
                self.single += 1;
                self.top1 += usize::from(ids.first().is_some_and(|id| id == only || row.also.iter().any(|a| a == id)));
            }
            _ => {}
        }
        for i in &recognition.intents {
            let bin = &mut self.bins[((i.confidence * BINS as f32) as usize).min(BINS - 1)];
            let id = content.intents[usize::from(i.intent)].id.as_str();
            bin.0 += 1;
            bin.1 += usize::from(want.contains(id) || row.also.iter().any(|a| a == id));
            bin.2 += f64::from(i.confidence);
        }
        let mut slots_note = String::new();
        let mut slots_right = true;
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
            slots_right = want == got;
            self.sentence += usize::from(right && slots_right);
            let list =
                |set: Vec<&(&str, &str)>| set.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("|");
            if !slots_right {
                slots_note = format!(
                    "  missing {}  extra {}",
                    list(want.difference(&got).collect()),
                    list(got.difference(&want).collect())
                );
            }
        }
        let tags = row.tags.iter().cloned();
        let account = if row.account.is_empty() { "-" } else { &row.account };
        for tag in tags.chain([
            format!("account:{account}"),
            format!("modality:{}", if row.modality.is_empty() { "text" } else { &row.modality }),
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
            self.wrong.push(format!("{}\n      wanted {wanted}  got {}{slots_note}", row.text, label(ids)));
        }
        Ok(())
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
            ("calibration_error", self.calibration_error()),
        ]
    }

    /// Expected calibration error: the mean distance between confidence and share right, weighted by answers.
    fn calibration_error(&self) -> Option<f64> {
        let total: usize = self.bins.iter().map(|b| b.0).sum();
        let distance = |b: &(usize, usize, f64)| (b.2 - b.1 as f64).abs();
        (total > 0).then(|| self.bins.iter().map(distance).sum::<f64>() / total as f64)
    }

    fn json(&self, name: &str) -> serde_json::Value {
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

    fn render(&self, name: &str, args: &EvalArgs) -> String {
        let figures = self.figures().into_iter().filter_map(|(f, v)| v.map(|v| format!("{f}={v:.4}")));
        let mut text = format!("{name}  n={}  {}\n", self.n, figures.collect::<Vec<_>>().join("  "));
        let tags = self.by_tag.iter().map(|(t, (right, n))| format!("{t}={right}/{n}"));
        text.push_str(&format!("   {}\n", tags.collect::<Vec<_>>().join("  ")));
        if args.reliability {
            let mut table = TextTable::new(3);
            table.row(["confidence", "answers", "mean", "right"]);
            for (at, (n, right, sum)) in self.bins.iter().enumerate().filter(|(_, b)| b.0 > 0) {
                let low = at as f64 / BINS as f64;
                let n_f = *n as f64;
                table.row([
                    format!("{low:.1}–{:.1}", low + 1.0 / BINS as f64),
                    n.to_string(),
                    format!("{:.2}", sum / n_f),
                    format!("{:.2}", *right as f64 / n_f),
                ]);
            }
            text.push_str(&table.to_string());
        }
        if args.errors > 0 {
            let mut confusion: Vec<_> = self.confusion.iter().collect();
            confusion.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let mut table = TextTable::new(3);
            confusion
                .iter()
                .take(args.errors)
                .for_each(|((want, got), n)| table.row([n.to_string(), want.clone(), "→".into(), got.clone()]));
            text.push_str(&table.to_string());
            let mut worst: Vec<_> = self.by_intent.iter().filter(|(_, (right, n))| right < n).collect();
            worst.sort_by(|a, b| (b.1.1 - b.1.0).cmp(&(a.1.1 - a.1.0)).then(a.0.cmp(b.0)));
            let mut table = TextTable::new(3);
            worst
                .iter()
                .take(args.errors)
                .for_each(|(id, (right, n))| table.row([(*id).clone(), format!("{right}/{n}")]));
            text.push_str(&format!("   --\n{table}   --\n"));
            self.wrong.iter().for_each(|w| text.push_str(&format!("   {w}\n")));
        }
        text
    }
}
