//! Every answer of this door that is not a result. Clients match on these rows: this file is a
//! contract.
//!
//! A refusal that this door has no words of its own for is answered by its class.

use std::collections::BTreeMap;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use workflow::refusal::{Class, Refusal};

use crate::failure::{Failed, Failure, Fault};
use crate::http::json::NO_JSON;
use crate::http::reply;

/// A failure in this door's words.
#[derive(Debug)]
pub(crate) struct Error(Failed);

#[derive(Serialize)]
struct Answer<'a> {
    success: bool,
    error: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<&'a str, Vec<&'a str>>,
}

/// The status of a failure, and its text.
fn row(failure: &Failure) -> (StatusCode, String) {
    use StatusCode as S;
    let said = |status: StatusCode, text: &str| (status, text.to_owned());
    match failure {
        Failure::Malformed(faults) => malformed(faults),
        Failure::Refused(refusal) => refused(refusal),
        Failure::KeyReused => {
            said(S::UNPROCESSABLE_ENTITY, "the idempotency key was used for another request")
        }
        Failure::KeyBusy => said(S::CONFLICT, "the first request with this key is not done yet"),
        Failure::NoRoom => {
            said(S::SERVICE_UNAVAILABLE, "the disk has no room; nothing was changed")
        }
        Failure::Overloaded => {
            said(S::SERVICE_UNAVAILABLE, "the server has too much to do; nothing was done")
        }
        Failure::TooMany => {
            said(S::TOO_MANY_REQUESTS, "the caller is over its limit; nothing was done")
        }
        Failure::Stopping => {
            said(S::SERVICE_UNAVAILABLE, "the server is starting or stopping; nothing was done")
        }
        Failure::OutcomeUnknown => said(
            S::GATEWAY_TIMEOUT,
            "the answer did not come in time and it may have happened; the same key settles it",
        ),
        Failure::Unauthorized => said(S::UNAUTHORIZED, "Unauthorized"),
        Failure::Forbidden => said(S::FORBIDDEN, "Forbidden: the credential does not permit this"),
        Failure::NotFound => said(S::NOT_FOUND, "there is nothing at this path"),
        Failure::MethodNotAllowed(allow) => {
            (S::METHOD_NOT_ALLOWED, format!("this path takes {allow}"))
        }
        Failure::UnsupportedMediaType => {
            said(S::UNSUPPORTED_MEDIA_TYPE, "the body must be plain application/json")
        }
        Failure::TooLarge => said(S::PAYLOAD_TOO_LARGE, "the body is longer than 64 KiB"),
        Failure::UriTooLong => said(S::URI_TOO_LONG, "path and query are longer than 8 KiB"),
        Failure::HeadTooLarge => {
            said(S::REQUEST_HEADER_FIELDS_TOO_LARGE, "a header is longer than 8 KiB")
        }
        Failure::SlowBody => said(S::REQUEST_TIMEOUT, "the body did not come within 10 s"),
        Failure::NotAcceptable => said(S::NOT_ACCEPTABLE, "only application/json is spoken here"),
        Failure::Broken(id) => (S::INTERNAL_SERVER_ERROR, format!("request {id}")),
    }
}

/// What cannot be read is 400; what can be read and breaks a rule of a field is 422.
fn malformed(faults: &[Fault]) -> (StatusCode, String) {
    let is_unread = |fault: &Fault| {
        matches!(fault.path.as_str(), "" | "Idempotency-Key" | "If-Match")
            || fault.what == "comes twice"
            || fault.what.starts_with(NO_JSON)
    };
    let status = match faults.iter().any(is_unread) {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, faults.first().map(fault_text).unwrap_or_default())
}

fn fault_text(fault: &Fault) -> String {
    match fault.path.as_str() {
        "" => fault.what.clone(),
        path => format!("{path} {}", fault.what),
    }
}

fn refused(refusal: &Refusal) -> (StatusCode, String) {
    use StatusCode as S;
    let said = |status: StatusCode, text: &str| (status, text.to_owned());
    match refusal {
        Refusal::UnknownOrder => said(S::NOT_FOUND, "there is no such order"),
        Refusal::UnknownInvitation => said(S::NOT_FOUND, "there is no such invitation"),
        Refusal::ExternalIdTaken => {
            said(S::UNPROCESSABLE_ENTITY, "external_id has already been taken")
        }
        Refusal::ReminderTooSoon => said(
            S::UNPROCESSABLE_ENTITY,
            "invitation.reminder must be at least 24 hours after the invitation",
        ),
        Refusal::WrongCheckDigit { product } => {
            (S::UNPROCESSABLE_ENTITY, format!("products[{product}].gtin has a wrong check digit"))
        }
        Refusal::NothingUnsent { .. } => {
            said(S::UNPROCESSABLE_ENTITY, "no mail of the invitation is unsent")
        }
        Refusal::WrongVersion { asked, current } => (
            S::PRECONDITION_FAILED,
            format!("it is at version {current}, version {asked} was sent"),
        ),
        Refusal::MailNotDue => said(S::CONFLICT, "the mail is not to be sent now"),
        Refusal::NotNow { stage, .. } => {
            (S::CONFLICT, format!("this is not for an order that is {stage}"))
        }
        Refusal::PromiseExpired { until } => {
            (S::CONFLICT, format!("the promise was good until {until}"))
        }
        other => {
            let status = match other.class() {
                Class::Absent => S::NOT_FOUND,
                Class::Invalid => S::UNPROCESSABLE_ENTITY,
                Class::Conflict => S::CONFLICT,
                Class::TooMuch => S::TOO_MANY_REQUESTS,
            };
            (status, other.words())
        }
    }
}

/// What is wrong, field by field, for who wants to show it beside the field.
fn by_field(failure: &Failure) -> BTreeMap<&str, Vec<&str>> {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    if let Failure::Malformed(faults) = failure {
        for fault in faults.iter().filter(|fault| !fault.path.is_empty()) {
            fields.entry(&fault.path).or_default().push(&fault.what);
        }
    }
    if *failure == Failure::Refused(Refusal::ExternalIdTaken) {
        fields.insert("external_id", vec!["has already been taken"]);
    }
    if *failure == Failure::Refused(Refusal::ReminderTooSoon) {
        let what = "must be at least 24 hours after the invitation";
        fields.insert("invitation.reminder", vec![what]);
    }
    fields
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        row(&self.0.failure).0
    }

    fn error_response(&self) -> HttpResponse {
        let failure = &self.0.failure;
        let (status, error) = row(failure);
        let mut response = HttpResponse::build(status);
        reply::failure_headers(&mut response, &self.0);
        if *failure == Failure::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Failure::MethodNotAllowed(allow) = failure {
            response.insert_header((ALLOW, allow.as_str()));
        }
        let answer = Answer { success: false, error, errors: by_field(failure) };
        let body = serde_json::to_string(&answer).expect("an error can be written");
        response.insert_header((CONTENT_TYPE, "application/json")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&row(&self.0.failure).1)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Error {
        Error(failed)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error(failure.into())
    }
}
