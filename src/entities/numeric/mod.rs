//! Readers of Chinese numbers, measures and identifiers: one message in, findings with canonical values out.
//!
//! The message comes normalised (simplified, half width, lower case, single spaces); every span counts its characters.
//! Digits may be Arabic or spoken (三幺零二). Reading is a pure function, linear in the length of the message.
//!
//! ```text
//! chars ─ prescan ─┬─ number::scan ──→ numbers ─→ amount, quantity, count, place, number
//!                  ├─ code::scan ────→ codes ───→ identity, phone, order, flight_no, card
//!                  └─ plate, address, size
//! ```
//!
//! Findings may overlap, since 3102 may be a flight, a menu entry or a number: [`Strength`] tells how sure each is, and
//! the caller, who knows the intent, chooses. `lookalike` documents how kinds with the same shape are told apart.

pub mod address;
pub mod amount;
pub mod card;
pub mod code;
pub mod currency;
pub mod flight_no;
pub mod found;
pub mod identity;
pub mod lookalike;
pub mod measure;
pub mod number;
pub mod numeral;
pub mod option;
pub mod order;
pub mod passenger_count;
pub mod phone;
pub mod place;
pub mod plate;
pub mod prescan;
pub mod quantity;
pub mod size;
pub mod text;

pub use found::{Carriers, Found, Kind, Options, Reason, Rule, Strength};

/// Builds the indexes of the word lists now rather than with the first message.
pub fn prepare() {
    number::prepare();
    measure::prepare();
    currency::prepare();
    address::prepare();
}

/// Reads everything in one message and appends it to `out`, in order of kind, then of place.
pub fn read(chars: &[char], options: &Options<'_>, out: &mut Vec<Found>) {
    let look = prescan::look(chars);
    if look == 0 {
        return;
    }
    if look & prescan::NUMERAL != 0 {
        let numbers = number::scan(chars);
        number::read(chars, &numbers, out);
        amount::read(chars, &numbers, out);
        quantity::read(chars, &numbers, out);
        passenger_count::read(chars, &numbers, out);
        option::read(chars, &numbers, out);
        place::read(chars, &numbers, out);
        size::read(chars, &numbers, out);
    }
    if look & (prescan::LATIN | prescan::NUMERAL) != 0 {
        identifiers(chars, options, look & prescan::LATIN != 0, out);
    }
    if look & (prescan::ADDRESS | prescan::NUMERAL) != 0 {
        address::read(chars, out);
    }
}

/// Reads everything that is a row of letters and digits; the order of the readers is the order in which rows are claimed.
fn identifiers(chars: &[char], options: &Options<'_>, latin: bool, out: &mut Vec<Found>) {
    let mut codes = code::scan(chars);
    if latin {
        plate::read(chars, &mut codes, out);
    }
    let mut joined = code::Joined::default();
    let carrier = |letters: &str| flight_no::code_of(letters, options).is_some();
    for index in 0..codes.rows.len() {
        if codes.taken[index] || codes.rows[index].digits == 0 && codes.text(index).len() > 8 {
            continue;
        }
        let span = codes.rows[index].span.clone();
        place::read_row(chars, &codes, index, out);
        size::read_row(chars, &codes, index, out);
        let cue = lookalike::cue_before(chars, span.start)
            .filter(|cue| !matches!(cue, lookalike::Cue::Seat))
            .or_else(|| lookalike::cue_after(chars, span.end));
        codes.join(chars, index, &mut joined);
        if !codes.taken[index] {
            identity::read_row(chars, &mut codes, &joined, index, cue, out);
        }
        if !codes.taken[index] {
            phone::read_row(chars, &mut codes, &joined, index, cue, out);
        }
        if !codes.taken[index] {
            card::read_row(&mut codes, &joined, index, cue, out);
        }
        if !codes.taken[index] {
            flight_no::read_row(chars, &mut codes, index, cue, options, out);
        }
        if !codes.taken[index] {
            order::read_row(chars, &mut codes, index, cue, &carrier, out);
        }
    }
}

/// All rules of all readers.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        number::RULES,
        amount::RULES,
        quantity::RULES,
        passenger_count::RULES,
        option::RULES,
        place::RULES,
        size::RULES,
        address::RULES,
        identity::RULES,
        phone::RULES,
        card::RULES,
        flight_no::RULES,
        order::RULES,
        plate::RULES,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Carriers enough for the examples; the product reads them from its dictionary.
    fn carriers(chars: &[char]) -> Option<(usize, &'static str)> {
        const TABLE: &[(&str, &str)] = &[
            ("中国南方航空", "CZ"),
            ("南航", "CZ"),
            ("国航", "CA"),
            ("东航", "MU"),
            ("海航", "HU"),
            ("川航", "3U"),
            ("春秋", "9C"),
            ("cz", "CZ"),
            ("ca", "CA"),
            ("mu", "MU"),
            ("hu", "HU"),
            ("3u", "3U"),
            ("9c", "9C"),
            ("g5", "G5"),
            ("西贼", "CZ"),
        ];
        TABLE.iter().find_map(|(name, code)| Some((text::word_at(chars, 0, name)?, *code)))
    }

    #[test]
    fn every_rule_reads_its_examples() {
        let options = Options { carriers: &carriers, own_airline: Some("CZ") };
        let mut wrong = Vec::new();
        for rule in rules() {
            assert!(!rule.examples.is_empty(), "{}: give it an example", rule.name);
            for (message, raw, value) in rule.examples {
                let chars: Vec<char> = message.chars().collect();
                let mut found = Vec::new();
                read(&chars, &options, &mut found);
                let hit = found.iter().any(|f| {
                    f.kind == rule.kind
                        && f.value == *value
                        && f.rule == rule.name
                        && chars[f.span.clone()].iter().collect::<String>() == *raw
                });
                if !hit {
                    let kinds: Vec<_> = found
                        .iter()
                        .filter(|f| f.kind == rule.kind)
                        .map(|f| (chars[f.span.clone()].iter().collect::<String>(), &f.value, f.rule))
                        .collect();
                    wrong.push(format!(
                        "{}: {message} should give {value} at {raw}; of this kind it gives {kinds:?}",
                        rule.name
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "rules and their examples disagree:\n{}", wrong.join("\n"));
    }

    #[test]
    fn rule_names_stand_once() {
        let mut names: Vec<_> = rules().map(|r| r.name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
