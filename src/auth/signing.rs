//! One key that tokens are signed with, and the only algorithm that it is for.

use anyhow::{Context, bail};
use jsonwebtoken::crypto::verify;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::token::{Token, algorithm_of, is_kid};

/// A key, by which a signature is found good or not.
pub(super) struct Signing {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// A key of a published set (RFC 7517), as far as it matters here. A shared secret is never one.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Signing {
    /// The public key in a PEM file.
    ///
    /// # Errors
    /// When it is none, or not for this algorithm.
    pub(super) fn of_pem(
        kid: Option<String>,
        algorithm: Algorithm,
        pem: &[u8],
    ) -> anyhow::Result<Signing> {
        let key = match algorithm {
            Algorithm::RS256 => DecodingKey::from_rsa_pem(pem),
            Algorithm::ES256 => DecodingKey::from_ec_pem(pem),
            Algorithm::EdDSA => DecodingKey::from_ed_pem(pem),
            _ => bail!("a PEM file is for RS256, ES256 or EdDSA"),
        };
        let key = key.with_context(|| format!("it has no public key for {algorithm:?}"))?;
        Ok(Signing { kid, algorithm, key })
    }

    /// A shared secret, for HS256.
    pub(super) fn of_secret(kid: Option<String>, secret: &[u8]) -> Signing {
        Signing { kid, algorithm: Algorithm::HS256, key: DecodingKey::from_secret(secret) }
    }

    /// A key of a published set; none if it is not for signatures that we know.
    pub(super) fn of_jwk(jwk: &Jwk) -> Option<Signing> {
        let kid = jwk.kid.clone().filter(|kid| is_kid(kid))?;
        if jwk.used.as_deref().is_some_and(|used| used != "sig") {
            return None;
        }
        let (algorithm, key) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                let key = DecodingKey::from_rsa_components(jwk.n.as_deref()?, jwk.e.as_deref()?);
                (Algorithm::RS256, key)
            }
            ("EC", Some("P-256")) => {
                let key = DecodingKey::from_ec_components(jwk.x.as_deref()?, jwk.y.as_deref()?);
                (Algorithm::ES256, key)
            }
            ("OKP", Some("Ed25519")) => {
                (Algorithm::EdDSA, DecodingKey::from_ed_components(jwk.x.as_deref()?))
            }
            _ => return None,
        };
        let is_its_own =
            jwk.alg.as_deref().is_none_or(|name| algorithm_of(name) == Some(algorithm));
        Some(Signing { kid: Some(kid), algorithm, key: key.ok().filter(|_| is_its_own)? })
    }

    /// What it is called, if it has a name.
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The only algorithm that it is for.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether a token was signed with it. The algorithm is the key's; a token that says another
    /// one is no good, and one that names another key neither.
    pub(super) fn has_signed(&self, token: &Token<'_>) -> bool {
        let is_named = self.kid.is_none() || self.kid == token.kid;
        is_named
            && self.algorithm == token.algorithm
            && verify(token.signature, token.message.as_bytes(), &self.key, self.algorithm)
                .unwrap_or(false)
    }
}

/// Without the key.
impl std::fmt::Debug for Signing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?} {:?}", self.algorithm, self.kid)
    }
}
