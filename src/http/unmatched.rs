//! Paths and methods that no route takes, in the words of the door that the path belongs to.

use actix_web::{HttpRequest, ResponseError};

use smol_str::SmolStr;

use super::problem::Problem;
use super::{invitations, promises};
use crate::failure::Failure;

/// What the paths of door 4 begin with.
const INVITATIONS: &str = "/api/v2/";

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
    if path.starts_with(INVITATIONS) {
        Box::new(invitations::errors::Error::from(failure))
    } else if path.starts_with("/api/") {
        Box::new(promises::errors::Error::from(failure))
    } else {
        Box::new(Problem::of(failure, path))
    }
}

fn into_error(path: &str, failure: Failure) -> actix_web::Error {
    if path.starts_with(INVITATIONS) {
        invitations::errors::Error::from(failure).into()
    } else if path.starts_with("/api/") {
        promises::errors::Error::from(failure).into()
    } else {
        Problem::of(failure, path).into()
    }
}
