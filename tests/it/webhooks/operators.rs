//! What operators do with webhooks: several events each, another secret, a pause, all told again.

use std::collections::BTreeSet;

use hyper::Method;
use workflow::time::Millis;

use super::*;
use crate::support::Reply;

const WEBHOOKS: &str = "/admin/v1/webhooks";
/// The bytes 0 to 31.
const OWN_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn body(url: &str) -> Value {
    json!({ "tenant": "default", "name": "erp", "url": url, "encoding": "standard",
        "events": ["ORDER_CREATED", "location.created"] })
}

async fn make(server: &TestServer, body: &Value) -> Value {
    server.operators().post(WEBHOOKS, &body.to_string()).await.expect(201)
}

fn path(made: &Value) -> String {
    format!("{WEBHOOKS}/{}", text(made, "id"))
}

/// Which of the secrets have signed a call, in the order of its signatures.
fn signers<'a>(heard: &sink::Heard, secrets: &[&'a str]) -> Vec<&'a str> {
    let all = heard.header("webhook-signature").split(' ').map(|one| {
        let good = |secret: &&&str| one == signed_with(secret, heard);
        *secrets.iter().find(good).expect("a secret has signed it")
    });
    all.collect()
}

#[actix_web::test]
async fn one_webhook_hears_of_several_events_and_is_signed_twice_for_a_day() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let mut wanted = body(&sink.url("/hooks"));
    wanted["secret"] = json!(OWN_SECRET);
    wanted["headers"] = json!([{ "key": "X-Erp", "value": "7" }]);
    let reply = server.operators().post(WEBHOOKS, &wanted.to_string()).await;
    assert_eq!((reply.header("cache-control"), reply.header("etag")), ("no-store", "\"1\""));
    let location = reply.header("location").to_owned();
    let made = reply.expect(201);
    assert_eq!((text(&made, "secret"), path(&made)), (OWN_SECRET.to_owned(), location));
    assert_eq!((&made["active"], &made["headers"]), (&json!(true), &json!(["X-Erp"])));
    promised(&server).await;
    let first = sink.heard(2).await;
    let kinds: Vec<String> = first.iter().map(|it| text(&it.json(), "type")).collect();
    assert!(kinds.contains(&"order.created".into()) && kinds.contains(&"location.created".into()));
    assert!(first.iter().all(|it| it.header("x-erp") == "7"));
    assert!(first.iter().all(|it| signers(it, &[OWN_SECRET]) == [OWN_SECRET]));

    let rotate = format!("{}/rotate", path(&made));
    let rotated = server.operators().post(&rotate, "").await.expect(200);
    let new = text(&rotated, "secret");
    assert_eq!(rotated["old_secret_until"], "2026-01-13T10:00:00.000Z");
    server.facility("edam").await;
    let heard = sink.heard(3).await;
    assert_eq!(signers(&heard[2], &[OWN_SECRET, &new]), [new.as_str(), OWN_SECRET]);
    server.advance(Millis::hours(24)).await;
    server.facility("urk").await;
    let heard = sink.heard(4).await;
    assert_eq!(signers(&heard[3], &[OWN_SECRET, &new]), [new.as_str()]);

    let shown = server.operators().get(&path(&made)).await.expect(200);
    assert_eq!((&shown["version"], shown.get("secret")), (&json!(2), None));
    let all = server.operators().get(WEBHOOKS).await.expect(200);
    assert_eq!((&all["total"], &all["webhooks"][0]), (&json!(1), &shown));
    let door = server.http.get("/api/subscriptions").await.expect(200);
    assert_eq!(door["subscriptions"][0]["id"], made["id"]);
    let gone = server.operators().delete(&path(&made)).await.expect(200);
    assert_eq!(gone, shown);
    problem(server.operators().get(&path(&made)).await, 404, "not-found");
}

/// A pause loses nothing, over a restart, too; what came of calls is shown.
#[actix_web::test]
async fn a_webhook_that_is_paused_is_told_later() {
    let (mut server, sink, canary) = (server().await, Sink::start(&[500]), Sink::start(&[]));
    let made = make(&server, &body(&sink.url("/hooks"))).await;
    make(&server, &body(&canary.url("/hooks"))).await;
    let patch = async |server: &TestServer, body: &str, version: &str| {
        let headers = [("if-match", version)];
        server.operators().send(Method::PATCH, &path(&made), &headers, body).await
    };
    server.facility("gouda").await;
    let told = sink.heard(2).await;
    let paused = patch(&server, r#"{"active":false}"#, "\"1\"").await.expect(200);
    assert_eq!((&paused["active"], &paused["version"]), (&json!(false), &json!(2)));
    problem(patch(&server, r#"{"active":true}"#, "\"1\"").await, 412, "precondition-failed");
    server.facility("edam").await;
    canary.heard(2).await;
    server.restart_with(PRIVATE).await;
    server.facility("urk").await;
    canary.heard(3).await;
    assert_eq!(sink.count(), 2);
    patch(&server, r#"{"active":true}"#, "\"2\"").await.expect(200);
    let heard = sink.heard(4).await;
    let name = |it: &sink::Heard| text(&it.json()["data"], "name");
    // Of two facilities no order is promised.
    let names: BTreeSet<String> = heard[2..].iter().map(name).collect();
    assert_eq!(names, ["edam", "urk"].map(str::to_owned).into());
    assert_eq!(told[0].id(), told[1].id(), "it failed once");
}

/// All after a record comes again, with the ids that it had; one may also begin in the past.
#[actix_web::test]
async fn what_was_told_is_told_again_from_a_record_on() {
    let (server, sink) = (server().await, Sink::start(&[]));
    let before = server.http.get("/api/orders").await.lsn();
    server.facility("gouda").await;
    let mut wanted = body(&sink.url("/hooks"));
    wanted["from_lsn"] = json!(before);
    let key = [("idempotency-key", "erp-1")];
    let once = server.operators().send(Method::POST, WEBHOOKS, &key, &wanted.to_string()).await;
    let again = server.operators().send(Method::POST, WEBHOOKS, &key, &wanted.to_string()).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &once.body));
    let made = once.expect(201);
    let first = sink.heard(1).await;
    assert_eq!(first[0].json()["data"]["name"], "gouda", "it was there before the webhook");
    server.facility("edam").await;
    sink.heard(2).await;

    let replay = format!("{}/replay", path(&made));
    let from = json!({ "from_lsn": before }).to_string();
    let key = [("idempotency-key", "replay-1")];
    for version in [2, 2] {
        let told = server.operators().send(Method::POST, &replay, &key, &from).await.expect(200);
        assert_eq!(told["version"], version, "under one key it is one replay");
    }
    let heard = sink.heard(4).await;
    let ids: Vec<&str> = heard.iter().map(sink::Heard::id).collect();
    let (once, again): (BTreeSet<_>, BTreeSet<_>) =
        (ids[..2].iter().collect(), ids[2..].iter().collect());
    assert_eq!(once, again);
    server.facility("urk").await;
    assert_eq!(sink.heard(5).await[4].json()["data"]["name"], "urk");
    let tried = server.operators().get(&format!("{}/deliveries", path(&made))).await.expect(200);
    let oldest = &tried["deliveries"][tried["total"].as_u64().expect("a count") as usize - 1];
    assert_eq!((&oldest["id"], &oldest["status"]), (&json!(ids[0]), &json!(200)));
    assert_eq!((&oldest["outcome"], &oldest["attempt"]), (&json!("taken"), &json!(1)));
}

/// The pointers of a problem, whose type is this.
#[track_caller]
fn problem(reply: Reply, status: u16, kind: &str) -> Vec<String> {
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.body);
    let problem = reply.expect(status);
    assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| text(error, "pointer")).collect()
}

#[actix_web::test]
async fn nonsense_is_refused_by_pointer_and_changes_nothing() {
    let server = TestServer::start().await;
    let url = "https://shop.example.com/hooks";
    let made = make(&server, &body(url)).await;
    let operators = server.operators();
    let before = operators.get(WEBHOOKS).await.body;
    let with = |name: &str, value: Value| {
        let mut body = body(url);
        body[name] = value;
        body.to_string()
    };
    for (sent, pointer) in [
        (json!({}).to_string(), "#/tenant"),
        (with("tenant", json!("")), "#/tenant"),
        (with("name", json!("")), "#/name"),
        (with("url", json!("http://shop.example.com")), "#/url"),
        (with("url", json!("https://10.0.0.1/")), "#/url"),
        (with("events", json!([])), "#/events"),
        (with("events", json!(["*", "order.lost"])), "#/events/1"),
        (with("encoding", json!("xml")), "#/encoding"),
        (with("headers", json!([{ "key": "Host", "value": "x" }])), "#/headers/0/key"),
        (with("headers", json!([{ "key": "X-A", "value": "ä" }])), "#/headers/0/value"),
        (with("secret", json!("whsec_AAEC")), "#/secret"),
        (with("from_lsn", json!(4_000_000)), "#/from_lsn"),
    ] {
        let pointers = problem(operators.post(WEBHOOKS, &sent).await, 422, "validation");
        assert_eq!(pointers[0], pointer, "{sent}");
    }
    for (sent, pointer) in [
        ("{", ""),
        (r#"{"url":1}"#, "#/url"),
        (r#"{"colour":"red"}"#, "#/colour"),
        (r#"{"headers":[{"key":"X-A","value":7}]}"#, "#/headers/0/value"),
        ("[]", ""),
    ] {
        let pointers = problem(operators.post(WEBHOOKS, sent).await, 400, "malformed");
        assert_eq!(pointers, [pointer], "{sent}");
    }
    let (one, replay) = (path(&made), format!("{}/replay", path(&made)));
    let patch = async |body: &str| operators.send(Method::PATCH, &one, &[], body).await;
    assert_eq!(problem(patch("{}").await, 422, "validation"), ["#/active"]);
    assert_eq!(problem(operators.post(&replay, "{}").await, 422, "validation"), ["#/from_lsn"]);
    let late = json!({ "from_lsn": 4_000_000 }).to_string();
    assert_eq!(problem(operators.post(&replay, &late).await, 422, "validation"), ["#/from_lsn"]);
    let nobody = format!("{WEBHOOKS}/019bb2a0-44f1-7d02-b1c3-91a0d4e70000");
    for path in [nobody.as_str(), "/admin/v1/webhooks/7"] {
        problem(operators.get(path).await, 404, "not-found");
        problem(operators.delete(path).await, 404, "not-found");
        problem(operators.get(&format!("{path}/deliveries")).await, 404, "not-found");
        problem(operators.post(&format!("{path}/rotate"), "").await, 404, "not-found");
    }
    let stale = [("if-match", "\"7\"")];
    let stale = operators.send(Method::DELETE, &one, &stale, "").await;
    problem(stale, 412, "precondition-failed");
    assert_eq!(operators.get(WEBHOOKS).await.body, before);
}
