//! What several test files share: the small dictionary, and a place for compiled ones.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod client;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once, OnceLock};
use zhiyi::builder::{self, Loaded};
use zhiyi::dictionary::{Bundle, Source};
use zhiyi::recognizer::{Recognition, Recognizer, Utterance};
use zhiyi::text::{Modality, Normalizer};

/// 2026-11-21 10:00 in China, a Saturday.
pub const NOW: i64 = 1_795_226_400;

/// A file or folder under `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The folder in which compiled dictionaries are kept during tests.
pub fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Loads a dictionary as the server does, with the cache inside the target folder.
pub fn load(path: &Path) -> Result<Loaded, zhiyi::dictionary::DictionaryError> {
    static CACHE: Once = Once::new();
    // SAFETY: the environment is read through `std::env` only, which locks it, and written here only, once.
    CACHE.call_once(|| unsafe { std::env::set_var("ZHIYI_CACHE", cache()) });
    builder::load(path)
}

/// Settings for a server of a test: any free port, two threads, quick to notice changes and to stop.
pub fn config() -> zhiyi::config::Config {
    let mut config = zhiyi::config::Config { listen: free(), threads: 2, ..zhiyi::config::Config::default() };
    config.drain = std::time::Duration::from_secs(2);
    config.dictionary.watch = false;
    // On a busy machine a thread that lets others go first may wait for minutes.
    config.dictionary.nice = 0;
    config
}

/// Any free port of this machine.
pub fn free() -> std::net::SocketAddr {
    std::net::SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The bytes of the small dictionary's bundle.
pub fn tiny_bundle() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let source = Source::read(&fixture("tiny")).expect("the small dictionary has no faults");
        builder::build(&source, &Arc::new(Normalizer::new())).expect("the small dictionary compiles")
    })
}

/// The folder of the small dictionary with that of the conversations laid over it.
pub fn talk() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let make = || {
        let folder = tiny_copy();
        copy(&fixture("talk"), folder.path());
        folder
    };
    FOLDER.get_or_init(make).path()
}

/// That dictionary, ready to read messages.
pub fn talker() -> &'static Recognizer {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    &LOADED.get_or_init(|| load(talk()).expect("the dictionary loads")).recognizer
}

/// So many seconds after [`NOW`], in China.
pub fn later(seconds: i64) -> jiff::ZonedDateTime {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    jiff::Timestamp::from_second(NOW + seconds).expect("a moment of our days").to_zoned_datetime(zone)
}

/// The small dictionary, ready to read messages.
pub fn tiny() -> &'static Recognizer {
    static RECOGNIZER: OnceLock<Recognizer> = OnceLock::new();
    RECOGNIZER.get_or_init(own_tiny)
}

/// The same, to be changed.
pub fn own_tiny() -> Recognizer {
    let bundle = Bundle::from_bytes(Arc::new(tiny_bundle().to_vec())).expect("what was built can be opened");
    Recognizer::new(Arc::new(bundle), Arc::new(Normalizer::new())).expect("the bundle is complete")
}

/// Reads a message with the small dictionary and tells how.
pub fn recognize(text: &str, account: &str, modality: Modality) -> Recognition {
    recognize_with(tiny(), text, account, modality)
}

/// The same with another recogniser.
pub fn recognize_with(recognizer: &Recognizer, text: &str, account: &str, modality: Modality) -> Recognition {
    let utterance = Utterance { text, hypotheses: &[], account, modality, reference: later(0), explain: true };
    recognizer.recognize(&utterance).expect("the account is known")
}

/// Copies a folder, over whatever is there.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("the folder can be listed").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file can be copied");
        }
    }
}

/// A copy of the small dictionary that a test may change.
pub fn tiny_copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    copy(&fixture("tiny"), folder.path());
    folder
}
