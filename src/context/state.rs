//! What is remembered between two messages of one sender.

use serde::{Deserialize, Serialize};

/// For so long anything is remembered: WeChat's window for answers to a customer.
pub const WINDOW_SECONDS: i64 = 48 * 3600;

/// What is remembered. It names intents, slots and menus by their ids, so that it outlives a reload of the dictionary;
/// whatever the dictionary does not know any more is left out when it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Id of the account.
    pub account: String,
    /// When the last message was read, in seconds since 1970.
    pub time: i64,
    /// The last request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<PastRequest>,
    /// The pending menu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<PastMenu>,
    /// How many messages in a row were not understood.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub misses: u8,
}

/// The last request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastRequest {
    /// Id of its intent.
    pub intent: String,
    /// When it was made, in seconds since 1970.
    pub time: i64,
    /// Its slots: names with canonical values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<(String, String)>,
    /// The slot that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Ids of the other readings of an ambiguous message, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

/// The pending menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastMenu {
    /// Its id.
    pub id: String,
    /// When it expires, in seconds since 1970.
    pub until: i64,
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

impl State {
    /// True where there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.request.is_none() && self.menu.is_none() && self.misses == 0
    }
}
