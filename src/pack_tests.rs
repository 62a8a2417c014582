//! The tests that packs bring along: a message, and the intents and slots it must give.

use crate::context::{self, Line, State, later};
use crate::diagnostic::{Language, Text};
use crate::dictionary::TestRow;
use crate::recognizer::{Recognizer, Utterance};

/// The reference time of tests that name none: a Saturday.
const DEFAULT_TIME: &str = "2026-11-21T10:00:00+08:00";

/// What came out of a test.
pub struct TestResult {
    /// The intents, in order.
    pub intents: Vec<String>,
    /// The slots of all intents, sorted.
    pub slots: Vec<(String, String)>,
    /// Whether both are what the row wants.
    pub passed: bool,
}

/// Runs one test.
///
/// # Errors
/// What is wrong with the row itself: its time or its account.
pub fn run(recognizer: &Recognizer, row: &TestRow) -> Result<TestResult, String> {
    let at = if row.at.is_empty() { DEFAULT_TIME } else { &row.at };
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").map_err(|e| e.to_string())?;
    let reference = at
        .parse::<jiff::Timestamp>()
        .map_err(|e| format!("{}: `{at}` is no RFC 3339 time: {e}", row.place.describe(Language::English)))?;
    let mut reference = reference.to_zoned_datetime(zone);
    let at_row = |fault: &dyn std::fmt::Display| format!("{}: {fault}", row.place.describe(Language::English));
    let in_row = |fault: Text| at_row(&fault.get(Language::English));
    let (mut state, mut recognition) = (State::default(), None);
    for line in row.context.iter().chain([&row.text]) {
        let (text, location) = match Line::parse(line).map_err(in_row)? {
            Line::Say(text) => (text, None),
            Line::Locate(location, name) => (name, Some(location)),
            Line::Wait(time) => {
                reference = later(&reference, time).map_err(in_row)?;
                continue;
            }
        };
        let utterance = Utterance {
            text,
            hypotheses: &[],
            account: &row.account,
            modality: row.modality,
            reference: reference.clone(),
            explain: false,
        };
        let turn = context::answer(recognizer, &utterance, location, &state).map_err(|e| at_row(&e))?;
        state = turn.state;
        recognition = Some(turn.recognition);
    }
    let answered = recognition.map(|r| r.intents).unwrap_or_default();
    let content = &recognizer.bundle().content;
    let intents: Vec<String> = answered.iter().map(|i| content.intents[usize::from(i.intent)].id.clone()).collect();
    let mut slots: Vec<(String, String)> =
        answered.iter().flat_map(|i| i.slots.iter().map(|s| (s.name.clone(), s.value.clone()))).collect();
    slots.sort();
    slots.dedup();
    let slots_fit = row.slots.as_ref().is_none_or(|wanted| {
        let mut wanted = wanted.clone();
        wanted.sort();
        wanted == slots
    });
    let passed = intents == row.intents && slots_fit;
    Ok(TestResult { intents, slots, passed })
}
