use super::{Common, Failure, Verdict};
use crate::config::{Config, RawConfig};
use crate::memory;
use crate::service::Server;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Flags override the environment, which overrides the file. Only given ones are settings, so they have no defaults.
#[derive(clap::Args)]
pub(super) struct ServeArgs {
    /// Settings (TOML); deploy/zhiyi.toml lists all with their defaults
    #[arg(long, env = "ZHIYI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to listen on; port 0 takes any free one [default: 127.0.0.1:50051]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Serving threads [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<String>,
    /// The most characters of a message [default: 2000]
    #[arg(long, value_name = "N")]
    max_message_chars: Option<String>,
    /// The most messages of a batch [default: 1000]
    #[arg(long, value_name = "N")]
    max_batch: Option<String>,
    /// Seconds that calls in flight may take after SIGTERM [default: 10]
    #[arg(long, value_name = "N")]
    drain_seconds: Option<String>,
    /// Any other setting, such as limits.request_time=5s; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Print the settings with their defaults and exit
    #[arg(long)]
    print_config: bool,
}

impl ServeArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        if self.print_config {
            write!(std::io::stdout(), "{}", crate::config::DEFAULTS)?;
            return Ok(Verdict::Fine);
        }
        let config = self.config(common)?;
        let filter = tracing_subscriber::EnvFilter::new(&config.log.level);
        let colored = super::color(std::io::stderr().is_terminal());
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colored);
        if config.log.json {
            log.json().flatten_event(true).init();
        } else {
            log.init();
        }
        let started = std::time::Instant::now();
        let common = Common { dictionaries: config.dictionary.path.clone(), ..common.clone() };
        let loaded = common.load()?;
        let bundle = loaded.recognizer.bundle();
        tracing::info!(
            version = bundle.version,
            path = %loaded.path.display(),
            compiled = !loaded.cached,
            accounts = bundle.content.accounts.len(),
            intents = bundle.content.intents.len(),
            terms = bundle.lexicon.terms(),
            milliseconds = started.elapsed().as_millis() as u64,
            "dictionary ready"
        );
        // Compiling and loading leave much behind.
        memory::give_back();
        // What is loaded first stays and is read by every message; later dictionaries come and go.
        if !config.huge_pages {
            memory::without_huge_pages();
        }
        let signals = Signals::listen()?;
        let server = Server::start(loaded, &config).map_err(|e| Failure::Message(e.to_string()))?;
        tracing::info!(
            address = %server.address(),
            threads = config.threads,
            tls = config.tls.is_some(),
            mutual = config.tls.as_ref().is_some_and(|t| t.client_ca.is_some()),
            tokens = config.tokens.is_some(),
            "serving gRPC"
        );
        if let Some(address) = server.admin_address() {
            tracing::info!(%address, "serving administration");
        }
        if let Some(address) = server.metrics_address() {
            tracing::info!(%address, "serving metrics");
        }
        writeln!(std::io::stdout(), "listening on {}", server.address())?;
        signals.wait(&server)?;
        tracing::info!("stopping: calls in flight finish first");
        server.stop();
        tracing::info!("stopped");
        Ok(Verdict::Fine)
    }

    /// Gathers and understands all layers.
    fn config(&self, common: &Common) -> Result<Config, Failure> {
        let mut raw = RawConfig::default();
        if let Some(path) = &self.config {
            let text = std::fs::read_to_string(path)
                .map_err(|e| Failure::Message(format!("--config {}: {e}", path.display())))?;
            raw.file(&path.display().to_string(), &text);
        }
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        raw.environment(std::env::vars_os().map(|(name, value)| (text(name), text(value))));
        let flags = [
            ("--listen", "server.listen", &self.listen),
            ("--threads", "server.threads", &self.threads),
            ("--max-message-chars", "limits.message_chars", &self.max_message_chars),
            ("--max-batch", "limits.batch_messages", &self.max_batch),
            ("--drain-seconds", "server.drain", &self.drain_seconds),
        ];
        for (flag, key, value) in flags {
            if let Some(value) = value {
                raw.flag(flag, key, value);
            }
        }
        if let Some(path) = &common.dictionaries {
            raw.flag("--dictionaries", "dictionary.path", path.display().to_string());
        }
        self.settings.iter().for_each(|text| raw.assignment("--set", text));
        raw.understand().map_err(|faults| {
            let n = faults.0.len();
            Failure::Message(format!("{n} fault(s) in the settings:\n{faults}"))
        })
    }
}

/// Waits for signals. They are taken from [`Signals::listen`] on, so that none that comes early ends the program.
struct Signals {
    runtime: tokio::runtime::Runtime,
    #[cfg(unix)]
    streams: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        let streams = [interrupt?, terminate?, hangup?];
        drop(inside);
        Ok(Self { runtime, streams })
    }

    #[cfg(not(unix))]
    fn listen() -> Result<Self, Failure> {
        Ok(Self { runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()? })
    }

    /// Returns on SIGINT or SIGTERM; SIGHUP reads the dictionary, certificates, tokens and keys again.
    #[cfg(unix)]
    fn wait(self, server: &Server) -> Result<(), Failure> {
        let [mut interrupt, mut terminate, mut hangup] = self.streams;
        self.runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => return,
                    _ = terminate.recv() => return,
                    _ = hangup.recv() => server.reload(),
                }
            }
        });
        Ok(())
    }

    /// Returns on Ctrl-C.
    #[cfg(not(unix))]
    fn wait(self, _: &Server) -> Result<(), Failure> {
        Ok(self.runtime.block_on(tokio::signal::ctrl_c())?)
    }
}
