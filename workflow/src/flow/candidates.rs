//! Who could give what an order needs, right now.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::orders::held_by;
use super::promise::Ware;
use super::{Cast, Look, Scene, Seen};
use crate::desk::{Places, Seat};
use crate::id::{ArticleId, LocationId, ReservationId};
use crate::location::Offer;
use crate::order::{Delivery, Line, Order};
use crate::place::{Place, Point};
use crate::quantity::Units;
use crate::routing::{Candidate, Fence, rank};

/// What the order needs of one article: its lines, and all their pieces together.
pub(super) struct Want {
    pub(super) article: ArticleId,
    pub(super) lines: SmallVec<[u16; 2]>,
    pub(super) units: Units,
}

/// What the locations publish of each article that is wanted.
type Published<'a> = SmallVec<[&'a [(u32, Offer)]; 4]>;

impl<C: Cast> Scene<'_, C> {
    /// The locations that a plan may need, each once: the nearest that has all, if one does, else
    /// whoever publishes anything of what is wanted.
    pub(super) async fn candidates(&mut self, wants: &[Want], ware: &Ware<'_>) -> Vec<Candidate> {
        self.refresh(wants).await;
        let vacated = match ware.replaced {
            Some(order) => self.without(order).await,
            None => Vec::new(),
        };
        let places = &self.tenant.places;
        let offers: Published<'_> = wants.iter().map(|it| places.offers(&it.article)).collect();
        let to = ware.destination.map(Place::on_sphere);
        if !ware.explain
            && ware.at.is_empty()
            && vacated.is_empty()
            && let Some(alone) = nearest_whole(places, &offers, wants, ware, to)
        {
            return vec![alone];
        }
        let mut found = everybody(places, &offers, ware, to);
        for (location, article, offer) in vacated {
            let candidate = found.iter_mut().find(|candidate| candidate.location == location);
            let need = wants.iter().position(|want| want.article == article);
            if let (Some(candidate), Some(need)) = (candidate, need)
                && !offer.inactive
            {
                candidate.available[need] = offer.available;
            }
        }
        found
    }

    /// What the locations where an order holds anything would publish without it. Not all that it
    /// holds would be free: some may be kept back, outdated or broken by now.
    pub(super) async fn without(&mut self, order: &Order) -> Vec<(LocationId, ArticleId, Offer)> {
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
            let outdated = |offer: &Offer| offer.good_until <= now;
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

/// Whoever publishes anything of what is wanted, in the order of seats: the lists of offers are in
/// that order, and are read side by side.
fn everybody(
    places: &Places,
    offers: &Published<'_>,
    ware: &Ware<'_>,
    to: Option<Point>,
) -> Vec<Candidate> {
    let mut rest = offers.clone();
    let mut found = Vec::with_capacity(32);
    while let Some(number) = rest.iter().filter_map(|it| it.first()).map(|(seat, _)| *seat).min() {
        let mut has = false;
        let available = rest.iter_mut().map(|offers| match offers.split_first() {
            Some(((seat, offer), behind)) if *seat == number => {
                *offers = behind;
                has |= !offer.inactive;
                if offer.inactive { Units::ZERO } else { offer.available }
            }
            _ => Units::ZERO,
        });
        let available = available.collect();
        if has {
            found.push(candidate(places.seat(number), ware, to, available));
        }
    }
    found
}

/// The nearest location that has all of everything. A plan of one part is the best there is, so
/// nobody else has to be measured, written down and compared.
fn nearest_whole(
    places: &Places,
    offers: &Published<'_>,
    wants: &[Want],
    ware: &Ware<'_>,
    to: Option<Point>,
) -> Option<Candidate> {
    let rarest = offers.iter().min_by_key(|offers| offers.len())?;
    let whole = rarest.iter().filter_map(|(number, _)| {
        let has = offers.iter().zip(wants).map(|(offers, want)| {
            let at = offers.binary_search_by_key(number, |(seat, _)| *seat).ok()?;
            let offer = &offers[at].1;
            (!offer.inactive && offer.available >= want.units).then_some(offer.available)
        });
        let candidate = candidate(places.seat(*number), ware, to, has.collect::<Option<_>>()?);
        candidate.fence.is_none().then_some(candidate)
    });
    whole.min_by_key(rank)
}

fn candidate(
    seat: &Seat,
    ware: &Ware<'_>,
    to: Option<Point>,
    available: SmallVec<[Units; 4]>,
) -> Candidate {
    let metres = to.zip(seat.point).map(|(to, point)| point.metres_to(to));
    Candidate { location: seat.id, metres, fence: fence(seat, ware.delivery), available }
}

/// What the order needs, article by article, in the order of first mention.
pub(super) fn wants(lines: &[Line]) -> SmallVec<[Want; 4]> {
    let mut wants: SmallVec<[Want; 4]> = SmallVec::with_capacity(lines.len());
    for (index, line) in (0_u16..).zip(lines) {
        match wants.iter_mut().find(|want| want.article == line.article) {
            Some(want) => {
                want.lines.push(index);
                want.units = want.units.with(line.quantity);
            }
            None => wants.push(Want {
                article: line.article.clone(),
                lines: SmallVec::from_slice(&[index]),
                units: line.quantity,
            }),
        }
    }
    wants
}

/// Why a location takes no part in this order, whatever it has.
pub(super) fn fence(seat: &Seat, delivery: &Delivery) -> Option<Fence> {
    if !seat.takes.online {
        return Some(Fence::NotOnline);
    }
    match delivery {
        Delivery::Ship { .. } if !seat.takes.shipped => Some(Fence::DoesNotShip),
        Delivery::Ship { from } => {
            (!from.is_empty() && !from.contains(&seat.id)).then_some(Fence::NotPreselected)
        }
        Delivery::Collect { at } if *at != seat.id => Some(Fence::NotPreselected),
        Delivery::Collect { .. } => (!seat.takes.collected).then_some(Fence::DoesNotServePickup),
    }
}
