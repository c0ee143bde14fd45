//! The same rules at every door: each POST that makes something, and twins of it.

use std::collections::BTreeSet;

use super::*;
use crate::support::Caller;

/// Door 2 wants a UUID.
const KEY: &str = "550e8400-e29b-41d4-a716-446655440000";

/// A POST that makes something, and what is told if its key comes with something else.
struct Making {
    path: &'static str,
    body: Value,
    /// Where another request differs.
    differs_at: &'static str,
    made: u16,
    reused: &'static str,
}

/// An order at door 1.
fn delivery() -> Value {
    json!({ "customer": { "name": "Jane", "shipping_address": "1 Main St",
            "email": "jane@example.com" }, "order": {},
        "order_items": [{ "client_sku": "tea", "quantity": 1, "price": 1 }] })
}

/// A report at door 4.
fn report(name: &str) -> Value {
    json!({ "external_id": name, "customer": { "email": "jan@example.nl", "fullname": "Jan" } })
}

/// One row for each POST that makes something.
fn makings(store: &str) -> Vec<Making> {
    let address = json!({ "companyName": "c", "street": "s", "city": "x", "postalCode": "1",
        "country": "DE" });
    let hooks = "https://shop.example.com/hooks";
    let hook = json!({ "name": "hook", "event": "ORDER_CREATED",
        "target": { "type": "WEBHOOK", "callbackUrl": hooks } });
    let webhook = json!({ "tenant": "default", "name": "erp", "url": hooks,
        "encoding": "standard", "events": ["ORDER_CREATED"] });
    let customers: Value =
        serde_json::from_str(include_str!("../orders/sample.json")).expect("it is JSON");
    let row =
        |path, body, differs_at, made, reused| Making { path, body, differs_at, made, reused };
    let (problem, summary) = ("/problems/idempotency-key-reused", "idempotency key reused");
    let of_door_4 =
        r#"{"success":false,"error":"the idempotency key was used for another request"}"#;
    let facility = json!({ "name": "edam", "address": address });
    let stock = json!({ "tenantArticleId": "tea", "value": 4, "facilityRef": store });
    vec![
        row("/deliveries", delivery(), "/customer/name", 200, r#""reason":"Invalid order.""#),
        row("/orders", customers, "/notes", 200, problem),
        row("/api/orders", promise("tea", 1), "/tenantOrderId", 201, summary),
        row(PROMISE, promise("tea", 1), "/tenantOrderId", 201, summary),
        row("/api/facilities", facility, "/name", 201, summary),
        row("/api/stocks", stock, "/tenantArticleId", 201, summary),
        row("/api/subscriptions", hook, "/name", 201, summary),
        row("/api/v2/orders", report("R7"), "/customer/fullname", 201, of_door_4),
        row("/admin/v1/webhooks", webhook, "/name", 201, problem),
    ]
}

impl Making {
    /// Whoever serves the path.
    fn at(&self, server: &TestServer) -> Caller {
        let is_operators = self.path.starts_with("/admin/");
        if is_operators { server.operators() } else { server.http.clone() }
    }

    async fn asks(&self, server: &TestServer, body: &Value) -> Reply {
        self.at(server).post_as(KEY, self.path, &body.to_string()).await
    }

    /// The request comes again, and then another under its key: neither does anything.
    async fn comes_again(&self, server: &TestServer, first: &Reply) {
        is_replay(&self.asks(server, &self.body).await, first);
        let mut other = self.body.clone();
        let member = other.pointer_mut(self.differs_at);
        *member.unwrap_or_else(|| panic!("{} has no {}", self.path, self.differs_at)) = "x".into();
        let refused = self.asks(server, &other).await;
        assert_eq!(refused.status, 422, "{}: {}", self.path, refused.body);
        assert!(refused.body.contains(self.reused), "{}: {}", self.path, refused.body);
        assert!(refused.headers.get("idempotency-replayed").is_none());
    }
}

/// The newest record, as whoever looks is told.
async fn newest(server: &TestServer) -> u64 {
    server.http.get("/api/orders").await.lsn()
}

/// K1, K2, K5: what makes something makes it once under its key, over a restart too; another
/// request under the key is refused in the door's shape. One key serves all of them (K4).
#[actix_web::test]
async fn every_door_makes_a_thing_once_under_its_key() {
    let mut server = TestServer::start().await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 9).await;
    let makings = makings(&store);
    let mut made = Vec::new();
    for making in &makings {
        let first = making.asks(&server, &making.body).await;
        assert_eq!(first.status, making.made, "{}: {}", making.path, first.body);
        made.push(first);
    }
    let last = newest(&server).await;
    for _ in 0..2 {
        for (making, first) in makings.iter().zip(&made) {
            making.comes_again(&server, first).await;
        }
        assert_eq!(newest(&server).await, last, "a replay or a refusal wrote a record");
        server.restart().await;
    }
}

/// The table has every POST that takes a key and names no thing in its path.
#[test]
fn every_post_that_takes_a_key_is_in_the_table() {
    // These change what is there.
    let changes = [
        "/api/stocks/actions",
        "/deliveries/set_desired_delivery_window",
        "/delivery_items/pick",
        "/picklist/next",
        "/router/deliveries/add",
    ];
    let makings = makings("");
    let known: BTreeSet<&str> = makings.iter().map(|it| it.path).chain(changes).collect();
    let documents = [certus::http::of_doors(), certus::http::of_operators()]
        .map(|it| serde_json::from_slice::<Value>(it).expect("the document is JSON"));
    let paths = documents.iter().filter_map(|it| it["paths"].as_object()).flatten();
    let takes_key = |methods: &Value| methods["post"]["parameters"].to_string().contains("Key");
    let taking = paths.filter(|(path, methods)| !path.contains('{') && takes_key(methods));
    let taking: BTreeSet<&str> = taking.map(|(path, _)| path.as_str()).collect();
    assert_eq!(taking, known, "what is missing on the right belongs into makings()");
}

/// K3: twins that come at once are done once; whoever is told to wait finds the reply later. Door 2
/// has a test of its own.
#[actix_web::test]
async fn twins_that_come_at_once_are_done_once() {
    const ROUNDS: usize = 15;
    let server = shop().await;
    let promised = |_: usize| promise("tea", 1);
    let delivered = |_: usize| delivery();
    let reported = |round: usize| report(&format!("T{round}"));
    type Body<'a> = &'a dyn Fn(usize) -> Value;
    let doors: [(&str, Body<'_>, u16, &str); 3] = [
        (PROMISE, &promised, 201, "request still running"),
        ("/deliveries", &delivered, 200, r#""reason":"Request in progress.""#),
        ("/api/v2/orders", &reported, 201, "the first request with this key is not done yet"),
    ];
    for (path, body, done, wait) in doors {
        for round in 0..ROUNDS {
            let (key, body) = (format!("twin-{round}"), body(round).to_string());
            let twins = (0..4).map(|_| server.http.post_as(&key, path, &body));
            let mut made = 0;
            for reply in futures_util::future::join_all(twins).await {
                if reply.status == 409 {
                    assert_eq!(reply.header("retry-after"), "1");
                    assert!(reply.body.contains(wait), "{path}: {}", reply.body);
                    continue;
                }
                assert_eq!(reply.status, done, "{path}: {}", reply.body);
                made += usize::from(reply.headers.get("idempotency-replayed").is_none());
            }
            assert_eq!(made, 1, "{path}");
            let settled = server.http.post_as(&key, path, &body).await;
            assert_eq!((settled.status, settled.header("idempotency-replayed")), (done, "true"));
        }
    }
    let all = server.http.get("/api/v2/orders").await.expect(200);
    assert_eq!(all["meta"]["count"], 3 * ROUNDS);
}
