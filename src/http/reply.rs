//! From what a shard said to an HTTP response.
//!
//! The headers that every door shares are made here and nowhere else: `Certus-Lsn`,
//! `Idempotency-Replayed`, `Retry-After`. A stored reply goes out byte for byte.

use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use smol_str::{SmolStr, SmolStrBuilder};
use snapshots::Position;
use workflow::id::Version;
use workflow::outcome::Outcome;
use workflow::reply::{Reply, StoredReply};
use workflow::time::{Millis, Time};

use crate::ask::{Answered, Said};
use crate::auth::Rate;
use crate::failure::{Failed, Failure};

/// Where the journal position goes that an answer reflects.
pub(crate) const CERTUS_LSN: HeaderName = HeaderName::from_static("certus-lsn");
/// How much of an order is held.
pub(crate) const CERTUS_OUTCOME: &str = "certus-outcome";
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What nobody in between may keep.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
pub(crate) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(crate) const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(crate) const X_RATELIMIT_REMAINING: HeaderName =
    HeaderName::from_static("x-ratelimit-remaining");
pub(crate) const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Headers that a reply of its own has at most: a version, an address, an outcome.
const HEADERS: usize = 3;

/// The JSON text of an answer.
pub(crate) fn json(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("an answer of our own can be written")
}

/// A reply with a body and no header of its own.
pub(crate) fn plain(status: u16, body: String) -> Reply {
    Reply { status, headers: Vec::new(), body }
}

/// A reply that shows one entity.
pub(crate) fn entity(status: u16, version: Version, body: String) -> Reply {
    let mut reply = Reply { status, headers: Vec::with_capacity(HEADERS), body };
    let mut quoted = SmolStrBuilder::new();
    quoted.push('"');
    quoted.push_str(&version.0.to_string());
    quoted.push('"');
    reply.headers.push((SmolStr::new_static("etag"), quoted.finish()));
    reply
}

/// A reply that shows one entity that was just made.
pub(crate) fn created(version: Version, location: String, body: String) -> Reply {
    let mut reply = entity(201, version, body);
    reply.headers.push((SmolStr::new_static("location"), location.into()));
    reply
}

/// The answer in its door's words; a stored reply was put into words before.
pub(crate) fn answer(answered: Answered, render: impl FnOnce(&Outcome) -> Reply) -> HttpResponse {
    match answered.said {
        Said::Now(outcome) => respond(answered.at, render(&outcome)),
        Said::Kept(stored) => stored_response(answered.at, &stored, false),
        Said::Again(stored) => stored_response(answered.at, &stored, true),
    }
}

/// A response that says a reply, at a position if it has one.
pub(crate) fn respond(at: impl Into<Option<Position>>, reply: Reply) -> HttpResponse {
    let mut response = begin(at.into(), &reply);
    response.body(Bytes::from(reply.body))
}

/// Adds what a failure says in headers, at every door alike.
pub(crate) fn failure_headers(response: &mut HttpResponseBuilder, failed: &Failed) {
    if let Some(at) = failed.at {
        response.insert_header((CERTUS_LSN, position(at)));
    }
    if let Some(seconds) = failed.failure.retry_after_s() {
        let spread = if failed.failure == Failure::Overloaded { spread_s() } else { 0 };
        response.insert_header((RETRY_AFTER, HeaderValue::from(seconds + spread)));
    }
}

/// Seconds that spread those who were shed together, so that they do not come back together.
fn spread_s() -> u32 {
    static SHED: AtomicU32 = AtomicU32::new(0);
    SHED.fetch_add(1, Ordering::Relaxed) % 3
}

/// Notes the position in an answer that came without asking a shard.
pub(crate) fn note_position(headers: &mut HeaderMap, at: Position) {
    if !headers.contains_key(&CERTUS_LSN) {
        headers.insert(CERTUS_LSN, position(at));
    }
}

/// Says what is left of the caller's rate, in the words of the IETF's draft. Like a position, it is
/// put together without a formatter: with rates, every answer says it.
pub(crate) fn note_rate(headers: &mut HeaderMap, rate: Rate) {
    let Rate { quota, window_s, left, more_in_s, .. } = rate;
    let said = |first: &str, a: u32, second: &str, b: u32| {
        let text = ["\"default\";", first, &a.to_string(), second, &b.to_string()].concat();
        HeaderValue::try_from(text).expect("it is numbers and names")
    };
    headers.insert(RATELIMIT_POLICY, said("q=", quota, ";w=", window_s));
    headers.insert(RATELIMIT, said("r=", left, ";t=", more_in_s));
}

/// The same in the words of PartsSource, whose clients are told in which second there is more.
pub(crate) fn note_rate_of_customers(headers: &mut HeaderMap, rate: Rate, now: Time) {
    let more = now + Millis(u64::from(rate.more_in_s) * 1_000);
    headers.insert(X_RATELIMIT_LIMIT, HeaderValue::from(rate.quota));
    headers.insert(X_RATELIMIT_REMAINING, HeaderValue::from(rate.left));
    // A second that has begun is not over: rounded up, so that nobody comes back too early.
    let second = more.0.max(0).cast_unsigned().div_ceil(1_000);
    headers.insert(X_RATELIMIT_RESET, HeaderValue::from(second));
}

/// The stored reply, byte for byte (K1).
fn stored_response(at: Position, stored: &StoredReply, again: bool) -> HttpResponse {
    let mut response = begin(Some(at), &stored.reply);
    if again {
        response.insert_header((IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true")));
    }
    response.body(Bytes::copy_from_slice(stored.reply.body.as_bytes()))
}

fn begin(at: Option<Position>, reply: &Reply) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(reply.status).expect("a reply has a status of HTTP");
    let mut response = HttpResponse::build(status);
    if let Some(at) = at {
        response.insert_header((CERTUS_LSN, position(at)));
    }
    if !reply.body.is_empty() {
        response.insert_header((CONTENT_TYPE, JSON));
    }
    for (name, value) in &reply.headers {
        let value = HeaderValue::from_str(value).expect("a reply's headers are visible ASCII");
        response.insert_header((header_name(name), value));
    }
    response
}

fn header_name(name: &str) -> HeaderName {
    match name {
        "etag" => ETAG,
        "location" => LOCATION,
        CERTUS_OUTCOME => const { HeaderName::from_static(CERTUS_OUTCOME) },
        other => HeaderName::from_bytes(other.as_bytes()).expect("a reply's headers have names"),
    }
}

/// The position as it is printed. Every answer has one, and numbers have a shorter way to a text
/// than through a formatter.
fn position(at: Position) -> HeaderValue {
    let mut text = at.timeline.to_string();
    text.push(':');
    text.push_str(&at.lsn.0.to_string());
    HeaderValue::try_from(text).expect("a position is digits and a colon")
}

#[cfg(test)]
mod tests {
    use snapshots::Lsn;

    use super::*;

    #[test]
    fn a_position_is_said_as_it_is_printed() {
        for at in [(1, 0), (1, 47), (u32::MAX, u64::MAX)] {
            let at = Position { timeline: at.0, lsn: Lsn(at.1) };
            assert_eq!(position(at), at.to_string());
        }
    }
}
