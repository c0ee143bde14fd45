//! The links with which customers say that they want no mail.
//!
//! A link names the tenant and the address and proves that we wrote it: an HMAC with a secret of
//! this server, which lives in its data directory. So nobody can take others off the list, and a
//! link of last year still works.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use workflow::id::TenantId;

const SECRET_BYTES: usize = 32;
/// Bytes of the proof: half of the HMAC, which RFC 2104 takes as the least.
const PROOF_BYTES: usize = 16;

/// Writes and reads the tokens of links.
pub struct Unsubscribe {
    secret: [u8; SECRET_BYTES],
}

impl Unsubscribe {
    /// With the secret in this directory, which is made if there is none.
    ///
    /// # Errors
    /// A file that cannot be read or made, or that is none of ours.
    pub fn of_dir(dir: &Path) -> anyhow::Result<Unsubscribe> {
        let path = dir.join("unsubscribe.secret");
        let said = || format!("the secret in {}", path.display());
        if !path.exists() {
            make_secret(dir, &path).with_context(said)?;
        }
        let bytes = fs::read(&path).with_context(said)?;
        let secret = bytes.try_into().ok();
        Ok(Unsubscribe { secret: secret.context("it has not 32 bytes").with_context(said)? })
    }

    /// The token of a link for one address of one tenant.
    pub fn token(&self, tenant: &TenantId, email: &str) -> String {
        let said = said(tenant, email);
        let mut token = String::with_capacity(2 * (said.len() + PROOF_BYTES) + 1);
        push_hex(&mut token, said.as_bytes());
        token.push('.');
        push_hex(&mut token, &self.mac(&said).finalize().into_bytes()[..PROOF_BYTES]);
        token
    }

    /// Whose address a token is for, if it is one of ours.
    pub fn read(&self, token: &str) -> Option<(TenantId, String)> {
        let (said, proof) = token.split_once('.')?;
        let said = String::from_utf8(bytes_of(said)?).ok()?;
        let proof = bytes_of(proof).filter(|proof| proof.len() == PROOF_BYTES)?;
        self.mac(&said).verify_truncated_left(&proof).ok()?;
        let (tenant, email) = said.split_once('\n')?;
        Some((TenantId::parse(tenant)?, email.to_owned()))
    }

    fn mac(&self, said: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length will do");
        mac.update(said.as_bytes());
        mac
    }
}

/// A tenant's name has no line feed, so the two cannot run into one another.
fn said(tenant: &TenantId, email: &str) -> String {
    format!("{}\n{email}", tenant.as_str())
}

/// Makes the secret so that a cut leaves it whole or not there, and nobody else reads it.
fn make_secret(dir: &Path, path: &Path) -> anyhow::Result<()> {
    let mut secret = [0; SECRET_BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
    ensure!(secret != [0; SECRET_BYTES], "the system draws no random numbers");
    let draft = dir.join("unsubscribe.secret.draft");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    Ok(fs::File::open(dir)?.sync_all()?)
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xF] {
            text.push(char::from_digit(digit.into(), 16).expect("four bits are a digit"));
        }
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((digit(high)? << 4) | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_link_of_ours_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let ours = Unsubscribe::of_dir(dir.path()).unwrap();
        let acme = TenantId::parse("acme").unwrap();
        let token = ours.token(&acme, "jan@example.nl");
        assert_eq!(ours.read(&token), Some((acme.clone(), "jan@example.nl".to_owned())));
        let again = Unsubscribe::of_dir(dir.path()).unwrap();
        assert_eq!(again.token(&acme, "jan@example.nl"), token);

        let (said, proof) = token.split_once('.').unwrap();
        let other = Unsubscribe { secret: [7; SECRET_BYTES] }.token(&acme, "jan@example.nl");
        let mut turned = token.clone().into_bytes();
        turned[0] ^= 1;
        for bad in [
            "".to_owned(),
            ".".to_owned(),
            said.to_owned(),
            format!("{said}."),
            format!("{said}.{}", &proof[..30]),
            format!("{said}.zz"),
            format!("00{token}"),
            other,
            String::from_utf8(turned).unwrap(),
        ] {
            assert_eq!(ours.read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_secret_is_for_nobody_else() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Unsubscribe::of_dir(dir.path()).unwrap();
        let file = dir.path().join("unsubscribe.secret");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&file, "short").unwrap();
        assert!(Unsubscribe::of_dir(dir.path()).is_err());
    }
}
