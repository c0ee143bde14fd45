//! Nonsense from outside: each row is answered in this door's shape, names the field, and changes
//! nothing (F4, P7).

use super::*;

/// A server with something to lose, and what must not change of it.
async fn shop() -> TestServer {
    let server = TestServer::start().await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 9).await;
    server.hands_over(&order("tea", 1, "")).await;
    server
}

async fn state(server: &TestServer) -> (u64, Vec<String>) {
    let list = server.http.get("/deliveries").await;
    let lsn = list.lsn();
    let mut bodies = vec![list.body];
    for path in ["/api/stocks", "/api/reservations"] {
        bodies.push(server.http.get(path).await.body);
    }
    (lsn, bodies)
}

/// The body with one member replaced, at a path like `order/grand_total`.
fn with(path: &str, value: Value) -> String {
    let mut body = order("tea", 1, "");
    let mut at = &mut body;
    for part in path.split('/') {
        at = match part.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[part],
        };
    }
    *at = value;
    body.to_string()
}

/// The same order in the shape of one `delivery`, in this store.
fn in_store(store: &str) -> String {
    let mut body = sample(DELIVERY);
    body["delivery"]["store_id"] = json!(store);
    body.to_string()
}

#[actix_web::test]
async fn every_bad_order_is_refused_and_changes_nothing() {
    let server = shop().await;
    let before = state(&server).await;
    let long = "x".repeat(256);
    let items = "order_items/0";
    let at = |member: &str| format!("{items}/{member}");
    for (body, status, field) in [
        // Not JSON, or of the wrong kind: 400.
        ("{".to_owned(), 400, ""),
        ("[]".to_owned(), 400, ""),
        ("{}".to_owned(), 400, ""),
        (r#"{"order":{}}"#.to_owned(), 400, ""),
        (r#"{"customer":{"name":"a","name":"b"}}"#.to_owned(), 400, "customer.name"),
        (format!("{}{}", "[".repeat(33), "]".repeat(33)), 400, ""),
        (with("customer", json!("Jane")), 400, "customer"),
        (with("customer/name", json!(7)), 400, "customer.name"),
        (with("customer/email", json!(["a@b.de"])), 400, "customer.email"),
        (with("order_items", json!({})), 400, "order_items"),
        (with(items, json!(7)), 400, "order_items[0]"),
        (with(&at("quantity"), json!(true)), 400, "order_items[0].quantity"),
        (with("order/grand_total", json!({})), 400, "order.grand_total"),
        (with("order/payment_card_token", json!(["4111"])), 400, "order.payment_card_token"),
        (with("delivery", json!(7)), 400, "delivery"),
        // Missing or not good: 422.
        (with("customer/name", json!("")), 422, "customer.name"),
        (with("customer/name", json!(long)), 422, "customer.name"),
        (with("customer/shipping_address", json!(null)), 422, "customer.shipping_address"),
        (with("customer/email", json!("jane")), 422, "customer.email"),
        (with("customer/email", json!("a@b@c.de")), 422, "customer.email"),
        (with("customer/phone_number", json!("1".repeat(51))), 422, "customer.phone_number"),
        (with("customer/coordinates", json!({"lat": 91, "lon": 0})), 422, "customer.coordinates"),
        (with("customer/coordinates", json!({"lat": 1})), 422, "customer.coordinates.lon"),
        (with("order_items", json!([])), 422, "order_items"),
        (with("order_items", json!("")), 422, "order_items"),
        (with(&at("client_sku"), json!("")), 422, "order_items[0].client_sku"),
        (with(&at("client_sku"), json!(long)), 422, "order_items[0].client_sku"),
        (with(&at("quantity"), json!(0)), 422, "order_items[0].quantity"),
        (with(&at("quantity"), json!("-1")), 422, "order_items[0].quantity"),
        (with(&at("quantity"), json!(1.5)), 422, "order_items[0].quantity"),
        (with(&at("quantity"), json!(1_000_001)), 422, "order_items[0].quantity"),
        (with(&at("quantity"), json!("many")), 422, "order_items[0].quantity"),
        (with(&at("price"), json!(0)), 422, "order_items[0].price"),
        (with(&at("price"), json!("cheap")), 422, "order_items[0].price"),
        (with(&at("price"), json!("1e9")), 422, "order_items[0].price"),
        (
            with(&at("order_item_options_flags"), json!("WAIT")),
            422,
            "order_items[0].order_item_options_flags",
        ),
        (
            with(&at("shipping_weight_unit"), json!("kg")),
            422,
            "order_items[0].shipping_weight_unit",
        ),
        (with("order/order_options_flags", json!("all")), 422, "order.order_options_flags"),
        (with("order/delivery_option", json!("WINDOW")), 422, "order.delivery_option"),
        (with("order/piece_count", json!(0)), 422, "order.piece_count"),
        (with("order/order_placed_timestamp", json!("now")), 422, "order.order_placed_timestamp"),
        (
            with("order/desired_deliverywindow", json!("2014-13-01")),
            422,
            "order.desired_deliverywindow",
        ),
        (
            with("order", json!({"grand_total": 1, "payment_amount": "1.01"})),
            422,
            "order.payment_amount",
        ),
        (with("order/store_id", json!("nowhere")), 422, "order.store_id"),
        (in_store("nowhere"), 422, "delivery.store_id"),
        (with("order/client_id", json!(long)), 422, "order.client_id"),
    ] {
        let refusal = refused(server.http.post("/deliveries", &body).await);
        let reason = if status == 400 { "Bad request." } else { "Invalid order." };
        assert_eq!((refusal.0, refusal.1.as_str()), (status, reason), "{body}");
        assert_eq!(refusal.2.first().map(String::as_str), Some(field), "{body}");
        assert_eq!(state(&server).await, before, "{body} has changed something");
    }
}

#[actix_web::test]
async fn every_bad_head_is_refused_in_this_doors_shape() {
    let server = shop().await;
    let before = state(&server).await;
    let good = order("tea", 1, "").to_string();
    let large = with("order/payment_card_token", json!("4".repeat(66_000)));
    for (method, path, headers, body, status, reason) in [
        (Method::GET, "/deliveries/none", vec![], "", 404, "Not found."),
        (Method::GET, "/deliveries/999", vec![], "", 404, "Not found."),
        (Method::GET, "/deliveries/99999999999999999999", vec![], "", 404, "Not found."),
        (Method::POST, "/deliveries/999/cancel", vec![], "", 404, "Not found."),
        (
            Method::POST,
            "/deliveries/1/cancel",
            vec![("if-match", "\"9\"")],
            "",
            412,
            "Order has changed.",
        ),
        (Method::POST, "/deliveries/1/cancel", vec![("if-match", "9")], "", 400, "Bad request."),
        (Method::PUT, "/deliveries", vec![], "", 405, "Method not allowed."),
        (Method::DELETE, "/api/deliveries/1", vec![], "", 405, "Method not allowed."),
        (Method::GET, "/deliveries/1/2/3", vec![], "", 404, "Not found."),
        (
            Method::POST,
            "/deliveries",
            vec![("content-type", "text/json")],
            &good,
            415,
            "Unsupported media type.",
        ),
        (Method::POST, "/deliveries", vec![], &large, 413, "Body too large."),
        (Method::POST, "/deliveries", vec![("idempotency-key", "")], &good, 400, "Bad request."),
        (Method::GET, "/deliveries", vec![("accept", "text/html")], "", 406, "Not acceptable."),
    ] {
        let told = format!("{method} {path} {headers:?}");
        let reply = server.http.send(method, path, &headers, body).await;
        assert_eq!(reply.header("content-type"), "application/json", "{told}");
        let refusal = refused(reply);
        assert_eq!((refusal.0, refusal.1.as_str()), (status, reason), "{told}");
        assert_eq!(state(&server).await, before, "{told} has changed something");
    }
}

/// A card's token is in no answer, whatever is wrong with it.
#[actix_web::test]
async fn a_card_is_never_given_back() {
    let server = shop().await;
    for token in [
        json!("tok_4111111111111111"),
        json!(4_111_111_111_111_111_i64),
        json!("4111".repeat(70)),
        json!(["4111111111111111"]),
    ] {
        let body = with("order/payment_card_token", token);
        let made = server.http.post("/deliveries", &body).await;
        assert!(!made.body.contains("41111"), "{}", made.body);
    }
    let list = server.http.get("/deliveries").await.body;
    assert!(!list.contains("41111"), "{list}");
    let there = server.http.get("/api/orders").await.expect(200).to_string();
    assert!(!there.contains("41111"), "{there}");
}

/// A tenant delivers where its patterns say, and what is refused changes nothing.
#[actix_web::test]
async fn an_address_outside_the_area_is_refused() {
    let settings = "[deliveries]\nareas = [\"*51063*\", \"* porz\"]\n";
    let server = TestServer::configured(settings).await;
    let store = server.facility("9781").await;
    server.stock(&store, "tea", 5).await;
    let to = |address: &str| {
        let mut body = order("tea", 1, "");
        body["customer"]["shipping_address"] = json!(address);
        body
    };
    let before = state(&server).await;
    let far = server.http.post("/deliveries", &to("1 Main St").to_string()).await;
    let far = refused(far);
    assert_eq!((far.0, far.1.as_str()), (422, "Shipping address not allowed."));
    assert_eq!(state(&server).await, before);
    server.hands_over(&to("Hauptstr. 8, 51063 Köln")).await;
    server.hands_over(&to("Am Markt 1,  Köln\u{a0}PORZ")).await;
}
