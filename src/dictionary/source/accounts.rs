//! `accounts.toml`: the accounts, and when their people answer.

use super::config_file::read_toml;
use crate::diagnostic::{Diagnostic, Place, Text};
use serde::Deserialize;
use std::collections::HashSet;
use std::path::Path;

/// One account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSource {
    /// Stable id that requests name.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Ids of the packs, the most specific last.
    pub packs: Vec<String>,
    /// Two-character IATA code that completes a bare flight number.
    #[serde(default)]
    pub airline: Option<String>,
    /// True for the account that answers when a request names none.
    #[serde(default)]
    pub default: bool,
    /// Least confidence of an answer; the dictionary's default where left out.
    #[serde(default)]
    pub threshold: Option<f32>,
    /// After so many messages in a row that were not understood a person is suggested.
    #[serde(default)]
    pub misses: Option<u8>,
    /// When people answer, and how soon.
    #[serde(default)]
    pub service: Option<ServiceSource>,
}

/// When the people of an account answer, and how soon they promise to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSource {
    /// Days and times such as `mon-fri 09:00-18:00` or `周一至周五 09:00-18:00`, in China's time.
    pub hours: Vec<String>,
    /// Promised time to an answer within the hours: `30s`, `5m`, `1h`.
    pub response: String,
    /// The same outside the hours.
    pub response_outside: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountsFile {
    #[serde(default)]
    account: Vec<AccountSource>,
}

/// Reads the accounts of a dictionary folder; `None` where the file cannot be read.
pub(super) fn read(folder: &Path, faults: &mut Vec<Diagnostic>) -> Option<Vec<AccountSource>> {
    let file: AccountsFile = read_toml(&folder.join("accounts.toml"), "accounts.toml", faults)?;
    let accounts = file.account;
    let mut seen = HashSet::new();
    for account in &accounts {
        if !seen.insert(account.id.clone()) {
            faults.push(Diagnostic::error(
                "D032",
                Place { file: "accounts.toml".into(), ..Place::default() },
                Text::new(
                    format!("账号“{}”写了两次", account.id),
                    format!("account `{}` is defined twice", account.id),
                ),
                Text::new("删掉其中一个", "remove one of them"),
            ));
        }
    }
    Some(accounts)
}
