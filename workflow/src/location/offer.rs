//! What a location publishes of one article, so that routing need not ask.

use serde::{Deserialize, Serialize};

use super::OutOfStock;
use crate::quantity::Units;
use crate::time::Time;

/// One article at one location, in the numbers that summaries and routing use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offer {
    /// All pieces, defective ones too.
    pub total: Units,
    /// Pieces that are not defective.
    pub on_hand: Units,
    /// Pieces that are held.
    pub reserved: Units,
    /// Pieces that are never given away.
    pub safety: Units,
    /// Accessible pieces less reserved, safety and outdated ones.
    pub available_on_stock: Units,
    /// What can be promised (S9): the same over stock that is also pickable.
    pub available: Units,
    /// Accessible pieces, as the summary counts them by trait.
    pub accessible: Units,
    /// Pickable pieces, likewise.
    pub pickable: Units,
    /// What happens to a line when there is no stock.
    pub out_of_stock: OutOfStock,
    /// Whether the listing takes the article out of routing here.
    pub inactive: bool,
    /// How many lots have free pieces.
    pub lots: u16,
    /// Until when these numbers hold by themselves: then the next lot is outdated.
    pub good_until: Option<Time>,
}

impl Offer {
    /// Adds another location's numbers, for a summary.
    pub fn add(&mut self, other: &Offer) {
        self.total = self.total.with(other.total);
        self.on_hand = self.on_hand.with(other.on_hand);
        self.reserved = self.reserved.with(other.reserved);
        self.safety = self.safety.with(other.safety);
        self.available_on_stock = self.available_on_stock.with(other.available_on_stock);
        self.available = self.available.with(other.available);
        self.accessible = self.accessible.with(other.accessible);
        self.pickable = self.pickable.with(other.pickable);
    }
}
