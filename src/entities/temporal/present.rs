//! The reference moment, and how much of it a reading looked at.

use jiff::civil::{Date, DateTime};
use std::cell::Cell;

/// For which reference moments a message is read the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holds {
    /// For all: 到北京, 三天.
    #[default]
    Always,
    /// For those of one day, in the sender's time zone: 明天.
    Day,
    /// Perhaps for one alone: 半小时后, 三点.
    Moment,
}

/// The reference moment. Whoever looks at it is noted, so that nobody has to know which rules do.
#[derive(Debug)]
pub(super) struct Present {
    now: DateTime,
    looked: Cell<Holds>,
}

impl Present {
    pub(super) fn new(now: DateTime) -> Self {
        Self { now, looked: Cell::default() }
    }

    pub(super) fn now(&self) -> DateTime {
        self.looked.set(Holds::Moment);
        self.now
    }

    pub(super) fn today(&self) -> Date {
        self.looked.set(self.looked.get().max(Holds::Day));
        self.now.date()
    }

    /// For which reference moments what was found so far is the same.
    pub(super) fn holds(&self) -> Holds {
        self.looked.get()
    }
}
