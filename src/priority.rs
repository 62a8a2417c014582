//! Work in the background, beside threads that serve.
//!
//! A niceness alone is not enough: the scheduler of Linux lets whoever has a processor keep it for some milliseconds,
//! however low its priority, while a call that came in waits behind it. So such work also rests, and often.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// So long a thread that gives way works before it rests.
const BURST: Duration = Duration::from_micros(300);
/// It rests so many times as long as it worked, but never longer than [`LONGEST_REST`].
const RESTS: u32 = 3;
const LONGEST_REST: Duration = Duration::from_millis(5);
/// Things that are done in a row before a look at the clock.
const IN_A_ROW: usize = 64;
/// Bytes that are worked on in a row.
pub(crate) const PIECE: usize = 1 << 16;

thread_local! {
    /// When the thread last rested; `None` for a thread that need not.
    static RESTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Lets other threads go first: the calling thread and those it starts get a niceness of 0 to 19, and the calling thread
/// rests wherever it comes by [`breathe`].
pub(crate) fn give_way(nice: u8) {
    lower(nice);
    RESTED.set(Some(Instant::now()));
}

/// Lets other threads go first: the calling thread and those it starts get a niceness of 0 to 19. Where the system
/// knows none, nothing happens.
pub(crate) fn lower(nice: u8) {
    #[cfg(target_os = "linux")]
    {
        // On Linux a niceness belongs to a thread, and its number goes where others expect that of a process.
        let thread = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(thread), i32::from(nice)) {
            tracing::debug!(%error, "the priority of a thread could not be lowered");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = nice;
}

/// Rests, where the calling thread gives way and has worked long enough. Costs a look at the clock for such a thread and
/// hardly anything for others.
#[inline]
pub(crate) fn breathe() {
    if let Some(rested) = RESTED.get() {
        rest(rested.elapsed());
    }
}

fn rest(worked: Duration) {
    if worked >= BURST {
        std::thread::sleep((worked * RESTS).min(LONGEST_REST));
        RESTED.set(Some(Instant::now()));
    }
}

/// Small things that are done in a row, with a [`breathe`] after every few.
#[derive(Default)]
pub(crate) struct Streak {
    done: usize,
}

impl Streak {
    /// To be called for each thing.
    #[inline]
    pub(crate) fn one(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(IN_A_ROW) {
            breathe();
        }
    }
}

/// The items, with a [`breathe`] after every few.
pub(crate) fn breathing<I: IntoIterator>(items: I) -> impl Iterator<Item = I::Item> {
    let mut streak = Streak::default();
    items.into_iter().inspect(move |_| streak.one())
}

/// Pieces of bytes, with a [`breathe`] before each.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(PIECE).inspect(|_| breathe())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls [`breathe`] until so much time has passed, and tells how long the longest call took.
    fn longest_call(time: Duration) -> Duration {
        let start = Instant::now();
        let mut longest = Duration::ZERO;
        while start.elapsed() < time {
            let call = Instant::now();
            breathe();
            longest = longest.max(call.elapsed());
        }
        longest
    }

    #[test]
    fn only_threads_that_give_way_rest() {
        let time = BURST * 20;
        let resting = std::thread::spawn(move || {
            give_way(0);
            longest_call(time)
        });
        // A rest lasts at least as long as it was asked for, however busy the machine is.
        assert!(resting.join().expect("it does not panic") >= BURST * RESTS);
        assert!(RESTED.get().is_none());
        breathe();
        assert!(RESTED.get().is_none());
    }

    #[test]
    fn breathing_leaves_nothing_out() {
        for length in [0, 1, IN_A_ROW, IN_A_ROW * 2 + 1] {
            assert!(breathing(0..length).eq(0..length), "{length}");
        }
    }
}
