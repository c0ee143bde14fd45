//! `/api/orders`, and what may be done to one order.

use actix_web::web::Path;
use actors::Render;
use workflow::command::{Command, OrderFilter, Query};
use workflow::id::OrderId;
use workflow::order as core;
use workflow::outcome::Outcome;
use workflow::permission::Permission;

use super::Handled;
use super::asked::Asked;
use super::promise::replaces;
use crate::admission::Lane;
use crate::http::order_name::{order_id, order_named};
use crate::http::promises::answers::order;
use crate::http::promises::bodies::{ActionBody, OrderBody};
use crate::http::reply::answer;
use crate::limits::PAGE_ROWS_MAX;

/// Places an order, sold at once unless it wants to be a promise: 201.
pub(crate) async fn place(asked: Asked) -> Handled {
    asked
        .change(Lane::Start, |body| {
            let replaces = replaces(body.headers())?;
            let sent: OrderBody<'_> = body.decode()?;
            let certus = body.certus()?;
            let keyed = body.keyed("orders.place", &(&sent, replaces, certus));
            let render: Render = if certus { order::placed_with_certus } else { order::placed };
            Ok((keyed, sent.to_order(replaces)?, render))
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
pub(crate) async fn show(asked: Asked, name: Path<String>) -> Handled {
    asked
        .look(|params| {
            let query = Query::Order(order_named(&name)?);
            let certus = params.flag("certus")?;
            let render = move |seen: &Outcome| order::shown_with(seen, certus);
            Ok((query, render))
        })
        .await
}

/// Confirms, extends, cancels or unlocks an order: 200.
pub(crate) async fn act(asked: Asked, name: Path<String>) -> Handled {
    let app = asked.app.clone();
    let body = asked.body(Lane::Finish).await?;
    let sent: ActionBody<'_> = body.decode()?;
    let (certus, action) = (body.certus()?, sent.to_action(body.if_match()?)?);
    body.visit.caller.may(needed(&action))?;
    let order = order_id(&app, &body.visit, &name).await?;
    let keyed = body.keyed(&format!("orders.act/{order}"), &(&sent, certus));
    let command = Command::Act { order, action };
    let render: Render = if certus { order::shown_with_certus } else { order::shown };
    Ok(answer(body.visit.change(&app, keyed, command, render).await?, render))
}

/// What an action needs; the route let in whoever may do any of them.
fn needed(action: &core::Command) -> Permission {
    match action {
        core::Command::Confirm { .. }
        | core::Command::Extend { .. }
        | core::Command::Expire { .. } => Permission::OrdersWrite,
        core::Command::Unlock { .. } => Permission::OrdersUnlock,
        core::Command::Work { .. } => Permission::Picking, // no action of this door
        core::Command::Cancel { .. } => Permission::OrdersCancel,
        core::Command::Invite(_) | core::Command::Invitation(_) => Permission::InvitationsWrite,
    }
}
