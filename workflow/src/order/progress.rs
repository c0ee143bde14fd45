//! Makes true what pickers and drivers did with an order.
//!
//! There are no rules here, and nothing that can fail: what may happen was decided before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Event, Hold, Order, Part, Rest, Stage, Step, Substitution, Work};
use crate::id::LocationId;
use crate::quantity::Units;
use crate::time::Time;

/// Makes an event about picking or bringing true at the time of its command.
pub(super) fn apply(order: &mut Order, event: &Event, at: Time) {
    match event {
        Event::Placed(_)
        | Event::Confirmed { .. }
        | Event::Extended { .. }
        | Event::Cancelled { .. }
        | Event::Expired
        | Event::Rehosted { .. }
        | Event::Lost { .. }
        | Event::Rerouted { .. }
        | Event::Displaced { .. }
        | Event::Transferred { .. }
        | Event::LinesAdded(_)
        | Event::Unlocked { .. }
        | Event::Invited(_)
        | Event::Invitation(_) => unreachable!("P1: this is not about picking: {event:?}"),
        Event::Taken { at, picker } => {
            let part = Part {
                location: *at,
                step: Step::Picking,
                pickers: vec![picker.clone()],
                driver: None,
                found: Vec::new(),
            };
            work(order).parts.push(part);
        }
        Event::Shared { picker, with } => {
            for part in parts_of(order, picker) {
                part.pickers.push(with.clone());
            }
        }
        Event::Picked { at, line, units } => {
            let found = open_part(order, *at).found_mut(*line);
            found.picked = found.picked.plus(*units);
        }
        Event::ShortOnShelf { at, line, taken, rest } => {
            short_on_shelf(order, *at, *line, taken, *rest);
        }
        Event::Substituted(substitution) => substitute(order, substitution),
        Event::Staged { picker } => {
            for part in parts_of(order, picker) {
                part.step = Step::Staged;
            }
        }
        Event::Shipped { driver, .. } => ship(order, driver),
        Event::Neared { driver } => step_on(order, driver, &[Step::Out], Step::Near),
        Event::Arrived { driver } => {
            step_on(order, driver, &[Step::Out, Step::Near], Step::Delivered);
        }
        Event::Delivered => {
            let work = work(order);
            work.parts.retain(|part| part.step >= Step::Out);
            work.parts.iter_mut().for_each(|part| part.step = Step::Delivered);
            order.stage = Stage::Delivered { at };
            order.holds = Vec::new();
        }
        Event::Scheduled { window } => work(order).window = Some(*window),
        Event::Reflagged { shortage, kept } => {
            let asked = Arc::make_mut(&mut order.asked);
            asked.kept = kept.clone();
            if let Some(shortage) = shortage {
                asked.lines.iter_mut().for_each(|line| line.shortage = *shortage);
            }
        }
    }
}

fn ship(order: &mut Order, driver: &smol_str::SmolStr) {
    let packed: Vec<Hold> = order.packed().into_iter().cloned().collect();
    let work = order.work.as_deref_mut().expect("P1: what is shipped was staged");
    for part in work.parts.iter_mut().filter(|part| part.step == Step::Staged) {
        part.step = Step::Out;
        part.driver = Some(driver.clone());
        part.found.iter_mut().for_each(|found| found.picked = Units::ZERO);
        let at = part.location;
        for hold in packed.iter().filter(|hold| hold.location == at) {
            let found = part.found_mut(hold.line);
            found.picked = found.picked.plus(hold.units);
        }
    }
    let left: BTreeSet<u16> = packed.iter().map(|hold| hold.index).collect();
    order.holds.retain(|hold| !left.contains(&hold.index));
}

fn work(order: &mut Order) -> &mut Work {
    order.work.get_or_insert_default()
}

fn open_part(order: &mut Order, at: LocationId) -> &mut Part {
    let mut parts = work(order).parts.iter_mut();
    let part = parts.find(|part| part.location == at && part.step < Step::Out);
    part.expect("P1: what is picked was taken before")
}

/// What this picker picks of the order.
fn parts_of<'a>(order: &'a mut Order, picker: &'a str) -> impl Iterator<Item = &'a mut Part> {
    let parts = work(order).parts.iter_mut().filter(|part| part.step == Step::Picking);
    parts.filter(move |part| part.pickers.iter().any(|it| it == picker))
}

fn step_on(order: &mut Order, driver: &str, from: &[Step], to: Step) {
    let parts = work(order).parts.iter_mut();
    for part in parts.filter(|part| part.driver.as_deref() == Some(driver)) {
        if from.contains(&part.step) {
            part.step = to;
        }
    }
}

fn short_on_shelf(
    order: &mut Order,
    at: LocationId,
    line: u16,
    taken: &[(u16, Units)],
    rest: Rest,
) {
    let mut missing = Units::ZERO;
    for (index, units) in taken {
        missing = missing.plus(*units);
        for hold in order.holds.iter_mut().filter(|hold| hold.index == *index) {
            hold.units = hold.units.minus(*units);
        }
    }
    order.holds.retain(|hold| !hold.units.is_zero());
    let found = open_part(order, at).found_mut(line);
    found.missing = found.missing.plus(missing);
    match rest {
        Rest::Open => {}
        Rest::Waits(index) => {
            order.reserved = index + 1;
            order.holds.push(Hold { index, line, location: at, stock: None, units: missing });
        }
        Rest::Dropped => work(order).drop_pieces(line, missing),
        Rest::Unplaced => work(order).displace(line),
    }
    forget_empty_parts(order);
}

fn substitute(order: &mut Order, substitution: &Substitution) {
    let Substitution { line, units, released, by, new, holds } = substitution;
    order.holds.retain(|hold| !released.contains(&hold.index));
    let asked = Arc::make_mut(&mut order.asked);
    match new {
        Some(new) => asked.lines.push(new.clone()),
        None => {
            let grown = &mut asked.lines[usize::from(*by)];
            grown.quantity = grown.quantity.plus(*units);
        }
    }
    let work = work(order);
    work.drop_pieces(*line, *units);
    if !work.replaced.contains(&(*line, *by)) {
        work.replaced.push((*line, *by));
    }
    order.reserved += u16::try_from(holds.len()).expect("an order has few reservations");
    order.holds.extend(holds.iter().cloned());
}

/// A part with nothing left of it is nobody's work any more.
pub(super) fn forget_empty_parts(order: &mut Order) {
    let is_open = |part: &Part| {
        let here = order.holds.iter().filter(|hold| hold.location == part.location);
        let held = here.into_iter().any(|hold| hold.stock.is_some());
        let missing = part.found.iter().filter(|found| !found.missing.is_zero());
        let mut missing = missing.map(|found| found.line);
        let to_substitute = missing.any(|line| {
            let waits = order.asked.lines[usize::from(line)].shortage.waits();
            !waits && !order.unassigned(line).is_zero()
        });
        part.step >= Step::Out || held || to_substitute
    };
    let gone: Vec<bool> = order.parts().iter().map(|part| !is_open(part)).collect();
    if let Some(work) = order.work.as_deref_mut() {
        let mut gone = gone.into_iter();
        work.parts.retain(|_| !gone.next().unwrap_or_default());
    }
}
