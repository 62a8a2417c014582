use super::oracle::{AskArgs, Asked};
use super::reason::reason;
use super::summary::summary;
use super::table::TextTable;
use super::{Common, Failure, Verdict, json};
use crate::diagnostic::Language;
use crate::service::proto::{self, RecognizeResponse};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The message; without it one message a line from standard input
    message: Vec<String>,
    #[command(flatten)]
    ask: AskArgs,
}

impl ExplainArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let mut out = std::io::stdout().lock();
        let mut oracle = self.ask.oracle(common)?;
        let reference = &common.reference()?;
        self.ask.for_each(common, &self.message, |text, location| {
            let context = &self.ask.context;
            let asked = Asked { text, alternatives: &[], location, context, reference, explain: true };
            let answer = oracle.ask(common, &asked)?;
            if common.json {
                writeln!(out, "{}", json::to_json(&answer, "RecognizeResponse")?)?;
            } else {
                write!(out, "{}", render(&answer, common.language()))?;
            }
            Ok(())
        })?;
        Ok(Verdict::Fine)
    }
}

/// Headings in both languages.
struct Words {
    read_as: &'static str,
    words: &'static str,
    found: &'static str,
    values: &'static str,
    rows: &'static str,
    candidates: &'static str,
    head: [&'static str; 6],
    whole: &'static str,
    answer: &'static str,
    why: &'static str,
}

const ZH: Words = Words {
    read_as: "读作",
    words: "分词",
    found: "命中的词",
    values: "取值",
    rows: "命中的句式",
    candidates: "候选意图",
    head: ["意图", "总分", "模型", "句式", "置信度", "依据"],
    whole: "整句",
    answer: "结果",
    why: "原因",
};
const EN: Words = Words {
    read_as: "read as",
    words: "words",
    found: "dictionary words",
    values: "values",
    rows: "phrase rows",
    candidates: "candidates",
    head: ["intent", "score", "model", "row", "confidence", "evidence"],
    whole: "whole message",
    answer: "answer",
    why: "why",
};

/// Writes how an answer came about, for people.
fn render(response: &RecognizeResponse, language: Language) -> String {
    let w = if language == Language::Chinese { &ZH } else { &EN };
    let Some(e) = &response.explanation else { return summary(response, true, language) };
    let mut text = format!("{}: {}\n", w.read_as, e.normalized);
    let tokens: Vec<&str> = e.tokens.iter().map(|t| t.text.as_str()).collect();
    text.push_str(&format!("{}: {}\n", w.words, tokens.join(" / ")));
    for h in &response.heard {
        text.push_str(&match language {
            Language::Chinese => format!("听写『{}』读作『{}』\n", h.raw, h.read_as),
            Language::English => format!("by sound: {} is read as {}\n", h.raw, h.read_as),
        });
    }
    section(
        &mut text,
        w.found,
        e.keywords
            .iter()
            .map(|k| vec![place(k.span), k.raw.clone(), format!("<{}>", k.group), k.value.clone(), k.row.clone()]),
    );
    section(
        &mut text,
        w.values,
        response.entities.iter().map(|v| vec![place(v.span), v.raw.clone(), v.kind.clone(), v.value.clone()]),
    );
    section(
        &mut text,
        w.rows,
        e.phrases.iter().map(|p| {
            let covers = if p.whole_message { w.whole.to_owned() } else { format!("{:.0}%", p.coverage * 100.0) };
            vec![p.row.clone(), p.intent.clone(), shortened(&p.phrase), format!("{:.2}", p.strength), covers]
        }),
    );
    let head = std::iter::once(w.head.iter().map(|h| (*h).to_owned()).collect());
    let candidates = e.candidates.iter().take(5).map(|c| {
        let evidence = c.evidence.iter().map(|e| format!("{}{:+.1}", e.text, e.weight)).collect::<Vec<_>>().join(" ");
        vec![
            c.id.clone(),
            format!("{:+.2}", c.score),
            format!("{:+.2}", c.margin),
            c.row.clone(),
            format!("{:.2}", c.confidence),
            evidence,
        ]
    });
    let none = [vec!["none".to_owned(), format!("{:+.2}", e.none_score), format!("{:+.2}", e.none_score)]];
    section(&mut text, w.candidates, head.chain(candidates).chain(none));
    text.push_str(&format!("{}: {}\n", w.why, reason(response, e, language)));
    text.push_str(&format!("{}: {}", w.answer, summary(response, true, language)));
    text
}

fn section(text: &mut String, title: &str, rows: impl Iterator<Item = Vec<String>>) {
    let mut table = TextTable::new(2);
    rows.for_each(|r| table.row(r));
    if !table.is_empty() {
        text.push_str(&format!("{title}:\n{table}"));
    }
}

/// Phrases are shown up to so many characters.
const SHOWN: usize = 48;

fn shortened(phrase: &str) -> String {
    match phrase.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &phrase[..at]),
        None => phrase.to_owned(),
    }
}

fn place(span: Option<proto::Span>) -> String {
    span.map(|s| format!("{}–{}", s.char_start, s.char_end)).unwrap_or_default()
}
