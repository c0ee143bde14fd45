//! From what a request sent to who asks.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};
use actors::{Clock, Pace};
use sha2::{Digest, Sha256};
use workflow::id::KeyId;
use workflow::permission::Permissions;
use workflow::time::{Millis, Time};

use super::rates::Rates;
use super::sent::Sent;
use super::strangers::Strangers;
use super::tokens::Tokens;
use super::{Caller, Ring, key, token};
use crate::config;
use crate::failure::Failure;

/// The credentials that the server knows.
#[derive(Debug)]
pub struct Credentials {
    /// The tokens of the configuration. Kept as SHA-256 and looked up by it, so that the time of a
    /// look-up says nothing about the secret.
    fixed: HashMap<[u8; 32], Caller>,
    ring: Arc<Ring>,
    signed: Tokens,
    anonymous: Option<Caller>,
    clock: Clock,
    strangers: Strangers,
    /// None if nobody is limited.
    rates: Option<Rates>,
}

/// A token that was made for the holder of a key.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) permissions: Permissions,
    pub(crate) until: Time,
}

impl Credentials {
    /// Knows these tokens. Without any, whoever sends no credential is the anonymous caller of the
    /// tenant `default`; whoever configures the server allows that on loopback only.
    pub fn of(tokens: impl IntoIterator<Item = (String, Caller)>) -> Credentials {
        let hashed = tokens.into_iter().map(|(token, caller)| (hash(&token), caller));
        let fixed: HashMap<_, _> = hashed.collect();
        Credentials {
            anonymous: fixed.is_empty().then(Caller::anonymous),
            fixed,
            ring: Arc::default(),
            signed: Tokens::default(),
            clock: Pace::real().clock(),
            strangers: Strangers::default(),
            rates: None,
        }
    }

    /// The same, by another clock.
    #[must_use]
    pub fn by(self, clock: Clock) -> Credentials {
        Credentials { clock, ..self }
    }

    /// The same; whoever sends no credential is let in, or is not.
    #[must_use]
    pub fn anonymous(self, is_let_in: bool) -> Credentials {
        Credentials { anonymous: is_let_in.then(Caller::anonymous), ..self }
    }

    /// Whether whoever sends no credential is let in.
    pub fn lets_anybody_in(&self) -> bool {
        self.anonymous.is_some()
    }

    /// The same, believing the tokens of these issuers, and our own, whose secret is in `data`.
    ///
    /// # Errors
    /// A block that is wrong, or a secret that others may read.
    pub async fn believing(
        self,
        issuers: &[config::Issuer],
        data: &Path,
    ) -> anyhow::Result<Credentials> {
        let signed = Tokens::open(issuers, data, &self.clock).await?;
        Ok(Credentials { signed, ..self })
    }

    /// The same; each credential may send so many requests in a second, and so many at once.
    #[must_use]
    pub fn limited(self, per_second: NonZeroU32, burst: NonZeroU32) -> Credentials {
        let rates = Some(Rates::of(per_second, burst, self.clock.clone()));
        Credentials { rates, ..self }
    }

    /// The API keys.
    pub fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    /// Loads again and again what issuers publish, until it is dropped.
    pub fn follow_issuers(&self) -> impl Future<Output = ()> + 'static {
        self.signed.follow()
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`Failure::Unauthorized`], whatever is wrong with a credential; [`Failure::TooMany`] when
    /// its source has sent many such; [`Failure::Forbidden`] when two that are good are of
    /// different tenants.
    pub async fn caller(&self, head: &HttpRequest) -> Result<Caller, Failure> {
        self.sent(head).await?.or_else(|| self.anonymous.clone()).ok_or(Failure::Unauthorized)
    }

    /// Who sent a credential; none if nobody did.
    pub(crate) async fn sent(&self, head: &HttpRequest) -> Result<Option<Caller>, Failure> {
        self.found(head).await.map_err(|failure| self.counted(head, failure))
    }

    async fn found(&self, head: &HttpRequest) -> Result<Option<Caller>, Failure> {
        let Sent { bearer, api_key } = Sent::read(head.headers(), head.query_string())?;
        let bearer = match bearer {
            Some(text) => Some(self.bearer(text).await.ok_or(Failure::Unauthorized)?),
            None => None,
        };
        let api_key = match api_key {
            Some(text) => Some(self.known(text).ok_or(Failure::Unauthorized)?),
            None => None,
        };
        match (bearer, api_key) {
            (Some(bearer), Some(api_key)) => Ok(Some(bearer.with(&api_key)?)),
            (bearer, api_key) => Ok(bearer.or(api_key)),
        }
    }

    /// Counts a request of a caller, if callers are limited; its answer will tell what is left.
    pub(crate) fn count(&self, head: &HttpRequest, caller: &Caller) -> Result<(), Failure> {
        let Some(rates) = &self.rates else { return Ok(()) };
        let rate = rates.check(caller);
        head.extensions_mut().insert(rate);
        if rate.is_over { Err(Failure::TooMany) } else { Ok(()) }
    }

    /// Refuses a caller whose key was taken back, or whose key or token ended, since the request
    /// came.
    pub(crate) fn still(&self, caller: &Caller) -> Result<(), Failure> {
        let now = self.clock.now();
        let is_held = caller.keys.iter().flatten().all(|id| self.ring.admits(*id, now));
        let is_good = is_held && caller.until.is_none_or(|until| now < until);
        is_good.then_some(()).ok_or(Failure::Unauthorized)
    }

    /// A token for whoever knows a key's id and secret, for some of what the key is good for.
    pub(crate) fn exchange(
        &self,
        head: &HttpRequest,
        (id, secret): (&str, &str),
        wanted: Permissions,
        lasts: Millis,
    ) -> Result<Issued, Failure> {
        let now = self.clock.now();
        let caller = self.ring.caller(&key::text_of(id, secret), now);
        let caller = caller.filter(|it| it.keys[0] == KeyId::parse(id));
        let caller = caller.ok_or_else(|| self.counted(head, Failure::Unauthorized))?;
        let permissions = caller.permissions.within(wanted);
        if permissions.is_empty() {
            return Err(Failure::Forbidden);
        }
        let token = self.signed.issue(&Caller { permissions, ..caller }, now, lasts);
        let token = token.ok_or(Failure::Unauthorized)?;
        Ok(Issued { token, permissions, until: now + lasts })
    }

    /// The failure, or that its source has sent too many bad credentials.
    fn counted(&self, head: &HttpRequest, failure: Failure) -> Failure {
        match head.peer_addr() {
            Some(peer)
                if failure == Failure::Unauthorized
                    && self.strangers.note(peer.ip(), self.clock.now()) =>
            {
                Failure::TooMany
            }
            _ => failure,
        }
    }

    /// Whatever may stand behind `Bearer`. Nothing is digested twice, or for nothing.
    async fn bearer(&self, text: &str) -> Option<Caller> {
        if key::is_key(text) || !token::is_token(text) {
            return self.known(text);
        }
        let digest = hash(text);
        match self.fixed.get(&digest) {
            Some(caller) => Some(caller.clone()),
            None => self.signed.caller(text, digest, &self.ring, &self.clock).await,
        }
    }

    /// A key, or a token of the configuration.
    fn known(&self, text: &str) -> Option<Caller> {
        match key::is_key(text) {
            true => self.ring.caller(text, self.clock.now()),
            false => self.fixed.get(&hash(text)).cloned(),
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use workflow::id::TenantId;

    use super::*;

    fn known() -> Credentials {
        let token = |token: &str, tenant| {
            let tenant = TenantId::parse(tenant).unwrap();
            let permissions = Permissions::ORDINARY;
            (token.to_owned(), Caller::of(tenant, "till".into(), permissions))
        };
        Credentials::of([token("s3cret", "shop"), token("other", "mall")])
    }

    fn request(headers: &[(&str, &str)]) -> HttpRequest {
        let request = TestRequest::get();
        headers.iter().fold(request, |it, header| it.append_header(*header)).to_http_request()
    }

    #[actix_web::test]
    async fn a_known_token_is_its_caller_in_either_header() {
        let known = known();
        for header in [("authorization", "Bearer s3cret"), ("x-api-key", "s3cret")] {
            let caller = known.caller(&request(&[header])).await.unwrap();
            assert_eq!((caller.tenant.as_str(), caller.who.as_str()), ("shop", "till"));
        }
    }

    #[actix_web::test]
    async fn whatever_else_is_sent_is_refused_alike() {
        let known = known();
        for headers in [
            &[][..],
            &[("authorization", "Bearer other!")],
            &[("authorization", "Bearer ck_x_y")],
            &[("authorization", "Bearer s3cret"), ("x-api-key", "wrong")],
            &[("authorization", "Bearer wrong"), ("x-api-key", "s3cret")],
        ] {
            let refused = known.caller(&request(headers)).await;
            assert_eq!(refused, Err(Failure::Unauthorized), "{headers:?}");
        }
    }

    #[actix_web::test]
    async fn two_credentials_must_be_of_one_tenant() {
        let both = [("authorization", "Bearer s3cret"), ("x-api-key", "other")];
        assert_eq!(known().caller(&request(&both)).await, Err(Failure::Forbidden));
        let both = [("authorization", "Bearer s3cret"), ("x-api-key", "s3cret")];
        assert!(known().caller(&request(&both)).await.is_ok());
    }

    #[actix_web::test]
    async fn without_credentials_whoever_sends_none_is_anonymous() {
        let open = Credentials::of([]);
        let nobody = open.caller(&request(&[])).await.unwrap();
        assert_eq!((nobody.tenant.as_str(), nobody.who.as_str()), ("default", "anonymous"));
        assert_eq!(nobody.permissions, Permissions::ALL);
        let wrong = open.caller(&request(&[("x-api-key", "nonsense")])).await;
        assert_eq!(wrong, Err(Failure::Unauthorized));
        let closed = open.anonymous(false).caller(&request(&[])).await;
        assert_eq!(closed, Err(Failure::Unauthorized));
    }
}
