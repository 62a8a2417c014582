//! Lines of a dialogue: messages, and what happens between them.

use super::Location;
use crate::diagnostic::Text;

/// A line of a dialogue.
pub enum Line<'l> {
    /// The sender writes.
    Say(&'l str),
    /// The sender sends a position: `/location 39.99,116.48 朝阳区`, with the name of the place where there is one.
    Locate(Location, &'l str),
    /// Time passes: `/wait 31m`.
    Wait(jiff::Span),
}

impl<'l> Line<'l> {
    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with a position or a time.
    pub fn parse(line: &'l str) -> Result<Self, Text> {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        let wrong = |zh: &str, en: &str| Text::new(format!("“{line}”：{zh}"), format!("`{line}`: {en}"));
        match word {
            "/location" => {
                let (place, name) = rest.split_once(' ').unwrap_or((rest, ""));
                let location = Location::parse(place);
                let location = location.ok_or_else(|| {
                    wrong("位置写成 /location 纬度,经度，如 39.99,116.48", "write a position as /location 39.99,116.48")
                })?;
                Ok(Self::Locate(location, name.trim()))
            }
            "/wait" => {
                let time = rest.parse::<jiff::Span>();
                Ok(Self::Wait(
                    time.map_err(|_| wrong("时间写成 /wait 31m 或 49h", "write a time as /wait 31m or 49h"))?,
                ))
            }
            _ => Ok(Self::Say(line)),
        }
    }
}

/// A moment some time later.
///
/// # Errors
/// The moment is outside of what can be written.
pub fn later(moment: &jiff::ZonedDateTime, time: jiff::Span) -> Result<jiff::ZonedDateTime, Text> {
    moment.checked_add(time).map_err(|e| Text::new(format!("/wait：{e}"), format!("/wait: {e}")))
}
