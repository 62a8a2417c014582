//! The targets of `fuzz/` with a bounded number of inputs, made by changing those that the fuzzer starts from. More with
//! `PROPTEST_CASES=10000 cargo test --test fuzz`; `fuzz/run.sh` lets coverage lead the way.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

/// A change of an input.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Cut(Index, u8),
    Double(Index, u8),
    /// The end of another seed comes behind a place.
    Splice(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    // Bytes that mean something in tables, texts or messages, beside any.
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..8),
        proptest::sample::select(vec![
            ",",
            "\n",
            "\"",
            "|",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "<",
            ">",
            "\\",
            "=",
            "*",
            "；",
            "\u{feff}",
            "明天",
            "三点",
            "CZ",
            "99999999999999999999",
            "\0",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (at(), piece).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), any::<u8>()).prop_map(|(at, length)| Change::Cut(at, length)),
        (at(), any::<u8>()).prop_map(|(at, length)| Change::Double(at, length)),
        (at(), at(), at()).prop_map(|(at, seed, from)| Change::Splice(at, seed, from)),
    ]
}

fn apply(change: &Change, seeds: &[Vec<u8>], bytes: &mut Vec<u8>) {
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
    match change {
        Change::Set(at, byte) => {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
        }
        Change::Insert(at, piece) => {
            let at = place(at, bytes);
            bytes.splice(at..at, piece.iter().copied());
        }
        Change::Cut(at, length) => {
            let at = place(at, bytes);
            let end = (at + usize::from(*length)).min(bytes.len());
            bytes.drain(at..end);
        }
        Change::Double(at, length) => {
            let at = place(at, bytes);
            let end = (at + usize::from(*length)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        Change::Splice(at, seed, from) => {
            let seed = &seeds[seed.index(seeds.len())];
            bytes.truncate(place(at, bytes));
            bytes.extend(&seed[place(from, seed)..]);
        }
    }
}

/// Gives a target its seeds as they are, then changed ones.
fn bounded(name: &str, cases: u32) {
    let target = targets::TARGETS.iter().find(|t| t.name == name).expect("a target of that name");
    let seeds = (target.seeds)();
    seeds.iter().for_each(|seed| (target.run)(seed));
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let config = Config { cases, source_file: Some(file!()), ..Config::default() };
    let inputs = (any::<Index>(), proptest::collection::vec(change(), 1..6));
    let result = TestRunner::new(config).run(&inputs, |(seed, changes)| {
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        changes.iter().for_each(|change| apply(change, &seeds, &mut bytes));
        (target.run)(&bytes);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{name}: {error}");
    }
}

#[test]
fn normalizer() {
    bounded("normalizer", 2_000);
}

#[test]
fn entities() {
    bounded("entities", 500);
}

#[test]
fn request() {
    bounded("request", 300);
}

#[test]
fn bundle() {
    bounded("bundle", 200);
}

#[test]
fn tables() {
    bounded("tables", 50);
}
