//! `cargo bench --bench server`: CPU of the server for a `Recognize` call, as a multiple of that of an echo on the same
//! runtime set-up that only copies the text back. All are processes of their own, called by the same client with the
//! same requests, in turn; the kernel counts the CPU of all their threads. The medians of the rounds are printed.
//!
//! The messages come again and again, so that the server has kept the readings of nearly all; another one keeps none and
//! reads each message anew.
//!
//! Then the cold start: from the start of a process that serves a bundle to its first answer.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio_stream::StreamExt;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::{Request, Response, Status};
use zhiyi::builder;
use zhiyi::files;
use zhiyi::load::{Check, Child, Fault, Job, Method, Plain, Target, Verdict, Work, mix, run, templates};
use zhiyi::service::proto::RecognizeRequest;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::text::Normalizer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const THREADS: usize = 2;
const CONNECTIONS: usize = 8;
const IN_FLIGHT: usize = 64;
const ROUNDS: usize = 7;
/// Cold starts.
const STARTS: usize = 21;
const ROUND: Duration = Duration::from_secs(2);
/// 2026-11-21 10:00 in China.
const REFERENCE: i64 = 1_795_226_400;

/// Tells this program to be the echo.
const ECHO: &str = "--serve-echo";

fn main() {
    if std::env::args().any(|a| a == ECHO) {
        return serve_echo();
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let run = |name: &str| wanted.is_empty() || wanted.iter().any(|w| name.contains(w.as_str()));
    if run("server") {
        calls();
    }
    if run("cold start") {
        cold_start();
    }
}

fn dictionaries() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries")
}

/// `zhiyi serve` over a dictionary.
fn serve(dictionary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhiyi"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--threads", &THREADS.to_string(), "--dictionaries"]);
    command.arg(dictionary);
    command
}

fn cold_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("bundle.zhiyi");
    let bytes = builder::build_folder(&dictionaries(), &Arc::new(Normalizer::new()));
    files::write(&bundle, &bytes.expect("the shipped dictionaries compile")).expect("the folder can be written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let child = Child::run(&mut serve(&bundle)).expect("the server starts");
        let answer = runtime.block_on(async {
            let mut client = RecognizerClient::connect(format!("http://{}", child.address)).await.expect("it listens");
            client.recognize(RecognizeRequest { text: "我要值机".into(), ..Default::default() }).await
        });
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        assert!(!answer.expect("it answers").into_inner().intents.is_empty());
        times.push(milliseconds);
    }
    let (low, high) = spread(&times);
    println!(
        "\ncold start, from the start of `zhiyi serve` with a bundle to the first answer: {:.0} ms ({low:.0} – {high:.0} over {STARTS})",
        median(&times)
    );
}

fn calls() {
    let messages = mix();
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    let echo = Child::run(command.arg(ECHO)).expect("the echo starts");
    let keeping = Child::run(&mut serve(&dictionaries())).expect("the server starts");
    let reading = Child::run(serve(&dictionaries()).args(["--set", "cache.readings=0"])).expect("the server starts");

    let templates = Arc::new(templates(&messages, REFERENCE));
    // Intents are other tests' affair: here an answer has to come, with its id and a version.
    let answered: Vec<_> = messages.iter().cloned().map(|m| zhiyi::load::Message { intents: None, ..m }).collect();
    let job = |address, path: &str, check: Arc<dyn Check>| Job {
        target: Target { address, tls: None, path: path.into(), token: None, patience: Duration::from_secs(5) },
        method: Method::Unary,
        connections: CONNECTIONS,
        threads: 1,
        templates: templates.clone(),
        check,
        reloading: Arc::new(AtomicBool::new(false)),
    };
    let texts = EchoCheck(messages.iter().map(|m| m.text.clone()).collect());
    let subjects = [
        ("echo", job(echo.address, "/bench.Echo/Echo", Arc::new(texts)), echo.pid()),
        ("kept", job(keeping.address, Method::Unary.path(), Arc::new(Plain::new(&answered))), keeping.pid()),
        ("read anew", job(reading.address, Method::Unary.path(), Arc::new(Plain::new(&answered))), reading.pid()),
    ];
    println!(
        "{} messages, {THREADS} serving threads, {CONNECTIONS} connections, {IN_FLIGHT} calls on their way",
        messages.len()
    );
    let mut costs = [const { Vec::new() }; 3];
    let mut speeds = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        for (at, (name, job, pid)) in subjects.iter().enumerate() {
            let work = Work::Closed { in_flight: IN_FLIGHT, warmup: Duration::ZERO, duration: ROUND };
            let before = cpu(*pid);
            let tally = run(job, &work, |_| {}).expect("the server answers").remove(0);
            let cost = (cpu(*pid) - before) * 1e6 / tally.sent as f64;
            assert_eq!(tally.right, tally.sent, "{name}: {:?}", tally.shown);
            // The first round warms caches and is not counted.
            if round > 0 {
                costs[at].push(cost);
                speeds[at].push(tally.right as f64 / ROUND.as_secs_f64());
            }
        }
    }
    let medians: Vec<f64> = costs.iter().map(|c| median(c)).collect();
    println!("{:<12}{:>22}{:>20}{:>16}", "method", "server CPU µs a call", "lowest – highest", "calls/s");
    for (at, (name, ..)) in subjects.iter().enumerate() {
        let (low, high) = spread(&costs[at]);
        println!("{name:<12}{:>22.2}{:>20}{:>16.0}", medians[at], format!("{low:.2} – {high:.2}"), median(&speeds[at]));
    }
    for at in [1, 2] {
        let ratios: Vec<f64> = costs[at].iter().zip(&costs[0]).map(|(r, e)| r / e).collect();
        let (low, high) = spread(&ratios);
        println!("{} / echo: {:.2} ({low:.2} – {high:.2} over {ROUNDS} rounds)", subjects[at].0, median(&ratios));
    }
}

fn spread(values: &[f64]) -> (f64, f64) {
    (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(0.0, f64::max))
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// CPU seconds that the threads of a process have used; none of them ends during the bench.
fn cpu(pid: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("this bench needs Linux's /proc");
    let of = |thread: std::fs::DirEntry| -> Option<f64> {
        let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
    };
    threads.filter_map(|thread| of(thread.ok()?)).sum()
}

struct EchoCheck(Vec<String>);

impl Check for EchoCheck {
    fn verdict(&self, message: usize, _: u64, answer: &[u8]) -> Verdict {
        match <Echo as prost::Message>::decode(answer) {
            Ok(echo) if echo.text == self.0[message] => Verdict::Right { version: String::new() },
            other => Verdict::Not(Fault::Wrong, format!("{other:?}")),
        }
    }
}

/// The text of a request or answer; whatever else a request holds is skipped.
#[derive(Clone, PartialEq, prost::Message)]
struct Echo {
    #[prost(string, tag = "1")]
    text: String,
}

/// Serves the echo as the service serves: a runtime of one thread and a socket of its own for each thread.
fn serve_echo() {
    let mut bound: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let mut threads = Vec::new();
    for _ in 0..THREADS {
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(bound),
            socket2::Type::STREAM,
            Some(socket2::Protocol::TCP),
        )
        .and_then(|s| {
            s.set_reuse_address(true)?;
            s.set_reuse_port(true)?;
            s.set_nonblocking(true)?;
            s.bind(&bound.into())?;
            s.listen(1024)?;
            Ok(std::net::TcpListener::from(s))
        })
        .expect("a free port");
        bound = socket.local_addr().expect("it is bound");
        threads.push(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(socket).expect("a listener");
                let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener).map(|connection| {
                    let connection = connection?;
                    connection.set_nodelay(true)?;
                    Ok::<_, std::io::Error>(connection)
                });
                let server = tonic::transport::Server::builder()
                    .http2_keepalive_interval(Some(Duration::from_secs(60)))
                    .add_service(EchoService);
                server.serve_with_incoming(incoming).await.expect("the echo serves");
            });
        }));
    }
    println!("listening on {bound}");
    threads.into_iter().for_each(|thread| drop(thread.join()));
}

#[derive(Clone)]
struct EchoService;

impl tonic::server::NamedService for EchoService {
    const NAME: &'static str = "bench.Echo";
}

impl Service<http::Request<Body>> for EchoService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(tonic_prost::ProstCodec::<Echo, Echo>::default());
            Ok(grpc.unary(EchoMethod, request).await)
        })
    }
}

struct EchoMethod;

impl tonic::server::UnaryService<Echo> for EchoMethod {
    type Response = Echo;
    type Future = Ready<Result<Response<Echo>, Status>>;

    fn call(&mut self, request: Request<Echo>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}
