//! Mails of orders that other doors made.

use super::*;
use crate::support::Sink;

/// An order of the web shop at door 1, under its own number.
fn handed_over() -> Value {
    json!({
        "customer": { "name": "Jane Doe", "shipping_address": "1 Main St",
            "email": "jane@example.com" },
        "order": { "client_id": 205_697, "client_internal_order_id": "6585395783" },
        "order_items": [ { "client_sku": "tea", "quantity": 1, "price": "2.50",
            "order_item_options_flags": "backorder" } ],
    })
}

/// The order at door 1, after what its pickers and drivers do.
async fn brought_to_the_door(server: &TestServer, number: u64) {
    let ok =
        async |path: &str, body: Value| server.http.post(path, &body.to_string()).await.expect(200);
    ok("/picklist/next", json!({})).await;
    ok("/delivery_items/pick", json!({ "barcode": "tea" })).await;
    ok(&format!("/deliveries/{number}/stage"), json!({})).await;
    ok("/router/deliveries/add", json!({ "deliveries": [number] })).await;
    server.advance(Millis::hours(3)).await;
    ok(&format!("/deliveries/{number}/delivered"), json!({})).await;
}

/// M1, M4: with `count_from = "delivered"` a mail waits for the doorstep, and is counted from there.
#[actix_web::test]
async fn a_mail_is_counted_from_the_doorstep() {
    let mut sink = Sink::start(&[]);
    let rules = "[invitations]\ncount_from = \"delivered\"\n[deliveries]\nmails = []\n";
    let settings = format!("{rules}{}", sink.settings());
    let mut server = TestServer::configured(&settings).await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let made = server.http.post("/deliveries", &handed_over().to_string()).await.expect(200);
    let order = made["order"]["number"].as_u64().expect("a number");
    let body = asking("6585395783", ("days", 2), Some(("days", 9)));
    let joined = report(&server, &body).await.expect(201);
    assert_eq!(number(&joined), order, "the order of the other door");
    assert_eq!(joined["invitation"]["send_at"], json!(null));

    server.advance(Millis::hours(24 * 30)).await;
    assert_eq!(server.server().shards().all()[0].mails_due(9).await, [], "it is not delivered");
    brought_to_the_door(&server, order).await;
    let seen = async |server: &TestServer| {
        let path = format!("{INVITATIONS}/{order}");
        let seen = server.http.get(&path).await.expect(200)["invitation"].clone();
        ["send_at", "send_reminder_at"].map(|name| text(&seen, name))
    };
    // 10:00 on 12 January, 30 days and 3 hours later, and then 2 and 9 days.
    assert_eq!(seen(&server).await, ["2026-02-13T13:00:00Z", "2026-02-20T13:00:00Z"]);
    server.restart().await;
    assert_eq!(seen(&server).await, ["2026-02-13T13:00:00Z", "2026-02-20T13:00:00Z"]);
    assert!(sink.is_empty());
    server.advance(Millis::hours(48)).await;
    let first = sink.next().await;
    assert_eq!(first.header("date"), "Fri, 13 Feb 2026 13:00:00 +0000");
    assert_eq!(first.to, "appleseed@example.com");
    server.restart().await; // which waits for the answer to it
    server.advance(Millis::hours(24 * 7)).await;
    assert_eq!(sink.next().await.header("date"), "Fri, 20 Feb 2026 13:00:00 +0000");
    server.stop().await;
    assert!(sink.is_empty());
}

/// D14: what was brought to the door is reviewed, too, though it had left memory; it is one order at
/// every door, and is reported once.
#[actix_web::test]
async fn a_report_joins_what_was_delivered_long_ago() {
    let mut server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let made = server.http.post("/deliveries", &handed_over().to_string()).await.expect(200);
    let order = made["order"]["number"].as_u64().expect("a number");
    brought_to_the_door(&server, order).await;
    server.restart().await; // it is done, so it is not loaded
    server.advance(Millis::hours(72)).await;

    let body = asking("6585395783", ("days", 2), Some(("days", 9)));
    let joined = report(&server, &body).await.expect(201);
    assert_eq!(number(&joined), order, "the order of the other door");
    assert_eq!(joined["invitation"]["send_at"], "2026-01-14T10:00:00Z", "counted from its making");
    assert_eq!(server.server().shards().all()[0].mails_due(9).await.len(), 1, "it is overdue");
    for _ in 0..2 {
        let twice = report(&server, &body).await.expect(422);
        assert_eq!(twice["error"], "external_id has already been taken");
        let brought = server.http.get(&format!("/deliveries/{order}")).await.expect(200);
        assert_eq!(brought["order"]["order_status"], "DELIVERED");
        let seen = server.http.get(&format!("{ORDERS}/{order}")).await.expect(200);
        assert_eq!(seen["order"]["external_id"], "6585395783");
        assert_eq!(server.http.get(ORDERS).await.expect(200)["meta"]["count"], 1);
        server.restart().await;
    }
}

/// With `count_from = "confirmed"` a promise's mail has no time until somebody has paid.
#[actix_web::test]
async fn a_mail_is_counted_from_the_confirmation() {
    let mut sink = Sink::start(&[]);
    let settings = format!("[invitations]\ncount_from = \"confirmed\"\n{}", sink.settings());
    let mut server = TestServer::configured(&settings).await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let order = promised(&server).await;
    let joined = report(&server, &asking("R1", ("hours", 1), None)).await.expect(201);
    assert_eq!(joined["invitation"]["send_at"], json!(null));
    server.advance(Millis::hours(4)).await;
    assert_eq!(server.server().shards().all()[0].mails_due(9).await, []);
    let confirm = json!({ "name": "CONFIRM_PROMISE", "version": 2 }).to_string();
    server.http.post(&format!("/api/orders/{order}/actions"), &confirm).await.expect(200);
    server.advance(Millis::hours(1)).await;
    assert_eq!(sink.next().await.header("date"), "Mon, 12 Jan 2026 15:00:00 +0000");
    server.stop().await;
    assert!(sink.is_empty());
}

/// A customer is the same at every door, whichever was told of them.
#[actix_web::test]
async fn a_customer_is_seen_at_both_doors() {
    let server = TestServer::start().await;
    server.http.post("/deliveries", &handed_over().to_string()).await.expect(200);
    let seen = server.http.get(&format!("{ORDERS}/1")).await.expect(200);
    let jane = json!({ "email": "jane@example.com", "fullname": "Jane Doe" });
    assert_eq!(seen["order"]["customer"], jane);

    report(&server, &asking("o2", ("days", 1), None)).await.expect(201);
    let seen = server.http.get("/deliveries/2").await.expect(200);
    let customer = json!({ "name": "John Appleseed", "shipping_address": null,
        "email": "appleseed@example.com", "phone_number": null });
    assert_eq!(seen["order"]["customer"], customer);

    // Who was reported is whom the shop asks; who ordered is who gets the goods.
    report(&server, &asking("6585395783", ("days", 1), None)).await.expect(201);
    let asked = server.http.get(&format!("{ORDERS}/1")).await.expect(200);
    assert_eq!(asked["order"]["customer"]["email"], "appleseed@example.com");
    let brought = server.http.get("/deliveries/1").await.expect(200);
    assert_eq!(brought["order"]["customer"]["email"], "jane@example.com");
}
