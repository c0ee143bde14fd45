//! How paths and bodies name an order, at every door alike: by its uuid, or by its number.

use workflow::command::{OrderName, Query};
use workflow::id::OrderId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;

use super::visit::Visit;
use crate::ask::App;
use crate::failure::{Failed, Failure};
use crate::limits::NUMBER_MAX;

/// The name that a text is, if it is one.
pub(crate) fn order_name(text: &str) -> Option<OrderName> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        let number = text.parse().ok().filter(|number| (1..=NUMBER_MAX).contains(number));
        return number.map(OrderName::Number);
    }
    OrderId::parse(text).map(OrderName::Id)
}

/// The order that a path names.
///
/// # Errors
///
/// What is no name at all names an order that nobody knows.
pub(crate) fn order_named(text: &str) -> Result<OrderName, Failure> {
    order_name(text).ok_or(Failure::Refused(Refusal::UnknownOrder))
}

/// The id of the order that a path names. One that is named by its number is looked up, with a
/// permit of its own: it never changes its number, so it may be looked up before.
///
/// # Errors
///
/// Nobody knows the order, or the look was not let in.
pub(crate) async fn order_id(app: &App, visit: &Visit, text: &str) -> Result<OrderId, Failed> {
    id_of(app, visit, order_named(text)?).await
}

/// The same, of an order whose name was read.
///
/// # Errors
///
/// As [`order_id`].
pub(crate) async fn id_of(app: &App, visit: &Visit, name: OrderName) -> Result<OrderId, Failed> {
    let name = match name {
        OrderName::Id(id) => return Ok(id),
        name @ OrderName::Number(_) => name,
    };
    let Outcome::Order(order) = visit.look_first(app, Query::Order(name)).await? else {
        unreachable!("a look at an order is answered with an order")
    };
    Ok(order.id)
}
