//! `/api/stocks`, `/api/safetystocks`.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use actors::Render;
use workflow::command::{Command, LocationRef, Lots, Page, Query, StockFilter, SummaryFilter};
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::refusal::Refusal;

use super::Handled;
use super::facilities;
use super::query::Params;
use crate::admission::Lane;
use crate::ask::App;
use crate::failure::{Failed, Failure};
use crate::http::promises::answers::{stock, summary};
use crate::http::promises::bodies::{
    SafetyStocksBody, StockAction, StockActionBody, StockBody, StocksBody,
};
use crate::http::reply::{answer, respond};
use crate::http::visit::{Visit, asked_version, if_match};
use crate::limits::{PROMISE_BODY_BYTES_MAX, STOCK_PAGE_ROWS_MAX};

const BOUNDS: (Lane, usize) = (Lane::Operate, PROMISE_BODY_BYTES_MAX);

/// Makes a stock: 201.
pub(crate) async fn make(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: StockBody<'_> = raw.decode()?;
    let keyed = visit.keyed("stocks.make", &body);
    let command = body.into_creation()?;
    let answered = visit.change(&app, keyed, command, stock::made).await?;
    Ok(answer(answered, stock::made))
}

/// Makes or changes stocks, all or none: 200.
pub(crate) async fn put_all(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: StocksBody<'_> = raw.decode()?;
    let command = body.into_command()?;
    let answered = visit.change(&app, None, command, stock::put).await?;
    Ok(answer(answered, stock::put))
}

/// A page of stocks: 200.
pub(crate) async fn list(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.page(STOCK_PAGE_ROWS_MAX, StockId::parse);
    let at = place(&mut params);
    let articles = params.parsed("tenantArticleId", ArticleId::parse);
    let storage = params.list("locationRef").into_iter().map(Into::into).collect();
    let Page { after, size } = params.end(page)?;
    let query =
        Query::Stocks(StockFilter { at, articles, storage }, Page { after, size: size + 1 });
    let answered = visit.look(&app, query).await?;
    Ok(answer(answered, |outcome| stock::list(outcome, size, after.is_some())))
}

/// One stock: 200.
pub(crate) async fn show(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let answered = visit.look(&app, Query::Stock(stock_id(&id)?)).await?;
    Ok(answer(answered, stock::shown))
}

/// Changes one stock: 200.
pub(crate) async fn put(
    app: Data<App>,
    head: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Handled {
    let (visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: StockBody<'_> = raw.decode()?;
    let command = body.into_change(stock_id(&id)?, if_match(head.headers())?)?;
    let answered = visit.change(&app, None, command, stock::shown).await?;
    Ok(answer(answered, stock::shown))
}

/// Takes one stock away: 200, empty.
pub(crate) async fn remove(app: Data<App>, head: HttpRequest, id: Path<String>) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let which = Lots::One(stock_id(&id)?, asked_version(head.headers())?);
    let answered = visit.change(&app, None, Command::RemoveStocks { which }, stock::gone).await?;
    Ok(answer(answered, stock::gone))
}

/// Does something to many stocks at once: 200.
pub(crate) async fn act(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (mut visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: StockActionBody<'_> = raw.decode()?;
    let keyed = visit.keyed("stocks.act", &body);
    let (action, command) = body.into_command()?;
    let render: Render = match action {
        StockAction::DeleteByIds => stock::deleted_by_ids,
        StockAction::DeleteByProducts => stock::deleted_by_products,
        StockAction::UpdateVersionless => stock::updated_versionless,
    };
    let answered = visit.change(&app, keyed, command, render).await?;
    Ok(answer(answered, render))
}

/// What all facilities together have of articles: 200.
pub(crate) async fn summaries(app: Data<App>, head: HttpRequest) -> Handled {
    let visit = Visit::bare(&app, &head, Lane::Operate).await?;
    let mut params = Params::of(head.query_string());
    let page = params.page(STOCK_PAGE_ROWS_MAX, ArticleId::parse);
    let by_id = |text: &str| LocationId::parse(text).map(named);
    let filter = SummaryFilter {
        articles: params.parsed("tenantArticleIds", ArticleId::parse),
        locations: params.parsed("facilityRefs", by_id),
        status: params.parsed("facilityStatus", facilities::status),
    };
    let page = params.end(page)?;
    let answered = visit.look(&app, Query::Summaries(filter, page)).await?;
    Ok(answer(answered, summary::list))
}

/// Sets safety stocks, all or none: 207, one result per operation.
pub(crate) async fn keep(app: Data<App>, head: HttpRequest, payload: Payload) -> Handled {
    let (visit, raw) = Visit::with_body(&app, &head, payload, BOUNDS).await?;
    let body: SafetyStocksBody<'_> = raw.decode()?;
    let rows = body.into_rows()?;
    let command = Command::KeepStocks { rows: rows.clone() };
    match visit.change(&app, None, command, stock::gone).await {
        Ok(answered) => Ok(respond(answered.at, stock::safety(&rows, None))),
        Err(Failed {
            failure: Failure::Refused(Refusal::NoSuchLocation { name, at: row }),
            at: Some(at),
        }) => Ok(respond(at, stock::safety(&rows, Some((row, &name))))),
        Err(failed) => Err(failed.into()),
    }
}

/// The facility that a query names, if it does.
fn place(params: &mut Params) -> Option<LocationRef> {
    let id = params.id("facilityRef", LocationId::parse);
    let reference = params.text("tenantFacilityId");
    (id.is_some() || reference.is_some()).then_some(LocationRef { id, reference })
}

fn named(id: LocationId) -> LocationRef {
    LocationRef { id: Some(id), reference: None }
}

/// The stock that a path names; what is no id names none.
fn stock_id(text: &str) -> Result<StockId, Failure> {
    StockId::parse(text).ok_or(Failure::Refused(Refusal::UnknownStock { row: None }))
}
