//! The call that a serving thread works on: its claims on the limits, its deadline, its trace.

use super::metrics::ThreadMetrics;
use super::traces::SpanContext;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What a call holds of its thread's limits, until the last of its request body, answer and handler is dropped.
pub(super) struct Call {
    pub(super) metrics: Arc<ThreadMetrics>,
    pub(super) stream: bool,
    /// After this moment nobody awaits the answer.
    pub(super) deadline: Option<Instant>,
    /// Where the call is traced.
    pub(super) trace: Option<SpanContext>,
    held: AtomicUsize,
}

impl Call {
    /// Counts a call in. Only its thread may drop it, because only that thread may write its numbers.
    pub(super) fn begin(
        metrics: Arc<ThreadMetrics>,
        stream: bool,
        deadline: Option<Instant>,
        trace: Option<SpanContext>,
    ) -> Arc<Self> {
        if stream { &metrics.open_streams } else { &metrics.calls_in_flight }.add(1);
        Arc::new(Self { metrics, stream, deadline, trace, held: AtomicUsize::new(0) })
    }

    /// Claims bytes of the thread's buffers.
    pub(super) fn claim(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        self.metrics.buffered.add(bytes as u64);
    }

    /// Gives back all claimed bytes: the messages they made up were answered.
    pub(super) fn release(&self) {
        self.metrics.buffered.subtract(self.held.swap(0, Ordering::Relaxed) as u64);
    }

    /// Tells whether the deadline has passed.
    pub(super) fn late(&self) -> bool {
        self.deadline.is_some_and(|d| Instant::now() >= d)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.stream { &self.metrics.open_streams } else { &self.metrics.calls_in_flight }.subtract(1);
        self.release();
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

/// Runs `work` with `call` as the current one; a serving thread polls one handler at a time.
pub(super) fn within<T>(call: &Arc<Call>, work: impl FnOnce() -> T) -> T {
    let before = CURRENT.replace(Some(call.clone()));
    let result = work();
    CURRENT.set(before);
    result
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
