//! What tests of a running server do as its clients.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use tonic::Status;
use tonic::transport::Channel;
use tonic_types::StatusExt;
use zhiyi::service::proto::RecognizeRequest;

/// Connects without TLS.
pub async fn channel(address: SocketAddr) -> Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).expect("a URL");
    endpoint.connect().await.expect("the server listens")
}

pub fn moment(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

pub fn request(text: &str) -> RecognizeRequest {
    RecognizeRequest { text: text.into(), reference_time: moment(super::NOW), ..RecognizeRequest::default() }
}

/// The fields that a status complains about.
pub fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    details.bad_request().map(|b| b.field_violations.iter().map(|v| v.field.clone()).collect()).unwrap_or_default()
}

/// Writes rows at the end of a table.
pub fn append(file: &Path, rows: &str) {
    let text = std::fs::read_to_string(file).expect("the table is there");
    std::fs::write(file, text + rows).expect("the table can be written");
}

/// Asks until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < end, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Gets a page over plain HTTP: its status and its body.
pub fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// The value of a metric, by its name with labels; 0 where it is not listed.
pub fn metric(address: SocketAddr, name: &str) -> f64 {
    let (status, page) = get(address, "/metrics");
    assert_eq!(status, 200);
    let value = page.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0.0, |v| v.parse().expect("a number"))
}
