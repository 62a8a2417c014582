//! Whether files changed, without reading them.

use crate::builder;
use std::fs::Metadata;
use std::path::Path;
use std::time::SystemTime;

/// Names, sizes, times and identities of files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    files: Vec<(std::path::PathBuf, Option<Identity>)>,
    /// Size of all files together, in bytes.
    pub(super) bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    length: u64,
    modified: Option<SystemTime>,
    /// When content, name or rights changed last, in seconds and nanoseconds.
    changed: (i64, i64),
    /// A file that was renamed over another may have its size and time.
    inode: u64,
}

impl Stamp {
    /// The stamp of one file; a missing one has a stamp as well.
    pub(super) fn of_file(path: &Path) -> Self {
        let mut stamp = Self::default();
        stamp.add(path, path.metadata().ok());
        stamp
    }

    /// The stamp of a dictionary folder or bundle.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    pub(super) fn of_dictionary(path: &Path) -> std::io::Result<Self> {
        let mut stamp = Self::default();
        let metadata = path.metadata()?;
        if metadata.is_dir() {
            for file in builder::tables(path)? {
                let metadata = file.metadata();
                stamp.add(&file, metadata.ok());
            }
        } else {
            stamp.add(path, Some(metadata));
        }
        Ok(stamp)
    }

    fn add(&mut self, path: &Path, metadata: Option<Metadata>) {
        let identity = metadata.map(|m| {
            self.bytes += m.len();
            #[cfg(unix)]
            let (inode, changed) = {
                use std::os::unix::fs::MetadataExt;
                (m.ino(), (m.ctime(), m.ctime_nsec()))
            };
            #[cfg(not(unix))]
            let (inode, changed) = (0, (0, 0));
            Identity { length: m.len(), modified: m.modified().ok(), changed, inode }
        });
        self.files.push((path.to_owned(), identity));
    }
}
