//! Accounts, and the scopes of rows: their packs and the accounts they are limited to.

use super::Compiler;
use super::faults::Named;
use super::hours;
use crate::diagnostic::{Place, Text};
use crate::dictionary::content::{Account, Scope};

/// Least confidence of an answer where an account sets none.
const DEFAULT_THRESHOLD: f32 = 0.5;

/// After so many messages that were not understood a person is suggested, where an account says nothing.
const DEFAULT_MISSES: u8 = 3;

impl Compiler<'_> {
    pub(super) fn accounts(&mut self) {
        for account in &self.source.accounts {
            let packs = account.packs.iter().filter_map(|p| self.pack_index(p)).collect();
            let threshold = account.threshold.unwrap_or(DEFAULT_THRESHOLD);
            let place = Place { file: "accounts.toml".into(), ..Place::default() };
            if !(0.0..=1.0).contains(&threshold) {
                self.fault(
                    "D042",
                    &place,
                    "threshold",
                    Text::new(
                        format!("账号 {} 的阈值 {threshold} 不在 0 到 1 之间", account.id),
                        format!("the threshold {threshold} of account {} is not between 0 and 1", account.id),
                    ),
                    Text::new("改成 0 到 1 之间的数", "write a number from 0 to 1"),
                );
            }
            let service = account.service.as_ref().and_then(|s| match hours::service(s) {
                Ok(service) => Some(service),
                Err((cell, text)) => {
                    let message = Text::new(
                        format!("账号 {} 的{}：“{cell}”", account.id, text.zh),
                        format!("account {}: {} `{cell}`", account.id, text.en),
                    );
                    let help = Text::new(
                        "hours 写 [\"周一至周五 09:00-18:00\"] 或 [\"每天 00:00-24:00\"]，response 写 30s、5m、1h",
                        "write hours like [\"mon-fri 09:00-18:00\"] or [\"daily 00:00-24:00\"], response like 30s, 5m, 1h",
                    );
                    self.fault("D070", &place, "service", message, help);
                    None
                }
            });
            self.content.accounts.push(Account {
                id: account.id.clone(),
                title: account.title.clone(),
                packs,
                airline: account.airline.as_ref().map(|a| a.to_ascii_uppercase()),
                threshold,
                misses: account.misses.unwrap_or(DEFAULT_MISSES).max(1),
                service,
            });
        }
        let defaults: Vec<usize> =
            (0..self.source.accounts.len()).filter(|i| self.source.accounts[*i].default).collect();
        self.content.default_account = defaults.first().copied().unwrap_or(0) as u16;
        let place = Place { file: "accounts.toml".into(), ..Place::default() };
        if defaults.len() > 1 {
            self.fault(
                "D043",
                &place,
                "default",
                Text::new("有几个默认账号", "several accounts are the default"),
                Text::new("只留一个 default = true", "keep one `default = true`"),
            );
        }
        if self.content.accounts.is_empty() && !self.source.unread.contains("accounts") {
            self.fault(
                "D044",
                &place,
                "",
                Text::new("一个账号也没有", "there is no account"),
                Text::new("写至少一个 [[account]]", "write at least one [[account]]"),
            );
        }
    }

    fn pack_index(&self, id: &str) -> Option<u16> {
        self.source.packs.iter().position(|p| p.id == id).map(|i| i as u16)
    }

    pub(super) fn scope(&mut self, pack: usize, accounts: &[String], place: &Place) -> u16 {
        let mut indexes = Vec::new();
        for name in accounts {
            match self.content.accounts.iter().position(|a| a.id == *name) {
                Some(index) => indexes.push(index as u16),
                None => {
                    let known: Vec<String> = self.content.accounts.iter().map(|a| a.id.clone()).collect();
                    self.unknown(Named::Account, name, &known, place, "accounts");
                }
            }
        }
        indexes.sort_unstable();
        let scope = Scope { pack: pack as u16, accounts: indexes };
        let next = self.scopes.len() as u16;
        let index = *self.scopes.entry(scope.clone()).or_insert(next);
        if index == next {
            self.content.scopes.push(scope);
        }
        index
    }
}
