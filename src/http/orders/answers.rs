//! What this door answers: orders in the envelope of the contract.

use serde::Serialize;
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};
use workflow::calendar::Zone;
use workflow::id::OrderId;
use workflow::order::{Line, Order, Standing, line_number};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::Reply;
use workflow::time::Time;

use super::bodies::{Head, KeptHead, KeptLine};
use super::call::Call;
use crate::http::promises::answers::{At, Shown};
use crate::http::reply::json;
use crate::http::reply::{CERTUS_OUTCOME, entity, plain};

/// Around every answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, T> {
    success: bool,
    data: T,
    errors: Option<()>,
    correlation_id: &'a str,
    timestamp: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderAnswer {
    order_id: u64,
    order_ref: OrderId,
    status: &'static str,
    version: u64,
    requester_id: Option<i64>,
    user_id: Option<i64>,
    facility_id: Option<i64>,
    shipping_address_id: Option<i64>,
    billing_address_id: Option<i64>,
    shipping_method: Option<String>,
    use_shipping_account: Option<bool>,
    notes: Option<String>,
    line_items: Vec<LineAnswer>,
    estimated_delivery_date: Option<String>,
    created_at: At,
    updated_at: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineAnswer {
    line_item_id: u64,
    part_number: Option<String>,
    price_option_id: Option<Value>,
    quantity: Units,
    held: Units,
    backordered: Units,
    status: &'static str,
}

/// A page of orders.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageAnswer {
    items: Vec<OrderAnswer>,
    page: u64,
    page_size: u64,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scanned_to: Option<At>,
}

/// A page of orders, as it was found.
pub(crate) struct Found {
    /// The orders, newest first.
    pub(crate) orders: Vec<Order>,
    /// Which page, from 1.
    pub(crate) page: u64,
    /// How many orders a page has.
    pub(crate) page_size: u64,
    /// How many orders were found in all.
    pub(crate) total: u64,
    /// When the last order was made that was looked at, if not all were.
    pub(crate) scanned_to: Option<Time>,
}

/// The reply to an order that was placed: 200.
pub(crate) fn placed(outcome: &Outcome, name: &str, zone: &Zone) -> Reply {
    let Outcome::Placed(view) = outcome else {
        unreachable!("an order is answered with what was placed")
    };
    let order = &view.order;
    let mut reply = held(order, name, zone);
    let location = format_smolstr!("/orders/{}", order.number);
    reply.headers.push((SmolStr::new_static("location"), location));
    reply
}

/// The reply to lines that were added: 200.
pub(crate) fn extended(outcome: &Outcome, name: &str, zone: &Zone) -> Reply {
    held(order_of(outcome), name, zone)
}

/// The reply to a cancel: 200.
pub(crate) fn changed(outcome: &Outcome, name: &str, zone: &Zone) -> Reply {
    let order = order_of(outcome);
    shown_at(order, (name, order.modified), zone)
}

/// The reply to a look at one order: 200.
pub(crate) fn shown(order: &Order, call: &Call, zone: &Zone) -> Reply {
    shown_at(order, (&call.name, call.at.max(order.modified)), zone)
}

/// A page of orders: 200.
pub(crate) fn page(found: &Found, call: &Call, zone: &Zone) -> Reply {
    let data = PageAnswer {
        items: found.orders.iter().map(|order| order_answer(order, zone)).collect(),
        page: found.page,
        page_size: found.page_size,
        total: found.total,
        scanned_to: found.scanned_to.map(Shown),
    };
    plain(200, envelope(data, &call.name, call.at))
}

/// The word for where an order is in its life.
pub(crate) fn status(order: &Order) -> &'static str {
    // No order expires after it last changed: who looked has noted that in its stage.
    match order.standing(order.modified) {
        Standing::Received | Standing::Promised => "PENDING",
        Standing::Locked => "ON_HOLD",
        Standing::Confirmed => "CONFIRMED",
        Standing::PartlyWaiting | Standing::Waiting => "BACKORDERED",
        Standing::Unroutable => "REJECTED",
        Standing::Picking | Standing::Picked | Standing::Staged => "IN_PROGRESS",
        Standing::Shipped | Standing::Nearing => "SHIPPED",
        Standing::Delivered => "DELIVERED",
        Standing::Cancelled => "CANCELLED",
        Standing::Expired => "EXPIRED",
    }
}

fn order_of(outcome: &Outcome) -> &Order {
    let Outcome::Order(order) = outcome else { unreachable!("an order is answered with an order") };
    order
}

/// The reply to what holds stock; `Certus-Outcome` says how much, if anything was asked for.
fn held(order: &Order, name: &str, zone: &Zone) -> Reply {
    let mut reply = shown_at(order, (name, order.modified), zone);
    let lines = (0_u16..).zip(&order.asked.lines);
    let (held, wanted) = lines.fold((0, 0), |(held, wanted), (index, line)| {
        let (here, _) = pieces(order, index);
        (held + u64::from(here.get()), wanted + u64::from(line.quantity.get()))
    });
    let word = match held {
        _ if wanted == 0 => return reply,
        0 => "not-held",
        _ if held == wanted => "held",
        _ => "partly-held",
    };
    reply.headers.push((SmolStr::new_static(CERTUS_OUTCOME), SmolStr::new_static(word)));
    reply
}

fn shown_at(order: &Order, (name, at): (&str, Time), zone: &Zone) -> Reply {
    entity(200, order.version, envelope(order_answer(order, zone), name, at))
}

fn envelope(data: impl Serialize, correlation_id: &str, at: Time) -> String {
    json(&Envelope { success: true, data, errors: None, correlation_id, timestamp: Shown(at) })
}

fn order_answer(order: &Order, zone: &Zone) -> OrderAnswer {
    let kept: KeptHead = serde_json::from_str(order.asked.kept.as_json())
        .expect("what is kept is an object of ours");
    let head = kept.head;
    let id = |of: fn(&Head) -> i64| head.as_ref().map(of);
    let lines = (0_u16..).zip(&order.asked.lines);
    OrderAnswer {
        order_id: order.number,
        order_ref: order.id,
        status: status(order),
        version: order.version.0,
        requester_id: id(|head| head.requester_id),
        user_id: id(|head| head.user_id),
        facility_id: id(|head| head.facility_id),
        shipping_address_id: id(|head| head.shipping_address_id),
        billing_address_id: id(|head| head.billing_address_id),
        use_shipping_account: head.as_ref().map(|head| head.use_shipping_account),
        shipping_method: head.as_ref().map(|head| head.shipping_method.clone()),
        notes: head.and_then(|head| head.notes),
        line_items: lines.map(|(index, line)| line_answer(order, index, line)).collect(),
        estimated_delivery_date: order.window().map(|window| zone.day(window.start)),
        created_at: Shown(order.created),
        updated_at: Shown(order.modified),
    }
}

fn line_answer(order: &Order, index: u16, line: &Line) -> LineAnswer {
    let kept: KeptLine =
        serde_json::from_str(line.kept.as_json()).expect("what is kept is an object of ours");
    let (part_number, price_option_id) = match kept.parts() {
        Some((part, option)) => (part, Some(option)),
        None => (Some(line.article.to_string()), None),
    };
    let (held, backordered) = pieces(order, index);
    let status = match order.standing(order.modified) {
        Standing::Received
        | Standing::Promised
        | Standing::Locked
        | Standing::Cancelled
        | Standing::Expired => status(order),
        _ if !backordered.is_zero() => "BACKORDERED",
        _ if held.is_zero() && order.shipped(index).is_zero() => "REJECTED",
        Standing::Confirmed
        | Standing::PartlyWaiting
        | Standing::Waiting
        | Standing::Unroutable => "CONFIRMED",
        Standing::Picking
        | Standing::Picked
        | Standing::Staged
        | Standing::Shipped
        | Standing::Nearing
        | Standing::Delivered => status(order),
    };
    LineAnswer {
        line_item_id: line_number(order.number, index),
        part_number,
        price_option_id,
        quantity: line.quantity,
        held,
        backordered,
        status,
    }
}

/// The pieces of a line that are held, and those that wait. Who is closed has none, swept or not.
fn pieces(order: &Order, index: u16) -> (Units, Units) {
    if order.stage.is_closed() {
        return (Units::ZERO, Units::ZERO);
    }
    let holds = order.holds.iter().filter(|hold| hold.line == index && hold.stock.is_some());
    (holds.map(|hold| hold.units).sum(), order.waiting(index))
}
