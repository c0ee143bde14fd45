//! Paths and methods that no route takes, in the words of the door that the path belongs to.

use actix_web::{HttpRequest, ResponseError};

use smol_str::SmolStr;

use super::problem::Problem;
use super::{deliveries, invitations, orders, promises};
use crate::failure::Failure;

/// What the paths of door 4 are below.
const INVITATIONS: &str = "/api/v2";

/// Nothing is at this path.
pub(crate) async fn nothing(head: HttpRequest) -> Result<String, actix_web::Error> {
    Err(into_error(&head, Failure::NotFound))
}

/// Whatever is at this path, it is not served yet.
pub(crate) async fn not_yet(head: HttpRequest) -> Result<String, actix_web::Error> {
    Err(into_error(&head, Failure::Stopping))
}

/// Something is at this path, but it takes only these methods.
pub(super) fn wrong_method(head: &HttpRequest, allow: SmolStr) -> actix_web::Error {
    into_error(head, Failure::MethodNotAllowed(allow))
}

/// What the paths of the workflow server's door are, or are below.
const DELIVERIES: [&str; 7] = [
    "/deliveries",
    "/delivery_items",
    "/picklist",
    "/router",
    "/shared",
    "/api/deliveries",
    "/api/delivery_items",
];

/// Whether the path is this one, or one below it.
pub(super) fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The failure in the shape of the door that the path's prefix belongs to; the first that fits.
pub(super) fn error(head: &HttpRequest, failure: Failure) -> Box<dyn ResponseError> {
    let path = head.path();
    if is_below(path, "/orders") || is_below(path, "/customer") {
        Box::new(orders::errors::Error::outside(head, failure))
    } else if DELIVERIES.iter().any(|base| is_below(path, base)) {
        Box::new(deliveries::errors::Error::from(failure))
    } else if is_below(path, INVITATIONS) {
        Box::new(invitations::errors::Error::from(failure))
    } else if is_below(path, "/api") {
        Box::new(promises::errors::Error::from(failure))
    } else {
        Box::new(Problem::of(failure, path))
    }
}

fn into_error(head: &HttpRequest, failure: Failure) -> actix_web::Error {
    actix_web::Error::from(error(head, failure))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use actix_web::web::Data;

    use super::*;
    use crate::ask::{App, Behind};
    use crate::auth::Credentials;

    /// Also the bare prefix, from which a trailing slash was taken.
    #[actix_web::test]
    async fn nothing_is_told_in_the_shape_of_the_door_that_it_is_below() {
        for (path, begins) in [
            ("/api/v2", "{\"success\":false"),
            ("/api/v2/nothing", "{\"success\":false"),
            ("/api/v22", "[{\"summary\":"),
            ("/api", "[{\"summary\":"),
            ("/api/nothing", "[{\"summary\":"),
            ("/apis", "{\"type\":\"/problems/not-found\""),
            ("/nothing", "{\"type\":\"/problems/not-found\""),
        ] {
            let head = TestRequest::with_uri(path).to_http_request();
            let answer = error(&head, Failure::NotFound).error_response();
            let body = to_bytes(answer.into_body()).await.ok().unwrap_or_default();
            let said = String::from_utf8(body.to_vec()).unwrap();
            assert!(said.starts_with(begins), "{path}: {said}");
        }
    }

    /// What broke is in the log, under the name that the answer has.
    #[actix_web::test]
    async fn what_broke_is_told_to_nobody() {
        for path in ["/orders", "/deliveries", "/api/v2/orders", "/api/orders", "/feed"] {
            let app = App::of(Behind::Played(Arc::default()), Credentials::of([]));
            let head = TestRequest::with_uri(path).app_data(Data::new(app)).to_http_request();
            let answer = error(&head, Failure::Broken("7f0d2c1e-3".into())).error_response();
            assert_eq!(answer.status(), 500, "{path}");
            let body = to_bytes(answer.into_body()).await.ok().unwrap_or_default();
            let said = String::from_utf8(body.to_vec()).unwrap().to_lowercase();
            assert!(said.contains("7f0d2c1e-3"), "{path}: {said}");
            for detail in ["panic", ".rs", "sled", "journal", "thread", "caused by"] {
                assert!(!said.contains(detail), "{path}: {said}");
            }
        }
    }
}
