//! Web pages of other origins: which may call, and what a browser lets them send and see.
//!
//! Off unless the operator names origins: a credential in a browser is one that a page can lose.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header;

use super::around::{TRACEPARENT, X_CORRELATION_ID};
use super::reply::{
    CERTUS_LSN, CERTUS_OUTCOME, IDEMPOTENCY_REPLAYED, RATELIMIT, RATELIMIT_POLICY,
    X_RATELIMIT_LIMIT, X_RATELIMIT_REMAINING, X_RATELIMIT_RESET,
};

/// How many seconds a browser may remember what it was told.
const REMEMBERED_S: usize = 600;

/// Lets pages of these origins call; a page of any other is told nothing.
pub(crate) fn cors(origins: &[String]) -> Cors {
    let none = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::HeaderName::from_static("idempotency-key"),
            header::HeaderName::from_static("x-api-key"),
            header::HeaderName::from_static("certus-replaces"),
            header::HeaderName::from_static("last-event-id"),
            TRACEPARENT,
            X_CORRELATION_ID,
        ])
        .expose_headers([
            header::LOCATION,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            header::ALLOW,
            CERTUS_LSN,
            header::HeaderName::from_static(CERTUS_OUTCOME),
            IDEMPOTENCY_REPLAYED,
            RATELIMIT,
            RATELIMIT_POLICY,
            X_RATELIMIT_LIMIT,
            X_RATELIMIT_REMAINING,
            X_RATELIMIT_RESET,
            X_CORRELATION_ID,
        ])
        .block_on_origin_mismatch(false)
        .max_age(REMEMBERED_S);
    origins.iter().fold(none, |cors, origin| cors.allowed_origin(origin))
}
