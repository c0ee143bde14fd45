//! All tokens that are believed: those of the issuers, and our own.

use std::path::Path;
use std::sync::Arc;

use actors::Clock;
use anyhow::Context;
use workflow::time::{Millis, Time};

use super::issuer::Issuer;
use super::jwks::{EVERY, Jwks};
use super::own::Own;
use super::renewal::Renewal;
use super::seen::Seen;
use super::token::{Said, Token};
use super::{Caller, Ring};
use crate::config;

/// Who may sign tokens, and what was seen of them.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issuers: Vec<Issuer>,
    own: Option<Own>,
    seen: Seen,
    renewal: Renewal,
}

impl Tokens {
    /// The issuers of the configuration, their keys loaded as far as they will, and our own, whose
    /// secret is in `data`.
    ///
    /// # Errors
    /// A block that is wrong, or a secret that is not safe.
    pub(super) async fn open(
        blocks: &[config::Issuer],
        data: &Path,
        clock: &Clock,
    ) -> anyhow::Result<Tokens> {
        let issuers = blocks.iter().map(|block| {
            Issuer::of(block, clock).with_context(|| format!("jwt: issuer `{}`", block.issuer))
        });
        let issuers: Vec<_> = issuers.collect::<anyhow::Result<_>>()?;
        let tokens = Tokens { issuers, own: Some(Own::open(data)?), ..Tokens::default() };
        let loads = tokens.published().map(|jwks| async move { jwks.load().await });
        futures_util::future::join_all(loads).await;
        Ok(tokens)
    }

    /// Loads what issuers publish, again and again. Ends when it is dropped.
    pub(super) fn follow(&self) -> impl Future<Output = ()> + 'static {
        let published: Vec<Arc<Jwks>> = self.published().cloned().collect();
        async move {
            while !published.is_empty() {
                tokio::time::sleep(EVERY).await;
                for jwks in &published {
                    jwks.load().await;
                }
            }
        }
    }

    /// A token of ours for whoever holds a key, good for so long.
    pub(super) fn issue(&self, caller: &Caller, now: Time, lasts: Millis) -> Option<String> {
        self.own.as_ref()?.issue(caller, now, lasts)
    }

    /// Who sent a token with this digest, if it is good.
    pub(super) async fn caller(
        &self,
        text: &str,
        digest: [u8; 32],
        ring: &Ring,
        clock: &Clock,
    ) -> Option<Caller> {
        let (changes, now) = (self.changes(), clock.now());
        let caller = match self.seen.caller(&digest, changes, now) {
            Some(caller) => caller,
            None => Box::pin(self.look(text, digest, ring, clock)).await?, // rare, and large
        };
        // A token of ours rests on its key, whenever it was seen.
        caller.keys.iter().flatten().all(|id| ring.admits(*id, now)).then_some(caller)
    }

    /// Looks at a token that nobody has seen.
    async fn look(
        &self,
        text: &str,
        digest: [u8; 32],
        ring: &Ring,
        clock: &Clock,
    ) -> Option<Caller> {
        let token = Token::parse(text)?;
        let said = match self.check(&token, clock.now()) {
            Some(said) => said,
            None => {
                // Perhaps an issuer has a new key. A name that is known has been looked at.
                let now = clock.now();
                let missing = self.issuers.iter().filter_map(|it| it.misses(&token, now));
                let mut is_known = false;
                for jwks in missing {
                    is_known |= self.renewal.ask(jwks, &token, clock).await;
                }
                if !is_known {
                    return None;
                }
                self.check(&token, clock.now())?
            }
        };
        let Said { tenant, who, permissions, stores, key, until } = said;
        let caller = match key {
            None => {
                let named = format!("jwt\n{}", token.issuer()?);
                let caller = Caller::of(tenant, who, permissions).named_by(&named);
                Caller { stores, until: Some(until), ..caller }
            }
            Some(id) => {
                let held = ring.holder(id).filter(|held| held.tenant == tenant)?;
                let permissions = held.permissions.within(permissions);
                Caller { permissions, until: Some(until), ..held }
            }
        };
        self.seen.note(digest, &caller, until, self.changes(), clock.now());
        Some(caller)
    }

    fn check(&self, token: &Token<'_>, now: Time) -> Option<Said> {
        let own = self.own.as_ref().and_then(|own| own.check(token, now));
        own.or_else(|| self.issuers.iter().find_map(|issuer| issuer.check(token, now)))
    }

    fn published(&self) -> impl Iterator<Item = &Arc<Jwks>> {
        self.issuers.iter().filter_map(Issuer::jwks)
    }

    fn changes(&self) -> u64 {
        self.published().map(|jwks| jwks.changes()).sum()
    }
}
