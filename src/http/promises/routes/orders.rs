//! `/api/orders`, and what may be done to one order.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, OrderFilter, Query};
use workflow::id::OrderId;
use workflow::order as core;
use workflow::permission::Permission;
use workflow::refusal::Refusal;

use super::Handled;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::promises::answers::order;
use crate::http::promises::bodies::{ActionBody, OrderBody};
use crate::http::reply::answer;
use crate::http::visit::{Visit, if_match};
use crate::limits::{PAGE_ROWS_MAX, PROMISE_BODY_BYTES_MAX};

/// Places an order, sold at once unless it wants to be a promise: 201.
pub(crate) async fn place(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Start, PROMISE_BODY_BYTES_MAX);
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: OrderBody<'_> = raw.decode()?;
    let keyed = visit.keyed("orders.place", &body);
    let command = body.into_order()?;
    let answered = visit.change(&app, keyed, command, order::placed).await?;
    Ok(answer(answered, order::placed))
}

/// A page of orders: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.page(PAGE_ROWS_MAX, OrderId::parse);
    let filter = OrderFilter {
        reference: params.text("tenantOrderId"),
        consumer: params.text("consumerId"),
    };
    let page = params.end(page)?;
    let answered = visit.look(&app, Query::Orders(filter, page)).await?;
    Ok(answer(answered, order::list))
}

/// One order: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let id = order_id(&id)?;
    let certus = Params::of(head.query_string()).flag("certus")?;
    let answered = visit.look(&app, Query::Order(id)).await?;
    Ok(answer(answered, |outcome| order::shown_with(outcome, certus)))
}

/// Confirms, extends or cancels an order: 200.
pub(crate) async fn act(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let bounds = (Lane::Finish, PROMISE_BODY_BYTES_MAX);
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: ActionBody<'_> = raw.decode()?;
    let order = order_id(&id)?;
    let keyed = visit.keyed(format!("orders.act/{order}"), &body);
    let action = body.into_action(if_match(head.headers())?)?;
    visit.caller.may(needed(&action))?;
    let command = Command::Act { order, action };
    let answered = visit.change(&app, keyed, command, order::shown).await?;
    Ok(answer(answered, order::shown))
}

/// What an action needs; the route let in whoever may do any of them.
fn needed(action: &core::Command) -> Permission {
    match action {
        core::Command::Confirm { .. }
        | core::Command::Extend { .. }
        | core::Command::Expire { .. } => Permission::OrdersWrite,
        core::Command::Cancel { .. } => Permission::OrdersCancel,
    }
}

/// The order that a path names; what is no id names none.
fn order_id(text: &str) -> Result<OrderId, Failure> {
    OrderId::parse(text).ok_or(Failure::Refused(Refusal::UnknownOrder))
}
