//! What is fuzzed: functions that take any bytes and panic where something does not hold, with inputs to start from.
//!
//! Used by the fuzzer of this crate and, for a bounded number of inputs, by `tests/fuzz.rs` of the main one.

use prost::Message;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use zhiyi::builder;
use zhiyi::diagnostic::{Language, Severity};
use zhiyi::dictionary::{Bundle, Source};
use zhiyi::recognizer::{Recognizer, Utterance};
use zhiyi::service::{convert, proto};
use zhiyi::text::{Modality, NormalizedText, Normalizer, Span};

/// Something that is fuzzed.
pub struct Target {
    /// Name, as of the program in `fuzz_targets`.
    pub name: &'static str,
    /// Takes an input.
    pub run: fn(&[u8]),
    /// Inputs that get far.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 5] = [
    Target { name: "normalizer", run: normalizer, seeds: texts },
    Target { name: "entities", run: entities, seeds: utterances },
    Target { name: "request", run: request, seeds: requests },
    Target { name: "bundle", run: bundle, seeds: changes },
    Target { name: "tables", run: tables, seeds: rewritten },
];

const TEXTS: [&str; 12] = [
    "明天广州飞北京的CZ3102几点起飞，另外格力空调优惠吗",
    "運(yùn)營(yíng)部門😀👍🏽[微笑]１２３ＡＢＣ",
    "嗯那个我我想查一下三幺零二就是南航的不对是三幺零三",
    "身份证440106199001011234，手机13800138000，订单2026112100001",
    "下周三下午两点半到四点，除夕前一天，农历八月十五",
    "两千块以内、三百到五百元、1.5万、￥99.90",
    "粤A12345 2楼 3号店 42码 500克 第三个",
    "我要退票不是改签",
    "查券码123456",
    "傻逼",
    "check in for flight CZ-3102 tomorrow",
    "\u{200b}\u{feff}\u{301}\u{202e}ﾊ豈⼈①Ⅱ",
];

/// The longest text that is read: the service refuses longer ones.
const LONGEST: usize = 2_000;
/// From 1970 to 2200, in seconds.
const SECONDS: i64 = 7_258_118_400;
/// 2026-11-21 10:00 in China.
const NOW: i64 = 1_795_226_400;

/// The normaliser, typed and spoken: every normalised character lies in the text.
pub fn normalizer(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let length = text.chars().count() as u32;
    let mut out = NormalizedText::default();
    for modality in [Modality::Text, Modality::Voice] {
        shared().normalize(text, modality, &mut out);
        for at in 0..out.len() {
            let span = out.span(at, at + 1);
            assert!(span.start < span.end && span.end <= length, "{span:?} of {length}");
        }
    }
}

fn texts() -> Vec<Vec<u8>> {
    TEXTS.iter().map(|t| t.as_bytes().to_vec()).collect()
}

/// Values, slots and intents of any text. The first byte says whether it is spoken, eight more the time, the rest is text.
pub fn entities(input: &[u8]) {
    let Some(((voice, seconds), text)) =
        input.split_first().and_then(|(voice, rest)| Some(((voice, rest.first_chunk::<8>()?), rest.get(8..)?)))
    else {
        return;
    };
    if let Ok(text) = std::str::from_utf8(text) {
        let modality = if voice & 1 == 1 { Modality::Voice } else { Modality::Text };
        read(tiny(), text, modality, i64::from_le_bytes(*seconds));
    }
}

fn utterances() -> Vec<Vec<u8>> {
    let utterance = |voice: u8, text: &str| [&[voice][..], &NOW.to_le_bytes(), text.as_bytes()].concat();
    [0, 1].iter().flat_map(|voice| TEXTS.map(|text| utterance(*voice, text))).collect()
}

/// Requests as they come over the wire: decoded, read, answered.
pub fn request(input: &[u8]) {
    let _ = proto::StreamRecognizeRequest::decode(input);
    let _ = proto::ModerateRequest::decode(input);
    let batch = proto::BatchRecognizeRequest::decode(input).map(|b| b.requests).unwrap_or_default();
    let one = proto::RecognizeRequest::decode(input).ok();
    for request in batch.iter().chain(&one) {
        let modality = if request.modality() == proto::Modality::Voice { Modality::Voice } else { Modality::Text };
        read(tiny(), &request.text, modality, request.reference_time.map_or(0, |t| t.seconds));
    }
}

fn requests() -> Vec<Vec<u8>> {
    let request = |text: &str| proto::RecognizeRequest {
        text: text.into(),
        account: "air".into(),
        modality: proto::Modality::Voice as i32,
        reference_time: Some(prost_types::Timestamp { seconds: NOW, nanos: 0 }),
        time_zone: "Asia/Shanghai".into(),
        request_id: "r-1".into(),
        ..proto::RecognizeRequest::default()
    };
    let batch = proto::BatchRecognizeRequest { requests: TEXTS.map(request).to_vec() };
    TEXTS.iter().map(|t| request(t).encode_to_vec()).chain([batch.encode_to_vec()]).collect()
}

/// Bundles with a fitting checksum. An odd first byte: the rest is the bundle. An even one: the rest is changes of an
/// honest bundle, five bytes each, the place and the byte that comes there.
pub fn bundle(input: &[u8]) {
    let Some((whole, rest)) = input.split_first() else { return };
    let mut bytes = if whole & 1 == 1 { rest.to_vec() } else { tiny_bundle().to_vec() };
    if whole & 1 == 0 {
        let length = bytes.len();
        for change in rest.chunks_exact(5) {
            let at = u32::from_le_bytes([change[0], change[1], change[2], change[3]]) as usize;
            bytes[at % length] = change[4];
        }
    }
    /// Bytes in front of what the checksum covers.
    const HEADER: usize = 48;
    if bytes.len() > HEADER {
        let digest = Sha256::digest(&bytes[HEADER..]);
        bytes[16..HEADER].copy_from_slice(&digest);
    }
    if let Ok(recognizer) = open(bytes) {
        read(&recognizer, TEXTS[0], Modality::Text, NOW);
    }
}

fn changes() -> Vec<Vec<u8>> {
    let length = tiny_bundle().len() as u32;
    // A byte in every sixteenth of the file, set to 0 and to 255.
    let change = |part: u32, byte: u8| [&[0][..], &(length / 16 * part).to_le_bytes(), &[byte]].concat();
    (0..16).flat_map(|part| [change(part, 0), change(part, 0xff)]).chain([vec![1]]).collect()
}

/// Tables: the first byte chooses a file of the small dictionary, the rest is put in its place. What is refused has
/// faults, what is not compiles and can be read.
pub fn tables(input: &[u8]) {
    static FOLDER: OnceLock<Mutex<(PathBuf, Vec<PathBuf>)>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let to = std::env::temp_dir().join(format!("zhiyi-fuzz-{}", std::process::id()));
        let files = table_files();
        let names: Vec<PathBuf> = files.iter().map(|(name, _)| name.clone()).collect();
        for (name, bytes) in files {
            let file = to.join(name);
            std::fs::create_dir_all(file.parent().unwrap_or(&to)).expect("a folder can be made");
            std::fs::write(file, bytes).expect("a file can be written");
        }
        Mutex::new((to, names))
    });
    let Some((which, bytes)) = input.split_first() else { return };
    let folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
    let (folder, names) = &*folder;
    let file = folder.join(&names[usize::from(*which) % names.len()]);
    let before = std::fs::read(&file).expect("the file is there");
    std::fs::write(&file, bytes).expect("the file can be written");
    let (source, findings) = builder::diagnose(folder, shared());
    std::fs::write(&file, before).expect("the file can be written");
    for finding in &findings {
        finding.render(Language::Chinese, false);
        finding.render(Language::English, false);
    }
    if !findings.iter().any(|d| d.severity == Severity::Error) {
        let bytes = builder::build(&source, shared()).expect("tables without faults compile");
        let recognizer = open(bytes).expect("what was built can be opened");
        TEXTS.iter().take(3).for_each(|text| read(&recognizer, text, Modality::Text, NOW));
    }
}

/// The files of the small dictionary as they are.
fn rewritten() -> Vec<Vec<u8>> {
    table_files().into_iter().enumerate().map(|(at, (_, bytes))| [&[at as u8][..], &bytes].concat()).collect()
}

/// The tables of the small dictionary of the tests.
fn tiny_folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // In the main package and in that of the fuzzer.
    let places = [here.join("tests/fixtures/tiny"), here.join("../tests/fixtures/tiny")];
    places.into_iter().find(|p| p.is_dir()).expect("the small dictionary is there")
}

/// Names and contents of the files of the small dictionary, by name.
fn table_files() -> Vec<(PathBuf, Vec<u8>)> {
    let root = tiny_folder();
    let mut pending = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("the file is in the folder").to_owned();
                files.push((name, std::fs::read(&path).expect("the file can be read")));
            }
        }
    }
    files.sort();
    files
}

fn shared() -> &'static Arc<Normalizer> {
    static NORMALIZER: OnceLock<Arc<Normalizer>> = OnceLock::new();
    NORMALIZER.get_or_init(|| Arc::new(Normalizer::new()))
}

fn tiny_bundle() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let source = Source::read(&tiny_folder()).expect("the small dictionary has no faults");
        builder::build(&source, shared()).expect("the small dictionary compiles")
    })
}

fn tiny() -> &'static Recognizer {
    static RECOGNIZER: OnceLock<Recognizer> = OnceLock::new();
    RECOGNIZER.get_or_init(|| open(tiny_bundle().to_vec()).expect("what was built can be opened"))
}

fn open(bytes: Vec<u8>) -> Result<Recognizer, String> {
    let bundle = Bundle::from_bytes(Arc::new(bytes)).map_err(|e| e.to_string())?;
    Recognizer::new(Arc::new(bundle), shared().clone())
}

/// Reads a message for every account and checks what must hold for any text.
fn read(recognizer: &Recognizer, text: &str, modality: Modality, seconds: i64) {
    let length = text.chars().count() as u32;
    if text.trim().is_empty() || length as usize > LONGEST {
        return;
    }
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let moment = jiff::Timestamp::from_second(seconds.rem_euclid(SECONDS)).expect("a moment in range");
    let reference = moment.to_zoned_datetime(zone);
    let inside = |span: Span| assert!(span.start <= span.end && span.end <= length, "{span:?} of {length} in {text:?}");
    for account in &recognizer.bundle().content.accounts {
        let utterance = Utterance {
            text,
            hypotheses: &[],
            account: &account.id,
            modality,
            reference: reference.clone(),
            explain: true,
        };
        let recognition = recognizer.recognize(&utterance).expect("the account is known");
        for value in recognition.entities.iter().chain(recognition.intents.iter().flat_map(|i| &i.slots)) {
            inside(value.span);
            let (start, end) = (value.span.start as usize, value.span.end as usize);
            let raw: String = text.chars().skip(start).take(end - start).collect();
            assert_eq!(value.raw, raw, "the raw value is what stands in the text");
        }
        recognition.intents.iter().for_each(|i| inside(i.span));
        convert::response(recognizer, text, "id", recognition);
        recognizer.moderate(text, &account.id, zhiyi::moderation::Direction::Out).expect("the account is known");
    }
}
