//! The one place that maps a file into memory.

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
