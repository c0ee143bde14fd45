//! Tokens of others: what is believed, and everything that is not.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use hyper::Method;
use jsonwebtoken::{Algorithm, EncodingKey};

use super::issuer::{
    NEW, OLD, Publisher, SECRET, base64, but, by_new, by_old, claims, file, rsa, token,
};
use super::*;
use crate::support::BEGIN;

const ORDERS: &str = "/api/orders";

/// A server that believes one issuer, whose keys are where `keys` says.
async fn believing(algorithm: &str, keys: &str) -> TestServer {
    TestServer::configured(&block(algorithm, keys)).await
}

fn block(algorithm: &str, keys: &str) -> String {
    format!(
        "[[jwt]]\nissuer = \"idp\"\naudience = \"certus\"\nalgorithms = [\"{algorithm}\"]\n{keys}\n"
    )
}

fn key_file(name: &str) -> String {
    format!("key_file = \"{}\"", file(name))
}

async fn status(server: &TestServer, token: &str) -> u16 {
    let reply = server.http.bearing(token).get(ORDERS).await;
    if reply.status != 200 {
        is_refused(&reply, reply.status);
    }
    // No count of bad credentials goes on from one row to the next.
    server.advance(Millis(1_000)).await;
    reply.status
}

#[actix_web::test]
async fn a_token_by_each_kind_of_key_is_believed() {
    let pem = |name: &str| std::fs::read(file(name)).expect("it is there");
    let secret = tempfile::NamedTempFile::new().expect("there is room");
    std::fs::write(secret.path(), format!("{SECRET}\n")).expect("there is room");
    let in_file = format!("secret_file = \"{}\"", secret.path().display());
    for (name, keys, key, by) in [
        ("RS256", key_file("rsa-old.pub.pem"), rsa("old"), Algorithm::RS256),
        (
            "ES256",
            key_file("ec.pub.pem"),
            EncodingKey::from_ec_pem(&pem("ec.pem")).expect("a key"),
            Algorithm::ES256,
        ),
        (
            "EdDSA",
            key_file("ed.pub.pem"),
            EncodingKey::from_ed_pem(&pem("ed.pem")).expect("a key"),
            Algorithm::EdDSA,
        ),
        ("HS256", in_file, EncodingKey::from_secret(SECRET.as_bytes()), Algorithm::HS256),
    ] {
        let server = believing(name, &keys).await;
        let good = token(&json!({ "alg": name }), &claims().to_string(), &key, by);
        assert_eq!(status(&server, &good).await, 200, "{name}");
        assert_eq!(status(&server, &good).await, 200, "{name}, seen before");
        is_refused(&server.http.bearing(&good).get("/api/stocks").await, 403);
        is_refused(&server.http.get(ORDERS).await, 401);
        // The signature is looked at, whatever the key.
        let forged = format!("{}A", &good[..good.len() - 2]);
        assert_eq!(status(&server, &forged).await, 401, "{name}");
    }
}

/// The algorithm belongs to the key, never to the token.
#[actix_web::test]
async fn another_algorithm_than_the_keys_is_refused() {
    let server = believing("RS256", &key_file("rsa-old.pub.pem")).await;
    let public = std::fs::read(file("rsa-old.pub.pem")).expect("it is there");
    let as_secret = EncodingKey::from_secret(&public);
    let said = claims().to_string();
    let confused = token(&json!({ "alg": "HS256" }), &said, &as_secret, Algorithm::HS256);
    assert_eq!(status(&server, &confused).await, 401, "the public key as a secret");
    for name in ["none", "None", "NONE", "nOnE", "RS384", "HS256", ""] {
        let header = base64(json!({ "alg": name }).to_string().as_bytes());
        let unsigned = format!("{header}.{}.", base64(said.as_bytes()));
        assert_eq!(status(&server, &unsigned).await, 401, "{name} without a signature");
        let signed = token(&json!({ "alg": name }), &said, &rsa("old"), Algorithm::RS256);
        assert_eq!(status(&server, &signed).await, 401, "{name} with one");
    }
    assert_eq!(status(&server, &by_old(&claims())).await, 200);
}

#[actix_web::test]
async fn what_a_header_carries_is_not_used() {
    let evil = Publisher::of(NEW);
    let server = believing("RS256", &key_file("rsa-old.pub.pem")).await;
    let said = claims().to_string();
    let jwk: Value = serde_json::from_str(NEW).expect("a set");
    for more in [
        json!({ "jku": evil.url }),
        json!({ "x5u": evil.url }),
        json!({ "jwk": jwk["keys"][0] }),
        json!({ "x5c": ["MIIB"] }),
    ] {
        let mut header = json!({ "alg": "RS256" });
        header.as_object_mut().expect("an object").extend(more.as_object().expect("one").clone());
        let forged = token(&header, &said, &rsa("new"), Algorithm::RS256);
        assert_eq!(status(&server, &forged).await, 401, "{more}");
    }
    assert_eq!(evil.times(), 0, "nothing that a token names is fetched");
    let crit = json!({ "alg": "RS256", "crit": ["exp"], "exp": 1 });
    let critical = token(&crit, &said, &rsa("old"), Algorithm::RS256);
    assert_eq!(status(&server, &critical).await, 401);
}

#[actix_web::test]
async fn every_claim_is_looked_at() {
    let server = believing("RS256", &key_file("rsa-old.pub.pem")).await;
    let now = BEGIN.0 / 1_000;
    for (name, value) in [
        ("exp", Value::Null),
        ("exp", json!(now - 31)),
        ("exp", json!(format!("{}", now + 3_600))),
        ("exp", json!((now + 3_600) as f64 + 0.5)),
        ("exp", json!(-1)),
        ("exp", json!(1e30)),
        ("nbf", json!(now + 3_000)),
        ("nbf", json!("1")),
        ("iss", json!("other")),
        ("iss", Value::Null),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("tenant", Value::Null),
        ("tenant", json!(7)),
    ] {
        let told = format!("{name}: {value}");
        assert_eq!(status(&server, &by_old(&but(name, value))).await, 401, "{told}");
    }
    let header = json!({ "alg": "RS256", "typ": "dpop+jwt" });
    let other = token(&header, &claims().to_string(), &rsa("old"), Algorithm::RS256);
    assert_eq!(status(&server, &other).await, 401);
    let nothing = by_old(&but("scope", Value::Null));
    is_refused(&server.http.bearing(&nothing).get(ORDERS).await, 403);
    let listed = by_old(&{
        let mut claims = but("scope", Value::Null);
        claims["permissions"] = json!(["ORDER_READ"]);
        claims
    });
    assert_eq!(status(&server, &listed).await, 200);
}

/// An issuer of one tenant does not speak for another, whatever its tokens say.
#[actix_web::test]
async fn an_issuer_speaks_for_its_tenant_only() {
    let keys = format!("{}\ntenant = \"shop\"", key_file("rsa-old.pub.pem"));
    let server = believing("RS256", &keys).await;
    assert_eq!(status(&server, &by_old(&claims())).await, 200);
    assert_eq!(status(&server, &by_old(&but("tenant", Value::Null))).await, 200);
    assert_eq!(status(&server, &by_old(&but("tenant", json!("mall")))).await, 401);
}

#[actix_web::test]
async fn a_token_that_was_touched_is_refused() {
    let server = believing("RS256", &key_file("rsa-old.pub.pem")).await;
    let good = by_old(&claims());
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let (header, said) = message.split_once('.').expect("three parts");
    let richer = base64(but("tenant", json!("mall")).to_string().as_bytes());
    for touched in [
        format!("{header}.{richer}.{signature}"),
        format!("{message}.{}", &signature[..signature.len() - 4]),
        format!("{message}."),
        format!("{message}.{signature}="),
        format!("{header}=.{said}.{signature}"),
        format!("{message}.{}", signature.replace('_', "/").replace('-', "+") + "/"),
        format!("{good}.{signature}"),
        message.to_owned(),
        format!("{header}.{}.{signature}", said.to_uppercase()),
        "..".to_owned(),
    ] {
        assert_eq!(status(&server, &touched).await, 401, "{touched}");
    }
    assert_eq!(status(&server, &good).await, 200);
    let long = format!("{message}.{}", "A".repeat(8 * 1024));
    assert_eq!(server.http.bearing(&long).get(ORDERS).await.status, 431, "before any signature");
}

/// A token that was seen ends with its time, by the second.
#[actix_web::test]
async fn a_token_that_was_seen_still_ends() {
    let server = believing("RS256", &key_file("rsa-old.pub.pem")).await;
    let short = by_old(&but("exp", json!(BEGIN.0 / 1_000 + 10)));
    assert_eq!(status(&server, &short).await, 200);
    server.advance(Millis(38_999)).await;
    server.http.bearing(&short).get(ORDERS).await.expect(200);
    server.advance(Millis(1)).await;
    is_refused(&server.http.bearing(&short).get(ORDERS).await, 401);
}

fn published(publisher: &Publisher) -> String {
    format!("jwks_url = \"{}\"\nhttp_on_loopback = true", publisher.url)
}

/// A new key is found by its name; the old one counts until it is not published any more.
#[actix_web::test]
async fn a_renewed_key_is_found_and_the_old_one_ends() {
    let idp = Publisher::of(OLD);
    let server = believing("RS256", &published(&idp)).await;
    assert_eq!((status(&server, &by_old(&claims())).await, idp.times()), (200, 1));
    let both = format!("{{\"keys\":[{},{}]}}", key_in(OLD), key_in(NEW));
    idp.says(200, &both);
    assert_eq!((status(&server, &by_new(&claims())).await, idp.times()), (200, 2));
    assert_eq!(status(&server, &by_old(&claims())).await, 200, "they overlap");

    idp.says(200, NEW);
    server.advance(Millis::minutes(1)).await;
    assert_eq!(status(&server, &by_named("other")).await, 401, "which loads the set");
    assert_eq!(status(&server, &by_old(&claims())).await, 401);
    assert_eq!(status(&server, &by_new(&claims())).await, 200);
}

fn key_in(set: &str) -> Value {
    let set: Value = serde_json::from_str(set).expect("a set");
    set["keys"][0].clone()
}

/// A good signature by a key that is named like this.
fn by_named(kid: &str) -> String {
    let header = json!({ "alg": "RS256", "kid": kid });
    token(&header, &claims().to_string(), &rsa("new"), Algorithm::RS256)
}

/// Unknown names load the set once a minute, all together; names that are none never do.
#[actix_web::test]
async fn unknown_names_of_keys_load_the_set_at_most_once_a_minute() {
    let idp = Publisher::of(OLD);
    let server = believing("RS256", &published(&idp)).await;
    for kid in
        ["../../etc/passwd", "a' OR '1'='1", "a\r\nb", "", &"x".repeat(65), &"x".repeat(5_000)]
    {
        assert_eq!(status(&server, &by_named(kid)).await, 401);
    }
    assert_eq!(idp.times(), 1, "the start loads it");
    let tokens: Vec<String> = (0..12).map(|number| by_named(&format!("k{number}"))).collect();
    let callers = tokens.iter().map(|token| server.http.bearing(token));
    let asks = callers.map(|caller| async move { caller.get(ORDERS).await.status });
    let all = futures_util::future::join_all(asks).await;
    assert!(all.iter().all(|status| *status == 401), "{all:?}");
    assert_eq!(idp.times(), 2);
    server.advance(Millis(59_999)).await;
    status(&server, &by_named("k99")).await;
    assert_eq!(idp.times(), 2);
    server.advance(Millis::minutes(1)).await;
    status(&server, &by_named("k99")).await;
    assert_eq!(idp.times(), 3);
    let unnamed =
        token(&json!({ "alg": "RS256" }), &claims().to_string(), &rsa("old"), Algorithm::RS256);
    assert_eq!(status(&server, &unnamed).await, 401, "keys that are published have names");
}

/// One load a minute for all issuers together, which take turns: tokens in the name of one do not
/// keep the new key of another from being found. Nobody's issuer loads nothing.
#[actix_web::test]
async fn unknown_names_load_one_set_a_minute_whichever_issuers_they_name() {
    let (idp, other) = (Publisher::of(OLD), Publisher::of(OLD));
    let second = block("RS256", &published(&other)).replace("\"idp\"", "\"other\"");
    let blocks = format!("{}{second}", block("RS256", &published(&idp)));
    let server = TestServer::configured(&blocks).await;
    let of_other = by_new(&but("iss", json!("other")));
    let of_nobody = by_new(&but("iss", json!("nobody")));
    let times = || (idp.times(), other.times());
    assert_eq!((status(&server, &of_nobody).await, times()), (401, (1, 1)), "the start loads both");
    assert_eq!((status(&server, &by_named("k1")).await, times()), (401, (2, 1)));
    other.says(200, NEW);
    assert_eq!((status(&server, &by_named("k2")).await, times()), (401, (2, 1)));
    assert_eq!((status(&server, &of_other).await, times()), (401, (2, 1)), "in the minute");
    server.advance(Millis::minutes(1)).await;
    assert_eq!((status(&server, &by_named("k3")).await, times()), (401, (3, 1)));
    server.advance(Millis::minutes(1)).await;
    assert_eq!((status(&server, &by_named("k4")).await, times()), (401, (3, 2)), "its turn");
    assert_eq!((status(&server, &of_other).await, times()), (200, (3, 2)));
}

/// What an issuer says that is no set of keys changes nothing; after a day nobody is believed.
#[actix_web::test]
async fn a_set_that_will_not_load_stays_for_a_day() {
    let idp = Publisher::of(OLD);
    let server = believing("RS256", &published(&idp)).await;
    let long = by_old(&but("exp", json!(BEGIN.0 / 1_000 + 90_000)));
    let huge = format!("{{\"keys\":[{}],\"x\":\"{}\"}}", key_in(NEW), "x".repeat(64 * 1024));
    for (code, body) in [
        (500, NEW),
        (302, NEW),
        (200, "<html>"),
        (200, ""),
        (200, "{\"keys\":[]}"),
        (200, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"new\",\"k\":\"AA\"}]}"),
        (200, huge.as_str()),
    ] {
        idp.says(code, body);
        server.advance(Millis::minutes(1)).await;
        let before = idp.times();
        assert_eq!(
            status(&server, &by_named("new")).await,
            401,
            "{code} {}",
            &body[..body.len().min(40)]
        );
        assert_eq!(idp.times(), before + 1, "a redirect is not followed");
        assert_eq!(status(&server, &long).await, 200);
    }
    server.advance(Millis::hours(24)).await;
    assert_eq!(status(&server, &long).await, 401, "closed");
    idp.says(200, OLD);
    server.advance(Millis::minutes(1)).await;
    assert_eq!(status(&server, &long).await, 200, "and open again when it is there");
}

/// An issuer that takes a connection and says nothing keeps nobody: the server starts without its
/// keys, and its tokens are no good.
#[actix_web::test]
async fn an_issuer_that_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/keys", silent.local_addr().expect("it is bound"));
    let keys = format!("jwks_url = \"{url}\"\nhttp_on_loopback = true");
    let patience = std::time::Duration::from_secs(30); // how long it waits: src/auth/jwks.rs
    let server = tokio::time::timeout(patience, believing("RS256", &keys)).await;
    let server = server.expect("it starts");
    let asked = tokio::time::timeout(patience, status(&server, &by_old(&claims()))).await;
    assert_eq!(asked.expect("it answers"), 401);
    let again = status(&server, &by_old(&claims())).await; // within the minute: at once
    assert_eq!(again, 401);
    drop(silent);
}

/// A configuration that contradicts itself does not start.
#[test]
fn a_block_that_is_wrong_is_named() {
    let dir = tempfile::tempdir().expect("there is room");
    let data = dir.path().join("data");
    let config = dir.path().join("certus.toml");
    let (data, path) = (data.to_str().expect("text"), config.to_str().expect("text"));
    let pem = key_file("rsa-old.pub.pem");
    for (blocks, named) in [
        (block("RS256", ""), "needs one of key_file"),
        (block("RS256", &format!("{pem}\nsecret_variable = \"CERTUS_X\"")), "needs one of"),
        (block("ES256", &pem), "no public key for ES256"),
        (block("HS256", &pem), "RS256, ES256 or EdDSA"),
        (block("RS512", &pem), "RS512"),
        (block("HS256", "secret_variable = \"HOME\""), "must begin with CERTUS_"),
        (block("RS256", "jwks_url = \"http://idp.example/keys\""), "https://"),
        (block("RS256", "jwks_url = \"http://127.0.0.1:1/keys\""), "https://"),
        (block("HS256", "jwks_url = \"https://idp.example/keys\""), "HS256"),
    ] {
        std::fs::write(&config, &blocks).expect("there is room");
        let ended = run(&[
            "serve",
            "--config",
            path,
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ]);
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.code() == Some(1) && said.contains(named), "{named}: {said}");
    }
}

/// The token endpoint of RFC 6749, and what its tokens rest on.
#[actix_web::test]
async fn a_key_is_exchanged_for_a_token_that_ends_with_the_key() {
    let server = closed().await;
    let made = key_of(&server, "shop", &["orders.read", "stock.read"]).await;
    let (id, shown) = (text(&made, "id"), text(&made, "key"));
    let (_, secret) = shown.rsplit_once('_').expect("a secret");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let ask = async |body: &str| server.http.send(Method::POST, "/oauth2/token", &form, body).await;
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let reply = ask(&good).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    let answer = reply.expect(200);
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3_600)));
    assert_eq!(answer["scope"], "orders.read stock.read");
    let bearer = server.http.bearing(&text(&answer, "access_token"));
    bearer.get(ORDERS).await.expect(200);
    is_refused(&bearer.get("/api/facilities").await, 403);

    let less = ask(&format!("{good}&scope=orders.read")).await.expect(200);
    let less = server.http.bearing(&text(&less, "access_token"));
    less.get(ORDERS).await.expect(200);
    is_refused(&less.get("/api/stocks").await, 403);
    for (body, status, error) in [
        (good.replace(secret, &secret[1..]), 401, "invalid_client"),
        (good.replace(&id, "x"), 401, "invalid_client"),
        (good.replace("client_credentials", "password"), 400, "unsupported_grant_type"),
        (good.replace("client_secret", "secret"), 400, "invalid_request"),
        (format!("{good}&scope=facilities.read"), 400, "invalid_scope"),
    ] {
        assert_eq!(ask(&body).await.expect(status)["error"], error);
    }
    assert_eq!(server.http.post("/oauth2/token", "{}").await.status, 415);
    let anything = ask(&format!("{good}&scope=")).await.expect(200);
    assert_eq!(anything["scope"], "orders.read stock.read", "an empty scope is none");

    server.operators().delete(&format!("/admin/v1/keys/{id}")).await.expect(200);
    is_refused(&bearer.get(ORDERS).await, 401);
    assert_eq!(ask(&good).await.expect(401)["error"], "invalid_client");
}

/// RFC 6749, 2.3.1: the way that every server of it must take.
#[actix_web::test]
async fn a_client_may_come_by_http_basic() {
    let server = closed().await;
    let made = key_of(&server, "shop", &["orders.read"]).await;
    let (id, shown) = (text(&made, "id"), text(&made, "key"));
    let (_, secret) = shown.rsplit_once('_').expect("a secret");
    let ask = async |name: &str, secret: &str, body: &str| {
        let pair = STANDARD.encode(format!("{name}:{secret}"));
        let scheme = format!("Basic {pair}");
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("authorization", &scheme)];
        server.http.send(hyper::Method::POST, "/oauth2/token", &headers, body).await
    };
    let grant = "grant_type=client_credentials";
    for (name, body) in [
        (id.clone(), grant.to_owned()),
        (id.replace('-', "%2D"), grant.to_owned()),
        (id.clone(), format!("{grant}&client_id={id}")),
    ] {
        let answer = ask(&name, secret, &body).await.expect(200);
        let bearer = server.http.bearing(&text(&answer, "access_token"));
        bearer.get(ORDERS).await.expect(200);
    }
    for body in [format!("{grant}&client_secret={secret}"), format!("{grant}&client_id=x")] {
        let both = ask(&id, secret, &body).await.expect(400);
        assert_eq!(both["error"], "invalid_request", "{body}");
    }
    for (name, secret) in [(id.as_str(), &secret[1..]), ("x", secret), ("", "")] {
        let refused = ask(name, secret, grant).await;
        assert_eq!(refused.header("www-authenticate"), "Basic realm=\"certus\"");
        assert_eq!(refused.expect(401)["error"], "invalid_client");
    }
}

/// The other way, as clients of the orders and invitations door know it: thirty days.
#[actix_web::test]
async fn a_client_of_the_invitations_gets_a_token_for_thirty_days() {
    let mut server = closed().await;
    let made = key_of(&server, "shop", &["orders.read"]).await;
    let (id, shown) = (text(&made, "id"), text(&made, "key"));
    let query = format!("client_id={id}&client_secret={shown}&grant_type=authorization_code");
    for path in ["/api/v2/oauth2/token", "/api/v2/oauth2/token.json"] {
        let answer = server.http.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!(answer["error"], false);
        assert_eq!(answer["expires_on"], "Feb, 11 2026 10:00:00 UTC");
        let bearer = text(&answer, "access_token");
        server.http.bearing(&bearer).get(ORDERS).await.expect(200);
        server.restart().await;
        server.http.bearing(&bearer).get(ORDERS).await.expect(200);
    }
    let wrong = format!("/api/v2/oauth2/token?{}", query.replace("ck_", "ck"));
    let refused = server.http.get(&wrong).await.expect(401);
    assert_eq!(refused, json!({ "error": true, "description": "Unauthorized" }));
}
