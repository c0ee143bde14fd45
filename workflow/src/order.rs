//! One order: the thing a customer wants, from the promise to its end.

mod apply;
mod decide;
mod line;
mod stage;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use apply::{apply, place};
pub use decide::{Command, decide, takes_lines};
pub use line::{Asked, Delivery, Hold, Line};
pub use stage::Stage;

use crate::id::{OrderId, StockId, Version};
use crate::invitation::{self, Invitation, Report};
use crate::limits::ACTION_KEYS_PER_ORDER_MAX;
use crate::quantity::Units;
use crate::reply::StoredReply;
use crate::time::Time;

/// An order's state, folded from its events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its number within the tenant, from 1.
    pub number: u64,
    /// Grows by one per event.
    pub version: Version,
    /// When it was made.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// Where it is in its life.
    pub stage: Stage,
    /// Who placed it; open promises are counted per caller.
    pub caller: SmolStr,
    /// The shop's own name for the order; it need not be unique.
    pub reference: Option<SmolStr>,
    /// What was asked. Shared with the event that placed it, until lines are added.
    pub asked: Arc<Asked>,
    /// What is held for it; empty once it is closed.
    pub holds: Vec<Hold>,
    /// The reply of the request that made it, then those of its last actions.
    pub replies: Vec<Arc<StoredReply>>,
    /// How many reservations it ever had; the next one has this index.
    pub reserved: u16,
    /// What the shop reported of it for reviews.
    pub report: Option<Box<Report>>,
}

/// What happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// It was made, with its stock held.
    Placed(Box<Placed>),
    /// The promise became a sale.
    Confirmed {
        /// The shop's name for the order, if one was given.
        reference: Option<SmolStr>,
    },
    /// The deadline moved.
    Extended {
        /// The new deadline.
        until: Time,
    },
    /// Somebody ended it; its stock is free.
    Cancelled {
        /// The reason that was given.
        reason: Option<SmolStr>,
    },
    /// Its deadline passed; its stock is free.
    Expired,
    /// Some of its reservations found a lot of stock, or lost theirs.
    Rehosted {
        /// Reservation index and its lot from now on.
        hosts: Vec<(u16, Option<StockId>)>,
    },
    /// A location went away, and the reservations there with it.
    Lost {
        /// The reservations' indices.
        holds: Vec<u16>,
    },
    /// More is wanted, with what is held of it.
    LinesAdded(Box<Added>),
    /// The shop reported it for reviews, perhaps with an invitation.
    Invited(Box<Report>),
    /// Something happened to its invitation. The order itself did not change.
    Invitation(invitation::Event),
}

impl Event {
    /// Whether the order is closed after it.
    pub fn closes(&self) -> bool {
        matches!(self, Event::Cancelled { .. } | Event::Expired)
    }
}

/// How an order begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placed {
    /// Its number within the tenant.
    pub number: u64,
    /// Its first stage: promised, or confirmed at once.
    pub stage: Stage,
    /// Who asked.
    pub caller: SmolStr,
    /// The shop's own name for it.
    pub reference: Option<SmolStr>,
    /// What was asked.
    pub asked: Arc<Asked>,
    /// What is held for it.
    pub holds: Vec<Hold>,
    /// What the shop reported of it for reviews, if it was made by that.
    pub report: Option<Box<Report>>,
}

/// Lines that join an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Added {
    /// The stage from now on: what was only received is sold.
    pub stage: Stage,
    /// The lines; they follow those that there are.
    pub lines: Vec<Line>,
    /// What is held for them.
    pub holds: Vec<Hold>,
}

impl Order {
    /// The invitation to review it.
    pub fn invitation(&self) -> Option<&Invitation> {
        self.report.as_ref()?.invitation.as_ref()
    }

    /// Whether mails about it wait: a promise is not sold yet, and of an order that nothing can
    /// fulfil there is nothing to review.
    pub fn mails_wait(&self) -> bool {
        let wants_stock = || self.asked.lines.iter().any(|line| !line.quantity.is_zero());
        match self.stage {
            Stage::Promised { .. } => true,
            Stage::Confirmed { .. } => self.holds.is_empty() && wants_stock(),
            Stage::Received | Stage::Cancelled { .. } | Stage::Expired { .. } => false,
        }
    }

    /// Whether it may leave memory: it is closed, and no door asks for it by more than its id, its
    /// number, its reference and its customer. What was reported for reviews is found by more.
    pub fn is_done(&self) -> bool {
        self.stage.is_closed() && self.report.is_none()
    }

    /// The stage that anybody may be told: past its deadline a promise is expired, swept or not
    /// (P3).
    pub fn stage_at(&self, now: Time) -> Stage {
        match self.stage {
            Stage::Promised { until } if until <= now => Stage::Expired { until },
            ref stage => stage.clone(),
        }
    }

    /// When the promise ends, while it is one.
    pub fn deadline(&self) -> Option<Time> {
        match self.stage {
            Stage::Promised { until } => Some(until),
            _ => None,
        }
    }

    /// The name of its stage, as refusals and doors say it. What is sold waits while nothing of it
    /// is held; if nothing even waits, nothing can fulfil it.
    pub fn stage_name(&self) -> &'static str {
        match &self.stage {
            Stage::Confirmed { .. } if self.holds.is_empty() => "Unroutable",
            Stage::Confirmed { .. } if self.holds.iter().all(|hold| hold.stock.is_none()) => {
                "Waiting"
            }
            stage => stage.name(),
        }
    }

    /// Pieces of a line that are held or wait for stock somewhere.
    pub fn assigned(&self, line: u16) -> Units {
        self.holds.iter().filter(|hold| hold.line == line).map(|hold| hold.units).sum()
    }

    /// Pieces of a line that nothing can fulfil.
    pub fn unassigned(&self, line: u16) -> Units {
        self.asked.lines[usize::from(line)].quantity.less(self.assigned(line))
    }

    /// Whether some piece has no place at all; such a promise cannot be confirmed.
    pub fn is_short(&self) -> bool {
        (0..self.asked.lines.len()).any(|line| !self.unassigned(line as u16).is_zero())
    }

    /// Keeps a reply. The one that made the order stays, of the others the newest do (K7);
    /// answers with the one that had to go.
    pub fn keep(&mut self, reply: Arc<StoredReply>) -> Option<Arc<StoredReply>> {
        let is_full = self.replies.len() > ACTION_KEYS_PER_ORDER_MAX;
        let evicted = is_full.then(|| self.replies.remove(1));
        self.replies.push(reply);
        evicted
    }
}
