//! Reads Chinese dates and times: 下下周三, 大年初二, 月底前, 上午十点一刻, 25号到28号.
//!
//! A [`Reader`] is built once from the holiday table. [`Reader::read`] is a pure function of the characters and the
//! reference moment; it takes time in proportion to the length of the message, and next to none where the message
//! holds no numeral and no word of time.
//!
//! # The one rule for what words leave open
//!
//! 28号, 三月, 周三, 中秋 and 三点 mean the **nearest one to come**, today's included but for a weekday, unless
//! - the words say that it has been (18号坐的, 没到账): then the last one;
//! - a month or a day of a month ended less than a quarter ago and the next is more than half a year away: then the last;
//! - it is the right end of a range: then the first one after the left end.
//!
//! The other reading is kept in [`Temporal::alternatives`]. A clock time on a day that is named is as said: 明天8:30
//! is in the morning.

mod amount;
mod beside;
mod calendar;
mod charset;
mod clock;
mod date;
mod digital;
mod english;
mod format;
mod found;
mod holidays;
mod lexicon;
mod lunar;
mod lunar_date;
mod numbered;
mod offset;
mod open_end;
mod period;
mod phrase;
mod point;
mod present;
mod range;
mod reader;
mod recurrence;
mod relative;
mod rules;
mod scan;
mod solar_terms;
mod time;
mod week;

use super::numeric::numeral;
use super::words;
pub use holidays::{Holiday, HolidayRule, HolidayRuleError, PublicHoliday};
pub use present::Holds;
pub use reader::{Kind, Part, Reader, Reason, Temporal};
pub use rules::{RULES, Rule};

#[doc(hidden)]
pub mod tables {
    //! The calendars, for tests against other sources.
    pub use super::calendar::date;
    pub use super::lunar::{LunarDate, from_civil, to_civil};
    pub use super::solar_terms::{NAMES, day as solar_term};
}
