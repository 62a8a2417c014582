//! What a server tells about its work: metrics, the recognition log, traces.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use support::client::{append, channel, eventually, get, metric, moment, request};
use tonic::body::Body;
use tonic::{Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use zhiyi::config::{Config, RecognitionLogConfig, TracesConfig};
use zhiyi::service::Server;
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;

fn start(change: impl FnOnce(&mut Config)) -> Server {
    let mut config = Config { metrics_listen: Some(support::free()), ..support::config() };
    change(&mut config);
    Server::start(support::load(&support::fixture("tiny")).expect("the dictionary loads"), &config).expect("it starts")
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let server = start(|_| {});
    let metrics = server.metrics_address().expect("there are metrics");
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    for text in ["我要值机", "格力优惠", "今天天气不错", "转人工", "买机票"] {
        reader.recognize(request(text)).await.expect(text);
    }
    let air = RecognizeRequest { account: "air".into(), ..request("我要值机") };
    let requests = vec![air.clone(), request(""), air];
    reader.batch_recognize(BatchRecognizeRequest { requests }).await.expect("answers");
    reader.recognize(request("")).await.expect_err("no text");
    for (name, value) in [
        ("zhiyi_calls_total{method=\"Recognize\",code=\"OK\"}", 5.0),
        ("zhiyi_calls_total{method=\"Recognize\",code=\"INVALID_ARGUMENT\"}", 1.0),
        ("zhiyi_calls_total{method=\"BatchRecognize\",code=\"OK\"}", 1.0),
        ("zhiyi_call_seconds_count{method=\"Recognize\"}", 6.0),
        ("zhiyi_recognition_seconds_count", 7.0),
        ("zhiyi_recognition_seconds_bucket{le=\"+Inf\"}", 7.0),
        ("zhiyi_item_faults_total", 1.0),
        ("zhiyi_messages_total{account=\"shop\",outcome=\"matched\"}", 3.0),
        ("zhiyi_messages_total{account=\"shop\",outcome=\"unrecognized\"}", 1.0),
        ("zhiyi_messages_total{account=\"shop\",outcome=\"incomplete\"}", 1.0),
        ("zhiyi_messages_total{account=\"air\",outcome=\"matched\"}", 2.0),
        ("zhiyi_intents_total{account=\"air\",intent=\"air.check_in\"}", 2.0),
        ("zhiyi_intents_total{account=\"shop\",intent=\"shop.promotion\"}", 1.0),
        ("zhiyi_human_total{account=\"shop\"}", 1.0),
        ("zhiyi_connections", 1.0),
        ("zhiyi_serving_threads", 2.0),
        ("zhiyi_reloads_total{result=\"changed\"}", 0.0),
    ] {
        assert_eq!(metric(metrics, name), value, "{name}");
    }
    assert_eq!(get(metrics, "/nothing").0, 404);
}

/// The third and fourth time, and on the way of a batch too; a server that keeps nothing has nothing to count.
#[tokio::test]
async fn kept_readings_are_counted() {
    for (readings, kept) in [(100, 2.0), (0, 0.0)] {
        let server = start(|c| c.cache.readings = readings);
        let metrics = server.metrics_address().expect("there are metrics");
        let mut reader = RecognizerClient::new(channel(server.address()).await);
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(reader.recognize(request("格力优惠")).await.expect("an answer").into_inner());
        }
        let batch = BatchRecognizeRequest { requests: vec![request("格力优惠")] };
        let results = reader.batch_recognize(batch).await.expect("answers").into_inner().results;
        let Some(batch_result::Result::Response(last)) = &results[0].result else { panic!("an answer: {results:?}") };
        let intents = |a: &RecognizeResponse| a.intents.clone();
        assert!(answers.iter().all(|a| intents(a) == intents(last) && !a.intents.is_empty()));
        assert_eq!(metric(metrics, "zhiyi_cached_readings_total"), kept, "{readings} readings");
        assert_eq!(metric(metrics, "zhiyi_messages_total{account=\"shop\",outcome=\"matched\"}"), 4.0);
    }
}

/// Every sample belongs to a family that is declared once, before it; buckets grow.
#[tokio::test]
async fn the_page_keeps_to_the_format() {
    let server = start(|_| {});
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    reader.recognize(request("我要值机")).await.expect("an answer");
    let (_, page) = get(server.metrics_address().expect("there are metrics"), "/metrics");
    let (mut kinds, mut seen, mut buckets) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::<String, u64>::new());
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a kind");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(kinds.insert(name, kind).is_none(), "declared once: {line}");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').expect("a value");
            value.parse::<f64>().expect("a number");
            assert!(seen.insert(series), "told once: {line}");
            let name = series.split('{').next().expect("a name");
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|s| name.strip_suffix(s)).unwrap_or(name);
            let kind = kinds.get(name).or_else(|| kinds.get(family)).unwrap_or_else(|| panic!("undeclared: {line}"));
            assert_eq!(*kind == "counter", name.ends_with("_total"), "{line}");
            if name.ends_with("_bucket") {
                let labels = series.split("le=").next().expect("labels").to_owned();
                let count: u64 = value.parse().expect("a count");
                let before = buckets.insert(labels, count).unwrap_or(0);
                assert!(count >= before, "{line}");
            }
        }
    }
    assert!(seen.len() > 60, "{} series", seen.len());
}

/// The panels of the shipped dashboard ask for metrics that exist.
#[tokio::test]
async fn the_dashboard_asks_for_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(|c| {
        c.recognition_log = Some(log(&folder.path().join("log"), 1.0));
        c.shadow.path = Some(support::fixture("tiny"));
    });
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    reader.recognize(request("转人工")).await.expect("an answer");
    let metrics = server.metrics_address().expect("there are metrics");
    let page = eventually("the shadow is there", async || {
        Some(get(metrics, "/metrics").1).filter(|page| page.contains("zhiyi_shadow_messages_total"))
    })
    .await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/grafana.json");
    let dashboard: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(path).expect("it is there")).expect("it is JSON");
    let mut asked = BTreeSet::new();
    let panels = dashboard["panels"].as_array().expect("panels");
    for target in panels.iter().filter_map(|p| p["targets"].as_array()).flatten() {
        let expression = target["expr"].as_str().expect("an expression");
        let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        asked.extend(words.filter(|w| w.starts_with("zhiyi_") || w.starts_with("process_")).map(str::to_owned));
    }
    assert!(asked.len() > 15, "{asked:?}");
    for name in asked {
        assert!(page.lines().any(|l| l.starts_with(&name)), "{name} is on the page");
    }
}

fn log(path: &std::path::Path, sample: f64) -> RecognitionLogConfig {
    RecognitionLogConfig { path: path.to_owned(), sample, rotate: 1 << 20, files: 2, queue: 100 }
}

fn lines(path: &std::path::Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).expect("the log is there");
    text.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect()
}

#[tokio::test]
async fn the_recognition_log_holds_messages_without_what_is_personal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log.jsonl");
    let server = start(|c| c.recognition_log = Some(log(&path, 1.0)));
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    for (text, id) in [("CZ3102几点起飞，回我电话13900001234", "a"), ("今天天气不错", "b")] {
        let asked = RecognizeRequest { request_id: id.into(), ..request(text) };
        reader.recognize(asked).await.expect("an answer");
    }
    let other = Hypothesis { text: "CZ3102几点起飞，车牌粤A12345".into(), score: 0.4 };
    let asked = RecognizeRequest { alternatives: vec![other], ..request("起飞了车牌粤A12345") };
    reader.recognize(asked).await.expect("an answer");
    drop(reader);
    tokio::task::spawn_blocking(move || server.stop()).await.expect("it stops");
    let lines = lines(&path);
    assert_eq!(lines.len(), 3, "all lines are written when the server stops");
    let line = &lines[0];
    assert_eq!(line["text"], "CZ3102几点起飞，回我电话***********");
    assert_eq!(line["intents"][0]["id"], "air.flight_status");
    assert_eq!(line["intents"][0]["slots"][0]["value"], "CZ3102");
    assert_eq!(
        (&line["account"], &line["request_id"], &line["outcome"]),
        (&"shop".into(), &"a".into(), &"matched".into())
    );
    assert_eq!(line["dictionary_version"].as_str().map(str::len), Some(16));
    assert!(!line.to_string().contains("13900001234"), "not in entities either: {line}");
    assert_eq!((&lines[1]["outcome"], &lines[1]["text"]), (&"unrecognized".into(), &"今天天气不错".into()));
    assert_eq!(lines[1].get("hypothesis"), None);
    // Spans are those of the transcript that carried; the other one, in which nothing would be hidden, is not written.
    assert_eq!((&lines[2]["hypothesis"], &lines[2]["text"]), (&1.into(), &"CZ3102几点起飞，车牌*******".into()));
    assert!(!lines[2].to_string().contains("A12345"), "{}", lines[2]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn the_recognition_log_takes_a_share_and_the_shadows_differences() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), support::tiny_copy());
    append(&other.path().join("air/phrases.csv"), "fs-9,air.flight_status,班机去哪儿了,,,,,,\n");
    let path = folder.path().join("log.jsonl");
    let server = start(|c| {
        c.threads = 1;
        c.recognition_log = Some(log(&path, 0.1));
        c.shadow.path = Some(other.path().to_owned());
    });
    let metrics = server.metrics_address().expect("there are metrics");
    let number = |result: &str| metric(metrics, &format!("zhiyi_shadow_messages_total{{result=\"{result}\"}}"));
    eventually("the shadow is there", async || get(metrics, "/metrics").1.contains("zhiyi_shadow_info").then_some(()))
        .await;
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    for _ in 0..40 {
        reader.recognize(request("我要值机")).await.expect("an answer");
    }
    for _ in 0..3 {
        reader.recognize(request("班机去哪儿了")).await.expect("an answer");
    }
    eventually("all are compared", async || (number("compared") == 43.0).then_some(())).await;
    assert_eq!(number("different"), 3.0);
    drop(reader);
    tokio::task::spawn_blocking(move || server.stop()).await.expect("it stops");
    let (differences, plain): (Vec<_>, Vec<_>) = lines(&path).into_iter().partition(|l| l["shadow"].is_object());
    assert_eq!(plain.len(), 4, "a tenth of all");
    assert_eq!(differences.len(), 3, "every difference");
    assert_eq!(differences[0]["outcome"], "unrecognized");
    assert_eq!(differences[0]["shadow"]["intents"][0]["id"], "air.flight_status");
}

/// The parts of OTLP that the tests look at.
mod otlp {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct ExportRequest {
        #[prost(message, repeated, tag = "1")]
        pub resource_spans: Vec<ResourceSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct ResourceSpans {
        #[prost(message, repeated, tag = "2")]
        pub scope_spans: Vec<ScopeSpans>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct ScopeSpans {
        #[prost(message, repeated, tag = "2")]
        pub spans: Vec<Span>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Span {
        #[prost(bytes = "vec", tag = "1")]
        pub trace_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "2")]
        pub span_id: Vec<u8>,
        #[prost(bytes = "vec", tag = "4")]
        pub parent_span_id: Vec<u8>,
        #[prost(string, tag = "5")]
        pub name: String,
        #[prost(fixed64, tag = "7")]
        pub start: u64,
        #[prost(fixed64, tag = "8")]
        pub end: u64,
        #[prost(message, optional, tag = "15")]
        pub status: Option<SpanStatus>,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct SpanStatus {
        #[prost(int32, tag = "3")]
        pub code: i32,
    }

    #[derive(Clone, PartialEq, prost::Message)]
    pub struct ExportResponse {}
}

/// A collector that keeps what it gets.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<otlp::Span>>>);

impl Collector {
    fn spans(&self) -> Vec<otlp::Span> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Listens; tells where.
    async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        tokio::spawn(tonic::transport::Server::builder().add_service(self.clone()).serve_with_incoming(incoming));
        format!("http://{address}")
    }
}

impl tonic::server::NamedService for Collector {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

impl tonic::server::UnaryService<otlp::ExportRequest> for Collector {
    type Response = otlp::ExportResponse;
    type Future = Ready<Result<Response<otlp::ExportResponse>, Status>>;

    fn call(&mut self, request: Request<otlp::ExportRequest>) -> Self::Future {
        let spans = request.into_inner().resource_spans.into_iter().flat_map(|r| r.scope_spans).flat_map(|s| s.spans);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(spans);
        ready(Ok(Response::new(otlp::ExportResponse {})))
    }
}

impl tower_service::Service<http::Request<Body>> for Collector {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let collector = self.clone();
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<otlp::ExportResponse, otlp::ExportRequest>::default();
            Ok(tonic::server::Grpc::new(codec).unary(collector, request).await)
        })
    }
}

#[tokio::test]
async fn calls_are_traced_under_the_callers_trace() {
    let collector = Collector::default();
    let endpoint = collector.listen().await;
    let server = start(|c| c.traces = Some(TracesConfig { endpoint, sample: 0.0, queue: 100 }));
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut ask = async |text: &str, flags: &str| {
        let mut asked = Request::new(request(text));
        let context = format!("00-{trace}-00f067aa0ba902b7-{flags}");
        asked.metadata_mut().insert("traceparent", context.parse().expect("ASCII"));
        reader.recognize(asked).await
    };
    ask("我要值机", "00").await.expect("an answer; the caller does not trace");
    ask("我要值机", "01").await.expect("an answer");
    ask("", "01").await.expect_err("no text");
    let spans = eventually("the spans come", async || Some(collector.spans()).filter(|s| s.len() >= 3)).await;
    assert_eq!(spans.len(), 3, "{spans:#?}");
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert!(spans.iter().all(|s| hex(&s.trace_id) == trace && s.start <= s.end), "{spans:#?}");
    let calls: Vec<_> = spans.iter().filter(|s| s.name == "zhiyi.v1.Recognizer/Recognize").collect();
    assert!(calls.iter().all(|s| hex(&s.parent_span_id) == "00f067aa0ba902b7"), "{spans:#?}");
    let failed: Vec<_> = calls.iter().map(|s| s.status.as_ref().map(|s| s.code)).collect();
    assert_eq!(failed, [None, Some(2)]);
    let inner = spans.iter().find(|s| s.name == "recognize").expect("the recogniser's part");
    assert_eq!(inner.parent_span_id, calls[0].span_id);
    assert!(calls[0].start <= inner.start && inner.end <= calls[0].end);
    let metrics = server.metrics_address().expect("there are metrics");
    eventually("they are counted", async || {
        (metric(metrics, "zhiyi_spans_total{result=\"sent\"}") == 3.0).then_some(())
    })
    .await;
}

/// Spans are named after what was called, a stream's ends with the stream, and a server that stops leaves none behind.
#[tokio::test]
async fn spans_of_all_services_are_sent_before_the_end() {
    let collector = Collector::default();
    let endpoint = collector.listen().await;
    let server = start(|c| c.traces = Some(TracesConfig { endpoint, sample: 1.0, queue: 100 }));
    let channel = channel(server.address()).await;
    let mut health = HealthClient::new(channel.clone());
    health.check(HealthCheckRequest::default()).await.expect("it serves");
    let mut dictionary = DictionaryClient::new(channel.clone());
    dictionary.get_status(GetStatusRequest {}).await.expect("a status");
    let (send, messages) = tokio::sync::mpsc::channel(4);
    let messages = tokio_stream::wrappers::ReceiverStream::new(messages);
    let mut reader = RecognizerClient::new(channel);
    let mut answers = reader.stream_recognize(messages).await.expect("a stream").into_inner();
    reader.recognize(request("")).await.expect_err("no text");
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        send.send(StreamRecognizeRequest { request: Some(request("格力优惠")) }).await.expect("the stream is open");
        assert!(answers.message().await.expect("it goes on").is_some());
    }
    drop(send);
    assert!(answers.message().await.expect("it ends well").is_none());
    tokio::task::spawn_blocking(|| server.stop()).await.expect("it stops");
    let spans = collector.spans();
    let mut names: Vec<&str> = spans.iter().map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "grpc.health.v1.Health/Check",
            "zhiyi.v1.Dictionary/GetStatus",
            "zhiyi.v1.Recognizer/Recognize",
            "zhiyi.v1.Recognizer/StreamRecognize"
        ]
    );
    let stream = spans.iter().find(|s| s.name.ends_with("/StreamRecognize")).expect("it is traced");
    assert!(stream.end - stream.start >= 40_000_000, "it ends with its last answer");
}

/// A collector that is away costs spans, not calls.
#[tokio::test]
async fn without_a_collector_calls_are_answered() {
    let server = start(|c| {
        c.traces = Some(TracesConfig { endpoint: "http://127.0.0.1:1".into(), sample: 1.0, queue: 4 });
    });
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    for _ in 0..50 {
        reader.recognize(request("我要值机")).await.expect("an answer");
    }
    let metrics = server.metrics_address().expect("there are metrics");
    eventually("spans are given up", async || {
        let number = |result| metric(metrics, &format!("zhiyi_spans_total{{result=\"{result}\"}}"));
        (number("lost") + number("skipped") == 100.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn metrics_survive_a_reload() {
    let folder = support::tiny_copy();
    let loaded = support::load(folder.path()).expect("the dictionary loads");
    let config = Config { metrics_listen: Some(support::free()), ..support::config() };
    let server = Server::start(loaded, &config).expect("it starts");
    let metrics = server.metrics_address().expect("there are metrics");
    let channel = channel(server.address()).await;
    let mut reader = RecognizerClient::new(channel.clone());
    let mut dictionary = dictionary_client::DictionaryClient::new(channel);
    let name = "zhiyi_intents_total{account=\"shop\",intent=\"air.check_in\"}";
    for n in 1..=3 {
        let asked = RecognizeRequest { reference_time: moment(support::NOW), ..request("我要值机") };
        reader.recognize(asked).await.expect("an answer");
        append(&folder.path().join("air/phrases.csv"), &format!("fs-1{n},air.flight_status,班机{n}号,,,,,,\n"));
        assert!(dictionary.reload(ReloadRequest {}).await.expect("a reload").into_inner().changed);
        assert_eq!(metric(metrics, name), f64::from(n), "what old dictionaries answered is not forgotten");
    }
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(metric(metrics, name), 3.0, "nor when they are freed");
}
