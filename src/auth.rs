//! Who asks: the caller that a credential stands for.
//!
//! Tokens are kept as SHA-256 and looked up by it, so that the time of a look-up says nothing
//! about the secret. A token is never logged and never in an error.

use std::collections::HashMap;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use workflow::id::TenantId;

use crate::failure::Failure;

/// Whose things a request is about, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant; it comes from the credential alone.
    pub tenant: TenantId,
    /// The name of the credential, which records and keys are kept under.
    pub who: SmolStr,
}

/// The credentials that the server knows.
#[derive(Debug)]
pub struct Credentials {
    by_hash: HashMap<[u8; 32], Caller>,
    anonymous: Option<Caller>,
}

impl Credentials {
    /// Knows these bearer tokens. Without any, everybody is the anonymous caller of the tenant
    /// `default`; whoever configures the server allows that on loopback only.
    pub fn of(tokens: impl IntoIterator<Item = (String, Caller)>) -> Credentials {
        let hashed = tokens.into_iter().map(|(token, caller)| (hash(&token), caller));
        let by_hash: HashMap<_, _> = hashed.collect();
        let anonymous = by_hash.is_empty().then(anonymous);
        Credentials { by_hash, anonymous }
    }

    /// The caller that a request's headers stand for.
    pub fn caller(&self, headers: &HeaderMap, query: &str) -> Result<Caller, Failure> {
        if let Some(anonymous) = &self.anonymous {
            return Ok(anonymous.clone());
        }
        let mut sent = headers.get_all(AUTHORIZATION);
        let (Some(value), None) = (sent.next(), sent.next()) else {
            return Err(Failure::Unauthorized);
        };
        if names_a_token(query) {
            return Err(Failure::Unauthorized);
        }
        let token = value.to_str().ok().and_then(bearer).ok_or(Failure::Unauthorized)?;
        self.by_hash.get(&hash(token)).cloned().ok_or(Failure::Unauthorized)
    }
}

fn anonymous() -> Caller {
    let tenant = TenantId::parse("default").expect("`default` is short and printable");
    Caller { tenant, who: SmolStr::new_static("anonymous") }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The token of `Bearer <token>`.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

/// Whether somebody put a credential into the address, where every proxy logs it.
fn names_a_token(query: &str) -> bool {
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        matches!(name, "access_token" | "token" | "authorization")
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn known() -> Credentials {
        let tenant = TenantId::parse("shop").unwrap();
        Credentials::of([("s3cret".to_owned(), Caller { tenant, who: "till".into() })])
    }

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_known_token_is_its_caller() {
        let caller = known().caller(&headers(&["Bearer s3cret"]), "size=3").unwrap();
        assert_eq!((caller.tenant.as_str(), caller.who.as_str()), ("shop", "till"));
    }

    #[test]
    fn whatever_else_is_sent_is_refused_alike() {
        let known = known();
        for values in [
            &[][..],
            &["Bearer s3cret", "Bearer s3cret"],
            &["Bearer other"],
            &["Bearer "],
            &["Bearer s3cret x"],
            &["Basic s3cret"],
            &["s3cret"],
        ] {
            assert_eq!(
                known.caller(&headers(values), ""),
                Err(Failure::Unauthorized),
                "{values:?}"
            );
        }
        let in_query = known.caller(&headers(&["Bearer s3cret"]), "a=1&access_token=s3cret");
        assert_eq!(in_query, Err(Failure::Unauthorized));
    }

    #[test]
    fn without_credentials_everybody_is_anonymous() {
        let nobody = Credentials::of([]).caller(&headers(&["nonsense"]), "").unwrap();
        assert_eq!((nobody.tenant.as_str(), nobody.who.as_str()), ("default", "anonymous"));
    }
}
