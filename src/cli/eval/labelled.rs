//! Labelled messages.

use super::super::{Common, Failure, in_both_languages, lines};
use crate::context::{self, State};
use crate::diagnostic::Text;
use crate::dictionary::{Content, NONE, Source};
use crate::recognizer::{Recognition, Recognizer, Utterance, UtteranceError};
use crate::text::Modality;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A message and what is right for it.
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) account: String,
    pub(super) modality: Modality,
    /// Ids, in order of mention; none where the message asks for nothing.
    pub(super) intents: Vec<String>,
    /// Intents that may stand in for a missing one.
    pub(super) also: Vec<String>,
    pub(super) slots: Option<Vec<LabelledSlot>>,
    pub(super) tags: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct LabelledSlot {
    pub(super) name: String,
    pub(super) value: String,
}

/// A line of a file.
#[derive(Deserialize)]
struct Row {
    text: String,
    account: Option<String>,
    modality: Option<String>,
    intents: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    slots: Option<Vec<LabelledSlot>>,
    #[serde(default)]
    tags: Vec<String>,
    sure: Option<u8>,
}

/// What rows may name.
pub(super) struct Names {
    accounts: Vec<String>,
    intents: Vec<String>,
}

impl From<&Source> for Names {
    fn from(source: &Source) -> Self {
        let accounts = source.accounts.iter().map(|a| a.id.clone()).collect();
        Self { accounts, intents: source.packs.iter().flat_map(|p| &p.intents).map(|i| i.id.clone()).collect() }
    }
}

impl From<&Content> for Names {
    fn from(content: &Content) -> Self {
        let accounts = content.accounts.iter().map(|a| a.id.clone()).collect();
        Self { accounts, intents: content.intents.iter().map(|i| i.id.clone()).collect() }
    }
}

impl Names {
    /// Refuses an account that there is not; an empty one is the default account.
    pub(super) fn check_account(&self, id: &str) -> Result<(), Text> {
        if id.is_empty() || self.accounts.iter().any(|known| known == id) {
            return Ok(());
        }
        let (name, known) = (id.to_owned(), self.accounts.join(", "));
        Err(in_both_languages(&UtteranceError::UnknownAccount { name, known }))
    }
}

/// The catalogue's reference time.
const REFERENCE: i64 = 1_795_226_400;

/// Reads a file of labelled messages, without those that are not sure. Account and modality of the command line stand for
/// those that a row does not name. Without `names` any account and intent will do.
pub(super) fn read(file: &Path, common: &Common, names: Option<&Names>) -> Result<Vec<Labelled>, Failure> {
    let name = file.display();
    let bytes = std::fs::read(file).map_err(|e| Failure::Message(format!("{name}: {e}")))?;
    let mut rows = Vec::new();
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let place = |what: Text| {
            let number = at + 1;
            Failure::Text(Text::new(format!("{name}:{number}: {}", what.zh), format!("{name}:{number}: {}", what.en)))
        };
        let Some(line) = lines::decode(line, at == 0).map_err(place)? else { continue };
        let row = serde_json::from_str::<Row>(line).map_err(|e| place(Text::new(e.to_string(), e.to_string())))?;
        if row.sure != Some(0) {
            rows.push(row.understood(common, names).map_err(place)?);
        }
    }
    match rows.is_empty() {
        false => Ok(rows),
        true => Err(Failure::Text(Text::new(
            format!("{name}: 里面没有标注好的消息"),
            format!("{name}: there is no labelled message in it"),
        ))),
    }
}

impl Row {
    /// The row with the defaults of the command line.
    fn understood(self, common: &Common, names: Option<&Names>) -> Result<Labelled, Text> {
        let modality = match self.modality.as_deref() {
            None | Some("") => common.modality(),
            Some("text") => Modality::Text,
            Some("voice") => Modality::Voice,
            Some(other) => {
                return Err(Text::new(
                    format!("modality“{other}”不是 text 也不是 voice"),
                    format!("modality `{other}` is neither text nor voice"),
                ));
            }
        };
        let account = self.account.filter(|a| !a.is_empty()).unwrap_or_else(|| common.account.clone());
        let mut intents = self.intents;
        if intents == [NONE] {
            intents.clear();
        }
        if let Some(names) = names {
            names.check_account(&account)?;
            if let Some(id) = intents.iter().chain(&self.also).find(|id| !names.intents.contains(id)) {
                return Err(Text::new(
                    format!("没有意图“{id}”；不归任何意图的写 []"),
                    format!("unknown intent `{id}`; write [] where the message asks for nothing"),
                ));
            }
        }
        let Self { text, also, slots, tags, .. } = self;
        Ok(Labelled { text, account, modality, intents, also, slots, tags })
    }
}

/// The name of a file without its folder.
pub(super) fn name(file: &Path) -> String {
    file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The moment to which 明天 refers: `--at`, else the catalogue's.
pub(super) fn reference(common: &Common) -> Result<jiff::ZonedDateTime, Failure> {
    if common.at.is_some() {
        return common.reference();
    }
    let failed = |e: jiff::Error| Failure::Message(e.to_string());
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(failed)?;
    Ok(jiff::Timestamp::from_second(REFERENCE).map_err(failed)?.to_zoned_datetime(zone))
}

impl Labelled {
    /// A message of an account with its intents, nothing else.
    pub(super) fn new(text: String, account: String, modality: Modality, intents: Vec<String>) -> Self {
        Self { text, account, modality, intents, also: Vec::new(), slots: None, tags: Vec::new() }
    }

    /// What a recogniser makes of it as the first message of a conversation.
    pub(super) fn recognize(
        &self,
        recognizer: &Recognizer,
        reference: &jiff::ZonedDateTime,
    ) -> Result<Recognition, Failure> {
        let Self { text, account, modality, .. } = self;
        let (modality, reference) = (*modality, reference.clone());
        let utterance = Utterance { text, hypotheses: &[], account, modality, reference, explain: false };
        let turn = context::answer(recognizer, &utterance, None, &State::default());
        Ok(turn?.recognition)
    }

    /// True for an intent that is labelled or may stand in.
    pub(super) fn accepts(&self, intent: &str) -> bool {
        self.intents.iter().chain(&self.also).any(|i| i == intent)
    }

    /// True where the intents are those labelled; one of `also` may stand in for a missing one.
    pub(super) fn exact(&self, got: &BTreeSet<&str>) -> bool {
        let want: BTreeSet<&str> = self.intents.iter().map(String::as_str).collect();
        if *got == want {
            return true;
        }
        let extra: Vec<_> = got.difference(&want).collect();
        let missing = want.difference(got).count();
        !got.is_empty() && extra.iter().all(|e| self.also.iter().any(|a| a == **e)) && missing <= extra.len()
    }
}

/// The ids and confidences of the intents of an answer, in its order.
pub(super) fn answers<'r>(recognizer: &'r Recognizer, recognition: &Recognition) -> Vec<(&'r str, f32)> {
    let content = &recognizer.bundle().content;
    recognition.intents.iter().map(|i| (content.intents[usize::from(i.intent)].id.as_str(), i.confidence)).collect()
}
