//! The sections of a bundle file, and the bytes that they lie in.
//!
//! Layout, all numbers little-endian: 8 bytes magic, u32 format, u32 number of sections, 32 bytes SHA-256 of the rest of
//! the file, then for each section u64 offset and u64 length, then the sections, one behind the other. The version of a
//! dictionary is the first 16 hexadecimal digits of that hash, so two equal dictionaries have the same version everywhere.

use super::{DictionaryError, FORMAT};
use crate::priority::{PIECE, pieces};
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"ZHIYIDIC";
const SECTIONS: usize = 7;
const HEADER: usize = 8 + 4 + 4 + 32;
const TABLE: usize = SECTIONS * 16;

/// The bytes a bundle lies in; a memory-mapped file or a vector.
pub trait Bytes: AsRef<[u8]> + Send + Sync {}
impl<T: AsRef<[u8]> + Send + Sync> Bytes for T {}

/// A part of shared bytes.
#[derive(Clone)]
pub struct Slice {
    bytes: Arc<dyn Bytes>,
    range: Range<usize>,
}

impl Slice {
    /// The part `range` of `bytes`; `None` where it lies outside.
    fn new(bytes: Arc<dyn Bytes>, range: Range<usize>) -> Option<Self> {
        let length = (*bytes).as_ref().len();
        (range.start <= range.end && range.end <= length).then_some(Self { bytes, range })
    }

    /// The same bytes in memory of their own.
    fn copied(&self) -> Self {
        let bytes = self.as_ref().to_vec();
        Self { range: 0..bytes.len(), bytes: Arc::new(bytes) }
    }
}

impl AsRef<[u8]> for Slice {
    fn as_ref(&self) -> &[u8] {
        &(*self.bytes).as_ref()[self.range.clone()]
    }
}

/// The sections of a lexicon.
#[derive(Clone)]
pub struct Parts<S> {
    /// The fst map: folded spelling → posting or postings.
    pub map: S,
    /// Lists of postings, for spellings with several.
    pub postings: S,
    /// The terms, fixed width.
    pub terms: S,
    /// Ends of the strings.
    pub string_ends: S,
    /// The strings, one behind the other.
    pub strings: S,
}

/// The sections of a bundle.
#[derive(Clone)]
pub struct Sections<S> {
    pub(super) content: S,
    pub(super) lexicon: Parts<S>,
    pub(super) model: S,
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    pieces(bytes).for_each(|piece| hash.update(piece));
    hash.finalize().into()
}

fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && pieces(a).zip(b.chunks(PIECE)).all(|(a, b)| a == b)
}

/// What the sections of one bundle have in common with those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Common {
    pub(super) lexicon: bool,
    pub(super) model: bool,
}

impl<S> Sections<S> {
    fn in_order(&self) -> [&S; SECTIONS] {
        let Parts { map, postings, terms, string_ends, strings } = &self.lexicon;
        [&self.content, map, postings, terms, string_ends, strings, &self.model]
    }

    fn of([content, map, postings, terms, string_ends, strings, model]: [S; SECTIONS]) -> Self {
        Self { content, lexicon: Parts { map, postings, terms, string_ends, strings }, model }
    }
}

impl<S: AsRef<[u8]>> Sections<S> {
    /// Size of the bundle file in bytes.
    pub fn file_size(&self) -> usize {
        HEADER + TABLE + self.in_order().iter().map(|s| (*s).as_ref().len()).sum::<usize>()
    }

    /// Puts the sections into the bytes of a bundle file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.file_size());
        out.extend(MAGIC);
        out.extend(FORMAT.to_le_bytes());
        out.extend((SECTIONS as u32).to_le_bytes());
        out.resize(HEADER, 0);
        let mut offset = (HEADER + TABLE) as u64;
        for section in self.in_order().map(|s| s.as_ref()) {
            out.extend(offset.to_le_bytes());
            out.extend((section.len() as u64).to_le_bytes());
            offset += section.len() as u64;
        }
        self.in_order().iter().for_each(|s| out.extend((*s).as_ref()));
        let digest = digest(&out[HEADER..]);
        out[16..HEADER].copy_from_slice(&digest);
        out
    }
}

impl Sections<Slice> {
    /// Finds the sections of a bundle file; returns the version before them.
    ///
    /// # Errors
    /// [`DictionaryError`] where the bytes are no bundle, of another format, or not what was written.
    pub fn read(bytes: Arc<dyn Bytes>) -> Result<(String, Self), DictionaryError> {
        let all: &[u8] = (*bytes).as_ref();
        let length = all.len();
        if !all.starts_with(MAGIC) {
            return Err(DictionaryError::NotABundle);
        }
        let corrupt = |what: &str| DictionaryError::Corrupt { what: what.into() };
        let short = || DictionaryError::Corrupt { what: format!("the file ends after {length} bytes") };
        let number =
            |at: usize| all.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).ok_or_else(short);
        let format = number(8)?;
        if format != FORMAT {
            return Err(DictionaryError::Format { found: format, expected: FORMAT });
        }
        if number(12)? as usize != SECTIONS {
            return Err(corrupt("the number of sections is wrong"));
        }
        let hash = all.get(16..HEADER).ok_or_else(short)?;
        let digest = digest(&all[HEADER..]);
        if digest != hash {
            return Err(corrupt("the checksum differs: the file was cut or changed"));
        }
        let wide = |at: usize| -> Result<usize, DictionaryError> {
            let b: [u8; 8] = all.get(at..at + 8).and_then(|b| b.try_into().ok()).ok_or_else(short)?;
            usize::try_from(u64::from_le_bytes(b)).map_err(|_| short())
        };
        let mut sections = Vec::with_capacity(SECTIONS);
        let mut next = HEADER + TABLE;
        for index in 0..SECTIONS {
            let (start, size) = (wide(HEADER + index * 16)?, wide(HEADER + index * 16 + 8)?);
            if start != next {
                return Err(corrupt("its sections do not lie one behind the other"));
            }
            next = start.checked_add(size).ok_or_else(short)?;
            sections.push(Slice::new(bytes.clone(), start..next).ok_or_else(short)?);
        }
        if next != length {
            return Err(corrupt("there is something behind its last section"));
        }
        let sections = <[Slice; SECTIONS]>::try_from(sections).map_err(|_| short())?;
        Ok((digest.iter().take(8).map(|b| format!("{b:02x}")).collect(), Self::of(sections)))
    }

    /// Takes the sections of another bundle where the bytes are the same. The others are copied then, so that nothing keeps
    /// the whole file in memory beside them.
    pub(super) fn beside(self, other: &Self) -> (Self, Common) {
        let equal = {
            let (own, others) = (self.in_order(), other.in_order());
            std::array::from_fn::<bool, SECTIONS, _>(|i| equal(own[i].as_ref(), others[i].as_ref()))
        };
        let [_, lexicon @ .., model] = equal;
        let common = Common { lexicon: lexicon.iter().all(|e| *e), model };
        if !equal.contains(&true) {
            return (self, common);
        }
        let sections = std::array::from_fn(|i| match equal[i] {
            true => other.in_order()[i].clone(),
            false => self.in_order()[i].copied(),
        });
        (Self::of(sections), common)
    }
}
