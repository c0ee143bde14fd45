//! The locations of a tenant, and what they publish of each article.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smol_str::SmolStr;

use super::storages::Storages;

use crate::command::LocationRef;
use crate::id::{ArticleId, LocationId, StockId};
use crate::location::{Card, Lot, Offer, Status};
use crate::place::{Place, Point};

/// The locations of a tenant. Each has a seat, a small number that lists use instead of its id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    seats: Vec<Seat>,
    by_id: BTreeMap<LocationId, u32>,
    by_reference: BTreeMap<SmolStr, u32>,
    /// The articles in their order, for lists.
    articles: BTreeSet<ArticleId>,
    /// What each location publishes, by article, in the order of seats. Only looked up, never
    /// walked over: its order is chance.
    offers: HashMap<ArticleId, Vec<(u32, Offer)>, RandomState>,
    stocks: BTreeMap<StockId, u32>,
    storages: Storages,
}

/// One location.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    /// Its id.
    pub id: LocationId,
    /// What it is; none once it is closed, and then the seat stays empty.
    pub card: Option<Arc<Card>>,
    /// Where it is, if known.
    pub point: Option<Point>,
    /// What the card says of taking orders; here, because every promise reads it.
    pub takes: Takes,
}

/// What orders a location takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// Any at all.
    pub online: bool,
    /// Those that are shipped.
    pub shipped: bool,
    /// Those that are collected.
    pub collected: bool,
}

impl Seat {
    fn take_card(&mut self, card: &Arc<Card>) -> Option<Arc<Card>> {
        self.point = card.place.map(Place::on_sphere);
        self.takes = Takes {
            online: card.status == Status::Online,
            shipped: card.ships,
            collected: card.serves_pickup,
        };
        self.card.replace(card.clone())
    }
}

impl Places {
    /// Notes a new location.
    pub fn open(&mut self, id: LocationId, card: &Arc<Card>) {
        let seat = u32::try_from(self.seats.len()).expect("a tenant has fewer than 2^32 locations");
        self.seats.push(Seat { id, card: None, point: None, takes: Takes::default() });
        self.seats[seat as usize].take_card(card);
        self.by_id.insert(id, seat);
        if let Some(reference) = &card.reference {
            self.by_reference.insert(reference.clone(), seat);
        }
    }

    /// Notes a location's new card.
    pub fn change(&mut self, id: LocationId, card: &Arc<Card>) {
        let Some(&seat) = self.by_id.get(&id) else {
            return;
        };
        let old = self.seats[seat as usize].take_card(card);
        if let Some(reference) = old.and_then(|old| old.reference.clone()) {
            self.by_reference.remove(&reference);
        }
        if let Some(reference) = &card.reference {
            self.by_reference.insert(reference.clone(), seat);
        }
    }

    /// Forgets a location and all that it published.
    pub fn close(&mut self, id: LocationId) {
        let Some(seat) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(reference) =
            self.seats[seat as usize].card.take().and_then(|card| card.reference.clone())
        {
            self.by_reference.remove(&reference);
        }
        let storages = &mut self.storages;
        self.stocks.retain(|stock, at| {
            if *at == seat {
                storages.remove(*stock);
            }
            *at != seat
        });
        let offers = &mut self.offers;
        self.articles.retain(|article| {
            let Some(left) = offers.get_mut(article) else { return false };
            left.retain(|(at, _)| *at != seat);
            if left.is_empty() {
                offers.remove(article);
            }
            offers.contains_key(article)
        });
    }

    /// Notes what a location publishes of an article.
    pub fn publish(&mut self, id: LocationId, article: &ArticleId, offer: Offer) {
        let seat = self.by_id[&id];
        let Some(offers) = self.offers.get_mut(article) else {
            self.articles.insert(article.clone());
            self.offers.insert(article.clone(), vec![(seat, offer)]);
            return;
        };
        match offers.binary_search_by_key(&seat, |(at, _)| *at) {
            Ok(place) => offers[place].1 = offer,
            Err(place) => offers.insert(place, (seat, offer)),
        }
    }

    /// Notes where a lot lies.
    pub fn put_stock(&mut self, lot: &Lot, id: LocationId) {
        self.stocks.insert(lot.id, self.by_id[&id]);
        self.storages.put(lot);
    }

    /// Forgets a lot.
    pub fn remove_stock(&mut self, stock: StockId) {
        self.stocks.remove(&stock);
        self.storages.remove(stock);
    }

    /// The location that a request names; none if there is none, or if it names two.
    pub fn find(&self, name: &LocationRef) -> Option<LocationId> {
        let by_reference = match &name.reference {
            Some(reference) => Some(self.seats[*self.by_reference.get(reference)? as usize].id),
            None => None,
        };
        let by_id = match &name.id {
            Some(id) => Some(self.by_id.contains_key(id).then_some(*id)?),
            None => None,
        };
        match (by_id, by_reference) {
            (Some(id), Some(other)) => (id == other).then_some(id),
            (id, other) => id.or(other),
        }
    }

    /// Whether another location than `id` has this reference.
    pub fn has_reference(&self, reference: &str, id: Option<LocationId>) -> bool {
        let seat = self.by_reference.get(reference);
        seat.is_some_and(|seat| Some(self.seats[*seat as usize].id) != id)
    }

    /// A location's card.
    pub fn card(&self, id: LocationId) -> Option<&Arc<Card>> {
        self.seats[*self.by_id.get(&id)? as usize].card.as_ref()
    }

    /// A location's seat.
    pub fn seat_of(&self, id: LocationId) -> Option<&Seat> {
        Some(self.seat(*self.by_id.get(&id)?))
    }

    /// The location at a seat.
    pub fn seat(&self, seat: u32) -> &Seat {
        &self.seats[seat as usize]
    }

    /// What the locations publish of an article, in the order of seats.
    pub fn offers(&self, article: &ArticleId) -> &[(u32, Offer)] {
        self.offers.get(article).map_or(&[], |offers| offers.as_slice())
    }

    /// What one location publishes of an article.
    pub fn offer(&self, id: LocationId, article: &ArticleId) -> Offer {
        self.published(id, article).copied().unwrap_or_default()
    }

    /// Whether a location ever had anything to do with an article. An offer of nothing does not
    /// say that it has not: reservations may wait there.
    pub fn publishes(&self, id: LocationId, article: &ArticleId) -> bool {
        self.published(id, article).is_some()
    }

    fn published(&self, id: LocationId, article: &ArticleId) -> Option<&Offer> {
        let seat = self.by_id.get(&id)?;
        let offers = self.offers(article);
        offers.binary_search_by_key(seat, |(at, _)| *at).ok().map(|place| &offers[place].1)
    }

    /// Where a lot lies.
    pub fn location_of(&self, stock: StockId) -> Option<LocationId> {
        self.stocks.get(&stock).map(|seat| self.seats[*seat as usize].id)
    }

    /// Where in its location a lot lies, if that has a name.
    pub fn storage_of(&self, stock: StockId) -> Option<&SmolStr> {
        self.storages.storage_of(stock)
    }

    /// The lots in places with these names, in the order of their ids.
    pub fn lots_in(&self, storages: &[SmolStr]) -> Vec<StockId> {
        self.storages.lots_in(storages)
    }

    /// The locations after `after`, in the order of their ids.
    pub fn after(&self, after: Option<LocationId>) -> impl Iterator<Item = LocationId> + '_ {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_id.range((from, Bound::Unbounded)).map(|(id, _)| *id)
    }

    /// The articles after `after`, in their order.
    pub fn articles_after<'a>(
        &'a self,
        after: Option<&'a ArticleId>,
    ) -> impl Iterator<Item = &'a ArticleId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.articles.range::<ArticleId, _>((from, Bound::Unbounded))
    }

    /// The lots after `after`, in the order of their ids.
    pub fn stocks_after(
        &self,
        after: Option<StockId>,
    ) -> impl Iterator<Item = (StockId, LocationId)> + '_ {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let stocks = self.stocks.range((from, Bound::Unbounded));
        stocks.map(|(id, seat)| (*id, self.seats[*seat as usize].id))
    }

    /// Articles that any location has published.
    pub fn articles(&self) -> usize {
        self.offers.len()
    }

    /// How many locations there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no location.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// One more than the highest seat.
    pub fn seats(&self) -> usize {
        self.seats.len()
    }

    /// How many lots there are.
    pub fn stocks(&self) -> usize {
        self.stocks.len()
    }
}
