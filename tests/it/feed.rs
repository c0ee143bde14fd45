//! The feed from outside: what is told, where it goes on, and who may hear it.

mod consumer;
mod credentials;
mod rebuilt;

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use workflow::time::Millis;

use crate::support::{Caller, Reply, TestServer, promise, text};

const PROMISE: &str = "/api/promises/deliverypromise";
const LINES: (&str, &str) = ("accept", "application/x-ndjson");

/// What is told so far, one message per line, from a place and with a filter.
async fn told(http: &Caller, query: &str) -> Vec<String> {
    let path = format!("/feed?follow=false&{query}");
    let reply = http.send(Method::GET, &path, &[LINES], "").await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    reply.body.lines().map(str::to_owned).collect()
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).expect("a line is a message")
}

/// The names of a message's events.
fn names(message: &Value) -> Vec<&str> {
    let events = message["events"].as_array().expect("a record has events");
    events.iter().map(|event| event["type"].as_str().expect("it is text")).collect()
}

/// A stream that goes on, as server-sent events.
struct Following {
    body: Incoming,
    text: String,
}

impl Following {
    async fn open(http: &Caller, query: &str) -> Following {
        Following::bearing(http, query, &[]).await
    }

    /// The same, with credentials.
    async fn bearing(http: &Caller, query: &str, headers: &[(&str, &str)]) -> Following {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let request = Request::get(format!("http://{}/feed?{query}", http.address()));
        let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        let answer = client.request(request.body(Empty::new()).expect("it is valid")).await;
        let answer = answer.expect("the server answers");
        assert_eq!(answer.status().as_u16(), 200);
        Following { body: answer.into_body(), text: String::new() }
    }

    /// The next message: its id, its event, its data. None when the stream has ended.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = message.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_else(|| panic!("no {name} in {message}")).to_owned()
                };
                let data = parsed(&field("data: "));
                let message = (field("id: "), field("event: "), data);
                self.text = rest.to_owned();
                return Some(message);
            }
            let frame = self.body.frame().await?.expect("the stream is whole");
            let bytes = frame.into_data().expect("a stream has no trailers");
            self.text.push_str(std::str::from_utf8(&bytes).expect("messages are text"));
        }
    }

    /// The next record, past what only says where we are.
    async fn record(&mut self) -> Value {
        loop {
            let (_, event, data) = self.next().await.expect("the stream goes on");
            if event == "record" {
                return data;
            }
        }
    }
}

/// A store with tea and jam, a promise of tea that is confirmed, one of jam that runs out.
async fn lively() -> (TestServer, String) {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    server.stock(&store, "jam", 3).await;
    let made = server.http.post(PROMISE, &promise("tea", 2).to_string()).await.expect(201);
    let order = text(&made, "orderRef");
    let path = format!("/api/orders/{order}/actions");
    let body = json!({ "name": "CONFIRM_PROMISE", "version": 1 });
    server.http.post(&path, &body.to_string()).await.expect(200);
    server.http.post(PROMISE, &promise("jam", 1).to_string()).await.expect(201);
    server.advance(Millis::hours(9)).await;
    (server, order)
}

#[actix_web::test]
async fn what_happened_is_told_in_order_and_by_name() {
    let (server, order) = lively().await;
    let lines = told(&server.http, "from=0").await;
    let messages: Vec<Value> = lines.iter().map(|line| parsed(line)).collect();
    let told: Vec<Vec<&str>> = messages.iter().map(names).collect();
    let expected: [&[&str]; 7] = [
        &["location.created"],
        &["stock.created"],
        &["stock.created"],
        &["order.created", "routing.routed", "reservation.created"],
        &["order.confirmed"],
        &["order.created", "routing.routed", "reservation.created"],
        &["promise.expired", "reservation.deleted"],
    ];
    let expected: Vec<Vec<&str>> = expected.iter().map(|names| names.to_vec()).collect();
    assert_eq!(told, expected);
    let mut before = json!(0);
    for message in &messages {
        assert_eq!(message["prev"], before, "nothing is lost in between");
        before = message["lsn"].clone();
        for (number, event) in (0..).zip(message["events"].as_array().unwrap()) {
            assert_eq!(event["id"], format!("evt_{}_{number}", message["lsn"]));
        }
    }
    assert_eq!(messages[3]["command"], "Promise");
    assert_eq!(messages[3]["by"], "anonymous");
    assert_eq!(messages[3]["time"], "2026-01-12T10:00:00.000Z");
    assert_eq!(messages[4]["events"][0]["subject"], format!("orders/{order}"));
    assert_eq!(messages[4]["events"][0]["data"]["status"], "Confirmed");
    let said = lines.concat();
    assert!(!said.contains("Hauptstr.") && !said.contains("51063"), "addresses are not told");
}

/// Where stock lies, and whether a facility takes orders, is told when it changes, and only then.
#[actix_web::test]
async fn moves_and_the_doors_of_facilities_are_told() {
    let server = TestServer::start().await;
    let store = server.facility("gouda").await;
    let lot = server.stock(&store, "tea", 9).await;
    let http = &server.http;
    let path = format!("/api/stocks/{lot}");
    for place in ["A-01", "A-01"] {
        let body = json!({ "value": 9, "locationRef": place }).to_string();
        http.put(&path, &body).await.expect(200);
    }
    let action = json!({ "action": { "name": "MOVE_TO_LOCATION", "fromStockId": lot,
        "toLocationRef": "B-02", "amount": 3 } });
    let moved = http.post("/api/stocks/actions", &action.to_string()).await.expect(200);
    let path = format!("/api/facilities/{store}");
    for (version, body) in [
        (1, json!({ "status": "SUSPENDED" })),
        (2, json!({ "name": "x" })),
        (3, json!({ "status": "ONLINE", "name": "y" })),
        (4, json!({ "status": "OFFLINE" })),
    ] {
        let mut body = body;
        (body["type"], body["version"]) = (json!("MANAGED_FACILITY"), json!(version));
        http.send(Method::PATCH, &path, &[], &body.to_string()).await.expect(200);
    }
    let lines = told(http, "from=2").await;
    let messages: Vec<Value> = lines.iter().map(|line| parsed(line)).collect();
    let told: Vec<Vec<&str>> = messages.iter().map(names).collect();
    let expected: [&[&str]; 6] = [
        &["stock.changed", "stock.moved"],
        &["stock.created", "stock.changed", "stock.moved"],
        &["location.changed", "location.suspended"],
        &["location.changed"],
        &["location.changed", "location.online"],
        &["location.changed", "location.offline"],
    ];
    assert_eq!(told, expected);
    let event = &messages[1]["events"][2];
    let arrived = text(&moved["result"]["toStock"], "id");
    assert_eq!(event["subject"], format!("stocks/{arrived}"));
    let data = json!({ "facilityRef": store, "tenantArticleId": "tea", "fromStockRef": lot,
        "quantity": 3 });
    assert_eq!(event["data"], data);
    assert_eq!(messages[0]["events"][1]["data"]["fromStockRef"], lot.as_str());
}

/// D12: from any place the same records come again, byte for byte, over a restart too.
#[actix_web::test]
async fn a_reader_goes_on_where_it_was() {
    let (mut server, _) = lively().await;
    let all = told(&server.http, "from=0").await;
    for (seen, line) in all.iter().enumerate() {
        let lsn = &parsed(line)["lsn"];
        assert_eq!(told(&server.http, &format!("from={lsn}")).await, all[seen + 1..]);
        let id = lsn.to_string();
        let headers = [LINES, ("last-event-id", id.as_str())];
        let path = "/feed?follow=false&from=0";
        let resumed = server.http.send(Method::GET, path, &headers, "").await;
        assert_eq!(resumed.body.lines().collect::<Vec<_>>(), all[seen + 1..]);
    }
    server.restart().await;
    assert_eq!(told(&server.http, "from=0").await, all);
    let events = server.http.get("/feed?follow=false").await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let data = events.body.lines().filter_map(|line| line.strip_prefix("data: "));
    assert_eq!(data.collect::<Vec<_>>(), all, "both forms say the same");
}

#[actix_web::test]
async fn a_reader_gets_what_it_asks_for() {
    let (server, order) = lively().await;
    let http = &server.http;
    let count = async |query: &str| {
        let lines = told(http, query).await;
        let records = lines.iter().filter(|line| line.contains("\"events\""));
        records.count()
    };
    assert_eq!(count("types=order.created,promise.expired").await, 3);
    assert_eq!(count(&format!("subject=orders/{order}")).await, 2);
    assert_eq!(count(&format!("subject=orders/{order}&types=order.confirmed")).await, 1);
    assert_eq!(count("limit=4").await, 4);
    assert_eq!(count("from_time=2026-01-12T18:00:00.000Z").await, 1);
    assert_eq!(count("from_time=2026-01-12T10:00:00Z").await, 7);
    assert_eq!(count("from_time=2027-01-01T00:00:00Z").await, 0);
    // What was passed over is said at the end, so that a reader need not pass it again.
    let lines = told(http, "types=location.created").await;
    assert_eq!(lines.last().map(String::as_str), Some(r#"{"lsn":7,"prev":1}"#));
}

#[actix_web::test]
async fn a_stream_tells_what_happens_and_ends_with_the_server() {
    let (mut server, _) = lively().await;
    let mut following = Following::open(&server.http, "from=7").await;
    server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
    let record = following.record().await;
    assert_eq!((&record["lsn"], names(&record)[0]), (&json!(8), "order.created"));
    let (id, event, data) = following.next().await.expect("quiet is told");
    assert_eq!((id.as_str(), event.as_str()), ("8", "position"));
    assert_eq!(data, json!({ "lsn": 8, "prev": 8 }));
    server.stop().await;
    while following.next().await.is_some() {}
}

#[actix_web::test]
async fn a_tenant_has_a_bounded_number_of_streams() {
    let server = TestServer::start().await;
    let mut open = Vec::new();
    for _ in 0..certus::limits::FEED_STREAMS_PER_TENANT_MAX {
        open.push(Following::open(&server.http, "").await);
    }
    let refused = server.http.get("/feed").await;
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.expect(429)["title"], "Over the caller's limit");
}

/// D11: a tenant is told its own records only.
#[actix_web::test]
async fn nobody_hears_of_others() {
    const TWO: &str = "[[credentials]]\ntenant = \"ours\"\nname = \"till\"\ntoken = \"the-token-of-ours1\"\n\
        [[credentials]]\ntenant = \"theirs\"\nname = \"till\"\ntoken = \"the-token-of-theirs\"\n";
    let mut server = TestServer::configured(TWO).await;
    let nobody = server.http.clone();
    assert_eq!(nobody.get("/feed").await.expect(401)["type"], "/problems/unauthorized");
    let theirs = nobody.bearing("the-token-of-theirs");
    server.http = nobody.bearing("the-token-of-ours1");
    server.facility("gouda").await;
    assert_eq!(told(&server.http, "").await.len(), 1);
    let heard = told(&theirs, "").await;
    assert_eq!(heard, [r#"{"lsn":1,"prev":0}"#], "only that there was something");
}

/// F4: nonsense is answered in the shape of what belongs to no door.
#[actix_web::test]
async fn what_makes_no_sense_is_a_problem() {
    let server = TestServer::start().await;
    for (query, pointer) in [
        ("from=x", "from"),
        ("from=-1", "from"),
        ("from=1&from=2", "from"),
        ("from=8", "from"),
        ("from_time=yesterday", "from_time"),
        ("from=0&from_time=2026-01-12T10:00:00Z", "from_time"),
        ("types=order.lost", "types"),
        ("subject=orders/1x", "subject"),
        ("subject=customers/1", "subject"),
        ("follow=perhaps", "follow"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("types=%zz", "types"),
    ] {
        let reply = server.http.get(&format!("/feed?{query}")).await;
        assert_problem(&reply, 400, query);
        let problem: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    let headers = [("last-event-id", "evt_1_0")];
    let reply = server.http.send(Method::GET, "/feed", &headers, "").await;
    assert_problem(&reply, 400, "last-event-id");
    let reply = server.http.send(Method::GET, "/feed", &[("accept", "text/html")], "").await;
    assert_problem(&reply, 406, "accept");
    assert_problem(&server.http.post("/feed", "{}").await, 405, "POST");
}

#[track_caller]
fn assert_problem(reply: &Reply, status: u16, told: &str) {
    assert_eq!(reply.status, status, "{told}: {}", reply.body);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{told}");
}
