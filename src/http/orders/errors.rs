//! Every answer of this door that is not a result: problem+json in the vendor's form. Clients
//! match on these rows: this file is a contract.
//!
//! A refusal that this door has no words of its own for is answered by its class.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use workflow::refusal::{Class, Refusal};

use super::call::Call;
use crate::ask::App;
use crate::failure::{Failed, Failure, Fault};
use crate::http::promises::answers::{At, Shown};
use crate::http::reply;
use crate::limits::FAULTS_MAX;

/// Why a request of this door has no result.
#[derive(Debug)]
pub(crate) enum Cause {
    /// As at any door.
    Failed(Failed),
    /// The idempotency key is not there.
    KeyMissing,
    /// The idempotency key is no UUID.
    KeyNoUuid,
}

/// A failure in this door's words.
#[derive(Debug)]
pub(crate) struct Error {
    cause: Cause,
    call: Call,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemAnswer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    instance: &'a str,
    errors: Vec<String>,
    correlation_id: &'a str,
    timestamp: At,
    service: &'static str,
}

/// Status, type and title.
type Row = (StatusCode, &'static str, &'static str);

const CONFLICT: Row = (StatusCode::CONFLICT, "/problems/conflict", "Conflict");
const NOT_FOUND: Row = (StatusCode::NOT_FOUND, "/problems/not-found", "Not Found");
const INVALID: Row = (StatusCode::BAD_REQUEST, "/problems/validation", "Validation Failed");

impl Error {
    pub(crate) fn of(cause: Cause, call: Call) -> Error {
        Error { cause, call }
    }

    /// A failure before or beside any handler.
    pub(crate) fn outside(head: &HttpRequest, failure: Failure) -> Error {
        let app = head.app_data::<Data<App>>().expect("every server has an app");
        Error { cause: failure.into(), call: Call::of(app, head) }
    }

    fn row(&self) -> Row {
        const MISSING: &str = "/problems/idempotency-key-missing";
        match &self.cause {
            Cause::Failed(failed) => row(&failed.failure),
            Cause::KeyMissing => (StatusCode::BAD_REQUEST, MISSING, "Idempotency Key Missing"),
            Cause::KeyNoUuid => INVALID,
        }
    }

    /// What is wrong, one sentence for each thing.
    fn sentences(&self) -> Vec<String> {
        match &self.cause {
            Cause::Failed(Failed { failure: Failure::Malformed(faults), .. }) => {
                faults.iter().take(FAULTS_MAX).map(Fault::to_string).collect()
            }
            Cause::Failed(failed) => vec![text(&failed.failure)],
            Cause::KeyMissing => vec!["Idempotency-Key: is required".into()],
            Cause::KeyNoUuid => vec!["Idempotency-Key: must be a UUID".into()],
        }
    }
}

fn row(failure: &Failure) -> Row {
    use StatusCode as S;
    const BUSY: &str = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
    const QUOTA: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";
    const LARGE: &str = "/problems/too-large";
    const READ: &str = "/problems/malformed";
    match failure {
        Failure::Malformed(faults) if faults.iter().all(|fault| !fault.path.is_empty()) => INVALID,
        Failure::Malformed(_) => (S::BAD_REQUEST, READ, "Malformed Request"),
        Failure::Refused(refusal) => refused(refusal),
        Failure::KeyReused => {
            (S::UNPROCESSABLE_ENTITY, "/problems/idempotency-key-reused", "Idempotency Key Reused")
        }
        Failure::KeyBusy => {
            (S::CONFLICT, "/problems/idempotency-in-progress", "Request In Progress")
        }
        Failure::NoRoom => (S::SERVICE_UNAVAILABLE, BUSY, "No Room"),
        Failure::Overloaded => (S::SERVICE_UNAVAILABLE, BUSY, "Service Unavailable"),
        Failure::Stopping => (S::SERVICE_UNAVAILABLE, BUSY, "Not In Service"),
        Failure::TooMany => (S::TOO_MANY_REQUESTS, QUOTA, "Too Many Requests"),
        Failure::OutcomeUnknown => {
            (S::GATEWAY_TIMEOUT, "/problems/outcome-unknown", "Outcome Unknown")
        }
        Failure::Unauthorized => (S::UNAUTHORIZED, "/problems/unauthorized", "Unauthorized"),
        Failure::Forbidden => (S::FORBIDDEN, "/problems/forbidden", "Forbidden"),
        Failure::NotFound => NOT_FOUND,
        Failure::MethodNotAllowed(_) => {
            (S::METHOD_NOT_ALLOWED, "/problems/method-not-allowed", "Method Not Allowed")
        }
        Failure::UnsupportedMediaType => {
            let kind = "/problems/unsupported-media-type";
            (S::UNSUPPORTED_MEDIA_TYPE, kind, "Unsupported Media Type")
        }
        Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, LARGE, "Body Too Large"),
        Failure::UriTooLong => (S::URI_TOO_LONG, LARGE, "Address Too Long"),
        Failure::HeadTooLarge => (S::REQUEST_HEADER_FIELDS_TOO_LARGE, LARGE, "Header Too Large"),
        Failure::SlowBody => (S::REQUEST_TIMEOUT, READ, "Body Too Slow"),
        Failure::NotAcceptable => (S::NOT_ACCEPTABLE, READ, "Not Acceptable"),
        Failure::Broken(_) => (S::INTERNAL_SERVER_ERROR, "about:blank", "Internal Error"),
    }
}

fn refused(refusal: &Refusal) -> Row {
    if let Refusal::WrongVersion { .. } = refusal {
        let kind = "/problems/precondition-failed";
        return (StatusCode::PRECONDITION_FAILED, kind, "Precondition Failed");
    }
    match refusal.class() {
        Class::Absent => NOT_FOUND,
        Class::Invalid => INVALID,
        Class::Conflict => CONFLICT,
        Class::TooMuch => row(&Failure::TooMany),
    }
}

fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownOrder => "there is no order with this id".into(),
        Refusal::PromiseExpired { until } => format!("the order expired at {until}"),
        Refusal::WrongVersion { asked, current } => {
            format!("the order is at version {current}, version {asked} was sent")
        }
        Refusal::NotNow { stage, command, .. } => {
            let what = if *command == "AddLines" { "takes no lines" } else { "cannot do this" };
            format!("an order that is {} {what}", stage_word(stage))
        }
        Refusal::TooMuchAtOnce => "this touches too many reservations for one step".into(),
        Refusal::TooManyLines { limit } => {
            format!("lineItems: an order has at most {limit} line items")
        }
        other => other.words(),
    }
}

/// The core's name of a stage, as this door calls it.
fn stage_word(stage: &'static str) -> &'static str {
    match stage {
        "Received" | "Promised" => "PENDING",
        "Confirmed" => "CONFIRMED",
        "Waiting" => "BACKORDERED",
        "Unroutable" => "REJECTED",
        "Picking" | "Staged" => "IN_PROGRESS",
        "Shipped" => "SHIPPED",
        "Delivered" => "DELIVERED",
        "Cancelled" => "CANCELLED",
        "Expired" => "EXPIRED",
        other => other,
    }
}

fn text(failure: &Failure) -> String {
    match failure {
        Failure::Malformed(_) => "the request is malformed".into(), // has sentences of its own
        Failure::Refused(refusal) => refusal_text(refusal),
        Failure::KeyReused => "the key was used for another request".into(),
        Failure::KeyBusy => "the first request with this key is not done yet".into(),
        Failure::NoRoom => "the disk has no room; nothing was changed".into(),
        Failure::Overloaded => "the server has too much to do; nothing was done".into(),
        Failure::TooMany => "the caller is over its limit; nothing was done".into(),
        Failure::Stopping => "the server is starting or stopping; nothing was done".into(),
        Failure::OutcomeUnknown => {
            "the answer did not come in time and it may have happened; the same key settles it"
                .into()
        }
        Failure::Unauthorized => {
            "a good bearer token in Authorization and a good key in x-api-key are needed, each once"
                .into()
        }
        Failure::Forbidden => "the credential does not permit this".into(),
        Failure::NotFound => "there is nothing at this path".into(),
        Failure::MethodNotAllowed(allow) => format!("this path takes {allow}"),
        Failure::UnsupportedMediaType => "the body must be plain application/json".into(),
        Failure::TooLarge => "the body is longer than 64 KiB".into(),
        Failure::UriTooLong => "path and query are longer than 8 KiB".into(),
        Failure::HeadTooLarge => "a header is longer than 8 KiB".into(),
        Failure::SlowBody => "the body did not come within 10 s".into(),
        Failure::NotAcceptable => "only application/json is spoken here".into(),
        Failure::Broken(id) => format!("request {id}"),
    }
}

/// What is wrong in one sentence.
fn detail(kind: &str, sentences: &[String]) -> String {
    match sentences {
        [one] if kind != INVALID.1 => one.clone(),
        [_] => "1 field is invalid".into(),
        all if all.len() == FAULTS_MAX => format!("{FAULTS_MAX} fields or more are invalid"),
        all => format!("{} fields are invalid", all.len()),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.row().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, kind, title) = self.row();
        let mut response = HttpResponse::build(status);
        if let Cause::Failed(failed) = &self.cause {
            reply::failure_headers(&mut response, failed);
            if failed.failure == Failure::Unauthorized {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"));
            }
            if let Failure::MethodNotAllowed(allow) = &failed.failure {
                response.insert_header((ALLOW, allow.as_str()));
            }
        }
        let errors = self.sentences();
        let answer = ProblemAnswer {
            kind,
            title,
            status: status.as_u16(),
            detail: detail(kind, &errors),
            instance: &self.call.instance,
            errors,
            correlation_id: &self.call.name,
            timestamp: Shown(self.call.at),
            service: "customer-api",
        };
        let body = serde_json::to_string(&answer).expect("a problem can be written");
        response.insert_header((CONTENT_TYPE, "application/problem+json")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.row().2)
    }
}

impl From<Failed> for Cause {
    fn from(failed: Failed) -> Cause {
        Cause::Failed(failed)
    }
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Cause {
        Cause::Failed(failure.into())
    }
}
