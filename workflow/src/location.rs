//! One location: a facility that holds stock, article by article.

mod apply;
mod bytes;
mod card;
mod decide;
mod holds;
mod listing;
mod lot;
mod offer;
mod put;
mod relocate;
mod safety;
mod settle;
mod shelf;
mod shelves;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use apply::{apply, apply_to_row, open};
pub use card::{Card, Kind, Status};
pub use decide::{
    Command, Done, ListingRow, Listings, LotChange, LotRow, LotTarget, Relocation, Rest, Row,
    RowStatus, SafetyRow, Take, decide,
};
pub use holds::Holds;
pub use listing::{Listing, OutOfStock};
pub use lot::{Lot, LotDetails};
pub use offer::{Offer, Totals};
pub use safety::SafetyStock;
pub use settle::found_bytes;
pub use shelf::{Held, Shelf};
pub use shelves::Shelves;

use crate::id::{ArticleId, LocationId, ReservationId, StockId, Version};
use crate::limits::WRITE_KEYS_PER_LOCATION_MAX;
use crate::quantity::Units;
use crate::reply::StoredReply;
use crate::time::Time;

/// A location's state, folded from its events.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Grows by one per change of the card; stock and listings have versions of their own.
    pub version: Version,
    /// When it was made.
    pub created: Time,
    /// When its card last changed.
    pub modified: Time,
    /// What it is; shared with whoever routes.
    pub card: Arc<Card>,
    /// Replies of writes that have no order, the newest last.
    pub replies: VecDeque<Arc<StoredReply>>,
    /// What lies there. A row of its own per article in the snapshot, so not part of this one.
    #[serde(skip)]
    pub shelves: Shelves,
    /// Which article a lot is of, in the order of the lots' ids.
    #[serde(skip)]
    pub lots: BTreeMap<StockId, ArticleId>,
}

/// What happened at a location.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// It was made.
    Opened(Arc<Card>),
    /// Its card was replaced.
    Changed(Arc<Card>),
    /// It went away with all that lay there.
    Closed,
    /// Something happened to one article's stock.
    Shelf {
        /// The article.
        article: ArticleId,
        /// What happened.
        event: ShelfEvent,
    },
    /// It takes orders from now on, or no more: the card that came before this says so, too, but
    /// not that it was otherwise.
    Turned {
        /// What it is now.
        status: Status,
    },
}

/// What happened to the stock of one article at one location.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ShelfEvent {
    /// A lot was made or replaced; what is reserved of it stays.
    Put(Box<Lot>),
    /// A lot went away; nothing was reserved of it any more.
    Removed {
        /// The lot.
        stock: StockId,
    },
    /// The listing was made or replaced.
    Listed(Box<Listing>),
    /// Pieces that routing never gives away, where the location has no number of its own.
    Kept {
        /// How many.
        safety: Units,
    },
    /// Pieces are held, or wait for stock.
    Reserved {
        /// The reservation.
        reservation: ReservationId,
        /// The lot, if there is one.
        stock: Option<StockId>,
        /// How many.
        units: Units,
    },
    /// The reservation is no more; its pieces are free.
    Released {
        /// The reservation.
        reservation: ReservationId,
    },
    /// The reservation is held of this lot from now on, or waits.
    Rehosted {
        /// The reservation.
        reservation: ReservationId,
        /// The lot, if there is one.
        stock: Option<StockId>,
    },
    /// The listing went away.
    Unlisted,
    /// The location has a number of its own of pieces that routing never gives away.
    Secured(Box<SafetyStock>),
    /// It has none of its own any more.
    Unsecured {
        /// The safety stock's id.
        stock: StockId,
        /// How many pieces are kept back from now on.
        safety: Units,
    },
    /// Pieces are gone together with their reservation: they have left, or never were there. What
    /// can be promised is the same as before.
    Consumed {
        /// The reservation; without pieces it is no more.
        reservation: ReservationId,
        /// The lot.
        stock: StockId,
        /// How many.
        units: Units,
    },
    /// Somebody looked and found none: nothing is promised until stock is written again.
    SoldOut,
    /// Pieces lie in another place within the location; the lots say so, too, but not that these
    /// pieces were elsewhere.
    Moved {
        /// The lot that they were of.
        from: StockId,
        /// The lot that they are of.
        to: StockId,
        /// How many.
        units: Units,
    },
}

impl ShelfEvent {
    /// Whether the event is only about reservations, which the orders remember.
    pub fn is_about_reservations(&self) -> bool {
        match self {
            ShelfEvent::Reserved { .. }
            | ShelfEvent::Released { .. }
            | ShelfEvent::Rehosted { .. } => true,
            ShelfEvent::Put(_)
            | ShelfEvent::Removed { .. }
            | ShelfEvent::Listed(_)
            | ShelfEvent::Kept { .. }
            | ShelfEvent::Unlisted
            | ShelfEvent::Secured(_)
            | ShelfEvent::Unsecured { .. }
            | ShelfEvent::Consumed { .. }
            | ShelfEvent::SoldOut
            | ShelfEvent::Moved { .. } => false,
        }
    }
}

impl Location {
    /// What it has of an article, in the numbers that people look at.
    pub fn totals(&self, article: &ArticleId, now: Time) -> Totals {
        self.shelves.get(article).map_or_else(Totals::default, |shelf| shelf.totals(now))
    }

    /// What happens there to a line when there is no stock.
    pub fn out_of_stock(&self, article: &ArticleId) -> OutOfStock {
        let listing = self.shelves.get(article).and_then(|shelf| shelf.listing.as_ref());
        listing.map_or(OutOfStock::None, |listing| listing.out_of_stock)
    }

    /// What it publishes of an article: what routing may promise from here.
    pub fn offer(&self, article: &ArticleId, now: Time) -> Offer {
        self.shelves.get(article).map_or_else(Offer::default, |shelf| shelf.offer(now))
    }

    /// The same as if these reservations were not there.
    pub fn offer_without(
        &self,
        article: &ArticleId,
        reservations: &[ReservationId],
        now: Time,
    ) -> Offer {
        let shelf = self.shelves.get(article);
        shelf.map_or_else(Offer::default, |shelf| shelf.offer_without(reservations, now))
    }

    /// Whether any lot has a piece, or any order a reservation.
    pub fn is_in_use(&self) -> bool {
        self.shelves.iter().any(|(_, shelf)| !shelf.is_idle())
    }

    /// A lot and the article it is of.
    pub fn lot(&self, stock: StockId) -> Option<(&ArticleId, &Shelf, &Lot)> {
        let article = self.lots.get(&stock)?;
        let shelf = self.shelves.get(article)?;
        Some((article, shelf, shelf.lot(stock)?))
    }

    /// Keeps a reply; beyond the newest 1,024 a key is new again (K7). Answers with the one that
    /// had to go.
    pub fn keep(&mut self, reply: Arc<StoredReply>) -> Option<Arc<StoredReply>> {
        let is_full = self.replies.len() >= WRITE_KEYS_PER_LOCATION_MAX;
        let evicted = if is_full { self.replies.pop_front() } else { None };
        self.replies.push_back(reply);
        evicted
    }
}
