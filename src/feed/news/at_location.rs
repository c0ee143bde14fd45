//! What is told of a location and of what lies there: enough to have the same numbers.

use serde::Serialize;
use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, Version};
use workflow::location::{Card, Kind, Lot, Status};
use workflow::quantity::Units;

use super::of_order::At;

/// One article at one location.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShelfData<'a> {
    pub(super) facility_ref: LocationId,
    pub(super) tenant_article_id: &'a ArticleId,
}

/// A lot as it is from now on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LotData<'a> {
    #[serde(flatten)]
    shelf: ShelfData<'a>,
    version: Version,
    value: Units,
    receipt_date: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_until: Option<At>,
    pickable: bool,
    accessible: bool,
    defective: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_stock_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location_ref: Option<&'a str>,
}

impl<'a> LotData<'a> {
    pub(super) fn of(shelf: ShelfData<'a>, lot: &'a Lot) -> LotData<'a> {
        let details = lot.details.as_deref();
        LotData {
            shelf,
            version: lot.version,
            value: lot.value,
            receipt_date: At(lot.received),
            available_until: lot.available_until.map(At),
            pickable: lot.pickable,
            accessible: lot.accessible,
            defective: lot.defective,
            tenant_stock_id: details.and_then(|it| it.reference.as_deref()),
            location_ref: details.and_then(|it| it.storage.as_deref()),
        }
    }
}

/// Pieces of a lot that are gone, and of their reservation; without pieces it is no more.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsumedData<'a> {
    #[serde(flatten)]
    pub(super) shelf: ShelfData<'a>,
    pub(super) reservation_ref: ReservationId,
    pub(super) consumed: Units,
}

/// An article of which nothing is promised until one of its lots is written again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SoldOutData<'a> {
    #[serde(flatten)]
    pub(super) shelf: ShelfData<'a>,
    pub(super) sold_out: bool,
}

/// A reservation that was made; without a lot it waits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReservedData<'a> {
    #[serde(flatten)]
    shelf: ShelfData<'a>,
    quantity: Units,
    stock_ref: Option<StockId>,
    order_ref: OrderId,
}

impl<'a> ReservedData<'a> {
    pub(super) fn of(
        shelf: ShelfData<'a>,
        reservation: ReservationId,
        stock_ref: Option<StockId>,
        quantity: Units,
    ) -> ReservedData<'a> {
        ReservedData { shelf, quantity, stock_ref, order_ref: reservation.order() }
    }
}

/// A reservation that has another lot, or waits.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MovedData<'a> {
    #[serde(flatten)]
    pub(super) shelf: ShelfData<'a>,
    pub(super) stock_ref: Option<StockId>,
}

/// Pieces that lie in another place now; the lot itself is told before it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelocatedData<'a> {
    #[serde(flatten)]
    pub(super) shelf: ShelfData<'a>,
    pub(super) from_stock_ref: StockId,
    pub(super) quantity: Units,
}

/// What a location is from now on.
#[derive(Debug, Serialize)]
pub(super) struct TurnedData {
    status: &'static str,
}

impl TurnedData {
    pub(super) fn of(status: Status) -> TurnedData {
        TurnedData { status: word(status) }
    }
}

/// Pieces that are kept back from now on.
#[derive(Debug, Serialize)]
pub(super) struct SafetyData<'a> {
    #[serde(flatten)]
    pub(super) shelf: ShelfData<'a>,
    pub(super) value: Units,
}

/// A location, without its address and without what only doors read.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardData<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<&'a str>,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> CardData<'a> {
    pub(super) fn of(card: &'a Card) -> CardData<'a> {
        let status = word(card.status);
        let kind = match card.kind {
            Kind::Managed => "MANAGED_FACILITY",
            Kind::Supplier => "SUPPLIER",
        };
        let tenant_facility_id = card.reference.as_deref();
        CardData { name: &card.name, tenant_facility_id, status, kind }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Online => "ONLINE",
        Status::Suspended => "SUSPENDED",
        Status::Offline => "OFFLINE",
    }
}
