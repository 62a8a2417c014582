//! Bearer tokens by role.

use super::secret_file::{SHORTEST, entries};
use arc_swap::ArcSwap;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use subtle::{Choice, ConstantTimeEq};
use tonic::Status;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Anything but health without a token.
    None,
    /// The Recognizer service and reflection.
    Recognize,
    /// The Dictionary service as well.
    Administer,
}

/// The accepted tokens: their digests alone, so that no dump or log of this memory shows one.
pub(super) struct Tokens {
    path: PathBuf,
    accepted: ArcSwap<Vec<(Role, [u8; 32])>>,
}

impl Tokens {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, by line; never a token.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let accepted = ArcSwap::from_pointee(read(path)?);
        Ok(Self { path: path.to_owned(), accepted })
    }

    /// Reads the file again; on any fault the old tokens stay.
    pub(super) fn reload(&self) -> Result<(), String> {
        self.accepted.store(read(&self.path)?.into());
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether a token of at least this role is accepted at all.
    pub(super) fn any(&self, role: Role) -> bool {
        self.accepted.load().iter().any(|(r, _)| *r >= role)
    }

    /// Checks an `authorization` header.
    pub(super) fn check(&self, header: Option<&HeaderValue>, needed: Role) -> Result<(), Status> {
        if needed == Role::None {
            return Ok(());
        }
        let token = header.and_then(|h| {
            let bytes = h.as_bytes();
            let (scheme, token) = bytes.split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
        });
        let Some(token) = token else {
            return Err(Status::unauthenticated("a token is needed: send metadata `authorization: Bearer TOKEN`"));
        };
        // Digests have one length and are all compared to the end: the time tells nothing about a token.
        let digest: [u8; 32] = Sha256::digest(token).into();
        let (mut known, mut allowed) = (Choice::from(0), Choice::from(0));
        for (role, accepted) in self.accepted.load().iter() {
            let equal = digest.ct_eq(accepted);
            known |= equal;
            allowed |= equal & Choice::from(u8::from(*role >= needed));
        }
        match (bool::from(known), bool::from(allowed)) {
            (_, true) => Ok(()),
            (true, false) => Err(Status::permission_denied("the token's role does not allow this method")),
            (false, _) => Err(Status::unauthenticated("the token is not accepted")),
        }
    }
}

fn read(path: &Path) -> Result<Vec<(Role, [u8; 32])>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("tokens {}: {e}", path.display()))?;
    parse(&text).map_err(|faults| {
        faults.iter().map(|f| format!("tokens {}:{f}", path.display())).collect::<Vec<_>>().join("\n")
    })
}

fn parse(text: &str) -> Result<Vec<(Role, [u8; 32])>, Vec<String>> {
    let (mut accepted, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in entries(text) {
        let mut words = line.split_whitespace();
        let role = match words.next() {
            Some("recognize") => Role::Recognize,
            Some("administer") => Role::Administer,
            _ => {
                faults.push(format!(
                    "{number}: the first word is no role; write `recognize TOKEN` or `administer TOKEN`"
                ));
                continue;
            }
        };
        match (words.next(), words.next()) {
            (Some(token), None) if token.len() >= SHORTEST => accepted.push((role, Sha256::digest(token).into())),
            (Some(_), None) => faults.push(format!("{number}: the token has fewer than {SHORTEST} characters")),
            _ => faults.push(format!("{number}: a role and one token without spaces are expected")),
        }
    }
    if accepted.is_empty() && faults.is_empty() {
        faults.push("1: the file holds no token; nobody could call".into());
    }
    if faults.is_empty() { Ok(accepted) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Code;

    #[test]
    fn roles_allow_what_they_should() {
        let text = "# two\nrecognize aaaaaaaaaaaaaaaa\n\nadminister bbbbbbbbbbbbbbbb\n";
        let tokens = Tokens { path: PathBuf::new(), accepted: ArcSwap::from_pointee(parse(text).expect("no faults")) };
        let check = |header: Option<&'static str>, needed| {
            let header = header.map(HeaderValue::from_static);
            tokens.check(header.as_ref(), needed).map_err(|s| s.code())
        };
        assert_eq!(check(None, Role::None), Ok(()));
        assert_eq!(check(None, Role::Recognize), Err(Code::Unauthenticated));
        assert_eq!(check(Some("Bearer aaaaaaaaaaaaaaaa"), Role::Recognize), Ok(()));
        assert_eq!(check(Some("bearer bbbbbbbbbbbbbbbb"), Role::Recognize), Ok(()));
        assert_eq!(check(Some("Bearer bbbbbbbbbbbbbbbb"), Role::Administer), Ok(()));
        assert_eq!(check(Some("Bearer aaaaaaaaaaaaaaaa"), Role::Administer), Err(Code::PermissionDenied));
        for wrong in ["Bearer aaaaaaaaaaaaaaab", "Bearer ", "Bearer", "Basic aaaaaaaaaaaaaaaa", ""] {
            assert_eq!(check(Some(wrong), Role::Recognize), Err(Code::Unauthenticated), "{wrong}");
        }
    }

    #[test]
    fn faulty_files_are_refused_without_showing_tokens() {
        let faults = parse("secretsecretsecretsecret\nroot cccccccccccccccc\nrecognize short\nrecognize a b\n")
            .expect_err("faults");
        assert_eq!(faults.len(), 4);
        for word in ["secret", "cccc", "short"] {
            assert!(faults.iter().all(|f| !f.contains(word)), "{faults:?}");
        }
        assert!(parse("# nothing\n").is_err());
    }
}
