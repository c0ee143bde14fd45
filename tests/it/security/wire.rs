//! Heads that say two things, or nothing: refused before anything of them is believed, and the
//! connection is closed, so that whatever follows is nobody's request.

use super::*;
use crate::support::said_to;

/// A request for a path that is open, with these lines in its head, and one more behind it that
/// must never be answered.
fn with(lines: &str) -> String {
    let next = "GET /api/status HTTP/1.1\r\nhost: c\r\n\r\n";
    format!("POST /oauth2/token HTTP/1.1\r\n{lines}\r\n0\r\n\r\n{next}")
}

/// One of these, and the connection is closed; nothing behind it is a request.
async fn is_refused_and_closed(server: &TestServer, bytes: &[u8], statuses: &[&str]) {
    let answer = said_to(server.http.address(), bytes, None).await;
    let told = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let fits = |status: &&str| answer.starts_with(&format!("HTTP/1.1 {status} "));
    assert!(answer.is_empty() || statuses.iter().any(fits), "{told:?}: {answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), usize::from(!answer.is_empty()), "{answer}");
}

/// Two readers must never see two requests.
#[actix_web::test]
async fn a_length_is_said_once_and_plainly() {
    let server = TestServer::start().await;
    for lines in [
        "host: c\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n",
        "host: c\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "host: c\r\ncontent-length: 5\r\ncontent-length: 5\r\n",
        "host: c\r\ncontent-length: 5\r\ncontent-length: 6\r\n",
        "host: c\r\ncontent-length: 5, 5\r\n",
        "host: c\r\ncontent-length: +5\r\n",
        "host: c\r\ncontent-length: -5\r\n",
        "host: c\r\ncontent-length: 0x5\r\n",
        "host: c\r\ncontent-length: 5 5\r\n",
        "host: c\r\ncontent-length: \r\n",
        "host: c\r\ncontent-length: 18446744073709551616\r\n",
        "host: c\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "host: c\r\ntransfer-encoding: chunked, chunked\r\n",
        "host: c\r\ntransfer-encoding: gzip, chunked\r\n",
        "host: c\r\ntransfer-encoding: xchunked\r\n",
        "host: c\r\ntransfer-encoding : chunked\r\n",
        "host: c\r\n transfer-encoding: chunked\r\n",
        "host: c\r\nx: a\r\n b\r\n",
        "host: c\r\nx: a\0b\r\n",
        "host: c\r\nx: a\rb\r\n",
        "host: c\r\nx\r\n",
        "host: c\r\n: x\r\n",
    ] {
        is_refused_and_closed(&server, with(lines).as_bytes(), &["400"]).await;
    }
    assert_eq!(server.http.get("/healthz").await.status, 200);
}

/// Where a chunk ends decides where the next request begins: both bytes end it. A line of a head
/// may end with the second alone, as RFC 9112 (2.2) lets a server take it; its end is the same to
/// every reader.
#[actix_web::test]
async fn a_chunk_ends_with_both_bytes() {
    let server = TestServer::start().await;
    let head = "POST /api/promises/deliverypromise HTTP/1.1\r\nhost: c\r\n\
        content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let next = "GET /api/status HTTP/1.1\r\nhost: c\r\n\r\n";
    for body in [
        "2\n{}\r\n0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2\r\n{}\r\n0\n\n",
        "2;x\n{}\r\n0\r\n\r\n",
        "2;\nx\r\n{}\r\n0\r\n\r\n",
    ] {
        let bytes = format!("{head}{body}{next}");
        is_refused_and_closed(&server, bytes.as_bytes(), &["400"]).await;
    }
    let last = b"GET /api/status HTTP/1.1\nhost: c\nconnection: close\n\n";
    let one = said_to(server.http.address(), last, None).await;
    assert!(one.starts_with("HTTP/1.1 200 ") && one.matches("HTTP/1.1 ").count() == 1, "{one}");
}

/// A proxy chooses by the host where a request goes: it is said, and once.
#[actix_web::test]
async fn a_host_is_said_once() {
    let server = TestServer::start().await;
    for lines in ["", "host: c\r\nhost: c\r\n", "host: c\r\nHost: evil.example\r\n"] {
        is_refused_and_closed(&server, with(lines).as_bytes(), &["400"]).await;
    }
    let old = said_to(server.http.address(), b"GET /api/status HTTP/1.0\r\n\r\n", None).await;
    assert!(old.starts_with("HTTP/1.0 200 "), "there was no such header then: {old}");
    let last = b"GET /api/status HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close\r\n\r\n";
    let one = said_to(server.http.address(), last, None).await;
    assert!(one.starts_with("HTTP/1.1 200 "), "{one}");
}

/// F3: a head has an end, and few lines.
#[actix_web::test]
async fn a_head_is_bounded() {
    let server = TestServer::start().await;
    let lines = |count: usize| "x: y\r\n".repeat(count);
    let head = |rest: &str| format!("GET /api/status HTTP/1.1\r\nhost: c\r\n{rest}\r\n");
    is_refused_and_closed(&server, head(&lines(96)).as_bytes(), &["400", "431"]).await;
    let bearer = |bytes: usize| format!("authorization: Bearer {}\r\n", "x".repeat(bytes));
    for bytes in [131 * 1024, 1024 * 1024] {
        is_refused_and_closed(&server, head(&bearer(bytes)).as_bytes(), &["400", "431"]).await;
        let endless = "x".repeat(bytes);
        is_refused_and_closed(&server, endless.as_bytes(), &["400", "414", "431"]).await;
    }
    let most = format!("{}connection: close\r\n", lines(90));
    let taken = said_to(server.http.address(), head(&most).as_bytes(), None).await;
    assert!(taken.starts_with("HTTP/1.1 200 "), "{taken}");
}

/// HTTP/2 is for a proxy to speak: who knows that it is spoken, or asks whether, is not heard.
#[actix_web::test]
async fn http_2_is_not_offered() {
    let server = TestServer::start().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    is_refused_and_closed(&server, preface, &["400"]).await;
    let upgrade = "GET /api/status HTTP/1.1\r\nhost: c\r\nconnection: upgrade, http2-settings\r\n\
        upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n\
        GET /healthz HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\r\n";
    let answer = said_to(server.http.address(), upgrade.as_bytes(), None).await;
    assert!(!answer.contains(" 101 ") && answer.contains(" 200 "), "{answer}");
}

/// Methods that no route has, and paths that only look like one.
#[actix_web::test]
async fn what_looks_like_a_path_is_none() {
    let server = TestServer::start().await;
    let asked = async |method: &str, path: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\r\n");
        let answer = said_to(server.http.address(), head.as_bytes(), None).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for door in ["/api/orders", "/api/v2/orders", "/orders", "/deliveries", "/feed"] {
        for method in ["TRACE", "FOO", "CONNECT", "PROPFIND"] {
            assert_eq!(asked(method, door).await, "405", "{method} {door}");
        }
        for (after, status) in [
            ("/%zz", "400"),
            ("/%", "400"),
            ("/%2", "400"),
            ("//1", "404"),
            ("/..%2f..%2fadmin/v1/keys", "404"),
            ("/../admin/v1/keys", "404"),
            ("/%2e%2e/admin/v1/keys", "404"),
            ("/1%00", "404"),
            ("/1%0d%0aset-cookie:%20a", "404"),
        ] {
            let status = if door == "/feed" && status != "400" { "404" } else { status };
            assert_eq!(asked("GET", &format!("{door}{after}")).await, status, "{door}{after}");
        }
        let long = format!("{door}?{}", "x".repeat(8 * 1024));
        assert_eq!(asked("GET", &long).await, "414", "{door}");
    }
    for path in ["*", "http://c/admin/v1/keys", "//admin/v1/keys", "/api/status/../../metrics"] {
        let status = asked("GET", path).await;
        assert!(["400", "404"].contains(&status.as_str()), "{path}: {status}");
    }
}
