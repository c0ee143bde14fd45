//! What a request's headers say about who asks, before anybody believes it.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::failure::Failure;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The credentials in a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sent<'a> {
    /// The token of `Authorization: Bearer <token>`.
    pub(crate) bearer: Option<&'a str>,
    /// The value of `x-api-key`.
    pub(crate) api_key: Option<&'a str>,
}

impl<'a> Sent<'a> {
    /// Reads them. A credential that came twice, in another scheme or in the address is no good.
    pub(crate) fn read(headers: &'a HeaderMap, query: &str) -> Result<Sent<'a>, Failure> {
        if names_a_secret(query) {
            return Err(Failure::Unauthorized);
        }
        let bearer = match once(headers, &AUTHORIZATION)? {
            Some(value) => Some(bearer(value).ok_or(Failure::Unauthorized)?),
            None => None,
        };
        let api_key = match once(headers, &X_API_KEY)? {
            Some(value) => Some(visible(value).ok_or(Failure::Unauthorized)?),
            None => None,
        };
        Ok(Sent { bearer, api_key })
    }
}

/// The text of `Authorization: Basic …` (RFC 7617), if that is the scheme: a name and a secret with
/// a colon between them.
pub(crate) fn basic(headers: &HeaderMap) -> Option<Result<String, Failure>> {
    let read = || -> Result<Option<String>, Failure> {
        let Some(value) = once(headers, &AUTHORIZATION)? else { return Ok(None) };
        let text = value.to_str().map_err(|_| Failure::Unauthorized)?;
        let Some((scheme, encoded)) = text.split_once(' ') else { return Ok(None) };
        if !scheme.eq_ignore_ascii_case("basic") {
            return Ok(None);
        }
        let bytes = STANDARD.decode(encoded).map_err(|_| Failure::Unauthorized)?;
        String::from_utf8(bytes).map(Some).map_err(|_| Failure::Unauthorized)
    };
    read().transpose()
}

fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Failure> {
    let mut sent = headers.get_all(name);
    match (sent.next(), sent.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Failure::Unauthorized),
    }
}

/// The token of `Bearer <token>`.
fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && is_visible(token)).then_some(token)
}

fn visible(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().filter(|text| is_visible(text))
}

fn is_visible(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether somebody put a credential into the address, where every proxy logs it.
fn names_a_secret(query: &str) -> bool {
    const NAMES: [&str; 7] = [
        "access_token",
        "token",
        "authorization",
        "api_key",
        "apikey",
        "x-api-key",
        "client_secret",
    ];
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_credential_comes_once_and_in_a_header() {
        let both = headers(&[("authorization", "bEARER abc"), ("x-api-key", "k")]);
        let sent = Sent::read(&both, "size=3").unwrap();
        assert_eq!(sent, Sent { bearer: Some("abc"), api_key: Some("k") });
        assert_eq!(Sent::read(&HeaderMap::new(), ""), Ok(Sent { bearer: None, api_key: None }));
        for bad in [
            &[("authorization", "Bearer abc"), ("authorization", "Bearer abc")][..],
            &[("authorization", "Bearer ")],
            &[("authorization", "Bearer a b")],
            &[("authorization", "Basic abc")],
            &[("authorization", "abc")],
            &[("x-api-key", "")],
            &[("x-api-key", "a"), ("x-api-key", "a")],
        ] {
            assert_eq!(Sent::read(&headers(bad), ""), Err(Failure::Unauthorized), "{bad:?}");
        }
        for query in ["a=1&access_token=x", "Token=x", "client_secret=x", "api_key"] {
            let good = headers(&[("authorization", "Bearer abc")]);
            assert_eq!(Sent::read(&good, query), Err(Failure::Unauthorized), "{query}");
        }
    }
}
