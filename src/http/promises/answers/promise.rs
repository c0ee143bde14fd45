//! The answer to `deliverypromise`: where the order is fulfilled, what of it waits, until when.
//!
//! The hot path of the server: structs that borrow, written in one pass, and no tree in between.

use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};
use uuid::Uuid;
use workflow::id::{ArticleId, LocationId, OrderId};
use workflow::location::OutOfStock;
use workflow::order::{Delivery, Line, Order, Stage};
use workflow::outcome::{Outcome, PartLine, PartView, PlacedView};
use workflow::quantity::Units;
use workflow::reply::Reply;
use workflow::routing::{Considered, Fence};
use workflow::time::{Millis, Time};

use super::{At, Shown, json};
use crate::http::reply::{CERTUS_OUTCOME, created};

/// Minutes a facility needs when its card does not say.
const PROCESS_BUFFER_MINUTES: u64 = 240;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PromiseAnswer<'a> {
    order_ref: OrderId,
    order_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    promises_options: Option<PromisesOptions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ship_to_customer: Vec<Shipment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collect: Option<Collection<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    back_ordered: Option<BackOrdered<'a>>,
    sourcing_option: SourcingOption<'a>,
    /// Only when it was asked for, so that strict readers are not surprised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certus_considered: Vec<Looked>,
}

/// What routing saw of one location.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Looked {
    facility_ref: LocationId,
    chosen: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metres: Option<u32>,
    lines_alone: u16,
    quantity: Units,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PromisesOptions {
    valid_until: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shipment<'a> {
    facility: Facility<'a>,
    line_items: Vec<LineItem<'a>>,
    carriers: [(); 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Collection<'a> {
    facility: Facility<'a>,
    line_items: Vec<LineItem<'a>>,
    target_time: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackOrdered<'a> {
    line_items: Vec<LineItem<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facility<'a> {
    facility_ref: LocationId,
    facility_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineItem<'a> {
    tenant_article_id: &'a ArticleId,
    title: &'a str,
    quantity: Units,
    available: Units,
    out_of_stock_behaviour: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_timeframe: Option<Timeframe>,
}

#[derive(Serialize)]
struct Timeframe {
    start: At,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SourcingOption<'a> {
    id: Uuid,
    run_id: Uuid,
    total_penalty: f64,
    nodes: Vec<Node<'a>>,
    transfers: Vec<Transfer<'a>>,
    rating_results: Vec<Rating>,
    priority_rating_results: [(); 0],
    non_assigned_order_line_items: Vec<Pieces<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    id: SmolStr,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    facility_ref: Option<LocationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_facility_id: Option<&'a str>,
    line_items: Vec<Pieces<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transfer<'a> {
    source_node_ref: SmolStr,
    target_node_ref: SmolStr,
    line_items: Vec<Pieces<'a>>,
    packaging_information: [(); 0],
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pieces<'a> {
    tenant_article_id: &'a ArticleId,
    quantity: Units,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rating {
    id: &'static str,
    name: &'static str,
    penalty: f64,
    #[serde(rename = "type")]
    kind: &'static str,
    routing_strategy_node_id: &'static str,
}

/// The reply to a promise that was made: 201.
pub(crate) fn promised(outcome: &Outcome) -> Reply {
    let Outcome::Placed(view) = outcome else {
        unreachable!("a promise is answered with what was placed")
    };
    let order = &view.order;
    let body = json(&answer(view));
    let mut reply = created(order.version, format!("/api/orders/{}", order.id), body);
    let held = SmolStr::new_static(held_in_a_word(view));
    reply.headers.push((SmolStr::new_static(CERTUS_OUTCOME), held));
    reply
}

/// `held`, `partly-held` or `not-held`: pieces that wait or have no place are not held.
pub(crate) fn held_in_a_word(view: &PlacedView) -> &'static str {
    let lines = &view.order.asked.lines;
    let wanted: u64 = lines.iter().map(|line| u64::from(line.quantity.get())).sum();
    let parts = view.parts.iter().flat_map(|part| &part.lines).filter(|line| !line.waits);
    match parts.map(|line| u64::from(line.units.get())).sum::<u64>() {
        0 => "not-held",
        held if held == wanted => "held",
        _ => "partly-held",
    }
}

fn answer(view: &PlacedView) -> PromiseAnswer<'_> {
    let order = &view.order;
    let lines = &order.asked.lines[..];
    let mut shipments: Vec<Shipment<'_>> = Vec::with_capacity(view.parts.len());
    for part in &view.parts {
        let line_items: Vec<_> = held(part).map(|it| line_item(lines, it)).collect();
        if !line_items.is_empty() {
            shipments.push(Shipment { facility: facility(part), line_items, carriers: [] });
        }
    }
    let mut collect = None;
    if let Delivery::Collect { .. } = order.asked.delivery {
        collect = shipments.pop().map(|shipment| Collection {
            facility: shipment.facility,
            line_items: shipment.line_items,
            target_time: Shown(ready_at(view)),
        });
    }
    let waiting = view.parts.iter().flat_map(|part| &part.lines).filter(|it| it.waits);
    let waiting: Vec<_> = waiting.map(|it| line_item(lines, it)).collect();
    PromiseAnswer {
        order_ref: order.id,
        order_version: order.version.0,
        promises_options: valid_until(&order.stage)
            .map(|until| PromisesOptions { valid_until: Shown(until) }),
        ship_to_customer: shipments,
        collect,
        back_ordered: (!waiting.is_empty()).then_some(BackOrdered { line_items: waiting }),
        sourcing_option: sourcing_option(view),
        certus_considered: view.considered.iter().map(looked).collect(),
    }
}

fn looked(seen: &Considered) -> Looked {
    let fence = seen.fence.map(|fence| match fence {
        Fence::NotOnline => "NOT_ONLINE",
        Fence::NotPreselected => "NOT_PRESELECTED",
        Fence::DoesNotShip => "DOES_NOT_SHIP",
        Fence::DoesNotServePickup => "DOES_NOT_SERVE_PICKUP",
    });
    Looked {
        facility_ref: seen.location,
        chosen: seen.chosen,
        fence,
        metres: seen.metres,
        lines_alone: seen.covers,
        quantity: seen.units,
    }
}

/// Until when a promise is or was good; nothing once it was sold or ended by somebody.
pub(super) fn valid_until(stage: &Stage) -> Option<Time> {
    match stage {
        Stage::Promised { until } | Stage::Expired { until } => Some(*until),
        Stage::Confirmed { .. } | Stage::Cancelled { .. } => None,
    }
}

fn sourcing_option(view: &PlacedView) -> SourcingOption<'_> {
    let order = &view.order;
    let lines = &order.asked.lines[..];
    let run = order.id.routing_run();
    let giving = view.parts.iter().filter(|part| held(part).next().is_some());
    let mut nodes = Vec::with_capacity(view.parts.len() + 1);
    let mut reaches: Vec<Pieces<'_>> = Vec::with_capacity(lines.len());
    for (index, part) in giving.enumerate() {
        let line_items: Vec<_> = held(part).map(|it| pieces(lines, it)).collect();
        reaches.extend_from_slice(&line_items);
        nodes.push(Node {
            id: format_smolstr!("n{}", index + 1),
            kind: "MANAGED_FACILITY",
            facility_ref: Some(part.location),
            tenant_facility_id: part.card.reference.as_deref(),
            line_items,
        });
    }
    let ships = matches!(order.asked.delivery, Delivery::Ship { .. });
    let mut transfers = Vec::new();
    if ships && !nodes.is_empty() {
        let customer = format_smolstr!("n{}", nodes.len() + 1);
        transfers.extend(nodes.iter().map(|node| Transfer {
            source_node_ref: node.id.clone(),
            target_node_ref: customer.clone(),
            line_items: node.line_items.clone(),
            packaging_information: [],
        }));
        nodes.push(Node {
            id: customer,
            kind: "CUSTOMER",
            facility_ref: None,
            tenant_facility_id: None,
            line_items: reaches,
        });
    }
    let rating_results = ratings(view);
    SourcingOption {
        id: run,
        run_id: run,
        total_penalty: rating_results.iter().map(|rating| rating.penalty).sum(),
        nodes,
        transfers,
        rating_results,
        priority_rating_results: [],
        non_assigned_order_line_items: unassigned(order),
    }
}

/// What routing really weighs: how many deliveries there are, and how far they go in kilometres.
fn ratings(view: &PlacedView) -> Vec<Rating> {
    let rating = |id, name, penalty| Rating {
        id,
        name,
        penalty,
        kind: "StandardRating",
        routing_strategy_node_id: "root",
    };
    let giving = || view.parts.iter().filter(|part| held(part).next().is_some());
    let deliveries = giving().count();
    if deliveries == 0 {
        return Vec::new();
    }
    let mut ratings =
        vec![rating("number-of-deliveries", "NUMBER-OF-DELIVERIES", deliveries as f64)];
    let metres: Option<u64> = giving().map(|part| part.metres.map(u64::from)).sum();
    if let Some(metres) = metres {
        ratings.push(rating("geo-distance", "GEO-DISTANCE", metres as f64 / 1000.0));
    }
    ratings
}

/// What nothing can fulfil, line by line.
fn unassigned(order: &Order) -> Vec<Pieces<'_>> {
    let lines = &order.asked.lines;
    let mut open: Vec<Units> = lines.iter().map(|line| line.quantity).collect();
    for hold in &order.holds {
        let line = usize::from(hold.line);
        open[line] = open[line].less(hold.units);
    }
    let open = lines.iter().zip(open).filter(|(_, quantity)| !quantity.is_zero());
    open.map(|(line, quantity)| Pieces { tenant_article_id: &line.article, quantity }).collect()
}

fn held(part: &PartView) -> impl Iterator<Item = &PartLine> {
    part.lines.iter().filter(|line| !line.waits)
}

fn facility(part: &PartView) -> Facility<'_> {
    Facility {
        facility_ref: part.location,
        facility_name: &part.card.name,
        tenant_facility_id: part.card.reference.as_deref(),
    }
}

fn line_item<'a>(lines: &'a [Line], part: &PartLine) -> LineItem<'a> {
    let line = &lines[usize::from(part.line)];
    LineItem {
        tenant_article_id: &line.article,
        title: &line.title,
        quantity: part.units,
        available: part.available,
        out_of_stock_behaviour: behaviour(part.out_of_stock),
        availability_timeframe: part.expected.map(|start| Timeframe { start: Shown(start) }),
    }
}

fn pieces<'a>(lines: &'a [Line], part: &PartLine) -> Pieces<'a> {
    let line = &lines[usize::from(part.line)];
    Pieces { tenant_article_id: &line.article, quantity: part.units }
}

/// What happens without stock, in this door's words.
pub(crate) fn behaviour(out_of_stock: OutOfStock) -> &'static str {
    match out_of_stock {
        OutOfStock::None => "NONE",
        OutOfStock::Backorder => "BACKORDER",
        OutOfStock::Preorder { .. } => "PREORDER",
        OutOfStock::Restock { .. } => "RESTOCK",
        OutOfStock::PreorderAndRestock { .. } => "PREORDER_AND_RESTOCK",
    }
}

/// When the customer can collect: as asked, else after the time that the facility needs.
fn ready_at(view: &PlacedView) -> Time {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Asked {
        delivery_preferences: Option<Preferences>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Preferences {
        target_time: Option<String>,
        collect: Option<Vec<Collect>>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Collect {
        provisioning_time: Option<String>,
    }
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Card {
        fulfillment_process_buffer: Option<u64>,
    }
    let asked: Option<Asked> = serde_json::from_str(view.order.asked.kept.as_json()).ok();
    let preferences = asked.and_then(|asked| asked.delivery_preferences);
    let wanted = preferences.and_then(|it| {
        let provisioning = it.collect.and_then(|all| all.into_iter().next()?.provisioning_time);
        it.target_time.or(provisioning)
    });
    let buffer = || {
        let card = &view.parts.first()?.card;
        let card: Card = serde_json::from_str(card.kept.as_json()).ok()?;
        card.fulfillment_process_buffer
    };
    wanted.and_then(|text| Time::parse(&text)).unwrap_or_else(|| {
        view.order.created + Millis::minutes(buffer().unwrap_or(PROCESS_BUFFER_MINUTES))
    })
}
