//! Safety stocks in this door's words.

use serde::Serialize;
use workflow::command::SafetyAsk;
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::location::RowStatus;
use workflow::outcome::{Outcome, SafetyView};
use workflow::quantity::Units;
use workflow::refusal::Refusal;
use workflow::reply::Reply;

use super::{At, Shown};
use crate::http::promises::errors::refusal_text;
use crate::http::reply::json;
use crate::http::reply::plain;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SafetyStocksAnswer<'a> {
    safety_stocks: Vec<SafetyStockAnswer<'a>>,
    total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SafetyStockAnswer<'a> {
    id: StockId,
    version: u64,
    created: At,
    last_modified: At,
    tenant_article_id: &'a ArticleId,
    value: Units,
    #[serde(skip_serializing_if = "Option::is_none")]
    facility_ref: Option<LocationId>,
}

/// What became of one operation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultAnswer<'a> {
    tenant_article_id: &'a ArticleId,
    #[serde(skip_serializing_if = "Option::is_none")]
    facility_ref: Option<LocationId>,
    value: Units,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorAnswer>,
}

#[derive(Serialize)]
struct ErrorAnswer {
    #[serde(rename = "type")]
    kind: &'static str,
    message: String,
}

/// A page of safety stocks: 200.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let Outcome::SafetyStocks { rows, total } = outcome else {
        unreachable!("safety stocks are answered with safety stocks")
    };
    let answers = rows.iter().map(|row: &SafetyView| SafetyStockAnswer {
        id: row.safety.id,
        version: row.safety.version.0,
        created: Shown(row.safety.created),
        last_modified: Shown(row.safety.modified),
        tenant_article_id: &row.article,
        value: row.safety.units,
        facility_ref: row.location,
    });
    let safety_stocks = answers.collect();
    plain(200, json(&SafetyStocksAnswer { safety_stocks, total: *total }))
}

/// The reply to one that is gone: 200, empty.
pub(crate) fn gone(_: &Outcome) -> Reply {
    plain(200, String::new())
}

/// What became of the rows, in the order of the request: 207.
pub(crate) fn kept(rows: &[SafetyAsk], outcome: &Outcome) -> Reply {
    let Outcome::Kept(statuses) = outcome else {
        unreachable!("safety stocks that are set are answered with what became of them")
    };
    let results = rows.iter().zip(statuses).map(|(row, status)| match status {
        RowStatus::Created => result(row, "CREATED", None),
        // The contract has no word for what was so already.
        RowStatus::Updated | RowStatus::Unchanged => result(row, "UPDATED", None),
    });
    plain(207, json(&results.collect::<Vec<_>>()))
}

/// The same if one row failed: a batch is one command, so nothing of the others was done either.
pub(crate) fn failed(rows: &[SafetyAsk], (failed, why): (usize, &Refusal)) -> Reply {
    let results = rows.iter().enumerate().map(|(index, row)| {
        let own = failed == index;
        let message = match own {
            true => refusal_text(why),
            false => format!("nothing was changed, because operations[{failed}] failed"),
        };
        let kind = if own { "NOT_FOUND" } else { "NOT_ALLOWED" };
        result(row, "FAILED", Some(ErrorAnswer { kind, message }))
    });
    plain(207, json(&results.collect::<Vec<_>>()))
}

fn result<'a>(
    row: &'a SafetyAsk,
    status: &'static str,
    error: Option<ErrorAnswer>,
) -> ResultAnswer<'a> {
    let facility_ref = row.at.as_ref().and_then(|at| at.id);
    ResultAnswer { tenant_article_id: &row.article, facility_ref, value: row.units, status, error }
}
