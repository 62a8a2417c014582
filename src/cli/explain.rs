use super::recognize::{Remote, summary};
use super::table::TextTable;
use super::{Common, Failure, Verdict, json, messages};
use crate::diagnostic::Language;
use crate::service::convert;
use crate::service::proto::{self, Explanation, RecognizeResponse};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The message; without it one message a line from standard input
    message: Vec<String>,
    /// Ask a running server (http://127.0.0.1:50051) instead of loading the dictionary
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

impl ExplainArgs {
    pub(super) fn run(&self, common: &Common) -> Result<Verdict, Failure> {
        let mut out = std::io::stdout().lock();
        let language = common.language();
        let mut print = |response: &RecognizeResponse| -> Result<(), Failure> {
            if common.json {
                writeln!(out, "{}", json::to_json(response, "RecognizeResponse")?)?;
            } else {
                write!(out, "{}", render(response, language))?;
            }
            Ok(())
        };
        match &self.server {
            Some(server) => {
                let mut client = Remote::connect(server)?;
                messages::for_each(&self.message, |text| print(&client.recognize(common, text, true)?))?;
            }
            None => {
                let loaded = common.load()?;
                let reference = common.reference()?;
                messages::for_each(&self.message, |text| {
                    let recognition = loaded.recognizer.recognize(&common.utterance(text, &reference, true));
                    let recognition = recognition.map_err(|e| Failure::Message(e.to_string()))?;
                    print(&convert::response(&loaded.recognizer, text, "", recognition))
                })?;
            }
        }
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
pub(super) fn render(response: &RecognizeResponse, language: Language) -> String {
    let w = if language == Language::Chinese { &ZH } else { &EN };
    let Some(e) = &response.explanation else { return summary(response, true) };
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
    text.push_str(&format!("{}: {}", w.answer, summary(response, true)));
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

/// Why the winner won, or why nobody did, in one sentence.
fn reason(response: &RecognizeResponse, e: &Explanation, language: Language) -> String {
    let zh = language == Language::Chinese;
    let Some(best) = e.candidates.first() else {
        return if zh { "这个账号没有意图".into() } else { "the account has no intent".into() };
    };
    if response.intents.is_empty() {
        let outside = e.none_score.max(e.foreign_score);
        return match (zh, outside > best.score) {
            (true, true) => {
                format!("更像是与本账号无关的消息（{:+.2} 高于 {} 的 {:+.2}）", outside, best.id, best.score)
            }
            (false, true) => format!(
                "more like a message that does not concern this account ({outside:+.2} against {:+.2} of {})",
                best.score, best.id
            ),
            (true, false) => format!("最好的 {} 置信度 {:.2} 低于阈值 {:.2}", best.id, best.confidence, e.threshold),
            (false, false) => format!(
                "the best, {}, has confidence {:.2}, below the threshold {:.2}",
                best.id, best.confidence, e.threshold
            ),
        };
    }
    if response.intents.len() > 1 {
        let ids: Vec<&str> = response.intents.iter().map(|i| i.id.as_str()).collect();
        return if zh {
            format!("几个分句各问各的：{}", ids.join("、"))
        } else {
            format!("its parts ask for different things: {}", ids.join(", "))
        };
    }
    if response.intents[0].id != best.id {
        let id = &response.intents[0].id;
        return if zh {
            format!("整句最像 {}，分开看是 {id}", best.id)
        } else {
            format!("the message as a whole is most like {}, but its parts tell {id}", best.id)
        };
    }
    let second = e.candidates.iter().find(|c| c.id != best.id);
    let by = match (best.row.as_str(), zh) {
        ("", true) => "例句学到的依据".to_owned(),
        ("", false) => "what was learned from examples".to_owned(),
        (row, true) => format!("句式 {row} 和例句学到的依据"),
        (row, false) => format!("row {row} and what was learned from examples"),
    };
    match (second, zh) {
        (Some(s), true) => format!("{} 靠{by}得 {:+.2}，第二名 {} 得 {:+.2}", best.id, best.score, s.id, s.score),
        (Some(s), false) => {
            format!("{} scores {:+.2} by {by}; the second, {}, {:+.2}", best.id, best.score, s.id, s.score)
        }
        (None, true) => format!("{} 靠{by}得 {:+.2}", best.id, best.score),
        (None, false) => format!("{} scores {:+.2} by {by}", best.id, best.score),
    }
}
