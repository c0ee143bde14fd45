//! The keys that an issuer publishes: fetched, kept, and believed for a bounded time.
//!
//! Loaded at the start, every hour, and when a token names a key that is not known (`renewal.rs`).
//! A set that will not load stays as it was, for a day; then the issuer is nobody any more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actors::Clock;
use anyhow::{Context, ensure};
use arc_swap::ArcSwap;
use jsonwebtoken::Algorithm;
use reqwest::{Client, Url};
use serde::Deserialize;
use workflow::time::{Millis, Time};

use super::signing::{Jwk, Signing};
use super::token::Token;
use crate::limits::{JWKS_AGE_MAX, JWKS_BYTES_MAX, JWKS_KEYS_MAX, JWKS_TIME_MAX};

/// The keys of one issuer.
pub(super) struct Jwks {
    url: Url,
    client: Client,
    algorithms: Vec<Algorithm>,
    clock: Clock,
    set: ArcSwap<Set>,
    /// How often the set was changed: what was found good by an older one is looked at again.
    changes: AtomicU64,
}

#[derive(Default)]
struct Set {
    keys: Vec<Signing>,
    until: Time,
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

impl Jwks {
    /// The set at an address, not loaded yet.
    ///
    /// # Errors
    /// An address that is not https, unless it is on loopback and that was allowed.
    pub(super) fn at(
        url: &str,
        algorithms: Vec<Algorithm>,
        http_on_loopback: bool,
        clock: Clock,
    ) -> anyhow::Result<Jwks> {
        let url: Url = url.parse().context("it is no address")?;
        let host = url.host_str().unwrap_or_default();
        let is_local = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        let is_allowed = http_on_loopback && is_local && url.scheme() == "http";
        ensure!(url.scheme() == "https" || is_allowed, "it must begin with https://");
        ensure!(url.username().is_empty() && url.password().is_none(), "it has a user's name");
        let client = Client::builder()
            .timeout(JWKS_TIME_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0) // whoever fetches next may be another thread
            .https_only(!is_allowed);
        Ok(Jwks {
            url,
            client: client.build()?,
            algorithms,
            clock,
            set: ArcSwap::default(),
            changes: AtomicU64::new(0),
        })
    }

    /// Loads the set. One that will not load is told in the log, and the old one stays.
    pub(super) async fn load(&self) {
        match self.fetch().await {
            Ok(keys) => {
                tracing::info!(url = %self.url, keys = keys.len(), "the issuer's keys are loaded");
                let until = self.clock.now() + JWKS_AGE_MAX;
                self.set.store(Set { keys, until }.into());
                self.changes.fetch_add(1, Ordering::Release);
            }
            Err(error) => {
                tracing::warn!(url = %self.url, error = format!("{error:#}"), "the issuer's keys cannot be loaded");
            }
        }
    }

    /// Whether a token names a key that may be in this set and is not, as far as we know.
    pub(super) fn misses(&self, token: &Token<'_>, now: Time) -> bool {
        let is_named = token.kid.is_some() && self.algorithms.contains(&token.algorithm);
        is_named && !self.knows(token, now)
    }

    /// Until when what the token's signature says may be believed; none if it is no good.
    pub(super) fn has_signed(&self, token: &Token<'_>, now: Time) -> Option<Time> {
        let set = self.set.load();
        // Whoever publishes several keys must name them, and a name is looked up, not tried.
        let key = set.keys.iter().find(|key| key.kid() == token.kid.as_deref())?;
        (now < set.until && key.has_signed(token)).then_some(set.until)
    }

    /// How often the set was changed.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Whether the key that a token names is in the set.
    pub(super) fn knows(&self, token: &Token<'_>, now: Time) -> bool {
        let set = self.set.load();
        now < set.until && set.keys.iter().any(|key| key.kid() == token.kid.as_deref())
    }

    async fn fetch(&self) -> anyhow::Result<Vec<Signing>> {
        let mut response = self.client.get(self.url.clone()).send().await?;
        ensure!(response.status() == reqwest::StatusCode::OK, "{}", response.status());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            ensure!(body.len() + piece.len() <= JWKS_BYTES_MAX, "more than {JWKS_BYTES_MAX} bytes");
            body.extend_from_slice(&piece);
        }
        let Published { keys } = serde_json::from_slice(&body).context("no set of keys")?;
        ensure!(keys.len() <= JWKS_KEYS_MAX, "more than {JWKS_KEYS_MAX} keys");
        let keys = keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let keys = keys.filter_map(|key| Signing::of_jwk(&key));
        let keys: Vec<_> = keys.filter(|it| self.algorithms.contains(&it.algorithm())).collect();
        ensure!(!keys.is_empty(), "it has no key that could be used");
        Ok(keys)
    }
}

/// Where it is; no more.
impl std::fmt::Debug for Jwks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.url)
    }
}

/// How often the set is loaded without being asked to.
pub(super) const EVERY: Duration = Duration::from_secs(3_600);
const _: () = assert!(JWKS_AGE_MAX.0 > Millis::hours(1).0, "a set outlives its next load");

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use actors::Pace;
    use tokio::time::Instant;

    use super::*;

    /// Time is by hand here: it moves on when all that is left is to wait.
    #[tokio::test(start_paused = true)]
    async fn an_issuer_that_says_nothing_is_given_up_when_its_time_is_over() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", silent.local_addr().unwrap());
        let clock = Pace::by_hand(Time(0)).clock();
        let jwks = Jwks::at(&url, vec![Algorithm::RS256], true, clock).unwrap();
        let begun = Instant::now();
        jwks.load().await;
        let waited = begun.elapsed();
        assert_eq!(waited.as_secs(), JWKS_TIME_MAX.as_secs(), "{waited:?}");
        assert_eq!(jwks.changes(), 0);
    }
}
