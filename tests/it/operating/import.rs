//! Stocks in lines: each row by itself, answered as it is done.

use std::time::Duration;

use hyper::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

const PATH: &str = "/admin/v1/import/stocks?tenant=default";
const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

fn row(article: &str, name: &str, value: u32) -> String {
    let at = json!({ "tenantFacilityId": "gouda" });
    json!({ "facility": at, "tenantArticleId": article, "tenantStockId": name, "value": value })
        .to_string()
}

/// An import whose body has no end yet.
struct Import {
    wire: TcpStream,
    seen: String,
}

impl Import {
    /// Sends the head, with this line in it.
    async fn begin(server: &TestServer, header: &str) -> Import {
        let wire = TcpStream::connect(server.operators().address()).await.expect("it listens");
        let mut import = Import { wire, seen: String::new() };
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\
             content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        import.wire.write_all(head.as_bytes()).await.expect("it reads");
        import
    }

    /// Sends a row, and waits for the line that answers it.
    async fn row(&mut self, number: usize, row: &str) -> String {
        let chunk = format!("{:x}\r\n{row}\n\r\n", row.len() + 1);
        self.wire.write_all(chunk.as_bytes()).await.expect("it reads");
        let (begins, mut piece) = (format!("{{\"row\":{number},"), [0; 4096]);
        loop {
            let told = self.seen.find(&begins).map(|at| &self.seen[at..]);
            if let Some((line, _)) = told.and_then(|told| told.split_once('\n')) {
                return line.to_owned();
            }
            let read = self.wire.read(&mut piece);
            let read = tokio::time::timeout(Duration::from_secs(30), read).await;
            let count = read.expect("it answers").expect("it is open");
            assert!(count > 0, "it ended after {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&piece[..count]));
        }
    }
}

async fn import(server: &TestServer, body: &str) -> Vec<Value> {
    let reply = server.operators().send(Method::POST, PATH, &[LINES], body).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, LINES.1), "{}", reply.body);
    assert_eq!(reply.header("cache-control"), "no-store");
    let lines = reply.body.lines().map(|line| serde_json::from_str(line).expect("it is JSON"));
    lines.collect()
}

/// A result as `row status what`.
fn told(result: &Value) -> String {
    let what = match &result["errors"] {
        Value::Null => result["result"].as_str().expect("a word").to_owned(),
        errors => text(&errors[0], "description"),
    };
    format!("{} {} {what}", result["row"], result["status"])
}

#[actix_web::test]
async fn a_row_that_is_refused_refuses_no_other() {
    let server = TestServer::start().await;
    server.facility("gouda").await;
    let nowhere = row("tea", "t9", 1).replace("gouda", "urk");
    let twice = r#"{"properties":{"a":1,"a":2}}"#.to_owned();
    let long = format!("{{\"more\":\"{}\"}}", "x".repeat(64 * 1024));
    let rows = [
        row("tea", "t1", 4),
        nowhere,
        String::new(),
        "{".to_owned(),
        twice,
        row("tea", "t2", 5),
        long,
        row("tea", "t1", 6),
        row("jam", "t1", 6),
        row("tea", "t3", 2).replace("\"value\":2", "\"value\":-2"),
        row("tea", "t2", 5),
    ];
    let results = import(&server, &rows.join("\n")).await;
    let told: Vec<String> = results.iter().map(told).collect();
    let expected = [
        "1 201 CREATED",
        "2 400 facility.tenantFacilityId: facility `urk` is not there, or not the one named beside it",
        "4 400 EOF while parsing an object at line 1 column 1",
        "5 400 properties.a: comes twice",
        "6 201 CREATED",
        "7 400 the row is longer than 64 KiB",
        "8 200 UPDATED",
        "9 409 tenantStockId: `t1` is a stock of article `tea` there",
        "10 400 value: must be 0 to 2147483647",
        "11 200 UNCHANGED",
    ];
    assert_eq!(told, expected);
    assert_eq!(results[6]["id"], results[0]["id"], "by its name it is the same stock");
    assert_eq!(results[6]["version"], 2);
    assert_eq!(server.available("tea").await, 11);
    assert_eq!(results[6]["lsn"], server.http.get("/api/stocks").await.lsn());
    assert!(import(&server, "").await.is_empty() && import(&server, "\n\n").await.is_empty());
}

/// F3: nothing waits for the end: an answer comes while the body is still sent, and a body that is
/// much longer than any other may be is taken.
#[actix_web::test]
async fn rows_are_answered_while_more_come() {
    let server = TestServer::start().await;
    server.facility("gouda").await;
    let mut sending = Import::begin(&server, "").await;
    for number in 1..=3 {
        let told = sending.row(number, &row("tea", &format!("t{number}"), 1)).await;
        assert!(told.contains("\"status\":201"), "{told}");
    }
    drop(sending); // what was answered stays, though the body had no end
    assert_eq!(server.available("tea").await, 3);

    let padding = format!("\"customAttributes\":{{\"a\":\"{}\"}},\"value\"", "x".repeat(4_000));
    let rows: Vec<String> = (0..600)
        .map(|number| row("jam", &format!("j{}", number % 50), 2).replace("\"value\"", &padding))
        .collect();
    let body = rows.join("\n");
    assert!(body.len() > 2 * 1024 * 1024);
    let results = import(&server, &body).await;
    assert_eq!(results.len(), 600);
    let created = |result: &&Value| result["result"] == "CREATED";
    assert_eq!(results.iter().filter(created).count(), 50);
    assert!(results.iter().zip(1..).all(|(result, number)| result["row"] == number));
    assert_eq!(server.available("jam").await, 100);
}

#[actix_web::test]
async fn a_bad_head_is_refused_before_any_row() {
    let server = TestServer::start().await;
    server.facility("gouda").await;
    let good = row("tea", "t1", 4);
    let key = ("idempotency-key", "k");
    let json = ("content-type", "application/json");
    let packed = ("content-encoding", "gzip");
    let strange = ("host", "evil.example");
    for (path, headers, status) in [
        (PATH, &[json][..], 415),
        (PATH, &[LINES, packed], 415),
        (PATH, &[LINES, key], 400),
        (PATH, &[LINES, strange], 403),
        ("/admin/v1/import/stocks", &[LINES], 400),
        ("/admin/v1/import/stocks?tenant=", &[LINES], 400),
    ] {
        let reply = server.operators().send(Method::POST, path, headers, &good).await;
        assert_eq!(reply.status, status, "{path} {headers:?}: {}", reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
    assert_eq!(server.http.get("/api/stocks").await.expect(200)["total"], 0);
}

/// An operator's right that ends while rows still come is gone for the next of them, whichever
/// tenant the key is of.
#[actix_web::test]
async fn no_row_is_taken_from_whom_the_right_was_taken() {
    let server = TestServer::start().await;
    server.facility("gouda").await;
    for (number, tenant) in (1..).zip(["default", "head-office"]) {
        let body = json!({ "tenant": tenant, "name": "ops", "permissions": ["admin"] });
        let key = server.operators().post("/admin/v1/keys", &body.to_string()).await.expect(201);
        let (id, shown) = (text(&key, "id"), text(&key, "key"));
        let header = format!("x-api-key: {shown}\r\n");
        let mut by_key = Import::begin(&server, &header).await;
        let secret = shown.rsplit_once('_').expect("it has a secret").1;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let token = server.http.send(Method::POST, "/oauth2/token", &kind, &form).await;
        let bearer = text(&token.expect(200), "access_token");
        let header = format!("authorization: Bearer {bearer}\r\n");
        let mut by_token = Import::begin(&server, &header).await;
        for import in [&mut by_key, &mut by_token] {
            let told = import.row(1, &row("tea", tenant, number)).await;
            assert!(told.contains("\"status\":20"), "{told}");
        }

        server.advance(Millis(Millis::hours(1).0 + 30_000)).await; // the hour, and the leeway
        let told = by_token.row(2, &row("tea", "late", 9)).await;
        assert!(told.contains("\"status\":401"), "the token has ended: {told}");
        let told = by_key.row(2, &row("tea", tenant, number)).await;
        assert!(told.contains("\"status\":200"), "{told}");
        server.operators().delete(&format!("/admin/v1/keys/{id}")).await.expect(200);
        let told = by_key.row(3, &row("tea", "late", 9)).await;
        assert!(told.contains("\"status\":401"), "the key was taken back: {told}");
    }
    assert_eq!(server.available("tea").await, 3);
}
