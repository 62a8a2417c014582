//! An answer in a few lines, for people.

use super::table::TextTable;
use crate::diagnostic::{Language, Text};
use crate::service::convert::outcome_name;
use crate::service::proto::{self, Continuation, Outcome};

/// The answer in a few lines: outcome, intents with slots, close readings, flags.
pub(super) fn summary(response: &proto::RecognizeResponse, confidences: bool, language: Language) -> String {
    let say = |zh: String, en: String| Text::new(zh, en).get(language).to_owned();
    let word = |zh: &str, en: &str| say(zh.to_owned(), en.to_owned());
    let rule = match response.continuation() {
        Continuation::Unspecified => String::new(),
        rule => format!("  ({})", continuation(rule).get(language)),
    };
    let carrier = match response.hypothesis {
        0 => String::new(),
        n => say(format!("  (第 {n} 个候选听写)"), format!("  (alternative {n})")),
    };
    let mut text = format!("{}{rule}{carrier}\n", outcome(response.outcome()).get(language));
    for intent in &response.intents {
        let human = if intent.handling == proto::Handling::Human as i32 {
            format!("  → {}", intent.handling_reason)
        } else {
            String::new()
        };
        let refers_to = if intent.refers_to.is_empty() {
            String::new()
        } else {
            say(format!("  针对 {}", intent.refers_to), format!("  of {}", intent.refers_to))
        };
        let confidence = if confidences { format!("  {:.2}", intent.confidence) } else { String::new() };
        text.push_str(&format!("  {}  {}{confidence}{human}{refers_to}\n", intent.id, intent.title));
        let mut table = TextTable::new(4);
        for slot in &intent.slots {
            let mut facts: Vec<_> = slot.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            facts.sort();
            if slot.source == proto::ValueSource::Context as i32 {
                facts.push(word("(上文)", "(context)"));
            }
            if !slot.valid {
                facts.push(format!("{}: {}", word("无效", "invalid"), slot.invalid_reason));
            }
            table.row([slot.name.as_str(), "=", slot.value.as_str(), slot.raw.as_str(), facts.join(" ").as_str()]);
        }
        text.push_str(&table.to_string());
        if !intent.missing_slots.is_empty() {
            text.push_str(&format!("    ? {}  {}\n", intent.missing_slots.join(", "), intent.prompt));
        }
    }
    for alternative in &response.alternatives {
        let proto::Alternative { id, title, confidence, .. } = alternative;
        text.push_str(&format!("  {}  {id}  {title}  {confidence:.2}\n", word("或", "or")));
    }
    if let Some(menu) = &response.menu {
        let label = |o: &proto::MenuOption| match o.number {
            0 => o.label.clone(),
            n => format!("{n} {}", o.label),
        };
        let options: Vec<String> = menu.options.iter().map(label).collect();
        text.push_str(&format!("  {} {}:  {}\n", word("菜单", "menu"), menu.id, options.join("  ")));
    }
    if let Some(handover) = &response.handover {
        let mut parts = Vec::new();
        if handover.misses > 0 {
            parts.push(match handover.misses {
                1 => word("有 1 条消息没有听懂", "a message was not understood"),
                n => say(format!("连续 {n} 条消息没有听懂"), format!("{n} messages in a row were not understood")),
            });
        }
        if let (Some(within), Some(time)) = (handover.within_hours, &handover.response_time) {
            let (zh, en) = if within { ("在", "within") } else { ("不在", "outside") };
            let time = duration(time.seconds);
            parts.push(say(
                format!("{zh}工作时间内，承诺 {time} 内回复"),
                format!("{en} working hours, answer promised in {time}"),
            ));
        }
        if !parts.is_empty() {
            text.push_str(&format!("  {}:  {}\n", word("转人工", "a person"), parts.join("; ")));
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

fn outcome(outcome: Outcome) -> Text {
    let zh = match outcome {
        Outcome::Matched => "已识别",
        Outcome::Incomplete => "缺信息",
        Outcome::Ambiguous => "有歧义",
        Outcome::Unspecified | Outcome::Unrecognized => "未识别",
    };
    Text::new(zh, outcome_name(outcome))
}

fn continuation(rule: Continuation) -> Text {
    let zh = match rule {
        Continuation::Unspecified => "",
        Continuation::Location => "位置",
        Continuation::Answer => "回答追问",
        Continuation::Choice => "选择",
        Continuation::MenuNumber => "菜单编号",
        Continuation::OutOfRange => "没有这个编号",
        Continuation::MenuWord => "菜单用词",
        Continuation::Correction => "改正",
        Continuation::Ellipsis => "省略",
        Continuation::Refusal => "否定",
        Continuation::Confirmation => "肯定",
    };
    let en = rule.as_str_name().trim_start_matches("CONTINUATION_").to_lowercase().replace('_', " ");
    Text::new(zh, en)
}
