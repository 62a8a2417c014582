//! Examples that say the same, over all packs.

use crate::diagnostic::{Diagnostic, Language, Text};
use crate::dictionary::{ExampleRow, Source};
use crate::text::{Normalizer, is_filler_char};
use std::collections::HashMap;

/// Two examples of nearly the same text.
pub struct Similar<'s> {
    /// The one that comes first, by pack, table and line.
    pub first: &'s ExampleRow,
    /// The other one.
    pub second: &'s ExampleRow,
    /// Share of the rows of three characters that both have among those that either has: 0 to 1, 1 for the same text.
    pub similarity: f32,
}

impl Similar<'_> {
    /// True where the two belong to different intents.
    pub fn contradicts(&self) -> bool {
        self.first.intent != self.second.intent
    }

    /// The pair as a finding at the second row that names the first.
    pub fn finding(&self) -> Diagnostic {
        let Similar { first, second, similarity } = self;
        let percent = (similarity * 100.0).round();
        let (zh, en) = (first.place.describe(Language::Chinese), first.place.describe(Language::English));
        let place = second.place.clone();
        if self.contradicts() {
            return Diagnostic::warning(
                "D120",
                place,
                Text::new(
                    format!(
                        "例句自相矛盾（相似度 {percent}%）：{}“{}”属于 {}，而 {zh} 的 {}“{}”属于 {}",
                        second.id, second.text, second.intent, first.id, first.text, first.intent
                    ),
                    format!(
                        "contradictory examples ({percent}% alike): {} `{}` is of {}, but {} `{}` at {en} is of {}",
                        second.id, second.text, second.intent, first.id, first.text, first.intent
                    ),
                ),
                Text::new("改正其中一行的意图，或删掉一行", "correct the intent of one of them, or remove one"),
            );
        }
        Diagnostic::warning(
            "D121",
            place,
            Text::new(
                format!(
                    "例句重复（相似度 {percent}%）：{}“{}”与 {zh} 的 {}“{}”，都属于 {}",
                    second.id, second.text, first.id, first.text, first.intent
                ),
                format!(
                    "near duplicates ({percent}% alike): {} `{}` and {} `{}` at {en}, both of {}",
                    second.id, second.text, first.id, first.text, first.intent
                ),
            ),
            Text::new("留一行；换说法比换名词有用", "keep one; another wording teaches more than another noun"),
        )
    }
}

/// Finds all pairs of examples whose normalised texts, without marks, share at least `threshold` (0 to 1) of their rows
/// of three characters, the beginning and the end counting as characters: by contradiction first, then by place.
///
/// Candidates share one of their rarest rows (prefix filtering, Chaudhuri et al. 2006), so that a hundred thousand
/// examples take seconds.
pub fn similar_examples<'s>(source: &'s Source, normalizer: &Normalizer, threshold: f32) -> Vec<Similar<'s>> {
    let rows: Vec<&ExampleRow> = source.packs.iter().flat_map(|p| &p.examples).collect();
    let texts: Vec<Vec<char>> = rows
        .iter()
        .map(|r| {
            let plain = normalizer.fold(&r.text);
            std::iter::once('\u{2}').chain(plain.chars().filter(|c| !is_filler_char(*c))).chain(['\u{3}']).collect()
        })
        .collect();
    let mut counts: HashMap<&[char], u32> = HashMap::new();
    texts.iter().flat_map(|t| t.windows(3)).for_each(|gram| *counts.entry(gram).or_default() += 1);
    // The rarest rows get the lowest numbers, so that a sorted set begins with them.
    let mut order: Vec<(u32, &[char])> = counts.into_iter().map(|(gram, n)| (n, gram)).collect();
    order.sort_unstable();
    let numbers: HashMap<&[char], u32> = order.iter().zip(0..).map(|((_, gram), n)| (*gram, n)).collect();
    let sets: Vec<Vec<u32>> = texts
        .iter()
        .map(|t| {
            let mut set: Vec<u32> = t.windows(3).map(|gram| numbers[gram]).collect();
            set.sort_unstable();
            set.dedup();
            set
        })
        .collect();
    let threshold = threshold.clamp(0.01, 1.0);
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
    let mut seen: Vec<u32> = vec![u32::MAX; sets.len()];
    let mut found = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        // Two sets so alike share one of the first so many.
        let shared = (threshold * set.len() as f32 - 1e-4).ceil().max(1.0) as usize;
        for gram in set.iter().take(set.len() + 1 - shared.min(set.len())) {
            for other in &holders[*gram as usize] {
                if std::mem::replace(&mut seen[*other as usize], at as u32) == at as u32 {
                    continue;
                }
                let similarity = jaccard(set, &sets[*other as usize]);
                if similarity >= threshold {
                    found.push(Similar { first: rows[*other as usize], second: rows[at], similarity });
                }
            }
            holders[*gram as usize].push(at as u32);
        }
    }
    found.sort_by(|a, b| {
        (!a.contradicts())
            .cmp(&!b.contradicts())
            .then_with(|| (&a.second.place, &a.first.place).cmp(&(&b.second.place, &b.first.place)))
    });
    found
}

/// Share of the members of either of two sorted sets that both have.
fn jaccard(a: &[u32], b: &[u32]) -> f32 {
    let (mut i, mut j, mut both) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, both) = (i + 1, j + 1, both + 1),
        }
    }
    match a.len() + b.len() - both {
        0 => 0.0,
        either => both as f32 / either as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::dictionary::PackSource;
    use crate::text::Modality;

    fn source(rows: &[(&str, &str)]) -> Source {
        let examples = rows
            .iter()
            .zip(2..)
            .map(|((intent, text), line)| ExampleRow {
                id: format!("e-{line}"),
                intent: (*intent).to_owned(),
                text: (*text).to_owned(),
                modality: Modality::Text,
                place: Place { file: "p/examples.csv".into(), line, column: "text".into() },
            })
            .collect();
        Source { packs: vec![PackSource { examples, ..PackSource::default() }], ..Source::default() }
    }

    #[test]
    fn pairs_are_told_with_both_rows() {
        let source = source(&[
            ("a", "我的订单怎么还没有发货呢"),
            ("b", "我的訂單，怎么还没有发货呢？"),
            ("a", "我的订单怎么还没有发货呢！"),
            ("a", "会员卡怎么绑定"),
            ("b", "行李超重一公斤收多少钱"),
            ("a", "行李超重十公斤收多少钱"),
        ]);
        let found = similar_examples(&source, &Normalizer::new(), 0.8);
        let pairs: Vec<(u64, u64, bool)> =
            found.iter().map(|s| (s.first.place.line, s.second.place.line, s.contradicts())).collect();
        assert_eq!(pairs, [(2, 3, true), (3, 4, true), (2, 4, false)]);
        let finding = found[0].finding();
        assert_eq!((finding.code, finding.place.line), ("D120", 3));
        assert!(
            finding.message.en.contains("e-2") && finding.message.en.contains("examples.csv:2"),
            "{}",
            finding.message.en
        );
        assert!(
            finding.message.zh.contains("e-3") && finding.message.zh.contains("自相矛盾"),
            "{}",
            finding.message.zh
        );
    }

    #[test]
    fn filtering_loses_no_pair() {
        let pieces = ["我想", "退票", "查", "航班", "明天", "的", "优惠", "改签", "了吗"];
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize
        };
        let texts: Vec<String> =
            (0..150).map(|_| (0..2 + next() % 4).map(|_| pieces[next() % pieces.len()]).collect()).collect();
        let rows: Vec<(&str, &str)> = texts.iter().map(|t| ("a", t.as_str())).collect();
        let source = source(&rows);
        for threshold in [0.3, 0.5, 0.8, 1.0] {
            let found = similar_examples(&source, &Normalizer::new(), threshold).len();
            let sets: Vec<std::collections::BTreeSet<Vec<char>>> = texts
                .iter()
                .map(|t| {
                    format!("\u{2}{t}\u{3}").chars().collect::<Vec<_>>().windows(3).map(<[char]>::to_vec).collect()
                })
                .collect();
            let mut wanted = 0;
            for i in 0..sets.len() {
                for j in 0..i {
                    let both = sets[i].intersection(&sets[j]).count() as f32;
                    wanted += usize::from(both / (sets[i].union(&sets[j]).count() as f32) >= threshold);
                }
            }
            assert_eq!(found, wanted, "at {threshold}");
        }
    }
}
