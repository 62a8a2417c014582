use super::Input;
use crate::diagnostic::{Diagnostic, Text};

/// Rows that begin so soon are announced.
const SOON: i64 = 7 * 24 * 3600;

/// # What it does
/// Warns of phrase rows whose validity has ended or has not begun, and of rows that end before they begin.
///
/// # Why is this bad
/// An expired row does nothing, and who looks for the reason finds a row that looks right.
pub(super) fn rule(input: &Input<'_>, findings: &mut Vec<Diagnostic>) {
    for row in input.source.packs.iter().flat_map(|p| &p.phrases) {
        let place = || row.place.clone();
        match (row.valid_from, row.valid_to) {
            (Some(from), Some(to)) if to <= from => findings.push(Diagnostic::error(
                "D102",
                place(),
                Text::new(
                    "失效时间早于生效时间，这一行永远不起作用",
                    "valid_to is not after valid_from, so the row never counts",
                ),
                Text::new("改正 valid_from 或 valid_to", "correct valid_from or valid_to"),
            )),
            (_, Some(to)) if to <= input.now => findings.push(Diagnostic::warning(
                "D100",
                place(),
                Text::new("这一行已过期", "the row has expired"),
                Text::new("延长 valid_to，或删掉这一行", "extend valid_to, or remove the row"),
            )),
            (Some(from), _) if from > input.now && from <= input.now + SOON => findings.push(Diagnostic::warning(
                "D101",
                place(),
                Text::new("这一行七天内生效", "the row begins to count within seven days"),
                Text::new("确认日期无误；用 --at 试生效后的效果", "make sure the date is right; try it with --at"),
            )),
            _ => {}
        }
    }
}
