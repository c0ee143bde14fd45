//! What may be asked of a tenant's shard.

mod invite;
mod location_ref;
mod query;

use std::sync::Arc;

use smol_str::SmolStr;

pub use invite::{InvitationAction, InvitationFilter, Invite, Part};
pub use location_ref::LocationRef;
pub use query::{
    ListingFilter, LocationFilter, LocationOrder, OrderFilter, OrderName, Page, Query,
    RecentFilter, SafetyFilter, Service, StockFilter, SummaryFilter,
};

use crate::calendar::Day;
use crate::id::{
    ArticleId, KeyId, LocationId, OrderId, ReservationId, StockId, SubscriptionId, TenantId,
    Version,
};
use crate::kept::Kept;
use crate::keyring;
use crate::location::{Card, ListingRow, Listings, LotRow};
use crate::order::{self, Handover, Line, Shortage, Window};
use crate::place::Place;
use crate::quantity::Units;
use crate::reply::Keyed;
use crate::stores::Stores;
use crate::subscription;
use crate::time::{Millis, Time};

/// A command, with whose and from whom it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Whose things it is about; the credential says so.
    pub tenant: TenantId,
    /// Who asks.
    pub who: SmolStr,
    /// The stores that they pick for.
    pub stores: Stores,
    /// The API keys it is asked with, one for each credential: all of them must still be good when
    /// the command runs.
    pub keys: [Option<KeyId>; 2],
    /// When the token ends that it is asked with, if it is: later the command does not run.
    pub until: Option<Time>,
    /// The key it is asked under, if any.
    pub keyed: Option<Keyed>,
    /// What is asked.
    pub command: Command,
}

impl Ask {
    /// Whether an order that has left memory may have a say in it: by the key, by a name that a new
    /// order must have alone, or because a report may join it.
    pub fn asks_the_past(&self) -> bool {
        let named = match &self.command {
            Command::Promise(promise) => promise.natural_key().is_some(),
            Command::Invite(_) => true,
            _ => false,
        };
        named || self.keyed.is_some()
    }

    /// A command of somebody who comes without keys, and picks for every store.
    pub fn of(tenant: TenantId, who: SmolStr, command: Command) -> Ask {
        let (stores, keys) = (Stores::ALL, [None; 2]);
        Ask { tenant, who, stores, keys, until: None, keyed: None, command }
    }

    /// What the timer submits when a deadline has passed.
    pub fn expire(tenant: &TenantId, order: OrderId, armed_for: Time) -> Ask {
        let action = order::Command::Expire { armed_for };
        Ask::of_scheduler(tenant, Command::Act { order, action })
    }

    /// What follows as long as a location that went offline has work that nobody has begun with.
    pub fn vacate(tenant: &TenantId, at: LocationId) -> Ask {
        Ask::of_scheduler(tenant, Command::Vacate { at })
    }

    fn of_scheduler(tenant: &TenantId, command: Command) -> Ask {
        Ask::of(tenant.clone(), SmolStr::new_static("scheduler"), command)
    }
}

/// What changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Route an order and hold its stock; without lines it is only taken in.
    Promise(Box<Promise>),
    /// Confirm, extend, unlock, cancel or expire an order.
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
        /// The version that the caller saw last, if it minds.
        version: Option<Version>,
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
        order: OrderName,
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
        /// The version that the caller saw last.
        version: Option<Version>,
    },
    /// Say where an address of a customer's profile is.
    PutAddress {
        /// Its number.
        number: u32,
        /// The version that the caller saw last.
        version: Option<Version>,
        /// Where it is.
        place: Place,
        /// Its country, as `DE`.
        country: Option<SmolStr>,
    },
    /// Do something about a subscription.
    Subscription {
        /// Which one.
        id: SubscriptionId,
        /// The version that the caller saw last.
        version: Option<Version>,
        /// What.
        action: subscription::Action,
    },
    /// Add lines to an order, and hold their stock.
    AddLines(Box<MoreLines>),
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
    /// Send an address mail again.
    Unsuppress {
        /// The address.
        address: SmolStr,
    },
    /// Look elsewhere for more of what nobody has begun with at a location that is offline.
    Vacate {
        /// Which one.
        at: LocationId,
    },
    /// Hold pieces of a reservation at another location.
    Transfer(Transfer),
}

/// Hold pieces of a reservation at another location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The reservation.
    pub reservation: ReservationId,
    /// The order's version that the caller saw last.
    pub version: Option<Version>,
    /// The other location.
    pub to: LocationRef,
    /// How many of its pieces, 1 or more; none means all.
    pub units: Option<Units>,
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
    /// It is not to be brought any more.
    Cancel,
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
            Job::Cancel => "Cancel",
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
            Command::TakeNext { .. } => "TakeNext",
            Command::ClearPicked => "ClearPicked",
            Command::Handle { job, .. } => job.name(),
            Command::Load { .. } => "Load",
            Command::Keys(command) => command.name(),
            Command::Subscribe(_) => "Subscribe",
            Command::Unsubscribe { .. } => "Unsubscribe",
            Command::Subscription { action, .. } => action.name(),
            Command::PutAddress { .. } => "PutAddress",
            Command::AddLines(_) => "AddLines",
            Command::Invite(_) => "Invite",
            Command::Invitation { action, .. } => action.name(),
            Command::Suppress { .. } => "Suppress",
            Command::Unsuppress { .. } => "Unsuppress",
            Command::Vacate { .. } => "Vacate",
            Command::Transfer(_) => "Transfer",
        }
    }
}

/// Route an order and hold its stock, until a deadline or for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The lines, up to 500; none if the order is sold and its lines follow.
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
    /// What is sold is not given to pickers until it is unlocked.
    pub locked: bool,
    /// The promise that gives way to this one in the same command.
    pub replaces: Option<OrderId>,
    /// Whether the answer says which locations were looked at, and what was seen of each.
    pub explain: bool,
    /// Whether what is short waits wherever the article is sold, also where no listing lets it;
    /// such an order is never refused for want of stock.
    pub backorders: bool,
    /// How it is brought to its customer, if somebody here brings it. Such a shop's name for the
    /// order is unique within the shop.
    pub handover: Option<Box<Handover>>,
    /// Where it goes, in one line of text, if that is all that is known: the tenant may deliver
    /// to some areas only.
    pub address: Option<SmolStr>,
    /// Days that were named without a time, in place of the instants.
    pub days: Days,
    /// The number of the address that it goes to, in place of the destination.
    pub ships_to: Option<u32>,
    /// The location that it goes to, in place of the destination.
    pub recipient: Option<LocationRef>,
}

/// Days that were named without a time: they begin when they do at the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// When the source system made the order.
    pub ordered: Option<Day>,
    /// The earliest that the customer wants it.
    pub wanted: Option<Day>,
}

impl Promise {
    /// The web shop and its name for the order: no two orders have both the same.
    pub fn natural_key(&self) -> Option<(&SmolStr, &SmolStr)> {
        let shop = self.handover.as_ref()?.shop.as_ref()?;
        Some((shop, self.reference.as_ref()?))
    }
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
