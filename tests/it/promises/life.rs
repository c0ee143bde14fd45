//! From the promise to the sale, the cancel or the deadline.

use super::*;

/// D1, D2, S9: what was answered is held, and every later answer knows it.
#[actix_web::test]
async fn a_promise_holds_its_stock_until_it_is_confirmed() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 14).await;

    let made = server.promises(&promise("tea", 2)).await;
    assert_eq!(made.outcome, "held");
    assert_eq!(server.available("tea").await, 12);
    insta::assert_json_snapshot!("promise", without_ids(&made.answer));
    insta::assert_json_snapshot!("promised_order", without_ids(&server.order(&made.id).await));

    let confirmed = server.act(&made.id, "CONFIRM_PROMISE", 1).await.expect(200);
    assert_eq!((&confirmed["status"], &confirmed["version"]), (&json!("OPEN"), &json!(2)));
    insta::assert_json_snapshot!("confirmed_order", without_ids(&confirmed));
    assert_eq!(server.order(&made.id).await, confirmed);
    assert_eq!(server.available("tea").await, 12);
}

/// P1, P7: a promise is confirmed once; who comes second is told both versions.
#[actix_web::test]
async fn a_second_confirm_is_told_both_versions() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 2).await;
    let made = server.promises(&promise("tea", 2)).await;
    let body = r#"{"name":"CONFIRM_PROMISE","version":1,"tenantOrderId":"R2"}"#;
    let path = format!("/api/orders/{}/actions", made.id);
    assert_eq!(server.http.post(&path, body).await.expect(200)["tenantOrderId"], "R2");

    let stale = server.http.post(&path, body).await.expect(409);
    insta::assert_json_snapshot!("stale_version", stale);
    let again = server.act(&made.id, "CONFIRM_PROMISE", 2).await.expect(409);
    assert_eq!(again[0]["summary"], "wrong stage");
    assert_eq!((&again[0]["version"], again[0].get("requestVersion")), (&json!(2), None));
    assert_eq!(server.order(&made.id).await["version"], 2);
}

/// P3, S7: good until the millisecond before its deadline, and gone from it on, by itself.
#[actix_web::test]
async fn a_promise_ends_at_its_deadline_to_the_millisecond() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let deadline = BEGIN + Millis::minutes(15);
    let made = server.promises(&until(promise("tea", 2), deadline)).await;
    assert_eq!(made.answer["promisesOptions"]["validUntil"], after(Millis::minutes(15)));

    server.advance(Millis(Millis::minutes(15).0 - 1)).await;
    assert_eq!(server.order(&made.id).await["status"], "PROMISED");
    assert_eq!(server.available("tea").await, 3);

    server.advance(Millis(1)).await;
    assert_eq!(server.order(&made.id).await["status"], "OBSOLETE");
    assert_eq!(server.available("tea").await, 5);
    for action in ["CONFIRM_PROMISE", "EXTEND_PROMISE", "CANCEL"] {
        let late = server.act(&made.id, action, 1).await.refused(404);
        assert_eq!(late, "promise expired", "{action}");
    }
}

/// P2, P3: a confirm in the last millisecond wins, for ever.
#[actix_web::test]
async fn a_confirm_in_the_last_millisecond_is_a_sale() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let made = server.promises(&until(promise("tea", 2), BEGIN + Millis::minutes(1))).await;
    server.advance(Millis(59_999)).await;
    server.act(&made.id, "CONFIRM_PROMISE", 1).await.expect(200);
    server.advance(Millis::hours(9)).await;
    assert_eq!(server.order(&made.id).await["status"], "OPEN");
    assert_eq!(server.available("tea").await, 3);
}

/// P4: the deadline is what the server computed when it decided; both spellings are taken.
#[actix_web::test]
async fn an_extended_promise_holds_from_now() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let quarter = r#"{"version":1,"invalidAfterTime":"PT15M"}"#;
    server.http.put("/api/configurations/promises", quarter).await.expect(200);
    let made = server.promises(&promise("tea", 2)).await;

    server.advance(Millis::minutes(10)).await;
    let first = server.act(&made.id, "EXTEND_PROMISE", 1).await.expect(200);
    assert_eq!(first["promisesOptions"]["validUntil"], after(Millis::minutes(25)));
    server.advance(Millis::minutes(10)).await;
    let second = server.act(&made.id, "EXTENDPROMISE", 2).await.expect(200);
    assert_eq!(second["promisesOptions"]["validUntil"], after(Millis::minutes(35)));
    assert_eq!(second["version"], 3);
    server.act(&made.id, "EXTEND_PROMISE", 2).await.expect(409);

    // The timers of 15 and 25 minutes come late and change nothing; the one of 35 does.
    server.advance(Millis(Millis::minutes(15).0 - 1)).await;
    assert_eq!(server.order(&made.id).await["status"], "PROMISED");
    server.advance(Millis(1)).await;
    assert_eq!(server.order(&made.id).await["status"], "OBSOLETE");
}

/// An extension never takes time away.
#[actix_web::test]
async fn an_extension_never_shortens() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let made = server.promises(&until(promise("tea", 2), BEGIN + Millis::hours(8))).await;
    let quarter = r#"{"version":1,"invalidAfterTime":"PT15M"}"#;
    server.http.put("/api/configurations/promises", quarter).await.expect(200);
    let extended = server.act(&made.id, "EXTEND_PROMISE", 1).await.expect(200);
    assert_eq!(extended["promisesOptions"]["validUntil"], after(Millis::hours(8)));
}

/// P6: a repeated cancel is the same cancel: the same bytes, and no record.
#[actix_web::test]
async fn a_repeated_cancel_is_the_same_cancel() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let made = server.promises(&promise("tea", 2)).await;

    let first = server.act(&made.id, "CANCEL", 1).await;
    assert_eq!(server.available("tea").await, 5);
    for version in [1, 2, 7] {
        let again = server.act(&made.id, "CANCEL", version).await;
        assert_eq!((again.status, again.lsn()), (200, first.lsn()));
        assert_eq!(again.body, first.body);
    }
    assert_eq!(first.expect(200)["status"], "CANCELLED");
    let late = server.act(&made.id, "CONFIRM_PROMISE", 2).await.refused(409);
    assert_eq!(late, "wrong stage");
}

/// A sale can be cancelled, and gives its stock back once.
#[actix_web::test]
async fn a_cancelled_sale_gives_its_stock_back() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let made = server.promises(&promise("tea", 2)).await;
    server.act(&made.id, "CONFIRM_PROMISE", 1).await.expect(200);
    server.act(&made.id, "CANCEL", 1).await.refused(409);
    assert_eq!(server.available("tea").await, 3);
    server.act(&made.id, "CANCEL", 2).await.expect(200);
    server.act(&made.id, "CANCEL", 2).await.expect(200);
    assert_eq!(server.available("tea").await, 5);
}

/// S6: a promise that is replaced gives way in the same step, or stays as it is.
#[actix_web::test]
async fn a_promise_gives_way_to_the_one_that_replaces_it() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let old = server.promises(&promise("tea", 5)).await;

    let mut nowhere = promise("tea", 4);
    nowhere["deliveryPreferences"] =
        json!({ "shipping": { "preselectedFacilities": [{ "tenantFacilityId": "edam" }] } });
    let replaces = [("certus-replaces", old.id.as_str())];
    server_post(&server, &replaces, &nowhere.to_string()).await.refused(400);
    assert_eq!(server.order(&old.id).await["status"], "PROMISED");

    let new = server.promises_with(&replaces, &promise("tea", 4)).await;
    assert_eq!(new.outcome, "held");
    assert_eq!(server.order(&old.id).await["status"], "CANCELLED");
    assert_eq!(server.available("tea").await, 1);
    let nobody = [("certus-replaces", store.as_str())];
    let body = promise("tea", 1).to_string();
    assert_eq!(server_post(&server, &nobody, &body).await.refused(404), "order not found");
}

async fn server_post(server: &TestServer, headers: &[(&str, &str)], body: &str) -> Reply {
    server.http.send(hyper::Method::POST, PROMISE, headers, body).await
}

/// The tenant's setting counts for promises that are made after it; a stale version is refused.
#[actix_web::test]
async fn the_configuration_says_how_long_a_promise_holds() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let path = "/api/configurations/promises";
    let shown = server.http.get(path).await.expect(200);
    assert_eq!(shown, json!({ "id": "promises", "version": 1, "invalidAfterTime": "PT8H" }));
    let before = server.promises(&promise("tea", 1)).await;

    let put = r#"{"id":"promises","version":1,"invalidAfterTime":"PT1H30M"}"#;
    let set = server.http.put(path, put).await.expect(200);
    assert_eq!((&set["version"], &set["invalidAfterTime"]), (&json!(2), &json!("PT1H30M")));
    let stale = server.http.put(path, put).await.expect(409);
    assert_eq!(stale[0]["version"], 2);
    let made = server.promises(&promise("tea", 1)).await;
    let deadline = |promised: &Promised| promised.answer["promisesOptions"]["validUntil"].clone();
    assert_eq!(deadline(&before), after(Millis::hours(8)));
    assert_eq!(deadline(&made), after(Millis::minutes(90)));
}

/// P5: record time never goes back, restarts included: here the clock starts where it began.
#[actix_web::test]
async fn time_never_goes_back_over_a_restart() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let quarter = until(promise("tea", 2), BEGIN + Millis::minutes(15));
    let early = server.promises(&quarter).await.id;
    server.advance(Millis::minutes(20)).await;
    let late = server.promises(&promise("tea", 1)).await.id;
    server.restart().await;

    assert_eq!(server.order(&early).await["status"], "OBSOLETE");
    server.act(&early, "CONFIRM_PROMISE", 1).await.refused(404);
    let again = server.promises(&promise("tea", 1)).await.id;
    for id in [late, again] {
        assert_eq!(server.order(&id).await["created"], after(Millis::minutes(20)));
    }
    assert_eq!(server.available("tea").await, 7);
}

/// D1, D14: open and closed orders read the same after a restart, byte for byte.
#[actix_web::test]
async fn orders_read_the_same_after_a_restart() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let body = until(promise("tea", 2), BEGIN + Millis::minutes(30));
        ids.push(server.promises(&body).await.id);
    }
    server.act(&ids[0], "CONFIRM_PROMISE", 1).await.expect(200);
    server.act(&ids[1], "CANCEL", 1).await.expect(200);
    let mut seen = Vec::new();
    for id in &ids {
        seen.push(server.http.get(&format!("/api/orders/{id}")).await.body);
    }
    server.restart().await;
    for (id, before) in ids.iter().zip(&seen) {
        assert_eq!(&server.http.get(&format!("/api/orders/{id}")).await.body, before);
    }
    assert_eq!(server.available("tea").await, 3);
    server.advance(Millis::minutes(30)).await;
    assert_eq!(server.order(&ids[2]).await["status"], "OBSOLETE");
    assert_eq!(server.available("tea").await, 7);
}

/// An order is found and acted on by its number, also once it has left memory.
#[actix_web::test]
async fn an_order_is_named_by_its_number_too() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    server.promises(&promise("tea", 1)).await;
    let second = server.promises(&promise("tea", 2)).await;
    let shown = server.http.get("/api/orders/2?certus=true").await.expect(200);
    assert_eq!(
        (text(&shown, "id"), &shown["customAttributes"]["certus"]["number"]),
        (second.id, &json!(2))
    );
    assert_eq!(server.http.get("/api/orders/3").await.refused(404), "order not found");
    assert_eq!(server.http.get("/api/orders/0").await.refused(404), "order not found");

    let cancelled = server.act("2", "CANCEL", 1).await.expect(200);
    assert_eq!((&cancelled["id"], &cancelled["status"]), (&shown["id"], &json!("CANCELLED")));
    server.restart().await; // it is closed and passed, so it is not loaded
    let closed = server.http.get("/api/orders/2").await.expect(200);
    assert_eq!(closed, cancelled);
    assert_eq!(server.act("2", "CONFIRM_PROMISE", 2).await.refused(409), "wrong stage");
    assert_eq!(server.act("9", "CANCEL", 1).await.refused(404), "order not found");
}

/// What the operator allows now bounds what a tenant has set before.
#[actix_web::test]
async fn a_promise_holds_no_longer_than_the_operator_allows() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let path = "/api/configurations/promises";
    server.http.put(path, r#"{"version":1,"invalidAfterTime":"PT1H30M"}"#).await.expect(200);
    server.restart_with("promise_ceiling_ms = 600000\n").await;
    let made = server.promises(&promise("tea", 1)).await;
    assert_eq!(made.answer["promisesOptions"]["validUntil"], after(Millis::minutes(10)));
    assert_eq!(server.http.get(path).await.expect(200)["invalidAfterTime"], "PT10M");
}

/// Once picking began, this door cancels no more; others do.
#[actix_web::test]
async fn a_sale_that_is_being_picked_is_not_cancelled_here() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let placed = server.http.post("/api/orders", &promise("tea", 2).to_string()).await.expect(201);
    let id = text(&placed, "id");
    let list = server.http.post("/picklist/next", "").await.expect(200);
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let version = server.order(&id).await["version"].as_u64().expect("a version") as u32;
    let refused = server.act(&id, "CANCEL", version).await;
    assert_eq!(refused.refused(409), "wrong stage");
    assert_eq!(server.order(&id).await["status"], "OPEN");
    server.http.post(&format!("/deliveries/{id}/cancel"), "").await.expect(200);
    assert_eq!(server.order(&id).await["status"], "CANCELLED");
    let again = server.order(&id).await["version"].as_u64().expect("a version") as u32;
    server.act(&id, "CANCEL", again).await.expect(200);
}

/// A recipient that is a facility is where the order goes, and must be there.
#[actix_web::test]
async fn an_order_for_a_facility_comes_from_near_it() {
    let server = TestServer::start().await;
    let place = async |name: &str, lat: f64| {
        let body = json!({ "name": name, "tenantFacilityId": name, "address": { "companyName": "c",
            "street": "s", "city": "x", "postalCode": "1", "country": "DE",
            "resolvedCoordinates": { "lat": lat, "lon": 10.0 } } });
        text(&server.http.post("/api/facilities", &body.to_string()).await.expect(201), "id")
    };
    let (hamburg, munich) = (place("hamburg", 53.55).await, place("munich", 48.14).await);
    let (kiel, passau) = (place("kiel", 54.32).await, place("passau", 48.57).await);
    server.stock(&hamburg, "tea", 9).await;
    server.stock(&munich, "tea", 9).await;
    let to = |consumer: Value| {
        let mut body = promise("tea", 1);
        body["consumer"] = consumer;
        body
    };
    for (consumer, from) in [
        (json!({ "facilityRef": kiel }), &hamburg),
        (json!({ "tenantFacilityId": "passau" }), &munich),
        (json!({ "facilityRef": passau, "tenantFacilityId": "passau" }), &munich),
    ] {
        let made = server.promises(&to(consumer)).await;
        assert_eq!(made.answer["shipToCustomer"][0]["facility"]["facilityRef"], **from);
    }
    for consumer in [
        json!({ "facilityRef": "kiel" }),
        json!({ "facilityRef": "019bb100-0000-7000-8000-000000000001" }),
        json!({ "facilityRef": kiel, "tenantFacilityId": "passau" }),
        json!({ "tenantFacilityId": "" }),
    ] {
        let refused = server.http.post(PROMISE, &to(consumer).to_string()).await;
        assert_eq!(refused.status, 400, "{refused:?}");
    }
}
