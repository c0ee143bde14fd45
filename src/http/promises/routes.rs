//! The handlers of this door: parse, admit, ask, answer.

mod asked;
pub(crate) mod configurations;
pub(crate) mod facilities;
pub(crate) mod listings;
pub(crate) mod orders;
pub(crate) mod promise;
pub(crate) mod query;
pub(crate) mod reservations;
pub(crate) mod safety_stocks;
pub(crate) mod status;
pub(crate) mod stocks;
pub(crate) mod subscriptions;

use actix_web::HttpResponse;

use super::errors::Error;

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;
