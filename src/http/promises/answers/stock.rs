//! Stocks, and what became of many at once, in this door's words.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use workflow::id::{ArticleId, LocationId, StockId};
use workflow::location::RowStatus;
use workflow::outcome::{Outcome, RemovedBy, StockView};
use workflow::quantity::Units;
use workflow::reply::Reply;

use super::{At, PageInfo, Shown, joined, raw, row_status};
use crate::http::reply::json;
use crate::http::reply::{created, entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StockAnswer<'a> {
    id: StockId,
    version: u64,
    created: At,
    last_modified: At,
    tenant_article_id: &'a ArticleId,
    facility_ref: LocationId,
    facility: FacilityAnswer<'a>,
    value: Units,
    reserved: Units,
    available: Units,
    facility_wide_reserved: Units,
    traits: Vec<&'static str>,
    properties: &'a RawValue,
    serialized_properties: &'a str,
    receipt_date: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_until: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_stock_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_ref: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FacilityAnswer<'a> {
    facility_ref: LocationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<&'a str>,
}

#[derive(Serialize)]
struct RowAnswer {
    stock: Box<RawValue>,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StocksAnswer {
    stocks: Vec<Box<RawValue>>,
    page_info: PageInfo,
    total: usize,
}

#[derive(Serialize)]
struct ActionAnswer<T: Serialize> {
    name: &'static str,
    result: T,
}

#[derive(Serialize)]
struct Ids<'a> {
    ids: &'a [StockId],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MovedAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    from_stock: Option<Box<RawValue>>,
    to_stock: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationResults {
    operation_results: Vec<RowAnswer>,
}

/// The reply to a stock that was made: 201.
pub(crate) fn made(outcome: &Outcome) -> Reply {
    let view = first(outcome);
    created(view.lot.version, format!("/api/stocks/{}", view.lot.id), stock_json(view))
}

/// One stock: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let view = first(outcome);
    entity(200, view.lot.version, stock_json(view))
}

/// The reply to a batch: 200, one result per row.
pub(crate) fn put(outcome: &Outcome) -> Reply {
    plain(200, json(&row_answers(outcome)))
}

/// A page of stocks. One row more than wanted was asked for, to know whether there are more.
pub(crate) fn list(outcome: &Outcome, size: usize, after: bool) -> Reply {
    let (rows, total) = rows(outcome);
    let has_more = rows.len() > size;
    let rows = &rows[..rows.len().min(size)];
    let stocks = rows.iter().map(|(_, view)| raw(stock_json(view))).collect();
    let ids = rows.first().zip(rows.last());
    let ids = ids.map(|((_, first), (_, last))| (first.lot.id, last.lot.id));
    plain(200, json(&StocksAnswer { stocks, page_info: PageInfo::of(ids, after, has_more), total }))
}

/// The reply to an action: 200.
pub(crate) fn acted(outcome: &Outcome) -> Reply {
    let [one] = &results(outcome)[..] else { unreachable!("one action has one result") };
    plain(200, one.get().to_owned())
}

/// The reply to actions in an array: 200, one result for each.
pub(crate) fn acted_together(outcome: &Outcome) -> Reply {
    plain(200, json(&results(outcome)))
}

/// The reply to a stock that is gone: 200, empty.
pub(crate) fn gone(_: &Outcome) -> Reply {
    plain(200, String::new())
}

/// What came of actions, each under its name.
fn results(outcome: &Outcome) -> Vec<Box<RawValue>> {
    fn result(name: &'static str, result: impl Serialize) -> Box<RawValue> {
        raw(json(&ActionAnswer { name, result }))
    }
    match outcome {
        Outcome::Removed(views) => {
            let name = |by| match by {
                RemovedBy::Ids => "DELETE_BY_IDS",
                RemovedBy::Articles => "DELETE_BY_PRODUCTS",
                RemovedBy::Storages => "DELETE_BY_LOCATIONS",
            };
            views.iter().map(|view| result(name(view.by), Ids { ids: &view.ids })).collect()
        }
        Outcome::Moved { from, to } => {
            let from_stock = from.as_ref().map(|from| raw(stock_json(from)));
            let moved = MovedAnswer { from_stock, to_stock: raw(stock_json(to)) };
            vec![result("MOVE_TO_LOCATION", moved)]
        }
        _ => {
            let results = OperationResults { operation_results: row_answers(outcome) };
            vec![result("UPDATE_VERSIONLESS", results)]
        }
    }
}

fn rows(outcome: &Outcome) -> (&[(RowStatus, StockView)], usize) {
    let Outcome::Stocks { rows, total } = outcome else {
        unreachable!("stocks are answered with stocks")
    };
    (rows, *total)
}

fn first(outcome: &Outcome) -> &StockView {
    let (rows, _) = rows(outcome);
    &rows.first().expect("one stock is answered with one row").1
}

fn row_answers(outcome: &Outcome) -> Vec<RowAnswer> {
    let (rows, _) = rows(outcome);
    let answer = |(status, view): &(RowStatus, StockView)| RowAnswer {
        stock: raw(stock_json(view)),
        status: row_status(*status),
    };
    rows.iter().map(answer).collect()
}

fn stock_json(view: &StockView) -> String {
    let lot = &view.lot;
    let details = lot.details.as_deref();
    let kept = details.into_iter().flat_map(|details| &details.kept);
    let mut kept: BTreeMap<&str, &RawValue> = kept
        .map(|(name, kept)| {
            let value = serde_json::from_str(kept.as_json());
            (name.as_str(), value.expect("what is kept is JSON of ours"))
        })
        .collect();
    let properties = kept.remove("properties").unwrap_or(EMPTY.as_ref());
    let mut traits = Vec::with_capacity(2);
    if lot.pickable {
        traits.push("PICKABLE");
    }
    if lot.accessible {
        traits.push("ACCESSIBLE");
    }
    let answer = StockAnswer {
        id: lot.id,
        version: lot.version.0,
        created: Shown(lot.created),
        last_modified: Shown(lot.modified),
        tenant_article_id: &view.article,
        facility_ref: view.location,
        facility: FacilityAnswer {
            facility_ref: view.location,
            tenant_facility_id: view.reference.as_deref(),
        },
        value: lot.value,
        reserved: lot.reserved,
        available: view.free,
        facility_wide_reserved: view.reserved_there,
        traits,
        properties,
        serialized_properties: properties.get(),
        receipt_date: Shown(lot.received),
        available_until: lot.available_until.map(Shown),
        tenant_stock_id: details.and_then(|details| details.reference.as_deref()),
        location_ref: lot.storage().map(SmolStr::as_str),
    };
    joined(json(&answer), &json(&kept))
}

/// What a stock without properties has.
static EMPTY: std::sync::LazyLock<Box<RawValue>> =
    std::sync::LazyLock::new(|| raw("{}".to_owned()));
