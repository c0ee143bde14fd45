//! Reservations in this door's words.

use serde::Serialize;
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, Version};
use workflow::outcome::{Outcome, ReservationView};
use workflow::quantity::Units;
use workflow::reply::Reply;

use super::{At, PageInfo, Shown};
use crate::http::reply::json;
use crate::http::reply::{entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationAnswer<'a> {
    id: ReservationId,
    version: u64,
    created: At,
    facility_ref: LocationId,
    tenant_article_id: &'a ArticleId,
    quantity: Units,
    host: Host,
    related_refs: RelatedRefs,
}

#[derive(Serialize)]
struct Host {
    #[serde(rename = "type")]
    kind: &'static str,
    reference: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelatedRefs {
    order_refs: [OrderId; 1],
    routing_plan_refs: [Uuid; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReservationsAnswer<'a> {
    reservations: Vec<ReservationAnswer<'a>>,
    page_info: PageInfo,
    total: u64,
}

/// One reservation: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let (rows, _) = rows(outcome);
    let view = rows.first().expect("one reservation is answered with one row");
    entity(200, Version::FIRST, json(&answer(view)))
}

/// A page of reservations. One row more than wanted was asked for.
pub(crate) fn list(outcome: &Outcome, size: usize, after: bool) -> Reply {
    let (rows, total) = rows(outcome);
    let has_more = rows.len() > size;
    let rows = &rows[..rows.len().min(size)];
    let ids = rows.first().zip(rows.last()).map(|(first, last)| (first.id, last.id));
    let page_info = PageInfo::of(ids, after, has_more);
    let reservations = rows.iter().map(answer).collect();
    plain(200, json(&ReservationsAnswer { reservations, page_info, total }))
}

fn rows(outcome: &Outcome) -> (&[ReservationView], u64) {
    let Outcome::Reservations { rows, total } = outcome else {
        unreachable!("reservations are answered with reservations")
    };
    (rows, *total)
}

fn answer(view: &ReservationView) -> ReservationAnswer<'_> {
    let order = view.id.order();
    let host = match view.hold.stock {
        Some(stock) => Host { kind: "STOCK", reference: stock.to_string() },
        None => Host { kind: "NONE", reference: String::new() },
    };
    ReservationAnswer {
        id: view.id,
        version: Version::FIRST.0,
        created: Shown(view.created),
        facility_ref: view.hold.location,
        tenant_article_id: &view.article,
        quantity: view.hold.units,
        host,
        related_refs: RelatedRefs { order_refs: [order], routing_plan_refs: [order.routing_run()] },
    }
}
