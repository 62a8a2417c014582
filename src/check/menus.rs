use super::Input;
use crate::diagnostic::{Diagnostic, Text};
use std::collections::BTreeSet;

/// # What it does
/// Warns of menus that no row opens.
///
/// # Why is this bad
/// Their numbers never count: a number is read by the menu that was opened last. Most often the row that leads there has
/// lost its cell `opens`.
pub(super) fn rule(input: &Input<'_>, findings: &mut Vec<Diagnostic>) {
    // A row that could not be read may open any of them.
    if input.source.unread.contains("menus") {
        return;
    }
    let rows = || input.source.packs.iter().flat_map(|p| &p.menus);
    let opened: BTreeSet<&str> = rows().map(|r| r.opens.as_str()).collect();
    let mut named = BTreeSet::new();
    for row in rows().filter(|r| !r.menu.is_empty() && !opened.contains(r.menu.as_str())) {
        if named.insert(&row.menu) {
            findings.push(Diagnostic::warning(
                "D130",
                row.place.clone(),
                Text::new(
                    format!("没有一行打开菜单“{}”，里面的编号不会起作用", row.menu),
                    format!("no row opens the menu `{}`: its numbers never count", row.menu),
                ),
                Text::new(
                    format!("在通向它的那一行的 opens 里写 {}", row.menu),
                    format!("write {} in the cell `opens` of the row that leads there", row.menu),
                ),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Source;
    use crate::text::Normalizer;
    use std::path::Path;

    #[test]
    fn a_menu_that_nothing_opens_is_told() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/talk");
        let mut source = Source::read_leniently(&folder, &mut Vec::new());
        let normalizer = Normalizer::new();
        let told = |source: &Source| {
            let mut findings = Vec::new();
            rule(&Input { source, normalizer: &normalizer, now: 0 }, &mut findings);
            findings.iter().map(|d| format!("{} {}", d.code, d.place.line)).collect::<Vec<_>>()
        };
        assert!(told(&source).is_empty());
        for pack in &mut source.packs {
            pack.menus.iter_mut().filter(|r| r.opens == "brands").for_each(|r| r.opens.clear());
        }
        assert_eq!(told(&source), ["D130 7"]);
    }
}
