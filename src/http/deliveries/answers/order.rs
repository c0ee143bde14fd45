//! An order in this door's words.

use std::fmt::Write;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use smol_str::{SmolStr, format_smolstr};
use workflow::id::OrderId;
use workflow::order::{Order, Stage, Standing, Step};
use workflow::outcome::{DeliveryView, Outcome};
use workflow::reply::Reply;
use workflow::time::Time;

use super::item::{ItemAnswer, Stores, WholeItem, item, whole};
use super::words::words;
use crate::http::deliveries::kept::KeptOrder;
use crate::http::deliveries::routes::list::Found;
use crate::http::promises::answers::promise::held_in_a_word;
use crate::http::reply::json;
use crate::http::reply::{CERTUS_OUTCOME, entity, plain};

#[derive(Serialize)]
struct Answer<T> {
    status: &'static str,
    order: T,
}

/// An order that was just made.
#[derive(Serialize)]
struct OrderAnswer<'a, T> {
    order_status: &'static str,
    estimated_delivery_window: String,
    id: OrderId,
    number: u64,
    client_id: Option<&'a str>,
    client_internal_order_id: Option<&'a str>,
    version: u64,
    secure_order_id: Option<String>,
    items: Vec<T>,
    #[serde(serialize_with = "or_none_at_all")]
    warnings: Option<&'a RawValue>,
}

/// An order with all that is known of it.
#[derive(Serialize)]
struct WholeOrder<'a> {
    #[serde(flatten)]
    order: OrderAnswer<'a, WholeItem<'a>>,
    picked_status: &'static str,
    message_status: Option<&'static str>,
    order_placed_timestamp: String,
    customer: CustomerAnswer<'a>,
    order_options_flags: Option<&'a str>,
    delivery_option: Option<&'a str>,
    client_payment_id: Option<&'a str>,
    payment_card_last4: Option<&'a str>,
    sums: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct CustomerAnswer<'a> {
    name: Option<String>,
    shipping_address: Option<String>,
    email: Option<&'a str>,
    phone_number: Option<&'a str>,
}

#[derive(Serialize)]
struct ListAnswer {
    status: &'static str,
    deliveries: Vec<Box<RawValue>>,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scanned_to: Option<u64>,
}

/// The reply to an order that was made: 200, as this door says it, with where the order is.
pub(crate) fn placed(outcome: &Outcome) -> Reply {
    let Outcome::Placed(view) = outcome else {
        unreachable!("an order is answered with what was placed")
    };
    let stores: Vec<_> = view.parts.iter().map(|part| (part.location, part.card.clone())).collect();
    let order = &view.order;
    let kept = KeptOrder::of(&order.asked.kept);
    let items: Vec<ItemAnswer> =
        lines(order).map(|(index, line)| item(order, index, line, &stores)).collect();
    let body = json(&Answer { status: "ok", order: head(order, &kept, items) });
    let mut reply = entity(200, order.version, body);
    let held = SmolStr::new_static(held_in_a_word(view));
    reply.headers.push((SmolStr::new_static(CERTUS_OUTCOME), held));
    let path = format_smolstr!("/deliveries/{}", order.number);
    reply.headers.push((SmolStr::new_static("location"), path));
    reply
}

/// The reply to a look at one order, or to an action on it: 200.
pub(crate) fn shown(outcome: &Outcome) -> Reply {
    let (order, stores): (_, Stores<'_>) = match outcome {
        Outcome::Delivery(view) | Outcome::Worked(view, _) | Outcome::Shared(_, view) => {
            (&view.order, &view.stores)
        }
        Outcome::Order(order) => (&**order, &[]),
        _ => unreachable!("an order is answered with an order"),
    };
    let body = format!("{{\"status\":\"ok\",\"order\":{}}}", order_json(order, stores));
    entity(200, order.version, body)
}

/// A page of orders, the newest first: 200.
pub(crate) fn page(found: &Found) -> Reply {
    let row = |view: &DeliveryView| {
        crate::http::promises::answers::raw(order_json(&view.order, &view.stores))
    };
    let deliveries = found.rows.iter().map(row).collect();
    let (total, scanned_to) = (found.total, found.scanned_to);
    plain(200, json(&ListAnswer { status: "ok", deliveries, total, scanned_to }))
}

fn lines(order: &Order) -> impl Iterator<Item = (u16, &workflow::order::Line)> {
    (0_u16..).zip(&order.asked.lines)
}

fn order_json(order: &Order, stores: Stores<'_>) -> String {
    let kept = KeptOrder::of(&order.asked.kept);
    let items = lines(order).map(|(index, line)| whole(order, index, line, stores)).collect();
    let row = words(standing(order));
    let message_status = match &order.stage {
        // It ends with the last word that the customer was told.
        Stage::Cancelled { .. } if order.parts().iter().any(|part| part.step > Step::Picking) => {
            Some("PICKED")
        }
        _ => row.message_status,
    };
    let own = kept.own.as_ref();
    json(&WholeOrder {
        picked_status: row.picked_status,
        message_status,
        order_placed_timestamp: utc(order.asked.ordered),
        customer: customer(order, &kept),
        order_options_flags: own.and_then(|own| own.order_flag.as_deref()),
        delivery_option: own.and_then(|own| own.delivery_option.as_deref()),
        client_payment_id: own.and_then(|own| own.payment_id.as_deref()),
        payment_card_last4: own.and_then(|own| own.card_last4.as_deref()),
        sums: own.and_then(|own| own.sums),
        order: head(order, &kept, items),
    })
}

/// The customer of the order; of one that was only reported for reviews, who was reported.
fn customer<'a>(order: &'a Order, kept: &'a KeptOrder<'a>) -> CustomerAnswer<'a> {
    let report = order.report.as_ref().filter(|_| kept.consumer.is_none());
    let address = kept.address();
    let email = kept.consumer.as_ref().and_then(|it| it.email.as_deref());
    CustomerAnswer {
        name: address
            .and_then(|it| it.name())
            .or_else(|| report?.fullname.as_deref().map(str::to_owned)),
        shipping_address: address.and_then(|it| it.line()),
        email: email.or_else(|| Some(report?.email.as_str())),
        phone_number: address.and_then(|it| it.phone_numbers.as_ref()?.first()?.value.as_deref()),
    }
}

fn head<'a, T>(order: &'a Order, kept: &KeptOrder<'a>, items: Vec<T>) -> OrderAnswer<'a, T> {
    let handover = order.asked.handover.as_ref();
    OrderAnswer {
        order_status: words(standing(order)).order_status,
        estimated_delivery_window: window(order),
        id: order.id,
        number: order.number,
        client_id: order.shop().map(SmolStr::as_str),
        client_internal_order_id: order.reference.as_deref(),
        version: order.version.0,
        secure_order_id: handover.map(|it| hex(&it.secret)),
        items,
        warnings: kept.own.as_ref().and_then(|own| own.warnings),
    }
}

/// The list, or one without entries: clients need not tell nothing from null.
fn or_none_at_all<S: Serializer>(
    warnings: &Option<&RawValue>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match warnings {
        Some(warnings) => warnings.serialize(serializer),
        None => [(); 0].serialize(serializer),
    }
}

/// How the order stands. Whoever was shown it has seen what the time did to it: so no time can
/// change that any more.
fn standing(order: &Order) -> Standing {
    order.standing(order.modified)
}

/// `2026-01-12 15:30:00 UTC, 120`: the start, and the length in minutes.
pub(super) fn window(order: &Order) -> String {
    order
        .window()
        .map_or_else(String::new, |it| format!("{}, {}", utc(it.start), it.length.0 / 60_000))
}

/// An instant as the original writes it.
pub(super) fn utc(time: Time) -> String {
    let text = time.to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    format!("{} UTC", seconds.replacen('T', " ", 1))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}
