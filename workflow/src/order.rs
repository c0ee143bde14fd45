//! One order: the thing a customer wants, from the promise to its end.

mod apply;
mod decide;
mod line;
mod notice;
mod part;
mod progress;
mod stage;
mod standing;
mod task;
mod work;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use apply::{apply, place};
pub use decide::{Command, decide, gives_up, takes_lines, takes_work};
pub use line::{Asked, Delivery, Handover, Hold, Line, Shortage, line_number, of_line_number};
pub use notice::Notice;
pub use part::{Found, Part, Queue, Step};
pub use stage::Stage;
pub use standing::Standing;
pub use task::Task;
pub use work::{Window, Work};

use crate::id::{LocationId, OrderId, StockId, Version};
use crate::invitation::{self, Invitation, Report};
use crate::kept::Kept;
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
    /// What became of its pieces besides being held; none for most orders.
    pub work: Option<Box<Work>>,
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
    /// A location went away, and with it the reservations there of an order that nothing else may
    /// take their place for.
    Lost {
        /// The reservations' indices.
        holds: Vec<u16>,
    },
    /// More is wanted, with what is held of it.
    LinesAdded(Box<Added>),
    /// A picker has begun with the part at a location.
    Taken {
        /// The location.
        at: LocationId,
        /// Who.
        picker: SmolStr,
    },
    /// A picker has another one help.
    Shared {
        /// Who picks it.
        picker: SmolStr,
        /// Who helps.
        with: SmolStr,
    },
    /// Pieces of a line are in a picker's hands.
    Picked {
        /// The location.
        at: LocationId,
        /// The line, counted from 0.
        line: u16,
        /// How many.
        units: Units,
    },
    /// Pieces that were held of a line are not on the shelf.
    ShortOnShelf {
        /// The location.
        at: LocationId,
        /// The line, counted from 0.
        line: u16,
        /// Reservations, and how many of their pieces are not there.
        taken: Vec<(u16, Units)>,
        /// What becomes of the order's wish for them.
        rest: Rest,
    },
    /// Something else takes the place of pieces that were not there.
    Substituted(Box<Substitution>),
    /// All that a picker has picked of it waits for a driver.
    Staged {
        /// Who.
        picker: SmolStr,
    },
    /// All that was staged is with a driver, and has left its locations.
    Shipped {
        /// Who.
        driver: SmolStr,
        /// What, and when it is to arrive.
        shipment: Box<Shipment>,
    },
    /// A driver is near.
    Neared {
        /// Who.
        driver: SmolStr,
    },
    /// What a driver has of it is at the door; more of the order is to come.
    Arrived {
        /// Who.
        driver: SmolStr,
    },
    /// All that will ever come is at the door.
    Delivered,
    /// It is to be brought then.
    Scheduled {
        /// When.
        window: Window,
    },
    /// What becomes of short lines, and what doors keep of that, is this from now on.
    Reflagged {
        /// Of all lines, if it changed.
        shortage: Option<Shortage>,
        /// The kept members.
        kept: Kept,
    },
    /// The shop reported it for reviews, perhaps with an invitation.
    Invited(Box<Report>),
    /// Something happened to its invitation, or to another mail about it. The order itself did not
    /// change.
    Invitation(invitation::Event),
    /// Pieces that had no place found one, of stock that came since.
    Rerouted {
        /// What is held for them.
        holds: Vec<Hold>,
    },
    /// A location takes part no more: what nobody had begun with there is looked for elsewhere.
    Displaced {
        /// What was held there, or waited.
        holds: Vec<Hold>,
    },
    /// Pickers may have it from now on.
    Unlocked {
        /// When it is to be brought, if that was said.
        window: Option<Window>,
    },
    /// Pieces of a reservation are held at another location.
    Transferred {
        /// The reservation, which is no more.
        released: u16,
        /// What is held for its pieces from now on, those that stay included.
        holds: Vec<Hold>,
    },
}

/// What becomes of pieces that were not on the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rest {
    /// They stay open until something else takes their place.
    Open,
    /// They wait for stock there, as this reservation.
    Waits(u16),
    /// Nobody will bring them.
    Dropped,
    /// They wait without a place, for any stock that comes.
    Unplaced,
}

/// What takes the place of pieces that were not there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Substitution {
    /// The line that was short.
    pub line: u16,
    /// How many of its pieces are replaced.
    pub units: Units,
    /// Its reservations that waited for them, and wait no more.
    pub released: Vec<u16>,
    /// The line that takes their place.
    pub by: u16,
    /// That line, if the order did not have it; its quantity is that of the pieces.
    pub new: Option<Line>,
    /// What is held for it.
    pub holds: Vec<Hold>,
}

/// What a driver takes of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shipment {
    /// Lines, counted from 0, and how many of their pieces; each line once, in this order.
    pub lines: Vec<(u16, Units)>,
    /// When the order is to be brought, if a date is known.
    pub window: Option<Window>,
}

impl Event {
    /// Whether the order is closed after it.
    pub fn closes(&self) -> bool {
        matches!(self, Event::Cancelled { .. } | Event::Expired | Event::Delivered)
    }

    /// Whether nothing more happens to a mail after it.
    pub fn settles_a_mail(&self) -> bool {
        use invitation::Event::{MailDropped, MailSent};
        matches!(self, Event::Invitation(MailSent { .. } | MailDropped { .. }))
    }
}

/// How an order begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placed {
    /// Its number within the tenant.
    pub number: u64,
    /// Its first stage: promised, confirmed at once, or locked.
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
    /// Of lines, counted from 0 among all of the order, so many pieces nobody will bring.
    pub dropped: Vec<(u16, Units)>,
    /// How many lines there were before, so that whoever reads the event alone can name these.
    pub first: u16,
}

impl Order {
    /// The invitation to review it.
    pub fn invitation(&self) -> Option<&Invitation> {
        self.report.as_ref()?.invitation.as_ref()
    }

    /// Whether an invitation to it waits: a promise is not sold yet, what is locked is not released,
    /// and of an order that nothing can fulfil there is nothing to review.
    pub fn mails_wait(&self) -> bool {
        match self.stage {
            Stage::Promised { .. } | Stage::Locked => true,
            Stage::Confirmed { .. } => self.standing_sold() == Standing::Unroutable,
            Stage::Received
            | Stage::Cancelled { .. }
            | Stage::Expired { .. }
            | Stage::Delivered { .. } => false,
        }
    }

    /// Whether all that will ever come of it is at the door.
    pub fn is_delivered(&self) -> bool {
        matches!(self.stage, Stage::Delivered { .. })
    }

    /// Whether it may leave memory: it is closed, no mail about it is still to go, and no door asks
    /// for it by more than its id, its number, its reference and its customer. What was reported for
    /// reviews is found by more.
    pub fn is_done(&self) -> bool {
        self.stage.is_closed() && self.report.is_none() && !self.has_open_notice()
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
            Stage::Confirmed { .. } => self.standing_sold().stage_name(),
            stage => stage.name(),
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
        wanted.less(self.shipped(line)).less(self.assigned(line))
    }

    /// Pieces of a line that wait for stock, at a location or without one.
    pub fn waiting(&self, line: u16) -> Units {
        let holds = self.holds.iter().filter(|hold| hold.line == line && hold.stock.is_none());
        let units = holds.map(|hold| hold.units).sum::<Units>();
        match self.asked.lines[usize::from(line)].shortage {
            Shortage::Wait => units.with(self.unassigned(line)),
            _ if self.lost_its_place(line) => units.with(self.unassigned(line)),
            _ => units,
        }
    }

    /// Whether pieces of a line had a place and wait for another one.
    fn lost_its_place(&self, line: u16) -> bool {
        self.work.as_ref().is_some_and(|work| work.displaced.contains(&line))
    }

    /// The lines with pieces that have no place, and take any that comes free: those of a sale,
    /// locked or not, but what is to be substituted waits for a picker instead, and those of any
    /// order that had a place before.
    pub fn unplaced(&self) -> impl Iterator<Item = u16> + '_ {
        let is_sold = matches!(self.stage, Stage::Confirmed { .. } | Stage::Locked);
        let is_open = is_sold || matches!(self.stage, Stage::Promised { .. });
        let lines = (0_u16..).zip(&self.asked.lines).filter(move |_| is_open);
        let lines = lines.filter(move |(index, line)| {
            (is_sold && line.shortage.waits()) || self.lost_its_place(*index)
        });
        lines.map(|(index, _)| index).filter(|index| !self.unassigned(*index).is_zero())
    }

    /// What is held at a location, or waits there, and nobody has begun with.
    pub fn not_begun(&self, at: LocationId) -> Vec<Hold> {
        let is_begun = self.open_part(at).is_some();
        let here = self.holds.iter().filter(|hold| hold.location == at);
        here.filter(|hold| hold.stock.is_none() || !is_begun).cloned().collect()
    }

    /// The web shop that the order came from, if it said.
    pub fn shop(&self) -> Option<&SmolStr> {
        self.asked.handover.as_ref()?.shop.as_ref()
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
