//! Who answers a message: the dictionary, or a running server that is asked the same.

use super::remote::{PeerArgs, Remote};
use super::{Common, Failure, messages};
use crate::builder::Loaded;
use crate::context::Location;
use crate::diagnostic::Text;
use crate::service::{Reading, convert, proto};

/// Who is asked, and what goes with each message.
#[derive(clap::Args)]
pub(super) struct AskArgs {
    /// Ask a running server (http://127.0.0.1:50051, or https:// with --ca) instead of loading the dictionary
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    peer: PeerArgs,
    /// What the last answer to the same sender held as `context`
    #[arg(long, value_name = "CONTEXT", default_value = "")]
    pub(super) context: String,
    /// The sender's position, instead of a message or beside the name of the place
    #[arg(long, value_name = "LAT,LNG", allow_hyphen_values = true)]
    location: Option<String>,
}

impl AskArgs {
    /// Who answers: the server that is named, else the dictionary.
    pub(super) fn oracle(&self, common: &Common) -> Result<Oracle, Failure> {
        Ok(match &self.server {
            Some(server) => Oracle::Remote(Box::new(Remote::connect(self.peer.peer(server)?)?)),
            None => {
                let reading = Reading::by_default().map_err(Failure::Message)?;
                let loaded = common.load()?;
                loaded.recognizer.account(&common.account)?;
                Oracle::Local(Box::new(loaded), Box::new(reading))
            }
        })
    }

    /// Calls `each` for the position with the name of its place, else for every message.
    pub(super) fn for_each(
        &self,
        common: &Common,
        words: &[String],
        mut each: impl FnMut(&str, Option<Location>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some(text) = &self.location else { return messages::for_each(common, words, |text| each(text, None)) };
        let location = Location::parse(text)
            .ok_or_else(|| Failure::Message(format!("--location {text}: no position; write it like 39.99,116.48")))?;
        each(&words.join(" "), Some(location))
    }
}

/// A message with what surrounds it.
pub(super) struct Asked<'a> {
    pub(super) text: &'a str,
    pub(super) alternatives: &'a [proto::Hypothesis],
    pub(super) location: Option<Location>,
    pub(super) context: &'a str,
    pub(super) reference: &'a jiff::ZonedDateTime,
    /// Whether the answer is to tell how it came about.
    pub(super) explain: bool,
}

impl Asked<'_> {
    fn request(&self, common: &Common) -> proto::RecognizeRequest {
        let location = self.location.map(|location| {
            let (latitude, longitude) = location.degrees();
            proto::Location { latitude, longitude }
        });
        proto::RecognizeRequest {
            text: self.text.to_owned(),
            account: common.account.clone(),
            modality: if common.voice { proto::Modality::Voice } else { proto::Modality::Text } as i32,
            alternatives: self.alternatives.to_vec(),
            reference_time: Some(convert::timestamp(self.reference.timestamp())),
            location,
            context: self.context.to_owned(),
            explain: self.explain,
            ..proto::RecognizeRequest::default()
        }
    }
}

/// The field of a request whose faults are those of one message.
pub(super) const TEXT: &str = "text";

/// What is wrong with a request: with its message alone, or with what every message brings along.
pub(super) fn of_item(alone: bool, message: String) -> Failure {
    if alone { Failure::Item(Text::new(message.clone(), message)) } else { Failure::Message(message) }
}

/// Who answers.
pub(super) enum Oracle {
    /// A dictionary, read as a server with the default settings reads it.
    Local(Box<Loaded>, Box<Reading>),
    /// A running server.
    Remote(Box<Remote>),
}

impl Oracle {
    /// The answer to a message.
    pub(super) fn ask(&mut self, common: &Common, asked: &Asked<'_>) -> Result<proto::RecognizeResponse, Failure> {
        let request = asked.request(common);
        match self {
            Self::Remote(remote) => remote.ask(request),
            Self::Local(loaded, reading) => reading
                .answer(&loaded.recognizer, &request, None, |_, _, _| {})
                .map_err(|fault| of_item(fault.field == TEXT, fault.message)),
        }
    }
}
