//! Sounds that are taken for each other.

use super::Compiler;
use super::faults::Named;
use crate::dictionary::content::SoundPair;
use crate::text::{FINALS, INITIALS};

impl Compiler<'_> {
    pub(super) fn sounds(&mut self) {
        let source = self.source;
        for row in source.packs.iter().flat_map(|p| &p.sounds) {
            let names = if row.initial { INITIALS } else { FINALS };
            let index = |name: &str| names.iter().position(|n| *n == name);
            let (one, other) = (index(&row.one), index(&row.other));
            for (found, name, column) in [(one, &row.one, "one"), (other, &row.other, "other")] {
                if found.is_none() {
                    let what = if row.initial { Named::Initial } else { Named::Final };
                    let known: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
                    self.unknown(what, name, &known, &row.place, column);
                }
            }
            if let (Some(one), Some(other)) = (one, other) {
                let (one, other) = (one as u8, other as u8);
                self.content.sounds.push(SoundPair { initial: row.initial, one, other, cost: row.cost });
            }
        }
    }
}
