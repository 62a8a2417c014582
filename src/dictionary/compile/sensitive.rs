//! Sensitive words, and other ways to write their characters.

use super::Compiler;
use crate::dictionary::content::{Lookalike, Sensitive};
use crate::text::is_filler_char;

impl Compiler<'_> {
    pub(super) fn sensitive(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.sensitive {
                let scope = self.scope(pack_index, &row.accounts, &row.place);
                let spelling = self.normalizer.fold(&row.word);
                if spelling.is_empty() {
                    if !row.word.is_empty() {
                        self.invisible(&row.word, &row.place, "word");
                    }
                    continue;
                }
                let mut exceptions = Vec::new();
                for exception in &row.exceptions {
                    let folded = self.normalizer.fold(exception);
                    let before = exceptions.len();
                    exceptions.extend(folded.match_indices(&spelling).filter(|_| folded != spelling).map(|(at, _)| {
                        let plain = |s: &str| s.chars().filter(|c| !is_filler_char(*c)).collect::<String>();
                        (plain(&folded[..at]), plain(&folded[at + spelling.len()..]))
                    }));
                    if exceptions.len() == before {
                        self.useless_exception(exception, &row.place);
                    }
                }
                self.content.sensitive.push(Sensitive {
                    id: row.id.clone(),
                    category: row.category.clone(),
                    word: row.word.clone(),
                    spelling,
                    exceptions,
                    sound: row.sound,
                    scope,
                    inbound: row.inbound,
                    outbound: row.outbound,
                    action: row.action,
                });
            }
        }
    }

    pub(super) fn lookalikes(&mut self) {
        let source = self.source;
        for (pack_index, pack) in source.packs.iter().enumerate() {
            for row in &pack.lookalikes {
                let scope = self.scope(pack_index, &[], &row.place);
                let means = self.normalizer.fold(&row.means);
                // A face keeps its own look here: a horse means something else than a pig.
                let written: String = match self.normalizer.fold(&row.written) {
                    folded if folded.chars().all(is_filler_char) => {
                        row.written.chars().filter(|c| !self.normalizer.fold(&c.to_string()).is_empty()).collect()
                    }
                    folded => folded,
                };
                for (text, original, column) in [(&written, &row.written, "written"), (&means, &row.means, "means")] {
                    if text.is_empty() && !original.is_empty() {
                        self.invisible(original, &row.place, column);
                    }
                }
                if !written.is_empty() && !means.is_empty() {
                    self.content.lookalikes.push(Lookalike { written, means, least: row.least, scope });
                }
            }
        }
    }
}
