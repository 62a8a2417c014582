use super::Input;
use crate::diagnostic::{Diagnostic, Text};
use crate::dictionary::phrase::{Piece, parse};
use crate::dictionary::{Cue, SlotSource};
use std::collections::BTreeSet;

/// Groups that the program itself asks for.
const BUILTIN: &[&str] = &["ignorable", "carrier"];

/// # What it does
/// Warns of word groups that no phrase and no slot uses.
///
/// # Why is this bad
/// Most often the name is misspelt on one side; the words then do nothing but hide shorter words inside them.
pub(super) fn rule(input: &Input<'_>, findings: &mut Vec<Diagnostic>) {
    // What could not be read may use any of them.
    if ["phrases", "slots"].iter().any(|table| input.source.unread.contains(table)) {
        return;
    }
    let mut used: BTreeSet<String> = BUILTIN.iter().map(|g| (*g).to_owned()).collect();
    for pack in &input.source.packs {
        for row in &pack.phrases {
            for phrase in std::iter::once(&row.phrase).chain(&row.exclude) {
                let pieces = parse(phrase).into_iter().flatten().flat_map(|e| e.variants).flatten();
                used.extend(pieces.filter_map(|p| if let Piece::Group(name) = p { Some(name) } else { None }));
            }
        }
        for slot in &pack.slots {
            used.extend(slot.also.iter().cloned());
            if let SlotSource::Gazetteer(groups) = &slot.source {
                used.extend(groups.iter().cloned());
            }
        }
    }
    let mut named = BTreeSet::new();
    for term in input.source.packs.iter().flat_map(|p| &p.terms) {
        if !used.contains(&term.group) && Cue::of(&term.group).is_none() && named.insert(&term.group) {
            findings.push(Diagnostic::warning(
                "D111",
                term.place.clone(),
                Text::new(
                    format!("词组“{}”没有句式或槽位使用", term.group),
                    format!("no phrase and no slot uses the group `{}`", term.group),
                ),
                Text::new(
                    format!("在句式里写 <{}>，或删掉这些行", term.group),
                    format!("use <{}> in a phrase, or remove its rows", term.group),
                ),
            ));
        }
    }
}
