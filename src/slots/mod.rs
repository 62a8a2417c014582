//! Values for the slots of an intent: which of the values found in a message goes where.

mod fill;
mod retract;
mod roles;

pub use fill::{Filled, TakenBack, fill};
pub use retract::corrects_clause;
pub use roles::cue;
