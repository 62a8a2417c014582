//! `zhiyi load` against servers with the small dictionary.

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::Command;

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn report(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }
}

/// Runs `zhiyi load` with a server of its own unless the arguments name one.
fn load(dictionary: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_zhiyi"))
        .arg("load")
        .args(arguments)
        .env("ZHIYI_CACHE", support::cache())
        .env("ZHIYI_DICTIONARIES", dictionary)
        .env("LC_ALL", "C")
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code: output.status.code().expect("no signal"), out: text(output.stdout), err: text(output.stderr) }
}

/// Messages to the small dictionary, with their intents.
fn messages(folder: &Path) -> String {
    let file = folder.join("messages.jsonl");
    let lines = [
        r#"{"text":"我要值机","account":"air","intents":["air.check_in"]}"#,
        r#"{"text":"格力优惠","account":"shop","intents":["shop.promotion"]}"#,
        r#"{"text":"明天CZ3102几点起飞","account":"air","modality":"voice"}"#,
        "今天天气不错",
    ];
    std::fs::write(&file, lines.join("\n")).expect("a file can be written");
    file.to_str().expect("a plain path").to_owned()
}

#[test]
fn every_method_is_loaded_and_every_answer_checked() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = messages(folder.path());
    let tiny = support::fixture("tiny");
    for (method, batch) in [("unary", 1), ("batch", 20), ("stream", 1)] {
        let run = load(
            &tiny,
            &["--method", method, "--batch", "20", "--rate", "300,600", "--duration", "1s", "--messages", &file]
                .iter()
                .chain(&["--connections", "3", "--json"])
                .copied()
                .collect::<Vec<_>>(),
        );
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{method}: {}", run.out);
        let report = run.report();
        assert_eq!((report["batch"].as_u64(), report["messages"].as_u64()), (Some(batch), Some(4)));
        for (step, sent) in [(0, 300), (1, 600)] {
            let step = &report["steps"][step];
            assert_eq!((step["sent"].as_u64(), step["right"].as_u64()), (Some(sent), Some(sent)), "{method}: {step}");
            assert_eq!(step["lost"].as_u64(), Some(0));
            let p = |name: &str| step["latency_ms"][name].as_f64().expect("a latency");
            assert!(0.0 < p("p50") && p("p50") <= p("p99") && p("p99") <= p("max"), "{step}");
            assert_eq!(step["versions"].as_object().map(|v| v.len()), Some(1));
        }
        if cfg!(target_os = "linux") {
            assert!(report["server_peak_rss_mib"].as_f64() > Some(10.0), "{report}");
        }
    }
}

#[test]
fn other_intents_are_findings() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("messages.jsonl");
    std::fs::write(&file, "{\"text\":\"我要值机\",\"account\":\"air\",\"intents\":[\"air.rebook\"]}")
        .expect("a file can be written");
    let file = file.to_str().expect("a plain path");
    let arguments = ["--rate", "100", "--duration", "500ms", "--messages", file, "--lang"];
    let tiny = support::fixture("tiny");
    for (language, told) in [
        (
            "en",
            [
                "other intents: 50",
                "我要值机: wanted air.rebook, got air.check_in",
                "50 messages without a right answer",
            ],
        ),
        ("zh", ["意图不符: 50", "我要值机", "50 条没有得到正确应答"]),
    ] {
        let run = load(&tiny, &[&arguments[..], &[language]].concat());
        assert_eq!(run.code, 1, "{}{}", run.out, run.err);
        told.iter().for_each(|t| assert!(run.out.contains(t), "{t}: {}", run.out));
    }
}

#[test]
fn mifenjie_proves_that_no_answer_is_mixed() {
    let tiny = support::fixture("tiny");
    for method in ["unary", "batch", "stream"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = messages(folder.path());
        let run = load(
            &tiny,
            &["--profile", "mifenjie", "--total", "6000", "--duration", "3s", "--reload-every", "300ms", "--messages"]
                .iter()
                .chain(&[file.as_str(), "--method", method, "--connections", "4", "--json"])
                .copied()
                .collect::<Vec<_>>(),
        );
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{method}: {}", run.out);
        let report = run.report();
        let step = &report["steps"][0];
        assert_eq!((step["sent"].as_u64(), step["right"].as_u64()), (Some(6000), Some(6000)), "{step}");
        let versions = step["versions"].as_object().expect("versions");
        assert_eq!(versions.len(), 2, "answers of both dictionaries: {versions:?}");
        // How many fit into the time depends on the machine; the first brings the second dictionary.
        assert!(report["swaps"]["reloads"].as_u64() >= Some(1), "{}", report["swaps"]);
    }
}

#[test]
fn mifenjie_notices_a_dictionary_that_is_neither() {
    let tiny = support::fixture("tiny");
    support::load(&tiny).expect("the dictionary loads");
    // Serves a third dictionary from a place of its own, whatever is written to --live.
    let other = support::tiny_copy();
    let titles = other.path().join("air/intents.csv");
    let text = std::fs::read_to_string(&titles).expect("the table is there");
    std::fs::write(&titles, text.replace("值机", "登机手续")).expect("the table can be written");
    let server = zhiyi::load::Child::start(Path::new(env!("CARGO_BIN_EXE_zhiyi")), other.path()).expect("a server");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (file, live) = (messages(folder.path()), folder.path().join("live.zhiyi"));
    let address = server.address.to_string();
    let run = load(
        &tiny,
        &["--profile", "mifenjie", "--total", "200", "--duration", "1s", "--reload-every", "1h", "--messages"]
            .iter()
            .chain(&[file.as_str(), "--server", &address, "--live", live.to_str().expect("a plain path"), "--json"])
            .copied()
            .collect::<Vec<_>>(),
    );
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert_eq!(run.report()["steps"][0]["faults"]["wrong_version"].as_u64(), Some(200), "{}", run.out);
}

#[test]
fn what_cannot_be_run_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let empty = folder.path().join("empty.txt");
    std::fs::write(&empty, "\n").expect("a file can be written");
    let empty = empty.to_str().expect("a plain path");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    let nobody = nobody.to_string();
    for (arguments, told) in [
        (vec!["--server", nobody.as_str()], "is a server listening there?"),
        (vec!["--messages", empty, "--server", nobody.as_str()], "there is no message in it"),
        (vec!["--rate", "fast"], "write it like 1000 or 90%"),
        (vec!["--duration", "soon"], "write it like 500ms, 30s or 10m"),
        (vec!["--profile", "mifenjie", "--server", nobody.as_str()], "--live FILE"),
        (vec!["--profile", "mifenjie"], "nothing to compare with: unknown account `csair`"),
    ] {
        let run = load(&support::fixture("tiny"), &arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}: {}", run.err);
        assert!(run.err.contains(told), "{told}: {}", run.err);
    }
}
