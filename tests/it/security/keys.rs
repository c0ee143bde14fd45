//! API keys, from their making to their end.

use std::path::{Path, PathBuf};

use super::*;

const ORDERS: &str = "/api/orders";

#[actix_web::test]
async fn a_key_is_shown_once_and_opens_its_tenant() {
    let server = closed().await;
    is_refused(&server.http.get(ORDERS).await, 401);
    let made = key_of(&server, "shop", &["orders.read", "FACILITY_READ"]).await;
    let shown = text(&made, "key");
    assert_eq!(shown.len(), 3 + 36 + 1 + 64, "256 random bits in hexadecimal: {shown}");
    assert_eq!(made["permissions"], json!(["orders.read", "facilities.read"]));

    let bearer = server.http.bearing(&shown);
    bearer.get(ORDERS).await.expect(200);
    let with = [("x-api-key", shown.as_str())];
    server.http.send(hyper::Method::GET, ORDERS, &with, "").await.expect(200);
    is_refused(&bearer.get("/api/stocks").await, 403);

    let list = server.operators().get("/admin/v1/keys").await;
    let (_, secret) = shown.rsplit_once('_').expect("it has a secret");
    assert!(!list.body.contains(secret), "the secret is told once");
    let list = list.expect(200);
    assert_eq!((&list["total"], &list["keys"][0]["id"]), (&json!(1), &made["id"]));
    assert_eq!(list["keys"][0]["key"], Value::Null);
}

/// Wrong, half right, of another server, of a made-up id, revoked, expired: one answer for all.
#[actix_web::test]
async fn whatever_is_wrong_with_a_key_the_answer_is_the_same() {
    let server = closed().await;
    let shown = text(&key_of(&server, "shop", &[]).await, "key");
    let other = closed().await;
    let foreign = text(&key_of(&other, "shop", &[]).await, "key");
    let (id, secret) = shown[3..].split_once('_').expect("an id and a secret");
    let (other_id, other_secret) = foreign[3..].split_once('_').expect("an id and a secret");
    let revoked = key_of(&server, "shop", &[]).await;
    let path = format!("/admin/v1/keys/{}", text(&revoked, "id"));
    server.operators().delete(&path).await.expect(200);
    let brief = json!({ "tenant": "shop", "name": "till", "expires_in_days": 1 }).to_string();
    let expired = server.operators().post("/admin/v1/keys", &brief).await.expect(201);
    server.advance(Millis::hours(24)).await;
    let mut answers = Vec::new();
    for wrong in [
        text(&revoked, "key"),
        text(&expired, "key"),
        format!("ck_{id}_{}", &secret[..32]),
        format!("ck_{id}_{secret}0"),
        format!("ck_{id}_{other_secret}"),
        format!("ck_019b0000-0000-7000-8000-000000000000_{secret}"),
        format!("ck_{id}"),
        format!("ck_{id}_"),
        secret.to_owned(),
        format!("ck_{other_id}_{other_secret}"),
        "ck_".to_owned() + &"x".repeat(7_000),
    ] {
        if wrong == foreign && id == other_id {
            continue; // both servers begin with the same chance, by hand
        }
        for header in ["authorization", "x-api-key"] {
            let value =
                if header == "x-api-key" { wrong.clone() } else { format!("Bearer {wrong}") };
            let sent = [(header, value.as_str())];
            let reply = server.http.send(hyper::Method::GET, ORDERS, &sent, "").await;
            is_refused(&reply, 401);
            answers.push(reply.body);
        }
        server.advance(Millis(1_000)).await;
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    server.http.bearing(&shown).get(ORDERS).await.expect(200);
}

/// A key that was taken back is refused by the very next request, and after a restart.
#[actix_web::test]
async fn a_revoked_key_is_refused_at_once_and_for_ever() {
    let mut server = closed().await;
    let (made, stays) = (key_of(&server, "shop", &[]).await, key_of(&server, "shop", &[]).await);
    let path = format!("/admin/v1/keys/{}", text(&made, "id"));
    let shown = text(&made, "key");
    server.http.bearing(&shown).get(ORDERS).await.expect(200);
    let revoked = server.operators().delete(&path).await.expect(200);
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    is_refused(&server.http.bearing(&shown).get(ORDERS).await, 401);
    assert_eq!(server.operators().delete(&path).await.expect(200), revoked, "once more");

    server.restart().await;
    is_refused(&server.http.bearing(&shown).get(ORDERS).await, 401);
    server.http.bearing(&text(&stays, "key")).get(ORDERS).await.expect(200);
    let list = server.operators().get("/admin/v1/keys").await.expect(200);
    assert_eq!((&list["total"], &list["keys"][0]), (&json!(2), &revoked));
    server.stop().await;
    let verified = run(&["verify", server.data().to_str().expect("it is text")]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("agrees with the journal") && said.contains("all hold"), "{said}");
}

/// What is kept of a key is a hash: its secret is in no file, from its making to its end.
#[actix_web::test]
async fn the_secret_of_a_key_is_in_no_file() {
    let mut server = closed().await;
    let made = key_of(&server, "shop", &[]).await;
    let (id, shown) = (text(&made, "id"), text(&made, "key"));
    let (_, secret) = shown.rsplit_once('_').expect("it has a secret");
    let raw: Vec<u8> = secret.as_bytes().chunks(2).map(byte_of).collect();
    server.http.bearing(&shown).get(ORDERS).await.expect(200);
    server.operators().delete(&format!("/admin/v1/keys/{id}")).await.expect(200);
    server.stop().await;
    let files = files_of(&server.data());
    let has = |part: &[u8]| {
        let has = |(_, bytes): &&(PathBuf, Vec<u8>)| bytes.windows(part.len()).any(|it| it == part);
        files.iter().find(has).map(|(path, _)| path)
    };
    let id: Vec<u8> = id.replace('-', "").as_bytes().chunks(2).map(byte_of).collect();
    assert!(has(&id).is_some(), "the key is nowhere: {} files", files.len());
    for part in [secret.as_bytes(), &secret.as_bytes()[..32], &raw, &raw[..16]] {
        assert_eq!(has(part), None, "it has the secret");
    }
}

/// Two hexadecimal digits.
fn byte_of(pair: &[u8]) -> u8 {
    let text = std::str::from_utf8(pair).expect("it is text");
    u8::from_str_radix(text, 16).expect("it is hexadecimal")
}

/// Every file below a directory, with its bytes.
fn files_of(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("it is readable");
    let paths = entries.map(|entry| entry.expect("it is readable").path());
    let read = |path: PathBuf| match path.is_dir() {
        true => files_of(&path),
        false => vec![(path.clone(), std::fs::read(path).expect("it is readable"))],
    };
    paths.flat_map(read).collect()
}

#[actix_web::test]
async fn a_key_ends_at_its_time() {
    let server = closed().await;
    let body = json!({ "tenant": "shop", "name": "till", "expires_in_days": 1 }).to_string();
    let made = server.operators().post("/admin/v1/keys", &body).await.expect(201);
    let shop = server.http.bearing(&text(&made, "key"));
    server.advance(Millis(Millis::hours(24).0 - 1)).await;
    shop.get(ORDERS).await.expect(200);
    server.advance(Millis(1)).await;
    is_refused(&shop.get(ORDERS).await, 401);
}

#[actix_web::test]
async fn two_credentials_must_be_of_one_tenant() {
    let server = closed().await;
    let shop = text(&key_of(&server, "shop", &["orders.read", "stock.read"]).await, "key");
    let same = text(&key_of(&server, "shop", &["orders.read"]).await, "key");
    let mall = text(&key_of(&server, "mall", &[]).await, "key");
    let http = server.http.bearing(&shop);
    let with = async |path: &str, key: &str| {
        http.send(hyper::Method::GET, path, &[("x-api-key", key)], "").await
    };
    with(ORDERS, &same).await.expect(200);
    is_refused(&with("/api/stocks", &same).await, 403); // one of them may not
    is_refused(&with(ORDERS, &mall).await, 403);
    is_refused(&with(ORDERS, "ck_nonsense").await, 401);
}

/// What an operator may ask for, and what not.
#[actix_web::test]
async fn a_bad_wish_for_a_key_is_named() {
    let server = closed().await;
    let operators = server.operators();
    let problem = async |status: u16, body: &str, headers: &[(&str, &str)]| {
        operators.send(hyper::Method::POST, "/admin/v1/keys", headers, body).await.expect(status)
    };
    let key = |member: &str, value: Value| {
        let mut key = json!({ "tenant": "a", "name": "b" });
        key[member] = value;
        key
    };
    let three = ["#/tenant", "#/name", "#/expires_in_days"];
    for (wrong, places) in [
        (json!({ "name": "", "expires_in_days": 0 }), &three[..]),
        (key("permissions", json!(["admin", "all"])), &["#/permissions/1"]),
        (key("permissions", json!([])), &["#/permissions"]),
        (key("permissions", json!(vec!["admin"; 33])), &["#/permissions"]),
        (key("stores", json!([""])), &["#/stores"]),
        (key("stores", json!(["×ø\u{9b}"])), &["#/stores"]),
    ] {
        let told = problem(422, &wrong.to_string(), &[]).await;
        let errors = told["errors"].as_array().expect("errors").iter();
        let pointers: Vec<&str> = errors.filter_map(|it| it["pointer"].as_str()).collect();
        assert_eq!(pointers, places, "{wrong}");
        assert_eq!(told["type"], "/problems/validation");
    }
    problem(400, r#"{"tenant":"a","name":"b","secret":"mine"}"#, &[]).await;
    problem(400, "{", &[]).await;
    problem(400, r#"{"tenant":"a","name":"b"}"#, &[("idempotency-key", "1")]).await;
    let unknown = operators.delete("/admin/v1/keys/019b0000-0000-7000-8000-000000000000").await;
    assert_eq!(unknown.header("content-type"), "application/problem+json");
    unknown.expect(404);
    operators.delete("/admin/v1/keys/x").await.expect(404);
}

/// A checkout's credential opens nothing of the operators', and a page in a browser neither.
#[actix_web::test]
async fn the_operators_address_is_for_operators() {
    let server = closed().await;
    let checkout = text(&key_of(&server, "shop", &[]).await, "key");
    let admin = text(&key_of(&server, "shop", &["admin"]).await, "key");
    let address = Caller::of(server.server().admin_address());
    for path in ["/admin/v1/keys", "/metrics"] {
        address.bearing(&checkout).get(path).await.expect(403);
        address.bearing("nonsense").get(path).await.expect(401);
        assert_eq!(address.bearing(&admin).get(path).await.status, 200);
        assert_eq!(address.get(path).await.status, 200);
        let host = [("host", "evil.example:8081")];
        address.send(hyper::Method::GET, path, &host, "").await.expect(403);
        assert_eq!(server.http.bearing(&admin).get(path).await.status, 404, "not at the doors");
    }
    assert_eq!(address.get("/admin/v1/nothing").await.status, 404);
}

/// The command line makes, lists and revokes.
#[actix_web::test]
async fn the_command_line_makes_lists_and_revokes() {
    let server = closed().await;
    let admin = server.server().admin_address().to_string();
    let keys = async |arguments: &[&str]| {
        let all = [&["keys"], arguments, &["--admin", &admin]].concat();
        let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
        let run_all = move || run(&all.iter().map(String::as_str).collect::<Vec<_>>());
        let ended = actix_web::web::block(run_all).await.expect("it runs");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        (ended.status.success(), said, String::from_utf8_lossy(&ended.stderr).into_owned())
    };
    let create = [
        &["create", "--tenant", "shop", "--name", "till"][..],
        &["--permission", "orders.read", "--store", "9781", "--store", "9782"],
    ];
    let create = create.concat();
    let (made, shown, _) = keys(&create).await;
    let shown = shown.trim();
    assert!(made && shown.starts_with("ck_"), "{shown}");
    server.http.bearing(shown).get(ORDERS).await.expect(200);
    let (listed, table, _) = keys(&["list"]).await;
    let id = &shown[3..39];
    assert!(listed && table.contains(id) && table.contains("orders.read"), "{table}");
    assert!(table.contains("9781 9782"), "{table}");
    assert!(!table.contains(&shown[40..]), "{table}");
    assert!(keys(&["revoke", id]).await.0);
    is_refused(&server.http.bearing(shown).get(ORDERS).await, 401);
    let (found, _, said) = keys(&["revoke", "x"]).await;
    assert!(!found && said.contains("No such key"), "{said}");
}

/// No header, one that is malformed, two of them, or one in the address: 401 at every door, with
/// the scheme that would do.
#[actix_web::test]
async fn a_credential_comes_once_and_whole() {
    let server = closed().await;
    let shown = text(&key_of(&server, "shop", &[]).await, "key");
    let good = format!("Bearer {shown}");
    let doors = ["/api/orders", "/orders", "/deliveries", "/api/v2/orders", "/feed", "/api/health"];
    for path in doors {
        for sent in [
            &[][..],
            &[("authorization", "")],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer ")],
            &[("authorization", &shown)],
            &[("authorization", &format!("Basic {shown}"))],
            &[("authorization", &format!("Bearer  {shown}"))],
            &[("authorization", &format!("Bearer {shown} {shown}"))],
            &[("authorization", &format!("Bearer {shown},Bearer {shown}"))],
            &[("authorization", &good), ("authorization", &good)],
            &[("x-api-key", "")],
            &[("authorization", &good), ("x-api-key", &shown), ("x-api-key", &shown)],
        ] {
            is_refused(&server.http.send(hyper::Method::GET, path, sent, "").await, 401);
            server.advance(Millis(1_000)).await;
        }
        for name in ["access_token", "token", "Authorization", "api_key", "x-api-key"] {
            let inside = format!("{path}?{name}={shown}");
            is_refused(&server.http.get(&inside).await, 401);
            is_refused(&server.http.bearing(&shown).get(&inside).await, 401);
            server.advance(Millis(1_000)).await;
        }
    }
}
