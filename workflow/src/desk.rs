//! What the router knows: enough to plan without asking, and where to ask.
//!
//! A desk holds no order and no stock. It holds what they publish and who keeps what, folded from
//! the same events, so a restart has the same desk.

mod book;
mod places;
mod post;
mod safeties;
mod storages;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use book::{Book, Footing};
pub use places::{Places, Seat, Takes};
pub use post::{Brief, Post, address};
pub use traffic::{Counted, Traffic};

pub use safeties::Safeties;
use smol_str::SmolStr;

use crate::address::Address;
use crate::id::{OrderId, SubscriptionId, TenantId};
use crate::invitation::MailId;
use crate::keyring::Keyring;
use crate::order::Order;
use crate::record::Owner;
use crate::reply::{ReplyKey, StoredReply};
use crate::settings::{Policy, Settings};
use crate::subscription::Subscription;
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
    /// The safety stocks.
    pub safeties: Safeties,
    /// The orders in memory.
    pub book: Book,
    /// Who keeps the reply that was stored under a key.
    pub keys: BTreeMap<ReplyKey, Owner>,
    /// The mails of the orders in memory.
    pub post: Post,
    /// Addresses that get no mail, without regard to case.
    pub suppressed: BTreeSet<SmolStr>,
    /// The API keys.
    pub keyring: Keyring,
    /// What is known of addresses of customers' profiles, by their numbers.
    pub addresses: BTreeMap<u32, Address>,
    /// Who wants to be told what.
    pub subscriptions: BTreeMap<SubscriptionId, Arc<Subscription>>,
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

    /// The end of the next promise of any tenant.
    pub fn next_due(&self) -> Option<Time> {
        self.tenants.values().filter_map(|tenant| tenant.book.deadlines().first()).min()
    }

    /// When the next mail of any tenant is due that is not due yet.
    pub fn next_mail(&self, now: Time) -> Option<Time> {
        self.tenants
            .values()
            .filter_map(|tenant| tenant.post.due().first_after(now, MailId::LEAST))
            .min()
    }

    /// Whether a mail of any tenant is due.
    pub fn has_mail(&self, now: Time) -> bool {
        let first = self.tenants.values().filter_map(|tenant| tenant.post.due().first()).min();
        first.is_some_and(|first| first <= now)
    }
}

impl Tenant {
    /// Notes an order that was placed, or that was read from a snapshot.
    pub fn enter(&mut self, order: &Order) {
        self.book.enter(order);
        self.post.enter(order);
    }

    /// Notes an order that had left memory and is there again.
    pub fn recall(&mut self, order: &Order) {
        self.enter(order);
        let keys = order.replies.iter().map(|reply| reply.key.clone());
        self.keys.extend(keys.map(|key| (key, Owner::Order(order.id))));
    }

    /// Notes who keeps a reply from now on, and which one had to go for it.
    pub fn keeps(&mut self, owner: Owner, reply: &StoredReply, evicted: Option<Arc<StoredReply>>) {
        if let Some(evicted) = evicted {
            self.keys.remove(&evicted.key);
        }
        self.keys.insert(reply.key.clone(), owner);
    }

    /// Takes in a subscription, with the key of its reply.
    pub fn enter_subscription(&mut self, subscription: Arc<Subscription>) {
        if let Some(reply) = &subscription.reply {
            self.keys.insert(reply.key.clone(), Owner::Subscription(subscription.id));
        }
        self.subscriptions.insert(subscription.id, subscription);
    }

    /// A subscription goes away, and takes the key of its reply with it.
    pub fn end_subscription(&mut self, id: SubscriptionId) -> Option<Arc<Subscription>> {
        let gone = self.subscriptions.remove(&id)?;
        if let Some(reply) = &gone.reply {
            self.keys.remove(&reply.key);
        }
        Some(gone)
    }

    /// The subscription keeps the reply of the newest request that made or changed it; tells which
    /// one had to go for it.
    pub fn keep_in_subscription(
        &mut self,
        id: SubscriptionId,
        reply: Arc<StoredReply>,
    ) -> Option<Arc<StoredReply>> {
        let subscription = self.subscriptions.get_mut(&id)?;
        Arc::make_mut(subscription).reply.replace(reply)
    }

    /// The reply that a subscription keeps under a key.
    pub fn kept_in_subscription(
        &self,
        id: SubscriptionId,
        key: &ReplyKey,
    ) -> Option<Arc<StoredReply>> {
        let kept = self.subscriptions.get(&id)?.reply.clone();
        kept.filter(|reply| reply.key == *key)
    }

    /// How long a promise holds when its request does not say; what was set when the operator
    /// allowed other times is brought into those of today.
    pub fn promise_ttl(&self, policy: &Policy) -> Millis {
        let set = self.settings.promise_ttl.unwrap_or(policy.promise_ttl);
        set.max(policy.promise_floor).min(policy.promise_ceiling)
    }
}
