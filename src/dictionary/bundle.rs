//! A compiled dictionary in one file: sections behind a checksummed header, read in place through a memory map.
//!
//! Layout, all numbers little-endian: 8 bytes magic, u32 format, u32 number of sections, 32 bytes SHA-256 of the rest of
//! the file, then for each section u64 offset and u64 length, then the sections. The version of a dictionary is the
//! first 16 hexadecimal digits of that hash, so two equal dictionaries have the same version everywhere.

use super::content::Content;
use super::lexicon::{Bytes, Lexicon, Parts, Slice};
use super::{DictionaryError, FORMAT, verify};
use crate::learn::{Model, Weights};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"ZHIYIDIC";
const SECTIONS: usize = 7;
const HEADER: usize = 8 + 4 + 4 + 32;

/// A compiled dictionary, ready to be read.
pub struct Bundle {
    /// Content hash: 16 hexadecimal digits.
    pub version: String,
    /// Accounts, intents, slots, phrase rows.
    pub content: Content,
    /// The words.
    pub lexicon: Lexicon,
    /// The learned model.
    pub model: Model,
    /// Size of the bundle in bytes.
    pub bytes: usize,
    /// The bytes themselves, which the lexicon refers to.
    pub raw: Arc<dyn Bytes>,
}

/// The sections of a bundle before they are written.
pub(super) struct Sections {
    pub(super) content: Vec<u8>,
    pub(super) lexicon: Parts<Vec<u8>>,
    pub(super) model: Vec<u8>,
}

impl Sections {
    /// Puts the sections into the bytes of a bundle.
    pub(super) fn assemble(self) -> Vec<u8> {
        let Parts { map, postings, terms, string_ends, strings } = self.lexicon;
        let sections: [Vec<u8>; SECTIONS] = [self.content, map, postings, terms, string_ends, strings, self.model];
        let mut body = Vec::new();
        let mut offset = (HEADER + SECTIONS * 16) as u64;
        for section in &sections {
            body.extend(offset.to_le_bytes());
            body.extend((section.len() as u64).to_le_bytes());
            offset += section.len() as u64;
        }
        sections.iter().for_each(|s| body.extend(s));
        let mut out = Vec::with_capacity(HEADER + body.len());
        out.extend(MAGIC);
        out.extend(FORMAT.to_le_bytes());
        out.extend((SECTIONS as u32).to_le_bytes());
        out.extend(Sha256::digest(&body));
        out.extend(body);
        out
    }
}

impl Bundle {
    /// Opens a bundle file through a memory map.
    ///
    /// # Errors
    /// [`DictionaryError`] where the file cannot be read, is no bundle, is of another format, its checksum differs, or
    /// its parts do not fit each other.
    pub fn open(path: &Path) -> Result<Bundle, DictionaryError> {
        let bytes = super::mapped::map(path).map_err(|source| DictionaryError::Io { path: path.to_owned(), source })?;
        Self::from_bytes(Arc::new(bytes))
    }

    /// Reads a bundle from bytes; see [`Bundle::open`].
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn from_bytes(bytes: Arc<dyn Bytes>) -> Result<Bundle, DictionaryError> {
        let all: &[u8] = (*bytes).as_ref();
        let length = all.len();
        if !all.starts_with(MAGIC) {
            return Err(DictionaryError::NotABundle);
        }
        let short = || DictionaryError::Corrupt { what: format!("the file ends after {length} bytes") };
        let number =
            |at: usize| all.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).ok_or_else(short);
        let format = number(8)?;
        if format != FORMAT {
            return Err(DictionaryError::Format { found: format, expected: FORMAT });
        }
        if number(12)? as usize != SECTIONS {
            return Err(DictionaryError::Corrupt { what: "the number of sections is wrong".into() });
        }
        let hash = all.get(16..HEADER).ok_or_else(short)?;
        let digest = Sha256::digest(&all[HEADER..]);
        if digest.as_slice() != hash {
            return Err(DictionaryError::Corrupt { what: "the checksum differs: the file was cut or changed".into() });
        }
        let version: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let wide = |at: usize| -> Result<usize, DictionaryError> {
            let b: [u8; 8] = all.get(at..at + 8).and_then(|b| b.try_into().ok()).ok_or_else(short)?;
            usize::try_from(u64::from_le_bytes(b)).map_err(|_| short())
        };
        let mut sections = Vec::with_capacity(SECTIONS);
        for index in 0..SECTIONS {
            let (offset, size) = (wide(HEADER + index * 16)?, wide(HEADER + index * 16 + 8)?);
            let end = offset.checked_add(size).ok_or_else(short)?;
            sections.push(Slice::new(bytes.clone(), offset..end).ok_or_else(short)?);
        }
        let corrupt = |what: &str, e: &dyn std::fmt::Display| DictionaryError::Corrupt { what: format!("{what}: {e}") };
        let content: Content = postcard::from_bytes(sections[0].as_ref()).map_err(|e| corrupt("content", &e))?;
        let [_, map, postings, terms, string_ends, strings, model] =
            <[Slice; SECTIONS]>::try_from(sections).map_err(|_| short())?;
        let lexicon = Lexicon::open(Parts { map, postings, terms, string_ends, strings })?;
        let model = Weights::from_bytes(model.as_ref()).map(Model::new).map_err(|e| corrupt("model", &e))?;
        verify::content(&content).map_err(|what| corrupt("content", &what))?;
        verify::words(&content, &lexicon).map_err(|what| corrupt("words", &what))?;
        Ok(Bundle { version, content, lexicon, model, bytes: length, raw: bytes })
    }
}
