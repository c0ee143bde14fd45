//! Every answer of this door that is not a result. Clients match on these rows: this file is a
//! contract.
//!
//! The shape is an array with one entry per thing that is wrong.
//!
//! A refusal that this door has no words of its own for is answered by its class.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use workflow::id::Version;
use workflow::refusal::{Class, Refusal};

use super::answers::configuration::duration;
use crate::failure::{Failed, Failure};
use crate::http::reply;
use crate::limits::FAULTS_MAX;

/// A failure in this door's words.
#[derive(Debug)]
pub(crate) struct Error {
    failed: Failed,
    /// What stands before the path of a row that was refused, if the rows are not the body's own.
    rows_in: &'static str,
}

/// One entry of the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    summary: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_version: Option<u64>,
}

/// The status of a failure, and its name.
fn row(failure: &Failure) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match failure {
        Failure::Malformed(_) => (S::BAD_REQUEST, "malformed request"),
        Failure::Refused(refusal) => refused(refusal),
        Failure::KeyReused => (S::UNPROCESSABLE_ENTITY, "idempotency key reused"),
        Failure::KeyBusy => (S::CONFLICT, "request still running"),
        Failure::NoRoom => (S::SERVICE_UNAVAILABLE, "no room"),
        Failure::Overloaded => (S::SERVICE_UNAVAILABLE, "overloaded"),
        Failure::TooMany => (S::TOO_MANY_REQUESTS, "too many requests"),
        Failure::Stopping => (S::SERVICE_UNAVAILABLE, "not in service"),
        Failure::OutcomeUnknown => (S::GATEWAY_TIMEOUT, "outcome unknown"),
        Failure::Unauthorized => (S::UNAUTHORIZED, "unauthorized"),
        Failure::Forbidden => (S::FORBIDDEN, "forbidden"),
        Failure::NotFound => (S::NOT_FOUND, "not found"),
        Failure::MethodNotAllowed(_) => (S::METHOD_NOT_ALLOWED, "method not allowed"),
        Failure::UnsupportedMediaType => (S::UNSUPPORTED_MEDIA_TYPE, "unsupported media type"),
        Failure::TooLarge => (S::PAYLOAD_TOO_LARGE, "body too large"),
        Failure::UriTooLong => (S::URI_TOO_LONG, "address too long"),
        Failure::HeadTooLarge => (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "header too large"),
        Failure::SlowBody => (S::REQUEST_TIMEOUT, "body too slow"),
        Failure::NotAcceptable => (S::NOT_ACCEPTABLE, "not acceptable"),
        Failure::Broken(_) => (S::INTERNAL_SERVER_ERROR, "internal error"),
    }
}

fn refused(refusal: &Refusal) -> (StatusCode, &'static str) {
    use StatusCode as S;
    match refusal {
        Refusal::InRow { why, .. } => refused(why),
        Refusal::UnknownAnchor => (S::BAD_REQUEST, "malformed request"),
        Refusal::UnknownOrder => (S::NOT_FOUND, "order not found"),
        Refusal::UnknownLocation => (S::NOT_FOUND, "facility not found"),
        Refusal::UnknownStock { .. } => (S::NOT_FOUND, "stock not found"),
        Refusal::UnknownListing { .. } => (S::NOT_FOUND, "listing not found"),
        Refusal::UnknownReservation => (S::NOT_FOUND, "reservation not found"),
        Refusal::UnknownSafetyStock => (S::NOT_FOUND, "safety stock not found"),
        Refusal::NoSuchLocation { .. } => (S::BAD_REQUEST, "no such facility"),
        Refusal::DeadlineOutOfRange { .. } => (S::BAD_REQUEST, "validUntil out of range"),
        Refusal::DurationOutOfRange { .. } => (S::BAD_REQUEST, "malformed request"),
        Refusal::PromiseExpired { .. } => (S::NOT_FOUND, "promise expired"),
        Refusal::WrongVersion { .. } => (S::CONFLICT, "version conflict"),
        Refusal::LinesUnassigned { .. } => (S::CONFLICT, "lines without stock"),
        Refusal::NotNow { .. } => (S::CONFLICT, "wrong stage"),
        Refusal::OutOfStock { .. } => (S::CONFLICT, "out of stock"),
        Refusal::ReferenceInUse { .. } => (S::CONFLICT, "tenantFacilityId in use"),
        Refusal::LocationInUse { .. } => (S::CONFLICT, "facility in use"),
        Refusal::TooFewPieces { .. } => (S::CONFLICT, "too few pieces"),
        Refusal::TooManyLots { .. } => (S::BAD_REQUEST, "too many stocks"),
        Refusal::TooMuchAtOnce => (S::BAD_REQUEST, "too much at once"),
        Refusal::UnknownSubscription => (S::NOT_FOUND, "subscription not found"),
        Refusal::TooManySubscriptions { .. } => (S::BAD_REQUEST, "too many subscriptions"),
        Refusal::TooManyOpenPromises { .. } => (S::TOO_MANY_REQUESTS, "too many open promises"),
        Refusal::DuplicateOrder { .. } => (S::CONFLICT, "order exists"),
        Refusal::CriticalShort { .. } | Refusal::NothingLeft => (S::CONFLICT, "out of stock"),
        Refusal::TooManyLines { .. } => (S::BAD_REQUEST, "too many lines"),
        Refusal::LotOfAnother { .. } => (S::CONFLICT, "tenantStockId in use"),
        other => match other.class() {
            Class::Absent => (S::NOT_FOUND, "not found"),
            Class::Invalid => (S::BAD_REQUEST, "malformed request"),
            Class::Conflict => (S::CONFLICT, "wrong stage"),
            Class::TooMuch => (S::TOO_MANY_REQUESTS, "too many requests"),
        },
    }
}

fn entries(failure: &Failure, rows_in: &str) -> Vec<Entry> {
    let (_, summary) = row(failure);
    let entry =
        |description: String| Entry { summary, description, version: None, request_version: None };
    if let Failure::Malformed(faults) = failure {
        return faults.iter().take(FAULTS_MAX).map(|fault| entry(fault.to_string())).collect();
    }
    if let Failure::Refused(Refusal::OutOfStock { short }) = failure {
        let short = short.iter().take(FAULTS_MAX).map(|(line, units)| {
            entry(format!("orderLineItems[{line}]: {units} pieces have no stock"))
        });
        return short.collect();
    }
    if let Failure::Refused(refusal) = failure {
        let (version, request_version) = versions(refusal);
        let is_of_row =
            matches!(refusal, Refusal::InRow { .. } | Refusal::UnknownStock { row: Some(_) });
        let before = if is_of_row { rows_in } else { "" };
        let text = format!("{before}{}", refusal_text(refusal));
        return vec![Entry { version, request_version, ..entry(text) }];
    }
    vec![entry(text(failure))]
}

/// The entity's version, and the one that was sent.
fn versions(refusal: &Refusal) -> (Option<u64>, Option<u64>) {
    let version = |version: &Version| Some(version.0);
    match refusal {
        Refusal::InRow { why, .. } => versions(why),
        Refusal::WrongVersion { asked, current } => (version(current), version(asked)),
        Refusal::LinesUnassigned { version: current }
        | Refusal::NotNow { version: current, .. }
        | Refusal::LocationInUse { version: current } => (version(current), None),
        _ => (None, None),
    }
}

/// What a refusal says to people, after the path of what it is about.
pub(super) fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::InRow { row, why } => match &**why {
            Refusal::LotOfAnother { .. } => format!("stocks[{row}].{}", refusal_text(why)),
            Refusal::WrongVersion { .. } => format!("stocks[{row}].version: {}", refusal_text(why)),
            why => format!("stocks[{row}]: {}", refusal_text(why)),
        },
        Refusal::UnknownAnchor => "startAfterId: there is no facility with this id".into(),
        Refusal::UnknownOrder => "there is no order with this id".into(),
        Refusal::UnknownLocation => "there is no facility with this id".into(),
        Refusal::UnknownStock { row: None } => "there is no stock with this id".into(),
        Refusal::UnknownStock { row: Some(row) } => {
            format!("stocks[{row}].id: there is no such stock")
        }
        Refusal::UnknownListing { row: None } => "this article is not listed there".into(),
        Refusal::UnknownListing { row: Some(row) } => {
            format!("listings[{row}].tenantArticleId: is not listed there")
        }
        Refusal::UnknownReservation => "there is no reservation with this id".into(),
        Refusal::UnknownSafetyStock => "there is no safety stock with this id".into(),
        Refusal::NoSuchLocation { named } => {
            let what = "is not there, or not the one named beside it";
            format!("{}: facility `{named}` {what}", named.said_at)
        }
        Refusal::DeadlineOutOfRange { earliest, latest } => {
            format!("promisesOptions.validUntil: must be from {earliest} to {latest}")
        }
        Refusal::DurationOutOfRange { shortest, longest } => {
            let (shortest, longest) = (duration(*shortest), duration(*longest));
            format!("invalidAfterTime: must be from {shortest} to {longest}")
        }
        Refusal::PromiseExpired { until } => format!("the promise was good until {until}"),
        Refusal::WrongVersion { asked, current } => {
            format!("it is at version {current}, version {asked} was sent")
        }
        Refusal::LinesUnassigned { .. } => "the promise has lines that nothing can fulfil".into(),
        Refusal::NotNow { stage, command, .. } => {
            format!("{} is not for an order that is {}", action_name(command), status_name(stage))
        }
        Refusal::ReferenceInUse { reference } => {
            format!("another facility has tenantFacilityId `{reference}`")
        }
        Refusal::LocationInUse { .. } => "the facility holds stock or reservations".into(),
        Refusal::TooFewPieces { value, free } => format!(
            "the stock has {value} pieces, {free} of them free, and a reservation moves whole"
        ),
        Refusal::TooManyLots { limit } => {
            format!("an article has at most {limit} stocks at one facility")
        }
        Refusal::TooMuchAtOnce => "this is more than one step may change".into(),
        Refusal::DuplicateOrder { number } => {
            format!("order {number} has this name within its shop")
        }
        Refusal::OutOfStock { .. } => "not enough stock".into(), // one entry per line instead
        Refusal::CriticalShort { .. } | Refusal::NothingLeft => "not enough stock".into(),
        Refusal::UnknownSubscription => "there is no subscription with this id".into(),
        Refusal::TooManySubscriptions { limit } => {
            format!(
                "there are {limit} subscriptions to this event, or in all, the most there may be"
            )
        }
        Refusal::TooManyOpenPromises { limit } => {
            format!("the caller has {limit} open promises, the most that anybody may have")
        }
        Refusal::TooManyLines { limit } => format!("an order has at most {limit} lines"),
        Refusal::LotOfAnother { reference, article } => {
            format!("tenantStockId: `{reference}` is a stock of article `{article}` there")
        }
        other => other.words(),
    }
}

/// The core's name of a command, as this door calls it.
fn action_name(command: &'static str) -> &'static str {
    match command {
        "Confirm" => "CONFIRM_PROMISE",
        "Extend" => "EXTEND_PROMISE",
        "Cancel" => "CANCEL",
        "Replace" => "Certus-Replaces",
        other => other,
    }
}

/// The core's name of a stage, as this door calls it.
fn status_name(stage: &'static str) -> &'static str {
    match stage {
        "Promised" => "PROMISED",
        "Confirmed" | "Waiting" | "Unroutable" => "OPEN",
        "Cancelled" => "CANCELLED",
        "Expired" => "OBSOLETE",
        "Delivered" => "FINISHED",
        "Received" => "OPEN",
        other => other,
    }
}

fn text(failure: &Failure) -> String {
    match failure {
        Failure::Malformed(_) | Failure::Refused(_) => String::new(), // have entries of their own
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
        Failure::Unauthorized => "a good credential is needed, once, in Authorization".into(),
        Failure::Forbidden => "the credential does not permit this".into(),
        Failure::NotFound => "there is nothing at this path".into(),
        Failure::MethodNotAllowed(allow) => format!("this path takes {allow}"),
        Failure::UnsupportedMediaType => "the body must be plain application/json".into(),
        Failure::TooLarge => "the body is longer than 1 MiB".into(),
        Failure::UriTooLong => "path and query are longer than 8 KiB".into(),
        Failure::HeadTooLarge => "a header is longer than 8 KiB".into(),
        Failure::SlowBody => "the body did not come within 10 s".into(),
        Failure::NotAcceptable => "only application/json is spoken here".into(),
        Failure::Broken(id) => format!("request {id}"),
    }
}

impl Error {
    /// The same, about rows that stand there in the body: a path with the dot behind it.
    pub(super) fn with_rows_in(self, rows_in: &'static str) -> Error {
        Error { rows_in, ..self }
    }

    /// The status, and the body's text.
    pub(crate) fn told(&self) -> (u16, String) {
        let failure = &self.failed.failure;
        (row(failure).0.as_u16(), reply::json(&entries(failure, self.rows_in)))
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        row(&self.failed.failure).0
    }

    fn error_response(&self) -> HttpResponse {
        let failure = &self.failed.failure;
        let (_, body) = self.told();
        let mut response = HttpResponse::build(self.status_code());
        reply::failure_headers(&mut response, &self.failed);
        if *failure == Failure::Unauthorized {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Failure::MethodNotAllowed(allow) = failure {
            response.insert_header((ALLOW, allow.as_str()));
        }
        response.insert_header((CONTENT_TYPE, "application/json")).body(body)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(row(&self.failed.failure).1)
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Error {
        Error { failed, rows_in: "" }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Failed::from(failure).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Fault;

    #[test]
    fn a_stale_version_names_both() {
        let refusal = Refusal::WrongVersion { asked: Version(1), current: Version(2) };
        let failure = Failure::Refused(refusal);
        assert_eq!(row(&failure).0, StatusCode::CONFLICT);
        assert_eq!(
            serde_json::to_string(&entries(&failure, "")).unwrap(),
            r#"[{"summary":"version conflict","description":"it is at version 2, version 1 was sent","version":2,"requestVersion":1}]"#
        );
    }

    #[test]
    fn a_wrong_stage_is_said_in_this_doors_words() {
        let refusal =
            Refusal::NotNow { stage: "Cancelled", command: "Confirm", version: Version(2) };
        let said = "CONFIRM_PROMISE is not for an order that is CANCELLED";
        assert_eq!(refusal_text(&refusal), said);
    }

    #[test]
    fn at_most_twenty_faults_are_named() {
        let fault = Fault { path: "a".into(), what: "is required".into() };
        let failure = Failure::Malformed(vec![fault; 30]);
        let entries = entries(&failure, "");
        assert_eq!(entries.len(), 20);
        assert_eq!(entries[0].description, "a: is required");
    }
}
