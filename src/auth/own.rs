//! Tokens that the server signs itself, for whoever comes with an API key.
//!
//! Signed with a secret that is made at the first start and never leaves the data directory. A
//! token rests on its key: it may what the key may, belongs to whom the key belongs, and is no good
//! as soon as the key is taken back, however long it was to last.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, ensure};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use workflow::time::{Millis, Time};

use super::Caller;
use super::chance;
use super::signing::Signing;
use super::token::{Expected, Said, Token};
use crate::limits::SECRET_BYTES_MIN;

/// The name of the file below the data directory.
const FILE: &str = "token.key";
/// What our tokens call us, and whom they are for.
const OURSELVES: &str = "certus";

/// What our tokens are signed with.
pub(super) struct Own {
    encoding: EncodingKey,
    signing: Signing,
}

/// What our tokens say.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    exp: i64,
    iat: i64,
    tenant: &'a str,
    permissions: Vec<&'static str>,
    key: String,
}

impl Own {
    /// The secret in the data directory, which is made if it is not there.
    ///
    /// # Errors
    /// A file that others may read, or that is no secret.
    pub(super) fn open(data: &Path) -> anyhow::Result<Own> {
        let path = data.join(FILE);
        let text = if path.symlink_metadata().is_ok() { read(&path) } else { make(&path, data) };
        let text = text.with_context(|| format!("{}", path.display()))?;
        Own::of(text.trim()).with_context(|| format!("{}", path.display()))
    }

    fn of(text: &str) -> anyhow::Result<Own> {
        ensure!(text.len() >= 2 * SECRET_BYTES_MIN, "it holds no secret");
        let encoding = EncodingKey::from_secret(text.as_bytes());
        let signing = Signing::of_secret(Some(OURSELVES.into()), text.as_bytes());
        let own = Own { encoding, signing };
        // Once at the start, so that a broken provider is not found by the first client.
        let caller =
            Caller { keys: [Some(workflow::id::KeyId::from_bits(0)), None], ..Caller::anonymous() };
        let token = own.issue(&caller, Time(0), Millis::minutes(1)).context("it cannot sign")?;
        let said = Token::parse(&token).and_then(|token| own.check(&token, Time(0)));
        ensure!(said.is_some(), "what it signs is not found good");
        Ok(own)
    }

    /// A token for whoever holds a key, good for so long from `now`.
    pub(super) fn issue(&self, caller: &Caller, now: Time, lasts: Millis) -> Option<String> {
        let header = Header {
            alg: Algorithm::HS256,
            typ: Some("at+jwt".into()),
            kid: Some(OURSELVES.into()),
            ..Header::default()
        };
        let claims = Claims {
            iss: OURSELVES,
            aud: OURSELVES,
            sub: &caller.who,
            exp: (now + lasts).0.div_euclid(1_000),
            iat: now.0.div_euclid(1_000),
            tenant: caller.tenant.as_str(),
            permissions: caller.permissions.iter().map(|one| one.name()).collect(),
            key: caller.keys[0]?.to_string(),
        };
        encode(&header, &claims, &self.encoding).ok()
    }

    /// What a token of ours says, if it is one and good at `now`. Whether its key still is, the
    /// ring knows.
    pub(super) fn check(&self, token: &Token<'_>, now: Time) -> Option<Said> {
        let is_ours = token.kid.as_deref() == Some(OURSELVES) && self.signing.has_signed(token);
        let expected = Expected { issuer: OURSELVES, audience: OURSELVES, tenant: None };
        let claims = token.claims().filter(|_| is_ours)?;
        claims.check(expected, now).filter(|said| said.key.is_some())
    }
}

/// Whoever is stopped in the middle leaves no half of a secret behind.
fn make(path: &Path, data: &Path) -> anyhow::Result<String> {
    let text = chance::hex(&chance::bytes::<SECRET_BYTES_MIN>());
    let unfinished = path.with_extension("unfinished");
    let _ = std::fs::remove_file(&unfinished); // of an earlier start
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    File::open(data)?.sync_all()?; // or a cut takes the file, and with it every token
    Ok(text)
}

fn read(path: &Path) -> anyhow::Result<String> {
    let flags = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let found = file.metadata()?;
    let is_ours = found.uid() == rustix::process::geteuid().as_raw();
    ensure!(found.is_file() && is_ours, "it is refused: it is no file of this user");
    ensure!(found.mode() & 0o077 == 0, "it is refused: others may read it; its mode must be 0600");
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// Without the secret.
impl std::fmt::Debug for Own {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Own")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use workflow::id::KeyId;

    use super::*;

    const NOW: Time = Time(1_768_212_843_517);

    #[test]
    fn a_secret_is_made_once_and_only_for_us() {
        let dir = tempfile::tempdir().unwrap();
        let caller = Caller { keys: [Some(KeyId::of(NOW, 1)), None], ..Caller::anonymous() };
        let token = Own::open(dir.path()).unwrap().issue(&caller, NOW, Millis::hours(1)).unwrap();
        let again = Own::open(dir.path()).unwrap();
        let said = again.check(&Token::parse(&token).unwrap(), NOW).unwrap();
        assert_eq!((said.key, said.tenant), (caller.keys[0], caller.tenant));
        assert!(again.check(&Token::parse(&token).unwrap(), NOW + Millis::hours(2)).is_none());

        let path = dir.path().join(FILE);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let refused = format!("{:#}", Own::open(dir.path()).unwrap_err());
        assert!(refused.contains("its mode must be 0600"), "{refused}");
    }

    #[test]
    fn another_servers_token_is_not_ours() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (one, other) = (Own::open(one.path()).unwrap(), Own::open(other.path()).unwrap());
        let caller = Caller { keys: [Some(KeyId::of(NOW, 1)), None], ..Caller::anonymous() };
        let token = one.issue(&caller, NOW, Millis::hours(1)).unwrap();
        assert!(other.check(&Token::parse(&token).unwrap(), NOW).is_none());
        let bare = Caller::anonymous();
        assert!(one.issue(&bare, NOW, Millis::hours(1)).is_none(), "there is no key");
    }
}
