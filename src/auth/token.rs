//! A JSON Web Token: what its header may say, and what its claims must.
//!
//! Nothing in here believes a token. The header names a key and no more: addresses and keys that it
//! carries (`jku`, `x5u`, `jwk`, `x5c`) are not even read. The claims are read only after the
//! signature was found to be good, but for the issuer, whose keys may be needed for that; and time
//! is an argument.

use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::IgnoredAny;
use smol_str::SmolStr;
use workflow::id::{KeyId, TenantId};
use workflow::permission::Permissions;
use workflow::stores::Stores;
use workflow::time::Time;

use super::base64;
use super::scope::permissions_of;
use crate::limits::{KID_CHARS_MAX, TOKEN_LEEWAY, TOKEN_NAME_CHARS_MAX};

/// A token in its parts, believed in nothing.
pub(super) struct Token<'a> {
    /// Which algorithm it says it was signed with: only compared with the key's own.
    pub(super) algorithm: Algorithm,
    /// Which key it says it was signed with.
    pub(super) kid: Option<String>,
    /// What was signed.
    pub(super) message: &'a str,
    /// The signature, in base64url.
    pub(super) signature: &'a str,
    claims: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

/// What is read of a token whose key is not known.
#[derive(Deserialize)]
struct Named {
    iss: String,
}

/// What a token says, once its signature is good.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: u64,
    nbf: Option<u64>,
    tenant: Option<String>,
    scope: Option<String>,
    permissions: Option<Vec<String>>,
    stores: Option<Vec<String>>,
    /// In a token of ours: the API key that it rests on.
    key: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token must say to be of an issuer.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    /// The only tenant that the issuer speaks for, if it is only one.
    pub(super) tenant: Option<&'a TenantId>,
}

/// What a token of an issuer says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) tenant: TenantId,
    pub(super) who: SmolStr,
    pub(super) permissions: Permissions,
    /// The stores that its holder picks for.
    pub(super) stores: Stores,
    /// The API key that it rests on, if it says so.
    pub(super) key: Option<KeyId>,
    /// From when on it is no good, leeway included.
    pub(super) until: Time,
}

/// Whether a text is meant as a token: three parts.
pub(super) fn is_token(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'.').count() == 2
}

impl<'a> Token<'a> {
    /// Takes a text apart; none if it cannot be a token that anybody here believes.
    pub(super) fn parse(text: &'a str) -> Option<Token<'a>> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Header = serde_json::from_str(&json_of(header)?).ok()?;
        let is_plain = header.crit.is_none() && header.typ.as_deref().is_none_or(is_known_type);
        let is_named = header.kid.as_deref().is_none_or(is_kid);
        let algorithm = algorithm_of(&header.alg).filter(|_| is_plain && is_named)?;
        Some(Token { algorithm, kid: header.kid, message, signature, claims })
    }

    /// Whose it says it is. Nothing follows from it but whose keys are looked for.
    pub(super) fn issuer(&self) -> Option<String> {
        let claims = serde_json::from_str(&json_of(self.claims)?).ok()?;
        let Named { iss } = claims;
        Some(iss)
    }

    /// What it says. Only to be asked when the signature is good.
    pub(super) fn claims(&self) -> Option<Claims> {
        serde_json::from_str(&json_of(self.claims)?).ok()
    }
}

impl Claims {
    /// What the token says, if it is of this issuer, for us, and good at `now`.
    pub(super) fn check(self, expected: Expected<'_>, now: Time) -> Option<Said> {
        let is_for_us = match &self.aud {
            Audience::One(one) => one == expected.audience,
            Audience::Several(some) => some.iter().any(|one| one == expected.audience),
        };
        let until = instant(self.exp)? + TOKEN_LEEWAY;
        let begins = self.nbf.map_or(Some(Time(0)), instant)?;
        let is_now = now < until && begins <= now + TOKEN_LEEWAY;
        if self.iss != expected.issuer || !is_for_us || !is_now {
            return None;
        }
        let tenant = match (self.tenant.as_deref(), expected.tenant) {
            (Some(named), only) => {
                TenantId::parse(named).filter(|it| only.is_none_or(|only| it == only))?
            }
            (None, only) => only?.clone(),
        };
        let length = self.sub.chars().count();
        let is_name = (1..=TOKEN_NAME_CHARS_MAX).contains(&length);
        if !is_name || self.sub.chars().any(char::is_control) {
            return None;
        }
        let scope = self.scope.as_deref().unwrap_or_default().split(' ').map(permissions_of);
        let listed = self.permissions.iter().flatten().map(|word| permissions_of(word));
        let permissions = scope.chain(listed).fold(Permissions::NONE, Permissions::and);
        let key = match self.key.as_deref().map(KeyId::parse) {
            None => None,
            Some(key) => Some(key?),
        };
        let stores = Stores::listed(self.stores.as_deref())?;
        Some(Said { tenant, who: self.sub.into(), permissions, stores, key, until })
    }
}

/// A part of a token, which is UTF-8 all through, what nobody reads of it included (RFC 7519, 7.2).
fn json_of(part: &str) -> Option<String> {
    String::from_utf8(base64::decode(part)?).ok()
}

/// Seconds since 1970 as an instant, if it is one that we can tell.
fn instant(seconds: u64) -> Option<Time> {
    let millis = i64::try_from(seconds).ok()?.checked_mul(1_000)?;
    (millis < i64::MAX / 2).then_some(Time(millis))
}

/// The algorithms that there are. `none` is none of them, in any case.
pub(super) fn algorithm_of(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "ES256" => Some(Algorithm::ES256),
        "EdDSA" => Some(Algorithm::EdDSA),
        "HS256" => Some(Algorithm::HS256),
        _ => None,
    }
}

fn is_known_type(name: &str) -> bool {
    let bare = name.get(..12).filter(|head| head.eq_ignore_ascii_case("application/"));
    let bare = bare.map_or(name, |_| &name[12..]);
    bare.eq_ignore_ascii_case("jwt") || bare.eq_ignore_ascii_case("at+jwt")
}

/// A `kid` is the key of a map and nothing else.
pub(super) fn is_kid(text: &str) -> bool {
    (1..=KID_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_768_212_843_517);
    const NOW_S: i64 = 1_768_212_843;

    fn said(claims: &str) -> Option<Said> {
        let claims: Claims = serde_json::from_str(claims).ok()?;
        let expected = Expected { issuer: "idp", audience: "certus", tenant: None };
        claims.check(expected, NOW)
    }

    fn with(more: &str) -> String {
        format!(r#"{{"iss":"idp","aud":"certus","sub":"till","tenant":"shop",{more}}}"#)
    }

    #[test]
    fn a_token_ends_with_thirty_seconds_of_leeway() {
        let exp = |seconds: i64| said(&with(&format!(r#""exp":{}"#, NOW_S + seconds)));
        assert!(exp(60).is_some() && exp(-29).is_some());
        assert!(exp(-30).is_none() && exp(-31).is_none());
        let nbf = |at: i64| said(&with(&format!(r#""exp":{},"nbf":{}"#, NOW_S + 60, NOW_S + at)));
        assert!(nbf(30).is_some() && nbf(31).is_none());
    }

    #[test]
    fn an_end_that_is_no_whole_number_of_seconds_is_none() {
        for bad in
            ["\"1768300000\"", "1768300000.5", "-1", "1e30", "null", "true", "18446744073709551615"]
        {
            assert!(said(&with(&format!("\"exp\":{bad}"))).is_none(), "{bad}");
        }
        assert!(said(&with("\"nbf\":1")).is_none(), "no end at all");
        assert!(said(&with("\"exp\":1768300000,\"nbf\":\"1\"")).is_none());
    }

    #[test]
    fn issuer_audience_subject_and_tenant_are_required() {
        let good = with("\"exp\":1768300000");
        assert!(said(&good).is_some());
        for (part, other) in [
            ("\"iss\":\"idp\"", "\"iss\":\"idp2\""),
            ("\"aud\":\"certus\"", "\"aud\":[\"other\"]"),
            ("\"aud\":\"certus\"", "\"x\":1"),
            ("\"sub\":\"till\"", "\"sub\":\"\""),
            ("\"sub\":\"till\"", "\"x\":1"),
            ("\"sub\":\"till\"", "\"sub\":\"a\\u0000\""),
            ("\"tenant\":\"shop\"", "\"x\":1"),
            ("\"tenant\":\"shop\"", "\"tenant\":\"\""),
        ] {
            assert!(said(&good.replace(part, other)).is_none(), "{other}");
        }
        assert!(said(&good.replace("\"certus\"", "[\"a\",\"certus\"]")).is_some());
    }

    #[test]
    fn scope_and_permissions_are_words() {
        let more =
            r#""exp":1768300000,"scope":"openid certus:admin","permissions":["orders.read"]"#;
        let names = said(&with(more)).unwrap().permissions;
        assert_eq!(names.iter().map(|it| it.name()).collect::<Vec<_>>(), ["orders.read", "admin"]);
    }

    #[test]
    fn stores_are_names_and_all_unless_they_are_named() {
        let of = |more: &str| said(&with(&format!("\"exp\":1768300000{more}"))).map(|it| it.stores);
        assert_eq!(of(""), Some(Stores::ALL));
        assert_eq!(of(",\"stores\":[\"9781\"]"), Stores::parse(&["9781"]));
        assert_eq!(of(",\"stores\":[]"), Stores::parse::<&str>(&[]), "none at all");
        for bad in ["\"9781\"", "[9781]", "[\"\"]", "{}"] {
            assert_eq!(of(&format!(",\"stores\":{bad}")), None, "{bad}");
        }
    }

    #[test]
    fn a_header_names_a_key_and_no_more() {
        let parse = |header: &str| {
            let encoded = to_base64(header.as_bytes());
            Token::parse(&format!("{encoded}.e30.AA")).map(|it| (it.algorithm, it.kid))
        };
        let rs256 = Some((Algorithm::RS256, Some("k.1".into())));
        assert_eq!(parse(r#"{"alg":"RS256","kid":"k.1","typ":"JWT"}"#), rs256);
        assert_eq!(parse(r#"{"alg":"RS256","kid":"k.1","jku":"https://x","jwk":{}}"#), rs256);
        for bad in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"NONE"}"#,
            r#"{"alg":"nOnE"}"#,
            r#"{"alg":"rs256"}"#,
            r#"{"alg":"RS512"}"#,
            r#"{"alg":["RS256"]}"#,
            r#"{"kid":"a"}"#,
            r#"{"alg":"RS256","alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":["exp"]}"#,
            r#"{"alg":"RS256","typ":"JWE"}"#,
            r#"{"alg":"RS256","kid":"../../etc/passwd"}"#,
            r#"{"alg":"RS256","kid":"a' or '1'='1"}"#,
            r#"{"alg":"RS256","kid":"a\r\nb"}"#,
            r#"{"alg":"RS256","kid":""}"#,
            r#"{"alg":"RS256","kid":7}"#,
            "[]",
            "",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "x".repeat(65));
        assert!(parse(&long).is_none());
    }

    #[test]
    fn a_token_is_utf_8_also_where_nobody_reads_it() {
        let header = to_base64(br#"{"alg":"RS256"}"#);
        let claims = with("\"exp\":1768300000,\"x\":\"?\"").into_bytes();
        let of = |claims: &[u8]| {
            let text = format!("{header}.{}.AA", to_base64(claims));
            let token = Token::parse(&text).unwrap();
            (token.issuer().is_some(), token.claims().is_some())
        };
        assert_eq!(of(&claims), (true, true));
        let broken: Vec<u8> =
            claims.iter().map(|byte| if *byte == b'?' { 0xff } else { *byte }).collect();
        assert_eq!(of(&broken), (false, false));
        let header = to_base64(b"{\"alg\":\"RS256\",\"x\":\"\xff\"}");
        assert!(Token::parse(&format!("{header}.e30.AA")).is_none());
    }

    fn to_base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::new();
        for part in bytes.chunks(3) {
            let bits = part.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
            let bits = bits << (8 * (3 - part.len()));
            for place in 0..=part.len() {
                text.push(char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]));
            }
        }
        text
    }
}
