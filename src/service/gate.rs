//! What every call passes: its token, the limits, its deadline, the counters, its trace.

use super::call::{self, Call, Notes};
use super::metrics::{Method, Shed};
use super::rules::Rules;
use super::services::{Services, Way};
use super::serving;
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
        let path = request.uri().path();
        let method = Method::of(path);
        let many = matches!(method, Method::StreamRecognize | Method::Reflection);
        let stream = many || path.ends_with("/Watch");
        if let Some(headers) = gate.rules.refuse(method, stream, request.headers()) {
            serving::answer_first();
            let refused = Refused { response: answer(headers), request: request.into_body() };
            return Passage { refused: Some(refused), running: None, inner: None };
        }
        if !stream && !method.reads() {
            serving::answer_first();
        }
        let started = Instant::now();
        let asked = request.headers().get("grpc-timeout").and_then(|v| grpc_timeout(v.as_bytes()));
        let time = if stream { asked } else { Some(asked.map_or(gate.request_time, |t| t.min(gate.request_time))) };
        let deadline = time.and_then(|t| started.checked_add(t));
        let trace = gate.tracer.as_ref().and_then(|t| t.begin(request.headers()));
        let call = Call::begin(gate.rules.metrics.clone(), stream, deadline, trace);
        let upload = |body| Upload::new(body, call.clone(), gate.rules.clone(), method, many);
        let inner = gate.services.call(request.map(upload));
        let running = Running {
            rules: gate.rules.clone(),
            tracer: gate.tracer.clone(),
            call,
            peer: (!stream).then(|| self.peer.clone()),
            method,
            started,
            notes: None,
            timer: None,
            finished: false,
        };
        Passage { refused: None, running: Some(running), inner: Some(inner) }
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
        if let (Some(tracer), Some(context)) = (&self.tracer, &self.call.trace) {
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
}
