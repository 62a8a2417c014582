//! Between the protocol's messages and the library's types.

use super::Limits;
use super::proto;
use super::status::Fault;
use crate::context::{self, Continuation, Handover, HandoverCause, Location, Seal, ShownMenu, State, Turn};
use crate::dictionary::Action;
use crate::entities::Source;
use crate::moderation::Flag;
use crate::recognizer::{Hypothesis, MOST_HYPOTHESES, Mood, Outcome, Recognition, Recognizer, Trace, Utterance, Value};
use crate::text::{Modality, Span};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The longest request id, in bytes.
const LONGEST_ID: usize = 128;
/// The zone of senders who name none.
pub const DEFAULT_ZONE: &str = "Asia/Shanghai";

/// What an outcome is called where people and programs read it in words.
pub(crate) fn outcome_name(outcome: proto::Outcome) -> &'static str {
    match outcome {
        proto::Outcome::Matched => "matched",
        proto::Outcome::Incomplete => "incomplete",
        proto::Outcome::Ambiguous => "ambiguous",
        proto::Outcome::Unrecognized | proto::Outcome::Unspecified => "unrecognized",
    }
}

/// A moment as the protocol writes it.
pub(crate) fn timestamp(t: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: t.as_second(), nanos: t.subsec_nanosecond() }
}

/// Checks the further transcripts of a request.
pub(super) fn hypotheses<'r>(
    request: &'r proto::RecognizeRequest,
    limits: &Limits,
) -> Result<Vec<Hypothesis<'r>>, Fault> {
    let count = request.alternatives.len();
    if count > MOST_HYPOTHESES {
        let message = format!("{count} transcripts, at most {MOST_HYPOTHESES} are read beside the text; send the best");
        return Err(Fault::invalid("alternatives", message));
    }
    let each = request.alternatives.iter().map(|h| {
        let named = |f: Fault| Fault { field: "alternatives".into(), ..f };
        check_text(&h.text, limits).map_err(named)?;
        if !(0.0..=1.0).contains(&h.score) {
            let message = format!("the score {} is out of range; scores are 0 to 1", h.score);
            return Err(Fault::invalid("alternatives", message));
        }
        Ok(Hypothesis { text: &h.text, score: h.score })
    });
    each.collect()
}

/// The transcript of a request that carried an answer, to which the answer's spans refer.
pub fn carrier(request: &proto::RecognizeRequest, hypothesis: u32) -> &str {
    let other = (hypothesis as usize).checked_sub(1).and_then(|h| request.alternatives.get(h));
    other.map_or(request.text.as_str(), |h| h.text.as_str())
}

/// Checks a request and makes the utterance of it.
pub(super) fn utterance<'r>(
    request: &'r proto::RecognizeRequest,
    hypotheses: &'r [Hypothesis<'r>],
    limits: &Limits,
    zone: &TimeZone,
) -> Result<Utterance<'r>, Fault> {
    // A location needs no text.
    if request.location.is_none() || !request.text.trim().is_empty() {
        check_text(&request.text, limits)?;
    }
    check_id(&request.request_id)?;
    let modality = match proto::Modality::try_from(request.modality) {
        Ok(proto::Modality::Voice) => Modality::Voice,
        Ok(proto::Modality::Unspecified | proto::Modality::Text) => Modality::Text,
        Err(_) => {
            return Err(Fault::invalid(
                "modality",
                format!("{} is no modality; use MODALITY_TEXT or MODALITY_VOICE", request.modality),
            ));
        }
    };
    let zone = match request.time_zone.as_str() {
        "" | DEFAULT_ZONE => zone.clone(),
        name => TimeZone::get(name).map_err(|_| {
            Fault::invalid("time_zone", format!("unknown time zone `{name}`; use an IANA name such as {DEFAULT_ZONE}"))
        })?,
    };
    let moment = match &request.reference_time {
        None => Timestamp::now(),
        Some(t) => Timestamp::new(t.seconds, t.nanos).ok().filter(|t| is_in_range(*t)).ok_or_else(|| {
            Fault::invalid("reference_time", "the time is out of range; use a moment between 1900 and 2200")
        })?,
    };
    Ok(Utterance {
        text: &request.text,
        hypotheses,
        account: &request.account,
        modality,
        reference: moment.to_zoned_datetime(zone),
        explain: request.explain,
    })
}

/// Checks the position of a request.
pub(super) fn location(request: &proto::RecognizeRequest) -> Result<Option<Location>, Fault> {
    let Some(l) = &request.location else { return Ok(None) };
    let outside = || {
        let what = format!("{},{} is no position", l.latitude, l.longitude);
        Fault::invalid("location", format!("{what}; latitude is -90 to 90, longitude -180 to 180, in degrees"))
    };
    Location::new(l.latitude, l.longitude).map(Some).ok_or_else(outside)
}

/// Opens the context of a request.
pub(super) fn state(request: &proto::RecognizeRequest, seal: &Seal) -> Result<State, Fault> {
    seal.open(&request.context).map_err(|e| Fault::invalid("context", e.to_string()))
}

/// 1900-01-01 and 2200-01-01, in seconds since 1970.
const EARLIEST: i64 = -2_208_988_800;
const LATEST: i64 = 7_258_118_400;

/// Tells whether a moment is near enough to refer to.
pub(crate) fn is_in_range(moment: Timestamp) -> bool {
    (EARLIEST..LATEST).contains(&moment.as_second())
}

pub(crate) fn check_text(text: &str, limits: &Limits) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::invalid("text", "the text is empty; send the message as the sender wrote it"));
    }
    // A scalar value has at most four bytes, so most texts need not be counted.
    if text.len() > limits.message_chars {
        let chars = text.chars().count();
        if chars > limits.message_chars {
            let most = limits.message_chars;
            return Err(Fault::invalid(
                "text",
                format!("the text has {chars} characters, at most {most} are read; cut it"),
            ));
        }
    }
    Ok(())
}

pub(super) fn check_id(id: &str) -> Result<(), Fault> {
    if id.len() > LONGEST_ID {
        return Err(Fault::invalid(
            "request_id",
            format!("the id has {} bytes, at most {LONGEST_ID} are carried", id.len()),
        ));
    }
    Ok(())
}

/// Where spans start and end in UTF-16, computed once for a text.
struct Utf16<'t> {
    text: &'t str,
    plain: bool,
}

impl<'t> Utf16<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, plain: text.chars().all(|c| c.len_utf16() == 1) }
    }

    fn span(&self, span: Span) -> proto::Span {
        let at = |n: u32| {
            if self.plain { n } else { self.text.chars().take(n as usize).map(|c| c.len_utf16() as u32).sum() }
        };
        proto::Span { char_start: span.start, char_end: span.end, utf16_start: at(span.start), utf16_end: at(span.end) }
    }
}

/// Makes the answer of a recognition; `text` is that of the hypothesis that carried it.
pub fn response(
    recognizer: &Recognizer,
    text: &str,
    request_id: &str,
    recognition: Recognition,
) -> proto::RecognizeResponse {
    let content = &recognizer.bundle().content;
    let spans = Utf16::new(text);
    let intents = recognition
        .intents
        .into_iter()
        .map(|r| {
            let intent = &content.intents[usize::from(r.intent)];
            let slot = |s: &u16| &content.slots[usize::from(*s)];
            // The intent's own question asks for everything; once a part is there, the missing slot's asks for the rest.
            let everything = intent.missing(false, |_| false).len();
            let prompt = match r.missing.as_slice() {
                [] => String::new(),
                all if all.len() == everything && !intent.prompt.is_empty() => intent.prompt.clone(),
                [first, ..] if slot(first).prompt.is_empty() => intent.prompt.clone(),
                [first, ..] => slot(first).prompt.clone(),
            };
            proto::Intent {
                id: intent.id.clone(),
                title: intent.title.clone(),
                confidence: r.confidence,
                slots: r.slots.into_iter().map(|v| slot_value(v, &spans)).collect(),
                missing_slots: r.missing.iter().map(|s| slot(s).name.clone()).collect(),
                prompt,
                handling: if intent.human { proto::Handling::Human } else { proto::Handling::Auto } as i32,
                handling_reason: intent.reason.clone(),
                mood: mood(r.mood),
                metadata: intent.public_metadata().cloned().collect(),
                span: Some(spans.span(r.span)),
                refers_to: String::new(),
            }
        })
        .collect();
    proto::RecognizeResponse {
        outcome: match recognition.outcome {
            Outcome::Matched => proto::Outcome::Matched,
            Outcome::Incomplete => proto::Outcome::Incomplete,
            Outcome::Ambiguous => proto::Outcome::Ambiguous,
            Outcome::Unrecognized => proto::Outcome::Unrecognized,
        } as i32,
        intents,
        set_aside: recognition
            .set_aside
            .iter()
            .map(|s| {
                let intent = &content.intents[usize::from(s.intent)];
                proto::SetAside {
                    id: intent.id.clone(),
                    title: intent.title.clone(),
                    mood: mood(s.mood),
                    span: Some(spans.span(s.span)),
                }
            })
            .collect(),
        alternatives: recognition
            .alternatives
            .iter()
            .map(|a| {
                let intent = &content.intents[usize::from(a.intent)];
                proto::Alternative {
                    id: intent.id.clone(),
                    title: intent.title.clone(),
                    alias: intent.alias.clone(),
                    confidence: a.confidence,
                }
            })
            .collect(),
        entities: recognition.entities.into_iter().map(|v| entity(v, &spans)).collect(),
        flags: recognition.flags.into_iter().map(|f| flag(f, &spans)).collect(),
        dictionary_version: recognizer.bundle().version.clone(),
        explanation: recognition.trace.map(|t| explanation(t, &spans)),
        request_id: request_id.to_owned(),
        account: content.accounts[usize::from(recognition.account)].id.clone(),
        heard: recognition
            .sound_readings
            .into_iter()
            .map(|h| proto::SoundReading { raw: h.raw, read_as: h.word, span: Some(spans.span(h.span)) })
            .collect(),
        hypothesis: recognition.hypothesis,
        ..proto::RecognizeResponse::default()
    }
}

/// Makes the answer of a message in its conversation.
pub fn turn(
    recognizer: &Recognizer,
    text: &str,
    request_id: &str,
    turn: Turn,
    seal: &Seal,
) -> proto::RecognizeResponse {
    let content = &recognizer.bundle().content;
    let mut answer = response(recognizer, text, request_id, turn.recognition);
    if let (Some(intent), Some(refers_to)) = (answer.intents.first_mut(), turn.refers_to) {
        intent.refers_to.clone_from(&content.intents[usize::from(refers_to)].id);
    }
    answer.context = seal.close(&turn.state);
    answer.menu = turn.menu.map(menu);
    answer.handover = turn.handover.map(handover);
    answer.continuation = turn.continuation.map_or(proto::Continuation::Unspecified, continuation) as i32;
    answer
}

fn menu(menu: ShownMenu) -> proto::Menu {
    let option = |o: context::MenuOption| proto::MenuOption { number: o.number.into(), label: o.label };
    proto::Menu {
        id: menu.id,
        options: menu.options.into_iter().map(option).collect(),
        expire_time: Some(prost_types::Timestamp { seconds: menu.until, nanos: 0 }),
    }
}

fn handover(handover: Handover) -> proto::Handover {
    let (cause, reason, misses) = match handover.cause {
        HandoverCause::Intent(reason) => (proto::HandoverCause::Intent, reason, 0),
        HandoverCause::NotUnderstood(misses) => (proto::HandoverCause::NotUnderstood, String::new(), misses),
    };
    let duration = |seconds: u32| prost_types::Duration { seconds: seconds.into(), nanos: 0 };
    proto::Handover {
        cause: cause as i32,
        reason,
        misses: misses.into(),
        within_hours: handover.promise.map(|(within, _)| within),
        response_time: handover.promise.map(|(_, seconds)| duration(seconds)),
    }
}

fn continuation(rule: Continuation) -> proto::Continuation {
    match rule {
        Continuation::Location => proto::Continuation::Location,
        Continuation::Answer => proto::Continuation::Answer,
        Continuation::Choice => proto::Continuation::Choice,
        Continuation::MenuNumber => proto::Continuation::MenuNumber,
        Continuation::OutOfRange => proto::Continuation::OutOfRange,
        Continuation::MenuWord => proto::Continuation::MenuWord,
        Continuation::Correction => proto::Continuation::Correction,
        Continuation::Ellipsis => proto::Continuation::Ellipsis,
        Continuation::Refusal => proto::Continuation::Refusal,
        Continuation::Confirmation => proto::Continuation::Confirmation,
    }
}

/// Makes the answer of a moderation.
pub fn moderated(
    recognizer: &Recognizer,
    text: &str,
    request_id: &str,
    result: crate::moderation::Moderation,
) -> proto::ModerateResponse {
    let spans = Utf16::new(text);
    proto::ModerateResponse {
        flags: result.flags.into_iter().map(|f| flag(f, &spans)).collect(),
        masked_text: result.masked,
        blocked: result.blocked,
        dictionary_version: recognizer.bundle().version.clone(),
        request_id: request_id.to_owned(),
    }
}

fn mood(m: Mood) -> i32 {
    (match m {
        Mood::Request => proto::Mood::Request,
        Mood::Question => proto::Mood::Question,
        Mood::Refused => proto::Mood::Refused,
        Mood::Done => proto::Mood::Done,
    }) as i32
}

fn source(s: Source) -> i32 {
    (match s {
        Source::Exact => proto::ValueSource::Exact,
        Source::Phonetic => proto::ValueSource::Phonetic,
        Source::Context => proto::ValueSource::Context,
    }) as i32
}

fn slot_value(v: Value, spans: &Utf16<'_>) -> proto::Slot {
    let span = (!v.raw.is_empty()).then(|| spans.span(v.span));
    proto::Slot {
        name: v.name,
        raw: v.raw,
        value: v.value,
        attributes: v.attributes.into_iter().collect(),
        valid: v.valid,
        invalid_reason: v.reason.unwrap_or_default().to_owned(),
        source: source(v.source),
        span,
        alternatives: v.alternatives,
    }
}

fn entity(v: Value, spans: &Utf16<'_>) -> proto::Entity {
    let span = (!v.raw.is_empty()).then(|| spans.span(v.span));
    proto::Entity {
        kind: v.name,
        raw: v.raw,
        value: v.value,
        attributes: v.attributes.into_iter().collect(),
        valid: v.valid,
        invalid_reason: v.reason.unwrap_or_default().to_owned(),
        source: source(v.source),
        span,
        alternatives: v.alternatives,
    }
}

fn flag(f: Flag, spans: &Utf16<'_>) -> proto::Flag {
    proto::Flag {
        category: f.category,
        raw: f.raw,
        word: f.word,
        action: match f.action {
            Action::Warn => proto::ModerationAction::Warn,
            Action::Block => proto::ModerationAction::Block,
        } as i32,
        span: Some(spans.span(f.span)),
        row: f.row,
    }
}

fn explanation(t: Trace, spans: &Utf16<'_>) -> proto::Explanation {
    proto::Explanation {
        normalized: t.normalized,
        tokens: t.tokens.into_iter().map(|(span, text)| proto::Token { text, span: Some(spans.span(span)) }).collect(),
        keywords: t
            .keywords
            .into_iter()
            .map(|k| proto::Keyword {
                raw: k.raw,
                group: k.group,
                value: k.value,
                row: k.row,
                span: Some(spans.span(k.span)),
            })
            .collect(),
        phrases: t
            .rows
            .into_iter()
            .map(|r| proto::PhraseMatch {
                row: r.row,
                intent: r.intent,
                phrase: r.phrase,
                strength: r.strength,
                coverage: r.coverage,
                whole_message: r.whole,
            })
            .collect(),
        candidates: t
            .considered
            .into_iter()
            .map(|c| proto::Candidate {
                id: c.id,
                score: c.score,
                margin: c.margin,
                row: c.row.unwrap_or_default(),
                confidence: c.confidence,
                evidence: c.evidence.into_iter().map(|(text, weight)| proto::Weight { text, weight }).collect(),
            })
            .collect(),
        none_score: t.none,
        foreign_score: t.foreign,
        threshold: t.threshold,
        clauses: t.clauses.into_iter().map(|s| spans.span(s)).collect(),
    }
}
