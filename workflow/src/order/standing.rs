//! How an order stands: its stage, and within a sale how far it has come.
//!
//! The stage table of the doors has more rows than an order has stages: whether a sale waits, or
//! cannot be fulfilled at all, follows from what is held. Each door has a word for each row.

use super::{Order, Shortage, Stage};
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
}

impl Order {
    /// How the order stands at `now`.
    pub fn standing(&self, now: Time) -> Standing {
        match self.stage_at(now) {
            Stage::Promised { .. } => Standing::Promised,
            Stage::Confirmed { .. } => self.standing_sold(),
            Stage::Cancelled { .. } => Standing::Cancelled,
            Stage::Expired { .. } => Standing::Expired,
        }
    }

    /// Whether some piece waits for stock, at a location or without one.
    pub fn waits(&self) -> bool {
        let lines = (0_u16..).zip(&self.asked.lines);
        self.holds.iter().any(|hold| hold.stock.is_none())
            || lines
                .filter(|(_, line)| line.shortage == Shortage::Wait)
                .any(|(index, _)| !self.unassigned(index).is_zero())
    }

    fn standing_sold(&self) -> Standing {
        match (self.holds.iter().any(|hold| hold.stock.is_some()), self.waits()) {
            (true, false) => Standing::Confirmed,
            (true, true) => Standing::PartlyWaiting,
            (false, true) => Standing::Waiting,
            (false, false) => Standing::Unroutable,
        }
    }
}
