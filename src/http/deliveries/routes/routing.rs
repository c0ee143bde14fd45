//! Routes: what drivers do, from the staging area to the doorstep.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Command, Job, Query};

use super::{Errand, Handled, act};
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::deliveries::answers::order::shown;
use crate::http::deliveries::answers::route::stops;
use crate::http::deliveries::bodies::Sheet;
use crate::http::deliveries::bodies::picking::{deliveries, window};
use crate::http::order_name::order_named;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::{DELIVERY_BODY_BYTES_MAX, PAGE_ROWS_MAX};

/// The oldest deliveries that are staged without a driver: 200.
pub(crate) async fn unrouted(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.look(&app, Query::Unrouted(PAGE_ROWS_MAX)).await?;
    Ok(answer(answered, stops))
}

/// What the caller brings: 200.
pub(crate) async fn route(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let query = Query::Route(visit.caller.who.clone());
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, stops))
}

/// Takes deliveries on the caller's route, all or none: 200 with the route.
pub(crate) async fn add(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Operate, DELIVERY_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let sheet: Sheet = raw.decode()?;
    let orders = deliveries(&sheet)?;
    let keyed = visit.keyed("router.add", &format!("{orders:?}"));
    let answered = visit.change(&app, keyed, Command::Load { orders }, stops).await?;
    Ok(answer(answered, stops))
}

/// The driver is near: 200 with the order.
pub(crate) async fn near(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let operation = (Lane::Finish, "deliveries.arrive_soon");
    act((app, head, id), operation, (Job::Near, shown)).await
}

/// It is at the door: 200 with the order.
pub(crate) async fn delivered(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let operation = (Lane::Finish, "deliveries.delivered");
    act((app, head, id), operation, (Job::Deliver, shown)).await
}

/// Sets when an order is to be brought: 200 with the order.
pub(crate) async fn schedule(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (errand, sheet) = Errand::with_sheet(app, &head, payload).await?;
    let (order, window) = (order_named(&id)?, window(&sheet)?);
    Ok(errand.run(order, None, (Job::Schedule(window), shown)).await?)
}

/// The same, with the order in the body, as the original has it.
pub(crate) async fn schedule_named(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (errand, sheet) = Errand::with_sheet(app, &head, payload).await?;
    let window = window(&sheet)?;
    let name = sheet.name("order_id").ok_or(Failure::malformed("order_id", "is required"))?;
    let order = order_named(name)?;
    let asked = (window.start.0, window.length.0);
    let (order, keyed) = errand.keyed_for(order, ("deliveries.window", &asked)).await?;
    Ok(errand.run(order, keyed, (Job::Schedule(window), shown)).await?)
}
