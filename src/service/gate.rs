//! What every call passes: its token, the limits, its deadline, the counters, its trace.

use super::call::{self, Call, Notes};
use super::metrics::{Method, Shed, ThreadMetrics};
use super::secrets::Secrets;
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
use std::task::{Context, Poll};
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
    bytes: u64,
    retry_after: Duration,
    /// Answers to refused calls, made once: refusing has to be cheap.
    too_many_calls: HeaderMap,
    too_many_streams: HeaderMap,
}

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
            // A single request of the largest size must always fit.
            bytes: share(limits.buffered_bytes, threads).max(limits.request_bytes) as u64,
            retry_after: limits.retry_after,
            too_many_calls: refusal("too many calls in flight"),
            too_many_streams: refusal("too many open streams"),
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
        let read = matches!(method, Method::Recognize | Method::BatchRecognize | Method::Moderate);
        let (why, refusal) = if stream && self.metrics.open_streams.get() >= self.streams {
            (Shed::Streams, &self.too_many_streams)
        } else if read && self.metrics.calls_in_flight.get() >= self.calls {
            (Shed::Calls, &self.too_many_calls)
        } else {
            return None;
        };
        self.shed(why);
        self.count(method, tonic::Code::ResourceExhausted as usize);
        Some(refusal.clone())
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
        let stream = matches!(method, Method::StreamRecognize | Method::Reflection) || path.ends_with("/Watch");
        if let Some(headers) = self.rules.refuse(method, stream, request.headers()) {
            return Passage { refused: Some(answer(headers)), running: None, inner: None };
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
        let call = Call::begin(self.rules.metrics.clone(), stream, deadline, trace);
        let upload = |body| Upload { body, call: call.clone(), rules: self.rules.clone() };
        let inner = self.inner.call(request.map(upload));
        let running =
            Running { rules: self.rules.clone(), call, method, started, notes: None, timer: None, finished: false };
        Passage { refused: None, running: Some(running), inner: Some(inner) }
    }
}

/// A call on its way.
struct Running {
    rules: Arc<Rules>,
    call: Arc<Call>,
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

pin_project! {
    /// The answer to a call, refused or running.
    pub(super) struct Passage<F> {
        refused: Option<Response<Answer>>,
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
            return this.refused.take().map_or(Poll::Pending, |r| Poll::Ready(Ok(r)));
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
                let call = Some(running.call.clone());
                Poll::Ready(Ok(response.map(|body| Answer { body, _call: call })))
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
    let mut response = Response::new(Answer { body: Body::empty(), _call: None });
    *response.headers_mut() = headers;
    response
}

/// The body of a request; counts the bytes that its thread has to hold.
pub(super) struct Upload {
    body: Body,
    call: Arc<Call>,
    rules: Arc<Rules>,
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.call.claim(data.len());
            if self.rules.metrics.buffered.get() > self.rules.bytes {
                self.rules.shed(Shed::Bytes);
                let status = status::overloaded("too many bytes of requests at one time", self.rules.retry_after);
                return Poll::Ready(Some(Err(status)));
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer; the call counts as in flight until it was taken.
pub(super) struct Answer {
    body: Body,
    _call: Option<Arc<Call>>,
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
    fn limits_are_shared_out() {
        assert_eq!([share(10, 2), share(9, 2), share(1, 8), share(5, 0)], [5, 5, 1, 5]);
    }
}
