//! Holidays as data: rows with a rule, read once, found by name.
//!
//! A rule is one of
//!
//! | rule | meaning | example |
//! |---|---|---|
//! | `fixed MM-DD` | the same civil day every year | `fixed 10-01` 国庆 |
//! | `lunar MM-DD` | a day of the lunar calendar; `last` is the month's last day | `lunar 08-15` 中秋, `lunar 12-last` 除夕 |
//! | `nth MM N DAY` | the Nth (or `last`) weekday of a month, with `+D` days more | `nth 05 2 sun` 母亲节, `nth 11 4 thu +1` 黑五 |
//! | `term NAME` | a solar term | `term 清明` |
//! | `easter ±D` | days from Easter Sunday | `easter -2` 耶稣受难日 |
//! | `period MM-DD MM-DD` | the same stretch every year, both ends in | `period 07-01 08-31` 暑假 |
//!
//! and the public holiday around it is empty, `A..B` (first and last day off, counted from the day), or `weekend`:
//! the State Council's usual three days that make one weekend longer.
//!
//! A name that ends in `?` (十一?, 520?) is a date only beside words of a holiday: 十一期间, 十一长假, 520那天.

use super::calendar::{Grain, Period, clipped, date, easter, last_before, number, on_or_after, shift_days};
use super::words::WordIndex;
use super::{lunar, solar_terms};
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// One row of the holiday table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The name that one would show.
    pub name: String,
    /// Other names for it; a trailing `?` asks for words of a holiday beside it.
    pub synonyms: Vec<String>,
    /// When it is.
    pub rule: HolidayRule,
    /// Days off around it.
    pub public: Option<PublicHoliday>,
}

/// When a holiday is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayRule {
    /// The same civil day every year.
    Fixed {
        /// 1 to 12.
        month: i64,
        /// 1 to 31.
        day: i64,
    },
    /// A day of the lunar calendar.
    Lunar {
        /// 1 to 12.
        month: i64,
        /// 1 to 30; `None` for the last day of the month.
        day: Option<i64>,
    },
    /// A weekday counted within a month.
    Nth {
        /// 1 to 12.
        month: i64,
        /// 1 to 5; `None` for the last.
        nth: Option<i64>,
        /// 1 Monday to 7 Sunday.
        weekday: i64,
        /// Days later.
        plus: i64,
    },
    /// One of the 24 solar terms, by its number in [`solar_terms::NAMES`].
    Term(usize),
    /// Days from Easter Sunday.
    Easter(i64),
    /// A stretch of the year, both ends in.
    Period {
        /// Month and day of the first day.
        from: (i64, i64),
        /// Month and day of the last day.
        to: (i64, i64),
    },
}

/// Days off around a holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicHoliday {
    /// First and last day off, counted from the holiday.
    Days(i64, i64),
    /// Three days joined to a weekend; one day alone on a Wednesday.
    Weekend,
}

/// Why a rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HolidayRuleError {
    /// The first word is no kind of rule.
    UnknownKind(String),
    /// A word is missing behind the kind.
    Missing {
        /// The kind of rule.
        kind: &'static str,
        /// What should stand there.
        what: &'static str,
    },
    /// A word is not what should stand there.
    Malformed {
        /// The word as written.
        word: String,
        /// What should stand there.
        what: &'static str,
    },
    /// A word too many.
    Trailing(String),
}

impl fmt::Display for HolidayRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind(word) => {
                write!(f, "holiday rule starts with `{word}`; it must be fixed, lunar, nth, term, easter or period")
            }
            Self::Missing { kind, what } => write!(f, "holiday rule `{kind}` lacks {what}"),
            Self::Malformed { word, what } => {
                write!(f, "holiday rule has `{word}` where {what} should be")
            }
            Self::Trailing(word) => write!(f, "holiday rule goes on with `{word}` after its end"),
        }
    }
}

impl std::error::Error for HolidayRuleError {}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn malformed(word: &str, what: &'static str) -> HolidayRuleError {
    HolidayRuleError::Malformed { word: word.to_owned(), what }
}

fn whole(word: &str, from: i64, to: i64, what: &'static str) -> Result<i64, HolidayRuleError> {
    word.parse().ok().filter(|n| (from..=to).contains(n)).ok_or_else(|| malformed(word, what))
}

fn month_day(word: &str) -> Result<(i64, i64), HolidayRuleError> {
    const WHAT: &str = "a day MM-DD of the civil year";
    let (month, day) = word.split_once('-').ok_or_else(|| malformed(word, WHAT))?;
    let (month, day) = (whole(month, 1, 12, WHAT)?, whole(day, 1, 31, WHAT)?);
    // a leap year, so that 02-29 passes
    date(2024, month, day).ok_or_else(|| malformed(word, WHAT))?;
    Ok((month, day))
}

fn signed(word: &str, what: &'static str) -> Result<i64, HolidayRuleError> {
    let digits = word.strip_prefix('+').unwrap_or(word);
    if digits.starts_with('+') {
        return Err(malformed(word, what));
    }
    whole(digits, -366, 366, what).map_err(|_| malformed(word, what))
}

impl FromStr for HolidayRule {
    type Err = HolidayRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let mut next =
            |kind: &'static str, what: &'static str| words.next().ok_or(HolidayRuleError::Missing { kind, what });
        let rule = match kind {
            "fixed" => {
                let (month, day) = month_day(next("fixed", "a day MM-DD")?)?;
                Self::Fixed { month, day }
            }
            "lunar" => {
                const WHAT: &str = "a day MM-DD or MM-last of the lunar year";
                let word = next("lunar", WHAT)?;
                let (month, day) = word.split_once('-').ok_or_else(|| malformed(word, WHAT))?;
                let month = whole(month, 1, 12, WHAT).map_err(|_| malformed(word, WHAT))?;
                let day = match day {
                    "last" => None,
                    day => Some(whole(day, 1, 30, WHAT).map_err(|_| malformed(word, WHAT))?),
                };
                Self::Lunar { month, day }
            }
            "nth" => {
                let month = whole(next("nth", "a month MM")?, 1, 12, "a month MM")?;
                let nth = match next("nth", "a number 1 to 5 or `last`")? {
                    "last" => None,
                    n => Some(whole(n, 1, 5, "a number 1 to 5 or `last`")?),
                };
                let word = next("nth", "a weekday mon to sun")?;
                let weekday =
                    WEEKDAYS.iter().position(|&w| w == word).ok_or_else(|| malformed(word, "a weekday mon to sun"))?;
                let plus = match words.next() {
                    Some(word) => signed(word, "a number of days +D or -D")?,
                    None => 0,
                };
                Self::Nth { month, nth, weekday: weekday as i64 + 1, plus }
            }
            "term" => {
                let word = next("term", "the name of a solar term")?;
                Self::Term(solar_terms::index(word).ok_or_else(|| malformed(word, "the name of a solar term"))?)
            }
            "easter" => {
                Self::Easter(signed(next("easter", "a number of days +D or -D")?, "a number of days +D or -D")?)
            }
            "period" => Self::Period {
                from: month_day(next("period", "the first day MM-DD")?)?,
                to: month_day(next("period", "the last day MM-DD")?)?,
            },
            other => return Err(HolidayRuleError::UnknownKind(other.to_owned())),
        };
        match words.next() {
            Some(word) => Err(HolidayRuleError::Trailing(word.to_owned())),
            None => Ok(rule),
        }
    }
}

impl FromStr for PublicHoliday {
    type Err = HolidayRuleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WHAT: &str = "days off as A..B or `weekend`";
        let text = text.trim();
        if text == "weekend" {
            return Ok(Self::Weekend);
        }
        let (from, to) = text.split_once("..").ok_or_else(|| malformed(text, WHAT))?;
        let (from, to) = (signed(from, WHAT)?, signed(to, WHAT)?);
        if from > to {
            return Err(malformed(text, WHAT));
        }
        Ok(Self::Days(from, to))
    }
}

impl HolidayRule {
    /// The holiday of a civil year; of a lunar year for 除夕 and the other days of the twelfth month.
    #[must_use]
    pub fn in_year(&self, year: i64) -> Option<Period> {
        let day = match *self {
            Self::Fixed { month, day } => clipped(year, month, day)?,
            Self::Lunar { month, day } => lunar_day(year, month, day)?,
            Self::Nth { month, nth, weekday, plus } => {
                let found = match nth {
                    Some(n) => shift_days(on_or_after(date(year, month, 1)?, weekday)?, (n - 1) * 7)?,
                    None => last_before(Period::month(year, month)?.end, weekday)?,
                };
                shift_days(found, plus)?
            }
            // the cycle of the terms begins at 立春: 小寒 and 大寒 close the year
            Self::Term(index) => solar_terms::day(index, if index < 2 { year + 1 } else { year })?,
            Self::Easter(plus) => shift_days(easter(year)?, plus)?,
            Self::Period { from, to } => {
                let start = clipped(year, from.0, from.1)?;
                let mut last = clipped(year, to.0, to.1)?;
                if last < start {
                    last = clipped(year + 1, to.0, to.1)?;
                }
                return Period::between(start, shift_days(last, 1)?, Grain::Days);
            }
        };
        Period::day(day)
    }
}

fn lunar_day(year: i64, month: i64, day: Option<i64>) -> Option<Date> {
    let day = match day {
        Some(day) => day.min(lunar::month_length(year, month, false)?),
        None => lunar::month_length(year, month, false)?,
    };
    // a leap twelfth month would move 除夕; there is none between 1900 and 2100
    lunar::to_civil(lunar::LunarDate { year, month, day, leap: false })
}

impl PublicHoliday {
    /// The days off around `day`.
    #[must_use]
    pub fn around(&self, day: Date) -> Option<Period> {
        let (from, to) = match *self {
            Self::Days(from, to) => (from, to),
            Self::Weekend => match number(day.weekday()) {
                1 | 2 => (-2, 0),
                3 => (0, 0),
                7 => (-1, 1),
                _ => (0, 2),
            },
        };
        Period::between(shift_days(day, from)?, shift_days(day, to + 1)?, Grain::Days)
    }
}

/// A name that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) holiday: usize,
    pub(super) length: usize,
    /// A date only beside words of a holiday.
    pub(super) wants_context: bool,
    /// Made of numerals alone, so it must not stand among others: 五一, 双11.
    pub(super) numeric: bool,
}

/// All names and rules.
#[derive(Debug)]
pub(super) struct HolidayTable {
    names: WordIndex<Name>,
    rows: Vec<(HolidayRule, Option<PublicHoliday>)>,
}

impl HolidayTable {
    pub(super) fn new(rows: impl IntoIterator<Item = Holiday>) -> Self {
        let mut names = Vec::new();
        let mut rules = Vec::new();
        for (holiday, row) in rows.into_iter().enumerate() {
            for name in std::iter::once(&row.name).chain(&row.synonyms) {
                let bare = name.trim().trim_end_matches('?');
                let chars: Box<[char]> = bare.chars().collect();
                let numeric = chars.iter().all(|&c| super::numeral::digit(c).is_some() || c == '十');
                let found = Name { holiday, length: chars.len(), wants_context: name.trim().ends_with('?'), numeric };
                names.push((chars, found));
            }
            rules.push((row.rule, row.public));
        }
        Self { names: WordIndex::new(names), rows: rules }
    }

    /// First characters of all names.
    pub(super) fn openings(&self) -> impl Iterator<Item = char> + '_ {
        self.names.openings()
    }

    /// The longest name at `at`.
    pub(super) fn find(&self, chars: &[char], at: usize) -> Option<Name> {
        self.names.find(chars, at, |_| true).map(|(name, _)| name)
    }

    /// The holiday of a year.
    pub(super) fn in_year(&self, holiday: usize, year: i64) -> Option<Period> {
        self.rows.get(holiday)?.0.in_year(year)
    }

    /// The days off around a holiday; the day itself where no rule is known.
    pub(super) fn public(&self, holiday: usize, day: Period) -> Option<Period> {
        match self.rows.get(holiday)?.1 {
            Some(public) => public.around(day.start),
            None => Some(day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(rule: &str, year: i64) -> Option<Date> {
        rule.parse::<HolidayRule>().unwrap().in_year(year).map(|p| p.start)
    }

    #[test]
    fn rules_give_their_days() {
        for (rule, year, m, d) in [
            ("fixed 10-01", 2026, 10, 1),
            ("lunar 08-15", 2026, 9, 25),
            ("nth 05 2 sun", 2026, 5, 10),
            ("nth 11 4 thu +1", 2026, 11, 27),
            ("nth 05 last mon", 2026, 5, 25),
            ("term 清明", 2026, 4, 5),
            ("easter -2", 2026, 4, 3),
            ("period 07-01 08-31", 2026, 7, 1),
        ] {
            assert_eq!(on(rule, year), date(year, m, d), "{rule}");
        }
        assert_eq!(on("lunar 12-last", 2026), date(2027, 2, 5), "除夕 of the lunar year 2026");
    }

    #[test]
    fn wrong_rules_say_what_is_wrong() {
        for (rule, message) in [
            ("", "holiday rule starts with ``; it must be fixed, lunar, nth, term, easter or period"),
            ("solar 1-1", "holiday rule starts with `solar`; it must be fixed, lunar, nth, term, easter or period"),
            ("fixed", "holiday rule `fixed` lacks a day MM-DD"),
            ("fixed 13-01", "holiday rule has `13` where a day MM-DD of the civil year should be"),
            ("fixed 02-30", "holiday rule has `02-30` where a day MM-DD of the civil year should be"),
            ("lunar 8", "holiday rule has `8` where a day MM-DD or MM-last of the lunar year should be"),
            ("nth 05 6 sun", "holiday rule has `6` where a number 1 to 5 or `last` should be"),
            ("nth 05 2 sunday", "holiday rule has `sunday` where a weekday mon to sun should be"),
            ("nth 05 2 sun x", "holiday rule has `x` where a number of days +D or -D should be"),
            ("term 清明节", "holiday rule has `清明节` where the name of a solar term should be"),
            ("easter", "holiday rule `easter` lacks a number of days +D or -D"),
            ("fixed 10-01 off", "holiday rule goes on with `off` after its end"),
        ] {
            let error = rule.parse::<HolidayRule>().unwrap_err();
            assert_eq!(error.to_string(), message, "{rule}");
        }
        let error = "3..1".parse::<PublicHoliday>().unwrap_err();
        assert_eq!(error.to_string(), "holiday rule has `3..1` where days off as A..B or `weekend` should be");
    }

    #[test]
    fn short_public_holidays_are_as_announced() {
        // the State Council's notices for 2023 to 2026
        for (day, from, to) in [
            ((2023, 6, 22), (2023, 6, 22), (2023, 6, 24)),
            ((2024, 6, 10), (2024, 6, 8), (2024, 6, 10)),
            ((2024, 9, 17), (2024, 9, 15), (2024, 9, 17)),
            ((2025, 1, 1), (2025, 1, 1), (2025, 1, 1)),
            ((2025, 4, 4), (2025, 4, 4), (2025, 4, 6)),
            ((2025, 5, 31), (2025, 5, 31), (2025, 6, 2)),
            ((2026, 4, 5), (2026, 4, 4), (2026, 4, 6)),
            ((2026, 9, 25), (2026, 9, 25), (2026, 9, 27)),
        ] {
            let at = |(y, m, d)| date(y, m, d).unwrap();
            let off = PublicHoliday::Weekend.around(at(day)).unwrap();
            assert_eq!((off.start, shift_days(off.end, -1).unwrap()), (at(from), at(to)), "{day:?}");
        }
    }
}
