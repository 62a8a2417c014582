//! The messages that are sent.

use crate::service::proto;
use crate::text::Modality;
use prost::Message as _;
use serde::Deserialize;

/// A message to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The sender's text.
    pub text: String,
    /// Id of the account; empty for the default one.
    pub account: String,
    /// Typed or transcribed.
    pub modality: Modality,
    /// The intents of the answer, where known.
    pub intents: Option<Vec<String>>,
}

/// Why a file of messages cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// A line is no message.
    #[error("line {line}: {what}; a line is a text, or {{\"text\", \"account\"?, \"modality\"?, \"intents\"?}}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// There is none.
    #[error("there is no message in it")]
    Empty,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    modality: String,
    intents: Option<Vec<String>>,
}

/// Reads messages, one a line: JSON objects as `eval` takes them, or plain texts, which are sent to `account`.
///
/// # Errors
/// [`MessageError`] about the first line that is none.
pub fn read_messages(file: &str, account: &str, modality: Modality) -> Result<Vec<Message>, MessageError> {
    let mut messages = Vec::new();
    for (at, line) in file.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !line.starts_with('{') {
            messages.push(Message { text: line.into(), account: account.into(), modality, intents: None });
            continue;
        }
        let fault = |what: String| MessageError::Line { line: at + 1, what };
        let row: Line = serde_json::from_str(line).map_err(|e| fault(e.to_string()))?;
        let modality = match row.modality.as_str() {
            "" | "text" => Modality::Text,
            "voice" => Modality::Voice,
            other => return Err(fault(format!("modality `{other}` is neither text nor voice"))),
        };
        messages.push(Message { text: row.text, account: row.account, modality, intents: row.intents });
    }
    if messages.is_empty() { Err(MessageError::Empty) } else { Ok(messages) }
}

/// The built-in mix: messages to the accounts of the shipped dictionaries, typed and spoken, short and long, some of them
/// about nothing that an account knows.
pub fn mix() -> Vec<Message> {
    let mut messages = Vec::new();
    for line in include_str!("mix.tsv").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(account), Some(modality), Some(text)) = (cells.next(), cells.next(), cells.next()) else { continue };
        messages.push(Message {
            text: text.into(),
            account: account.into(),
            modality: if modality == "voice" { Modality::Voice } else { Modality::Text },
            intents: cells.next().map(|ids| ids.split('|').filter(|id| !id.is_empty()).map(Into::into).collect()),
        });
    }
    messages
}

/// Characters of a request id; all ids have as many, so that requests and answers of one message have one length.
pub const ID: usize = 16;

/// Writes the id with a number.
pub(super) fn write_id(number: u64, id: &mut [u8]) {
    for (at, byte) in id.iter_mut().enumerate() {
        *byte = b"0123456789abcdef"[(number >> (60 - 4 * at) & 15) as usize];
    }
}

/// An encoded request with a place for its id.
#[derive(Debug, Clone)]
pub struct Template {
    /// A `RecognizeRequest`.
    bytes: Vec<u8>,
    /// Where the id stands.
    id_at: usize,
}

/// The number whose id marks its place in a template.
pub(super) const MARK: u64 = 0xfedc_ba98_7654_3210;

/// Where the id of [`MARK`] stands; the last place, as `request_id` comes behind the texts.
pub(super) fn find_mark(bytes: &[u8]) -> Option<usize> {
    let mut mark = [0; ID];
    write_id(MARK, &mut mark);
    bytes.windows(ID).rposition(|w| w == mark)
}

/// Encodes messages as requests of a reference time, in seconds since 1970.
pub fn templates(messages: &[Message], reference: i64) -> Vec<Template> {
    let mut mark = [0; ID];
    write_id(MARK, &mut mark);
    let template = |m: &Message| {
        let request = proto::RecognizeRequest {
            text: m.text.clone(),
            account: m.account.clone(),
            modality: match m.modality {
                Modality::Text => proto::Modality::Text,
                Modality::Voice => proto::Modality::Voice,
            } as i32,
            reference_time: Some(prost_types::Timestamp { seconds: reference, nanos: 0 }),
            request_id: String::from_utf8_lossy(&mark).into_owned(),
            ..proto::RecognizeRequest::default()
        };
        let bytes = request.encode_to_vec();
        let id_at = find_mark(&bytes)?;
        Some(Template { bytes, id_at })
    };
    messages.iter().filter_map(template).collect()
}

impl Template {
    /// Bytes of the request.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Appends the request with an id.
    pub(super) fn write(&self, number: u64, out: &mut Vec<u8>) {
        let start = out.len() + self.id_at;
        out.extend_from_slice(&self.bytes);
        write_id(number, &mut out[start..start + ID]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_the_request_with_another_id() {
        let messages = mix();
        let templates = templates(&messages, 7);
        assert_eq!(templates.len(), messages.len());
        for (template, message) in templates.iter().zip(&messages) {
            let mut bytes = Vec::new();
            template.write(0xabc, &mut bytes);
            let request = proto::RecognizeRequest::decode(bytes.as_slice()).expect("a request");
            assert_eq!((request.text, request.account), (message.text.clone(), message.account.clone()));
            assert_eq!(request.request_id, "0000000000000abc");
        }
    }

    #[test]
    fn the_mix_is_some_hundred_different_messages() {
        let messages = mix();
        let mut texts: Vec<_> = messages.iter().map(|m| (&m.text, &m.account)).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), messages.len(), "no message stands there twice");
        assert!(messages.len() >= 250, "{}", messages.len());
        assert!(messages.iter().filter(|m| m.modality == Modality::Voice).count() > 20);
    }

    #[test]
    fn files_hold_texts_or_objects() {
        let file = "值机\n\n{\"text\":\"退票\",\"account\":\"air\",\"modality\":\"voice\",\"intents\":[\"a.b\"]}\n";
        let messages = read_messages(file, "shop", Modality::Text).expect("two messages");
        assert_eq!((messages[0].account.as_str(), &messages[0].intents), ("shop", &None));
        assert_eq!((messages[1].account.as_str(), messages[1].modality), ("air", Modality::Voice));
        assert_eq!(messages[1].intents.as_deref(), Some(&["a.b".to_owned()][..]));
        for (file, told) in
            [("", "no message"), ("{\"text\":1}", "line 1"), ("a\n{\"text\":\"b\",\"modality\":\"x\"}", "line 2")]
        {
            let error = read_messages(file, "", Modality::Text).expect_err(file).to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
