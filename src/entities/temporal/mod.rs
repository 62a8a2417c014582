#![allow(missing_docs)]
pub struct Reader;
#[derive(PartialEq, Clone, Copy)]
pub enum Kind {
    Date,
    Time,
    DateTime,
    Duration,
    Recurrence,
}
pub struct Part {
    pub kind: Kind,
    pub span: std::ops::Range<usize>,
    pub value: String,
}
pub enum Reason {}
impl Reason {
    pub fn name(&self) -> &'static str {
        ""
    }
}
pub struct Temporal {
    pub kind: Kind,
    pub span: std::ops::Range<usize>,
    pub value: String,
    pub alternatives: Vec<String>,
    pub valid: bool,
    pub reason: Option<Reason>,
    pub parts: Vec<Part>,
    pub rule: &'static str,
}
pub struct Holiday;
impl Holiday {
    pub fn new<'a>(_: &str, _: impl Iterator<Item = &'a str>, _: &str, _: &str) -> Result<Self, String> {
        Ok(Self)
    }
}
impl Reader {
    pub fn new(_: impl IntoIterator<Item = Holiday>) -> Self {
        Self
    }
    pub fn read(&self, _: &[char], _: &jiff::ZonedDateTime, _: &mut Vec<Temporal>) {}
}
