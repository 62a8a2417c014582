//! Requests that are still on their way, of one serving thread.
//!
//! They hold none of the places for calls, so that slow clients keep nobody out. There is room for so many of them; whoever
//! comes when it is full takes the place of the one that has been waiting longest. An honest client's request is there
//! within moments, and one that is sent a byte at a time gives way before it does.

use super::call::Call;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// The requests by the order in which they began to wait.
pub(super) struct Arrivals {
    most: usize,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
}

struct Waiting {
    call: Arc<Call>,
    waker: Waker,
}

impl Waiting {
    /// Tells the call that its place is gone; it ends when its task runs next.
    fn dismiss(self) {
        self.call.dismiss();
        self.waker.wake();
    }
}

impl Arrivals {
    /// Room for `most` requests.
    pub(super) fn new(most: usize) -> Self {
        Self { most, line: Mutex::default() }
    }

    /// Only the thread's own calls ask, one after the other: nobody ever waits for the lock.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request wait; tells its place, and whether the oldest had to go. There is no place where those that had to
    /// go have not gone yet, because their answers cannot be sent.
    pub(super) fn enter(&self, call: &Arc<Call>, waker: &Waker) -> Option<(u64, bool)> {
        if call.metrics.arriving.get() as usize >= self.most.saturating_mul(2) {
            return None;
        }
        let mut line = self.line();
        let oldest = if line.waiting.len() >= self.most { line.waiting.pop_first() } else { None };
        let place = line.next;
        line.next += 1;
        line.waiting.insert(place, Waiting { call: call.clone(), waker: waker.clone() });
        drop(line);
        let gave_way = oldest.is_some();
        if let Some((_, oldest)) = oldest {
            oldest.dismiss();
        }
        call.set_aside(true);
        Some((place, gave_way))
    }

    /// The request at a place goes on waiting, maybe in another task.
    pub(super) fn stay(&self, place: u64, waker: &Waker) {
        if let Some(waiting) = self.line().waiting.get_mut(&place) {
            waiting.waker.clone_from(waker);
        }
    }

    /// The request at a place is there, or its call ended.
    pub(super) fn leave(&self, place: u64) {
        let left = self.line().waiting.remove(&place);
        drop(left);
    }

    /// Dismisses the oldest request that claims bytes, other than the one at `own`; tells whether there was one.
    pub(super) fn make_room(&self, own: Option<u64>) -> bool {
        let mut line = self.line();
        let place = line.waiting.iter().find(|(p, w)| Some(**p) != own && w.call.held() > 0).map(|(p, _)| *p);
        let oldest = place.and_then(|p| line.waiting.remove(&p));
        drop(line);
        oldest.is_some_and(|o| {
            o.dismiss();
            true
        })
    }
}
