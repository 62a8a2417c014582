//! What a recogniser can stand on that is there before it.

use super::Recognizer;
use crate::dictionary::Bundle;
use crate::learn::SoundTable;
use crate::segment::{GeneralLexicon, Segmenter};
use crate::sound::SoundReader;
use crate::text::Normalizer;
use std::sync::Arc;

/// What depends on no dictionary (the general lexicon and the normaliser, which take longest to load and most of the memory,
/// and the sounds of characters), and what another recogniser made of words that its dictionary may have in common with the
/// next one.
pub struct Foundation {
    pub(super) general: GeneralLexicon,
    pub(super) normalizer: Arc<Normalizer>,
    pub(super) sounds: Arc<SoundTable>,
    pub(super) running: Option<Running>,
}

/// What is shared with a running recogniser where both have the same words.
pub(super) struct Running {
    bundle: Arc<Bundle>,
    pub(super) segmenter: Arc<Segmenter>,
    pub(super) sound: Arc<SoundReader>,
}

impl Foundation {
    /// Begins to load it.
    pub fn load() -> Self {
        // The lexicon first, in a thread of its own, so that the rest is made meanwhile.
        let general = GeneralLexicon::load();
        Self::on(general, Arc::new(Normalizer::new()))
    }

    /// Begins to load what a normaliser does not bring.
    pub fn with_normalizer(normalizer: Arc<Normalizer>) -> Self {
        Self::on(GeneralLexicon::load(), normalizer)
    }

    fn on(general: GeneralLexicon, normalizer: Arc<Normalizer>) -> Self {
        Self { general, normalizer, sounds: Arc::new(SoundTable::new()), running: None }
    }

    /// Shares what another recogniser stands on, as far as their dictionaries have the same words: for one that is to take
    /// its place.
    pub fn of(recognizer: &Recognizer) -> Self {
        let Recognizer { bundle, segmenter, sound, sounds, normalizer, .. } = recognizer;
        Self {
            general: GeneralLexicon::of(segmenter),
            normalizer: normalizer.clone(),
            sounds: sounds.clone(),
            running: Some(Running { bundle: bundle.clone(), segmenter: segmenter.clone(), sound: sound.clone() }),
        }
    }

    /// The normaliser.
    pub fn normalizer(&self) -> &Arc<Normalizer> {
        &self.normalizer
    }

    /// The dictionary of the recogniser that something is shared with.
    pub fn bundle(&self) -> Option<&Bundle> {
        self.running.as_ref().map(|r| &*r.bundle)
    }
}
