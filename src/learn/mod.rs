//! The learned part of the decision: a linear model over what the rest of the pipeline saw.
//!
//! One weight vector for each intent and one for `none`, learned one against the rest by dual coordinate descent on the
//! squared hinge loss (Hsieh et al., *A Dual Coordinate Descent Method for Large-scale Linear SVM*, ICML 2008), over
//! n-grams of characters and of sounds, words, and what else was found. Training is deterministic: the same examples give the
//! same bytes, on any number of threads.

mod duplicates;
mod features;
mod model;
mod svm;
mod weights;

pub use duplicates::near_duplicates;
pub use features::{Features, KIND_SYMBOL, LONGEST_ROW, SoundTable, Symbols, word};
pub use model::{Model, Scores};
pub use svm::{Example, train};
pub use weights::{ModelError, Weights};
