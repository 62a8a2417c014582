//! A compiled dictionary in one file: sections behind a checksummed header, read in place through a memory map.

use super::DictionaryError;
use super::content::Content;
use super::lexicon::Lexicon;
use super::sections::{Bytes, Common, Sections, Slice};
use super::verify;
use crate::learn::Model;
use std::path::Path;
use std::sync::Arc;

/// A compiled dictionary, ready to be read.
pub struct Bundle {
    /// Content hash: 16 hexadecimal digits.
    pub version: String,
    /// Accounts, intents, slots, phrase rows.
    pub content: Content,
    /// The words.
    pub lexicon: Arc<Lexicon>,
    /// The learned model.
    pub model: Arc<Model>,
    /// What it was read from; the lexicon refers to them.
    pub sections: Sections<Slice>,
}

impl Bundle {
    /// Opens a bundle file through a memory map.
    ///
    /// # Errors
    /// [`DictionaryError`] where the file cannot be read, is no bundle, is of another format, its checksum differs, or
    /// its parts do not fit each other.
    pub fn open(path: &Path) -> Result<Bundle, DictionaryError> {
        Self::open_beside(path, None)
    }

    /// As [`Bundle::open`]; see [`Bundle::from_bytes_beside`].
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn open_beside(path: &Path, running: Option<&Bundle>) -> Result<Bundle, DictionaryError> {
        let bytes = super::mapped::map(path).map_err(|source| DictionaryError::Io { path: path.to_owned(), source })?;
        let bytes = Arc::new(bytes);
        let bundle = Self::from_bytes_beside(bytes.clone(), running);
        super::mapped::give_back(&bytes);
        bundle
    }

    /// Reads a bundle from bytes; see [`Bundle::open`].
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn from_bytes(bytes: Arc<dyn Bytes>) -> Result<Bundle, DictionaryError> {
        Self::from_bytes_beside(bytes, None)
    }

    /// As [`Bundle::from_bytes`], for a bundle that is to take the place of another: words and model are shared with it
    /// where their bytes are the same, so that they are neither checked again nor twice in memory.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn from_bytes_beside(bytes: Arc<dyn Bytes>, running: Option<&Bundle>) -> Result<Bundle, DictionaryError> {
        Self::of_sections(Sections::read(bytes)?, running)
    }

    /// As [`Bundle::from_bytes_beside`], from a version and its sections.
    ///
    /// # Errors
    /// As [`Bundle::open`].
    pub fn of_sections(
        (version, sections): (String, Sections<Slice>),
        running: Option<&Bundle>,
    ) -> Result<Bundle, DictionaryError> {
        let (sections, common) = match running {
            Some(running) => sections.beside(&running.sections),
            None => (sections, Common { lexicon: false, model: false }),
        };
        let corrupt = |what: &str, e: &dyn std::fmt::Display| DictionaryError::Corrupt { what: format!("{what}: {e}") };
        let content: Content = postcard::from_bytes(sections.content.as_ref()).map_err(|e| corrupt("content", &e))?;
        let lexicon = match running.filter(|_| common.lexicon) {
            Some(running) => running.lexicon.clone(),
            None => Arc::new(Lexicon::open(sections.lexicon.clone())?),
        };
        let model = match running.filter(|_| common.model) {
            Some(running) => running.model.clone(),
            None => Arc::new(Model::from_bytes(sections.model.as_ref()).map_err(|e| corrupt("model", &e))?),
        };
        verify::content(&content).map_err(|what| corrupt("content", &what))?;
        verify::words(&content, lexicon.needs()).map_err(|what| corrupt("words", &what))?;
        Ok(Bundle { version, content, lexicon, model, sections })
    }

    /// Tells whether two dictionaries share their words and say the same of the groups and sounds of these: what is made of
    /// them alone is the same as well.
    pub fn has_words_of(&self, other: &Bundle) -> bool {
        Arc::ptr_eq(&self.lexicon, &other.lexicon)
            && self.content.groups == other.content.groups
            && self.content.sounds == other.content.sounds
    }
}
