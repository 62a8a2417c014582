//! What a recogniser stands on that hardly depends on its dictionary.

use super::Recognizer;
use crate::segment::GeneralLexicon;
use crate::text::Normalizer;
use std::sync::Arc;

/// The general lexicon and the normaliser: what takes longest to load and most of the memory.
pub struct Foundation {
    pub(super) general: GeneralLexicon,
    pub(super) normalizer: Arc<Normalizer>,
}

impl Foundation {
    /// Begins to load it.
    pub fn load() -> Self {
        let general = GeneralLexicon::load();
        Self { general, normalizer: Arc::new(Normalizer::new()) }
    }

    /// Begins to load what a normaliser does not bring.
    pub fn with_normalizer(normalizer: Arc<Normalizer>) -> Self {
        Self { general: GeneralLexicon::load(), normalizer }
    }

    /// Shares what another recogniser stands on, as far as their dictionaries have the same words: for one that is to take
    /// its place.
    pub fn of(recognizer: &Recognizer) -> Self {
        let general = GeneralLexicon::of(&recognizer.segmenter);
        Self { general, normalizer: recognizer.normalizer.clone() }
    }

    /// The normaliser.
    pub fn normalizer(&self) -> &Arc<Normalizer> {
        &self.normalizer
    }
}
