//! Calls to subscribers, against a real receiver: signed, repeated, in order, and never lost.

mod operators;
mod sink;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{TestServer, promise, text};
use sink::{BUSY, Endless, Sink};

const PROMISE: &str = "/api/promises/deliverypromise";
/// The sink is on this machine.
const PRIVATE: &str = "webhooks_to_private = true\n";

async fn server() -> TestServer {
    TestServer::configured(PRIVATE).await
}

async fn subscribe(server: &TestServer, event: &str, url: &str, encoding: &str) -> Value {
    let target = json!({ "type": "WEBHOOK", "callbackUrl": url, "encoding": encoding,
        "headers": [ { "key": "Authorization", "value": "Basic dXNlcjpwYXNz" } ] });
    let body = json!({ "name": "checkout", "event": event, "target": target });
    server.http.post("/api/subscriptions", &body.to_string()).await.expect(201)
}

/// A store with tea, and a promise of two pieces; its order.
async fn promised(server: &TestServer) -> String {
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let made = server.http.post(PROMISE, &promise("tea", 2).to_string()).await.expect(201);
    text(&made, "orderRef")
}

async fn act(server: &TestServer, order: &str, name: &str, version: u32) {
    let body = json!({ "name": name, "version": version }).to_string();
    server.http.post(&format!("/api/orders/{order}/actions"), &body).await.expect(200);
}

fn signature(secret: &str, signed: &str) -> Vec<u8> {
    let secret = secret.strip_prefix("whsec_").expect("it is a secret");
    let secret = STANDARD.decode(secret).expect("it is base64");
    assert_eq!(secret.len(), 32);
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("any length does");
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The signature of a call with this secret, as Standard Webhooks writes it.
fn signed_with(secret: &str, heard: &sink::Heard) -> String {
    let signed = format!("{}.{}.{}", heard.id(), heard.header("webhook-timestamp"), heard.body);
    format!("v1,{}", STANDARD.encode(signature(secret, &signed)))
}

#[actix_web::test]
async fn a_call_is_signed_and_says_what_happened() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let made = subscribe(&server, "ORDER_CREATED", &sink.url("/hooks"), "fft").await;
    let order = promised(&server).await;
    let heard = &sink.heard(1).await[0];
    assert_eq!(heard.path, "/hooks");
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("authorization"), "Basic dXNlcjpwYXNz");
    let body = heard.json();
    assert_eq!((&body["event"], &body["eventId"]), (&json!("ORDER_CREATED"), &json!(heard.id())));
    assert_eq!(body["payload"]["id"], order.as_str());
    assert_eq!(body["payload"]["href"], format!("/api/orders/{order}"));
    assert_eq!(body["payload"]["status"], "Promised");
    assert_eq!(heard.header("webhook-signature"), signed_with(&text(&made, "secret"), heard));
}

#[actix_web::test]
async fn each_encoding_has_its_own_words() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let secret = subscribe(&server, "order.created", &sink.url("/ps"), "partssource").await;
    subscribe(&server, "order.created", &sink.url("/standard"), "standard").await;
    let clouds = subscribe(&server, "ORDER_CREATED", &sink.url("/cloud"), "cloudevents").await;
    promised(&server).await;
    let heard = sink.heard(3).await;
    let at = |path: &str| heard.iter().find(|it| it.path == path).expect("it was called");
    let standard = at("/standard").json();
    assert_eq!(standard["type"], "order.created");
    assert_eq!(standard["timestamp"], "2026-01-12T10:00:00.000Z");
    let cloud = at("/cloud");
    assert_eq!(cloud.header("content-type"), "application/cloudevents+json");
    let event = cloud.json();
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["type"], "certus.order.created");
    assert_eq!(event["source"], "/tenants/default");
    assert_eq!(event["id"], cloud.id());
    assert_eq!(cloud.header("webhook-signature"), signed_with(&text(&clouds, "secret"), cloud));
    let parts = at("/ps");
    let body = parts.json();
    assert_eq!(body["event_type"], "order.created");
    assert_eq!(body["reference_id"], 1);
    assert_eq!(body["payload"]["line_item_id"], 1_001);
    assert_eq!(body["payload"]["quantity"], 2);
    assert_eq!(parts.header("x-ps-delivery-attempt"), "1");
    let signed = format!("{}.{}", parts.header("x-ps-timestamp"), parts.body);
    let mac = signature(&text(&secret, "secret"), &signed);
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(parts.header("x-ps-signature"), format!("sha256={hex}"));
}

/// PartsSource's own names are told in its encoding; of an order's lines there is a call each, and
/// every call says the order's number.
#[actix_web::test]
async fn partssource_is_told_in_its_own_names_line_by_line() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let backordered = "order.line.backordered";
    for event in ["order.created", "order.shipment.shipped", "order.cancelled", backordered] {
        subscribe(&server, event, &sink.url(&format!("/{event}")), "partssource").await;
    }
    let foreign = json!({ "name": "x", "event": "order.shipment.shipped",
        "target": { "type": "WEBHOOK", "callbackUrl": sink.url("/fft"), "encoding": "fft" } });
    let foreign = server.http.post("/api/subscriptions", &foreign.to_string()).await;
    assert_eq!(foreign.status, 400, "it would never be told in this encoding");
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    server.stock(&store, "jam", 9).await;
    let item = |sku: &str, quantity: u32, price: &str| json!({ "client_sku": sku, "quantity": quantity, "price": price });
    for number in ["PO-7", "PO-8"] {
        let body = json!({
            "customer": { "name": "Jane", "shipping_address": "1 Main St", "email": "j@x.de" },
            "order": { "client_id": "a", "client_internal_order_id": number },
            "order_items": [item("tea", 2, "2.50"), item("jam", 1, "4.25")] });
        server.http.post("/deliveries", &body.to_string()).await.expect(200);
    }
    server.http.post("/deliveries/2/cancel", "").await.expect(200);
    server.http.post("/picklist/next", "").await.expect(200);
    for (barcode, quantity) in [("tea", 2), ("jam", 1)] {
        let scan = json!({ "barcode": barcode, "quantity": quantity }).to_string();
        server.http.post("/delivery_items/pick", &scan).await.expect(200);
    }
    server.http.delete("/picklist/picked").await.expect(200);
    server.http.post("/router/deliveries/add", r#"{"deliveries":[1]}"#).await.expect(200);
    let last = json!({ "customer": { "name": "Jane", "shipping_address": "1 Main St", "email": "j@x.de" },
        "order_items": [item("tea", 3, "2.50")] });
    server.http.post("/deliveries", &last.to_string()).await.expect(200);
    server.http.post("/picklist/next", "").await.expect(200);
    server.http.post("/delivery_items/3001/out_of_stock", "").await.expect(200);

    let heard = sink.heard(9).await;
    let told = |path: &str| {
        let calls = heard.iter().filter(|it| it.path == path).map(sink::Heard::json);
        let mut calls: Vec<Value> = calls.collect();
        calls.sort_by_key(|it| it["payload"]["line_item_id"].as_u64());
        calls
    };
    let created = told("/order.created");
    let of = |call: &Value| {
        let payload = &call["payload"];
        [&payload["line_item_id"], &payload["unit_price"], &payload["purchase_order_number"]]
            .map(Value::clone)
    };
    assert_eq!(of(&created[0]), [json!(1_001), json!(2.5), json!("PO-7")]);
    assert_eq!(of(&created[3]), [json!(2_002), json!(4.25), json!("PO-8")]);
    let lost = &told("/order.line.backordered")[0]["payload"];
    let line = ["line_item_id", "quantity", "article"].map(|name| lost[name].clone());
    assert_eq!(line, [json!(3_001), json!(3), json!("tea")]);
    let cancelled = told("/order.cancelled");
    assert_eq!((cancelled.len(), &cancelled[0]["reference_id"]), (1, &json!(2)));
    let shipped = told("/order.shipment.shipped");
    assert_eq!(shipped.len(), 2);
    for (call, (line, quantity)) in shipped.iter().zip([(1_001, 2), (1_002, 1)]) {
        assert_eq!(
            (&call["event_type"], &call["reference_id"]),
            (&json!("order.shipment.shipped"), &json!(1))
        );
        let mut payload = call["payload"].clone();
        payload["order_ref"] = "[uuid]".into();
        let expected = json!({ "order_id": 1, "order_ref": "[uuid]", "line_item_id": line,
            "quantity": quantity, "tracking_number": null, "carrier": null,
            "shipped_at": "2026-01-12T10:00:00.000Z", "estimated_delivery_date": "2026-01-12" });
        assert_eq!(payload, expected);
    }
}

/// What no store has waits at none, and is told as what waits.
#[actix_web::test]
async fn partssource_is_told_what_waits_without_a_place() {
    let (server, sink) = (server().await, Sink::start(&[]));
    subscribe(&server, "order.line.backordered", &sink.url("/hooks"), "partssource").await;
    let body = json!({
        "customer": { "name": "Jane", "shipping_address": "1 Main St", "email": "j@x.de" },
        "order_items": [{ "client_sku": "rye", "quantity": 3, "price": "1.50" }] });
    let made = server.http.post("/deliveries", &body.to_string()).await.expect(200);
    assert_eq!(made["order"]["order_status"], "BACKORDERED");
    let told = sink.heard(1).await[0].json()["payload"].clone();
    let line = ["line_item_id", "quantity", "article"].map(|name| told[name].clone());
    assert_eq!(line, [json!(1_001), json!(3), json!("rye")]);
}

/// A body that would be too large says where the order is, and at which version.
#[actix_web::test]
async fn a_body_that_is_too_large_says_where_the_thing_is() {
    let (server, sink) = (server().await, Sink::start(&[]));
    subscribe(&server, "ORDER_CREATED", &sink.url("/hooks"), "fft").await;
    // Each quote takes two bytes in JSON, so that 500 lines are more than 256 KiB.
    let line = |index: u32| {
        let article = format!("{}{index}", "\"".repeat(240));
        json!({ "article": { "tenantArticleId": article, "title": "x" }, "quantity": 1 })
    };
    let mut body = promise("tea", 1);
    body["orderLineItems"] = (0..500).map(line).collect();
    let made = server.http.post(PROMISE, &body.to_string()).await.expect(201);
    let order = text(&made, "orderRef");
    let payload = sink.heard(1).await[0].json()["payload"].clone();
    let href = format!("/api/orders/{order}");
    assert_eq!(payload, json!({ "id": order, "href": href, "version": 1 }));
}

/// A call that fails is made again with the same id and body, and what follows about the same
/// order waits for it. A redirect is a failure and leads nowhere.
#[actix_web::test]
async fn a_call_that_fails_is_repeated_and_order_is_kept() {
    let (server, sink) = (server().await, Sink::start(&[500, 302, 503]));
    subscribe(&server, "*", &sink.url("/hooks"), "standard").await;
    let order = promised(&server).await;
    act(&server, &order, "CONFIRM_PROMISE", 1).await;
    act(&server, &order, "CANCEL", 2).await;
    // facility, stock, order, routing, reservation, confirmed, cancelled, freed; and three failures
    let heard = sink.heard(11).await;
    assert!(heard.iter().all(|it| it.path == "/hooks"), "a redirect is not followed");
    let mut ids: Vec<&str> = heard.iter().map(|it| it.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 8, "{ids:?}");
    for id in ids {
        let mut same = heard.iter().filter(|it| it.id() == id);
        let first = same.next().expect("it was called");
        assert!(same.all(|it| it.body == first.body), "a repeated call says the same");
    }
    let kinds: Vec<String> = heard.iter().map(|it| text(&it.json(), "type")).collect();
    let last = |kind: &str| kinds.iter().rposition(|it| it == kind).expect("it was told");
    let first = |kind: &str| kinds.iter().position(|it| it == kind).expect("it was told");
    assert!(last("order.created") < first("order.confirmed"), "{kinds:?}");
    assert!(last("order.confirmed") < first("order.cancelled"), "{kinds:?}");
}

/// Whoever says when to come back is not called before. That of the other one, who does not say, is
/// heard again and again meanwhile.
#[actix_web::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_says() {
    let (server, sink) = (server().await, Sink::start(&[503; 9]));
    for path in [BUSY, "/hooks"] {
        subscribe(&server, "ORDER_CREATED", &sink.url(path), "standard").await;
    }
    promised(&server).await;
    let heard = sink.heard(11).await; // the nine that fail, the one that is taken, and the busy one's
    let busy = heard.iter().filter(|it| it.path == BUSY).count();
    assert_eq!(busy, 1, "{heard:#?}");
}

#[actix_web::test]
async fn a_receiver_that_is_gone_ends_its_subscription() {
    let (server, sink) = (server().await, Sink::start(&[410]));
    subscribe(&server, "location.created", &sink.url("/hooks"), "fft").await;
    let mut changes = server.server().app().outside[0].feed.durable();
    server.facility("gouda").await;
    sink.heard(1).await;
    changes.wait_for(|lsn| lsn.0 >= 3).await.expect("the server runs");
    let left = server.http.get("/api/subscriptions").await.expect(200);
    assert_eq!(left, json!({ "subscriptions": [], "total": 0 }));
    server.facility("edam").await;
    assert_eq!(sink.count(), 1);
}

/// D12: a stop loses nothing and repeats nothing that was taken; what was not is told again.
#[actix_web::test]
async fn a_restart_loses_nothing() {
    let (mut server, sink) = (server().await, Sink::start(&[]));
    subscribe(&server, "order.created", &sink.url("/hooks"), "fft").await;
    let first = promised(&server).await;
    sink.heard(1).await;
    sink.answer(&[503; 1_000]);
    let made = server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
    let second = text(&made, "orderRef");
    sink.heard(3).await;
    server.stop().await;
    let before = sink.count();
    sink.answer(&[]);
    server.begin().await;
    let heard = sink.heard(before + 1).await;
    let orders: Vec<String> = heard.iter().map(|it| text(&it.json()["payload"], "id")).collect();
    assert_eq!(orders.iter().filter(|it| **it == first).count(), 1, "it was taken before");
    assert_eq!(orders.last(), Some(&second));
    let ids: Vec<&str> = heard[1..].iter().map(|it| it.id()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

/// A target that never answers holds up nobody else.
#[actix_web::test]
async fn a_target_that_hangs_holds_up_nobody() {
    let (mut server, hanging, sink) = (server().await, Sink::start(&[0; 1_000]), Sink::start(&[]));
    subscribe(&server, "*", &hanging.url("/hooks"), "fft").await;
    subscribe(&server, "*", &sink.url("/hooks"), "fft").await;
    promised(&server).await;
    hanging.heard(1).await;
    // facility, stock, order, routing, reservation
    assert_eq!(sink.heard(5).await.len(), 5);
    let metrics = server.operators().get("/metrics").await;
    assert!(metrics.body.contains("certus_webhook_subscriptions"), "{}", metrics.body);
    server.stop().await; // and it does not wait for the answer
}

/// F3: an answer without an end is not read to it; the call was taken, and others go on.
#[actix_web::test]
async fn an_endless_answer_is_not_read() {
    for head in ["transfer-encoding: chunked", "content-length: 1073741824"] {
        let (server, sink, endless) = (server().await, Sink::start(&[]), Endless::start(head));
        subscribe(&server, "order.created", &endless.url, "fft").await;
        subscribe(&server, "order.created", &sink.url("/hooks"), "fft").await;
        promised(&server).await;
        assert_eq!(sink.heard(1).await.len(), 1);
        let sent = endless.sent().await;
        assert!(sent < 64 << 20, "{sent} bytes of an answer were taken");
        for _ in 0..3 {
            server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
        }
        assert_eq!(sink.heard(4).await.len(), 4);
        let metrics = server.operators().get("/metrics").await.body;
        assert!(metrics.contains("certus_webhook_calls_given_up_total 0"), "{metrics}");
    }
}

/// Only what concerns one of the named facilities is told.
#[actix_web::test]
async fn a_subscription_may_be_about_one_facility() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let (gouda, edam) = (server.facility("gouda").await, server.facility("edam").await);
    let body = json!({ "name": "x", "event": "INVENTORY_FACILITY_STOCK_CHANGED",
        "contexts": [ { "type": "FACILITY", "values": [edam] } ],
        "target": { "type": "WEBHOOK", "callbackUrl": sink.url("/hooks") } });
    server.http.post("/api/subscriptions", &body.to_string()).await.expect(201);
    server.stock(&gouda, "tea", 1).await;
    server.stock(&edam, "tea", 2).await;
    let heard = sink.heard(1).await;
    assert_eq!(heard[0].json()["event"], "INVENTORY_FACILITY_STOCK_CHANGED");
    assert_eq!(heard[0].json()["payload"]["value"], 2);
    assert_eq!(sink.count(), 1);
}

/// Addresses are checked again when a call connects, whatever was allowed when it was registered.
#[actix_web::test]
async fn a_private_address_is_not_called_once_that_is_not_allowed() {
    let (mut server, sink) = (server().await, Sink::start(&[]));
    subscribe(&server, "order.created", &sink.url("/hooks"), "fft").await;
    server.restart_with("").await;
    promised(&server).await;
    let app = server.server().app();
    let webhooks = &app.outside[0].webhooks;
    let failed = async {
        while webhooks.figures().failed == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), failed).await.expect("a call is tried");
    assert_eq!(sink.count(), 0);
    server.restart_with(PRIVATE).await;
    assert_eq!(sink.heard(1).await.len(), 1);
}

/// A subscription hears only of its own tenant, also where it names another's store.
#[actix_web::test]
async fn a_subscription_hears_nothing_of_another_tenant() {
    let credentials = ["ours", "theirs"].map(|tenant| {
        let token = format!("the-token-of-{tenant}");
        format!("[[credentials]]\ntenant = \"{tenant}\"\nname = \"till\"\ntoken = \"{token}\"\n")
    });
    let mut server = TestServer::configured(&format!("{PRIVATE}{}", credentials.concat())).await;
    let sink = Sink::start(&[]);
    let bare = server.http.clone();
    let [ours, theirs] = ["ours", "theirs"].map(|it| bare.bearing(&format!("the-token-of-{it}")));
    let mut stores = Vec::new();
    for http in [&ours, &theirs] {
        server.http = http.clone();
        stores.push(server.facility("gouda").await);
    }
    let event = "INVENTORY_FACILITY_STOCK_CHANGED";
    let body = json!({ "name": "x", "event": event,
        "contexts": [ { "type": "FACILITY", "values": stores } ],
        "target": { "type": "WEBHOOK", "callbackUrl": sink.url("/theirs") } });
    theirs.post("/api/subscriptions", &body.to_string()).await.expect(201);
    let mut lots = Vec::new();
    for (http, store) in [&ours, &theirs].into_iter().zip(&stores) {
        server.http = http.clone();
        lots.push(server.stock(store, "tea", 9).await);
    }
    // Calls go in the order of the journal: ours would have been the first.
    let heard = sink.heard(1).await[0].json();
    let said = heard.to_string();
    assert!(said.contains(&stores[1]) && !said.contains(&stores[0]), "{said}");
    assert!(!said.contains(&lots[0]), "{said}");
}
