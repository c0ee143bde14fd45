//! What may be asked of a tenant's shard.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::calendar::Delay;
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, StockId, TenantId, Version};
use crate::invitation::{Trouble, Which, Wish};
use crate::kept::Kept;
use crate::location::{self, Card, LotRow};
use crate::order::{self, Line};
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
            Command::Invite(_) => "Invite",
            Command::Invitation { action, .. } => action.name(),
            Command::Suppress { .. } => "Suppress",
        }
    }
}

/// An order as a path names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRef {
    /// By its id.
    Id(OrderId),
    /// By its number within the tenant.
    Number(u64),
}

/// An order that a shop reports for reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The shop's own id for the order, unique in the tenant.
    pub external_id: SmolStr,
    /// Where mails go: an address that was checked.
    pub email: SmolStr,
    /// The customer's name.
    pub fullname: Option<SmolStr>,
    /// A tag, to find invitations by.
    pub filtercode: Option<SmolStr>,
    /// The products, as lines without pieces.
    pub products: Vec<Line>,
    /// The same, for an order that has lines of its own.
    pub kept: Kept,
    /// The first product whose GTIN has another check digit than it should.
    pub wrong_check_digit: Option<usize>,
    /// The mails that are asked for.
    pub wish: Option<Wish>,
}

/// What may be done about an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationAction {
    /// Ask for other times, counted as before.
    Change {
        /// The version that the caller saw last.
        version: Option<Version>,
        /// The invitation's, if it changes.
        delay: Option<Delay>,
        /// The reminder's, if it changes; the inner none removes it.
        reminder: Option<Option<Delay>>,
    },
    /// Drop what is unsent.
    Drop {
        /// The version that the caller saw last.
        version: Option<Version>,
    },
    /// Send a mail: it is on its way from now on, unless it may not go now.
    Claim(Which),
    /// The mail server took a mail.
    Done(Which),
    /// The mail server did not take a mail.
    Failed(Which, Trouble),
}

impl InvitationAction {
    fn name(&self) -> &'static str {
        match self {
            InvitationAction::Change { .. } => "ChangeInvitation",
            InvitationAction::Drop { .. } => "DropInvitation",
            InvitationAction::Claim(_) => "ClaimMail",
            InvitationAction::Done(_) => "MailDone",
            InvitationAction::Failed(..) => "MailFailed",
        }
    }
}

/// Route an order and hold its stock, until a deadline or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The lines.
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
    /// One order, by its id or its number.
    OrderAt(OrderRef),
    /// All orders, in the order of their numbers.
    Numbered(Part),
    /// Orders with an invitation, in the order of their numbers.
    Invitations(InvitationFilter, Part),
    /// The mails that are still to go from one instant to before another.
    MailDays(Time, Time),
}

/// A part of a list that is counted from one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many come before.
    pub skip: u64,
    /// How many at most.
    pub size: usize,
    /// Whether the newest comes first.
    pub newest_first: bool,
}

impl Part {
    /// The numbers in this part of a list that is numbered from 1 to `last`.
    pub fn numbers(&self, last: u64) -> Vec<u64> {
        let size = self.size as u64;
        let end = last.min(self.skip.saturating_add(size));
        let places = (self.skip + 1)..=end;
        match self.newest_first {
            true => places.map(|place| last + 1 - place).collect(),
            false => places.collect(),
        }
    }
}

/// Which invitations.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct InvitationFilter {
    /// Those with this tag.
    pub filtercode: Option<SmolStr>,
    /// Those that were sent, or those that were not.
    pub is_sent: Option<bool>,
    /// That of this order.
    pub order: Option<OrderRef>,
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
