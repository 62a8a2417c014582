//! English dates in Chinese messages: dec 25, 28 nov, 25th of december 2026.

use super::found::DateBit;
use super::lexicon::Word;
use super::scan::Scan;

impl Scan<'_> {
    /// dec 25, december 25th, 2026.
    pub(super) fn english_month(&mut self, month: i64, at: usize, end: usize) -> Option<DateBit> {
        let i = self.text(end, ".").unwrap_or(end);
        let i = self.space(i);
        let (day, length) = self.digits(i)?;
        if length > 2 || !(1..=31).contains(&day) {
            return None;
        }
        let end = self.ordinal_end(i + length)?;
        let (year, end) = self.english_year(end);
        self.month_day(year, month, day, at, end, "date.english")
    }

    /// 25 dec, 25th of december
    pub(super) fn english_day_month(&mut self, at: usize) -> Option<DateBit> {
        if self.before(at).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '/')) {
            return None;
        }
        let (day, length) = self.digits(at)?;
        if length > 2 || !(1..=31).contains(&day) {
            return None;
        }
        let i = self.any(at + length, &["st", "nd", "rd", "th"]).unwrap_or(at + length);
        let i = self.space(i);
        let i = self.text(i, "of ").unwrap_or(i);
        let Some((Word::EnglishMonth(month), end)) = self.word_unbounded(i) else {
            return None;
        };
        let (year, end) = self.english_year(end);
        self.month_day(year, month, day, at, end, "date.english")
    }

    /// A word, though a digit stands before it: 28nov.
    pub(super) fn word_unbounded(&self, at: usize) -> Option<(Word, usize)> {
        let rest = self.chars.get(at..self.chars.len().min(at + 12))?;
        self.reader.lexicon.find(rest, 0).map(|(w, e)| (w, at + e))
    }

    pub(super) fn ordinal_end(&self, at: usize) -> Option<usize> {
        let end = self.any(at, &["st", "nd", "rd", "th"]).unwrap_or(at);
        (!self.ch(end).is_some_and(|c| c.is_ascii_alphanumeric() || c == ':')).then_some(end)
    }

    pub(super) fn english_year(&self, at: usize) -> (Option<i64>, usize) {
        let i = self.text(at, ",").unwrap_or(at);
        let i = self.space(i);
        match self.digits(i) {
            Some((year, 4)) if (1900..=2100).contains(&year) && i > at => (Some(year), i + 4),
            _ => (None, at),
        }
    }
}
