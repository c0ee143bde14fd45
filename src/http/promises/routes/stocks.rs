//! `/api/stocks`.

use actix_web::web::Path;
use actors::Render;
use workflow::command::{Command, LocationRef, Lots, Page, Query, StockFilter, SummaryFilter};
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::outcome::Outcome;
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use super::facilities;
use super::query::Params;
use crate::admission::Lane;
use crate::failure::Failure;
use crate::http::promises::answers::{stock, summary};
use crate::http::promises::bodies::{StockActionBody, StockBody, StocksBody};
use crate::http::visit::asked_version;
use crate::limits::STOCK_PAGE_ROWS_MAX;

/// Makes a stock: 201.
pub(crate) async fn make(asked: Asked) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: StockBody<'_> = body.decode()?;
            let keyed = body.keyed("stocks.make", &sent);
            Ok((keyed, sent.into_creation()?, stock::made))
        })
        .await
}

/// Makes or changes stocks, all or none: 200.
pub(crate) async fn put_all(asked: Asked) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: StocksBody<'_> = body.decode()?;
            Ok((None, sent.into_command()?, stock::put))
        })
        .await
}

/// A page of stocks: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(STOCK_PAGE_ROWS_MAX, StockId::parse);
            let at = place(&mut params);
            let articles = params.named("tenantArticleId", ArticleId::parse);
            let storage = params.list("locationRef").into_iter().map(Into::into).collect();
            let Page { after, size } = params.end(page)?;
            let filter = StockFilter { at, articles, storage };
            let query = Query::Stocks(filter, Page { after, size: size + 1 });
            let render = move |seen: &Outcome| stock::list(seen, size, after.is_some());
            Ok((query, render))
        })
        .await
}

/// One stock: 200.
pub(crate) async fn show(asked: Asked, id: Path<String>) -> Handled {
    asked.look(|_| Ok((Query::Stock(stock_id(&id)?), stock::shown))).await
}

/// Changes one stock: 200.
pub(crate) async fn put(asked: Asked, id: Path<String>) -> Handled {
    asked
        .change(Lane::Operate, |body| {
            let sent: StockBody<'_> = body.decode()?;
            let command = sent.into_change(stock_id(&id)?, body.if_match()?)?;
            Ok((None, command, stock::shown))
        })
        .await
}

/// Takes one stock away: 200, empty.
pub(crate) async fn remove(asked: Asked, id: Path<String>) -> Handled {
    asked
        .act(|head| {
            let which = Lots::One(stock_id(&id)?, asked_version(head.headers())?);
            Ok((Command::RemoveStocks { which: vec![which] }, stock::gone))
        })
        .await
}

/// Does something to many stocks at once: 200.
pub(crate) async fn act(asked: Asked) -> Handled {
    let mut rows_in = "action.";
    let changed = asked.change(Lane::Operate, |body| {
        let sent: StockActionBody<'_> = body.decode()?;
        let keyed = body.keyed("stocks.act", &sent);
        let mut render: Render = stock::acted;
        if sent.is_array() {
            (rows_in, render) = ("actions[0].", stock::acted_together); // rows come alone
        }
        Ok((keyed, sent.into_command()?, render))
    });
    changed.await.map_err(|error| error.with_rows_in(rows_in))
}

/// What all facilities together have of articles: 200.
pub(crate) async fn summaries(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(STOCK_PAGE_ROWS_MAX, ArticleId::parse);
            let by_id = |text: &str| {
                let id = LocationId::parse(text)?;
                Some(LocationRef::by_id(id).said_at("facilityRefs"))
            };
            let filter = SummaryFilter {
                articles: params.named("tenantArticleIds", ArticleId::parse),
                locations: params.parsed("facilityRefs", by_id),
                status: params.parsed("facilityStatus", facilities::status),
                services: params.parsed("facilityServiceTypes", facilities::service),
            };
            Ok((Query::Summaries(filter, params.end(page)?), summary::list))
        })
        .await
}

/// The facility that a query names, if it does.
fn place(params: &mut Params) -> Option<LocationRef> {
    let id = params.id("facilityRef", LocationId::parse);
    let reference = params.text("tenantFacilityId");
    let said_at = match (&id, &reference) {
        (None, None) => return None,
        (Some(_), None) => "facilityRef".into(),
        (_, Some(_)) => "tenantFacilityId".into(),
    };
    Some(LocationRef { id, reference, said_at })
}

/// The stock that a path names; what is no id names none.
fn stock_id(text: &str) -> Result<StockId, Failure> {
    StockId::parse(text).ok_or(Failure::Refused(Refusal::UnknownStock { row: None }))
}
