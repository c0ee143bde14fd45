//! Damage in the middle of the journal, and an operator who goes on: nothing is lost that was not
//! named, and nothing is thrown away.

use std::path::{Path, PathBuf};

use super::directory::{frames, segment, verify};
use super::*;

/// A facility and its stock come first.
const FIRST_ORDER: usize = 3;
const ORDERS: usize = 20;
const STOCK: u64 = 1_000;
/// The record that is damaged, one of an order.
const DAMAGED: usize = 12;

/// A directory that nobody serves, with a wrong bit in the middle of its journal.
struct Damaged {
    server: TestServer,
    file: PathBuf,
    bad: Vec<u8>,
    /// In the order of their records.
    orders: Vec<String>,
}

impl Damaged {
    async fn new() -> Damaged {
        let server = TestServer::start().await;
        let store = server.facility("gouda").await;
        server.stock(&store, "tea", STOCK as u32).await;
        let mut orders = Vec::new();
        for _ in 0..ORDERS {
            let made = server.http.post(PROMISE, &promise("tea", 1).to_string()).await;
            orders.push(text(&made.expect(201), "orderRef"));
        }
        Damaged { orders, ..Damaged::at(server, DAMAGED).await }
    }

    /// What this server leaves, with a wrong bit in one of its records.
    async fn at(mut server: TestServer, record: usize) -> Damaged {
        server.stop().await;
        let file = segment(&server.data());
        let mut bad = std::fs::read(&file).expect("it is readable");
        let at = frames(&bad)[record - 1];
        bad[at + 60] ^= 0x10;
        std::fs::write(&file, &bad).expect("there is room");
        Damaged { server, file, bad, orders: Vec::new() }
    }

    fn shard(&self) -> PathBuf {
        self.server.data().join("shard-0")
    }

    /// What `certus repair` says, and its exit code.
    fn repair(&self, more: &[&str]) -> (Option<i32>, String) {
        let shard = self.shard();
        let ended = run(&[&["repair", shard.to_str().expect("it is text")], more].concat());
        let said = [ended.stdout, ended.stderr].concat();
        (ended.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn is_untouched(&self) -> bool {
        std::fs::read(&self.file).expect("it is readable") == self.bad
    }

    /// The damaged file, where it was put.
    fn aside(&self) -> Vec<u8> {
        let name = self.file.file_name().expect("it is a file");
        let aside = self.shard().join("journal/aside-1").join(name);
        std::fs::read(aside).expect("it is kept")
    }

    /// How many pieces must be left when so many orders are there.
    async fn must_have(&self, orders: &[String]) {
        let http = &self.server.http;
        assert_eq!(http.get("/api/orders").await.expect(200)["total"], orders.len());
        for order in orders {
            http.get(&format!("/api/orders/{order}")).await.expect(200);
        }
        assert_eq!(self.server.available("tea").await, STOCK - orders.len() as u64);
    }
}

fn remove_snapshot(shard: &Path) {
    std::fs::remove_dir_all(shard.join("snapshot")).expect("there is a snapshot");
}

/// Without a flag it tells: what is damaged, each record behind it with its order, and the ways on.
#[actix_web::test]
async fn a_repair_says_what_it_would_cost_and_changes_nothing() {
    let damaged = Damaged::new().await;
    let (code, said) = damaged.repair(&[]);
    assert_eq!(code, Some(1), "{said}");
    let last = FIRST_ORDER + ORDERS - 1;
    for part in [
        format!("{} is damaged at byte ", damaged.file.display()),
        format!("before it  1 to {}, all whole", DAMAGED - 1),
        format!("unreadable {DAMAGED}\n"),
        format!("snapshot   whole, at 1:{last}: it has passed the damage"),
        format!("--forget-through {last}\n"),
        format!("--lose-from {DAMAGED}\n"),
        format!("{} records are LOST", last - DAMAGED + 1),
    ] {
        assert!(said.contains(&part), "{part} is missing in {said}");
    }
    for lsn in DAMAGED + 1..=last {
        let order = &damaged.orders[lsn - FIRST_ORDER];
        let line = said.lines().find(|line| line.starts_with(&format!("behind     1:{lsn} ")));
        assert!(line.is_some_and(|line| line.contains(&format!("order {order}"))), "{lsn}: {said}");
    }
    assert!(!said.contains("Hauptstr"), "no customer is named: {said}");

    let before = (DAMAGED - 1).to_string();
    let data = damaged.server.data();
    for wrong in
        [["--lose-from", before.as_str()], ["--lose-from", "1"], ["--forget-through", "12"]]
    {
        let (code, said) = damaged.repair(&wrong);
        assert_eq!(code, Some(1), "{wrong:?}: {said}");
        assert!(said.contains("nothing was changed"), "{wrong:?}: {said}");
    }
    let whole = run(&["repair", data.to_str().expect("it is text")]);
    assert_eq!(whole.status.code(), Some(1), "it is one shard that is repaired");
    assert!(damaged.is_untouched());
    assert_eq!(verify(&data).0, Some(1), "it still refuses");
}

/// D2, D7, D15: the state is that of the records before the damage; what is told from then on is of
/// another history, and the damaged file is there as it was.
#[actix_web::test]
async fn what_an_operator_gives_up_is_all_that_is_lost() {
    for has_snapshot in [true, false] {
        let mut damaged = Damaged::new().await;
        if !has_snapshot {
            remove_snapshot(&damaged.shard());
            let (_, said) = damaged.repair(&[]);
            assert!(said.contains("--lose-from") && !said.contains("--forget"), "{said}");
        }
        let (code, said) = damaged.repair(&["--lose-from", &DAMAGED.to_string()]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("{} read from the first one", DAMAGED - 1)), "{said}");
        assert!(damaged.aside() == damaged.bad, "the evidence is kept");

        damaged.server.begin().await;
        let (kept, lost) = damaged.orders.split_at(DAMAGED - FIRST_ORDER);
        damaged.must_have(kept).await;
        for order in lost {
            assert_eq!(damaged.server.http.get(&format!("/api/orders/{order}")).await.status, 404);
        }
        let made = damaged.server.http.post(PROMISE, &promise("tea", 1).to_string()).await;
        assert_eq!(made.header("certus-lsn"), format!("2:{DAMAGED}"), "D15");
        made.expect(201);
        damaged.server.restart().await;
        assert_eq!(damaged.server.available("tea").await, STOCK - kept.len() as u64 - 1);
        damaged.server.stop().await;
        let (code, said) = verify(&damaged.server.data());
        assert!(code == Some(0) && said.contains("agrees with the journal"), "{said}");
        let (code, said) = damaged.repair(&[]);
        assert!(code == Some(0) && said.contains("not damaged"), "{said}");
    }
}

/// Section 13, "Credentials": going back does not make a key good again that was revoked since.
#[actix_web::test]
async fn a_key_that_was_revoked_stays_so_when_later_records_are_lost() {
    let server = TestServer::start().await;
    let operators = server.operators();
    let mut keys = Vec::new();
    for name in ["till", "stolen"] {
        let wanted = json!({ "tenant": "default", "name": name }).to_string();
        keys.push(operators.post("/admin/v1/keys", &wanted).await.expect(201));
    }
    server.facility("gouda").await;
    let lost = server.facility("delft").await;
    operators.delete(&format!("/admin/v1/keys/{}", text(&keys[1], "id"))).await.expect(200);
    let mut damaged = Damaged::at(server, 3).await;
    let (_, said) = damaged.repair(&[]);
    assert!(said.contains("2 records are LOST") && said.contains("API keys goes on"), "{said}");
    let (code, said) = damaged.repair(&["--lose-from", "3"]);
    assert!(code == Some(0) && said.contains("3 read from the first one, up to 2:3"), "{said}");

    damaged.server.begin().await;
    let facility = format!("/api/facilities/{lost}");
    let statuses = async |key: &serde_json::Value| {
        let bearer = format!("Bearer {}", text(key, "key"));
        let head = [("authorization", bearer.as_str())];
        damaged.server.http.send(Method::GET, &facility, &head, "").await.status
    };
    assert_eq!((statuses(&keys[0]).await, statuses(&keys[1]).await), (404, 401));
}

/// D1, D5: what a snapshot has passed is not lost by damage in the journal.
#[actix_web::test]
async fn a_snapshot_past_the_damage_loses_nothing() {
    let mut damaged = Damaged::new().await;
    let last = (FIRST_ORDER + ORDERS - 1).to_string();
    let (code, said) = damaged.repair(&["--forget-through", &last]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the records before it are gone"), "{said}");
    assert!(damaged.aside() == damaged.bad, "the evidence is kept");

    damaged.server.begin().await;
    damaged.must_have(&damaged.orders).await;
    let made = damaged.server.http.post(PROMISE, &promise("tea", 1).to_string()).await;
    assert_eq!(made.header("certus-lsn"), format!("1:{}", FIRST_ORDER + ORDERS));
    damaged.orders.push(text(&made.expect(201), "orderRef"));
    damaged.server.restart().await;
    damaged.must_have(&damaged.orders).await;
    damaged.server.stop().await;

    // From now on the snapshot is the only copy of what was before it.
    remove_snapshot(&damaged.shard());
    let data = damaged.server.data();
    let data = data.to_str().expect("it is text");
    let refused =
        run(&["serve", "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
}

/// D12: a reader who asks for what is not kept any more is told so, and what the oldest is that is
/// kept; an instant before that might have had records, too.
#[actix_web::test]
async fn the_feed_says_what_is_gone() {
    let mut damaged = Damaged::new().await;
    let last = FIRST_ORDER + ORDERS - 1;
    let (code, said) = damaged.repair(&["--forget-through", &last.to_string()]);
    assert_eq!(code, Some(0), "{said}");
    damaged.server.begin().await;
    let (server, oldest) = (&damaged.server, last + 1);
    server.advance(Millis::minutes(1)).await;
    for _ in 0..2 {
        server.http.post(PROMISE, &promise("tea", 1).to_string()).await.expect(201);
        server.advance(Millis::minutes(1)).await;
    }
    let feed = async |query: &str| server.http.get(&format!("/feed?follow=false&{query}")).await;
    for query in [
        "from=0".to_owned(),
        format!("from={}", last - 1),
        "from_time=2020-01-01T00:00:00Z".to_owned(),
        "from_time=2026-01-12T10:00:30Z".to_owned(),
        "from_time=2026-01-12T10:01:00Z".to_owned(), // that of the oldest
    ] {
        let gone = feed(&query).await.expect(410);
        assert_eq!((&gone["type"], &gone["oldest"]), (&json!("/problems/gone"), &json!(oldest)));
    }
    for (query, records) in [
        (format!("from={last}"), 2),
        ("from_time=2026-01-12T10:01:30Z".to_owned(), 1),
        ("from_time=2026-01-12T10:02:00Z".to_owned(), 1),
        ("from_time=2026-01-12T10:02:01Z".to_owned(), 0),
    ] {
        let told = feed(&query).await;
        assert_eq!(told.status, 200, "{query}: {}", told.body);
        assert_eq!(told.body.matches("event: record").count(), records, "{query}: {}", told.body);
    }
}
