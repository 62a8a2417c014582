use crate::diagnostic::Faults;
use std::path::PathBuf;

/// Why a dictionary could not be loaded or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither a folder with `accounts.toml` nor a bundle.
    #[error(
        "{path} is neither a dictionary folder (no accounts.toml in it) nor a bundle file; name one with --dictionaries PATH"
    )]
    NotFound {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The tables have faults.
    #[error(transparent)]
    Faults(#[from] Faults),
    /// The file does not start like a bundle.
    #[error(
        "not a bundle: the file does not start with the bundle's mark; make one with `zhiyi dict build FOLDER -o FILE`"
    )]
    NotABundle,
    /// The bundle is of another format.
    #[error(
        "the bundle is of format {found}, this program reads format {expected}; build it again with `zhiyi dict build`"
    )]
    Format {
        /// The file's format.
        found: u32,
        /// This program's format.
        expected: u32,
    },
    /// The bundle is damaged.
    #[error("the bundle is damaged ({what}); build it again with `zhiyi dict build`")]
    Corrupt {
        /// What was found.
        what: String,
    },
}
