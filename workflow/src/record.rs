//! All that one command did: whole in the journal, or not there (D3).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::address::Address;
use crate::id::{ArticleId, LocationId, OrderId, SubscriptionId, TenantId};
use crate::location::{SafetyStock, Status};
use crate::reply::StoredReply;
use crate::settings::Settings;
use crate::subscription::{self, Subscription};
use crate::time::Time;
use crate::{keyring, location, order};

/// All events of one command, with who asked and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The one time of this command (docs/decisions/0007); it never goes back (P5).
    pub at: Time,
    /// Whose things it touched.
    pub tenant: TenantId,
    /// Who asked.
    pub who: SmolStr,
    /// The command's name.
    pub command: SmolStr,
    /// What happened, in order, to every entity it touched.
    pub events: Vec<Event>,
    /// The reply that is kept under the request's key, and in what it is kept (K5).
    pub reply: Option<(Owner, Arc<StoredReply>)>,
}

impl Record {
    /// The locations that went offline by it: what nobody has begun with there is to be moved.
    pub fn went_offline(&self) -> impl Iterator<Item = LocationId> + '_ {
        self.events.iter().filter_map(|event| match event {
            Event::Location { id, event: location::Event::Turned { status: Status::Offline } } => {
                Some(*id)
            }
            _ => None,
        })
    }
}

/// What happened to one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// To an order.
    Order {
        /// Which one.
        id: OrderId,
        /// What.
        event: order::Event,
        /// The order's number within the tenant, so that whoever reads the record alone can say
        /// it.
        number: u64,
    },
    /// At a location.
    Location {
        /// Which one.
        id: LocationId,
        /// What.
        event: location::Event,
    },
    /// To the tenant's settings: they are these from now on.
    Configured(Settings),
    /// To all locations that have no safety stock of their own: so much is kept back.
    Secured {
        /// The article.
        article: ArticleId,
        /// How many pieces.
        safety: SafetyStock,
    },
    /// To the same: nothing is kept back any more.
    Unsecured {
        /// The article.
        article: ArticleId,
    },
    /// To the tenant's API keys.
    Keyring(keyring::Event),
    /// Somebody wants to be told something from now on.
    Subscribed(Arc<Subscription>),
    /// Somebody wants to be told no more.
    Unsubscribed {
        /// Which subscription has ended.
        id: SubscriptionId,
    },
    /// To an address: it gets no mail of the tenant from now on.
    Suppressed {
        /// The address, in lower case.
        address: SmolStr,
    },
    /// To an address: it gets mail of the tenant again.
    Unsuppressed {
        /// The address, in lower case.
        address: SmolStr,
    },
    /// To a subscription.
    Subscription {
        /// Which one.
        id: SubscriptionId,
        /// What.
        event: subscription::Event,
    },
    /// To an address of a customer's profile: it is this from now on.
    Addressed(Address),
}

/// The entity that keeps a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// The order that the request made or changed.
    Order(OrderId),
    /// The location that it made or changed.
    Location(LocationId),
    /// The subscription that it made.
    Subscription(SubscriptionId),
}
