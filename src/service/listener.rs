//! Sockets and connections.

use super::metrics::ThreadMetrics;
use super::secrets::Secrets;
use super::stalled::{Peer, Stalled};
use super::tls::Certificates;
use socket2::{Domain, Protocol, Socket, Type};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

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
}

/// Takes connections until the stream is dropped: not more than allowed, after the TLS handshake where there is one.
/// A slow handshake keeps nobody else waiting.
pub(super) fn incoming(listener: TcpListener, door: Door) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = sender.closed() => return,
                accepted = listener.accept() => accepted,
            };
            let tcp = match accepted {
                Ok((tcp, _)) => tcp,
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would only burn the processor.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            };
            if door.metrics.connections.get() as usize >= door.most {
                door.metrics.turned_away.add(1);
                continue;
            }
            // With Nagle's algorithm on, answers wait up to 40 ms for an acknowledgement.
            if tcp.set_nodelay(true).is_err() {
                continue;
            }
            door.metrics.accepted.add(1);
            let open = Open::count(door.metrics.clone());
            match door.secrets.as_ref().and_then(|s| s.certificates.as_ref()).map(Certificates::current) {
                None => {
                    let connection = Connection::new(Io::Plain(tcp), open, door.handshake_time, door.stalled.clone());
                    let _ = sender.send(Ok(connection)).await;
                }
                Some(config) => {
                    let (sender, metrics, patience) = (sender.clone(), door.metrics.clone(), door.handshake_time);
                    let stalled = door.stalled.clone();
                    tokio::spawn(async move {
                        match tokio::time::timeout(patience, TlsAcceptor::from(config).accept(tcp)).await {
                            Ok(Ok(stream)) => {
                                let connection = Connection::new(Io::Tls(Box::new(stream)), open, patience, stalled);
                                let _ = sender.send(Ok(connection)).await;
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
    });
    ReceiverStream::new(receiver)
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

impl Connected for Connection {
    type ConnectInfo = Arc<Peer>;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.peer.cut() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
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

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write(cx, buf),
            Io::Tls(io) => Pin::new(io).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.io {
            Io::Plain(io) => Pin::new(io).poll_write_vectored(cx, bufs),
            Io::Tls(io) => Pin::new(io).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain(io) => io.is_write_vectored(),
            Io::Tls(io) => io.is_write_vectored(),
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
