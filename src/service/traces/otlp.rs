//! The part of OTLP that is needed to send spans: messages of opentelemetry-proto 1.x (trace/v1, common/v1, resource/v1,
//! collector/trace/v1), written by hand because they are few and frozen.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};

/// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ExportRequest {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ExportResponse {}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    spans: Vec<Span>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
}

/// `opentelemetry.proto.trace.v1.Span`.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    start: u64,
    #[prost(fixed64, tag = "8")]
    end: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, optional, tag = "15")]
    status: Option<SpanStatus>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct SpanStatus {
    #[prost(int32, tag = "3")]
    code: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 3")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Value {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(int64, tag = "3")]
    Number(i64),
}

fn key_value(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}

const INTERNAL: i32 = 1;
const SERVER: i32 = 2;
const FAILED: i32 = 2;

impl Span {
    pub(super) fn server(trace: [u8; 16], span: [u8; 8], parent: [u8; 8], name: String) -> Self {
        Self { kind: SERVER, ..Self::internal(trace, span, parent, name) }
    }

    pub(super) fn internal(trace: [u8; 16], span: [u8; 8], parent: [u8; 8], name: String) -> Self {
        let parent_span_id = if parent == [0; 8] { Vec::new() } else { parent.to_vec() };
        let (trace_id, span_id) = (trace.to_vec(), span.to_vec());
        Self { trace_id, span_id, parent_span_id, name, kind: INTERNAL, ..Self::default() }
    }

    /// Nanoseconds since 1970.
    pub(super) fn at(self, start: u64, end: u64) -> Self {
        Self { start, end, ..self }
    }

    pub(super) fn text(mut self, key: &str, value: &str) -> Self {
        self.add(key, value.to_owned());
        self
    }

    pub(super) fn add(&mut self, key: &str, value: String) {
        self.attributes.push(key_value(key, Value::Text(value)));
    }

    pub(super) fn number(mut self, key: &str, value: i64) -> Self {
        self.attributes.push(key_value(key, Value::Number(value)));
        self
    }

    pub(super) fn failed(self, failed: bool) -> Self {
        Self { status: failed.then_some(SpanStatus { code: FAILED }), ..self }
    }
}

/// The most spans sent together, and how long the first of them waits for others.
const BATCH: usize = 512;
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the last spans may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(2);

/// An exporter at work.
pub(super) struct Exporting {
    closing: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Exporting {
    /// Sends what waits, and ends.
    pub(super) async fn close(&self) {
        self.closing.notify_one();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = tokio::time::timeout(FAREWELL, task).await;
        }
    }
}

/// Sends spans to a collector.
pub(super) struct Exporter {
    channel: Channel,
    sent: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl Exporter {
    pub(super) fn new(endpoint: &str, sent: Arc<AtomicU64>, lost: Arc<AtomicU64>) -> Result<Self, String> {
        let endpoint = Endpoint::from_shared(endpoint.to_owned()).map_err(|e| format!("traces.endpoint: {e}"))?;
        let endpoint = endpoint.connect_timeout(Duration::from_secs(5)).timeout(Duration::from_secs(10));
        Ok(Self { channel: endpoint.connect_lazy(), sent, lost })
    }

    /// Starts to send in the background, on the current runtime.
    pub(super) fn run(self, mut waiting: mpsc::Receiver<Span>) -> Exporting {
        let closing = Arc::new(Notify::new());
        let told = closing.clone();
        let task = tokio::spawn(async move {
            let mut spans = Vec::new();
            let mut told = std::pin::pin!(told.notified());
            let mut open = true;
            loop {
                let full = async {
                    // The first is waited for as long as it takes.
                    waiting.recv_many(&mut spans, BATCH).await;
                    let more = async { while spans.len() < BATCH && waiting.recv_many(&mut spans, BATCH).await > 0 {} };
                    let _ = tokio::time::timeout(PATIENCE, more).await;
                };
                tokio::select! {
                    () = full => {}
                    () = &mut told, if open => {
                        open = false;
                        waiting.close();
                    }
                }
                if spans.is_empty() && waiting.is_closed() && waiting.is_empty() {
                    return;
                }
                self.export(std::mem::take(&mut spans)).await;
            }
        });
        Exporting { closing, task: Mutex::new(Some(task)) }
    }

    async fn export(&self, spans: Vec<Span>) {
        let number = spans.len() as u64;
        let counter = match self.send(spans).await {
            Ok(()) => &self.sent,
            Err(status) => {
                tracing::debug!(%status, "the collector did not take spans");
                &self.lost
            }
        };
        counter.fetch_add(number, Ordering::Relaxed);
    }

    async fn send(&self, spans: Vec<Span>) -> Result<(), tonic::Status> {
        let text = |key, value: &str| key_value(key, Value::Text(value.to_owned()));
        let version = env!("CARGO_PKG_VERSION");
        let resource = Resource { attributes: vec![text("service.name", "zhiyi"), text("service.version", version)] };
        let scope = Scope { name: "zhiyi".into(), version: version.into() };
        let request = ExportRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(resource),
                scope_spans: vec![ScopeSpans { scope: Some(scope), spans }],
            }],
        };
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.map_err(|e| tonic::Status::unavailable(e.to_string()))?;
        let codec = tonic_prost::ProstCodec::<ExportRequest, ExportResponse>::default();
        let path = http::uri::PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
        client.unary(tonic::Request::new(request), path, codec).await.map(|_| ())
    }
}
