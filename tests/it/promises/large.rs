//! Requests that are as large as they may be: refused or carried out, and the server goes on.

use super::*;

/// Bytes of `properties` and `customAttributes` that are taken.
const KEPT: usize = 16_000;

/// A stock that keeps as much as it may.
fn heavy(store: &str, name: usize) -> Value {
    let kept = json!({ "a": "x".repeat(KEPT) });
    json!({ "tenantArticleId": format!("a{name}"), "value": 1, "facilityRef": store,
        "properties": kept, "customAttributes": kept })
}

/// A small request that changes stocks with much kept is more than one record holds.
#[actix_web::test]
async fn a_batch_that_no_record_holds_is_refused() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let mut ids = Vec::new();
    for batch in 0..5 {
        let stocks: Vec<Value> = (0..30).map(|row| heavy(&store, 30 * batch + row)).collect();
        let body = json!({ "stocks": stocks }).to_string();
        let made = server.http.put("/api/stocks", &body).await.expect(200);
        let made = made.as_array().expect("a batch is answered with its rows");
        ids.extend(made.iter().map(|row| text(&row["stock"], "id")));
    }
    let values = |ids: &[String]| {
        let stocks: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "value": 2 })).collect();
        json!({ "stocks": stocks }).to_string()
    };
    let refused = server.http.put("/api/stocks", &values(&ids)).await;
    assert_eq!(refused.refused(400), "too much at once");
    assert_eq!(server.available("a7").await, 1, "nothing was done");
    server.http.put("/api/stocks", &values(&ids[..60])).await.expect(200);
    assert_eq!(server.available("a7").await, 2);
}

#[actix_web::test]
async fn what_a_stock_keeps_is_bounded() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let large = json!({ "a": "x".repeat(900_000) });
    for (name, value) in [
        ("properties", large),
        ("conditions", json!(vec!["DEFECTIVE"; 11])),
        ("traitConfig", json!(vec![json!({ "trait": "PICKABLE", "enabled": true }); 11])),
    ] {
        let mut stock = heavy(&store, 0);
        stock[name] = value;
        let refused = server.http.post("/api/stocks", &stock.to_string()).await;
        assert_eq!(refused.status, 400);
        assert!(refused.complaint().contains(name), "{}", refused.complaint());
    }
}

/// K1: numbers are kept no longer than they were sent, so that the largest body has room twice.
#[actix_web::test]
async fn an_order_of_a_million_bytes_is_taken_under_a_key() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let body = promise("tea", 1).to_string();
    let numbers = ["1e15"; 200_000].join(",");
    let body = body.replacen('{', &format!("{{\"pricing\":{{\"a\":[{numbers}]}},"), 1);
    assert!(body.len() > 1_000_000);
    let first = server.http.post_as("k", "/api/orders", &body).await;
    let again = server.http.post_as("k", "/api/orders", &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
    let id = text(&first.expect(201), "id");
    assert_eq!(server.order(&id).await["pricing"]["a"].as_array().map(Vec::len), Some(200_000));
}

/// Five hundred lines of two thousand bytes each, too.
#[actix_web::test]
async fn an_order_of_as_many_and_as_long_lines_as_fit_is_taken_under_a_key() {
    let server = TestServer::start().await;
    let line = |line: usize| {
        let codes = vec!["\u{1}".repeat(10); 30]; // six bytes each, sent and kept
        json!({ "article": { "tenantArticleId": format!("a{line}"), "title": "x" },
            "quantity": 1, "scannableCodes": codes })
    };
    let mut body = promise("tea", 1);
    body["orderLineItems"] = (0..500).map(line).collect();
    let sent = body.to_string();
    assert!((900_000..1_048_576).contains(&sent.len()), "{}", sent.len());
    let made = server.http.post_as("k", "/api/orders", &sent).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(server.http.post_as("k", "/api/orders", &sent).await.body, made.body);
}
