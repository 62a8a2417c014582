//! Who should answer, and how soon that was promised.

use crate::dictionary::{Account, Content, Service};
use crate::recognizer::{Outcome, Recognition};

/// Why a person should answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverCause {
    /// An intent of the message needs one; the dictionary says why.
    Intent(String),
    /// So many messages in a row were not understood.
    NotUnderstood(u8),
}

/// That a person should answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Why.
    pub cause: HandoverCause,
    /// Whether people are at work at the reference time, and the promised seconds to an answer; `None` where
    /// `accounts.toml` says nothing about the account.
    pub promise: Option<(bool, u32)>,
}

/// The hand-over of an answer, where there is one.
pub(super) fn of(
    content: &Content,
    account: &Account,
    recognition: &Recognition,
    misses: u8,
    now: i64,
) -> Option<Handover> {
    let human = recognition.intents.iter().map(|i| &content.intents[usize::from(i.intent)]).find(|i| i.human);
    let cause = match human {
        Some(intent) => HandoverCause::Intent(intent.reason.clone()),
        None if recognition.outcome == Outcome::Unrecognized && misses >= account.misses => {
            HandoverCause::NotUnderstood(misses)
        }
        None => return None,
    };
    let promise = account.service.as_ref().map(|service| {
        let within = is_within(service, now);
        (within, if within { service.response } else { service.response_outside })
    });
    Some(Handover { cause, promise })
}

/// Whether a moment is within the hours of a service, which are in China's time. Holidays are days like any other.
fn is_within(service: &Service, now: i64) -> bool {
    const CHINA: i64 = 8 * 3600;
    let (day, second) = ((now + CHINA).div_euclid(86_400), (now + CHINA).rem_euclid(86_400));
    // 1970-01-01 was a Thursday.
    let (weekday, minute) = ((day + 3).rem_euclid(7), second / 60);
    service.hours.iter().any(|h| h.days >> weekday & 1 == 1 && (i64::from(h.from)..i64::from(h.to)).contains(&minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Hours;

    #[test]
    fn hours_end_on_the_minute() {
        let hours = vec![Hours { days: 0b001_1111, from: 9 * 60, to: 18 * 60 }];
        let service = Service { hours, response: 3600, response_outside: 86_400 };
        let at = |time: &str| is_within(&service, time.parse::<jiff::Timestamp>().expect("a time").as_second());
        assert!(!at("2026-11-20T08:59:59+08:00") && at("2026-11-20T09:00:00+08:00"), "Friday");
        assert!(at("2026-11-20T17:59:59+08:00") && !at("2026-11-20T18:00:00+08:00"));
        assert!(!at("2026-11-21T10:00:00+08:00"), "Saturday");
        assert!(at("2026-11-20T01:00:00Z"), "nine o'clock in China");
        assert!(at("1969-12-31T10:00:00+08:00"), "before 1970, a Wednesday");
    }
}
