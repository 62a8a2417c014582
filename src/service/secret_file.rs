//! Files of secrets: one a line, with `#` before remarks.

/// The least bytes of a secret.
pub(super) const SHORTEST: usize = 16;

/// The lines that hold something, each with its number from 1 on.
pub(super) fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(str::trim).enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
