//! Cells of tables that hold a choice, pairs, a number or a moment.

use super::super::table::Row;
use crate::diagnostic::{Diagnostic, Text};
use crate::text::Modality;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The value that a cell names, one of `choices`.
pub(super) fn choice<T: Copy>(
    row: Row<'_>,
    column: &str,
    choices: &[(&str, T)],
    faults: &mut Vec<Diagnostic>,
) -> Option<T> {
    let cell = row.get(column);
    let found = choices.iter().find(|(name, _)| *name == cell).map(|(_, value)| *value);
    if found.is_none() {
        let names =
            choices.iter().map(|(n, _)| if n.is_empty() { "(empty)" } else { n }).collect::<Vec<_>>().join(", ");
        faults.push(Diagnostic::error(
            "D021",
            row.place(column),
            Text::new(format!("“{cell}”不是可用的值"), format!("`{cell}` is not one of the possible values")),
            Text::new(format!("可用的值：{names}"), format!("use one of: {names}")),
        ));
    }
    found
}

/// The `name=value` pairs of a cell.
pub(super) fn pairs(row: Row<'_>, column: &str, faults: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for part in row.list(column) {
        match part.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                out.push((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => faults.push(Diagnostic::error(
                "D022",
                row.place(column),
                Text::new(format!("“{part}”缺少等号"), format!("`{part}` has no equals sign")),
                Text::new("写成 名=值，多个用 | 隔开", "write name=value, several separated by |"),
            )),
        }
    }
    out
}

/// Reads a cell that holds a whole number of a range, or nothing.
pub(super) fn whole_number<T: FromStr + PartialOrd + Display + Copy>(
    row: Row<'_>,
    column: &str,
    range: RangeInclusive<T>,
    empty: T,
    faults: &mut Vec<Diagnostic>,
) -> T {
    let cell = row.get(column);
    if cell.is_empty() {
        return empty;
    }
    cell.parse().ok().filter(|n| range.contains(n)).unwrap_or_else(|| {
        let (from, to) = (range.start(), range.end());
        faults.push(Diagnostic::error(
            "D023",
            row.place(column),
            Text::new(
                format!("“{cell}”不是 {from} 到 {to} 的整数"),
                format!("`{cell}` is not a whole number from {from} to {to}"),
            ),
            Text::new("填一个整数，或留空", "write a whole number, or leave it empty"),
        ));
        empty
    })
}

/// Reads `2026-04-09`, `2026-04-09T14:00` (China's time) or a full RFC 3339 moment.
pub(super) fn moment(row: Row<'_>, column: &str, faults: &mut Vec<Diagnostic>) -> Option<i64> {
    let cell = row.get(column);
    if cell.is_empty() {
        return None;
    }
    let moment = cell.parse::<jiff::Timestamp>().ok().or_else(|| {
        let civil: jiff::civil::DateTime = cell.parse().ok()?;
        jiff::tz::offset(8).to_timestamp(civil).ok()
    });
    if moment.is_none() {
        faults.push(Diagnostic::error(
            "D024",
            row.place(column),
            Text::new(format!("“{cell}”不是日期或时间"), format!("`{cell}` is no date or time")),
            Text::new(
                "写成 2026-04-09 或 2026-04-09T14:00（北京时间）",
                "write 2026-04-09 or 2026-04-09T14:00 (China's time)",
            ),
        ));
    }
    moment.map(|m| m.as_second())
}

/// How a message was entered, by the names that cells use.
pub(super) const MODALITIES: [(&str, Modality); 3] =
    [("", Modality::Text), ("text", Modality::Text), ("voice", Modality::Voice)];
