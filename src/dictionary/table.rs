//! Reading one CSV table: header, rows with their line numbers, and every fault of the file at once.

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::files;
use std::collections::HashMap;
use std::path::Path;

/// A table as text: trimmed cells under the names of the header.
pub struct Table {
    file: String,
    columns: Vec<&'static str>,
    /// For each known column, its position in the file.
    positions: Vec<Option<usize>>,
    rows: Vec<(u64, Vec<String>)>,
    /// No row was left out.
    whole: bool,
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    /// Line of the file at which the row starts.
    pub line: u64,
    cells: &'a [String],
}

/// What a table must and may have.
pub struct Columns {
    /// Columns without which the table cannot be read.
    pub required: &'static [&'static str],
    /// Columns that may be left out.
    pub optional: &'static [&'static str],
}

/// The largest table that is read, in bytes.
const LARGEST_FILE: u64 = 512 * 1024 * 1024;

impl Table {
    /// Reads a file. Faults are added to `faults`; what could be read is returned all the same, so that one run
    /// reports the faults of every table.
    pub fn read(path: &Path, file: String, columns: &Columns, faults: &mut Vec<Diagnostic>) -> Option<Table> {
        match std::fs::metadata(path) {
            Ok(meta) if meta.len() > LARGEST_FILE => {
                faults.push(Diagnostic::error(
                    "D003",
                    Place { file, ..Place::default() },
                    Text::new("文件超过 512 MB", "the file is larger than 512 MB"),
                    Text::new("拆成几个词包", "split it into several packs"),
                ));
                return None;
            }
            _ => {}
        }
        let bytes = match files::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                faults.push(Diagnostic::error(
                    "D001",
                    Place { file, ..Place::default() },
                    Text::new(format!("文件读不出来：{error}"), format!("the file cannot be read: {error}")),
                    Text::new("检查文件是否存在、有没有读取权限", "check that the file exists and may be read"),
                ));
                return None;
            }
        };
        Self::parse(&bytes, file, columns, faults)
    }

    /// Reads the bytes of a file; see [`Table::read`].
    pub fn parse(bytes: &[u8], file: String, columns: &Columns, faults: &mut Vec<Diagnostic>) -> Option<Table> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let line = bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64 + 1;
                faults.push(Diagnostic::error(
                    "D002",
                    Place { file, line, ..Place::default() },
                    Text::new("文件不是 UTF-8 编码（多半是 GBK）", "the file is not UTF-8 (most likely GBK)"),
                    Text::new("在 Excel 或 WPS 里另存为“CSV UTF-8”", "save it again as \"CSV UTF-8\""),
                ));
                return None;
            }
        };
        if let Some(fault) = unbalanced_quote(text, &file) {
            faults.push(fault);
            return None;
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(true)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                faults.push(broken_csv(&file, 1, &error));
                return None;
            }
        };
        let mut found: HashMap<&str, usize> = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            let known = columns.required.iter().chain(columns.optional).find(|c| **c == name);
            match known {
                None => faults.push(Diagnostic::error(
                    "D011",
                    Place { file: file.clone(), line: 1, column: name.to_owned() },
                    Text::new(format!("不认识的列“{name}”"), format!("unknown column `{name}`")),
                    Text::new(format!("可用的列：{}", list(columns)), format!("the columns are: {}", list(columns))),
                )),
                Some(name) if found.insert(name, at).is_some() => faults.push(Diagnostic::error(
                    "D012",
                    Place { file: file.clone(), line: 1, column: (*name).to_owned() },
                    Text::new(format!("列“{name}”出现了两次"), format!("column `{name}` appears twice")),
                    Text::new("删掉其中一列", "remove one of them"),
                )),
                Some(_) => {}
            }
        }
        let mut missing = false;
        for name in columns.required.iter().filter(|c| !found.contains_key(**c)) {
            missing = true;
            faults.push(Diagnostic::error(
                "D010",
                Place { file: file.clone(), line: 1, column: (*name).to_owned() },
                Text::new(format!("缺少列“{name}”"), format!("column `{name}` is missing")),
                Text::new("在第一行补上这一列", "add it to the first line"),
            ));
        }
        if missing {
            return None;
        }
        let names: Vec<&'static str> = columns.required.iter().chain(columns.optional).copied().collect();
        let positions = names.iter().map(|c| found.get(c).copied()).collect();
        let (mut rows, mut whole) = (Vec::new(), true);
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, |p| p.line());
                    if record.len() > header.len() {
                        whole = false;
                        faults.push(Diagnostic::error(
                            "D014",
                            Place { file: file.clone(), line, ..Place::default() },
                            Text::new(
                                format!("这一行有 {} 格，表头只有 {} 列", record.len(), header.len()),
                                format!("the row has {} cells, the header {}", record.len(), header.len()),
                            ),
                            Text::new(
                                "含逗号的格子要用英文双引号括起来",
                                "put a cell that holds a comma into double quotes",
                            ),
                        ));
                        continue;
                    }
                    if record.iter().all(str::is_empty) {
                        faults.push(Diagnostic::error(
                            "D013",
                            Place { file: file.clone(), line, ..Place::default() },
                            Text::new("空行", "the row is empty"),
                            Text::new("删掉这一行", "remove the row"),
                        ));
                        continue;
                    }
                    rows.push((line, record.iter().map(str::to_owned).collect()));
                }
                Err(error) => {
                    whole = false;
                    faults.push(broken_csv(&file, error.position().map_or(0, |p| p.line()), &error));
                }
            }
        }
        Some(Table { file, columns: names, positions, rows, whole })
    }

    /// Tells whether every row could be read.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The rows in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(move |(line, cells)| Row { table: self, line: *line, cells })
    }
}

impl<'a> Row<'a> {
    /// The cell under a column; empty where the column or the cell is left out.
    pub fn get(&self, column: &str) -> &'a str {
        let at = self.table.columns.iter().position(|c| *c == column);
        at.and_then(|at| self.table.positions[at]).and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// The cell under a column that must not be empty; a fault is added where it is.
    pub fn required(&self, column: &str, faults: &mut Vec<Diagnostic>) -> &'a str {
        let cell = self.get(column);
        if cell.is_empty() {
            faults.push(Diagnostic::error(
                "D020",
                self.place(column),
                Text::new("这一格不能为空", "the cell must not be empty"),
                Text::new("填上内容，或删掉整行", "fill it in, or remove the row"),
            ));
        }
        cell
    }

    /// The parts of a cell that lists several: separated by `|` (also `；` and `｜`), trimmed, empty parts left out.
    pub fn list(&self, column: &str) -> Vec<String> {
        self.get(column).split(['|', '；', '｜']).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    }

    /// The place of a cell, for findings.
    pub fn place(&self, column: &str) -> Place {
        Place { file: self.table.file.clone(), line: self.line, column: column.to_owned() }
    }
}

fn list(columns: &Columns) -> String {
    columns.required.iter().chain(columns.optional).copied().collect::<Vec<_>>().join(", ")
}

fn broken_csv(file: &str, line: u64, error: &csv::Error) -> Diagnostic {
    Diagnostic::error(
        "D015",
        Place { file: file.to_owned(), line, ..Place::default() },
        Text::new(format!("CSV 格式有误：{error}"), format!("broken CSV: {error}")),
        Text::new("检查引号和逗号", "check quotes and commas"),
    )
}

/// Finds a quote that is opened and never closed, or text behind a closing quote: the CSV reader itself would swallow
/// the rest of the file silently.
fn unbalanced_quote(text: &str, file: &str) -> Option<Diagnostic> {
    let (mut line, mut opened, mut quoted, mut cell_start) = (1u64, 0u64, false, true);
    let mut chars = text.chars().peekable();
    let fault = |line: u64| {
        Some(Diagnostic::error(
            "D015",
            Place { file: file.to_owned(), line, ..Place::default() },
            Text::new("CSV 格式有误：英文双引号没有成对", "broken CSV: a double quote is not closed properly"),
            Text::new(
                "补上或删掉双引号；格子里的双引号要写两个",
                "close or remove it; write a double quote inside a cell twice",
            ),
        ))
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
            }
            '"' if quoted => {
                quoted = false;
                if chars.peek().is_some_and(|c| !matches!(c, ',' | '\n' | '\r')) {
                    return fault(line);
                }
            }
            '"' if cell_start => {
                quoted = true;
                opened = line;
            }
            '\n' => line += 1,
            _ => {}
        }
        cell_start = !quoted && matches!(c, ',' | '\n');
    }
    if quoted { fault(opened) } else { None }
}
