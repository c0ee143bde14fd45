//! What customers asked and were told, and what the server shows; both must agree.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;
use tokio::sync::Notify;

use crate::support::{Caller, Reply, text};

/// Where customers believe an order to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Promised,
    Confirmed,
    Cancelled,
}

/// A request under its key.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: String,
    pub(super) what: What,
}

/// What a request is to bring about.
#[derive(Clone, Debug)]
pub(super) enum What {
    Promise { who: u64, article: u64, pieces: u64 },
    Act { order: String, to: Stage },
}

/// An order that somebody was told of.
#[derive(Debug)]
pub(super) struct Known {
    who: u64,
    article: u64,
    pieces: u64,
    stage: Stage,
    version: u64,
}

/// The customers' side.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) orders: BTreeMap<String, Known>,
    asked: BTreeMap<String, Asked>,
    /// The last request that was answered with an effect, with its answer.
    pub(super) last_answered: Option<(String, Asked, String)>,
    /// The highest position that any answer named.
    pub(super) lsn: u64,
    pub(super) answered: u64,
    pub(super) unanswered: u64,
    /// How many of those had been done all the same.
    pub(super) done_unseen: u64,
    refused: u64,
    kills: u64,
    until: u64,
    enough: Rc<Notify>,
}

impl Ledger {
    /// Told when so many more requests were answered.
    pub(super) fn wait_for(&mut self, answers: u64) -> Rc<Notify> {
        self.kills += 1;
        self.until = self.answered + answers;
        self.enough.clone()
    }

    /// Before a request is sent.
    pub(super) fn ask(&mut self, key: &str, asked: Asked) {
        self.asked.insert(key.to_owned(), asked);
    }

    /// When its answer has come.
    pub(super) fn answer(&mut self, key: &str, asked: Asked, reply: &Reply) {
        self.asked.remove(key);
        self.answered += 1;
        if reply.status < 400 {
            self.last_answered = Some((key.to_owned(), asked.clone(), reply.body.clone()));
        }
        self.settle(key, asked, reply);
        if self.answered == self.until {
            self.enough.notify_one();
        }
    }

    /// Notes what an answer says.
    pub(super) fn settle(&mut self, key: &str, asked: Asked, reply: &Reply) {
        self.lsn = self.lsn.max(reply.lsn());
        match (asked.what, reply.status) {
            (What::Promise { who, article, pieces }, 201) => {
                assert_eq!(reply.header("certus-outcome"), "held", "{key}");
                let answer: Value = serde_json::from_str(&reply.body).expect("bodies are JSON");
                let id = text(&answer, "orderRef");
                let known = Known { who, article, pieces, stage: Stage::Promised, version: 1 };
                let before = self.orders.insert(id, known);
                assert!(before.is_none(), "D3: {key} was answered with somebody else's order");
            }
            (What::Promise { .. }, 409) => {
                assert!(reply.body.contains("out of stock"), "{key}: {}", reply.body);
                self.refused += 1;
            }
            (What::Act { order, to }, 200) => {
                let known = self.orders.get_mut(&order).expect("only known orders are acted on");
                known.stage = to;
                known.version += 1;
            }
            (_, 503) => self.refused += 1, // shed on a busy machine: certainly not done (F7)
            (what, status) => panic!("{key} {what:?}: {status} {}", reply.body),
        }
    }

    /// The requests without an answer, by their keys.
    pub(super) fn take_unanswered(&mut self) -> BTreeMap<String, Asked> {
        self.unanswered += self.asked.len() as u64;
        std::mem::take(&mut self.asked)
    }

    /// What this customer may still confirm or cancel, without what it has just asked for.
    pub(super) fn open_orders(&self, who: u64) -> Vec<(&str, Stage, u64)> {
        let mine = self.orders.iter().filter(|(_, order)| order.who == who);
        let open = mine.filter(|(_, order)| order.stage != Stage::Cancelled);
        open.map(|(id, order)| (id.as_str(), order.stage, order.version)).collect()
    }

    /// The pieces that customers believe to have.
    pub(super) fn open_pieces(&self, article: u64) -> u64 {
        let all = self.orders.values().filter(|order| order.article == article);
        all.filter(|order| order.stage != Stage::Cancelled).map(|order| order.pieces).sum()
    }

    /// D1, D3: every order is where it was said to be, or where an unanswered request may have
    /// put it; and what nobody was told of, an unanswered request has made.
    pub(super) fn must_have_survived(&self, seen: &Seen) {
        for (id, known) in &self.orders {
            let Some(shown) = seen.0.get(id) else { panic!("D1: {id} is lost: {known:?}") };
            if (shown.stage, shown.version) == (known.stage, known.version) {
                continue;
            }
            let next = self.asked.values().any(|asked| match &asked.what {
                What::Act { order, to } => order == id && *to == shown.stage,
                What::Promise { .. } => false,
            });
            let is_next = next && shown.version == known.version + 1;
            assert!(is_next, "D1: {id} was {known:?} and is {shown:?}");
        }
        for (id, shown) in &seen.0 {
            let is_known = self.orders.contains_key(id);
            let was_asked = self.asked.contains_key(&shown.reference);
            assert!(is_known || was_asked, "D3: nobody asked for {id}: {shown:?}");
        }
    }

    /// D3: after the unanswered requests were repeated, there is nothing else and nothing more.
    pub(super) fn must_be_exactly(&self, seen: &Seen) {
        assert_eq!(seen.0.len(), self.orders.len(), "D3: orders that nobody was told of");
        for (id, known) in &self.orders {
            let shown = &seen.0[id];
            assert_eq!(
                (shown.stage, shown.version),
                (known.stage, known.version),
                "{id} {shown:?}"
            );
        }
        let mut references: Vec<&str> = seen.0.values().map(|it| it.reference.as_str()).collect();
        references.sort_unstable();
        let count = references.len();
        references.dedup();
        assert_eq!(references.len(), count, "K1: a key was done twice");
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} kills, {} answered ({} refused), {} unanswered ({} of them done), {} orders, 0 lost",
            self.kills,
            self.answered,
            self.refused,
            self.unanswered,
            self.done_unseen,
            self.orders.len()
        )
    }
}

/// What the server shows.
pub(super) struct Seen(BTreeMap<String, Shown>);

/// An order as it is shown.
#[derive(Debug)]
struct Shown {
    stage: Stage,
    version: u64,
    reference: String,
}

impl Seen {
    /// All orders, page by page.
    pub(super) async fn orders(http: &Caller) -> Seen {
        let mut orders = BTreeMap::new();
        let mut path = "/api/orders?size=500".to_owned();
        loop {
            let page = http.get(&path).await.expect(200);
            let rows = page["orders"].as_array().expect("a page");
            for row in rows {
                let stage = match text(row, "status").as_str() {
                    "PROMISED" => Stage::Promised,
                    "OPEN" => Stage::Confirmed,
                    "CANCELLED" => Stage::Cancelled,
                    other => panic!("{other} in {row}"),
                };
                let version = row["version"].as_u64().expect("a version");
                let shown = Shown { stage, version, reference: text(row, "tenantOrderId") };
                orders.insert(text(row, "id"), shown);
            }
            let Some(last) = rows.last() else {
                assert_eq!(page["total"], orders.len(), "a page was left out");
                return Seen(orders);
            };
            path = format!("/api/orders?size=500&startAfterId={}", text(last, "id"));
        }
    }

    /// Whether this request had its effect before the server was killed.
    pub(super) fn has_done(&self, key: &str, asked: &Asked) -> bool {
        match &asked.what {
            What::Promise { .. } => self.0.values().any(|order| order.reference == key),
            What::Act { order, to } => self.0.get(order).is_some_and(|it| it.stage == *to),
        }
    }

    /// On hand and reserved, by article.
    pub(super) async fn stock(http: &Caller) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
        let page = http.get("/api/stocks?size=100").await.expect(200);
        let (mut on_hand, mut reserved) = (BTreeMap::new(), BTreeMap::new());
        for row in page["stocks"].as_array().expect("a page") {
            let number = |name: &str| row[name].as_u64().expect("a number");
            *on_hand.entry(text(row, "tenantArticleId")).or_default() += number("value");
            *reserved.entry(text(row, "tenantArticleId")).or_default() += number("reserved");
        }
        (on_hand, reserved)
    }

    /// The pieces of all reservations, by article.
    pub(super) async fn reservations(http: &Caller) -> BTreeMap<String, u64> {
        let mut held = BTreeMap::new();
        let mut path = "/api/reservations?size=100".to_owned();
        loop {
            let page = http.get(&path).await.expect(200);
            for row in page["reservations"].as_array().expect("a page") {
                assert_eq!(row["host"]["type"], "STOCK", "S2: {row}");
                let pieces = row["quantity"].as_u64().expect("a number");
                *held.entry(text(row, "tenantArticleId")).or_default() += pieces;
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return held;
            }
            let after = text(&page["pageInfo"], "endCursor");
            path = format!("/api/reservations?size=100&after={after}");
        }
    }
}
