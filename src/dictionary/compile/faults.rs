//! What is wrong with a dictionary, told with its place and a way out.

use super::Compiler;
use crate::diagnostic::{Diagnostic, Place, Text};
use strsim::levenshtein;

impl Compiler<'_> {
    pub(super) fn fault(&mut self, code: &'static str, place: &Place, column: &str, message: Text, help: Text) {
        let place = Place { column: column.to_owned(), ..place.clone() };
        self.faults.push(Diagnostic::error(code, place, message, help));
    }

    pub(super) fn unknown(&mut self, what: (&str, &str), name: &str, known: &[String], place: &Place, column: &str) {
        let near = nearest(name, known);
        let (zh, en) = match near {
            Some(near) => (format!("是不是想写“{near}”？"), format!("did you mean `{near}`?")),
            None => (
                format!("先定义这个{}，或改用已有的", what.0),
                format!("define the {} first, or use an existing one", what.1),
            ),
        };
        self.fault(
            "D040",
            place,
            column,
            Text::new(format!("不认识的{}“{name}”", what.0), format!("unknown {} `{name}`", what.1)),
            Text::new(zh, en),
        );
    }

    pub(super) fn invisible(&mut self, text: &str, place: &Place, column: &str) {
        self.fault(
            "D054",
            place,
            column,
            Text::new(format!("“{text}”里没有看得见的字"), format!("`{text}` holds no visible character")),
            Text::new("删掉它", "remove it"),
        );
    }

    pub(super) fn useless_exception(&mut self, exception: &str, place: &Place) {
        self.fault(
            "D055",
            place,
            "exceptions",
            Text::new(
                format!("除外词“{exception}”里没有这个词，起不了作用"),
                format!("the exception `{exception}` does not contain the word, so it shields nothing"),
            ),
            Text::new("写包含这个词的更长的词，或删掉", "write a longer word that contains it, or remove it"),
        );
    }
}

/// A fault of the compiler itself.
pub(super) fn internal(what: &str) -> Diagnostic {
    Diagnostic::error(
        "D099",
        Place::default(),
        Text::new(format!("编译失败：{what}"), format!("compiling failed: {what}")),
        Text::new("请报告这个问题", "please report this"),
    )
}

/// The known name that is at most two edits away, the nearest first.
fn nearest<'k>(name: &str, known: &'k [String]) -> Option<&'k String> {
    known
        .iter()
        .map(|k| (levenshtein(name, k), k))
        .filter(|(d, k)| *d <= 2 && *d < k.chars().count())
        .min()
        .map(|(_, k)| k)
}
