//! Whether an answer is right.

use super::message::{ID, MARK, Message, find_mark, write_id};
use super::tally::Fault;
use prost::Message as _;

/// What an answer is worth.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right, made by the dictionary of this version.
    Right {
        /// The version.
        version: String,
    },
    /// Not right.
    Not(Fault, String),
}

/// Checks answers; the bytes are one encoded `RecognizeResponse` (or the answer of another method that is loaded).
pub trait Check: Send + Sync {
    /// Checks the answer to a message, by its index and the number of its id.
    fn verdict(&self, message: usize, number: u64, answer: &[u8]) -> Verdict;
}

/// The part of an answer that is looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Seen {
    #[prost(message, repeated, tag = "2")]
    intents: Vec<SeenIntent>,
    #[prost(string, tag = "6")]
    dictionary_version: String,
    #[prost(string, tag = "8")]
    request_id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct SeenIntent {
    #[prost(string, tag = "1")]
    id: String,
}

fn id_text(number: u64) -> String {
    let mut id = [0; ID];
    write_id(number, &mut id);
    String::from_utf8_lossy(&id).into_owned()
}

/// The id came back, a version is named, and the intents are those of the message where it says which.
pub struct Plain {
    expected: Vec<(String, Option<Vec<String>>)>,
}

impl Plain {
    /// Checks answers to these messages.
    pub fn new(messages: &[Message]) -> Self {
        let sorted = |ids: &Vec<String>| {
            let mut ids = ids.clone();
            ids.sort();
            ids
        };
        Self { expected: messages.iter().map(|m| (m.text.clone(), m.intents.as_ref().map(sorted))).collect() }
    }
}

impl Check for Plain {
    fn verdict(&self, message: usize, number: u64, answer: &[u8]) -> Verdict {
        let seen = match Seen::decode(answer) {
            Ok(seen) => seen,
            Err(e) => return Verdict::Not(Fault::Unreadable, e.to_string()),
        };
        let id = id_text(number);
        if seen.request_id != id {
            return Verdict::Not(Fault::WrongId, format!("sent {id}, came {}", seen.request_id));
        }
        if seen.dictionary_version.is_empty() {
            return Verdict::Not(Fault::WrongVersion, "the answer names no dictionary version".into());
        }
        if let Some((text, Some(wanted))) = self.expected.get(message) {
            let mut got: Vec<&str> = seen.intents.iter().map(|i| i.id.as_str()).collect();
            got.sort_unstable();
            if got != *wanted {
                let list = |ids: String| if ids.is_empty() { "-".to_owned() } else { ids };
                let (wanted, got) = (list(wanted.join(",")), list(got.join(",")));
                return Verdict::Not(Fault::OtherIntents, format!("{text}: wanted {wanted}, got {got}"));
            }
        }
        Verdict::Right { version: seen.dictionary_version }
    }
}

/// The answer is, byte for byte, the one that the dictionary of its version gives.
pub struct Exact {
    versions: Vec<String>,
    texts: Vec<String>,
    /// For each version and message the answer and where its id stands.
    answers: Vec<Vec<(Vec<u8>, usize)>>,
}

impl Exact {
    /// Takes the versions, and for each the answers to all messages; `answer(version, message, id)` encodes one.
    /// `None` where an answer does not carry the id it was made with.
    pub fn new(
        versions: Vec<String>,
        messages: &[Message],
        answer: impl Fn(usize, &Message, &str) -> Vec<u8>,
    ) -> Option<Self> {
        let mark = id_text(MARK);
        let mut answers = Vec::with_capacity(versions.len());
        for version in 0..versions.len() {
            let each = messages.iter().map(|m| {
                let bytes = answer(version, m, &mark);
                let at = find_mark(&bytes)?;
                Some((bytes, at))
            });
            answers.push(each.collect::<Option<Vec<_>>>()?);
        }
        Some(Self { versions, texts: messages.iter().map(|m| m.text.clone()).collect(), answers })
    }

    fn equals(&self, version: usize, message: usize, id: &str, answer: &[u8]) -> bool {
        let (wanted, at) = &self.answers[version][message];
        answer.len() == wanted.len()
            && answer[..*at] == wanted[..*at]
            && &answer[*at..at + ID] == id.as_bytes()
            && answer[at + ID..] == wanted[at + ID..]
    }
}

impl Check for Exact {
    fn verdict(&self, message: usize, number: u64, answer: &[u8]) -> Verdict {
        let id = id_text(number);
        if let Some(version) = (0..self.versions.len()).find(|v| self.equals(*v, message, &id, answer)) {
            return Verdict::Right { version: self.versions[version].clone() };
        }
        // Only what is not right needs a closer look.
        let text = &self.texts[message];
        let seen = match Seen::decode(answer) {
            Ok(seen) => seen,
            Err(e) => return Verdict::Not(Fault::Unreadable, e.to_string()),
        };
        if seen.request_id != id {
            return Verdict::Not(Fault::WrongId, format!("{text}: sent {id}, came {}", seen.request_id));
        }
        let Some(version) = self.versions.iter().position(|v| *v == seen.dictionary_version) else {
            let named = &seen.dictionary_version;
            return Verdict::Not(Fault::WrongVersion, format!("{text}: version `{named}` was never loaded"));
        };
        let of_other = |other: usize| {
            let (wanted, _) = &self.answers[other][message];
            let as_this = String::from_utf8_lossy(wanted).replacen(&self.versions[other], &self.versions[version], 1);
            other != version && as_this.replacen(&id_text(MARK), &id, 1) == String::from_utf8_lossy(answer)
        };
        if (0..self.versions.len()).any(of_other) {
            return Verdict::Not(Fault::Mixed, format!("{text}: says {} and is another's", seen.dictionary_version));
        }
        Verdict::Not(Fault::Wrong, format!("{text}: not what {} answers offline", seen.dictionary_version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::proto::{Intent, RecognizeResponse};
    use crate::text::Modality;

    fn message(intents: Option<&[&str]>) -> Message {
        let intents = intents.map(|ids| ids.iter().map(|i| (*i).to_owned()).collect());
        Message { text: "值机".into(), account: String::new(), modality: Modality::Text, intents }
    }

    fn answer(id: &str, version: &str, intent: &str, title: &str) -> Vec<u8> {
        let intents = vec![Intent { id: intent.into(), title: title.into(), ..Intent::default() }];
        let (request_id, dictionary_version) = (id.to_owned(), version.to_owned());
        RecognizeResponse { intents, request_id, dictionary_version, ..RecognizeResponse::default() }.encode_to_vec()
    }

    fn fault(verdict: Verdict) -> Option<Fault> {
        match verdict {
            Verdict::Right { .. } => None,
            Verdict::Not(fault, _) => Some(fault),
        }
    }

    #[test]
    fn plain_checks_id_version_and_intents() {
        let check = Plain::new(&[message(Some(&["a.b"])), message(None)]);
        let id = id_text(5);
        let judge = |at, id: &str, version, intent| fault(check.verdict(at, 5, &answer(id, version, intent, "")));
        assert_eq!(judge(0, &id, "v", "a.b"), None);
        assert_eq!(judge(1, &id, "v", "c.d"), None);
        assert_eq!(judge(0, &id, "v", "c.d"), Some(Fault::OtherIntents));
        assert_eq!(judge(0, &id, "", "a.b"), Some(Fault::WrongVersion));
        assert_eq!(judge(0, &id_text(6), "v", "a.b"), Some(Fault::WrongId));
        assert_eq!(fault(check.verdict(0, 5, &[0xff])), Some(Fault::Unreadable));
    }

    #[test]
    fn exact_tells_mixed_from_wrong() {
        let versions = vec!["0".repeat(16), "1".repeat(16)];
        let of = |v: usize, id: &str| answer(id, &versions[v], "a.b", ["甲", "乙"][v]);
        let check = Exact::new(versions.clone(), &[message(None)], |v, _, id| of(v, id)).expect("ids are carried");
        let id = id_text(77);
        assert_eq!(check.verdict(0, 77, &of(0, &id)), Verdict::Right { version: versions[0].clone() });
        assert_eq!(check.verdict(0, 77, &of(1, &id)), Verdict::Right { version: versions[1].clone() });
        let judge = |bytes: Vec<u8>| fault(check.verdict(0, 77, &bytes));
        assert_eq!(judge(of(0, &id_text(78))), Some(Fault::WrongId));
        assert_eq!(judge(answer(&id, &versions[0], "a.b", "乙")), Some(Fault::Mixed));
        assert_eq!(judge(answer(&id, &versions[0], "a.b", "丙")), Some(Fault::Wrong));
        assert_eq!(judge(answer(&id, "2", "a.b", "甲")), Some(Fault::WrongVersion));
    }
}
