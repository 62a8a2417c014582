//! The command line: one file a subcommand, each an `Args` with `run`.
//!
//! Exit codes: 0 fine, 1 findings, 2 failed. Findings and answers go to standard output, failures to standard error.
// `print!` panics where standard output is closed or full.
#![deny(clippy::print_stdout)]

mod dict;
mod entities;
mod eval;
mod explain;
mod json;
mod lines;
mod load;
mod messages;
mod moderate;
mod oracle;
mod reason;
mod recognize;
mod remote;
mod serve;
mod summary;
mod table;

use crate::builder::{self, Loaded};
use crate::diagnostic::{Faults, Language, Severity, Text};
use crate::dictionary::DictionaryError;
use crate::recognizer::{Utterance, UtteranceError};
use crate::service::convert;
use crate::text::Modality;
use clap::builder::Resettable;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reads Chinese customer messages: intents, slots and why.
#[derive(Parser)]
#[command(name = "zhiyi", version, about, max_term_width = 120)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options that every subcommand takes.
#[derive(Args, Clone)]
struct Common {
    /// Dictionary folder or bundle; by default ./dictionaries, then the folder beside the program, then the one it was built from
    #[arg(long, global = true, env = "ZHIYI_DICTIONARIES", value_name = "PATH")]
    dictionaries: Option<PathBuf>,
    /// Account to answer as; the dictionary's default account where left out
    #[arg(long, global = true, value_name = "ID", default_value = "")]
    account: String,
    /// Treat messages as transcripts of speech
    #[arg(long, global = true)]
    voice: bool,
    /// The moment to which 明天 refers, RFC 3339 (2026-11-21T10:00:00+08:00); now where left out
    #[arg(long, global = true, value_name = "TIME")]
    at: Option<String>,
    /// Language of findings and explanations; from the locale where left out
    #[arg(long, global = true, value_name = "zh|en")]
    lang: Option<Lang>,
    /// One JSON object a line instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Lang {
    Zh,
    En,
}

#[derive(Subcommand)]
enum Command {
    /// Serve gRPC
    Serve(serve::ServeArgs),
    /// Read messages: one from the arguments, or one a line from standard input
    Recognize(recognize::RecognizeArgs),
    /// Show how a message is read: words, matches, rows, candidates, and why the winner won
    Explain(explain::ExplainArgs),
    /// Measure on labelled messages (JSON lines)
    Eval(eval::EvalArgs),
    /// Call a server at a held rate, check every answer, and tell how long each took
    Load(Box<load::LoadArgs>),
    /// List the typed values in a text: dates, numbers, places, identifiers
    Entities(entities::EntitiesArgs),
    /// Check a text that staff are about to send for sensitive words
    Moderate(moderate::ModerateArgs),
    /// Keep dictionaries: check, test, build
    Dict(dict::DictArgs),
}

/// What a subcommand found.
enum Verdict {
    /// Nothing to complain about.
    Fine,
    /// There are findings: tests failed, faults were found.
    Findings,
}

/// Why a subcommand failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Dictionary(#[from] DictionaryError),
    #[error("{0}")]
    Message(String),
    #[error("{}", .0.en)]
    Text(Text),
    /// One of several messages cannot be read, for a reason of its own.
    #[error("{}", .0.en)]
    Item(Text),
    #[error("cannot read or write: {0}")]
    Io(#[from] std::io::Error),
}

impl From<UtteranceError> for Failure {
    fn from(error: UtteranceError) -> Self {
        Self::Text(in_both_languages(&error))
    }
}

fn in_both_languages(error: &UtteranceError) -> Text {
    let zh = match error {
        UtteranceError::UnknownAccount { name, known } => format!("没有账号“{name}”；已有：{known}"),
        UtteranceError::ForeignContext { context, account } => {
            format!("上下文属于账号“{context}”，消息发给“{account}”；每个账号用各自的上下文")
        }
    };
    Text::new(zh, error.to_string())
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::Dictionary(DictionaryError::Faults(faults))
    }
}

/// The command line. A variable that is set but empty counts as unset: scripts clear them so.
fn command() -> clap::Command {
    let without_empty = |argument: clap::Arg| match argument.get_env() {
        Some(name) if std::env::var_os(name).is_some_and(|value| value.is_empty()) => argument.env(Resettable::Reset),
        _ => argument,
    };
    Cli::command().mut_args(without_empty).mut_subcommands(|command| command.mut_args(without_empty))
}

/// Parses the arguments, runs the subcommand, prints failures.
pub fn run() -> ExitCode {
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|fault| fault.exit());
    let common = &cli.common;
    let verdict = match cli.command {
        Command::Serve(args) => args.run(common),
        Command::Recognize(args) => args.run(common),
        Command::Explain(args) => args.run(common),
        Command::Eval(args) => args.run(common),
        Command::Load(args) => args.run(common),
        Command::Entities(args) => args.run(common),
        Command::Moderate(args) => args.run(common),
        Command::Dict(args) => args.run(common),
    };
    match verdict {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Findings) => ExitCode::from(1),
        // The reader of a pipe went away: not our fault, and nobody is there to read about it.
        Err(Failure::Io(e)) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            common.print_failure(&failure);
            ExitCode::from(2)
        }
    }
}

impl Common {
    fn language(&self) -> Language {
        match self.lang {
            Some(Lang::Zh) => Language::Chinese,
            Some(Lang::En) => Language::English,
            None => Language::from_environment(),
        }
    }

    fn print_failure(&self, failure: &Failure) {
        if let Failure::Dictionary(DictionaryError::Faults(faults)) = failure {
            let color = color(std::io::stderr().is_terminal());
            for d in faults.0.iter().filter(|d| d.severity == Severity::Error) {
                eprintln!("{}", d.render(self.language(), color));
            }
        }
        match (self.language(), failure) {
            (Language::Chinese, Failure::Dictionary(DictionaryError::Faults(f))) => {
                eprintln!(
                    "zhiyi: 词典没有载入，共 {} 处错误",
                    f.0.iter().filter(|d| d.severity == Severity::Error).count()
                );
            }
            (_, Failure::Dictionary(DictionaryError::Faults(f))) => {
                let n = f.0.iter().filter(|d| d.severity == Severity::Error).count();
                eprintln!("zhiyi: the dictionary was not loaded: {n} fault(s)");
            }
            (_, Failure::Text(text) | Failure::Item(text)) => self.tell(text),
            (Language::Chinese, Failure::Dictionary(DictionaryError::NotFound { path })) => eprintln!(
                "zhiyi: {} 既不是词典文件夹（里面没有 accounts.toml），也不是词典包文件；用 --dictionaries PATH 指定",
                path.display()
            ),
            (_, other) => {
                let mut line = format!("zhiyi: {other}");
                let mut source = std::error::Error::source(other);
                while let Some(cause) = source {
                    if !line.contains(&cause.to_string()) {
                        line.push_str(&format!(": {cause}"));
                    }
                    source = cause.source();
                }
                eprintln!("{line}");
            }
        }
    }

    /// Says something on standard error, in the language of the command line.
    fn tell(&self, text: &Text) {
        eprintln!("zhiyi: {}", text.get(self.language()));
    }

    /// The dictionary named on the command line, or the nearest one.
    fn dictionary_path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.dictionaries {
            return Ok(path.clone());
        }
        let mut tried = vec![PathBuf::from("dictionaries")];
        if let Some(folder) = std::env::current_exe().ok().and_then(|e| e.parent().map(|p| p.to_owned())) {
            tried.push(folder.join("dictionaries"));
            tried.push(folder.join("../share/zhiyi/dictionaries"));
        }
        tried.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dictionaries"));
        let found = tried.iter().find(|p| p.join("accounts.toml").is_file()).cloned();
        found.ok_or_else(|| {
            let list = tried.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
            Failure::Text(Text::new(
                format!("没有找到词典；找过 {list}；用 --dictionaries PATH 指定"),
                format!("no dictionary found; looked in {list}; name one with --dictionaries PATH"),
            ))
        })
    }

    /// The folder of tables to work on: the one named, or the dictionary of the command line.
    fn folder(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        let folder = match named {
            Some(folder) => folder.to_owned(),
            None => self.dictionary_path()?,
        };
        if folder.is_file() {
            let path = folder.display();
            return Err(Failure::Text(Text::new(
                format!("{path} 不是文件夹：词典包里没有表格、例句和测试；指定生成它的文件夹"),
                format!(
                    "{path} is no folder: a bundle holds no tables, examples or tests; name the folder it was built from"
                ),
            )));
        }
        match folder.join("accounts.toml").is_file() {
            true => Ok(folder),
            false => Err(DictionaryError::NotFound { path: folder }.into()),
        }
    }

    /// Loads the dictionary; says so on a terminal when it has to be compiled first.
    fn load(&self) -> Result<Loaded, Failure> {
        let path = self.dictionary_path()?;
        let loaded = with_notice(self.language(), || builder::load(&path))?;
        Ok(loaded)
    }

    fn modality(&self) -> Modality {
        if self.voice { Modality::Voice } else { Modality::Text }
    }

    /// The reference time in China's time zone unless the time names another offset.
    fn reference(&self) -> Result<jiff::ZonedDateTime, Failure> {
        let zone = jiff::tz::TimeZone::get(convert::DEFAULT_ZONE).map_err(|e| Failure::Message(e.to_string()))?;
        let Some(text) = &self.at else { return Ok(jiff::Timestamp::now().to_zoned_datetime(zone)) };
        let moment = text.parse::<jiff::Timestamp>().map_err(|e| {
            Failure::Text(Text::new(
                format!("--at {text}：不是 RFC 3339 时间（{e}）；写成 2026-11-21T10:00:00+08:00"),
                format!("--at {text}: not an RFC 3339 time ({e}); write it like 2026-11-21T10:00:00+08:00"),
            ))
        })?;
        if !convert::is_in_range(moment) {
            return Err(Failure::Text(Text::new(
                format!("--at {text}：超出范围；写 1900 到 2200 年之间的时间"),
                format!("--at {text}: out of range; use a moment between 1900 and 2200"),
            )));
        }
        Ok(moment.to_zoned_datetime(zone))
    }

    fn utterance<'t>(&'t self, text: &'t str, reference: &jiff::ZonedDateTime) -> Utterance<'t> {
        Utterance {
            text,
            hypotheses: &[],
            account: &self.account,
            modality: self.modality(),
            reference: reference.clone(),
            explain: false,
        }
    }
}

/// Tells whether to write colours: on a terminal, unless `NO_COLOR` is set.
fn color(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Runs something that may take seconds and says so on a terminal when it does.
fn with_notice<T>(language: Language, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let notice = std::thread::spawn(move || {
        let patience = std::time::Duration::from_millis(600);
        if waiting.recv_timeout(patience).is_err() {
            let text = match language {
                Language::Chinese => "正在编译词典……",
                Language::English => "compiling the dictionary ...",
            };
            eprint!("{text}");
            let _ = waiting.recv();
            eprint!("\r\x1b[2K");
        }
    });
    let result = work();
    let _ = done.send(());
    let _ = notice.join();
    result
}
