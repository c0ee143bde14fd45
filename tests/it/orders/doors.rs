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
