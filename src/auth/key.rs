//! The text of an API key: `ck_<id>_<secret>`.
//!
//! The id says which key it is and is no secret. The secret is 256 random bits, so a fast digest
//! of it is as good as a slow one, and nobody can be made to wait by wrong ones.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use workflow::id::KeyId;
use workflow::keyring::Digest;

use super::chance;

/// What every key begins with, so that a leaked one is found by machines that look for it.
const PREFIX: &str = "ck_";

/// The part of a key that only its holder knows.
pub(crate) struct Secret(String);

impl Secret {
    /// A new one.
    pub(crate) fn draw() -> Secret {
        Secret(chance::hex(&chance::bytes::<32>()))
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> Digest {
        digest_of(&self.0)
    }

    /// The key that its holder is shown, once.
    pub(crate) fn shown(&self, id: KeyId) -> String {
        format!("{PREFIX}{id}_{}", self.0)
    }
}

/// Never in a log.
impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

/// Whether a text is meant as a key.
pub(super) fn is_key(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// The text of a key whose parts came apart; some send all of it for its secret.
pub(super) fn text_of(id: &str, secret: &str) -> String {
    if is_key(secret) { secret.to_owned() } else { format!("{PREFIX}{id}_{secret}") }
}

/// The id and the secret in a text.
pub(super) fn parts(text: &str) -> Option<(KeyId, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    Some((KeyId::parse(id)?, secret))
}

/// What is kept of a secret.
pub(super) fn digest_of(secret: &str) -> Digest {
    Digest(Sha256::digest(secret.as_bytes()).into())
}

/// Whether two digests are equal; how long that takes says nothing about where they differ.
pub(super) fn are_equal(one: &Digest, other: &Digest) -> bool {
    one.0.ct_eq(&other.0).into()
}

#[cfg(test)]
mod tests {
    use workflow::time::Time;

    use super::*;

    #[test]
    fn a_key_is_its_id_and_its_secret() {
        let (id, secret) = (KeyId::of(Time(1), 7), Secret::draw());
        let shown = secret.shown(id);
        let (same, part) = parts(&shown).unwrap();
        assert_eq!(same, id);
        assert!(are_equal(&digest_of(part), &secret.digest()));
        assert!(!are_equal(&digest_of(&part[1..]), &secret.digest()));
        for bad in ["", "ck_", "ck_x_y", &shown[1..], &shown[..39], "ck__"] {
            assert!(parts(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{secret:?}"), "Secret");
    }
}
