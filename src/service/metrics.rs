//! Counters of the serving threads. Each thread writes its own and reads nobody's; a scrape adds them up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that one thread changes and others read: a plain load and store, no locked instruction.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    pub(super) fn subtract(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_sub(n), Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Upper bounds of the buckets in microseconds; a last one takes the rest.
pub(super) const BOUNDS: [u64; 18] = [
    10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000,
];

/// How long things took.
#[derive(Default)]
pub(super) struct Histogram {
    pub(super) buckets: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

impl Histogram {
    pub(super) fn record(&self, time: Duration) {
        let microseconds = time.as_micros() as u64;
        let at = BOUNDS.iter().position(|b| microseconds <= *b).unwrap_or(BOUNDS.len());
        self.buckets[at].add(1);
        self.nanoseconds.add(time.as_nanos() as u64);
    }

    pub(super) fn seconds(&self) -> f64 {
        self.nanoseconds.get() as f64 / 1e9
    }
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Recognize,
    BatchRecognize,
    StreamRecognize,
    Moderate,
    Dictionary,
    Health,
    Reflection,
    Other,
}

impl Method {
    pub(super) const ALL: [Self; 8] = [
        Self::Recognize,
        Self::BatchRecognize,
        Self::StreamRecognize,
        Self::Moderate,
        Self::Dictionary,
        Self::Health,
        Self::Reflection,
        Self::Other,
    ];

    pub(super) fn of(path: &str) -> Self {
        match path {
            "/zhiyi.v1.Recognizer/Recognize" => Self::Recognize,
            "/zhiyi.v1.Recognizer/BatchRecognize" => Self::BatchRecognize,
            "/zhiyi.v1.Recognizer/StreamRecognize" => Self::StreamRecognize,
            "/zhiyi.v1.Recognizer/Moderate" => Self::Moderate,
            _ if path.starts_with("/zhiyi.v1.Dictionary/") => Self::Dictionary,
            _ if path.starts_with("/grpc.health.v1.Health/") => Self::Health,
            _ if path.starts_with("/grpc.reflection.") => Self::Reflection,
            _ => Self::Other,
        }
    }

    /// What its calls count as.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Recognize | Self::BatchRecognize | Self::Moderate => Kind::Reading,
            Self::StreamRecognize | Self::Reflection => Kind::Stream,
            Self::Dictionary | Self::Health | Self::Other => Kind::Beside,
        }
    }

    /// Tells whether its requests are streams of messages.
    pub(super) fn takes_many(self) -> bool {
        self.kind() == Kind::Stream
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Recognize => "Recognize",
            Self::BatchRecognize => "BatchRecognize",
            Self::StreamRecognize => "StreamRecognize",
            Self::Moderate => "Moderate",
            Self::Dictionary => "Dictionary",
            Self::Health => "Health",
            Self::Reflection => "Reflection",
            Self::Other => "other",
        }
    }
}

/// What a call counts as: each kind has places of its own, so that none keeps another out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads messages and ends.
    Reading,
    /// A stream of requests.
    Stream,
    /// Health and administration: also answered when there is no place for readings.
    Beside,
}

/// Why a call was refused although nothing was wrong with it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shed {
    /// Too many calls in flight.
    Calls,
    /// Too many open streams.
    Streams,
    /// Too many calls of health and administration.
    Others,
    /// Too many messages of batches that were not read yet.
    Messages,
    /// Too many bytes of requests at one time.
    Bytes,
    /// The caller's deadline passed before the work began.
    Late,
    /// The request was too slow to arrive, and others needed its place.
    Slow,
    /// The answer was not taken, and others needed its place.
    Untaken,
}

impl Shed {
    pub(super) const ALL: [(Self, &str); 8] = [
        (Self::Calls, "calls"),
        (Self::Streams, "streams"),
        (Self::Others, "others"),
        (Self::Messages, "messages"),
        (Self::Bytes, "bytes"),
        (Self::Late, "late"),
        (Self::Slow, "slow"),
        (Self::Untaken, "untaken"),
    ];
}

/// Status codes of gRPC, 0 to 16.
pub(super) const CODES: usize = 17;

/// The numbers of one thread.
#[derive(Default)]
pub(super) struct ThreadMetrics {
    /// Finished calls by method and status code.
    pub(super) calls: [[Counter; CODES]; Method::ALL.len()],
    /// From the headers of a call to its answer; of a stream, to the headers of its answer.
    pub(super) latency: [Histogram; Method::ALL.len()],
    /// The recogniser's part alone, a message.
    pub(super) recognition: Histogram,
    /// Messages whose reading had been kept.
    pub(super) from_cache: Counter,
    /// Messages of batches and streams that were refused by themselves.
    pub(super) item_faults: Counter,
    pub(super) shed: [Counter; Shed::ALL.len()],
    /// Gauges from here on. Calls that read, until their answer was taken.
    pub(super) calls_in_flight: Counter,
    /// Calls and streams of health and administration, until their answer was taken.
    pub(super) others_in_flight: Counter,
    /// Calls and streams that came in and have not begun.
    pub(super) calls_waiting: Counter,
    pub(super) open_streams: Counter,
    pub(super) arriving: Counter,
    /// Messages of batches that were not read yet.
    pub(super) batched: Counter,
    pub(super) buffered: Counter,
    pub(super) connections: Counter,
    /// Connections taken, turned away because there were too many, and lost in the TLS handshake.
    pub(super) accepted: Counter,
    pub(super) turned_away: Counter,
    pub(super) failed_handshakes: Counter,
}

/// What became of the messages that one dictionary read on one thread.
pub(super) struct Answers {
    intents: usize,
    outcomes: Vec<Counter>,
    /// By account and intent.
    by_intent: Vec<Counter>,
    human: Vec<Counter>,
}

/// Names of the outcomes in the order of [`Answers`].
pub(super) const OUTCOMES: [&str; 4] = ["matched", "incomplete", "ambiguous", "unrecognized"];

impl Answers {
    pub(super) fn new(accounts: usize, intents: usize) -> Self {
        let counters = |n: usize| std::iter::repeat_with(Counter::default).take(n).collect();
        Self {
            intents,
            outcomes: counters(accounts * OUTCOMES.len()),
            by_intent: counters(accounts * intents),
            human: counters(accounts),
        }
    }

    /// Counts an answer; indexes are the dictionary's.
    pub(super) fn record(&self, account: u16, outcome: usize, intents: impl Iterator<Item = u16>, human: bool) {
        let account = usize::from(account);
        self.outcomes[account * OUTCOMES.len() + outcome].add(1);
        intents.for_each(|i| self.by_intent[account * self.intents + usize::from(i)].add(1));
        if human {
            self.human[account].add(1);
        }
    }

    pub(super) fn outcome(&self, account: usize, outcome: usize) -> u64 {
        self.outcomes[account * OUTCOMES.len() + outcome].get()
    }

    pub(super) fn intent(&self, account: usize, intent: usize) -> u64 {
        self.by_intent[account * self.intents + intent].get()
    }

    pub(super) fn human(&self, account: usize) -> u64 {
        self.human[account].get()
    }
}
