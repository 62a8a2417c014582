use super::table::TextTable;
use super::{Common, Failure, Verdict, json, messages};
use crate::builder::Loaded;
use crate::context::{self, Line, Location, Seal, later};
use crate::diagnostic::Text;
use crate::recognizer::{Hypothesis, MOST_HYPOTHESES, Utterance};
use crate::service::convert;
use crate::service::proto::{self, recognizer_client::RecognizerClient};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct RecognizeArgs {
    /// The message; without it one message a line from standard input
    message: Vec<String>,
    /// Ask a running server (http://127.0.0.1:50051) instead of loading the dictionary
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// What else a speech recogniser may have heard, read together with the message; with its score, 0 to 1 and written with a
    /// point, as 0.4:TEXT. Up to 9 times
    #[arg(long = "alternative", value_name = "[SCORE:]TEXT", requires = "message", conflicts_with = "dialogue",
        value_parser = hypothesis)]
    alternatives: Vec<proto::Hypothesis>,
    /// What the last answer to the same sender held as `context`
    #[arg(long, value_name = "CONTEXT", default_value = "")]
    context: String,
    /// The sender's position, instead of a message or beside the name of the place
    #[arg(long, value_name = "LAT,LNG", allow_hyphen_values = true)]
    location: Option<String>,
    /// Read a conversation: each message goes on with those before; `/location LAT,LNG` sends a position, `/wait 31m` lets time pass
    #[arg(long)]
    dialogue: bool,
}

/// A message with what surrounds it.
struct Asked<'a> {
    text: &'a str,
    alternatives: &'a [proto::Hypothesis],
    location: Option<Location>,
    context: &'a str,
    reference: &'a jiff::ZonedDateTime,
}

/// Who answers.
enum Oracle {
    Local(Box<Loaded>),
    Remote(Box<Remote>),
}

impl RecognizeArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        if self.alternatives.len() > MOST_HYPOTHESES {
            return Err(Failure::Message(format!(
                "--alternative is given {} times; at most {MOST_HYPOTHESES} are read beside the message",
                self.alternatives.len()
            )));
        }
        let alternatives = self.alternatives.as_slice();
        let mut out = std::io::stdout().lock();
        let mut oracle = match &self.server {
            Some(server) => Oracle::Remote(Box::new(Remote::connect(server)?)),
            None => Oracle::Local(Box::new(common.load()?)),
        };
        let mut reference = common.reference()?;
        if let Some(text) = &self.location {
            let location = Location::parse(text).ok_or_else(|| {
                Failure::Message(format!("--location {text}: no position; write it like 39.99,116.48"))
            })?;
            let name = self.message.join(" ");
            let (location, context) = (Some(location), &self.context);
            let asked = Asked { text: &name, alternatives, location, context, reference: &reference };
            print(&mut out, common, &oracle.ask(common, &asked)?, true)?;
            return Ok(Verdict::Fine);
        }
        let mut context = self.context.clone();
        let in_language = |fault: Text| Failure::Message(fault.get(common.language()).to_owned());
        messages::for_each(&self.message, |line| {
            let spoken = if self.dialogue { Line::parse(line).map_err(in_language)? } else { Line::Say(line) };
            if self.dialogue && !common.json {
                writeln!(out, "> {line}")?;
            }
            let (text, location) = match spoken {
                Line::Say(text) => (text, None),
                Line::Locate(location, name) => (name, Some(location)),
                Line::Wait(time) => {
                    reference = later(&reference, time).map_err(in_language)?;
                    return Ok(());
                }
            };
            let asked = Asked { text, alternatives, location, context: &context, reference: &reference };
            let answer = oracle.ask(common, &asked)?;
            if self.dialogue {
                context.clone_from(&answer.context);
            }
            print(&mut out, common, &answer, !self.dialogue)
        })?;
        Ok(Verdict::Fine)
    }
}

impl Oracle {
    fn ask(&mut self, common: &Common, asked: &Asked<'_>) -> Result<proto::RecognizeResponse, Failure> {
        match self {
            Self::Remote(remote) => {
                let location = asked.location.map(|l| {
                    let (latitude, longitude) = l.degrees();
                    proto::Location { latitude, longitude }
                });
                remote.ask(proto::RecognizeRequest { location, ..asked.request(common) })
            }
            Self::Local(loaded) => {
                let seal = Seal::default();
                let fault = |e: &dyn std::fmt::Display| Failure::Message(e.to_string());
                let before = seal.open(asked.context).map_err(|e| fault(&e))?;
                let request = asked.request(common);
                let each = request.alternatives.iter().map(|h| Hypothesis { text: &h.text, score: h.score });
                let hypotheses: Vec<Hypothesis<'_>> = each.collect();
                let plain: Utterance<'_> = common.utterance(asked.text, asked.reference, false);
                let utterance = Utterance { hypotheses: &hypotheses, ..plain };
                let recognizer = &loaded.recognizer;
                let turn = context::answer(recognizer, &utterance, asked.location, &before).map_err(|e| fault(&e))?;
                let carrier = convert::carrier(&request, turn.recognition.hypothesis);
                Ok(convert::turn(recognizer, carrier, "", turn, &seal))
            }
        }
    }
}

impl Asked<'_> {
    /// The request without the position.
    fn request(&self, common: &Common) -> proto::RecognizeRequest {
        proto::RecognizeRequest {
            context: self.context.to_owned(),
            alternatives: self.alternatives.to_vec(),
            ..request(common, self.text, self.reference)
        }
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

/// The request for a message with the options of the command line.
fn request(common: &Common, text: &str, reference: &jiff::ZonedDateTime) -> proto::RecognizeRequest {
    let reference = reference.timestamp();
    proto::RecognizeRequest {
        text: text.to_owned(),
        account: common.account.clone(),
        modality: if common.voice { proto::Modality::Voice } else { proto::Modality::Text } as i32,
        reference_time: Some(prost_types::Timestamp {
            seconds: reference.as_second(),
            nanos: reference.subsec_nanosecond(),
        }),
        ..proto::RecognizeRequest::default()
    }
}

/// Writes an answer. A conversation reads better without confidences.
fn print(
    out: &mut impl Write,
    common: &Common,
    response: &proto::RecognizeResponse,
    confidences: bool,
) -> Result<(), Failure> {
    if common.json {
        writeln!(out, "{}", json::to_json(response, "RecognizeResponse")?)?;
        return Ok(());
    }
    write!(out, "{}", summary(response, confidences))?;
    Ok(())
}

/// The answer in a few lines: outcome, intents with slots, close readings, flags.
pub(super) fn summary(response: &proto::RecognizeResponse, confidences: bool) -> String {
    let rule = match response.continuation() {
        proto::Continuation::Unspecified => String::new(),
        rule => {
            let name = rule.as_str_name().trim_start_matches("CONTINUATION_");
            format!("  ({})", name.to_lowercase().replace('_', " "))
        }
    };
    let carrier = match response.hypothesis {
        0 => String::new(),
        n => format!("  (alternative {n})"),
    };
    let mut text = format!("{}{rule}{carrier}\n", outcome(response.outcome));
    for intent in &response.intents {
        let human = if intent.handling == proto::Handling::Human as i32 {
            format!("  → {}", intent.handling_reason)
        } else {
            String::new()
        };
        let refers_to = if intent.refers_to.is_empty() { String::new() } else { format!("  of {}", intent.refers_to) };
        let confidence = if confidences { format!("  {:.2}", intent.confidence) } else { String::new() };
        text.push_str(&format!("  {}  {}{confidence}{human}{refers_to}\n", intent.id, intent.title));
        let mut table = TextTable::new(4);
        for slot in &intent.slots {
            let mut facts: Vec<_> = slot.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            facts.sort();
            if slot.source == proto::ValueSource::Context as i32 {
                facts.push("(context)".to_owned());
            }
            if !slot.valid {
                facts.push(format!("invalid: {}", slot.invalid_reason));
            }
            table.row([slot.name.as_str(), "=", slot.value.as_str(), slot.raw.as_str(), facts.join(" ").as_str()]);
        }
        text.push_str(&table.to_string());
        if !intent.missing_slots.is_empty() {
            text.push_str(&format!("    ? {}  {}\n", intent.missing_slots.join(", "), intent.prompt));
        }
    }
    for alternative in &response.alternatives {
        text.push_str(&format!("  or  {}  {}  {:.2}\n", alternative.id, alternative.title, alternative.confidence));
    }
    if let Some(menu) = &response.menu {
        let label = |o: &proto::MenuOption| match o.number {
            0 => o.label.clone(),
            n => format!("{n} {}", o.label),
        };
        let options: Vec<String> = menu.options.iter().map(label).collect();
        text.push_str(&format!("  menu {}:  {}\n", menu.id, options.join("  ")));
    }
    if let Some(handover) = &response.handover {
        let mut parts = Vec::new();
        if handover.misses > 0 {
            parts.push(match handover.misses {
                1 => "a message was not understood".to_owned(),
                n => format!("{n} messages in a row were not understood"),
            });
        }
        if let (Some(within), Some(time)) = (handover.within_hours, &handover.response_time) {
            let hours = if within { "within" } else { "outside" };
            parts.push(format!("{hours} working hours, answer promised in {}", duration(time.seconds)));
        }
        if !parts.is_empty() {
            text.push_str(&format!("  a person:  {}\n", parts.join("; ")));
        }
    }
    for flag in &response.flags {
        text.push_str(&format!("  ! {}  {}\n", flag.category, flag.raw));
    }
    text
}

fn duration(seconds: i64) -> String {
    match seconds {
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

fn outcome(code: i32) -> &'static str {
    match proto::Outcome::try_from(code) {
        Ok(proto::Outcome::Matched) => "matched",
        Ok(proto::Outcome::Incomplete) => "incomplete",
        Ok(proto::Outcome::Ambiguous) => "ambiguous",
        _ => "unrecognized",
    }
}

/// A connection to a running server.
pub(super) struct Remote {
    runtime: tokio::runtime::Runtime,
    client: RecognizerClient<tonic::transport::Channel>,
}

impl Remote {
    pub(super) fn connect(server: &str) -> Result<Self, Failure> {
        let url = if server.contains("://") { server.to_owned() } else { format!("http://{server}") };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(RecognizerClient::connect(url.clone())).map_err(|e| {
            let cause = std::error::Error::source(&e).map(|s| format!(": {s}")).unwrap_or_default();
            Failure::Message(format!("no server answers at {url} ({e}{cause}); start one with `zhiyi serve`"))
        })?;
        Ok(Self { runtime, client })
    }

    pub(super) fn recognize(
        &mut self,
        common: &Common,
        text: &str,
        explain: bool,
    ) -> Result<proto::RecognizeResponse, Failure> {
        self.ask(proto::RecognizeRequest { explain, ..request(common, text, &common.reference()?) })
    }

    fn ask(&mut self, request: proto::RecognizeRequest) -> Result<proto::RecognizeResponse, Failure> {
        let answer = self.runtime.block_on(self.client.recognize(request));
        answer
            .map(tonic::Response::into_inner)
            .map_err(|s| Failure::Message(format!("the server refused: {}", s.message())))
    }
}
