//! The program as operators run it: settings, signals, users without rights, logs.
#![cfg(unix)]

mod support;

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use support::client::{append, channel, eventually, get, metric, request};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;

/// `zhiyi serve` with the small dictionary, free of this machine's settings.
fn serve(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("serve").args(arguments).env_clear().env("ZHIYI_CACHE", support::cache());
    command.env("ZHIYI_DICTIONARIES", support::fixture("tiny")).stdin(Stdio::null());
    // On a busy machine a thread that lets others go first may wait for minutes.
    command.env("ZHIYI_DICTIONARY_NICE", "0");
    command
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_zhiyi"))
}

fn output(mut command: Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    (status.code().expect("no signal"), text(stdout), text(stderr))
}

/// A server in a process of its own.
struct Process {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let standard = ["--listen", "127.0.0.1:0", "--threads", "2", "--set", "metrics.listen=127.0.0.1:0"];
        Self::of(serve(program(), &[&standard[..], arguments].concat()))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        let written = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = written.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it was asked for")).read_line(&mut line).expect("it writes");
        let address = line.trim().strip_prefix("listening on ").and_then(|a| a.parse().ok());
        let Some(address) = address else {
            child.wait().expect("it ends");
            panic!("{}", log.lock().unwrap_or_else(PoisonError::into_inner));
        };
        Self { child, address, log }
    }

    fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn metrics(&self) -> SocketAddr {
        // The log is read by a thread of its own, which may be behind.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let log = self.log();
            if let Some(line) = log.lines().find(|l| l.contains("serving metrics")) {
                return line.rsplit("address=").next().and_then(|a| a.parse().ok()).expect("an address");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not say where:\n{}", self.log());
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits for the end: its exit code and how long it took.
    fn end(&mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return (status.code(), begun.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end:\n{}", self.log());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_fault_of_the_settings_is_told_at_once() {
    let place = tempfile::tempdir().expect("a folder");
    let text = "\
[server]
listen = \"localhost\"
theads = 4
drain = \"a while\"

[limits]
request_bytes = \"1GiB\"
batch_messages = -1
open_streams = [1, 2]

[tls]
certificate = \"server.pem\"

[shadows]
path = \"x\"
";
    fs::write(place.path().join("zhiyi.toml"), text).expect("it can be written");
    let mut command = serve(program(), &["--config", "zhiyi.toml", "--threads", "many", "--set", "log.levle=warn"]);
    command.current_dir(place.path()).env("ZHIYI_KEEPALIVE_INTERVAL", "1 day").env("ZHIYI_LOG", "loud=very");
    let (code, out, err) = output(command);
    assert_eq!((code, out.as_str()), (2, ""), "no port was opened");
    insta::assert_snapshot!("settings_faults", err);
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_lines() {
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("zhiyi.toml"), "[server\nlisten = 127.0.0.1\n\n[log]\nlevel = \"warn\n")
        .expect("written");
    let mut command = serve(program(), &["--config", "zhiyi.toml"]);
    let (code, out, err) = output(std::mem::replace(command.current_dir(place.path()), Command::new("true")));
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!("settings_no_toml", err);
}

/// The files that show how to deploy it set nothing that is not there.
#[test]
fn the_variables_of_the_deployment_are_settings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let pattern = regex::Regex::new(r#"(ZHIYI_[A-Z_]+)(?:=|, value: )"?([^\s"}]+)"#).expect("a pattern");
    for (file, least) in [("Dockerfile", 3), ("zhiyi.service", 2), ("kubernetes/zhiyi.yaml", 8)] {
        let text = fs::read_to_string(root.join(file)).expect("it is there");
        let variables: Vec<(String, String)> = pattern
            .captures_iter(&text)
            .map(|c| (c[1].to_owned(), c[2].to_owned()))
            .filter(|(name, _)| name != "ZHIYI_CACHE")
            .collect();
        assert!(variables.len() >= least, "{file}: {variables:?}");
        for (name, value) in variables {
            let mut raw = zhiyi::config::RawConfig::default();
            // A name that is no setting is told where it begins like one, and left alone otherwise.
            let known = zhiyi::config::RawConfig::variables().any(|known| known == name);
            assert!(known, "{file}: {name} is no setting");
            raw.environment([(name.clone(), value)]);
            let told = raw.understand().map_or_else(|faults| faults.to_string(), |_| String::new());
            let pair = name.starts_with("ZHIYI_TLS_") && told.contains("needs tls.");
            assert!(told.is_empty() || pair, "{file}: {told}");
        }
    }
}

#[test]
fn the_settings_can_be_printed() {
    let (code, out, _) = output(serve(program(), &["--print-config"]));
    assert_eq!((code, out.as_str()), (0, zhiyi::config::DEFAULTS));
}

#[test]
fn it_fails_before_a_port_opens() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let place = tempfile::tempdir().expect("a folder");
    let below_file = place.path().join("file/log.jsonl");
    fs::write(place.path().join("file"), "").expect("it can be written");
    let log = format!("recognition_log.path={}", below_file.display());
    let cases: [(&[&str], &str); 6] = [
        (&["--listen", &address], "choose another address with --listen"),
        (&["--set", &format!("admin.listen={address}")], "choose another address with admin.listen"),
        (&["--dictionaries", "/nowhere"], "/nowhere is neither a dictionary folder"),
        (&["--config", "/nowhere.toml"], "--config /nowhere.toml: No such file"),
        (&["--set", &log], "recognition_log.path"),
        (&["--set", "tokens.file=/nowhere"], "tokens /nowhere: No such file"),
    ];
    for (arguments, told) in cases {
        let listen: &[&str] = if arguments[0] == "--listen" { &[] } else { &["--listen", "127.0.0.1:0"] };
        let (code, out, err) = output(serve(program(), &[listen, arguments].concat()));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(told), "{arguments:?}: {err}");
    }
}

#[test]
fn two_servers_do_not_share_a_port() {
    let first = Process::start(&[]);
    let (code, out, err) = output(serve(program(), &["--listen", &first.address.to_string()]));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("choose another address with --listen"), "{err}");
}

#[tokio::test]
async fn on_sigterm_health_says_no_first_and_calls_in_flight_finish() {
    let mut process = Process::start(&["--set", "server.drain_delay=2s", "--set", "server.drain=30s"]);
    let metrics = process.metrics();
    assert_eq!(get(metrics, "/readyz").0, 200);
    let channel = channel(process.address).await;
    let (send, messages) = tokio::sync::mpsc::channel(4);
    let messages = tokio_stream::wrappers::ReceiverStream::new(messages);
    let mut reader = RecognizerClient::new(channel.clone());
    let mut answers = reader.stream_recognize(messages).await.expect("a stream").into_inner();
    let mut health = HealthClient::new(channel.clone());
    let mut says = async |service: &str| {
        let asked = HealthCheckRequest { service: service.into() };
        health.check(asked).await.map(|r| r.into_inner().status()).unwrap_or(ServingStatus::Unknown)
    };
    assert_eq!(says("").await, ServingStatus::Serving);
    let asked = HealthCheckRequest { service: String::new() };
    let mut watch = HealthClient::new(channel.clone()).watch(asked).await.expect("it is watched").into_inner();
    let mut watched = async || watch.message().await.map(|m| m.map(|m| m.status()));
    assert_eq!(watched().await.expect("it goes on"), Some(ServingStatus::Serving));

    process.signal(Signal::TERM);
    eventually("health says no", async || (says("").await == ServingStatus::NotServing).then_some(())).await;
    assert_eq!(says("zhiyi.v1.Recognizer").await, ServingStatus::NotServing);
    assert_eq!(says("liveness").await, ServingStatus::Serving);
    assert_eq!(get(metrics, "/readyz").0, 503);
    assert_eq!(get(metrics, "/livez"), (200, "ok\n".into()));
    reader.recognize(request("我要值机")).await.expect("until balancers noticed, calls are taken");

    eventually("no connection is taken any more", async || {
        tokio::net::TcpStream::connect(process.address).await.is_err().then_some(())
    })
    .await;
    assert_eq!(watched().await.expect("it goes on"), Some(ServingStatus::NotServing));
    let end = watched().await.expect_err("it would last as long as the connection");
    assert_eq!(end.code(), tonic::Code::Unavailable);
    send.send(StreamRecognizeRequest { request: Some(request("格力优惠")) }).await.expect("the stream is open");
    assert!(answers.message().await.expect("it goes on").is_some(), "what is in flight finishes");
    drop(send);
    assert!(answers.message().await.expect("it ends well").is_none());
    drop((reader, health, answers, channel));
    let (code, time) = process.end();
    assert_eq!(code, Some(0), "{}", process.log());
    assert!(time < Duration::from_secs(20), "nothing is waited for any more");
}

#[tokio::test]
async fn what_does_not_finish_is_cut_off_at_the_deadline() {
    let mut process = Process::start(&["--drain-seconds", "1"]);
    let (_send, messages) = tokio::sync::mpsc::channel(4);
    let messages = tokio_stream::wrappers::ReceiverStream::new(messages);
    let mut reader = RecognizerClient::new(channel(process.address).await);
    let mut answers = reader.stream_recognize(messages).await.expect("a stream").into_inner();
    process.signal(Signal::TERM);
    assert!(answers.message().await.is_err(), "the stream is cut off");
    let (code, _) = process.end();
    assert_eq!(code, Some(0), "{}", process.log());
    assert!(process.log().contains("cut off at the drain deadline"), "{}", process.log());
}

#[tokio::test]
async fn sighup_reads_everything_again() {
    let folder = support::tiny_copy();
    let path = folder.path().display().to_string();
    let process =
        Process::start(&["--dictionaries", &path, "--set", "dictionary.watch=false", "--set", "dictionary.nice=0"]);
    let mut reader = RecognizerClient::new(channel(process.address).await);
    append(&folder.path().join("air/phrases.csv"), "fs-9,air.flight_status,班机去哪儿了,,,,,,\n");
    process.signal(Signal::HUP);
    eventually("the new row serves", async || {
        let answer = reader.recognize(request("班机去哪儿了")).await.expect("an answer").into_inner();
        (answer.outcome() == Outcome::Incomplete).then_some(())
    })
    .await;
}

/// Without rights, without a home, on a file system that it cannot write; a table it may not read is a fault.
#[tokio::test]
async fn it_runs_without_rights() {
    let place = tempfile::tempdir().expect("a folder");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    allow(place.path(), 0o755);
    let [folder, copy] = ["dictionary", "zhiyi"].map(|n| place.path().join(n));
    support::copy(&support::fixture("tiny"), &folder);
    fs::copy(program(), &copy).expect("it can be copied");
    let path = folder.display().to_string();
    let mut command = serve(&copy, &["--dictionaries", &path, "--listen", "127.0.0.1:0"]);
    command.args(["--set", "metrics.listen=127.0.0.1:0", "--set", "dictionary.settle=50ms"]);
    command.env("ZHIYI_CACHE", "/proc/nowhere").current_dir("/");
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    let process = Process::of(command);
    let mut reader = RecognizerClient::new(channel(process.address).await);
    let mut dictionary = DictionaryClient::new(channel(process.address).await);
    let mut fault =
        async || dictionary.get_status(GetStatusRequest {}).await.expect("a status").into_inner().last_fault;
    reader.recognize(request("我要值机")).await.expect("an answer");

    let table = folder.join("air/phrases.csv");
    allow(&table, 0o000);
    append_blindly(&table, "fs-9,air.flight_status,班机去哪儿了,,,,,,\n");
    let told = eventually("a fault", async || Some(fault().await).filter(|f| !f.is_empty())).await;
    assert!(told.contains("Permission denied") && told.contains("phrases.csv"), "{told}");
    reader.recognize(request("我要值机")).await.expect("the old one serves");
    assert_eq!(metric(process.metrics(), "zhiyi_dictionary_fault"), 1.0);
    allow(&table, 0o644);
    eventually("the new row serves", async || {
        let answer = reader.recognize(request("班机去哪儿了")).await.expect("an answer").into_inner();
        (answer.outcome() == Outcome::Incomplete).then_some(())
    })
    .await;
}

/// Writes a row into a table that its owner may not open either.
fn append_blindly(file: &Path, row: &str) {
    let mode = fs::metadata(file).expect("it is there").permissions();
    if fs::OpenOptions::new().append(true).open(file).is_err() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("ours");
    }
    append(file, row);
    fs::set_permissions(file, mode).expect("ours");
}

/// At the most talkative level, neither tokens nor messages are in the log.
#[tokio::test]
async fn the_log_shows_no_secrets_and_no_messages() {
    let place = tempfile::tempdir().expect("a folder");
    let tokens = place.path().join("tokens");
    fs::write(&tokens, "recognize SECRET-reader-0123456789\n").expect("it can be written");
    let file = format!("tokens.file={}", tokens.display());
    let mut process = Process::start(&["--set", &file, "--set", "log.level=zhiyi=trace", "--set", "log.format=json"]);
    let channel = channel(process.address).await;
    for token in ["SECRET-reader-0123456789", "SECRET-guess-0123456789"] {
        let mut asked = tonic::Request::new(request("我要值机SECRET"));
        asked.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("ASCII"));
        let _ = RecognizerClient::new(channel.clone()).recognize(asked).await;
    }
    drop(channel);
    process.signal(Signal::TERM);
    process.end();
    let log = process.log();
    assert!(!log.contains("SECRET"), "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    assert!(log.contains("\"stopped\""), "{log}");
}
