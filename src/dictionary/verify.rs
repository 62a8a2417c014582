//! Whether the parts of a bundle fit each other: every index names something, every list lies inside, texts are texts.
//!
//! A checksum tells that a file is what was written; it does not tell that who wrote it was this program. A bundle that
//! passes here makes no reader of it panic, run forever or take memory without measure, whoever made it. What only costs a
//! wrong answer (a posting under the wrong spelling) is not looked for.

use super::content::{Atom, Content, KindId};
use super::kinds::BUILTIN_KINDS;
use super::lexicon::{Needs, inside};
use super::phrase::MOST_PIECES;
use crate::priority::breathing;
use crate::text::{FINALS, INITIALS};

/// The most elements of a phrase row: one bit each.
const MOST_ELEMENTS: u8 = 32;

/// Checks indexes from a list into others.
struct Check<'c> {
    content: &'c Content,
}

/// An error says what is wrong, in a few words.
type Checked = Result<(), String>;

impl Check<'_> {
    fn pack(&self, index: u16) -> Checked {
        inside("pack", index, self.content.packs.len())
    }

    fn scope(&self, index: u16) -> Checked {
        inside("scope", index, self.content.scopes.len())
    }

    fn slot(&self, index: u16) -> Checked {
        inside("slot", index, self.content.slots.len())
    }

    fn atom(&self, atom: Atom) -> Checked {
        match atom {
            Atom::Literal(l) => inside("literal", l, self.content.literals as usize),
            Atom::Group(g) => inside("group", g, self.content.groups.len()),
            Atom::Slot(s) => self.slot(s),
        }
    }
}

/// Checks everything but the words and the learned model, which check themselves.
pub(super) fn content(content: &Content) -> Checked {
    let check = Check { content };
    // Every field is named here, so that one that is added is not forgotten.
    let Content {
        packs,
        accounts,
        default_account,
        intents,
        slots,
        groups,
        scopes,
        rows,
        literals: _,
        holidays: _,
        carriers: _,
        cues,
        sensitive,
        lookalikes,
        sounds,
        menus,
        menu_entries,
    } = content;
    for (what, length) in [
        ("packs", packs.len()),
        ("accounts", accounts.len()),
        ("intents", intents.len()),
        ("slots", slots.len()),
        ("groups", groups.len()),
        ("scopes", scopes.len()),
        ("menus", menus.len()),
    ] {
        if length > usize::from(u16::MAX) {
            return Err(format!("{length} {what}"));
        }
    }
    inside("default account", *default_account, accounts.len())?;
    for account in accounts {
        account.packs.iter().try_for_each(|p| check.pack(*p))?;
        if !account.threshold.is_finite() {
            return Err(format!("the threshold of account {}", account.id));
        }
    }
    for intent in intents {
        check.pack(intent.pack)?;
        intent.slots.iter().chain(&intent.any_of).try_for_each(|s| check.slot(*s))?;
        if usize::from(intent.required) > intent.slots.len() {
            return Err(format!("intent {} requires more slots than it has", intent.id));
        }
    }
    let kinds = BUILTIN_KINDS.len() + groups.len() + slots.len();
    if kinds > usize::from(KindId::MAX) {
        return Err(format!("{kinds} kinds"));
    }
    for slot in slots {
        slot.kinds.iter().chain(&slot.also).try_for_each(|k| inside("kind", *k, kinds))?;
    }
    for scope in scopes {
        check.pack(scope.pack)?;
        scope.accounts.iter().try_for_each(|a| inside("account", *a, accounts.len()))?;
    }
    for row in breathing(rows) {
        inside("intent", row.intent, intents.len())?;
        check.scope(row.scope)?;
        if row.required == 0 {
            return Err(format!("row {} requires nothing", row.id));
        }
        let mut last = 0;
        for variant in &row.variants {
            // Variants stand by element; the bits of a row have room for so many.
            if variant.element >= MOST_ELEMENTS || variant.element < last {
                return Err(format!("element {} of row {}", variant.element, row.id));
            }
            last = variant.element;
            if variant.atoms.len() > MOST_PIECES {
                return Err(format!("{} atoms of row {}", variant.atoms.len(), row.id));
            }
            variant.atoms.iter().try_for_each(|a| check.atom(*a))?;
        }
    }
    let written = |text: &str, what: &str| if text.is_empty() { Err(format!("an empty {what}")) } else { Ok(()) };
    for cue in cues {
        check.scope(cue.scope)?;
        written(&cue.word, "cue word")?;
    }
    for word in sensitive {
        check.scope(word.scope)?;
        written(&word.spelling, "sensitive word")?;
    }
    for lookalike in lookalikes {
        check.scope(lookalike.scope)?;
        written(&lookalike.written, "lookalike")?;
        written(&lookalike.means, "meaning of a lookalike")?;
    }
    for pair in sounds {
        let (what, parts) = if pair.initial { ("initial", INITIALS.len()) } else { ("final", FINALS.len()) };
        inside(what, pair.one, parts)?;
        inside(what, pair.other, parts)?;
        if !(pair.cost > 0.0 && pair.cost <= 1.0) {
            return Err(format!("the cost {} of a pair of {what}s", pair.cost));
        }
    }
    for entry in menu_entries {
        check.scope(entry.scope)?;
        inside("intent", entry.intent, intents.len())?;
        entry.slots.iter().try_for_each(|(slot, _)| check.slot(*slot))?;
        entry.menu.iter().chain(&entry.opens).try_for_each(|m| inside("menu", *m, menus.len()))?;
    }
    Ok(())
}

/// Checks that what the words stand for is there.
pub(super) fn words(content: &Content, needs: Needs) -> Checked {
    let Needs { scopes, groups, literals } = needs;
    for (what, needed, length) in [("scope", scopes, content.scopes.len()), ("group", groups, content.groups.len())] {
        needed.checked_sub(1).map_or(Ok(()), |last| inside(what, last as u64, length))?;
    }
    // Tables are as long as this number says, so each literal has to be there.
    if literals == content.literals as usize {
        Ok(())
    } else {
        Err(format!("{literals} literals, not {}", content.literals))
    }
}
