//! Clients that break the rules of HTTP/2 and gRPC, or keep them in bad faith, against a real server process over a real
//! socket: after each of them the server answers an honest client, and in the end its memory is where it was.

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};
use zhiyi::load::{Child, usage};
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::{RecognizeRequest, RecognizeResponse, StreamRecognizeRequest};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A frame as it goes over the wire.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// A header that no table knows, in HPACK.
fn header(name: &str, value: &str) -> Vec<u8> {
    let mut out = vec![0];
    for text in [name, value] {
        // Lengths from 127 on go on in further bytes.
        match text.len() {
            short @ 0..127 => out.push(short as u8),
            long => {
                let mut rest = long - 127;
                out.push(127);
                while rest >= 128 {
                    out.push((rest % 128 + 128) as u8);
                    rest /= 128;
                }
                out.push(rest as u8);
            }
        }
        out.extend(text.as_bytes());
    }
    out
}

/// The headers of a call to a method of the Recognizer, or to a path.
fn call(method: &str) -> Vec<u8> {
    let path = if method.starts_with('/') { method.to_owned() } else { format!("/zhiyi.v1.Recognizer/{method}") };
    [
        header(":method", "POST"),
        header(":scheme", "http"),
        header(":authority", "localhost"),
        header(":path", &path),
        header("content-type", "application/grpc"),
        header("te", "trailers"),
    ]
    .concat()
}

/// A request that asks for the reading of a text.
fn request(text: &str) -> Vec<u8> {
    [&[0x0a, text.len() as u8][..], text.as_bytes()].concat()
}

/// A request as a body carries it.
fn message(request: &[u8]) -> Vec<u8> {
    [&[0][..], &(request.len() as u32).to_be_bytes(), request].concat()
}

/// A connection that never waits for long.
fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).expect("the server listens");
    socket.set_write_timeout(Some(Duration::from_secs(2))).expect("a timeout can be set");
    socket.set_read_timeout(Some(Duration::from_millis(300))).expect("a timeout can be set");
    socket
}

/// A connection that has shaken hands, with settings of its own.
fn greeted(address: SocketAddr, settings: &[u8]) -> TcpStream {
    let mut socket = connect(address);
    send(&mut socket, &[PREFACE, &frame(SETTINGS, 0, 0, settings)].concat());
    socket
}

/// Sends as much as the server takes; one that hangs up is within its rights.
fn send(socket: &mut TcpStream, bytes: &[u8]) -> bool {
    socket.write_all(bytes).is_ok()
}

/// Reads what comes, until nothing comes for a moment or the server hangs up, which is told.
fn drain(socket: &mut TcpStream) -> bool {
    let mut buffer = [0u8; 65536];
    let end = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end {
        match socket.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(e) => return !matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
        }
    }
    false
}

/// An honest client gets its answer at the first try.
async fn honest(address: SocketAddr, after: &str) {
    let ask = async {
        let mut client = RecognizerClient::connect(format!("http://{address}")).await.expect("the server listens");
        let request =
            RecognizeRequest { text: "我要值机".into(), account: "air".into(), ..RecognizeRequest::default() };
        client.recognize(request).await.unwrap_or_else(|e| panic!("after {after}: {e}")).into_inner()
    };
    let answer: RecognizeResponse =
        tokio::time::timeout(Duration::from_secs(30), ask).await.unwrap_or_else(|_| panic!("no answer after {after}"));
    assert_eq!(answer.intents.first().map(|i| i.id.as_str()), Some("air.check_in"), "after {after}");
}

type Attack = fn(SocketAddr) -> Vec<TcpStream>;

/// Not HTTP/2 at all.
fn garbage(address: SocketAddr) -> Vec<TcpStream> {
    let noise: Vec<u8> = (0..65_536u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let hello = b"\x16\x03\x01\x00\xc5\x01\x00\x00\xc1\x03\x03".to_vec();
    let http1 = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello".to_vec();
    for bytes in [noise.clone(), hello, http1, [PREFACE, &noise].concat()] {
        let mut socket = connect(address);
        send(&mut socket, &bytes);
        drain(&mut socket);
    }
    Vec::new()
}

/// Connections on which nothing comes, or only a part of the greeting, held open.
fn half_open(address: SocketAddr) -> Vec<TcpStream> {
    (0..200)
        .map(|n| {
            let mut socket = connect(address);
            send(&mut socket, &PREFACE[..n % PREFACE.len()]);
            socket
        })
        .collect()
}

/// Streams that are opened and given up at once (CVE-2023-44487).
fn rapid_reset(address: SocketAddr) -> Vec<TcpStream> {
    let mut socket = greeted(address, &[]);
    let headers = call("Recognize");
    for n in 0..30_000u32 {
        let stream = 2 * n + 1;
        let both =
            [frame(HEADERS, END_HEADERS, stream, &headers), frame(RESET, 0, stream, &8u32.to_be_bytes())].concat();
        if !send(&mut socket, &both) {
            break;
        }
    }
    assert!(drain(&mut socket), "a client that only opens and gives up is cut off");
    Vec::new()
}

/// Streams that are given up when the server has taken them, so that others have room before their turn comes. Nothing
/// limits the calls of health in number.
fn given_up_when_taken(address: SocketAddr) -> Vec<TcpStream> {
    let mut socket = greeted(address, &[]);
    let headers = call("/grpc.health.v1.Health/Check");
    for round in 0..400u32 {
        let streams = (0..900).map(|n| 2 * (round * 900 + n) + 1);
        let open: Vec<u8> = streams.clone().flat_map(|s| frame(HEADERS, END_HEADERS, s, &headers)).collect();
        send(&mut socket, &open);
        taken(&mut socket);
        let reset: Vec<u8> = streams.flat_map(|s| frame(RESET, 0, s, &8u32.to_be_bytes())).collect();
        send(&mut socket, &reset);
    }
    vec![socket]
}

/// Headers without end (CVE-2024-27316).
fn header_flood(address: SocketAddr) -> Vec<TcpStream> {
    let mut socket = greeted(address, &[]);
    let large: Vec<u8> = (0..100).flat_map(|n| header(&format!("x-{n}"), &"v".repeat(100))).collect();
    send(&mut socket, &frame(HEADERS, 0, 1, &call("Recognize")));
    let mut cut = false;
    for _ in 0..5_000 {
        cut = !send(&mut socket, &frame(CONTINUATION, 0, 1, &large[..16_000.min(large.len())]));
        if cut {
            break;
        }
    }
    assert!(cut || drain(&mut socket), "50 MB of headers are not taken");
    Vec::new()
}

/// Frames and messages that claim to be huge.
fn giants(address: SocketAddr) -> Vec<TcpStream> {
    // A frame of 16 MiB.
    let mut socket = greeted(address, &[]);
    send(&mut socket, &frame(HEADERS, END_HEADERS, 1, &call("Recognize")));
    let mut giant = vec![0xff, 0xff, 0xff, DATA, 0];
    giant.extend(1u32.to_be_bytes());
    send(&mut socket, &giant);
    drain(&mut socket);
    // Messages that say they have 4 GiB, and a few bytes of them, in many streams.
    let mut socket = greeted(address, &[]);
    for n in 0..100u32 {
        send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call("BatchRecognize")));
        send(&mut socket, &frame(DATA, 0, 2 * n + 1, &[0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
    }
    drain(&mut socket);
    vec![socket]
}

/// Bodies that come a byte at a time and never end.
fn slow_bodies(address: SocketAddr) -> Vec<TcpStream> {
    (0..20)
        .map(|_| {
            let mut socket = greeted(address, &[]);
            for n in 0..100u32 {
                send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call("Recognize")));
                send(&mut socket, &frame(DATA, 0, 2 * n + 1, &[0]));
            }
            socket
        })
        .collect()
}

/// Frames that ask for an answer each, by a client that reads none.
fn ping_and_settings_floods(address: SocketAddr) -> Vec<TcpStream> {
    let pings: Vec<u8> = (0..1000).flat_map(|_| frame(PING, 0, 0, &[7; 8])).collect();
    let settings: Vec<u8> = (0..1000).flat_map(|_| frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0])).collect();
    [pings, settings]
        .into_iter()
        .map(|flood| {
            let mut socket = greeted(address, &[]);
            for _ in 0..200 {
                if !send(&mut socket, &flood) {
                    break;
                }
            }
            socket
        })
        .collect()
}

/// Asks for much and takes nothing: the window for answers is 0.
fn closed_window(address: SocketAddr) -> Vec<TcpStream> {
    let item = request(&"格力优惠".repeat(10));
    // A hundred requests stay within the window for what the server receives.
    let batch: Vec<u8> = (0..4).flat_map(|_| [&[0x0a, item.len() as u8][..], &item].concat()).collect();
    let body = message(&batch);
    // SETTINGS_INITIAL_WINDOW_SIZE.
    (0..4)
        .map(|_| {
            let mut socket = greeted(address, &[0, 4, 0, 0, 0, 0]);
            for n in 0..100u32 {
                send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call("BatchRecognize")));
                send(&mut socket, &frame(DATA, END_STREAM, 2 * n + 1, &body));
            }
            socket
        })
        .collect()
}

/// Frames where they must not stand.
fn out_of_order(address: SocketAddr) -> Vec<TcpStream> {
    for bytes in [
        frame(DATA, 0, 1, b"no headers before"),
        frame(HEADERS, END_HEADERS, 0, &call("Recognize")),
        frame(HEADERS, END_HEADERS, 2, &call("Recognize")),
        frame(CONTINUATION, END_HEADERS, 1, &[]),
        frame(WINDOW, 0, 0, &0x7fff_ffffu32.to_be_bytes()),
        frame(WINDOW, 0, 0, &0u32.to_be_bytes()),
        frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]),
        frame(SETTINGS, 0, 0, &[1, 2, 3]),
        frame(PRIORITY, 0, 1, &[0, 0, 0, 1, 16]),
        frame(PING, 0, 0, &[1]),
        frame(0xee, 0xff, 0x7fff_ffff, &[0; 100]),
        // HPACK: an index that no table has; a text longer than the frame.
        frame(HEADERS, END_HEADERS, 1, &[0xff, 0xff, 0xff, 0x7f]),
        frame(HEADERS, END_HEADERS, 1, &[0x00, 0x7f, 0xff, 0xff, 0x7f]),
    ] {
        let mut socket = greeted(address, &[]);
        send(&mut socket, &bytes);
        drain(&mut socket);
    }
    Vec::new()
}

/// Connections that are made and dropped.
fn churn(address: SocketAddr) -> Vec<TcpStream> {
    for _ in 0..2_000 {
        drop(greeted(address, &[]));
    }
    Vec::new()
}

/// Serves the small dictionary.
fn serve(settings: &[&str]) -> Child {
    // Compiles it into the cache of tests, which the server then finds.
    let tiny = support::fixture("tiny");
    support::load(&tiny).expect("the dictionary loads");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhiyi"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--dictionaries"]).arg(&tiny);
    for setting in settings {
        command.args(["--set", setting]);
    }
    Child::run(&mut command).expect("the server starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_clients_do_not_take_the_server_down() {
    let server = serve(&[]);
    let (address, pid) = (server.address, server.pid());
    honest(address, "the start").await;
    let before = usage(pid);
    let attacks: [(&str, Attack); 11] = [
        ("garbage", garbage),
        ("half-open connections", half_open),
        ("rapid reset", rapid_reset),
        ("streams given up when taken", given_up_when_taken),
        ("header flood", header_flood),
        ("giants", giants),
        ("slow bodies", slow_bodies),
        ("floods of pings and settings", ping_and_settings_floods),
        ("a closed window", closed_window),
        ("frames out of order", out_of_order),
        ("churn", churn),
    ];
    let mut held = Vec::new();
    for (name, attack) in attacks {
        let sockets = tokio::task::spawn_blocking(move || attack(address)).await;
        held.extend(sockets.unwrap_or_else(|e| panic!("{name}: {e}")));
        // While the connections are still open.
        honest(address, name).await;
        if let (Some(before), Some(now)) = (before, usage(pid)) {
            let grown = now.resident.saturating_sub(before.resident) >> 20;
            println!("{name}: {grown} MiB more than at the start");
            assert!(grown < 200, "{name}: the server holds {grown} MiB more");
        }
    }
    drop(held);
    honest(address, "all of them have gone").await;
}

/// A hundred calls a connection, of whose requests only the first `filled` bytes come.
fn unfinished(address: SocketAddr, connections: usize, method: &str, filled: usize) -> Vec<TcpStream> {
    // Of a message of 1 MiB.
    let body = [&[0, 0, 0x10, 0, 0][..], &vec![0x0a; filled]].concat();
    let open = || {
        let mut socket = greeted(address, &[]);
        for n in 0..100u32 {
            send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call(method)));
            send(&mut socket, &frame(DATA, 0, 2 * n + 1, &body));
            // A client that sent more than the window allows would be sent away for that.
            if filled > 0 {
                taken(&mut socket);
            }
        }
        taken(&mut socket);
        socket
    };
    (0..connections).map(|_| open()).collect()
}

/// Waits until the server has taken all that was sent before, by a ping that it answers.
fn taken(socket: &mut TcpStream) {
    let answer = frame(PING, 1, 0, b"all come");
    let (mut heard, mut part) = (Vec::<u8>::new(), [0u8; 65536]);
    send(socket, &frame(PING, 0, 0, b"all come"));
    while !heard.windows(answer.len()).any(|w| w == answer) {
        match socket.read(&mut part) {
            Ok(n @ 1..) => heard.extend(&part[..n]),
            Ok(0) | Err(_) => panic!("the ping is not answered"),
        }
    }
}

/// The streams of the headers that come until so many did, in their order, and which of them end with their headers.
fn answered(socket: &mut TcpStream, most: usize) -> (Vec<u32>, Vec<u32>) {
    let (mut heard, mut part) = (Vec::<u8>::new(), [0u8; 65536]);
    let (mut streams, mut refused) = (Vec::new(), Vec::new());
    while streams.len() < most {
        match socket.read(&mut part) {
            Ok(n @ 1..) => heard.extend(&part[..n]),
            Ok(0) | Err(_) => panic!("{streams:?} are all that is answered"),
        }
        while let [a, b, c, kind, flags, s, t, u, v, ..] = heard[..] {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            if heard.len() < 9 + length {
                break;
            }
            let stream = u32::from_be_bytes([s, t, u, v]);
            if kind == HEADERS && !streams.contains(&stream) {
                streams.push(stream);
                if flags & END_STREAM != 0 {
                    refused.push(stream);
                }
            }
            heard.drain(..9 + length);
        }
    }
    (streams, refused)
}

/// Calls of Recognize that come at one time, on the first streams of a connection.
fn calls(number: u32) -> Vec<u8> {
    let body = message(&request("我要值机"));
    let call = |n| {
        let headers = frame(HEADERS, END_HEADERS, 2 * n + 1, &call("Recognize"));
        [headers, frame(DATA, END_STREAM, 2 * n + 1, &body)].concat()
    };
    (0..number).flat_map(call).collect()
}

/// Of calls that come at one time, those that there is no place for are told before the others are worked on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_come_before_answers() {
    let server = serve(&["server.threads=1", "limits.concurrent_requests=3"]);
    let mut socket = greeted(server.address, &[]);
    taken(&mut socket);
    send(&mut socket, &calls(8));
    assert_eq!(answered(&mut socket, 8).0, [7, 9, 11, 13, 15, 1, 3, 5]);
}

/// An answer that a client takes a byte of, or most, holds its place as one does that it takes nothing of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_holds_its_place_until_all_of_it_was_taken() {
    for window in [0, 1, 20] {
        let server = serve(&["server.threads=1", "limits.concurrent_requests=3", "limits.stalled_time=10m"]);
        // SETTINGS_INITIAL_WINDOW_SIZE.
        let mut socket = greeted(server.address, &[0, 4, 0, 0, 0, window]);
        taken(&mut socket);
        // One after the other, so that an answer that was given up by mistake would make room for the next.
        for n in 0..3 {
            let body = message(&request("我要值机"));
            send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call("Recognize")));
            send(&mut socket, &frame(DATA, END_STREAM, 2 * n + 1, &body));
            assert_eq!(answered(&mut socket, 1), (vec![2 * n + 1], vec![]), "a window of {window}");
        }
        let mut other = greeted(server.address, &[]);
        taken(&mut other);
        send(&mut other, &calls(2));
        assert_eq!(answered(&mut other, 2), (vec![1, 3], vec![1, 3]), "a window of {window}");
    }
}

/// A client that stops reading while much is on its way to it, and asks for a sign of life, is sent away like any other
/// that does not take its answers: its ping, which cannot be answered, keeps nothing from being noticed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_keeps_no_place_for_answers_that_are_not_taken() {
    let server = serve(&["server.threads=1", "limits.concurrent_requests=16", "limits.stalled_time=200ms"]);
    // SETTINGS_INITIAL_WINDOW_SIZE, and as much for the connection.
    let mut socket = greeted(server.address, &[0, 4, 0x7f, 0xff, 0xff, 0xff]);
    socket2::SockRef::from(&socket).set_recv_buffer_size(4096).expect("it can be small");
    send(&mut socket, &frame(WINDOW, 0, 0, &0x7fff_0000u32.to_be_bytes()));
    let item = [request("明天CZ3102几点起飞，广州飞北京的航班有没有延误"), vec![0x30, 1]].concat();
    let batch: Vec<u8> = (0..300).flat_map(|_| [&[0x0a, item.len() as u8][..], &item].concat()).collect();
    for n in 0..16 {
        send(&mut socket, &frame(HEADERS, END_HEADERS, 2 * n + 1, &call("BatchRecognize")));
        let body = message(&batch);
        let parts: Vec<&[u8]> = body.chunks(16_000).collect();
        for (at, part) in parts.iter().enumerate() {
            let flags = if at + 1 == parts.len() { END_STREAM } else { 0 };
            send(&mut socket, &frame(DATA, flags, 2 * n + 1, part));
        }
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    send(&mut socket, &frame(PING, 0, 0, b"are you?"));
    let end = Instant::now() + Duration::from_secs(30);
    let mut client = RecognizerClient::connect(format!("http://{}", server.address)).await.expect("the server listens");
    let ask = || RecognizeRequest { text: "我要值机".into(), account: "air".into(), ..RecognizeRequest::default() };
    while let Err(status) = client.recognize(ask()).await {
        assert_eq!(status.code(), tonic::Code::ResourceExhausted);
        assert!(Instant::now() < end, "its places are never free again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Slow clients hold many times more requests open than there are places for calls, streams or bytes, or take no answers;
/// meanwhile honest clients are answered at the first try, and the server's memory is bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_keep_no_honest_one_out() {
    let server = serve(&[
        "server.threads=2",
        "limits.concurrent_requests=8",
        "limits.open_streams=8",
        "limits.arriving_requests=64",
        "limits.buffered_bytes=16MiB",
        // Longer than the test: nobody is sent away because the time was up.
        "limits.request_time=10m",
        "limits.stalled_time=200ms",
    ]);
    let (address, pid) = (server.address, server.pid());
    honest(address, "the start").await;
    let before = usage(pid);
    let mut held = Vec::new();
    for (method, filled) in [
        ("Recognize", 0),
        ("BatchRecognize", 0),
        ("StreamRecognize", 0),
        ("Moderate", 5_000),
        ("StreamRecognize", 5_000),
    ] {
        let attack = tokio::task::spawn_blocking(move || unfinished(address, 8, method, filled));
        held.extend(attack.await.expect("the attack does not panic"));
        for _ in 0..10 {
            honest(address, method).await;
        }
        stream_is_answered(address).await;
        if let (Some(before), Some(now)) = (before, usage(pid)) {
            let grown = now.resident.saturating_sub(before.resident) >> 20;
            println!("800 unfinished calls of {method} with {filled} bytes each: {grown} MiB more than at the start");
            assert!(grown < 64, "{method}: the server holds {grown} MiB more");
        }
    }
    // Those who take no answers hold all places, until somebody needs one.
    held.extend(closed_window(address));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..10 {
        honest(address, "answers that nobody takes").await;
    }
}

/// An honest stream gets an answer, too.
async fn stream_is_answered(address: SocketAddr) {
    let mut client = RecognizerClient::connect(format!("http://{address}")).await.expect("the server listens");
    let request =
        RecognizeRequest { text: "我要值机".into(), account: "air".into(), ..RecognizeRequest::default() };
    let item = StreamRecognizeRequest { request: Some(request) };
    let answers = client.stream_recognize(tokio_stream::once(item)).await.expect("a stream is taken");
    let answer = answers.into_inner().message().await.expect("no refusal").expect("an answer");
    assert!(answer.result.is_some());
}
