//! `POST /api/promises/deliverypromise`.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, HeaderName};
use workflow::id::OrderId;

use super::Handled;
use super::asked::Asked;
use crate::admission::Lane;
use crate::failure::Failure;
use crate::http::problem::Problem;
use crate::http::promises::answers::promise::promised;
use crate::http::promises::bodies::OrderBody;

/// The header that names the promise which gives way to the new one.
const CERTUS_REPLACES: HeaderName = HeaderName::from_static("certus-replaces");

/// Decides where an order is fulfilled, holds the stock, and answers when that is on disk: 201.
/// Every other answer is a row of [`errors`](super::super::errors).
pub(crate) async fn promise(asked: Asked) -> Handled {
    asked
        .change(Lane::Start, |body| {
            let replaces = replaces(body.headers())?;
            let sent: OrderBody<'_> = body.decode()?;
            let explain = body.certus()?;
            let keyed = body.keyed("promises.deliverypromise", &(&sent, replaces, explain));
            Ok((keyed, sent.to_promise(replaces, explain)?, promised))
        })
        .await
}

/// Parses the same body in the same way and answers with its bytes: what a promise is measured
/// against. Only served when the server was told to.
pub(crate) async fn echo(asked: Asked) -> Result<HttpResponse, actix_web::Error> {
    if !asked.app.echo {
        return Err(Problem::of(Failure::NotFound, asked.head.path()).into()); // no door's path
    }
    Ok(echoed(asked).await?)
}

async fn echoed(asked: Asked) -> Handled {
    let body = asked.body(Lane::Start).await?;
    let sent: OrderBody<'_> = body.decode()?;
    drop(std::hint::black_box(sent));
    Ok(HttpResponse::Ok().content_type("application/json").body(body.into_bytes()))
}

/// The promise that is to give way, if one is named.
pub(super) fn replaces(headers: &HeaderMap) -> Result<Option<OrderId>, Failure> {
    let Some(value) = headers.get(CERTUS_REPLACES) else { return Ok(None) };
    let id = value.to_str().ok().and_then(OrderId::parse);
    id.map(Some).ok_or_else(|| Failure::malformed("Certus-Replaces", "must be an order's id"))
}
