//! The conversation around a message: menus, questions that were asked, what 那后天的呢 leaves out, and who should answer.
//!
//! The server keeps nothing. An answer carries a [`State`], sealed by a [`Seal`]; the client sends it back with the next
//! message of the same sender. The message is first read alone, as if nothing had been said before; then the first of
//! these rules that holds makes the answer, and where none holds the message's own answer stays:
//!
//! 1. **Location.** A position fills the slot for it in the last request; without one that takes it, it asks for the one
//!    intent of the account that takes it, or is ambiguous between several.
//! 2. **Answer.** A question is pending, and the message is nothing but values for its intent: they fill its slots.
//! 3. **Choice.** 您是想…还是… is pending, and the message picks: 第二个, 前面那个, the alias, yes (the first).
//! 4. **Menu number.** A menu is pending, and the message is a number: the entry's intent. A number that no entry has, of
//!    a menu or a choice, is `option` without validity, and everything stays pending.
//! 5. **Menu word.** The message is a label or word of the pending menu, or the label of any entry of any menu. Where it
//!    means the same by itself, its own answer stays.
//! 6. **Correction.** The message is values behind 不对, 不是, 错了: they replace those of the last request; 不是A是B
//!    replaces A, and 不是A alone leaves its slot empty.
//! 7. **Ellipsis.** The message is values between 那, 换成, 改成, 呢: the last request again with them; words of its title
//!    may stand beside them where the message is not complete by itself (那后天的航班呢). Without such a word the same,
//!    unless the message by itself asks for something else.
//! 8. **Addition.** The message is nothing but values for slots that the last request left empty, at most
//!    [`FRESH_SECONDS`] later: they complete it, even where they would mean something alone.
//! 9. **Same request.** A question is pending, and the message names its intent again or is not understood but holds the
//!    value that was asked for: values come together.
//! 10. **Refusal.** The message is a plain no: what it refers to is told, and everything pending is dropped.
//! 11. **Confirmation.** The message is a plain yes: what it refers to is told, and stays pending.
//!
//! Afterwards: a request replaces the last one, whatever was pending (greetings, thanks and messages that are not
//! understood replace nothing). An answer whose intent and slots are those of a menu entry opens that entry's menu, however
//! it was named; a menu stays pending until another opens, it expires, or the sender refuses.
//!
//! "Nothing but values" leaves out politeness, punctuation, dates and times that no slot takes, the titles and role words
//! of the intent's slots, and a short list of function words (`words.rs`). Rules hold or do not, so what they make has
//! confidence 1. A first message is not listened to beyond its own answer unless it is as short as a label of a menu.

mod follow;
mod handover;
mod line;
mod location;
mod past;
mod seal;
mod state;
mod words;

pub use handover::{Handover, HandoverCause};
pub use line::{Line, later};
pub use location::Location;
pub use seal::{ContextError, LONGEST, Seal};
pub use state::{PastMenu, PastRequest, State, WINDOW_SECONDS};

use crate::recognizer::{Outcome, ReadingCache, Recognition, Recognizer, Utterance, UtteranceError};
use past::Past;

/// For so long after a request values alone may complete it though nobody asked for them.
pub const FRESH_SECONDS: i64 = 30 * 60;

/// The rule by which earlier messages made an answer; see the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// The sender's position.
    Location,
    /// Values for a question that was pending, or for slots that were empty.
    Answer,
    /// One of the readings of an ambiguous message.
    Choice,
    /// A number of a menu.
    MenuNumber,
    /// A number that no entry of the menu or choice has.
    OutOfRange,
    /// A label or word of a menu.
    MenuWord,
    /// Values in place of wrong ones.
    Correction,
    /// The last request with other values.
    Ellipsis,
    /// No.
    Refusal,
    /// Yes.
    Confirmation,
}

/// An entry of a menu to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuOption {
    /// The number that picks it; 0 without one.
    pub number: u8,
    /// What to show.
    pub label: String,
}

/// A menu to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMenu {
    /// Id.
    pub id: String,
    /// Its entries, by number, then in the order of their rows.
    pub options: Vec<MenuOption>,
    /// When it expires, in seconds since 1970.
    pub until: i64,
}

/// The answer to a message in its conversation.
#[derive(Debug)]
pub struct Turn {
    /// What the message asks for.
    pub recognition: Recognition,
    /// The rule by which earlier messages made it; none where the message speaks for itself.
    pub continuation: Option<Continuation>,
    /// The intent that a yes or a no refers to.
    pub refers_to: Option<u16>,
    /// The menu to show: one that was opened, or one that is pending where the message was not understood.
    pub menu: Option<ShownMenu>,
    /// Set where a person should answer.
    pub handover: Option<Handover>,
    /// What to remember for the next message.
    pub state: State,
}

/// Reads a message in its conversation. With a location the text may be empty, or the name of the place.
///
/// # Errors
/// [`UtteranceError`]: the account is unknown, or the context belongs to another one.
pub fn answer(
    recognizer: &Recognizer,
    utterance: &Utterance<'_>,
    location: Option<Location>,
    before: &State,
) -> Result<Turn, UtteranceError> {
    answer_with(recognizer, utterance, location, before, None)
}

/// As [`answer`], with the readings of messages that the same recogniser read before.
///
/// # Errors
/// As [`answer`].
pub fn answer_with(
    recognizer: &Recognizer,
    utterance: &Utterance<'_>,
    location: Option<Location>,
    before: &State,
    cache: Option<&mut ReadingCache>,
) -> Result<Turn, UtteranceError> {
    let account = recognizer.account(utterance.account)?;
    let content = &recognizer.bundle().content;
    let own = &content.accounts[usize::from(account)];
    if !before.account.is_empty() && before.account != own.id {
        return Err(UtteranceError::ForeignContext { context: before.account.clone(), account: own.id.clone() });
    }
    let now = utterance.reference.timestamp().as_second();
    let past = Past::of(recognizer, account, before, now);
    let dialogue = follow::Dialogue::new(recognizer, account, &past, now);
    let (recognition, heard) = recognizer.listen(utterance, account, &dialogue.wanted(location), cache);
    let step = dialogue.follow(recognition, &heard, location);

    let understood = step.recognition.outcome != Outcome::Unrecognized && step.rule != Some(Continuation::OutOfRange);
    let misses = if understood { 0 } else { past.misses.saturating_add(1) };
    let opened = dialogue.opened(&step);
    let kept = past.menu.filter(|_| step.rule != Some(Continuation::Refusal));
    let menu = opened.or(kept);
    let shown = if understood { opened } else { menu };
    let state = State {
        account: own.id.clone(),
        time: now,
        request: dialogue.remembered(&step).map(|r| r.state(content)),
        menu: menu.map(|(menu, until)| PastMenu { id: content.menus[usize::from(menu)].clone(), until }),
        misses,
    };
    Ok(Turn {
        menu: shown.map(|(menu, until)| dialogue.shown(menu, until)),
        handover: handover::of(content, own, &step.recognition, misses, now),
        continuation: step.rule,
        refers_to: step.refers_to,
        recognition: step.recognition,
        state,
    })
}
