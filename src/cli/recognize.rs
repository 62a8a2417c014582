use super::oracle::{AskArgs, Asked};
use super::summary::summary;
use super::{Common, Failure, Verdict, json};
use crate::context::{Line, later};
use crate::diagnostic::Language;
use crate::recognizer::MOST_HYPOTHESES;
use crate::service::proto;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct RecognizeArgs {
    /// The message; without it one message a line from standard input
    message: Vec<String>,
    #[command(flatten)]
    ask: AskArgs,
    /// What else a speech recogniser may have heard, read together with the message; with its score, 0 to 1 and written with a
    /// point, as 0.4:TEXT. Up to 9 times
    #[arg(long = "alternative", value_name = "[SCORE:]TEXT", requires = "message", conflicts_with = "dialogue",
        value_parser = hypothesis)]
    alternatives: Vec<proto::Hypothesis>,
    /// Read a conversation: each message goes on with those before; `/location LAT,LNG` sends a position, `/wait 31m` lets time pass
    #[arg(long)]
    dialogue: bool,
}

impl RecognizeArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        if self.alternatives.len() > MOST_HYPOTHESES {
            return Err(Failure::Message(format!(
                "--alternative is given {} times; at most {MOST_HYPOTHESES} are read beside the message",
                self.alternatives.len()
            )));
        }
        let mut out = std::io::stdout().lock();
        let mut oracle = self.ask.oracle(common)?;
        let mut reference = common.reference()?;
        let mut context = self.ask.context.clone();
        self.ask.for_each(common, &self.message, |line, location| {
            let spoken = match location {
                Some(location) => Line::Locate(location, line),
                None if self.dialogue => Line::parse(line).map_err(Failure::Item)?,
                None => Line::Say(line),
            };
            if self.dialogue && !common.json {
                writeln!(out, "> {line}")?;
            }
            let (text, location) = match spoken {
                Line::Say(text) => (text, None),
                Line::Locate(location, name) => (name, Some(location)),
                Line::Wait(time) => {
                    reference = later(&reference, time).map_err(Failure::Item)?;
                    return Ok(());
                }
            };
            let (alternatives, reference) = (self.alternatives.as_slice(), &reference);
            let asked = Asked { text, alternatives, location, context: &context, reference, explain: false };
            let answer = oracle.ask(common, &asked)?;
            if self.dialogue {
                context.clone_from(&answer.context);
            }
            if common.json {
                writeln!(out, "{}", json::to_json(&answer, "RecognizeResponse")?)?;
            } else {
                // A conversation reads better without confidences. Scripts rely on the words.
                write!(out, "{}", summary(&answer, !self.dialogue, Language::English))?;
            }
            Ok(())
        })?;
        Ok(Verdict::Fine)
    }
}

/// Reads `TEXT` or `0.4:TEXT`. A number without a point belongs to the text: 1:30起飞.
fn hypothesis(argument: &str) -> Result<proto::Hypothesis, String> {
    let score = |text: &str| text.contains('.').then(|| text.trim().parse::<f32>().ok()).flatten();
    let (score, text) =
        argument.split_once(':').and_then(|(before, text)| Some((score(before)?, text))).unwrap_or((0.0, argument));
    if !(0.0..=1.0).contains(&score) {
        return Err(format!("the score {score} is out of range; scores are 0 to 1"));
    }
    if text.trim().is_empty() {
        return Err("there is no text".to_owned());
    }
    Ok(proto::Hypothesis { text: text.to_owned(), score })
}
