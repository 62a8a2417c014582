//! What the recogniser answers.

use crate::entities::{Candidate, Source};
use crate::moderation::Flag;
use crate::text::{NormalizedText, Span};

use super::trace::Trace;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The intents are understood and complete.
    Matched,
    /// An intent is understood but lacks a required slot.
    Incomplete,
    /// Two readings are too close to choose; ask which.
    Ambiguous,
    /// Nothing that the account knows is asked for.
    Unrecognized,
}

/// The mood in which an intent is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Wants it done.
    Request,
    /// Asks about it.
    Question,
    /// Does not want it.
    Refused,
    /// Has done it already.
    Done,
}

/// A value in a slot or among the entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Slot name, or kind of entity.
    pub name: String,
    /// As the sender wrote it.
    pub raw: String,
    /// Canonical.
    pub value: String,
    /// Other readings of the same words, canonical.
    pub alternatives: Vec<String>,
    /// Facts about the value.
    pub attributes: Vec<(String, String)>,
    /// Whether it holds by its own rules.
    pub valid: bool,
    /// Why not.
    pub reason: Option<&'static str>,
    /// How it was read.
    pub source: Source,
    /// Where it stands in the original text.
    pub span: Span,
}

/// An intent that the message asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognized {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// 0 to 1: the share of such answers that are right.
    pub confidence: f32,
    /// Values of its slots, by place in the text.
    pub slots: Vec<Value>,
    /// Required slots without a value, by index into the dictionary's slots.
    pub missing: Vec<u16>,
    /// The mood.
    pub mood: Mood,
    /// The part of the original text that asks for it.
    pub span: Span,
}

/// An intent that the message names and does not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetAside {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// [`Mood::Refused`] or [`Mood::Done`].
    pub mood: Mood,
    /// The part of the original text that names it.
    pub span: Span,
}

/// A reading that was close.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Index into the dictionary's intents.
    pub intent: u16,
    /// 0 to 1.
    pub confidence: f32,
}

/// A word that was read by its sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundReading {
    /// As it stands in the text.
    pub raw: String,
    /// The word of the dictionary that it was read as.
    pub word: String,
    /// Where it stands in the original text.
    pub span: Span,
}

/// The answer to a message.
#[derive(Debug, Clone)]
pub struct Recognition {
    /// Index of the account that answered.
    pub account: u16,
    /// What became of the message.
    pub outcome: Outcome,
    /// What it asks for, in order of mention.
    pub intents: Vec<Recognized>,
    /// What it names and does not ask for, in order of mention.
    pub set_aside: Vec<SetAside>,
    /// Close readings, best first.
    pub alternatives: Vec<Alternative>,
    /// Everything typed that was found.
    pub entities: Vec<Value>,
    /// Sensitive words.
    pub flags: Vec<Flag>,
    /// Words that were read by their sound, by place in the text.
    pub sound_readings: Vec<SoundReading>,
    /// Which hypothesis carried the answer, to whose text all spans refer: 0 for the text, 1 for the first of the others.
    pub hypothesis: u32,
    /// How it came about, where asked for.
    pub trace: Option<Trace>,
}

impl Value {
    /// The value of a candidate under a name, with the sender's own characters.
    pub(super) fn of(name: String, original: &str, text: &NormalizedText, c: &Candidate<'_>) -> Self {
        let mut attributes = Vec::new();
        c.attributes.for_each(|name, value| attributes.push((name.to_owned(), value.to_owned())));
        Self {
            name,
            raw: text.raw(original, c.start as usize, c.end as usize).to_owned(),
            value: c.value.clone().into_owned(),
            alternatives: c.alternatives.clone(),
            attributes,
            valid: c.valid,
            reason: c.reason,
            source: c.source,
            span: text.span(c.start as usize, c.end as usize),
        }
    }
}
