use super::{Common, Failure, Verdict};
use crate::context::Seal;
use crate::service::Limits;
use crate::service::{Server, ServerOptions, State};
use std::net::SocketAddr;
use std::time::Duration;

#[derive(clap::Args)]
pub(super) struct ServeArgs {
    /// Address to listen on; port 0 takes any free one
    #[arg(long, env = "ZHIYI_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Serving threads; one for each core where left out
    #[arg(long, env = "ZHIYI_THREADS", value_name = "N")]
    threads: Option<usize>,
    /// The most characters of a message
    #[arg(long, env = "ZHIYI_MAX_MESSAGE_CHARS", value_name = "N", default_value_t = Limits::default().message_chars)]
    max_message_chars: usize,
    /// The most messages of a batch
    #[arg(long, env = "ZHIYI_MAX_BATCH", value_name = "N", default_value_t = Limits::default().batch_messages)]
    max_batch: usize,
    /// Keys that sign contexts, separated by blanks: the first signs, all are accepted; without one contexts carry a checksum
    #[arg(long, env = "ZHIYI_CONTEXT_KEYS", hide_env_values = true, value_name = "KEYS", default_value = "")]
    context_keys: String,
    /// Seconds that calls in flight may take after SIGTERM
    #[arg(long, env = "ZHIYI_DRAIN_SECONDS", value_name = "N", default_value_t = 10)]
    drain_seconds: u64,
}

impl ServeArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let filter = tracing_subscriber::EnvFilter::try_from_env("ZHIYI_LOG").unwrap_or_else(|_| "info".into());
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
        let started = std::time::Instant::now();
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
        let options = ServerOptions {
            listen: self.listen,
            threads: self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1),
            limits: Limits { message_chars: self.max_message_chars, batch_messages: self.max_batch },
            drain: Duration::from_secs(self.drain_seconds),
        };
        let seal = Seal::new(self.context_keys.split_whitespace().map(|key| key.as_bytes().to_vec()));
        let server =
            Server::start(State::with_seal(loaded, seal), &options).map_err(|e| Failure::Message(e.to_string()))?;
        tracing::info!(address = %server.address(), threads = options.threads, "serving gRPC");
        println!("listening on {}", server.address());
        wait_for_signal()?;
        tracing::info!("stopping: calls in flight finish first");
        server.stop();
        Ok(Verdict::Fine)
    }
}

/// Returns on SIGINT or SIGTERM.
fn wait_for_signal() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        #[cfg(unix)]
        {
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                result = tokio::signal::ctrl_c() => result,
                _ = terminate.recv() => Ok(()),
            }
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await
    })?;
    Ok(())
}
