//! When there is not enough: what is held, what waits, what is refused.

use super::*;

fn two_lines(first: (&str, i64), second: (&str, i64)) -> Value {
    let mut body = promise(first.0, first.1);
    let line = promise(second.0, second.1)["orderLineItems"][0].clone();
    body["orderLineItems"].as_array_mut().expect("it has lines").push(line);
    body
}

/// S5, S6: what can be held is held, and the answer says how much without being parsed.
#[actix_web::test]
async fn an_accepted_shortage_holds_what_there_is() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;

    let partly = server.promises(&two_lines(("tea", 2), ("jam", 1))).await;
    assert_eq!(partly.outcome, "partly-held");
    assert_eq!(server.available("tea").await, 3);
    let missing = &partly.answer["sourcingOption"]["nonAssignedOrderLineItems"];
    assert_eq!(missing, &json!([{ "tenantArticleId": "jam", "quantity": 1 }]));
    insta::assert_json_snapshot!("partly_held", without_ids(&partly.answer));

    let unsold = server.act(&partly.id, "CONFIRM_PROMISE", 1).await.expect(409);
    assert_eq!(unsold[0]["summary"], "lines without stock");
    let nothing = server.promises(&promise("jam", 1)).await;
    assert_eq!(nothing.outcome, "not-held");
    server.act(&partly.id, "CANCEL", 1).await.expect(200);
    assert_eq!(server.available("tea").await, 5);
}

/// P7: a rejected shortage names every short line and holds nothing.
#[actix_web::test]
async fn a_rejected_shortage_names_the_lines_and_holds_nothing() {
    let server = TestServer::configured("promise_on_shortage = \"reject\"\n").await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 5).await;
    let before = server.http.get("/api/orders").await.lsn();

    let body = two_lines(("tea", 7), ("jam", 1)).to_string();
    let refused = server.http.post(PROMISE, &body).await.expect(409);
    insta::assert_json_snapshot!("rejected_shortage", refused);
    let list = server.http.get("/api/orders").await;
    assert_eq!(list.lsn(), before, "a refusal writes no record");
    assert_eq!(list.expect(200)["total"], 0);
    assert_eq!(server.available("tea").await, 5);
    assert_eq!(server.promises(&promise("tea", 5)).await.outcome, "held");
}

/// S5: a hold that is overdue is no reason to refuse, swept or not.
#[actix_web::test]
async fn the_last_piece_is_sold_again_at_the_deadline() {
    let server = TestServer::configured("promise_on_shortage = \"reject\"\n").await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 1).await;
    let first = until(promise("tea", 1), BEGIN + Millis::minutes(1));
    server.promises(&first).await;
    server.http.post(PROMISE, &promise("tea", 1).to_string()).await.refused(409);
    server.advance(Millis::minutes(1)).await;
    assert_eq!(server.promises(&promise("tea", 1)).await.outcome, "held");
}

/// What may wait is promised without stock, sold, and takes the first stock that comes.
#[actix_web::test]
async fn a_backordered_line_waits_and_takes_the_first_stock() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let listings = json!({ "listings": [{ "tenantArticleId": "tea", "title": "Tea",
        "outOfStockBehaviour": "RESTOCK",
        "outOfStockConfig": { "restock": { "restockableInDays": 5 } } }] });
    let path = format!("/api/facilities/{store}/listings");
    server.http.put(&path, &listings.to_string()).await.expect(200);

    let made = server.promises(&promise("tea", 2)).await;
    assert_eq!(made.answer["backOrdered"]["lineItems"][0]["quantity"], 2);
    assert_eq!(made.answer["backOrdered"]["lineItems"][0]["outOfStockBehaviour"], "RESTOCK");
    insta::assert_json_snapshot!("backordered", without_ids(&made.answer));
    let waiting = server.http.get("/api/reservations").await.expect(200);
    let host = &waiting["reservations"][0]["host"];
    assert_eq!(host, &json!({ "type": "NONE", "reference": "" }));
    server.act(&made.id, "CONFIRM_PROMISE", 1).await.expect(200);

    let stock = server.stock(&store, "tea", 3).await;
    let held = server.http.get("/api/reservations").await.expect(200);
    let host = &held["reservations"][0]["host"];
    assert_eq!(host, &json!({ "type": "STOCK", "reference": stock }));
    assert_eq!(server.available("tea").await, 1);
}

/// S4, S6: an order is split when one store has too little, and never beyond what there is.
#[actix_web::test]
async fn an_order_is_split_when_one_store_has_too_little() {
    let server = TestServer::start().await;
    for (name, pieces) in [("gouda", 3), ("edam", 2)] {
        let store = server.facility(name).await;
        server.stock(&store, "tea", pieces).await;
    }
    let made = server.promises(&promise("tea", 5)).await;
    assert_eq!(made.outcome, "held");
    let parts = made.answer["shipToCustomer"].as_array().expect("it ships");
    let pieces = parts.iter().map(|part| part["lineItems"][0]["quantity"].as_u64());
    assert_eq!(pieces.sum::<Option<u64>>(), Some(5), "{parts:?}");
    assert_eq!((parts.len(), server.available("tea").await), (2, 0));
}

/// A preselected store is the only one that may send.
#[actix_web::test]
async fn only_a_preselected_store_sends() {
    let server = TestServer::start().await;
    let gouda = server.facility("gouda").await;
    server.facility("edam").await;
    server.stock(&gouda, "tea", 5).await;
    let from = |name: &str| {
        let mut body = promise("tea", 2);
        let named = json!([{ "tenantFacilityId": name }]);
        body["deliveryPreferences"] = json!({ "shipping": { "preselectedFacilities": named } });
        body
    };
    assert_eq!(server.promises(&from("edam")).await.outcome, "not-held");
    let made = server.promises(&from("gouda")).await;
    assert_eq!(made.outcome, "held");
    assert_eq!(made.answer["shipToCustomer"][0]["facility"]["facilityRef"], gouda);
}

/// A collected order is held where the customer goes, and says when it is ready.
#[actix_web::test]
async fn an_order_is_collected_where_the_customer_goes() {
    let server = TestServer::start().await;
    let gouda = server.facility("gouda").await;
    let edam = server.facility("edam").await;
    server.stock(&gouda, "tea", 5).await;
    server.stock(&edam, "tea", 1).await;
    let at = |name: &str| {
        let mut body = promise("tea", 2);
        body["deliveryPreferences"] = json!({ "collect": [{ "tenantFacilityId": name }] });
        body
    };
    let made = server.promises(&at("gouda")).await;
    assert_eq!((made.outcome.as_str(), made.answer.get("shipToCustomer")), ("held", None));
    insta::assert_json_snapshot!("collected", without_ids(&made.answer));
    assert_ne!(server.promises(&at("edam")).await.outcome, "held");
}

/// S2, S6: what a facility that goes offline holds is held elsewhere, or waits until it may be.
#[actix_web::test]
async fn what_a_facility_holds_that_goes_offline_is_routed_again() {
    let server = TestServer::start().await;
    let (gouda, delft) = (server.facility("gouda").await, server.facility("delft").await);
    server.stock(&gouda, "tea", 5).await;
    let first = server.promises(&promise("tea", 2)).await;
    let last = server.promises(&promise("tea", 2)).await;
    server.stock(&delft, "tea", 2).await;
    let turn = async |version: u32, status: &str| {
        let change = json!({ "type": "MANAGED_FACILITY", "version": version, "status": status });
        let path = format!("/api/facilities/{gouda}");
        let reply = server.http.send(hyper::Method::PATCH, &path, &[], &change.to_string()).await;
        let lsn: u64 = reply.lsn();
        reply.expect(200);
        lsn
    };
    let lsn = turn(1, "OFFLINE").await;
    let held_at = async |order: &str| {
        let found = server.http.get("/api/reservations").await.expect(200);
        let rows = found["reservations"].as_array().expect("a list").clone();
        let of = |row: &&Value| row["relatedRefs"]["orderRefs"][0] == order;
        rows.iter().filter(of).map(|row| text(row, "facilityRef")).collect::<Vec<_>>()
    };
    assert_eq!(held_at(&first.id).await, [delft]);
    assert_eq!(held_at(&last.id).await, Vec::<String>::new());
    let unsold = server.act(&last.id, "CONFIRM_PROMISE", 2).await.expect(409);
    assert_eq!(unsold[0]["summary"], "lines without stock");

    let lines = [("accept", "application/x-ndjson")];
    let path = format!(
        "/feed?follow=false&from={}&types=routing.rerouted,routing.waiting,location.offline",
        lsn - 1
    );
    let told = server.http.send(hyper::Method::GET, &path, &lines, "").await.body;
    let told: Value = serde_json::from_str(told.trim()).expect("one record tells all of it");
    let told = told["events"].as_array().expect("events").iter();
    let told: Vec<_> = told.map(|it| (text(it, "type"), text(it, "subject"))).collect();
    let about = |it: &str| format!("orders/{it}");
    let expected = [
        ("location.offline".to_owned(), format!("locations/{gouda}")),
        ("routing.rerouted".to_owned(), about(&first.id)),
        ("routing.waiting".to_owned(), about(&last.id)),
    ];
    assert_eq!(told, expected);

    turn(2, "ONLINE").await;
    assert_eq!(held_at(&last.id).await, [gouda]);
    server.act(&last.id, "CONFIRM_PROMISE", 3).await.expect(200);
}
