//! The written form of a state: `1c.TAG.JSON`, or `1h.TAG.JSON` where the server has a key.
//!
//! `1` is the format, `c` a checksum (SHA-256), `h` a signature (HMAC-SHA256); the tag is the first 16 bytes in
//! hexadecimal digits. The tag guards the JSON against damage, with a key also against forgery. It is looked at before
//! anything else, and what comes behind it is checked against the dictionary all the same. Servers with the same keys
//! accept each other's contexts. A context of another format (from an older or newer release) whose tag is right is
//! forgotten like an expired one, so that releases can be mixed during a roll-out.

use super::state::State;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The longest context in bytes.
pub const LONGEST: usize = 2048;
/// Number of the format of [`State`].
const FORMAT: u32 = 1;
/// What texts of this format begin with: without a key, and with one.
const SUMMED: &str = "1c";
const SIGNED: &str = "1h";
/// Bytes of a tag.
const TAG: usize = 16;

/// Seals states, and opens what was sealed.
#[derive(Clone, Default)]
pub struct Seal {
    /// Ready to sign.
    keys: Vec<Hmac<Sha256>>,
}

/// Why a context cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContextError {
    /// It is longer than [`LONGEST`].
    #[error("the context is longer than {LONGEST} bytes; send back what the last answer held, or leave it out")]
    TooLong,
    /// It was not made by a server, or changed on its way.
    #[error("the context is damaged; send back unchanged what the last answer held, or leave it out")]
    Broken,
    /// The tag does not fit the keys of this server.
    #[error("the context was not signed with a key of this server; leave it out, or give all servers the same keys")]
    Forged,
}

impl Seal {
    /// A seal with keys: the first signs, all are accepted, so that a key can be replaced without breaking dialogues.
    /// Without a key a checksum is written.
    pub fn new(keys: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let keys = keys.into_iter().filter(|key| !key.is_empty());
        // HMAC takes keys of any length.
        Self { keys: keys.filter_map(|key| Hmac::new_from_slice(&key).ok()).collect() }
    }

    /// Writes a state; empty for one that remembers nothing. Slots that do not fit into [`LONGEST`] bytes are left out,
    /// the last first.
    pub fn close(&self, state: &State) -> String {
        if state.is_empty() {
            return String::new();
        }
        let text = self.write(state);
        if text.len() <= LONGEST { text } else { self.close_shorter(state.clone()) }
    }

    fn write(&self, state: &State) -> String {
        // A struct of strings and numbers always has a JSON form.
        let json = serde_json::to_string(state).unwrap_or_default();
        let head = if self.keys.is_empty() { SUMMED } else { SIGNED };
        let mut text = String::with_capacity(head.len() + 2 * TAG + json.len() + 2);
        text.push_str(head);
        text.push('.');
        push_hex(&self.tag(self.keys.first(), head, &json), &mut text);
        text.push('.');
        text.push_str(&json);
        text
    }

    #[cold]
    fn close_shorter(&self, mut state: State) -> String {
        loop {
            match &mut state.request {
                Some(request) if !request.slots.is_empty() => drop(request.slots.pop()),
                Some(_) => state.request = None,
                None => return String::new(),
            }
            let text = self.write(&state);
            if text.len() <= LONGEST {
                return text;
            }
        }
    }

    /// Reads what [`Seal::close`] wrote; an empty text and one of another format give an empty state.
    ///
    /// # Errors
    /// [`ContextError`] where the text was not written by a server with one of the keys, or was changed.
    pub fn open(&self, text: &str) -> Result<State, ContextError> {
        if text.is_empty() {
            return Ok(State::default());
        }
        if text.len() > LONGEST {
            return Err(ContextError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(head), Some(tag), Some(json)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ContextError::Broken);
        };
        let tag = unhex(tag).ok_or(ContextError::Broken)?;
        let kind = head.chars().last().ok_or(ContextError::Broken)?;
        let format: u32 = head[..head.len() - kind.len_utf8()].parse().map_err(|_| ContextError::Broken)?;
        match (kind, self.keys.is_empty()) {
            ('c', true) => {
                if self.tag(None, head, json) != tag {
                    return Err(ContextError::Broken);
                }
            }
            ('h', false) => {
                if !self.keys.iter().any(|key| mac(key, head, json).verify_truncated_left(&tag).is_ok()) {
                    return Err(ContextError::Forged);
                }
            }
            // A checksum where signatures are wanted could come from anybody; a signature cannot be checked without a key.
            ('c' | 'h', _) => return Err(ContextError::Forged),
            _ => return Err(ContextError::Broken),
        }
        if format != FORMAT {
            return Ok(State::default());
        }
        serde_json::from_str(json).map_err(|_| ContextError::Broken)
    }

    fn tag(&self, key: Option<&Hmac<Sha256>>, head: &str, json: &str) -> [u8; TAG] {
        let full: [u8; 32] = match key {
            Some(key) => mac(key, head, json).finalize().into_bytes().into(),
            None => Sha256::new().chain_update(head).chain_update(".").chain_update(json).finalize().into(),
        };
        let mut tag = [0; TAG];
        tag.copy_from_slice(&full[..TAG]);
        tag
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seal({} keys)", self.keys.len())
    }
}

fn mac(key: &Hmac<Sha256>, head: &str, json: &str) -> Hmac<Sha256> {
    let mut mac = key.clone();
    mac.update(head.as_bytes());
    mac.update(b".");
    mac.update(json.as_bytes());
    mac
}

fn push_hex(bytes: &[u8], text: &mut String) {
    let digit = |b: u8| char::from(b"0123456789abcdef"[usize::from(b & 15)]);
    for b in bytes {
        text.push(digit(b >> 4));
        text.push(digit(*b));
    }
}

fn unhex(text: &str) -> Option<[u8; TAG]> {
    if text.len() != 2 * TAG || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; TAG];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::state::{PastMenu, PastRequest};
    use super::*;

    fn state() -> State {
        State {
            account: "air".into(),
            time: 7,
            request: Some(PastRequest {
                intent: "air.flight_status".into(),
                time: 7,
                slots: vec![("flight_no".into(), "CZ3102".into())],
                asked: None,
                others: Vec::new(),
            }),
            menu: Some(PastMenu { id: "main".into(), until: 9 }),
            misses: 1,
        }
    }

    fn seal(keys: &[&str]) -> Seal {
        Seal::new(keys.iter().map(|k| k.as_bytes().to_vec()))
    }

    #[test]
    fn what_was_closed_can_be_opened() {
        for keys in [&[][..], &["a"], &["a", "b"]] {
            assert_eq!(seal(keys).open(&seal(keys).close(&state())), Ok(state()), "{keys:?}");
        }
        assert_eq!(seal(&[]).close(&State { account: "air".into(), time: 7, ..State::default() }), "");
        assert_eq!(seal(&["a"]).open(""), Ok(State::default()));
    }

    #[test]
    fn keys_can_be_replaced() {
        let old = seal(&["old"]).close(&state());
        assert_eq!(seal(&["new", "old"]).open(&old), Ok(state()));
        assert_eq!(seal(&["new"]).open(&old), Err(ContextError::Forged));
        assert_eq!(seal(&[]).open(&old), Err(ContextError::Forged));
        assert_eq!(seal(&["old"]).open(&seal(&[]).close(&state())), Err(ContextError::Forged), "a mere checksum");
    }

    #[test]
    fn every_changed_byte_is_seen() {
        for keys in [&[][..], &["a"]] {
            let text = seal(keys).close(&state());
            for at in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1;
                let changed = String::from_utf8(bytes).expect("ASCII stays ASCII");
                assert!(seal(keys).open(&changed).is_err(), "{changed}");
                assert!(seal(keys).open(&text[..at]).is_err() || at == 0, "{}", &text[..at]);
            }
        }
    }

    #[test]
    fn another_format_is_forgotten() {
        let json = r#"{"something":"else"}"#;
        let seal = seal(&["a"]);
        let text = |head: &str| {
            let mut text = format!("{head}.");
            push_hex(&seal.tag(seal.keys.first(), head, json), &mut text);
            text + "." + json
        };
        assert_eq!(seal.open(&text("2h")), Ok(State::default()));
        assert_eq!(seal.open(&text("1h")), Err(ContextError::Broken));
    }

    #[test]
    fn a_context_has_a_bound() {
        let mut large = state();
        let slots = (0..100).map(|i| (format!("slot_{i}"), "很长的值".repeat(4)));
        large.request.as_mut().expect("a request").slots = slots.collect();
        let text = seal(&["a"]).close(&large);
        assert!(text.len() <= LONGEST, "{}", text.len());
        let kept = seal(&["a"]).open(&text).expect("it is whole").request.expect("the request stays").slots;
        assert!(kept.len() > 10 && kept[0].0 == "slot_0", "{}", kept.len());
        assert_eq!(seal(&[]).open(&"x".repeat(LONGEST + 1)), Err(ContextError::TooLong));
    }
}
