//! The call that a serving thread works on: its claims on the limits, its deadline, its trace.

use super::metrics::{Counter, Kind, ThreadMetrics};
use super::traces::SpanContext;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// What a call holds of its thread's limits, until the last of its request body, answer and handler is dropped.
pub(super) struct Call {
    pub(super) metrics: Arc<ThreadMetrics>,
    kind: Kind,
    /// After this moment nobody awaits the answer.
    pub(super) deadline: Option<Instant>,
    /// Where the call is traced.
    pub(super) trace: Option<SpanContext>,
    held: AtomicUsize,
    /// It counts as arriving and not as in flight.
    aside: AtomicBool,
    /// Its place was given to another call before its request was there.
    dismissed: AtomicBool,
}

impl Call {
    /// Counts a call in. Only its thread may drop it, because only that thread may write its numbers.
    pub(super) fn begin(
        metrics: Arc<ThreadMetrics>,
        kind: Kind,
        deadline: Option<Instant>,
        trace: Option<SpanContext>,
    ) -> Arc<Self> {
        let call = Self {
            metrics,
            kind,
            deadline,
            trace,
            held: AtomicUsize::new(0),
            aside: AtomicBool::new(false),
            dismissed: AtomicBool::new(false),
        };
        call.gauge().add(1);
        Arc::new(call)
    }

    /// What the call counts as.
    fn gauge(&self) -> &Counter {
        match (self.aside.load(Ordering::Relaxed), self.kind) {
            (true, _) => &self.metrics.arriving,
            (false, Kind::Reading) => &self.metrics.calls_in_flight,
            (false, Kind::Stream) => &self.metrics.open_streams,
            (false, Kind::Beside) => &self.metrics.others_in_flight,
        }
    }

    /// Counts the call as arriving, or as in flight again.
    pub(super) fn set_aside(&self, aside: bool) {
        self.gauge().subtract(1);
        self.aside.store(aside, Ordering::Relaxed);
        self.gauge().add(1);
    }

    /// Gives the call's place away; what it claimed is free at once.
    pub(super) fn dismiss(&self) {
        self.dismissed.store(true, Ordering::Relaxed);
        self.release_to(0);
    }

    /// Tells whether the call's place was given away.
    pub(super) fn dismissed(&self) -> bool {
        self.dismissed.load(Ordering::Relaxed)
    }

    /// Bytes that the call claims.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Claims bytes of the thread's buffers.
    pub(super) fn claim(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        self.metrics.buffered.add(bytes as u64);
    }

    /// Gives claimed bytes back, all but `kept`.
    pub(super) fn release_to(&self, kept: usize) {
        let held = self.held();
        let kept = kept.min(held);
        self.held.store(kept, Ordering::Relaxed);
        self.metrics.buffered.subtract((held - kept) as u64);
    }

    /// Tells whether the deadline has passed.
    pub(super) fn late(&self) -> bool {
        self.deadline.is_some_and(|d| Instant::now() >= d)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.gauge().subtract(1);
        self.release_to(0);
    }
}

/// What a handler tells the trace of its call.
#[derive(Default)]
pub(super) struct Notes {
    /// Began and ended.
    pub(super) recognition: Option<(Instant, Instant)>,
    pub(super) attributes: Vec<(&'static str, String)>,
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

/// Puts the call back that was the current one, also where the work panics.
struct Before(Option<Arc<Call>>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
        if std::thread::panicking() {
            NOTES.set(None);
        }
    }
}

/// Runs `work` with `call` as the current one; a serving thread polls one handler at a time.
pub(super) fn within<T>(call: &Arc<Call>, work: impl FnOnce() -> T) -> T {
    let _before = Before(CURRENT.replace(Some(call.clone())));
    work()
}

/// The call whose handler runs on this thread.
pub(super) fn current() -> Option<Arc<Call>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Notes something for the trace, where the current call is traced.
pub(super) fn note(write: impl FnOnce(&mut Notes)) {
    let traced = CURRENT.with_borrow(|c| c.as_ref().is_some_and(|c| c.trace.is_some()));
    if traced {
        NOTES.with_borrow_mut(|notes| write(notes.get_or_insert_default()));
    }
}

/// Takes what the handler that just ran noted.
pub(super) fn take_notes() -> Option<Notes> {
    NOTES.take()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::AssertUnwindSafe;

    #[test]
    fn a_call_that_panics_keeps_nothing() {
        let metrics = Arc::new(ThreadMetrics::default());
        let trace = SpanContext::default();
        let call = Call::begin(metrics.clone(), Kind::Reading, None, Some(trace));
        call.claim(10);
        let panics = AssertUnwindSafe(|| {
            within(&call, || {
                note(|notes| notes.attributes.push(("of", "the call that is at fault".into())));
                panic!("this call is at fault");
            })
        });
        assert!(std::panic::catch_unwind(panics).is_err());
        drop(call);
        assert!(current().is_none() && take_notes().is_none());
        assert_eq!([metrics.calls_in_flight.get(), metrics.buffered.get()], [0, 0]);
    }
}
