//! Messages through `StreamRecognize`: one stream a connection, which stays open, with many messages on their way.

use super::lane::{Call, Lane};
use super::payload;
use super::tally::Fault;
use super::wire::{Answers, Link, Trouble};
use bytes::Bytes;
use h2::SendStream;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A stream that stays open, and what was sent on it and is not answered.
pub(super) struct Line {
    link: Arc<Link>,
    send: Mutex<Option<SendStream<Bytes>>>,
    waiting: Mutex<VecDeque<Call>>,
    /// Another stream is being opened.
    opening: AtomicBool,
}

impl Line {
    /// A line on a connection; a stream that cannot be opened is tried again with the first message.
    pub(super) async fn open(lane: &Arc<Lane>, link: Arc<Link>) -> Arc<Self> {
        let line =
            Arc::new(Self { link, send: Mutex::new(None), waiting: Mutex::default(), opening: AtomicBool::new(false) });
        line.start(lane).await;
        line
    }

    /// Opens the stream of a line and reads its answers in the background.
    async fn start(self: &Arc<Self>, lane: &Arc<Lane>) {
        let Ok((send, answers)) = self.link.stream().await else { return };
        *self.sender() = Some(send);
        let (line, lane) = (self.clone(), lane.clone());
        tokio::spawn(async move {
            let trouble = line.read(&lane, answers).await;
            *line.sender() = None;
            let waiting = std::mem::take(&mut *line.waiting());
            for call in waiting {
                lane.all(&call, trouble.fault, &trouble.what, Instant::now());
                lane.leave(call.count);
            }
        });
    }

    async fn read(&self, lane: &Lane, mut answers: Answers) -> Trouble {
        loop {
            let message = match answers.next().await {
                Ok(message) => message,
                Err(trouble) => return trouble,
            };
            let Some(call) = self.waiting().pop_front() else { continue };
            lane.count(&call, 0, payload::stream_result(&message), Instant::now());
            lane.leave(call.count);
        }
    }

    /// Sends a message; where the stream has ended the message has failed, and another stream is opened.
    pub(super) fn send(self: &Arc<Self>, lane: &Arc<Lane>, call: Call) {
        let body = payload::request(&lane.job, &call);
        let mut send = self.sender();
        let ended = send.is_none();
        // Answers are read by another task of this thread, so none can come before the call is in the queue.
        if send.as_mut().is_some_and(|s| s.send_data(body, false).is_ok()) {
            self.waiting().push_back(call);
            return;
        }
        drop(send);
        lane.all(&call, Fault::Failed, "the stream has ended", Instant::now());
        lane.leave(call.count);
        // One that cannot be written to any more is cleared away by its reader.
        if ended && !self.opening.swap(true, Ordering::Relaxed) {
            let (line, lane) = (self.clone(), lane.clone());
            tokio::spawn(async move {
                line.start(&lane).await;
                line.opening.store(false, Ordering::Relaxed);
            });
        }
    }

    fn sender(&self) -> MutexGuard<'_, Option<SendStream<Bytes>>> {
        self.send.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
