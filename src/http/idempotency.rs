//! The `Idempotency-Key` header, and the fingerprint of what was asked under it.
//!
//! The fingerprint is taken of the parsed request, written again in one fixed way: neither the
//! order of members nor white space nor what was ignored counts.

use actix_web::http::header::{HeaderMap, HeaderName};
use serde::Serialize;
use sha2::{Digest, Sha256};
use smol_str::{SmolStr, format_smolstr};
use uuid::Uuid;
use uuid::fmt::Hyphenated;
use workflow::reply::{Fingerprint, Keyed, ReplyKey};

use crate::auth::Caller;
use crate::failure::Failure;
use crate::limits::KEY_CHARS_MAX;

/// The name of the header.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A key as the client sent it, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(SmolStr);

impl Key {
    /// Reads the header, if it is there.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Key>, Failure> {
        let bad = |what: &str| Failure::malformed("Idempotency-Key", what);
        let mut sent = headers.get_all(IDEMPOTENCY_KEY);
        let Some(value) = sent.next() else { return Ok(None) };
        if sent.next().is_some() {
            return Err(bad("must come once"));
        }
        let text = value.to_str().map_err(|_| bad("must be visible ASCII characters"))?;
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        if bare.is_empty() || bare.len() > KEY_CHARS_MAX {
            return Err(bad("must have 1 to 255 characters"));
        }
        if !bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(bad("must be visible ASCII characters"));
        }
        Ok(Some(Key(SmolStr::new(bare))))
    }

    /// The key in the one form that a UUID has, if it is one: hyphenated, and without case.
    pub(crate) fn into_uuid(self) -> Option<Key> {
        let uuid = Uuid::try_parse(&self.0).ok().filter(|_| self.0.len() == Hyphenated::LENGTH)?;
        Some(Key(format_smolstr!("{}", uuid.hyphenated())))
    }

    /// The key with its scope, and with what is asked under it.
    pub(crate) fn of_request(
        self,
        caller: &Caller,
        operation: impl Into<SmolStr>,
        request: &impl Serialize,
    ) -> Keyed {
        let (caller, operation) = (caller.principal.clone(), operation.into());
        let key = ReplyKey { caller, operation, key: self.0 };
        Keyed { key, fingerprint: fingerprint(request) }
    }
}

/// The first half of the SHA-256 of the request's one canonical text.
pub(crate) fn fingerprint(request: &impl Serialize) -> Fingerprint {
    let text = serde_json::to_vec(request).expect("a body that was read can be written");
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    Fingerprint(half)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(values: &[&[u8]]) -> Result<Option<Key>, Failure> {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append(IDEMPOTENCY_KEY, value);
        }
        Key::read(&headers)
    }

    #[test]
    fn a_key_is_1_to_255_visible_characters_quoted_or_bare() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[b"\"k-1\""]), read(&[b"k-1"]));
        assert!(read(&[&[b'x'; 255]]).is_ok());
        for bad in [&b""[..], b"\"\"", &[b'x'; 256], b"a b", b"\xFF"] {
            assert!(read(&[bad]).is_err(), "{bad:?}");
        }
        assert!(read(&[b"a", b"a"]).is_err());
    }

    #[test]
    fn a_uuid_has_one_form() {
        let uuid = |bytes: &[u8]| read(&[bytes]).unwrap().unwrap().into_uuid();
        let lower = uuid(b"550e8400-e29b-41d4-a716-446655440000");
        assert!(lower.is_some());
        assert_eq!(uuid(b"\"550E8400-E29B-41D4-A716-446655440000\""), lower);
        let others: [&[u8]; 3] = [
            b"k-1",
            b"550e8400e29b41d4a716446655440000",
            b"urn:uuid:550e8400-e29b-41d4-a716-446655440000",
        ];
        for other in others {
            assert_eq!(uuid(other), None, "{other:?}");
        }
    }
}
