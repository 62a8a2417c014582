//! Named days.

use super::Compiler;
use crate::dictionary::content::Holiday;

impl Compiler<'_> {
    pub(super) fn holidays(&mut self) {
        let source = self.source;
        for pack in &source.packs {
            for row in &pack.holidays {
                let names = std::iter::once(&row.name).chain(&row.synonyms).map(|n| self.normalizer.fold(n)).collect();
                self.content.holidays.push(Holiday {
                    names,
                    rule: row.rule.clone(),
                    public_holiday: row.public_holiday.clone(),
                });
            }
        }
    }
}
