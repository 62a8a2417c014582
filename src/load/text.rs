//! The figures of a run, for people.

use super::capacity::Rung;
use super::report::{Report, Step};
use super::tally::Fault;
use crate::diagnostic::Language;
use std::fmt::Write as _;

impl Report {
    /// The report for people.
    pub fn render(&self, language: Language) -> String {
        let t = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let mut text = String::new();
        let batch = if self.batch > 1 { format!(" × {}", self.batch) } else { String::new() };
        let _ = writeln!(
            text,
            "{}  {}{batch}  {} {}  {} {}",
            self.server,
            self.method,
            self.connections,
            t("个连接", "connections"),
            self.messages,
            t("条不同消息", "distinct messages")
        );
        if let Some(capacity) = self.capacity {
            let _ = writeln!(text, "{}: {} {}", t("容量", "capacity"), whole(capacity), t("条/秒", "messages/s"));
        }
        for step in &self.steps {
            step.render(&mut text, language);
        }
        if let Some(s) = &self.swaps {
            let _ = writeln!(
                text,
                "{}  {} {}   {} p50 {:.0} ms  max {:.0} ms",
                t("换词典", "reloads"),
                s.reloads,
                t("次", "times"),
                t("每次", "each"),
                s.reload_ms.p50,
                s.reload_ms.max
            );
            let _ = writeln!(
                text,
                "  {} p99 {:.2} ms ({} {})   {} p99 {:.2} ms   × {:.2}",
                t("换词典期间", "during"),
                s.during_ms.p99,
                thousands(s.during),
                t("条", "answers"),
                t("其余时间", "otherwise"),
                s.without_ms.p99,
                s.p99_ratio
            );
        }
        if let Some(peak) = self.server_peak_rss_mib {
            let _ = writeln!(text, "{} {peak:.0} MiB", t("服务器内存峰值", "server's memory, peak"));
        }
        let _ = match self.complaints() {
            0 => writeln!(text, "{}", t("全部应答，全部正确", "all answered, all right")),
            n => writeln!(text, "{} {}", thousands(n), t("条没有得到正确应答", "messages without a right answer")),
        };
        text
    }
}

impl Step {
    fn render(&self, text: &mut String, language: Language) {
        let t = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
        let percent = self.percent.map(|p| format!(" ({p:.0} %)")).unwrap_or_default();
        let _ = writeln!(
            text,
            "{} {}{percent}  {:.0} s   {} {}   {} {}   {} {}",
            whole(self.rate),
            t("条/秒", "messages/s"),
            self.seconds,
            t("发出", "sent"),
            thousands(self.sent),
            t("正确应答", "right"),
            thousands(self.right),
            t("丢失", "lost"),
            self.lost
        );
        let l = &self.latency_ms;
        let _ = writeln!(
            text,
            "  {}  p50 {:.2}  p90 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.2} ms",
            t("时延", "latency"),
            l.p50,
            l.p90,
            l.p99,
            l.p999,
            l.max
        );
        if self.overloaded() {
            let _ =
                writeln!(text, "  {} {} {}", t("有效应答", "goodput"), whole(self.goodput), t("条/秒", "messages/s"));
        }
        if let Some(r) = &self.refusal_ms {
            let _ = writeln!(
                text,
                "  {}  p50 {:.2}  p99 {:.2}  max {:.2} ms",
                t("拒绝用时", "refusals"),
                r.p50,
                r.p99,
                r.max
            );
        }
        for (fault, n) in &self.faults {
            let _ = writeln!(text, "  {}: {}", name(*fault, language), thousands(*n));
            for example in self.examples.get(fault).into_iter().flatten() {
                let _ = writeln!(text, "    {example}");
            }
        }
        if self.behind() {
            let _ = writeln!(
                text,
                "  {} {:.1} {}",
                t("发送端落后最多", "the client fell behind by up to"),
                self.behind_ms / 1e3,
                t(
                    "秒：时延含其自身的耽搁，请加 --threads 或换一台机器发送",
                    "s: its own delay is part of the latencies; use more --threads or another machine"
                )
            );
        }
        if let Some(seconds) = self.recovery_seconds {
            let _ = writeln!(text, "  {} {seconds:.1} s", t("恢复用时", "recovered within"));
        }
        if self.versions.len() > 1 {
            let list: Vec<_> = self.versions.iter().map(|(v, n)| format!("{v} {}", thousands(*n))).collect();
            let _ = writeln!(text, "  {}  {}", t("词典版本", "versions"), list.join("  "));
        }
        if let (Some(cpu), Some(rss)) = (self.server_cpu_us, self.server_rss_mib) {
            let _ = writeln!(
                text,
                "  {}  {cpu:.1} {}  {rss:.0} MiB",
                t("服务器", "server"),
                t("微秒CPU/条", "µs of CPU a message")
            );
        }
    }
}

/// A fault for people.
fn name(fault: Fault, language: Language) -> &'static str {
    let (zh, en) = match fault {
        Fault::Refused => ("被拒绝", "refused"),
        Fault::TimedOut => ("超时", "timed out"),
        Fault::Failed => ("失败", "failed"),
        Fault::Unsent => ("未发出", "not sent"),
        Fault::WrongId => ("编号不符", "wrong id"),
        Fault::WrongVersion => ("词典版本不对", "wrong dictionary version"),
        Fault::OtherIntents => ("意图不符", "other intents"),
        Fault::Wrong => ("应答错误", "wrong answer"),
        Fault::Mixed => ("混用两本词典", "mixed from two dictionaries"),
        Fault::Unreadable => ("无法解读", "unreadable"),
    };
    if language == Language::Chinese { zh } else { en }
}

fn whole(n: f64) -> String {
    thousands(n.round() as u64)
}

/// A number with commas between its thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One try at the capacity, for people.
pub fn render_rung(rung: &Rung, language: Language) -> String {
    let t = |zh: &'static str, en: &'static str| if language == Language::Chinese { zh } else { en };
    let what = match (rung.in_flight, rung.rate) {
        (Some(n), _) => format!("{n} {}", t("个请求同时在途", "calls on their way")),
        (_, Some(rate)) => format!("{} {}", whole(rate), t("条/秒", "messages/s due")),
        _ => String::new(),
    };
    let faults = if rung.faults > 0 { format!("  {} ✗", thousands(rung.faults)) } else { String::new() };
    format!("  {what}: {} {}  p99 {:.2} ms{faults}\n", whole(rung.answered), t("条/秒", "answers/s"), rung.p99_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!([0, 999, 1000, 2_800_000].map(thousands), ["0", "999", "1,000", "2,800,000"]);
    }
}
