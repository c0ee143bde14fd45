//! One order: the thing a customer wants, from the promise to its end.

mod apply;
mod decide;
mod line;
mod stage;
mod standing;
mod work;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use apply::{apply, place};
pub use decide::{Command, decide};
pub use line::{Asked, Delivery, Handover, Hold, Line, Shortage};
pub use stage::Stage;
pub use standing::Standing;
pub use work::{Window, Work};

use crate::id::{OrderId, StockId, Version};
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
    /// What was asked. Shared with the event that placed it, since neither ever changes.
    pub asked: Arc<Asked>,
    /// What is held for it; empty once it is closed.
    pub holds: Vec<Hold>,
    /// The reply of the request that made it, then those of its last actions.
    pub replies: Vec<Arc<StoredReply>>,
    /// What became of its pieces besides being held; none for most orders.
    pub work: Option<Box<Work>>,
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
    /// What else is known of it from the beginning.
    pub work: Option<Box<Work>>,
}

impl Order {
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

    /// Pieces of a line that are held or wait for stock somewhere.
    pub fn assigned(&self, line: u16) -> Units {
        self.holds.iter().filter(|hold| hold.line == line).map(|hold| hold.units).sum()
    }

    /// Pieces of a line that nobody will bring.
    pub fn dropped(&self, line: u16) -> Units {
        self.work.as_ref().map_or(Units::ZERO, |work| work.dropped(line))
    }

    /// Pieces of a line that are wanted, and that nothing can fulfil.
    pub fn unassigned(&self, line: u16) -> Units {
        let wanted = self.asked.lines[usize::from(line)].quantity.less(self.dropped(line));
        wanted.less(self.assigned(line))
    }

    /// The web shop that the order came from, if it said.
    pub fn shop(&self) -> Option<&SmolStr> {
        self.asked.handover.as_ref()?.shop.as_ref()
    }

    /// Whether some piece has no place at all; such a promise cannot be confirmed.
    pub fn is_short(&self) -> bool {
        (0..self.asked.lines.len()).any(|line| !self.unassigned(line as u16).is_zero())
    }

    /// Keeps a reply. The one that made the order stays, of the others the newest do (K7).
    pub fn keep(&mut self, reply: Arc<StoredReply>) {
        if self.replies.len() > ACTION_KEYS_PER_ORDER_MAX {
            self.replies.remove(1);
        }
        self.replies.push(reply);
    }
}
