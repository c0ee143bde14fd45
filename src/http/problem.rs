//! Errors outside the doors: RFC 9457, `application/problem+json`.
#![warn(clippy::wildcard_enum_match_arm)] // a new failure must get its own row here

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use snapshots::Lsn;

use workflow::refusal::Refusal;

use super::reply;
use crate::failure::{Failed, Failure};

/// A failure outside the doors.
#[derive(Debug)]
pub(crate) struct Problem {
    failed: Failed,
    instance: String,
    /// Of records that were asked for and are not kept any more: the oldest that is.
    oldest: Option<Lsn>,
    /// Whether the body could be read, and values in it are not good.
    is_invalid: bool,
}

#[derive(Serialize)]
struct ProblemAnswer<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    instance: &'a str,
    /// Of what broke: the name under which the log has more.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Lsn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Detail<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    pointer: &'a str,
    detail: &'a str,
}

impl Problem {
    /// The failure of a request to this path.
    pub(crate) fn of(failure: impl Into<Failed>, path: &str) -> Problem {
        let instance = path.chars().take(256).collect();
        Problem { failed: failure.into(), instance, oldest: None, is_invalid: false }
    }

    /// The body was read, and values in it are not good.
    pub(crate) fn invalid(failure: impl Into<Failed>, path: &str) -> Problem {
        Problem { is_invalid: true, ..Problem::of(failure, path) }
    }

    /// The records that were asked for are not kept any more; this is the oldest that is.
    pub(crate) fn gone(oldest: Lsn, path: &str) -> Problem {
        Problem { oldest: Some(oldest), ..Problem::of(Failure::NotFound, path) }
    }

    fn row(&self) -> (StatusCode, &'static str, &'static str) {
        match self.oldest {
            Some(_) => (StatusCode::GONE, "/problems/gone", "No longer kept"),
            None if self.is_invalid => {
                (StatusCode::UNPROCESSABLE_ENTITY, "/problems/validation", "Invalid request")
            }
            None => row(&self.failed.failure),
        }
    }
}

/// The status of a failure, its type and its title.
fn row(failure: &Failure) -> (StatusCode, &'static str, &'static str) {
    use StatusCode as S;
    const BUSY: &str = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
    const QUOTA: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";
    match failure {
        Failure::Malformed(_) => (S::BAD_REQUEST, "/problems/malformed", "Malformed request"),
        Failure::Refused(Refusal::UnknownKey) => {
            (S::NOT_FOUND, "/problems/not-found", "No such key")
        }
        Failure::Refused(Refusal::UnknownSubscription) => {
            (S::NOT_FOUND, "/problems/not-found", "No such webhook")
        }
        Failure::Refused(Refusal::UnknownAddress) => {
            (S::NOT_FOUND, "/problems/not-found", "Nothing is known of this address")
        }
        Failure::Refused(Refusal::WrongVersion { .. }) => {
            (S::PRECONDITION_FAILED, "/problems/precondition-failed", "Changed in between")
        }
        Failure::Refused(_) => (S::CONFLICT, "/problems/conflict", "Refused"),
        Failure::KeyReused => {
            (S::UNPROCESSABLE_ENTITY, "/problems/idempotency-key-reused", "Key used before")
        }
        Failure::KeyBusy => (S::CONFLICT, "/problems/idempotency-in-progress", "Still running"),
        Failure::NoRoom => (S::SERVICE_UNAVAILABLE, BUSY, "No room on the disk"),
        Failure::Overloaded => (S::SERVICE_UNAVAILABLE, BUSY, "Too much to do"),
        Failure::Stopping => (S::SERVICE_UNAVAILABLE, BUSY, "Starting or stopping"),
        Failure::TooMany => (S::TOO_MANY_REQUESTS, QUOTA, "Over the caller's limit"),
        Failure::OutcomeUnknown => {
            (S::GATEWAY_TIMEOUT, "/problems/outcome-unknown", "Outcome unknown")
        }
        Failure::Unauthorized => (S::UNAUTHORIZED, "/problems/unauthorized", "Unauthorized"),
        Failure::Forbidden => (S::FORBIDDEN, "/problems/forbidden", "Forbidden"),
        Failure::NotFound => (S::NOT_FOUND, "/problems/not-found", "Nothing is at this path"),
        Failure::MethodNotAllowed(_) => {
            (S::METHOD_NOT_ALLOWED, "/problems/method-not-allowed", "Method not allowed")
        }
        Failure::UnsupportedMediaType => {
            (S::UNSUPPORTED_MEDIA_TYPE, "/problems/unsupported-media-type", "Not plain JSON")
        }
        Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, "/problems/too-large", "Body too large"),
        Failure::UriTooLong => (S::URI_TOO_LONG, "/problems/too-large", "Address too long"),
        Failure::HeadTooLarge => {
            (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "/problems/too-large", "Header too large")
        }
        Failure::SlowBody => (S::REQUEST_TIMEOUT, "/problems/malformed", "Body too slow"),
        Failure::NotAcceptable => (S::NOT_ACCEPTABLE, "/problems/malformed", "Nothing to accept"),
        Failure::Broken(_) => (S::INTERNAL_SERVER_ERROR, "about:blank", "Internal error"),
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.row().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, kind, title) = self.row();
        let mut response = HttpResponse::build(status);
        reply::failure_headers(&mut response, &self.failed);
        let mut errors = Vec::new();
        if let Failure::Malformed(faults) = &self.failed.failure {
            errors.extend(faults.iter().map(|it| Detail { pointer: &it.path, detail: &it.what }));
        }
        if self.failed.failure == Failure::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Failure::MethodNotAllowed(allow) = &self.failed.failure {
            response.insert_header((ALLOW, allow.as_str()));
        }
        let mut detail = None;
        if let Failure::Broken(id) = &self.failed.failure {
            detail = Some(format!("request {id}"));
        }
        let instance = &self.instance;
        let (status, oldest) = (status.as_u16(), self.oldest);
        let answer = ProblemAnswer { kind, title, status, instance, detail, oldest, errors };
        let body = serde_json::to_string(&answer).expect("a problem can be written");
        response.insert_header((CONTENT_TYPE, "application/problem+json")).body(body)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.row().2)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn what_is_gone_says_where_to_begin() {
        let response = Problem::gone(Lsn(44_488), "/feed").error_response();
        assert_eq!(response.status(), StatusCode::GONE);
        let body = to_bytes(response.into_body()).await.unwrap();
        let expected = r#"{"type":"/problems/gone","title":"No longer kept","status":410,"instance":"/feed","oldest":44488}"#;
        assert_eq!(body, expected);
    }
}
