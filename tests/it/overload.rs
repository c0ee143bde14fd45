//! More than the server can do at once: who is not let in is told so, and nothing is half done.

use actix_web::rt::spawn;
use certus::admission::Lane;
use futures_util::future::{join, join_all, select_all};
use serde_json::{Value, json};

use workflow::id::TenantId;

use crate::support::{Reply, TestServer, promise, text};

const PROMISE: &str = "/api/promises/deliverypromise";

async fn shop(settings: &str) -> TestServer {
    let server = TestServer::configured(settings).await;
    let store = server.facility("gouda").await;
    server.stock(&store, "tea", 1_000).await;
    server
}

fn default_tenant() -> TenantId {
    TenantId::parse("default").expect("a name")
}

#[track_caller]
fn is_shed(reply: &Reply) {
    assert_eq!(reply.status, 503, "{}", reply.body);
    assert!(["1", "2", "3"].contains(&reply.header("retry-after")), "{reply:?}");
    assert!(reply.complaint().starts_with("overloaded"), "{}", reply.body);
}

/// F7, K6: without a permit nothing is done, the key stays free, and other lanes go on.
#[actix_web::test]
async fn a_shed_request_is_certainly_not_done() {
    let server = shop("start_permits = 1\n").await;
    let body = promise("tea", 2).to_string();
    let first = server.http.post(PROMISE, &body).await;
    let (lsn, order) = (first.lsn(), text(&first.expect(201), "orderRef"));

    let permit = server
        .server()
        .app()
        .admission
        .enter(Lane::Start, &default_tenant())
        .expect("nobody is inside");
    for path in [PROMISE, "/api/orders"] {
        let shed = server.http.post_as("k", path, &body).await;
        assert_eq!(shed.lsn(), lsn, "it wrote a record");
        is_shed(&shed);
    }
    assert_eq!(server.available("tea").await, 998);
    let status = server.http.get("/api/status").await.expect(200);
    assert_eq!(status["status"], "DEGRADED");
    let metrics = server.operators().get("/metrics").await.body;
    assert!(metrics.contains("certus_requests_shed_total{lane=\"start\"} 2"), "{metrics}");

    let confirm = r#"{"name":"CONFIRM_PROMISE","version":1}"#;
    let act = format!("/api/orders/{order}/actions");
    assert_eq!(server.http.post(&act, confirm).await.expect(200)["status"], "OPEN");
    drop(permit);
    let made = server.http.post_as("k", PROMISE, &body).await;
    assert!(made.headers.get("idempotency-replayed").is_none());
    made.expect(201);
    assert_eq!(server.http.get("/api/status").await.expect(200)["status"], "UP");
}

/// F1: a tenant that has all that one may have is shed, and another is served.
#[actix_web::test]
async fn a_tenant_that_takes_all_it_may_starves_no_other() {
    let server = TestServer::configured("auth = \"on\"\nstart_permits = 8\n").await;
    let mut callers = Vec::new();
    for name in ["shop", "mall"] {
        let body = json!({ "tenant": name, "name": "till" }).to_string();
        let key = server.operators().post("/admin/v1/keys", &body).await.expect(201);
        callers.push(server.http.bearing(&text(&key, "key")));
    }
    let (shop, mall) = (&callers[0], &callers[1]);
    let admission = &server.server().app().admission;
    let tenant = TenantId::parse("shop").expect("a name");
    let all: Vec<_> =
        std::iter::from_fn(|| admission.enter(Lane::Start, &tenant).ok()).take(100).collect();
    assert_eq!(all.len(), 6, "three quarters of eight");

    let body = promise("tea", 1).to_string();
    is_shed(&shop.post(PROMISE, &body).await);
    mall.post(PROMISE, &body).await.expect(201);
    shop.get("/api/orders").await.expect(200); // another lane
    drop(all);
    shop.post(PROMISE, &body).await.expect(201);
}

/// A request that asks its shard several times is one request: a single permit is enough.
#[actix_web::test]
async fn one_permit_is_enough_for_whoever_asks_twice() {
    let server = shop("start_permits = 1\nfinish_permits = 1\noperate_permits = 1\n").await;
    server.http.post("/api/orders", &promise("tea", 2).to_string()).await.expect(201);
    let listed = server.http.get("/orders?status=CONFIRMED").await.expect(200);
    assert_eq!(listed["data"]["total"], 1);
    let cancel = r#"{"name":"CANCEL","version":1}"#;
    server.http.post("/api/orders/1/actions", cancel).await.expect(200);
    let metrics = server.operators().get("/metrics").await.body;
    for lane in ["start", "finish", "operate"] {
        assert!(
            metrics.contains(&format!("certus_permits_used{{lane=\"{lane}\"}} 0")),
            "{metrics}"
        );
    }
}

/// F7: however many come at once, each is held or turned away, and the stock says the same.
#[actix_web::test]
async fn each_of_many_at_once_is_held_or_turned_away() {
    let server = shop("start_permits = 1\n").await;
    let body = promise("tea", 1).to_string();
    let (mut held, mut shed) = (0, 0);
    for _ in 0..100 {
        let replies = join_all((0..32).map(|_| server.http.post(PROMISE, &body))).await;
        for reply in replies {
            match reply.status {
                201 => held += 1,
                _ => {
                    is_shed(&reply);
                    shed += 1;
                }
            }
        }
        assert_eq!(server.available("tea").await, 1_000 - held);
        if shed > 0 && held > 32 {
            break;
        }
    }
    assert!(shed > 0, "{held} requests were taken by one permit and none was turned away");
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], held);
    let inside = server.server().app().admission.figures().map(|lane| lane.used);
    assert_eq!(inside, [0, 0, 0], "F7: a permit outlived its reply");
}

/// F2, D3: an answer that does not come in time is 504, and says nothing about what happened; the
/// same key does.
#[actix_web::test]
async fn a_timeout_is_not_a_no_and_the_key_settles_it() {
    let mut server = shop("").await;
    server.restart_with("answer_timeout_ms = 1\n").await;
    let body = promise("tea", 1).to_string();
    let mut unknown = None;
    let mut asked = 0;
    while unknown.is_none() && asked < 5_000 {
        let key = format!("k{asked}");
        asked += 1;
        let reply = server.http.post_as(&key, PROMISE, &body).await;
        match reply.status {
            201 => {}
            _ => {
                assert_eq!(reply.refused(504), "outcome unknown");
                unknown = Some(key);
            }
        }
    }
    let Some(key) = unknown else { panic!("{asked} answers came within a millisecond") };
    server.restart_with("").await;
    server.http.post_as(&key, PROMISE, &body).await.expect(201);
    let again = server.http.post_as(&key, PROMISE, &body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], asked);
    assert_eq!(server.available("tea").await, 1_000 - asked);
}

/// F2, D1: who is inside when the doors close is answered; who is outside is told or not let in;
/// and what was answered is there after the start.
#[actix_web::test]
async fn who_is_inside_when_the_doors_close_is_answered() {
    let mut server = shop("").await;
    let sent = |count: u32| {
        let http = server.http.clone();
        let key = format!("k{count}");
        let mut body = promise("tea", 1);
        body["tenantOrderId"] = json!(key);
        spawn(async move {
            let headers = [("idempotency-key", key.as_str())];
            let body = body.to_string();
            let reply = http.try_send(hyper::Method::POST, PROMISE, &headers, &body).await;
            (key, body, reply)
        })
    };
    let (first, _, rest) = select_all((0..64).map(sent)).await;
    let (mut replies, ()) = join(join_all(rest), server.stop()).await;
    replies.push(first);
    server.begin().await;
    let (mut held, mut others) = (0_u64, Vec::new());
    for reply in replies {
        let (key, body, reply) = reply.expect("a client does not panic");
        match reply {
            Some(reply) if reply.status == 201 => {
                let first: Value = reply.expect(201);
                let again = server.http.post_as(&key, PROMISE, &body).await;
                assert_eq!(again.header("idempotency-replayed"), "true");
                assert_eq!(again.expect(201), first, "D1: {key}");
                held += 1;
            }
            Some(reply) => {
                assert_eq!(reply.header("retry-after"), "2");
                assert_eq!(reply.refused(503), "not in service");
                others.push((key, body));
            }
            None => others.push((key, body)),
        }
    }
    println!("{held} answered, {} turned away or cut off", others.len());
    assert!(held > 0, "the doors were closed before anybody was inside");
    for (key, body) in &others {
        server.http.post_as(key, PROMISE, body).await.expect(201);
    }
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], 64);
    assert_eq!(server.available("tea").await, 1_000 - 64);
}

/// A caller that holds everything meets its own limit, and others do not (429).
#[actix_web::test]
async fn a_caller_has_a_bounded_number_of_open_promises() {
    let server = shop("open_promises_max = 2\n").await;
    let body = promise("tea", 1).to_string();
    let first = server.http.post(PROMISE, &body).await.expect(201);
    server.http.post(PROMISE, &body).await.expect(201);
    let refused = server.http.post(PROMISE, &body).await;
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(refused.refused(429), "too many open promises");
    assert_eq!(server.available("tea").await, 998);
    let act = format!("/api/orders/{}/actions", text(&first, "orderRef"));
    let confirm = r#"{"name":"CONFIRM_PROMISE","version":1}"#;
    server.http.post(&act, confirm).await.expect(200);
    server.http.post(PROMISE, &body).await.expect(201);
}

/// F7, D3: a client that hangs up takes nothing back: its request is done once, and its permit is
/// free when that is answered.
#[actix_web::test]
async fn a_client_that_hangs_up_is_served_once() {
    use tokio::io::AsyncWriteExt;
    let server = shop("").await;
    let body = promise("tea", 1).to_string();
    for round in 0..20 {
        let mut wire =
            tokio::net::TcpStream::connect(server.http.address()).await.expect("it listens");
        let length = body.len();
        let request = format!(
            "POST {PROMISE} HTTP/1.1\r\nhost: certus\r\nidempotency-key: k{round}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        wire.write_all(request.as_bytes()).await.expect("it is open");
        drop(wire);
        let key = format!("k{round}");
        let mut reply = server.http.post_as(&key, PROMISE, &body).await;
        while reply.status == 409 {
            assert_eq!(reply.header("retry-after"), "1", "its twin is on its way");
            reply = server.http.post_as(&key, PROMISE, &body).await;
        }
        reply.expect(201);
    }
    assert_eq!(server.http.get("/api/orders").await.expect(200)["total"], 20);
    assert_eq!(server.available("tea").await, 980);
    let inside = server.server().app().admission.figures().map(|lane| lane.used);
    assert_eq!(inside, [0, 0, 0], "F7: a permit outlived its reply");
}
