//! `cargo bench --bench entities`: what reading the values of a message costs, in microseconds and against jieba-rs's
//! segmentation of the same messages in the same run. Machines are noisy: rounds alternate, the medians are printed.
//!
//! Normalising, segmenting and the search for dictionary words are done before and not counted: `benches/zhiyi.rs` has the
//! whole. `benches/entities_jionlp.py` times JioNLP, a reader in Python, on the same messages. The last table shows that time grows
//! with the length of a message and not faster.

use std::hint::black_box;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;
use zhiyi::builder;
use zhiyi::entities::{Candidate, Found, Reader, numeric, temporal};
use zhiyi::matching::{Matches, Visibility};
use zhiyi::segment::{GeneralLexicon, Segmenter, Segments};
use zhiyi::text::{Modality, NormalizedText, Normalizer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Messages of about twenty characters, one a line; written for this bench.
const WITH_VALUES: &str = include_str!("entities_values.txt");
/// The same without a digit or a word of time.
const WITHOUT: &str = include_str!("entities_none.txt");

/// A round stays short, so that most rounds run without another process in between.
const REPEAT: usize = 10;
const ROUNDS: usize = 401;

/// What long messages are made of in the table of growth.
const PIECES: [&str; 15] = [
    "1",
    "年月日",
    "零",
    "一",
    "3.",
    "明天下午3点到",
    "二十",
    "1,",
    "3-",
    "a1 ",
    "半",
    "每周一、",
    "上",
    "万亿",
    "第三个周",
];

/// A message made ready for the readers.
struct Prepared {
    text: NormalizedText,
    segments: Segments,
    matches: Matches,
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    let loaded = match builder::load(&folder) {
        Ok(loaded) => loaded,
        Err(error) => panic!("the shipped dictionaries do not load: {error}"),
    };
    let bundle = loaded.recognizer.bundle();
    let reader = Reader::new(&bundle.content).expect("the shipped holidays and patterns can be used");
    let segmenter = Segmenter::new(bundle, GeneralLexicon::load());
    let normalizer = Normalizer::new();
    let visibility = Visibility { scopes: vec![true; bundle.content.scopes.len()] };
    let jieba = jieba_rs::Jieba::new();
    let reference = reference();

    println!("reading values, µs a message on one thread (median of {ROUNDS} alternating rounds)");
    println!(
        "{:<16}{:>8}{:>10}{:>12}{:>10}{:>10}{:>12}",
        "messages", "chars", "jieba-rs", "all values", "× jieba", "of time", "of numbers"
    );
    for (name, lines) in [("with values", WITH_VALUES), ("without", WITHOUT)] {
        let messages: Vec<&str> = lines.lines().collect();
        let prepared: Vec<Prepared> = messages
            .iter()
            .map(|message| {
                let mut p = Prepared {
                    text: NormalizedText::default(),
                    segments: Segments::default(),
                    matches: Matches::default(),
                };
                normalizer.normalize(message, Modality::Text, &mut p.text);
                segmenter.segment(&p.text, &mut p.segments);
                p.matches.find(bundle, &segmenter, &p.text, &p.segments, &visibility);
                p
            })
            .collect();
        let mut all: Vec<Candidate<'_>> = Vec::new();
        let mut times: Vec<temporal::Temporal> = Vec::new();
        let mut numbers: Vec<numeric::Found> = Vec::new();
        let temporal = temporal::Reader::new([]);
        let options = numeric::Options { carriers: &|_| None, own_airline: Some("CZ") };
        let medians = alternate(&mut [
            &mut || messages.iter().for_each(|m| drop(black_box(jieba.cut(black_box(m), false)))),
            &mut || {
                for p in &prepared {
                    all.clear();
                    let found = Found { matches: &p.matches, segments: &p.segments, lexicon: &bundle.lexicon };
                    reader.read(black_box(&p.text), Some("CZ"), &reference, &mut all);
                    reader.names(&p.text, found, &mut all);
                    black_box(&all);
                }
            },
            &mut || {
                for p in &prepared {
                    times.clear();
                    temporal.read(black_box(p.text.chars()), &reference, &mut times);
                    black_box(&times);
                }
            },
            &mut || {
                for p in &prepared {
                    numbers.clear();
                    numeric::read(black_box(p.text.chars()), &options, &mut numbers);
                    black_box(&numbers);
                }
            },
        ]);
        let micros: Vec<f64> = medians.iter().map(|t| t / (REPEAT * messages.len()) as f64 * 1e6).collect();
        let chars = messages.iter().map(|m| m.chars().count()).sum::<usize>() as f64 / messages.len() as f64;
        println!(
            "{name:<16}{chars:>8.1}{:>10.2}{:>12.2}{:>10.2}{:>10.2}{:>12.2}",
            micros[0],
            micros[1],
            micros[1] / micros[0],
            micros[2],
            micros[3]
        );
    }
    growth(&reference);
}

/// Processor time for a character among 100,000 of the same against one among 10,000: 1 where work is linear.
fn growth(reference: &jiff::ZonedDateTime) {
    println!("\n{:<20}{:>22}{:>22}{:>8}", "characters", "ns each in 10,000", "ns each in 100,000", "×");
    let temporal = temporal::Reader::new([]);
    let options = numeric::Options { carriers: &|_| None, own_airline: Some("CZ") };
    for piece in PIECES {
        let each = |length: usize| {
            let chars: Vec<char> = piece.chars().cycle().take(length).collect();
            let times = 1_000_000 / length;
            let start = processor_seconds();
            for _ in 0..times {
                let (mut times, mut numbers) = (Vec::new(), Vec::new());
                temporal.read(black_box(&chars), reference, &mut times);
                numeric::read(black_box(&chars), &options, &mut numbers);
                black_box((times, numbers));
            }
            (processor_seconds() - start) / (times * length) as f64 * 1e9
        };
        let (short, long) = (each(10_000), each(100_000));
        println!("{piece:<20}{short:>22.0}{long:>22.0}{:>8.1}", long / short);
    }
}

/// Seconds that this thread has run, where the system tells; else those that have gone by.
fn processor_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Runs subjects in turn and returns the median seconds of one round of each.
fn alternate(subjects: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times: Vec<Vec<f64>> = vec![Vec::with_capacity(ROUNDS); subjects.len()];
    for round in 0..=ROUNDS {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..REPEAT {
                subject();
            }
            // The first round warms caches and is not counted.
            if round > 0 {
                times.push(start.elapsed().as_secs_f64());
            }
        }
    }
    times.into_iter().map(median).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn reference() -> jiff::ZonedDateTime {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").expect("the time zone database is bundled");
    jiff::Timestamp::from_second(1_795_226_400).expect("a moment in range").to_zoned_datetime(zone)
}
