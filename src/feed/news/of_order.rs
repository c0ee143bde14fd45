//! What is told of an order: what was wanted and where it is held, never who the customer is.

use serde::{Serialize, Serializer};
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, Version};
use workflow::order::{Added, Line, Placed, Stage, Substitution};
use workflow::quantity::Units;
use workflow::time::Time;

/// An instant as RFC 3339 text.
#[derive(Clone, Copy, Debug)]
pub(super) struct At(pub(super) Time);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// An order that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlacedData<'a> {
    status: &'static str,
    version: Version,
    number: u64,
    order_date: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<At>,
    lines: Vec<LineData<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineData<'a> {
    pub(super) id: Uuid,
    pub(super) tenant_article_id: &'a ArticleId,
    pub(super) quantity: Units,
}

impl<'a> LineData<'a> {
    /// Lines as they were asked for, the first of which has this place in the order.
    fn of(id: OrderId, (first, lines): (u16, &'a [Line])) -> Vec<LineData<'a>> {
        let line = |(index, line): (u16, &'a Line)| LineData {
            id: id.line(index),
            tenant_article_id: &line.article,
            quantity: line.quantity,
        };
        (first..).zip(lines).map(line).collect()
    }
}

impl<'a> PlacedData<'a> {
    pub(super) fn of(id: OrderId, placed: &'a Placed, status: &'static str) -> PlacedData<'a> {
        let until = if let Stage::Promised { until } = placed.stage { Some(until) } else { None };
        PlacedData {
            status,
            version: Version::FIRST,
            number: placed.number,
            order_date: At(placed.asked.ordered),
            tenant_order_id: placed.reference.as_deref(),
            valid_until: until.map(At),
            lines: LineData::of(id, (0, &placed.asked.lines)),
        }
    }
}

/// An order of which more is wanted.
#[derive(Debug, Serialize)]
pub(super) struct AddedData<'a> {
    status: &'static str,
    lines: Vec<LineData<'a>>,
}

impl<'a> AddedData<'a> {
    pub(super) fn of(id: OrderId, added: &'a Added, status: &'static str) -> AddedData<'a> {
        let lines = LineData::of(id, (added.first, &added.lines));
        AddedData { status, lines }
    }
}

/// What pickers and drivers did, without who they are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkData<'a> {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) facility_ref: Option<LocationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_ref: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<Units>,
    /// The line that takes the place of this one, and its article if the order did not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_line_ref: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_tenant_article_id: Option<&'a ArticleId>,
}

impl<'a> WorkData<'a> {
    pub(super) fn of(what: &'static str) -> WorkData<'a> {
        WorkData {
            what,
            facility_ref: None,
            line_ref: None,
            quantity: None,
            by_line_ref: None,
            by_tenant_article_id: None,
        }
    }

    pub(super) fn at(what: &'static str, at: LocationId) -> WorkData<'a> {
        WorkData { facility_ref: Some(at), ..WorkData::of(what) }
    }

    /// The same, of so many pieces of a line.
    pub(super) fn pieces(self, id: OrderId, line: u16, units: Units) -> WorkData<'a> {
        WorkData { line_ref: Some(id.line(line)), quantity: Some(units), ..self }
    }

    pub(super) fn substituted(id: OrderId, substitution: &'a Substitution) -> WorkData<'a> {
        let Substitution { line, units, by, new, .. } = substitution;
        WorkData {
            by_line_ref: Some(id.line(*by)),
            by_tenant_article_id: new.as_ref().map(|line| &line.article),
            ..WorkData::of("substituted").pieces(id, *line, *units)
        }
    }
}

/// An order that reached a stage, with nothing more to say.
#[derive(Debug, Serialize)]
pub(super) struct StageData {
    pub(super) status: &'static str,
}

impl StageData {
    pub(super) fn expired() -> StageData {
        StageData { status: "Expired" }
    }
}

/// A promise that became a sale.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmedData<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_order_id: Option<&'a str>,
}

impl<'a> ConfirmedData<'a> {
    pub(super) fn of(reference: &'a Option<smol_str::SmolStr>) -> ConfirmedData<'a> {
        ConfirmedData { status: "Confirmed", tenant_order_id: reference.as_deref() }
    }
}

/// A promise with a new deadline.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtendedData {
    status: &'static str,
    valid_until: At,
}

impl ExtendedData {
    pub(super) fn of(until: Time) -> ExtendedData {
        ExtendedData { status: "Promised", valid_until: At(until) }
    }
}

/// An order that somebody ended.
#[derive(Debug, Serialize)]
pub(super) struct CancelledData<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> CancelledData<'a> {
    pub(super) fn of(reason: &'a Option<smol_str::SmolStr>) -> CancelledData<'a> {
        CancelledData { status: "Cancelled", reason: reason.as_deref() }
    }
}

/// An order whose reservations have other lots.
#[derive(Debug, Serialize)]
pub(super) struct RehostedData {
    reservations: Vec<HostData>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HostData {
    id: ReservationId,
    stock_ref: Option<StockId>,
}

impl RehostedData {
    pub(super) fn of(order: OrderId, hosts: &[(u16, Option<StockId>)]) -> RehostedData {
        let host = |(index, stock): &(u16, Option<StockId>)| HostData {
            id: order.reservation(*index),
            stock_ref: *stock,
        };
        RehostedData { reservations: hosts.iter().map(host).collect() }
    }
}

/// An order whose reservations lost what they held.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LostData {
    reservation_refs: Vec<ReservationId>,
}

impl LostData {
    pub(super) fn of(order: OrderId, holds: &[u16]) -> LostData {
        let reservation_refs = holds.iter().map(|index| order.reservation(*index)).collect();
        LostData { reservation_refs }
    }

    /// Those among the hosts that have no lot any more, if there are any.
    pub(super) fn of_hosts(order: OrderId, hosts: &[(u16, Option<StockId>)]) -> Option<LostData> {
        let lost = hosts.iter().filter(|(_, stock)| stock.is_none()).map(|(index, _)| *index);
        let lost: Vec<u16> = lost.collect();
        (!lost.is_empty()).then(|| LostData::of(order, &lost))
    }
}
