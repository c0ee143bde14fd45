//! The real program under load, killed without a word, started again: what was answered is there,
//! what was not is settled by its key, and nothing is sold twice.
//!
//! When it is killed is counted in answers, drawn from a seed: no clock decides anything here.

mod customer;
mod ledger;
mod power;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use actix_web::rt::task::JoinHandle;
use actors::Random;
use serde_json::json;
use workflow::time::Time;

use crate::support::{Caller, Program, between, kills, run, seed, text};
use customer::shop;
use ledger::{Ledger, Seen};

const ARTICLES: u64 = 8;
const PIECES: u64 = 40;
const CUSTOMERS: u64 = 8;

/// D1, D2, D3, K1, S1, S2, S4: see the checks, each after every kill.
#[actix_web::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let (kills, seed) = (kills(), seed());
    let mut random = Random::seeded(seed);
    let dir = tempfile::tempdir().expect("there is room");
    let data = dir.path().join("data");
    let ledger = Rc::new(RefCell::new(Ledger::default()));

    let mut program = serve(&data).await;
    furnish(&program.http).await;
    for kill in 0..kills {
        let customers = send_customers(&program.http, &ledger, &mut random, kill).await;
        program.kill();
        for customer in customers {
            customer.await.expect("a customer does not panic");
        }
        program = serve(&data).await;
        check(&program.http, &ledger).await;
    }

    assert_eq!(program.terminate().code(), Some(0));
    let verified = run(&["verify", data.to_str().expect("it is text")]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    let ledger = ledger.borrow();
    println!("{ledger}");
    // Too few would prove nothing.
    assert!(ledger.answered >= 20 * kills, "only {} answers", ledger.answered);
    assert!(ledger.unanswered > 0, "no kill met a request on its way");
    assert!(ledger.orders.len() as u64 >= kills, "only {} promises", ledger.orders.len());
}

/// Lets customers shop, and returns when a number of them that is drawn has been answered; they go
/// on until the server is gone.
async fn send_customers(
    http: &Caller,
    ledger: &Rc<RefCell<Ledger>>,
    random: &mut Random,
    round: u64,
) -> Vec<JoinHandle<()>> {
    let answers = between(random, 5, 400);
    let enough = ledger.borrow_mut().wait_for(answers);
    let customers = (0..CUSTOMERS).map(|who| {
        let chance = Random::seeded(random.draw(Time::default()));
        actix_web::rt::spawn(shop(http.clone(), ledger.clone(), chance, (round, who)))
    });
    let customers = customers.collect();
    enough.notified().await;
    customers
}

async fn serve(data: &Path) -> Program {
    Program::serve(data, &["--promise-on-shortage", "reject", "--workers", "2"]).await
}

async fn furnish(http: &Caller) {
    let store = json!({ "name": "gouda", "tenantFacilityId": "gouda", "address": {
        "companyName": "c", "street": "s", "city": "x", "postalCode": "1", "country": "DE" } });
    let store = http.post("/api/facilities", &store.to_string()).await.expect(201);
    let store = text(&store, "id");
    for article in 0..ARTICLES {
        let stock = json!({ "tenantArticleId": name_of(article), "value": PIECES,
            "facilityRef": store });
        http.post("/api/stocks", &stock.to_string()).await.expect(201);
    }
}

fn name_of(article: u64) -> String {
    format!("tea-{article}")
}

/// All that must hold after a start.
async fn check(http: &Caller, ledger: &RefCell<Ledger>) {
    let first = http.get("/readyz").await;
    assert!(
        first.lsn() >= ledger.borrow().lsn,
        "D2: {} after {}",
        first.lsn(),
        ledger.borrow().lsn
    );
    let seen = Seen::orders(http).await;
    ledger.borrow().must_have_survived(&seen);

    // What nobody answered is asked again, and is done once (D3, K1).
    let unanswered = ledger.borrow_mut().take_unanswered();
    for (key, asked) in unanswered {
        let reply = http.post_as(&key, &asked.path, &asked.body).await;
        let was_done = seen.has_done(&key, &asked);
        let is_replay = reply.headers.get("idempotency-replayed").is_some();
        assert_eq!(is_replay, was_done, "{key} {asked:?}: {}", reply.body);
        let mut ledger = ledger.borrow_mut();
        ledger.done_unseen += u64::from(was_done);
        ledger.settle(&key, asked, &reply);
    }
    let last = ledger.borrow().last_answered.clone();
    if let Some((key, asked, body)) = last {
        let again = http.post_as(&key, &asked.path, &asked.body).await;
        assert_eq!(
            (again.header("idempotency-replayed"), &again.body),
            ("true", &body),
            "K1: {key}"
        );
    }

    let seen = Seen::orders(http).await;
    ledger.borrow().must_be_exactly(&seen);
    let (on_hand, reserved) = Seen::stock(http).await;
    let held = Seen::reservations(http).await;
    for article in 0..ARTICLES {
        let name = name_of(article);
        let of = |sums: &std::collections::BTreeMap<String, u64>| {
            sums.get(&name).copied().unwrap_or_default()
        };
        let (reserved, held) = (of(&reserved), of(&held));
        let sold_and_promised = ledger.borrow().open_pieces(article);
        assert_eq!(of(&on_hand), PIECES, "S3: nothing was counted or shipped");
        assert!(reserved <= PIECES, "S1, S4: {reserved} of {PIECES} {name} are reserved");
        assert_eq!(reserved, held, "S2: {name}");
        assert_eq!(reserved, sold_and_promised, "S2: what customers were told they have of {name}");
    }
}
