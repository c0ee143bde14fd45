//! How much anybody may ask, and how often be wrong.

use hyper::Method;

use super::*;

const ORDERS: &str = "/api/orders";

/// Twenty bad credentials a second, then 429; who is good notices nothing, and nobody gets
/// another count by what a header says.
#[actix_web::test]
async fn bad_credentials_are_counted_and_good_ones_are_not() {
    let server = closed().await;
    let good = text(&key_of(&server, "shop", &[]).await, "key");
    let good = server.http.bearing(&good);
    let bad = server.http.bearing("ck_nonsense");
    for number in 0..20 {
        let from = format!("192.0.2.{number}");
        let headers = [("x-forwarded-for", from.as_str())];
        is_refused(&bad.send(Method::GET, ORDERS, &headers, "").await, 401);
        good.get(ORDERS).await.expect(200);
    }
    let headers = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1")];
    let over = bad.send(Method::GET, ORDERS, &headers, "").await;
    assert_eq!(over.header("retry-after"), "1");
    is_refused(&over, 429);
    is_refused(&server.http.get(ORDERS).await, 401); // who sends none is not guessing
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let guess = "grant_type=client_credentials&client_id=x&client_secret=y";
    let guessed = server.http.send(Method::POST, "/oauth2/token", &form, guess).await;
    assert_eq!(guessed.header("retry-after"), "1");
    guessed.expect(429);
    good.get(ORDERS).await.expect(200);
    assert_eq!(server.http.get("/healthz").await.status, 200);
    server.advance(Millis(1_000)).await;
    is_refused(&bad.get(ORDERS).await, 401);
}

/// A credential's rate is its own, is told in every answer, and comes back with time.
#[actix_web::test]
async fn a_credential_over_its_rate_waits_and_others_do_not() {
    let server =
        TestServer::configured("auth = \"on\"\nrate_per_second = 2\nrate_burst = 3\n").await;
    let till = text(&key_of(&server, "shop", &["orders.read"]).await, "key");
    let body = json!({ "tenant": "shop", "name": "web" }).to_string();
    let web = server.operators().post("/admin/v1/keys", &body).await.expect(201);
    let (till, web) = (server.http.bearing(&till), server.http.bearing(&text(&web, "key")));
    for left in [2, 1, 0] {
        let reply = till.get(ORDERS).await;
        assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=3;w=2");
        assert_eq!(reply.header("ratelimit"), format!("\"default\";r={left};t=1"));
        reply.expect(200);
    }
    let over = till.get(ORDERS).await;
    assert_eq!(
        (over.header("retry-after"), over.header("ratelimit")),
        ("1", "\"default\";r=0;t=1")
    );
    is_refused(&over, 429);
    web.get(ORDERS).await.expect(200);
    is_refused(&till.get("/api/stocks").await, 403); // that is told first
    for path in ["/healthz", "/api/status"] {
        let open = till.get(path).await;
        assert!(open.status == 200 && !open.headers.contains_key("ratelimit"), "{path}");
    }
    server.advance(Millis(500)).await;
    till.get(ORDERS).await.expect(200);
    is_refused(&till.get(ORDERS).await, 429);
}

#[actix_web::test]
async fn without_a_rate_nothing_is_said_of_one() {
    let server = closed().await;
    let till = text(&key_of(&server, "shop", &[]).await, "key");
    for _ in 0..50 {
        let reply = server.http.bearing(&till).get(ORDERS).await;
        assert!(reply.status == 200 && !reply.headers.contains_key("ratelimit"));
    }
}

/// Door 2 says it also in the words of its original, in every answer that was counted.
#[actix_web::test]
async fn customers_are_told_the_second_in_which_there_is_more() {
    let server =
        TestServer::configured("auth = \"on\"\nrate_per_second = 2\nrate_burst = 2\n").await;
    let key = text(&key_of(&server, "shop", &["orders.read"]).await, "key");
    let bearer = format!("Bearer {key}");
    let both = [("authorization", bearer.as_str()), ("x-api-key", key.as_str())];
    let paths = [("/orders", 200, "1"), ("/customer/orders/7", 404, "0"), ("/orders/", 429, "0")];
    for (path, status, left) in paths {
        let reply = server.http.send(Method::GET, path, &both, "").await;
        let named = ["limit", "remaining", "reset"].map(|it| format!("x-ratelimit-{it}"));
        let said = named.each_ref().map(|name| reply.header(name));
        // The clock stands at 10:00 of 2026-01-12, and there is more in a second.
        assert_eq!(said, ["2", left, "1768212001"], "{path}");
        assert!(reply.headers.contains_key("ratelimit"), "{path}");
        reply.expect(status);
    }
    server.advance(Millis(1_000)).await;
    let elsewhere = server.http.bearing(&key).get("/api/orders").await;
    assert!(!elsewhere.headers.contains_key("x-ratelimit-limit"));
}
