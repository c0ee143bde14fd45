//! Many records folded into the rows they touch: each row is read once and written once.
//!
//! Uses the core's own `apply`, so the snapshot is what the live entities are. Reservations are
//! folded into the orders only; shelves get them back when a world is put together.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use workflow::address::Address;
use workflow::id::{ArticleId, KeyId, LocationId, OrderId, SubscriptionId, TenantId, Version};
use workflow::keyring::{self, Key};
use workflow::limits::WRITE_KEYS_PER_LOCATION_MAX;
use workflow::location::{self, SafetyStock, Shelf, ShelfEvent};
use workflow::order::{self, Order};
use workflow::record::{Event, Owner, Record};
use workflow::reply::{ReplyKey, StoredReply};
use workflow::subscription;

use crate::Lsn;
use crate::store::{Error, Footprint, LocationRow, OldOrder, Store, TenantRow, Writes};

/// The rows that records have touched since the last batch.
#[derive(Default)]
pub(super) struct Fold {
    tenants: BTreeMap<TenantId, Touched>,
}

/// What was touched of one tenant.
#[derive(Default)]
struct Touched {
    tenant: Option<Slot<TenantRow>>,
    /// Whether addresses get no mail.
    suppressed: BTreeMap<SmolStr, bool>,
    safeties: BTreeMap<ArticleId, Slot<SafetyStock>>,
    keys: BTreeMap<KeyId, Slot<Key>>,
    addresses: BTreeMap<u32, Slot<Address>>,
    locations: BTreeMap<LocationId, Slot<LocationRow>>,
    /// New replies of locations, and old ones that go away.
    replies: BTreeMap<(LocationId, u64), Option<Arc<StoredReply>>>,
    shelves: BTreeMap<(LocationId, ArticleId), Slot<Shelf>>,
    orders: BTreeMap<OrderId, Held>,
}

/// A row as it will be, and what it takes up as it is.
struct Slot<T> {
    /// None once it is to go away.
    now: Option<T>,
    old: Footprint,
}

/// An order as it will be.
struct Held {
    order: Order,
    old: Option<Before>,
}

/// What is stored of an order.
struct Before {
    row: OldOrder,
    /// The keys by which it is found, once it is closed.
    keys: Vec<Arc<StoredReply>>,
}

impl Fold {
    /// Folds one record in.
    pub(super) fn apply(&mut self, store: &Store, record: &Record, lsn: Lsn) -> Result<(), Error> {
        if !self.tenants.contains_key(&record.tenant) {
            let touched = Touched::default();
            self.tenants.insert(record.tenant.clone(), touched);
        }
        let touched = self.tenants.get_mut(&record.tenant).expect("the tenant was just put there");
        let mut turn = Turn { store, record, lsn, touched };
        turn.tenant()?; // a tenant of which nothing else is left is still a tenant
        for event in &record.events {
            turn.apply(event)?;
        }
        match &record.reply {
            Some((Owner::Order(id), reply)) => turn.keep_in_order(*id, reply),
            Some((Owner::Location(id), reply)) => turn.keep_in_location(*id, reply),
            Some((Owner::Subscription(id), reply)) => turn.keep_in_subscription(*id, reply),
            None => Ok(()),
        }
    }

    /// The rows, and nothing is touched any more.
    pub(super) fn write(&mut self, store: &Store, writes: &mut Writes) -> Result<(), Error> {
        for (tenant, touched) in std::mem::take(&mut self.tenants) {
            touched.write(&tenant, store, writes)?;
        }
        Ok(())
    }
}

/// One record on its way into the rows.
struct Turn<'a> {
    store: &'a Store,
    record: &'a Record,
    lsn: Lsn,
    touched: &'a mut Touched,
}

impl Turn<'_> {
    fn apply(&mut self, event: &Event) -> Result<(), Error> {
        match event {
            Event::Order { id, event, .. } => self.apply_order(*id, event),
            Event::Location { id, event } => self.apply_location(*id, event),
            Event::Secured { article, safety } => self.keep_everywhere(article, Some(*safety)),
            Event::Unsecured { article } => self.keep_everywhere(article, None),
            Event::Configured(settings) => {
                self.tenant()?.settings = *settings;
                Ok(())
            }
            Event::Suppressed { address } => {
                self.touched.suppressed.insert(address.clone(), true);
                Ok(())
            }
            Event::Unsuppressed { address } => {
                self.touched.suppressed.insert(address.clone(), false);
                Ok(())
            }
            Event::Keyring(event) => self.apply_keys(event),
            Event::Addressed(address) => self.put_address(address),
            Event::Subscribed(subscription) => {
                let known = &mut self.tenant()?.subscriptions;
                let at = known.partition_point(|it| it.id < subscription.id);
                known.insert(at, subscription.as_ref().clone());
                Ok(())
            }
            Event::Subscription { id, event } => {
                let known = &mut self.tenant()?.subscriptions;
                if let Some(subscription) = known.iter_mut().find(|it| it.id == *id) {
                    subscription::apply(subscription, event);
                }
                Ok(())
            }
            Event::Unsubscribed { id } => {
                self.tenant()?.subscriptions.retain(|it| it.id != *id);
                Ok(())
            }
        }
    }

    fn keep_everywhere(
        &mut self,
        article: &ArticleId,
        safety: Option<SafetyStock>,
    ) -> Result<(), Error> {
        if !self.touched.safeties.contains_key(article) {
            let stored = self.store.stored_safety(&self.record.tenant, article)?;
            self.touched.safeties.insert(article.clone(), Slot::of(stored));
        }
        let slot = self.touched.safeties.get_mut(article);
        slot.expect("the safety stock was just put there").now = safety;
        Ok(())
    }

    fn apply_order(&mut self, id: OrderId, event: &order::Event) -> Result<(), Error> {
        if let order::Event::Placed(placed) = event {
            let tenant = self.tenant()?;
            tenant.last_number = tenant.last_number.max(placed.number);
            let order = order::place(id, placed, self.record.at);
            self.touched.orders.insert(id, Held { order, old: None });
            return Ok(());
        }
        let at = self.record.at;
        let order = self.order(id)?.ok_or_else(|| lost("order"))?;
        order::apply(order, event, at);
        Ok(())
    }

    fn apply_keys(&mut self, event: &keyring::Event) -> Result<(), Error> {
        match event {
            keyring::Event::Made(key) => {
                let now = Some((**key).clone());
                self.touched.keys.insert(key.id, Slot { now, old: Footprint::default() });
            }
            keyring::Event::Revoked { id } => {
                let at = self.record.at;
                let key = self.key(*id)?.now.as_mut().ok_or_else(|| lost("key"))?;
                key.revoked = Some(at);
            }
            keyring::Event::Forgotten { id } => self.key(*id)?.now = None,
        }
        Ok(())
    }

    fn put_address(&mut self, address: &Address) -> Result<(), Error> {
        let number = address.number;
        if !self.touched.addresses.contains_key(&number) {
            let slot = Slot::of(self.store.stored_address(&self.record.tenant, number)?);
            self.touched.addresses.insert(number, slot);
        }
        if let Some(slot) = self.touched.addresses.get_mut(&number) {
            slot.now = Some(address.clone());
        }
        Ok(())
    }

    fn apply_location(&mut self, id: LocationId, event: &location::Event) -> Result<(), Error> {
        match event {
            location::Event::Opened(card) => {
                let row = LocationRow {
                    opened: self.lsn,
                    version: Version::FIRST,
                    created: self.record.at,
                    modified: self.record.at,
                    card: card.clone(),
                    first_reply: 0,
                    next_reply: 0,
                };
                let old = Footprint::default();
                let now = Some(row);
                self.touched.locations.insert(id, Slot { now, old });
                Ok(())
            }
            location::Event::Changed(card) => {
                let at = self.record.at;
                let row = self.location(id)?.ok_or_else(|| lost("location"))?;
                row.card = card.clone();
                row.version = row.version.next();
                row.modified = at;
                Ok(())
            }
            location::Event::Closed => self.close(id),
            location::Event::Turned { .. } => Ok(()), // the card said so
            // Pieces may wait where the article never was: then a shelf begins.
            location::Event::Shelf { article, event: ShelfEvent::Reserved { stock: None, .. } } => {
                self.shelf(id, article).map(|_| ())
            }
            location::Event::Shelf { event, .. } if event.is_about_reservations() => Ok(()),
            location::Event::Shelf { article, event } => {
                location::apply_to_row(self.shelf(id, article)?, event);
                Ok(())
            }
        }
    }

    /// The shelf as it is after the events so far, made if there is none.
    fn shelf(&mut self, id: LocationId, article: &ArticleId) -> Result<&mut Shelf, Error> {
        let key = (id, article.clone());
        if !self.touched.shelves.contains_key(&key) {
            let stored = self.store.stored_shelf(&self.record.tenant, id, article)?;
            let slot = Slot::of(stored);
            self.touched.shelves.insert(key.clone(), slot);
        }
        let slot = self.touched.shelves.get_mut(&key);
        let slot = slot.expect("the shelf was just put there");
        Ok(slot.now.get_or_insert_default())
    }

    /// A location goes away with its shelves and its replies.
    fn close(&mut self, id: LocationId) -> Result<(), Error> {
        let tenant = &self.record.tenant;
        for (article, old) in self.store.stored_shelves(tenant, id)? {
            let slot = self.touched.shelves.entry((id, article));
            slot.or_insert(Slot { now: None, old });
        }
        for ((at, _), slot) in &mut self.touched.shelves {
            if *at == id {
                slot.now = None;
            }
        }
        let row = self.location(id)?.ok_or_else(|| lost("location"))?;
        let numbers = row.first_reply..row.next_reply;
        for number in numbers {
            self.touched.replies.insert((id, number), None);
        }
        if let Some(slot) = self.touched.locations.get_mut(&id) {
            slot.now = None;
        }
        Ok(())
    }

    fn keep_in_order(&mut self, id: OrderId, reply: &Arc<StoredReply>) -> Result<(), Error> {
        let Some(order) = self.order(id)? else {
            return Ok(());
        };
        order.keep(reply.clone());
        Ok(())
    }

    fn keep_in_location(&mut self, id: LocationId, reply: &Arc<StoredReply>) -> Result<(), Error> {
        let Some(row) = self.location(id)? else {
            return Ok(());
        };
        let number = row.next_reply;
        row.next_reply += 1;
        let kept = row.next_reply - row.first_reply;
        let evicted = (kept > WRITE_KEYS_PER_LOCATION_MAX as u64).then_some(row.first_reply);
        row.first_reply += u64::from(evicted.is_some());
        let replies = &mut self.touched.replies;
        replies.insert((id, number), Some(reply.clone()));
        if let Some(number) = evicted {
            replies.insert((id, number), None);
        }
        Ok(())
    }

    fn keep_in_subscription(
        &mut self,
        id: SubscriptionId,
        reply: &Arc<StoredReply>,
    ) -> Result<(), Error> {
        let known = &mut self.tenant()?.subscriptions;
        if let Some(subscription) = known.iter_mut().find(|it| it.id == id) {
            subscription.reply = Some(reply.clone());
        }
        Ok(())
    }

    fn tenant(&mut self) -> Result<&mut TenantRow, Error> {
        if self.touched.tenant.is_none() {
            let stored = self.store.stored_tenant(&self.record.tenant)?;
            self.touched.tenant = Some(Slot::of(stored));
        }
        let slot = self.touched.tenant.as_mut();
        let slot = slot.expect("the tenant was just put there");
        Ok(slot.now.get_or_insert_default())
    }

    /// The key as it is after the events so far.
    fn key(&mut self, id: KeyId) -> Result<&mut Slot<Key>, Error> {
        if !self.touched.keys.contains_key(&id) {
            let slot = Slot::of(self.store.stored_key(&self.record.tenant, id)?);
            self.touched.keys.insert(id, slot);
        }
        Ok(self.touched.keys.get_mut(&id).expect("the key was just put there"))
    }

    /// The order as it is after the events so far.
    fn order(&mut self, id: OrderId) -> Result<Option<&mut Order>, Error> {
        if !self.touched.orders.contains_key(&id) {
            let Some((order, row)) = self.store.stored_order(&self.record.tenant, id)? else {
                return Ok(None);
            };
            let keys = match row.is_closed {
                true => order.replies.clone(),
                false => Vec::new(),
            };
            let old = Some(Before { row, keys });
            self.touched.orders.insert(id, Held { order, old });
        }
        Ok(self.touched.orders.get_mut(&id).map(|held| &mut held.order))
    }

    /// The location as it is after the events so far, if it is not gone.
    fn location(&mut self, id: LocationId) -> Result<Option<&mut LocationRow>, Error> {
        if !self.touched.locations.contains_key(&id) {
            let Some(stored) = self.store.stored_location(&self.record.tenant, id)? else {
                return Ok(None);
            };
            let slot = Slot::of(Some(stored));
            self.touched.locations.insert(id, slot);
        }
        let slot = self.touched.locations.get_mut(&id);
        Ok(slot.and_then(|slot| slot.now.as_mut()))
    }
}

impl Touched {
    fn write(self, tenant: &TenantId, store: &Store, writes: &mut Writes) -> Result<(), Error> {
        if let Some(Slot { now, old }) = self.tenant {
            writes.put_tenant(tenant, &now.unwrap_or_default(), old);
        }
        for (address, is_suppressed) in self.suppressed {
            let old = store.stored_suppressed(tenant, &address)?;
            match is_suppressed {
                true => writes.put_suppressed(tenant, &address, old),
                false => writes.remove_suppressed(tenant, &address, old),
            }
        }
        for (article, Slot { now, old }) in self.safeties {
            match now {
                Some(safety) => writes.put_safety((tenant, &article), &safety, old),
                None => writes.remove_safety(tenant, &article, old),
            }
        }
        for (id, Slot { now, old }) in self.keys {
            match now {
                Some(key) => writes.put_key(tenant, &key, old),
                None => writes.remove_key(tenant, id, old),
            }
        }
        for Slot { now, old } in self.addresses.into_values() {
            if let Some(address) = now {
                writes.put_address(tenant, &address, old);
            }
        }
        for (id, Slot { now, old }) in self.locations {
            match now {
                Some(row) => writes.put_location(tenant, id, &row, old),
                None => writes.remove_location(tenant, id, old),
            }
        }
        for ((id, number), reply) in self.replies {
            let row = (tenant, id, number);
            match reply {
                Some(reply) => writes.put_location_reply(row, &reply),
                None => {
                    let old = store.stored_location_reply(tenant, id, number)?;
                    writes.remove_location_reply(row, old);
                }
            }
        }
        for ((id, article), Slot { now, old }) in self.shelves {
            let row = (tenant, id, &article);
            match now {
                Some(shelf) => writes.put_shelf(row, &shelf, old),
                None => writes.remove_shelf(row, old),
            }
        }
        for held in self.orders.into_values() {
            held.write(tenant, writes);
        }
        Ok(())
    }
}

impl Held {
    /// Only an order that is done has rows to be found by: any other is in memory, and is found
    /// there. One that was done and is reported for reviews comes back.
    fn write(self, tenant: &TenantId, writes: &mut Writes) {
        let Held { order, old } = self;
        let (row, keys) = match old {
            Some(Before { row, keys }) => (row, keys),
            None => (OldOrder::default(), Vec::new()),
        };
        if order.is_done() {
            if !row.is_closed {
                writes.put_number(tenant, order.number, order.id);
                if let Some(consumer) = &order.asked.consumer {
                    writes.put_consumer(tenant, consumer, order.id);
                }
                if let Some(reference) = &order.reference {
                    writes.put_reference(tenant, reference, order.id);
                }
            }
            let has = |replies: &[Arc<StoredReply>], key: &ReplyKey| {
                replies.iter().any(|reply| reply.key == *key)
            };
            for gone in keys.iter().filter(|old| !has(&order.replies, &old.key)) {
                writes.remove_reply_key(tenant, &gone.key);
            }
            for new in order.replies.iter().filter(|new| !has(&keys, &new.key)) {
                writes.put_reply_key(tenant, &new.key, order.id);
            }
        } else if row.is_closed {
            writes.remove_names(tenant, &order, &keys);
        }
        writes.put_order(tenant, &order, row);
    }
}

impl<T> Slot<T> {
    fn of(stored: Option<(T, Footprint)>) -> Slot<T> {
        match stored {
            Some((now, old)) => Slot { now: Some(now), old },
            None => Slot { now: None, old: Footprint::default() },
        }
    }
}

/// A record is about something that the snapshot should have and has not.
fn lost(what: &'static str) -> Error {
    let what = format!("it has not the {what} that the next record is about");
    Error::Broken { what }
}
