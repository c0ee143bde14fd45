//! `/deliveries`, and what may be done to one order.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use smol_str::SmolStr;
use workflow::command::{Command, LocationRef, Query, RecentFilter};
use workflow::order::{self, Standing};

use super::Handled;
use crate::admission::Lane;
use crate::ask::App;
use crate::http::deliveries::answers::order::{list as listed, placed, shown};
use crate::http::deliveries::answers::words::standings;
use crate::http::deliveries::bodies::{OrderBody, Sheet};
use crate::http::order_name::{order_id, order_named};
use crate::http::promises::routes::query::Params;
use crate::http::reply::answer;
use crate::http::visit::{Visit, asked_version};
use crate::limits::{DELIVERY_BODY_BYTES_MAX, PAGE_ROWS, PAGE_ROWS_MAX};

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

/// A page of orders, the newest first: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.number("page", 1, usize::MAX / PAGE_ROWS_MAX, 1);
    let size = params.number("page_size", 1, PAGE_ROWS_MAX, PAGE_ROWS);
    let named = [
        params.filled("order_status"),
        params.filled("picked_status"),
        params.filled("message_status"),
    ];
    let filter = RecentFilter {
        shop: params.filled("client_id"),
        reference: params.filled("order_id"),
        at: params.filled("store_id").map(|name| LocationRef { id: None, reference: Some(name) }),
        standings: named.iter().any(Option::is_some).then(|| called(named)),
        picked: false,
    };
    let (page, size) = params.end(page.zip(size))?;
    let query = Query::Recent(filter, (page - 1) * size, size);
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, listed))
}

/// A page of orders of which a piece was picked, the newest first: 200.
pub(crate) async fn history(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.number("page", 1, usize::MAX / PAGE_ROWS_MAX, 1);
    let page = params.end(page)?;
    let filter = RecentFilter { picked: true, ..RecentFilter::default() };
    let query = Query::Recent(filter, (page - 1) * PAGE_ROWS, PAGE_ROWS);
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, listed))
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
    let visit = Visit::acting(&app, &head, Lane::Finish).await?;
    let version = asked_version(head.headers())?;
    let order = order_id(&app, &visit, &id).await?;
    let keyed = visit.keyed(&format!("deliveries.cancel/{order}"), &version.map(|it| it.0));
    let action = order::Command::Cancel { version, reason: None, unpicked: false };
    let answered = visit.change(&app, keyed, Command::Act { order, action }, shown).await?;
    Ok(answer(answered, shown))
}

/// The standings that have all of these words; a word that is unknown fits none.
fn called([order, picked, message]: [Option<SmolStr>; 3]) -> Vec<Standing> {
    standings(|words| {
        let is = |asked: &Option<SmolStr>, word: Option<&str>| {
            asked.as_ref().is_none_or(|asked| Some(asked.as_str()) == word)
        };
        is(&order, Some(words.order_status))
            && is(&picked, Some(words.picked_status))
            && is(&message, words.message_status)
    })
}
