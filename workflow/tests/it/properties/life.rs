//! The life of a promise, P1 to P8: who wins, when it ends, what a refusal leaves.

use std::collections::BTreeMap;

use proptest::test_runner::TestCaseError;
use workflow::command::{Command, OrderName, Query};
use workflow::id::{OrderId, Version};
use workflow::order::{self, Order, Stage};
use workflow::outcome::Outcome;
use workflow::record::Event;
use workflow::refusal::Refusal;
use workflow::time::Millis;
use workflow::world::World;

use super::{always, finally, play, same, try_histories};
use crate::history::{Run, Seen};

/// P1: an order is in the stage that its events say. That each was a step, and none came after a
/// final one, the ledger has checked.
#[test]
fn an_order_takes_only_the_steps_of_its_life() {
    let demanded = [
        "Confirm done",
        "Confirm not_now",
        "Extend done",
        "Extend not_now",
        "Unlock done",
        "Cancel done",
        "Expire done",
        "Cancel nothing to do",
        "Confirm unknown_order",
    ];
    always(&demanded, |run, _| {
        for (id, (_, order)) in &run.shop.world.orders {
            let stage = run.ledger.orders.get(id).map(|(stage, _)| stage);
            holds!(stage == Some(&order.stage), "P1: {:?}, by events {stage:?}", order.stage);
        }
        holds!(run.ledger.orders.len() == run.orders.len(), "P1: an order nobody knows of");
        Ok(())
    });
}

/// P2: confirm against the deadline has one winner: before it the confirm, from it on the deadline.
#[test]
fn of_confirm_and_deadline_exactly_one_wins() {
    let demanded = ["Confirm done", "Confirm promise_expired", "Expire done"];
    always(&demanded, |run, seen| {
        let Command::Act { order, action: order::Command::Confirm { .. } } = &seen.command else {
            return Ok(());
        };
        let now = run.shop.now;
        match (seen.decided.orders.get(order), &seen.result) {
            (Some((Stage::Promised { until }, _)), result) if *until <= now => {
                let expired = *result.as_ref().err().unwrap_or(&Refusal::UnknownOrder)
                    == Refusal::PromiseExpired { until: *until };
                holds!(expired, "P2: {result:?} at {now}, past {until}");
            }
            (Some((Stage::Expired { .. }, _)), result) => {
                let expired = matches!(result, Err(Refusal::PromiseExpired { .. }));
                holds!(expired, "P2: {result:?} of what has expired");
            }
            (Some((Stage::Promised { .. }, _)), result) => {
                let expired = matches!(result, Err(Refusal::PromiseExpired { .. }));
                holds!(!expired, "P2: expired before its deadline, at {now}");
            }
            _ => {}
        }
        Ok(())
    });
}

/// P3: past its deadline a promise is expired for everybody who asks, swept or not; a timer that
/// is late, or armed for another deadline, changes nothing.
#[test]
fn past_its_deadline_everybody_is_told_expired() {
    let demanded = ["Expire done", "Expire nothing to do", "Extend promise_expired"];
    always(&demanded, |run, seen| {
        let now = run.shop.now;
        for (id, (stage, _)) in &run.ledger.orders {
            let Ok(Outcome::Order(told)) = run.shop.read(Query::Order(OrderName::Id(*id))) else {
                return Err(TestCaseError::fail(format!("P3: {id} is not told")));
            };
            match stage {
                Stage::Promised { until } if *until <= now => {
                    let expired = told.stage == Stage::Expired { until: *until };
                    holds!(expired, "P3: {:?} at {now}", told.stage);
                }
                stage => holds!(told.stage == *stage, "P3: {:?} is told as {stage:?}", told.stage),
            }
        }
        if let Command::Act { order, action: order::Command::Expire { armed_for } } = &seen.command
        {
            let due = matches!(
                seen.decided.orders.get(order),
                Some((Stage::Promised { until }, _)) if until == armed_for && *until <= now
            );
            holds!(due != seen.records.is_empty(), "P3: armed for {armed_for}: {:?}", seen.records);
        }
        Ok(())
    });
}

/// P4: a deadline is computed once, from the settings of that moment, and written down.
#[test]
fn a_deadline_is_written_down_when_it_is_made() {
    always(&["Configure done", "Promise done", "Extend done"], |run, seen| {
        let now = run.shop.now;
        let ttl = seen.decided_ttl(run);
        let written = seen.records.iter().flat_map(|record| &record.events);
        for event in written {
            match event {
                Event::Order { event: order::Event::Placed(placed), .. } => {
                    let Command::Promise(promise) = &seen.command else { continue };
                    let until = promise.until.unwrap_or(now + ttl);
                    let stage = match promise.sold {
                        true if promise.lines.is_empty() => Stage::Received,
                        true if promise.locked => Stage::Locked,
                        true => Stage::Confirmed { at: now },
                        false => Stage::Promised { until },
                    };
                    holds!(placed.stage == stage, "P4: {:?}, not {stage:?}", placed.stage);
                }
                Event::Order { id, event: order::Event::Extended { until }, .. } => {
                    let before = seen.decided.orders.get(id).map(|(stage, _)| stage.clone());
                    let Some(Stage::Promised { until: old }) = before else {
                        return Err(TestCaseError::fail("P4: extended what is no promise"));
                    };
                    holds!(*until == old.max(now + ttl), "P4: {until} from {old}, at {now}");
                }
                _ => {}
            }
        }
        Ok(())
    });
}

/// P6: a repeated cancel is the same cancel, whatever version it sends, and says who won.
#[test]
fn a_repeated_cancel_is_the_same_cancel() {
    finally(&["Cancel done", "Cancel nothing to do", "Confirm not_now"], |mut run| {
        for id in run.orders.clone() {
            let before = run.shop.world.orders[&id].1.clone();
            if !matches!(before.stage, Stage::Cancelled { .. }) {
                continue;
            }
            for version in [None, Some(Version(1)), Some(before.version), Some(Version(99))] {
                let action = order::Command::Cancel {
                    version,
                    reason: Some("again".into()),
                    unpicked: false,
                };
                let seen = run.submit("operator", Command::Act { order: id, action });
                let seen = seen.map_err(TestCaseError::fail)?;
                let same = matches!(&seen.result, Ok(Outcome::Order(order)) if **order == before);
                holds!(same && seen.records.is_empty(), "P6: {version:?}: {:?}", seen.result);
            }
        }
        Ok(())
    });
}

/// P7: a refused command changes nothing but what was overdue.
#[test]
fn a_refused_command_changes_nothing() {
    let demanded = [
        "Promise out_of_stock",
        "Promise deadline_out_of_range",
        "Promise too_many_open_promises",
        "Promise unknown_order",
        "Promise not_now",
        "Promise promise_expired",
        "Confirm wrong_version",
        "Confirm lines_unassigned",
        "PutStocks no_such_location",
        "CloseLocation location_in_use",
        "OpenLocation reference_in_use",
    ];
    try_histories(1, &demanded, |history, tally| {
        let mut run = Run::new(history);
        for step in &history.steps {
            let mut before = run.shop.world.clone();
            for seen in run.play(step).map_err(TestCaseError::fail)? {
                tally.count(&seen);
                if seen.result.is_ok() {
                    continue;
                }
                let overdue = seen.records.iter().all(|record| record.command == "Expire");
                holds!(overdue, "P7: refused, and recorded {:?}", seen.records);
                for record in &seen.records {
                    before.apply(record);
                }
                holds!(same(&before, &run.shop.world, run.shop.now), "P7: {:?}", seen.command);
            }
        }
        Ok(())
    });
}

/// P7: also the first command of a tenant that nobody has heard of.
#[test]
fn a_refused_stranger_leaves_no_trace() {
    let mut shop = crate::shop::Shop::new();
    let order = OrderId::from_bits(0);
    let action = order::Command::Extend { version: None };
    let answer = shop.submit("stranger", Command::Act { order, action });
    let Err(Refusal::UnknownOrder) = answer.result else { panic!("{:?}", answer.result) };
    assert_eq!(shop.world.hash(), World::default().hash());
}

/// P8: a version counts its entity's events, and what is closed never changes again.
#[test]
fn a_version_counts_events_and_what_is_closed_stays_so() {
    try_histories(1, &["Cancel done", "Expire done", "PutStocks done"], |history, tally| {
        let mut closed: BTreeMap<OrderId, Order> = BTreeMap::new();
        let run = play(history, tally, |run, _| {
            for (id, (_, order)) in &run.shop.world.orders {
                let events = run.ledger.orders.get(id).map(|(_, events)| u64::from(*events));
                holds!(events == Some(order.version.0), "P8: {} {events:?}", order.version);
                if order.stage.is_closed() {
                    let first = closed.entry(*id).or_insert_with(|| order.clone());
                    holds!(first == order, "P8: {first:?} became {order:?}");
                }
            }
            Ok(())
        });
        run.map(|_| ())
    });
}

impl Seen {
    /// How long a promise held when this command was decided.
    fn decided_ttl(&self, run: &Run) -> Millis {
        let configured = run.shop.records.iter().rev().flat_map(|record| &record.events);
        let last = configured.filter_map(|event| match event {
            Event::Configured(settings) => settings.promise_ttl,
            _ => None,
        });
        last.into_iter().next().unwrap_or(run.shop.policy.promise_ttl)
    }
}
