//! Readings of messages that come again and again: 人工, 值机, the word of a campaign.
//!
//! A message is kept when it comes a second time. Until then only a number that its text gives is noted, so that what is
//! said once neither stays in memory nor drives out what is asked all day. Never kept are messages with personal values
//! or long numbers, and those that might be read otherwise a moment later.

use super::{Heard, Recognition, Utterance, Wanted};
use crate::entities::temporal::Holds;
use crate::entities::{is_personal, long_numbers};
use crate::text::Modality;
use jiff::civil::Date;
use quick_cache::unsync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, UnitWeighter};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::ops::Range;

/// Longer messages hardly come twice.
const LONGEST_BYTES: usize = 600;
/// For each reading that is kept so many messages are noted.
const NOTED: usize = 8;

/// What one thread knows of messages that one dictionary read.
pub struct ReadingCache {
    readings: Cache<Key, Kept, UnitWeighter, RandomState>,
    noted: Noted,
    hasher: RandomState,
    hits: u64,
}

struct Kept {
    /// The only day for which it holds.
    day: Option<Date>,
    /// The reference times for which it holds, in seconds since 1970.
    seconds: Range<i64>,
    recognition: Recognition,
    heard: Heard,
}

/// For which other reference times a message is read the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Lasting {
    /// As far as its values are concerned.
    pub(super) values: Holds,
    /// As far as rows are that count only for a time: in seconds since 1970.
    pub(super) rows: Range<i64>,
}

/// All that a reading depends on but the time.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Sought<'a> {
    text: &'a str,
    account: u16,
    modality: Modality,
    labels_only: bool,
    wanted: &'a [u16],
}

/// The same with what it holds.
struct Key {
    text: Box<str>,
    account: u16,
    modality: Modality,
    labels_only: bool,
    wanted: Box<[u16]>,
}

impl ReadingCache {
    /// A cache for so many readings; none for 0.
    pub fn new(readings: usize) -> Option<Self> {
        (readings > 0).then(|| {
            let hasher = RandomState::new();
            let lifecycle = DefaultLifecycle::default();
            Self {
                readings: Cache::with(readings, readings as u64, UnitWeighter, hasher.clone(), lifecycle),
                noted: Noted::new(readings.saturating_mul(NOTED)),
                hasher,
                hits: 0,
            }
        })
    }

    /// How many messages it had the reading of.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// The reading of a message: the kept one, else the one that `read` makes, which also tells for which times it holds.
    pub(super) fn get_or_read(
        &mut self,
        utterance: &Utterance<'_>,
        account: u16,
        wanted: &Wanted<'_>,
        read: impl FnOnce() -> ((Recognition, Heard), Lasting),
    ) -> (Recognition, Heard) {
        let text = utterance.text;
        if text.len() > LONGEST_BYTES {
            return read().0;
        }
        let Wanted { intents, labels_only } = *wanted;
        let sought = Sought { text, account, modality: utterance.modality, labels_only, wanted: intents };
        let (now, today) = (utterance.reference.timestamp().as_second(), utterance.reference.date());
        let holds = |k: &&Kept| k.seconds.contains(&now) && k.day.is_none_or(|day| day == today);
        if let Some(kept) = self.readings.get(&sought).filter(holds) {
            self.hits += 1;
            return (kept.recognition.clone(), kept.heard.clone());
        }
        let ((recognition, heard), Lasting { values, rows }) = read();
        if values != Holds::Moment && self.noted.note(self.hasher.hash_one(sought)) && !personal(text, &recognition) {
            let kept = Kept {
                day: (values == Holds::Day).then_some(today),
                seconds: rows,
                recognition: recognition.clone(),
                heard: heard.clone(),
            };
            self.readings.insert(sought.key(), kept);
        }
        (recognition, heard)
    }
}

/// Whether a message tells something of a person.
fn personal(text: &str, recognition: &Recognition) -> bool {
    let slots = recognition.intents.iter().flat_map(|i| &i.slots);
    slots.chain(&recognition.entities).any(|v| is_personal(&v.name))
        || !long_numbers(&text.chars().collect::<Vec<char>>()).is_empty()
}

/// Which messages came lately: the last that fell on each place, by 32 bits of its hash.
struct Noted(Box<[u32]>);

impl Noted {
    fn new(least: usize) -> Self {
        Self(vec![0; least.next_power_of_two()].into())
    }

    /// Notes a message; tells whether it was noted before.
    fn note(&mut self, hash: u64) -> bool {
        let place = hash as usize & (self.0.len() - 1);
        // 0 stands for nothing.
        let mark = (hash >> 32) as u32 | 1;
        std::mem::replace(&mut self.0[place], mark) == mark
    }
}

impl Sought<'_> {
    fn key(&self) -> Key {
        let Self { text, account, modality, labels_only, wanted } = *self;
        Key { text: text.into(), account, modality, labels_only, wanted: wanted.into() }
    }
}

impl Key {
    fn sought(&self) -> Sought<'_> {
        let Self { text, account, modality, labels_only, wanted } = self;
        Sought { text, account: *account, modality: *modality, labels_only: *labels_only, wanted }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sought().hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.sought() == other.sought()
    }
}

impl Eq for Key {}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.sought()
    }
}
