//! `POST /api/promises/deliverypromise`.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use workflow::id::OrderId;

use super::Handled;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::Failure;
use crate::http::problem::Problem;
use crate::http::promises::answers::promise::promised;
use crate::http::promises::bodies::OrderBody;
use crate::http::reply::answer;
use crate::http::visit::Visit;
use crate::limits::PROMISE_BODY_BYTES_MAX;

/// The header that names the promise which gives way to the new one.
const CERTUS_REPLACES: HeaderName = HeaderName::from_static("certus-replaces");

/// Decides where an order is fulfilled, holds the stock, and answers when that is on disk: 201.
/// Every other answer is a row of [`errors`](super::super::errors).
pub(crate) async fn promise(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Start, PROMISE_BODY_BYTES_MAX);
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let replaces = replaces(head.headers())?;
    let explain = head.query_string() == "certus=true";
    let (keyed, command) = {
        let body: OrderBody<'_> = raw.decode()?;
        let keyed = visit.keyed("promises.deliverypromise", &(&body, replaces, explain));
        (keyed, body.to_promise(replaces, explain)?)
    };
    let answered = visit.change(&app, keyed, command, promised).await?;
    Ok(answer(answered, promised))
}

/// Parses the same body in the same way and answers with its bytes: what a promise is measured
/// against. Only served when the server was told to.
pub(crate) async fn echo(
    app: Data<App>,
    head: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    if !app.echo {
        return Err(Problem::of(Failure::NotFound, head.path()).into()); // no door's path
    }
    Ok(echoed(app, head, payload).await?)
}

async fn echoed(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let bounds = (Lane::Start, PROMISE_BODY_BYTES_MAX);
    let (_visit, raw) = Visit::with_body(&app, &head, payload, bounds).await?;
    let body: OrderBody<'_> = raw.decode()?;
    drop(std::hint::black_box(body));
    Ok(HttpResponse::Ok().content_type("application/json").body(raw.into_bytes()))
}

fn replaces(headers: &HeaderMap) -> Result<Option<OrderId>, Failure> {
    let Some(value) = headers.get(CERTUS_REPLACES) else { return Ok(None) };
    let id = value.to_str().ok().and_then(OrderId::parse);
    id.map(Some).ok_or_else(|| Failure::malformed("Certus-Replaces", "must be an order's id"))
}
