//! What an operator sees: credentials, the command line, a directory, a signal, the metrics.

mod browsers;
mod clock;
mod command;
mod credentials;
mod decisions;
mod directory;
mod import;
mod provenance;
mod recovering;
mod repair;
mod shards;
mod tenants;
mod tls;
mod transfer;
mod walkthrough;

use certus::outside::Outside;
use hyper::Method;
use serde_json::json;
use workflow::time::{Millis, Time};

use crate::support::{
    BEGIN, Caller, Program, Reply, Sink, TestServer, promise, run, run_with, text,
};

const PROMISE: &str = "/api/promises/deliverypromise";

/// Liveness and readiness are open to everybody, and not JSON.
#[actix_web::test]
async fn the_server_says_how_it_is() {
    let server = TestServer::start().await;
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let reply = server.http.get(path).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, body));
    }
    let status = server.http.get("/api/status").await.expect(200);
    assert_eq!(status, json!({ "status": "UP" }));
    let health = server.http.get("/api/health").await.expect(200);
    assert_eq!(health["status"], "UP");
    let parts = health["dependencies"].as_array().expect("parts");
    assert!(parts.iter().any(|part| part["name"] == "journal" && part["status"] == "UP"));
}

/// The operators' address has what surrounds every request: its name, its place, its bounds.
#[actix_web::test]
async fn an_operators_request_is_as_bounded_as_any() {
    let server = TestServer::start().await;
    server.facility("gouda").await;
    let operators = server.operators();
    let named = [("x-correlation-id", "mine-7")];
    for (path, status) in [
        ("/metrics/", 200),
        ("/admin/v1/keys", 200),
        ("/problems/malformed", 200),
        ("/problems/none", 404),
        ("/nothing", 404),
    ] {
        let reply = operators.send(Method::GET, path, &named, "").await;
        assert_eq!(reply.header("x-correlation-id"), "mine-7", "{path}");
        assert!(reply.lsn() > 0, "{path}");
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
    let long = format!("/metrics?{}", "x".repeat(9_000));
    assert_eq!(operators.get(&long).await.expect(414)["type"], "/problems/too-large");
    let wide = "x".repeat(9_000);
    let wide = operators.send(Method::GET, "/metrics", &[("x-a", wide.as_str())], "").await;
    assert_eq!(wide.expect(431)["type"], "/problems/too-large");
}

/// The calls of webhooks and the mails have threads of their own; a thread that has ended is seen.
#[actix_web::test]
async fn whoever_calls_and_mails_no_more_is_down() {
    let sink = Sink::start(&[]);
    let server = TestServer::configured(&sink.settings()).await;
    let health = async || server.http.get("/api/health").await.expect(200);
    let parts = |status: &str| {
        json!([
            { "name": "journal", "status": "UP" },
            { "name": "snapshot", "status": "UP" },
            { "name": "webhooks", "status": status },
            { "name": "mail", "status": status },
        ])
    };
    assert_eq!(health().await, json!({ "status": "UP", "dependencies": parts("UP") }));
    server.server().app().outside.iter().for_each(Outside::stop);
    assert_eq!(health().await, json!({ "status": "DOWN", "dependencies": parts("DOWN") }));
    let status = server.http.get("/api/status").await.expect(200);
    assert_eq!(status, json!({ "status": "DEGRADED" }));
}

/// P3: the metrics count what happened, lateness of releases included; clients cannot see them.
#[actix_web::test]
async fn metrics_count_what_happened() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let mut short = promise("tea", 2);
    short["promisesOptions"] = json!({ "validUntil": (BEGIN + Millis::minutes(1)).to_string() });
    server.http.post(PROMISE, &short.to_string()).await.expect(201);
    let last = server.http.post(PROMISE, &promise("tea", 3).to_string()).await;
    let position = last.lsn();
    last.expect(201);
    server
        .http
        .post("/api/orders/x/actions", r#"{"name":"CANCEL","version":1}"#)
        .await
        .refused(404);
    let before = metrics(&server).await;
    for (name, value) in [
        ("certus_orders", 2),
        ("certus_open_promises", 2),
        ("certus_locations", 1),
        ("certus_lots", 1),
        ("certus_reservations", 2),
        ("certus_commands_total", 4),
        ("certus_journal_durable_lsn{shard=\"0\"}", position),
        ("certus_expiry_lateness_seconds_count", 0),
        ("certus_permits_used{lane=\"start\"}", 0),
        ("certus_requests_shed_total{lane=\"start\"}", 0),
    ] {
        assert_eq!(number(&before, name), value, "{name}");
    }

    server.advance(Millis::minutes(1)).await;
    let after = metrics(&server).await;
    assert_eq!(number(&after, "certus_open_promises"), 1);
    assert_eq!(number(&after, "certus_reservations"), 1);
    assert_eq!(number(&after, "certus_expiry_lateness_seconds_count"), 1);
    assert!(number(&after, "certus_journal_durable_lsn{shard=\"0\"}") > position);
    assert_eq!(server.http.get("/metrics").await.status, 404);
}

async fn metrics(server: &TestServer) -> String {
    let reply = server.operators().get("/metrics").await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"));
    assert!(reply.body.ends_with("# EOF\n"), "{}", reply.body);
    reply.body
}

#[track_caller]
fn number(metrics: &str, name: &str) -> u64 {
    let mut lines = metrics.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = lines.next().unwrap_or_else(|| panic!("no {name} in {metrics}"));
    value.parse().unwrap_or_else(|_| panic!("{name} is {value}"))
}
