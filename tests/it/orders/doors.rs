//! One order, every door: there is no copy, and no door invents what an order does not have.

use super::*;
use crate::support::promise;

/// D14: this door's orders at the promise door, and that door's here; open, and closed and out of
/// memory.
#[actix_web::test]
async fn an_order_is_shown_at_both_doors() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "PART-12345", 9).await;
    let lines = json!([{ "partNumber": "PART-12345", "priceOptionId": 5, "quantity": 2 }]);
    let body = sample(lines).to_string();
    let ours = server.customer(KEY, "/orders", &body).await.expect(200)["data"].clone();
    let theirs =
        server.http.post("/api/orders", &promise("PART-12345", 1).to_string()).await.expect(201);

    let path = format!("/api/orders/{}", text(&ours, "orderRef"));
    let mut at_door_3 = server.http.get(&path).await.expect(200);
    let shown = server.http.get(&format!("{path}?certus=true")).await.expect(200);
    let kept = &shown["customAttributes"]["certus"];
    assert_eq!((&kept["number"], &kept["orders"]["userId"]), (&json!(1), &json!(77120)));
    for member in ["id", "processId"] {
        at_door_3[member] = "[uuid]".into();
    }
    at_door_3["orderLineItems"][0]["id"] = "[uuid]".into();
    insta::assert_json_snapshot!("at_door_3", at_door_3);

    let mut here = server.customer_order(&theirs["id"]).await;
    here["orderRef"] = "[uuid]".into();
    insta::assert_json_snapshot!("of_door_3", here);

    // A cancel at either door is seen at the other.
    let cancel = r#"{"name":"CANCEL","version":1}"#;
    server.http.post(&format!("{path}/actions"), cancel).await.expect(200);
    server.customer(&key(1), "/orders/2/cancel", "").await.expect(200);
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let theirs = server.http.get(&format!("/api/orders/{}", text(&theirs, "id"))).await;
        let closed =
            [server.customer_order(&json!(1)).await, server.customer_order(&json!(2)).await];
        assert_eq!(
            (&closed[0]["status"], &closed[1]["status"]),
            (&json!("CANCELLED"), &json!("CANCELLED"))
        );
        bodies.push((server.http.get(&path).await.body, theirs.body, closed));
        server.restart().await;
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(server.available("PART-12345").await, 9);
}

/// When an order is brought is known at every door, and so is every change of it: here as the day
/// in the tenant's zone, at the promise door as the instant.
#[actix_web::test]
async fn a_window_is_seen_at_every_door() {
    let server = TestServer::configured("[invitations]\nzone = \"Asia/Tokyo\"\n").await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let delivery = json!({
        "customer": { "name": "Jane Doe", "shipping_address": "1 Main St",
            "email": "jane@example.com" },
        "order": { "desired_deliverywindow": "2026-01-13 20:00:00 UTC" },
        "order_items": [ { "client_sku": "tea", "quantity": 1, "price": "2.50" } ],
    });
    server.http.post("/deliveries", &delivery.to_string()).await.expect(200);
    let mut preferring = promise("tea", 1);
    preferring["deliveryPreferences"] =
        json!({ "shipping": { "serviceLevel": "DELIVERY" }, "targetTime": "2026-01-12T16:00:00Z" });
    server.http.post("/api/orders", &preferring.to_string()).await.expect(201);
    let seen = async |number: u64| {
        let here = server.customer_order(&json!(number)).await;
        let listed = server.http.get("/orders").await.expect(200)["data"]["items"].clone();
        let listed = listed.as_array().expect("orders").iter().find(|it| it["orderId"] == number);
        assert_eq!(listed, Some(&here));
        let there = server.http.get(&format!("/api/orders/{number}")).await.expect(200);
        (here["estimatedDeliveryDate"].clone(), there["deliveryPreferences"].clone())
    };
    let at = |time: &str| json!({ "targetTime": time });
    assert_eq!(seen(1).await, (json!("2026-01-14"), at("2026-01-13T20:00:00.000Z")));
    // What was asked for is no date that anybody knows.
    assert_eq!(seen(2).await, (Value::Null, preferring["deliveryPreferences"].clone()));

    let window = r#"{"start_utc":1768399200,"end_utc":1768402800}"#; // 14 January, 14:00
    for number in [1, 2] {
        let path = format!("/deliveries/{number}/desired_delivery_window");
        server.http.put(&path, window).await.expect(200);
    }
    assert_eq!(seen(1).await, (json!("2026-01-14"), at("2026-01-14T14:00:00.000Z")));
    let mut changed = preferring["deliveryPreferences"].clone();
    changed["targetTime"] = "2026-01-14T14:00:00.000Z".into();
    assert_eq!(seen(2).await, (json!("2026-01-14"), changed));
    let cancelled = server.customer(KEY, "/orders/1/cancel", "").await.expect(200);
    assert_eq!(cancelled["data"]["estimatedDeliveryDate"], "2026-01-14");
}
