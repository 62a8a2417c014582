//! The limits of one serving thread, and who may call.

use super::arrivals::Arrivals;
use super::metrics::{Kind, Method, Shed, ThreadMetrics};
use super::secrets::Secrets;
use super::stalled::Stalled;
use super::status;
use crate::config::Limits;
use http::HeaderMap;
use std::sync::Arc;
use std::time::Duration;
use tonic::Status;
use tonic::body::Body;

/// What the calls of one thread have to keep to.
pub(super) struct Rules {
    pub(super) metrics: Arc<ThreadMetrics>,
    secrets: Arc<Secrets>,
    calls: u64,
    streams: u64,
    others: u64,
    pub(super) arrivals: Arrivals,
    stalled: Arc<Stalled>,
    /// Bytes of requests at one time.
    pub(super) bytes: u64,
    /// Bytes of the largest message.
    pub(super) largest: usize,
    retry_after: Duration,
    /// Answers to refused calls, made once: refusing has to be cheap.
    too_many_calls: HeaderMap,
    too_many_streams: HeaderMap,
    too_many_others: HeaderMap,
}

const TOO_MANY_CALLS: &str = "too many calls in flight";
const TOO_MANY_STREAMS: &str = "too many open streams";
const TOO_MANY_OTHERS: &str = "too many calls of health and administration";

/// Bytes before each message of a body: a flag and its length.
pub(super) const MESSAGE_HEAD: usize = 5;

/// This thread's part of a limit of the whole server; at least 1.
pub(super) fn share(limit: usize, threads: usize) -> usize {
    limit.div_ceil(threads.max(1)).max(1)
}

impl Rules {
    /// The rules of one of so many threads.
    pub(super) fn new(
        limits: &Limits,
        threads: usize,
        metrics: Arc<ThreadMetrics>,
        secrets: Arc<Secrets>,
        stalled: Arc<Stalled>,
    ) -> Self {
        let refusal =
            |what: &str| status::overloaded(what, limits.retry_after).into_http::<Body>().into_parts().0.headers;
        Self {
            metrics,
            secrets,
            calls: share(limits.concurrent_requests, threads) as u64,
            streams: share(limits.open_streams, threads) as u64,
            // Who asks for health on every connection, once, is never refused.
            others: share(limits.connections, threads) as u64,
            arrivals: Arrivals::new(share(limits.arriving_requests, threads)),
            stalled,
            // A single request of the largest size must always fit, with its head.
            bytes: share(limits.buffered_bytes, threads).max(limits.request_bytes + MESSAGE_HEAD) as u64,
            largest: limits.request_bytes,
            retry_after: limits.retry_after,
            too_many_calls: refusal(TOO_MANY_CALLS),
            too_many_streams: refusal(TOO_MANY_STREAMS),
            too_many_others: refusal(TOO_MANY_OTHERS),
        }
    }

    pub(super) fn count(&self, method: Method, code: usize) {
        self.metrics.calls[method as usize][code].add(1);
    }

    pub(super) fn shed(&self, why: Shed) {
        self.metrics.shed[why as usize].add(1);
    }

    /// Why a call is refused before anything is done for it.
    pub(super) fn refuse(&self, method: Method, headers: &HeaderMap) -> Option<HeaderMap> {
        if let Err(status) = self.secrets.admit(method, headers) {
            self.count(method, status.code() as usize);
            return Some(status.into_http::<Body>().into_parts().0.headers);
        }
        let refusal = match self.full(method.kind())? {
            Shed::Streams => &self.too_many_streams,
            Shed::Others => &self.too_many_others,
            _ => &self.too_many_calls,
        };
        self.count(method, tonic::Code::ResourceExhausted as usize);
        Some(refusal.clone())
    }

    /// Which limit leaves no place for one more call of a kind, if any; it is counted.
    pub(super) fn full(&self, kind: Kind) -> Option<Shed> {
        let metrics = &self.metrics;
        let calls = metrics.calls_in_flight.get();
        let answered = || calls.saturating_sub(metrics.calls_waiting.get());
        let why = match kind {
            Kind::Reading if calls >= self.calls && !(answered() >= self.calls && self.cut_stalled()) => Shed::Calls,
            Kind::Stream if metrics.open_streams.get() >= self.streams => Shed::Streams,
            Kind::Beside if metrics.others_in_flight.get() >= self.others && !self.cut_stalled() => Shed::Others,
            _ => return None,
        };
        self.shed(why);
        Some(why)
    }

    /// The status of a call that finds its limit reached when its request is there.
    pub(super) fn refusal(&self, why: Shed) -> Status {
        self.overloaded(match why {
            Shed::Streams => TOO_MANY_STREAMS,
            Shed::Others => TOO_MANY_OTHERS,
            _ => TOO_MANY_CALLS,
        })
    }

    /// Closes connections that do not take their answers; tells whether there were any. What they held is free as soon
    /// as their tasks ran.
    pub(super) fn cut_stalled(&self) -> bool {
        let answers = self.stalled.cut();
        self.metrics.shed[Shed::Untaken as usize].add(answers);
        answers > 0
    }

    pub(super) fn overloaded(&self, what: &str) -> Status {
        status::overloaded(what, self.retry_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shared_out() {
        assert_eq!([share(10, 2), share(9, 2), share(1, 8), share(5, 0)], [5, 5, 1, 5]);
    }
}
