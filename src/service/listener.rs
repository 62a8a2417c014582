//! Sockets and connections.

use super::metrics::ThreadMetrics;
use super::secrets::Secrets;
use super::stalled::{Peer, Stalled};
use super::tls::Certificates;
use socket2::{Domain, Protocol, Socket, Type};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const BACKLOG: i32 = 1024;

/// Opens listening sockets on one port, which the kernel spreads connections over.
///
/// # Errors
/// Where the address cannot be had, also because another server listens there, although the port could be shared.
pub(super) fn listen(address: SocketAddr, sockets: usize) -> io::Result<Vec<std::net::TcpListener>> {
    let open = |address: SocketAddr, shared: bool| -> io::Result<Socket> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        #[cfg(unix)]
        socket.set_reuse_port(shared)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(socket)
    };
    if address.port() != 0 {
        open(address, false)?;
    }
    let first: std::net::TcpListener = open(address, true)?.into();
    let address = first.local_addr()?;
    let others = (1..sockets).map(|_| Ok(open(address, true)?.into()));
    std::iter::once(Ok(first)).chain(others).collect()
}

/// How connections are taken.
pub(super) struct Door {
    pub(super) metrics: Arc<ThreadMetrics>,
    /// The most connections at one time.
    pub(super) most: usize,
    /// Where connections are encrypted if there are certificates.
    pub(super) secrets: Option<Arc<Secrets>>,
    /// Time for the TLS handshake, and then for HTTP/2's first words.
    pub(super) handshake_time: Duration,
    /// Where connections enter on which answers wait.
    pub(super) stalled: Arc<Stalled>,
    /// How long what was sent may go without being taken by the client's system, if not for ever: a ping of HTTP/2 finds
    /// nobody out who has stopped reading, because it waits behind what was sent before.
    pub(super) unacknowledged: Option<Duration>,
}

impl Door {
    /// Takes connections until `closed`, not more than allowed, and serves each in a task of its own, after the TLS
    /// handshake where there is one: a slow one keeps nobody else waiting.
    pub(super) async fn open<F: Future<Output = ()> + Send + 'static>(
        self,
        listener: TcpListener,
        closed: impl Future<Output = ()>,
        serve: impl Fn(Connection) -> F + Clone + Send + 'static,
    ) {
        let mut closed = pin!(closed);
        loop {
            let accepted = tokio::select! {
                () = &mut closed => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((tcp, _)) => self.take(tcp, serve.clone()),
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would only burn the processor.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    fn take<F: Future<Output = ()> + Send + 'static>(
        &self,
        tcp: TcpStream,
        serve: impl Fn(Connection) -> F + Send + 'static,
    ) {
        if self.metrics.connections.get() as usize >= self.most {
            self.metrics.turned_away.add(1);
            return;
        }
        // With Nagle's algorithm on, answers wait up to 40 ms for an acknowledgement.
        if tcp.set_nodelay(true).is_err() {
            return;
        }
        #[cfg(target_os = "linux")]
        if socket2::SockRef::from(&tcp).set_tcp_user_timeout(self.unacknowledged).is_err() {
            return;
        }
        self.metrics.accepted.add(1);
        let open = Open::count(self.metrics.clone());
        let (patience, stalled) = (self.handshake_time, self.stalled.clone());
        match self.secrets.as_ref().and_then(|s| s.certificates.as_ref()).map(Certificates::current) {
            None => {
                tokio::spawn(serve(Connection::new(Io::Plain(tcp), open, patience, stalled)));
            }
            Some(config) => {
                let metrics = self.metrics.clone();
                tokio::spawn(async move {
                    match tokio::time::timeout(patience, TlsAcceptor::from(config).accept(tcp)).await {
                        Ok(Ok(stream)) => {
                            serve(Connection::new(Io::Tls(Box::new(stream)), open, patience, stalled)).await;
                        }
                        Ok(Err(error)) => {
                            metrics.failed_handshakes.add(1);
                            tracing::debug!(%error, "a TLS handshake failed");
                        }
                        Err(_) => metrics.failed_handshakes.add(1),
                    }
                });
            }
        }
    }
}

/// Counts a connection as long as it is open.
struct Open(Arc<ThreadMetrics>);

impl Open {
    fn count(metrics: Arc<ThreadMetrics>) -> Self {
        metrics.connections.add(1);
        Self(metrics)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.subtract(1);
    }
}

enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that was taken.
pub(super) struct Connection {
    io: Io,
    preface: Option<Preface>,
    peer: Arc<Peer>,
    stalled: Arc<Stalled>,
    /// It is among the stalled ones.
    waits: bool,
    _open: Open,
}

/// What a client has to say before the keep-alive of HTTP/2 looks after a connection.
struct Preface {
    missing: usize,
    timer: Pin<Box<Sleep>>,
}

/// Length of HTTP/2's connection preface, in bytes.
const PREFACE: usize = 24;

impl Connection {
    fn new(io: Io, open: Open, patience: Duration, stalled: Arc<Stalled>) -> Self {
        let timer = Box::pin(tokio::time::sleep(patience));
        let preface = Some(Preface { missing: PREFACE, timer });
        Self { io, preface, peer: Arc::default(), stalled, waits: false, _open: open }
    }

    /// What the answers on this connection are counted by.
    pub(super) fn peer(&self) -> Arc<Peer> {
        self.peer.clone()
    }

    /// Fails once the connection has to be closed. Asked before reads and writes alike: while a write waits for the client,
    /// nothing is read.
    fn check(&self) -> io::Result<()> {
        if self.peer.cut() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    /// Enters or leaves the stalled ones. Asked after each read, which follows whatever is sent.
    fn look_at_answers(&mut self, cx: &Context<'_>) {
        let waits = self.peer.waits();
        if waits {
            self.stalled.enter(&self.peer, cx.waker());
        } else if self.waits {
            self.stalled.leave(&self.peer);
        }
        self.waits = waits;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.waits {
            self.stalled.leave(&self.peer);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        let before = buf.filled().len();
        let polled = match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_read(cx, buf),
            Io::Tls(io) => Pin::new(io).poll_read(cx, buf),
        };
        if let Some(preface) = &mut self.preface {
            preface.missing = preface.missing.saturating_sub(buf.filled().len() - before);
            if preface.missing == 0 {
                self.preface = None;
            } else if polled.is_pending() && preface.timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        self.look_at_answers(cx);
        polled
    }
}

/// Not vectored, on purpose: above a vectored transport h2 sends each piece of 256 bytes and more by itself, which makes two
/// writes and two packets of nearly every answer, its trailers being the second. Otherwise it copies up to 1,024 bytes.
impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write(cx, buf),
            Io::Tls(io) => Pin::new(io).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_flush(cx),
            Io::Tls(io) => Pin::new(io).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Io::Tls(io) => Pin::new(io).poll_shutdown(cx),
        }
    }
}
