//! How far apart two syllables are.

use crate::dictionary::Content;
use crate::text::{FINALS, INITIALS, Syllable};

/// Two syllables that are not confused.
const NEVER: f32 = f32::INFINITY;
/// Another character of the same sound.
pub(super) const HOMOPHONE: f32 = 0.05;
/// Another tone.
const TONE: f32 = 0.1;

/// Which sounds are taken for each other, and at what cost: the tables `sounds`.
pub(super) struct Confusions {
    initials: Part,
    finals: Part,
}

/// One part of the syllable.
struct Part {
    /// Cost of a pair, by both indexes.
    costs: Vec<f32>,
    /// The class of each: what is confused, also through a third, shares one.
    classes: Vec<u8>,
}

impl Part {
    fn new(names: &[&str], pairs: impl Iterator<Item = (u8, u8, f32)>) -> Self {
        let count = names.len();
        let mut costs = vec![NEVER; count * count];
        let mut classes: Vec<u8> = (0..count as u8).collect();
        (0..count).for_each(|i| costs[i * count + i] = 0.0);
        for (one, other, cost) in pairs {
            let (a, b) = (usize::from(one), usize::from(other));
            for at in [a * count + b, b * count + a] {
                costs[at] = costs[at].min(cost);
            }
            let (from, to) = (classes[a].max(classes[b]), classes[a].min(classes[b]));
            classes.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
        }
        Self { costs, classes }
    }

    fn cost(&self, a: u8, b: u8) -> f32 {
        self.costs[usize::from(a) * self.classes.len() + usize::from(b)]
    }
}

impl Confusions {
    pub(super) fn new(content: &Content) -> Self {
        let pairs = |initial: bool| {
            let rows = content.sounds.iter().filter(move |s| s.initial == initial);
            rows.map(|s| (s.one, s.other, s.cost))
        };
        Self { initials: Part::new(INITIALS, pairs(true)), finals: Part::new(FINALS, pairs(false)) }
    }

    /// A number that all syllables share which may be taken for each other; below 2^12 - 1.
    pub(super) fn class(&self, s: Syllable) -> u16 {
        let (initial, last) = (self.initials.classes[usize::from(s.initial)], self.finals.classes[usize::from(s.last)]);
        u16::from(initial) << 6 | u16::from(last)
    }

    /// The cost of taking one syllable for another: 0.05 for the same, infinite for what nobody confuses.
    pub(super) fn cost(&self, heard: Syllable, meant: Syllable) -> f32 {
        let tone = if heard.tone == meant.tone { 0.0 } else { TONE };
        HOMOPHONE + tone + self.initials.cost(heard.initial, meant.initial) + self.finals.cost(heard.last, meant.last)
    }
}
