//! Subscriptions at the door: what is taken, what is shown, and what is never shown again.

use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestServer, text};

const PATH: &str = "/api/subscriptions";

/// The sample of the contract.
fn sample() -> Value {
    json!({ "name": "checkout", "event": "ORDER_CANCELLED_BY_EXPIRY", "target": {
        "type": "WEBHOOK", "callbackUrl": "https://shop.example.com/hooks",
        "headers": [ { "key": "Authorization", "value": "Basic dXNlcjpwYXNz" } ] } })
}

async fn post(server: &TestServer, body: &Value) -> Reply {
    server.http.post(PATH, &body.to_string()).await
}

/// All subscriptions of a tenant are in one row of the snapshot, so each is small.
#[actix_web::test]
async fn a_subscription_is_no_larger_than_an_operators() {
    let server = TestServer::start().await;
    let with = |values: usize| {
        let mut body = sample();
        let values = vec!["x".repeat(250); values];
        body["contexts"] = json!([{ "type": "FACILITY_GROUP", "values": values }]);
        body
    };
    assert_eq!(post(&server, &with(300)).await.refused(413), "body too large");
    post(&server, &with(200)).await.expect(201);
    assert_eq!(server.http.get(PATH).await.expect(200)["total"], 1);
}

/// A secret is shown once, a header's value never, and neither is on the feed.
#[actix_web::test]
async fn a_secret_is_shown_once() {
    let mut server = TestServer::start().await;
    let made = post(&server, &sample()).await.expect(201);
    let secret = text(&made, "secret");
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!(made["target"]["encoding"], "fft");
    let list = server.http.get(PATH).await;
    let feed = server.http.get("/feed?follow=false").await;
    assert!(feed.body.contains("subscription.created"), "{}", feed.body);
    for said in [&list.body, &feed.body] {
        assert!(!said.contains("whsec_") && !said.contains("dXNlcjpwYXNz"), "{said}");
    }
    assert!(!feed.body.contains("shop.example.com"), "an address may hold a token");
    let list = list.expect(200);
    assert_eq!((&list["total"], &list["subscriptions"][0]["id"]), (&json!(1), &made["id"]));
    server.restart().await;
    assert_eq!(server.http.get(PATH).await.expect(200), list);
}

#[actix_web::test]
async fn a_subscription_ends_when_it_is_deleted() {
    let mut server = TestServer::start().await;
    let made = post(&server, &sample()).await.expect(201);
    let path = format!("{PATH}/{}", text(&made, "id"));
    let gone = server.http.delete(&path).await.expect(200);
    assert_eq!((&gone["id"], &gone["secret"]), (&made["id"], &Value::Null));
    assert_eq!(server.http.delete(&path).await.refused(404), "subscription not found");
    server.restart().await;
    assert_eq!(server.http.get(PATH).await.expect(200)["total"], 0);
}

/// K1, K2: the same request gets the same secret again, over a restart too.
#[actix_web::test]
async fn a_repeated_request_subscribes_once() {
    let mut server = TestServer::start().await;
    let body = sample().to_string();
    let first = server.http.post_as("k-1", PATH, &body).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = server.http.post_as("k-1", PATH, &body).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    server.restart().await;
    assert_eq!(server.http.post_as("k-1", PATH, &body).await.body, first.body);
    let mut other = sample();
    other["name"] = json!("other");
    let other = server.http.post_as("k-1", PATH, &other.to_string()).await;
    assert_eq!(other.refused(422), "idempotency key reused");
    assert_eq!(server.http.get(PATH).await.expect(200)["total"], 1);
}

#[actix_web::test]
async fn the_deprecated_form_is_taken() {
    let server = TestServer::start().await;
    let body = json!({ "name": "x", "event": "ORDER_CREATED",
        "callbackUrl": "https://shop.example.com/hooks", "headers": [{ "key": "A", "value": "b" }] });
    let made = post(&server, &body).await.expect(201);
    assert_eq!(made["target"]["callbackUrl"], "https://shop.example.com/hooks");
}

#[actix_web::test]
async fn every_event_that_is_supported_can_be_subscribed_to() {
    let server = TestServer::start().await;
    let known = server.http.get("/api/supportedevents").await.expect(200);
    let known = known["supportedEvents"].as_array().expect("it is a list").clone();
    assert!(known.len() > 30, "{known:?}");
    for event in known {
        let mut body = sample();
        body["event"] = event["event"].clone();
        post(&server, &body).await.expect(201);
    }
}

#[actix_web::test]
async fn one_event_has_a_bounded_number_of_subscriptions() {
    let server = TestServer::start().await;
    for _ in 0..workflow::limits::SUBSCRIPTIONS_PER_EVENT_MAX {
        post(&server, &sample()).await.expect(201);
    }
    assert_eq!(post(&server, &sample()).await.refused(400), "too many subscriptions");
}

/// F4, P7: what is wrong is named, and nothing was made.
#[actix_web::test]
async fn what_makes_no_sense_is_refused() {
    let server = TestServer::start().await;
    let with = |pointer: &str, value: Value| {
        let mut body = sample();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let parent = body.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect("the parent is there").insert(name.to_owned(), value);
        body
    };
    let to = |url: &str| with("/target/callbackUrl", json!(url));
    let header =
        |key: &str, value: &str| with("/target/headers", json!([{ "key": key, "value": value }]));
    for (body, named) in [
        (json!({}), "name: is required"),
        (with("/name", json!(null)), "name: is required"),
        (with("/event", json!("ORDER_LOST")), "event: is no event"),
        (with("/extra", json!(1)), "extra: is no member here"),
        (with("/target/extra", json!(1)), "is no member here"),
        (with("/target/type", json!("MICROSOFT_AZURE_SERVICE_BUS")), "target.type"),
        (with("/target/type", json!("GOOGLE_CLOUD_PUB_SUB")), "target.type"),
        (with("/target/encoding", json!("xml")), "target.encoding"),
        (with("/target/headers", json!([])), "target.headers"),
        (with("/callbackUrl", json!("https://x.example.com")), "callbackUrl: must not come"),
        (with("/contexts", json!([{ "type": "STORE", "values": ["x"] }])), "contexts[0].type"),
        (with("/contexts", json!([{ "type": "FACILITY", "values": [] }])), "contexts[0].values"),
        (
            with(
                "/contexts",
                json!([{ "type": "FACILITY", "values": ["x"] },
                { "type": "FACILITY", "values": ["y"] }]),
            ),
            "contexts: FACILITY may come once",
        ),
        (to("http://shop.example.com/"), "target.callbackUrl: must be https"),
        (to("file:///etc/passwd"), "target.callbackUrl"),
        (to("gopher://shop.example.com/"), "target.callbackUrl"),
        (to("https://user@shop.example.com/"), "target.callbackUrl: must not name a user"),
        (to("https://shop.example.com:22/"), "target.callbackUrl"),
        (to("https://127.0.0.1/"), "target.callbackUrl"),
        (to("https://[::1]/"), "target.callbackUrl"),
        (to("https://0/"), "target.callbackUrl"),
        (to("https://2130706433/"), "target.callbackUrl"),
        (to("https://0x7f.1/"), "target.callbackUrl"),
        (to("https://169.254.169.254/"), "target.callbackUrl"),
        (to("https://192.168.0.1/"), "target.callbackUrl"),
        (to("https://[::ffff:127.0.0.1]/"), "target.callbackUrl"),
        (to("https://[64:ff9b::7f00:1]/"), "target.callbackUrl"),
        (to("https://printer.local/"), "target.callbackUrl"),
        (header("Host", "x"), "target.headers[0].key"),
        (header("webhook-id", "x"), "target.headers[0].key"),
        (header("A B", "x"), "target.headers[0].key"),
        (header("A", "x\r\nB: y"), "target.headers[0].value"),
    ] {
        let reply = post(&server, &body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.body);
        let complaint = reply.complaint();
        assert!(complaint.contains(named), "{body}: {complaint}");
    }
    assert_eq!(server.http.get(PATH).await.expect(200)["total"], 0);
    assert_eq!(
        server.http.delete(&format!("{PATH}/1x")).await.refused(404),
        "subscription not found"
    );
}

/// Whoever read it before somebody else changed it ends nothing.
#[actix_web::test]
async fn what_was_changed_in_between_is_not_ended() {
    let server = TestServer::start().await;
    let made = post(&server, &sample()).await.expect(201);
    assert_eq!(made["version"], 1);
    let path = format!("{PATH}/{}", text(&made, "id"));
    let end = async |version: &str| {
        server.http.send(Method::DELETE, &path, &[("if-match", version)], "").await
    };
    let operators = format!("/admin/v1/webhooks/{}", text(&made, "id"));
    server.operators().patch(&operators, r#"{"active":false}"#).await.expect(200);
    let refused = end("\"1\"").await.expect(409);
    let seen = (&refused[0]["version"], &refused[0]["requestVersion"]);
    assert_eq!(seen, (&json!(2), &json!(1)), "{refused}");
    assert_eq!(server.http.get(PATH).await.expect(200)["subscriptions"][0]["version"], 2);
    let ended = end("\"2\"").await;
    assert_eq!(ended.header("etag"), "\"2\"");
    ended.expect(200);
}
