//! Bodies at every route that takes one, by the route table: a new route must hold these too.

use std::collections::BTreeSet;

use hyper::Method;

use super::*;
use crate::tidy::documents::routes;

/// Routes that take no body: one that comes is not read.
const WITHOUT: [&str; 6] = [
    "POST /deliveries/{id}/arrive_soon",
    "POST /deliveries/{id}/cancel",
    "POST /deliveries/{id}/delivered",
    "POST /deliveries/{id}/stage",
    "POST /delivery_items/{id}/out_of_stock",
    "POST /picklist/next",
];

/// Routes that take a form, not JSON; what they say of one is in their own tests.
const FORMS: [&str; 2] = ["POST /oauth2/token", "POST /unsubscribe/{token}"];

const ID: &str = "019bb2a0-44f1-7d02-b1c3-91a0d4e70000";
/// What a customer's page is named by.
const SECRET: &str = "3b6f0c1f6f2d4a0b8f5be9d6c0a7718e4c1d2a9b6e0f43d5a7c8b9e0f1a2b3c4";

/// The routes that take JSON, as requests.
fn with_bodies() -> Vec<(Method, String)> {
    let all = routes().into_iter().filter(|route| route.path != "/bench/echo");
    let all = all.filter(|route| !["GET", "DELETE"].contains(&route.method.as_str()));
    let named = |route: &crate::tidy::documents::Route| format!("{} {}", route.method, route.path);
    let (others, taking): (Vec<_>, Vec<_>) =
        all.partition(|route| WITHOUT.contains(&&*named(route)) || FORMS.contains(&&*named(route)));
    let others: BTreeSet<String> = others.iter().map(named).collect();
    assert_eq!(others.len(), WITHOUT.len() + FORMS.len(), "{others:?}");
    let requests = taking.iter().map(|route| {
        let parts = route.path.split('/').map(|part| match part {
            "{article}" => "tea",
            "{secret}" => SECRET,
            part if part.starts_with('{') => ID,
            part => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        (route.method.parse().expect("a method"), path)
    });
    let requests: Vec<_> = requests.collect();
    assert!(requests.len() > 20, "only {} routes take a body", requests.len());
    requests
}

/// What a customer's request must carry besides.
const KEY: (&str, &str) = ("idempotency-key", "550e8400-e29b-41d4-a716-446655440000");

async fn status(server: &TestServer, row: &(Method, String), header: (&str, &str)) -> u16 {
    let reply = server.http.send(row.0.clone(), &row.1, &[header, KEY], "{}").await;
    assert!(!reply.header("x-correlation-id").is_empty());
    reply.status
}

/// Nothing is inflated, and nothing is guessed.
#[actix_web::test]
async fn what_is_no_plain_json_is_415_on_every_route() {
    let server = TestServer::start().await;
    let before = server.http.get("/api/orders").await.lsn();
    for row in with_bodies() {
        for header in [
            ("content-encoding", "gzip"),
            ("content-encoding", "identity"),
            ("content-type", "text/plain"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-type", "multipart/form-data; boundary=x"),
            ("content-type", "application/json; charset=utf-16"),
        ] {
            assert_eq!(status(&server, &row, header).await, 415, "{row:?} {header:?}");
        }
    }
    let mut untyped = Vec::new();
    for row in with_bodies() {
        let not_sent = ("content-type", crate::support::NOT_SENT);
        let found = status(&server, &row, not_sent).await;
        assert_eq!(found, 415, "{row:?} without a type");
        untyped.push(found);
    }
    assert_eq!(server.http.get("/api/orders").await.lsn(), before, "something was done");
}

/// The contract's order: what the head says of the body, then who asks.
#[actix_web::test]
async fn size_and_type_come_before_the_credential_on_every_route() {
    let server = TestServer::configured("auth = \"on\"\n").await;
    let large = "x".repeat(1024 * 1024 + 1);
    for (method, path) in with_bodies() {
        // Whoever knows a delivery's secret needs no credential, and nobody has this one.
        let stranger = if path.starts_with("/shared/") { 404 } else { 401 };
        for (body, kind, status) in [
            (large.as_str(), "text/plain", 413),
            ("{}", "text/plain", 415),
            ("{}", "application/json", stranger),
        ] {
            let headers = [("content-type", kind), KEY];
            let reply = server.http.send(method.clone(), &path, &headers, body).await;
            assert_eq!(reply.status, status, "{method} {path}: {}", reply.body);
        }
    }
    for (body, kind, status) in [
        (large.as_str(), "application/json", 413),
        ("{}", "application/json", 415),
        ("{}", "application/x-www-form-urlencoded", 400),
    ] {
        let headers = [("content-type", kind)];
        let reply = server.http.send(hyper::Method::POST, "/oauth2/token", &headers, body).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
}

/// What nobody can read, what could be read in two ways, and what is nested for its own sake.
#[actix_web::test]
async fn what_cannot_be_read_is_400_on_every_route() {
    let server = TestServer::start().await;
    let before = server.http.get("/api/orders").await.lsn();
    let deep =
        |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let (deep_33, deep_129) = (deep(33), deep(129));
    let endless = "[".repeat(60_000);
    let bodies: [&[u8]; 16] = [
        b"",
        b"{",
        b"nonsense",
        b"{} {}",
        b"{\"a\":NaN}",
        b"{\"a\":Infinity}",
        b"{\"a\":01}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\\u0000\"}",
        b"{\"a\":\"\0\"}",
        b"{\"a\":\"\xff\"}",
        b"{\"\xc0\x80\":1}",
        b"\xef\xbb\xbf{}",
        deep_33.as_bytes(),
        deep_129.as_bytes(),
        endless.as_bytes(),
    ];
    for (method, path) in with_bodies() {
        // A cancel at the customers' door may come without a body, so no bytes are none.
        let may_be_bare = path.contains("/orders/") && path.ends_with("/cancel");
        for body in bodies.iter().filter(|body| !(may_be_bare && body.is_empty())) {
            let headers = [("content-type", "application/json"), KEY];
            let sent = server.http.try_send_bytes(method.clone(), &path, &headers, body).await;
            let reply = sent.expect("the server answers");
            let told = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(reply.status, 400, "{method} {path} {told}: {}", reply.body);
        }
    }
    assert_eq!(server.http.get("/api/orders").await.lsn(), before, "something was done");
}

/// Two readers of one body must not see two things: neither in what is read, nor in what is kept as
/// it is, nor where nobody looks.
#[actix_web::test]
async fn what_comes_twice_is_400_on_every_route() {
    let server = TestServer::start().await;
    let before = server.http.get("/api/orders").await.lsn();
    for (method, path) in with_bodies() {
        for body in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":{"a":2},"\u0061":3}"#,
            r#"{"a":{"b":[{"c":1,"c":2}]}}"#,
            r#"{"customAttributes":{"x":{"c":1,"c":2}}}"#,
        ] {
            let reply = server.http.send(method.clone(), &path, &[KEY], body).await;
            let told = format!("{method} {path} {body}: {}", reply.body);
            assert_eq!(reply.status, 400, "{told}");
            let said = ["comes twice", "is no member here"].iter().any(|it| told.contains(it));
            assert!(said, "{told}");
        }
    }
    assert_eq!(server.http.get("/api/orders").await.lsn(), before, "something was done");
    let twice = r#"{"x":[{"a":1,"a":1}],"#;
    let promise = crate::support::promise("tea", 1).to_string();
    let kept = promise.replacen('{', &format!("{{\"customAttributes\":{twice}\"y\":0}},"), 1);
    let beside = promise.replacen("\"consumer\":{", &format!("\"consumer\":{twice}"), 1);
    let ignored = r#"{"customer":{"more":[{"a":1,"a":1}]}}"#.to_owned();
    for (path, body, member) in [
        ("/api/promises/deliverypromise", kept, "customAttributes.x[0].a"),
        ("/api/orders", beside, "consumer.x[0].a"),
        ("/orders", ignored.clone(), "customer.more[0].a"),
        ("/deliveries", ignored.clone(), "customer.more[0].a"),
        ("/api/v2/orders", ignored, "customer.more[0].a"),
    ] {
        let reply = server.http.send(Method::POST, path, &[KEY], &body).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.body);
        assert!(reply.body.contains(member), "{path}: {}, not {member}", reply.body);
    }
}

/// F3: a megabyte and a byte is too long everywhere, whether its length is said or not.
#[actix_web::test]
async fn what_is_too_long_is_413_on_every_route() {
    let server = TestServer::start().await;
    let long = " ".repeat(1024 * 1024 + 1);
    for (method, path) in with_bodies() {
        let reply = server.http.send(method.clone(), &path, &[KEY], &long).await;
        assert_eq!(reply.status, 413, "{method} {path}: {}", reply.body);
    }
    for path in ["/oauth2/token", "/unsubscribe/t"] {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let reply = server.http.send(Method::POST, path, &form, &long).await;
        assert!([404, 413].contains(&reply.status), "{path}: {} {}", reply.status, reply.body);
    }
}

/// More of everything than anybody needs, within the bytes of a body and beyond.
#[actix_web::test]
async fn many_members_are_refused() {
    let server = TestServer::start().await;
    let lines = format!("[{}{{}}]", "{},".repeat(99_999));
    let many =
        |count: usize| (0..count).map(|n| format!("\"{n}\":1")).collect::<Vec<_>>().join(",");
    let (map, beyond) = (format!("{{{}}}", many(60_000)), format!("{{{}}}", many(1_000_000)));
    let promise = |member: &str, value: &str| {
        let good = crate::support::promise("tea", 1).to_string();
        let body = good.strip_prefix('{').expect("an object");
        let body = match member {
            "orderLineItems" => body.replacen("\"orderLineItems\"", "\"tags\"", 1),
            _ => body.to_owned(),
        };
        format!("{{\"{member}\":{value},{body}")
    };
    for path in ["/api/promises/deliverypromise", "/api/orders"] {
        for (body, expected) in [
            (promise("orderLineItems", &lines), 400),
            (promise("customAttributes", &map), 400),
            (promise("customAttributes", &beyond), 413),
            (promise("tags", &lines), 400),
        ] {
            let reply = server.http.post(path, &body).await;
            assert_eq!(
                reply.status,
                expected,
                "{path}: {}",
                &reply.body[..200.min(reply.body.len())]
            );
        }
    }
    for (path, member) in [
        ("/orders", "lineItems"),
        ("/deliveries", "order_items"),
        ("/api/v2/orders", "products"),
        ("/api/stocks", "stocks"),
    ] {
        for value in [&lines, &map, &beyond] {
            let body = format!("{{\"{member}\":{value}}}");
            let method = if path == "/api/stocks" { Method::PUT } else { Method::POST };
            let reply = server.http.send(method, path, &[KEY], &body).await;
            assert!([400, 413].contains(&reply.status), "{path}: {}", reply.status);
        }
    }
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], 0);
}

/// Members that are ours to set: refused where the door is strict, and else as if they were not
/// there.
#[actix_web::test]
async fn what_is_ours_to_say_is_never_taken_from_a_body() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 999).await;
    let ours = json!({ "tenant": "mall", "tenant_id": "mall", "tenantId": "mall", "id": ID,
        "uuid": ID, "number": 77, "version": 77, "stage": "Confirmed", "state": "Delivered",
        "reserved": 5, "held": 5, "deadline": "2036-01-12T10:00:00Z", "until": "2036-01-12T10:00:00Z",
        "created": "2000-01-01T00:00:00Z", "caller": "root", "who": "root", "replies": [] });
    let lines = json!([{ "partNumber": "tea", "quantity": 1 }]);
    let order = json!({ "requesterId": 1, "userId": 1, "facilityId": 1, "shippingAddressId": 1,
        "billingAddressId": 1, "shippingMethod": "Ground", "lineItems": lines });
    let report = json!({ "external_id": "r1", "customer": { "email": "a@example.nl" },
        "invitation": { "delay": { "unit": "days", "amount": 3 } } });
    let delivery = json!({
        "customer": { "name": "Jan", "shipping_address": "Gouda", "email": "a@example.nl" },
        "order": { "client_internal_order_id": "d1" },
        "order_items": [{ "client_sku": "tea", "quantity": 1, "price": 1, "tax": 0,
            "order_item_options_flags": "SKIP" }] });
    let stock = json!({ "tenantArticleId": "jam", "value": 3, "facilityRef": store });
    let promise = crate::support::promise("tea", 1);
    for (path, body, strict) in [
        ("/api/promises/deliverypromise", &promise, true),
        ("/orders", &order, false),
        ("/deliveries", &delivery, false),
        ("/api/v2/orders", &report, false),
        ("/api/stocks", &stock, false),
        ("/api/orders", &promise, false),
    ] {
        let at = |number: usize| {
            [("idempotency-key", format!("550e8400-e29b-41d4-a716-44665544{number:04}"))]
        };
        let send = async |number: usize, body: &Value| {
            let [(name, value)] = at(number);
            server.http.send(Method::POST, path, &[(name, &value)], &body.to_string()).await
        };
        for (number, (name, value)) in ours.as_object().expect("an object").iter().enumerate() {
            let mut more = body.clone();
            more[name.as_str()] = value.clone();
            if path == "/api/v2/orders" {
                more["external_id"] = json!(format!("r-{name}"));
            }
            if path == "/deliveries" {
                more["order"]["client_internal_order_id"] = json!(format!("d-{name}"));
            }
            if path == "/api/stocks" {
                more["tenantArticleId"] = json!(format!("jam-{name}"));
            }
            let reply = send(number, &more).await;
            let told = format!("{path} {name}: {} {}", reply.status, reply.body);
            if strict {
                assert_eq!(reply.status, 400, "{told}");
                continue;
            }
            assert!([200, 201, 400, 409].contains(&reply.status), "{told}");
            if reply.status < 300 {
                let said = reply.body.replace(&store, "").replace(&format!("-{name}"), "");
                for applied in [ID, ":77,", ":77}", "2036", "2000-01-01", "mall", "root"] {
                    assert!(!said.contains(applied), "{applied}: {told}");
                }
            }
        }
    }
    let held = server.available("tea").await;
    assert!(held < 999, "the doors that take such members have sold: {held}");
}
