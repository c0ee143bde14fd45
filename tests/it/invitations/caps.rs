//! Caps of mails: what counts is in the journal, so a restart changes nothing.

use super::*;
use crate::support::{Sink, run};

/// Two days' worth of one product, and none of its siblings.
const CAPS: &str = "[invitations]\nmails_per_product_max = 1\nmails_per_product_days = 2\n";

/// A report about one product, for somebody.
fn about(id: &str, product: &str, email: &str) -> Value {
    let mut body = asking(id, ("days", 0), None);
    body["products"][0]["external_id"] = product.into();
    body["customer"]["email"] = email.into();
    body
}

async fn times(server: &TestServer, number: u64) -> (Value, Value) {
    let seen = server.http.get(&format!("{INVITATIONS}/{number}")).await.expect(200);
    (seen["invitation"]["is_sent"].clone(), seen["invitation"]["send_at"].clone())
}

/// Its id counts, not its sku, and whoever gets the mail.
#[actix_web::test]
async fn a_cap_per_product_outlives_a_restart() {
    let mut sink = Sink::start(&[]);
    let mut server = TestServer::configured(&format!("{CAPS}{}", sink.settings())).await;
    report(&server, &about("o1", "tea", "ann@example.com")).await.expect(201);
    assert_eq!(sink.next().await.to, "ann@example.com");
    server.restart().await;

    server.advance(Millis::hours(1)).await;
    report(&server, &about("o2", "tea", "bob@example.com")).await.expect(201);
    report(&server, &about("o3", "jam", "cem@example.com")).await.expect(201);
    assert_eq!(sink.next().await.to, "cem@example.com");
    server.restart().await;
    assert_eq!(times(&server, 2).await, (json!(false), json!("2026-01-14T10:00:00Z")));
    assert_eq!(times(&server, 3).await.0, true);

    server.advance(Millis(47 * 3_600_000 - 1)).await;
    assert_eq!(server.server().shards().all()[0].mails_due(9).await, [], "never early");
    server.advance(Millis(1)).await;
    assert_eq!(sink.next().await.to, "bob@example.com");
    server.stop().await;
    assert!(sink.is_empty());
    let verified = run(&["verify", server.data().to_str().expect("it is text")]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("agrees with the journal") && said.contains("all hold"), "{said}");
}

/// Without a cap everything goes; a cap that is set later counts what went before it.
#[actix_web::test]
async fn a_cap_counts_what_went_before_it_was_set() {
    let mut sink = Sink::start(&[]);
    let mut server = TestServer::configured(&sink.settings()).await;
    for number in 1..=3 {
        report(&server, &about(&format!("o{number}"), "tea", "ann@example.com")).await.expect(201);
        sink.next().await;
    }
    server.restart_with(&format!("{CAPS}{}", sink.settings())).await;
    report(&server, &about("o4", "tea", "bob@example.com")).await.expect(201);
    server.restart().await;
    assert_eq!(times(&server, 4).await, (json!(false), json!("2026-01-14T10:00:00Z")));
    assert!(sink.is_empty());
}
