//! From the contract's sample to the order's end.

use workflow::time::Millis;

use super::*;

const LINE: &str = r#"{"lineItems":[{"partNumber":"PART-12345","quantity":2}]}"#;

/// D1, D2: the sample as it stands is sold and held; it is found by number and by uuid.
#[actix_web::test]
async fn the_sample_is_sold_and_held() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "PART-12345", 3).await;
    let made = server.customer(KEY, "/orders", SAMPLE).await;
    assert_eq!((made.header("etag"), made.header("location")), ("\"1\"", "/orders/1"));
    assert_eq!((made.header("certus-outcome"), made.header("x-correlation-id")), ("held", NAME));
    let mut made = made.expect(200);
    assert_eq!(server.available("PART-12345").await, 2);

    let (number, uuid) = (made["data"]["orderId"].clone(), made["data"]["orderRef"].clone());
    for id in [&number, &uuid] {
        assert_eq!(server.customer_order(id).await, made["data"]);
    }
    assert!(uuid::Uuid::parse_str(uuid.as_str().unwrap()).is_ok());
    made["data"]["orderRef"] = "[uuid]".into();
    insta::assert_json_snapshot!("sample", made);
}

/// P1: without lines it is pending; lines make it a sale; a cancel frees what they held.
#[actix_web::test]
async fn an_order_without_lines_waits_for_them() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "PART-12345", 3).await;
    let made = server.customer(KEY, "/orders/", &sample(Value::Null).to_string()).await;
    assert!(made.headers.get("certus-outcome").is_none(), "nothing was asked for");
    let data = made.expect(200)["data"].clone();
    assert_eq!((&data["status"], &data["lineItems"]), (&json!("PENDING"), &json!([])));

    server.advance(Millis::minutes(5)).await;
    let added = server.customer(&key(1), "/orders/1/lineItems", LINE).await;
    assert_eq!((added.header("etag"), added.header("certus-outcome")), ("\"2\"", "held"));
    let mut added = added.expect(200);
    assert_eq!(server.available("PART-12345").await, 1);
    let more = server.customer(&key(2), "/orders/1/lineItems", LINE).await;
    assert_eq!(more.header("certus-outcome"), "partly-held", "one piece waits for stock");
    let lines = more.expect(200)["data"]["lineItems"].clone();
    assert_eq!((&lines[0]["lineItemId"], &lines[1]["lineItemId"]), (&json!(1001), &json!(1002)));
    // The feed tells of each line where it is, like that of a new order.
    let accept = [("accept", "application/x-ndjson")];
    let path = "/feed?follow=false&from=0&types=routing.routed,routing.waiting,routing.unroutable";
    let told = server.http.send(hyper::Method::GET, path, &accept, "").await.body;
    let told: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).expect("a message")).collect();
    let names = told.iter().map(|it| {
        let events = it["events"].as_array().expect("events").iter();
        events.map(|it| text(it, "type")).collect::<Vec<String>>()
    });
    let (routed, waiting) = ("routing.routed".to_owned(), "routing.waiting".to_owned());
    assert_eq!(names.collect::<Vec<_>>(), [vec![routed.clone()], vec![routed, waiting]]);
    added["data"]["orderRef"] = "[uuid]".into();
    insta::assert_json_snapshot!("lines_added", added);

    let why = r#"{"reason":"ordered twice"}"#;
    let mut ended = server.customer(&key(3), "/orders/1/cancel", why).await.expect(200);
    assert_eq!(server.available("PART-12345").await, 3);
    ended["data"]["orderRef"] = "[uuid]".into();
    insta::assert_json_snapshot!("cancelled", ended);
    // P6: a repeated cancel is the same cancel, with or without a body.
    for headers in [&[][..], &[("content-type", "application/json")]] {
        let again =
            server.customer_with(&key(4), "/orders/1/cancel", headers, "").await.expect(200);
        assert_eq!(again["data"]["version"], ended["data"]["version"]);
    }
    let late = server.customer(&key(5), "/orders/1/lineItems", LINE).await;
    let said = problem(late, 409, "/problems/conflict");
    assert_eq!(said, "an order that is CANCELLED takes no lines");
}

/// S5, S2: what is short is backordered and takes the stock that comes; what nobody sells is
/// rejected. No order is refused for want of stock, whatever the operator has set.
#[actix_web::test]
async fn what_is_short_is_backordered() {
    let server = TestServer::configured("promise_on_shortage = \"reject\"\n").await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 1).await;
    let lines = json!([{ "partNumber": "tea", "quantity": 3 }, { "partNumber": "silk" }]);
    let made = server.customer(KEY, "/orders", &sample(lines).to_string()).await;
    assert_eq!(made.header("certus-outcome"), "partly-held");
    let mut data = made.expect(200)["data"].clone();
    data["orderRef"] = "[uuid]".into();
    insta::assert_json_snapshot!("backordered", data);

    server.stock(&store, "tea", 9).await;
    let data = server.customer_order(&json!(1)).await;
    assert_eq!(data["status"], "CONFIRMED");
    assert_eq!(
        (&data["lineItems"][0]["held"], &data["lineItems"][0]["backordered"]),
        (&json!(3), &json!(0))
    );

    let silk = sample(json!([{ "priceOptionId": 77 }])).to_string();
    let made = server.customer(&key(1), "/orders", &silk).await;
    assert_eq!(made.header("certus-outcome"), "not-held");
    let data = made.expect(200)["data"].clone();
    assert_eq!(data["status"], "REJECTED");
    let line = &data["lineItems"][0];
    assert_eq!((&line["partNumber"], &line["priceOptionId"]), (&Value::Null, &json!(77)));
}

/// A price option is the article that is registered under its name.
#[actix_web::test]
async fn a_price_option_leads_to_its_article() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "q-7", 5).await;
    let lines = json!([{ "priceOptionId": "q-7", "quantity": 2 }]);
    server.customer(KEY, "/orders", &sample(lines).to_string()).await.expect(200);
    assert_eq!(server.available("q-7").await, 3);
}

/// P7: a stale version changes nothing; the present one does.
#[actix_web::test]
async fn a_stale_version_is_412() {
    let server = TestServer::start().await;
    server.customer(KEY, "/orders", &sample(Value::Null).to_string()).await.expect(200);
    for (path, body) in [("/orders/1/cancel", ""), ("/orders/1/lineItems", LINE)] {
        let stale = [("if-match", "\"7\"")];
        let stale = server.customer_with(&key(1), path, &stale, body).await;
        let said = problem(stale, 412, "/problems/precondition-failed");
        assert_eq!(said, "the order is at version 1, version 7 was sent");
    }
    let fresh = [("if-match", "\"1\"")];
    let done = server.customer_with(&key(1), "/orders/1/cancel", &fresh, "").await.expect(200);
    assert_eq!(done["data"]["version"], 2);
}

/// A request that nobody named is called by the trace that it is part of.
#[actix_web::test]
async fn a_trace_names_a_request() {
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let server = TestServer::start().await;
    let named = async |headers: &[(&str, &str)]| {
        let reply = server.http.send(Method::GET, "/api/orders", headers, "").await;
        reply.header("x-correlation-id").to_owned()
    };
    assert_eq!(named(&[("traceparent", &parent)]).await, TRACE);
    let both = [("traceparent", parent.as_str()), ("x-correlation-id", "till-7")];
    assert_eq!(named(&both).await, "till-7");
    let bad = [("traceparent", parent.as_str()), ("x-correlation-id", "till 7")];
    assert_eq!(named(&bad).await, TRACE, "a name that does not fit is none");
    assert_ne!(named(&[("traceparent", TRACE)]).await, TRACE);
}
