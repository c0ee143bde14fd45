//! Which records made the numbers of a shelf.

use serde_json::Value;

use super::*;

fn path(facility: &str, article: &str, more: &str) -> String {
    format!("/admin/v1/provenance/{facility}/{article}?tenant=default{more}")
}

/// The commands of the records, with what each changed.
fn told(seen: &Value) -> Vec<String> {
    let records = seen["records"].as_array().expect("a list").iter();
    let told = records.map(|record| {
        let changes = record["changes"].as_array().expect("a list").iter();
        let what: Vec<String> = changes
            .map(|change| format!("{} {}", text(change, "what"), change["quantity"]))
            .collect();
        format!("{}: {}", text(record, "command"), what.join(", "))
    });
    told.collect()
}

#[actix_web::test]
async fn the_journal_says_what_made_a_shelf_what_it_is() {
    let mut server = TestServer::start().await;
    let [gouda, delft] = [server.facility("gouda").await, server.facility("delft").await];
    server.stock(&gouda, "tea", 9).await;
    server.stock(&delft, "tea", 1).await;
    server.stock(&gouda, "jam", 5).await;
    let made = server.http.post(PROMISE, &promise("tea", 2).to_string()).await.expect(201);
    let middle = server.http.get("/api/orders").await.lsn();
    let cancel = json!({ "name": "CANCEL", "version": 1 }).to_string();
    let act = format!("/api/orders/{}/actions", text(&made, "orderRef"));
    server.http.post(&act, &cancel).await.expect(200);
    server.http.post(PROMISE, &promise("tea", 3).to_string()).await.expect(201);

    let operators = server.operators();
    let seen = operators.get(&path(&gouda, "tea", "")).await.expect(200);
    let expected =
        ["Promise: reserved 3", "Cancel: released null", "Promise: reserved 2", "PutStocks: put 9"];
    assert_eq!(told(&seen), expected);
    assert_eq!((&seen["value"], &seen["reserved"]), (&json!(9), &json!(3)));
    assert_eq!((&seen["afterLsn"], &seen["toLsn"]), (&json!(0), &seen["records"][0]["lsn"]));
    let named = path("urn:fft:facility:tenantFacilityId:gouda", "tea", "");
    assert_eq!(operators.get(&named).await.expect(200), seen);
    let before = operators.get(&path(&gouda, "tea", &format!("&to_lsn={middle}"))).await;
    assert_eq!(told(&before.expect(200)), expected[2..]);
    let nothing = operators.get(&path(&gouda, "milk", "")).await.expect(200);
    assert_eq!((told(&nothing).len(), &nothing["value"]), (0, &json!(0)));

    server.restart().await;
    let again = server.operators().get(&path(&gouda, "tea", "")).await.expect(200);
    assert_eq!(told(&again), expected, "the journal is the same");
}

#[actix_web::test]
async fn of_many_records_the_newest_are_told() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let stock = server.stock(&store, "tea", 1).await;
    for value in 2..=120 {
        let body = json!({ "value": value }).to_string();
        server.http.put(&format!("/api/stocks/{stock}"), &body).await.expect(200);
    }
    let seen = server.operators().get(&path(&store, "tea", "")).await.expect(200);
    let newest = told(&seen);
    assert_eq!(
        (newest.len(), newest[0].as_str(), newest[99].as_str()),
        (100, "PutStocks: put 120", "PutStocks: put 21")
    );
    let older = format!("&to_lsn={}", seen["afterLsn"]);
    let older = server.operators().get(&path(&store, "tea", &older)).await.expect(200);
    let older = told(&older);
    assert_eq!((older.len(), older[0].as_str()), (20, "PutStocks: put 20"));
}

#[actix_web::test]
async fn a_shelf_is_named_rightly_or_not_at_all() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    for (path, status) in [
        (path("x", "tea", ""), 404),
        (path("urn:fft:facility:tenantFacilityId:urk", "tea", ""), 404),
        (path(&store, &"x".repeat(251), ""), 404),
        (path(&store, "tea", "&to_lsn=x"), 400),
        (path(&store, "tea", "").replace("default", "mall"), 404),
    ] {
        let reply = server.operators().get(&path).await;
        assert_eq!(reply.status, status, "{path}: {}", reply.body);
    }
}
