//! `/deliveries`, and what may be done to one order.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use workflow::command::{Job, Query};

use super::{Handled, act};
use crate::admission::Lane;
use crate::ask::App;
use crate::http::deliveries::answers::order::{placed, shown};
use crate::http::deliveries::bodies::{OrderBody, Sheet};
use crate::http::order_name::order_named;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::DELIVERY_BODY_BYTES_MAX;

/// Takes an order over from a web shop, and holds its stock: 200.
pub(crate) async fn place(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Start, DELIVERY_BODY_BYTES_MAX);
    let (visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let sheet: Sheet = raw.decode()?;
    let body = OrderBody::read(&sheet)?;
    let keyed = visit.keyed("deliveries.place", &body);
    let command = body.into_command(app.secrets.draw());
    let answered = visit.change(&app, keyed, command, placed).await?;
    Ok(answer(answered, placed))
}

/// One order, whichever door it came in by: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let name = order_named(&id)?;
    let answered = visit.look(&app, Query::Delivery(name)).await?;
    Ok(answer(answered, shown))
}

/// Ends an order; one that is cancelled stays so: 200.
pub(crate) async fn cancel(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let operation = (Lane::Finish, "deliveries.cancel");
    act((app, head, id), operation, (Job::Cancel, shown)).await
}
