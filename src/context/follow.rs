//! The rules by which a message goes on with what was said before; their order stands in the module above.

use super::location::{self, Location};
use super::past::{Past, Request, remembered};
use super::words;
use super::{Continuation, FRESH_SECONDS, MenuOption, ShownMenu};
use crate::dictionary::{Content, Intent, IntentRole, MenuEntry, builtin_kind};
use crate::entities::Source;
use crate::recognizer::{Alternative, Heard, Mood, Offer, Outcome, Recognition, Recognized, Recognizer, Value, Wanted};
use crate::text::Span;

/// The answer that a rule makes.
pub(super) struct Step<'a> {
    pub(super) recognition: Recognition,
    pub(super) rule: Option<Continuation>,
    pub(super) refers_to: Option<u16>,
    /// The entry of a menu that was picked.
    entry: Option<&'a MenuEntry>,
}

/// One message in its conversation.
pub(super) struct Dialogue<'a> {
    recognizer: &'a Recognizer,
    content: &'a Content,
    account: u16,
    past: &'a Past,
    now: i64,
    /// Intents of the account that take a position.
    takers: &'a [u16],
    /// The intents whose values are looked for in the message: that of the last request, then that of a picked number.
    wanted: Vec<u16>,
    /// The intent whose slot is the number of an entry.
    option: Option<u16>,
}

/// Why a number that no entry has is not valid.
const OUT_OF_RANGE: &str = "out_of_range";
/// Rules hold or do not.
const SURE: f32 = 1.0;

impl<'a> Dialogue<'a> {
    pub(super) fn new(recognizer: &'a Recognizer, account: u16, past: &'a Past, now: i64) -> Self {
        let content = &recognizer.bundle().content;
        let (takers, option) = (recognizer.location_intents(account), recognizer.option_intent(account));
        // Without anything pending no number is picked, and nothing need be kept.
        let pending = past.request.is_some() || past.menu.is_some();
        let wanted = past.request.iter().map(|r| r.intent).chain(option.filter(|_| pending)).collect();
        Self { recognizer, content, account, past, now, takers, wanted, option }
    }

    /// What is listened for in the message. Without anything remembered only a label of a menu can matter.
    pub(super) fn wanted(&self, location: Option<Location>) -> Wanted<'_> {
        let labels_only = location.is_none() && self.past.request.is_none() && self.past.menu.is_none();
        let intents = match location {
            Some(_) => self.takers,
            None if labels_only => &[],
            None => &self.wanted,
        };
        Wanted { intents, labels_only }
    }

    fn intent(&self, index: u16) -> &'a Intent {
        &self.content.intents[usize::from(index)]
    }

    /// The one intent that the message names by itself.
    fn only(&self, recognition: &Recognition) -> Option<u16> {
        match recognition.intents.as_slice() {
            [one] => Some(one.intent),
            _ => None,
        }
    }

    /// Makes the answer: the first rule that holds, else the message's own.
    pub(super) fn follow(&self, alone: Recognition, heard: &Heard, location: Option<Location>) -> Step<'a> {
        if let Some(location) = location {
            return self.locate(alone, heard, location);
        }
        let made = self.past.request.as_ref().and_then(|request| self.answered(&alone, heard, request));
        let made = made.or_else(|| self.picked(&alone, heard));
        let made =
            made.or_else(|| self.past.request.as_ref().and_then(|request| self.continued(&alone, heard, request)));
        match made {
            // The message says by itself what the entry means: its own values stand where they were read.
            Some(Made { entry: Some(entry), .. }) if self.fits(entry, &alone) => {
                Step { recognition: alone, rule: None, refers_to: None, entry: Some(entry) }
            }
            Some(made) => Step { entry: made.entry, ..self.step(alone, made.rule, made.intents, made.outcome) },
            None => self.replied(alone),
        }
    }

    fn step(&self, alone: Recognition, rule: Continuation, intents: Vec<Recognized>, outcome: Outcome) -> Step<'a> {
        let recognition = Recognition { outcome, intents, alternatives: Vec::new(), ..alone };
        Step { recognition, rule: Some(rule), refers_to: None, entry: None }
    }

    /// Rule 1.
    fn locate(&self, alone: Recognition, heard: &Heard, location: Location) -> Step<'a> {
        let past = self.past.request.as_ref().filter(|r| self.takers.contains(&r.intent));
        let chosen: Vec<u16> = past.map_or_else(|| self.takers.to_vec(), |r| vec![r.intent]);
        let kind = builtin_kind(location::KIND).unwrap_or_default();
        let mut recognized = Vec::new();
        for intent in &chosen {
            let slots = self.intent(*intent).slots.iter().copied();
            let mut values: Vec<(u16, Value)> = past.map(|r| r.slots.clone()).unwrap_or_default();
            let place = slots.filter(|s| self.content.slots[usize::from(*s)].kinds.contains(&kind));
            let position =
                |s| (s, Value { source: Source::Exact, ..remembered(self.slot(s), &location.value(), Vec::new()) });
            let given = heard.offers.get(self.takers.iter().position(|t| t == intent).unwrap_or_default());
            let named = given.into_iter().flatten().map(|o| (o.slot, o.value.clone()));
            for (slot, value) in place.map(position).chain(named) {
                values.retain(|(s, v)| *s != slot || v.source != Source::Context);
                values.push((slot, value));
            }
            recognized.push(self.recognized(*intent, values, heard.whole));
        }
        let mut entities = alone.entities.clone();
        entities.push(Value { source: Source::Exact, ..remembered(location::KIND, &location.value(), Vec::new()) });
        let alone = Recognition { entities, ..alone };
        let mut recognized = recognized.into_iter();
        match (recognized.next(), recognized.len()) {
            (None, _) => self.step(alone, Continuation::Location, Vec::new(), Outcome::Unrecognized),
            (Some(one), 0) => {
                let outcome = outcome(&one);
                self.step(alone, Continuation::Location, vec![one], outcome)
            }
            (Some(mut first), others) => {
                let confidence = SURE / (others + 1) as f32;
                first.confidence = confidence;
                let mut step = self.step(alone, Continuation::Location, vec![first], Outcome::Ambiguous);
                step.recognition.alternatives =
                    recognized.map(|r| Alternative { intent: r.intent, confidence }).collect();
                step
            }
        }
    }

    /// Rule 2.
    fn answered(&self, alone: &Recognition, heard: &Heard, request: &Request) -> Option<Made<'a>> {
        request.asked?;
        let given = Given::of(self, heard, request);
        (given.only_values() && !given.corrects())
            .then(|| self.merged(alone, heard, request, given, Continuation::Answer))
    }

    /// Rules 3 to 5.
    fn picked(&self, alone: &Recognition, heard: &Heard) -> Option<Made<'a>> {
        let bare = bare(heard);
        if bare.is_empty() {
            return None;
        }
        let number = self.number(heard);
        if let Some(request) = self.past.request.as_ref().filter(|r| !r.others.is_empty()) {
            let choices: Vec<u16> = std::iter::once(request.intent).chain(request.others.iter().copied()).collect();
            let by_number = number.as_ref().map(|(n, _)| *n);
            let by_words = || words::place_by_words(&bare, choices.len());
            let by_name = || {
                let named = |i: &u16| {
                    let intent = self.intent(*i);
                    self.only(alone) == Some(*i) && alone.outcome != Outcome::Ambiguous
                        || [&intent.alias, &intent.title]
                            .iter()
                            .any(|name| bare.contains(&self.recognizer.folded(name)))
                };
                let mut found = (0..choices.len()).filter(|at| named(&choices[*at]));
                found.next().filter(|_| found.next().is_none()).map(|at| at + 1)
            };
            let by_yes = || (self.role(alone) == Some(IntentRole::Affirm)).then_some(1);
            if let Some(place) = by_number.or_else(by_words).or_else(by_name).or_else(by_yes) {
                return match choices.get(place.wrapping_sub(1)) {
                    Some(chosen) => {
                        let own = &self.intent(*chosen).slots;
                        let slots = request.slots.iter().filter(|(s, _)| own.contains(s)).cloned().collect();
                        Some(Made::of(Continuation::Choice, self.recognized(*chosen, slots, heard.whole)))
                    }
                    None => self.out_of_range(heard, number?.1),
                };
            }
        }
        let pending = self.past.menu.map(|(menu, _)| menu);
        if let (Some(menu), Some((number, value))) = (pending, number) {
            let mut entries = self.entries().filter(|e| e.menu == Some(menu));
            return match entries.find(|e| usize::from(e.option) == number) {
                Some(entry) => Some(self.entered(heard, entry, &value, Continuation::MenuNumber)),
                None => self.out_of_range(heard, value),
            };
        }
        let entry = [bare.as_str(), words::without_pick(&bare)].into_iter().find_map(|word| {
            let inside = self.entries().filter(|e| e.menu.is_some() && e.menu == pending);
            let mut inside = inside.filter(|e| e.name == word || e.words.iter().any(|w| w == word));
            inside.next().or_else(|| self.entries().find(|e| e.menu.is_some() && e.name == word))
        })?;
        let value = remembered("", "", Vec::new());
        Some(self.entered(heard, entry, &value, Continuation::MenuWord))
    }

    /// Rules 6 to 9.
    fn continued(&self, alone: &Recognition, heard: &Heard, request: &Request) -> Option<Made<'a>> {
        if alone.intents.len() > 1 {
            return None;
        }
        let given = Given::of(self, heard, request);
        let own = self.only(alone);
        let same = own == Some(request.intent);
        let speaks = own.is_some_and(|i| self.intent(i).role().is_none()) && alone.outcome != Outcome::Ambiguous;
        let marked = given.asks_again() || given.corrects();
        let titled = || marked && alone.outcome != Outcome::Matched && given.only_values_and_title();
        let rule = if given.only_values() || titled() {
            let empty = |s: u16| !request.slots.iter().any(|(slot, _)| *slot == s);
            let fresh = self.now.saturating_sub(request.time) < FRESH_SECONDS;
            if given.corrects() {
                Continuation::Correction
            } else if given.asks_again() || same || !speaks {
                Continuation::Ellipsis
            } else if fresh && given.offers.iter().all(|o| empty(o.slot)) {
                Continuation::Answer
            } else {
                return None;
            }
        } else if same && (request.asked.is_some() || given.asks_again()) {
            if request.asked.is_some() { Continuation::Answer } else { Continuation::Ellipsis }
        } else if alone.intents.is_empty() && request.asked.is_some_and(|s| given.offers.iter().any(|o| o.slot == s)) {
            Continuation::Answer
        } else {
            return None;
        };
        Some(self.merged(alone, heard, request, given, rule))
    }

    /// Rules 10 and 11, or the message's own answer.
    fn replied(&self, alone: Recognition) -> Step<'a> {
        let rule = match self.role(&alone) {
            Some(IntentRole::Deny) if self.past.request.is_some() || self.past.menu.is_some() => {
                Some(Continuation::Refusal)
            }
            Some(IntentRole::Affirm) if self.past.request.is_some() => Some(Continuation::Confirmation),
            _ => None,
        };
        let refers_to = rule.and(self.past.request.as_ref().map(|r| r.intent));
        Step { recognition: alone, rule, refers_to, entry: None }
    }

    fn role(&self, recognition: &Recognition) -> Option<IntentRole> {
        self.only(recognition).and_then(|i| self.intent(i).role())
    }

    fn slot(&self, index: u16) -> &'a str {
        &self.content.slots[usize::from(index)].name
    }

    fn entries(&self) -> impl Iterator<Item = &'a MenuEntry> {
        self.recognizer.menu_entries(self.account)
    }

    /// The number that the message picks, with its value, where it does nothing else.
    fn number(&self, heard: &Heard) -> Option<(usize, Value)> {
        let at = self.wanted.iter().rposition(|w| Some(*w) == self.option)?;
        let [offer] = heard.offers.get(at)?.as_slice() else { return None };
        let alone = words::is_pick(&heard.chars[..offer.start], &heard.quiet[..offer.start])
            && words::is_pick(&heard.chars[offer.end..], &heard.quiet[offer.end..]);
        let number = offer.value.value.parse().ok().filter(|_| alone)?;
        Some((number, offer.value.clone()))
    }

    fn out_of_range(&self, heard: &Heard, value: Value) -> Option<Made<'a>> {
        let option = self.option?;
        let slot = *self.intent(option).slots.first()?;
        let value = Value { valid: false, reason: Some(OUT_OF_RANGE), ..value };
        let mut one = self.recognized(option, vec![(slot, value)], heard.whole);
        one.missing = vec![slot];
        Some(Made::of(Continuation::OutOfRange, one))
    }

    /// The intent of an entry; its values stand where the sender picked it.
    fn entered(&self, heard: &Heard, entry: &'a MenuEntry, picked: &Value, rule: Continuation) -> Made<'a> {
        let value = |(slot, value): &(u16, String)| {
            let facts = self.recognizer.facts(self.account, *slot, value).unwrap_or_default();
            let value = remembered(self.slot(*slot), value, facts);
            (*slot, Value { raw: picked.raw.clone(), span: picked.span, ..value })
        };
        let one = self.recognized(entry.intent, entry.slots.iter().map(value).collect(), heard.whole);
        Made { entry: Some(entry), ..Made::of(rule, one) }
    }

    fn recognized(&self, intent: u16, slots: Vec<(u16, Value)>, span: Span) -> Recognized {
        let missing = self.intent(intent).missing(false, |slot| slots.iter().any(|(s, _)| *s == slot));
        let slots = slots.into_iter().map(|(_, v)| v).collect();
        Recognized { intent, confidence: SURE, slots, missing, mood: Mood::Request, span }
    }

    /// The last request with the values of the message in place of its own.
    fn merged(
        &self,
        alone: &Recognition,
        heard: &Heard,
        request: &Request,
        given: Given<'_>,
        rule: Continuation,
    ) -> Made<'a> {
        let kept = |s: u16| given.denied != Some(s) && !given.offers.iter().any(|o| o.slot == s);
        let mut slots: Vec<(u16, Value)> = request.slots.iter().filter(|(s, _)| kept(*s)).cloned().collect();
        slots.extend(given.offers.into_iter().map(|o| (o.slot, o.value)));
        let mut one = self.recognized(request.intent, slots, heard.whole);
        if let Some(named) = alone.intents.first() {
            one.mood = named.mood;
        }
        Made::of(rule, one)
    }

    /// The menu that the answer opens, with its expiry: that of the first entry, by id, with its intent and slots.
    pub(super) fn opened(&self, step: &Step<'_>) -> Option<(u16, i64)> {
        if matches!(step.rule, Some(Continuation::OutOfRange | Continuation::Refusal)) {
            return None;
        }
        let mut named = self.entries().filter(|e| e.opens.is_some() && self.fits(e, &step.recognition));
        let entry = step.entry.or_else(|| named.next())?;
        entry.opens.map(|menu| (menu, self.now.saturating_add(i64::from(entry.minutes) * 60)))
    }

    /// Whether an answer is the intent of an entry with the same slots.
    fn fits(&self, entry: &MenuEntry, recognition: &Recognition) -> bool {
        let [one] = recognition.intents.as_slice() else { return false };
        let has =
            |(slot, value): &(u16, String)| one.slots.iter().any(|v| v.name == self.slot(*slot) && v.value == *value);
        entry.intent == one.intent && entry.slots.len() == one.slots.len() && entry.slots.iter().all(has)
    }

    /// A menu as it is shown.
    pub(super) fn shown(&self, menu: u16, until: i64) -> ShownMenu {
        let mut entries: Vec<&MenuEntry> = self.entries().filter(|e| e.menu == Some(menu)).collect();
        entries.sort_by_key(|e| e.option);
        let option = |e: &&MenuEntry| MenuOption { number: e.option, label: e.label.clone() };
        ShownMenu {
            id: self.content.menus[usize::from(menu)].clone(),
            options: entries.iter().map(option).collect(),
            until,
        }
    }

    /// The request to remember after an answer.
    pub(super) fn remembered(&self, step: &Step<'_>) -> Option<Request> {
        let kept = || self.past.request.clone();
        match step.rule {
            Some(Continuation::Refusal) => return None,
            Some(Continuation::OutOfRange | Continuation::Confirmation) => return kept(),
            _ => {}
        }
        let mut requests = step
            .recognition
            .intents
            .iter()
            .filter(|i| self.intent(i.intent).role().is_none() && !self.recognizer.beside(i.intent));
        let incomplete = requests.clone().find(|i| !i.missing.is_empty());
        match incomplete.or_else(|| requests.next_back()) {
            Some(one) => {
                let others = step.recognition.alternatives.iter().map(|a| a.intent).collect();
                Some(Request::new(self.content, one, others, self.now))
            }
            None => kept(),
        }
    }
}

/// What a rule makes.
struct Made<'a> {
    rule: Continuation,
    intents: Vec<Recognized>,
    outcome: Outcome,
    /// The entry of a menu that was picked.
    entry: Option<&'a MenuEntry>,
}

impl Made<'_> {
    fn of(rule: Continuation, one: Recognized) -> Self {
        let outcome = outcome(&one);
        Self { rule, intents: vec![one], outcome, entry: None }
    }
}

/// The values that a message gives for the last request.
struct Given<'h> {
    offers: Vec<Offer>,
    /// What stands before, between and behind the values.
    gaps: Vec<(&'h [char], &'h [bool])>,
    /// Titles and role words of the intent's slots, which may stand beside values.
    own: Vec<&'h str>,
    /// Words of the intent's title, which may stand beside values where others say that the message goes on.
    title: Vec<String>,
    /// The slot of the last request whose value the message calls wrong without naming a better one.
    denied: Option<u16>,
}

impl<'h> Given<'h> {
    fn of(dialogue: &Dialogue<'h>, heard: &'h Heard, request: &Request) -> Self {
        let mut offers: Vec<Offer> = heard.offers.first().cloned().unwrap_or_default();
        offers.sort_by_key(|o| (o.start, o.end));
        let mut gaps = Vec::new();
        let mut at = 0;
        for offer in &offers {
            let start = offer.start.max(at);
            gaps.push((&heard.chars[at..start], &heard.loose[at..start]));
            at = offer.end.max(at);
        }
        gaps.push((&heard.chars[at..], &heard.loose[at..]));
        let slots = dialogue.intent(request.intent).slots.iter().map(|s| &dialogue.content.slots[usize::from(*s)]);
        let own = slots.flat_map(|s| s.before.iter().chain(&s.after).chain([&s.title])).map(String::as_str).collect();
        let title = words::title_words(&dialogue.recognizer.folded(&dialogue.intent(request.intent).title));
        let mut given = Self { offers, gaps, own, title, denied: None };
        given.correct(request);
        given.assign(dialogue.content, dialogue.intent(request.intent), request);
        given
    }

    fn texts(&self) -> Vec<String> {
        self.gaps
            .iter()
            .map(|(chars, _)| chars.iter().filter(|c| !crate::text::is_filler_char(**c)).collect())
            .collect()
    }

    /// True where the message is values and nothing else.
    fn only_values(&self) -> bool {
        self.only_values_and(&self.own)
    }

    /// True where the message is values, words of the intent's title and nothing else: 那后天的航班呢.
    fn only_values_and_title(&self) -> bool {
        let own: Vec<&str> = self.own.iter().copied().chain(self.title.iter().map(String::as_str)).collect();
        self.only_values_and(&own)
    }

    fn only_values_and(&self, own: &[&str]) -> bool {
        let given = !self.offers.is_empty() || self.denied.is_some();
        given && self.gaps.iter().all(|(chars, quiet)| words::is_frame(chars, quiet, own))
    }

    fn corrects(&self) -> bool {
        words::corrects(&self.texts())
    }

    fn asks_again(&self) -> bool {
        words::asks_again(&self.texts())
    }

    /// Leaves out A of 不是A是B; B takes the slot that had A. Of 不是A alone only that is left.
    fn correct(&mut self, request: &Request) {
        let Some(at) = (0..self.offers.len()).find(|i| words::is_denied(self.gaps[*i].0)) else { return };
        let wrong = self.offers.remove(at);
        let had = request.slots.iter().find(|(_, v)| v.value == wrong.value.value).map(|(s, _)| *s);
        match self.offers.get_mut(at).filter(|_| words::leads_to_right(self.gaps[at + 1].0)) {
            Some(right) => {
                if let Some(slot) = had {
                    right.slot = slot;
                    right.cued = true;
                }
            }
            None => self.denied = had,
        }
    }

    /// A value without role words, the only one of its kind, goes to the one slot of its kind that is missing; where
    /// nothing is missing, to the one of those with values that was filled last.
    fn assign(&mut self, content: &Content, intent: &Intent, request: &Request) {
        let kinds = |s: u16| &content.slots[usize::from(s)].kinds;
        let alike = |a: u16, b: u16| a == b || kinds(a).iter().any(|k| kinds(b).contains(k));
        let missing = intent.missing(false, |slot| request.slots.iter().any(|(s, _)| *s == slot));
        for at in 0..self.offers.len() {
            let offer = &self.offers[at];
            if offer.cued || self.offers.iter().filter(|o| alike(o.slot, offer.slot)).count() > 1 {
                continue;
            }
            let one = |slots: Vec<u16>| if let [slot] = slots.as_slice() { Some(*slot) } else { None };
            let wanted: Vec<u16> = missing.iter().copied().filter(|s| alike(*s, offer.slot)).collect();
            let had = || request.slots.iter().map(|(s, _)| *s).rfind(|s| alike(*s, offer.slot));
            let slot = if wanted.is_empty() { had() } else { one(wanted) };
            if let Some(slot) = slot {
                self.offers[at].slot = slot;
            }
        }
        for offer in &mut self.offers {
            offer.value.name.clone_from(&content.slots[usize::from(offer.slot)].name);
        }
    }
}

fn outcome(one: &Recognized) -> Outcome {
    if one.missing.is_empty() { Outcome::Matched } else { Outcome::Incomplete }
}

/// The message without characters that carry no meaning.
fn bare(heard: &Heard) -> String {
    heard.chars.iter().zip(&heard.quiet).filter(|(_, quiet)| !**quiet).map(|(c, _)| *c).collect()
}
