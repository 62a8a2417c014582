//! The one place that maps files into memory.

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::path::Path;

/// Maps a file for reading.
#[allow(unsafe_code)]
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: a map is sound as long as nobody changes the file beneath it. Bundles are never written in place: `dict
    // build` and the cache write a new file and rename it over the old one, which leaves the mapped inode as it was.
    // The map is read only, its bytes are only ever read as bytes (`&[u8]`), and the checksum is verified before use.
    unsafe { Mmap::map(&file) }
}

/// Lets the system take back the pages that were read so far; what is read again comes back from the file. Most of a
/// bundle is read once, when it is opened, and counts as memory of the process until then.
#[allow(unsafe_code)]
pub(super) fn give_back(map: &Mmap) {
    #[cfg(unix)]
    {
        // SAFETY: dropping pages loses what was written to them, and nothing writes to this map: it is read only, and
        // so are all references to it. Its bytes stay those of the file, which does not change (see `map`).
        // Where the system does not follow the advice, the pages stay, which is no fault.
        let _ = unsafe { map.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
    }
    #[cfg(not(unix))]
    let _ = map;
}
