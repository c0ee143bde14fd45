//! A request's body: bounded bytes, in bounded time.
//!
//! A file of its own because actix-web has no timer for a body, and its extractors inflate what
//! was compressed. A slow client holds a connection here, never a permit.

use std::pin::pin;

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde::Deserialize;

use super::json;
use crate::failure::Failure;
use crate::limits::BODY_TIME_MAX;
use crate::patience::within;

/// The bytes of a body.
pub(crate) struct Raw(Bytes);

impl Raw {
    /// Checks what the head says about the body: its length, then its type.
    pub(crate) fn announced(head: &HttpRequest, bytes_max: usize) -> Result<(), Failure> {
        Raw::fits(head, bytes_max)?;
        let headers = head.headers();
        if headers.contains_key(CONTENT_ENCODING) || !is_json(headers) {
            return Err(Failure::UnsupportedMediaType);
        }
        Ok(())
    }

    /// Checks the length that the head says.
    pub(crate) fn fits(head: &HttpRequest, bytes_max: usize) -> Result<(), Failure> {
        let length = declared_length(head.headers());
        let fits = length.is_none_or(|length| length <= bytes_max as u64);
        if fits { Ok(()) } else { Err(Failure::TooLarge) }
    }

    /// Reads the whole body.
    pub(crate) async fn read(payload: Payload, bytes_max: usize) -> Result<Raw, Failure> {
        let gathered = pin!(gather(payload, bytes_max));
        within(BODY_TIME_MAX, gathered).await.ok_or(Failure::SlowBody)?
    }

    /// Reads the body's JSON.
    pub(crate) fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        json::decode(&self.0)
    }

    /// Whether nothing came.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes as they came.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// Puts the pieces together. One piece, the usual case, is not copied.
async fn gather(mut payload: Payload, bytes_max: usize) -> Result<Raw, Failure> {
    let mut whole = Bytes::new();
    let mut pieces: Option<BytesMut> = None;
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Failure::malformed("", "the body was cut off"))?;
        let length = pieces.as_ref().map_or(whole.len(), BytesMut::len) + piece.len();
        if length > bytes_max {
            return Err(Failure::TooLarge);
        }
        match &mut pieces {
            Some(pieces) => pieces.extend_from_slice(&piece),
            None if whole.is_empty() => whole = piece,
            None => pieces = Some([whole.as_ref(), piece.as_ref()].concat().as_slice().into()),
        }
    }
    Ok(Raw(pieces.map_or(whole, BytesMut::freeze)))
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body is announced as JSON: `application/json`, in UTF-8 if a charset is named.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    if text == "application/json" {
        return true;
    }
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|part| {
            let charset =
                part.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
            charset.is_none_or(|(_, value)| value.trim_matches('"').eq_ignore_ascii_case("utf-8"))
        })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_json_is_json() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("text/json", false),
            ("application/jsonp", false),
            ("multipart/form-data; boundary=x", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
