//! The customer's door: an order's life, and the same order at the promise door.

mod addresses;
mod bad;
mod doors;
mod keys;
mod life;
mod list;

use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestServer, text};

/// The contract's own example.
const SAMPLE: &str = include_str!("orders/sample.json");
/// The contract's own key.
const KEY: &str = "550e8400-e29b-41d4-a716-446655440000";
/// What the example's answers call their request.
const NAME: &str = "7f0d2c1e-6c0f-4a51-8a39-0b6d0f7f4c55";

/// The example with other lines; null is none at all.
fn sample(lines: Value) -> Value {
    let mut body: Value = serde_json::from_str(SAMPLE).expect("it is JSON");
    match lines {
        Value::Null => body.as_object_mut().expect("it is an object").remove("lineItems"),
        lines => Some(std::mem::replace(&mut body["lineItems"], lines)),
    };
    body
}

/// A key that no other request of a test has.
fn key(number: u32) -> String {
    format!("550e8400-e29b-41d4-a716-4466{number:08x}")
}

impl TestServer {
    /// A POST to this door under a key, called by the example's name.
    async fn customer(&self, key: &str, path: &str, body: &str) -> Reply {
        self.customer_with(key, path, &[], body).await
    }

    async fn customer_with(
        &self,
        key: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut headers = vec![("idempotency-key", key), ("x-correlation-id", NAME)];
        headers.extend_from_slice(more);
        self.http.send(Method::POST, path, &headers, body).await
    }

    /// The data of an order of this door.
    async fn customer_order(&self, id: &Value) -> Value {
        let answer = self.http.get(&format!("/orders/{}", plain(id))).await.expect(200);
        answer["data"].clone()
    }
}

/// A number or a text, as it stands in a path.
fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// The first sentence of a problem, whose type and service are as they must be.
#[track_caller]
fn problem(reply: Reply, status: u16, kind: &str) -> String {
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.body);
    let problem = reply.expect(status);
    assert_eq!((text(&problem, "type"), &problem["status"]), (kind.into(), &json!(status)));
    assert_eq!(problem["service"], "customer-api");
    text(&problem["errors"], 0)
}
