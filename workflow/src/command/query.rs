//! What may be looked at in a tenant's shard.

use std::ops::RangeInclusive;

use smol_str::SmolStr;

use super::{InvitationFilter, LocationRef, Part};
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, SubscriptionId};
use crate::location::{self, Card, Listing};
use crate::order::{self, Order, Standing};
use crate::stores::Stores;
use crate::time::Time;

/// What only looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// One order.
    Order(OrderName),
    /// Orders in memory, in the order of their ids.
    Orders(OrderFilter, Page<OrderId>),
    /// One location.
    Location(LocationRef),
    /// Locations, in the order of their ids.
    Locations(LocationFilter, Page<LocationId>),
    /// One listing at a location.
    Listing(LocationRef, ArticleId),
    /// The listings at a location, in the order of articles.
    Listings(LocationRef, ListingFilter, Page<ArticleId>),
    /// One lot.
    Stock(StockId),
    /// Lots, in the order of their ids.
    Stocks(StockFilter, Page<StockId>),
    /// Safety stocks, in the order of their ids.
    SafetyStocks(SafetyFilter, Page<StockId>),
    /// What all locations together have of articles, in the order of articles.
    Summaries(SummaryFilter, Page<ArticleId>),
    /// One reservation.
    Reservation(ReservationId),
    /// Reservations, in the order of their ids.
    Reservations(Page<ReservationId>),
    /// The tenant's settings.
    Settings,
    /// An address of a customer's profile, by its number.
    Address(u32),
    /// One subscription.
    Subscription(SubscriptionId),
    /// Subscriptions, in the order of their ids.
    Subscriptions(Page<SubscriptionId>),
    /// The orders in memory with these numbers, in their order.
    OrdersNumbered(RangeInclusive<u64>),
    /// One order, with the locations that hold anything for it.
    Delivery(OrderName),
    /// Orders with these numbers that fit, the newest first. Those with a reference are found by
    /// it, so their range may be any; else every one in it is looked at.
    Recent(RecentFilter, RangeInclusive<u64>),
    /// What this picker picks at these stores.
    Picklist(SmolStr, Stores),
    /// How many parts of orders wait for a picker, at one location or at any of these stores.
    Unpicked(Option<LocationRef>, Stores),
    /// Orders that wait for a driver, the oldest first, at most so many.
    Unrouted(usize),
    /// What this driver brings.
    Route(SmolStr),
    /// The order whose customer knows this secret, whichever tenant's it is.
    Shared([u8; 32]),
    /// All orders, in the order of their numbers.
    Numbered(Part),
    /// Orders with an invitation, in the order of their numbers.
    Invitations(InvitationFilter, Part),
    /// The mails that are still to go from one instant to before another.
    MailDays(Time, Time),
    /// Addresses that get no mail, in their order; only this one, if one is named.
    Suppressed(Option<SmolStr>, Page<SmolStr>),
}

/// An order as a path names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderName {
    /// By its id.
    Id(OrderId),
    /// By its number within the tenant.
    Number(u64),
}

/// Which orders of a range.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RecentFilter {
    /// Those of this web shop.
    pub shop: Option<SmolStr>,
    /// Those with this reference.
    pub reference: Option<SmolStr>,
    /// Those that hold something, or wait, at this location.
    pub at: Option<LocationRef>,
    /// Those that stand like one of these; none means all.
    pub standings: Option<Vec<Standing>>,
    /// Only those of which a piece was picked.
    pub picked: bool,
}

impl RecentFilter {
    /// Whether an order fits, but for its location: that may have another name than an id.
    pub fn fits(&self, order: &Order, now: Time) -> bool {
        self.shop.as_ref().is_none_or(|shop| order.shop() == Some(shop))
            && (!self.picked || order.is_begun())
            && self.standings.as_ref().is_none_or(|all| all.contains(&order.standing(now)))
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Id> {
    /// What the part begins after.
    pub after: Option<Id>,
    /// How many at most.
    pub size: usize,
}

/// Which orders.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Those with this reference.
    pub reference: Option<SmolStr>,
    /// Those of this customer.
    pub consumer: Option<SmolStr>,
}

impl OrderFilter {
    /// Whether the order is one of them.
    pub fn fits(&self, order: &order::Order) -> bool {
        self.reference.as_ref().is_none_or(|it| order.reference.as_ref() == Some(it))
            && self.consumer.as_ref().is_none_or(|it| order.asked.consumer.as_ref() == Some(it))
    }
}

/// Which locations.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LocationFilter {
    /// Those with one of these statuses; empty means all.
    pub status: Vec<location::Status>,
    /// Those of one of these kinds; empty means all.
    pub kind: Vec<location::Kind>,
    /// The one with this reference.
    pub reference: Option<SmolStr>,
    /// In which order; a page begins after a location that is in the list.
    pub order: LocationOrder,
}

/// In which order locations are listed; those that are equal, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LocationOrder {
    /// As they were made, which is the order of their ids.
    #[default]
    Created,
    /// By name.
    Name,
    /// By postal code, those without one first.
    PostalCode,
}

/// Which listings of a location.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ListingFilter {
    /// Those of these articles; empty means all.
    pub articles: Vec<ArticleId>,
    /// Those whose article bears this code.
    pub code: Option<SmolStr>,
}

impl ListingFilter {
    /// Whether the listing is one of them.
    pub fn fits(&self, article: &ArticleId, listing: &Listing) -> bool {
        (self.articles.is_empty() || self.articles.contains(article))
            && self.code.as_ref().is_none_or(|code| listing.codes.contains(code))
    }
}

/// Which lots.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct StockFilter {
    /// Those at this location.
    pub at: Option<LocationRef>,
    /// Those of these articles; empty means all.
    pub articles: Vec<ArticleId>,
    /// Those in these places within their location; empty means all.
    pub storage: Vec<SmolStr>,
}

/// Which safety stocks.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SafetyFilter {
    /// Those of this location itself.
    pub at: Option<LocationRef>,
    /// Those of this article.
    pub article: Option<ArticleId>,
}

/// What a location does for orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// It ships to customers.
    Ships,
    /// Customers collect there.
    ServesPickup,
}

impl Service {
    /// Whether a location with this card has it.
    pub fn is_of(self, card: &Card) -> bool {
        match self {
            Service::Ships => card.ships,
            Service::ServesPickup => card.serves_pickup,
        }
    }
}

/// Which articles and locations a summary is about.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SummaryFilter {
    /// These articles; empty means all.
    pub articles: Vec<ArticleId>,
    /// These locations; empty means all.
    pub locations: Vec<LocationRef>,
    /// Locations with one of these statuses; empty means all.
    pub status: Vec<location::Status>,
    /// Locations with one of these services; empty means all.
    pub services: Vec<Service>,
}
