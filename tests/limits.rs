//! What clients may take: calls, streams, bytes, time, connections. Beyond that they are refused at once, and others are
//! served as before.

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use support::client::{channel, eventually, get, metric, request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::Streaming;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use zhiyi::config::{Config, Limits};
use zhiyi::service::Server;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;

/// A server with one thread, so that no limit is shared out.
fn start(change: impl FnOnce(&mut Config)) -> Server {
    let mut config = Config { threads: 1, metrics_listen: Some(support::free()), ..support::config() };
    change(&mut config);
    Server::start(support::load(&support::fixture("tiny")).expect("the dictionary loads"), &config).expect("it starts")
}

fn limited(change: impl FnOnce(&mut Limits)) -> Server {
    start(|config| change(&mut config.limits))
}

fn number(server: &Server, name: &str) -> f64 {
    metric(server.metrics_address().expect("there are metrics"), name)
}

async fn until(server: &Server, name: &str, value: f64) {
    eventually(name, async || (number(server, name) == value).then_some(())).await;
}

type Answered = tokio::task::JoinHandle<Result<Response<RecognizeResponse>, Status>>;

/// A call of Recognize whose request never ends, as a slow client's: messages may be sent through the channel.
fn slow(channel: &Channel) -> (mpsc::Sender<RecognizeRequest>, Answered) {
    let (send, messages) = mpsc::channel(4);
    let channel = channel.clone();
    let task = tokio::spawn(async move {
        let mut client = tonic::client::Grpc::new(channel);
        client.ready().await.expect("the connection is open");
        let codec = tonic_prost::ProstCodec::<RecognizeRequest, RecognizeResponse>::default();
        let path = http::uri::PathAndQuery::from_static("/zhiyi.v1.Recognizer/Recognize");
        client.client_streaming(Request::new(ReceiverStream::new(messages)), path, codec).await
    });
    (send, task)
}

fn refused(status: &Status) {
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let retry = status.get_details_retry_info().and_then(|r| r.retry_delay);
    assert_eq!(retry, Some(Duration::from_millis(200)), "it says when to come back");
}

/// A connection whose client takes no answer: its calls stay in flight.
async fn taking_nothing(address: SocketAddr) -> Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).expect("a URL");
    endpoint.initial_stream_window_size(0).connect().await.expect("the server listens")
}

/// A call whose answer nobody takes.
fn untaken(channel: &Channel) -> Answered {
    let mut reader = RecognizerClient::new(channel.clone());
    tokio::spawn(async move { reader.recognize(request("我要值机")).await })
}

/// A server whose two places for calls are held by answers that nobody takes, and a client without a place.
async fn full(stalled_time: Duration) -> (Server, RecognizerClient<Channel>, [Answered; 2]) {
    let server = limited(|l| {
        l.concurrent_requests = 2;
        l.stalled_time = stalled_time;
    });
    let stalled = taking_nothing(server.address()).await;
    let reader = RecognizerClient::new(channel(server.address()).await);
    let answers = [untaken(&stalled), untaken(&stalled)];
    until(&server, "zhiyi_calls_in_flight", 2.0).await;
    (server, reader, answers)
}

#[tokio::test]
async fn calls_beyond_the_limit_are_refused_at_once() {
    let (server, mut reader, [first, second]) = full(Duration::from_secs(600)).await;
    let begun = Instant::now();
    refused(&reader.recognize(request("我要值机")).await.expect_err("two are in flight"));
    refused(&reader.moderate(ModerateRequest { text: "好".into(), ..Default::default() }).await.expect_err("as well"));
    assert!(begun.elapsed() < Duration::from_secs(5), "nothing waits");
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"calls\"}"), 2.0);
    assert_eq!(number(&server, "zhiyi_calls_total{method=\"Recognize\",code=\"RESOURCE_EXHAUSTED\"}"), 1.0);
    first.abort();
    until(&server, "zhiyi_calls_in_flight", 1.0).await;
    reader.recognize(request("我要值机")).await.expect("there is room again");
    second.abort();
    until(&server, "zhiyi_calls_in_flight", 0.0).await;
}

#[tokio::test]
async fn who_takes_no_answer_gives_way_when_places_run_out() {
    let (server, mut reader, answers) = full(Duration::from_millis(200)).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(number(&server, "zhiyi_calls_in_flight"), 2.0, "it is in nobody's way");
    reader.recognize(request("我要值机")).await.expect("there is room now");
    for answer in answers {
        answer.await.expect("no panic").expect_err("its connection is closed");
    }
    until(&server, "zhiyi_calls_in_flight", 0.0).await;
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"untaken\"}"), 2.0);
    reader.recognize(request("我要值机")).await.expect("its own connection stays");
    assert_eq!(number(&server, "zhiyi_connections"), 1.0);
}

#[tokio::test]
async fn calls_whose_request_is_on_its_way_keep_nobody_out() {
    let server = limited(|l| {
        l.concurrent_requests = 1;
        l.arriving_requests = 3;
    });
    let channel = channel(server.address()).await;
    let mut reader = RecognizerClient::new(channel.clone());
    let mut waiting = Vec::new();
    for n in 1..=3 {
        waiting.push(slow(&channel));
        until(&server, "zhiyi_arriving_requests", f64::from(n)).await;
    }
    assert_eq!(number(&server, "zhiyi_calls_in_flight"), 0.0);
    reader.recognize(request("我要值机")).await.expect("the only place is free");
    // One more takes the place of the oldest, and of nobody else.
    waiting.push(slow(&channel));
    refused(&waiting.remove(0).1.await.expect("no panic").expect_err("it was the slowest"));
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"slow\"}"), 1.0);
    until(&server, "zhiyi_arriving_requests", 3.0).await;
    // A request that is there after all is answered.
    for (send, answer) in waiting {
        send.send(request("我要值机")).await.expect("it is awaited");
        drop(send);
        let answer = answer.await.expect("no panic").expect("an answer").into_inner();
        assert_eq!(answer.intents[0].id, "air.check_in");
    }
    until(&server, "zhiyi_arriving_requests", 0.0).await;
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"slow\"}"), 1.0);
}

#[tokio::test]
async fn a_request_that_arrives_late_finds_a_place_or_is_refused() {
    let server = limited(|l| {
        l.concurrent_requests = 1;
        l.stalled_time = Duration::from_secs(600);
    });
    let channel = channel(server.address()).await;
    let (send, answer) = slow(&channel);
    until(&server, "zhiyi_arriving_requests", 1.0).await;
    let stalled = taking_nothing(server.address()).await;
    let untaken = untaken(&stalled);
    until(&server, "zhiyi_calls_in_flight", 1.0).await;
    send.send(request("我要值机")).await.expect("it is awaited");
    drop(send);
    refused(&answer.await.expect("no panic").expect_err("the only place is taken"));
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"calls\"}"), 1.0);
    untaken.abort();
    until(&server, "zhiyi_calls_in_flight", 0.0).await;
    assert_eq!(number(&server, "zhiyi_arriving_requests"), 0.0);
}

async fn stream(
    channel: &Channel,
) -> Result<(mpsc::Sender<StreamRecognizeRequest>, Streaming<StreamRecognizeResponse>), Status> {
    let (send, messages) = mpsc::channel(4);
    let answers = RecognizerClient::new(channel.clone()).stream_recognize(ReceiverStream::new(messages)).await?;
    Ok((send, answers.into_inner()))
}

fn item(text: &str) -> StreamRecognizeRequest {
    StreamRecognizeRequest { request: Some(request(text)) }
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused_and_calls_are_not() {
    let server = limited(|l| {
        l.open_streams = 1;
        l.concurrent_requests = 1;
    });
    let channel = channel(server.address()).await;
    let (send, mut answers) = stream(&channel).await.expect("one stream is allowed");
    send.send(item("格力优惠")).await.expect("the stream is open");
    assert!(answers.message().await.expect("it is answered").is_some());
    let status = match stream(&channel).await {
        Ok((_, mut answers)) => answers.message().await.expect_err("a second stream"),
        Err(status) => status,
    };
    refused(&status);
    RecognizerClient::new(channel.clone()).recognize(request("我要值机")).await.expect("a call is no stream");
    send.send(item("格力优惠")).await.expect("the stream is open");
    assert!(answers.message().await.expect("it goes on").is_some());
    drop((send, answers));
    until(&server, "zhiyi_open_streams", 0.0).await;
    let (send, mut answers) = stream(&channel).await.expect("there is room again");
    send.send(item("格力优惠")).await.expect("the stream is open");
    assert!(answers.message().await.expect("it is answered").is_some());
}

/// A stream on which nothing was said yet holds no place of those that are used.
#[tokio::test]
async fn silent_streams_keep_nobody_out() {
    let server = limited(|l| {
        l.open_streams = 1;
        l.arriving_requests = 2;
    });
    let channel = channel(server.address()).await;
    let mut silent = Vec::new();
    for n in 1..=2 {
        silent.push(stream(&channel).await.expect("a stream"));
        until(&server, "zhiyi_arriving_requests", f64::from(n)).await;
    }
    let (send, mut answers) = stream(&channel).await.expect("a stream");
    send.send(item("格力优惠")).await.expect("the stream is open");
    assert!(answers.message().await.expect("it is answered").is_some());
    assert_eq!(number(&server, "zhiyi_open_streams"), 1.0);
    // The oldest gave way where the third had to wait for its first message.
    if number(&server, "zhiyi_shed_total{reason=\"slow\"}") > 0.0 {
        refused(&silent.remove(0).1.message().await.expect_err("it was the slowest"));
    }
    let (send, mut answers) = silent.remove(0);
    send.send(item("格力优惠")).await.expect("the stream is open");
    refused(&answers.message().await.expect_err("the only place is taken"));
}

#[tokio::test]
async fn half_received_requests_cannot_fill_the_memory() {
    let server = limited(|l| {
        l.request_bytes = 64 << 10;
        l.buffered_bytes = 64 << 10;
    });
    let channel = channel(server.address()).await;
    let large = || request(&"我".repeat(13_000));
    let empty = slow(&channel);
    until(&server, "zhiyi_arriving_requests", 1.0).await;
    let first = slow(&channel);
    first.0.send(large()).await.expect("it is awaited");
    eventually("the first is held", async || (number(&server, "zhiyi_buffered_bytes") > 39_000.0).then_some(())).await;
    let second = slow(&channel);
    second.0.send(large()).await.expect("it is awaited");
    refused(&first.1.await.expect("no panic").expect_err("both together are too much"));
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"bytes\"}"), 1.0);
    RecognizerClient::new(channel.clone()).recognize(request("我要值机")).await.expect("small ones are read");
    second.1.abort();
    until(&server, "zhiyi_buffered_bytes", 0.0).await;
    assert_eq!(number(&server, "zhiyi_arriving_requests"), 1.0, "who holds nothing need not go");
    empty.1.abort();
    until(&server, "zhiyi_arriving_requests", 0.0).await;

    let status = RecognizerClient::new(channel).recognize(request(&"我".repeat(30_000))).await.expect_err("too large");
    assert_eq!(status.code(), Code::OutOfRange);
}

#[tokio::test]
async fn a_request_that_does_not_end_is_ended() {
    let server = limited(|l| l.request_time = Duration::from_millis(200));
    let (_send, answer) = slow(&channel(server.address()).await);
    let status = answer.await.expect("no panic").expect_err("it is too late");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"late\"}"), 1.0);
    until(&server, "zhiyi_arriving_requests", 0.0).await;
}

/// Messages behind the one that is read would only take room.
#[tokio::test]
async fn a_call_has_one_message() {
    let server = limited(|_| {});
    let (send, answer) = slow(&channel(server.address()).await);
    for _ in 0..2 {
        send.send(request("我要值机")).await.expect("it is awaited");
    }
    let status = answer.await.expect("no panic").expect_err("the second is too many");
    assert_eq!(status.code(), Code::InvalidArgument);
    until(&server, "zhiyi_buffered_bytes", 0.0).await;
}

#[tokio::test]
async fn nothing_is_read_for_a_caller_who_no_longer_waits() {
    let server = limited(|_| {});
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    let mut late = Request::new(request("我要值机"));
    late.metadata_mut().insert("grpc-timeout", "1n".parse().expect("ASCII"));
    reader.recognize(late).await.expect_err("a nanosecond is not enough");
    until(&server, "zhiyi_shed_total{reason=\"late\"}", 1.0).await;
    assert_eq!(number(&server, "zhiyi_recognition_seconds_count"), 0.0);
    let mut patient = Request::new(request("我要值机"));
    patient.metadata_mut().insert("grpc-timeout", "50S".parse().expect("ASCII"));
    reader.recognize(patient).await.expect("an answer");
    assert_eq!(number(&server, "zhiyi_recognition_seconds_count"), 1.0);
}

#[tokio::test]
async fn a_batch_stops_at_its_deadline() {
    let server = limited(|l| l.request_time = Duration::from_millis(1));
    let requests = vec![request("明天CZ3102几点起飞"); 1000];
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    let status = reader.batch_recognize(BatchRecognizeRequest { requests }).await.expect_err("too much for 1 ms");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(number(&server, "zhiyi_recognition_seconds_count") < 1000.0);
}

#[tokio::test]
async fn a_silent_stream_is_ended() {
    let server = limited(|l| l.stream_idle = Some(Duration::from_millis(300)));
    let (send, mut answers) = stream(&channel(server.address()).await).await.expect("a stream");
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        send.send(item("格力优惠")).await.expect("the stream is open");
        assert!(answers.message().await.expect("it goes on").is_some(), "messages keep it open");
    }
    let status = answers.message().await.expect_err("it was silent for too long");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    until(&server, "zhiyi_open_streams", 0.0).await;
    // How it ended, not how it began.
    assert_eq!(number(&server, "zhiyi_calls_total{method=\"StreamRecognize\",code=\"DEADLINE_EXCEEDED\"}"), 1.0);
    assert_eq!(number(&server, "zhiyi_calls_total{method=\"StreamRecognize\",code=\"OK\"}"), 0.0);
}

#[tokio::test]
async fn a_stream_ends_at_its_callers_deadline() {
    let server = limited(|_| {});
    let (_send, messages) = mpsc::channel::<StreamRecognizeRequest>(4);
    let mut asked = Request::new(ReceiverStream::new(messages));
    asked.metadata_mut().insert("grpc-timeout", "300m".parse().expect("ASCII"));
    let ended = RecognizerClient::new(channel(server.address()).await).stream_recognize(asked).await;
    let status = match ended {
        Ok(answers) => answers.into_inner().message().await.expect_err("its time was up"),
        Err(status) => status,
    };
    assert_eq!(status.code(), Code::DeadlineExceeded);
    until(&server, "zhiyi_calls_total{method=\"StreamRecognize\",code=\"DEADLINE_EXCEEDED\"}", 1.0).await;
    until(&server, "zhiyi_arriving_requests", 0.0).await;
}

/// Health is asked by everybody, so that it must cost nobody else a place; and it has places of its own.
#[tokio::test]
async fn health_takes_no_place_of_messages() {
    let server = limited(|l| {
        l.concurrent_requests = 2;
        l.open_streams = 1;
        l.connections = 8;
        l.stalled_time = Duration::from_secs(600);
    });
    let stalled = taking_nothing(server.address()).await;
    let check = || HealthCheckRequest { service: String::new() };
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut health = HealthClient::new(stalled.clone());
        held.push(tokio::spawn(async move { health.check(check()).await.map(drop) }));
    }
    let channel = channel(server.address()).await;
    let mut health = HealthClient::new(channel.clone());
    let mut watches = Vec::new();
    for _ in 0..3 {
        watches.push(health.watch(check()).await.expect("it is watched"));
    }
    until(&server, "zhiyi_other_calls", 7.0).await;
    health.check(check()).await.expect("there is room for one more");
    let (send, mut answers) = stream(&channel).await.expect("a stream");
    send.send(item("格力优惠")).await.expect("the stream is open");
    assert!(answers.message().await.expect("it is answered").is_some());
    RecognizerClient::new(channel.clone()).recognize(request("我要值机")).await.expect("an answer");
    watches.push(health.watch(check()).await.expect("it is watched"));
    refused(&health.check(check()).await.expect_err("as many as connections"));
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"others\"}"), 1.0);
    drop(watches);
    held.iter().for_each(tokio::task::JoinHandle::abort);
    until(&server, "zhiyi_other_calls", 0.0).await;
}

/// A client that sends and never takes an answer is held back; the server does not read on and pile answers up.
#[tokio::test]
async fn a_reader_that_stalls_is_held_back() {
    let server = limited(|_| {});
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", server.address()))
        .expect("a URL")
        .initial_stream_window_size(1 << 10)
        .initial_connection_window_size(1 << 16)
        .connect()
        .await
        .expect("the server listens");
    let (send, answers) = stream(&channel).await.expect("a stream");
    let mut sent = 0;
    let most = 100_000;
    while sent < most {
        match tokio::time::timeout(Duration::from_secs(2), send.send(item("明天CZ3102几点起飞"))).await {
            Ok(Ok(())) => {}
            // The connection was closed: HTTP/2 allows only so many small frames that nobody took.
            Ok(Err(_)) => break,
            Err(_) => break,
        }
        sent += 1;
    }
    assert!(sent < most, "the client was held back or sent away");
    let read = number(&server, "zhiyi_recognition_seconds_count");
    assert!(read < 1_000.0, "{read} messages were read for nobody");
    drop((send, answers));
    until(&server, "zhiyi_open_streams", 0.0).await;
}

async fn closed(mut stream: TcpStream) {
    let mut said = Vec::new();
    let end = stream.read_to_end(&mut said);
    let _ = tokio::time::timeout(Duration::from_secs(20), end).await.expect("the server hangs up");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_turned_away() {
    let server = limited(|l| l.connections = 2);
    let first = channel(server.address()).await;
    let second = TcpStream::connect(server.address()).await.expect("it listens");
    until(&server, "zhiyi_connections", 2.0).await;
    closed(TcpStream::connect(server.address()).await.expect("it listens")).await;
    assert_eq!(number(&server, "zhiyi_connections_turned_away_total"), 1.0);
    RecognizerClient::new(first.clone()).recognize(request("我要值机")).await.expect("others are served");
    drop(second);
    until(&server, "zhiyi_connections", 1.0).await;
    drop(first);
    let third = channel(server.address()).await;
    RecognizerClient::new(third).recognize(request("我要值机")).await.expect("there is room again");
}

/// A call that is sent at the very moment may find its connection closed; it never reached the server then, which knows
/// of no call that failed.
#[tokio::test]
async fn old_connections_are_renewed() {
    let server = limited(|l| l.connection_age = Some(Duration::from_millis(200)));
    let mut reader = RecognizerClient::new(channel(server.address()).await);
    let mut answered = 0.0;
    eventually("connections are renewed", async || {
        answered += f64::from(u8::from(reader.recognize(request("我要值机")).await.is_ok()));
        (number(&server, "zhiyi_connections_total") >= 3.0).then_some(())
    })
    .await;
    assert!(answered >= 3.0);
    let (_, page) = get(server.metrics_address().expect("there are metrics"), "/metrics");
    let calls: Vec<&str> = page.lines().filter(|l| l.starts_with("zhiyi_calls_total{method=\"Recognize\"")).collect();
    assert_eq!(calls, [format!("zhiyi_calls_total{{method=\"Recognize\",code=\"OK\"}} {answered}")]);
}

/// Speaks just enough HTTP/2 to open a connection and never answers a ping.
#[tokio::test]
async fn dead_connections_are_found_and_closed() {
    let server = start(|c| {
        c.keepalive_interval = Some(Duration::from_millis(100));
        c.keepalive_timeout = Duration::from_millis(200);
    });
    let alive = channel(server.address()).await;
    let dead = half_open(server.address()).await;
    closed(dead).await;
    until(&server, "zhiyi_connections", 1.0).await;
    RecognizerClient::new(alive).recognize(request("我要值机")).await.expect("who answers pings stays");
}

async fn half_open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // The preface and an empty SETTINGS frame.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("it reads");
    stream
}

#[tokio::test]
async fn batches_are_refused_where_too_many_messages_wait() {
    let server = limited(|l| l.batched_messages = 500);
    let reader = RecognizerClient::new(channel(server.address()).await);
    let batch = || BatchRecognizeRequest { requests: vec![request("我要值机"); 900] };
    let answers: Vec<_> = (0..8)
        .map(|_| {
            let mut reader = reader.clone();
            tokio::spawn(async move { reader.batch_recognize(batch()).await })
        })
        .collect();
    let (mut read, mut turned_away) = (0, 0);
    for answer in answers {
        match answer.await.expect("no panic") {
            Ok(answer) => {
                assert_eq!(answer.into_inner().results.len(), 900, "one that is alone may be larger than the limit");
                read += 1;
            }
            Err(status) => {
                refused(&status);
                turned_away += 1;
            }
        }
    }
    assert!(read > 0 && turned_away > 0, "{read} read, {turned_away} refused");
    assert_eq!(number(&server, "zhiyi_shed_total{reason=\"messages\"}"), f64::from(turned_away));
    until(&server, "zhiyi_batched_messages", 0.0).await;
}

#[tokio::test]
async fn calls_that_wait_for_their_turn_count() {
    let server = limited(|l| l.concurrent_requests = 4);
    let channel = channel(server.address()).await;
    let answers: Vec<_> = (0..400)
        .map(|_| {
            let mut reader = RecognizerClient::new(channel.clone());
            tokio::spawn(async move { reader.recognize(request("我要值机")).await })
        })
        .collect();
    let mut turned_away = 0;
    for answer in answers {
        if let Err(status) = answer.await.expect("no panic") {
            refused(&status);
            turned_away += 1;
        }
    }
    assert!((1..400).contains(&turned_away), "{turned_away} of 400 calls at once were refused");
    until(&server, "zhiyi_calls_waiting", 0.0).await;
    RecognizerClient::new(channel).recognize(request("我要值机")).await.expect("there is room again");
}
