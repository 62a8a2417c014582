//! OpenTelemetry traces over OTLP: one span a call, one for the recogniser's part, under the caller's trace.
//!
//! Where traces are off there is no tracer, and a call pays for one test of a pointer.

mod otlp;

use super::call::Notes;
use crate::config::TracesConfig;
use http::HeaderMap;
use otlp::{Exporter, Exporting, Span};
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;

/// Where a traced call stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SpanContext {
    trace: [u8; 16],
    /// The caller's span; zeros where the trace begins here.
    parent: [u8; 8],
    span: [u8; 8],
}

/// Decides what is traced and hands finished spans over.
pub(super) struct Tracer {
    sample: f64,
    queue: mpsc::Sender<Span>,
    exporter: Exporting,
    /// Spans handed over, dropped because too many waited, and lost because the collector did not take them.
    pub(super) sent: Arc<AtomicU64>,
    pub(super) skipped: AtomicU64,
    pub(super) lost: Arc<AtomicU64>,
}

impl Tracer {
    /// Starts to export on the current runtime.
    ///
    /// # Errors
    /// Where the endpoint is no URL.
    pub(super) fn start(config: &TracesConfig) -> Result<Arc<Self>, String> {
        let (queue, waiting) = mpsc::channel(config.queue);
        let (sent, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let exporter = Exporter::new(&config.endpoint, sent.clone(), lost.clone())?.run(waiting);
        Ok(Arc::new(Self { sample: config.sample, queue, exporter, sent, skipped: AtomicU64::new(0), lost }))
    }

    /// Sends what waits and ends; a collector that is away is not waited for.
    pub(super) async fn close(&self) {
        self.exporter.close().await;
    }

    /// Decides whether a call is traced: as its `traceparent` says, else by the sampled share.
    pub(super) fn begin(&self, headers: &HeaderMap) -> Option<SpanContext> {
        match headers.get("traceparent").and_then(|v| parent(v.as_bytes())) {
            Some((_, _, false)) => None,
            Some((trace, parent, true)) => Some(SpanContext { trace, parent, span: random().to_be_bytes() }),
            None => {
                let number = random();
                // The upper 53 bits as a number from 0 to 1.
                if (number >> 11) as f64 / (1u64 << 53) as f64 >= self.sample {
                    return None;
                }
                let mut trace = [0; 16];
                trace[..8].copy_from_slice(&number.to_be_bytes());
                trace[8..].copy_from_slice(&random().to_be_bytes());
                Some(SpanContext { trace, parent: [0; 8], span: random().to_be_bytes() })
            }
        }
    }

    /// Hands the spans of a finished call over; they are skipped where too many wait. `path` is empty for a call of
    /// something that is not served.
    pub(super) fn end(
        &self,
        context: &SpanContext,
        path: &str,
        code: usize,
        (started, ended): (Instant, Instant),
        notes: Option<Notes>,
    ) {
        // Instants become times of day by how long ago they were.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = |at: Instant| now.saturating_sub(at.elapsed()).as_nanos() as u64;
        let notes = notes.unwrap_or_default();
        let name = path.trim_start_matches('/');
        let (service, method) = name.split_once('/').unwrap_or(("", "other"));
        let name = if name.is_empty() { method } else { name };
        let mut spans = vec![
            Span::server(context.trace, context.span, context.parent, name.into())
                .at(nanoseconds(started), nanoseconds(ended))
                .text("rpc.system", "grpc")
                .text("rpc.service", service)
                .text("rpc.method", method)
                .number("rpc.grpc.status_code", code as i64)
                .failed(code != 0),
        ];
        for (name, value) in notes.attributes {
            spans[0].add(name, value);
        }
        if let Some((from, to)) = notes.recognition {
            let span = random().to_be_bytes();
            let inner = Span::internal(context.trace, span, context.span, "recognize".into());
            spans.push(inner.at(nanoseconds(from), nanoseconds(to)));
        }
        for span in spans {
            if self.queue.try_send(span).is_err() {
                self.skipped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Reads a `traceparent` of W3C Trace Context: trace id, parent id, sampled.
fn parent(value: &[u8]) -> Option<([u8; 16], [u8; 8], bool)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let [version] = hex::<1>(version)?;
    if version == 0xff || (version == 0 && parts.next().is_some()) {
        return None;
    }
    let (trace, span, [flags]) = (hex::<16>(trace)?, hex::<8>(span)?, hex::<1>(flags)?);
    (trace != [0; 16] && span != [0; 8]).then_some((trace, span, flags & 1 == 1))
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let lower = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if text.len() != N * 2 || !lower {
        return None;
    }
    let mut out = [0; N];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

/// A number for ids: not secret, but different on every thread and start.
fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(std::hash::RandomState::new().build_hasher().finish() | 1);
    }
    // xorshift64*, Vigna 2016.
    STATE.with(|state| {
        let mut x = state.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        state.set(x);
        x.wrapping_mul(0x2545_f491_4f6c_dd1d)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_contexts_are_read() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let (trace, span, sampled) = parent(good.as_bytes()).expect("a context");
        assert_eq!((trace[0], trace[15], span[7], sampled), (0x4b, 0x36, 0xb7, true));
        assert_eq!(parent(good.replace("-01", "-00").as_bytes()).map(|p| p.2), Some(false));
        let later = format!("{}-more", good.replacen("00", "01", 1));
        assert!(parent(later.as_bytes()).is_some(), "later versions may be longer");
        for bad in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é6-00f067aa0ba902b7-01",
        ] {
            assert_eq!(parent(bad.as_bytes()), None, "{bad}");
        }
    }
}
