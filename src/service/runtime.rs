//! The server's threads and sockets.
//!
//! One current-thread runtime for each core, each with its own listening socket on the same port (`SO_REUSEPORT`): the
//! kernel spreads connections, and a call never changes threads. Measured beforehand, this takes about 60 % of the CPU
//! of a multi-threaded runtime.

use super::dictionary::DictionaryService;
use super::proto::dictionary_server::DictionaryServer;
use super::proto::recognizer_server::RecognizerServer;
use super::recognizer::RecognizerService;
use super::{Limits, State, convert, proto};
use jiff::tz::TimeZone;
use socket2::{Domain, Protocol, Socket, Type};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server as Transport;

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Address to listen on; port 0 for any free one.
    pub listen: SocketAddr,
    /// Threads; one for each core by default.
    pub threads: usize,
    /// Limits on requests.
    pub limits: Limits,
    /// How long calls in flight may take after the server was told to stop.
    pub drain: Duration,
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A runtime could not be built.
    #[error("cannot start: {0}")]
    Runtime(#[from] std::io::Error),
    /// The protocol's descriptors cannot be served.
    #[error("reflection cannot be served: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The time zone of China is not known.
    #[error("time zone {zone}: {0}", zone = convert::DEFAULT_ZONE)]
    Zone(jiff::Error),
}

/// A server that listens.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Binds and starts to serve in the background.
    ///
    /// # Errors
    /// [`ServeError`]; nothing is left running then.
    pub fn start(state: Arc<State>, options: &ServerOptions) -> Result<Self, ServeError> {
        let bind = |address| listener(address).map_err(|source| ServeError::Bind { address, source });
        let first = bind(options.listen)?;
        let address = first.local_addr()?;
        let mut sockets = vec![first];
        for _ in 1..options.threads.max(1) {
            sockets.push(bind(address)?);
        }
        let zone = TimeZone::get(convert::DEFAULT_ZONE).map_err(ServeError::Zone)?;
        let (stop, stopped) = watch::channel(false);
        let (health_reporter, health) = tonic_health::server::health_reporter();
        let mut threads = Vec::new();
        for socket in sockets {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let service =
                RecognizerService { state: state.clone(), limits: options.limits.clone(), zone: zone.clone() };
            let dictionary = DictionaryService { state: state.clone() };
            let reflection = || {
                tonic_reflection::server::Builder::configure()
                    .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
                    .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            };
            let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
            let (health, reporter, mut stopped, drain) =
                (health.clone(), health_reporter.clone(), stopped.clone(), options.drain);
            threads.push(std::thread::spawn(move || {
                runtime.block_on(async move {
                    let listener = match TcpListener::from_std(socket) {
                        Ok(listener) => listener,
                        Err(error) => return tracing::error!(%error, "a serving thread could not listen"),
                    };
                    for name in ["", "zhiyi.v1.Recognizer", "zhiyi.v1.Dictionary"] {
                        reporter.set_service_status(name, tonic_health::ServingStatus::Serving).await;
                    }
                    let mut ended = stopped.clone();
                    let serving = Transport::builder()
                        .http2_keepalive_interval(Some(Duration::from_secs(60)))
                        .add_service(health)
                        .add_service(v1)
                        .add_service(v1alpha)
                        .add_service(RecognizerServer::new(service).max_decoding_message_size(LARGEST_REQUEST))
                        .add_service(DictionaryServer::new(dictionary))
                        .serve_with_incoming_shutdown(incoming(listener), async move {
                            let _ = stopped.wait_for(|s| *s).await;
                            for name in ["", "zhiyi.v1.Recognizer", "zhiyi.v1.Dictionary"] {
                                reporter.set_service_status(name, tonic_health::ServingStatus::NotServing).await;
                            }
                        });
                    let deadline = async move {
                        let _ = ended.wait_for(|s| *s).await;
                        tokio::time::sleep(drain).await;
                    };
                    tokio::select! {
                        result = serving => {
                            if let Err(error) = result {
                                tracing::error!(%error, "a serving thread ended");
                            }
                        }
                        () = deadline => tracing::warn!("calls in flight were cut off at the drain deadline"),
                    }
                });
            }));
        }
        Ok(Self { address, stop, threads })
    }

    /// The address the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops taking calls, lets those in flight finish until the drain deadline, and returns when all threads ended.
    pub fn stop(self) {
        let _ = self.stop.send(true);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Bytes of the largest request: a full batch of full messages is far below.
const LARGEST_REQUEST: usize = 16 << 20;
const BACKLOG: i32 = 1024;

fn listener(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Connections with Nagle's algorithm off: with it on, answers wait up to 40 ms for an acknowledgement.
fn incoming(listener: TcpListener) -> impl tokio_stream::Stream<Item = std::io::Result<TcpStream>> {
    TcpListenerStream::new(listener).map(|connection| {
        let connection = connection?;
        connection.set_nodelay(true)?;
        Ok(connection)
    })
}
