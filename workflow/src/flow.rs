//! The story of each command, told once.
//!
//! A story says who is asked in which order and what follows. Who plays the parts is the
//! [`Cast`]: in [`World`](crate::world::World) plain functions do, in the live server actors. Both
//! play the same story, so both write the same events.
//!
//! Every story has two halves. The first asks and may refuse; after the first event is applied
//! nothing refuses any more (S6).

mod addresses;
mod candidates;
mod deliveries;
mod invitations;
mod keys;
mod lines;
mod listings;
mod locations;
mod lots;
mod offline;
mod orders;
mod picking;
mod promise;
mod read;
mod removals;
mod reroute;
mod room;
mod safeties;
mod shortage;
mod stocks;
mod stranded;
mod subscriptions;
mod suppressions;
mod transfer;

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::command::{Command, ListingFilter, Query};
use crate::desk::Tenant;
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, TenantId};
use crate::limits::EVENTS_BYTES_MAX;
use crate::location::{
    self, Listing, Location, Lot, Offer, OutOfStock, SafetyStock, Shelf, Totals,
};
use crate::order::{self, Order};
use crate::outcome::{LocationView, Outcome};
use crate::quantity::Units;
use crate::record::{Event, Owner};
use crate::refusal::Refusal;
use crate::settings::Policy;
use crate::stores::Stores;
use crate::time::{Millis, Time};

/// Those who play orders and locations.
///
/// Whoever is asked by id exists: the desk knows who does.
#[expect(async_fn_in_trait, reason = "casts live on one thread, so no future need be Send")]
pub trait Cast {
    /// A new order begins.
    async fn place(&mut self, order: Order);
    /// The order decides, and applies what it decided.
    async fn act(&mut self, id: OrderId, act: Act) -> Result<Acted, Refusal>;
    /// The order applies what was decided elsewhere.
    async fn follow(&mut self, id: OrderId, event: order::Event, at: Time);
    /// The order as it is.
    async fn order(&mut self, id: OrderId) -> Order;
    /// A new location begins.
    async fn open(&mut self, location: Location);
    /// The location decides, and changes nothing yet.
    async fn decide(
        &mut self,
        id: LocationId,
        command: location::Command,
        now: Time,
    ) -> Result<location::Done, Refusal>;
    /// The location applies what was decided, and publishes what changed. Closed, it is gone.
    async fn apply(
        &mut self,
        id: LocationId,
        events: Vec<location::Event>,
        at: Time,
    ) -> (Vec<location::Event>, Published);
    /// The location decides and applies in one step, since nothing can refuse any more (S6).
    async fn settle(
        &mut self,
        id: LocationId,
        command: location::Command,
        now: Time,
    ) -> (Vec<location::Event>, Published);
    /// Looks at a location.
    async fn look(&mut self, id: LocationId, look: Look, now: Time) -> Seen;
}

/// What a location publishes after a change: the new offer of each article that it touched.
pub type Published = Vec<(ArticleId, Offer)>;

/// A command to an order, with what the order cannot know.
#[derive(Clone, Debug)]
pub struct Act {
    /// What is asked.
    pub command: order::Command,
    /// How long the tenant's promises hold.
    pub hold_for: Millis,
    /// The time of the command.
    pub now: Time,
}

/// What an order did.
#[derive(Clone, Debug)]
pub struct Acted {
    /// What happened; none if it was so already.
    pub event: Option<order::Event>,
    /// The order as it was.
    pub before: Order,
    /// The order as it is.
    pub after: Order,
}

/// What may be looked at in a location.
#[derive(Clone, Debug)]
pub enum Look {
    /// The location itself.
    View,
    /// What it publishes of an article.
    Offer(ArticleId),
    /// What it has of an article.
    Totals(ArticleId),
    /// What happens to a line when there is no stock of an article.
    OutOfStock(ArticleId),
    /// The location's own safety stock of an article.
    Safety(ArticleId),
    /// What it would publish without these reservations.
    OfferWithout(ArticleId, Vec<ReservationId>),
    /// The orders that hold an article there, or wait for it; or any, if none is named.
    Holders(Option<ArticleId>),
    /// One lot.
    Lot(StockId),
    /// Lots after one id, of these articles (empty: all), at most so many.
    Lots(Vec<ArticleId>, Option<StockId>, usize),
    /// The listings that fit, after one article, at most so many.
    Listings(ListingFilter, Option<ArticleId>, usize),
}

/// What was seen.
#[derive(Clone, Debug)]
pub enum Seen {
    /// The location.
    View(LocationView),
    /// What it publishes.
    Offer(Offer),
    /// What it has, and what the article is called there.
    Totals(Totals, Option<SmolStr>),
    /// What happens without stock.
    OutOfStock(OutOfStock),
    /// The safety stock, if there is one.
    Safety(Option<SafetyStock>),
    /// Orders, each once.
    Holders(Vec<OrderId>),
    /// Lots: article, lot, what is reserved of the article there, what is free of the lot.
    Lots(Vec<(ArticleId, Lot, Units, Units)>, usize),
    /// Listings, and how many fit.
    Listings(Vec<(ArticleId, Listing)>, usize),
}

/// What every story gets: whose it is, what may be, and when.
pub struct Scene<'a, C: Cast> {
    /// Those who play.
    pub cast: &'a mut C,
    /// What the router knows of the tenant.
    pub tenant: &'a mut Tenant,
    /// Whose it is.
    pub whose: &'a TenantId,
    /// What the operator has set.
    pub policy: &'a Policy,
    /// The time of the command.
    pub now: Time,
    /// The random number of the command; ids are made of it.
    pub random: u64,
    /// Who asks.
    pub who: &'a smol_str::SmolStr,
    /// The stores that they pick for.
    pub stores: &'a Stores,
    /// What has happened so far.
    pub events: Vec<Event>,
    /// Articles of which pieces without a place may find one now.
    pub came: Vec<ArticleId>,
    /// Reservations that lost their stock: of which order, at which location.
    pub stranded: Vec<(OrderId, LocationId, Vec<u16>)>,
}

/// Why a command did not come to an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The rules say no.
    Refused(Refusal),
    /// Promises that are overdue hold what the command needs. Expire them, then play the
    /// command again (S5).
    Overdue(Vec<(Time, OrderId)>, Box<Command>),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Halt {
        Halt::Refused(refusal)
    }
}

impl<C: Cast> Scene<'_, C> {
    /// Plays a command: the outcome and whom its reply belongs to, with the events in `events`.
    pub async fn play(&mut self, command: Command) -> Result<(Outcome, Option<Owner>), Halt> {
        let played = self.story(command).await?;
        self.place_unplaced().await;
        Ok(played)
    }

    async fn story(&mut self, command: Command) -> Result<(Outcome, Option<Owner>), Halt> {
        match command {
            Command::Promise(promise) => self.promise(promise).await,
            Command::Act { order, action } => Ok(self.act(order, action).await?),
            Command::OpenLocation { card } => Ok(self.open_location(card).await?),
            Command::ChangeLocation { at, version, card } => {
                Ok(self.change_location(&at, version, card).await?)
            }
            Command::CloseLocation { at, version, force } => {
                Ok(self.close_location(&at, version, force).await?)
            }
            Command::PutListings { at, rows } => Ok(self.put_listings(&at, rows).await?),
            Command::RemoveListings { at, which } => Ok(self.remove_listings(&at, which).await?),
            Command::PutStocks { rows } => Ok(self.put_stocks(rows).await?),
            Command::RemoveStocks { which } => Ok(self.remove_stocks(which).await?),
            Command::MoveStock { from, to, units, removes_empty } => {
                Ok(self.move_stock(from, to, units, removes_empty).await?)
            }
            Command::KeepStocks { rows } => Ok(self.keep_stocks(rows).await?),
            Command::TakeNext { at } => Ok(self.take_next(at).await?),
            Command::ClearPicked => Ok(self.clear_picked().await?),
            Command::Handle { order, version, job } => self.handle(order, version, job).await,
            Command::Load { orders } => Ok(self.load(orders).await?),
            Command::UnkeepStock { id, version } => Ok(self.unkeep_stock(id, version).await?),
            Command::Configure { version, promise_ttl } => {
                Ok((self.configure(version, promise_ttl)?, None))
            }
            Command::Invite(invite) => Ok(self.invite(*invite).await?),
            Command::Invitation { order, action } => {
                Ok(self.about_invitation(order, action).await?)
            }
            Command::Suppress { address } => Ok((self.suppress(&address), None)),
            Command::Unsuppress { address } => Ok((self.unsuppress(&address), None)),
            Command::Vacate { at } => {
                Ok((Outcome::Count(self.vacate(at, EVENTS_BYTES_MAX).await), None))
            }
            Command::Keys(command) => Ok((self.keys(&command)?, None)),
            Command::Subscribe(wish) => Ok(self.subscribe(*wish)?),
            Command::Unsubscribe { id, version } => Ok((self.unsubscribe(id, version)?, None)),
            Command::PutAddress { number, version, place, country } => {
                Ok((self.put_address(number, version, (place, country))?, None))
            }
            Command::Subscription { id, version, action } => {
                Ok(self.about_subscription(id, version, action)?)
            }
            Command::AddLines(more) => self.add_lines(more).await,
            Command::Transfer(transfer) => self.transfer(transfer).await,
        }
    }

    /// Plays a query: it changes nothing.
    pub async fn look(&mut self, query: Query) -> Result<Outcome, Refusal> {
        self.read(query).await
    }

    fn push_order(&mut self, order: &Order, event: order::Event) {
        self.events.push(Event::Order { id: order.id, event, number: order.number });
    }

    /// Takes over what a location did: its events, what it publishes, and the reservations of
    /// other orders that were moved by it.
    async fn took_place(
        &mut self,
        id: LocationId,
        events: Vec<location::Event>,
        published: Published,
    ) {
        for (article, offer) in published {
            self.tenant.places.publish(id, &article, offer);
            if !offer.available.is_zero() && self.tenant.book.wants_place(&article) {
                self.came.push(article);
            }
        }
        let mut moved: BTreeMap<OrderId, Vec<(u16, Option<StockId>)>> = BTreeMap::new();
        for event in events {
            if let location::Event::Shelf { article, event } = &event {
                self.tenant.safeties.note(id, article, event);
                match event {
                    location::ShelfEvent::Put(lot) => self.tenant.places.put_stock(lot, id),
                    location::ShelfEvent::Removed { stock } => {
                        self.tenant.places.remove_stock(*stock);
                    }
                    location::ShelfEvent::Rehosted { reservation, stock } => {
                        let index = reservation.index().expect("a reservation's id has an index");
                        moved.entry(reservation.order()).or_default().push((index, *stock));
                    }
                    _ => {}
                }
            }
            self.events.push(Event::Location { id, event });
        }
        for (order, hosts) in moved {
            let lost = hosts.iter().filter(|(_, stock)| stock.is_none());
            let lost: Vec<u16> = lost.map(|(index, _)| *index).collect();
            if !lost.is_empty() {
                self.stranded.push((order, id, lost));
            }
            self.tell(order, order::Event::Rehosted { hosts }).await;
        }
    }
}

/// An order's part: it decides, and applies what it decided.
pub fn act_on(order: &mut Order, act: &Act) -> Result<Acted, Refusal> {
    let event = order::decide(order, &act.command, act.hold_for, act.now)?;
    let before = order.clone();
    if let Some(event) = &event {
        order::apply(order, event, act.now);
    }
    Ok(Acted { event, before, after: order.clone() })
}

/// A location's part: it applies events, and publishes the new offer of each article touched.
pub fn apply_at(
    location: &mut Location,
    events: Vec<location::Event>,
    at: Time,
) -> (Vec<location::Event>, Published) {
    let mut published: Published = Vec::with_capacity(events.len());
    for event in &events {
        location::apply(location, event, at);
        if let location::Event::Shelf { article, .. } = event
            && !published.iter().any(|(known, _)| known == article)
        {
            published.push((article.clone(), Offer::default()));
        }
    }
    for (article, offer) in &mut published {
        *offer = location.offer(article, at);
    }
    (events, published)
}

/// What may be looked at, played by a location itself.
pub fn look_at(location: &Location, look: Look, now: Time) -> Seen {
    match look {
        Look::View => Seen::View(LocationView {
            id: location.id,
            version: location.version,
            created: location.created,
            modified: location.modified,
            card: location.card.clone(),
        }),
        Look::Offer(article) => Seen::Offer(location.offer(&article, now)),
        Look::Totals(article) => {
            let listing = location.shelves.get(&article).and_then(|shelf| shelf.listing.as_ref());
            let title = listing.and_then(|listing| listing.title.clone());
            Seen::Totals(location.totals(&article, now), title)
        }
        Look::Safety(article) => {
            let shelf = location.shelves.get(&article);
            Seen::Safety(shelf.and_then(|shelf| shelf.own_safety.as_deref().copied()))
        }
        Look::OutOfStock(article) => Seen::OutOfStock(location.out_of_stock(&article)),
        Look::OfferWithout(article, reservations) => {
            Seen::Offer(location.offer_without(&article, &reservations, now))
        }
        Look::Holders(Some(article)) => {
            let shelf = location.shelves.get(&article);
            Seen::Holders(shelf.map(holders).unwrap_or_default())
        }
        Look::Holders(None) => {
            let mut orders: Vec<OrderId> =
                location.shelves.iter().flat_map(|(_, shelf)| holders(shelf)).collect();
            orders.sort_unstable();
            orders.dedup();
            Seen::Holders(orders)
        }
        Look::Lot(stock) => {
            let lot = location.lot(stock);
            Seen::Lots(lot.map(|it| seen_lot(it, now)).into_iter().collect(), 1)
        }
        Look::Lots(articles, after, size) => seen_lots(location, &articles, (after, size), now),
        Look::Listings(filter, after, size) => {
            let listed = |(article, shelf): (&ArticleId, &Shelf)| {
                let listing = shelf.listing.as_deref()?;
                filter.fits(article, listing).then(|| (article.clone(), listing.clone()))
            };
            let all = || location.shelves.iter().filter_map(listed);
            let page = all().filter(|(article, _)| after.as_ref().is_none_or(|it| article > it));
            Seen::Listings(page.take(size).collect(), all().count())
        }
    }
}

fn holders(shelf: &Shelf) -> Vec<OrderId> {
    let mut orders: Vec<OrderId> =
        shelf.holds.iter().map(|(reservation, _)| reservation.order()).collect();
    orders.dedup(); // reservations of one order stand together
    orders
}

/// Lots in the order of their ids. Of named articles only their shelves are looked at.
fn seen_lots(
    location: &Location,
    articles: &[ArticleId],
    (after, size): (Option<StockId>, usize),
    now: Time,
) -> Seen {
    let mut ids: Vec<StockId> = match articles {
        [] => location.lots.keys().copied().collect(),
        some => {
            let shelves = some.iter().filter_map(|article| location.shelves.get(article));
            shelves.flat_map(|shelf| shelf.lots.iter().map(|lot| lot.id)).collect()
        }
    };
    ids.sort_unstable();
    ids.dedup(); // an article may be named twice
    let first = after.map_or(0, |after| ids.partition_point(|id| *id <= after));
    let page = ids[first..].iter().take(size);
    let lots = page.filter_map(|id| Some(seen_lot(location.lot(*id)?, now)));
    Seen::Lots(lots.collect(), ids.len())
}

fn seen_lot(
    (article, shelf, lot): (&ArticleId, &Shelf, &Lot),
    now: Time,
) -> (ArticleId, Lot, Units, Units) {
    let reserved = shelf.lots.iter().map(|lot| lot.reserved).sum();
    (article.clone(), lot.clone(), reserved, shelf.free_of(lot, now))
}
