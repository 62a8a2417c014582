//! Rules about dictionaries that load but may not do what was meant. One file a rule, one line in `RULES`.

mod examples;
mod expired;
mod holidays;
mod short;
mod unused_group;

use crate::diagnostic::Diagnostic;
use crate::dictionary::Source;
use crate::text::Normalizer;

pub use examples::{Similar, similar_examples};
pub use holidays::faults as holiday_faults;

/// What a rule looks at.
struct Input<'a> {
    source: &'a Source,
    normalizer: &'a Normalizer,
    /// Now, in seconds since 1970.
    now: i64,
}

const RULES: &[fn(&Input<'_>, &mut Vec<Diagnostic>)] = &[expired::rule, short::rule, unused_group::rule];

/// Applies every rule to the tables of a dictionary. `now` is in seconds since 1970.
pub fn check(source: &Source, normalizer: &Normalizer, now: i64) -> Vec<Diagnostic> {
    let input = Input { source, normalizer, now };
    let mut findings = Vec::new();
    RULES.iter().for_each(|rule| rule(&input, &mut findings));
    findings
}
