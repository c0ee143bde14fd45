//! Clients that are slow, or too many: they keep nobody out, and are told to go.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::support::Program;

/// What the server says to these bytes, and no more of them, and after how long it closes.
async fn told(server: &TestServer, bytes: String) -> (String, Duration) {
    let begin = Instant::now();
    let mut wire = TcpStream::connect(server.http.address()).await.expect("it listens");
    // It may close before it has read everything.
    let _ = wire.write_all(bytes.as_bytes()).await;
    let mut answer = Vec::new();
    let listening = wire.read_to_end(&mut answer);
    let ended = tokio::time::timeout(Duration::from_secs(60), listening).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        ended.is_ok(),
        "the connection stays open after {:?}: {answer}",
        &bytes[..bytes.len().min(120)]
    );
    (answer, begin.elapsed())
}

/// A head has 5 s and a body 10 s, at every door, and the connection is closed. Whoever is slow
/// holds no permit, so there is room for others all the while.
#[actix_web::test]
async fn who_is_slow_is_told_to_go() {
    let settings = "start_permits = 1\nfinish_permits = 1\noperate_permits = 2\n";
    let server = TestServer::configured(settings).await;
    let heads = ["", "GET /api/or", "GET /api/orders HTTP/1.1\r\nhost: c\r\nx: "];
    let heads = heads.map(|head| told(&server, head.to_owned()));
    let paths = [
        "/api/promises/deliverypromise",
        "/api/orders",
        "/orders",
        "/deliveries",
        "/api/v2/orders",
        "/api/stocks",
    ];
    let lengths = ["content-length: 10", "transfer-encoding: chunked"];
    let bodies = paths.iter().flat_map(|path| lengths.map(|length| (path, length)));
    let bodies = bodies.map(|(path, length)| {
        let typed = "host: c\r\ncontent-type: application/json\r\nidempotency-key: \
            550e8400-e29b-41d4-a716-446655440000\r\n";
        told(&server, format!("POST {path} HTTP/1.1\r\n{typed}{length}\r\n\r\n"))
    });
    let others = async {
        for path in ["/api/orders", "/orders", "/deliveries", "/api/v2/orders"].repeat(10) {
            assert_eq!(server.http.get(path).await.status, 200, "{path}");
        }
    };
    let all = futures_util::future::join3(join_all(heads), join_all(bodies), others);
    let (heads, bodies, ()) = all.await;
    for (answer, after) in heads {
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(after >= Duration::from_secs(4), "{after:?}");
    }
    for (answer, after) in bodies {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("10 s") || answer.contains("too slow"), "{answer}");
        assert!(after >= Duration::from_secs(9), "{after:?}");
    }
}

/// One address has so many connections and no more: one too many is closed unheard, and when there
/// is room again the next is served.
#[actix_web::test]
async fn one_address_cannot_take_all_connections() {
    let server = TestServer::configured(
        "connections_per_address = 3
",
    )
    .await;
    let operators = server.operators();
    let says = async |what: &str| {
        let metrics = operators.get("/metrics").await.body;
        metrics.lines().any(|line| line == what)
    };
    let connect = async || TcpStream::connect(server.http.address()).await.expect("it listens");
    let [first, _second, _third] = [connect().await, connect().await, connect().await];
    while !says("certus_connections 3").await {}
    let body = json!({ "name": "gouda", "tenantFacilityId": "gouda",
        "address": { "companyName": "Certus", "street": "Markt", "houseNumber": "1",
            "postalCode": "2801", "city": "Gouda", "country": "NL" } });
    let body = &body.to_string();
    let request = format!(
        "POST /api/facilities HTTP/1.1\r\nhost: c\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    for sent in [&request[..], ""] {
        let Ok(mut fourth) = TcpStream::connect(server.http.address()).await else { continue };
        let _ = fourth.write_all(sent.as_bytes()).await; // it may be closed by now
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(4), fourth.read_to_end(&mut answer));
        let ended = ended.await.expect("it is closed before a head is waited for");
        assert!(ended.is_err() || answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    }
    while !says("certus_connections_refused_total 2").await {}
    drop(first);
    while !says("certus_connections 2").await {}
    let places = server.http.get("/api/facilities").await.expect(200);
    assert_eq!(places["total"], 0, "nobody heard what was turned away");
    server.http.post("/api/facilities", body).await.expect(201);
}

/// A body without an end is not read to it, whatever the answer is: too long, no credential, no
/// such path, not JSON.
#[actix_web::test]
async fn a_body_without_an_end_closes_its_connection() {
    let server = TestServer::start().await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let json = "content-type: application/json\r\n";
    let bad = "content-type: application/json\r\nauthorization: Bearer nonsense\r\n";
    for (path, head, chunks, status) in [
        ("/api/orders", json, 17, "413"),
        ("/orders", json, 2, "413"),
        ("/deliveries", bad, 1, "401"),
        ("/api/orders", "", 1, "415"),
        ("/nothing", json, 1, "404"),
        ("/api/status", json, 1, "405"),
        ("/oauth2/token", json, 1, "415"),
    ] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: c\r\n{head}");
        let sent = format!("{head}transfer-encoding: chunked\r\n\r\n{}", chunk.repeat(chunks));
        let (answer, after) = told(&server, sent).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
        assert!(after < Duration::from_secs(30), "{path}: {after:?}");
    }
}

/// With no descriptor left, accepting pauses; nobody inside notices, and it goes on when there are.
#[actix_web::test]
async fn too_many_connections_are_no_end() {
    let dir = tempfile::tempdir().expect("there is room");
    let few = ["prlimit", "--nofile=160"];
    let outputs = (std::process::Stdio::null(), std::process::Stdio::null());
    let started = Program::under(&few, &dir.path().join("data"), &[], outputs).await;
    let program = started.unwrap_or_else(|ended| panic!("the server did not start: {ended}"));
    assert_eq!(program.http.get("/healthz").await.status, 200);
    let address = program.http.address();
    for _ in 0..3 {
        // The system takes them in although the server does not.
        let many = join_all((0..400).map(|_| TcpStream::connect(address))).await;
        let there = many.iter().filter(|it| it.is_ok()).count();
        assert!(there > 200, "only {there} connections");
        drop(many);
        let answered = tokio::time::timeout(Duration::from_secs(60), async {
            while program.http.try_send(hyper::Method::GET, "/healthz", &[], "").await.is_none() {}
        });
        answered.await.expect("it goes on");
        program.http.get("/api/orders").await.expect(200);
    }
    assert_eq!(program.terminate().code(), Some(0));
}
