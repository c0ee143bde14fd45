//! What the router knows: enough to plan without asking, and where to ask.
//!
//! A desk holds no order and no stock. It holds what they publish and who keeps what, folded from
//! the same events, so a restart has the same desk.

mod book;
mod places;

use std::collections::BTreeMap;

pub use book::{Book, Footing};
pub use places::{Places, Seat, Takes};

use crate::id::{OrderId, TenantId};
use crate::record::Owner;
use crate::reply::ReplyKey;
use crate::settings::{Policy, Settings};
use crate::time::{Millis, Time};

/// What the router knows of all tenants of its shard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    tenants: BTreeMap<TenantId, Tenant>,
}

/// What the router knows of one tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tenant {
    /// What the tenant has set.
    pub settings: Settings,
    /// The number of the newest order.
    pub last_number: u64,
    /// The locations, and what they publish.
    pub places: Places,
    /// The orders in memory.
    pub book: Book,
    /// Who keeps the reply that was stored under a key.
    pub keys: BTreeMap<ReplyKey, Owner>,
}

impl Desk {
    /// A tenant's part, made when it is first named.
    pub fn tenant(&mut self, id: &TenantId) -> &mut Tenant {
        if !self.tenants.contains_key(id) {
            self.tenants.insert(id.clone(), Tenant::default());
        }
        self.tenants.get_mut(id).expect("the tenant was just made")
    }

    /// All tenants, in the order of their names.
    pub fn tenants(&self) -> impl Iterator<Item = (&TenantId, &Tenant)> {
        self.tenants.iter()
    }

    /// The order whose customer knows this secret, and whose it is: a customer knows no tenant.
    pub fn shared(&self, secret: &[u8; 32]) -> Option<(TenantId, OrderId)> {
        let mut tenants = self.tenants.iter();
        tenants.find_map(|(id, tenant)| Some((id.clone(), tenant.book.by_secret(secret)?)))
    }

    /// The next deadline of any tenant.
    pub fn next_due(&self) -> Option<Time> {
        self.tenants.values().filter_map(|tenant| tenant.book.deadlines().first()).min()
    }
}

impl Tenant {
    /// How long a promise holds when its request does not say.
    pub fn promise_ttl(&self, policy: &Policy) -> Millis {
        self.settings.promise_ttl.unwrap_or(policy.promise_ttl)
    }
}
