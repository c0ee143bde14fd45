//! One planted fault per test: the audit names it, and only it.

use super::*;
use crate::bench::answer::Promised;
use crate::bench::catalog::Shape;
use crate::bench::ledger::Holding;

const NOON: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// Two articles, each in two places with ten units: stocks 0 and 1, 2 and 3.
struct Scene {
    catalog: Catalog,
    ledger: Ledger,
    readback: Readback,
}

impl Scene {
    fn new() -> Self {
        let shape =
            Shape { articles: 2, locations: 2, places_per_article: 2, warehouses: 0, value: 10 };
        let catalog = Catalog::new(shape, "t".into());
        let ledger = Ledger::of(&catalog);
        let untouched = Some(Seen { value: 10, reserved: 0, available: 10 });
        let readback =
            Readback { stocks: vec![untouched; 4], orders: Vec::new(), from: NOON, to: NOON };
        Self { catalog, ledger, readback }
    }

    /// A promise that the server makes and keeps.
    fn sell(&mut self, stock: u32, units: u32) -> crate::bench::ledger::Sale {
        self.reserve(stock, units);
        self.acknowledge(stock, units, None)
    }

    fn acknowledge(
        &mut self,
        stock: u32,
        units: u32,
        until: Option<DateTime<Utc>>,
    ) -> crate::bench::ledger::Sale {
        let order = Uuid::from_u128(self.ledger.orders.len() as u128 + 1);
        let promised = Promised { order, version: 1, held: vec![Holding { stock, units }] };
        let asked = Asked::one(self.catalog.article_of(stock), units);
        let (sale, whole) = self.ledger.promised(&asked, promised, until, &self.catalog);
        assert!(whole);
        sale
    }

    fn reserve(&mut self, stock: u32, units: u32) {
        let seen = self.readback.stocks[stock as usize].as_mut().unwrap();
        seen.reserved += u64::from(units);
        seen.available = seen.value.saturating_sub(seen.reserved);
    }

    fn release(&mut self, stock: u32, units: u32) {
        let seen = self.readback.stocks[stock as usize].as_mut().unwrap();
        seen.reserved -= u64::from(units);
        seen.available = seen.value - seen.reserved;
    }

    #[track_caller]
    fn finds(&self, expected: &[&str]) {
        let faults = audit(&self.catalog, &self.ledger, &self.readback);
        let found: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn an_honest_server_passes() {
    let mut scene = Scene::new();
    scene.sell(0, 10);
    scene.sell(3, 4);
    scene.finds(&[]);
}

#[test]
fn a_unit_sold_twice_is_found() {
    let mut scene = Scene::new();
    scene.sell(0, 10);
    scene.acknowledge(0, 1, None);
    scene.finds(&[
        "oversold t-0 at t-place-0: 11 promised of 10",
        "hold lost t-0 at t-place-0: 11 promised, 10 reserved",
    ]);
}

#[test]
fn more_reserved_than_there_is_is_found() {
    let mut scene = Scene::new();
    scene.sell(0, 10);
    scene.sell(0, 1);
    scene.finds(&[
        "oversold t-0 at t-place-0: 11 promised of 10",
        "overdrawn t-0 at t-place-0: 11 reserved of 10",
    ]);
}

#[test]
fn a_promise_without_a_hold_is_found() {
    let mut scene = Scene::new();
    scene.acknowledge(1, 2, None);
    scene.finds(&["hold lost t-0 at t-place-1: 2 promised, 0 reserved"]);
}

#[test]
fn a_hold_for_nobody_is_found() {
    let mut scene = Scene::new();
    scene.reserve(2, 3);
    scene.finds(&["hold leaked t-1 at t-place-1: 3 reserved, at most 0 promised"]);
}

#[test]
fn a_cancel_that_kept_the_hold_is_found() {
    let mut scene = Scene::new();
    let sale = scene.sell(0, 3);
    scene.ledger.cancelled(&sale);
    scene.finds(&["hold leaked t-0 at t-place-0: 3 reserved, at most 0 promised"]);
    scene.release(0, 3);
    scene.finds(&[]);
}

#[test]
fn stock_that_changed_or_went_is_found() {
    let mut scene = Scene::new();
    scene.readback.stocks[0] = Some(Seen { value: 9, reserved: 0, available: 9 });
    scene.readback.stocks[1] = Some(Seen { value: 10, reserved: 0, available: 9 });
    scene.readback.stocks[2] = None;
    scene.finds(&[
        "stock changed t-0 at t-place-0: 10 was put, 9 is there",
        "miscounted t-0 at t-place-1: 9 available, 10 on hand, 0 reserved",
        "stock gone t-1 at t-place-1",
    ]);
}

#[test]
fn an_order_that_is_missing_or_elsewhere_is_found() {
    let mut scene = Scene::new();
    let known = |id: u128, end| Known { id: *Uuid::from_u128(id).as_bytes(), end };
    let order = Uuid::from_u128(1);
    for (end, status, fault) in [
        (End::Promised, None, Some(format!("acknowledged order {order} is missing"))),
        (End::Promised, Some("PROMISED"), None),
        (End::Leased, Some("OBSOLETE"), None),
        (End::Confirmed, Some("OPEN"), None),
        (
            End::Confirmed,
            Some("OBSOLETE"),
            Some(format!("order {order} is OBSOLETE, acknowledged was Confirmed")),
        ),
        (
            End::Cancelled,
            Some("OPEN"),
            Some(format!("order {order} is OPEN, acknowledged was Cancelled")),
        ),
        (End::Unsure, Some("OPEN"), None),
        (End::Unsure, None, Some(format!("acknowledged order {order} is missing"))),
    ] {
        scene.readback.orders = vec![(known(1, end), status.map(Into::into))];
        let expected: Vec<_> = fault.iter().map(String::as_str).collect();
        scene.finds(&expected);
    }
}

#[test]
fn a_false_sold_out_is_found() {
    let mut scene = Scene::new();
    scene.sell(0, 10);
    scene.sell(1, 8);
    scene.ledger.refused(&Asked::one(0, 3)); // both places together had 2
    scene.finds(&[]);
    scene.ledger.refused(&Asked::one(0, 2));
    scene.finds(&["falsely sold out 1 times: article 0 asked 2, one place had 2 free"]);
}

#[test]
fn a_refusal_is_right_when_one_of_its_lines_was_short() {
    let mut scene = Scene::new();
    scene.sell(0, 10);
    scene.sell(1, 10);
    let mut asked = Asked::one(1, 1);
    asked.0[1] = Line { article: 0, quantity: 1 };
    scene.ledger.refused(&asked);
    scene.finds(&[]);
}

#[test]
fn what_was_given_back_does_not_make_an_earlier_refusal_false() {
    let mut scene = Scene::new();
    scene.sell(1, 10);
    let sale = scene.sell(0, 10);
    scene.ledger.refused(&Asked::one(0, 1));
    scene.ledger.cancelled(&sale);
    scene.release(0, 10);
    scene.finds(&[]);
}

#[test]
fn an_unanswered_promise_excuses_its_own_units_and_no_more() {
    let mut scene = Scene::new();
    scene.ledger.unanswered(&Asked::one(0, 2));
    scene.finds(&[]);
    scene.reserve(1, 2);
    scene.finds(&[]);
    scene.reserve(1, 1);
    scene.finds(&["hold leaked t-0 at t-place-1: 3 reserved, at most 2 promised"]);
}

#[test]
fn an_unanswered_cancel_leaves_both_outcomes_open() {
    let mut scene = Scene::new();
    let sale = scene.sell(0, 3);
    scene.ledger.action_unanswered(&sale, true);
    scene.finds(&[]);
    scene.release(0, 3);
    scene.finds(&[]);
}

#[test]
fn a_lease_is_held_before_its_deadline_and_free_after_it() {
    let lease = |seconds| {
        let mut scene = Scene::new();
        scene.acknowledge(0, 3, Some(NOON + TimeDelta::seconds(seconds)));
        scene
    };
    lease(60).finds(&["hold lost t-0 at t-place-0: 3 promised, 0 reserved"]);
    lease(1).finds(&[]); // too near to tell
    lease(-60).finds(&[]);
    let mut kept = lease(-60);
    kept.reserve(0, 3);
    kept.finds(&["hold leaked t-0 at t-place-0: 3 reserved, at most 0 promised"]);
}

#[test]
fn an_answer_that_holds_more_than_asked_is_found() {
    let mut scene = Scene::new();
    let order = Uuid::from_u128(1);
    let held = vec![Holding { stock: 0, units: 2 }, Holding { stock: 2, units: 1 }];
    let promised = Promised { order, version: 1, held };
    scene.ledger.promised(&Asked::one(0, 1), promised, None, &scene.catalog);
    scene.reserve(0, 2);
    scene.reserve(2, 1);
    scene.finds(&[&format!("2 odd answers: {order} holds 2 units of 1 asked")]);
}

#[test]
fn ledgers_of_two_threads_add_up() {
    let mut scene = Scene::new();
    scene.sell(0, 4);
    let first = std::mem::replace(&mut scene.ledger, Ledger::of(&scene.catalog));
    scene.sell(0, 5);
    scene.ledger.refused(&Asked::one(0, 9));
    scene.ledger.absorb(first);
    scene.finds(&["falsely sold out 1 times: article 0 asked 9, one place had 10 free"]);
    assert_eq!((scene.ledger.held[0], scene.ledger.orders.len()), (9, 2));
}
