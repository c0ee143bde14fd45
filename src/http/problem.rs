//! Errors outside the doors: RFC 9457, `application/problem+json`.
#![warn(clippy::wildcard_enum_match_arm)] // a new failure must get its own row here

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use snapshots::Lsn;

use workflow::quantity::Units;
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
    /// Whether the bound that the request met is that of streams.
    is_stream: bool,
    /// Whether it is not in service because it recovers.
    is_recovering: bool,
}

#[derive(Serialize)]
struct ProblemAnswer<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    /// What is wrong in this case, where the title does not say it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    instance: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Lsn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Detail<'a>>,
    /// Which bounds were met, as the IETF's draft of `RateLimit` names it for its two types.
    #[serde(rename = "violated-policies", skip_serializing_if = "Option::is_none")]
    bounds: Option<[&'static str; 1]>,
    /// The place in the journal that it reflects, if a shard said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lsn: Option<Lsn>,
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
        Problem {
            failed: failure.into(),
            instance,
            oldest: None,
            is_invalid: false,
            is_stream: false,
            is_recovering: false,
        }
    }

    /// What the directory holds is being recovered.
    pub(crate) fn recovering(path: &str) -> Problem {
        Problem { is_recovering: true, ..Problem::of(Failure::Stopping, path) }
    }

    /// Too many streams are open.
    pub(crate) fn too_many_streams(path: &str) -> Problem {
        Problem { is_stream: true, ..Problem::of(Failure::TooMany, path) }
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

/// What is wrong in this case, where the title does not say it all.
fn detail(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Malformed(faults) => match faults.iter().find(|fault| fault.path.is_empty()) {
            Some(fault) => Some(fault.what.clone()),
            None if faults.len() == 1 => Some("1 field is invalid".to_owned()),
            None => Some(format!("{} fields are invalid", faults.len())),
        },
        Failure::Refused(refusal) => refused(refusal),
        Failure::MethodNotAllowed(allow) => Some(format!("this path takes {allow}")),
        Failure::Broken(name) => Some(format!("the log calls this request {name}")),
        Failure::KeyReused
        | Failure::KeyBusy
        | Failure::NoRoom
        | Failure::Overloaded
        | Failure::TooMany
        | Failure::Stopping
        | Failure::OutcomeUnknown
        | Failure::Unauthorized
        | Failure::Forbidden
        | Failure::NotFound
        | Failure::UnsupportedMediaType
        | Failure::TooLarge
        | Failure::UriTooLong
        | Failure::HeadTooLarge
        | Failure::SlowBody
        | Failure::NotAcceptable => None,
    }
}

/// The values of a refusal, in words; of most the title says it all.
#[expect(clippy::wildcard_enum_match_arm, reason = "doors have rows of their own, few come here")]
fn refused(refusal: &Refusal) -> Option<String> {
    let said = match refusal {
        Refusal::WrongVersion { asked, current } => {
            format!("it is at version {}, version {} was sent", current.0, asked.0)
        }
        Refusal::NoSuchLocation { named } => format!("`{named}` is no facility of this tenant"),
        Refusal::OutOfStock { short } => {
            let missing = short.iter().map(|(_, units)| *units).sum::<Units>();
            format!("{missing} pieces are missing there")
        }
        Refusal::TooFewPieces { value, .. } => format!("there are {value} pieces"),
        Refusal::PromiseExpired { until } => format!("the promise was good until {until}"),
        Refusal::NotNow { .. } => "somebody picks it there already".to_owned(),
        Refusal::TakesNoPart => {
            "the facility is not online, the customer wants it from elsewhere, or the order is at \
             as many facilities as it may be"
                .to_owned()
        }
        _ => return None,
    };
    Some(said)
}

/// The bound that a request met, where one is the reason: the rate that `RateLimit-Policy` names, or
/// what the server is short of.
fn bound(failure: &Failure, is_stream: bool) -> Option<&'static str> {
    match failure {
        Failure::TooMany if is_stream => Some("streams"),
        Failure::TooMany => Some("default"),
        Failure::Overloaded => Some("permits"),
        Failure::NoRoom => Some("disk"),
        Failure::Stopping => Some("service"),
        Failure::Malformed(_)
        | Failure::Refused(_)
        | Failure::KeyReused
        | Failure::KeyBusy
        | Failure::OutcomeUnknown
        | Failure::Unauthorized
        | Failure::Forbidden
        | Failure::NotFound
        | Failure::MethodNotAllowed(_)
        | Failure::UnsupportedMediaType
        | Failure::TooLarge
        | Failure::UriTooLong
        | Failure::HeadTooLarge
        | Failure::SlowBody
        | Failure::NotAcceptable
        | Failure::Broken(_) => None,
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
        Failure::Refused(Refusal::UnknownOrder) => {
            (S::NOT_FOUND, "/problems/not-found", "No such order")
        }
        Failure::Refused(Refusal::UnknownLocation) => {
            (S::NOT_FOUND, "/problems/not-found", "No such facility")
        }
        Failure::Refused(Refusal::UnknownListing { .. }) => {
            (S::NOT_FOUND, "/problems/not-found", "No such article")
        }
        Failure::Refused(Refusal::UnknownReservation) => {
            (S::NOT_FOUND, "/problems/not-found", "No such reservation")
        }
        Failure::Refused(Refusal::NoSuchLocation { .. }) => {
            (S::UNPROCESSABLE_ENTITY, "/problems/validation", "No such facility")
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
        Failure::UnsupportedMediaType => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "/problems/unsupported-media-type",
            "Unsupported media type",
        ),
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
        if let Failure::Refused(Refusal::NoSuchLocation { named }) = &self.failed.failure {
            errors.push(Detail {
                pointer: &named.said_at,
                detail: "must name a facility of this tenant",
            });
        }
        if self.failed.failure == Failure::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Failure::MethodNotAllowed(allow) = &self.failed.failure {
            response.insert_header((ALLOW, allow.as_str()));
        }
        let failure = &self.failed.failure;
        let answer = ProblemAnswer {
            kind,
            title,
            status: status.as_u16(),
            detail: if self.is_recovering { Some("recovering".into()) } else { detail(failure) },
            instance: &self.instance,
            oldest: self.oldest,
            errors,
            bounds: bound(failure, self.is_stream).map(|bound| [bound]),
            lsn: self.failed.at.map(|at| at.lsn),
        };
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
    use serde_json::{Value, json};
    use snapshots::Position;
    use workflow::id::Version;

    use super::*;
    use crate::failure::Fault;

    #[actix_web::test]
    async fn what_is_gone_says_where_to_begin() {
        let response = Problem::gone(Lsn(44_488), "/feed").error_response();
        assert_eq!(response.status(), StatusCode::GONE);
        let body = to_bytes(response.into_body()).await.unwrap();
        let expected = r#"{"type":"/problems/gone","title":"No longer kept","status":410,"instance":"/feed","oldest":44488}"#;
        assert_eq!(body, expected);
    }

    /// What is known of the case: its place in the journal, its faults, the bound that was met.
    #[actix_web::test]
    async fn a_problem_says_what_is_known_of_it() {
        let fault = |path: &str| Fault { path: path.into(), what: "must be https".into() };
        let faults = vec![fault("#/url"), fault("#/name")];
        let (asked, current) = (Version(7), Version(2));
        let at = Some(Position { timeline: 1, lsn: Lsn(88) });
        let stale =
            Failed { failure: Failure::Refused(Refusal::WrongVersion { asked, current }), at };
        for (problem, member, expected) in [
            (
                Problem::invalid(Failure::Malformed(faults), "/x"),
                "detail",
                json!("2 fields are invalid"),
            ),
            (
                Problem::of(Failure::malformed("from", "is bad"), "/x"),
                "detail",
                json!("1 field is invalid"),
            ),
            (Problem::of(Failure::malformed("", "no JSON"), "/x"), "detail", json!("no JSON")),
            (
                Problem::of(stale.clone(), "/x"),
                "detail",
                json!("it is at version 2, version 7 was sent"),
            ),
            (Problem::of(stale, "/x"), "lsn", json!(88)),
            (Problem::of(Failure::NotFound, "/x"), "lsn", Value::Null),
            (Problem::of(Failure::NotFound, "/x"), "violated-policies", Value::Null),
            (Problem::of(Failure::TooMany, "/x"), "violated-policies", json!(["default"])),
            (Problem::too_many_streams("/feed"), "violated-policies", json!(["streams"])),
            (Problem::of(Failure::Overloaded, "/x"), "violated-policies", json!(["permits"])),
            (Problem::of(Failure::NoRoom, "/x"), "violated-policies", json!(["disk"])),
            (Problem::of(Failure::Stopping, "/x"), "violated-policies", json!(["service"])),
        ] {
            let body = to_bytes(problem.error_response().into_body()).await.unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body[member], expected, "{body}");
        }
    }
}
