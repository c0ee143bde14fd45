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
