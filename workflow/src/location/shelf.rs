//! A shelf: all stock of one article at one location, and who holds it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Holds, Listing, Lot, Offer, SafetyStock, Totals};
use crate::id::{ReservationId, StockId};
use crate::quantity::Units;
use crate::time::Time;

/// All stock of one article at one location.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Shelf {
    /// The lots; most shelves have one.
    pub lots: SmallVec<[Lot; 1]>,
    /// How the article is sold here, if that was said.
    pub listing: Option<Box<Listing>>,
    /// Pieces that are never given away.
    pub safety: Units,
    /// What somebody has said about that for this location; without it a default holds.
    pub own_safety: Option<Box<SafetyStock>>,
    /// Whether somebody looked and found none since stock was written last.
    pub sold_out: bool,
    /// Who holds what. The orders remember it too, so no snapshot keeps it (S2).
    #[serde(skip)]
    pub holds: Holds,
    /// The reservations among them that wait for stock.
    #[serde(skip)]
    pub waiting: BTreeSet<ReservationId>,
}

/// What one reservation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Held {
    /// Of which lot; none while it waits.
    pub stock: Option<StockId>,
    /// How many pieces.
    pub units: Units,
}

impl Shelf {
    /// The lot with this id.
    pub fn lot(&self, stock: StockId) -> Option<&Lot> {
        self.lots.iter().find(|lot| lot.id == stock)
    }

    /// Whether there is no piece and no reservation.
    pub fn is_idle(&self) -> bool {
        self.holds.is_empty() && self.lots.iter().all(|lot| lot.value.is_zero())
    }

    /// Lots with free pieces, in the order in which they are reserved, less the safety stock.
    pub fn free_lots(&self, now: Time) -> SmallVec<[(StockId, Units); 2]> {
        if self.sold_out { SmallVec::new() } else { free_lots(&self.lots, self.safety, now) }
    }

    /// The lots of which anything may be promised; none once somebody found none.
    fn promisable(&self) -> &[Lot] {
        if self.sold_out { &[] } else { &self.lots }
    }

    /// What of one of its lots can be promised; nothing once somebody found none.
    pub fn free_of(&self, lot: &Lot, now: Time) -> Units {
        if self.sold_out { Units::ZERO } else { lot.free(now) }
    }

    /// What the location publishes of this article.
    pub fn offer(&self, now: Time) -> Offer {
        let mut offer = Offer::default();
        for lot in self.promisable() {
            let free = lot.free(now);
            offer.available = offer.available.with(free);
            offer.lots += u16::from(!free.is_zero());
            if let Some(until) = lot.available_until.filter(|until| *until > now) {
                offer.good_until = offer.good_until.min(until);
            }
        }
        offer.available = offer.available.less(self.safety);
        if let Some(listing) = &self.listing {
            offer.inactive = !listing.active;
            offer.may_wait = listing.active && listing.out_of_stock.may_wait();
        }
        offer
    }

    /// The numbers that people look at.
    pub fn totals(&self, now: Time) -> Totals {
        let available = self.offer(now).available;
        let mut sum = Totals { safety: self.safety, available, ..Totals::default() };
        for lot in &self.lots {
            sum.total = sum.total.with(lot.value);
            sum.reserved = sum.reserved.with(lot.reserved);
            if lot.defective {
                continue;
            }
            sum.on_hand = sum.on_hand.with(lot.value);
            if lot.pickable && lot.accessible {
                sum.pickable = sum.pickable.with(lot.value);
            }
            if lot.accessible {
                sum.accessible = sum.accessible.with(lot.value);
                if lot.available_until.is_none_or(|until| until > now) {
                    let free = lot.value.less(lot.reserved);
                    sum.available_on_stock = sum.available_on_stock.with(free);
                }
            }
        }
        sum.available_on_stock = sum.available_on_stock.less(self.safety);
        if self.sold_out {
            sum.available_on_stock = Units::ZERO;
        }
        sum
    }

    /// The same as if these reservations were not there.
    pub fn offer_without(&self, reservations: &[ReservationId], now: Time) -> Offer {
        let mut rest = Shelf {
            lots: self.lots.clone(),
            listing: self.listing.clone(),
            safety: self.safety,
            sold_out: self.sold_out,
            ..Shelf::default() // a hot article has many holds, and an offer needs none of them
        };
        for held in reservations.iter().filter_map(|id| self.holds.get(id)) {
            if let Some(stock) = held.stock {
                let lot = rest.lot_mut(stock);
                lot.reserved = lot.reserved.minus(held.units);
            }
        }
        rest.offer(now)
    }

    /// Notes a reservation that was made before, when the shelf is put together from a snapshot.
    pub fn restore_hold(&mut self, reservation: ReservationId, held: Held) {
        self.hold(reservation, held);
    }

    pub(super) fn hold(&mut self, reservation: ReservationId, held: Held) {
        match held.stock {
            Some(stock) => {
                let lot = self.lot_mut(stock);
                lot.reserved = lot.reserved.plus(held.units);
                assert!(lot.reserved <= lot.value, "S1: no more is reserved than lies there");
            }
            None => {
                self.waiting.insert(reservation);
            }
        }
        let is_new = self.holds.insert(reservation, held);
        assert!(is_new, "S2: a reservation is made once");
    }

    pub(super) fn release(&mut self, reservation: ReservationId) -> Held {
        let held =
            self.holds.remove(&reservation).expect("S7: a reservation is released exactly once");
        match held.stock {
            Some(stock) => {
                let lot = self.lot_mut(stock);
                lot.reserved = lot.reserved.minus(held.units);
            }
            None => {
                self.waiting.remove(&reservation);
            }
        }
        held
    }

    /// Pieces are gone from a lot; nothing is reserved of them any more.
    pub(super) fn take_off(&mut self, stock: StockId, units: Units) {
        let lot = self.lot_mut(stock);
        lot.value = lot.value.minus(units);
        lot.version = lot.version.next();
        assert!(lot.reserved <= lot.value, "S1: no more is reserved than lies there");
    }

    pub(super) fn lot_mut(&mut self, stock: StockId) -> &mut Lot {
        self.lots.iter_mut().find(|lot| lot.id == stock).expect("S2: a reservation's lot exists")
    }
}

/// Lots with free pieces, in the order in which they are reserved, less the safety stock, which
/// is taken off the last of them.
pub(super) fn free_lots(lots: &[Lot], safety: Units, now: Time) -> SmallVec<[(StockId, Units); 2]> {
    let mut free: SmallVec<[&Lot; 2]> =
        lots.iter().filter(|lot| !lot.free(now).is_zero()).collect();
    free.sort_unstable_by(|a, b| a.before(b));
    let mut promisable = free.iter().map(|lot| lot.free(now)).sum::<Units>().less(safety);
    let mut result = SmallVec::new();
    for lot in free {
        let units = lot.free(now).min(promisable);
        if !units.is_zero() {
            result.push((lot.id, units));
        }
        promisable = promisable.less(units);
    }
    result
}
