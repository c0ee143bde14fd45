//! `/api/safetystocks`.

use actix_web::web::Path;
use workflow::command::{Command, LocationRef, Query, SafetyFilter};
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::refusal::Refusal;

use super::Handled;
use super::asked::Asked;
use crate::admission::Lane;
use crate::failure::{Failed, Failure};
use crate::http::promises::answers::safety_stock;
use crate::http::promises::bodies::SafetyStocksBody;
use crate::http::reply::{answer, respond};
use crate::http::visit::asked_version;
use crate::limits::STOCK_PAGE_ROWS_MAX;

/// Sets safety stocks, all or none: 207, one result per operation.
pub(crate) async fn put(asked: Asked) -> Handled {
    let app = asked.app.clone();
    let body = asked.body(Lane::Operate).await?;
    let sent: SafetyStocksBody<'_> = body.decode()?;
    let rows = sent.into_rows()?;
    let command = Command::KeepStocks { rows: rows.clone() };
    match body.visit.change(&app, None, command, safety_stock::gone).await {
        Ok(answered) => Ok(answer(answered, |seen| safety_stock::kept(&rows, seen))),
        Err(Failed { failure: Failure::Refused(Refusal::InRow { row, why }), at: Some(at) }) => {
            Ok(respond(at, safety_stock::failed(&rows, (row, &why))))
        }
        Err(failed) => Err(failed.into()),
    }
}

/// A page of safety stocks: 200.
pub(crate) async fn list(asked: Asked) -> Handled {
    asked
        .look(|mut params| {
            let page = params.page(STOCK_PAGE_ROWS_MAX, StockId::parse);
            let at = params.id("facilityRef", LocationId::parse);
            let filter = SafetyFilter {
                at: at.map(|id| LocationRef::by_id(id).said_at("facilityRef")),
                article: params.id("tenantArticleId", ArticleId::parse),
            };
            Ok((Query::SafetyStocks(filter, params.end(page)?), safety_stock::list))
        })
        .await
}

/// Takes a safety stock away: 200, empty.
pub(crate) async fn remove(asked: Asked, id: Path<String>) -> Handled {
    asked
        .act(|head| {
            let unknown = Failure::Refused(Refusal::UnknownSafetyStock);
            let id = StockId::parse(&id).ok_or(unknown)?;
            let version = asked_version(head.headers())?;
            Ok((Command::UnkeepStock { id, version }, safety_stock::gone))
        })
        .await
}
