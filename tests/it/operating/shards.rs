//! Tenants over several shards.

use super::*;

/// `ours` and `a` live in different shards of two.
const SETTINGS: &str = r#"
shards = 2
[[credentials]]
tenant = "ours"
name = "till"
token = "the-token-of-ours1"
[[credentials]]
tenant = "a"
name = "till"
token = "the-token-of-theirs"
"#;

/// A tenant lives in one shard, over a restart too; each shard has a journal of its own.
#[actix_web::test]
async fn each_tenant_lives_in_its_shard() {
    let mut server = TestServer::configured(SETTINGS).await;
    let mut orders = Vec::new();
    for (token, promises) in [("the-token-of-ours1", 1), ("the-token-of-theirs", 4)] {
        let http = server.http.bearing(token);
        for _ in 0..promises {
            let made = http.post(PROMISE, &promise("tea", 1).to_string()).await;
            let at = made.header("certus-lsn").to_owned();
            let order = text(&made.expect(201), "orderRef");
            orders.push((token, format!("/api/orders/{order}"), at));
        }
    }
    let positions: Vec<&str> = orders.iter().map(|(.., at)| at.as_str()).collect();
    assert_eq!(positions, ["1:1", "1:1", "1:2", "1:3", "1:4"]);

    server.restart().await;
    for (token, path, _) in &orders {
        let reply = server.http.bearing(token).get(path).await;
        assert_eq!(text(&reply.expect(200), "status"), "PROMISED");
        let other = orders.iter().find(|(other, ..)| other != token).expect("there are two");
        server.http.bearing(other.0).get(path).await.expect(404);
    }
    let metrics = server.operators().get("/metrics").await.body;
    for line in ["certus_open_promises 5", "durable_lsn{shard=\"0\"} ", "durable_lsn{shard=\"1\"} "]
    {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }

    server.stop().await;
    let data = server.data();
    let ended = run(&["verify", data.to_str().expect("it is text")]);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success() && said.matches("all hold").count() == 2, "{said}");
}

/// Another number of shards would look for a tenant's things where they are not.
#[actix_web::test]
async fn the_number_of_shards_stays() {
    let mut server = TestServer::configured(SETTINGS).await;
    server.stop().await;
    let data = server.data();
    let data = data.to_str().expect("it is text");
    let ended = run(&["serve", "--data", data, "--shards", "3", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success() && said.contains("holds 2 shards"), "{said}");
}

/// A customer names no tenant: their order is found in whichever shard it is.
#[actix_web::test]
async fn a_customer_finds_their_order_in_any_shard() {
    let server = TestServer::configured(SETTINGS).await;
    let body = json!({
        "customer": { "name": "Jane Doe", "shipping_address": "1 Main St",
            "email": "jane@example.com" },
        "order": {},
        "order_items": [ { "client_sku": "tea", "quantity": 1, "price": "2.50",
            "order_item_options_flags": "backorder" } ],
    });
    for token in ["the-token-of-ours1", "the-token-of-theirs"] {
        let http = server.http.bearing(token);
        let made = http.post("/deliveries", &body.to_string()).await.expect(200);
        let path = format!("/shared/deliveries/{}", text(&made["order"], "secure_order_id"));
        let page = server.http.get(&path).await.expect(200);
        assert_eq!(page["order"]["id"], made["order"]["id"]);
        let wish = r#"{"order_flag":"skip"}"#;
        let changed = server.http.send(hyper::Method::PATCH, &path, &[], wish).await.expect(200);
        assert_eq!(changed["order"]["order_options_flags"], "SKIP");
    }
    let nobodys = format!("/shared/deliveries/{}", "0".repeat(64));
    server.http.get(&nobodys).await.expect(404);
}
