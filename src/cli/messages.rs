//! The messages a subcommand works on: arguments, or lines of standard input.

use super::Failure;
use std::io::{BufRead, IsTerminal};

/// Calls `each` for the message in the arguments (joined by blanks), or for every line of standard input.
pub(super) fn for_each(words: &[String], mut each: impl FnMut(&str) -> Result<(), Failure>) -> Result<(), Failure> {
    if !words.is_empty() {
        return each(&words.join(" "));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::Message(
            "no message: give one as an argument, or messages on standard input, one a line".into(),
        ));
    }
    for line in stdin.lock().lines() {
        let line = line?;
        let line = line.trim_end_matches('\r');
        if !line.is_empty() {
            each(line)?;
        }
    }
    Ok(())
}
