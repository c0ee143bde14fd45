//! `[[jwt]]`: whoever signs tokens that are believed.

use std::path::PathBuf;

use anyhow::ensure;
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

/// A block of the file. The keys themselves are elsewhere, so all of it may be printed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// What tokens say in `iss`.
    pub issuer: String,
    /// What tokens must say in `aud`.
    pub audience: String,
    /// Which algorithms its keys are for; one, unless the keys are published.
    pub algorithms: Vec<Signature>,
    /// A public key: a file in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// A shared secret of at least 32 bytes: a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// The same: a variable whose name begins with `CERTUS_`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_variable: Option<String>,
    /// Where the issuer publishes its keys (RFC 7517), over https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// Allows `jwks_url` to be http on this machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub http_on_loopback: bool,
    /// The name of the key, if tokens must say it in `kid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The only tenant that it speaks for. Without it, tokens say which one in `tenant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// How a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[expect(missing_docs, reason = "the names are those of RFC 7518 and RFC 8037")]
pub enum Signature {
    RS256,
    ES256,
    EdDSA,
    HS256,
}

impl Issuer {
    /// Refuses a block without a key, or with several.
    ///
    /// # Errors
    /// When it has.
    pub fn check(&self) -> anyhow::Result<()> {
        let sources = [
            self.key_file.is_some(),
            self.secret_file.is_some(),
            self.secret_variable.is_some(),
            self.jwks_url.is_some(),
        ];
        ensure!(
            sources.iter().filter(|it| **it).count() == 1,
            "jwt: issuer `{}` needs one of key_file, secret_file, secret_variable, jwks_url",
            self.issuer
        );
        Ok(())
    }
}

impl Signature {
    /// The same, for whoever checks signatures.
    pub(crate) fn as_jwt(self) -> Algorithm {
        match self {
            Signature::RS256 => Algorithm::RS256,
            Signature::ES256 => Algorithm::ES256,
            Signature::EdDSA => Algorithm::EdDSA,
            Signature::HS256 => Algorithm::HS256,
        }
    }
}
