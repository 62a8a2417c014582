//! Phrases: a day with a time, ranges, open ends, lists, repetitions.

use super::calendar::Grain;
use super::digital::days;
use super::found::{DateBit, Found, Meaning, PartMeaning, Point, Shape};
use super::numeral::Form;
use super::scan::Scan;

impl Scan<'_> {
    /// The phrase that starts at `at`.
    pub(super) fn phrase(&mut self, at: usize) -> Option<Found> {
        let c = self.ch(at)?;
        if c == '每' || c == '逢' {
            return self.repeated(at);
        }
        if c.is_ascii_alphabetic() && self.before(at).is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        // the commonest openings open other words far more often: 上面, 这个人, 一下
        if matches!(c, '上' | '下' | '前' | '后' | '这' | '本' | '今' | '当' | '同' | '大')
            && !self.ch(at + 1).is_some_and(|c| self.reader.behind_prefix.has(c))
            && self.word(at).is_none()
            && self.holiday_name(at).is_none()
        {
            return None;
        }
        if self.numeral(at) || c == '半' {
            if let Some(found) = self.digit_phrase(at) {
                return Some(found);
            }
        } else {
            if let Some(found) = self.open_window(at) {
                return Some(found);
            }
            if matches!(c, '上' | '下' | '前' | '后')
                && let Some(found) = self.aligned(at)
            {
                return Some(found);
            }
            if matches!(c, '再' | '过')
                && let Some(found) = self.counted_or_point(at)
            {
                return Some(found);
            }
        }
        if c == '截' {
            // 截至月底, 截止到28号
            let to = self.any(at, &["截至", "截止到", "截止至", "截止"])?;
            let right = self.point(to)?;
            let mut found = self.until(right, right.end())?;
            found.span.start = at;
            return Some(found);
        }
        let left = self.point(at)?;
        self.point_phrase(left)
    }

    fn counted_or_point(&mut self, at: usize) -> Option<Found> {
        if let Some(point) = self.point(at) {
            return self.point_phrase(point);
        }
        self.counted(at)
    }

    /// A phrase that opens with a number.
    fn digit_phrase(&mut self, at: usize) -> Option<Found> {
        // most numbers are none of ours: what stands behind them tells at once
        if let Some(n) = self.num(at)
            && !self.ch(n.end).is_some_and(|c| self.reader.behind_number.has(c))
            && !(n.length == 8 && n.form == Form::Arabic)
            && self.word(at).is_none()
            && self.holiday_name(at).is_none()
        {
            return None;
        }
        if let Some(found) = self.joined_numbers(at) {
            return Some(found);
        }
        if let Some(left) = self.point(at) {
            return self.point_phrase(left);
        }
        self.counted(at)
    }

    /// What a point, and what stands behind it, say together.
    fn point_phrase(&mut self, left: Point) -> Option<Found> {
        if let Some(found) = self.list(left) {
            return Some(found);
        }
        if let Some(found) = self.range(left) {
            return Some(found);
        }
        if let Some(found) = self.open_end(left) {
            return Some(found);
        }
        let mut found = self.single(left)?;
        if let Some(end) = self.any(found.span.end, &["左右", "前后", "上下", "许"]) {
            found.span.end = end;
        }
        Some(found)
    }

    /// 9月10号,11号,12号: three or more days in a row are one period.
    fn list(&mut self, left: Point) -> Option<Found> {
        let first = left.date.filter(|d| d.wrong.is_none() && d.period.grain == Grain::Day)?;
        if left.time.is_some() || !matches!(first.shape, Shape::DayOfMonth | Shape::MonthDay | Shape::Full) {
            return None;
        }
        let mut last = first;
        let mut count = 1;
        while count < 31 {
            let Some(next) = self.any(last.end, &[", ", ",", "，", "、", "和"]) else {
                break;
            };
            let saved = self.base;
            self.base = Some(last.period);
            let found = self.base_numbered(next);
            self.base = saved;
            match found {
                Some(d) if d.period.grain == Grain::Day && d.period.start == last.period.end && d.wrong.is_none() => {
                    last = d;
                    count += 1;
                }
                _ => break,
            }
        }
        if count < 3 {
            return None;
        }
        let span = first.start..last.end;
        let period = days(first.period.start, last.period.end)?;
        Some(Found {
            meaning: Meaning::Date(period),
            span: span.clone(),
            parts: vec![(PartMeaning::Date(period), span)],
            rule: "date.list",
        })
    }

    fn base_numbered(&mut self, at: usize) -> Option<DateBit> {
        if !self.numeral(at) {
            return None;
        }
        self.date(at)
    }
}
