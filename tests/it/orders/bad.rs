//! Nonsense at this door: each row names its field, and changes nothing (F4, P7).

use super::*;
use crate::support::NOT_SENT;

/// What must not change: the position, and the orders.
async fn state(server: &TestServer) -> (u64, Value) {
    let seen = server.http.get("/orders").await;
    (seen.lsn(), seen.expect(200)["data"].clone())
}

/// The sample with one member set to something else; none takes it away.
fn with(name: &str, value: Option<Value>) -> String {
    let mut body = sample(json!([]));
    match value {
        Some(value) => body[name] = value,
        None => drop(body.as_object_mut().expect("it is an object").remove(name)),
    }
    body.to_string()
}

/// Headers, body, status, type, and a part of what is said.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, u16, &'a str, &'a str);

const INVALID: &str = "/problems/validation";

/// Every field and limit of the contract's table.
#[actix_web::test]
async fn every_bad_field_is_named() {
    let server = TestServer::start().await;
    let mut rows: Vec<(String, String)> = Vec::new();
    for name in ["requesterId", "userId", "facilityId", "shippingAddressId", "billingAddressId"] {
        let range = "must be between 1 and 99999999";
        for (value, says) in [
            (None, "is required"),
            (Some(Value::Null), "is required"),
            (Some(json!("3051")), "must be an integer"),
            (Some(json!(1.5)), "must be an integer"),
            (Some(json!(true)), "must be an integer"),
            (Some(json!(0)), range),
            (Some(json!(-1)), range),
            (Some(json!(100_000_000)), range),
            (Some(json!(i64::MAX)), range),
            (Some(json!(u64::MAX)), "must be an integer"),
        ] {
            rows.push((with(name, value), format!("{name}: {says}")));
        }
    }
    let line = |line: Value| Some(json!([line]));
    let name = "must have 1 to 250 printable characters";
    let pieces = "must be between 1 and 1000000";
    for (member, value, says) in [
        ("shippingMethod", None, "shippingMethod: is required".to_owned()),
        ("shippingMethod", Some(json!("")), "shippingMethod: must be at least 1 character".into()),
        ("shippingMethod", Some(json!("é".repeat(251))), "must be at most 250 characters".into()),
        ("shippingMethod", Some(json!(7)), "shippingMethod: must be a string".into()),
        (
            "useShippingAccount",
            Some(json!("yes")),
            "useShippingAccount: must be true or false".into(),
        ),
        ("notes", Some(json!("é".repeat(201))), "notes: must be at most 200 characters".into()),
        ("notes", Some(json!(["a"])), "notes: must be a string".into()),
        ("lineItems", Some(json!({})), "lineItems: must be an array".into()),
        (
            "lineItems",
            Some(json!(vec![json!({ "partNumber": "t" }); 501])),
            "at most 500 entries".into(),
        ),
        ("lineItems", line(json!("tea")), "lineItems[0]: must be an object".into()),
        (
            "lineItems",
            line(json!({})),
            "lineItems[0].partNumber: is required, or priceOptionId".into(),
        ),
        (
            "lineItems",
            line(json!({ "partNumber": "" })),
            format!("lineItems[0].partNumber: {name}"),
        ),
        (
            "lineItems",
            line(json!({ "partNumber": "x".repeat(251) })),
            format!("partNumber: {name}"),
        ),
        ("lineItems", line(json!({ "partNumber": 4 })), "partNumber: must be a string".into()),
        ("lineItems", line(json!({ "priceOptionId": "" })), format!("priceOptionId: {name}")),
        (
            "lineItems",
            line(json!({ "priceOptionId": 1.5 })),
            "must be a string or an integer".into(),
        ),
        (
            "lineItems",
            line(json!({ "partNumber": "t", "quantity": 0 })),
            format!("lineItems[0].quantity: {pieces}"),
        ),
        ("lineItems", line(json!({ "partNumber": "t", "quantity": 1_000_001 })), pieces.into()),
        (
            "lineItems",
            line(json!({ "partNumber": "t", "quantity": "2" })),
            "must be an integer".into(),
        ),
    ] {
        rows.push((with(member, value), says));
    }
    let before = state(&server).await;
    for (body, says) in rows {
        let reply = server.customer(KEY, "/orders", &body).await;
        let said = problem(reply, 400, INVALID);
        assert!(said.contains(&says), "{said}, not {says}: {body}");
        assert_eq!(state(&server).await, before, "{body}");
    }
}

/// What is at its limit is taken.
#[actix_web::test]
async fn every_limit_is_taken() {
    let server = TestServer::start().await;
    let bodies = [
        with("notes", Some(json!("é".repeat(200)))),
        with("shippingMethod", Some(json!("é".repeat(250)))),
        with("shippingMethod", Some(json!(" "))),
        with("requesterId", Some(json!(99_999_999))),
        with("useShippingAccount", None),
        with("lineItems", Some(json!(vec![json!({ "partNumber": "t" }); 500]))),
        with("lineItems", Some(json!([{ "partNumber": "x".repeat(250), "quantity": 1_000_000 }]))),
    ];
    for (number, body) in (0..).zip(bodies) {
        let taken = server.customer(&key(number), "/orders", &body).await;
        assert_eq!(taken.status, 200, "{}: {body}", taken.body);
    }
    let more = r#"{"lineItems":[{"partNumber":"t"}]}"#;
    let full = server.customer(&key(99), "/orders/6/lineItems", more).await;
    assert_eq!(problem(full, 400, INVALID), "lineItems: an order has at most 500 line items");
}

/// All faults are named at once, types and ranges alike.
#[actix_web::test]
async fn all_faults_are_named_at_once() {
    let server = TestServer::start().await;
    let body = json!({ "requesterId": 0, "userId": "7", "shippingMethod": "", "notes": 5,
        "lineItems": [{ "quantity": 0 }, { "partNumber": "tea" }, 4] });
    let mut said = server.customer(KEY, "/orders", &body.to_string()).await.expect(400);
    assert_eq!(said["instance"], "/orders");
    said["timestamp"] = "[time]".into();
    insta::assert_json_snapshot!("faults", said);
}

/// Heads: the key, the type, the length; and bodies that nobody can read.
#[actix_web::test]
async fn every_bad_head_is_refused() {
    let server = TestServer::start().await;
    let good = sample(Value::Null).to_string();
    let before = state(&server).await;
    let long = format!("{good}{}", " ".repeat(64 * 1024 + 1 - good.len()));
    let missing = "/problems/idempotency-key-missing";
    let media = "/problems/unsupported-media-type";
    let rows: [Row<'_>; 12] = [
        (&[("idempotency-key", NOT_SENT)], &good, 400, missing, "Idempotency-Key: is required"),
        (&[("idempotency-key", "k-1")], &good, 400, INVALID, "Idempotency-Key: must be a UUID"),
        (&[("idempotency-key", "\"\"")], &good, 400, INVALID, "Idempotency-Key"),
        (&[("idempotency-key", KEY), ("if-match", "3")], &good, 400, INVALID, "If-Match"),
        (&[("idempotency-key", KEY), ("content-type", "text/plain")], &good, 415, media, "json"),
        (&[("idempotency-key", KEY), ("content-encoding", "gzip")], &good, 415, media, "json"),
        (
            &[("idempotency-key", KEY), ("accept", "text/csv")],
            &good,
            406,
            "/problems/malformed",
            "",
        ),
        (&[("idempotency-key", KEY)], &long, 413, "/problems/too-large", "64 KiB"),
        (&[("idempotency-key", KEY)], "{", 400, "/problems/malformed", ""),
        (&[("idempotency-key", KEY)], "[]", 400, "/problems/malformed", ""),
        (&[("idempotency-key", KEY)], r#"{"notes":"a\u0000"}"#, 400, "/problems/malformed", "NUL"),
        (&[("idempotency-key", KEY)], r#"{"notes":"a","notes":"b"}"#, 400, INVALID, "comes twice"),
    ];
    for (headers, body, status, kind, says) in rows {
        let reply = server.http.send(Method::POST, "/orders", headers, body).await;
        let said = problem(reply, status, kind);
        assert!(said.contains(says), "{said}, not {says}");
        assert_eq!(state(&server).await, before, "{said}");
    }
    let text = [("content-type", "text/plain")];
    server.customer(KEY, "/orders", &good).await.expect(200);
    let typed = server.customer_with(&key(1), "/orders/1/cancel", &text, "because").await;
    problem(typed, 415, media);
    let long = json!({ "reason": "x".repeat(201) }).to_string();
    let long = server.customer(&key(1), "/orders/1/cancel", &long).await;
    assert_eq!(problem(long, 400, INVALID), "reason: must be at most 200 characters");
    for body in [r#"{}"#, r#"{"lineItems":[]}"#] {
        let none = server.customer(&key(1), "/orders/1/lineItems", body).await;
        assert!(problem(none, 400, INVALID).starts_with("lineItems: "));
    }
}

/// A path's prefix decides whose shape an unknown path or method is answered in.
#[actix_web::test]
async fn unknown_paths_are_answered_by_their_door() {
    let server = TestServer::start().await;
    let nothing = "/problems/not-found";
    let unknown = uuid::Uuid::from_u128(7 << 16);
    for path in [
        "/orders/1",
        "/orders/0",
        "/orders/-1",
        "/orders/9007199254740992",
        "/orders/x",
        "/orders/1/parts",
        "/customer",
        "/customer/baskets",
        "/customer/orders/1",
        &format!("/orders/{unknown}"),
        "/orders/%31/",
    ] {
        problem(server.http.get(path).await, 404, nothing);
    }
    for path in ["/orders/7/cancel", "/orders/x/cancel"] {
        let said = problem(server.customer(KEY, path, "").await, 404, nothing);
        assert_eq!(said, "there is no order with this id");
    }
    let wrong = server.http.delete("/orders").await;
    assert_eq!(wrong.header("allow"), "POST, GET");
    problem(wrong, 405, "/problems/method-not-allowed");
    assert_eq!(server.http.get("/api/nothing").await.refused(404), "not found");
    let outside = server.http.get("/ordersheet").await;
    assert_eq!(outside.header("content-type"), "application/problem+json");
    assert!(outside.expect(404).get("service").is_none(), "no door's path");
}
