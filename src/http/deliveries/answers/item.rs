//! One item of an order, in this door's words.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use workflow::id::LocationId;
use workflow::location::Card;
use workflow::order::{Line, Order, Shortage, line_number};
use workflow::quantity::Units;

use crate::http::deliveries::kept::KeptItem;

/// An item of an order that was just made.
#[derive(Serialize)]
pub(super) struct ItemAnswer {
    id: u64,
    client_sku: String,
    quantity: Units,
    held: Units,
    waiting: Units,
    /// Null if nothing is held, waits, or was brought.
    outcome: Option<&'static str>,
    store_id: Option<String>,
}

/// An item with all that is known of it.
#[derive(Serialize)]
pub(super) struct WholeItem<'a> {
    #[serde(flatten)]
    item: ItemAnswer,
    product_name: &'a str,
    order_item_options_flags: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_adjustments: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_item_amount: Option<&'a RawValue>,
    store_sku: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    picker_bin_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_weight: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_weight_unit: Option<String>,
}

/// The locations that give something to an order, or gave.
pub(super) type Stores<'a> = &'a [(LocationId, Arc<Card>)];

/// An item of an order.
pub(super) fn item(order: &Order, index: u16, line: &Line, stores: Stores<'_>) -> ItemAnswer {
    let of_line = || order.holds.iter().filter(|hold| hold.line == index);
    let held: Units = of_line().filter(|hold| hold.stock.is_some()).map(|hold| hold.units).sum();
    let waiting = waiting(order, index, line);
    let at = of_line().next().map(|hold| hold.location).or_else(|| order.found_at(index));
    ItemAnswer {
        id: line_number(order.number, index),
        client_sku: line.article.to_string(),
        quantity: line.quantity,
        held,
        waiting,
        outcome: outcome(order, index, line, (held, waiting)),
        store_id: at.map(|at| store_name(at, stores)),
    }
}

/// Pieces of an item that wait for stock, at a store or nowhere yet.
pub(super) fn waiting(order: &Order, index: u16, line: &Line) -> Units {
    let waits = order.holds.iter().filter(|hold| hold.line == index && hold.stock.is_none());
    let waits: Units = waits.map(|hold| hold.units).sum();
    match line.shortage {
        _ if order.stage.is_closed() => Units::ZERO,
        Shortage::Substitute => waits,
        Shortage::Unsaid | Shortage::Wait | Shortage::Critical | Shortage::Skip => {
            waits.with(order.unassigned(index))
        }
    }
}

/// The same, with all that is known of it.
pub(super) fn whole<'a>(
    order: &'a Order,
    index: u16,
    line: &'a Line,
    stores: Stores<'_>,
) -> WholeItem<'a> {
    let own = KeptItem::of(&line.kept).own.unwrap_or_default();
    WholeItem {
        item: item(order, index, line, stores),
        product_name: &line.title,
        order_item_options_flags: super::flag(line.shortage),
        price: own.price,
        tax: own.tax,
        other_adjustments: own.other_adjustments,
        order_item_amount: own.order_item_amount,
        store_sku: own.store_sku.map_or_else(|| line.article.to_string(), Into::into),
        picker_bin_number: own.picker_bin_number.map(Into::into),
        shipping_weight: own.shipping_weight,
        shipping_weight_unit: own.shipping_weight_unit.map(Into::into),
    }
}

fn outcome(
    order: &Order,
    index: u16,
    line: &Line,
    (held, waiting): (Units, Units),
) -> Option<&'static str> {
    if !order.dropped(index).is_zero() {
        return Some("SKIPPED");
    }
    let is_open = !order.stage.is_closed();
    if is_open && line.shortage == Shortage::Substitute && !order.unassigned(index).is_zero() {
        return Some("TO_SUBSTITUTE");
    }
    match (held.is_zero(), waiting.is_zero()) {
        (false, false) => Some("PARTLY_HELD"),
        (true, false) => Some("BACKORDERED"),
        (false, true) => Some("HELD"),
        (true, true) => (!order.shipped(index).is_zero()).then_some("HELD"),
    }
}

/// What the shop calls a store, else its id.
fn store_name(at: LocationId, stores: Stores<'_>) -> String {
    let card = stores.iter().find(|(id, _)| *id == at).map(|(_, card)| card);
    let reference = card.and_then(|card| card.reference.as_ref());
    reference.map_or_else(|| at.to_string(), ToString::to_string)
}
