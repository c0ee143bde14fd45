//! Door 4: orders that shops report for reviews, and their invitations.

mod bad_input;
mod caps;
mod exim;
mod mail;
mod other_doors;
mod privacy;
mod reading;
mod samples;
mod shards;
mod shown;
mod suppressions;

use hyper::Method;
use serde_json::{Value, json};
use workflow::time::Millis;

use crate::support::{Reply, TestServer, promise, text};

const ORDERS: &str = "/api/v2/orders";
const INVITATIONS: &str = "/api/v2/invitations";
/// The sample body of the contract, word for word.
const SAMPLE: &str = include_str!("invitations/samples/order.json");

/// The sample, with another id.
fn sample(id: &str) -> Value {
    let mut body: Value = serde_json::from_str(SAMPLE).expect("the sample is JSON");
    body["external_id"] = id.into();
    body
}

/// The sample under another id, with these mails.
fn asking(id: &str, delay: (&str, i64), reminder: Option<(&str, i64)>) -> Value {
    let mut body = sample(id);
    let of = |(unit, amount): (&str, i64)| json!({ "unit": unit, "amount": amount });
    body["invitation"] = json!({ "delay": of(delay) });
    if let Some(reminder) = reminder {
        body["invitation"]["reminder"] = of(reminder);
    }
    body
}

async fn report(server: &TestServer, body: &Value) -> Reply {
    server.http.post(ORDERS, &body.to_string()).await
}

/// The number of an order that was just made.
#[track_caller]
fn number(made: &Value) -> u64 {
    made["order"]["id"].as_u64().unwrap_or_else(|| panic!("{made}"))
}

/// The text of an error, if the status and the shape are the door's.
#[track_caller]
fn refused(reply: Reply, status: u16) -> String {
    let body = reply.expect(status);
    assert_eq!(body["success"], false, "{body}");
    text(&body, "error")
}

/// A promise of one piece of tea at another door, by its id.
async fn promised(server: &TestServer) -> String {
    let body = promise("tea", 1).to_string();
    let made = server.http.post("/api/promises/deliverypromise", &body).await.expect(201);
    text(&made, "orderRef")
}
