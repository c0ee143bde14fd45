//! Whoever signs tokens that we believe, with which keys, and about whom.

use std::sync::Arc;

use actors::Clock;
use anyhow::{Context, bail, ensure};
use jsonwebtoken::Algorithm;
use workflow::id::TenantId;
use workflow::time::Time;

use super::jwks::Jwks;
use super::signing::Signing;
use super::token::{Expected, Said, Token, is_kid};
use crate::config;
use crate::limits::SECRET_BYTES_MIN;

/// One issuer.
#[derive(Debug)]
pub(super) struct Issuer {
    name: String,
    audience: String,
    tenant: Option<TenantId>,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    /// One key of the configuration.
    Fixed(Signing),
    /// Those that the issuer publishes.
    Published(Arc<Jwks>),
}

impl Issuer {
    /// The issuer that a block of the configuration describes.
    ///
    /// # Errors
    /// A block that contradicts itself, or a key that is none.
    pub(super) fn of(block: &config::Issuer, clock: &Clock) -> anyhow::Result<Issuer> {
        let tenant = match &block.tenant {
            None => None,
            Some(name) => Some(TenantId::parse(name).context("`tenant` is none")?),
        };
        let (name, audience) = (block.issuer.clone(), block.audience.clone());
        ensure!(!name.is_empty() && !audience.is_empty(), "`issuer` and `audience` are needed");
        Ok(Issuer { name, audience, tenant, keys: keys(block, clock)? })
    }

    /// What a token says, if this issuer signed it and it is good at `now`; and until when that may
    /// be believed.
    pub(super) fn check(&self, token: &Token<'_>, now: Time) -> Option<Said> {
        let until = match &self.keys {
            Keys::Fixed(key) => key.has_signed(token).then_some(Time(i64::MAX))?,
            Keys::Published(jwks) => jwks.has_signed(token, now)?,
        };
        let (issuer, audience) = (&self.name, &self.audience);
        let expected = Expected { issuer, audience, tenant: self.tenant.as_ref() };
        let said = token.claims()?.check(expected, now)?;
        let key = None; // only our own tokens rest on keys of ours
        Some(Said { until: said.until.min(until), key, ..said })
    }

    /// The set that a token, which says it is of this issuer, wants a key of that is not in it.
    pub(super) fn misses(&self, token: &Token<'_>, now: Time) -> Option<&Arc<Jwks>> {
        let jwks = self.jwks().filter(|jwks| jwks.misses(token, now))?;
        (token.issuer()? == self.name).then_some(jwks)
    }

    /// The set that it publishes, if it does.
    pub(super) fn jwks(&self) -> Option<&Arc<Jwks>> {
        match &self.keys {
            Keys::Fixed(_) => None,
            Keys::Published(jwks) => Some(jwks),
        }
    }
}

fn keys(block: &config::Issuer, clock: &Clock) -> anyhow::Result<Keys> {
    let algorithms: Vec<Algorithm> = block.algorithms.iter().map(|it| it.as_jwt()).collect();
    let kid = block.kid.clone();
    ensure!(kid.as_deref().is_none_or(is_kid), "`kid` is at most 64 of A-Z a-z 0-9 . _ -");
    let is_shared = algorithms == [Algorithm::HS256];
    if let Some(url) = &block.jwks_url {
        ensure!(!algorithms.is_empty(), "`algorithms` is empty");
        ensure!(!algorithms.contains(&Algorithm::HS256), "HS256 has no keys that are published");
        ensure!(kid.is_none(), "`kid` is for a key of this file");
        let jwks = Jwks::at(url, algorithms, block.http_on_loopback, clock.clone());
        return Ok(Keys::Published(Arc::new(jwks.context("`jwks_url`")?)));
    }
    let [algorithm] = algorithms[..] else {
        bail!("`algorithms` must name one: it belongs to the key");
    };
    if let Some(file) = &block.key_file {
        let pem = std::fs::read(file).with_context(|| format!("{}", file.display()))?;
        let key = Signing::of_pem(kid, algorithm, &pem);
        return Ok(Keys::Fixed(key.with_context(|| format!("{}", file.display()))?));
    }
    let secret = secret(block)?;
    ensure!(is_shared, "a secret is for HS256");
    ensure!(secret.len() >= SECRET_BYTES_MIN, "the secret has fewer than {SECRET_BYTES_MIN} bytes");
    Ok(Keys::Fixed(Signing::of_secret(kid, secret.as_bytes())))
}

/// The shared secret of a block: in a file, or in a variable of ours.
fn secret(block: &config::Issuer) -> anyhow::Result<String> {
    match (&block.secret_file, &block.secret_variable) {
        (Some(file), _) => {
            let text = std::fs::read_to_string(file);
            Ok(text.with_context(|| format!("{}", file.display()))?.trim().to_owned())
        }
        (None, Some(name)) => {
            ensure!(name.starts_with("CERTUS_"), "`secret_variable` must begin with CERTUS_");
            std::env::var(name).with_context(|| format!("the variable {name}"))
        }
        (None, None) => bail!("there is no key"),
    }
}
