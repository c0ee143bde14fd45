//! The sample bodies of the contract, word for word.

use super::*;

const FACILITY: &str = include_str!("samples/facility.json");
const LISTINGS: &str = include_str!("samples/listings.json");
const ORDER: &str = include_str!("samples/promise.json");
const CONFIRM: &str = include_str!("samples/action.json");

#[actix_web::test]
async fn the_samples_of_the_contract_work_one_after_the_other() {
    let server = TestServer::start().await;
    let facility = server.http.post("/api/facilities", FACILITY).await.expect(201);
    insta::assert_json_snapshot!("sample_facility", without_ids(&facility));
    let store = text(&facility, "id");
    let path = format!("/api/facilities/{store}/listings");
    let listings = server.http.put(&path, LISTINGS).await.expect(200);
    assert_eq!(listings[0]["status"], "CREATED");
    insta::assert_json_snapshot!("sample_listings", without_ids(&listings));
    server.stock(&store, "4711", 14).await;
    server.stock(&store, "4712", 1).await;

    let made = server.http.post(PROMISE, ORDER).await;
    assert_eq!(made.header("certus-outcome"), "held");
    let made = made.expect(201);
    insta::assert_json_snapshot!("sample_promise", without_ids(&made));
    let path = format!("/api/orders/{}/actions", text(&made, "orderRef"));
    let order = server.http.post(&path, CONFIRM).await.expect(200);
    assert_eq!((&order["status"], &order["tenantOrderId"]), (&json!("OPEN"), &json!("R456728546")));
    let sent: Value = serde_json::from_str(ORDER).expect("the sample is JSON");
    for name in ["orderDate", "consumer", "deliveryPreferences"] {
        assert_eq!(order[name], sent[name], "{name} is given back as it came");
    }
}

/// S3, S9: with less on the shelf the same sample is held in part, and waits for the rest.
#[actix_web::test]
async fn the_sample_promise_waits_for_what_is_restocked() {
    let server = TestServer::start().await;
    let facility = server.http.post("/api/facilities", FACILITY).await.expect(201);
    let store = text(&facility, "id");
    let path = format!("/api/facilities/{store}/listings");
    server.http.put(&path, LISTINGS).await.expect(200);
    server.stock(&store, "4711", 1).await;
    server.stock(&store, "4712", 1).await;
    let made = server.http.post(PROMISE, ORDER).await;
    assert_eq!(made.header("certus-outcome"), "partly-held");
    let waits = &made.expect(201)["backOrdered"]["lineItems"][0];
    assert_eq!(
        (&waits["tenantArticleId"], &waits["outOfStockBehaviour"]),
        (&json!("4711"), &json!("RESTOCK"))
    );
    assert_eq!(server.available("4711").await, 0);
}
