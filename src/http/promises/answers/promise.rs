//! The answer to `deliverypromise`: where the order is fulfilled, what of it waits, until when.
//!
//! The hot path of the server: written in one pass by a [`Pen`], with no tree in between. The order
//! of members is the contract's sample's.

use std::ops::Range;

use smol_str::SmolStr;
use uuid::Uuid;
use uuid::fmt::Hyphenated;
use workflow::id::{ArticleId, LocationId};
use workflow::location::OutOfStock;
use workflow::order::{Delivery, Line, Order, Stage};
use workflow::outcome::{Outcome, PartLine, PartView, PlacedView};
use workflow::quantity::Units;
use workflow::reply::Reply;
use workflow::routing::{Considered, Fence};
use workflow::time::{Millis, Time};

use crate::http::pen::Pen;
use crate::http::reply::{CERTUS_OUTCOME, created};
use crate::limits::PROCESS_BUFFER_MINUTES_MAX;

/// Minutes a facility needs when its card does not say.
const PROCESS_BUFFER_MINUTES: u64 = 240;
/// Bytes of a usual answer.
const ANSWER_BYTES: usize = 2_048;

/// The reply to a promise that was made: 201.
pub(crate) fn promised(outcome: &Outcome) -> Reply {
    let Outcome::Placed(view) = outcome else {
        unreachable!("a promise is answered with what was placed")
    };
    let order = &view.order;
    let mut pen = Pen::with_room(ANSWER_BYTES);
    write(&mut pen, view);
    let body = pen.into_text();
    let mut id = [0; Hyphenated::LENGTH];
    let id = Uuid::from_u128(order.id.to_bits()).hyphenated().encode_lower(&mut id);
    let mut reply = created(order.version, ["/api/orders/", id].concat(), body);
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

fn write(pen: &mut Pen, view: &PlacedView) {
    let order = &view.order;
    let lines = &order.asked.lines[..];
    pen.raw(r#"{"orderRef":"#).uuid(order.id.to_bits());
    pen.raw(r#","orderVersion":"#).number(order.version.0);
    if let Some(until) = valid_until(&order.stage) {
        pen.raw(r#","promisesOptions":{"validUntil":"#).instant(until).raw("}");
    }
    match order.asked.delivery {
        Delivery::Ship { .. } if giving(view).next().is_some() => {
            pen.raw(r#","shipToCustomer":"#).array(giving(view), |pen, part| {
                shipment(pen.raw("{"), lines, part);
                pen.raw(r#","carriers":[]}"#);
            });
        }
        Delivery::Ship { .. } => {}
        Delivery::Collect { .. } => {
            if let Some(part) = giving(view).next() {
                shipment(pen.raw(r#","collect":{"#), lines, part);
                pen.raw(r#","targetTime":"#).instant(ready_at(view)).raw("}");
            }
        }
    }
    let waiting = || view.parts.iter().flat_map(|part| &part.lines).filter(|it| it.waits);
    if waiting().next().is_some() {
        line_items(pen.raw(r#","backOrdered":{"#), lines, waiting());
        pen.raw("}");
    }
    sourcing_option(pen.raw(r#","sourcingOption":{"#), view);
    pen.raw("}");
    if !view.considered.is_empty() {
        // Only when it was asked for, so that strict readers are not surprised.
        pen.raw(r#","certusConsidered":"#).array(&view.considered, looked);
    }
    pen.raw("}");
}

/// A facility and what it gives.
fn shipment(pen: &mut Pen, lines: &[Line], part: &PartView) {
    pen.raw(r#""facility":{"facilityRef":"#).uuid(part.location.to_bits());
    own_name(pen.raw(r#","facilityName":"#).text(&part.card.name), part);
    line_items(pen.raw("},"), lines, held(part));
}

fn own_name(pen: &mut Pen, part: &PartView) {
    if let Some(reference) = &part.card.reference {
        pen.raw(r#","tenantFacilityId":"#).text(reference);
    }
}

fn line_items<'a>(pen: &mut Pen, lines: &[Line], parts: impl Iterator<Item = &'a PartLine>) {
    pen.raw(r#""lineItems":"#).array(parts, |pen, part| {
        let line = &lines[usize::from(part.line)];
        pen.raw(r#"{"tenantArticleId":"#).text(line.article.as_str());
        pen.raw(r#","title":"#).text(&line.title);
        pen.raw(r#","quantity":"#).number(part.units.get().into());
        pen.raw(r#","available":"#).number(part.available.get().into());
        pen.raw(r#","outOfStockBehaviour":""#).raw(behaviour(part.out_of_stock));
        match part.expected {
            Some(start) => {
                pen.raw(r#"","availabilityTimeframe":{"start":"#).instant(start).raw("}}")
            }
            None => pen.raw(r#""}"#),
        };
    });
}

/// The plan, as a graph from facilities to the customer.
fn sourcing_option(pen: &mut Pen, view: &PlacedView) {
    let order = &view.order;
    let run = order.id.routing_run().as_u128();
    let ships = matches!(order.asked.delivery, Delivery::Ship { .. });
    let deliveries = giving(view).count();
    let metres: Option<u64> = giving(view).map(|part| part.metres.map(u64::from)).sum();
    pen.raw(r#""id":"#).uuid(run).raw(r#","runId":"#).uuid(run);
    let penalty = deliveries as u64 * 1_000 + metres.unwrap_or_default();
    pen.raw(r#","totalPenalty":"#).thousandths(penalty);
    // What a facility gives stands at its node, at the customer's, and in the transfer.
    let mut given = Vec::with_capacity(deliveries);
    let nodes = 0..deliveries + usize::from(ships && deliveries > 0);
    pen.raw(r#","nodes":"#).array(nodes, |pen, at| node(pen, view, at, &mut given));
    let transfers = given.into_iter().enumerate().filter(|_| ships);
    pen.raw(r#","transfers":"#).array(transfers, |pen, (at, given)| {
        node_name(pen.raw(r#"{"sourceNodeRef":"#), at);
        node_name(pen.raw(r#","targetNodeRef":"#), deliveries);
        pen.raw(r#","lineItems":["#).again(given).raw(r#"],"packagingInformation":[]}"#);
    });
    // What routing really weighs: how many deliveries there are, and how far they go.
    let parted = Some(deliveries as u64 * 1_000);
    let ratings = [
        (r#"{"id":"number-of-deliveries","name":"NUMBER-OF-DELIVERIES""#, parted),
        (r#"{"id":"geo-distance","name":"GEO-DISTANCE""#, metres),
    ];
    let ratings = ratings.into_iter().filter(|(_, penalty)| deliveries > 0 && penalty.is_some());
    pen.raw(r#","ratingResults":"#).array(ratings, |pen, (name, penalty)| {
        pen.raw(name).raw(r#","penalty":"#).thousandths(penalty.unwrap_or_default());
        pen.raw(r#","type":"StandardRating","routingStrategyNodeId":"root"}"#);
    });
    pen.raw(r#","priorityRatingResults":[],"nonAssignedOrderLineItems":"#);
    pieces(pen, unassigned(order));
}

/// A facility that gives something, or behind the last of them the customer. `given` is where the
/// pieces of the facilities before stand.
fn node(pen: &mut Pen, view: &PlacedView, at: usize, given: &mut Vec<Range<usize>>) {
    let lines = &view.order.asked.lines[..];
    node_name(pen.raw(r#"{"id":"#), at);
    if let Some(part) = giving(view).nth(at) {
        pen.raw(r#","type":"MANAGED_FACILITY","facilityRef":"#).uuid(part.location.to_bits());
        own_name(pen, part);
        pen.raw(r#","lineItems":"#);
        given.push(pieces(pen, held(part).map(|it| of_line(lines, it))));
    } else {
        pen.raw(r#","type":"CUSTOMER","lineItems":"#).array(given.iter().cloned(), |pen, given| {
            pen.again(given);
        });
    }
    pen.raw("}");
}

fn node_name(pen: &mut Pen, at: usize) {
    pen.raw("\"n").number(at as u64 + 1).raw("\"");
}

/// Returns where in the text the pieces stand.
fn pieces<'a>(
    pen: &mut Pen,
    pieces: impl IntoIterator<Item = (&'a ArticleId, Units)>,
) -> Range<usize> {
    pen.array(pieces, |pen, (article, units)| {
        pen.raw(r#"{"tenantArticleId":"#).text(article.as_str());
        pen.raw(r#","quantity":"#).number(units.get().into()).raw("}");
    })
}

/// What routing saw of one location.
fn looked(pen: &mut Pen, seen: &Considered) {
    let location: LocationId = seen.location;
    pen.raw(r#"{"facilityRef":"#).uuid(location.to_bits());
    pen.raw(r#","chosen":"#).raw(if seen.chosen { "true" } else { "false" });
    if let Some(fence) = seen.fence {
        pen.raw(r#","fence":""#).raw(match fence {
            Fence::NotOnline => "NOT_ONLINE\"",
            Fence::NotPreselected => "NOT_PRESELECTED\"",
            Fence::DoesNotShip => "DOES_NOT_SHIP\"",
            Fence::DoesNotServePickup => "DOES_NOT_SERVE_PICKUP\"",
        });
    }
    if let Some(metres) = seen.metres {
        pen.raw(r#","metres":"#).number(metres.into());
    }
    pen.raw(r#","linesAlone":"#).number(seen.covers.into());
    pen.raw(r#","quantity":"#).number(seen.units.get().into()).raw("}");
}

/// Until when a promise is or was good; nothing once it was sold or ended by somebody.
pub(super) fn valid_until(stage: &Stage) -> Option<Time> {
    match stage {
        Stage::Promised { until } | Stage::Expired { until } => Some(*until),
        Stage::Received
        | Stage::Locked
        | Stage::Confirmed { .. }
        | Stage::Cancelled { .. }
        | Stage::Delivered { .. } => None,
    }
}

/// What nothing can fulfil, line by line.
fn unassigned(order: &Order) -> impl Iterator<Item = (&ArticleId, Units)> {
    let lines = &order.asked.lines;
    let mut open: Vec<Units> = lines.iter().map(|line| line.quantity).collect();
    for hold in &order.holds {
        let line = usize::from(hold.line);
        open[line] = open[line].less(hold.units);
    }
    let open = lines.iter().zip(open).filter(|(_, quantity)| !quantity.is_zero());
    open.map(|(line, quantity)| (&line.article, quantity))
}

/// The parts that give anything now.
fn giving(view: &PlacedView) -> impl Iterator<Item = &PartView> {
    view.parts.iter().filter(|part| held(part).next().is_some())
}

fn held(part: &PartView) -> impl Iterator<Item = &PartLine> {
    part.lines.iter().filter(|line| !line.waits)
}

fn of_line<'a>(lines: &'a [Line], part: &PartLine) -> (&'a ArticleId, Units) {
    (&lines[usize::from(part.line)].article, part.units)
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
        let minutes = buffer().unwrap_or(PROCESS_BUFFER_MINUTES);
        view.order.created + Millis::minutes(minutes.min(PROCESS_BUFFER_MINUTES_MAX as u64))
    })
}
