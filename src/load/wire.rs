//! gRPC over HTTP/2 with as little as it takes, so that the client's own cost stays out of the figures: no channel, no
//! balancing, no codec; bytes in, bytes out.

use super::payload::FRAME;
use super::tally::Fault;
use crate::client::Tls;
use bytes::{Buf, Bytes, BytesMut};
use h2::client::{Builder, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A method of a server.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where the server listens.
    pub address: SocketAddr,
    /// What to connect with; `None` for a server without TLS.
    pub tls: Option<Tls>,
    /// Path of the method, such as `/zhiyi.v1.Recognizer/Recognize`.
    pub path: String,
    /// Sent as a bearer token.
    pub token: Option<String>,
    /// How long a caller waits; sent as `grpc-timeout` with calls of one answer.
    pub patience: Duration,
}

/// Why a call has no answer.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) fault: Fault,
    pub(super) what: String,
    /// True where the server cannot have seen the request.
    pub(super) unseen: bool,
}

impl Trouble {
    fn failed(what: impl std::fmt::Display) -> Self {
        Self { fault: Fault::Failed, what: what.to_string(), unseen: false }
    }
}

impl From<h2::Error> for Trouble {
    fn from(error: h2::Error) -> Self {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        Self {
            fault: if refused { Fault::Refused } else { Fault::Failed },
            // A connection that is being closed in good order tells which streams it did not look at.
            unseen: error.is_go_away() && error.is_remote() && error.reason() == Some(h2::Reason::NO_ERROR),
            what: error.to_string(),
        }
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error)
    }
}

/// RESOURCE_EXHAUSTED.
const EXHAUSTED: &str = "8";
/// DEADLINE_EXCEEDED.
const LATE: &str = "4";

/// Reads the status of an answer; `None` where the headers hold none.
fn status(headers: &HeaderMap) -> Option<Result<(), Trouble>> {
    let code = headers.get("grpc-status")?.to_str().unwrap_or("?");
    if code == "0" {
        return Some(Ok(()));
    }
    let message = headers.get("grpc-message").and_then(|m| m.to_str().ok()).unwrap_or("");
    let fault = match code {
        EXHAUSTED => Fault::Refused,
        LATE => Fault::TimedOut,
        _ => Fault::Failed,
    };
    Some(Err(Trouble { fault, what: format!("status {code} {message}"), unseen: false }))
}

/// A connection that is made anew when the server closes it.
pub(super) struct Link {
    target: Arc<Target>,
    request: Request<()>,
    /// How often it was made, and the way to send on it.
    current: Mutex<(u64, SendRequest<Bytes>)>,
    renewing: tokio::sync::Mutex<()>,
}

/// The window in which the server may send unasked: large, so that the client never holds it back.
const WINDOW: u32 = 16 << 20;

async fn connect(target: &Target) -> Result<SendRequest<Bytes>, Trouble> {
    let socket = TcpStream::connect(target.address).await?;
    socket.set_nodelay(true)?;
    match &target.tls {
        None => shake_hands(socket).await,
        Some(tls) => {
            let connector = TlsConnector::from(tls.config.clone());
            shake_hands(connector.connect(tls.name.clone(), socket).await?).await
        }
    }
}

async fn shake_hands(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Bytes>, Trouble> {
    let mut builder = Builder::new();
    builder.initial_window_size(1 << 20).initial_connection_window_size(WINDOW).enable_push(false);
    let (sender, connection) = builder.handshake(stream).await?;
    // Errors of the connection come to every call on it.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

impl Link {
    pub(super) async fn open(target: Arc<Target>) -> Result<Self, Trouble> {
        let scheme = if target.tls.is_some() { "https" } else { "http" };
        let uri: Uri = format!("{scheme}://{}{}", target.address, target.path).parse().map_err(Trouble::failed)?;
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert("te", HeaderValue::from_static("trailers"));
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        if let Some(token) = &target.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(Trouble::failed)?;
            value.set_sensitive(true);
            headers.insert("authorization", value);
        }
        let sender = connect(&target).await?;
        Ok(Self { target, request, current: Mutex::new((0, sender)), renewing: tokio::sync::Mutex::new(()) })
    }

    fn current(&self) -> MutexGuard<'_, (u64, SendRequest<Bytes>)> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A way to send: on the connection there is, or on a new one.
    async fn sender(&self) -> Result<SendRequest<Bytes>, Trouble> {
        let (seen, sender) = self.current().clone();
        if let Ok(sender) = sender.ready().await {
            return Ok(sender);
        }
        let _one_at_a_time = self.renewing.lock().await;
        let (times, sender) = self.current().clone();
        if times != seen {
            return Ok(sender.ready().await?);
        }
        let sender = connect(&self.target).await?;
        *self.current() = (times + 1, sender.clone());
        Ok(sender)
    }

    /// Calls with a framed message and returns the framed answer. A call that a closing connection did not look at is
    /// made once more, as every gRPC client does.
    pub(super) async fn call(&self, body: Bytes) -> Result<Bytes, Trouble> {
        match self.try_call(body.clone()).await {
            Err(trouble) if trouble.unseen => self.try_call(body).await,
            result => result,
        }
    }

    async fn try_call(&self, body: Bytes) -> Result<Bytes, Trouble> {
        let mut sender = self.sender().await?;
        let mut request = self.request.clone();
        let timeout = format!("{}m", self.target.patience.as_millis().min(99_999_999));
        request.headers_mut().insert("grpc-timeout", HeaderValue::from_str(&timeout).map_err(Trouble::failed)?);
        let (response, mut stream) = sender.send_request(request, false)?;
        stream.send_data(body, true)?;
        let mut incoming = accepted(response.await?)?;
        let mut whole = Bytes::new();
        while let Some(chunk) = incoming.data().await {
            let chunk = chunk?;
            let _ = incoming.flow_control().release_capacity(chunk.len());
            whole = if whole.is_empty() { chunk } else { [whole, chunk].concat().into() };
        }
        match incoming.trailers().await?.as_ref().and_then(status) {
            Some(result) => result.map(|()| whole),
            None => Err(Trouble::failed("the answer ends without grpc-status")),
        }
    }

    /// Opens a stream of messages in both directions.
    pub(super) async fn stream(&self) -> Result<(SendStream<Bytes>, Answers), Trouble> {
        let (response, stream) = self.sender().await?.send_request(self.request.clone(), false)?;
        Ok((stream, Answers::Awaited(response)))
    }
}

/// The body of an answer with status 200 whose headers do not already refuse.
fn accepted(response: Response<RecvStream>) -> Result<RecvStream, Trouble> {
    if response.status() != 200 {
        return Err(Trouble::failed(format_args!("HTTP status {}", response.status())));
    }
    if let Some(Err(trouble)) = status(response.headers()) {
        return Err(trouble);
    }
    Ok(response.into_body())
}

/// The answers of a stream.
pub(super) enum Answers {
    /// Nothing came yet: servers send headers with the first answer.
    Awaited(h2::client::ResponseFuture),
    /// The body and what of it was not yet taken.
    Open(RecvStream, BytesMut),
}

impl Answers {
    /// The next message, without its frame.
    pub(super) async fn next(&mut self) -> Result<Bytes, Trouble> {
        if let Answers::Awaited(response) = self {
            *self = Answers::Open(accepted(response.await?)?, BytesMut::new());
        }
        let Answers::Open(incoming, buffer) = self else { return Err(Trouble::failed("the stream is not open")) };
        loop {
            if let Some(message) = take_frame(buffer)? {
                return Ok(message);
            }
            match incoming.data().await {
                Some(chunk) => {
                    let chunk = chunk?;
                    let _ = incoming.flow_control().release_capacity(chunk.len());
                    buffer.extend_from_slice(&chunk);
                }
                None => {
                    let end = incoming.trailers().await?.as_ref().and_then(status);
                    return Err(match end {
                        Some(Err(trouble)) => trouble,
                        _ => Trouble::failed("the stream ended"),
                    });
                }
            }
        }
    }
}

/// Takes a whole message off the front of a buffer.
fn take_frame(buffer: &mut BytesMut) -> Result<Option<Bytes>, Trouble> {
    let [flag, a, b, c, d, ..] = buffer[..] else { return Ok(None) };
    if flag != 0 {
        return Err(Trouble::failed("a compressed message that nobody asked for"));
    }
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    if buffer.len() < FRAME + length {
        return Ok(None);
    }
    buffer.advance(FRAME);
    Ok(Some(buffer.split_to(length).freeze()))
}
