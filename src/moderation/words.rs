//! The sensitive words of a dictionary as one automaton: every way a word may be written is a path.

use crate::dictionary::{Content, Sounding};
use crate::text::{CharMap, Readings, is_han};
use std::collections::{BTreeMap, HashMap};

/// What reading one more character of the message means for the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The word's own character.
    Plain,
    /// A part of a disguise that goes on.
    Within,
    /// The end of a disguise of one character: 艹 for 操.
    Shape,
    /// The end of a disguise of several characters: 弓虽 for 强.
    Split,
    /// The end of a syllable: bi for 逼.
    Sound,
    /// The first letter of a syllable: n for 你.
    Initial,
}

/// An edge of the automaton.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    label: char,
    pub(super) target: u32,
    pub(super) step: Step,
    /// Counts in words of at least so many characters.
    pub(super) least: u8,
    /// Scope of the row of look-alikes; [`EVERYWHERE`] for what no row says.
    pub(super) scope: u16,
}

/// Scope of edges that count for every account.
pub(super) const EVERYWHERE: u16 = u16::MAX;

/// What the search needs to know of a word.
#[derive(Debug)]
pub(super) struct Word {
    /// Number of characters.
    pub(super) length: usize,
    /// Holds no Han character.
    pub(super) latin: bool,
    /// How it may be written by its sound.
    pub(super) sound: Sounding,
    /// What stands before it, from right to left, and behind it where it is harmless.
    exceptions: Vec<(Vec<char>, Vec<char>)>,
}

impl Word {
    /// Tells whether the characters before the word, from right to left, and behind it make it harmless.
    pub(super) fn is_harmless<B, A>(&self, before: B, after: A) -> bool
    where
        B: Iterator<Item = char> + Clone,
        A: Iterator<Item = char> + Clone,
    {
        self.exceptions.iter().any(|(left, right)| {
            left.iter().copied().eq(before.clone().take(left.len()))
                && right.iter().copied().eq(after.clone().take(right.len()))
        })
    }
}

/// The sensitive words of a dictionary.
pub(crate) struct Words {
    words: Vec<Word>,
    edges: Vec<Edge>,
    /// For each node the end of its edges; they start where the last node's end.
    edge_ends: Vec<u32>,
    /// For each node the end of its words in `finals`.
    final_ends: Vec<u32>,
    finals: Vec<u32>,
    /// Character → edges of the root.
    first: CharMap<(u32, u32)>,
}

impl Words {
    /// Builds the automaton from the sensitive words and look-alikes of a dictionary.
    pub(crate) fn new(content: &Content) -> Self {
        let mut builder = Builder::default();
        builder.node();
        for (index, word) in content.sensitive.iter().enumerate() {
            builder.add(&word.spelling, index as u32);
        }
        builder.disguise(content);
        let words = content
            .sensitive
            .iter()
            .map(|w| Word {
                length: w.spelling.chars().count(),
                latin: !w.spelling.chars().any(is_han),
                sound: w.sound,
                exceptions: w
                    .exceptions
                    .iter()
                    .map(|(b, a)| (b.chars().rev().collect(), a.chars().collect()))
                    .collect(),
            })
            .collect();
        builder.finish(words)
    }

    /// The word with an index.
    pub(super) fn word(&self, index: u32) -> &Word {
        &self.words[index as usize]
    }

    /// The edges of the root with a label.
    #[inline]
    pub(super) fn first(&self, label: char) -> &[Edge] {
        let (start, end) = self.first.get(label);
        &self.edges[start as usize..end as usize]
    }

    /// The edges of a node with a label.
    pub(super) fn edges(&self, node: u32, label: char) -> impl Iterator<Item = &Edge> {
        let edges = &self.edges[range(&self.edge_ends, node)];
        let start = edges.partition_point(|e| e.label < label);
        edges[start..].iter().take_while(move |e| e.label == label)
    }

    /// The words that end at a node.
    pub(super) fn finals(&self, node: u32) -> &[u32] {
        &self.finals[range(&self.final_ends, node)]
    }
}

fn range(ends: &[u32], node: u32) -> std::ops::Range<usize> {
    let start = node.checked_sub(1).map_or(0, |before| ends[before as usize]);
    start as usize..ends[node as usize] as usize
}

#[derive(Default)]
struct Builder {
    /// For each node of the trie of plain words its children.
    children: Vec<BTreeMap<char, u32>>,
    finals: Vec<Vec<u32>>,
    edges: Vec<(u32, Edge)>,
    /// Nodes inside of disguises: shared by those that begin alike at the same node.
    chains: HashMap<(u32, char), u32>,
}

impl Builder {
    fn node(&mut self) -> u32 {
        self.finals.push(Vec::new());
        self.finals.len() as u32 - 1
    }

    fn add(&mut self, spelling: &str, word: u32) {
        let mut node = 0;
        for c in spelling.chars() {
            self.children.resize_with(self.finals.len(), BTreeMap::new);
            node = match self.children[node as usize].get(&c) {
                Some(next) => *next,
                None => {
                    let next = self.node();
                    self.children[node as usize].insert(c, next);
                    next
                }
            };
        }
        self.finals[node as usize].push(word);
    }

    /// Adds every way to write the characters of the words otherwise.
    fn disguise(&mut self, content: &Content) {
        self.children.resize_with(self.finals.len(), BTreeMap::new);
        let children = std::mem::take(&mut self.children);
        for (from, below) in children.iter().enumerate() {
            let from = from as u32;
            for (c, to) in below {
                self.edge(from, *c, *to, Step::Plain, 0, EVERYWHERE);
                let mut initials = Vec::new();
                for reading in Readings::all(*c) {
                    let syllable: Vec<char> = reading.chars().map(|c| if c == 'ü' { 'v' } else { c }).collect();
                    initials.extend(syllable.first().filter(|i| from != 0 && !initials.contains(*i)).copied());
                    self.chain(from, &syllable, *to, Step::Sound, 0, EVERYWHERE);
                }
                for initial in initials {
                    self.edge(from, initial, *to, Step::Initial, 0, EVERYWHERE);
                }
            }
            for row in &content.lookalikes {
                let mut means = row.means.chars();
                let Some(to) = means.try_fold(from, |node, c| children[node as usize].get(&c).copied()) else {
                    continue;
                };
                let written: Vec<char> = row.written.chars().collect();
                let step = if written.len() > 1 { Step::Split } else { Step::Shape };
                self.chain(from, &written, to, step, row.least, row.scope);
            }
        }
    }

    fn edge(&mut self, from: u32, label: char, target: u32, step: Step, least: u8, scope: u16) {
        self.edges.push((from, Edge { label, target, step, least, scope }));
    }

    fn chain(&mut self, from: u32, written: &[char], to: u32, step: Step, least: u8, scope: u16) {
        let Some((last, before)) = written.split_last() else { return };
        let mut node = from;
        for c in before {
            node = match self.chains.get(&(node, *c)) {
                Some(next) => *next,
                None => {
                    let next = self.node();
                    self.chains.insert((node, *c), next);
                    self.edge(node, *c, next, Step::Within, 0, EVERYWHERE);
                    next
                }
            };
        }
        self.edge(node, *last, to, step, least, scope);
    }

    fn finish(mut self, words: Vec<Word>) -> Words {
        self.edges.sort_by_key(|(from, e)| (*from, e.label, e.target, e.step, e.least, e.scope));
        let mut edge_ends = vec![0u32; self.finals.len()];
        self.edges.iter().for_each(|(from, _)| edge_ends[*from as usize] += 1);
        let mut final_ends: Vec<u32> = self.finals.iter().map(|f| f.len() as u32).collect();
        for ends in [&mut edge_ends, &mut final_ends] {
            let mut sum = 0;
            ends.iter_mut().for_each(|end| {
                sum += *end;
                *end = sum;
            });
        }
        let edges: Vec<Edge> = self.edges.into_iter().map(|(_, e)| e).collect();
        let mut first = CharMap::new((0, 0));
        let mut start = 0;
        for group in edges[range(&edge_ends, 0)].chunk_by(|a, b| a.label == b.label) {
            let end = start + group.len() as u32;
            first.set(group[0].label, (start, end));
            start = end;
        }
        Words { words, edges, edge_ends, final_ends, finals: self.finals.concat(), first }
    }
}
