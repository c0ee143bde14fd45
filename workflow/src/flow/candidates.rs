//! The locations that could fulfil an order, with what they could give.
//!
//! Everything comes from what locations have published; one is asked only about what time alone
//! has outdated, and about what it would have without the promise that gives way.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::orders::held_by;
use super::{Cast, Look, Scene, Seen};
use crate::command::Promise;
use crate::id::{ArticleId, LocationId, ReservationId};
use crate::location::{self, Offer, Status};
use crate::order::{Delivery, Order};
use crate::place::Place;
use crate::quantity::Units;
use crate::routing::{Candidate, Fence};

/// What the order needs of one article: its lines, and all their pieces together.
pub(super) struct Want {
    pub(super) article: ArticleId,
    pub(super) lines: SmallVec<[u16; 2]>,
    pub(super) units: Units,
}

impl<C: Cast> Scene<'_, C> {
    /// The locations that publish anything of what is wanted, in the order of their seats.
    pub(super) async fn candidates(
        &mut self,
        wants: &[Want],
        promise: &Promise,
        delivery: &Delivery,
        replaced: Option<&Order>,
    ) -> Vec<Candidate> {
        let vacated = match replaced {
            Some(order) => self.without(order).await,
            None => Vec::new(),
        };
        if let Some(found) = self.merged(wants, promise, delivery, &vacated) {
            return found;
        }
        self.refresh(wants).await;
        let found = self.merged(wants, promise, delivery, &vacated);
        found.expect("what a location publishes now is not outdated now")
    }

    /// The offers of all wants, location by location; none if one of them is outdated.
    fn merged(
        &self,
        wants: &[Want],
        promise: &Promise,
        delivery: &Delivery,
        vacated: &[(LocationId, ArticleId, Offer)],
    ) -> Option<Vec<Candidate>> {
        let places = &self.tenant.places;
        let destination = promise.destination.map(Place::to_point);
        let mut found: Vec<(u32, Candidate)> = Vec::with_capacity(32);
        for (need, want) in wants.iter().enumerate() {
            let mut place = 0; // both lists are in the order of seats, so one pass merges them
            for (seat, offer) in places.offers(&want.article) {
                if offer.good_until.is_some_and(|until| until <= self.now) {
                    return None;
                }
                while place < found.len() && found[place].0 < *seat {
                    place += 1;
                }
                if found.get(place).is_none_or(|(at, _)| at != seat) {
                    let location = places.seat(*seat);
                    let Some(card) = &location.card else { continue };
                    let metres = destination.zip(location.point).map(|(to, at)| at.metres_to(to));
                    let candidate = Candidate {
                        location: location.id,
                        metres,
                        fence: fence(location.id, card, delivery),
                        available: smallvec::smallvec![Units::ZERO; wants.len()],
                    };
                    found.insert(place, (*seat, candidate));
                }
                let location = found[place].1.location;
                let mut others = vacated.iter();
                let other = others.find(|(at, of, _)| *at == location && *of == want.article);
                let offer = other.map_or(offer, |(_, _, offer)| offer);
                if !offer.inactive {
                    found[place].1.available[need] = offer.available;
                }
            }
        }
        Some(found.into_iter().map(|(_, candidate)| candidate).collect())
    }

    /// What the locations where an order holds anything would publish without it. Not all that it
    /// holds would be free: some may be kept back, outdated or broken by now.
    async fn without(&mut self, order: &Order) -> Vec<(LocationId, ArticleId, Offer)> {
        let mut offers = Vec::new();
        for (location, held) in held_by(order) {
            let mut by_article: BTreeMap<ArticleId, Vec<ReservationId>> = BTreeMap::new();
            for (article, reservation) in held {
                by_article.entry(article).or_default().push(reservation);
            }
            for (article, reservations) in by_article {
                let look = Look::OfferWithout(article.clone(), reservations);
                if let Seen::Offer(offer) = self.cast.look(location, look, self.now).await {
                    offers.push((location, article, offer));
                }
            }
        }
        offers
    }

    /// Asks again for what was published and has become outdated by time alone.
    async fn refresh(&mut self, wants: &[Want]) {
        let now = self.now;
        for want in wants {
            let offers = self.tenant.places.offers(&want.article);
            let outdated = |offer: &Offer| offer.good_until.is_some_and(|until| until <= now);
            let stale: SmallVec<[LocationId; 2]> = offers
                .iter()
                .filter(|(_, offer)| outdated(offer))
                .map(|(seat, _)| self.tenant.places.seat(*seat).id)
                .collect();
            for location in stale {
                let look = Look::Offer(want.article.clone());
                if let Seen::Offer(offer) = self.cast.look(location, look, now).await {
                    self.tenant.places.publish(location, &want.article, offer);
                }
            }
        }
    }
}

/// Why a location takes no part in this order, whatever it has.
fn fence(id: LocationId, card: &location::Card, delivery: &Delivery) -> Option<Fence> {
    if card.status != Status::Online {
        return Some(Fence::NotOnline);
    }
    match delivery {
        Delivery::Ship { .. } if !card.ships => Some(Fence::DoesNotShip),
        Delivery::Ship { from } => {
            (!from.is_empty() && !from.contains(&id)).then_some(Fence::NotPreselected)
        }
        Delivery::Collect { at } if *at != id => Some(Fence::NotPreselected),
        Delivery::Collect { .. } => (!card.serves_pickup).then_some(Fence::DoesNotServePickup),
    }
}
