//! `POST /orders`.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actors::Words;

use crate::admission::Lane;
use crate::ask::App;
use crate::http::orders::answers;
use crate::http::orders::bodies::OrderBody;
use crate::http::orders::call::{Call, Change, Handled};
use crate::http::orders::errors::Cause;
use crate::http::reply::answer;

/// Takes an order in, and holds the stock of its lines: 200.
pub(crate) async fn place(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let call = Call::of(&app, &head);
    let done = placed(&app, &head, payload, &call).await;
    call.end(done)
}

async fn placed(
    app: &App,
    head: &HttpRequest,
    payload: Payload,
    call: &Call,
) -> Result<HttpResponse, Cause> {
    let change = Change::with_body(app, head, payload, Lane::Start).await?;
    let order = change.decode::<OrderBody>()?.into_order()?;
    let keyed = change.visit.keyed("customer.orders.create", &order);
    let command = order.into_command(call.at);
    let zone = app.zone(&change.visit.caller.tenant);
    let words = Words::Dated(answers::placed, call.name.clone(), zone.clone());
    let answered = change.visit.change_in(app, keyed, command, words).await?;
    Ok(answer(answered, |outcome| answers::placed(outcome, &call.name, &zone)))
}
