//! Paths and methods that no route takes, in the words of the door that the path belongs to.

use actix_web::{HttpRequest, ResponseError};

use smol_str::SmolStr;

use super::deliveries;
use super::problem::Problem;
use super::promises;
use crate::failure::Failure;

/// Nothing is at this path.
pub(super) async fn nothing(head: HttpRequest) -> Result<String, actix_web::Error> {
    Err(into_error(head.path(), Failure::NotFound))
}

/// Something is at this path, but it takes only these methods.
pub(super) fn wrong_method(path: &str, allow: SmolStr) -> actix_web::Error {
    into_error(path, Failure::MethodNotAllowed(allow))
}

/// The failure in the shape of the door that the path's prefix belongs to.
pub(super) fn error(path: &str, failure: Failure) -> Box<dyn ResponseError> {
    match door(path) {
        Door::Deliveries => Box::new(deliveries::errors::Error::from(failure)),
        Door::Promises => Box::new(promises::errors::Error::from(failure)),
        Door::None => Box::new(Problem::of(failure, path)),
    }
}

fn into_error(path: &str, failure: Failure) -> actix_web::Error {
    match door(path) {
        Door::Deliveries => deliveries::errors::Error::from(failure).into(),
        Door::Promises => promises::errors::Error::from(failure).into(),
        Door::None => Problem::of(failure, path).into(),
    }
}

/// Which door answers a path.
enum Door {
    Deliveries,
    Promises,
    None,
}

/// What paths of the workflow server's door start with.
const DELIVERIES: [&str; 7] = [
    "/deliveries",
    "/delivery_items",
    "/picklist",
    "/router",
    "/shared",
    "/api/deliveries",
    "/api/delivery_items",
];

fn door(path: &str) -> Door {
    if DELIVERIES.iter().any(|prefix| path.starts_with(prefix)) {
        Door::Deliveries
    } else if path.starts_with("/api/") {
        Door::Promises
    } else {
        Door::None
    }
}
