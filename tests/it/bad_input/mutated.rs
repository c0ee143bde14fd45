//! T14: good requests, changed at random in their bodies, their queries and their keys.

use actors::Random;
use workflow::time::Time;

use super::*;
use crate::support::{between, seed};

/// What parsers stumble over.
const PIECES: [&[u8]; 24] = [
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"1.5",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"\"\"",
    b"\"\\u0000\"",
    b"\"\\ud800\"",
    b"[]",
    b"{}",
    b"[[[[[[",
    b"}",
    b",",
    b":",
    b"\\",
    b"\xff",
    b"\xef\xbb\xbf",
    b"NaN",
    b"\"9999-12-31T23:59:59.999Z\"",
    b"\"-0001-01-01T00:00:00Z\"",
    b"\"2026-02-30T00:00:00.000+99:99\"",
];

/// The customers' door wants a name for each request.
const NAME: &str = "7f0d2c1e-6c0f-4a51-8a39-0b6d0f7f4c55";

/// Requests of each kind: `CERTUS_BUDGET` is nothing, `smoke` or `release`.
fn rounds() -> usize {
    match std::env::var("CERTUS_BUDGET").as_deref() {
        Ok("smoke") => 1_000,
        Ok("release") => 100_000,
        _ => 30,
    }
}

fn drawn(random: &mut Random, below: usize) -> usize {
    (random.draw(Time::default()) % below as u64) as usize
}

/// Changes `bytes` in one or two places; pieces come from the list above and from `other`.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=between(random, 0, 5) / 5 {
        let at = drawn(random, bytes.len() + 1);
        let until = (at + drawn(random, 12)).min(bytes.len());
        match drawn(random, 6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << drawn(random, 8),
            1 => drop(bytes.drain(at..until)),
            2 => {
                let from = drawn(random, other.len());
                let to = (from + drawn(random, 80)).min(other.len());
                bytes.splice(at..until, other[from..to].iter().copied());
            }
            3 => value_at(bytes, at, PIECES[drawn(random, PIECES.len())]),
            4 => bytes.truncate(at.max(1)),
            _ => drop(bytes.splice(at..until, PIECES[drawn(random, PIECES.len())].iter().copied())),
        }
    }
}

/// Puts `piece` in the place of the JSON value that begins behind `at`, so that parsers get further.
fn value_at(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let Some(colon) = bytes[at..].iter().position(|&byte| byte == b':') else { return };
    let begin = at + colon + 1;
    let ends = |byte: &u8| b",}]".contains(byte);
    let end = bytes[begin..].iter().position(ends).map_or(bytes.len(), |length| begin + length);
    bytes.splice(begin..end, piece.iter().copied());
}

/// Good requests of every door, in an order in which each of them is taken.
async fn requests(shop: &Shop) -> Vec<(Method, String, String)> {
    let Shop { store, stock, open, .. } = shop;
    let sample = include_str!("../orders/sample.json");
    // The third order of the shop, without lines.
    let headers = [("idempotency-key", NAME), ("x-correlation-id", NAME)];
    shop.server.http.send(Method::POST, "/orders", &headers, sample).await.expect(200);
    let (post, put, patch) = (Method::POST, Method::PUT, Method::PATCH);
    let mut whole = shop.replaceable.clone();
    for ours in ["id", "created", "lastModified"] {
        whole.as_object_mut().expect("an object").remove(ours);
    }
    (whole["fulfillmentProcessBuffer"], whole["capacityEnabled"]) = (json!(120), json!(true));
    let renamed = json!({ "type": "MANAGED_FACILITY", "version": 2, "name": "edam" });
    let titled = json!({ "version": 1, "actions": [{ "action": "ModifyListing", "title": "x" }] });
    let lot = json!({ "tenantArticleId": "tea", "value": 9, "facilityRef": store });
    let moved = json!({ "action": { "name": "MOVE_TO_LOCATION", "fromStockId": stock,
        "toLocationRef": "B-2", "amount": 1 } });
    let kept =
        json!({ "operations": [{ "tenantArticleId": "tea", "value": 1, "facilityRef": store }] });
    let lines = r#"{"lineItems":[{"partNumber":"PART-12345","quantity":2}]}"#;
    let file = str::to_owned;
    vec![
        (post.clone(), file(PROMISE), promise("tea", 1).to_string()),
        (post.clone(), file(PROMISE), file(include_str!("../promises/samples/promise.json"))),
        (
            post.clone(),
            format!("/api/orders/{open}/actions"),
            file(include_str!("../promises/samples/action.json")),
        ),
        (
            post.clone(),
            file("/api/facilities"),
            file(include_str!("../promises/samples/facility.json")),
        ),
        (put.clone(), format!("/api/facilities/{store}"), whole.to_string()),
        (patch.clone(), format!("/api/facilities/{store}"), renamed.to_string()),
        (
            put.clone(),
            format!("/api/facilities/{store}/listings"),
            file(include_str!("../promises/samples/listings.json")),
        ),
        (patch, format!("/api/facilities/{store}/listings/4711"), titled.to_string()),
        (post.clone(), file("/api/stocks"), lot.to_string()),
        (put.clone(), file("/api/stocks"), json!({ "stocks": [lot] }).to_string()),
        (post.clone(), file("/api/stocks/actions"), moved.to_string()),
        (put.clone(), file("/api/safetystocks"), kept.to_string()),
        (
            put,
            file("/api/configurations/promises"),
            file(r#"{"version":1,"invalidAfterTime":"PT15M"}"#),
        ),
        (post.clone(), file("/orders"), file(sample)),
        (post.clone(), file("/orders/3/lineItems"), file(lines)),
        (
            post.clone(),
            file("/deliveries"),
            file(include_str!("../deliveries/samples/delivery.json")),
        ),
        (post, file("/deliveries"), file(include_str!("../deliveries/samples/seed.json"))),
    ]
}

/// Sends one with a key of its own where a door wants one.
async fn send(shop: &Shop, request: (&Method, &str, &[u8]), number: usize) -> Option<Reply> {
    let (method, path, body) = request;
    let key = format!("550e8400-e29b-41d4-a716-4466{number:08x}");
    let mut headers = vec![("content-type", "application/json")];
    if path.starts_with("/orders") {
        headers.extend([("idempotency-key", key.as_str()), ("x-correlation-id", NAME)]);
    }
    shop.server.http.try_send_bytes(method.clone(), path, &headers, body).await
}

/// F4: no body of any kind causes a 5xx, and the server goes on.
#[actix_web::test]
async fn no_changed_body_causes_a_5xx() {
    let shop = Shop::open().await;
    let requests = requests(&shop).await;
    let mut number = 0;
    for (method, path, good) in &requests {
        number += 1;
        let sent = send(&shop, (method, path, good.as_bytes()), number).await;
        let reply = sent.unwrap_or_else(|| panic!("no answer to {method} {path}"));
        assert!(reply.status < 300, "{method} {path} is to be good: {reply:?}");
    }
    let mut random = Random::seeded(seed());
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..rounds() {
        for (method, path, good) in &requests {
            let mut body = good.clone().into_bytes();
            let (_, _, other) = &requests[drawn(&mut random, requests.len())];
            mutate(&mut random, &mut body, other.as_bytes());
            number += 1;
            let sent = send(&shop, (method, path, &body), number).await;
            let body = String::from_utf8_lossy(&body);
            let reply = sent.unwrap_or_else(|| panic!("F4: no answer to {method} {path} {body}"));
            assert!(reply.status < 500, "F4: {method} {path} {body}: {reply:?}");
            match reply.status {
                200..300 => taken += 1,
                _ => refused += 1,
            }
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken >= 10 && refused >= 200, "{taken} taken, {refused} refused");
    assert_eq!(shop.server.http.get("/readyz").await.status, 200);
}

/// F4, K7: nor does a query, a path or a key.
#[actix_web::test]
async fn no_changed_query_or_key_causes_a_5xx() {
    let shop = Shop::open().await;
    let mut random = Random::seeded(seed());
    let good = [
        "/api/orders?size=2&startAfterId=01a20163-9669-715c-8916-af1975f40000&status=OPEN",
        "/api/facilities?size=25&status=ONLINE&orderBy=NAME_ASC&postalCode=51063",
        "/api/stocks?facilityRef=x&tenantArticleId=tea&size=1&startAfterId=y",
        "/api/stocks/summaries?tenantArticleIds=tea&facilityRefs=x&size=100",
        "/api/reservations?size=1&startAfterId=z",
        "/api/safetystocks?size=1&tenantArticleIds=tea",
        "/orders?offset=0&limit=10&q=tea&sort=created",
        "/deliveries?page=1&per_page=20&status=placed&since=2026-01-12",
        "/deliveries/1000?x=1",
        "/picklist?store=gouda&limit=5",
        "/router/deliveries?from=2026-01-12T00:00:00Z",
    ];
    for _ in 0..rounds() {
        for template in good {
            let mut target = template.as_bytes().to_vec();
            let other = good[drawn(&mut random, good.len())];
            mutate(&mut random, &mut target, other.as_bytes());
            let target = format!("/{}", escaped(&target).trim_start_matches('/'));
            let sent = shop.server.http.try_send(Method::GET, &target, &[], "").await;
            let reply = sent.unwrap_or_else(|| panic!("F4: no answer to {target}"));
            assert!(reply.status < 500, "F4: GET {target}: {reply:?}");

            let key: String = escaped(&target.into_bytes()).chars().rev().collect();
            let sent =
                shop.server.http.post_as(&key, PROMISE, &promise("tea", 1).to_string()).await;
            assert!(sent.status < 500, "F4: {key}: {sent:?}");
        }
    }
}

/// What may stand in a request line: everything else by its number.
fn escaped(bytes: &[u8]) -> String {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"/?=&._~-:%+,".contains(&byte);
    let text = bytes.iter().map(|&byte| match may_stand(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    text.collect()
}
