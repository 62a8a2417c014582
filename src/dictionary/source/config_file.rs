//! TOML files of a dictionary folder.

use crate::diagnostic::{Diagnostic, Place, Text};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a TOML file; `None` where it cannot be read, with the fault in `faults`. `file` is its name in findings.
pub(super) fn read_toml<T: DeserializeOwned>(path: &Path, file: &str, faults: &mut Vec<Diagnostic>) -> Option<T> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            faults.push(Diagnostic::error(
                "D001",
                Place { file: file.to_owned(), ..Place::default() },
                Text::new(format!("文件读不出来：{error}"), format!("the file cannot be read: {error}")),
                Text::new("检查文件是否存在、是不是 UTF-8 编码", "check that the file exists and is UTF-8"),
            ));
            return None;
        }
    };
    toml::from_str(&text).map_err(|error| faults.push(toml_fault(file, &error, &text))).ok()
}

fn toml_fault(file: &str, error: &toml::de::Error, text: &str) -> Diagnostic {
    let line = error.span().map_or(0, |s| text[..s.start.min(text.len())].matches('\n').count() as u64 + 1);
    Diagnostic::error(
        "D030",
        Place { file: file.to_owned(), line, ..Place::default() },
        Text::new(format!("配置写错了：{}", error.message()), format!("invalid TOML: {}", error.message())),
        Text::new("对照 README 的例子改正", "compare with the example in the README"),
    )
}
