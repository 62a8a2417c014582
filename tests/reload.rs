//! A server whose dictionary changes beneath it: by good hands, by clumsy ones, and by failing machines.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::client::{append, channel, eventually, fields, get, metric, request};
use tempfile::TempDir;
use tonic::Code;
use tonic::transport::Channel;
use zhiyi::config::{Config, TestsGate};
use zhiyi::service::Server;
use zhiyi::service::proto::dictionary_client::DictionaryClient;
use zhiyi::service::proto::recognizer_client::RecognizerClient;
use zhiyi::service::proto::*;

/// A message that only a changed dictionary understands, and the row that makes it so.
const MESSAGE: &str = "班机去哪儿了";
const ROW: &str = "fs-9,air.flight_status,班机去哪儿了,,,,,,\n";

/// A server over a dictionary that a test may change, and clients of it.
struct Served {
    server: Server,
    dictionary: DictionaryClient<Channel>,
    reader: RecognizerClient<Channel>,
    metrics: SocketAddr,
}

impl Served {
    async fn start(path: &Path, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { metrics_listen: Some(support::free()), ..support::config() };
        config.dictionary.watch = true;
        config.dictionary.settle = Duration::from_millis(50);
        change(&mut config);
        let server = Server::start(support::load(path).expect("the dictionary loads"), &config).expect("it starts");
        let channel = channel(server.address()).await;
        let metrics = server.metrics_address().expect("there are metrics");
        let (dictionary, reader) = (DictionaryClient::new(channel.clone()), RecognizerClient::new(channel));
        Self { server, dictionary, reader, metrics }
    }

    async fn status(&self) -> GetStatusResponse {
        self.dictionary.clone().get_status(GetStatusRequest {}).await.expect("a status").into_inner()
    }

    /// The version that answers, and the intents of [`MESSAGE`].
    async fn answer(&self) -> (String, String) {
        told(self.reader.clone().recognize(request(MESSAGE)).await.expect("an answer").get_ref())
    }

    async fn reload(&self) -> Result<ReloadResponse, tonic::Status> {
        self.dictionary.clone().reload(ReloadRequest {}).await.map(tonic::Response::into_inner)
    }

    async fn until_understood(&self) -> String {
        eventually("the new row serves", async || {
            let (version, intents) = self.answer().await;
            (intents == "air.flight_status").then_some(version)
        })
        .await
    }

    fn stop(self) {
        drop((self.dictionary, self.reader));
        self.server.stop();
    }
}

fn bundle(folder: &Path, file: &Path) {
    let bytes = zhiyi::builder::build_folder(folder, &Arc::new(zhiyi::text::Normalizer::new())).expect("no faults");
    zhiyi::files::write(file, &bytes).expect("it can be written");
}

#[tokio::test]
async fn a_changed_folder_serves_by_itself() {
    let folder = support::tiny_copy();
    let served = Served::start(folder.path(), |_| {}).await;
    let (before, intents) = served.answer().await;
    assert_eq!(intents, "");
    append(&folder.path().join("air/phrases.csv"), ROW);
    let after = served.until_understood().await;
    assert_ne!(before, after);
    let status = served.status().await;
    assert!(status.watching && status.version == after && status.reloads == 1, "{status:?}");
    assert_eq!(metric(served.metrics, "zhiyi_reloads_total{result=\"changed\"}"), 1.0);
    served.stop();
}

#[tokio::test]
async fn a_new_pack_is_noticed() {
    let folder = support::tiny_copy();
    let served = Served::start(folder.path(), |_| {}).await;
    let pack = folder.path().join("extra");
    fs::create_dir(&pack).expect("a pack can be made");
    fs::write(pack.join("phrases.csv"), format!("id,intent,phrase,match,gap,exclude,valid_from,valid_to,note\n{ROW}"))
        .expect("a table can be written");
    fs::write(pack.join("pack.toml"), "title = \"更多\"\n").expect("the pack can be written");
    let accounts = folder.path().join("accounts.toml");
    let text = fs::read_to_string(&accounts).expect("the accounts are there");
    fs::write(&accounts, text.replace("\"base\", \"air\", \"shop\"", "\"base\", \"air\", \"shop\", \"extra\""))
        .expect("they can be written");
    served.until_understood().await;
    served.stop();
}

#[tokio::test]
async fn a_bundle_that_is_renamed_over_the_old_one_serves() {
    let (folder, place) = (support::tiny_copy(), tempfile::tempdir().expect("a folder"));
    let file = place.path().join("d.zhiyi");
    bundle(folder.path(), &file);
    let served = Served::start(&file, |_| {}).await;
    append(&folder.path().join("air/phrases.csv"), ROW);
    bundle(folder.path(), &file);
    served.until_understood().await;
    served.stop();
}

/// How a Kubernetes volume changes: a link beside the tables is switched from one folder to another.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_behind_a_link_that_is_switched_serves() {
    use std::os::unix::fs::symlink;
    let place = tempfile::tempdir().expect("a folder");
    let [old, new, link, switch] = ["old", "new", "current", "switch"].map(|n| place.path().join(n));
    support::copy(&support::fixture("tiny"), &old);
    support::copy(&support::fixture("tiny"), &new);
    append(&new.join("air/phrases.csv"), ROW);
    symlink(&old, &link).expect("a link");
    let served = Served::start(&link, |_| {}).await;
    symlink(&new, &switch).expect("a link");
    fs::rename(&switch, &link).expect("it is switched");
    served.until_understood().await;
    served.stop();
}

#[tokio::test]
async fn where_no_events_come_the_files_are_looked_at() {
    let folder = support::tiny_copy();
    let served = Served::start(folder.path(), |config| {
        // Events alone would take a minute to settle.
        config.dictionary.settle = Duration::from_secs(60);
        config.dictionary.poll = Some(Duration::from_millis(200));
    })
    .await;
    append(&folder.path().join("air/phrases.csv"), ROW);
    let begun = Instant::now();
    served.until_understood().await;
    assert!(begun.elapsed() < Duration::from_secs(50));
    served.stop();
}

#[tokio::test]
async fn failing_tests_of_packs_keep_a_dictionary_out_where_they_should() {
    for (gate, taken) in [(TestsGate::Refuse, false), (TestsGate::Warn, true), (TestsGate::Off, true)] {
        let folder = support::tiny_copy();
        let served = Served::start(folder.path(), |config| {
            config.dictionary.watch = false;
            config.dictionary.tests = gate;
        })
        .await;
        append(&folder.path().join("air/phrases.csv"), ROW);
        append(&folder.path().join("air/tests.csv"), "ta-9,air,我要值机,,,air.rebook,,,\n");
        let result = served.reload().await;
        assert_eq!(result.is_ok(), taken, "{gate:?}: {result:?}");
        assert_eq!(served.answer().await.1.is_empty(), !taken, "{gate:?}");
        let told = served.status().await.last_fault;
        match result {
            Ok(_) => assert_eq!(told, ""),
            Err(status) => {
                assert_eq!(status.code(), Code::FailedPrecondition);
                for text in [status.message(), &told] {
                    assert!(text.starts_with("1 of the packs' tests fail"), "{text}");
                    assert!(
                        text.contains("air/tests.csv:6, column text: 我要值机: wanted air.rebook, got air.check_in"),
                        "{text}"
                    );
                }
            }
        }
        served.stop();
    }
}

/// A dictionary that serves from the start has no one before it to stay: it serves, and its fault is told until it is mended.
#[tokio::test]
async fn failing_tests_of_packs_are_told_at_the_start() {
    let folder = support::tiny_copy();
    let tests = folder.path().join("air/tests.csv");
    let good = fs::read_to_string(&tests).expect("the table is there");
    append(&tests, "ta-9,air,我要值机,,,air.rebook,,,\n");
    let served = Served::start(folder.path(), |config| config.dictionary.watch = false).await;
    let told = eventually("the fault is told", async || {
        Some(served.status().await.last_fault).filter(|fault| !fault.is_empty())
    });
    assert!(told.await.starts_with("1 of the packs' tests fail"));
    served.reader.clone().recognize(request("我要值机")).await.expect("it serves");
    assert!(served.reload().await.is_err(), "nothing was mended");
    assert_ne!(served.status().await.last_fault, "");
    fs::write(&tests, good).expect("the table can be written");
    served.reload().await.expect("the tests pass");
    assert_eq!(served.status().await.last_fault, "");
    served.stop();
}

#[tokio::test]
async fn a_dictionary_that_is_too_large_does_not_begin_to_serve() {
    let mut config = support::config();
    config.dictionary.largest = 1 << 10;
    let loaded = support::load(&support::fixture("tiny")).expect("the dictionary loads");
    let told = Server::start(loaded, &config).err().expect("it is too large").to_string();
    assert!(told.contains("more than dictionary.largest allows (1024)"), "{told}");
}

/// Administration takes as long as it takes, unless its caller says otherwise; and what nobody awaits any more when its turn
/// comes is left out, because the caller may have asked again.
#[tokio::test]
async fn administration_ends_by_its_callers_deadline_alone() {
    let folder = support::tiny_copy();
    let served = Served::start(folder.path(), |config| {
        config.dictionary.watch = false;
        config.dictionary.settle = Duration::from_millis(300);
        config.limits.request_time = Duration::from_millis(1);
    })
    .await;
    append(&folder.path().join("air/phrases.csv"), ROW);
    let second = served.reload().await.expect("it takes longer than a call may");
    assert!(second.changed);

    // A file that changes all the time keeps the thread busy for some attempts.
    let (busy, restless) = (Arc::new(AtomicBool::new(true)), folder.path().join("air/restless.csv.part"));
    let (going_on, table) = (busy.clone(), folder.path().join("air/phrases.csv"));
    let writer = std::thread::spawn(move || {
        let text = fs::read(&table).expect("the table is there");
        while going_on.load(Ordering::Relaxed) {
            fs::write(&restless, &text).and_then(|()| fs::rename(&restless, &table)).expect("it can be replaced");
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let mut dictionary = served.dictionary.clone();
    let reload = tokio::spawn(async move { dictionary.reload(ReloadRequest {}).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut hasty = tonic::Request::new(RollbackRequest {});
    hasty.set_timeout(Duration::from_millis(50));
    // Client and server both look at the clock.
    let status = served.dictionary.clone().rollback(hasty).await.expect_err("the thread is busy");
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    let status = reload.await.expect("no panic").expect_err("the files are never quiet");
    assert_eq!(status.code(), Code::FailedPrecondition, "{status:?}");
    busy.store(false, Ordering::Relaxed);
    writer.join().expect("it only writes");
    // It comes behind the roll-back, and changes nothing.
    served.dictionary.clone().set_shadow(SetShadowRequest { source: None }).await.expect("there is no shadow");
    assert_eq!(served.status().await.version, second.version, "nobody awaited the roll-back any more");
    served.stop();
}

#[tokio::test]
async fn a_shadow_that_is_not_there_yet_is_read_when_it_is() {
    let (folder, place) = (support::tiny_copy(), tempfile::tempdir().expect("a folder"));
    let path = place.path().join("other");
    let served = Served::start(folder.path(), |config| {
        config.dictionary.watch = false;
        config.dictionary.poll = Some(Duration::from_millis(50));
        config.shadow.path = Some(path.clone());
    })
    .await;
    let shadow = async || {
        let answer = served.dictionary.clone().get_shadow(GetShadowRequest {}).await.expect("an answer");
        answer.into_inner()
    };
    eventually("the fault is told", async || (!shadow().await.last_fault.is_empty()).then_some(())).await;
    assert_eq!(metric(served.metrics, "zhiyi_shadow_fault"), 1.0);
    support::copy(folder.path(), &path);
    let version = served.status().await.version;
    eventually("the shadow reads along", async || (shadow().await.version == version).then_some(())).await;
    assert_eq!(shadow().await.last_fault, "");
    assert_eq!(metric(served.metrics, "zhiyi_shadow_fault"), 0.0);
    served.stop();
}

#[tokio::test]
async fn versions_are_kept_rolled_back_and_activated() {
    let (folder, history) = (support::tiny_copy(), tempfile::tempdir().expect("a folder"));
    let kept = history.path().join("versions");
    let served = Served::start(folder.path(), |config| {
        config.dictionary.watch = false;
        config.dictionary.kept = 2;
        config.dictionary.history = Some(kept.clone());
    })
    .await;
    let mut dictionary = served.dictionary.clone();
    let first = served.status().await.version;
    append(&folder.path().join("air/phrases.csv"), ROW);
    let second = served.reload().await.expect("a reload").version;
    append(&folder.path().join("air/phrases.csv"), "fs-10,air.flight_status,班机在哪,,,,,,\n");
    let third = served.reload().await.expect("a reload").version;

    let known = dictionary.list_versions(ListVersionsRequest {}).await.expect("versions").into_inner().versions;
    let told: Vec<_> = known.iter().map(|v| (v.version.as_str(), v.active, v.in_memory)).collect();
    assert_eq!(told, [(&*third, true, true), (&*second, false, true), (&*first, false, false)]);
    assert!(known.iter().all(|v| v.bytes > 1000 && v.load_time.is_some()), "{known:?}");

    let mut back = async || dictionary.rollback(RollbackRequest {}).await.map(tonic::Response::into_inner);
    let once = back().await.expect("the second serves");
    assert_eq!((&once.version, &once.previous), (&second, &third));
    assert_eq!(served.answer().await, (second.clone(), "air.flight_status".into()));
    let twice = back().await.expect("the first serves, from the history folder");
    assert_eq!((&twice.version, &twice.previous), (&first, &second));
    assert_eq!(served.answer().await, (first.clone(), String::new()));
    assert_eq!(back().await.expect_err("there is none before").code(), Code::FailedPrecondition);

    let activate = async |version: &str| {
        let asked = ActivateRequest { version: version.into() };
        served.dictionary.clone().activate(asked).await.map(|r| r.into_inner().changed)
    };
    assert!(activate(&third).await.expect("a known version"));
    assert!(!activate(&third).await.expect("it serves already"));
    assert_eq!(served.answer().await, (third.clone(), "air.flight_status".into()));
    fs::write(kept.join("00000000000000aa.zhiyi"), b"no bundle").expect("it can be written");
    let wrong = kept.join("00000000000000bb.zhiyi");
    fs::copy(kept.join(format!("{first}.zhiyi")), wrong).expect("it can be copied");
    for (version, code) in [
        ("0123456789abcdef", Code::NotFound),
        ("../../../etc/pass", Code::NotFound),
        ("", Code::NotFound),
        ("00000000000000aa", Code::FailedPrecondition),
        ("00000000000000bb", Code::FailedPrecondition),
    ] {
        assert_eq!(activate(version).await.expect_err(version).code(), code, "{version}");
        assert_eq!(served.answer().await.0, third, "{version}");
    }
    let status = activate("0123456789abcdef").await.expect_err("unknown");
    assert_eq!(fields(&status), ["version"]);
    served.stop();
}

#[tokio::test]
async fn a_shadow_reads_along_and_tells_differences() {
    let (folder, other) = (support::tiny_copy(), support::tiny_copy());
    append(&other.path().join("air/phrases.csv"), ROW);
    let served = Served::start(folder.path(), |_| {}).await;
    let mut dictionary = served.dictionary.clone();
    let shadow = async || {
        let answer = served.dictionary.clone().get_shadow(GetShadowRequest {}).await.expect("a shadow");
        answer.into_inner()
    };
    assert_eq!(shadow().await, GetShadowResponse::default());

    let path = other.path().display().to_string();
    let source = Some(set_shadow_request::Source::Path(path.clone()));
    let set = dictionary.set_shadow(SetShadowRequest { source }).await.expect("a shadow").into_inner();
    let (serving, _) = served.answer().await;
    assert_ne!(set.version, serving);
    for text in ["我要值机", "格力优惠", MESSAGE, MESSAGE] {
        served.reader.clone().recognize(request(text)).await.expect("an answer");
    }
    let told = eventually("all are compared", async || Some(shadow().await).filter(|s| s.compared == 5)).await;
    assert_eq!((&told.version, &told.source), (&set.version, &path));
    assert_eq!((told.different, told.skipped, told.refused), (3, 0, 0));
    let change = ShadowDifference {
        account: "shop".into(),
        active: String::new(),
        shadow: "air.flight_status".into(),
        count: 3,
    };
    assert_eq!(told.differences, [change]);
    assert_eq!(metric(served.metrics, "zhiyi_shadow_messages_total{result=\"different\"}"), 3.0);
    assert_eq!(served.answer().await, (serving, String::new()), "the shadow answers nobody");

    let broken = Some(set_shadow_request::Source::Path(folder.path().join("nothing").display().to_string()));
    assert!(dictionary.set_shadow(SetShadowRequest { source: broken }).await.is_err());
    assert_eq!(shadow().await.version, set.version, "a shadow that does not load takes nobody's place");
    assert!(shadow().await.last_fault.contains("nothing"));
    let none = dictionary.set_shadow(SetShadowRequest { source: None }).await.expect("no shadow").into_inner();
    assert_eq!(none.version, "");
    assert_eq!(shadow().await, GetShadowResponse::default());
    served.stop();
}

/// The version that answered and the intents.
fn told(answer: &RecognizeResponse) -> (String, String) {
    let intents: Vec<&str> = answer.intents.iter().map(|i| i.id.as_str()).collect();
    (answer.dictionary_version.clone(), intents.join("|"))
}

fn item(result: Option<BatchResult>) -> (String, String) {
    match result.and_then(|r| r.result) {
        Some(batch_result::Result::Response(answer)) => told(&answer),
        other => panic!("{other:?}"),
    }
}

/// While the dictionary changes back and forth, no call fails, no batch is of two versions, and every answer is the one
/// that its version gives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_lost_mixed_or_wrong_during_reloads() {
    let (folder, place) = (support::tiny_copy(), tempfile::tempdir().expect("a folder"));
    let file = place.path().join("d.zhiyi");
    let bundles = ["without", "with"].map(|n| place.path().join(n));
    bundle(folder.path(), &bundles[0]);
    append(&folder.path().join("air/phrases.csv"), ROW);
    bundle(folder.path(), &bundles[1]);
    fs::copy(&bundles[0], &file).expect("it can be copied");
    let served = Served::start(&file, |config| config.dictionary.watch = false).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for _ in 0..2 {
        let (mut reader, done) = (served.reader.clone(), over.clone());
        tasks.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                seen.push(told(&reader.recognize(request(MESSAGE)).await.expect("an answer").into_inner()));
            }
            seen
        }));
        let (mut reader, done) = (served.reader.clone(), over.clone());
        tasks.push(tokio::spawn(async move {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let batch = BatchRecognizeRequest { requests: vec![request(MESSAGE); 150] };
                let results = reader.batch_recognize(batch).await.expect("answers").into_inner().results;
                let mut answers: Vec<_> = results.into_iter().map(|r| item(Some(r))).collect();
                assert_eq!(answers.len(), 150);
                answers.dedup();
                assert_eq!(answers.len(), 1, "a batch is of one version");
                seen.append(&mut answers);
            }
            seen
        }));
        let (mut reader, done) = (served.reader.clone(), over.clone());
        tasks.push(tokio::spawn(async move {
            let (send, messages) = tokio::sync::mpsc::channel(4);
            let stream = tokio_stream::wrappers::ReceiverStream::new(messages);
            let mut answers = reader.stream_recognize(stream).await.expect("a stream").into_inner();
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let message = StreamRecognizeRequest { request: Some(request(MESSAGE)) };
                send.send(message).await.expect("the stream is open");
                seen.push(item(answers.message().await.expect("the stream goes on").expect("an answer").result));
            }
            seen
        }));
    }
    let mut right = BTreeMap::new();
    let (version, _) = served.answer().await;
    right.insert(version, String::new());
    for n in 1..=30 {
        let part = place.path().join("part");
        fs::copy(&bundles[n % 2], &part).expect("it can be copied");
        fs::rename(&part, &file).expect("it can be renamed");
        let reloaded = served.reload().await.expect("a reload");
        assert!(reloaded.changed);
        right.insert(reloaded.version, if n % 2 == 1 { "air.flight_status".into() } else { String::new() });
    }
    over.store(true, Ordering::Relaxed);
    let mut answers = 0;
    for task in tasks {
        for (version, intents) in task.await.expect("no task panics") {
            assert_eq!(right.get(&version), Some(&intents));
            answers += 1;
        }
    }
    assert_eq!(right.len(), 2);
    assert!(answers > 100, "{answers} answers");
    served.stop();
}

/// Does harm to a dictionary folder.
type Harm = fn(&Path);

/// What happens to the folder, how, and what the fault must say.
const HARMS: &[(&str, Harm, &str)] = &[
    ("accounts.toml vanishes", |f| remove(&f.join("accounts.toml")), "no accounts.toml"),
    ("a pack vanishes", |f| fs::remove_dir_all(f.join("air")).expect("removed"), "air"),
    ("everything vanishes", |f| fs::remove_dir_all(f).expect("removed"), "No such file"),
    (
        "a table is cut inside a quoted cell",
        |f| append(&f.join("air/phrases.csv"), "fs-9,air.flight_status,\"{fli"),
        "D0",
    ),
    ("a table is cut inside a row", |f| append(&f.join("air/phrases.csv"), "fs-9,air.flight_st"), "D0"),
    ("a table is cut inside a character", |f| cut(&f.join("air/examples.csv")), "UTF-8"),
    ("a table is emptied", |f| fs::write(f.join("air/intents.csv"), "").expect("written"), "D0"),
    ("a table is rubbish", |f| fs::write(f.join("air/terms.csv"), [0xff; 9000]).expect("written"), "UTF-8"),
    ("a row names an unknown intent", |f| append(&f.join("air/phrases.csv"), "fs-9,air.no,班机,,,,,,\n"), "air.no"),
    ("a test fails", fail, "tests fail"),
    ("a table is larger than all that is allowed", |f| huge(&f.join("air/terms.csv")), "dictionary.largest"),
    ("a table becomes a folder", |f| become_folder(&f.join("air/terms.csv")), "not a regular file"),
    #[cfg(unix)]
    ("a table becomes a link to nothing", |f| link("nothing", &f.join("air/terms.csv")), "No such file"),
    #[cfg(unix)]
    ("a table becomes a link to itself", |f| link("terms.csv", &f.join("air/terms.csv")), "symbolic links"),
    #[cfg(unix)]
    ("a table becomes an endless device", |f| link("/dev/zero", &f.join("air/terms.csv")), "not a regular file"),
    #[cfg(unix)]
    ("a table becomes a pipe that nobody writes", |f| pipe(&f.join("air/terms.csv")), "not a regular file"),
    #[cfg(target_os = "linux")]
    ("a table cannot be read", |f| link("/proc/self/mem", &f.join("air/terms.csv")), "Input/output error"),
];

fn remove(file: &Path) {
    fs::remove_file(file).expect("it is there");
}

/// A new row beside a test that does not hold; the test comes first, so that the row never stands without it.
fn fail(folder: &Path) {
    append(&folder.join("air/tests.csv"), "ta-9,air,我要值机,,,,,,\n");
    append(&folder.join("air/phrases.csv"), ROW);
}

fn cut(file: &Path) {
    let mut bytes = fs::read(file).expect("it is there");
    // The last character of the fixture's last row that is no ASCII, without its last byte.
    let end = bytes.iter().rposition(|b| *b >= 0x80).expect("there is Chinese in it");
    bytes.truncate(end);
    fs::write(file, bytes).expect("it can be written");
}

fn huge(file: &Path) {
    fs::OpenOptions::new().append(true).open(file).and_then(|f| f.set_len(3 << 30)).expect("a sparse file");
}

fn become_folder(file: &Path) {
    remove(file);
    fs::create_dir(file).expect("a folder");
}

#[cfg(unix)]
fn link(target: &str, file: &Path) {
    remove(file);
    std::os::unix::fs::symlink(target, file).expect("a link");
}

#[cfg(unix)]
fn pipe(file: &Path) {
    remove(file);
    assert!(Command::new("mkfifo").arg(file).status().expect("mkfifo runs").success());
}

#[tokio::test]
async fn whatever_happens_to_the_folder_the_running_dictionary_stays() {
    let place = tempfile::tempdir().expect("a folder");
    let [folder, fresh] = ["dictionary", "fresh"].map(|n| place.path().join(n));
    support::copy(&support::fixture("tiny"), &folder);
    let served = Served::start(&folder, |_| {}).await;
    let (version, _) = served.answer().await;
    for (n, (what, harm, told)) in HARMS.iter().enumerate() {
        harm(&folder);
        let fault = eventually(what, async || Some(served.status().await).filter(|s| !s.last_fault.is_empty())).await;
        assert!(fault.last_fault.contains(told), "{what}: {}", fault.last_fault);
        assert_eq!(fault.version, version, "{what}");
        assert_eq!(served.answer().await.0, version, "{what}");
        let status = served.reload().await.expect_err(what);
        assert_eq!(status.code(), Code::FailedPrecondition, "{what}");
        assert_eq!(metric(served.metrics, "zhiyi_dictionary_fault"), 1.0, "{what}");
        assert!(metric(served.metrics, "zhiyi_reloads_total{result=\"failed\"}") > n as f64, "{what}");
        let (code, ready) = get(served.metrics, "/readyz");
        let ready: serde_json::Value = serde_json::from_str(&ready).expect("JSON");
        assert_eq!((code, ready["dictionary_version"].as_str()), (200, Some(&*version)), "{what}");
        assert!(ready["last_fault"].as_str().expect("a fault").contains(told), "{what}: {ready}");

        support::copy(&support::fixture("tiny"), &fresh);
        let _ = fs::remove_dir_all(&folder);
        fs::rename(&fresh, &folder).expect("it can be renamed");
        eventually("the folder is whole again", async || {
            Some(served.status().await).filter(|s| s.last_fault.is_empty())
        })
        .await;
        assert_eq!(metric(served.metrics, "zhiyi_dictionary_fault"), 0.0, "{what}");
    }
    assert_eq!(served.status().await.reloads, 0, "nothing else ever served");
    append(&folder.join("air/phrases.csv"), ROW);
    served.until_understood().await;
    served.stop();
}

/// Links in a circle and unknown files are no fault: nothing deeper than a pack's tables is looked at.
#[cfg(unix)]
#[tokio::test]
async fn links_in_a_circle_lead_nowhere() {
    let folder = support::tiny_copy();
    let served = Served::start(folder.path(), |_| {}).await;
    for (target, name) in [("..", "up"), (".", "here"), ("air/inside", "loop")] {
        std::os::unix::fs::symlink(target, folder.path().join(name)).expect("a link");
    }
    std::os::unix::fs::symlink("..", folder.path().join("air/inside")).expect("a link");
    append(&folder.path().join("air/phrases.csv"), ROW);
    served.until_understood().await;
    served.stop();
}

#[tokio::test]
async fn damaged_bundles_do_not_serve() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("d.zhiyi");
    bundle(&support::fixture("tiny"), &file);
    let good = fs::read(&file).expect("it was written");
    let served = Served::start(&file, |_| {}).await;
    let (version, _) = served.answer().await;
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let harms = [
        ("cut in half, written in place", Some(good[..good.len() / 2].to_vec())),
        ("cut by one byte", Some(good[..good.len() - 1].to_vec())),
        ("a bit of its head flipped", Some(flipped(9))),
        ("a bit of its middle flipped", Some(flipped(good.len() / 2))),
        ("a bit of its end flipped", Some(flipped(good.len() - 1))),
        ("emptied", Some(Vec::new())),
        ("zeros", Some(vec![0; good.len()])),
        ("longer than it was", Some([&good[..], &good[..]].concat())),
        ("gone", None),
    ];
    for (what, bytes) in harms {
        match bytes {
            Some(bytes) => fs::write(&file, bytes).expect("it can be written"),
            None => remove(&file),
        }
        eventually(what, async || Some(served.status().await).filter(|s| !s.last_fault.is_empty())).await;
        assert_eq!(served.answer().await.0, version, "{what}");
        zhiyi::files::write(&file, &good).expect("it can be written");
        eventually("it is whole again", async || Some(served.status().await).filter(|s| s.last_fault.is_empty())).await;
    }
    assert_eq!(served.status().await.reloads, 0);
    served.stop();
}

/// A file system of a few pages, where this machine allows one to be mounted.
#[cfg(target_os = "linux")]
struct TinyDisk(TempDir);

#[cfg(target_os = "linux")]
impl TinyDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", "size=8k", "zhiyi-test"]).arg(folder.path());
        let mounted = command.stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        mounted.then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

/// A version that cannot be written down serves nevertheless, and the fault is told.
#[tokio::test]
async fn a_full_disk_keeps_no_dictionary_from_serving() {
    let place = tempfile::tempdir().expect("a folder");
    let no_folder = place.path().join("file");
    fs::write(&no_folder, "a file, so that nothing can be below it").expect("it can be written");
    let mut histories: Vec<PathBuf> = vec![no_folder.join("history")];
    #[cfg(target_os = "linux")]
    let disk = TinyDisk::mount();
    #[cfg(target_os = "linux")]
    histories.extend(disk.as_ref().map(|d| d.0.path().to_owned()));
    for history in histories {
        let folder = support::tiny_copy();
        let served = Served::start(folder.path(), |config| config.dictionary.history = Some(history.clone())).await;
        append(&folder.path().join("air/phrases.csv"), ROW);
        served.until_understood().await;
        // It serves before it is written down.
        eventually("both faults are told", async || {
            (metric(served.metrics, "zhiyi_history_faults_total") == 2.0).then_some(())
        })
        .await;
        let left = fs::read_dir(&history).map_or(0, Iterator::count);
        assert_eq!(left, 0, "no half-written file stays in {}", history.display());
        served.stop();
    }
}

/// `dict build` is killed at every stage of its work; the bundle that a server watches is always a whole one.
#[cfg(unix)]
#[tokio::test]
async fn a_killed_publisher_leaves_a_whole_bundle() {
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("d.zhiyi");
    let sources = [support::tiny_copy(), support::tiny_copy()];
    append(&sources[1].path().join("air/phrases.csv"), ROW);
    let publish = |n: usize| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiyi"));
        command.args(["dict", "build"]).arg(sources[n % 2].path()).arg("-o").arg(&file);
        command.env("ZHIYI_CACHE", support::cache()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program runs")
    };
    assert!(publish(0).wait().expect("it ends").success());
    let served = Served::start(&file, |_| {}).await;
    let versions = [0, 1].map(|n| {
        let other = place.path().join("other");
        bundle(sources[n].path(), &other);
        support::load(&other).expect("it loads").recognizer.bundle().version.clone()
    });
    let mut killed = 0;
    for n in 1..=24 {
        let mut child = publish(n);
        match n % 3 {
            0 => tokio::time::sleep(Duration::from_millis(n as u64 * 4)).await,
            // While it writes: the file that takes the bundle's place is there.
            1 => {
                let part = place.path().join(format!("d.zhiyi.{}.part", child.id()));
                while child.try_wait().expect("it is a child").is_none() && !part.exists() {
                    tokio::time::sleep(Duration::from_micros(200)).await;
                }
            }
            _ => {}
        }
        // Nobody kills the last ones, so that there is something new to serve.
        if n < 23 {
            child.kill().expect("it can be killed");
        }
        killed += usize::from(!child.wait().expect("it ends").success());
        let loaded = support::load(&file).expect("the bundle is whole");
        assert!(versions.contains(&loaded.recognizer.bundle().version));
    }
    assert!(killed > 0, "those that are killed at once do not end");
    let now = support::load(&file).expect("it is whole").recognizer.bundle().version.clone();
    eventually("what was published last serves", async || (served.answer().await.0 == now).then_some(())).await;
    assert_eq!(metric(served.metrics, "zhiyi_reloads_total{result=\"failed\"}"), 0.0);
    served.stop();
}
