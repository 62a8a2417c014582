//! What every call passes: its token, the limits, its deadline, the counters, its trace.

use super::call::{self, Call, Notes};
use super::metrics::{CODES, Kind, Method, Shed};
use super::rules::Rules;
use super::services::{Services, Way};
use super::serving;
use super::stage::{Stage, reached};
use super::stalled::{Peer, Untaken};
use super::status;
use super::traces::Tracer;
use super::upload::Upload;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;

/// The gate of one serving thread, and the services behind it.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) rules: Arc<Rules>,
    pub(super) tracer: Option<Arc<Tracer>>,
    /// The most time for a call that is no stream.
    pub(super) request_time: Duration,
    /// The most time for a stream that reads no messages.
    pub(super) stream_idle: Option<Duration>,
    pub(super) stages: watch::Receiver<Stage>,
    pub(super) services: Services,
}

/// The gate as the calls of one connection pass it.
pub(super) struct Guarded {
    pub(super) gate: Gate,
    pub(super) peer: Arc<Peer>,
}

impl hyper::service::Service<Request<Incoming>> for Guarded {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Passage;

    fn call(&self, request: Request<Incoming>) -> Passage {
        let gate = &self.gate;
        let method = Method::of(request.uri().path());
        if let Some(headers) = gate.rules.refuse(method, request.headers()) {
            serving::answer_first();
            let refused = Refused { response: answer(headers), request: request.into_body() };
            return Passage { refused: Some(refused), running: None, inner: None };
        }
        if method.kind() == Kind::Beside {
            serving::answer_first();
        }
        let started = Instant::now();
        let watch = request.uri().path() == HEALTH_WATCH;
        let endless = watch || method.takes_many();
        let asked = request.headers().get("grpc-timeout").and_then(|v| grpc_timeout(v.as_bytes()));
        let time = [asked, gate.most_time(method, watch)].into_iter().flatten().min();
        let deadline = time.and_then(|t| started.checked_add(t));
        let trace = gate.tracer.as_ref().and_then(|t| t.begin(request.headers()));
        let name = trace.and_then(|_| (method != Method::Other).then(|| request.uri().path().to_owned()));
        let call = Call::begin(gate.rules.metrics.clone(), method.kind(), deadline, trace);
        let upload = |body| Upload::new(body, call.clone(), gate.rules.clone(), method);
        let inner = gate.services.call(request.map(upload));
        let running = Running {
            rules: gate.rules.clone(),
            tracer: gate.tracer.clone(),
            call,
            peer: (!endless).then(|| self.peer.clone()),
            method,
            name,
            started,
            notes: None,
            timer: None,
            leave: watch.then(|| Box::pin(reached(gate.stages.clone(), Stage::Draining)) as Leave),
            finished: false,
        };
        Passage { refused: None, running: Some(running), inner: Some(inner) }
    }
}

/// A stream of answers that lasts as long as its caller likes.
const HEALTH_WATCH: &str = "/grpc.health.v1.Health/Watch";

impl Gate {
    /// The most time of a call, whatever its caller asked for. The Dictionary service compiles, which takes as long as it
    /// takes, and streams of messages end by their silence.
    fn most_time(&self, method: Method, watch: bool) -> Option<Duration> {
        match method {
            Method::Dictionary | Method::StreamRecognize => None,
            Method::Reflection => self.stream_idle,
            _ if watch => None,
            _ => Some(self.request_time),
        }
    }
}

/// A call on its way.
struct Running {
    rules: Arc<Rules>,
    tracer: Option<Arc<Tracer>>,
    call: Arc<Call>,
    /// The connection, which may have to be closed where it does not take the answer. Streams may take their time.
    peer: Option<Arc<Peer>>,
    method: Method,
    /// The path of a call that is traced, where it is one of ours.
    name: Option<String>,
    started: Instant,
    notes: Option<Notes>,
    timer: Option<Pin<Box<Sleep>>>,
    /// Ends when the server takes no more calls, for a stream that would never end by itself.
    leave: Option<Leave>,
    finished: bool,
}

type Leave = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Running {
    /// The answer begins, which is all of it where it is no stream.
    fn begin_answer(&self) {
        self.rules.metrics.latency[self.method as usize].record(self.started.elapsed());
    }

    fn finish(&mut self, code: usize) {
        self.finished = true;
        self.rules.count(self.method, code);
        if let (Some(tracer), Some(context)) = (&self.tracer, &self.call.trace) {
            let name = self.name.as_deref().unwrap_or_default();
            tracer.end(context, name, code, (self.started, Instant::now()), self.notes.take());
        }
    }

    /// Whether the deadline has passed; else the call is woken when it does.
    fn late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = self.call.deadline else { return false };
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline.into())));
        timer.as_mut().poll(cx).is_ready()
    }

    /// Why a stream has to end although its handler goes on, if it has to; else the call is woken when there is a reason.
    fn cut_short(&mut self, cx: &mut Context<'_>) -> Option<Status> {
        if self.late(cx) {
            return Some(status::late());
        }
        let left = self.leave.as_mut().is_some_and(|l| l.as_mut().poll(cx).is_ready());
        left.then(|| Status::unavailable("the server is stopping"))
    }

    fn too_late(&mut self) -> Response<Answer> {
        self.rules.shed(Shed::Late);
        self.begin_answer();
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
    request: Incoming,
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
    pub(super) struct Passage {
        refused: Option<Refused>,
        running: Option<Running>,
        #[pin]
        inner: Option<Way>,
    }
}

impl Future for Passage {
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
                running.begin_answer();
                let held = Held { call: running.call.clone(), untaken: running.peer.as_ref().map(Peer::answer) };
                // A refusal carries its code in the headers; a call that is no stream says OK otherwise.
                let code = code_of(response.headers()).or(running.peer.is_some().then_some(0));
                let stream = match code {
                    Some(code) => {
                        running.finish(code);
                        None
                    }
                    None => this.running.take().map(Box::new),
                };
                Poll::Ready(Ok(response.map(|body| Answer { body, held: Some(held), stream })))
            }
            Poll::Pending => {
                if !running.late(cx) {
                    return Poll::Pending;
                }
                this.inner.set(None);
                Poll::Ready(Ok(running.too_late()))
            }
        }
    }
}

/// The status code among headers or trailers.
fn code_of(headers: &HeaderMap) -> Option<usize> {
    let code: usize = headers.get("grpc-status")?.to_str().ok()?.parse().ok()?;
    Some(code.min(CODES - 1))
}

fn answer(headers: HeaderMap) -> Response<Answer> {
    let mut response = Response::new(Answer { body: Body::empty(), held: None, stream: None });
    *response.headers_mut() = headers;
    response
}

/// What an answer holds until it was written.
struct Held {
    call: Arc<Call>,
    untaken: Option<Untaken>,
}

/// A part of an answer: its call counts as in flight until these bytes were written or given up, however many of them
/// HTTP/2 keeps until the client wants them.
struct Part {
    bytes: Bytes,
    _held: Held,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    held: Option<Held>,
    /// The call, where it ends with its last answer and not with its first.
    stream: Option<Box<Running>>,
}

impl Answer {
    /// Binds bytes to the call. An answer that is waited for is one message, and one part.
    fn hold(&mut self, bytes: Bytes) -> Bytes {
        match &mut self.held {
            Some(Held { call, untaken }) => {
                Bytes::from_owner(Part { bytes, _held: Held { call: call.clone(), untaken: untaken.take() } })
            }
            None => bytes,
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        if let Some(running) = &mut this.stream {
            if let Poll::Ready(Some(Ok(frame))) = &polled
                && let Some(code) = frame.trailers_ref().and_then(code_of)
            {
                running.finish(code);
                this.stream = None;
            } else if polled.is_pending()
                && let Some(status) = running.cut_short(cx)
            {
                running.finish(status.code() as usize);
                (this.stream, this.body) = (None, Body::empty());
                let trailers = status.into_http::<Body>().into_parts().0.headers;
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
        }
        polled.map_ok(|frame| frame.map_data(|bytes| this.hold(bytes)))
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
}
