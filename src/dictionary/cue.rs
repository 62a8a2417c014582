//! Word groups that steer how a message is read: they are known to the program by name.

use serde::{Deserialize, Serialize};

/// What a cue word tells about the words around it.
///
/// Unlike words of other groups, cue words are no evidence for any intent and hide no shorter word: they are found by
/// their characters alone, and no phrase can name their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cue {
    /// A further request begins: 顺便, 另外.
    Connective,
    /// A request begins, perhaps a further one: 帮我, 我想.
    Opener,
    /// Something is asked: 吗, 怎么.
    Asking,
    /// What follows is not wanted: 不想, 别.
    Refusal,
    /// Verbs that a plain 不 refuses: 不退, 不买.
    Refusable,
    /// What was said before is taken back: 算了, 不用了.
    TakeBack,
    /// What was refused ends here: 而是, 直接.
    Turn,
    /// Names nothing: 这个, 先, 吧, 要.
    Light,
    /// A verb that names nothing by itself, but asks for what stands behind it: 办, 来, 换.
    LightVerb,
    /// What follows has been done: 已经, 刚.
    Done,
    /// Behind it, what has been done ends: 了, 完.
    DoneEnd,
    /// The value before it was wrong: 不对, 说错了.
    Correction,
    /// Names the number that follows: 订单号, 票号.
    Label,
}

impl Cue {
    /// All cues with the names of their groups.
    pub const NAMES: [(Cue, &str); 13] = [
        (Cue::Connective, "connective"),
        (Cue::Opener, "opener"),
        (Cue::Asking, "asking"),
        (Cue::Refusal, "refusal"),
        (Cue::Refusable, "refusable"),
        (Cue::TakeBack, "take_back"),
        (Cue::Turn, "turn"),
        (Cue::Light, "light"),
        (Cue::LightVerb, "light_verb"),
        (Cue::Done, "done"),
        (Cue::DoneEnd, "done_end"),
        (Cue::Correction, "correction"),
        (Cue::Label, "value_label"),
    ];

    /// The cue of a group's name.
    pub fn of(group: &str) -> Option<Cue> {
        Self::NAMES.iter().find(|(_, name)| *name == group).map(|(cue, _)| *cue)
    }
}

/// A word of a cue, or a longer word in which it must not be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueWord {
    /// What it tells.
    pub cue: Cue,
    /// Index into the scopes.
    pub scope: u16,
    /// Folded.
    pub word: String,
    /// True for an exception: inside it no word of the cue is found.
    pub shield: bool,
}
