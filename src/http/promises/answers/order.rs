//! An order in this door's words: the request's members, and what the core knows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId, StockId};
use workflow::order::{Line, Order, Stage};
use workflow::outcome::Outcome;
use workflow::quantity::Units;
use workflow::reply::Reply;
use workflow::time::Time;

use super::promise::{held_in_a_word, valid_until};
use super::{At, Shown, joined, raw};
use crate::http::reply::json;
use crate::http::reply::{CERTUS_OUTCOME, created, entity, plain};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderAnswer<'a> {
    id: OrderId,
    version: u64,
    created: At,
    last_modified: At,
    status: &'static str,
    process_id: OrderId,
    workflow_information: WorkflowInformation,
    order_date: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promises_options: Option<PromisesOptions>,
    order_line_items: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkflowInformation {
    is_available: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PromisesOptions {
    valid_until: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineAnswer<'a> {
    id: Uuid,
    article: Box<RawValue>,
    quantity: Units,
    #[serde(flatten)]
    kept: BTreeMap<&'a str, &'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArticleAnswer<'a> {
    tenant_article_id: &'a ArticleId,
    title: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StrippedOrder<'a> {
    id: OrderId,
    status: &'static str,
    order_date: At,
    version: u64,
    created: At,
    last_modified: At,
    process_ref: OrderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stickers: Option<Box<RawValue>>,
    order_line_items: Vec<StrippedLine<'a>>,
}

#[derive(Serialize)]
struct StrippedLine<'a> {
    title: &'a str,
    quantity: Units,
}

#[derive(Serialize)]
struct OrdersAnswer<'a> {
    orders: Vec<StrippedOrder<'a>>,
    total: u64,
}

/// What this door has no member for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Certus {
    number: u64,
    certus_stage: &'static str,
    certus_held: Vec<HeldAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeldAnswer {
    order_line_item_ref: Uuid,
    facility_ref: LocationId,
    stock_ref: Option<StockId>,
    quantity: Units,
}

/// The reply to an order that was placed: 201.
pub(crate) fn placed(outcome: &Outcome) -> Reply {
    placed_with(outcome, false)
}

/// The same, with what is ours.
pub(crate) fn placed_with_certus(outcome: &Outcome) -> Reply {
    placed_with(outcome, true)
}

fn placed_with(outcome: &Outcome, certus: bool) -> Reply {
    let Outcome::Placed(view) = outcome else {
        unreachable!("an order is answered with what was placed")
    };
    let order = &view.order;
    let location = format!("/api/orders/{}", order.id);
    let mut reply = created(order.version, location, order_json(order, certus));
    let held = SmolStr::new_static(held_in_a_word(view));
    reply.headers.push((SmolStr::new_static(CERTUS_OUTCOME), held));
    reply
}

/// The reply to an action, or to a look at one order: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    shown_with(outcome, false)
}

/// The same, with what is ours.
pub(crate) fn shown_with_certus(outcome: &Outcome) -> Reply {
    shown_with(outcome, true)
}

/// The same, with what is ours if that was asked for.
pub(crate) fn shown_with(outcome: &Outcome, certus: bool) -> Reply {
    let Outcome::Order(order) = outcome else { unreachable!("an order is answered with an order") };
    entity(200, order.version, order_json(order, certus))
}

/// A page of orders: 200.
pub(crate) fn list(outcome: &Outcome) -> Reply {
    let Outcome::Orders { orders, total, .. } = outcome else {
        unreachable!("orders are answered with orders")
    };
    let orders = orders.iter().map(stripped).collect();
    plain(200, json(&OrdersAnswer { orders, total: *total }))
}

/// Where the order is in its life, in this door's words.
fn status(stage: &Stage) -> &'static str {
    match stage {
        Stage::Promised { .. } => "PROMISED",
        Stage::Confirmed { .. } | Stage::Delivered { .. } | Stage::Received => "OPEN",
        Stage::Locked => "LOCKED",
        Stage::Cancelled { .. } => "CANCELLED",
        Stage::Expired { .. } => "OBSOLETE",
    }
}

fn order_json(order: &Order, certus: bool) -> String {
    let lines = (0_u16..).zip(&order.asked.lines);
    let answer = OrderAnswer {
        id: order.id,
        version: order.version.0,
        created: Shown(order.created),
        last_modified: Shown(order.modified),
        status: status(&order.stage),
        process_id: order.id,
        workflow_information: WorkflowInformation { is_available: false },
        order_date: Shown(order.asked.ordered),
        tenant_order_id: order.reference.as_deref(),
        promises_options: valid_until(&order.stage)
            .map(|until| PromisesOptions { valid_until: Shown(until) }),
        order_line_items: lines.map(|(index, line)| line_json(order.id, index, line)).collect(),
    };
    let (kept, elsewhere) = parted(order.asked.kept.as_json());
    let kept = match order.window() {
        Some(window) => Cow::Owned(with_target(&kept, window.start)),
        None => kept,
    };
    if certus {
        let ours = joined(json(&certus_of(order)), &elsewhere);
        return joined(json(&answer), &with_certus(&kept, &ours));
    }
    joined(json(&answer), &kept)
}

/// The kept members that this door knows, and those that another door keeps for itself: their
/// names begin with `certus:`, which no name in a request does.
fn parted(kept: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    if !kept.contains("\"certus:") {
        return (Cow::Borrowed(kept), Cow::Borrowed("{}"));
    }
    let mut elsewhere = BTreeMap::new();
    let mut own = members(kept);
    own.retain(|name, value| match name.strip_prefix("certus:") {
        Some(door) => {
            elsewhere.insert(door.to_owned(), *value);
            false
        }
        None => true,
    });
    (Cow::Owned(json(&own)), Cow::Owned(json(&elsewhere)))
}

/// The kept members, with ours inside `customAttributes.certus`.
fn with_certus(kept: &str, certus: &str) -> String {
    let mut members = members(kept);
    let ours = format!("{{\"certus\":{certus}}}");
    let attributes = members.get("customAttributes").map_or("{}", |raw| raw.get());
    let attributes = raw(joined(ours, attributes));
    members.insert("customAttributes", &attributes);
    json(&members)
}

/// The kept members, with when the order is to be brought inside `deliveryPreferences`: what was
/// asked for there may have changed since, at any door.
fn with_target(kept: &str, at: Time) -> String {
    let mut known = members(kept);
    let mut preferences = members(known.get("deliveryPreferences").map_or("{}", |raw| raw.get()));
    let at = raw(json(&Shown(at)));
    preferences.insert("targetTime", &at);
    let preferences = raw(json(&preferences));
    known.insert("deliveryPreferences", &preferences);
    json(&known)
}

fn certus_of(order: &Order) -> Certus {
    let held = order.holds.iter().map(|hold| HeldAnswer {
        order_line_item_ref: order.id.line(hold.line),
        facility_ref: hold.location,
        stock_ref: hold.stock,
        quantity: hold.units,
    });
    let certus_held = if order.stage.is_closed() { Vec::new() } else { held.collect() };
    Certus { number: order.number, certus_stage: order.stage_name(), certus_held }
}

fn line_json(order: OrderId, index: u16, line: &Line) -> Box<RawValue> {
    let (known, _) = parted(line.kept.as_json());
    let mut kept = members(&known);
    let own = kept.remove("article").map_or("{}", |article| article.get());
    let article = ArticleAnswer { tenant_article_id: &line.article, title: &line.title };
    let answer = LineAnswer {
        id: order.line(index),
        article: raw(joined(json(&article), own)),
        quantity: line.quantity,
        kept,
    };
    raw(json(&answer))
}

fn stripped(order: &Order) -> StrippedOrder<'_> {
    let lines = order.asked.lines.iter();
    let lines = lines.map(|line| StrippedLine { title: &line.title, quantity: line.quantity });
    let mut kept = members(order.asked.kept.as_json());
    StrippedOrder {
        id: order.id,
        status: status(&order.stage),
        order_date: Shown(order.asked.ordered),
        version: order.version.0,
        created: Shown(order.created),
        last_modified: Shown(order.modified),
        process_ref: order.id,
        tenant_order_id: order.reference.as_deref(),
        stickers: kept.remove("stickers").map(RawValue::to_owned),
        order_line_items: lines.collect(),
    }
}

/// The members of a kept text, each as it is.
fn members(kept: &str) -> BTreeMap<&str, &RawValue> {
    serde_json::from_str(kept).expect("what is kept is an object of ours")
}
