//! The workflow server's door: from a web shop's order to the doorstep.

mod bad;
mod doorstep;
mod handover;
mod list;
mod mail;
mod shown;

use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestServer, promise, text};

const SEED: &str = include_str!("deliveries/samples/seed.json");
const DELIVERY: &str = include_str!("deliveries/samples/delivery.json");

/// A sample of the contract, to be changed.
fn sample(text: &str) -> Value {
    serde_json::from_str(text).expect("the sample is JSON")
}

/// An order of one item, with the few members that are required.
fn order(sku: &str, quantity: u32, flag: &str) -> Value {
    json!({
        "customer": { "name": "Jane Doe", "shipping_address": "1 Main St",
            "email": "jane@example.com" },
        "order": {},
        "order_items": [ { "client_sku": sku, "quantity": quantity, "price": "2.50",
            "order_item_options_flags": flag } ],
    })
}

impl TestServer {
    /// The order that the body makes.
    async fn hands_over(&self, body: &Value) -> Value {
        let made = self.http.post("/deliveries", &body.to_string()).await.expect(200);
        assert_eq!(made["status"], "ok");
        made["order"].clone()
    }

    /// The order at this door.
    async fn delivery(&self, id: &Value) -> Value {
        let id = id.to_string();
        let path = format!("/deliveries/{}", id.trim_matches('"'));
        self.http.get(&path).await.expect(200)["order"].clone()
    }
}

/// What a refusal of this door says: status, reason, and the fields that are named.
fn refused(reply: Reply) -> (u16, String, Vec<String>) {
    let status = reply.status;
    let body = reply.expect(status);
    assert_eq!(body["status"], "nok", "{body}");
    assert_eq!(body["reason"], body["message"], "{body}");
    let fields = body["errors"].as_array().expect("errors are an array").iter();
    let fields = fields.map(|error| text(error, "field"));
    (status, text(&body, "reason"), fields.collect())
}
