//! Keys at this door.

use super::*;

/// K1, D14: the first answer again, byte for byte: over a restart, and after the order has left
/// memory; the name of the request in the body stays the first one's.
#[actix_web::test]
async fn the_first_answer_comes_again_byte_for_byte() {
    let mut server = TestServer::start().await;
    let made = server.customer(KEY, "/orders", SAMPLE).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let upper = format!("\"{}\"", KEY.to_uppercase());
    let lines = r#"{"lineItems":[{"partNumber":"tea"}]}"#;
    let added = server.customer(KEY, "/orders/1/lineItems", lines).await;
    let ended = server.customer(KEY, "/orders/1/cancel", "{}").await;
    assert_eq!((added.status, ended.status), (200, 200), "another operation is another key");
    for _ in 0..2 {
        let again = [("idempotency-key", upper.as_str()), ("x-correlation-id", "another")];
        let mut sparse = sample(json!([{ "partNumber": "PART-12345" }]));
        sparse["ignored"] = json!({ "by": "this door" });
        let again =
            server.http.send(Method::POST, "/customer/orders", &again, &sparse.to_string()).await;
        assert_eq!((again.status, &again.body), (200, &made.body));
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((again.header("etag"), again.header("location")), ("\"1\"", "/orders/1"));
        assert_eq!(again.header("x-correlation-id"), "another");
        let uuid = text(&server.customer_order(&json!(1)).await, "orderRef");
        for (path, body, first) in
            [("lineItems", lines, &added.body), ("cancel", "{}", &ended.body)]
        {
            for id in ["1", uuid.as_str()] {
                let again = server.customer(KEY, &format!("/orders/{id}/{path}"), body).await;
                assert_eq!((again.status, &again.body), (200, first), "{id} {path}");
            }
        }
        server.restart().await;
    }
    assert_eq!(server.http.get("/orders").await.expect(200)["data"]["total"], 1);
}

/// K2, K6: another key is another order, another request under a key is 422, and what was
/// refused leaves its key free.
#[actix_web::test]
async fn a_key_is_of_one_request() {
    let server = TestServer::start().await;
    let mut body = sample(Value::Null);
    body["notes"] = "x".repeat(201).into();
    let refused = server.customer(KEY, "/orders", &body.to_string()).await;
    problem(refused, 400, "/problems/validation");
    body["notes"] = Value::Null;
    server.customer(KEY, "/orders", &body.to_string()).await.expect(200);
    body["notes"] = "other".into();
    let reused = server.customer(KEY, "/orders", &body.to_string()).await;
    problem(reused, 422, "/problems/idempotency-key-reused");
    let other = server.customer(&key(1), "/orders", &body.to_string()).await.expect(200);
    assert_eq!(other["data"]["orderId"], 2);
}

/// K3: twins that come at once are one order; whoever is told to wait finds it later.
#[actix_web::test]
async fn twins_are_one_order() {
    let server = TestServer::start().await;
    let body = sample(Value::Null).to_string();
    for round in 0..10 {
        let key = key(round);
        let twins = (0..4).map(|_| server.customer(&key, "/orders", &body));
        let mut bodies = Vec::new();
        for reply in futures_util::future::join_all(twins).await {
            if reply.status == 409 {
                assert_eq!(reply.header("retry-after"), "1");
                problem(reply, 409, "/problems/idempotency-in-progress");
            } else {
                assert_eq!(reply.status, 200, "{}", reply.body);
                bodies.push(reply.body);
            }
        }
        bodies.dedup();
        assert_eq!(bodies.len(), 1);
    }
    assert_eq!(server.http.get("/orders").await.expect(200)["data"]["total"], 10);
}
