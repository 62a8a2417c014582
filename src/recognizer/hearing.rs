//! What of the sounds of a message counts.

/// The two ways in which sounds count, each of which can be turned off to measure what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing {
    /// Words of the dictionary are read by their sound ([`crate::sound`]).
    pub words: bool,
    /// The learner sees the sounds of the characters beside the characters.
    pub features: bool,
}

impl Hearing {
    /// Characters alone.
    pub const NONE: Self = Self { words: false, features: false };
}

impl Default for Hearing {
    /// Both.
    fn default() -> Self {
        Self { words: true, features: true }
    }
}
