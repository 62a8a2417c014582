//! Connections whose clients do not take their answers.
//!
//! An answer keeps the place of its call until it was taken, so that answers in memory are as limited as calls. A client
//! that takes none could keep others out as long as it liked: where places run out, connections on which an answer has
//! waited for too long are closed, and their places are free again.

use super::metrics::Counter;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

/// The answers of one connection that wait to be taken.
#[derive(Default)]
pub(super) struct Peer {
    /// By the turn in which they began to wait, of which there are two: this one and the one before.
    waiting: [Counter; 2],
    turn: Counter,
    cut: AtomicBool,
}

impl Peer {
    /// Counts an answer as long as it waits.
    pub(super) fn answer(self: &Arc<Self>) -> Untaken {
        let turn = self.now();
        self.waiting[turn].add(1);
        Untaken { peer: self.clone(), turn }
    }

    /// Tells whether any answer waits.
    pub(super) fn waits(&self) -> bool {
        self.waiting.iter().any(|n| n.get() > 0)
    }

    /// Tells whether the connection has to be closed.
    pub(super) fn cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }

    fn now(&self) -> usize {
        (self.turn.get() % 2) as usize
    }

    /// Begins a new turn, unless an answer of the one before this still waits.
    fn turn(&self) -> bool {
        let over = self.waiting[1 - self.now()].get() == 0;
        if over {
            self.turn.add(1);
        }
        over
    }
}

/// An answer that waits to be taken.
pub(super) struct Untaken {
    peer: Arc<Peer>,
    turn: usize,
}

impl Drop for Untaken {
    fn drop(&mut self) {
        self.peer.waiting[self.turn].subtract(1);
    }
}

/// The connections of one serving thread on which answers wait.
pub(super) struct Stalled {
    patience: Duration,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    looked: Option<Instant>,
    /// By the address of the peer.
    connections: BTreeMap<usize, Entry>,
}

struct Entry {
    peer: Arc<Peer>,
    waker: Waker,
    turned: Instant,
}

/// Between two looks at all connections, so that refusing stays cheap.
const PAUSE: Duration = Duration::from_millis(20);

impl Stalled {
    /// Answers may wait for `patience`, and up to twice as long, where places run out.
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, line: Mutex::default() }
    }

    /// Only the thread's own connections ask, one after the other: nobody ever waits for the lock.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers wait on a connection, which is woken where it has to be closed.
    pub(super) fn enter(&self, peer: &Arc<Peer>, waker: &Waker) {
        let mut line = self.line();
        let entry = line.connections.entry(Arc::as_ptr(peer).addr()).or_insert_with(|| {
            peer.turn();
            Entry { peer: peer.clone(), waker: waker.clone(), turned: Instant::now() }
        });
        entry.waker.clone_from(waker);
    }

    /// No answer waits on a connection any more.
    pub(super) fn leave(&self, peer: &Arc<Peer>) {
        let left = self.line().connections.remove(&Arc::as_ptr(peer).addr());
        drop(left);
    }

    /// Closes connections on which an answer has waited for too long; tells how many answers are given up.
    pub(super) fn cut(&self) -> u64 {
        let now = Instant::now();
        let mut line = self.line();
        if line.looked.is_some_and(|l| now.saturating_duration_since(l) < PAUSE) {
            return 0;
        }
        line.looked = Some(now);
        let (mut answers, mut wakers) = (0, Vec::new());
        for entry in line.connections.values_mut() {
            if entry.peer.cut() || now.saturating_duration_since(entry.turned) < self.patience {
                continue;
            }
            if entry.peer.turn() {
                entry.turned = now;
            } else {
                entry.peer.cut.store(true, Ordering::Relaxed);
                answers += entry.peer.waiting.iter().map(Counter::get).sum::<u64>();
                wakers.push(entry.waker.clone());
            }
        }
        drop(line);
        wakers.into_iter().for_each(Waker::wake);
        answers
    }
}
