use super::table::TextTable;
use super::{Common, Failure, Verdict, json, messages};
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
}

impl RecognizeArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let mut out = std::io::stdout().lock();
        match &self.server {
            Some(server) => {
                let mut client = Remote::connect(server)?;
                messages::for_each(&self.message, |text| {
                    print(&mut out, common, &client.recognize(common, text, false)?)
                })?;
            }
            None => {
                let loaded = common.load()?;
                let reference = common.reference()?;
                messages::for_each(&self.message, |text| {
                    let recognition = loaded.recognizer.recognize(&common.utterance(text, &reference, false));
                    let recognition = recognition.map_err(|e| Failure::Message(e.to_string()))?;
                    print(&mut out, common, &convert::response(&loaded.recognizer, text, "", recognition))
                })?;
            }
        }
        Ok(Verdict::Fine)
    }
}

fn print(out: &mut impl Write, common: &Common, response: &proto::RecognizeResponse) -> Result<(), Failure> {
    if common.json {
        writeln!(out, "{}", json::to_json(response, "RecognizeResponse")?)?;
        return Ok(());
    }
    write!(out, "{}", summary(response))?;
    Ok(())
}

/// The answer in a few lines: outcome, intents with slots, close readings, flags.
pub(super) fn summary(response: &proto::RecognizeResponse) -> String {
    let mut text = format!("{}\n", outcome(response.outcome));
    for intent in &response.intents {
        let human = if intent.handling == proto::Handling::Human as i32 {
            format!("  → {}", intent.handling_reason)
        } else {
            String::new()
        };
        text.push_str(&format!("  {}  {}  {:.2}{human}\n", intent.id, intent.title, intent.confidence));
        let mut table = TextTable::new(4);
        for slot in &intent.slots {
            let mut facts: Vec<_> = slot.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            facts.sort();
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
    for flag in &response.flags {
        text.push_str(&format!("  ! {}  {}\n", flag.category, flag.raw));
    }
    text
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
        let reference = common.reference()?.timestamp();
        let request = proto::RecognizeRequest {
            text: text.to_owned(),
            account: common.account.clone(),
            modality: if common.voice { proto::Modality::Voice } else { proto::Modality::Text } as i32,
            reference_time: Some(prost_types::Timestamp {
                seconds: reference.as_second(),
                nanos: reference.subsec_nanosecond(),
            }),
            explain,
            ..proto::RecognizeRequest::default()
        };
        let answer = self.runtime.block_on(self.client.recognize(request));
        answer
            .map(tonic::Response::into_inner)
            .map_err(|s| Failure::Message(format!("the server refused: {}", s.message())))
    }
}
