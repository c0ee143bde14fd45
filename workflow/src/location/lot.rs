//! A lot: pieces of one article that came together and lie in one place.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::id::{StockId, Version};
use crate::kept::Kept;
use crate::quantity::Units;
use crate::time::Time;

/// Pieces of one article that came together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lot {
    /// Its id.
    pub id: StockId,
    /// Grows by one per change of the lot itself; reservations do not change it.
    pub version: Version,
    /// How many pieces lie there.
    pub value: Units,
    /// How many of them are held. Folded from the reservations, so no snapshot keeps it.
    #[serde(skip)]
    pub reserved: Units,
    /// When the pieces came.
    pub received: Time,
    /// When they stop being fit for sale.
    pub available_until: Option<Time>,
    /// Whether they may be picked; what may not is not promised.
    pub pickable: bool,
    /// Whether they can be got at; stock that cannot still counts as on hand.
    pub accessible: bool,
    /// Whether they are broken; then they count in the total amount only.
    pub defective: bool,
    /// When the lot was made.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// What few lots have.
    pub details: Option<Box<LotDetails>>,
}

/// What few lots have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LotDetails {
    /// What the shop calls the lot.
    pub reference: Option<SmolStr>,
    /// The place within the location.
    pub storage: Option<SmolStr>,
    /// The rest, for doors, by the names of members: each stays until it is sent again.
    pub kept: BTreeMap<SmolStr, Kept>,
}

impl Lot {
    /// Pieces that may still be promised.
    pub fn free(&self, now: Time) -> Units {
        if self.is_sellable(now) { self.value.less(self.reserved) } else { Units::ZERO }
    }

    /// Whether the lot may be promised at all at `now`.
    pub fn is_sellable(&self, now: Time) -> bool {
        let fit = self.pickable && self.accessible && !self.defective;
        fit && self.available_until.is_none_or(|until| until > now)
    }

    /// First expired, then first received, is reserved first.
    pub fn before(&self, other: &Lot) -> Ordering {
        let end = |lot: &Lot| lot.available_until.unwrap_or(Time(i64::MAX));
        (end(self), self.received, self.id).cmp(&(end(other), other.received, other.id))
    }

    /// The place within the location.
    pub fn storage(&self) -> Option<&SmolStr> {
        self.details.as_ref()?.storage.as_ref()
    }

    /// What the shop calls the lot.
    pub fn reference(&self) -> Option<&SmolStr> {
        self.details.as_ref()?.reference.as_ref()
    }
}
