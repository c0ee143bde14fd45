//! What a location publishes of one article, so that routing need not ask.

use crate::quantity::Units;
use crate::time::Time;

/// One article at one location, in the numbers that routing uses: few, because a promise reads
/// those of every location that has the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Until when this holds by itself: then the next lot is outdated.
    pub good_until: Time,
    /// What can be promised (S9).
    pub available: Units,
    /// How many lots have free pieces.
    pub lots: u16,
    /// Whether the listing takes the article out of routing here.
    pub inactive: bool,
    /// Whether a line may wait here for stock.
    pub may_wait: bool,
}

impl Default for Offer {
    fn default() -> Offer {
        Offer {
            good_until: Time(i64::MAX),
            available: Units::ZERO,
            lots: 0,
            inactive: false,
            may_wait: false,
        }
    }
}

/// One article at one location, or at several, in the numbers that people look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Totals {
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
}

impl Totals {
    /// Adds another location's numbers.
    pub fn add(&mut self, other: &Totals) {
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
