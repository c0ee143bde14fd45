//! An operator has pieces held at another facility.

use super::*;

const TENANT: &str = "?tenant=default";

fn path(reservation: &str) -> String {
    format!("/admin/v1/reservations/{reservation}/transfer{TENANT}")
}

/// A server with tea at two stores, and an order of two pieces at the first: the reservation.
async fn held(server: &TestServer) -> [String; 3] {
    let [gouda, delft] = [server.facility("gouda").await, server.facility("delft").await];
    server.stock(&gouda, "tea", 2).await;
    let order = server.http.post("/api/orders", &promise("tea", 2).to_string()).await.expect(201);
    server.stock(&delft, "tea", 1).await;
    let all = server.http.get("/api/reservations").await.expect(200);
    assert_eq!(all["reservations"][0]["relatedRefs"]["orderRefs"][0], order["id"], "{all}");
    [text(&all["reservations"][0], "id"), gouda, delft]
}

/// What is held where, as the promise door says.
async fn holds(server: &TestServer) -> Vec<(String, u64)> {
    let all = server.http.get("/api/reservations").await.expect(200);
    let rows = all["reservations"].as_array().expect("a list").iter();
    let mut rows: Vec<_> = rows
        .map(|row| (text(row, "facilityRef"), row["quantity"].as_u64().expect("a number")))
        .collect();
    rows.sort();
    rows
}

#[actix_web::test]
async fn a_piece_is_held_elsewhere_once_for_one_key() {
    let mut server = TestServer::start().await;
    let [reservation, gouda, delft] = held(&server).await;
    let body = json!({ "facilityRef": delft, "quantity": 1 }).to_string();
    let moved = server.operators().post_as("k", &path(&reservation), &body).await;
    let again = server.operators().post_as("k", &path(&reservation), &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((again.status, &again.body), (200, &moved.body));
    let moved = moved.expect(200);
    let rows = moved["reservations"].as_array().expect("a list");
    let at: Vec<String> = rows.iter().map(|row| text(row, "facilityRef")).collect();
    assert_eq!(at, [gouda.as_str(), delft.as_str()]);
    assert!(rows.iter().all(|row| row["quantity"] == 1 && row["tenantArticleId"] == "tea"));
    let mut expected = vec![(gouda.clone(), 1), (delft.clone(), 1)];
    expected.sort();
    assert_eq!(holds(&server).await, expected);
    let order = server.http.get(&format!("/api/orders/{}", text(&moved, "orderRef"))).await;
    assert_eq!(order.expect(200)["version"], 2);
    assert_eq!(server.available("tea").await, 1, "one came free at the first");
    let feed = server.http.get("/feed?from=0&follow=false").await.body;
    for told in ["routing.rerouted", "reservation.deleted", "reservation.created"] {
        assert!(feed.contains(told), "{told}: {feed}");
    }
    server.restart().await;
    assert_eq!(holds(&server).await, expected, "D2: the journal says so, too");
}

#[actix_web::test]
async fn what_cannot_be_held_there_stays_where_it_is() {
    let server = TestServer::start().await;
    let [reservation, gouda, delft] = held(&server).await;
    let before = holds(&server).await;
    let operators = server.operators();
    let all = json!({ "facilityRef": delft }).to_string();
    let nowhere = r#"{"facilityRef":"urn:fft:facility:tenantFacilityId:urk"}"#;
    for (id, body, status, says) in [
        (reservation.as_str(), all.as_str(), 409, "1 pieces are missing there"),
        (&reservation, r#"{"facilityRef":"delft","quantity":3}"#, 422, "#/facilityRef"),
        (&reservation, r#"{"quantity":1}"#, 422, "#/facilityRef"),
        (&reservation, nowhere, 422, "No such facility"),
        (&reservation, nowhere, 422, r##""errors":[{"pointer":"#/facilityRef""##),
        (&reservation, "{", 400, "/problems/malformed"),
        (&reservation, r#"{"facility":"x"}"#, 400, "is no member here"),
        (&gouda, &all, 404, "No such reservation"),
        ("x", &all, 404, "No such reservation"),
    ] {
        let reply = operators.post(&path(id), body).await;
        assert_eq!(reply.status, status, "{id} {body}: {}", reply.body);
        assert!(reply.body.contains(says), "{}, not {says}", reply.body);
    }
    for (quantity, status, says) in [(0, 422, "#/quantity"), (3, 409, "there are 2 pieces")] {
        let body = json!({ "facilityRef": delft, "quantity": quantity }).to_string();
        let reply = operators.post(&path(&reservation), &body).await;
        assert_eq!(reply.status, status, "{quantity}: {}", reply.body);
        assert!(reply.body.contains(says), "{}, not {says}", reply.body);
    }
    let one = json!({ "facilityRef": delft, "quantity": 1 }).to_string();
    let stale = [("if-match", "\"7\"")];
    operators.send(hyper::Method::POST, &path(&reservation), &stale, &one).await.expect(412);
    let elsewhere = path(&reservation).replace("default", "mall");
    assert_eq!(operators.post(&elsewhere, &one).await.status, 404, "another tenant's is not there");
    server.http.post("/picklist/next", "").await.expect(200);
    let begun = operators.post(&path(&reservation), &one).await;
    assert_eq!(begun.status, 409);
    assert!(begun.body.contains("picks it"), "{}", begun.body);
    assert_eq!(holds(&server).await, before);
}
