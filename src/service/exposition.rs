//! The numbers of the server in Prometheus's text format.

use super::Shared;
use super::metrics::{BOUNDS, CODES, Counter, Histogram, Method, Shed, ThreadMetrics};
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (at, (label, text)) in labels.iter().enumerate() {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{label}=\"{escaped}\"", if at == 0 { '{' } else { ',' });
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.family(name, kind, help);
        self.sample(name, &[], value);
    }

    fn histogram(&mut self, name: &str, labels: &[(&str, &str)], parts: &[&Histogram]) {
        let mut total = 0;
        for (at, bound) in BOUNDS.iter().map(|b| format!("{}", *b as f64 / 1e6)).chain(["+Inf".into()]).enumerate() {
            total += parts.iter().map(|h| h.buckets[at].get()).sum::<u64>();
            let mut labels = labels.to_vec();
            labels.push(("le", &bound));
            self.sample(&format!("{name}_bucket"), &labels, total);
        }
        self.sample(&format!("{name}_sum"), labels, parts.iter().map(|h| h.seconds()).sum::<f64>());
        self.sample(&format!("{name}_count"), labels, total);
    }
}

/// Renders all numbers.
pub(super) fn render(shared: &Shared) -> String {
    let mut page = Page(String::with_capacity(16 << 10));
    calls(&mut page, shared);
    answers(&mut page, shared);
    dictionary(&mut page, shared);
    beside(&mut page, shared);
    process(&mut page, shared);
    page.0
}

fn calls(page: &mut Page, shared: &Shared) {
    let threads = &shared.metrics;
    let sum = |read: &dyn Fn(&ThreadMetrics) -> &Counter| threads.iter().map(|t| read(t).get()).sum::<u64>();
    page.family("zhiyi_calls_total", "counter", "Finished calls.");
    for method in Method::ALL {
        for (code, name) in CODE_NAMES.iter().enumerate() {
            let n = sum(&|t| &t.calls[method as usize][code]);
            if n > 0 {
                page.sample("zhiyi_calls_total", &[("method", method.name()), ("code", name)], n);
            }
        }
    }
    page.family(
        "zhiyi_call_seconds",
        "histogram",
        "From the headers of a call to its answer; of a stream, to the headers of its answer.",
    );
    for method in Method::ALL {
        let parts: Vec<&Histogram> = threads.iter().map(|t| &t.latency[method as usize]).collect();
        if parts.iter().any(|h| h.buckets.iter().any(|b| b.get() > 0)) {
            page.histogram("zhiyi_call_seconds", &[("method", method.name())], &parts);
        }
    }
    page.family("zhiyi_recognition_seconds", "histogram", "The recogniser's part of a message, without transport.");
    let parts: Vec<&Histogram> = threads.iter().map(|t| &t.recognition).collect();
    page.histogram("zhiyi_recognition_seconds", &[], &parts);
    page.family("zhiyi_shed_total", "counter", "Calls refused or given up because there was too much to do.");
    for (why, name) in Shed::ALL {
        page.sample("zhiyi_shed_total", &[("reason", name)], sum(&|t| &t.shed[why as usize]));
    }
    let kept = sum(&|t| &t.from_cache);
    page.one("zhiyi_cached_readings_total", "counter", "Messages whose reading had been kept from before.", kept);
    let items = sum(&|t| &t.item_faults);
    page.one("zhiyi_item_faults_total", "counter", "Messages of batches and streams refused by themselves.", items);
    let calls = sum(&|t| &t.calls_in_flight);
    let waiting = sum(&|t| &t.calls_waiting);
    page.one("zhiyi_calls_waiting", "gauge", "Calls and streams that came in and have not begun.", waiting);
    let batched = sum(&|t| &t.batched);
    page.one("zhiyi_batched_messages", "gauge", "Messages of batches that were not read yet.", batched);
    page.one("zhiyi_calls_in_flight", "gauge", "Calls that read, until their answer was taken.", calls);
    page.one("zhiyi_open_streams", "gauge", "Open streams.", sum(&|t| &t.open_streams));
    let others = sum(&|t| &t.others_in_flight);
    page.one("zhiyi_other_calls", "gauge", "Calls of health and administration, Watch included.", others);
    let arriving = sum(&|t| &t.arriving);
    page.one("zhiyi_arriving_requests", "gauge", "Calls and streams whose request is still on its way.", arriving);
    page.one("zhiyi_buffered_bytes", "gauge", "Bytes of requests in memory.", sum(&|t| &t.buffered));
    page.one("zhiyi_connections", "gauge", "Open connections.", sum(&|t| &t.connections));
    page.one("zhiyi_connections_total", "counter", "Connections taken.", sum(&|t| &t.accepted));
    let away = sum(&|t| &t.turned_away);
    page.one("zhiyi_connections_turned_away_total", "counter", "Connections closed because there were too many.", away);
    let handshakes = sum(&|t| &t.failed_handshakes);
    page.one("zhiyi_failed_handshakes_total", "counter", "Connections lost in the TLS handshake.", handshakes);
}

const CODE_NAMES: [&str; CODES] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

fn answers(page: &mut Page, shared: &Shared) {
    let totals = shared.versions.totals();
    page.family("zhiyi_messages_total", "counter", "Messages read, by what became of them.");
    for ((account, outcome), n) in &totals.outcomes {
        page.sample("zhiyi_messages_total", &[("account", account), ("outcome", outcome)], n);
    }
    page.family("zhiyi_intents_total", "counter", "Intents recognised; a message may have several.");
    for ((account, intent), n) in &totals.intents {
        page.sample("zhiyi_intents_total", &[("account", account), ("intent", intent)], n);
    }
    page.family("zhiyi_human_total", "counter", "Messages that a person must answer.");
    for (account, n) in &totals.human {
        page.sample("zhiyi_human_total", &[("account", account)], n);
    }
}

fn dictionary(page: &mut Page, shared: &Shared) {
    let versions = &shared.versions;
    let active = versions.active();
    let path = active.path.display().to_string();
    page.family("zhiyi_dictionary_info", "gauge", "The dictionary that serves.");
    page.sample("zhiyi_dictionary_info", &[("version", active.version()), ("path", &path)], 1);
    let since = active.since.as_second();
    page.one("zhiyi_dictionary_load_time_seconds", "gauge", "When it began to serve, in seconds since 1970.", since);
    let number = |n: &AtomicU64| n.load(Ordering::Relaxed);
    page.family("zhiyi_reloads_total", "counter", "Reloads by result, and as changed also activations and roll-backs.");
    for (result, n) in
        [("changed", &versions.changed), ("unchanged", &versions.unchanged), ("failed", &versions.failed)]
    {
        page.sample("zhiyi_reloads_total", &[("result", result)], number(n));
    }
    let fault = u8::from(versions.last_fault().is_some());
    page.one("zhiyi_dictionary_fault", "gauge", "1 while the last reload failed and an older version serves.", fault);
    let history = number(&versions.history_faults);
    page.one(
        "zhiyi_history_faults_total",
        "counter",
        "Versions that could not be kept in the history folder.",
        history,
    );
    let secrets = &shared.secrets;
    page.family("zhiyi_secret_reloads_total", "counter", "Times certificates or tokens were read again.");
    for (result, n) in [("ok", &secrets.reloads), ("failed", &secrets.faults)] {
        page.sample("zhiyi_secret_reloads_total", &[("result", result)], number(n));
    }
}

fn beside(page: &mut Page, shared: &Shared) {
    let number = |n: &AtomicU64| n.load(Ordering::Relaxed);
    let fault = shared.shadow_fault.load().is_some();
    page.one("zhiyi_shadow_fault", "gauge", "1 while the shadow dictionary could not be loaded.", u8::from(fault));
    if let Some(shadow) = shared.shadow.load_full() {
        let found = &shadow.found;
        page.family("zhiyi_shadow_info", "gauge", "The shadow dictionary.");
        page.sample("zhiyi_shadow_info", &[("version", &shadow.version), ("source", &shadow.source)], 1);
        page.family("zhiyi_shadow_messages_total", "counter", "Messages shown to the shadow dictionary.");
        let results = [
            ("compared", &found.compared),
            ("different", &found.different),
            ("refused", &found.refused),
            ("skipped", &found.skipped),
        ];
        for (result, n) in results {
            page.sample("zhiyi_shadow_messages_total", &[("result", result)], number(n));
        }
    }
    if let Some(log) = &shared.log {
        let numbers = log.numbers();
        page.family("zhiyi_recognition_log_lines_total", "counter", "Lines of the recognition log.");
        for (result, n) in [("written", &numbers.written), ("skipped", &numbers.skipped), ("lost", &numbers.lost)] {
            page.sample("zhiyi_recognition_log_lines_total", &[("result", result)], number(n));
        }
    }
    if let Some(tracer) = &shared.tracer {
        page.family("zhiyi_spans_total", "counter", "Spans of traces.");
        for (result, n) in [("sent", &*tracer.sent), ("skipped", &tracer.skipped), ("lost", &*tracer.lost)] {
            page.sample("zhiyi_spans_total", &[("result", result)], number(n));
        }
    }
}

fn process(page: &mut Page, shared: &Shared) {
    page.family("zhiyi_build_info", "gauge", "This program.");
    page.sample("zhiyi_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let threads = shared.reading_threads;
    page.one("zhiyi_serving_threads", "gauge", "Threads that read messages.", threads);
    let start = shared.started.as_second();
    page.one("process_start_time_seconds", "gauge", "When the server started, in seconds since 1970.", start);
    #[cfg(target_os = "linux")]
    {
        // Fields of proc_pid_stat(5), counted behind the name, which may hold spaces: 14 utime, 15 stime, 24 rss.
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let field = |n: usize| fields.get(n - 3).and_then(|f| f.parse::<u64>().ok());
        if let (Some(user), Some(system), Some(pages)) = (field(14), field(15), field(24)) {
            let ticks = rustix::param::clock_ticks_per_second().max(1);
            let seconds = (user + system) as f64 / ticks as f64;
            page.one("process_cpu_seconds_total", "counter", "Processor time of the server.", seconds);
            let bytes = pages * rustix::param::page_size() as u64;
            page.one("process_resident_memory_bytes", "gauge", "Memory of the server.", bytes);
        }
    }
}
