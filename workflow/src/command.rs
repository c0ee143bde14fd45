//! What may be asked of a tenant's shard.

mod invite;

use std::ops::RangeInclusive;
use std::sync::Arc;

use smol_str::SmolStr;

pub use invite::{InvitationAction, InvitationFilter, Invite, OrderRef, Part};

use crate::id::{
    ArticleId, KeyId, LocationId, OrderId, ReservationId, StockId, SubscriptionId, TenantId,
    Version,
};
use crate::kept::Kept;
use crate::keyring;
use crate::location::{self, Card, Listing, ListingRow, Listings, LotRow};
use crate::order::{self, Line};
use crate::place::Place;
use crate::quantity::Units;
use crate::reply::Keyed;
use crate::subscription;
use crate::time::{Millis, Time};

/// A command, with whose and from whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whose things it is about; the credential says so.
    pub tenant: TenantId,
    /// Who asks.
    pub who: SmolStr,
    /// The API key it is asked with, if any: it must still be good when the command runs.
    pub key: Option<KeyId>,
    /// The key it is asked under, if any.
    pub keyed: Option<Keyed>,
    /// What is asked.
    pub command: Command,
}

impl Ask {
    /// What the timer submits when a deadline has passed.
    pub fn expire(tenant: &TenantId, order: OrderId, armed_for: Time) -> Ask {
        Ask {
            tenant: tenant.clone(),
            who: SmolStr::new_static("scheduler"),
            key: None,
            keyed: None,
            command: Command::Act { order, action: order::Command::Expire { armed_for } },
        }
    }
}

/// What changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Route an order and hold its stock; without lines it is only taken in.
    Promise(Box<Promise>),
    /// Confirm, extend, cancel or expire an order.
    Act {
        /// Which one.
        order: OrderId,
        /// What.
        action: order::Command,
    },
    /// Make a location.
    OpenLocation {
        /// What it is.
        card: Arc<Card>,
    },
    /// Replace a location's card.
    ChangeLocation {
        /// Which one.
        at: LocationRef,
        /// The version that the caller saw last.
        version: Version,
        /// The card from now on.
        card: Arc<Card>,
    },
    /// Take a location away.
    CloseLocation {
        /// Which one.
        at: LocationRef,
        /// The version that the caller saw last; none means unconditionally.
        version: Option<Version>,
        /// Even with stock and reservations.
        force: bool,
    },
    /// Make or replace listings at one location.
    PutListings {
        /// Where.
        at: LocationRef,
        /// One row per article.
        rows: Vec<ListingRow>,
    },
    /// Take listings at one location away.
    RemoveListings {
        /// Where.
        at: LocationRef,
        /// Which ones.
        which: Listings,
    },
    /// Make or replace lots, at any locations.
    PutStocks {
        /// The rows, in the order of the request.
        rows: Vec<StockRow>,
    },
    /// Take lots away, at any locations.
    RemoveStocks {
        /// Which ones.
        which: Vec<Lots>,
    },
    /// Move pieces of a lot to another place within their location.
    MoveStock {
        /// The lot that they are of.
        from: StockId,
        /// The place where they will lie.
        to: SmolStr,
        /// How many.
        units: Units,
        /// Whether the lot goes away when none is left.
        removes_empty: bool,
    },
    /// Set safety stocks.
    KeepStocks {
        /// The rows, in the order of the request.
        rows: Vec<SafetyAsk>,
    },
    /// Take a safety stock away.
    UnkeepStock {
        /// Its id.
        id: StockId,
    },
    /// Set the tenant's settings.
    Configure {
        /// The version that the caller saw last.
        version: Version,
        /// How long a promise holds from now on.
        promise_ttl: Millis,
    },
    /// Note an order that a shop reports for reviews, perhaps with an invitation.
    Invite(Box<Invite>),
    /// Do something about an order's invitation.
    Invitation {
        /// Which order's.
        order: OrderRef,
        /// What.
        action: InvitationAction,
    },
    /// Send an address no mail any more.
    Suppress {
        /// The address.
        address: SmolStr,
    },
    /// Make an API key, or take one back.
    Keys(keyring::Command),
    /// Tell somebody what happens from now on.
    Subscribe(Box<subscription::Wish>),
    /// Tell them no more.
    Unsubscribe {
        /// Which subscription.
        id: SubscriptionId,
    },
    /// Add lines to an order, and hold their stock.
    AddLines(Box<MoreLines>),
}

impl Command {
    /// The command's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Promise(promise) if promise.sold => "Order",
            Command::Promise(_) => "Promise",
            Command::Act { action, .. } => action.name(),
            Command::OpenLocation { .. } => "OpenLocation",
            Command::ChangeLocation { .. } => "ChangeLocation",
            Command::CloseLocation { .. } => "CloseLocation",
            Command::PutListings { .. } => "PutListings",
            Command::RemoveListings { .. } => "RemoveListings",
            Command::PutStocks { .. } => "PutStocks",
            Command::RemoveStocks { .. } => "RemoveStocks",
            Command::MoveStock { .. } => "MoveStock",
            Command::KeepStocks { .. } => "KeepStocks",
            Command::UnkeepStock { .. } => "UnkeepStock",
            Command::Configure { .. } => "Configure",
            Command::Keys(command) => command.name(),
            Command::Subscribe(_) => "Subscribe",
            Command::Unsubscribe { .. } => "Unsubscribe",
            Command::AddLines(_) => "AddLines",
            Command::Invite(_) => "Invite",
            Command::Invitation { action, .. } => action.name(),
            Command::Suppress { .. } => "Suppress",
        }
    }
}

/// Route an order and hold its stock, until a deadline or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The lines, up to 500; none if the order is sold and its lines follow.
    pub lines: Vec<Line>,
    /// When the source system made the order.
    pub ordered: Time,
    /// The shop's name for the order.
    pub reference: Option<SmolStr>,
    /// The shop's name for the customer.
    pub consumer: Option<SmolStr>,
    /// Where it goes, if known.
    pub destination: Option<Place>,
    /// How it gets there.
    pub delivery: Wanted,
    /// The rest of the request, for doors.
    pub kept: Kept,
    /// Until when to hold; none means the tenant's time from now.
    pub until: Option<Time>,
    /// An order at once, without a deadline.
    pub sold: bool,
    /// The promise that gives way to this one in the same command.
    pub replaces: Option<OrderId>,
    /// Whether the answer says which locations were looked at, and what was seen of each.
    pub explain: bool,
    /// Whether what is short waits wherever the article is sold, also where no listing lets it;
    /// such an order is never refused for want of stock.
    pub backorders: bool,
}

/// Add lines to an order, and hold their stock as long as the order's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoreLines {
    /// Which order.
    pub order: OrderId,
    /// The version that the caller saw last.
    pub version: Option<Version>,
    /// The lines, 1 to 500.
    pub lines: Vec<Line>,
    /// As in [`Promise::backorders`].
    pub backorders: bool,
}

/// How an order is to reach its customer, with locations as the request names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Shipped; when any location is named, only from those.
    Ship {
        /// The locations.
        from: Vec<LocationRef>,
    },
    /// Collected there.
    Collect {
        /// The location.
        at: LocationRef,
    },
}

/// A location as a request names it: by id, by the shop's reference, or by both.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LocationRef {
    /// Its id.
    pub id: Option<LocationId>,
    /// What the shop calls it.
    pub reference: Option<SmolStr>,
}

/// One lot to make or change, at a location that may have to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    /// The location; needed for a new lot, and must fit an existing one.
    pub at: LocationRef,
    /// The lot.
    pub row: LotRow,
}

/// One safety stock to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyAsk {
    /// The location; none means all that have no safety stock of their own.
    pub at: Option<LocationRef>,
    /// The article.
    pub article: ArticleId,
    /// How many pieces.
    pub units: Units,
}

/// Which lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lots {
    /// This one, at this version; none means unconditionally.
    One(StockId, Option<Version>),
    /// Those with these ids; what is not there is passed by.
    Ids(Vec<StockId>),
    /// All of these articles at one location.
    Articles(LocationRef, Vec<ArticleId>),
    /// All in these places, at one location or wherever there are such places.
    Storages(Option<LocationRef>, Vec<SmolStr>),
}

/// What only looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// One order.
    Order(OrderId),
    /// The order with this number.
    OrderNumbered(u64),
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
    /// One order, by its id or its number.
    OrderAt(OrderRef),
    /// All orders, in the order of their numbers.
    Numbered(Part),
    /// Orders with an invitation, in the order of their numbers.
    Invitations(InvitationFilter, Part),
    /// The mails that are still to go from one instant to before another.
    MailDays(Time, Time),
    /// Subscriptions, in the order of their ids.
    Subscriptions(Page<SubscriptionId>),
    /// The orders in memory with these numbers, in their order.
    OrdersNumbered(RangeInclusive<u64>),
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
