//! The compiled dictionary: what the recogniser reads at run time.

use super::cue::CueWord;
use super::source::{Action, MatchMode, Sounding};
use crate::priority;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything of a compiled dictionary but the words and the learned model.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Content {
    /// Packs, sorted by id.
    pub packs: Vec<Pack>,
    /// Accounts, in the order of `accounts.toml`.
    pub accounts: Vec<Account>,
    /// Index of the account that answers when a request names none.
    pub default_account: u16,
    /// Intents, sorted by id.
    pub intents: Vec<Intent>,
    /// Slots, sorted by name.
    pub slots: Vec<Slot>,
    /// Gazetteers and word groups, sorted by name.
    pub groups: Vec<Group>,
    /// For which accounts a row counts; rows name a scope by its index.
    pub scopes: Vec<Scope>,
    /// Phrase rows, sorted by pack order and id.
    #[serde(deserialize_with = "rows")]
    pub rows: Vec<PhraseRow>,
    /// Number of the literals of phrases; atoms and postings of the lexicon name them by index.
    pub literals: u32,
    /// Named days.
    pub holidays: Vec<Holiday>,
    /// Names of airlines → two-character codes, folded, longest first.
    pub carriers: Vec<(String, String)>,
    /// Words that steer how a message is read.
    pub cues: Vec<CueWord>,
    /// Sensitive words.
    pub sensitive: Vec<Sensitive>,
    /// How sensitive words are disguised.
    pub lookalikes: Vec<Lookalike>,
    /// Which sounds are taken for each other.
    pub sounds: Vec<SoundPair>,
    /// Ids of the menus, sorted.
    pub menus: Vec<String>,
    /// Entries of menus and ways into them, sorted by id.
    pub menu_entries: Vec<MenuEntry>,
}

/// Reads rows, which are most of a dictionary; others are let in between.
fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PhraseRow>, D::Error> {
    struct Rows;
    impl<'de> Visitor<'de> for Rows {
        type Value = Vec<PhraseRow>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("phrase rows")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let (mut rows, mut streak) = (Vec::new(), priority::Streak::default());
            while let Some(row) = sequence.next_element()? {
                rows.push(row);
                streak.one();
            }
            Ok(rows)
        }
    }
    deserializer.deserialize_seq(Rows)
}

/// An entry of a menu, or a way into one.
#[derive(Debug, Serialize, Deserialize)]
pub struct MenuEntry {
    /// Stable row id.
    pub id: String,
    /// Index into [`Content::menus`] of the menu it stands in; none for a way into a menu by an intent alone.
    pub menu: Option<u16>,
    /// The number that picks it; 0 without one.
    pub option: u8,
    /// What is shown.
    pub label: String,
    /// The label, folded: understood at any level as the whole message.
    pub name: String,
    /// Further words, folded, that pick it while its menu is pending.
    pub words: Vec<String>,
    /// Index into [`Content::intents`].
    pub intent: u16,
    /// Slots, as indexes into [`Content::slots`], with their canonical values.
    pub slots: Vec<(u16, String)>,
    /// Index into [`Content::menus`] of the menu that is pending afterwards.
    pub opens: Option<u16>,
    /// For how many minutes that menu stays pending.
    pub minutes: u16,
    /// Index into [`Content::scopes`].
    pub scope: u16,
}

/// When people of an account answer, and how soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Times of the week, in China's time.
    pub hours: Vec<Hours>,
    /// Promised seconds to an answer within the hours.
    pub response: u32,
    /// The same outside the hours.
    pub response_outside: u32,
}

/// A time of the day on some days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// One bit a day, Monday first.
    pub days: u8,
    /// First minute of the day.
    pub from: u16,
    /// Behind the last minute of the day; at most 24 * 60.
    pub to: u16,
}

/// A pack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pack {
    /// Stable id.
    pub id: String,
    /// Title for people.
    pub title: String,
}

/// An account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Account {
    /// Stable id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Indexes into [`Content::packs`], in the account's order.
    pub packs: Vec<u16>,
    /// Code that completes a bare flight number.
    pub airline: Option<String>,
    /// Least confidence of an answer.
    pub threshold: f32,
    /// After so many messages in a row that were not understood a person is suggested.
    pub misses: u8,
    /// When people answer, and how soon; none where `accounts.toml` says nothing.
    pub service: Option<Service>,
}

/// An intent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Intent {
    /// Stable id.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Wording for 您是想…还是….
    pub alias: String,
    /// Index into [`Content::packs`].
    pub pack: u16,
    /// Indexes into [`Content::slots`]: required ones first.
    pub slots: Vec<u16>,
    /// How many of `slots` are required.
    pub required: u16,
    /// Indexes into [`Content::slots`] of which at least one must be there; empty without such a rule.
    pub any_of: Vec<u16>,
    /// What to ask when a required slot is missing.
    pub prompt: String,
    /// A person must answer.
    pub human: bool,
    /// Why a person must answer.
    pub reason: String,
    /// Free map for the webhook.
    pub metadata: Vec<(String, String)>,
}

/// Names in the metadata of an intent that speak to the program; webhooks do not see them.
const PROGRAM_METADATA: &[&str] = &["beside", "refusal", "absorbs", ROLE, QUESTION];
const ROLE: &str = "dialogue";
const QUESTION: &str = "question";

/// The part that an intent has in conversations: its metadata `dialogue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentRole {
    /// `affirm`: yes.
    Affirm,
    /// `deny`: no.
    Deny,
    /// `option`: the number of an entry, in its first slot.
    Option,
}

impl Intent {
    /// What the metadata tells the program under a name.
    pub fn note(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The part that the intent has in conversations; none for a request.
    pub fn role(&self) -> Option<IntentRole> {
        match self.note(ROLE)? {
            "affirm" => Some(IntentRole::Affirm),
            "deny" => Some(IntentRole::Deny),
            "option" => Some(IntentRole::Option),
            _ => None,
        }
    }

    /// The metadata for the webhook.
    pub fn public_metadata(&self) -> impl Iterator<Item = &(String, String)> {
        self.metadata.iter().filter(|(name, _)| !PROGRAM_METADATA.contains(&name.as_str()))
    }

    /// The required slots that are not among `filled`: all required ones, and the first of `any_of` where none is there.
    /// A question about an intent with the metadata `question=complete` needs none of `any_of`: 值机要提前多久 asks for
    /// the rules, 我要值机 for a check-in.
    pub fn missing(&self, question: bool, filled: impl Fn(u16) -> bool) -> Vec<u16> {
        let required = &self.slots[..usize::from(self.required).min(self.slots.len())];
        let mut missing: Vec<u16> = required.iter().filter(|s| !filled(**s)).copied().collect();
        if let Some(first) = self.any_of.first()
            && !self.any_of.iter().any(|s| filled(*s))
            && !(question && self.note(QUESTION) == Some("complete"))
        {
            missing.push(*first);
        }
        missing
    }
}

/// What a candidate value is a value of: a builtin reader's kind, a gazetteer, or a slot's regular expression.
pub type KindId = u16;

/// A slot.
#[derive(Debug, Serialize, Deserialize)]
pub struct Slot {
    /// Stable id.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Kinds whose values it takes.
    pub kinds: Vec<KindId>,
    /// Kinds it takes where no other slot of the intent claims them.
    pub also: Vec<KindId>,
    /// The slot's own regular expression.
    pub regex: Option<String>,
    /// Folded words before a value that give it this role.
    pub before: Vec<String>,
    /// Folded words behind a value that give it this role.
    pub after: Vec<String>,
    /// Takes values to which no word gives a role.
    pub default_role: bool,
    /// What to ask when it is missing.
    pub prompt: String,
}

/// A gazetteer or word group.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Name.
    pub name: String,
    /// True where a slot takes its values; false for a mere word group.
    pub gazetteer: bool,
}

/// The accounts for which a row counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// Index into [`Content::packs`].
    pub pack: u16,
    /// Indexes into [`Content::accounts`]; all accounts that have the pack where empty.
    pub accounts: Vec<u16>,
}

/// A compiled phrase row.
#[derive(Debug, Serialize, Deserialize)]
pub struct PhraseRow {
    /// Stable row id.
    pub id: String,
    /// The phrase as written.
    pub phrase: String,
    /// Index into [`Content::intents`].
    pub intent: u16,
    /// Index into [`Content::scopes`].
    pub scope: u16,
    /// Any order, in order or whole message.
    pub mode: MatchMode,
    /// The most characters between neighbouring elements.
    pub gap: u8,
    /// One bit for each element that must be found.
    pub required: u32,
    /// One bit for each element that must not be found.
    pub excluded: u32,
    /// The variants of all elements, by element.
    pub variants: Vec<Variant>,
    /// First moment at which it counts, in seconds since 1970.
    pub valid_from: Option<i64>,
    /// First moment at which it no longer counts.
    pub valid_to: Option<i64>,
}

/// One way an element may be written: contiguous atoms.
#[derive(Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Position of the element in its row, 0 to 31.
    pub element: u8,
    /// The atoms in order.
    pub atoms: Vec<Atom>,
}

/// The unit that a message is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Atom {
    /// Index of a literal, below [`Content::literals`].
    Literal(u32),
    /// Index into [`Content::groups`].
    Group(u16),
    /// Index into [`Content::slots`].
    Slot(u16),
}

/// A named day.
#[derive(Debug, Serialize, Deserialize)]
pub struct Holiday {
    /// Name and further names.
    pub names: Vec<String>,
    /// When it is.
    pub rule: String,
    /// Its public holiday.
    pub public_holiday: String,
}

/// A sensitive word.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sensitive {
    /// Stable row id.
    pub id: String,
    /// Category.
    pub category: String,
    /// The word as the maintainer wrote it.
    pub word: String,
    /// The word folded, as it is looked for.
    pub spelling: String,
    /// What stands before and behind the word where it is harmless, folded and without marks.
    pub exceptions: Vec<(String, String)>,
    /// How it may be written by its sound.
    pub sound: Sounding,
    /// Index into [`Content::scopes`].
    pub scope: u16,
    /// Looked for in customers' messages.
    pub inbound: bool,
    /// Looked for in staff's texts.
    pub outbound: bool,
    /// What to do with an outgoing text.
    pub action: Action,
}

/// Two sounds that are taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SoundPair {
    /// True for [`crate::text::INITIALS`], false for [`crate::text::FINALS`]: what `one` and `other` are indexes of.
    pub initial: bool,
    /// One of them.
    pub one: u8,
    /// The other one.
    pub other: u8,
    /// What it costs to read one as the other, above 0 and at most 1.
    pub cost: f32,
}

/// A way to write characters of a sensitive word otherwise.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lookalike {
    /// What is written, folded; emoji stay as they are.
    pub written: String,
    /// What is meant, folded.
    pub means: String,
    /// Counts in words of at least so many characters.
    pub least: u8,
    /// Index into [`Content::scopes`].
    pub scope: u16,
}
