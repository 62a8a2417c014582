//! Messages that are nearly the same: what was learned from one says little about the other.

use std::collections::{BTreeMap, HashMap};

/// Gives messages (rows of symbols) the same number where they are nearly the same: where the pairs of neighbouring symbols
/// that two of them share make up at least `share` (above 0, at most 1) of the pairs that either has, and so on from
/// neighbour to neighbour. The number is the lowest index in the group.
///
/// Pairs are looked up by prefix filtering (Bayardo et al., *Scaling Up All Pairs Similarity Search*, WWW 2007): two sets
/// this similar share one of their rarest members.
pub fn near_duplicates(messages: &[&[u32]], share: f32) -> Vec<u32> {
    let sets: Vec<Vec<u64>> = messages.iter().map(|m| pairs(m)).collect();
    let mut frequency: HashMap<u64, u32> = HashMap::new();
    for pair in sets.iter().flatten() {
        *frequency.entry(*pair).or_default() += 1;
    }
    let mut group: Vec<u32> = (0..messages.len() as u32).collect();
    let mut holders: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut rarest = Vec::new();
    let mut compared = vec![u32::MAX; messages.len()];
    for (index, set) in sets.iter().enumerate() {
        rarest.clone_from(set);
        rarest.sort_by_key(|pair| (frequency[pair], *pair));
        let least = (share * set.len() as f32).ceil() as usize;
        for pair in rarest.iter().take(set.len() + 1 - least.min(set.len())) {
            let earlier = holders.entry(*pair).or_default();
            for other in earlier.iter() {
                let before = std::mem::replace(&mut compared[*other as usize], index as u32);
                if before != index as u32 && alike(set, &sets[*other as usize], share) {
                    join(&mut group, index as u32, *other);
                }
            }
            earlier.push(index as u32);
        }
    }
    (0..group.len() as u32).map(|i| root(&mut group, i)).collect()
}

/// The different pairs of neighbouring symbols, ascending; of a single symbol the symbol.
fn pairs(message: &[u32]) -> Vec<u64> {
    let mut out: Vec<u64> = match message {
        [only] => vec![u64::from(*only)],
        _ => message.windows(2).map(|w| ((u64::from(w[0]) + 1) << 32) | u64::from(w[1])).collect(),
    };
    out.sort_unstable();
    out.dedup();
    out
}

fn alike(a: &[u64], b: &[u64], share: f32) -> bool {
    let (small, large) = (a.len().min(b.len()), a.len().max(b.len()));
    if (small as f32) < share * large as f32 {
        return false;
    }
    let common = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    common as f32 >= share * (a.len() + b.len() - common) as f32
}

fn root(group: &mut [u32], mut at: u32) -> u32 {
    while group[at as usize] != at {
        group[at as usize] = group[group[at as usize] as usize];
        at = group[at as usize];
    }
    at
}

fn join(group: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(group, a), root(group, b));
    group[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn symbols(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn small_changes_make_duplicates() {
        let texts = ["我要退票谢谢", "我要退票", "航班几点起飞", "", "退", "我要退票谢谢你", "退"].map(symbols);
        let rows: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        assert_eq!(near_duplicates(&rows, 0.6), [0, 0, 2, 3, 4, 0, 4]);
        assert_eq!(near_duplicates(&rows, 1.0), [0, 1, 2, 3, 4, 5, 4]);
    }

    proptest! {
        #[test]
        fn finds_what_comparing_all_finds(
            texts in proptest::collection::vec(proptest::collection::vec(1u32..5, 0..8), 0..30),
            share in 0.2f32..=1.0,
        ) {
            let rows: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
            let sets: Vec<Vec<u64>> = rows.iter().map(|m| pairs(m)).collect();
            let mut group: Vec<u32> = (0..rows.len() as u32).collect();
            for a in 0..rows.len() {
                for b in 0..a {
                    if !sets[a].is_empty() && !sets[b].is_empty() && alike(&sets[a], &sets[b], share) {
                        join(&mut group, a as u32, b as u32);
                    }
                }
            }
            let expected: Vec<u32> = (0..group.len() as u32).map(|i| root(&mut group, i)).collect();
            prop_assert_eq!(near_duplicates(&rows, share), expected);
        }
    }
}
