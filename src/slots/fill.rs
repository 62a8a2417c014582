use super::retract::{corrects, corrects_clause, refused};
use super::roles::{cue, spent};
use crate::dictionary::{Content, Intent, KindId, Slot, builtin_kind};
use crate::entities::{Candidate, Strength, keep_apart};
use smallvec::SmallVec;
use std::cmp::Reverse;

/// A slot with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// Index into the dictionary's slots.
    pub slot: u16,
    /// Index into the candidates.
    pub candidate: u32,
}

/// What becomes of values that the sender takes back in the same message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// They fill no slot.
    LeftOut,
    /// They fill slots like others: what they answer was said in an earlier message.
    Kept,
}

/// A value on its way into a slot.
#[derive(Clone, Copy)]
struct Kept {
    candidate: u32,
    /// Where the words before it end: before the value that it corrects, if it does.
    cue_at: u32,
}

/// The slots of an intent, in its order.
struct Slots<'a>(SmallVec<[(u16, &'a Slot); 12]>);

impl Slots<'_> {
    /// Whether a slot takes values of a kind: its own, and those it also takes where no other slot claims them.
    fn takes(&self, slot: &Slot, kind: KindId) -> bool {
        slot.kinds.contains(&kind)
            || slot.also.contains(&kind) && !self.0.iter().any(|(_, other)| other.kinds.contains(&kind))
    }

    /// The place of the first slot that takes a kind.
    fn rank(&self, kind: KindId) -> Option<usize> {
        let own = self.0.iter().position(|(_, s)| s.kinds.contains(&kind));
        own.or_else(|| self.0.iter().position(|(_, s)| s.also.contains(&kind)))
    }
}

/// Fills the slots of an intent from the candidates inside `window` (normalised characters, half-open).
///
/// 1. Only kinds that a slot of the intent takes are looked at.
/// 2. Of overlapping candidates one wins: the surer, then the longer, then the slot named first, then the leftmost.
/// 3. A value that the sender corrects gives its place to the one behind it (后天不对大后天), with others between them where a
///    clause ends there (五箱橙子,不对,四箱); one that is refused (不要头等舱) is left out where another could fill its slot.
/// 4. Among slots that take the same kind the words around a value decide, but for one that is spent on the value before
///    a blank (8号回 广州飞三亚); a value without such words goes to the first slot still empty, in the order of the intent,
///    slots marked as default before the others.
pub fn fill(
    content: &Content,
    intent: &Intent,
    candidates: &[Candidate<'_>],
    chars: &[char],
    window: (u32, u32),
    taken_back: TakenBack,
    out: &mut Vec<Filled>,
) {
    out.clear();
    let slots =
        Slots(intent.slots.iter().filter_map(|i| content.slots.get(usize::from(*i)).map(|s| (*i, s))).collect());
    let of = |i: u32| &candidates[i as usize];
    let mut kept = usable(&slots, candidates, window);
    if kept.is_empty() {
        return;
    }
    if taken_back == TakenBack::LeftOut {
        take_back(&slots, candidates, chars, &mut kept);
    }
    let mut pending: SmallVec<[Kept; 8]> = SmallVec::new();
    // The slot of the value before, where a word around it told so, and where that value ends.
    let mut before: Option<(&Slot, u32)> = None;
    for k in kept {
        let c = of(k.candidate);
        let spent = before.is_some_and(|(slot, end)| spent(slot, &chars[end as usize..k.cue_at.max(end) as usize]));
        let cue_at = if spent { 0 } else { k.cue_at };
        let takers = slots.0.iter().filter(|(_, s)| slots.takes(s, c.kind));
        let mut best: Option<(u8, u16)> = None;
        for (index, slot) in takers {
            let cue = cue(slot, chars, cue_at as usize, c.end as usize);
            if cue > best.map_or(0, |b| b.0) {
                best = Some((cue, *index));
            }
        }
        before = best.and_then(|(_, slot)| Some((content.slots.get(usize::from(slot))?, c.end)));
        match best {
            Some((_, slot)) => out.push(Filled { slot, candidate: k.candidate }),
            None => pending.push(k),
        }
    }
    for k in &pending {
        let c = of(k.candidate);
        // 广州北京: two places without a word between them stand in the order of the slots.
        let alone = pending.iter().filter(|o| of(o.candidate).kind == c.kind).take(2).count() < 2;
        let takers = || slots.0.iter().enumerate().filter(|(_, (_, s))| slots.takes(s, c.kind));
        let free = takers()
            .filter(|(_, (i, _))| !out.iter().any(|f| f.slot == *i))
            .min_by_key(|(order, (_, s))| (alone && !s.default_role, *order));
        let first = || takers().min_by_key(|(_, (_, s))| !s.default_role);
        if let Some((_, (slot, _))) = free.or_else(first) {
            out.push(Filled { slot: *slot, candidate: k.candidate });
        }
    }
    out.sort_by_key(|f| (of(f.candidate).start, f.slot));
    out.dedup_by(|a, b| a.slot == b.slot && of(a.candidate).value == of(b.candidate).value);
}

/// Rules 1 and 2: the values that may fill a slot, by place.
fn usable(slots: &Slots<'_>, candidates: &[Candidate<'_>], window: (u32, u32)) -> Vec<Kept> {
    let of = |i: u32| &candidates[i as usize];
    let inside = |c: &Candidate<'_>| c.fills && window.0 <= c.start && c.end <= window.1;
    let mut usable: SmallVec<[(usize, u32); 8]> = SmallVec::new();
    for (index, c) in candidates.iter().enumerate() {
        if inside(c)
            && let Some(rank) = slots.rank(c.kind)
        {
            usable.push((rank, index as u32));
        }
    }
    usable.sort_unstable_by_key(|(rank, i)| {
        let c = of(*i);
        (Reverse(c.strength), Reverse(c.end - c.start), *rank, c.start, *i)
    });
    let mut kept: Vec<u32> = usable.into_iter().map(|(_, i)| i).collect();
    keep_apart(&mut kept, of);
    // A bare reading only counts where no surer value of its kind was found.
    let mut sure: SmallVec<[KindId; 8]> =
        kept.iter().map(|k| of(*k)).filter(|c| c.strength > Strength::Bare).map(|c| c.kind).collect();
    sure.sort_unstable();
    sure.dedup();
    kept.retain(|k| of(*k).strength > Strength::Bare || !sure.contains(&of(*k).kind));
    kept.sort_unstable_by_key(|k| of(*k).start);
    kept.into_iter().map(|candidate| Kept { candidate, cue_at: of(candidate).start }).collect()
}

/// Rule 3: takes out values that are corrected or refused.
fn take_back(slots: &Slots<'_>, candidates: &[Candidate<'_>], chars: &[char], kept: &mut Vec<Kept>) {
    if kept.len() < 2 {
        return;
    }
    let of = |k: &Kept| &candidates[k.candidate as usize];
    const TIMELY: [Option<KindId>; 2] = [builtin_kind("date"), builtin_kind("time")];
    let mut at = 1;
    while at < kept.len() {
        let right = of(&kept[at]);
        let same = kept[..at].iter().rposition(|k| slots.rank(of(k).kind) == slots.rank(right.kind));
        let wrong = same.filter(|same| {
            let gap = &chars[of(&kept[*same]).end as usize..right.start as usize];
            same + 1 == at && corrects(gap, TIMELY.contains(&Some(right.kind))) || corrects_clause(gap)
        });
        if let Some(wrong) = wrong {
            kept[at].cue_at = kept[wrong].cue_at;
            kept.remove(wrong);
        } else {
            at += 1;
        }
    }
    let unwanted = |k: &Kept| refused(chars, of(k).start as usize, of(k).end as usize);
    let refusals: Vec<bool> = kept.iter().map(unwanted).collect();
    if !refusals.contains(&true) {
        return;
    }
    let wanted: Vec<Option<usize>> =
        kept.iter().zip(&refusals).filter(|(_, r)| !**r).map(|(k, _)| slots.rank(of(k).kind)).collect();
    let mut refusals = refusals.into_iter();
    kept.retain(|k| refusals.next() != Some(true) || !wanted.contains(&slots.rank(of(k).kind)));
}
