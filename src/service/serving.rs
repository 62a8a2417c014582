//! One connection and its calls.
//!
//! Elsewhere each call is a task of its runtime. But nearly all requests are there as soon as their connection has been
//! read, and nearly all answers when they are first asked for: here the connection's own task asks for them, a few at a
//! turn, and only a call that has to wait for something becomes a task. Calls that no limit counts, and those that were
//! refused, are answered before all others, so that they never become many.

use super::gate::Guarded;
use super::listener::Connection;
use super::metrics::ThreadMetrics;
use hyper::server::conn::http2;
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Calls that are answered before other connections get their turn.
const TURN: usize = 8;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Calls that came in and were not asked for their answers yet.
#[derive(Default)]
struct Waiting {
    calls: VecDeque<Call>,
    first: Vec<Call>,
    /// The next one is to be among the first.
    next_first: bool,
}

thread_local! {
    /// Where the calls go that come in while a connection is read.
    static COMING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
}

/// Says of the call that is just coming in that it is to be answered before others.
pub(super) fn answer_first() {
    COMING.with_borrow_mut(|coming| {
        if let Some(waiting) = coming {
            waiting.next_first = true;
        }
    });
}

/// Takes the calls of a connection that is being read.
#[derive(Clone, Copy)]
pub(super) struct Taker;

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Taker {
    fn execute(&self, call: F) {
        COMING.with_borrow_mut(|coming| match coming {
            Some(Waiting { calls, first, next_first }) => {
                if std::mem::take(next_first) {
                    first.push(Box::pin(call));
                } else {
                    calls.push_back(Box::pin(call));
                }
            }
            None => drop(tokio::spawn(call)),
        });
    }
}

/// Serves a connection until it ends. When `leave` ends, no new calls are taken, and those that came are finished.
pub(super) struct Serving<L> {
    http: http2::Connection<TokioIo<Connection>, Guarded, Taker>,
    waiting: Waiting,
    leave: Option<Pin<Box<L>>>,
    metrics: Arc<ThreadMetrics>,
}

impl<L: Future<Output = ()>> Serving<L> {
    pub(super) fn new(
        http: http2::Connection<TokioIo<Connection>, Guarded, Taker>,
        leave: L,
        metrics: Arc<ThreadMetrics>,
    ) -> Self {
        Self { http, waiting: Waiting::default(), leave: Some(Box::pin(leave)), metrics }
    }

    /// Reads and writes what there is.
    fn transfer(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let before = self.waiting.calls.len();
        COMING.set(Some(std::mem::take(&mut self.waiting)));
        let over = Pin::new(&mut self.http).poll(cx);
        self.waiting = COMING.take().unwrap_or_default();
        self.metrics.calls_waiting.add((self.waiting.calls.len() - before) as u64);
        over
    }
}

/// Asks a call for its answer; one that has to wait becomes a task.
fn ask(mut call: Call) {
    let poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    // A call that panics ends alone, as it would in a task: it is dropped, which resets its stream.
    if let Ok(Poll::Pending) = std::panic::catch_unwind(AssertUnwindSafe(poll)) {
        // Its first poll there tells whom to wake.
        tokio::spawn(call);
    }
}

impl<L: Future<Output = ()>> Future for Serving<L> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.leave.as_mut().is_some_and(|l| l.as_mut().poll(cx).is_ready()) {
            this.leave = None;
            Pin::new(&mut this.http).graceful_shutdown();
        }
        if let Poll::Ready(end) = this.transfer(cx) {
            if let Err(error) = end {
                tracing::debug!(%error, "a connection failed");
            }
            return Poll::Ready(());
        }
        this.waiting.first.drain(..).for_each(ask);
        let mut left = TURN;
        while left > 0
            && let Some(call) = this.waiting.calls.pop_front()
        {
            this.metrics.calls_waiting.subtract(1);
            let arriving = this.metrics.arriving.get();
            ask(call);
            // One whose request is still on its way costs next to nothing, and must keep no other out.
            left -= usize::from(this.metrics.arriving.get() <= arriving);
        }
        if !this.waiting.calls.is_empty() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<L> Drop for Serving<L> {
    fn drop(&mut self) {
        self.metrics.calls_waiting.subtract(self.waiting.calls.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_call_that_waits_becomes_a_task_and_one_that_panics_ends_alone() {
        let (sender, receiver) = oneshot::channel::<()>();
        let (over, told) = (Arc::new(AtomicBool::new(false)), Arc::new(tokio::sync::Notify::new()));
        let (end, tell) = (over.clone(), told.clone());
        ask(Box::pin(async move {
            let _ = receiver.await;
            end.store(true, Ordering::Relaxed);
            tell.notify_one();
        }));
        ask(Box::pin(async { panic!("this call is at fault") }));
        assert!(!over.load(Ordering::Relaxed));
        sender.send(()).expect("the call waits");
        told.notified().await;
        assert!(over.load(Ordering::Relaxed));
    }

    #[test]
    fn calls_that_come_first_leave_the_others_in_their_order() {
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        COMING.set(Some(Waiting::default()));
        for n in 0..4 {
            if n % 2 == 1 {
                answer_first();
            }
            let order = order.clone();
            hyper::rt::Executor::execute(&Taker, async move { order.lock().expect("no panic").push(n) });
        }
        let Waiting { calls, first, .. } = COMING.take().expect("calls came");
        first.into_iter().chain(calls).for_each(ask);
        assert_eq!(*order.lock().expect("no panic"), [1, 3, 0, 2]);
    }
}
