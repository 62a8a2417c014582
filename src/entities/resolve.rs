//! Which of the values that a message may hold are its entities.

use super::Candidate;
use crate::dictionary::{KindId, builtin_kind};
use smallvec::{SmallVec, smallvec};
use std::cmp::Reverse;

/// Chooses one candidate for each range: the surer, then the longer, then the leftmost, then the one with the lower kind.
/// Gives their indexes by place.
pub fn resolve(candidates: &[Candidate<'_>]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..candidates.len() as u32).filter(|i| candidates[*i as usize].whole).collect();
    if order.len() < 2 {
        return order;
    }
    order.sort_unstable_by_key(|i| {
        let c = &candidates[*i as usize];
        (Reverse(c.strength), Reverse(c.end - c.start), c.start, c.kind, *i)
    });
    keep_apart(&mut order, |i| &candidates[i as usize]);
    order.sort_unstable_by_key(|i| candidates[*i as usize].start);
    order
}

/// Keeps of overlapping candidates the one that comes first in `order`; in time proportional to the characters covered.
pub(crate) fn keep_apart<'c, 'd: 'c>(order: &mut Vec<u32>, of: impl Fn(u32) -> &'c Candidate<'d>) {
    let first = order.iter().map(|i| of(*i).start).min().unwrap_or(0);
    let last = order.iter().map(|i| of(*i).end).max().unwrap_or(0);
    let mut covered: SmallVec<[bool; 64]> = smallvec![false; (last - first) as usize];
    order.retain(|i| {
        let c = of(*i);
        let range = &mut covered[(c.start - first) as usize..(c.end - first) as usize];
        let free = !range.contains(&true);
        if free {
            range.fill(true);
        }
        free
    });
}

/// The entities that an answer lists: the resolved ones, and the number inside a quantity or a menu entry, since whoever
/// asks for numbers wants the three of 三双 and of a mere 3 too.
pub fn shown(candidates: &[Candidate<'_>], resolved: &[u32]) -> Vec<u32> {
    let mut out = resolved.to_vec();
    const HOLDERS: [Option<KindId>; 2] = [builtin_kind("quantity"), builtin_kind("option")];
    const NUMBER: Option<KindId> = builtin_kind("number");
    for (index, c) in candidates.iter().enumerate().filter(|(_, c)| Some(c.kind) == NUMBER) {
        let after = resolved.partition_point(|i| candidates[*i as usize].start <= c.start);
        let holder = after.checked_sub(1).map(|i| &candidates[resolved[i] as usize]);
        // not the three of 三斤半
        let same = |h: &Candidate<'_>| h.value.split(' ').next() == Some(&c.value);
        if holder.is_some_and(|h| c.end <= h.end && HOLDERS.contains(&Some(h.kind)) && same(h)) {
            out.push(index as u32);
        }
    }
    out.sort_by_key(|i| (candidates[*i as usize].start, Reverse(candidates[*i as usize].end)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::{Attributes, Provenance, Source, Strength};
    use std::borrow::Cow;

    fn candidate(kind: &str, start: u32, end: u32, strength: Strength) -> Candidate<'static> {
        Candidate {
            kind: builtin_kind(kind).unwrap(),
            start,
            end,
            value: Cow::Borrowed(""),
            alternatives: Vec::new(),
            attributes: Attributes::Made(Vec::new()),
            valid: true,
            reason: None,
            strength,
            source: Source::Exact,
            provenance: Provenance::Rule(""),
            whole: true,
            fills: true,
        }
    }

    #[test]
    fn the_surer_then_the_longer_wins() {
        let candidates = [
            candidate("number", 0, 4, Strength::Bare),
            candidate("flight_no", 0, 4, Strength::Cued),
            candidate("number", 5, 6, Strength::Certain),
            candidate("quantity", 5, 7, Strength::Certain),
        ];
        assert_eq!(resolve(&candidates), [1, 3]);
        assert_eq!(shown(&candidates, &resolve(&candidates)), [1, 3, 2]);
    }
}
