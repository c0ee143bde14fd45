//! A server that listens and has not recovered yet.

use super::*;

/// It is alive and says that it is not ready, every door in its shape; then it is, at the same
/// address.
#[actix_web::test]
async fn until_all_is_recovered_it_is_alive_and_not_ready() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stop().await;
    let listening = server.listens();
    let operators = Caller::of(listening.admin_address().expect("it listens"));
    let alive = server.http.get("/healthz").await;
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok\n"));
    let facility = format!("/api/facilities/{store}");
    let body = promise("tea", 1).to_string();
    let (get, post) = (Method::GET, Method::POST);
    for (caller, method, path, body, says) in [
        (&server.http, &get, "/readyz", "", r#""detail":"recovering""#),
        (&server.http, &post, PROMISE, &body, r#"[{"summary":"not in service""#),
        (&server.http, &get, &facility, "", r#"[{"summary":"not in service""#),
        (&server.http, &get, "/api/status", "", r#"[{"summary":"not in service""#),
        (&server.http, &get, "/customer/orders", "", r#""service":"customer-api""#),
        (&server.http, &get, "/deliveries", "", r#"{"status":"nok","reason":"Busy.""#),
        (&server.http, &get, "/api/v2/orders.json", "", r#"{"success":false"#),
        (&server.http, &get, "/feed", "", r#""title":"Starting or stopping""#),
        (&server.http, &get, "/docs", "", r#""title":"Starting or stopping""#),
        (&operators, &get, "/metrics", "", r#""title":"Starting or stopping""#),
    ] {
        let reply = caller.send(method.clone(), path, &[], body).await;
        assert_eq!(reply.status, 503, "{path}: {}", reply.body);
        assert!(reply.body.contains(says), "{path}: {}", reply.body);
        assert_eq!((reply.header("retry-after"), reply.header("connection")), ("2", "close"));
        assert!(!reply.headers.contains_key("certus-lsn"), "{path}: it does not know yet");
    }
    server.recovers(listening).await.expect("it starts");
    let ready = server.http.get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
    assert_eq!(text(&server.http.get(&facility).await.expect(200), "id"), store);
    assert_eq!(operators.get("/metrics").await.status, 200);
}

/// A start that fails is over: nobody answers there any more.
#[actix_web::test]
async fn what_cannot_be_recovered_is_not_served() {
    let mut server = TestServer::start().await;
    server.stop().await;
    let format = server.data().join("shard-0/journal");
    std::fs::remove_dir_all(&format).expect("it is there");
    std::fs::write(&format, "no directory").expect("there is room");
    let listening = server.listens();
    assert_eq!(server.http.get("/healthz").await.status, 200);
    let failed = server.recovers(listening).await.expect_err("there is no journal");
    assert!(failed.to_string().contains("cannot serve"), "{failed:#}");
    assert!(server.http.try_send(Method::GET, "/healthz", &[], "").await.is_none());
}
