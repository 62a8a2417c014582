//! Repetitions: 每天早上八点, 每周一三五, 每个月15号, 每三天.

use super::calendar::{Period, shift_minutes};
use super::found::{Clock, Found, Meaning};
use super::scan::Scan;
use super::time::Before;
use jiff::civil::{Date, Time};
use std::ops::Range;

impl Scan<'_> {
    /// 每天早上八点, 每周三, 每个月15号, 每三天, 逢周末: the first time and the period, as ISO 8601 writes it.
    pub(super) fn repeated(&mut self, at: usize) -> Option<Found> {
        let mut i = at + 1;
        i = self.text(i, "逢").unwrap_or(i);
        let skipping = self.text(i, "隔");
        i = skipping.unwrap_or(i);
        let counted = self.text(i, "个").unwrap_or(i);
        let mut dates: Vec<Date> = Vec::new();
        let mut end;
        let period;
        if let Some(e) = self.any(i, &["天", "日"]) {
            (period, end) = ("P1D".to_owned(), e);
            dates.push(self.today());
        } else if self.any(i, &["早", "晚"]).is_some() {
            (period, end) = ("P1D".to_owned(), i);
            dates.push(self.today());
        } else if let Some(e) = self.text(counted, "周末") {
            (period, end) = ("P1W".to_owned(), e);
            dates.push(Period::weekend(self.today(), 0)?.start);
        } else if let Some(e) = self.week_word(counted) {
            (period, end) = ("P1W".to_owned(), e);
            while let Some((day, e)) = self.weekday(end) {
                dates.push(super::calendar::on_or_after(self.today(), day)?);
                end = e;
                if let Some(to) = self.joint(end)
                    && let Some((last, e)) = self.weekday(self.week_word(to).unwrap_or(to))
                    && last > day
                {
                    for day in day + 1..=last {
                        dates.push(super::calendar::on_or_after(self.today(), day)?);
                    }
                    end = e;
                    break;
                }
                let joint = self.any(end, &["、周", "和周", "、星期", "、", "和", "周"]);
                match joint {
                    Some(j) if self.weekday(j).is_some() => end = j,
                    _ => {}
                }
                if dates.len() == 7 {
                    break;
                }
            }
            if dates.is_empty() {
                dates.push(self.today());
            }
        } else if let Some(e) = self.text(counted, "季度") {
            (period, end) = ("P3M".to_owned(), e);
            dates.push(self.today());
        } else if let Some(e) = self.text(counted, "月") {
            (period, end) = ("P1M".to_owned(), e);
            match self.num(e).and_then(|n| self.day_end(n.end, n.value, n.length, false).map(|e| (n.value, e))) {
                Some((day, e)) => {
                    end = e;
                    dates.push(self.future_day(day)?);
                }
                None => dates.push(self.today()),
            }
        } else if let Some(e) = self.text(counted, "年") {
            (period, end) = ("P1Y".to_owned(), e);
            let from = self.text(e, "的").unwrap_or(e);
            match self.date(from) {
                Some(d) if d.wrong.is_none() => {
                    end = d.end;
                    dates.push(d.period.start);
                }
                _ => dates.push(self.today()),
            }
        } else if let Some(e) = self.text(counted, "工作日") {
            return Some(self.repetition("R/P1D".to_owned(), at..e));
        } else {
            if let Some((amount, e)) = self.every_amount(i) {
                let text = super::format::duration(&amount);
                return Some(self.repetition(format!("R/{text}"), at..e));
            }
            let e = self.any(i, &["小时", "分钟", "秒"])?;
            let text = match self.ch(i)? {
                '小' => "R/PT1H",
                '分' => "R/PT1M",
                _ => "R/PT1S",
            };
            return Some(self.repetition(text.to_owned(), at..e));
        }
        let spaced = self.text(end, "的").unwrap_or(end);
        let time = self.time(spaced, Before::Day);
        if let Some(t) = time {
            end = t.end;
            if let Some(to) = self.joint(end)
                && let Some(right) = self.time(to, Before::Day)
            {
                let right = self.later_time(t, right);
                end = right.end;
            }
        }
        if end == i {
            end = i + 1;
        }
        let plain = time.is_none() && dates == [self.today()] && !self.weekday_said(at, end);
        let text = if plain {
            format!("R/{period}")
        } else {
            let mut all = Vec::new();
            for date in dates {
                let start = match time.map(|t| t.clock) {
                    Some(Clock::At { minutes, .. }) => {
                        super::format::moment(shift_minutes(date.to_datetime(Time::midnight()), minutes)?)
                    }
                    Some(Clock::Span { from, .. }) => {
                        super::format::moment(shift_minutes(date.to_datetime(Time::midnight()), from)?)
                    }
                    _ => super::format::date(date),
                };
                all.push(format!("R/{start}/{period}"));
            }
            all.join(",")
        };
        Some(self.repetition(text, at..end))
    }

    pub(super) fn weekday_said(&self, at: usize, end: usize) -> bool {
        (at..end).any(|i| self.week_word(i).is_some_and(|e| self.weekday(e).is_some()))
    }

    pub(super) fn repetition(&self, text: String, span: Range<usize>) -> Found {
        Found { meaning: Meaning::Recurrence(text), span, parts: Vec::new(), rule: "recurrence" }
    }
}
