//! One call: a piece of news in the words of its subscription's encoding.
//!
//! A pure function of the record, so a call that is repeated, or made again after a restart, has
//! the same id and the same body.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;
use snapshots::journal::Entry;
use workflow::id::OrderId;
use workflow::order::{self, Line, Placed};
use workflow::record::{Event, Record};
use workflow::subscription::{Context, Encoding, Subscription};

use crate::feed::{Kind, News, Subject, event_id, news};

/// Bytes of a body: a larger one says only where the thing is.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Items of an order are numbered by the order's number and the line's.
const LINES_PER_NUMBER: u64 = 1_000;

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
    let is_it = |event: &SmolStr| {
        event == "*" || event == news.kind.name() || news.kind.fft().contains(&event.as_str())
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
            "reference_id": placed(record, news).map(|(_, placed)| placed.number),
            "source": "certus",
        }),
    };
    let bounded = |payload: Value| {
        let whole = body(payload);
        if whole.to_string().len() <= BODY_BYTES_MAX { whole } else { body(pointer(news)) }
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
    let Some((id, placed)) = placed(record, news) else { return vec![entity(news)] };
    let lines = (0_u16..).zip(&placed.asked.lines);
    let is_wanted = |index: u16| match news.kind {
        Kind::RoutingWaiting => {
            placed.holds.iter().any(|hold| hold.line == index && hold.stock.is_none())
        }
        _ => true,
    };
    let lines = lines.filter(|(index, _)| is_wanted(*index));
    lines.map(|(index, line)| line_payload(id, placed, index, line)).collect()
}

fn line_payload(id: OrderId, placed: &Placed, index: u16, line: &Line) -> Value {
    json!({
        "order_id": placed.number,
        "order_ref": id.to_string(),
        "line_item_id": placed.number * LINES_PER_NUMBER + u64::from(index) + 1,
        "purchase_order_number": placed.reference,
        "unit_price": unit_price(line),
        "quantity": line.quantity.get(),
        "article": line.article.as_str(),
    })
}

/// The price that a door kept with the line, if one did.
fn unit_price(line: &Line) -> Value {
    let kept: Value = serde_json::from_str(line.kept.as_json()).unwrap_or_default();
    let prices = ["unit_price", "unitPrice", "price"].map(|name| kept[name].clone());
    prices.into_iter().find(|it| it.is_number() || it.is_string()).unwrap_or(Value::Null)
}

/// How the order began, if it did in this record.
fn placed<'a>(record: &'a Record, news: &News<'_>) -> Option<(OrderId, &'a Placed)> {
    let order = news.order?;
    record.events.iter().find_map(|event| match event {
        Event::Order { id, event: order::Event::Placed(placed), .. } if *id == order => {
            Some((order, &**placed))
        }
        _ => None,
    })
}
