//! The same key is the same request, whatever happens in between (K1 to K7).

mod doors;

use hyper::HeaderMap;
use serde_json::{Value, json};
use workflow::time::Millis;

use crate::support::{Reply, TestServer, promise, text};

const PROMISE: &str = "/api/promises/deliverypromise";

/// A server with a store that has nine pieces of tea.
async fn shop() -> TestServer {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    server
}

/// The headers that are stored with a reply.
fn stored(headers: &HeaderMap) -> Vec<(&'static str, Option<String>)> {
    ["content-type", "etag", "location", "certus-outcome"]
        .map(|name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            (name, value.map(str::to_owned))
        })
        .into()
}

/// K1: the same status, body and stored headers, byte for byte, and marked as a replay.
#[track_caller]
fn is_replay(again: &Reply, first: &Reply) {
    assert_eq!(again.status, first.status, "{again:?}");
    assert_eq!(again.body, first.body);
    assert_eq!(stored(&again.headers), stored(&first.headers));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(first.headers.get("idempotency-replayed").is_none(), "{first:?}");
    assert!(again.lsn() >= first.lsn());
}

async fn act(server: &TestServer, key: &str, order: &str, body: &str) -> Reply {
    server.http.post_as(key, &format!("/api/orders/{order}/actions"), body).await
}

/// K1, K5: every POST that creates or acts is done once under a key, and answered as the first.
#[actix_web::test]
async fn a_request_under_its_key_is_done_once_and_answered_alike() {
    let server = shop().await;
    let body = promise("tea", 2).to_string();
    let first = server.http.post_as("k", PROMISE, &body).await;
    let again = server.http.post_as("k", PROMISE, &body).await;
    is_replay(&again, &first);
    assert_eq!(again.lsn(), first.lsn(), "a replay writes no record");
    assert_eq!(server.available("tea").await, 7);

    let order = text(&first.expect(201), "orderRef");
    let mut version = 0;
    for name in ["EXTEND_PROMISE", "CONFIRM_PROMISE", "CANCEL"] {
        version += 1;
        let body = json!({ "name": name, "version": version }).to_string();
        let first = act(&server, name, &order, &body).await;
        assert_eq!(first.status, 200, "{}", first.body);
        is_replay(&act(&server, name, &order, &body).await, &first);
    }
    assert_eq!(server.available("tea").await, 9);

    let store = r#"{"name":"edam","address":{"companyName":"c","street":"s","city":"x","postalCode":"1","country":"DE"}}"#;
    let first = server.http.post_as("k", "/api/facilities", store).await;
    is_replay(&server.http.post_as("k", "/api/facilities", store).await, &first);
    let store = text(&first.expect(201), "id");
    let stock = json!({ "tenantArticleId": "tea", "value": 4, "facilityRef": store }).to_string();
    let first = server.http.post_as("k", "/api/stocks", &stock).await;
    is_replay(&server.http.post_as("k", "/api/stocks", &stock).await, &first);
    assert_eq!(server.available("tea").await, 13);
    let order = promise("tea", 1).to_string();
    let first = server.http.post_as("k", "/api/orders", &order).await;
    is_replay(&server.http.post_as("k", "/api/orders", &order).await, &first);
    assert_eq!(server.available("tea").await, 12);
}

/// K2: another request under the key is 422 and has no effect.
#[actix_web::test]
async fn another_request_under_the_key_is_refused() {
    let server = shop().await;
    let first = server.http.post_as("k", PROMISE, &promise("tea", 2).to_string()).await;
    let lsn = first.lsn();
    let mut other = promise("tea", 2);
    other["tenantOrderId"] = json!("R2");
    for body in [other, promise("tea", 3), promise("jam", 2)] {
        let refused = server.http.post_as("k", PROMISE, &body.to_string()).await;
        assert_eq!(refused.lsn(), lsn);
        assert_eq!(refused.refused(422), "idempotency key reused");
    }
    let order = text(&first.expect(201), "orderRef");
    let replaces = [("idempotency-key", "k"), ("certus-replaces", order.as_str())];
    let body = promise("tea", 2).to_string();
    let refused = server.http.send(hyper::Method::POST, PROMISE, &replaces, &body).await;
    assert_eq!(refused.refused(422), "idempotency key reused");
    assert_eq!(server.available("tea").await, 7);

    act(&server, "a", &order, r#"{"name":"CONFIRM_PROMISE","version":1}"#).await.expect(200);
    let other = act(&server, "a", &order, r#"{"name":"CANCEL","version":2}"#).await;
    assert_eq!(other.refused(422), "idempotency key reused");
    assert_eq!(server.available("tea").await, 7);
}

/// K1: what a request means is its fingerprint: not the order of its members, not its blanks, not
/// how a character is escaped; and a quoted key is the bare one.
#[actix_web::test]
async fn what_means_the_same_is_the_same_request() {
    let server = shop().await;
    let first = r#"{"orderDate":"2026-01-12T09:00:00Z","tenantOrderId":"R1","orderLineItems":[{"article":{"tenantArticleId":"tea","title":"Tea"},"quantity":2}],"consumer":{"addresses":[{"street":"s","postalCode":"1","city":"c","country":"DE"}]}}"#;
    let same = r#" { "consumer": { "addresses": [ { "country": "DE", "city": "c", "postalCode": "1", "street": "\u0073" } ], "unknown": 7 },
        "orderLineItems": [ { "quantity": 2, "article": { "title": "Tea", "tenantArticleId": "\u0074ea" } } ],
        "tenantOrderId": "R1", "orderDate": "2026-01-12T09:00:00Z" } "#;
    let made = server.http.post_as("order-1", PROMISE, first).await;
    is_replay(&server.http.post_as("order-1", PROMISE, same).await, &made);
    is_replay(&server.http.post_as("\"order-1\"", PROMISE, first).await, &made);
    assert_eq!(server.available("tea").await, 7);
}

/// K4: a key belongs to the caller and to the operation with the ids of its path.
#[actix_web::test]
async fn a_key_belongs_to_its_operation_and_its_caller() {
    let server = TestServer::configured(TWO_TILLS).await;
    let (left, right) = (server.http.bearing(LEFT), server.http.bearing(RIGHT));
    let body = promise("tea", 1).to_string();
    let (mine, yours) =
        (left.post_as("k", PROMISE, &body).await, right.post_as("k", PROMISE, &body).await);
    assert!(yours.headers.get("idempotency-replayed").is_none(), "it is another caller's key");
    let (mine, yours) = (text(&mine.expect(201), "orderRef"), text(&yours.expect(201), "orderRef"));
    assert_ne!(mine, yours);
    let cancel = r#"{"name":"CANCEL","version":1}"#;
    for order in [&mine, &yours] {
        let path = format!("/api/orders/{order}/actions");
        let done = left.post_as("k", &path, cancel).await;
        assert_eq!(text(&done.expect(200), "id"), **order);
    }
    left.post_as("k", "/api/orders", &body).await.expect(201);
}

const LEFT: &str = "the-left-till-0001";
const RIGHT: &str = "the-right-till-001";
const TWO_TILLS: &str = r#"
[[credentials]]
tenant = "shop"
name = "left"
token = "the-left-till-0001"
[[credentials]]
tenant = "shop"
name = "right"
token = "the-right-till-001"
"#;

/// K6: a refusal leaves the key free, and is decided anew.
#[actix_web::test]
async fn a_refusal_leaves_its_key_free() {
    let server = TestServer::configured("promise_on_shortage = \"reject\"\n").await;
    let store = server.facility("gouda").await;
    let body = promise("tea", 2).to_string();
    for _ in 0..2 {
        let refused = server.http.post_as("k", PROMISE, &body).await;
        assert!(refused.headers.get("idempotency-replayed").is_none());
        assert_eq!(refused.refused(409), "out of stock");
    }
    server.http.post_as("k", PROMISE, "{}").await.refused(400);
    server.stock(&store, "tea", 2).await;
    let made = server.http.post_as("k", PROMISE, &body).await;
    assert!(made.headers.get("idempotency-replayed").is_none());
    let order = text(&made.expect(201), "orderRef");

    let confirm =
        |version: u32| json!({ "name": "CONFIRM_PROMISE", "version": version }).to_string();
    act(&server, "c", &order, &confirm(7)).await.refused(409);
    act(&server, "c", &order, &confirm(1)).await.expect(200);
}

/// K7: bad keys are named, and good ones have 1 to 255 visible characters.
#[actix_web::test]
async fn a_bad_key_is_named() {
    let server = shop().await;
    let body = promise("tea", 1).to_string();
    let long = "x".repeat(256);
    for bad in ["", "\"\"", "a b", "a\tb", "\u{e9}", long.as_str()] {
        let reply = server.http.post_as(bad, PROMISE, &body).await;
        assert_eq!(reply.status, 400, "{bad:?}");
        assert!(reply.complaint().contains("Idempotency-Key"), "{}", reply.body);
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
    let reply = server.http.send(hyper::Method::POST, PROMISE, &twice, &body).await;
    assert!(reply.complaint().contains("Idempotency-Key: must come once"), "{}", reply.body);
    assert_eq!(server.available("tea").await, 9);
    server.http.post_as(&long[1..], PROMISE, &body).await.expect(201);
}

/// K1, K7: a key outlives restarts, the end of its order, and the order's leaving memory.
#[actix_web::test]
async fn a_key_lives_as_long_as_its_order() {
    let mut server = shop().await;
    let body = promise("tea", 2).to_string();
    let first = server.http.post_as("k", PROMISE, &body).await;
    let order = text(&serde_json::from_str::<Value>(&first.body).expect("it is JSON"), "orderRef");
    server.restart().await;
    is_replay(&server.http.post_as("k", PROMISE, &body).await, &first);

    let cancel = r#"{"name":"CANCEL","version":1}"#;
    let cancelled = act(&server, "c", &order, cancel).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    // A clean stop lets the snapshot pass everything, so the closed order is in no memory now.
    server.restart().await;
    assert_eq!(orders_in_memory(&server).await, 0);
    is_replay(&server.http.post_as("k", PROMISE, &body).await, &first);
    is_replay(&act(&server, "c", &order, cancel).await, &cancelled);
    let other = promise("tea", 3).to_string();
    server.http.post_as("k", PROMISE, &other).await.refused(422);
    assert_eq!(server.available("tea").await, 9);
}

/// K1: also when the promise has expired: the reply says what was true then.
#[actix_web::test]
async fn a_key_outlives_the_deadline() {
    let mut server = shop().await;
    let body = promise("tea", 2).to_string();
    let first = server.http.post_as("k", PROMISE, &body).await;
    server.advance(Millis::hours(8)).await;
    assert_eq!(server.available("tea").await, 9);
    is_replay(&server.http.post_as("k", PROMISE, &body).await, &first);
    server.restart().await;
    is_replay(&server.http.post_as("k", PROMISE, &body).await, &first);
    assert_eq!(server.available("tea").await, 9);
}

async fn orders_in_memory(server: &TestServer) -> u64 {
    let metrics = server.operators().get("/metrics").await.body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("certus_orders "));
    line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{metrics}"))
}
