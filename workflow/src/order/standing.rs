//! How an order stands: its stage, and within a sale how far it has come.
//!
//! The stage table of the doors has more rows than an order has stages: whether a sale waits, or
//! cannot be fulfilled at all, follows from what is held. Each door has a word for each row.

use super::{Order, Stage, Step};
use crate::time::Time;

/// A row of the stage table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Held until a deadline.
    Promised,
    /// Sold and held.
    Confirmed,
    /// Sold; some pieces are held, some wait for stock.
    PartlyWaiting,
    /// Sold; nothing is held, and something waits for stock.
    Waiting,
    /// Sold; nothing is held, and nothing waits.
    Unroutable,
    /// Ended by someone.
    Cancelled,
    /// A promise past its deadline.
    Expired,
    /// A picker has some of it, and nothing waits for one.
    Picking,
    /// All that pickers have is picked.
    Picked,
    /// It waits for a driver.
    Staged,
    /// It is with a driver.
    Shipped,
    /// The driver is near.
    Nearing,
    /// It is at the door.
    Delivered,
    /// Taken in without lines.
    Received,
    /// Placed and held, not released.
    Locked,
}

impl Standing {
    /// The stage of the stage table that it is a row of.
    pub fn stage_name(self) -> &'static str {
        match self {
            Standing::Received => "Received",
            Standing::Promised => "Promised",
            Standing::Locked => "Locked",
            Standing::Confirmed | Standing::PartlyWaiting => "Confirmed",
            Standing::Waiting => "Waiting",
            Standing::Unroutable => "Unroutable",
            Standing::Picking | Standing::Picked => "Picking",
            Standing::Staged => "Staged",
            Standing::Shipped | Standing::Nearing => "Shipped",
            Standing::Delivered => "Delivered",
            Standing::Cancelled => "Cancelled",
            Standing::Expired => "Expired",
        }
    }
}

impl Order {
    /// How the order stands at `now`.
    pub fn standing(&self, now: Time) -> Standing {
        match self.stage_at(now) {
            Stage::Received => Standing::Received,
            Stage::Promised { .. } => Standing::Promised,
            Stage::Locked => Standing::Locked,
            Stage::Confirmed { .. } => self.standing_sold(),
            Stage::Cancelled { .. } => Standing::Cancelled,
            Stage::Expired { .. } => Standing::Expired,
            Stage::Delivered { .. } => Standing::Delivered,
        }
    }

    /// Whether some piece waits for stock, at a location or without one.
    pub fn waits(&self) -> bool {
        let mut lines = (0_u16..).zip(&self.asked.lines);
        lines.any(|(index, _)| !self.waiting(index).is_zero())
    }

    /// A sale stands where its least advanced part does; what waits counts while no part is begun.
    pub(super) fn standing_sold(&self) -> Standing {
        if !self.unpicked().is_empty() {
            return if self.waits() { Standing::PartlyWaiting } else { Standing::Confirmed };
        }
        let under_way = self.parts().iter().filter(|part| part.step != Step::Delivered);
        match under_way.clone().map(|part| part.step).min() {
            Some(Step::Picking) => {
                let mut picking = under_way.filter(|part| part.step == Step::Picking);
                match picking.all(|part| self.is_picked(part)) {
                    true => Standing::Picked,
                    false => Standing::Picking,
                }
            }
            Some(Step::Staged) => Standing::Staged,
            Some(Step::Out) => Standing::Shipped,
            Some(Step::Near) => Standing::Nearing,
            Some(Step::Delivered) | None if self.waits() => Standing::Waiting,
            Some(Step::Delivered) | None => Standing::Unroutable,
        }
    }
}
