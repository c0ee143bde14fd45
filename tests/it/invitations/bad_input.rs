//! What nobody should send. Each row is refused in the door's shape, and nothing changes (P7, F4).

use super::*;

/// What is put in place of a member of the sample, and the status of the answer.
fn rows() -> Vec<(&'static str, Value, u16)> {
    let long = "x".repeat(251);
    let url = format!("https://example.com/{}", "x".repeat(2_000));
    vec![
        ("/external_id", Value::Null, 422),
        ("/external_id", json!(""), 422),
        ("/external_id", json!(long), 422),
        ("/external_id", json!(4711), 422),
        ("/external_id", json!("a\r\nb"), 422),
        ("/customer", Value::Null, 422),
        ("/customer", json!([]), 422),
        ("/customer/email", Value::Null, 422),
        ("/customer/email", json!("appleseed"), 422),
        ("/customer/email", json!("a@b.nl\r\nBcc: c@d.nl"), 422),
        ("/customer/email", json!("a@b.nl, c@d.nl"), 422),
        ("/customer/email", json!(format!("{}@b.nl", "x".repeat(10 * 1024))), 422),
        ("/customer/email", json!("<script>@b.nl"), 422),
        ("/customer/email", json!("a@b.nl\n.\nQUIT"), 422),
        ("/customer/fullname", json!(""), 422),
        ("/customer/fullname", json!("John\r\nBcc: c@d.nl"), 422),
        ("/customer/fullname", json!(long), 422),
        ("/products", json!({}), 422),
        ("/products", json!(vec![json!({}); 101]), 422),
        ("/products/0/external_id", Value::Null, 422),
        ("/products/0/name", Value::Null, 422),
        ("/products/0/name", json!("Tea\n\n.\n"), 422),
        ("/products/0/url", Value::Null, 422),
        ("/products/0/url", json!("/relative"), 422),
        ("/products/0/url", json!("javascript:alert(1)"), 422),
        ("/products/0/url", json!(url), 422),
        ("/products/0/image_url", json!("ftp://example.com/a"), 422),
        ("/products/0/sku", json!(""), 422),
        ("/products/0/gtin", json!("75678164125"), 422),
        ("/products/0/gtin", json!("007567816412X"), 422),
        ("/products/0/gtin", json!(75678164125_i64), 422),
        ("/invitation/delay", Value::Null, 422),
        ("/invitation/delay/unit", json!("weeks"), 422),
        ("/invitation/delay/unit", Value::Null, 422),
        ("/invitation/delay/amount", json!(-1), 422),
        ("/invitation/delay/amount", json!(1.5), 422),
        ("/invitation/delay/amount", json!("1"), 422),
        ("/invitation/delay/amount", json!(3_654), 422),
        ("/invitation/delay/amount", json!(u64::MAX), 422),
        ("/invitation/reminder/amount", Value::Null, 422),
        ("/invitation/reminder/unit", json!("Days"), 422),
        ("/filtercode", json!(long), 422),
        ("/filtercode", json!(["a"]), 422),
    ]
}

#[actix_web::test]
async fn what_breaks_a_rule_of_a_field_is_422_and_changes_nothing() {
    let server = TestServer::start().await;
    for (pointer, value, status) in rows() {
        let mut body = sample("bad");
        *body.pointer_mut(pointer).expect("the sample has it") = value.clone();
        let reply = report(&server, &body).await;
        let said = refused(reply, status);
        let member = pointer.rsplit('/').next().expect("a member").replace('0', "");
        assert!(said.contains(&member), "{pointer} {value}: {said}");
    }
    nothing_changed(&server).await;
}

#[actix_web::test]
async fn what_cannot_be_read_is_400_and_what_is_too_much_is_413() {
    let server = TestServer::start().await;
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let twice = r#"{"external_id":"a","external_id":"b"}"#.to_owned();
    for bad in ["{", "[]", "null", "\"x\"", "{\"a\":\"\\u0000\"}", &deep, &twice] {
        refused(server.http.post(ORDERS, bad).await, 400);
    }
    let large = json!({ "external_id": "a", "more": "x".repeat(64 * 1024) }).to_string();
    refused(server.http.post(ORDERS, &large).await, 413);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    refused(server.http.send(Method::POST, ORDERS, &form, "a=b").await, 415);
    let key = [("idempotency-key", "a b")];
    refused(server.http.send(Method::POST, ORDERS, &key, SAMPLE).await, 400);
    let method = server.http.send(Method::PUT, ORDERS, &[], SAMPLE).await;
    assert_eq!(method.header("allow"), "GET, POST");
    refused(method, 405);
    refused(server.http.get("/api/v2/nothing").await, 404);
    nothing_changed(&server).await;
}

#[actix_web::test]
async fn a_credential_is_asked_for_in_this_doors_words() {
    let token = "0123456789abcdef";
    let settings = format!("[[credentials]]\ntenant = \"a\"\nname = \"b\"\ntoken = \"{token}\"\n");
    let server = TestServer::configured(&settings).await;
    let reply = server.http.post(ORDERS, SAMPLE).await.expect(401);
    assert_eq!(reply, json!({ "success": false, "error": "Unauthorized" }));
    server.http.bearing("0123456789abcdef").post(ORDERS, SAMPLE).await.expect(201);
}

async fn nothing_changed(server: &TestServer) {
    let orders = server.http.get(ORDERS).await.expect(200);
    assert_eq!(orders["meta"]["count"], 0, "{orders}");
}
