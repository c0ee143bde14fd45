//! Every answer of this door that is not a result. Clients match on these rows: this file is a
//! contract.
//!
//! The shape is an object with one short reason, and sentences about what is wrong. The original
//! calls the reason `message` in some answers, so it is sent under both names.
//!
//! A refusal that this door has no words of its own for is answered by its class.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use workflow::refusal::{Class, Refusal};

use crate::failure::{Failed, Failure, Fault};
use crate::http::reply;
use crate::limits::FAULTS_MAX;

/// A failure in this door's words.
#[derive(Debug)]
pub(crate) struct Error {
    failed: Failed,
    kind: Kind,
}

/// What this door tells apart besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// As the failure says.
    Plain,
    /// The body was read, and its values are not good.
    Invalid,
    /// A scan means an item, or a delivery, and names none.
    Unselected,
}

#[derive(Serialize)]
struct Answer<'a> {
    status: &'static str,
    reason: &'static str,
    message: &'static str,
    code: &'static str,
    errors: Vec<Sentence<'a>>,
}

#[derive(Serialize)]
struct Sentence<'a> {
    field: &'a str,
    message: String,
}

/// The status of a failure, the reason and its code.
type Row = (StatusCode, &'static str, &'static str);

impl Error {
    /// A body that could be read, with values that are missing or not good.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Error {
        Error { failed: Failure::Malformed(faults).into(), kind: Kind::Invalid }
    }

    /// A scan that means an item, or a delivery, and names none.
    pub(crate) fn unselected() -> Error {
        Error { failed: Failure::Malformed(Vec::new()).into(), kind: Kind::Unselected }
    }

    fn row(&self) -> Row {
        match self.kind {
            Kind::Plain => row(&self.failed.failure),
            Kind::Invalid => INVALID,
            Kind::Unselected => UNSELECTED,
        }
    }
}

const INVALID: Row = (StatusCode::UNPROCESSABLE_ENTITY, "Invalid order.", "invalid_order");
const UNSELECTED: Row =
    (StatusCode::UNPROCESSABLE_ENTITY, "Please select a product first.", "nothing_selected");

fn row(failure: &Failure) -> Row {
    use StatusCode as S;
    match failure {
        Failure::Malformed(_) => (S::BAD_REQUEST, "Bad request.", "bad_request"),
        Failure::Refused(refusal) => refused(refusal),
        Failure::KeyReused => (S::UNPROCESSABLE_ENTITY, "Invalid order.", "key_reused"),
        Failure::KeyBusy => (S::CONFLICT, "Request in progress.", "key_busy"),
        Failure::NoRoom => (S::SERVICE_UNAVAILABLE, "Busy.", "no_room"),
        Failure::Overloaded => (S::SERVICE_UNAVAILABLE, "Busy.", "busy"),
        Failure::TooMany => (S::TOO_MANY_REQUESTS, "Too many requests.", "too_many_requests"),
        Failure::Stopping => (S::SERVICE_UNAVAILABLE, "Busy.", "not_in_service"),
        Failure::OutcomeUnknown => (S::GATEWAY_TIMEOUT, "Outcome unknown.", "outcome_unknown"),
        Failure::Unauthorized => (S::UNAUTHORIZED, "Unauthorized", "unauthorized"),
        Failure::Forbidden => (S::FORBIDDEN, "Forbidden.", "forbidden"),
        Failure::NotFound => (S::NOT_FOUND, "Not found.", "not_found"),
        Failure::MethodNotAllowed(_) => {
            (S::METHOD_NOT_ALLOWED, "Method not allowed.", "method_not_allowed")
        }
        Failure::UnsupportedMediaType => {
            (S::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type.", "unsupported_media_type")
        }
        Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, "Body too large.", "body_too_large"),
        Failure::UriTooLong => (S::URI_TOO_LONG, "Address too long.", "address_too_long"),
        Failure::HeadTooLarge => {
            (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "Header too large.", "header_too_large")
        }
        Failure::SlowBody => (S::REQUEST_TIMEOUT, "Body too slow.", "body_too_slow"),
        Failure::NotAcceptable => (S::NOT_ACCEPTABLE, "Not acceptable.", "not_acceptable"),
        Failure::Broken(_) => (S::INTERNAL_SERVER_ERROR, "Internal error.", "internal_error"),
    }
}

fn refused(refusal: &Refusal) -> Row {
    use StatusCode as S;
    const NO: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    match refusal {
        Refusal::UnknownOrder => (S::NOT_FOUND, "Not found.", "unknown_order"),
        Refusal::NoSuchLocation { .. } => (NO, "Invalid order.", "unknown_store"),
        Refusal::PromiseExpired { .. } => (NO, "Order is closed.", "promise_expired"),
        Refusal::WrongVersion { .. } => {
            (S::PRECONDITION_FAILED, "Order has changed.", "wrong_version")
        }
        Refusal::LinesUnassigned { .. } | Refusal::OutOfStock { .. } => {
            (NO, "Out of stock.", "out_of_stock")
        }
        Refusal::TooMuchAtOnce => (NO, "Invalid order.", "too_much_at_once"),
        Refusal::TooManyOpenPromises { .. } => {
            (S::TOO_MANY_REQUESTS, "Too many requests.", "too_many_open_promises")
        }
        Refusal::DuplicateOrder { .. } => (NO, "Duplicated order.", "duplicated_order"),
        Refusal::AddressNotAllowed => (NO, "Shipping address not allowed.", "address_not_allowed"),
        Refusal::CriticalShort { .. } => {
            (NO, "Critical item out of stock.", "critical_item_out_of_stock")
        }
        Refusal::NothingLeft => (NO, "Nothing left to deliver.", "nothing_left"),
        Refusal::WrongItem => (NO, "You scanned the wrong item.", "wrong_item"),
        Refusal::NotInList => (NO, "The order is not in your list.", "not_in_list"),
        Refusal::AlreadyInList => (NO, "The order is already in that list.", "already_in_list"),
        Refusal::ListFull { .. } => (NO, "That list is full.", "list_full"),
        Refusal::NotPicked => (NO, "The order is not picked yet.", "not_picked"),
        Refusal::NotStaged { .. } => (NO, "The order is not staged.", "not_staged"),
        Refusal::NothingToSubstitute => (NO, "Nothing to substitute.", "nothing_to_substitute"),
        other => match other.class() {
            Class::Absent => (S::NOT_FOUND, "Not found.", "not_found"),
            Class::Invalid => (NO, "Invalid order.", "invalid_order"),
            Class::Conflict => (NO, "Not possible now.", "not_now"),
            Class::TooMuch => (S::TOO_MANY_REQUESTS, "Too many requests.", "too_many_requests"),
        },
    }
}

/// What is wrong, sentence by sentence.
fn sentences(failure: &Failure) -> Vec<Sentence<'_>> {
    let whole = |message: String| vec![Sentence { field: "", message }];
    match failure {
        Failure::Malformed(faults) => {
            let faults = faults.iter().take(FAULTS_MAX);
            faults.map(|it| Sentence { field: &it.path, message: it.what.clone() }).collect()
        }
        Failure::Refused(Refusal::NoSuchLocation { named }) => {
            vec![Sentence {
                field: &named.said_at,
                message: format!("there is no store `{named}`"),
            }]
        }
        Failure::Refused(refusal) => refusal_text(refusal).map_or_else(Vec::new, whole),
        Failure::KeyReused => whole("the key was used for another request".into()),
        Failure::MethodNotAllowed(allow) => whole(format!("this path takes {allow}")),
        Failure::Broken(id) => whole(format!("request {id}")),
        Failure::KeyBusy
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
        | Failure::NotAcceptable => Vec::new(),
    }
}

fn refusal_text(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::PromiseExpired { until } => Some(format!("the promise was good until {until}")),
        Refusal::WrongVersion { asked, current } => {
            Some(format!("the order is at version {current}, version {asked} was sent"))
        }
        Refusal::DuplicateOrder { number } => {
            Some(format!("order {number} has this number of this shop"))
        }
        Refusal::CriticalShort { short } | Refusal::OutOfStock { short } => {
            let lines = short.iter().take(FAULTS_MAX);
            let lines = lines.map(|(line, units)| format!("item {} is short of {units}", line + 1));
            Some(lines.collect::<Vec<_>>().join(", "))
        }
        Refusal::NotNow { stage, command, .. } => Some(format!(
            "{} is not for an order that is {}",
            command.to_lowercase(),
            stage.to_lowercase()
        )),
        Refusal::ListFull { limit } => Some(format!("a picker has at most {limit} orders")),
        Refusal::NotStaged { number } => {
            Some(format!("order {number} is not staged, or a driver has it"))
        }
        Refusal::TooManyLines { limit } => Some(format!("an order has at most {limit} items")),
        Refusal::TooMuchAtOnce => Some("this touches too many reservations for one step".into()),
        _ => None, // the reason says it all
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.row().0
    }

    fn error_response(&self) -> HttpResponse {
        let (status, reason, code) = self.row();
        let failure = &self.failed.failure;
        let mut response = HttpResponse::build(status);
        reply::failure_headers(&mut response, &self.failed);
        if *failure == Failure::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Failure::MethodNotAllowed(allow) = failure {
            response.insert_header((ALLOW, allow.as_str()));
        }
        let errors = sentences(failure);
        let answer = Answer { status: "nok", reason, message: reason, code, errors };
        let body = serde_json::to_string(&answer).expect("an answer of our own can be written");
        response.insert_header((CONTENT_TYPE, "application/json")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.row().1)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Error {
        Error { failed, kind: Kind::Plain }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error { failed: failure.into(), kind: Kind::Plain }
    }
}
