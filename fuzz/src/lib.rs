//! The fuzz targets of zhiyi.

mod targets;

use std::path::Path;
pub use targets::{TARGETS, Target, bundle, entities, normalizer, request, tables};

/// Writes the inputs that a target starts from into the folder that `ZHIYI_FUZZ_SEEDS` names, before the fuzzer reads it;
/// without the variable nothing is done.
pub fn write_seeds(name: &str) {
    let Ok(folder) = std::env::var("ZHIYI_FUZZ_SEEDS") else { return };
    let target = TARGETS.iter().find(|t| t.name == name).expect("a target of that name");
    for (at, seed) in (target.seeds)().into_iter().enumerate() {
        std::fs::write(Path::new(&folder).join(format!("seed-{at}")), seed).expect("the folder can be written to");
    }
}
