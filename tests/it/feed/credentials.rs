//! How long a stream lasts: no longer than the credential that opened it.

use std::time::Duration;

use super::*;

/// A key of a tenant with its secret, good for a day.
async fn key_of(server: &TestServer) -> Value {
    let body = json!({ "tenant": "shop", "name": "reader", "expires_in_days": 1 }).to_string();
    server.operators().post("/admin/v1/keys", &body).await.expect(201)
}

/// A stream that is open now, and another one of a key that stays.
async fn opened(server: &TestServer, headers: &[(&str, &str)]) -> Following {
    let mut stream = Following::bearing(&server.http, "from=0", headers).await;
    stream.next().await.expect("it goes on");
    stream
}

/// The stream ends by itself, and soon.
async fn ends(mut stream: Following) {
    let end = async { while stream.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(5), end).await.expect("it ends");
}

#[actix_web::test]
async fn a_stream_ends_when_its_key_is_revoked() {
    let server = TestServer::configured("auth = \"on\"\n").await;
    let (made, stays) = (key_of(&server).await, key_of(&server).await);
    let (shown, other) = (text(&made, "key"), text(&stays, "key"));
    let bearer = format!("Bearer {other}");
    let alone = opened(&server, &[("x-api-key", &shown)]).await;
    let beside = opened(&server, &[("authorization", &bearer), ("x-api-key", &shown)]).await;
    let mut going = opened(&server, &[("x-api-key", &other)]).await;
    let path = format!("/admin/v1/keys/{}", text(&made, "id"));
    server.operators().delete(&path).await.expect(200);
    ends(alone).await;
    ends(beside).await;
    going.next().await.expect("the other key is as good as before");
}

#[actix_web::test]
async fn a_stream_ends_when_its_key_or_its_token_ends() {
    let server = TestServer::configured("auth = \"on\"\n").await;
    let made = key_of(&server).await;
    let shown = text(&made, "key");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        text(&made, "id"),
        shown.rsplit_once('_').expect("it has a secret").1
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let token = server.http.send(Method::POST, "/oauth2/token", &kind, &form).await.expect(200);
    let bearer = format!("Bearer {}", text(&token, "access_token"));
    let brief = opened(&server, &[("authorization", &bearer)]).await;
    let mut long = opened(&server, &[("x-api-key", &shown)]).await;
    server.advance(Millis(Millis::hours(1).0 + 30_000)).await; // the hour, and the leeway
    ends(brief).await;
    long.next().await.expect("the key is good for a day");
    server.advance(Millis::hours(23)).await;
    ends(long).await;
}
