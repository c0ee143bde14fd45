//! One call: a piece of news in the words of its subscription's encoding.
//!
//! A pure function of the record, so a call that is repeated, or made again after a restart, has
//! the same id and the same body.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;
use snapshots::journal::Entry;
use workflow::id::OrderId;
use workflow::order::{self, Line, Shipment, line_number};
use workflow::quantity::Units;
use workflow::record::{Event, Record};
use workflow::subscription::{Context, Encoding, Subscription};
use workflow::time::Time;

use crate::feed::{Kind, News, Planned, Subject, Waiting, event_id, news, waiting};
use crate::limits::CALL_BODY_BYTES_MAX;

/// Where door 1 keeps what only it knows of a line, its price among that.
const OF_DOOR_1: &str = "certus:deliveries";

/// One call to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// The event's id, the same for every retry.
    pub(super) id: String,
    /// Calls about the same thing are made one after the other.
    pub(super) about: Subject,
    /// The media type of the body.
    pub(super) content_type: &'static str,
    /// The body.
    pub(super) body: Bytes,
}

/// The calls that a record makes for a subscription.
pub(super) fn calls(entry: &Entry, record: &Record, subscription: &Subscription) -> Vec<Call> {
    let told = news(record).into_iter().enumerate();
    let wanted = told.filter(|(_, news)| wants(subscription, news));
    wanted
        .flat_map(|(number, news)| {
            let id = event_id(entry.timeline, entry.lsn.0, number);
            let about = news.order.map_or(news.subject, Subject::Order);
            let content_type = match subscription.wish.encoding {
                Encoding::CloudEvents => "application/cloudevents+json",
                Encoding::Fft | Encoding::Standard | Encoding::PartsSource => "application/json",
            };
            let bodies = bodies(&id, record, &news, subscription);
            let many = bodies.len() > 1;
            bodies.into_iter().enumerate().map(move |(part, body)| {
                let id = if many { format!("{id}_{part}") } else { id.clone() };
                Call { id, about, content_type, body: Bytes::from(body.to_string()) }
            })
        })
        .collect()
}

/// Whether a subscription is to this.
fn wants(subscription: &Subscription, news: &News<'_>) -> bool {
    let kind = news.kind;
    let is_parts = subscription.wish.encoding == Encoding::PartsSource;
    let is_it = |event: &SmolStr| {
        event == "*"
            || event == kind.name()
            || kind.fft().contains(&event.as_str())
            || (is_parts && kind.partssource() == Some(event))
    };
    subscription.wish.events().any(is_it)
        && subscription.wish.contexts.iter().all(|context| fits(context, news))
}

fn fits(context: &Context, news: &News<'_>) -> bool {
    match context {
        Context::Groups(_) => false,
        Context::Locations(known) => news.locations.iter().any(|location| {
            let id = location.to_string();
            known.iter().any(|name| **name == *id)
        }),
    }
}

/// Almost always one; PartsSource gets one per line.
fn bodies(id: &str, record: &Record, news: &News<'_>, subscription: &Subscription) -> Vec<Value> {
    let at = record.at.to_string();
    let name = news.kind.name();
    let body = |payload: Value| match subscription.wish.encoding {
        Encoding::Fft => {
            json!({ "event": fft_name(subscription, news.kind), "eventId": id, "payload": payload })
        }
        Encoding::CloudEvents => json!({
            "specversion": "1.0", "id": id, "source": format!("/tenants/{}", record.tenant),
            "type": format!("certus.{name}"), "subject": news.subject, "time": at,
            "datacontenttype": "application/json", "data": payload,
        }),
        Encoding::Standard => json!({ "type": name, "timestamp": at, "data": payload }),
        Encoding::PartsSource => json!({
            "event_type": news.kind.partssource(), "company_id": 1, "payload": payload,
            "occurred_at": at, "correlation_id": id,
            "reference_id": told_of(record, news).next().map(|told| told.number),
            "source": "certus",
        }),
    };
    let bounded = |payload: Value| {
        let whole = body(payload);
        if whole.to_string().len() <= CALL_BODY_BYTES_MAX { whole } else { body(pointer(news)) }
    };
    match subscription.wish.encoding {
        Encoding::PartsSource => parts(record, news).into_iter().map(bounded).collect(),
        Encoding::Fft | Encoding::CloudEvents | Encoding::Standard => vec![bounded(entity(news))],
    }
}

/// The name that was subscribed to; of those who want everything, the nearest.
fn fft_name(subscription: &Subscription, kind: Kind) -> &str {
    let mut asked = subscription.wish.events().map(SmolStr::as_str);
    match kind.fft() {
        [] => kind.name(),
        [nearest, ..] => asked.find(|it| kind.fft().contains(it)).unwrap_or(nearest),
    }
}

/// What is known of the thing, with its id and where the rest is.
fn entity(news: &News<'_>) -> Value {
    let mut whole = place(news);
    let data = serde_json::to_value(news.data()).expect("news can be written");
    if let Value::Object(data) = data {
        whole.extend(data);
    }
    Value::Object(whole)
}

/// What says only where the thing is: its id, its address, and its version if the news has it.
fn pointer(news: &News<'_>) -> Value {
    let mut members = place(news);
    if let Ok(Value::Object(mut data)) = serde_json::to_value(news.data()) {
        members.extend(data.remove("version").map(|version| ("version".into(), version)));
    }
    Value::Object(members)
}

/// The thing's id, and where it is read.
fn place(news: &News<'_>) -> Map<String, Value> {
    let subject = news.subject.to_string();
    let mut members = Map::new();
    let Some((things, id)) = subject.split_once('/') else {
        members.insert("id".into(), subject.into());
        return members;
    };
    let path = match things {
        "locations" => Some(format!("/api/facilities/{id}")),
        "orders" | "reservations" | "stocks" => Some(format!("/api/{subject}")),
        _ => None, // there is no address of its own
    };
    members.insert("id".into(), id.into());
    members.extend(path.map(|path| ("href".into(), path.into())));
    members
}

/// The payloads for PartsSource: nothing that it has no word for, and a call per line.
fn parts(record: &Record, news: &News<'_>) -> Vec<Value> {
    if news.kind.partssource().is_none() {
        return Vec::new();
    }
    let lines = told_of(record, news).find_map(|told| match (news.kind, told.event) {
        (Kind::OrderCreated, order::Event::Placed(placed)) => {
            let reference = placed.reference.as_ref();
            Some(made(&told, reference, (0_u16..).zip(&placed.asked.lines)))
        }
        (Kind::RoutingWaiting, order::Event::Placed(placed)) => {
            let lines = Planned::of_placed(placed);
            Some(made(&told, placed.reference.as_ref(), lines.waiting()))
        }
        (Kind::RoutingWaiting, order::Event::LinesAdded(added)) => {
            Some(made(&told, None, Planned::of_added(added).waiting()))
        }
        (Kind::RoutingWaiting, event) => {
            let lines: Vec<Value> =
                waiting(record, told.id, event).iter().map(|it| lost(&told, it)).collect();
            (!lines.is_empty()).then_some(lines)
        }
        (Kind::DeliveryOut, order::Event::Shipped { shipment, .. }) => {
            Some(shipped(&told, shipment, record.at))
        }
        _ => None, // it is told whole
    });
    lines.unwrap_or_else(|| vec![entity(news)])
}

/// Lines that are wanted; the shop's name for the order, if it is told with them.
fn made<'a>(
    told: &Told<'_>,
    reference: Option<&SmolStr>,
    lines: impl Iterator<Item = (u16, &'a Line)>,
) -> Vec<Value> {
    let payload = |(index, line): (u16, &Line)| {
        json!({
            "order_id": told.number,
            "order_ref": told.id.to_string(),
            "line_item_id": line_number(told.number, index),
            "purchase_order_number": reference,
            "unit_price": unit_price(line),
            "quantity": line.quantity.get(),
            "article": line.article.as_str(),
        })
    };
    lines.map(payload).collect()
}

/// A line with pieces that lost their place. What it costs and what the shop calls the order was
/// told when that was made.
fn lost(told: &Told<'_>, waiting: &Waiting<'_>) -> Value {
    json!({
        "order_id": told.number,
        "order_ref": told.id.to_string(),
        "line_item_id": line_number(told.number, waiting.line),
        "quantity": waiting.units.get(),
        "article": waiting.article.as_str(),
    })
}

/// The lines that a driver has taken. Nobody carries or tracks them but the driver.
fn shipped(told: &Told<'_>, shipment: &Shipment, at: Time) -> Vec<Value> {
    let day = |time: Time| time.to_string().split('T').next().map(str::to_owned);
    let payload = |(index, units): &(u16, Units)| {
        json!({
            "order_id": told.number,
            "order_ref": told.id.to_string(),
            "line_item_id": line_number(told.number, *index),
            "quantity": units.get(),
            "tracking_number": null,
            "carrier": null,
            "shipped_at": at.to_string(),
            "estimated_delivery_date": shipment.window.and_then(|window| day(window.start)),
        })
    };
    shipment.lines.iter().map(payload).collect()
}

/// The price that a door kept with the line, if one did; door 1 keeps it below a name of its own.
fn unit_price(line: &Line) -> Value {
    let kept: Value = serde_json::from_str(line.kept.as_json()).unwrap_or_default();
    let prices = ["unit_price", "unitPrice", "price"].map(|name| &kept[name]);
    let mut prices = prices.into_iter().chain([&kept[OF_DOOR_1]["price"]]);
    prices.find(|it| it.is_number() || it.is_string()).cloned().unwrap_or_default()
}

/// An event of an order, with the order's id and number.
struct Told<'a> {
    id: OrderId,
    number: u64,
    event: &'a order::Event,
}

/// What the record tells of the order that the news are about.
fn told_of<'a>(record: &'a Record, news: &News<'_>) -> impl Iterator<Item = Told<'a>> + use<'a> {
    let about = news.order;
    record.events.iter().filter_map(move |event| match event {
        Event::Order { id, event, number } if Some(*id) == about => {
            Some(Told { id: *id, number: *number, event })
        }
        _ => None,
    })
}
