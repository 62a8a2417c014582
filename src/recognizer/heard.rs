//! What a message holds for an intent that it may not name: values for its slots, and the words around them.

use super::{Message, Recognizer, Scratch, Value};
use crate::dictionary::{BUILTIN_KINDS, Content, IntentRole, MenuEntry, Posting, Term, builtin_kind};
use crate::matching::Visibility;
use crate::slots;
use crate::text::Span;

/// A message as the conversation around it sees it; empty where it was not listened to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// The normalised characters.
    pub chars: Vec<char>,
    /// Characters that carry no meaning of their own: punctuation, politeness.
    pub quiet: Vec<bool>,
    /// Characters that name no subject: the quiet ones, and dates and times.
    pub loose: Vec<bool>,
    /// For each wanted intent the values for its slots, by place.
    pub offers: Vec<Vec<Offer>>,
    /// The whole message, in the original.
    pub whole: Span,
}

/// What is listened for beside the message's own requests.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// Intents whose values are looked for.
    pub intents: &'a [u16],
    /// True where nothing but a label of a menu could matter, as in a first message: a longer one is not listened to.
    pub labels_only: bool,
}

/// A value for a slot.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Index into the dictionary's slots.
    pub slot: u16,
    /// The value.
    pub value: Value,
    /// First normalised character.
    pub start: usize,
    /// Behind the last normalised character.
    pub end: usize,
    /// True where a word beside it gives it this role.
    pub cued: bool,
}

/// Characters of the longest word before a label that says that it is picked, such as 我要.
const LONGEST_PICK: usize = 2;
/// Kinds of dates and times.
const TEMPORAL: &[&str] = &["date", "time", "datetime", "duration", "recurrence"];

/// What conversations with one account may be about.
pub(super) struct Topics {
    /// Indexes of the entries of menus that count.
    menu_entries: Vec<u32>,
    /// Characters of the longest message that can name a label; 0 without labels.
    longest_label: usize,
    /// Intents that take the sender's position.
    location: Vec<u16>,
    /// The intent whose slot is the number of an entry.
    option: Option<u16>,
}

impl Topics {
    pub(super) fn of(content: &Content, packs: &[u16], visibility: &Visibility) -> Self {
        let visible = |i: &u32| visibility.scopes[usize::from(content.menu_entries[*i as usize].scope)];
        let intent = |i: u16| &content.intents[usize::from(i)];
        let own = || (0..content.intents.len() as u16).filter(|i| packs.contains(&intent(*i).pack));
        let position = builtin_kind("location");
        let takes = |i: &u16| {
            let mut kinds = intent(*i).slots.iter().flat_map(|s| &content.slots[usize::from(*s)].kinds);
            kinds.any(|k| Some(*k) == position)
        };
        let menu_entries: Vec<u32> = (0..content.menu_entries.len() as u32).filter(visible).collect();
        let labels = menu_entries.iter().map(|i| content.menu_entries[*i as usize].name.chars().count());
        Self {
            longest_label: labels.max().filter(|n| *n > 0).map_or(0, |n| n + LONGEST_PICK),
            menu_entries,
            location: own().filter(takes).collect(),
            option: own().find(|i| intent(*i).role() == Some(IntentRole::Option)),
        }
    }
}

impl Recognizer {
    pub(super) fn heard(
        &self,
        original: &str,
        scratch: &mut Scratch,
        message: &Message<'_, '_>,
        wanted: &Wanted<'_>,
    ) -> Heard {
        let content = &self.bundle.content;
        if wanted.labels_only {
            let loud = scratch.ignorable.iter().filter(|quiet| !**quiet).count();
            if loud > message.view.topics.longest_label {
                return Heard::default();
            }
        }
        let all = (0, scratch.text.len() as u32);
        let mut filled = std::mem::take(&mut scratch.filled);
        let text = &scratch.text;
        let offers = wanted
            .intents
            .iter()
            .map(|intent| {
                let Some(intent) = content.intents.get(usize::from(*intent)) else { return Vec::new() };
                let kept = slots::TakenBack::Kept;
                slots::fill(content, intent, &message.candidates, text.chars(), all, kept, &mut filled);
                let offer = |f: &slots::Filled| {
                    let c = &message.candidates[f.candidate as usize];
                    let slot = &content.slots[usize::from(f.slot)];
                    let (start, end) = (c.start as usize, c.end as usize);
                    Offer {
                        slot: f.slot,
                        value: Value::of(slot.name.clone(), original, text, c),
                        start,
                        end,
                        cued: slots::cue(slot, text.chars(), start, end) > 0,
                    }
                };
                filled.iter().map(offer).collect()
            })
            .collect();
        let mut loose = scratch.ignorable.clone();
        for c in message.entities().filter(|c| TEMPORAL.iter().any(|name| builtin_kind(name) == Some(c.kind))) {
            loose[c.start as usize..c.end as usize].fill(true);
        }
        let whole = text.span(0, text.len());
        let heard = Heard { chars: text.chars().to_vec(), quiet: scratch.ignorable.clone(), loose, offers, whole };
        scratch.filled = filled;
        heard
    }

    /// The entries of menus that count for an account, by id.
    pub(crate) fn menu_entries(&self, account: u16) -> impl Iterator<Item = &MenuEntry> {
        let topics = &self.views[usize::from(account)].topics;
        topics.menu_entries.iter().map(|i| &self.bundle.content.menu_entries[*i as usize])
    }

    /// The intents of an account that take the sender's position.
    pub(crate) fn location_intents(&self, account: u16) -> &[u16] {
        &self.views[usize::from(account)].topics.location
    }

    /// The intent of an account whose slot is the number of an entry.
    pub(crate) fn option_intent(&self, account: u16) -> Option<u16> {
        self.views[usize::from(account)].topics.option
    }

    /// A word as the matcher reads it.
    pub(crate) fn folded(&self, word: &str) -> String {
        self.normalizer.fold(word)
    }

    /// The facts about a canonical value that a slot may have; `None` where the slot takes only words of gazetteers, and
    /// the account has no such word.
    pub(crate) fn facts(&self, account: u16, slot: u16, value: &str) -> Option<Vec<(String, String)>> {
        let (content, lexicon) = (&self.bundle.content, &self.bundle.lexicon);
        let slot = content.slots.get(usize::from(slot))?;
        let first = BUILTIN_KINDS.len();
        let group = |kind: u16| usize::from(kind).checked_sub(first).filter(|g| *g < content.groups.len());
        let groups: Vec<usize> = slot.kinds.iter().chain(&slot.also).filter_map(|k| group(*k)).collect();
        if groups.is_empty() || slot.kinds.iter().any(|k| group(*k).is_none()) {
            return Some(Vec::new());
        }
        let visible = &self.views[usize::from(account)].visibility.scopes;
        let fits = |term: &Term| {
            groups.contains(&usize::from(term.group))
                && visible.get(usize::from(term.scope)) == Some(&true)
                && lexicon.string(term.value) == value
        };
        // Most values are spelled as they are called; the others are looked for one by one.
        let chars: Vec<char> = self.normalizer.fold(value).chars().collect();
        let mut found = None;
        lexicon.matches_at(&chars, 0, |end, posting| {
            if let Posting::Term(index) = posting
                && end == chars.len()
                && found.is_none()
            {
                found = lexicon.term(index).filter(fits);
            }
        });
        let found = found.or_else(|| (0..lexicon.terms() as u32).filter_map(|i| lexicon.term(i)).find(fits))?;
        let pairs = lexicon.string(found.attributes).split('|').filter_map(|p| p.split_once('='));
        Some(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
