//! Whole files, read and written beside threads that serve.
//!
//! The kernel lets nobody else have the processor while it copies a piece, where it was built to switch between system calls
//! only. A bundle in one piece takes it 8 to 14 ms, since it has to find the memory as well, and calls wait that long.

use crate::priority::{PIECE, breathe, pieces};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Reads a file.
///
/// # Errors
/// What the system says.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length).unwrap_or(usize::MAX))?;
    while (&mut file).take(PIECE as u64).read_to_end(&mut bytes)? == PIECE {
        breathe();
    }
    Ok(bytes)
}

/// Writes a file beside its place and renames it over it, so that a reader sees the old file or the new one.
///
/// # Errors
/// What the system says.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = file.with_file_name(name);
    // On the disk before it has its name: after a power failure there is the old file or the new one as well.
    let fill = || -> io::Result<()> {
        let mut out = File::create(&part)?;
        pieces(bytes).try_for_each(|piece| out.write_all(piece))?;
        out.sync_all()
    };
    let written = fill().and_then(|()| std::fs::rename(&part, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Removes the oldest bundles of a folder (`*.zhiyi`) beyond `most`.
///
/// # Errors
/// What the system says.
pub fn keep_youngest(folder: &Path, most: usize) -> io::Result<()> {
    let mut bundles = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "zhiyi") {
            bundles.push((path.metadata()?.modified()?, path));
        }
    }
    bundles.sort();
    let surplus = bundles.len().saturating_sub(most);
    bundles.iter().take(surplus).try_for_each(|(_, path)| std::fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_length_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("new/file");
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, PIECE * 3] {
            let bytes: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            write(&file, &bytes).expect("it can be written");
            assert!(read(&file).expect("it can be read") == bytes, "{length} bytes");
        }
    }
}
