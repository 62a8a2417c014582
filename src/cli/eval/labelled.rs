//! Labelled messages.

use super::super::{Common, Failure};
use crate::context::{self, State};
use crate::recognizer::{Recognition, Recognizer, Utterance};
use crate::text::Modality;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A message and what is right for it.
#[derive(Deserialize)]
pub(super) struct Labelled {
    pub(super) text: String,
    #[serde(default)]
    pub(super) account: String,
    #[serde(default, deserialize_with = "modality")]
    pub(super) modality: Modality,
    pub(super) intents: Vec<String>,
    /// Intents that may stand in for a missing one.
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) slots: Option<Vec<LabelledSlot>>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default = "sure")]
    sure: u8,
}

#[derive(Deserialize)]
pub(super) struct LabelledSlot {
    pub(super) name: String,
    pub(super) value: String,
}

fn sure() -> u8 {
    1
}

fn modality<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Modality, D::Error> {
    let name = String::deserialize(from)?;
    Ok(if name == "voice" { Modality::Voice } else { Modality::Text })
}

/// The catalogue's reference time.
const REFERENCE: i64 = 1_795_226_400;

/// Reads a file of labelled messages, without those that are not sure.
pub(super) fn read(file: &Path) -> Result<Vec<Labelled>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|e| Failure::Message(format!("{}: {e}", file.display())))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let row = |(at, line)| {
        serde_json::from_str::<Labelled>(line)
            .map_err(|e| Failure::Message(format!("{}:{}: {e}", file.display(), at + 1)))
    };
    lines.map(row).filter(|row| !row.as_ref().is_ok_and(|r| r.sure == 0)).collect()
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
        Self { text, account, modality, intents, also: Vec::new(), slots: None, tags: Vec::new(), sure: 1 }
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
