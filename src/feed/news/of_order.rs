//! What is told of an order: what was wanted and where it is held, never who the customer is.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, Version};
use workflow::order::{Added, Hold, Line, Placed, Stage};
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
struct LineData<'a> {
    id: Uuid,
    tenant_article_id: &'a ArticleId,
    quantity: Units,
}

impl<'a> PlacedData<'a> {
    pub(super) fn of(id: OrderId, placed: &'a Placed) -> PlacedData<'a> {
        let until = if let Stage::Promised { until } = placed.stage { Some(until) } else { None };
        let lines = (0_u16..).zip(&placed.asked.lines).map(|(index, line)| LineData {
            id: id.line(index),
            tenant_article_id: &line.article,
            quantity: line.quantity,
        });
        PlacedData {
            status: placed.stage.name(),
            version: Version::FIRST,
            number: placed.number,
            order_date: At(placed.asked.ordered),
            tenant_order_id: placed.reference.as_deref(),
            valid_until: until.map(At),
            lines: lines.collect(),
        }
    }
}

/// An order of which more is wanted.
#[derive(Debug, Serialize)]
pub(super) struct AddedData<'a> {
    status: &'static str,
    lines: Vec<AddedLine<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AddedLine<'a> {
    tenant_article_id: &'a ArticleId,
    quantity: Units,
}

impl<'a> AddedData<'a> {
    pub(super) fn of(added: &'a Added) -> AddedData<'a> {
        let line = |line: &'a Line| AddedLine {
            tenant_article_id: &line.article,
            quantity: line.quantity,
        };
        AddedData { status: added.stage.name(), lines: added.lines.iter().map(line).collect() }
    }
}

/// An order that reached a stage, with nothing more to say.
#[derive(Debug, Serialize)]
pub(super) struct StageData {
    status: &'static str,
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

/// Where an order's pieces are held, or wait.
#[derive(Debug, Serialize)]
pub(super) struct RoutedData<'a> {
    holds: Vec<HoldData<'a>>,
    #[serde(skip)]
    locations: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct HoldData<'a> {
    facility_ref: LocationId,
    reservation_ref: ReservationId,
    line_ref: Uuid,
    tenant_article_id: &'a ArticleId,
    quantity: Units,
}

impl<'a> RoutedData<'a> {
    /// The pieces that are held.
    pub(super) fn held(id: OrderId, placed: &'a Placed) -> RoutedData<'a> {
        RoutedData::of(id, placed, |hold| hold.stock.is_some())
    }

    /// The pieces that wait for stock.
    pub(super) fn waiting(id: OrderId, placed: &'a Placed) -> RoutedData<'a> {
        RoutedData::of(id, placed, |hold| hold.stock.is_none())
    }

    /// Over how many locations they are.
    pub(super) fn locations(&self) -> usize {
        self.locations
    }

    fn of(id: OrderId, placed: &'a Placed, wanted: impl Fn(&Hold) -> bool) -> RoutedData<'a> {
        let holds = placed.holds.iter().filter(|hold| wanted(hold)).map(|hold| HoldData {
            facility_ref: hold.location,
            reservation_ref: id.reservation(hold.index),
            line_ref: id.line(hold.line),
            tenant_article_id: &placed.asked.lines[usize::from(hold.line)].article,
            quantity: hold.units,
        });
        let holds: Vec<HoldData<'_>> = holds.collect();
        let locations: BTreeSet<LocationId> = holds.iter().map(|hold| hold.facility_ref).collect();
        RoutedData { holds, locations: locations.len() }
    }
}

/// The lines of an order that have pieces without a place.
#[derive(Debug, Serialize)]
pub(super) struct ShortData<'a> {
    lines: Vec<LineData<'a>>,
}

impl<'a> ShortData<'a> {
    /// None if every piece has a place.
    pub(super) fn of(id: OrderId, placed: &'a Placed) -> Option<ShortData<'a>> {
        let lines = (0_u16..).zip(&placed.asked.lines).filter_map(|(index, line)| {
            let holds = placed.holds.iter().filter(|hold| hold.line == index);
            let placed: Units = holds.map(|hold| hold.units).sum();
            let quantity = line.quantity.less(placed);
            let (id, tenant_article_id) = (id.line(index), &line.article);
            (!quantity.is_zero()).then_some(LineData { id, tenant_article_id, quantity })
        });
        let lines: Vec<LineData<'_>> = lines.collect();
        (!lines.is_empty()).then_some(ShortData { lines })
    }
}
