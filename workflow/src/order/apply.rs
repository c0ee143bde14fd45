//! Makes an event about an order true.
//!
//! There are no rules here, and nothing that can fail: what may happen was decided before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Added, Event, Hold, Order, Placed, Stage, Window, progress};
use crate::id::{OrderId, Version};
use crate::invitation;
use crate::time::Time;

/// The order that an event of placing makes.
pub fn place(id: OrderId, placed: &Placed, at: Time) -> Order {
    Order {
        id,
        number: placed.number,
        version: Version::FIRST,
        created: at,
        modified: at,
        stage: placed.stage.clone(),
        caller: placed.caller.clone(),
        reference: placed.reference.clone(),
        asked: placed.asked.clone(),
        holds: placed.holds.clone(),
        replies: Vec::new(),
        reserved: count(placed.holds.len()),
        work: placed.work.clone(),
        report: placed.report.clone(),
    }
}

/// Makes `event` true at the time of its command.
pub fn apply(order: &mut Order, event: &Event, at: Time) {
    if let Event::Invitation(event) = event {
        // Its mails go on after the order is closed, and neither its version nor its lines change.
        return invitation::apply(order, event, at);
    }
    let may_follow = match event {
        // It moves no stage, and what is at the door may be reviewed.
        Event::Invited(_) => !order.stage.is_closed() || order.is_delivered(),
        _ => !order.stage.is_closed(),
    };
    assert!(may_follow, "P1: a closed order has no further event: {event:?}");
    order.version = order.version.next();
    order.modified = at;
    match event {
        Event::Placed(_) => unreachable!("P1: an order is placed once, by place()"),
        Event::Confirmed { reference } => {
            order.stage = Stage::Confirmed { at };
            if reference.is_some() {
                order.reference.clone_from(reference);
            }
        }
        Event::Extended { until } => order.stage = Stage::Promised { until: *until },
        Event::Cancelled { reason } => {
            order.stage = Stage::Cancelled { at, reason: reason.clone() };
            order.holds = Vec::new();
        }
        Event::Expired => {
            let until = order.deadline().expect("P3: only a promise expires");
            assert!(until <= at, "P3: a promise never expires before its deadline");
            order.stage = Stage::Expired { until };
            order.holds = Vec::new();
        }
        Event::Rehosted { hosts } => {
            for (index, stock) in hosts {
                for hold in order.holds.iter_mut().filter(|hold| hold.index == *index) {
                    hold.stock = *stock;
                }
            }
            progress::forget_empty_parts(order);
        }
        Event::Lost { holds } => {
            order.holds.retain(|hold| !holds.contains(&hold.index));
            progress::forget_empty_parts(order);
        }
        Event::LinesAdded(added) => add_lines(order, added),
        Event::Taken { .. }
        | Event::Shared { .. }
        | Event::Picked { .. }
        | Event::ShortOnShelf { .. }
        | Event::Substituted(_)
        | Event::Staged { .. }
        | Event::Shipped { .. }
        | Event::Neared { .. }
        | Event::Arrived { .. }
        | Event::Delivered
        | Event::Scheduled { .. }
        | Event::Reflagged { .. } => progress::apply(order, event, at),
        Event::Unlocked { window } => unlock(order, *window, at),
        Event::Invited(report) => order.report = Some(report.clone()),
        Event::Rerouted { holds } => {
            take_holds(order, holds);
            find_place(order);
        }
        Event::Displaced { holds } => displace(order, holds),
        Event::Transferred { released, holds } => {
            order.holds.retain(|hold| hold.index != *released);
            take_holds(order, holds);
        }
        Event::Invitation(_) => unreachable!("it was applied above"),
    }
}

fn add_lines(order: &mut Order, added: &Added) {
    order.stage = added.stage.clone();
    Arc::make_mut(&mut order.asked).lines.extend(added.lines.iter().cloned());
    take_holds(order, &added.holds);
    for (line, units) in &added.dropped {
        order.work.get_or_insert_default().drop_pieces(*line, *units);
    }
}

fn take_holds(order: &mut Order, holds: &[Hold]) {
    order.reserved += count(holds.len());
    order.holds.extend(holds.iter().cloned());
}

fn displace(order: &mut Order, holds: &[Hold]) {
    let gone: BTreeSet<u16> = holds.iter().map(|hold| hold.index).collect();
    order.holds.retain(|hold| !gone.contains(&hold.index));
    let work = order.work.get_or_insert_default();
    holds.iter().for_each(|hold| work.displace(hold.line));
    progress::forget_empty_parts(order);
}

/// Lines all of whose pieces have a place again wait for none.
fn find_place(order: &mut Order) {
    let waits = |line: &u16| !order.unassigned(*line).is_zero();
    let displaced = order.work.iter().flat_map(|work| &work.displaced);
    let displaced: Vec<u16> = displaced.copied().filter(waits).collect();
    if let Some(work) = order.work.as_deref_mut() {
        work.displaced = displaced;
    }
}

fn unlock(order: &mut Order, window: Option<Window>, at: Time) {
    order.stage = Stage::Confirmed { at };
    if window.is_some() {
        order.work.get_or_insert_default().window = window;
    }
}

fn count(holds: usize) -> u16 {
    u16::try_from(holds).expect("an order has few reservations")
}
