//! The server's threads.
//!
//! One current-thread runtime for each core, each with its own listening socket on the same port (`SO_REUSEPORT`): the
//! kernel spreads connections, and a call never changes threads. Measured beforehand, this takes about 60 % of the CPU
//! of a multi-threaded runtime. One further thread serves administration and metrics.

use super::dictionary::DictionaryService;
use super::gate::{Gate, Guarded};
use super::keeper::{Command, Keeper, fits};
use super::listener::{Connection, Door, listen};
use super::message_log::MessageLog;
use super::metrics::ThreadMetrics;
use super::proto::dictionary_server::DictionaryServer;
use super::proto::recognizer_server::RecognizerServer;
use super::recognizer::{Reading, RecognizerService};
use super::rules::{Rules, share};
use super::secrets::Secrets;
use super::services::Services;
use super::serving::{Serving, Taker};
use super::stage::{Stage, reached};
use super::stalled::Stalled;
use super::stamp::Stamp;
use super::tokens::Role;
use super::traces::Tracer;
use super::versions::Versions;
use super::{Shared, convert, http, proto};
use crate::builder::Loaded;
use crate::config::Config;
use arc_swap::ArcSwapOption;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use jiff::tz::TimeZone;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address with {key}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The setting it comes from.
        key: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Certificates, tokens or the recognition log cannot be used.
    #[error("{0}")]
    Files(String),
    /// The dictionary is larger than allowed.
    #[error("{0}")]
    Dictionary(String),
    /// Whoever reaches the address could change what is served.
    #[error(
        "admin.listen: {0} is reached by others, and nothing says who they are; let tokens.file name an administrator, \
         ask for client certificates with tls.client_ca, or listen on a loopback address"
    )]
    OpenAdministration(SocketAddr),
    /// A runtime or thread could not be started.
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
    admin_address: Option<SocketAddr>,
    metrics_address: Option<SocketAddr>,
    shared: Arc<Shared>,
    stage: watch::Sender<Stage>,
    drain_delay: Duration,
    threads: Vec<std::thread::JoinHandle<()>>,
    side: std::thread::JoinHandle<()>,
}

/// So many bytes of a stream's answers HTTP/2 may take before the client does.
const STREAM_BUFFER: usize = 16 << 10;

/// The names that health knows.
const SERVING: [&str; 2] = ["", "zhiyi.v1.Recognizer"];
const ADMINISTRATION: &str = "zhiyi.v1.Dictionary";
/// Always SERVING: the process is alive, whatever it is ready for.
const LIVENESS: &str = "liveness";

impl Server {
    /// Binds and starts to serve a dictionary in the background. Everything that can fail does so before a port opens.
    ///
    /// # Errors
    /// [`ServeError`]; nothing is left running then.
    pub fn start(loaded: Loaded, config: &Config) -> Result<Self, ServeError> {
        // On a thread of its own: the caller's may be one of a runtime, where none may be waited for or dropped.
        std::thread::scope(|s| s.spawn(|| Self::begin(loaded, config)).join())
            .unwrap_or_else(|_| Err(std::io::Error::other("the program failed; please report it").into()))
    }

    fn begin(loaded: Loaded, config: &Config) -> Result<Self, ServeError> {
        let seen = Stamp::of_dictionary(&loaded.path).ok();
        if let Some(seen) = &seen {
            fits(&loaded.path, seen, &config.dictionary).map_err(|e| ServeError::Dictionary(e.to_string()))?;
        }
        let zone = TimeZone::get(convert::DEFAULT_ZONE).map_err(ServeError::Zone)?;
        let secrets = Arc::new(Secrets::load(config).map_err(ServeError::Files)?);
        let log = config.recognition_log.as_ref().map(MessageLog::start).transpose().map_err(ServeError::Files)?;
        let side_runtime = runtime()?;
        let tracer = {
            let _inside = side_runtime.enter();
            config.traces.as_ref().map(Tracer::start).transpose().map_err(ServeError::Files)?
        };
        let (commands, waiting) = std::sync::mpsc::channel();
        let shared = Arc::new(Shared {
            versions: Versions::new(loaded.recognizer, &loaded.path, config),
            shadow: ArcSwapOption::empty(),
            shadow_path: config.shadow.path.clone(),
            shadow_fault: ArcSwapOption::empty(),
            shadow_queue: config.shadow.queue,
            reading: Reading { limits: config.limits.clone(), zone, secrets: secrets.clone() },
            reading_threads: config.threads,
            secrets,
            log,
            tracer,
            metrics: (0..=config.threads).map(|_| Arc::default()).collect(),
            commands,
            watching: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
            started: jiff::Timestamp::now(),
        });

        // Whoever reaches a port that others reach must not change what it serves, unless a token says who it is.
        let tokens = shared.secrets.tokens.as_ref();
        let guarded = |address: SocketAddr| tokens.map_or(address.ip().is_loopback(), |t| t.any(Role::Administer));
        let mutual = config.tls.as_ref().is_some_and(|t| t.client_ca.is_some());
        if let Some(address) = config.admin_listen
            && !guarded(address)
            && (tokens.is_some() || !mutual)
        {
            return Err(ServeError::OpenAdministration(address));
        }
        let public_administration = config.admin_listen.is_none() && guarded(config.listen);
        if config.admin_listen.is_none() && !public_administration {
            let why = if tokens.is_some() { "no token names an administrator" } else { "the port is public" };
            tracing::warn!(
                "the Dictionary service is not offered: {why}; set admin.listen, or name one in tokens.file"
            );
        }
        let bind = |address, key, sockets| {
            listen(address, sockets).map_err(|source| ServeError::Bind { address, key, source })
        };
        let bind_one = |address, key| Ok::<_, ServeError>(bind(address, key, 1)?.into_iter().next());
        let admin = config.admin_listen.map(|a| bind_one(a, "admin.listen")).transpose()?.flatten();
        let metrics = config.metrics_listen.map(|a| bind_one(a, "metrics.listen")).transpose()?.flatten();
        // Last, so that nobody is let in where something else fails.
        let sockets = bind(config.listen, "--listen", config.threads)?;
        let address = sockets.first().map_or(Ok(config.listen), StdListener::local_addr)?;
        let admin_address = admin.as_ref().map(StdListener::local_addr).transpose()?;
        let metrics_address = metrics.as_ref().map(StdListener::local_addr).transpose()?;

        let (stage, stages) = watch::channel(Stage::Serving);
        let (health, health_service) = tonic_health::server::health_reporter();
        let names: Vec<&'static str> =
            SERVING.into_iter().chain((public_administration || admin.is_some()).then_some(ADMINISTRATION)).collect();
        let serving = async {
            for name in names.iter().chain([&LIVENESS]) {
                health.set_service_status(*name, ServingStatus::Serving).await;
            }
        };
        side_runtime.block_on(serving);
        let listeners = Listeners { shared: shared.clone(), config: config.clone(), stages };

        let mut threads = Vec::new();
        for (thread, socket) in sockets.into_iter().enumerate() {
            let runtime = runtime()?;
            let metrics = shared.metrics[thread].clone();
            let listeners = listeners.clone();
            let log = shared.log.as_ref().map(MessageLog::end).map(Arc::new);
            let service = RecognizerService { shared: shared.clone(), thread, metrics, log };
            let largest = config.limits.request_bytes;
            let recognizer = Some(RecognizerServer::new(service).max_decoding_message_size(largest));
            let mut routes = Routes::new(health_service.clone());
            if public_administration {
                routes = routes.add_service(DictionaryServer::new(DictionaryService { shared: shared.clone() }));
            }
            if config.reflection {
                routes = reflection(routes)?;
            }
            let services = Services { recognizer, others: routes.prepare() };
            let name = format!("serve-{thread}");
            threads.push(std::thread::Builder::new().name(name).spawn(move || {
                runtime.block_on(listeners.grpc(socket, services, thread, Stage::Draining));
            })?);
        }

        let mut admin_routes = Routes::new(health_service)
            .add_service(DictionaryServer::new(DictionaryService { shared: shared.clone() }));
        if config.reflection {
            admin_routes = reflection(admin_routes)?;
        }
        let admin_services = Services { recognizer: None, others: admin_routes.prepare() };
        let watch_health = not_serving(health, names, listeners.stages.clone());
        let side_listeners = listeners.clone();
        let side_thread = config.threads;
        let side = std::thread::Builder::new().name("administration".into()).spawn(move || {
            side_runtime.block_on(async move {
                tokio::spawn(watch_health);
                let (other, mut stages) = (side_listeners.clone(), side_listeners.stages.clone());
                let tracer = side_listeners.shared.tracer.clone();
                let admin = async {
                    match admin {
                        Some(socket) => {
                            side_listeners.grpc(socket, admin_services, side_thread, Stage::Over).await;
                        }
                        None => drop(stages.wait_for(|s| *s == Stage::Over).await),
                    }
                };
                let metrics = async {
                    if let Some(socket) = metrics {
                        other.http(socket).await;
                    }
                };
                tokio::join!(admin, metrics);
                if let Some(tracer) = &tracer {
                    tracer.close().await;
                }
            });
        })?;
        Keeper::start(shared.clone(), config.dictionary.clone(), seen, waiting)?;
        let drain_delay = config.drain_delay;
        Ok(Self { address, admin_address, metrics_address, shared, stage, drain_delay, threads, side })
    }

    /// The address that messages are sent to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the Dictionary service, where it has one of its own.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// The address of `/metrics`, `/livez` and `/readyz`.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Reads dictionary, certificates and tokens again, in the background.
    pub fn reload(&self) {
        let _ = self.shared.commands.send(Command::Hangup);
    }

    /// Says NOT_SERVING, waits for balancers to notice, stops taking calls, lets those in flight finish until the drain
    /// deadline, and returns when all threads ended.
    pub fn stop(self) {
        self.shared.leaving.store(true, Ordering::Relaxed);
        self.stage.send_replace(Stage::Leaving);
        std::thread::sleep(self.drain_delay);
        self.stage.send_replace(Stage::Draining);
        for thread in self.threads {
            let _ = thread.join();
        }
        let _ = self.shared.commands.send(Command::Stop);
        self.stage.send_replace(Stage::Over);
        let _ = self.side.join();
        self.shared.shadow.store(None);
        if let Some(log) = &self.shared.log {
            log.close();
        }
    }
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn reflection(routes: Routes) -> Result<Routes, tonic_reflection::server::Error> {
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(routes.add_service(builder().build_v1()?).add_service(builder().build_v1alpha()?))
}

/// Health says no as soon as the server is told to stop.
async fn not_serving(health: HealthReporter, names: Vec<&'static str>, mut stages: watch::Receiver<Stage>) {
    let _ = stages.wait_for(|s| *s >= Stage::Leaving).await;
    for name in names {
        health.set_service_status(name, ServingStatus::NotServing).await;
    }
}

/// What every listener needs.
#[derive(Clone)]
struct Listeners {
    shared: Arc<Shared>,
    config: Config,
    stages: watch::Receiver<Stage>,
}

impl Listeners {
    fn door(&self, metrics: Arc<ThreadMetrics>, tls: bool, threads: usize, stalled: Arc<Stalled>) -> Door {
        Door {
            metrics,
            most: share(self.config.limits.connections, threads),
            secrets: tls.then(|| self.shared.secrets.clone()),
            handshake_time: self.config.limits.handshake_time,
            stalled,
            unacknowledged: self.config.keepalive_interval.map(|i| i.saturating_add(self.config.keepalive_timeout)),
        }
    }

    /// Serves gRPC until `end`, then lets calls in flight finish until the drain deadline, which is one for all listeners.
    async fn grpc(self, socket: StdListener, services: Services, thread: usize, end: Stage) {
        let Some(listener) = listener(socket) else { return };
        let (limits, config) = (&self.config.limits, &self.config);
        let threads = if end == Stage::Over { 1 } else { config.threads };
        let metrics = self.shared.metrics[thread].clone();
        let stalled = Arc::new(Stalled::new(limits.stalled_time));
        let rules = Rules::new(limits, threads, metrics.clone(), self.shared.secrets.clone(), stalled.clone());
        let gate = Gate {
            rules: Arc::new(rules),
            tracer: self.shared.tracer.clone(),
            request_time: limits.request_time,
            stream_idle: limits.stream_idle,
            stages: self.stages.clone(),
            services,
        };
        let mut http = http2::Builder::new(Taker);
        http.timer(TokioTimer::new())
            .keep_alive_interval(config.keepalive_interval)
            .keep_alive_timeout(config.keepalive_timeout)
            .max_concurrent_streams(limits.streams_per_connection)
            .max_header_list_size(limits.header_bytes)
            .max_send_buf_size(STREAM_BUFFER)
            .max_pending_accept_reset_streams(limits.pending_resets)
            .auto_date_header(false);
        let door = self.door(metrics.clone(), true, threads, stalled);
        let (age, stages) = (limits.connection_age, self.stages.clone());
        // Ends when the last connection has.
        let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
        // A handshake that goes on when no connection is served any more is nobody's loss.
        let weak = open.downgrade();
        let serve = move |connection: Connection| {
            let (gate, metrics, open, stages) = (gate.clone(), metrics.clone(), weak.upgrade(), stages.clone());
            let guarded = Guarded { gate, peer: connection.peer() };
            let http = http.serve_connection(TokioIo::new(connection), guarded);
            async move {
                if let Some(_open) = open {
                    Serving::new(http, until_leaving(age, stages, end), metrics).await;
                }
            }
        };
        let serving = async {
            door.open(listener, reached(self.stages.clone(), end), serve).await;
            drop(open);
            let _ = all_closed.recv().await;
        };
        let deadline = async {
            reached(self.stages.clone(), Stage::Draining).await;
            tokio::time::sleep(config.drain).await;
            reached(self.stages.clone(), end).await;
        };
        tokio::select! {
            () = serving => {}
            () = deadline => tracing::warn!("calls in flight were cut off at the drain deadline"),
        }
    }

    /// Serves plain HTTP until the very end.
    async fn http(self, socket: StdListener) {
        let Some(listener) = listener(socket) else { return };
        // Its connections are none of the service's.
        let stalled = Arc::new(Stalled::new(self.config.limits.stalled_time));
        let door = self.door(Arc::default(), false, 1, stalled);
        let router = http::router(self.shared.clone());
        let serve = move |connection: Connection| {
            let service = TowerToHyperService::new(router.clone());
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(connection), service);
            async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection for metrics failed");
                }
            }
        };
        door.open(listener, reached(self.stages.clone(), Stage::Over), serve).await;
    }
}

fn listener(socket: StdListener) -> Option<TcpListener> {
    TcpListener::from_std(socket).inspect_err(|error| tracing::error!(%error, "a thread could not listen")).ok()
}

/// Ends when a connection is too old, or the server takes no new calls.
async fn until_leaving(age: Option<Duration>, stages: watch::Receiver<Stage>, end: Stage) {
    match age {
        Some(age) => drop(tokio::time::timeout(age, reached(stages, end)).await),
        None => reached(stages, end).await,
    }
}
