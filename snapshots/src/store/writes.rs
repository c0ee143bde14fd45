//! What one batch changes, with the sum that proves the store whole.

use std::sync::Arc;

use workflow::address::Address;
use workflow::id::{ArticleId, KeyId, LocationId, OrderId, TenantId};
use workflow::keyring::Key;
use workflow::order::Order;
use workflow::reply::{ReplyKey, StoredReply};

use super::key::{self, Kind};
use super::row::{LocationRow, Mark, TenantRow};
use super::sled::Together;
use super::value::{self, Footprint};
use crate::Lsn;
use crate::codec::append;
use workflow::location::{SafetyStock, Shelf};

/// The changes of one batch. Every change names what the row took up before.
pub(crate) struct Writes {
    together: Together,
    lsn: Lsn,
    live: u64,
    sum: u64,
    rows: usize,
    payload: Vec<u8>,
}

impl Writes {
    /// Changes after `mark`, up to and with `lsn`.
    pub(crate) fn after(mark: &Mark, lsn: Lsn) -> Writes {
        Writes {
            together: Together::default(),
            lsn,
            live: mark.live,
            sum: mark.sum,
            rows: 0,
            payload: Vec::new(),
        }
    }

    /// How many rows it changes.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn put_tenant(&mut self, tenant: &TenantId, row: &TenantRow, old: Footprint) {
        append(row, self.fresh());
        self.put(Kind::Tenant, &key::tenant(tenant), old);
    }

    pub(crate) fn put_safety(
        &mut self,
        (tenant, article): (&TenantId, &ArticleId),
        safety: &SafetyStock,
        old: Footprint,
    ) {
        append(safety, self.fresh());
        self.put(Kind::Safety, &key::safety(tenant, article), old);
    }

    pub(crate) fn remove_safety(&mut self, tenant: &TenantId, article: &ArticleId, old: Footprint) {
        self.remove(Kind::Safety, &key::safety(tenant, article), old);
    }

    pub(crate) fn put_key(&mut self, tenant: &TenantId, key: &Key, old: Footprint) {
        append(key, self.fresh());
        self.put(Kind::Key, &key::key(tenant, key.id), old);
    }

    pub(crate) fn remove_key(&mut self, tenant: &TenantId, id: KeyId, old: Footprint) {
        self.remove(Kind::Key, &key::key(tenant, id), old);
    }

    pub(crate) fn put_address(&mut self, tenant: &TenantId, address: &Address, old: Footprint) {
        append(address, self.fresh());
        self.put(Kind::Address, &key::address(tenant, address.number), old);
    }

    pub(crate) fn put_location(
        &mut self,
        tenant: &TenantId,
        id: LocationId,
        row: &LocationRow,
        old: Footprint,
    ) {
        append(row, self.fresh());
        self.put(Kind::Location, &key::location(tenant, id), old);
    }

    pub(crate) fn remove_location(&mut self, tenant: &TenantId, id: LocationId, old: Footprint) {
        self.remove(Kind::Location, &key::location(tenant, id), old);
    }

    pub(crate) fn put_location_reply(
        &mut self,
        (tenant, id, number): (&TenantId, LocationId, u64),
        reply: &StoredReply,
    ) {
        append(reply, self.fresh());
        let row = key::location_reply(tenant, id, number);
        self.put(Kind::LocationReply, &row, Footprint::default());
    }

    pub(crate) fn remove_location_reply(
        &mut self,
        (tenant, id, number): (&TenantId, LocationId, u64),
        old: Footprint,
    ) {
        let row = key::location_reply(tenant, id, number);
        self.remove(Kind::LocationReply, &row, old);
    }

    pub(crate) fn put_shelf(
        &mut self,
        (tenant, id, article): (&TenantId, LocationId, &ArticleId),
        shelf: &Shelf,
        old: Footprint,
    ) {
        append(shelf, self.fresh());
        self.put(Kind::Shelf, &key::shelf(tenant, id, article), old);
    }

    pub(crate) fn remove_shelf(
        &mut self,
        (tenant, id, article): (&TenantId, LocationId, &ArticleId),
        old: Footprint,
    ) {
        self.remove(Kind::Shelf, &key::shelf(tenant, id, article), old);
    }

    /// Puts an order among the open or the closed ones. One that is done moves.
    pub(crate) fn put_order(&mut self, tenant: &TenantId, order: &Order, old: OldOrder) {
        append(order, self.fresh());
        let kind = match order.is_done() {
            true => Kind::Closed,
            false => Kind::Open,
        };
        let old_kind = match old.is_closed {
            true => Kind::Closed,
            false => Kind::Open,
        };
        let (mut here, there) = (old.footprint, Footprint::default());
        if kind != old_kind {
            self.remove(old_kind, &key::order(tenant, old_kind, order.id), here);
            here = there;
        }
        self.put(kind, &key::order(tenant, kind, order.id), here);
    }

    /// An address that gets no mail, in place of the row that it had.
    pub(crate) fn put_suppressed(&mut self, tenant: &TenantId, address: &str, old: Footprint) {
        self.fresh();
        self.put(Kind::Suppressed, &key::suppressed(tenant, address), old);
    }

    pub(crate) fn remove_suppressed(&mut self, tenant: &TenantId, address: &str, old: Footprint) {
        self.remove(Kind::Suppressed, &key::suppressed(tenant, address), old);
    }

    pub(crate) fn put_number(&mut self, tenant: &TenantId, number: u64, id: OrderId) {
        append(&id, self.fresh());
        self.put(Kind::Number, &key::number(tenant, number), Footprint::default());
    }

    pub(crate) fn put_reference(&mut self, tenant: &TenantId, text: &str, id: OrderId) {
        self.put_index(Kind::Reference, &key::text(tenant, Kind::Reference, text, id));
    }

    pub(crate) fn put_consumer(&mut self, tenant: &TenantId, text: &str, id: OrderId) {
        self.put_index(Kind::Consumer, &key::text(tenant, Kind::Consumer, text, id));
    }

    pub(crate) fn put_reply_key(&mut self, tenant: &TenantId, reply: &ReplyKey, id: OrderId) {
        append(&id, self.fresh());
        let row = key::reply_key(tenant, reply);
        self.put(Kind::ReplyKey, &row, Footprint::default());
    }

    pub(crate) fn remove_reply_key(&mut self, tenant: &TenantId, reply: &ReplyKey) {
        self.remove_index(&key::reply_key(tenant, reply));
    }

    /// Removes what an order was found by while it was done: it is in memory again.
    pub(crate) fn remove_names(
        &mut self,
        tenant: &TenantId,
        order: &Order,
        keys: &[Arc<StoredReply>],
    ) {
        self.remove_index(&key::number(tenant, order.number));
        if let Some(name) = &order.asked.consumer {
            self.remove_index(&key::text(tenant, Kind::Consumer, name, order.id));
        }
        if let Some(name) = &order.reference {
            self.remove_index(&key::text(tenant, Kind::Reference, name, order.id));
        }
        for reply in keys {
            self.remove_index(&key::reply_key(tenant, &reply.key));
        }
    }

    /// The batch, with the mark that proves it; `mark` says where it ends.
    pub(super) fn finish(mut self, mark: &Mark) -> (Together, Mark) {
        let mark = Mark { live: self.live, sum: self.sum, ..*mark };
        append(&mark, self.fresh());
        let payload = std::mem::take(&mut self.payload);
        value::split(key::MARK, self.lsn, &payload, |key, value| {
            self.together.put(key, value);
        });
        (self.together, mark)
    }

    fn fresh(&mut self) -> &mut Vec<u8> {
        self.payload.clear();
        &mut self.payload
    }

    /// Puts `self.payload`; chunks that the row had before and needs no more go away.
    fn put(&mut self, kind: Kind, row: &[u8], old: Footprint) {
        let payload = std::mem::take(&mut self.payload);
        let new = value::split(row, self.lsn, &payload, |key, value| {
            self.together.put(key, value);
        });
        self.payload = payload;
        for number in new.chunks..old.chunks {
            self.together.remove(key::chunk(row, number));
        }
        self.count(kind, old, new);
    }

    fn remove(&mut self, kind: Kind, row: &[u8], old: Footprint) {
        for number in 0..old.chunks {
            self.together.remove(key::chunk(row, number));
        }
        self.count(kind, old, Footprint::default());
    }

    fn put_index(&mut self, kind: Kind, row: &[u8]) {
        self.fresh();
        self.put(kind, row, Footprint::default());
    }

    fn remove_index(&mut self, row: &[u8]) {
        self.together.remove(key::chunk(row, 0));
        self.rows += 1;
    }

    fn count(&mut self, kind: Kind, old: Footprint, new: Footprint) {
        self.rows += 1;
        if Kind::is_live(kind as u8) {
            let rows = |footprint: Footprint| u64::from(footprint.chunks > 0);
            self.live = self.live + rows(new) - rows(old);
            self.sum = self.sum.wrapping_add(new.sum).wrapping_sub(old.sum);
        }
    }
}

/// An order's row as it is stored.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OldOrder {
    pub(crate) is_closed: bool,
    pub(crate) footprint: Footprint,
}
