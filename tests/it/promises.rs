//! The promise door: a promise's life, and everything that a promise is made of.

mod catalog;
mod large;
mod life;
mod locked;
mod names;
mod samples;
mod shortage;

use std::collections::BTreeMap;

use hyper::HeaderMap;
use serde_json::{Value, json};
use workflow::time::{Millis, Time};

use crate::support::{BEGIN, Reply, TestServer, promise, text};

const PROMISE: &str = "/api/promises/deliverypromise";

/// A promise that was made, with its answer.
struct Promised {
    id: String,
    outcome: String,
    answer: Value,
}

impl TestServer {
    async fn promises(&self, body: &Value) -> Promised {
        self.promises_with(&[], body).await
    }

    async fn promises_with(&self, headers: &[(&str, &str)], body: &Value) -> Promised {
        let made = self.http.send(hyper::Method::POST, PROMISE, headers, &body.to_string()).await;
        let headers = made.headers.clone();
        let answer = made.expect(201);
        let id = text(&answer, "orderRef");
        assert_eq!(header(&headers, "location"), format!("/api/orders/{id}"));
        assert_eq!(header(&headers, "etag"), format!("\"{}\"", answer["orderVersion"]));
        Promised { id, outcome: header(&headers, "certus-outcome"), answer }
    }

    async fn act(&self, order: &str, name: &str, version: u32) -> Reply {
        let body = json!({ "name": name, "version": version });
        self.http.post(&format!("/api/orders/{order}/actions"), &body.to_string()).await
    }

    async fn order(&self, id: &str) -> Value {
        self.http.get(&format!("/api/orders/{id}")).await.expect(200)
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).unwrap_or_else(|| panic!("no {name} in {headers:?}"));
    value.to_str().expect("headers are text").to_owned()
}

/// The instant so long after the beginning, as the door writes it.
fn after(length: Millis) -> String {
    (BEGIN + length).to_string()
}

/// The same promise, held until then.
fn until(mut body: Value, deadline: Time) -> Value {
    body["promisesOptions"] = json!({ "validUntil": deadline.to_string() });
    body
}

/// The value with every id replaced by the number of its first appearance: the same id is seen to
/// be the same, and another row of chance changes nothing. Times are by hand and stay.
fn without_ids(value: &Value) -> Value {
    fn walk(value: &mut Value, seen: &mut BTreeMap<String, usize>) {
        match value {
            Value::String(text) if uuid::Uuid::parse_str(text).is_ok() => {
                let next = seen.len() + 1;
                let number = *seen.entry(text.clone()).or_insert(next);
                *text = format!("[id {number}]");
            }
            Value::Array(all) => all.iter_mut().for_each(|one| walk(one, seen)),
            Value::Object(all) => all.values_mut().for_each(|one| walk(one, seen)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut value = value.clone();
    walk(&mut value, &mut BTreeMap::new());
    value
}
