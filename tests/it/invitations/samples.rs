//! The sample body of the contract, and its table of variations.

use super::*;

#[actix_web::test]
async fn the_sample_makes_an_order_and_an_invitation() {
    let server = TestServer::start().await;
    let made = server.http.post(ORDERS, SAMPLE).await;
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(made.header("location"), "/api/v2/orders/1");
    let mut made = made.expect(201);
    let uuid = text(&made["order"], "uuid");
    assert_eq!(uuid.len(), 36);
    made["order"]["uuid"] = "…".into();
    assert_eq!(
        made,
        json!({
            "success": true,
            "order": {
                "id": 1, "uuid": "…", "external_id": "08b747cb-e20a-4644-9900-7db115e2f249",
                "created_at": "2026-01-12T10:00:00Z", "version": 1,
                "customer": { "email": "appleseed@example.com", "fullname": "John Appleseed" },
                "filtercode": "filtercode1234",
                "products": [ {
                    "external_id": "c17b8994-7a31-4dda-b710-a1bb5cd97e55", "sku": "rd001",
                    "gtin": "0075678164124", "name": "Red Delicious",
                    "url": "https://www.example.com/producs/red-delicious",
                    "image_url": "https://www.example.com/images/red-delicious.jpeg",
                } ],
            },
            "invitation": {
                "id": 1, "order_id": 1, "created_at": "2026-01-12T10:00:00Z",
                "send_at": "2026-01-12T10:00:00Z", "is_sent": false,
                "send_reminder_at": "2026-01-19T10:00:00Z", "is_reminder_sent": false,
            },
            "warnings": [ { "field": "products[0].gtin",
                "message": "check digit is 4, 5 was computed" } ],
        })
    );
    // Every door shows it, in its own words.
    let order = server.http.get(&format!("/api/orders/{uuid}")).await.expect(200);
    assert_eq!(
        (&order["status"], &order["orderLineItems"][0]["quantity"]),
        (&json!("OPEN"), &json!(0))
    );
    assert_eq!(order["tenantOrderId"], "08b747cb-e20a-4644-9900-7db115e2f249");
}

#[actix_web::test]
async fn a_right_check_digit_is_no_warning_and_a_strict_tenant_refuses_a_wrong_one() {
    let mut server = TestServer::start().await;
    let mut right = sample("right");
    right["products"][0]["gtin"] = "0075678164125".into();
    assert_eq!(report(&server, &right).await.expect(201).get("warnings"), None);
    server.restart_with("[invitations]\nstrict_gtin = true\n").await;
    let said = refused(server.http.post(ORDERS, SAMPLE).await, 422);
    assert_eq!(said, "products[0].gtin has a wrong check digit");
}

#[actix_web::test]
async fn a_reminder_follows_after_24_hours_or_is_none() {
    let server = TestServer::start().await;
    let rows = [
        (("days", 7), ("days", 7), 422),
        (("days", 7), ("hours", 191), 422),
        (("days", 6), ("days", 7), 201),
        (("days", 6), ("hours", 168), 201),
        (("weekdays", 1), ("days", 0), 201),
    ];
    for (at, (delay, reminder, status)) in rows.into_iter().enumerate() {
        let reply = report(&server, &asking(&format!("r{at}"), delay, Some(reminder))).await;
        assert_eq!(reply.status, status, "{delay:?} {reminder:?}: {}", reply.body);
    }
    let none = report(&server, &asking("none", ("days", 0), Some(("weekdays", 0)))).await;
    assert_eq!(none.expect(201)["invitation"]["send_reminder_at"], Value::Null);
    let alone = json!({ "external_id": "alone",
        "customer": { "email": "a@b.nl", "name": "ignored" } });
    let alone = report(&server, &alone).await.expect(201);
    assert_eq!(alone.get("invitation"), None);
}

/// K1: under one key a repetition is the same bytes, also after a restart.
#[actix_web::test]
async fn the_sample_is_taken_once() {
    let mut server = TestServer::start().await;
    let first = server.http.post_as("k-1", ORDERS, SAMPLE).await;
    assert_eq!(first.status, 201);
    let again = server.http.post_as("k-1", ORDERS, SAMPLE).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let second = server.http.post(ORDERS, SAMPLE).await;
    let body = second.expect(422);
    assert_eq!(
        body,
        json!({ "success": false, "error": "external_id has already been taken",
            "errors": { "external_id": ["has already been taken"] } })
    );
    server.restart().await;
    assert_eq!(server.http.post_as("k-1", ORDERS, SAMPLE).await.body, first.body);
    assert_eq!(server.http.post(ORDERS, SAMPLE).await.status, 422);
}

/// One order, every door: a report joins what the checkout promised.
#[actix_web::test]
async fn a_report_joins_the_order_of_another_door() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 3).await;
    let id = promised(&server).await;
    let joined = report(&server, &sample("R1")).await.expect(201);
    assert_eq!(joined["order"]["uuid"], id.as_str());
    assert_eq!(joined["order"]["products"][0]["sku"], "rd001");
    assert_eq!(joined["order"]["version"], 2);
    assert_eq!(report(&server, &sample("R1")).await.status, 422);
    // Its lines are products at this door, and it is one order in the list.
    let orders = server.http.get(ORDERS).await.expect(200);
    assert_eq!(orders["meta"]["count"], 1);
    let other = promised(&server).await;
    let shown = server.http.get(&format!("{ORDERS}/{other}")).await.expect(200);
    assert_eq!(shown["order"]["products"], json!([{ "external_id": "tea", "name": "tea" }]));
    assert_eq!(shown["order"]["customer"], Value::Null);
    // Cancelled at one door, its mails are dropped at the other.
    let cancel = json!({ "name": "CANCEL", "version": 2 }).to_string();
    server.http.post(&format!("/api/orders/{id}/actions"), &cancel).await.expect(200);
    let seen = server.http.get(&format!("{INVITATIONS}/{id}")).await.expect(200);
    assert_eq!(seen["invitation"]["dropped"], "order_closed");
    assert_eq!(seen["invitation"]["reminder_dropped"], "order_closed");
}
