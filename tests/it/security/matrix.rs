//! Every route of the table, by what it needs.

use hyper::Method;
use workflow::permission::Permission;

use super::*;
use crate::tidy::documents::{Route, operators_routes, routes};

const ID: &str = "019bb2a0-44f1-7d02-b1c3-91a0d4e70000";

/// A request to a route, with a body that no handler gets to read.
fn request(route: &Route) -> (Method, String, &'static str) {
    let path = route.path.replace("{id}", ID).replace("{article}", "tea").replace("{token}", "t");
    let path = if path == "/feed" { "/feed?follow=false".into() } else { path };
    let method: Method = route.method.parse().expect("a method");
    let body = if method == Method::GET || method == Method::DELETE { "" } else { "{}" };
    (method, path, body)
}

/// The routes that need a permission, with the words of those that will do.
fn guarded() -> Vec<(Route, Vec<&'static str>)> {
    let known = |word: &String| {
        let mut all = Permission::EVERY.iter();
        all.find(|one| format!("{one:?}") == *word).map(|one| one.name())
    };
    let all = routes().into_iter().filter(|route| route.path != "/bench/echo");
    let all = all.map(|route| {
        let words = route.needs.iter().filter_map(known).collect();
        (route, words)
    });
    all.filter(|(_, words): &(Route, Vec<_>)| !words.is_empty()).collect()
}

/// Whoever has every permission but those of a route gets 403 there; with one of them, not.
#[actix_web::test]
async fn a_credential_without_the_permission_is_refused_on_every_route() {
    let server = closed().await;
    let guarded = guarded();
    assert!(guarded.len() > 25, "only {} routes were found", guarded.len());
    let before = server.http.get("/healthz").await.lsn();
    let mut keys = std::collections::BTreeMap::new();
    let mut key = async |words: Vec<&'static str>| {
        if !keys.contains_key(&words) {
            let made = text(&key_of(&server, "shop", &words).await, "key");
            keys.insert(words.clone(), made);
        }
        keys[&words].clone()
    };
    for (route, words) in guarded {
        let (method, path, body) = request(&route);
        let others = Permission::EVERY.iter().map(|one| one.name());
        let others: Vec<_> = others.filter(|word| !words.contains(word)).collect();
        // Twice, since customers' orders want a token and a key.
        let without = key(others).await;
        let twice = [("x-api-key", without.as_str())];
        let reply = server.http.bearing(&without).send(method.clone(), &path, &twice, body).await;
        is_refused(&reply, 403);
        for word in words {
            let with = key(vec![word]).await;
            let twice = [("x-api-key", with.as_str())];
            let reply = server.http.bearing(&with).send(method.clone(), &path, &twice, body).await;
            assert!(![401, 403].contains(&reply.status), "{method} {path} {word}: {}", reply.body);
        }
    }
    assert!(before > 0 || keys.len() > 3);
}

/// A credential that is sent to the operators' address must be good, and for `admin`; and a page in
/// the operator's browser, which sends another host, gets nothing at all.
#[actix_web::test]
async fn every_route_of_operators_is_closed_to_others() {
    let server = closed().await;
    let everything = Permission::EVERY.iter().map(|one| one.name()).filter(|it| *it != "admin");
    let key = text(&key_of(&server, "shop", &everything.collect::<Vec<_>>()).await, "key");
    let address = server.operators();
    let routes = operators_routes();
    assert!(routes.len() > 10, "only {} routes were found", routes.len());
    let (open, routes): (Vec<Route>, Vec<Route>) =
        routes.into_iter().partition(|route| route.needs == ["Open"]);
    assert_eq!(open.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["/problems/{name}"]);
    for route in routes {
        assert_eq!(route.needs, ["Admin"], "{}", route.path);
        let (method, path, body) = request(&route);
        let takes_lines = route.path.starts_with("/admin/v1/import/");
        let kind = if takes_lines { "application/x-ndjson" } else { "application/json" };
        let kind = ("content-type", kind);
        let send = async |caller: &Caller, headers: &[(&str, &str)]| {
            caller.send(method.clone(), &path, headers, body).await
        };
        is_refused(&send(&address.bearing(&key), &[kind]).await, 403);
        is_refused(&send(&address.bearing("nonsense"), &[kind]).await, 401);
        is_refused(&send(&address, &[kind, ("host", "evil.example:8081")]).await, 403);
        if route.path != "/openapi.json" {
            let at_the_doors = send(&server.http.bearing(&key), &[kind]).await;
            assert_eq!(at_the_doors.status, 404, "{path} is not at the doors");
        }
        server.advance(Millis(1_000)).await; // so many bad credentials come in another second
    }
}

/// Any good credential opens what needs no permission; open paths need none.
#[actix_web::test]
async fn open_paths_are_few_and_known() {
    let server = closed().await;
    let nothing = text(&key_of(&server, "shop", &["picking"]).await, "key");
    let mut open = Vec::new();
    for route in routes().into_iter().filter(|route| route.path != "/bench/echo") {
        let (method, path, body) = request(&route);
        let reply = server.http.send(method.clone(), &path, &[], body).await;
        if reply.status != 401 {
            open.push(format!("{method} {path}"));
        }
        if route.needs == ["Credential"] {
            let reply = server.http.bearing(&nothing).send(method, &path, &[], body).await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        }
        server.advance(Millis(1_000)).await;
    }
    open.sort();
    let known = [
        "GET /api/status",
        "GET /api/v2/oauth2/token",
        "GET /api/v2/oauth2/token.json",
        "GET /docs",
        "GET /docs/{file}",
        "GET /healthz",
        "GET /openapi.json",
        "GET /problems/{name}",
        "GET /readyz",
        "GET /shared/deliveries/{secret}",
        "GET /unsubscribe/t",
        "PATCH /shared/deliveries/{secret}",
        "POST /oauth2/token",
        "POST /unsubscribe/t",
    ];
    assert_eq!(open, known);
}

/// The action in the body decides what is needed, not the route alone.
#[actix_web::test]
async fn who_may_confirm_may_neither_cancel_nor_unlock() {
    let server = closed().await;
    let write =
        server.http.bearing(&text(&key_of(&server, "shop", &["orders.write"]).await, "key"));
    let cancel =
        server.http.bearing(&text(&key_of(&server, "shop", &["orders.cancel"]).await, "key"));
    let path = format!("/api/orders/{ID}/actions");
    let (confirm_body, cancel_body) =
        (r#"{"name":"CONFIRM_PROMISE","version":1}"#, r#"{"name":"CANCEL","version":1}"#);
    // Before anybody looks whether the order is there, by its number too.
    is_refused(&write.post("/api/orders/7/actions", cancel_body).await, 403);
    write.post("/api/orders/7/actions", r#"{"name":"CONFIRM_PROMISE"}"#).await.refused(400);
    write.post("/api/orders/7/actions", confirm_body).await.refused(404);
    write.post(&path, confirm_body).await.refused(404);
    is_refused(&write.post(&path, cancel_body).await, 403);
    cancel.post(&path, cancel_body).await.refused(404);
    is_refused(&cancel.post(&path, confirm_body).await, 403);

    let unlock =
        server.http.bearing(&text(&key_of(&server, "desk", &["orders.unlock"]).await, "key"));
    let unlock_body = r#"{"name":"UNLOCK","version":1}"#;
    unlock.post(&path, unlock_body).await.refused(404);
    is_refused(&unlock.post(&path, cancel_body).await, 403);
    is_refused(&write.post(&path, unlock_body).await, 403);
}

/// The original of customers' orders wants a token and a key on every call.
#[actix_web::test]
async fn customers_orders_want_a_token_and_a_key() {
    let server = closed().await;
    let key = text(&key_of(&server, "shop", &["orders.read"]).await, "key");
    let bearer = format!("Bearer {key}");
    let both = [("authorization", bearer.as_str()), ("x-api-key", key.as_str())];
    for one in &both {
        for path in ["/orders", "/customer/orders", "/orders/1"] {
            let reply = server.http.send(Method::GET, path, &[*one], "").await;
            is_refused(&reply, 401);
        }
    }
    server.http.send(Method::GET, "/orders", &both, "").await.expect(200);
}
