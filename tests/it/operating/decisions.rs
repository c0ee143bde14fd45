//! What was decided about an order, as the journal has it.

use serde_json::Value;

use super::*;

fn path(order: &str) -> String {
    format!("/admin/v1/decisions/{order}?tenant=default")
}

async fn decisions(server: &TestServer, order: &str) -> Value {
    server.operators().get(&path(order)).await.expect(200)
}

#[actix_web::test]
async fn the_journal_says_where_an_order_was_held_and_why() {
    let mut server = TestServer::start().await;
    let [gouda, delft] = [server.facility("gouda").await, server.facility("delft").await];
    server.stock(&gouda, "tea", 2).await;
    let body = promise("tea", 2).to_string();
    let explained = format!("{PROMISE}?certus=true");
    let made = server.http.post_as("k", &explained, &body).await.expect(201);
    let order = text(&made, "orderRef");
    server.stock(&delft, "tea", 9).await;
    let all = server.http.get("/api/reservations").await.expect(200);
    let reservation = text(&all["reservations"][0], "id");
    let transfer = format!("/admin/v1/reservations/{reservation}/transfer?tenant=default");
    let to = json!({ "facilityRef": delft }).to_string();
    server.operators().post(&transfer, &to).await.expect(200);
    server.http.post(PROMISE, &body).await.expect(201);

    let seen = decisions(&server, &order).await;
    assert_eq!((&seen["orderRef"], &seen["version"]), (&json!(order), &json!(2)));
    assert_eq!(seen["complete"], true, "{seen}");
    let [first, second] = &seen["decisions"].as_array().expect("a list")[..] else {
        panic!("{seen}")
    };
    assert_eq!((&first["command"], &first["by"]), (&json!("Promise"), &json!("anonymous")));
    assert_eq!(first["held"][0]["facilityRef"], gouda.as_str());
    assert_eq!(first["held"][0]["id"], reservation.as_str());
    assert_eq!(first["considered"], made["certusConsidered"], "as it was said then");
    assert!(first["considered"][0].is_object(), "{first}");
    assert_eq!((&second["command"], &second["by"]), (&json!("Transfer"), &json!("operator")));
    assert_eq!(second["released"], json!([reservation]));
    assert_eq!(second["held"][0]["facilityRef"], delft.as_str());
    assert_eq!(second["held"][0]["line"], 1);
    assert_eq!(second["considered"], Value::Null);

    server.restart().await;
    assert_eq!(decisions(&server, &order).await, seen, "the journal is the same");
    assert_eq!(decisions(&server, "1").await, seen, "by its number, too");
    let cancel = json!({ "name": "CANCEL", "version": 2 }).to_string();
    server.http.post(&format!("/api/orders/{order}/actions"), &cancel).await.expect(200);
    let closed = decisions(&server, &order).await;
    assert_eq!((&closed["version"], &closed["complete"]), (&json!(3), &json!(true)));
    assert_eq!(closed["decisions"], seen["decisions"]);
}

#[actix_web::test]
async fn of_an_order_that_is_not_there_nothing_was_decided() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 2).await;
    let made = server.http.post(PROMISE, &promise("tea", 2).to_string()).await.expect(201);
    let order = text(&made, "orderRef");
    let seen = decisions(&server, &order).await;
    assert_eq!(seen["decisions"][0]["considered"], Value::Null, "nobody asked why");
    let elsewhere = path(&order).replace("default", "mall");
    for path in [path(&store), path("x"), path("2"), elsewhere] {
        assert_eq!(server.operators().get(&path).await.status, 404, "{path}");
    }
    let nobodys = format!("/admin/v1/decisions/{order}");
    assert_eq!(server.operators().get(&nobodys).await.status, 400);
}
