//! From a folder of tables to a recogniser: compile, learn, cache.

mod corpus;
mod expansions;

pub use corpus::{Corpus, Observation, Origin};

use crate::check::holiday_faults;
use crate::diagnostic::{Diagnostic, Faults, Severity};
use crate::dictionary::{Bundle, Compiled, DictionaryError, FORMAT, NONE, Sections, Slice, Source, compile};
use crate::files;
use crate::learn::Weights;
use crate::recognizer::{Foundation, Recognizer};
use crate::text::Normalizer;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A loaded dictionary and where it came from.
pub struct Loaded {
    /// Reads messages.
    pub recognizer: Recognizer,
    /// The folder or bundle file.
    pub path: PathBuf,
    /// True where a compiled form was found and nothing had to be learned.
    pub cached: bool,
}

/// Reads a dictionary folder or a bundle file and makes it ready.
///
/// A folder is compiled when its tables changed since the last time; the result is kept in the cache directory
/// (`ZHIYI_CACHE`, else `XDG_CACHE_HOME/zhiyi`, else `~/.cache/zhiyi`), under a name made from the tables' content.
///
/// # Errors
/// [`DictionaryError`]: every fault of the tables at once, or what is wrong with the bundle.
pub fn load(path: &Path) -> Result<Loaded, DictionaryError> {
    load_on(Foundation::load(), path)
}

/// As [`load`], for a recogniser that is to take the place of `running`: what both can stand on is shared.
///
/// # Errors
/// As [`load`].
pub fn load_beside(running: &Recognizer, path: &Path) -> Result<Loaded, DictionaryError> {
    load_on(Foundation::of(running), path)
}

fn load_on(foundation: Foundation, path: &Path) -> Result<Loaded, DictionaryError> {
    if path.is_dir() && path.join("accounts.toml").is_file() {
        let cache = cache_file(path)?;
        if let Some(file) = cache.as_deref().filter(|f| f.is_file())
            && let Ok(bundle) = Bundle::open_beside(file, foundation.bundle())
        {
            return Ok(Loaded { recognizer: ready(foundation, bundle)?, path: path.to_owned(), cached: true });
        }
        let (bytes, foundation) = build_folder_on(foundation, path)?;
        if let Some(file) = &cache {
            // The cache only saves time: where it cannot be written, the next start learns again.
            let _ = files::write(file, &bytes).and_then(|()| prune(file));
        }
        return Ok(Loaded { recognizer: read(foundation, bytes)?, path: path.to_owned(), cached: false });
    }
    if path.is_file() {
        // Read, not mapped: whoever overwrites the file in place must not change what a server reads.
        let bytes = files::read(path).map_err(|source| DictionaryError::Io { path: path.to_owned(), source })?;
        return Ok(Loaded { recognizer: read(foundation, bytes)?, path: path.to_owned(), cached: true });
    }
    Err(DictionaryError::NotFound { path: path.to_owned() })
}

/// Makes a version and its sections ready for a recogniser that is to take the place of `running`.
///
/// # Errors
/// What is wrong with the sections.
pub fn open_beside(running: &Recognizer, version: (String, Sections<Slice>)) -> Result<Recognizer, DictionaryError> {
    let foundation = Foundation::of(running);
    let bundle = Bundle::of_sections(version, foundation.bundle())?;
    ready(foundation, bundle)
}

fn read(foundation: Foundation, bytes: Vec<u8>) -> Result<Recognizer, DictionaryError> {
    let bundle = Bundle::from_bytes_beside(Arc::new(bytes), foundation.bundle())?;
    ready(foundation, bundle)
}

fn ready(foundation: Foundation, bundle: Bundle) -> Result<Recognizer, DictionaryError> {
    Recognizer::on(foundation, Arc::new(bundle)).map_err(|what| DictionaryError::Corrupt { what })
}

/// A recogniser of a compiled dictionary with weights of one's own choice, to measure what was learned.
///
/// # Errors
/// [`DictionaryError::Corrupt`] where the compiled dictionary cannot be read back.
pub fn assemble(foundation: Foundation, compiled: &Compiled, weights: &Weights) -> Result<Recognizer, DictionaryError> {
    read(foundation, compiled.to_bytes(weights))
}

/// Reads a folder of tables and lists everything that keeps it from being loaded, all at once and in a fixed order.
pub fn diagnose(folder: &Path, normalizer: &Normalizer) -> (Source, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let source = Source::read_leniently(folder, &mut findings);
    if let Err(faults) = compile(&source, normalizer) {
        findings.extend(faults.0);
    }
    findings.extend(holiday_faults(&source));
    findings.sort_by(|a, b| (&a.place, a.code, &a.message.en).cmp(&(&b.place, b.code, &b.message.en)));
    findings.dedup();
    (source, findings)
}

/// Reads a folder of tables, compiles it and learns the model; returns the bytes of the bundle.
///
/// # Errors
/// [`DictionaryError::Faults`] with everything that [`diagnose`] finds.
pub fn build_folder(folder: &Path, normalizer: &Arc<Normalizer>) -> Result<Vec<u8>, DictionaryError> {
    build_folder_on(Foundation::with_normalizer(normalizer.clone()), folder).map(|(bytes, _)| bytes)
}

fn build_folder_on(foundation: Foundation, folder: &Path) -> Result<(Vec<u8>, Foundation), DictionaryError> {
    let (source, findings) = diagnose(folder, foundation.normalizer());
    if findings.iter().any(|d| d.severity == Severity::Error) {
        return Err(Faults(findings).into());
    }
    build_on(foundation, &source)
}

/// Compiles tables and learns the model; returns the bytes of the bundle. The same tables give the same bytes.
///
/// # Errors
/// [`DictionaryError::Faults`] with every finding.
pub fn build(source: &Source, normalizer: &Arc<Normalizer>) -> Result<Vec<u8>, DictionaryError> {
    build_on(Foundation::with_normalizer(normalizer.clone()), source).map(|(bytes, _)| bytes)
}

/// As [`build`]; what the dictionary's own recogniser can stand on comes back.
fn build_on(foundation: Foundation, source: &Source) -> Result<(Vec<u8>, Foundation), DictionaryError> {
    let compiled = compile(source, foundation.normalizer())?;
    let reader = assemble(foundation, &compiled, &Weights::default())?;
    let corpus = Corpus::read(source, &reader);
    let everything: Vec<usize> = (0..corpus.examples.len()).collect();
    Ok((compiled.to_bytes(&corpus.learn(&everything)), Foundation::of(&reader)))
}

/// The name of the compiled form of a folder in the cache; `None` where there is no place for a cache.
fn cache_file(folder: &Path) -> Result<Option<PathBuf>, DictionaryError> {
    let directory = ["ZHIYI_CACHE", "XDG_CACHE_HOME", "HOME"].iter().find_map(|name| {
        let value = std::env::var_os(name).filter(|v| !v.is_empty())?;
        Some(match *name {
            "ZHIYI_CACHE" => PathBuf::from(value),
            "HOME" => PathBuf::from(value).join(".cache/zhiyi"),
            _ => PathBuf::from(value).join("zhiyi"),
        })
    });
    let Some(directory) = directory else { return Ok(None) };
    let files = tables(folder).map_err(|source| DictionaryError::Io { path: folder.to_owned(), source })?;
    let mut hash = Sha256::new();
    hash.update(format!("{} {FORMAT} {NONE}", env!("CARGO_PKG_VERSION")));
    // A program built anew may compile differently.
    if let Ok(meta) = std::env::current_exe().and_then(std::fs::metadata)
        && let Ok(Ok(age)) = meta.modified().map(|m| m.duration_since(std::time::UNIX_EPOCH))
    {
        hash.update(age.as_nanos().to_le_bytes());
    }
    for file in files {
        let bytes = files::read(&file).map_err(|source| DictionaryError::Io { path: file.clone(), source })?;
        hash.update(file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let name: String = hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    Ok(Some(directory.join(format!("{name}.zhiyi"))))
}

/// The files of a dictionary folder that are read: `.csv` and `.toml` in it and in its packs, sorted. Nothing deeper is
/// looked at, so that links in a circle lead nowhere, nor is what begins with a dot.
///
/// # Errors
/// Where the folder or a pack cannot be listed, or a table is no file: reading a pipe or a device might never end.
pub fn tables(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let list = |folder: &Path| -> std::io::Result<Vec<PathBuf>> {
        let visible = |path: &PathBuf| path.file_name().is_some_and(|n| !n.as_encoded_bytes().starts_with(b"."));
        let entries: std::io::Result<Vec<PathBuf>> = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect();
        Ok(entries?.into_iter().filter(visible).collect())
    };
    let table = |path: &PathBuf| matches!(path.extension().and_then(|e| e.to_str()), Some("csv" | "toml"));
    let mut files = Vec::new();
    for entry in list(folder)? {
        if entry.is_dir() {
            if entry.join("pack.toml").is_file() {
                files.extend(list(&entry)?.into_iter().filter(|p| table(p)));
            }
        } else if table(&entry) {
            files.push(entry);
        }
    }
    files.sort();
    match files.iter().find(|f| f.metadata().is_ok_and(|m| !m.is_file())) {
        None => Ok(files),
        Some(file) => Err(std::io::Error::other(format!("{} is not a regular file", file.display()))),
    }
}

/// The most compiled dictionaries that stay in the cache.
const CACHED: usize = 32;

/// Removes the oldest compiled dictionaries beside `file`, so that a server that reloads for weeks fills no disk.
fn prune(file: &Path) -> std::io::Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    files::keep_youngest(folder, CACHED)
}
