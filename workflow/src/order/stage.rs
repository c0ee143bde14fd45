//! Where an order is in its life, with the facts that exist only there.
//!
//! ```text
//!  Received ──┬────────► Confirmed ──┐
//!  Locked ────┤                      ├──► Cancelled
//!  Promised ──┼──────────────────────┘
//!             └────────► Expired (a promise)      Confirmed ──► Delivered
//! ```
//!
//! What is picked, staged and on the way is told by an order's parts, while it is confirmed:
//!
//! ```text
//!  Unpicked ──► Picking ──► Staged ──► Out ──► Near ──► Delivered
//! ```

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::time::Time;

/// Where an order is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Its stock is held until a deadline.
    Promised {
        /// Good until the millisecond before; expired from it on.
        until: Time,
    },
    /// Sold and held.
    Confirmed {
        /// Since when.
        at: Time,
    },
    /// Ended by someone.
    Cancelled {
        /// When.
        at: Time,
        /// The reason that was given.
        reason: Option<SmolStr>,
    },
    /// A promise past its deadline.
    Expired {
        /// The deadline that passed.
        until: Time,
    },
    /// Taken in without lines: there is nothing to hold yet.
    Received,
    /// All that will ever come of it is at the door.
    Delivered {
        /// When.
        at: Time,
    },
    /// Placed and held like what is sold, but not given to pickers until it is unlocked.
    Locked,
}

impl Stage {
    /// Whether nothing can happen any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Stage::Cancelled { .. } | Stage::Expired { .. } | Stage::Delivered { .. })
    }

    /// The stage's name, as refusals, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Promised { .. } => "Promised",
            Stage::Confirmed { .. } => "Confirmed",
            Stage::Cancelled { .. } => "Cancelled",
            Stage::Expired { .. } => "Expired",
            Stage::Delivered { .. } => "Delivered",
            Stage::Received => "Received",
            Stage::Locked => "Locked",
        }
    }
}
