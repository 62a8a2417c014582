//! How readily a character is taken for a misheard one.

use crate::text::CharMap;

/// How often people write a character for its own sake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Common {
    /// No more than others.
    No,
    /// A plain verb or noun that often stands alone.
    Plain,
    /// Numerals, measures, directions: they say little about a word that holds them.
    Often,
    /// In every other sentence: pronouns, particles, conjunctions.
    Always,
}

const ALWAYS: &str = "的了我你您他她它是有没不就也都在吗呢吧啊呀么哦和跟与或而还又再很太更最这那哪谁啥怎什会能可要想让给把被对以因所如们着过去";
const OFTEN: &str = "一二两三四五六七八九十几个些点次下上来到大小多少里外前后样回";
const PLAIN: &str = "从说看做吃买用开打问好年月日号天人时分钟走请帮办查讲听播交换取拿收发找放写送学住等位首台部件条张款级期种类家间份本双套边面中高新老真";

/// How common every character is.
pub(super) struct Commons(CharMap<Common>);

impl Commons {
    pub(super) fn new() -> Self {
        let mut commons = CharMap::new(Common::No);
        for (list, common) in [(PLAIN, Common::Plain), (OFTEN, Common::Often), (ALWAYS, Common::Always)] {
            list.chars().for_each(|c| commons.set(c, common));
        }
        Self(commons)
    }

    #[inline]
    pub(super) fn of(&self, c: char) -> Common {
        self.0.get(c)
    }
}

/// What it costs to take a character that stands alone for another.
pub(super) fn penalty(common: Common) -> f32 {
    match common {
        Common::No => 0.0,
        Common::Plain => 0.12,
        Common::Often => 0.2,
        Common::Always => 0.35,
    }
}
