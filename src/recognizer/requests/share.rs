//! Values that two requests of one message share.

use crate::dictionary::{BUILTIN_KINDS, KindId};
use crate::recognizer::{Recognized, Recognizer, Value};

impl Recognizer {
    /// Gives a request the values that an earlier one of the same message names for the same slots, where it has none:
    /// 帮我办明天CZ3102的值机,再申请个轮椅. A date or time goes only along with what it belongs to.
    pub(in crate::recognizer) fn share_values(&self, intents: &mut [Recognized]) {
        let content = &self.bundle.content;
        for at in 1..intents.len() {
            let (earlier, later) = intents.split_at_mut(at);
            let later = &mut later[0];
            let intent = &content.intents[usize::from(later.intent)];
            let slot =
                |v: &Value| intent.slots.iter().map(|s| &content.slots[usize::from(*s)]).find(|s| s.name == v.name);
            let empty = |v: &Value| !later.slots.iter().any(|own| own.name == v.name);
            let mut shared: Vec<Value> = Vec::new();
            for value in earlier.iter().flat_map(|e| &e.slots).filter(|v| slot(v).is_some() && empty(v)) {
                if !shared.contains(value) {
                    shared.push(value.clone());
                }
            }
            let timely = |v: &Value| slot(v).is_some_and(|s| s.kinds.iter().any(|k| is_timely(*k)));
            if shared.iter().all(timely) {
                continue;
            }
            later.slots.extend(shared);
            later.missing.retain(|s| !later.slots.iter().any(|v| v.name == content.slots[usize::from(*s)].name));
        }
    }
}

/// Whether a kind of value is a moment that belongs to something else.
fn is_timely(kind: KindId) -> bool {
    matches!(BUILTIN_KINDS.get(usize::from(kind)), Some(&("date" | "time" | "datetime")))
}
