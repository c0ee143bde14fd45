//! Paths, methods, types, lengths: what is refused before anybody reads a body.

use super::*;
use crate::support::NOT_SENT;
use crate::support::said_to;

#[actix_web::test]
async fn a_body_that_is_no_plain_json_is_415() {
    let shop = Shop::open().await;
    let good = promise("tea", 1).to_string();
    let typed = |value: &str| Row::post(PROMISE, &good).with("content-type", value);
    shop.refuses(vec![
        typed(NOT_SENT).is(415, "application/json"),
        typed("text/plain").is(415, "application/json"),
        typed("application/x-www-form-urlencoded").is(415, ""),
        typed("application/json; charset=latin1").is(415, ""),
        Row::post(PROMISE, &good).with("content-encoding", "gzip").is(415, ""),
        Row::post(PROMISE, &good).with("accept", "application/xml").is(406, "application/json"),
        Row::post(PROMISE, &good).with("certus-replaces", "R1").is(400, "Certus-Replaces"),
    ])
    .await;
}

/// F3: what is too long is not even read.
#[actix_web::test]
async fn what_is_too_long_is_refused() {
    let shop = Shop::open().await;
    let mut good = promise("tea", 1).to_string();
    good.push_str(&" ".repeat(1024 * 1024 + 1 - good.len()));
    let long = format!("/api/orders?tenantOrderId={}", "x".repeat(8 * 1024));
    shop.refuses(vec![
        Row::post(PROMISE, &good).is(413, "1 MiB"),
        Row::get(long).is(414, "8 KiB"),
        Row::get("/api/orders").with("x-anything", "x".repeat(8 * 1024 + 1)).is(431, "8 KiB"),
    ])
    .await;
    good.pop();
    let taken = shop.server.http.post(PROMISE, &good).await;
    assert_eq!((good.len(), taken.status), (1024 * 1024, 201), "{}", taken.body);
}

#[actix_web::test]
async fn a_bad_query_is_named_by_its_parameter() {
    let shop = Shop::open().await;
    shop.refuses(vec![
        Row::get("/api/orders?size=0").is(400, "size: must be 1 to 500"),
        Row::get("/api/orders?size=501").is(400, "size"),
        Row::get("/api/stocks?size=101").is(400, "size: must be 1 to 100"),
        Row::get("/api/orders?size=x").is(400, "size"),
        Row::get("/api/orders?size=1&size=2").is(400, "size: must come once"),
        Row::get("/api/orders?startAfterId=R1").is(400, "startAfterId"),
        Row::get("/api/reservations?after=R1").is(400, "after"),
        Row::get("/api/facilities?status=AWAY").is(400, "status"),
        Row::get("/api/facilities?status=").is(400, "status"),
        Row::get("/api/stocks/summaries?tenantArticleIds=%zz").is(400, "encoding"),
        Row::get(format!("/api/orders/{}?certus=maybe", shop.open)).is(400, "certus"),
    ])
    .await;
}

#[actix_web::test]
async fn what_is_not_there_is_404_in_its_doors_shape() {
    let shop = Shop::open().await;
    let nobody = &shop.open[..35];
    shop.refuses(vec![
        Row::get("/api/nothing").is(404, "not found"),
        Row::get("/api//orders").is(404, "not found"),
        Row::post("/api/promises", "{}").is(404, "not found"),
        Row::get("/api/orders/R1").is(404, "order not found"),
        Row::get(format!("/api/orders/{nobody}")).is(404, "order not found"),
        Row::get(format!("/api/orders/{}", shop.store)).is(404, "order not found"),
        Row::get("/api/facilities/R1").is(404, "facility not found"),
        Row::get(format!("/api/facilities/{}/listings/jam", shop.store)).is(404, "listing not"),
        Row::get("/api/stocks/R1").is(404, "stock not found"),
        Row::get("/api/reservations/R1").is(404, "reservation not found"),
    ])
    .await;

    for path in ["/nothing", "/", "/apis/orders", "/metrics", "/admin/v1/verify"] {
        let reply = shop.server.http.get(path).await;
        assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
        let problem = reply.expect(404);
        assert_eq!(
            (&problem["type"], &problem["status"], &problem["instance"]),
            (&json!("/problems/not-found"), &json!(404), &json!(path))
        );
    }
}

/// Every path says which methods it takes.
#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let shop = Shop::open().await;
    let order = format!("/api/orders/{}", shop.open);
    let act = format!("{order}/actions");
    for (method, path, allow) in [
        (Method::GET, PROMISE, "POST"),
        (Method::DELETE, "/api/orders", "GET, POST"),
        (Method::PUT, order.as_str(), "GET"),
        (Method::GET, act.as_str(), "POST"),
        (Method::POST, "/api/configurations/promises", "GET, PUT"),
        (Method::POST, "/api/facilities/x", "GET, PUT, PATCH, DELETE"),
        (Method::PATCH, "/api/stocks", "GET, POST, PUT"),
        (Method::POST, "/api/safetystocks", "GET, PUT"),
        (Method::DELETE, "/api/reservations/x", "GET"),
    ] {
        let row = Row::of(method, path, "").is(405, allow);
        let reply = row.send(&shop.server.http).await;
        assert_eq!(reply.header("allow"), allow, "{}", row.told());
        shop.refuses(vec![row]).await;
    }
    let reply = shop.server.http.post("/healthz", "{}").await;
    assert_eq!((reply.status, reply.header("allow")), (405, "GET"));
    assert_eq!(reply.header("content-type"), "application/problem+json");
}

/// All that is wrong is named at once, and no more than twenty of it.
#[actix_web::test]
async fn all_faults_are_named_at_once() {
    let shop = Shop::open().await;
    let line = json!({ "quantity": 0 });
    let body = json!({ "orderDate": "x", "orderLineItems": vec![line; 30], "status": "LOCKED" });
    let errors = shop.server.http.post(PROMISE, &body.to_string()).await.expect(400);
    let errors = errors.as_array().expect("an array");
    assert_eq!(errors.len(), 20);
    assert!(errors.iter().all(|error| error["summary"] == "malformed request"));
    let first = text(&errors[0], "description");
    assert!(first.starts_with("orderDate"), "{first}");
}

/// F3: a body that does not say how long it is is refused as soon as it is too long, while more of
/// it could come.
#[actix_web::test]
async fn an_endless_body_is_refused_before_its_end() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let mut sent = format!("POST {PROMISE} HTTP/1.1\r\nhost: certus\r\n");
    sent.push_str("content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    sent.push_str(&chunk.repeat(17)); // 64 KiB more than it may have, and no end
    let answer = said_to(shop.server.http.address(), sent.as_bytes(), Some("]")).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("body too large"), "{answer}");
    assert_eq!(shop.state().await, before);
}

/// F2, F4: what is no HTTP gets an end, and the server goes on.
#[actix_web::test]
async fn what_is_no_http_is_ended() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    let smuggled = format!(
        "POST {PROMISE} HTTP/1.1\r\nhost: c\r\ncontent-type: application/json\r\n\
         content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
    );
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"PROMISE ME EVERYTHING\r\n\r\n",
        b"GET /api/orders HTTP/9.9\r\n\r\n",
        b"GET /api/orders HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST /api/orders HTTP/1.1\r\nhost: c\r\ncontent-length: -1\r\n\r\n",
        smuggled.as_bytes(),
    ] {
        let answer = said_to(shop.server.http.address(), nonsense, None).await;
        let told = String::from_utf8_lossy(nonsense).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{told}: {answer}");
        assert_eq!(shop.state().await, before, "{told}");
    }
}

/// F3: no list can be asked for more than a page, and no page is too far away.
#[actix_web::test]
async fn a_page_is_bounded_at_every_door() {
    let shop = Shop::open().await;
    let numbers = ["1000000000", "9223372036854775808", "18446744073709551616", "-1", "1e3", "1.5"];
    let lists = [
        ("/api/orders", "size", "startAfterId"),
        ("/api/facilities", "size", "startAfterId"),
        ("/api/stocks", "size", "startAfterId"),
        ("/api/stocks/summaries", "size", "startAfterId"),
        ("/api/reservations", "size", "after"),
        ("/api/subscriptions", "size", "startAfterId"),
        ("/api/safetystocks", "size", "startAfterId"),
        ("/orders", "pageSize", "page"),
        ("/deliveries", "page_size", "page"),
        ("/deliveries/history", "page_size", "page"),
        ("/api/v2/orders", "page_size", "page"),
        ("/api/v2/invitations", "page_size", "page"),
    ];
    let before = shop.state().await;
    for (path, size, place) in lists {
        for number in numbers {
            for query in [format!("{size}={number}"), format!("{place}={number}")] {
                let reply = shop.server.http.get(&format!("{path}?{query}")).await;
                let told = format!("{path}?{query}: {} {}", reply.status, reply.body);
                // A page beyond the last one is empty; a name may look like a number.
                let is_far = query.starts_with(place) && reply.status == 200;
                assert!([400, 422].contains(&reply.status) || is_far, "{told}");
                assert!(!is_far || !reply.body.contains(&shop.open), "{told}");
            }
        }
    }
    assert_eq!(shop.state().await, before);
}
