//! A listing: that an article is sold from a location, and what happens when it runs out.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{StockId, Version};
use crate::kept::Kept;
use crate::time::Time;

/// An article as a location sells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Listing {
    /// Its id.
    pub id: StockId,
    /// Grows by one per change.
    pub version: Version,
    /// When it was made.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// What the article is called there.
    pub title: Option<SmolStr>,
    /// Whether the article may be promised from there.
    pub active: bool,
    /// What happens when there is no stock.
    pub out_of_stock: OutOfStock,
    /// What a scanner reads off the article.
    pub codes: Vec<SmolStr>,
    /// The rest, for doors.
    pub kept: Kept,
}

/// What happens to a line when there is no stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum OutOfStock {
    /// It cannot be promised.
    #[default]
    None,
    /// It waits for stock.
    Backorder,
    /// It waits for the release.
    Preorder {
        /// When the article is released.
        from: Time,
    },
    /// It waits for the next delivery.
    Restock {
        /// How many days that takes.
        days: u16,
    },
    /// It waits for the release, and later for the next delivery.
    PreorderAndRestock {
        /// When the article is released.
        from: Time,
        /// How many days a delivery takes.
        days: u16,
    },
}

impl OutOfStock {
    /// Whether a line may wait here for stock.
    pub fn may_wait(self) -> bool {
        self != OutOfStock::None
    }

    /// When stock is expected, if a date is known.
    pub fn expected(self, now: Time) -> Option<Time> {
        let restocked = |days: u16| now + crate::time::Millis::hours(24 * u64::from(days));
        match self {
            OutOfStock::None | OutOfStock::Backorder => None,
            OutOfStock::Preorder { from } => Some(from),
            OutOfStock::Restock { days } => Some(restocked(days)),
            OutOfStock::PreorderAndRestock { from, days } => Some(from.max(restocked(days))),
        }
    }
}
