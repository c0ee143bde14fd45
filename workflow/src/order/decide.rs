//! What may happen to an order: one row per rule.

use smol_str::SmolStr;

use super::task::{self, Task};
use super::{Event, Hold, Order, Stage, Window};
use crate::id::{LocationId, Version};
use crate::invitation::{self, Report};
use crate::limits::{LINES_PER_ORDER_MAX, WINDOW_LENGTH};
use crate::refusal::Refusal;
use crate::time::{Millis, Time};

/// What may be asked of an order that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make the promise a sale.
    Confirm {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// The shop's name for the order from now on.
        reference: Option<SmolStr>,
    },
    /// Hold the stock for the tenant's time from now, never for less than before.
    Extend {
        /// The version that the caller saw last.
        version: Option<Version>,
    },
    /// End it.
    Cancel {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// Why.
        reason: Option<SmolStr>,
        /// Only while nobody has begun to pick it.
        unpicked: bool,
    },
    /// The timer says that the deadline has passed.
    Expire {
        /// The deadline that the timer was armed for.
        armed_for: Time,
    },
    /// Pick it, or bring it.
    Work {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// What is done.
        task: Task,
    },
    /// Note what the shop reports of it for reviews.
    Invite(Box<Report>),
    /// Do something about its invitation, or about another mail.
    Invitation(invitation::Command),
    /// Give a locked order to pickers.
    Unlock {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// When it is to be brought; none leaves that as it is.
        target: Option<Time>,
    },
}

impl Command {
    /// A cancel without a reason, as those send it who bring orders: possible until one leaves.
    pub fn cancel(version: Option<Version>) -> Command {
        Command::Cancel { version, reason: None, unpicked: false }
    }

    /// The command's name, as refusals and records say it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Confirm { .. } => "Confirm",
            Command::Extend { .. } => "Extend",
            Command::Cancel { .. } => "Cancel",
            Command::Expire { .. } => "Expire",
            Command::Work { task, .. } => task.name(),
            Command::Invite(_) => "Invite",
            Command::Invitation(command) => command.name(),
            Command::Unlock { .. } => "Unlock",
        }
    }

    fn version(&self) -> Option<Version> {
        match self {
            Command::Confirm { version, .. }
            | Command::Extend { version, .. }
            | Command::Cancel { version, .. }
            | Command::Work { version, .. }
            | Command::Unlock { version, .. } => *version,
            // An invitation has a version of its own.
            Command::Expire { .. } | Command::Invite(_) | Command::Invitation(_) => None,
        }
    }
}

/// Answers with the event that carries `command` out, with nothing if it is done already, or
/// refuses it and changes nothing (P7). `hold_for` is how long the tenant's promises hold.
pub fn decide(
    order: &Order,
    command: &Command,
    hold_for: Millis,
    now: Time,
) -> Result<Option<Event>, Refusal> {
    match (order.stage_at(now), command) {
        (_, Command::Invitation(command)) => {
            Ok(invitation::decide(order, command, now)?.map(Event::Invitation))
        }

        // A timer that comes late, or for a deadline that has moved, is not a mistake.
        (Stage::Expired { until }, Command::Expire { armed_for }) => {
            Ok((order.deadline() == Some(until) && until == *armed_for).then_some(Event::Expired))
        }
        (_, Command::Expire { .. }) => Ok(None),
        // A repeated cancel is the same cancel, whatever version it sends (P6).
        (Stage::Cancelled { .. }, Command::Cancel { .. }) => Ok(None),
        // So is a repeated report of a driver.
        (Stage::Delivered { .. }, Command::Work { task: Task::Deliver { .. }, .. }) => Ok(None),

        // The order of these rows is the order of precedence.
        (Stage::Expired { until }, _) => Err(Refusal::PromiseExpired { until }),
        (_, command) if command.version().is_some_and(|asked| asked != order.version) => {
            Err(Refusal::WrongVersion {
                asked: command.version().unwrap_or_default(),
                current: order.version,
            })
        }

        (Stage::Promised { .. }, Command::Confirm { reference, .. }) if !order.is_short() => {
            Ok(Some(Event::Confirmed { reference: reference.clone() }))
        }
        (Stage::Promised { .. }, Command::Confirm { .. }) => {
            Err(Refusal::LinesUnassigned { version: order.version })
        }
        (Stage::Promised { until }, Command::Extend { .. }) => {
            Ok(Some(Event::Extended { until: until.max(now + hold_for) }))
        }
        (Stage::Locked, Command::Unlock { target, .. }) => {
            let window = target.map(|start| Window { start, length: WINDOW_LENGTH });
            Ok(Some(Event::Unlocked { window }))
        }
        (Stage::Confirmed { .. }, Command::Work { task, .. }) => task::decide(order, task),
        (Stage::Confirmed { .. }, Command::Cancel { unpicked: true, .. })
            if !order.parts().is_empty() =>
        {
            Err(task::not_now(order, command.name()))
        }
        // What is at the door stays there: only the rest can still be ended.
        (Stage::Confirmed { .. }, Command::Cancel { .. }) if order.has_left() => {
            match order.is_under_way() {
                true => Err(task::not_now(order, command.name())),
                false => Ok(Some(Event::Delivered)),
            }
        }
        (
            Stage::Received | Stage::Promised { .. } | Stage::Confirmed { .. } | Stage::Locked,
            Command::Cancel { reason, .. },
        ) => Ok(Some(Event::Cancelled { reason: reason.clone() })),
        // What is at the door is what there is most to say about.
        (
            Stage::Received
            | Stage::Promised { .. }
            | Stage::Confirmed { .. }
            | Stage::Locked
            | Stage::Delivered { .. },
            Command::Invite(report),
        ) if order.report.is_none() => Ok(Some(Event::Invited(report.clone()))),

        (_, command) => Err(Refusal::NotNow {
            stage: order.stage_name(),
            command: command.name(),
            version: order.version,
        }),
    }
}

/// Answers with the stage that the order is in once `count` lines were added, or refuses them.
/// What is held of them is planned after this, and nothing of that refuses because of the order.
pub fn takes_lines(
    order: &Order,
    version: Option<Version>,
    count: usize,
    now: Time,
) -> Result<Stage, Refusal> {
    // The order of these rows is the order of precedence.
    match order.stage_at(now) {
        Stage::Expired { until } => Err(Refusal::PromiseExpired { until }),
        _ if version.is_some_and(|asked| asked != order.version) => Err(Refusal::WrongVersion {
            asked: version.unwrap_or_default(),
            current: order.version,
        }),
        // Whoever picks knows what there is to pick.
        Stage::Cancelled { .. } | Stage::Delivered { .. } => Err(task::not_now(order, "AddLines")),
        _ if !order.parts().is_empty() => Err(task::not_now(order, "AddLines")),
        _ if order.asked.lines.len() + count > LINES_PER_ORDER_MAX => {
            Err(Refusal::TooManyLines { limit: LINES_PER_ORDER_MAX })
        }
        Stage::Received => Ok(Stage::Confirmed { at: now }),
        stage @ (Stage::Promised { .. } | Stage::Confirmed { .. } | Stage::Locked) => Ok(stage),
    }
}

/// Refuses what pickers and drivers do with an order that is not sold, or of which the caller saw
/// another version last.
pub fn takes_work(
    order: &Order,
    version: Option<Version>,
    command: &'static str,
    now: Time,
) -> Result<(), Refusal> {
    // The order of these rows is the order of precedence.
    match order.stage_at(now) {
        Stage::Expired { until } => Err(Refusal::PromiseExpired { until }),
        _ if version.is_some_and(|asked| asked != order.version) => Err(Refusal::WrongVersion {
            asked: version.unwrap_or_default(),
            current: order.version,
        }),
        Stage::Confirmed { .. } => Ok(()),
        _ => Err(task::not_now(order, command)),
    }
}

/// Answers with one of its reservations, whose pieces may be held at `to` instead, or refuses that.
/// Whether there is stock is looked at after this, and nothing of that refuses because of the
/// order.
pub fn gives_up(
    order: &Order,
    index: u16,
    to: LocationId,
    version: Option<Version>,
    now: Time,
) -> Result<Hold, Refusal> {
    let hold = order.holds.iter().find(|hold| hold.index == index);
    // The order of these rows is the order of precedence.
    match (order.stage_at(now), hold) {
        (Stage::Expired { until }, _) => Err(Refusal::PromiseExpired { until }),
        (_, None) => Err(Refusal::UnknownReservation),
        _ if version.is_some_and(|asked| asked != order.version) => Err(Refusal::WrongVersion {
            asked: version.unwrap_or_default(),
            current: order.version,
        }),
        // Whoever picks there knows what there is to pick.
        (_, Some(hold)) if [hold.location, to].iter().any(|at| order.open_part(*at).is_some()) => {
            Err(task::not_now(order, "Transfer"))
        }
        (_, Some(hold)) => Ok(hold.clone()),
    }
}
