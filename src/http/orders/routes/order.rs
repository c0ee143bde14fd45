//! `/orders/{orderId}`: one order, and what may be done to it.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::Words;
use workflow::command::{Command, MoreLines, Query};
use workflow::order;
use workflow::outcome::Outcome;

use crate::admission::Lane;
use crate::ask::App;
use crate::http::order_name::{order_id, order_named};
use crate::http::orders::answers;
use crate::http::orders::bodies::{CancelBody, LinesBody};
use crate::http::orders::call::{Call, Change, Handled, reader};
use crate::http::orders::errors::Cause;
use crate::http::reply::answer;

/// One order: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let call = Call::of(&app, &head);
    let done = shown(&app, &head, &id, &call).await;
    call.end(done)
}

/// Adds lines to an order, and holds their stock: 200.
pub(crate) async fn add_lines(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let call = Call::of(&app, &head);
    let done = extended(&app, &head, (&id, payload), &call).await;
    call.end(done)
}

/// Ends an order, and frees its stock: 200.
pub(crate) async fn cancel(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let call = Call::of(&app, &head);
    let done = cancelled(&app, &head, (&id, payload), &call).await;
    call.end(done)
}

async fn shown(
    app: &App,
    head: &HttpRequest,
    id: &str,
    call: &Call,
) -> Result<HttpResponse, Cause> {
    let visit = reader(app, head).await?;
    let zone = app.zone(&visit.caller.tenant);
    let answered = visit.look(app, Query::Order(order_named(id)?)).await?;
    Ok(answer(answered, |outcome| {
        let Outcome::Order(order) = outcome else {
            unreachable!("a look at an order is answered with an order")
        };
        answers::shown(order, call, &zone)
    }))
}

async fn extended(
    app: &App,
    head: &HttpRequest,
    (id, payload): (&str, Payload),
    call: &Call,
) -> Result<HttpResponse, Cause> {
    let change = Change::with_body(app, head, payload, Lane::Start).await?;
    let lines = change.decode::<LinesBody>()?.into_lines()?;
    let order = order_id(app, &change.visit, id).await?;
    let asked = (&lines, change.version.map(|version| version.0));
    let keyed = change.visit.keyed(&format!("customer.orders.lines/{order}"), &asked);
    let more = MoreLines {
        order,
        version: change.version,
        lines: lines.into_iter().map(|line| line.into_line()).collect(),
        backorders: true,
    };
    let zone = app.zone(&change.visit.caller.tenant);
    let words = Words::Dated(answers::extended, call.name.clone(), zone.clone());
    let command = Command::AddLines(Box::new(more));
    let answered = change.visit.change_in(app, keyed, command, words).await?;
    Ok(answer(answered, |outcome| answers::extended(outcome, &call.name, &zone)))
}

async fn cancelled(
    app: &App,
    head: &HttpRequest,
    (id, payload): (&str, Payload),
    call: &Call,
) -> Result<HttpResponse, Cause> {
    let change = Change::with_any_body(app, head, payload, Lane::Finish).await?;
    let body = match &change.body {
        Some(_) => change.decode::<CancelBody>()?,
        None => CancelBody::default(),
    };
    let reason = body.into_reason()?;
    let order = order_id(app, &change.visit, id).await?;
    let asked = (&reason, change.version.map(|version| version.0));
    let keyed = change.visit.keyed(&format!("customer.orders.cancel/{order}"), &asked);
    let action = order::Command::Cancel { version: change.version, reason, unpicked: false };
    let zone = app.zone(&change.visit.caller.tenant);
    let words = Words::Dated(answers::changed, call.name.clone(), zone.clone());
    let command = Command::Act { order, action };
    let answered = change.visit.change_in(app, keyed, command, words).await?;
    Ok(answer(answered, |outcome| answers::changed(outcome, &call.name, &zone)))
}
