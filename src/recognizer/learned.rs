//! What the learner sees of a message: characters, sounds, and symbols in place of values.

use super::{Message, Recognizer, Scratch};
use crate::dictionary::{BUILTIN_KINDS, Content};
use crate::entities::Strength;
use crate::learn::{KIND_SYMBOL, word};

/// Kinds whose values say nothing about the intent but that there is one: the learner sees the kind instead.
const MASKED: &[&str] = &[
    "date",
    "time",
    "datetime",
    "duration",
    "amount",
    "flight_no",
    "id_number",
    "passport",
    "ticket_no",
    "mileage_card_no",
    "member_card_no",
    "phone",
    "order_no",
    "plate_no",
    "booking_reference",
    "city",
    "airport",
    "city_code",
    "district",
    "brand",
    "store",
];
/// Kinds that look the same to the learner: the second is seen as the first.
const ALIKE: &[(&str, &str)] = &[("city", "airport"), ("city", "city_code")];
/// First symbol that stands for a word group.
const GROUP_SYMBOL: u32 = KIND_SYMBOL + 0x8000;

/// How the learner sees the values of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct KindView {
    /// The symbol of the kind.
    symbol: u32,
    /// Whether the symbol replaces the characters of a value.
    masked: bool,
}

impl KindView {
    /// The views of all kinds of a dictionary, by kind.
    pub(super) fn of_all(content: &Content) -> Vec<Self> {
        let groups = content.groups.iter().map(|g| g.name.as_str());
        let names: Vec<&str> = BUILTIN_KINDS.iter().copied().chain(groups).collect();
        let symbol = |name: &str, own: usize| {
            let seen = ALIKE.iter().find(|(_, kind)| *kind == name).map(|(seen, _)| *seen);
            let kind = seen.and_then(|s| names.iter().position(|n| *n == s)).unwrap_or(own);
            KIND_SYMBOL + kind as u32
        };
        let named = names.iter().enumerate();
        let mut views: Vec<Self> =
            named.map(|(i, n)| Self { symbol: symbol(n, i), masked: MASKED.contains(n) }).collect();
        // Behind them the regular expressions of slots.
        views.extend(
            (0..content.slots.len()).map(|i| Self { symbol: KIND_SYMBOL + (names.len() + i) as u32, masked: true }),
        );
        views
    }
}

impl Recognizer {
    /// Writes for each character the symbols of itself and its sound; 0 where it says nothing.
    pub(super) fn symbolize(&self, scratch: &mut Scratch, message: &Message<'_, '_>) {
        scratch.symbols.clear();
        for c in scratch.text.chars() {
            scratch.symbols.push(match *c {
                c if c.is_ascii_digit() => (u32::from('0'), u32::from('0')),
                '?' => (u32::from('?'), 0),
                c if crate::text::is_filler_char(c) => (0, 0),
                c => (u32::from(c), self.sounds.symbol(c)),
            });
        }
        for h in &scratch.matches.heard {
            for (at, c) in (h.start as usize..).zip(self.sound.word(h)) {
                scratch.symbols[at] = (u32::from(*c), self.sounds.symbol(*c));
            }
        }
        for c in message.entities() {
            let Some(view) = self.kinds.get(usize::from(c.kind)).filter(|v| v.masked) else { continue };
            if c.strength > Strength::Bare {
                for at in c.start..c.end {
                    scratch.symbols[at as usize] = if at == c.start { (view.symbol, view.symbol) } else { (0, 0) };
                }
            }
        }
    }

    /// Collects the features of a window.
    pub(super) fn collect(&self, scratch: &mut Scratch, message: &Message<'_, '_>, window: (u32, u32)) {
        let Scratch { symbols, window: seen, features, matches, segments, .. } = scratch;
        seen.clear();
        for (c, s) in &symbols[window.0 as usize..window.1 as usize] {
            if *c != 0 {
                seen.chars.push(*c);
            }
            if *s != 0 {
                seen.sounds.push(*s);
            }
        }
        if !self.hearing.features {
            seen.sounds.clear();
        }
        let inside = |start: u32, end: u32| window.0 <= start && end <= window.1;
        for (start, end) in segments.tokens().iter().filter(|(s, e)| e - s >= 2 && inside(*s, *e)) {
            let said = || symbols[*start as usize..*end as usize].iter().map(|(c, _)| *c).filter(|c| *c != 0);
            if said().nth(1).is_some() {
                seen.words.push(word(said()));
            }
        }
        for c in message.entities().filter(|c| inside(c.start, c.end)) {
            seen.tokens.extend(self.kinds.get(usize::from(c.kind)).map(|v| v.symbol));
        }
        for m in matches.words.iter().filter(|m| inside(m.start, m.end)) {
            seen.tokens.push(GROUP_SYMBOL + u32::from(m.entry.group));
        }
        features.collect(seen);
    }
}
