//! An order that is placed and not released, at every door.

use super::*;

/// What each door says of the order with this number: order, pickers and message at door 1, and
/// the words of doors 2 and 3.
async fn words(server: &TestServer, number: u64) -> [Value; 5] {
    let one = server.http.get(&format!("/deliveries/{number}")).await.expect(200);
    let two = server.http.get(&format!("/orders/{number}")).await.expect(200);
    let three = server.http.get(&format!("/api/orders/{number}")).await.expect(200);
    let of_one = ["order_status", "picked_status", "message_status"];
    let [order, picked, message] = of_one.map(|name| one["order"][name].clone());
    [order, picked, message, two["data"]["status"].clone(), three["status"].clone()]
}

fn locked(article: &str) -> String {
    let mut body = promise(article, 2);
    body["status"] = "LOCKED".into();
    body.to_string()
}

/// D2, M3: what is locked is held, is in no picker's way, and its mails wait; each door has a word
/// for it, and unlocked it is like any other sale.
#[actix_web::test]
async fn what_is_locked_waits_for_its_release() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let made = server.http.post("/api/orders", &locked("tea")).await.expect(201);
    let path = format!("/api/orders/{}/actions", text(&made, "id"));
    assert_eq!((&made["status"], &made["version"]), (&json!("LOCKED"), &json!(1)));
    assert_eq!(server.available("tea").await, 3);
    assert_eq!(server.http.get("/picklist/waiting").await.expect(200)["count"], 0);
    let held = ["ON_HOLD", "UNASSIGNED", "RECEIVED", "ON_HOLD", "LOCKED"].map(|it| json!(it));
    assert_eq!(words(&server, 1).await, held);
    for listed in ["/deliveries?order_status=ON_HOLD", "/orders?status=ON_HOLD"] {
        let seen = server.http.get(listed).await.expect(200);
        assert!(seen["total"] == 1 || seen["data"]["total"] == 1, "{listed}: {seen}");
    }
    let report = json!({ "external_id": "R1", "customer": { "email": "jan@example.com" },
        "products": [], "invitation": { "delay": { "unit": "minutes", "amount": 5 } } });
    let report = server.http.post("/api/v2/orders", &report.to_string()).await.expect(201);
    assert_eq!(report["order"]["id"], 1, "it joins the locked order");
    server.restart().await;
    assert_eq!(words(&server, 1).await, held);
    server.advance(Millis::minutes(10)).await;
    let due =
        async |server: &TestServer| server.server().shards().all()[0].mails_due(9).await.len();
    assert_eq!(due(&server).await, 0);

    let unlock = r#"{"name":"UNLOCK","version":2,"targetTime":"2026-01-13T09:00:00Z"}"#;
    let stale = server.http.post(&path, r#"{"name":"UNLOCK","version":1}"#).await.expect(409);
    assert_eq!((&stale[0]["version"], &stale[0]["requestVersion"]), (&json!(2), &json!(1)));
    let seen = server.http.post_as("u1", &path, unlock).await;
    let again = server.http.post_as("u1", &path, unlock).await;
    assert_eq!(seen.body, again.body);
    assert_eq!(seen.expect(200)["status"], "OPEN");
    let sold = ["IN_FULFILLMENT", "UNPICKED", "RECEIVED", "CONFIRMED", "OPEN"].map(|it| json!(it));
    assert_eq!(words(&server, 1).await, sold);
    assert_eq!(server.http.get("/picklist/waiting").await.expect(200)["count"], 1);
    assert_eq!(due(&server).await, 1, "the mail is overdue, and goes at once");
    let brought = server.http.get("/deliveries/1").await.expect(200);
    assert_eq!(brought["order"]["estimated_delivery_window"], "2026-01-13 09:00:00 UTC, 120");
    let feed = server.http.get("/feed?types=order.unlocked&follow=false").await.body;
    assert!(feed.contains(r#""type":"order.unlocked""#), "{feed}");

    let twice = server.http.post(&path, r#"{"name":"UNLOCK","version":3}"#).await.expect(409);
    assert_eq!(twice[0]["summary"], "wrong stage");
}

/// S7: what is locked is cancelled like what is sold, at this door and at another.
#[actix_web::test]
async fn what_is_locked_may_be_cancelled() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    for cancel in ["/api/orders/1/actions", "/deliveries/2/cancel"] {
        server.http.post("/api/orders", &locked("tea")).await.expect(201);
        let body = r#"{"name":"CANCEL","version":1}"#;
        server.http.post(cancel, body).await.expect(200);
        assert_eq!(server.available("tea").await, 5);
    }
}

/// A promise has no lock.
#[actix_web::test]
async fn a_promise_is_not_locked() {
    let server = TestServer::start().await;
    let error = server.http.post(PROMISE, &locked("tea")).await.expect(400);
    assert_eq!(error[0]["description"], "status: must be OPEN or PROMISED");
}
