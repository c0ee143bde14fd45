//! The handlers of this door: parse, admit, ask, answer.

pub(crate) mod orders;
pub(crate) mod picking;
pub(crate) mod routing;
pub(crate) mod shared;

use actix_web::HttpResponse;
use workflow::command::{OrderName, Query};
use workflow::id::OrderId;
use workflow::refusal::Refusal;

use super::answers::order::id_of;
use super::bodies;
use super::errors::Error;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::visit::Visit;

/// What a handler comes to.
pub(crate) type Handled = Result<HttpResponse, Error>;

/// An order as a path names it: by its id, or by its number. What is neither names none.
pub(crate) fn order_name(text: &str) -> Result<OrderName, Failure> {
    bodies::picking::order_name(text).ok_or(Failure::Refused(Refusal::UnknownOrder))
}

/// The order's id; one that is named by its number is looked up, with a permit of its own.
pub(crate) async fn order_id(app: &App, visit: &Visit, text: &str) -> Result<OrderId, Error> {
    let number = match order_name(text)? {
        OrderName::Id(id) => return Ok(id),
        name @ OrderName::Number(_) => name,
    };
    Ok(id_of(&visit.look_first(app, Query::Delivery(number)).await?))
}
