//! Credentials of one name: which of them are one caller, and which are not.

use jsonwebtoken::Algorithm;

use super::issuer::{but, file, rsa, token};
use super::*;
use crate::support::promise;

/// K4: whoever gives names, a key, an issuer or the configuration, knows nothing of the others'.
#[actix_web::test]
async fn one_name_of_three_credentials_is_three_callers() {
    let fixed = "a-token-of-the-shop";
    let settings = format!(
        "[[credentials]]\ntenant = \"shop\"\nname = \"till\"\ntoken = \"{fixed}\"\n\
         [[jwt]]\nissuer = \"idp\"\naudience = \"certus\"\nalgorithms = [\"RS256\"]\n\
         key_file = \"{}\"\n",
        file("rsa-old.pub.pem")
    );
    let server = TestServer::configured(&settings).await;
    let by_idp = but("scope", json!("certus:write certus:read")).to_string();
    let by_idp = token(&json!({ "alg": "RS256" }), &by_idp, &rsa("old"), Algorithm::RS256);
    let first = text(&key_of(&server, "shop", &[]).await, "key");
    let second = text(&key_of(&server, "shop", &[]).await, "key");
    let body = promise("tea", 1).to_string();
    let ask = async |credential: &str| {
        let http = server.http.bearing(credential);
        let reply = http.post_as("k", "/api/promises/deliverypromise", &body).await;
        let is_again = reply.headers.contains_key("idempotency-replayed");
        (text(&reply.expect(201), "orderRef"), is_again)
    };
    let mut orders = Vec::new();
    for credential in [&first, fixed, &by_idp] {
        let (order, is_again) = ask(credential).await;
        assert!(!is_again && !orders.contains(&order), "it is another's answer");
        orders.push(order.clone());
        assert_eq!(ask(credential).await, (order, true));
    }
    assert_eq!(
        ask(&second).await,
        (orders[0].clone(), true),
        "two keys of one name are one caller"
    );
}
