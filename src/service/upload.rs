//! The body of a request on its way to its handler.

use super::call::Call;
use super::metrics::{Method, Shed};
use super::rules::{MESSAGE_HEAD, Rules};
use super::status;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tonic::Status;

/// The body of a request: claims the bytes that its thread has to hold, and lets the call step aside while the request
/// is on its way.
pub(super) struct Upload {
    body: Incoming,
    call: Arc<Call>,
    rules: Arc<Rules>,
    method: Method,
    messages: Messages,
    progress: Progress,
    /// What came and is handed on when those that made room for it have gone.
    kept_back: Option<Frame<Bytes>>,
}

#[derive(Clone, Copy)]
enum Progress {
    /// Nobody had to wait for it yet.
    New,
    /// It waits at this place of the arrivals.
    Arriving(u64),
    There,
}

impl Upload {
    /// The body of a call.
    pub(super) fn new(body: Incoming, call: Arc<Call>, rules: Arc<Rules>, method: Method) -> Self {
        let (messages, progress) = (Messages::default(), Progress::New);
        Self { body, call, rules, method, messages, progress, kept_back: None }
    }

    fn place(&self) -> Option<u64> {
        if let Progress::Arriving(place) = self.progress { Some(place) } else { None }
    }

    fn wait(&mut self, waker: &Waker) -> Result<(), Status> {
        match self.progress {
            Progress::New => {
                let Some((place, gave_way)) = self.rules.arrivals.enter(&self.call, waker) else {
                    self.rules.shed(Shed::Slow);
                    return Err(self.rules.overloaded("too many requests on their way"));
                };
                if gave_way {
                    self.rules.shed(Shed::Slow);
                }
                self.progress = Progress::Arriving(place);
            }
            Progress::Arriving(place) => self.rules.arrivals.stay(place, waker),
            Progress::There => {}
        }
        Ok(())
    }

    /// Takes note of bytes that came, and makes room for the messages that they belong to: memory is taken for a message
    /// when its length is known. Tells whether other requests had to go.
    fn take(&mut self, data: &[u8]) -> Result<bool, Status> {
        let mut others_go = false;
        self.call.claim(self.messages.take(data, self.rules.largest));
        if !self.method.takes_many() && self.messages.heads > 1 {
            return Err(status::second_message());
        }
        while self.rules.metrics.buffered.get() > self.rules.bytes {
            self.rules.shed(Shed::Bytes);
            others_go = true;
            if !self.rules.arrivals.make_room(self.place()) {
                if self.rules.cut_stalled() {
                    break;
                }
                return Err(self.rules.overloaded("too many bytes of requests at one time"));
            }
        }
        // The first message of a stream is waited for, and the end of any other body.
        let there = if self.method.takes_many() { self.messages.any } else { self.body.is_end_stream() };
        if there {
            self.arrive()?;
        }
        Ok(others_go)
    }

    /// The request is there: its call takes its place among the others, where there still is one.
    fn arrive(&mut self) -> Result<(), Status> {
        if let Progress::Arriving(place) = self.progress {
            self.rules.arrivals.leave(place);
            match self.rules.full(self.method.kind()) {
                None => self.call.set_aside(false),
                Some(why) => return Err(self.rules.refusal(why)),
            }
        }
        self.progress = Progress::There;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(place) = self.place() {
            self.rules.arrivals.leave(place);
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.call.dismissed() {
            let why = "the request was slow to arrive, and others needed its place";
            return Poll::Ready(Some(Err(self.rules.overloaded(why))));
        }
        if let Some(frame) = self.kept_back.take() {
            return Poll::Ready(Some(Ok(frame)));
        }
        // More is asked for only when all messages that were there have been answered.
        if self.method.takes_many() {
            self.call.release_to(self.messages.open);
        }
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let result = match &polled {
            Poll::Pending => self.wait(cx.waker()).map(|()| false),
            Poll::Ready(Some(Ok(frame))) => frame.data_ref().map_or(Ok(false), |data| self.take(data)),
            Poll::Ready(Some(Err(_))) => Ok(false),
            Poll::Ready(None) => self.arrive().map(|()| false),
        };
        match (result, polled) {
            (Err(status), _) => Poll::Ready(Some(Err(status))),
            (Ok(true), Poll::Ready(Some(Ok(frame)))) => {
                // Their tasks were woken before this one, so that they give their memory back before more is taken.
                self.kept_back = Some(frame);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (Ok(_), polled) => polled.map_err(|error| Status::from_error(Box::new(error))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.kept_back.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Follows the messages of a body: each has a flag, its length in four bytes, and so many bytes.
#[derive(Default)]
struct Messages {
    head: [u8; MESSAGE_HEAD],
    /// Bytes of the head that are there.
    headed: usize,
    /// Bytes of the message that are missing, where its head is there.
    missing: usize,
    /// Size of the message whose end is missing, where its head is there.
    open: usize,
    /// Messages that began, with a whole head.
    heads: usize,
    /// A whole message came.
    any: bool,
    /// A message was larger than allowed, which ends the call.
    over: bool,
}

impl Messages {
    /// Takes bytes; tells the sizes of the messages that begin with them, together.
    fn take(&mut self, mut data: &[u8], largest: usize) -> usize {
        let mut begun = 0;
        while !data.is_empty() && !self.over {
            if self.headed < self.head.len() {
                let part = data.len().min(self.head.len() - self.headed);
                self.head[self.headed..self.headed + part].copy_from_slice(&data[..part]);
                data = &data[part..];
                self.headed += part;
                if self.headed < self.head.len() {
                    break;
                }
                self.heads += 1;
                let [_, length @ ..] = self.head;
                self.missing = u32::from_be_bytes(length) as usize;
                self.over = self.missing > largest;
                if self.over {
                    break;
                }
                self.open = self.head.len() + self.missing;
                begun += self.open;
            }
            let part = data.len().min(self.missing);
            data = &data[part..];
            self.missing -= part;
            if self.missing == 0 {
                (self.headed, self.open, self.any) = (0, 0, true);
            }
        }
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_followed_however_they_are_cut() {
        // Three bytes, none, and two of four.
        let bytes = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 1, 2];
        for step in 1..=bytes.len() {
            let (mut messages, mut seen, mut begun) = (Messages::default(), 0, 0);
            for part in bytes.chunks(step) {
                seen += part.len();
                begun += messages.take(part, 4);
                assert_eq!(messages.any, seen >= 8, "{seen} bytes in steps of {step}");
                let (whole, open) = match seen {
                    0..5 => (0, 0),
                    5..8 => (0, 8),
                    8..13 => (8, 0),
                    13..18 => (13, 0),
                    _ => (13, 9),
                };
                assert_eq!((begun, messages.open), (whole + open, open), "{seen} bytes in steps of {step}");
            }
            assert!(!messages.over);
            assert_eq!(messages.heads, 3);
        }
    }

    #[test]
    fn nothing_is_claimed_for_a_message_that_is_too_large() {
        let mut messages = Messages::default();
        assert_eq!(messages.take(&[0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6], 1 << 20), 0);
        assert_eq!(messages.take(&[0; 100], 1 << 20), 0);
        assert!(messages.over && !messages.any);
    }
}
