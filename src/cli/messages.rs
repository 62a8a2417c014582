//! The messages a subcommand works on: arguments, or lines of standard input.

use super::oracle::of_item;
use super::{Common, Failure, lines};
use crate::diagnostic::Text;
use crate::service::{Limits, convert};
use std::io::{BufRead, IsTerminal};

/// Calls `each` for the message in the arguments (joined by blanks), or for every line of standard input that is not
/// blank. A line with a fault of its own is told on standard error, and the lines behind it are read.
pub(super) fn for_each(
    common: &Common,
    words: &[String],
    mut each: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if !words.is_empty() {
        return each(&words.join(" "));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::Text(Text::new(
            "没有消息：写在参数里，或从标准输入给出，一行一条",
            "no message: give one as an argument, or messages on standard input, one a line",
        )));
    }
    let mut input = stdin.lock();
    let (mut line, mut number, mut unread) = (Vec::new(), 0usize, 0usize);
    while input.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        let result = match lines::decode(&line, number == 1) {
            Ok(Some(text)) => each(text),
            Ok(None) => Ok(()),
            Err(fault) => Err(Failure::Item(fault)),
        };
        match result {
            Err(Failure::Item(fault)) => {
                unread += 1;
                common
                    .tell(&Text::new(format!("第 {number} 行：{}", fault.zh), format!("line {number}: {}", fault.en)));
            }
            other => other?,
        }
        line.clear();
    }
    match unread {
        0 => Ok(()),
        n => Err(Failure::Text(Text::new(format!("{n} 行没有读"), format!("{n} line(s) were not read")))),
    }
}

/// Checks texts as a server with the default settings does.
pub(super) struct Checks(Limits);

impl Checks {
    /// The checks of the default settings.
    pub(super) fn new() -> Self {
        Self(Limits::default())
    }

    /// Refuses a text that a server would refuse.
    pub(super) fn check(&self, text: &str) -> Result<(), Failure> {
        convert::check_text(text, &self.0).map_err(|fault| of_item(true, fault.message))
    }
}
