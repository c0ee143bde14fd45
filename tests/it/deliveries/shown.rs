//! Answers of this door as a whole.

use super::*;

/// The answer with its secret hidden; ids and times are the same in every run.
fn told(mut answer: Value) -> Value {
    if let Some(secret) = answer.pointer_mut("/order/secure_order_id").filter(|it| !it.is_null()) {
        *secret = "[secret]".into();
    }
    answer
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
