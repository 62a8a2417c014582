//! What is wrong with a dictionary, told with its place and a way out.

use super::Compiler;
use crate::diagnostic::{Diagnostic, Place, Text};
use strsim::levenshtein;

/// What a cell names.
#[derive(Clone, Copy)]
pub(super) enum Named {
    Account,
    Builtin,
    Final,
    Group,
    Initial,
    Intent,
    Menu,
    Slot,
}

impl Named {
    /// What it is called in Chinese and in English, and the kind of table that defines it, where one does.
    fn words(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Account => ("账号", "account", Some("accounts")),
            Self::Builtin => ("内置类型", "builtin kind", None),
            Self::Final => ("韵母", "final", None),
            Self::Group => ("词组", "group", Some("terms")),
            Self::Initial => ("声母", "initial", None),
            Self::Intent => ("意图", "intent", Some("intents")),
            Self::Menu => ("菜单", "menu", Some("menus")),
            Self::Slot => ("槽位", "slot", Some("slots")),
        }
    }
}

impl Compiler<'_> {
    pub(super) fn fault(&mut self, code: &'static str, place: &Place, column: &str, message: Text, help: Text) {
        let place = Place { column: column.to_owned(), ..place.clone() };
        self.faults.push(Diagnostic::error(code, place, message, help));
    }

    /// Tells of a name that nothing defines, unless the table that may define it could not be read: a fault tells that
    /// already, and thousands of others would hide it.
    pub(super) fn unknown(&mut self, what: Named, name: &str, known: &[String], place: &Place, column: &str) {
        let (zh_what, en_what, table) = what.words();
        if table.is_some_and(|table| self.source.unread.contains(table)) {
            return;
        }
        let near = nearest(name, known);
        let (zh, en) = match near {
            Some(near) => (format!("是不是想写“{near}”？"), format!("did you mean `{near}`?")),
            None => (
                format!("先定义这个{zh_what}，或改用已有的"),
                format!("define the {en_what} first, or use an existing one"),
            ),
        };
        self.fault(
            "D040",
            place,
            column,
            Text::new(format!("不认识的{zh_what}“{name}”"), format!("unknown {en_what} `{name}`")),
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
