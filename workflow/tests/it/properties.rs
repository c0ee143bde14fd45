//! The invariants of `docs/invariants.md` over random histories, one property per id.
//!
//! Every history is played through the core, and its records are folded once more by the
//! [`Ledger`](crate::ledger::Ledger), which knows nothing of the core. After every command the
//! shop has checked `World::faults` already; a property looks for what that cannot see.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use workflow::command::{Ask, Command, Job, OrderName, Page, Promise, Query, SummaryFilter};
use workflow::id::OrderId;
use workflow::location;
use workflow::order::{self, Stage};
use workflow::outcome::Outcome;
use workflow::record::{Event, Record};
use workflow::refusal::Refusal;
use workflow::settings::OnShortage;
use workflow::time::{Millis, Time};
use workflow::world::{Account, World};

use crate::budget::{budget, seed};
use crate::history::{History, PICKER, Run, Seen, Tally, histories, publish_anew};
use crate::model;
use crate::shop::tenant;

type Verdict = Result<(), TestCaseError>;

/// Fails the case unless it holds, naming the invariant.
macro_rules! holds {
    ($truth:expr, $($why:tt)*) => {
        if !$truth {
            return Err(TestCaseError::fail(format!($($why)*)));
        }
    };
}

mod life; // below the macro that it uses

/// Tries random histories; `demanded` must have come in some of them.
#[track_caller]
fn try_histories(scale: i64, demanded: &[&str], test: impl Fn(&History, &mut Tally) -> Verdict) {
    let (cases, seed) = (budget().cases, seed());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let tally = RefCell::new(Tally::default());
    let result = TestRunner::new_with_rng(config, rng)
        .run(&histories(scale), |history| test(&history, &mut tally.borrow_mut()));
    if let Err(failure) = result {
        panic!("CERTUS_SEED={seed}: {failure}");
    }
    tally.into_inner().demand(demanded);
}

/// A property of every command.
#[track_caller]
fn always(demanded: &[&str], property: impl Fn(&Run, &Seen) -> Verdict) {
    try_histories(1, demanded, |history, tally| {
        play(history, tally, |run, seen| property(run, seen)).map(|_| ())
    });
}

/// A property of the end of every history.
#[track_caller]
fn finally(demanded: &[&str], property: impl Fn(Run) -> Verdict) {
    try_histories(1, demanded, |history, tally| property(play(history, tally, |_, _| Ok(()))?));
}

fn play(
    history: &History,
    tally: &mut Tally,
    mut property: impl FnMut(&Run, &Seen) -> Verdict,
) -> Result<Run, TestCaseError> {
    let mut run = Run::new(history);
    for step in &history.steps {
        for seen in run.play(step).map_err(TestCaseError::fail)? {
            tally.count(&seen);
            property(&run, &seen)?;
        }
    }
    Ok(run)
}

/// S1: what is reserved is what the events say, and never more than lies there.
#[test]
fn no_more_is_reserved_than_lies_there() {
    always(&["PutStocks done", "Promise done", "Cancel done"], |run, _| {
        for (id, (_, location)) in &run.shop.world.locations {
            for (article, shelf) in location.shelves.iter() {
                let spot = (*id, article.clone());
                let reserved: u64 =
                    shelf.lots.iter().map(|lot| u64::from(lot.reserved.get())).sum();
                let held = run.ledger.held(&spot, |_| true);
                holds!(reserved == held, "S1: {reserved} reserved of {article}, {held} in events");
                let on_hand = run.ledger.on_hand(&spot);
                holds!(reserved <= on_hand, "S1: {reserved} of {on_hand} {article} are reserved");
            }
        }
        Ok(())
    });
}

/// S2: every reservation is in one open order line and at one location, with the same pieces.
#[test]
fn every_reservation_belongs_to_one_open_order_line() {
    let demanded = ["Promise done, waiting", "PutStocks done", "CloseLocation done"];
    always(&demanded, |run, _| {
        let mut pledges = run.ledger.pledges.clone();
        for (_, order) in run.shop.world.orders.values() {
            for hold in &order.holds {
                let article = order.asked.lines[usize::from(hold.line)].article.clone();
                let id = order.id.reservation(hold.index);
                let pledge = pledges.remove(&((hold.location, article), id));
                let same = pledge.is_some_and(|pledge| {
                    pledge.stock == hold.stock && pledge.units == u64::from(hold.units.get())
                });
                holds!(same, "S2: {hold:?} of {} is {pledge:?} at its location", order.id);
                holds!(!order.stage.is_closed(), "S2: closed {} holds {hold:?}", order.id);
            }
        }
        holds!(pledges.is_empty(), "S2: in no order: {pledges:?}");
        Ok(())
    });
}

/// S2: at a location that went offline there is only what a picker has, or has picked, and what
/// ends by its deadline.
#[test]
fn a_location_that_goes_offline_keeps_only_what_was_begun() {
    always(&["ChangeLocation done", "TakeNext done"], |run, seen| {
        let offline: Vec<_> = seen.records.iter().flat_map(Record::went_offline).collect();
        for (_, order) in run.shop.world.orders.values() {
            let ended = order.deadline().is_some_and(|until| until <= run.shop.now);
            for at in offline.iter().filter(|_| !ended) {
                let left = order.not_begun(*at);
                holds!(left.is_empty(), "S2: {left:?} of {} stay at {at}", order.id);
            }
        }
        Ok(())
    });
}

/// S3: what lies somewhere is what came, as counted from the events alone.
#[test]
fn on_hand_is_what_the_events_brought() {
    let demanded = [
        "PutStocks done",
        "RemoveStocks done",
        "CloseLocation done",
        "Pick done",
        "Missing done",
        "Substitute done",
        "Load done",
        "Deliver done",
    ];
    always(&demanded, |run, _| {
        let mut lots = run.ledger.lots.len();
        for (id, (_, location)) in &run.shop.world.locations {
            for (article, shelf) in location.shelves.iter() {
                let on_hand: u64 = shelf.lots.iter().map(|lot| u64::from(lot.value.get())).sum();
                let counted = run.ledger.on_hand(&(*id, article.clone()));
                holds!(on_hand == counted, "S3: {on_hand} {article} on hand, {counted} counted");
                lots -= shelf.lots.len();
            }
        }
        holds!(lots == 0, "S3: {lots} lots are in the events and nowhere else");
        Ok(())
    });
}

/// S3, P8: the account that `certus verify` keeps agrees with the world.
#[test]
fn the_account_of_the_journal_agrees() {
    let demanded = ["PutStocks done", "CloseLocation done", "Load done", "Deliver done"];
    finally(&demanded, |run| {
        let mut account = Account::of(&World::default());
        for record in &run.shop.records {
            holds!(account.note(record), "P8: no world can follow {record:?}");
        }
        let faults = account.faults(&run.shop.world);
        holds!(faults.is_empty(), "{faults:?}");
        Ok(())
    });
}

/// S4: what is sold at a location was there.
#[test]
fn no_more_is_sold_than_was_ever_there() {
    always(&["Confirm done", "Order done"], |run, _| {
        let sold = |order: OrderId| {
            matches!(
                run.ledger.orders.get(&order),
                Some((Stage::Confirmed { .. } | Stage::Locked, _))
            )
        };
        for (spot, most) in &run.ledger.most {
            let units = run.ledger.held(spot, sold);
            holds!(units <= *most, "S4: {units} of {} sold, {most} were there", spot.1);
        }
        Ok(())
    });
}

/// S5: when pieces are short, no allowed set of locations could hold more, overdue holds and the
/// replaced promise not counted; and where they might wait within as many locations as an order
/// may be split over, they are not refused.
#[test]
fn what_is_called_short_really_is() {
    let demanded = [
        "Promise done, short",
        "Promise done, waiting",
        "Promise out_of_stock",
        "Order out_of_stock",
        "overdue released first",
    ];
    always(&demanded, |run, seen| {
        let Command::Promise(promise) = &seen.command else { return Ok(()) };
        let (policy, now) = (&run.shop.policy, run.shop.now);
        let most = || model::most(&seen.decided, promise, policy, now);
        let wanted: u64 = model::wanted(promise).values().sum();
        match &seen.result {
            Ok(Outcome::Placed(placed)) => {
                let split = placed.parts.len();
                holds!(split <= usize::from(policy.parts_max), "S5: over {split} locations");
                let parts = placed.parts.iter().flat_map(|part| &part.lines);
                let held = parts.filter(|line| !line.waits).map(|line| u64::from(line.units.get()));
                let (held, most) = (held.sum::<u64>(), most());
                holds!(held == most, "S5: {held} of {wanted} held, {most} could be: {promise:?}");
            }
            Err(Refusal::OutOfStock { short }) => {
                let most = most();
                holds!(most < wanted, "S5: refused, but all {wanted} could be held: {promise:?}");
                for (line, _) in short {
                    let article = &promise.lines[usize::from(*line)].article;
                    let may = model::may_wait(&seen.decided, promise, article);
                    // A line that waits adds no location beyond those that may be.
                    let full = usize::from(policy.parts_max) < run.shop.world.locations.len();
                    holds!(!may || full, "S5: {article} was refused and might have waited");
                }
                holds!(policy.on_shortage == OnShortage::Reject, "S5: refused under accept");
            }
            _ => {}
        }
        Ok(())
    });
}

/// S6: no order is at more locations than it may be split over, whatever joined it, waited for it,
/// or was moved.
#[test]
fn no_order_is_at_more_locations_than_it_may_be() {
    let demanded = ["AddLines done", "PutStocks done", "Transfer done"];
    always(&demanded, |run, seen| {
        let most = usize::from(run.shop.policy.parts_max);
        for (_, order) in run.shop.world.orders.values() {
            let at = order.locations().len();
            holds!(at <= most, "S6: {} is at {at} locations after {:?}", order.id, seen.command);
        }
        Ok(())
    });
}

/// S6: a promise is one record, and holds what its answer shows.
#[test]
fn a_promise_holds_what_its_answer_shows_in_one_record() {
    always(&["Promise done", "Promise done, short", "Order done"], |_, seen| {
        let Ok(Outcome::Placed(placed)) = &seen.result else { return Ok(()) };
        let mut shown: BTreeMap<_, u64> = BTreeMap::new();
        for part in &placed.parts {
            for line in &part.lines {
                *shown.entry((part.location, line.line)).or_default() +=
                    u64::from(line.units.get());
            }
        }
        let record = seen.records.last().expect("a promise has a record");
        let placed = record.events.iter().find_map(|event| match event {
            Event::Order { id, event: order::Event::Placed(placed), .. } => Some((*id, placed)),
            _ => None,
        });
        let (id, placed) = placed.expect("a promise is placed");
        let mut held: BTreeMap<_, u64> = BTreeMap::new();
        for hold in &placed.holds {
            *held.entry((hold.location, hold.line)).or_default() += u64::from(hold.units.get());
        }
        holds!(shown == held, "S6: shown {shown:?}, held {held:?}");
        let reserved = record.events.iter().filter_map(|event| match event {
            Event::Location { event: location::Event::Shelf { event: it, .. }, .. } => Some(it),
            _ => None,
        });
        // What the replaced promise frees may find its way to another order.
        let reserved = reserved.filter_map(|event| match event {
            location::ShelfEvent::Reserved { reservation, units, .. }
                if reservation.order() == id =>
            {
                Some(u64::from(units.get()))
            }
            _ => None,
        });
        let reserved: u64 = reserved.sum();
        holds!(reserved == held.values().sum::<u64>(), "S6: {reserved} reserved, {held:?} held");
        Ok(())
    });
}

/// S7: when all deadlines have passed and all else is cancelled, nothing is reserved.
#[test]
fn nothing_is_left_when_everything_has_ended() {
    finally(&["Promise done", "Promise done, waiting", "CloseLocation done"], |mut run| {
        run.shop.now = run.shop.now + Millis::hours(24);
        for (armed_for, order) in run.shop.overdue() {
            let expire = crate::shop::expire(order, armed_for);
            run.submit("scheduler", expire).map_err(TestCaseError::fail)?;
        }
        let promised = |stage: &Stage| matches!(stage, Stage::Promised { .. });
        let left = run.ledger.orders.values().filter(|(stage, _)| promised(stage)).count();
        holds!(left == 0, "S7: {left} promises outlive their deadlines");
        for order in run.orders.clone() {
            // What is on the way can only be brought.
            let (order, version, job) = (OrderName::Id(order), None, Job::Deliver);
            let seen = run.submit(PICKER, Command::Handle { order, version, job });
            seen.map_err(TestCaseError::fail)?;
        }
        for order in run.orders.clone() {
            let action = order::Command::Cancel { version: None, reason: None, unpicked: false };
            let seen = run.submit("operator", Command::Act { order, action });
            seen.map_err(TestCaseError::fail)?;
        }
        holds!(run.ledger.pledges.is_empty(), "S7: left over: {:?}", run.ledger.pledges);
        let mut lots = run
            .shop
            .world
            .locations
            .values()
            .flat_map(|(_, it)| it.shelves.iter().map(|(_, shelf)| shelf));
        let reserved = lots.any(|shelf| shelf.lots.iter().any(|lot| !lot.reserved.is_zero()));
        holds!(!reserved, "S7: some lot is still reserved");
        let book = &run.shop.world.desk.tenant(&crate::shop::tenant()).book;
        holds!(book.reservations() == 0, "S7: {} reservations counted", book.reservations());
        holds!(book.deadlines().is_empty(), "S7: timers are left");
        for caller in ["anna", "bert", "cleo"] {
            holds!(book.open_promises(caller) == 0, "S7: {caller} has open promises");
        }
        Ok(())
    });
}

/// S8: the largest quantities there are neither wrap nor stop the process.
#[test]
fn the_largest_quantities_are_counted_exactly() {
    try_histories(500_000_000, &["Promise done", "PutStocks done"], |history, tally| {
        let run = play(history, tally, |_, _| Ok(()))?;
        for spot in run.ledger.most.keys() {
            let Some((_, location)) = run.shop.world.locations.get(&spot.0) else { continue };
            let totals = location.totals(&spot.1, run.shop.now);
            let total = run.ledger.on_hand(spot).min(u64::from(u32::MAX));
            holds!(u64::from(totals.total.get()) == total, "S8: {totals:?} of {total}");
        }
        Ok(())
    });
}

/// S9: what is called available is on hand less reserved, kept, broken and outdated, never below
/// zero, and the same in every answer.
#[test]
fn available_is_the_same_number_everywhere() {
    always(&["Promise done", "KeepStocks done", "PutStocks done"], |run, seen| {
        let query = Query::Summaries(SummaryFilter::default(), Page { after: None, size: 9 });
        let Ok(Outcome::Summaries { rows, .. }) = run.shop.read(query) else {
            return Err(TestCaseError::fail("S9: summaries are refused"));
        };
        for row in rows {
            let spots = row.locations.iter().map(|at| (*at, row.article.clone()));
            let free: u64 = spots.map(|it| run.ledger.free(&it, run.shop.now, |_| true)).sum();
            let shown = u64::from(row.sum.available.get());
            holds!(shown == free, "S9: {shown} {} available, {free} counted", row.article);
        }
        let (Ok(Outcome::Placed(placed)), Command::Promise(promise)) =
            (&seen.result, &seen.command)
        else {
            return Ok(());
        };
        for part in &placed.parts {
            for line in part.lines.iter().filter(|line| !line.waits) {
                let article = promise.lines[usize::from(line.line)].article.clone();
                let counts = |order| promise.replaces != Some(order);
                let spot = (part.location, article);
                let free = seen.decided.free(&spot, run.shop.now, counts);
                let shown = u64::from(line.available.get());
                holds!(shown == free, "S9: {shown} {} promised of {free}", spot.1);
            }
        }
        Ok(())
    });
}

/// F6: the same commands make the same records.
#[test]
fn the_same_history_makes_the_same_records() {
    try_histories(1, &["Promise done"], |history, tally| {
        let one = play(history, tally, |_, _| Ok(()))?;
        let other = play(history, tally, |_, _| Ok(()))?;
        holds!(one.shop.records == other.shop.records, "F6: records differ");
        let printed = |run: &Run| format!("{:?}", run.shop.records);
        holds!(printed(&one) == printed(&other), "F6: records are equal and print differently");
        holds!(one.shop.world == other.shop.world, "F6: worlds differ");
        Ok(())
    });
}

/// Routing looks only at one location if that has everything, and at all when it is to explain
/// itself: both come to the same.
#[test]
fn a_plan_is_the_same_whether_it_is_explained_or_not() {
    always(&["Promise done", "Promise done, short"], |run, seen| {
        let Command::Promise(promise) = &seen.command else { return Ok(()) };
        let [plain, explained] = [false, true].map(|explain| {
            let promise = Promise { explain, ..(**promise).clone() };
            let ask = Ask::of(tenant(), "checkout".into(), Command::Promise(Box::new(promise)));
            let (records, result) =
                run.shop.world.clone().submit(&ask, &run.shop.policy, run.shop.now, 1 << 40);
            let parts = result.map(|outcome| match outcome {
                Outcome::Placed(view) => format!("{:?} {:?}", view.parts, view.search),
                other => panic!("a promise comes to {other:?}"),
            });
            (records, parts)
        });
        holds!(plain == explained, "one is {plain:?}, the other {explained:?}");
        Ok(())
    });
}

/// D2, D5: the world is the fold of its records, at every prefix, and so is its hash.
#[test]
fn records_alone_make_the_same_world_at_every_prefix() {
    try_histories(
        1,
        &["Promise done", "CloseLocation done", "PutStocks done"],
        |history, tally| {
            let mut replayed = World::default();
            let mut applied = 0;
            let run = play(history, tally, |run, _| {
                for record in &run.shop.records[applied..] {
                    replayed.apply(record);
                }
                applied = run.shop.records.len();
                let (old, new) = (replayed.hash(), run.shop.world.hash());
                holds!(old == new, "D5: the hash differs after {applied} records");
                holds!(
                    same(&replayed, &run.shop.world, run.shop.now),
                    "D2: after {applied} records"
                );
                Ok(())
            });
            run.map(|_| ())
        },
    );
}

/// Whether two worlds are equal, what time alone has outdated not counted.
fn same(one: &World, other: &World, now: Time) -> bool {
    let (mut one, mut other) = (one.clone(), other.clone());
    publish_anew(&mut one, now);
    publish_anew(&mut other, now);
    one == other
}
