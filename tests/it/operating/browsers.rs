//! Pages of other origins, as browsers ask for them.

use super::*;
use hyper::Method;

const SETTINGS: &str = "cors_origins = [\"https://shop.example\"]\n";
const PREFLIGHT: [(&str, &str); 3] = [
    ("origin", "https://shop.example"),
    ("access-control-request-method", "POST"),
    (
        "access-control-request-headers",
        "authorization,content-type,idempotency-key,certus-replaces",
    ),
];

/// A named origin may call, and may read what it needs to settle a doubt.
#[actix_web::test]
async fn a_named_origin_may_call() {
    let server = TestServer::configured(SETTINGS).await;
    let asked = server.http.send(Method::OPTIONS, PROMISE, &PREFLIGHT, "").await;
    assert_eq!(asked.status, 200, "{asked:?}");
    assert_eq!(asked.header("access-control-allow-origin"), "https://shop.example");
    let allowed = listed(&asked, "access-control-allow-headers");
    for name in [
        "authorization",
        "x-api-key",
        "content-type",
        "idempotency-key",
        "if-match",
        "certus-replaces",
        "last-event-id",
        "traceparent",
        "x-correlation-id",
    ] {
        assert!(allowed.iter().any(|it| it == name), "{name}: {allowed:?}");
    }

    let origin = [("origin", "https://shop.example")];
    let body = promise("tea", 1).to_string();
    let made = server.http.send(Method::POST, PROMISE, &origin, &body).await;
    assert_eq!(made.header("access-control-allow-origin"), "https://shop.example");
    let exposed = listed(&made, "access-control-expose-headers");
    let mine = ["access-control", "content-", "date", "vary", "transfer-encoding"];
    let shown = made.headers.keys().map(|name| name.as_str());
    for name in shown.filter(|name| !mine.iter().any(|known| name.starts_with(known))) {
        assert!(exposed.iter().any(|it| it == name), "{name}: {exposed:?}");
    }
    for name in [
        "retry-after",
        "www-authenticate",
        "allow",
        "certus-outcome",
        "idempotency-replayed",
        "ratelimit",
        "ratelimit-policy",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ] {
        assert!(exposed.iter().any(|it| it == name), "{name}: {exposed:?}");
    }
    made.expect(201);
}

/// The names in a header, in small letters.
fn listed(reply: &Reply, name: &str) -> Vec<String> {
    reply.header(name).split(',').map(|it| it.trim().to_ascii_lowercase()).collect()
}

/// Whoever was not named is told nothing, and nobody is by default.
#[actix_web::test]
async fn other_origins_are_told_nothing() {
    let evil = [("origin", "https://evil.example")];
    for settings in [SETTINGS, ""] {
        let server = TestServer::configured(settings).await;
        let reply = server.http.send(Method::GET, "/api/orders", &evil, "").await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{reply:?}");
        reply.expect(200);
        let preflight = [("origin", "https://evil.example"), PREFLIGHT[1], PREFLIGHT[2]];
        let asked = server.http.send(Method::OPTIONS, PROMISE, &preflight, "").await;
        assert!(!asked.headers.contains_key("access-control-allow-origin"), "{asked:?}");
    }
}
