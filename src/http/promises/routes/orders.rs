//! `/api/orders`, and what may be done to one order.

use actix_web::web::Path;
use workflow::command::{Command, OrderFilter, Query};
use workflow::id::OrderId;
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use crate::admission::Lane;
use crate::failure::Failure;
use crate::http::promises::answers::order;
use crate::http::promises::bodies::{ActionBody, OrderBody};
use crate::limits::PAGE_ROWS_MAX;

/// Places an order, sold at once unless it wants to be a promise: 201.
pub(crate) async fn place(asked: Asked) -> Handled {
    asked
        .change(Lane::Start, |body| {
            let sent: OrderBody<'_> = body.decode()?;
            let keyed = body.keyed("orders.place", &sent);
            Ok((keyed, sent.into_order()?, order::placed))
        })
        .await
}

/// A page of orders: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(PAGE_ROWS_MAX, OrderId::parse);
            let filter = OrderFilter {
                reference: params.text("tenantOrderId"),
                consumer: params.text("consumerId"),
            };
            Ok((Query::Orders(filter, params.end(page)?), order::list))
        })
        .await
}

/// One order: 200.
pub(crate) async fn show(asked: Asked, id: Path<String>) -> Handled {
    asked
        .look(|params| {
            let id = order_id(&id)?;
            let certus = params.flag("certus")?;
            let render = move |seen: &Outcome| order::shown_with(seen, certus);
            Ok((Query::Order(id), render))
        })
        .await
}

/// Confirms, extends or cancels an order: 200.
pub(crate) async fn act(asked: Asked, id: Path<String>) -> Handled {
    asked
        .change(Lane::Finish, |body| {
            let sent: ActionBody<'_> = body.decode()?;
            let order = order_id(&id)?;
            let keyed = body.keyed(&format!("orders.act/{order}"), &sent);
            let action = sent.into_action(body.if_match()?)?;
            Ok((keyed, Command::Act { order, action }, order::shown))
        })
        .await
}

/// The order that a path names; what is no id names none.
fn order_id(text: &str) -> Result<OrderId, Failure> {
    OrderId::parse(text).ok_or(Failure::Refused(Refusal::UnknownOrder))
}
