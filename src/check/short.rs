use super::Input;
use crate::diagnostic::{Diagnostic, Text};
use crate::dictionary::MatchMode;
use crate::dictionary::phrase::{Piece, parse};

/// # What it does
/// Warns of phrase rows that a single character satisfies anywhere in a message.
///
/// # Why is this bad
/// 要 or 好 stands in every third message; the row would fire on all of them. Short replies belong into rows that match
/// the whole message (`match` = `whole`).
pub(super) fn rule(input: &Input<'_>, findings: &mut Vec<Diagnostic>) {
    for row in input.source.packs.iter().flat_map(|p| &p.phrases).filter(|r| r.mode != MatchMode::Whole) {
        let Ok(elements) = parse(&row.phrase) else { continue };
        let wanted: Vec<_> = elements.iter().filter(|e| !e.optional).collect();
        let [only] = wanted.as_slice() else { continue };
        let short = only.variants.iter().find_map(|v| match v.as_slice() {
            [Piece::Literal(text)] if input.normalizer.fold(text).chars().count() < 2 => Some(text),
            _ => None,
        });
        if let Some(text) = short {
            findings.push(Diagnostic::warning(
                "D110",
                row.place.clone(),
                Text::new(
                    format!("单字“{text}”会出现在许多消息里"),
                    format!("the single character `{text}` stands in many messages"),
                ),
                Text::new("match 列填 whole，或把句式写长", "set match to whole, or make the phrase longer"),
            ));
        }
    }
}
