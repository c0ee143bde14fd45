//! What a shop does with the door, from the first facility to the last cancel.

use actix_web::test::TestRequest;
use serde_json::json;
use workflow::time::Millis;

use super::{FACILITY, ORDER, created, stocked};
use crate::http::testing::Door;

#[actix_web::test]
async fn a_promise_says_where_and_until_when() {
    let door = stocked().await;
    let seen = door.send("POST", "/api/promises/deliverypromise", ORDER).await;
    created(&seen);
    let order = seen.json()["orderRef"].as_str().unwrap().to_owned();
    assert_eq!(seen.header("location"), format!("/api/orders/{order}"));
    assert_eq!(seen.header("certus-outcome"), "partly-held");
    assert_eq!(seen.header("etag"), "\"1\"");
    assert!(seen.header("certus-lsn").starts_with("1:"));
    insta::assert_snapshot!("promise", pretty(&seen.body));
}

#[actix_web::test]
async fn an_order_gives_back_what_was_sent() {
    let door = stocked().await;
    let body = r#"{
      "orderDate": "2026-01-12T10:00:00+01:00", "tenantOrderId": "A1",
      "orderLineItems": [ { "article": { "tenantArticleId": "4711", "title": "Pink", "imageUrl": "u", "attributes": [ { "key": "k" } ] }, "quantity": 2, "scannableCodes": [ "1" ], "customAttributes": { "b": 1, "a": "é" } } ],
      "consumer": { "consumerId": "c1", "addresses": [ { "street": "S", "postalCode": "1", "city": "C", "country": "DE", "firstName": "F" } ], "customAttributes": { "vip": true } },
      "tags": [ { "id": "t", "value": "v" } ], "customAttributes": { "x": { "z": 1, "y": 2 } }, "pricing": { "currency": "EUR" }
    }"#;
    let seen = door.send("POST", "/api/orders", body).await;
    created(&seen);
    let id = seen.json()["id"].as_str().unwrap().to_owned();
    let shown = door.send("GET", &format!("/api/orders/{id}/"), "").await;
    assert_eq!((shown.status, &shown.body), (200, &seen.body));
    let order = shown.json();
    assert_eq!(order["status"], "OPEN");
    assert_eq!(order["orderDate"], "2026-01-12T09:00:00.000Z");
    let sent: serde_json::Value = serde_json::from_str(body).unwrap();
    for name in ["consumer", "tags", "customAttributes", "pricing", "tenantOrderId"] {
        assert_eq!(order[name], sent[name], "{name}");
    }
    let (line, sent) = (&order["orderLineItems"][0], &sent["orderLineItems"][0]);
    for name in ["article", "quantity", "scannableCodes", "customAttributes"] {
        assert_eq!(line[name], sent[name], "{name}");
    }
    let ours = door.send("GET", &format!("/api/orders/{id}?certus=true"), "").await.json();
    assert_eq!(ours["customAttributes"]["x"], json!({"y": 2, "z": 1}));
    assert_eq!(ours["customAttributes"]["certus"]["number"], 1);
    assert_eq!(ours["customAttributes"]["certus"]["certusStage"], "Confirmed");
}

#[actix_web::test]
async fn a_promise_is_confirmed_once_and_cancelled_as_often_as_anybody_likes() {
    let door = stocked().await;
    let path = format!("/api/orders/{}/actions", door.promise().await);
    let act = |body: &'static str| door.send("POST", &path, body);

    let confirmed = act(r#"{"name":"CONFIRM_PROMISE","version":1,"tenantOrderId":"R2"}"#).await;
    assert_eq!((confirmed.status, &confirmed.json()["status"]), (200, &json!("OPEN")));
    assert_eq!(confirmed.json()["tenantOrderId"], "R2");
    let stale = act(r#"{"name":"CONFIRM_PROMISE","version":1}"#).await;
    assert_eq!(stale.status, 409);
    assert_eq!(
        (&stale.json()[0]["version"], &stale.json()[0]["requestVersion"]),
        (&json!(2), &json!(1))
    );
    for _ in 0..2 {
        let cancelled = act(r#"{"name":"CANCEL","version":2}"#).await;
        assert_eq!((cancelled.status, &cancelled.json()["status"]), (200, &json!("CANCELLED")));
        assert_eq!(cancelled.header("etag"), "\"3\"");
    }
    assert_eq!(act(r#"{"name":"BURN","version":3}"#).await.status, 400);
    let reservations = door.send("GET", "/api/reservations", "").await.json();
    assert_eq!(reservations["total"], 0);
}

#[actix_web::test]
async fn a_promise_ends_at_its_deadline() {
    let door = stocked().await;
    let set = r#"{"version":1,"invalidAfterTime":"PT15M"}"#;
    let set = door.send("PUT", "/api/configurations/promises", set).await;
    assert_eq!((set.status, &set.json()["invalidAfterTime"]), (200, &json!("PT15M")));
    let id = door.promise().await;
    door.advance(Millis::minutes(15));
    let late = r#"{"name":"CONFIRM_PROMISE","version":1}"#;
    let late = door.send("POST", &format!("/api/orders/{id}/actions"), late).await;
    assert_eq!((late.status, &late.json()[0]["summary"]), (404, &json!("promise expired")));
    let order = door.send("GET", &format!("/api/orders/{id}"), "").await.json();
    assert_eq!(order["status"], "OBSOLETE");
}

#[actix_web::test]
async fn a_facility_is_changed_member_by_member() {
    let door = Door::open();
    let made = door.send("POST", "/api/facilities", FACILITY).await;
    created(&made);
    insta::assert_snapshot!("facility", pretty(&made.body));
    let path = "/api/facilities/urn:fft:facility:tenantFacilityId:320176";
    let change = r#"{"type":"MANAGED_FACILITY","version":1,"name":"B","closingDays":null}"#;
    let changed = door.send("PATCH", path, change).await;
    assert_eq!((changed.status, &changed.json()["name"]), (200, &json!("B")), "{}", changed.body);
    assert_eq!(changed.json().get("closingDays"), None);
    assert_eq!(changed.json()["pickingTimes"], made.json()["pickingTimes"]);
    assert_eq!(door.send("PATCH", path, change).await.status, 409);
    assert_eq!(door.send("POST", "/api/facilities", FACILITY).await.status, 409);
    let list = door.send("GET", "/api/facilities?status=ONLINE", "").await.json();
    assert_eq!((&list["total"], &list["facilities"][0]["city"]), (&json!(1), &json!("Köln")));
    let gone = door.send("DELETE", path, "").await;
    assert_eq!((gone.status, gone.body.as_str()), (200, ""));
    assert_eq!(door.send("GET", path, "").await.status, 404);
}

#[actix_web::test]
async fn stock_is_counted_changed_and_removed() {
    let door = stocked().await;
    door.promise().await;
    let stocks = door.send("GET", "/api/stocks?tenantArticleId=4711&size=1", "").await.json();
    let stock = &stocks["stocks"][0];
    assert_eq!(
        (&stock["value"], &stock["reserved"], &stock["available"]),
        (&json!(14), &json!(2), &json!(12))
    );
    assert_eq!(stocks["pageInfo"]["hasNextPage"], false);
    let id = stock["id"].as_str().unwrap();

    let rows = format!(
        r#"{{"stocks":[{{"id":"{id}","value":20,"version":1}}, {{"tenantArticleId":"4713","value":1,"tenantFacilityId":"320176","conditions":["DEFECTIVE"]}}]}}"#
    );
    let put = door.send("PUT", "/api/stocks", &rows).await;
    assert_eq!(put.status, 200, "{}", put.body);
    assert_eq!(
        (&put.json()[0]["status"], &put.json()[1]["status"]),
        (&json!("UPDATED"), &json!("CREATED"))
    );
    assert_ne!(put.json()[0]["stock"]["id"], put.json()[1]["stock"]["id"]);
    assert_eq!(door.send("PUT", "/api/stocks", &rows).await.status, 409);

    let sums = door.send("GET", "/api/stocks/summaries?tenantArticleIds=4713", "").await.json();
    let details = &sums["stockSummaries"][0]["details"];
    assert_eq!((&details["totalAmount"], &details["stockOnHand"]), (&json!(1), &json!(0)));

    let action = format!(r#"{{"action":{{"name":"DELETE_BY_IDS","ids":["{id}"]}}}}"#);
    let deleted = door.send("POST", "/api/stocks/actions", &action).await.json();
    assert_eq!(deleted, json!({"name": "DELETE_BY_IDS", "result": {"ids": [id]}}));
    assert_eq!(door.send("DELETE", &format!("/api/stocks/{id}"), "").await.status, 404);
    let held = door.send("GET", "/api/reservations?size=1", "").await.json();
    assert_eq!(held["reservations"][0]["host"]["type"], "NONE");
    let one = held["reservations"][0]["id"].as_str().unwrap();
    let one = door.send("GET", &format!("/api/reservations/{one}"), "").await;
    assert_eq!((one.status, one.json()), (200, held["reservations"][0].clone()));
}

#[actix_web::test]
async fn safety_stock_answers_every_operation() {
    let door = stocked().await;
    let list = door.send("GET", "/api/facilities", "").await.json();
    let id = list["facilities"][0]["id"].as_str().unwrap();
    let body = format!(
        r#"{{"operations":[{{"tenantArticleId":"4711","value":3,"facilityRef":"{id}"}}]}}"#
    );
    let kept = door.send("PUT", "/api/safetystocks", &body).await;
    assert_eq!((kept.status, &kept.json()[0]["status"]), (207, &json!("CREATED")), "{}", kept.body);
    let sums = door.send("GET", "/api/stocks/summaries", "").await.json();
    assert_eq!(sums["stockSummaries"][0]["details"]["availableForPicking"], 11);
    let nowhere = body.replace(&id[..8], "00000000");
    let failed = door.send("PUT", "/api/safetystocks", &nowhere).await;
    assert_eq!((failed.status, &failed.json()[0]["error"]["type"]), (207, &json!("NOT_FOUND")));
}

#[actix_web::test]
async fn a_replaced_promise_gives_its_stock_to_the_new_one() {
    let door = stocked().await;
    let all = ORDER.replace("\"quantity\": 2", "\"quantity\": 14");
    let first = door.send("POST", "/api/promises/deliverypromise", &all).await.json();
    let request = actix_web::test::TestRequest::post()
        .uri("/api/promises/deliverypromise")
        .insert_header(("content-type", "application/json"))
        .insert_header(("certus-replaces", first["orderRef"].as_str().unwrap()))
        .set_payload(all);
    let second = door.ask(request).await;
    created(&second);
    assert_eq!(second.json()["shipToCustomer"][0]["lineItems"][0]["quantity"], 14);
}

#[actix_web::test]
async fn a_collected_order_says_when() {
    let door = stocked().await;
    let body = ORDER.replace(
        r#""shipping": { "serviceLevel": "DELIVERY" }"#,
        r#""collect": [ { "tenantFacilityId": "320176" } ]"#,
    );
    let seen = door.send("POST", "/api/promises/deliverypromise", &body).await;
    created(&seen);
    assert_eq!(seen.json()["collect"]["targetTime"], "2026-01-12T12:14:03.517Z");
    assert_eq!(seen.json().get("shipToCustomer"), None);
}

fn pretty(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[actix_web::test]
async fn promises_hold_no_longer_than_the_operator_lets_them() {
    let door = stocked().await;
    for (duration, status) in [("PT8H1M", 400), ("P365D", 400), ("PT8H", 200)] {
        let body = format!(r#"{{"id":"promises","version":1,"invalidAfterTime":"{duration}"}}"#);
        let seen = door.send("PUT", "/api/configurations/promises", &body).await;
        assert_eq!(seen.status, status, "{duration}: {}", seen.body);
        if status == 400 {
            let said = "invalidAfterTime: must be from PT1M to PT8H";
            assert_eq!(seen.json()[0]["description"], said);
        }
    }
}

#[actix_web::test]
async fn what_somebody_changed_is_not_taken_away() {
    let door = stocked().await;
    let stocks = door.send("GET", "/api/stocks", "").await.json();
    let stock = format!("/api/stocks/{}", stocks["stocks"][0]["id"].as_str().unwrap());
    let facilities = door.send("GET", "/api/facilities", "").await.json();
    let facility = facilities["facilities"][0]["id"].as_str().unwrap();
    let facility = format!("/api/facilities/{facility}?forceDeletion=true");
    for path in [stock, facility] {
        let remove = |version| {
            let request = TestRequest::delete().uri(&path).insert_header(("if-match", version));
            door.ask(request)
        };
        let stale = remove("\"7\"").await;
        assert_eq!(stale.status, 409, "{path}: {}", stale.body);
        let versions = (&stale.json()[0]["version"], &stale.json()[0]["requestVersion"]);
        assert_eq!(versions, (&json!(1), &json!(7)));
        assert_eq!(remove("\"-1\"").await.status, 400);
        assert_eq!(remove("\"1\"").await.status, 200);
        let gone = remove("\"1\"").await;
        assert_eq!(gone.status, 404);
        assert!(!gone.body.contains("row"), "{}", gone.body);
    }
}

#[actix_web::test]
async fn a_stock_keeps_what_a_change_does_not_say() {
    let door = stocked().await;
    let stock = r#"{"tenantArticleId":"4713","value":5,"tenantFacilityId":"320176","tenantStockId":"s",
        "properties":{"expiry":"x"},"conditions":["DEFECTIVE"],"customAttributes":{"a":1},
        "traitConfig":[{"trait":"PICKABLE","enabled":false}]}"#;
    let made = door.send("POST", "/api/stocks", stock).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/stocks/{}", made.json()["id"].as_str().unwrap());
    let put = |body: &'static str| door.send("PUT", &path, body);

    let sound = put(r#"{"value":5,"conditions":[]}"#).await.json();
    assert_eq!((&sound["conditions"], &sound["available"]), (&json!([]), &json!(0)));
    assert_eq!(sound["traits"], json!(["ACCESSIBLE"]), "it is still not to be picked");
    for name in ["properties", "customAttributes"] {
        assert_eq!(sound[name], made.json()[name], "{name}");
    }
    assert_eq!(sound["traitConfig"], made.json()["traitConfig"]);

    let other = put(r#"{"value":6,"customAttributes":{"b":2}}"#).await.json();
    assert_eq!(other["customAttributes"], json!({"b": 2}));
    assert_eq!((&other["properties"], &other["available"]), (&json!({"expiry": "x"}), &json!(0)));

    let good = put(r#"{"value":6,"traitConfig":[]}"#).await.json();
    assert_eq!(
        (&good["traits"], &good["available"]),
        (&json!(["PICKABLE", "ACCESSIBLE"]), &json!(6))
    );
    let broken = put(r#"{"value":6,"conditions":["DEFECTIVE"]}"#).await.json();
    assert_eq!((&broken["traitConfig"], &broken["available"]), (&json!([]), &json!(0)));
}

#[actix_web::test]
async fn a_place_is_looked_for_among_all_stocks() {
    let door = stocked().await;
    for place in ["A", "B", "A", "B", "A"] {
        let stock = format!(
            r#"{{"tenantArticleId":"4713","value":1,"tenantFacilityId":"320176","locationRef":"{place}"}}"#
        );
        assert_eq!(door.send("POST", "/api/stocks", &stock).await.status, 201);
    }
    for more in ["", "&tenantArticleId=4713", "&tenantFacilityId=320176"] {
        let page = |after: String| {
            let door = &door;
            let path = format!("/api/stocks?locationRef=B&size=1{more}{after}");
            async move { door.send("GET", &path, "").await.json() }
        };
        let first = page(String::new()).await;
        assert_eq!((&first["total"], &first["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
        let after = format!("&startAfterId={}", first["stocks"][0]["id"].as_str().unwrap());
        let second = page(after).await;
        assert_eq!(second["stocks"][0]["locationRef"], "B", "{second}");
        assert_ne!(second["stocks"][0]["id"], first["stocks"][0]["id"]);
        assert_eq!(
            (&second["total"], &second["pageInfo"]["hasNextPage"]),
            (&json!(2), &json!(false))
        );
    }
}
