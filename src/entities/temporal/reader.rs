//! The reader: finds every phrase of time in a message.

use super::amount::MEASURES;
use super::calendar::Grain;
use super::charset::CharSet;
use super::format;
use super::found::PartMeaning;
use super::holidays::{Holiday, HolidayTable};
use super::lexicon::{BEHIND_NUMBER, BEHIND_PREFIX, Lexicon, OPENINGS, PAST_WORDS, Word};
use super::numbered::NO_DAY_AFTER;
use super::numeral;
use super::present::{Holds, Present};
use super::range::JOINTS;
use super::scan::{CHOICE_CALENDAR, CHOICE_DATE, CHOICE_HOUR, Scan};
use super::words::WordIndex;
use std::cell::Cell;
use std::ops::Range;

/// What a phrase of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A day or days: `2026-11-22`, `2026-11-21/2026-11-23`.
    Date,
    /// A time of day: `14:30`, `12:00/18:00`.
    Time,
    /// Both: `2026-11-22T14:30`.
    DateTime,
    /// A length of time: `P3D`, `PT2H30M`; an estimate has both ends, `P3D/P5D`.
    Duration,
    /// A repetition: `R/2026-11-25/P1W`.
    Recurrence,
}

/// Why a phrase was found but is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// 二月三十号, 13月5号
    NoSuchDay,
    /// 25点
    NoSuchTime,
}

impl Reason {
    /// A stable name for the answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSuchDay => "no_such_day",
            Self::NoSuchTime => "no_such_time",
        }
    }
}

/// A part of a phrase that fills a slot of its own: the date or the time of 明天下午三点.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// [`Kind::Date`] or [`Kind::Time`].
    pub kind: Kind,
    /// Half-open, in characters of the input.
    pub span: Range<usize>,
    /// Canonical value.
    pub value: String,
}

/// A phrase of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Temporal {
    /// What it is.
    pub kind: Kind,
    /// Half-open, in characters of the input.
    pub span: Range<usize>,
    /// Canonical value.
    pub value: String,
    /// The other readings, canonical.
    pub alternatives: Vec<String>,
    /// Whether there is such a day and time.
    pub valid: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// The slots it fills: a date, a time, or both. Empty for durations, repetitions and the present moment.
    pub parts: Vec<Part>,
    /// The rule that made it, an id of [`super::RULES`].
    pub rule: &'static str,
}

/// Reads dates and times. Holds the lexicon and the holiday table.
#[derive(Debug)]
pub struct Reader {
    pub(super) lexicon: Lexicon,
    pub(super) holidays: HolidayTable,
    /// Characters with which a phrase may open.
    openings: CharSet,
    /// [`PAST_WORDS`].
    pub(super) past: WordIndex<()>,
    /// Characters with which units of lengths of time open.
    pub(super) measures: CharSet,
    /// Characters with which the joints of a range open.
    pub(super) joints: CharSet,
    /// Characters with which words open that tell 3号楼 from a day.
    pub(super) no_day: CharSet,
    /// Characters that may stand behind 上, 这, 前 and their kin where they open a phrase.
    pub(super) behind_prefix: CharSet,
    /// Characters that may stand behind the number of a phrase.
    pub(super) behind_number: CharSet,
    extents: bool,
}

fn first_chars(words: &[&str]) -> CharSet {
    words.iter().filter_map(|word| word.chars().next()).collect()
}

impl Reader {
    /// Builds a reader from the rows of the holiday table. Where two rows have the same name, the earlier one counts.
    #[must_use]
    pub fn new(holidays: impl IntoIterator<Item = Holiday>) -> Self {
        let lexicon = Lexicon::new();
        let holidays = HolidayTable::new(holidays);
        let openings = lexicon.openings().chain(holidays.openings()).chain(OPENINGS.chars()).collect();
        Self {
            lexicon,
            holidays,
            openings,
            past: WordIndex::new(PAST_WORDS.iter().map(|word| (word.chars().collect(), ()))),
            measures: MEASURES.iter().filter_map(|(w, _, _)| w.chars().next()).collect(),
            joints: first_chars(JOINTS),
            no_day: first_chars(NO_DAY_AFTER),
            behind_prefix: BEHIND_PREFIX.chars().collect(),
            behind_number: BEHIND_NUMBER.chars().collect(),
            extents: true,
        }
    }

    /// Whether the value of a day with a clock time is the stretch that was named (明天三点 is the hour
    /// `2026-11-22T15:00/2026-11-22T16:00`, as JioNLP has it) or its first moment. Parts are moments either way.
    #[must_use]
    pub fn extents(mut self, extents: bool) -> Self {
        self.extents = extents;
        self
    }

    /// Appends every phrase of time in `chars` to `out`, in the order of the text. Tells for which other reference
    /// moments it would do the same.
    pub fn read(&self, chars: &[char], reference: &jiff::ZonedDateTime, out: &mut Vec<Temporal>) -> Holds {
        let Some(first) = chars.iter().position(|&c| self.openings.has(c)) else {
            return Holds::Always;
        };
        let mut scan = Scan {
            chars,
            reader: self,
            present: Present::new(reference.datetime()),
            flip: 0,
            seen: 0,
            base: None,
            departure: None,
            last_word: Cell::new((usize::MAX, None)),
            last_num: Cell::new((usize::MAX, None)),
        };
        let mut i = first;
        while i < chars.len() {
            if !self.openings.has(chars[i]) {
                i += 1;
                continue;
            }
            match self.read_at(&mut scan, i) {
                Some(found) => {
                    i = found.span.end.max(i + 1);
                    out.push(found);
                }
                None => i = self.skip(&scan, i),
            }
        }
        scan.present.holds()
    }

    fn read_at(&self, scan: &mut Scan<'_>, at: usize) -> Option<Temporal> {
        scan.flip = 0;
        scan.seen = 0;
        scan.base = None;
        let found = scan.phrase(at)?;
        let (kind, value, reason) = format::value(&found, &scan.present, self.extents)?;
        let mut alternatives = Vec::new();
        let seen = scan.seen;
        for choice in [CHOICE_DATE, CHOICE_HOUR, CHOICE_CALENDAR] {
            if seen & choice == 0 {
                continue;
            }
            scan.flip = choice;
            scan.seen = 0;
            scan.base = None;
            if let Some(other) = scan.phrase(at)
                && other.span == found.span
                && let Some((_, other, _)) = format::value(&other, &scan.present, self.extents)
                && other != value
                && !alternatives.contains(&other)
            {
                alternatives.push(other);
            }
        }
        scan.flip = 0;
        if let Some((PartMeaning::Date(day), _)) = found.parts.first()
            && day.grain == Grain::Day
        {
            scan.departure = Some(*day);
        }
        Some(Temporal {
            kind,
            parts: format::parts(&found),
            span: found.span,
            value,
            alternatives,
            valid: reason.is_none(),
            reason,
            rule: found.rule,
        })
    }

    /// Where to look next behind a place where no phrase starts: behind a whole number, a run of letters and
    /// digits, or a word that only looks like time.
    fn skip(&self, scan: &Scan<'_>, at: usize) -> usize {
        let c = scan.chars[at];
        if c.is_ascii_alphanumeric() {
            let run = scan.chars[at..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
            #[cfg(test)]
            super::super::work::look(run);
            return at + run;
        }
        if let Some((Word::Shield, end)) = scan.word(at) {
            return end;
        }
        if scan.numeral(at)
            && let Some(whole) = numeral::whole(scan.chars, at, false)
        {
            return at + whole.length;
        }
        at + 1
    }
}
