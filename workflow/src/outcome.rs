//! What a command or a query came to: values that doors put into their words.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::address::Address;
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, TenantId, Version};
use crate::keyring::Key;
use crate::location::{Card, Listing, Lot, OutOfStock, RowStatus, SafetyStock, Totals};
use crate::order::{Hold, Order};
use crate::quantity::Units;
use crate::routing::{Considered, Search};
use crate::settings::Settings;
use crate::subscription::Subscription;
use crate::time::{Millis, Time};

/// What a command or a query came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An order that was placed.
    Placed(Box<PlacedView>),
    /// An order as it is.
    Order(Box<Order>),
    /// A page of orders.
    Orders {
        /// The page.
        orders: Vec<Order>,
        /// How many fit the filter; of those without one, how many the tenant ever had.
        total: u64,
        /// All orders in memory that fit the filter, if there is one, in the order of their ids:
        /// whoever adds those that have left memory counts none twice.
        fitting: Vec<OrderId>,
    },
    /// A location as it is.
    Location(Box<LocationView>),
    /// A page of locations, and how many fit the filter.
    Locations {
        /// The page.
        locations: Vec<LocationView>,
        /// How many fit the filter.
        total: usize,
    },
    /// The location is gone.
    Closed,
    /// Rows of listings, with what became of each.
    Listings {
        /// The location.
        location: LocationId,
        /// The rows.
        rows: Vec<(RowStatus, ArticleId, Listing)>,
        /// How many fit the filter.
        total: usize,
    },
    /// What was named is gone.
    Gone,
    /// Rows of stock, with what became of each.
    Stocks {
        /// The rows.
        rows: Vec<(RowStatus, StockView)>,
        /// How many fit the filter.
        total: usize,
    },
    /// Lots that are gone, by what named them.
    Removed(Vec<RemovedView>),
    /// Pieces that lie elsewhere.
    Moved {
        /// The lot that they came from, if it is still there.
        from: Option<Box<StockView>>,
        /// The lot that they are of now.
        to: Box<StockView>,
    },
    /// Safety stocks were set: what became of each row.
    Kept(Vec<RowStatus>),
    /// Safety stocks.
    SafetyStocks {
        /// The page.
        rows: Vec<SafetyView>,
        /// How many fit the filter.
        total: usize,
    },
    /// What locations have of articles.
    Summaries {
        /// The page.
        rows: Vec<SummaryView>,
        /// How many articles fit the filter.
        total: usize,
    },
    /// Reservations, and how many there are.
    Reservations {
        /// The page.
        rows: Vec<ReservationView>,
        /// How many there are.
        total: u64,
    },
    /// The tenant's settings, and the time a promise holds under them.
    Settings {
        /// What was set.
        settings: Settings,
        /// How long a promise holds.
        promise_ttl: Millis,
    },
    /// An API key as it is.
    Key(Box<Key>),
    /// A subscription that was made, or has ended.
    Subscription(Arc<Subscription>),
    /// A page of subscriptions.
    Subscriptions {
        /// The page.
        rows: Vec<Arc<Subscription>>,
        /// How many there are.
        total: usize,
    },
    /// An order as it is, with the locations that give something to it, or gave.
    Delivery(Box<DeliveryView>),
    /// Orders that are to be brought, or are being brought.
    Deliveries(Vec<DeliveryView>),
    /// Orders, the newest first.
    Recent {
        /// Those that fit.
        rows: Vec<DeliveryView>,
        /// The numbers of all in memory that were looked at.
        here: Vec<u64>,
        /// The number of the newest order.
        newest: u64,
        /// Of those with one reference, the number of the last that was looked at, if there are
        /// older ones.
        scanned_to: Option<u64>,
    },
    /// What a picker picks, the oldest first.
    Picklist(Vec<PickView>),
    /// What became of one line, or of the whole order if no line is named.
    Worked(Box<DeliveryView>, Option<u16>),
    /// So many.
    Count(usize),
    /// An order as its customer sees it, and whose it is.
    Shared(TenantId, Box<DeliveryView>),
    /// Mails that are still to go: by day and filter code, in this order.
    MailDays(Vec<MailDay>),
    /// The address gets no mail, and whether that is new.
    Suppressed(bool),
    /// The address gets mail, and whether that is new.
    Unsuppressed(bool),
    /// A part of those that get no mail, and how many there are in all.
    Addresses(Vec<SmolStr>, usize),
    /// An address of a customer's profile.
    Address(Address),
}

impl Outcome {
    /// The order of an outcome that shows one, as its customer sees it.
    #[must_use]
    pub fn shared(self, tenant: TenantId) -> Outcome {
        match self {
            Outcome::Delivery(view) => Outcome::Shared(tenant, view),
            other => other,
        }
    }
}

/// A part of an order in a picker's list.
#[derive(Clone, Debug)]
pub struct PickView {
    /// The order.
    pub order: Order,
    /// Where it is picked.
    pub location: LocationId,
    /// Where in there its pieces lie.
    pub storages: Storages,
}

/// Where the pieces of an order lie within their locations, by the index of the hold; those whose
/// lots have no such place are not there.
pub type Storages = Vec<(u16, SmolStr)>;

/// An order, with the locations that give something to it, or gave.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    /// The order.
    pub order: Order,
    /// The locations.
    pub stores: Vec<(LocationId, Arc<Card>)>,
    /// Where in there its pieces lie.
    pub storages: Storages,
}

/// How many mails are to go on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDay {
    /// The day on the tenant's calendar, as `2026-01-12`.
    pub day: String,
    /// The filter code of their invitations.
    pub filtercode: Option<SmolStr>,
    /// How many.
    pub mails: u64,
}

/// An order that was just placed, with what routing saw.
#[derive(Clone, Debug)]
pub struct PlacedView {
    /// The order.
    pub order: Order,
    /// Where its pieces come from, by location, nearest first.
    pub parts: Vec<PartView>,
    /// Whether the plan is certainly the best one.
    pub search: Search,
    /// The locations that were looked at, if the caller asked for them.
    pub considered: Vec<Considered>,
}

/// What one location gives to an order.
#[derive(Clone, Debug)]
pub struct PartView {
    /// The location.
    pub location: LocationId,
    /// What it is.
    pub card: Arc<Card>,
    /// How far it is from the customer.
    pub metres: Option<u32>,
    /// What it gives, line by line.
    pub lines: Vec<PartLine>,
}

/// What one location gives to one line.
#[derive(Clone, Copy, Debug)]
pub struct PartLine {
    /// The line, counted from 0.
    pub line: u16,
    /// How many pieces.
    pub units: Units,
    /// Whether they wait for stock.
    pub waits: bool,
    /// What the location could promise before.
    pub available: Units,
    /// What happens there when there is no stock.
    pub out_of_stock: OutOfStock,
    /// When stock is expected, if the pieces wait and a date is known.
    pub expected: Option<Time>,
}

/// A location as it is.
#[derive(Clone, Debug)]
pub struct LocationView {
    /// Its id.
    pub id: LocationId,
    /// Its version.
    pub version: Version,
    /// When it was made.
    pub created: Time,
    /// When it last changed.
    pub modified: Time,
    /// What it is.
    pub card: Arc<Card>,
}

/// A lot, with what surrounds it.
#[derive(Clone, Debug)]
pub struct StockView {
    /// Where it lies.
    pub location: LocationId,
    /// What the shop calls the location.
    pub reference: Option<SmolStr>,
    /// What it is of.
    pub article: ArticleId,
    /// The lot.
    pub lot: Lot,
    /// What can be promised of this lot.
    pub free: Units,
    /// What is reserved of the article in the whole location.
    pub reserved_there: Units,
}

/// Lots that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedView {
    /// What named them.
    pub by: RemovedBy,
    /// Those that were there. One that was named twice is with those that named it first.
    pub ids: Vec<StockId>,
}

/// What named lots that are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedBy {
    /// Their ids.
    Ids,
    /// Their articles.
    Articles,
    /// Their places within their locations.
    Storages,
}

/// A safety stock, with what it is of.
#[derive(Clone, Debug)]
pub struct SafetyView {
    /// Where it holds; none means wherever there is none of its own.
    pub location: Option<LocationId>,
    /// The article.
    pub article: ArticleId,
    /// The safety stock.
    pub safety: SafetyStock,
}

/// What locations together have of one article.
#[derive(Clone, Debug)]
pub struct SummaryView {
    /// The article.
    pub article: ArticleId,
    /// What the first of the locations that calls it something calls it.
    pub title: Option<SmolStr>,
    /// The locations that were counted.
    pub locations: Vec<LocationId>,
    /// Their numbers, added up.
    pub sum: Totals,
}

/// A reservation, with its order's facts.
#[derive(Clone, Debug)]
pub struct ReservationView {
    /// Its id.
    pub id: ReservationId,
    /// The order's routing run.
    pub created: Time,
    /// The article that is held.
    pub article: ArticleId,
    /// The hold.
    pub hold: Hold,
}
