//! An answer in a few lines, for people.

use super::table::TextTable;
use crate::service::proto;

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
