//! What `serve` is told: settings from the compiled-in defaults, a file, the environment and flags.
//!
//! Gathering ([`RawConfig`]) and understanding ([`Config`]) are apart, so that every fault of every layer is reported at
//! once and before a port opens. `deploy/zhiyi.toml` is the one list of keys and defaults.

mod layers;
mod units;

pub use layers::RawConfig;

use layers::Origin;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;

/// The commented file with every key and its default.
pub const DEFAULTS: &str = include_str!("../../deploy/zhiyi.toml");

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// File and line, variable or flag.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|f| format!("{}: {}", f.place, f.message)).collect::<Vec<_>>().join("\n"))]
pub struct ConfigFaults(pub Vec<ConfigFault>);

/// What `serve` does; see `deploy/zhiyi.toml` for what each setting means.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct Config {
    pub listen: SocketAddr,
    /// At least 1.
    pub threads: usize,
    pub reflection: bool,
    pub huge_pages: bool,
    pub drain_delay: Duration,
    pub drain: Duration,
    pub admin_listen: Option<SocketAddr>,
    pub metrics_listen: Option<SocketAddr>,
    pub dictionary: DictionaryConfig,
    pub shadow: ShadowConfig,
    pub cache: CacheConfig,
    pub limits: Limits,
    /// `None`: never.
    pub keepalive_interval: Option<Duration>,
    pub keepalive_timeout: Duration,
    pub tls: Option<TlsConfig>,
    pub tokens: Option<PathBuf>,
    pub context_keys: Option<PathBuf>,
    pub log: LogConfig,
    pub recognition_log: Option<RecognitionLogConfig>,
    pub traces: Option<TracesConfig>,
}

/// Section `dictionary`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct DictionaryConfig {
    pub path: Option<PathBuf>,
    pub watch: bool,
    pub settle: Duration,
    /// `None`: never.
    pub poll: Option<Duration>,
    pub tests: TestsGate,
    pub largest: usize,
    /// At least 1.
    pub kept: usize,
    pub history: Option<PathBuf>,
    pub history_files: usize,
    /// 0 to 19.
    pub nice: u8,
}

/// What happens when a test of a pack fails on a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestsGate {
    /// The running dictionary stays.
    Refuse,
    /// It is logged.
    Warn,
    /// Tests are not run.
    Off,
}

/// Section `cache`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct CacheConfig {
    pub readings: usize,
}

/// Section `shadow`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct ShadowConfig {
    pub path: Option<PathBuf>,
    pub queue: usize,
}

/// Section `limits`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct Limits {
    pub message_chars: usize,
    pub batch_messages: usize,
    pub request_bytes: usize,
    pub buffered_bytes: usize,
    pub concurrent_requests: usize,
    pub batched_messages: usize,
    pub open_streams: usize,
    pub arriving_requests: usize,
    pub retry_after: Duration,
    pub request_time: Duration,
    pub stalled_time: Duration,
    /// `None`: never.
    pub stream_idle: Option<Duration>,
    pub connections: usize,
    /// `None`: never.
    pub connection_age: Option<Duration>,
    pub streams_per_connection: u32,
    pub header_bytes: u32,
    pub pending_resets: usize,
    pub handshake_time: Duration,
}

/// Section `tls`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct TlsConfig {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub client_ca: Option<PathBuf>,
}

/// Section `log`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct LogConfig {
    pub level: String,
    pub json: bool,
}

/// Section `recognition_log`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct RecognitionLogConfig {
    pub path: PathBuf,
    pub sample: f64,
    pub rotate: usize,
    pub files: usize,
    pub queue: usize,
}

/// Section `traces`.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each field is the key of the same name, which deploy/zhiyi.toml documents")]
pub struct TracesConfig {
    pub endpoint: String,
    pub sample: f64,
    pub queue: usize,
}

/// What `limits.concurrent_requests` means by 0, for each thread.
const CALLS_OF_A_THREAD: usize = 1_024;
/// What `limits.batched_messages` means by 0, for each thread.
const BATCHED_MESSAGES_OF_A_THREAD: usize = 30_000;

impl Default for Config {
    /// What `deploy/zhiyi.toml` says.
    fn default() -> Self {
        // A unit test holds the compiled-in file to being free of faults.
        RawConfig::default().understand().unwrap_or_else(|faults| unreachable!("{faults}"))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Config::default().limits
    }
}

impl RawConfig {
    /// Understands all settings.
    ///
    /// # Errors
    /// Every fault at once: of the layers, of single values, and of settings that do not fit together.
    pub fn understand(self) -> Result<Config, ConfigFaults> {
        let mut r = Reader { raw: self };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let listen = r.address("server.listen");
        let threads = match r.number("server.threads", 0, 1024) {
            0 => cores,
            n => n,
        };
        let or_for_each_thread = |limit: usize, of_one: usize| if limit == 0 { of_one * threads } else { limit };
        let config = Config {
            listen,
            threads,
            reflection: r.switch("server.reflection"),
            huge_pages: r.switch("server.huge_pages"),
            drain_delay: r.time("server.drain_delay"),
            drain: r.time("server.drain"),
            admin_listen: r.optional("admin.listen", Reader::address),
            metrics_listen: r.optional("metrics.listen", Reader::address),
            dictionary: DictionaryConfig {
                path: r.path("dictionary.path"),
                watch: r.switch("dictionary.watch"),
                settle: r.time("dictionary.settle"),
                poll: r.time_or_never("dictionary.poll"),
                tests: r.choice(
                    "dictionary.tests",
                    &[("refuse", TestsGate::Refuse), ("warn", TestsGate::Warn), ("off", TestsGate::Off)],
                ),
                largest: r.size("dictionary.largest"),
                kept: r.number("dictionary.kept", 1, 1000),
                history: r.path("dictionary.history"),
                history_files: r.number("dictionary.history_files", 1, 100_000),
                nice: r.number("dictionary.nice", 0, 19) as u8,
            },
            shadow: ShadowConfig { path: r.path("shadow.path"), queue: r.number("shadow.queue", 1, 1 << 20) },
            cache: CacheConfig { readings: r.number("cache.readings", 0, 1 << 24) },
            limits: Limits {
                message_chars: r.number("limits.message_chars", 1, 1 << 20),
                batch_messages: r.number("limits.batch_messages", 1, 1 << 20),
                request_bytes: r.size("limits.request_bytes"),
                buffered_bytes: r.size("limits.buffered_bytes"),
                concurrent_requests: or_for_each_thread(
                    r.number("limits.concurrent_requests", 0, 1 << 24),
                    CALLS_OF_A_THREAD,
                ),
                batched_messages: or_for_each_thread(
                    r.number("limits.batched_messages", 0, 1 << 24),
                    BATCHED_MESSAGES_OF_A_THREAD,
                ),
                open_streams: r.number("limits.open_streams", 1, 1 << 24),
                arriving_requests: r.number("limits.arriving_requests", 1, 1 << 24),
                retry_after: r.time("limits.retry_after"),
                request_time: r.time("limits.request_time"),
                stalled_time: r.time("limits.stalled_time"),
                stream_idle: r.time_or_never("limits.stream_idle"),
                connections: r.number("limits.connections", 1, 1 << 24),
                connection_age: r.time_or_never("limits.connection_age"),
                streams_per_connection: r.number("limits.streams_per_connection", 1, 1 << 20) as u32,
                header_bytes: r.size("limits.header_bytes").min(1 << 30) as u32,
                pending_resets: r.number("limits.pending_resets", 1, 1 << 20),
                handshake_time: r.time("limits.handshake_time"),
            },
            keepalive_interval: r.time_or_never("keepalive.interval"),
            keepalive_timeout: r.time("keepalive.timeout"),
            tls: r.tls(),
            tokens: r.path("tokens.file"),
            context_keys: r.path("context.keys"),
            log: LogConfig {
                level: r.text("log.level"),
                json: r.choice("log.format", &[("text", false), ("json", true)]),
            },
            recognition_log: {
                let (sample, rotate) = (r.share("recognition_log.sample"), r.size("recognition_log.rotate"));
                let files = r.number("recognition_log.files", 1, 1000);
                let queue = r.number("recognition_log.queue", 1, 1 << 20);
                r.path("recognition_log.path").map(|path| RecognitionLogConfig { path, sample, rotate, files, queue })
            },
            traces: {
                let (sample, queue) = (r.share("traces.sample"), r.number("traces.queue", 1, 1 << 20));
                r.endpoint("traces.endpoint").map(|endpoint| TracesConfig { endpoint, sample, queue })
            },
        };
        r.compare(&config);
        if r.raw.faults.is_empty() { Ok(config) } else { Err(ConfigFaults(r.raw.faults)) }
    }
}

/// Takes settings one by one and notes what is wrong with them.
struct Reader {
    raw: RawConfig,
}

impl Reader {
    fn text(&mut self, key: &str) -> String {
        match self.raw.settings.get(key) {
            Some(setting) => setting.value.trim().to_owned(),
            None => {
                self.fault(key, format!("`{key}` is missing"));
                String::new()
            }
        }
    }

    fn fault(&mut self, key: &str, message: String) {
        let origin = self.raw.settings.get(key).map_or(Origin::Default, |s| s.origin.clone());
        self.raw.faults.push(ConfigFault { place: origin.to_string(), message });
    }

    /// Reads a value, or notes that it is none and what would be.
    fn read<T>(&mut self, key: &str, fallback: T, want: &str, read: impl Fn(&str) -> Option<T>) -> T {
        let text = self.text(key);
        read(&text).unwrap_or_else(|| {
            self.fault(key, format!("{key} = `{text}`: write {want}"));
            fallback
        })
    }

    fn address(&mut self, key: &str) -> SocketAddr {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        self.read(key, nowhere, "an IP address and a port, such as 127.0.0.1:50051 or [::]:50051", |t| t.parse().ok())
    }

    fn optional<T>(&mut self, key: &str, read: impl Fn(&mut Self, &str) -> T) -> Option<T> {
        (!self.text(key).is_empty()).then(|| read(self, key))
    }

    fn path(&mut self, key: &str) -> Option<PathBuf> {
        Some(self.text(key)).filter(|t| !t.is_empty()).map(PathBuf::from)
    }

    fn switch(&mut self, key: &str) -> bool {
        self.choice(key, &[("true", true), ("false", false)])
    }

    fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> T {
        let names = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" or ");
        self.read(key, choices[0].1, &names, |t| choices.iter().find(|(name, _)| *name == t).map(|(_, value)| *value))
    }

    fn number(&mut self, key: &str, least: usize, most: usize) -> usize {
        self.read(key, least, &format!("a whole number from {least} to {most}"), |t| {
            t.replace('_', "").parse().ok().filter(|n| (least..=most).contains(n))
        })
    }

    fn share(&mut self, key: &str) -> f64 {
        self.read(key, 0.0, "a number from 0 to 1", |t| t.parse().ok().filter(|n| (0.0..=1.0).contains(n)))
    }

    fn size(&mut self, key: &str) -> usize {
        self.read(key, 1, "a size such as 16KiB, 8MiB or 1GiB", |t| units::bytes(t).filter(|n| *n > 0))
    }

    fn time(&mut self, key: &str) -> Duration {
        self.read(key, Duration::from_secs(1), "a time such as 250ms, 10s, 5m or 2h", units::duration)
    }

    fn time_or_never(&mut self, key: &str) -> Option<Duration> {
        Some(self.time(key)).filter(|t| !t.is_zero())
    }

    fn endpoint(&mut self, key: &str) -> Option<String> {
        let text = Some(self.text(key)).filter(|t| !t.is_empty())?;
        let fits = text.strip_prefix("http://").is_some_and(|rest| !rest.is_empty());
        if !fits {
            self.fault(
                key,
                format!("{key} = `{text}`: write http://HOST:PORT of a collector that speaks OTLP over gRPC"),
            );
        }
        Some(text)
    }

    fn tls(&mut self) -> Option<TlsConfig> {
        let (certificate, key) = (self.path("tls.certificate"), self.path("tls.key"));
        let client_ca = self.path("tls.client_ca");
        match (certificate, key) {
            (Some(certificate), Some(key)) => return Some(TlsConfig { certificate, key, client_ca }),
            (None, None) if client_ca.is_some() => {
                self.fault("tls.client_ca", "tls.client_ca needs tls.certificate and tls.key".into());
            }
            (None, None) => {}
            (Some(_), None) => self.fault("tls.certificate", "tls.certificate needs tls.key".into()),
            (None, Some(_)) => self.fault("tls.key", "tls.key needs tls.certificate".into()),
        }
        None
    }

    /// Settings that are right by themselves and wrong together.
    fn compare(&mut self, config: &Config) {
        let limits = &config.limits;
        if limits.request_bytes > limits.buffered_bytes {
            self.fault(
                "limits.request_bytes",
                format!(
                    "limits.request_bytes ({} bytes) is more than limits.buffered_bytes ({}): no such request could be taken",
                    limits.request_bytes, limits.buffered_bytes
                ),
            );
        }
        if limits.request_time.is_zero() {
            self.fault("limits.request_time", "limits.request_time is 0: every call would be too late".into());
        }
        if config.keepalive_interval.is_some() && config.keepalive_timeout.is_zero() {
            self.fault("keepalive.timeout", "keepalive.timeout is 0: every ping would be too late".into());
        }
        let listeners = [
            ("server.listen", Some(config.listen)),
            ("admin.listen", config.admin_listen),
            ("metrics.listen", config.metrics_listen),
        ];
        for (at, (key, address)) in listeners.iter().enumerate() {
            for (other, taken) in &listeners[..at] {
                if address.is_some_and(|a| a.port() != 0) && address == taken {
                    self.fault(key, format!("{key} is the same address as {other}"));
                }
            }
        }
        let level = &config.log.level;
        if let Err(error) = level.parse::<tracing_subscriber::EnvFilter>() {
            self.fault("log.level", format!("log.level = `{level}`: {error}"));
        }
        // A lone word that is no level would be taken for the only part of the program that may write.
        let lone = level.split(',').map(str::trim).filter(|part| !part.contains(['=', '[']));
        let words: Vec<&str> = lone.filter(|part| part.parse::<LevelFilter>().is_err()).collect();
        for word in words {
            let known = "error, warn, info, debug, trace or off, or directives such as info,zhiyi=debug";
            self.fault("log.level", format!("log.level = `{word}`: write {known}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(raw: RawConfig) -> Vec<String> {
        raw.understand().map_or_else(
            |faults| faults.0.into_iter().map(|f| format!("{}: {}", f.place, f.message)).collect(),
            |_| Vec::new(),
        )
    }

    fn environment(variables: &[(&str, &str)]) -> Vec<(String, String)> {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_shipped_file_has_no_faults_and_is_the_default() {
        let mut raw = RawConfig::default();
        raw.file("zhiyi.toml", DEFAULTS);
        assert_eq!(raw.understand(), Ok(Config::default()));
        let config = Config::default();
        assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
        assert_eq!((config.limits.message_chars, config.limits.batch_messages), (2000, 1000));
        assert!(config.tls.is_none() && config.tokens.is_none() && config.traces.is_none());
        assert!(config.recognition_log.is_none() && config.admin_listen.is_none() && config.metrics_listen.is_none());
    }

    #[test]
    fn every_key_of_the_shipped_file_is_read() {
        // What is never read would keep its nonsense to itself.
        let optional = [
            "tls.",
            "tokens.file",
            "context.keys",
            "dictionary.path",
            "dictionary.history",
            "shadow.path",
            "recognition_log.path",
        ];
        for key in RawConfig::default().settings.keys() {
            if optional.iter().any(|o| key.starts_with(o)) && key != "dictionary.history_files" {
                continue;
            }
            let mut raw = RawConfig::default();
            raw.flag("--set", key, "=nonsense=");
            assert!(!faults(raw).is_empty(), "{key} is read");
        }
    }

    #[test]
    fn later_layers_win() {
        let mut raw = RawConfig::default();
        raw.file("a.toml", "[server]\nlisten = \"127.0.0.1:1\"\nthreads = 3\n[limits]\nbatch_messages = 7\n");
        raw.environment(environment(&[
            ("ZHIYI_LISTEN", "127.0.0.1:2"),
            ("ZHIYI_LIMITS_REQUEST_TIME", "3s"),
            ("ZHIYI_DRAIN_SECONDS", "4"),
            ("ZHIYI_CACHE", "/not/ours"),
            ("ZHIYI_SERVICE_HOST", "of Kubernetes"),
            ("ZHIYI_METRICS_SERVICE_HOST", "10.0.0.1"),
            ("ZHIYI_METRICS_SERVICE_PORT", "9464"),
            ("ZHIYI_METRICS_SERVICE_PORT_HTTP", "9464"),
            ("ZHIYI_ADMIN_PORT", "tcp://10.0.0.1:50052"),
            ("ZHIYI_SERVER_PORT_50051_TCP", "tcp://10.0.0.1:50051"),
            ("ZHIYI_SERVER_PORT_50051_TCP_ADDR", "10.0.0.1"),
            ("OTHER_LIMITS_REQUEST_TIME", "1s"),
        ]));
        raw.flag("--listen", "server.listen", "127.0.0.1:3");
        raw.assignment("--set", "keepalive.interval=0s");
        let config = raw.understand().expect("no faults");
        assert_eq!((config.listen.port(), config.threads, config.limits.batch_messages), (3, 3, 7));
        assert_eq!((config.limits.request_time, config.drain), (Duration::from_secs(3), Duration::from_secs(4)));
        assert_eq!(config.keepalive_interval, None);
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_places() {
        let mut raw = RawConfig::default();
        raw.file(
            "z.toml",
            "[server]\nlisten = \"localhost\"\nlissten = 1\n\n[limits]\nrequest_time = \"soon\"\nconnections = 0\n[tls]\nkey = \"k.pem\"\n[kepalive]\n",
        );
        raw.environment(environment(&[
            ("ZHIYI_LOG_FORMAT", "xml"),
            ("ZHIYI_LOG", "zhiyi=debug,inof"),
            ("ZHIYI_SERVER_LISTEN", "127.0.0.1:1"),
            ("ZHIYI_METRICS_PORT", "9464"),
        ]));
        raw.assignment("--set", "limits");
        raw.assignment("--set", "traces.sample=2");
        raw.assignment("--set", "listen=127.0.0.1:1");
        let told = faults(raw);
        let expected = [
            "z.toml:3: unknown key `server.lissten`; did you mean `server.listen`?",
            "z.toml:10: unknown section `[kepalive]`",
            "flag --set: `limits` is no setting; write KEY=VALUE, such as limits.request_time=5s",
            "z.toml:2: server.listen = `localhost`: write an IP address and a port, such as 127.0.0.1:50051 or [::]:50051",
            "z.toml:6: limits.request_time = `soon`: write a time such as 250ms, 10s, 5m or 2h",
            "z.toml:7: limits.connections = `0`: write a whole number from 1 to 16777216",
            "z.toml:9: tls.key needs tls.certificate",
            "environment ZHIYI_SERVER_LISTEN: ZHIYI_SERVER_LISTEN is no setting; did you mean ZHIYI_LISTEN?",
            "environment ZHIYI_METRICS_PORT: ZHIYI_METRICS_PORT is no setting",
            "environment ZHIYI_LOG_FORMAT: log.format = `xml`: write text or json",
            "environment ZHIYI_LOG: log.level = `inof`: write error, warn, info, debug, trace or off, or directives such as info,zhiyi=debug",
            "flag --set: traces.sample = `2`: write a number from 0 to 1",
            "flag --set: unknown key `listen`; did you mean `admin.listen` or `metrics.listen` or `server.listen`?",
        ];
        for line in expected {
            assert!(told.iter().any(|t| t == line), "{line}\nin {told:#?}");
        }
    }

    #[test]
    fn broken_files_are_told_with_their_lines() {
        let mut raw = RawConfig::default();
        raw.file("z.toml", "listen = 1\n[server]\nthreads = [1]\ndrain = \"1s\n");
        let told = faults(raw);
        assert!(told.iter().any(|t| t.starts_with("z.toml:1: `listen` stands outside of a section")), "{told:#?}");
        assert!(told.iter().any(|t| t.starts_with("z.toml:3: `server.threads` takes one value")), "{told:#?}");
        assert!(told.iter().any(|t| t.starts_with("z.toml:4: ")), "{told:#?}");
    }
}
