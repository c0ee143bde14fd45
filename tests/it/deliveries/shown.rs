//! Answers of this door as a whole, and what a key counts for.

use super::*;

/// The answer with its secret hidden; ids and times are the same in every run.
fn told(mut answer: Value) -> Value {
    if let Some(secret) = answer.pointer_mut("/order/secure_order_id").filter(|it| !it.is_null()) {
        *secret = "[secret]".into();
    }
    answer
}

/// From what a shop hands over to what a driver takes.
#[actix_web::test]
async fn a_delivery_is_shown_whole() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 2).await;
    let http = &server.http;
    let body = order("tea", 1, "backorder").to_string();
    let made = told(http.post("/deliveries", &body).await.expect(200));
    let id = text(&made["order"], "id");
    insta::assert_json_snapshot!("made", made, { ".order.id" => "[uuid]" });
    let list = http.post("/picklist/next?store_id=9781", "").await.expect(200);
    insta::assert_json_snapshot!("picklist", list, { "[].delivery_ref" => "[uuid]" });
    let picked = http.post("/delivery_items/pick", r#"{"barcode":"tea"}"#).await.expect(200);
    insta::assert_json_snapshot!("picked", picked, { ".delivery_ref" => "[uuid]" });

    // The key counts for the order, however its name is spelled.
    let first = http.post_as("stage-1", "/deliveries/1/stage", "").await;
    let again = http.post_as("stage-1", &format!("/deliveries/{id}/stage"), "").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
    insta::assert_json_snapshot!("staged", told(first.expect(200)), { ".order.id" => "[uuid]" });
    let seen = told(http.get("/deliveries/1").await.expect(200));
    insta::assert_json_snapshot!("shown", seen, { ".order.id" => "[uuid]" });
    let route = http.post("/router/deliveries/add", r#"{"deliveries":[1]}"#).await;
    assert_eq!(route.status, 200, "{}", route.body);
}

/// Nothing is held, waits, or was brought: then there is no word for what became of an item.
#[actix_web::test]
async fn an_order_that_is_over_has_no_outcome() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 2).await;
    for flag in ["", "substitute"] {
        server.hands_over(&order("tea", 1, flag)).await;
    }
    for number in [1, 2] {
        let path = format!("/deliveries/{number}/cancel");
        let ended = server.http.post(&path, "").await.expect(200);
        assert_eq!(ended["order"]["items"][0]["outcome"], Value::Null, "{ended}");
    }
    let seen = told(server.http.get("/deliveries/1").await.expect(200));
    insta::assert_json_snapshot!("cancelled", seen, { ".order.id" => "[uuid]" });
    let unknown = server.http.get("/deliveries/7").await.expect(404);
    insta::assert_json_snapshot!("unknown", unknown);
    let bad = server.http.post("/deliveries", &order("", 0, "x").to_string()).await.expect(422);
    insta::assert_json_snapshot!("invalid", bad);
}

/// A cancel answers as a look does: with the names of the stores that brought a part, or had it
/// ready, in memory and after.
#[actix_web::test]
async fn a_cancel_shows_the_order_as_a_look_does() {
    let mut server = TestServer::start().await;
    for (name, article) in [("9781", "tea"), ("9782", "jam")] {
        let store = server.facility(name).await;
        server.stock(&store, article, 1).await;
    }
    // Of the first, one is brought and one waits; the second is staged.
    server.hands_over(&order("tea", 2, "backorder")).await;
    server.hands_over(&order("jam", 1, "")).await;
    let ok = async |path: &str, body: &str| server.http.post(path, body).await.expect(200);
    for article in ["tea", "jam"] {
        ok("/picklist/next", "").await;
        ok("/delivery_items/pick", &json!({ "barcode": article }).to_string()).await;
        server.http.delete("/picklist/picked").await.expect(200);
    }
    ok("/router/deliveries/add", r#"{"deliveries":[1]}"#).await;
    ok("/deliveries/1/delivered", "").await;
    for restarted in [false, true] {
        for (number, status, store) in [(1, "DELIVERED", "9781"), (2, "CANCELLED", "9782")] {
            let path = format!("/deliveries/{number}");
            let cancelled = server.http.post(&format!("{path}/cancel"), "").await;
            if restarted && number == 1 {
                assert_eq!(cancelled.status, 422, "it is closed, and was not cancelled");
                continue;
            }
            let cancelled = cancelled.expect(200)["order"].clone();
            assert_eq!(cancelled["order_status"], status);
            assert_eq!(cancelled["items"][0]["store_id"], store, "restarted {restarted}");
            assert_eq!(cancelled, server.http.get(&path).await.expect(200)["order"]);
        }
        server.restart().await; // only what is open is loaded
    }
}

/// D14: pickers and drivers get the same no from an order in memory and from one that has left it.
#[actix_web::test]
async fn an_order_that_is_over_refuses_work_alike_in_memory_and_after() {
    let mut server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 9).await;
    let made = server.hands_over(&order("tea", 1, "")).await;
    let item = made["items"][0]["id"].clone();
    let item = item.as_str().map_or(item.to_string(), str::to_owned);
    server.http.post("/deliveries/1/cancel", "").await.expect(200);
    let window = r#"{"start_utc":1770000000,"end_utc":1770003600}"#;
    let mut said = Vec::new();
    for _ in 0..2 {
        let mut answers = Vec::new();
        for (method, path, body) in [
            (Method::POST, "/deliveries/1/stage".to_owned(), ""),
            (Method::POST, "/deliveries/1/pickers".to_owned(), r#"{"picker_id":"pia"}"#),
            (Method::POST, "/deliveries/1/arrive_soon".to_owned(), ""),
            (Method::POST, "/deliveries/1/delivered".to_owned(), ""),
            (Method::PUT, "/deliveries/1/desired_delivery_window".to_owned(), window),
            (Method::POST, format!("/delivery_items/{item}/out_of_stock"), ""),
        ] {
            for version in ["\"1\"", "\"2\""] {
                let headers = [("if-match", version)];
                let reply = server.http.send(method.clone(), &path, &headers, body).await;
                let status = if version == "\"1\"" { 412 } else { 422 };
                assert_eq!(reply.status, status, "{path} {version}: {}", reply.body);
                answers.push((path.clone(), refused(reply)));
            }
        }
        said.push(answers);
        server.restart().await; // only what is open is loaded
    }
    assert_eq!(said[0], said[1]);
}

/// So does an operation whose body names the order.
#[actix_web::test]
async fn a_window_under_a_key_is_set_once_for_either_name() {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 2).await;
    let made = server.hands_over(&order("tea", 1, "")).await;
    let path = "/deliveries/set_desired_delivery_window";
    let set = async |order: &str| {
        let body =
            json!({ "order_id": order, "start_utc": 1_770_000_000, "end_utc": 1_770_003_600 });
        server.http.post_as("window-1", path, &body.to_string()).await
    };
    let (by_number, by_id) = (set("1").await, set(&text(&made, "id")).await);
    assert_eq!(by_id.header("idempotency-replayed"), "true");
    assert_eq!(by_id.body, by_number.body);
    by_number.expect(200);
}
