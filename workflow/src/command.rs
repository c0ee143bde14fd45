//! What may be asked of a tenant's shard.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, TenantId, Version};
use crate::kept::Kept;
use crate::location::{self, Card, LotRow};
use crate::order::{self, Handover, Line, Shortage, Standing, Window};
use crate::place::Place;
use crate::quantity::Units;
use crate::reply::Keyed;
use crate::time::{Millis, Time};

/// A command, with whose and from whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whose things it is about; the credential says so.
    pub tenant: TenantId,
    /// Who asks.
    pub who: SmolStr,
    /// The key it is asked under, if any.
    pub keyed: Option<Keyed>,
    /// What is asked.
    pub command: Command,
}

impl Ask {
    /// Whether an order that has left memory may have a say in it: by the key, or by a name that
    /// a new order must have alone.
    pub fn asks_the_past(&self) -> bool {
        let named = match &self.command {
            Command::Promise(promise) => promise.natural_key().is_some(),
            _ => false,
        };
        named || self.keyed.is_some()
    }

    /// What the timer submits when a deadline has passed.
    pub fn expire(tenant: &TenantId, order: OrderId, armed_for: Time) -> Ask {
        Ask {
            tenant: tenant.clone(),
            who: SmolStr::new_static("scheduler"),
            keyed: None,
            command: Command::Act { order, action: order::Command::Expire { armed_for } },
        }
    }
}

/// What changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Route an order and hold its stock.
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
    /// Change a location, its stock or its listings.
    AtLocation {
        /// Which one.
        at: LocationRef,
        /// What.
        command: location::Command,
    },
    /// Make or replace lots, at any locations.
    PutStocks {
        /// The rows, in the order of the request.
        rows: Vec<StockRow>,
    },
    /// Take lots away, at any locations.
    RemoveStocks {
        /// Which ones.
        which: Lots,
    },
    /// Set safety stocks.
    KeepStocks {
        /// Location, article, pieces.
        rows: Vec<(LocationRef, ArticleId, Units)>,
    },
    /// Set the tenant's settings.
    Configure {
        /// The version that the caller saw last.
        version: Version,
        /// How long a promise holds from now on.
        promise_ttl: Millis,
    },
    /// The caller picks the oldest order that waits for a picker, unless their list is full.
    TakeNext {
        /// Where; none means anywhere.
        at: Option<LocationRef>,
    },
    /// All that the caller has picked whole waits for a driver.
    ClearPicked,
    /// Pick an order, or bring it.
    Handle {
        /// Which one.
        order: OrderName,
        /// The version that the caller saw last.
        version: Option<Version>,
        /// What is done.
        job: Job,
    },
    /// The caller takes these orders on their route: all, or none.
    Load {
        /// Which ones.
        orders: Vec<OrderName>,
    },
}

/// What somebody does with an order that is sold. The caller is the picker, or the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// They have so many pieces of a line in their hands.
    Pick(u16, Units),
    /// What is left of a line is not on the shelf.
    Missing(u16),
    /// This takes the place of what is missing of a line.
    Substitute(u16, Box<Line>),
    /// All they have of it is picked, and waits for a driver.
    Stage,
    /// This other one helps.
    Share(SmolStr),
    /// They are near.
    Near,
    /// They have brought it.
    Deliver,
    /// It is to be brought then.
    Schedule(Window),
    /// What becomes of short lines, and what doors keep of that.
    Reflag(Option<Shortage>, Kept),
}

impl Job {
    /// The job's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Job::Pick(..) => "Pick",
            Job::Missing(_) => "Missing",
            Job::Substitute(..) => "Substitute",
            Job::Stage => "Stage",
            Job::Share(_) => "Share",
            Job::Near => "Near",
            Job::Deliver => "Deliver",
            Job::Schedule(_) => "Schedule",
            Job::Reflag(..) => "Reflag",
        }
    }
}

impl Command {
    /// The command's name, as records, logs and metrics say it.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Promise(promise) if promise.sold => "Order",
            Command::Promise(_) => "Promise",
            Command::Act { action, .. } => action.name(),
            Command::OpenLocation { .. } => "OpenLocation",
            Command::AtLocation { command, .. } => command.name(),
            Command::PutStocks { .. } => "PutStocks",
            Command::RemoveStocks { .. } => "RemoveStocks",
            Command::KeepStocks { .. } => "KeepStocks",
            Command::Configure { .. } => "Configure",
            Command::TakeNext { .. } => "TakeNext",
            Command::ClearPicked => "ClearPicked",
            Command::Handle { job, .. } => job.name(),
            Command::Load { .. } => "Load",
        }
    }
}

/// Route an order and hold its stock, until a deadline or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The lines.
    pub lines: Vec<Line>,
    /// When the source system made the order; none means now.
    pub ordered: Option<Time>,
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
    /// How it is brought to its customer, if somebody here brings it. Such a shop's name for the
    /// order is unique within the shop.
    pub handover: Option<Box<Handover>>,
}

impl Promise {
    /// The web shop and its name for the order: no two orders have both the same.
    pub fn natural_key(&self) -> Option<(&SmolStr, &SmolStr)> {
        let shop = self.handover.as_ref()?.shop.as_ref()?;
        Some((shop, self.reference.as_ref()?))
    }
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

/// Which lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lots {
    /// This one, at this version; none means unconditionally.
    One(StockId, Option<Version>),
    /// Those with these ids; what is not there is passed by.
    Ids(Vec<StockId>),
    /// All of these articles at one location.
    Articles(LocationRef, Vec<ArticleId>),
}

/// What only looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// One order.
    Order(OrderId),
    /// Orders in memory, in the order of their ids.
    Orders(OrderFilter, Page<OrderId>),
    /// One location.
    Location(LocationRef),
    /// Locations, in the order of their ids.
    Locations(LocationFilter, Page<LocationId>),
    /// The listings at a location, in the order of articles.
    Listings(LocationRef, Vec<ArticleId>, Page<ArticleId>),
    /// One lot.
    Stock(StockId),
    /// Lots, in the order of their ids.
    Stocks(StockFilter, Page<StockId>),
    /// What all locations together have of articles, in the order of articles.
    Summaries(SummaryFilter, Page<ArticleId>),
    /// One reservation.
    Reservation(ReservationId),
    /// Reservations, in the order of their ids.
    Reservations(Page<ReservationId>),
    /// The tenant's settings.
    Settings,
    /// One order, with the locations that hold anything for it.
    Delivery(OrderName),
    /// Orders in memory, the newest first: those that fit, after so many, at most so many.
    Recent(RecentFilter, usize, usize),
    /// What this picker picks.
    Picklist(SmolStr),
    /// How many parts of orders wait for a picker, at one location or at all.
    Unpicked(Option<LocationRef>),
    /// Orders that wait for a driver, the oldest first, at most so many.
    Unrouted(usize),
    /// What this driver brings.
    Route(SmolStr),
    /// The order whose customer knows this secret, whichever tenant's it is.
    Shared([u8; 32]),
}

/// An order as a path names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderName {
    /// By its id.
    Id(OrderId),
    /// By its number within the tenant.
    Number(u64),
}

/// Which of the newest orders.
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

/// Which articles and locations a summary is about.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SummaryFilter {
    /// These articles; empty means all.
    pub articles: Vec<ArticleId>,
    /// These locations; empty means all.
    pub locations: Vec<LocationRef>,
    /// Locations with one of these statuses; empty means all.
    pub status: Vec<location::Status>,
}
