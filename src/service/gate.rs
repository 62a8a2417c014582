//! What every call passes: its token, the limits, its deadline, the counters, its trace.

use super::arrivals::Arrivals;
use super::call::{self, Call, Notes};
use super::metrics::{Method, Shed, ThreadMetrics};
use super::secrets::Secrets;
use super::stalled::{Peer, Stalled, Untaken};
use super::status;
use super::tokens::Role;
use super::traces::Tracer;
use crate::config::Limits;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;
use tower_layer::Layer;
use tower_service::Service;

/// The gate of one serving thread.
#[derive(Clone)]
pub(super) struct Gate(Arc<Rules>);

struct Rules {
    metrics: Arc<ThreadMetrics>,
    secrets: Arc<Secrets>,
    tracer: Option<Arc<Tracer>>,
    request_time: Duration,
    calls: u64,
    streams: u64,
    arrivals: Arrivals,
    stalled: Arc<Stalled>,
    bytes: u64,
    /// Bytes of the largest message.
    largest: usize,
    retry_after: Duration,
    /// Answers to refused calls, made once: refusing has to be cheap.
    too_many_calls: HeaderMap,
    too_many_streams: HeaderMap,
}

const TOO_MANY_CALLS: &str = "too many calls in flight";
const TOO_MANY_STREAMS: &str = "too many open streams";

/// This thread's part of a limit of the whole server; at least 1.
pub(super) fn share(limit: usize, threads: usize) -> usize {
    limit.div_ceil(threads.max(1)).max(1)
}

impl Gate {
    pub(super) fn new(
        limits: &Limits,
        threads: usize,
        metrics: Arc<ThreadMetrics>,
        secrets: Arc<Secrets>,
        tracer: Option<Arc<Tracer>>,
        stalled: Arc<Stalled>,
    ) -> Self {
        let refusal =
            |what: &str| status::overloaded(what, limits.retry_after).into_http::<Body>().into_parts().0.headers;
        Self(Arc::new(Rules {
            metrics,
            secrets,
            tracer,
            request_time: limits.request_time,
            calls: share(limits.concurrent_requests, threads) as u64,
            streams: share(limits.open_streams, threads) as u64,
            arrivals: Arrivals::new(share(limits.arriving_requests, threads)),
            stalled,
            // A single request of the largest size must always fit.
            bytes: share(limits.buffered_bytes, threads).max(limits.request_bytes) as u64,
            largest: limits.request_bytes,
            retry_after: limits.retry_after,
            too_many_calls: refusal(TOO_MANY_CALLS),
            too_many_streams: refusal(TOO_MANY_STREAMS),
        }))
    }
}

impl Rules {
    fn count(&self, method: Method, code: usize) {
        self.metrics.calls[method as usize][code].add(1);
    }

    fn shed(&self, why: Shed) {
        self.metrics.shed[why as usize].add(1);
    }

    /// Why a call is refused before anything is done for it.
    fn refuse(&self, method: Method, stream: bool, headers: &HeaderMap) -> Option<HeaderMap> {
        if let Some(tokens) = &self.secrets.tokens {
            let needed = match method {
                Method::Health => Role::None,
                Method::Dictionary => Role::Administer,
                _ => Role::Recognize,
            };
            if let Err(status) = tokens.check(headers.get(http::header::AUTHORIZATION), needed) {
                self.count(method, status.code() as usize);
                return Some(status.into_http::<Body>().into_parts().0.headers);
            }
        }
        // The call itself is among those that have not begun.
        let refusal = match self.full(method, stream, 1)? {
            Shed::Streams => &self.too_many_streams,
            _ => &self.too_many_calls,
        };
        self.count(method, tonic::Code::ResourceExhausted as usize);
        Some(refusal.clone())
    }

    /// Which limit of calls leaves no place for one more, if any; it is counted. `own` of the calls that wait are the one
    /// that asks.
    fn full(&self, method: Method, stream: bool, own: u64) -> Option<Shed> {
        let read = matches!(method, Method::Recognize | Method::BatchRecognize | Method::Moderate);
        let begun = self.metrics.calls_in_flight.get();
        let many = || begun + self.metrics.calls_waiting().saturating_sub(own) >= self.calls;
        let why = if stream && self.metrics.open_streams.get() >= self.streams {
            Shed::Streams
        } else if read && many() && !(begun >= self.calls && self.cut_stalled()) {
            Shed::Calls
        } else {
            return None;
        };
        self.shed(why);
        Some(why)
    }

    /// Closes connections that do not take their answers; tells whether there were any. What they held is free as soon
    /// as their tasks ran.
    fn cut_stalled(&self) -> bool {
        let answers = self.stalled.cut();
        self.metrics.shed[Shed::Untaken as usize].add(answers);
        answers > 0
    }

    fn overloaded(&self, what: &str) -> Status {
        status::overloaded(what, self.retry_after)
    }
}

impl<S> Layer<S> for Gate {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Guarded { inner, rules: self.0.clone() }
    }
}

/// A service behind the gate.
#[derive(Clone)]
pub(super) struct Guarded<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Upload>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Passage<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        let method = Method::of(path);
        let many = matches!(method, Method::StreamRecognize | Method::Reflection);
        let stream = many || path.ends_with("/Watch");
        if let Some(headers) = self.rules.refuse(method, stream, request.headers()) {
            let refused = Refused { response: answer(headers), request: request.into_body() };
            return Passage { refused: Some(refused), running: None, inner: None };
        }
        let started = Instant::now();
        let asked = request.headers().get("grpc-timeout").and_then(|v| grpc_timeout(v.as_bytes()));
        let time = if stream {
            asked
        } else {
            Some(asked.map_or(self.rules.request_time, |t| t.min(self.rules.request_time)))
        };
        let deadline = time.and_then(|t| started.checked_add(t));
        let trace = self.rules.tracer.as_ref().and_then(|t| t.begin(request.headers()));
        let peer = request.extensions().get::<Arc<Peer>>().filter(|_| !stream).cloned();
        let call = Call::begin(self.rules.metrics.clone(), stream, deadline, trace);
        let upload = |body| Upload {
            body,
            call: call.clone(),
            rules: self.rules.clone(),
            method,
            many,
            messages: Messages::default(),
            progress: Progress::New,
            kept_back: None,
        };
        let inner = self.inner.call(request.map(upload));
        let rules = self.rules.clone();
        let running = Running { rules, call, peer, method, started, notes: None, timer: None, finished: false };
        Passage { refused: None, running: Some(running), inner: Some(inner) }
    }
}

/// A call on its way.
struct Running {
    rules: Arc<Rules>,
    call: Arc<Call>,
    /// The connection, which may have to be closed where it does not take the answer. Streams may take their time.
    peer: Option<Arc<Peer>>,
    method: Method,
    started: Instant,
    notes: Option<Notes>,
    timer: Option<Pin<Box<Sleep>>>,
    finished: bool,
}

impl Running {
    fn finish(&mut self, code: usize) {
        self.finished = true;
        let ended = Instant::now();
        self.rules.count(self.method, code);
        self.rules.metrics.latency[self.method as usize].record(ended - self.started);
        if let (Some(tracer), Some(context)) = (&self.rules.tracer, &self.call.trace) {
            tracer.end(context, self.method, code, self.started, ended, self.notes.take());
        }
    }

    fn too_late(&mut self) -> Response<Answer> {
        self.rules.shed(Shed::Late);
        let status = status::late();
        self.finish(status.code() as usize);
        answer(status.into_http::<Body>().into_parts().0.headers)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Dropped before it was answered: the caller went away.
        if !self.finished {
            self.finish(tonic::Code::Cancelled as usize);
        }
    }
}

/// A call that was refused before anything was done for it.
struct Refused {
    response: Response<Answer>,
    request: Body,
}

impl Refused {
    /// Drops what is there of the request first: where it is complete, the stream ends in order. Otherwise it would have to
    /// be reset, and HTTP/2 closes a connection with too many resets, with all calls on it.
    fn answer(mut self, cx: &mut Context<'_>) -> Response<Answer> {
        while let Poll::Ready(Some(Ok(_))) = Pin::new(&mut self.request).poll_frame(cx) {}
        self.response
    }
}

pin_project! {
    /// The answer to a call, refused or running.
    pub(super) struct Passage<F> {
        refused: Option<Refused>,
        running: Option<Running>,
        #[pin]
        inner: Option<F>,
    }
}

impl<F: Future<Output = Result<Response<Body>, Infallible>>> Future for Passage<F> {
    type Output = Result<Response<Answer>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let (Some(running), Some(inner)) = (this.running.as_mut(), this.inner.as_mut().as_pin_mut()) else {
            return this.refused.take().map_or(Poll::Pending, |r| Poll::Ready(Ok(r.answer(cx))));
        };
        // No work for an answer that nobody awaits any more.
        if running.call.late() {
            this.inner.set(None);
            return Poll::Ready(Ok(running.too_late()));
        }
        let polled = call::within(&running.call, || inner.poll(cx));
        if running.call.trace.is_some() {
            running.notes = call::take_notes().or(running.notes.take());
        }
        match polled {
            Poll::Ready(Ok(response)) => {
                // A refusal carries its code in the headers; where it is missing, trailers will say OK.
                let code = response.headers().get("grpc-status").and_then(|v| v.to_str().ok()?.parse().ok());
                running.finish(code.unwrap_or(0).min(super::metrics::CODES - 1));
                let held = Some((running.call.clone(), running.peer.as_ref().map(Peer::answer)));
                Poll::Ready(Ok(response.map(|body| Answer { body, _held: held })))
            }
            Poll::Pending => {
                let Some(deadline) = running.call.deadline else { return Poll::Pending };
                let timer = running.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline.into())));
                if timer.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                this.inner.set(None);
                Poll::Ready(Ok(running.too_late()))
            }
        }
    }
}

fn answer(headers: HeaderMap) -> Response<Answer> {
    let mut response = Response::new(Answer { body: Body::empty(), _held: None });
    *response.headers_mut() = headers;
    response
}

/// The body of a request: claims the bytes that its thread has to hold, and lets the call step aside while the request
/// is on its way.
pub(super) struct Upload {
    body: Body,
    call: Arc<Call>,
    rules: Arc<Rules>,
    method: Method,
    /// The request is a stream of messages: the first is waited for, and of others the end of the body.
    many: bool,
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
        if !self.many && self.messages.heads > 1 {
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
        let there = if self.many { self.messages.any } else { self.body.is_end_stream() };
        if there {
            self.arrive()?;
        }
        Ok(others_go)
    }

    /// The request is there: its call takes its place among the others, where there still is one.
    fn arrive(&mut self) -> Result<(), Status> {
        if let Progress::Arriving(place) = self.progress {
            self.rules.arrivals.leave(place);
            match self.rules.full(self.method, self.call.stream, 0) {
                None => self.call.set_aside(false),
                Some(Shed::Streams) => return Err(self.rules.overloaded(TOO_MANY_STREAMS)),
                Some(_) => return Err(self.rules.overloaded(TOO_MANY_CALLS)),
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

impl HttpBody for Upload {
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
        if self.many {
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
            (Ok(_), polled) => polled,
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
    head: [u8; 5],
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

/// The body of an answer; the call counts as in flight until it was taken.
pub(super) struct Answer {
    body: Body,
    _held: Option<(Arc<Call>, Option<Untaken>)>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads `grpc-timeout`: up to eight digits and a unit.
fn grpc_timeout(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    if digits.is_empty() || digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = digits.iter().fold(0, |n, d| n * 10 + u64::from(d - b'0'));
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read() {
        for (text, time) in [
            ("100m", Some(Duration::from_millis(100))),
            ("5S", Some(Duration::from_secs(5))),
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("7u", Some(Duration::from_micros(7))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("", None),
            ("S", None),
            ("123456789S", None),
            ("1x", None),
            ("-1S", None),
        ] {
            assert_eq!(grpc_timeout(text.as_bytes()), time, "{text}");
        }
    }

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

    #[test]
    fn limits_are_shared_out() {
        assert_eq!([share(10, 2), share(9, 2), share(1, 8), share(5, 0)], [5, 5, 1, 5]);
    }
}
