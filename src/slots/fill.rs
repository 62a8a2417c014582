use super::roles::cue;
use crate::dictionary::{Content, Intent, KindId, Slot};
use crate::entities::{Candidate, Strength};
use std::cmp::Reverse;

/// A slot with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// Index into the dictionary's slots.
    pub slot: u16,
    /// Index into the candidates.
    pub candidate: u32,
}

/// Fills the slots of an intent from the candidates inside `window` (normalised characters, half-open).
///
/// 1. Only kinds that a slot of the intent takes are looked at.
/// 2. Of overlapping candidates one wins: the surer, then the longer, then the slot named first, then the leftmost.
/// 3. Among slots that take the same kind the words around a value decide; a value without such words goes to the first
///    slot still empty, in the order of the intent, slots marked as default before the others.
pub fn fill(
    content: &Content,
    intent: &Intent,
    candidates: &[Candidate<'_>],
    chars: &[char],
    window: (u32, u32),
    out: &mut Vec<Filled>,
) {
    out.clear();
    let slots: Vec<(u16, &Slot)> =
        intent.slots.iter().filter_map(|i| content.slots.get(usize::from(*i)).map(|s| (*i, s))).collect();
    let rank = |kind: KindId| -> Option<usize> {
        let own = slots.iter().position(|(_, s)| s.kinds.contains(&kind));
        own.or_else(|| slots.iter().position(|(_, s)| s.also.contains(&kind)))
    };
    let mut usable: Vec<(usize, u32)> = Vec::new();
    for (index, c) in candidates.iter().enumerate() {
        if c.fills
            && window.0 <= c.start
            && c.end <= window.1
            && let Some(rank) = rank(c.kind)
        {
            usable.push((rank, index as u32));
        }
    }
    let of = |i: u32| &candidates[i as usize];
    usable.sort_by_key(|(rank, i)| {
        let c = of(*i);
        (Reverse(c.strength), Reverse(c.end - c.start), *rank, c.start, *i)
    });
    let mut kept: Vec<u32> = Vec::new();
    for (_, i) in usable {
        let c = of(i);
        if !kept.iter().any(|k| of(*k).start < c.end && c.start < of(*k).end) {
            kept.push(i);
        }
    }
    // A bare reading only counts where no surer value of its kind was found.
    let surest = |kind: KindId| kept.iter().map(|k| of(*k)).filter(|c| c.kind == kind).map(|c| c.strength).max();
    let mut kept: Vec<u32> = kept
        .iter()
        .copied()
        .filter(|k| of(*k).strength > Strength::Bare || surest(of(*k).kind) == Some(Strength::Bare))
        .collect();
    kept.sort_by_key(|k| of(*k).start);
    let mut pending: Vec<u32> = Vec::new();
    for k in kept {
        let c = of(k);
        let takers = || {
            slots.iter().filter(|(_, s)| {
                s.kinds.contains(&c.kind)
                    || (s.also.contains(&c.kind) && !slots.iter().any(|(_, o)| o.kinds.contains(&c.kind)))
            })
        };
        let best =
            takers().map(|(i, s)| (cue(s, chars, c.start as usize, c.end as usize), *i)).filter(|(cue, _)| *cue > 0);
        match best.fold(
            None,
            |best: Option<(u8, u16)>, next| if best.is_none_or(|b| next.0 > b.0) { Some(next) } else { best },
        ) {
            Some((_, slot)) => out.push(Filled { slot, candidate: k }),
            None => pending.push(k),
        }
    }
    let several = pending.clone();
    for k in pending {
        let c = of(k);
        // 广州北京: two places without a word between them stand in the order of the slots.
        let alone = several.iter().filter(|o| of(**o).kind == c.kind).count() < 2;
        let takes = |s: &Slot| {
            s.kinds.contains(&c.kind)
                || (s.also.contains(&c.kind) && !slots.iter().any(|(_, o)| o.kinds.contains(&c.kind)))
        };
        let mut free: Vec<(bool, usize, u16)> = slots
            .iter()
            .enumerate()
            .filter(|(_, (i, s))| takes(s) && !out.iter().any(|f| f.slot == *i))
            .map(|(order, (i, s))| (alone && !s.default_role, order, *i))
            .collect();
        free.sort_unstable();
        let first_taker =
            || slots.iter().filter(|(_, s)| takes(s)).min_by_key(|(_, s)| !s.default_role).map(|(i, _)| *i);
        if let Some(slot) = free.first().map(|f| f.2).or_else(first_taker) {
            out.push(Filled { slot, candidate: k });
        }
    }
    out.sort_by_key(|f| (of(f.candidate).start, f.slot));
    out.dedup_by(|a, b| a.slot == b.slot && of(a.candidate).value == of(b.candidate).value);
}
