//! Deliveries as a driver has them.

use serde::Serialize;
use workflow::outcome::{DeliveryView, Outcome};
use workflow::quantity::Units;
use workflow::reply::Reply;

use super::order::{utc, window};
use crate::http::deliveries::kept::KeptOrder;
use crate::http::reply::json;
use crate::http::reply::plain;

#[derive(Serialize)]
struct Stop {
    id: u64,
    shipping_address: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    quantity: Units,
    placed_at: String,
    expected_delivery_window: String,
}

/// Deliveries that wait for a driver, or that one brings: 200.
pub(crate) fn stops(outcome: &Outcome) -> Reply {
    let Outcome::Deliveries(rows) = outcome else {
        unreachable!("deliveries are answered with deliveries")
    };
    plain(200, json(&rows.iter().map(stop).collect::<Vec<Stop>>()))
}

fn stop(view: &DeliveryView) -> Stop {
    let order = &view.order;
    let kept = KeptOrder::of(&order.asked.kept);
    let lines = 0..u16::try_from(order.asked.lines.len()).unwrap_or(u16::MAX);
    let held: Units =
        order.holds.iter().filter(|hold| hold.stock.is_some()).map(|hold| hold.units).sum();
    Stop {
        id: order.number,
        shipping_address: kept.address().and_then(|address| address.line()),
        latitude: order.asked.destination.map(|place| place.lat()),
        longitude: order.asked.destination.map(|place| place.lon()),
        quantity: held.with(lines.map(|line| order.shipped(line)).sum()),
        placed_at: utc(order.asked.ordered),
        expected_delivery_window: window(order),
    }
}
