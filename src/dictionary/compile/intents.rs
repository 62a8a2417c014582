//! Intents, and the rows that name them.

use super::Compiler;
use super::faults::Named;
use crate::dictionary::content::Intent;
use crate::dictionary::source::{IntentRow, NONE};

impl Compiler<'_> {
    pub(super) fn intents(&mut self) {
        let source = self.source;
        let mut rows: Vec<(usize, &IntentRow)> =
            source.packs.iter().enumerate().flat_map(|(at, p)| p.intents.iter().map(move |i| (at, i))).collect();
        rows.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        rows.dedup_by(|a, b| a.1.id == b.1.id);
        for (pack, row) in rows {
            let mut slots = Vec::new();
            for (column, names) in [("required", &row.required), ("any_of", &row.any_of), ("optional", &row.optional)] {
                for name in names {
                    match self.slots.get(name) {
                        Some(index) if slots.contains(index) => {}
                        Some(index) => slots.push(*index),
                        None => {
                            let known: Vec<String> = self.slots.keys().cloned().collect();
                            self.unknown(Named::Slot, name, &known, &row.place, column);
                        }
                    }
                }
            }
            let required = row.required.len().min(slots.len()) as u16;
            let any_of = row.any_of.iter().filter_map(|name| self.slots.get(name).copied()).collect();
            self.intents.insert(row.id.clone(), self.content.intents.len() as u16);
            self.content.intents.push(Intent {
                id: row.id.clone(),
                title: row.title.clone(),
                alias: if row.alias.is_empty() { row.title.clone() } else { row.alias.clone() },
                pack: pack as u16,
                slots,
                required,
                any_of,
                prompt: row.prompt.clone(),
                human: row.human,
                reason: row.reason.clone(),
                metadata: row.metadata.clone(),
            });
        }
        let known: Vec<String> = self.intents.keys().cloned().collect();
        for pack in &source.packs {
            for row in &pack.examples {
                if row.intent != NONE && !row.intent.is_empty() && !self.intents.contains_key(&row.intent) {
                    self.unknown(Named::Intent, &row.intent, &known, &row.place, "intent");
                }
            }
            for row in &pack.tests {
                for intent in row.intents.iter().filter(|i| !known.contains(i)) {
                    self.unknown(Named::Intent, intent, &known, &row.place, "intents");
                }
                if !self.content.accounts.iter().any(|a| a.id == row.account) {
                    let accounts: Vec<String> = self.content.accounts.iter().map(|a| a.id.clone()).collect();
                    self.unknown(Named::Account, &row.account, &accounts, &row.place, "account");
                }
            }
        }
    }
}
