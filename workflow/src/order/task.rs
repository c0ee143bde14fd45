//! What pickers and drivers do with an order: one row per rule.
//!
//! A file of its own because all of it happens within one stage: an order that is sold.

use smol_str::SmolStr;

use super::{Event, Order, Shortage, Stage, Step, Window};
use crate::id::LocationId;
use crate::kept::Kept;
use crate::quantity::Units;
use crate::refusal::Refusal;

/// What may be done with an order that is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// A picker begins with the part at a location.
    Take {
        /// The location.
        at: LocationId,
        /// Who.
        picker: SmolStr,
    },
    /// A picker has another one help with all that they pick of it.
    Share {
        /// Who picks it.
        picker: SmolStr,
        /// Who helps.
        with: SmolStr,
    },
    /// A picker has pieces of a line in their hands.
    Pick {
        /// Who.
        picker: SmolStr,
        /// The line, counted from 0.
        line: u16,
        /// How many.
        units: Units,
    },
    /// All parts of a picker that are picked wait for a driver from now on.
    Stage {
        /// Who.
        picker: SmolStr,
    },
    /// A driver takes all that is staged.
    Ship {
        /// Who.
        driver: SmolStr,
    },
    /// A driver is near.
    Near {
        /// Who.
        driver: SmolStr,
    },
    /// What a driver brings is at the door.
    Deliver {
        /// Who.
        driver: SmolStr,
    },
    /// It is to be brought then.
    Schedule {
        /// When.
        window: Window,
    },
    /// What becomes of short lines from now on, and what doors keep of that.
    Reflag {
        /// Of all lines; none leaves them as they are.
        shortage: Option<Shortage>,
        /// The kept members from now on.
        kept: Kept,
    },
}

impl Task {
    /// The task's name, as refusals and records say it.
    pub fn name(&self) -> &'static str {
        match self {
            Task::Take { .. } => "Take",
            Task::Share { .. } => "Share",
            Task::Pick { .. } => "Pick",
            Task::Stage { .. } => "Stage",
            Task::Ship { .. } => "Ship",
            Task::Near { .. } => "Near",
            Task::Deliver { .. } => "Deliver",
            Task::Schedule { .. } => "Schedule",
            Task::Reflag { .. } => "Reflag",
        }
    }
}

/// Answers with the event that carries the task out, with nothing if it is done already, or
/// refuses it. Whether the version fits, and whether the order is open, was looked at before.
pub(super) fn decide(order: &Order, task: &Task) -> Result<Option<Event>, Refusal> {
    let not_now = || not_now(order, task.name());
    if !matches!(order.stage, Stage::Confirmed { .. }) {
        return Err(not_now());
    }
    match task {
        Task::Take { at, picker } if order.unpicked().contains(at) => {
            Ok(Some(Event::Taken { at: *at, picker: picker.clone() }))
        }
        Task::Take { .. } => Err(not_now()),
        Task::Share { picker, with } => match order.part_of(picker, None) {
            None => Err(Refusal::NotInList),
            Some(part) if part.pickers.contains(with) => Err(Refusal::AlreadyInList),
            Some(_) => Ok(Some(Event::Shared { picker: picker.clone(), with: with.clone() })),
        },
        Task::Pick { picker, line, units } => pick(order, picker, *line, *units).map(Some),
        Task::Stage { picker } => match order.part_of(picker, None) {
            None => Err(Refusal::NotInList),
            Some(_) if !picked_by(order, picker) => Err(Refusal::NotPicked),
            Some(_) => Ok(Some(Event::Staged { picker: picker.clone() })),
        },
        Task::Ship { driver } if order.is_staged() => {
            let shipment = Box::new(order.shipment());
            Ok(Some(Event::Shipped { driver: driver.clone(), shipment }))
        }
        Task::Ship { .. } => Err(Refusal::NotStaged { number: order.number }),
        Task::Near { driver } => match steps_of(order, driver) {
            (true, _) => Ok(Some(Event::Neared { driver: driver.clone() })),
            (false, true) => Ok(None),
            (false, false) => Err(not_now()),
        },
        Task::Deliver { driver } => match steps_of(order, driver) {
            (false, false) => Err(not_now()),
            _ if is_last(order, driver) => Ok(Some(Event::Delivered)),
            _ => Ok(Some(Event::Arrived { driver: driver.clone() })),
        },
        Task::Schedule { window } if !order.has_left() => {
            let same = order.window() == Some(*window);
            Ok((!same).then_some(Event::Scheduled { window: *window }))
        }
        Task::Reflag { shortage, kept } if order.parts().is_empty() => {
            let same = order.asked.kept == *kept
                && order.asked.lines.iter().all(|it| shortage.is_none_or(|to| it.shortage == to));
            let event = Event::Reflagged { shortage: *shortage, kept: kept.clone() };
            Ok((!same).then_some(event))
        }
        Task::Schedule { .. } | Task::Reflag { .. } => Err(not_now()),
    }
}

/// Picking more than is held is picking the wrong thing.
fn pick(order: &Order, picker: &str, line: u16, units: Units) -> Result<Event, Refusal> {
    let part = order.part_of(picker, Some(line)).ok_or(Refusal::WrongItem)?;
    let open = order.held_at(line, part.location).less(part.found(line).picked);
    if units.is_zero() || units > open {
        return Err(Refusal::WrongItem);
    }
    Ok(Event::Picked { at: part.location, line, units })
}

/// Whether all that a picker picks of it is picked.
fn picked_by(order: &Order, picker: &str) -> bool {
    let parts = order.parts().iter().filter(|part| part.step == Step::Picking);
    let mut his = parts.filter(|part| part.pickers.iter().any(|it| it == picker));
    his.all(|part| {
        let mut here = order.holds.iter().filter(|hold| hold.location == part.location);
        here.any(|hold| hold.stock.is_some()) && order.is_picked(part)
    })
}

/// Whether a driver has something of it on the way, and whether they are near with it.
fn steps_of(order: &Order, driver: &str) -> (bool, bool) {
    let his = || order.parts().iter().filter(|part| part.driver.as_deref() == Some(driver));
    let any = |step: Step| his().any(|part| part.step == step);
    (any(Step::Out), any(Step::Near))
}

/// Whether nothing is left of the order once this driver has brought what they have.
fn is_last(order: &Order, driver: &str) -> bool {
    let others = order.parts().iter().filter(|part| part.driver.as_deref() != Some(driver));
    order.holds.is_empty()
        && !order.waits()
        && others.into_iter().all(|part| part.step == Step::Delivered)
}

pub(super) fn not_now(order: &Order, command: &'static str) -> Refusal {
    Refusal::NotNow { stage: order.stage_name(), command, version: order.version }
}
