//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod orders;
pub(crate) mod promise;
pub(crate) mod query;

use actix_web::HttpResponse;

use super::errors::Error;

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;
