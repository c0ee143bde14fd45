//! Nonsense from outside: each row is answered in its door's shape, names the field, and changes
//! nothing (F4, P7).

mod heads;
mod mutated;
mod rows;

use hyper::Method;
use serde_json::{Value, json};
use workflow::time::Millis;

use crate::support::{BEGIN, Caller, Reply, TestServer, promise, text};

const PROMISE: &str = "/api/promises/deliverypromise";

/// A request and what is said of it: a status, and a part of what is complained about.
#[derive(Clone)]
struct Row {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    status: u16,
    says: &'static str,
}

impl Row {
    fn of(method: Method, path: impl Into<String>, body: impl Into<String>) -> Row {
        let (path, body) = (path.into(), body.into());
        Row { method, path, headers: Vec::new(), body, status: 400, says: "" }
    }

    fn post(path: impl Into<String>, body: impl Into<String>) -> Row {
        Row::of(Method::POST, path, body)
    }

    fn put(path: impl Into<String>, body: impl Into<String>) -> Row {
        Row::of(Method::PUT, path, body)
    }

    fn get(path: impl Into<String>) -> Row {
        Row::of(Method::GET, path, "")
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Row {
        self.headers.push((name, value.into()));
        self
    }

    fn is(mut self, status: u16, says: &'static str) -> Row {
        (self.status, self.says) = (status, says);
        self
    }

    async fn send(&self, http: &Caller) -> Reply {
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        http.send(self.method.clone(), &self.path, &headers, &self.body).await
    }

    /// The row as a failure tells it, without what is very long.
    fn told(&self) -> String {
        let short = |text: &str| text.chars().take(160).collect::<String>();
        format!("{} {} {:?} {}", self.method, short(&self.path), self.says, short(&self.body))
    }
}

/// A shop to be misused: a store, two lots, a promise that is open and one that has expired.
struct Shop {
    server: TestServer,
    store: String,
    stock: String,
    open: String,
    expired: String,
    replaceable: Value,
}

impl Shop {
    async fn open() -> Shop {
        let server = TestServer::start().await;
        let store = server.facility("gouda").await;
        let stock = server.stock(&store, "tea", 9).await;
        server.stock(&store, "jam", 3).await;
        let mut short = promise("tea", 1);
        short["promisesOptions"] =
            json!({ "validUntil": (BEGIN + Millis::minutes(1)).to_string() });
        let made = async |body: Value| {
            let made = server.http.post(PROMISE, &body.to_string()).await.expect(201);
            text(&made, "orderRef")
        };
        let expired = made(short).await;
        let open = made(promise("tea", 2)).await;
        server.advance(Millis::minutes(1)).await;
        let path = format!("/api/facilities/{store}");
        let replaceable = server.http.get(&path).await.expect(200);
        Shop { server, store, stock, open, expired, replaceable }
    }

    /// What must not change: the position, the stock, the orders, what they hold.
    async fn state(&self) -> (u64, Vec<String>) {
        let http = &self.server.http;
        let summaries = http.get("/api/stocks/summaries").await;
        let lsn = summaries.lsn();
        let mut bodies = vec![summaries.body];
        for path in ["/api/orders", "/api/reservations", "/api/facilities", "/api/stocks"] {
            bodies.push(http.get(path).await.body);
        }
        bodies.push(http.get("/api/configurations/promises").await.body);
        (lsn, bodies)
    }

    /// Sends every row, and looks after each whether anything has changed.
    async fn refuses(&self, rows: Vec<Row>) {
        let before = self.state().await;
        for row in rows {
            let told = row.told();
            let reply = row.send(&self.server.http).await;
            assert_eq!(reply.status, row.status, "{told}: {}", reply.body);
            let complaint = reply.complaint();
            assert!(complaint.contains(row.says), "{told}: {complaint}");
            assert_eq!(reply.header("content-type"), "application/json", "{told}");
            assert!(!reply.header("x-correlation-id").is_empty(), "{told}");
            assert_eq!(self.state().await, before, "{told} has changed something");
        }
    }
}

/// P7: the check above sees a change when there is one, or all that follows would prove nothing.
#[actix_web::test]
async fn a_change_is_seen() {
    let shop = Shop::open().await;
    let before = shop.state().await;
    shop.server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
    assert_ne!(shop.state().await, before);
}
