//! A state as the dictionary understands it: every id known, every value one that its slot takes, nothing expired.

use super::state::{PastRequest, State, WINDOW_SECONDS};
use crate::dictionary::Content;
use crate::entities::Source;
use crate::recognizer::{Recognized, Recognizer, Value};
use crate::text::Span;

/// The longest value that is remembered, in characters.
const LONGEST_VALUE: usize = 64;
/// The most other readings that are remembered.
const MOST_OTHERS: usize = 4;

/// What is left of a state.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) request: Option<Request>,
    /// Index of the pending menu, and when it expires.
    pub(super) menu: Option<(u16, i64)>,
    pub(super) misses: u8,
}

/// The last request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) intent: u16,
    pub(super) time: i64,
    /// Slots with their values, as from an earlier message.
    pub(super) slots: Vec<(u16, Value)>,
    pub(super) asked: Option<u16>,
    pub(super) others: Vec<u16>,
}

impl Past {
    /// Reads a state for an account. Whatever the dictionary does not know is left out: it may have been reloaded since,
    /// and nothing that comes from outside is trusted.
    pub(super) fn of(recognizer: &Recognizer, account: u16, state: &State, now: i64) -> Self {
        let content = &recognizer.bundle().content;
        let fresh = |time: i64| now.saturating_sub(time) < WINDOW_SECONDS;
        if !fresh(state.time) {
            return Self::default();
        }
        let request = state.request.as_ref().filter(|r| fresh(r.time));
        let menu =
            state.menu.as_ref().filter(|m| now < m.until && m.until.saturating_sub(state.time) <= WINDOW_SECONDS);
        Self {
            request: request.and_then(|r| Request::of(recognizer, account, r)),
            menu: menu.and_then(|m| {
                let index = content.menus.iter().position(|id| *id == m.id)? as u16;
                recognizer.menu_entries(account).any(|e| e.menu == Some(index)).then_some((index, m.until))
            }),
            misses: state.misses,
        }
    }
}

impl Request {
    fn of(recognizer: &Recognizer, account: u16, past: &PastRequest) -> Option<Self> {
        let content = &recognizer.bundle().content;
        let packs = &content.accounts[usize::from(account)].packs;
        let known = |id: &String| {
            let index = content.intents.binary_search_by(|i| i.id.as_str().cmp(id)).ok()?;
            packs.contains(&content.intents[index].pack).then_some(index as u16)
        };
        let intent = known(&past.intent)?;
        let own = &content.intents[usize::from(intent)].slots;
        let slot = |name: &String| own.iter().copied().find(|s| content.slots[usize::from(*s)].name == *name);
        let value = |(name, value): &(String, String)| {
            let slot = slot(name)?;
            let readable = value.chars().count() <= LONGEST_VALUE && !value.chars().any(char::is_control);
            let attributes = recognizer.facts(account, slot, value).filter(|_| readable && !value.is_empty())?;
            Some((slot, remembered(name, value, attributes)))
        };
        Some(Self {
            intent,
            time: past.time,
            slots: past.slots.iter().filter_map(value).collect(),
            asked: past.asked.as_ref().and_then(slot),
            others: past.others.iter().filter_map(known).filter(|o| *o != intent).take(MOST_OTHERS).collect(),
        })
    }

    /// The request that an answer makes.
    pub(super) fn new(content: &Content, recognized: &Recognized, others: Vec<u16>, now: i64) -> Self {
        let index = |v: &Value| content.slots.iter().position(|s| s.name == v.name);
        let slots = recognized.slots.iter().filter(|v| v.valid && v.value.chars().count() <= LONGEST_VALUE);
        Self {
            intent: recognized.intent,
            time: now,
            slots: slots.filter_map(|v| Some((index(v)? as u16, v.clone()))).collect(),
            asked: recognized.missing.first().copied(),
            others: others.into_iter().take(MOST_OTHERS).collect(),
        }
    }

    /// The written form.
    pub(super) fn state(&self, content: &Content) -> PastRequest {
        let slot = |index: u16| content.slots[usize::from(index)].name.clone();
        let intent = |index: u16| content.intents[usize::from(index)].id.clone();
        PastRequest {
            intent: intent(self.intent),
            time: self.time,
            slots: self.slots.iter().map(|(s, v)| (slot(*s), v.value.clone())).collect(),
            asked: self.asked.map(slot),
            others: self.others.iter().map(|i| intent(*i)).collect(),
        }
    }
}

/// A value from before: it stands nowhere in the message.
pub(super) fn remembered(name: &str, value: &str, attributes: Vec<(String, String)>) -> Value {
    Value {
        name: name.to_owned(),
        raw: String::new(),
        value: value.to_owned(),
        alternatives: Vec::new(),
        attributes,
        valid: true,
        reason: None,
        source: Source::Context,
        span: Span::default(),
    }
}
