//! Reading: rows put together from their chunks, every chunk checked before it is believed.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use workflow::address::Address;
use workflow::id::{ArticleId, KeyId, LocationId, OrderId, TenantId};
use workflow::keyring::Key;
use workflow::location::{Card, SafetyStock, Shelf};
use workflow::order::Order;
use workflow::reply::ReplyKey;

use super::key::{self, Kind};
use super::row::{LocationRow, Mark, TenantRow};
use super::sled::{Bytes, Table};
use super::value::{self, Footprint};
use super::writes::OldOrder;
use super::{Error, Store};

/// A row whose chunks were checked.
pub(super) struct Row {
    payload: Payload,
    pub(super) footprint: Footprint,
}

enum Payload {
    /// Most rows have one chunk, and then nothing is copied.
    One(Bytes, usize),
    Many(Vec<u8>),
}

impl Row {
    /// The row that begins with this chunk; `next` hands out the following ones.
    fn whole(
        key: &[u8],
        first: Bytes,
        mut next: impl FnMut(u16) -> Result<Option<Bytes>, Error>,
    ) -> Result<Row, Error> {
        let chunk = value::check(key, &first)?;
        let (chunks, lsn, mut sum) = (chunk.chunks, chunk.lsn, chunk.sum);
        if chunks == 1 {
            let head = first.len() - chunk.payload.len();
            return Ok(Row {
                payload: Payload::One(first, head),
                footprint: Footprint { chunks, sum },
            });
        }
        let mut payload = chunk.payload.to_vec();
        let (row, _) = key::row_of(key).ok_or_else(|| Error::damaged(key, "a key is too short"))?;
        for number in 1..chunks {
            let key = key::chunk(row, number);
            let value = next(number)?.ok_or_else(|| Error::damaged(&key, "a chunk is missing"))?;
            let chunk = value::check(&key, &value)?;
            if (chunk.chunks, chunk.lsn) != (chunks, lsn) {
                return Err(Error::damaged(&key, "a chunk is of another value"));
            }
            sum = sum.wrapping_add(chunk.sum);
            payload.extend_from_slice(chunk.payload);
        }
        Ok(Row { payload: Payload::Many(payload), footprint: Footprint { chunks, sum } })
    }

    fn payload(&self) -> &[u8] {
        match &self.payload {
            Payload::One(value, head) => &value[*head..],
            Payload::Many(payload) => payload,
        }
    }

    /// What the row says, all of it.
    pub(super) fn read<'a, T: Deserialize<'a>>(&'a self, row: &[u8]) -> Result<T, Error> {
        match postcard::take_from_bytes(self.payload()) {
            Ok((value, [])) => Ok(value),
            _ => Err(Error::damaged(row, "a payload is of another format")),
        }
    }
}

/// The mark of a store; that of an empty one is zero.
pub(super) fn mark(table: &Table) -> Result<Mark, Error> {
    match get(table, key::MARK)? {
        Some(row) => row.read(key::MARK),
        None => Ok(Mark::default()),
    }
}

/// One row.
pub(super) fn get(table: &Table, row: &[u8]) -> Result<Option<Row>, Error> {
    let first = key::chunk(row, 0);
    let Some(value) = table.get(&first)? else {
        return Ok(None);
    };
    let next = |number| table.get(&key::chunk(row, number));
    Row::whole(&first, value, next).map(Some)
}

/// Hands `each` the rows from `from` on, with their keys, until it has had enough.
pub(super) fn scan(
    table: &Table,
    from: &[u8],
    mut each: impl FnMut(&[u8], Row) -> Result<bool, Error>,
) -> Result<(), Error> {
    let mut chunks = table.from(from);
    while let Some(chunk) = chunks.next() {
        let (key, value) = chunk?;
        let Some((row, 0)) = key::row_of(&key) else {
            return Err(Error::damaged(&key, "a chunk has no first one"));
        };
        let next = |number| match chunks.next().transpose()? {
            Some((next, value)) if key::row_of(&next) == Some((row, number)) => Ok(Some(value)),
            _ => Ok(None),
        };
        let whole = Row::whole(&key, value, next)?;
        if !each(row, whole)? {
            break;
        }
    }
    Ok(())
}

/// Hands `each` the rows whose keys begin with `prefix`, from `from` on.
fn scan_within(
    table: &Table,
    prefix: &[u8],
    from: &[u8],
    mut each: impl FnMut(&[u8], Row) -> Result<bool, Error>,
) -> Result<(), Error> {
    scan(table, from, |key, row| Ok(key.starts_with(prefix) && each(key, row)?))
}

/// What anybody may ask while the follower writes. An answer is of one position, whole.
impl Store {
    /// An order, open or closed.
    ///
    /// # Errors
    /// While it is rebuilt, or if the row is damaged.
    pub fn order(&self, tenant: &TenantId, id: OrderId) -> Result<Option<Order>, Error> {
        self.answer(|table| Ok(order(table, tenant, id)?.map(|(order, _)| order)))
    }

    /// The closed order with this number; those of open ones are in memory.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn order_numbered(&self, tenant: &TenantId, number: u64) -> Result<Option<Order>, Error> {
        self.answer(|table| numbered(table, tenant, number))
    }

    /// Closed orders after `after`, in the order of their ids, at most `size`. The open ones are in
    /// memory, and so are those that closed since.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn orders_after(
        &self,
        tenant: &TenantId,
        after: Option<OrderId>,
        size: usize,
    ) -> Result<Vec<Order>, Error> {
        self.answer(|table| {
            let prefix = key::prefix(tenant, Kind::Closed);
            let from = after.map(|id| above(&key::order(tenant, Kind::Closed, id)));
            let mut orders = Vec::new();
            scan_within(table, &prefix, from.as_ref().unwrap_or(&prefix), |key, row| {
                if orders.len() < size {
                    orders.push(row.read::<Order>(key)?);
                }
                Ok(orders.len() < size)
            })?;
            Ok(orders)
        })
    }

    /// The closed orders with these numbers, in the order that they are named.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn orders_numbered(
        &self,
        tenant: &TenantId,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Result<Vec<Order>, Error> {
        self.answer(|table| {
            let found = numbers.into_iter().map(|number| numbered(table, tenant, number));
            found.filter_map(Result::transpose).collect()
        })
    }

    /// The closed orders with the shop's name `reference`, after `after`, at most `size`.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn orders_by_reference(
        &self,
        tenant: &TenantId,
        reference: &str,
        after: Option<OrderId>,
        size: usize,
    ) -> Result<Vec<Order>, Error> {
        self.orders_by(Kind::Reference, tenant, reference, (after, size))
    }

    /// The closed orders of the shop's customer `consumer`, after `after`, at most `size`.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn orders_by_consumer(
        &self,
        tenant: &TenantId,
        consumer: &str,
        after: Option<OrderId>,
        size: usize,
    ) -> Result<Vec<Order>, Error> {
        self.orders_by(Kind::Consumer, tenant, consumer, (after, size))
    }

    /// The closed order that keeps the reply under `reply`; the keys of open ones are in memory.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn owner_of_key(
        &self,
        tenant: &TenantId,
        reply: &ReplyKey,
    ) -> Result<Option<OrderId>, Error> {
        let key = key::reply_key(tenant, reply);
        self.answer(|table| get(table, &key)?.map(|row| row.read(&key)).transpose())
    }

    /// What is said of a location, if it is there.
    ///
    /// # Errors
    /// As [`Store::order`].
    pub fn card(&self, tenant: &TenantId, id: LocationId) -> Result<Option<Arc<Card>>, Error> {
        let key = key::location(tenant, id);
        self.answer(|table| {
            let row = get(table, &key)?.map(|row| row.read::<LocationRow>(&key)).transpose()?;
            Ok(row.map(|row| row.card))
        })
    }

    fn orders_by(
        &self,
        kind: Kind,
        tenant: &TenantId,
        text: &str,
        (after, size): (Option<OrderId>, usize),
    ) -> Result<Vec<Order>, Error> {
        self.answer(|table| {
            let prefix = key::texts(tenant, kind, text);
            let from = after.map(|id| above(&key::text(tenant, kind, text, id)));
            let mut orders = Vec::new();
            scan_within(table, &prefix, from.as_ref().unwrap_or(&prefix), |key, _| {
                if orders.len() == size {
                    return Ok(false);
                }
                let id = key::order_of_text(key)
                    .ok_or_else(|| Error::damaged(key, "an index row names no order"))?;
                let (order, _) = order(table, tenant, id)?
                    .ok_or_else(|| Error::damaged(key, "an index row's order is missing"))?;
                orders.push(order);
                Ok(orders.len() < size)
            })?;
            Ok(orders)
        })
    }

    /// Asks the database, if what it does not have is certainly nowhere.
    fn answer<T>(&self, ask: impl FnOnce(&Table) -> Result<T, Error>) -> Result<T, Error> {
        let inner = self.inner.read();
        let rebuilding = self.rebuilding(&inner.mark);
        match (&inner.table, &rebuilding) {
            (Some(table), Error::Rebuilding { at, needed }) if at >= needed => {
                self.looked(ask(table))
            }
            _ => Err(rebuilding),
        }
    }

    /// Asks the database whatever its position is: for its follower.
    pub(super) fn ask<T>(&self, ask: impl FnOnce(&Table) -> Result<T, Error>) -> Result<T, Error> {
        let inner = self.inner.read();
        match &inner.table {
            Some(table) => self.looked(ask(table)),
            None => Err(self.rebuilding(&inner.mark)),
        }
    }

    fn looked<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        answer.inspect_err(|error| self.note(error))
    }
}

/// What the follower asks before it changes something.
impl Store {
    pub(crate) fn stored_tenant(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<(TenantRow, Footprint)>, Error> {
        self.stored(&key::tenant(tenant))
    }

    /// What the row of an address that gets no mail takes up.
    pub(crate) fn stored_suppressed(
        &self,
        tenant: &TenantId,
        address: &str,
    ) -> Result<Footprint, Error> {
        let row = self.ask(|table| get(table, &key::suppressed(tenant, address)))?;
        Ok(row.map(|row| row.footprint).unwrap_or_default())
    }

    pub(crate) fn stored_safety(
        &self,
        tenant: &TenantId,
        article: &ArticleId,
    ) -> Result<Option<(SafetyStock, Footprint)>, Error> {
        self.stored(&key::safety(tenant, article))
    }

    pub(crate) fn stored_key(
        &self,
        tenant: &TenantId,
        id: KeyId,
    ) -> Result<Option<(Key, Footprint)>, Error> {
        self.stored(&key::key(tenant, id))
    }

    pub(crate) fn stored_address(
        &self,
        tenant: &TenantId,
        number: u32,
    ) -> Result<Option<(Address, Footprint)>, Error> {
        self.stored(&key::address(tenant, number))
    }

    pub(crate) fn stored_location(
        &self,
        tenant: &TenantId,
        id: LocationId,
    ) -> Result<Option<(LocationRow, Footprint)>, Error> {
        self.stored(&key::location(tenant, id))
    }

    pub(crate) fn stored_shelf(
        &self,
        tenant: &TenantId,
        id: LocationId,
        article: &ArticleId,
    ) -> Result<Option<(Shelf, Footprint)>, Error> {
        self.stored(&key::shelf(tenant, id, article))
    }

    pub(crate) fn stored_order(
        &self,
        tenant: &TenantId,
        id: OrderId,
    ) -> Result<Option<(Order, OldOrder)>, Error> {
        self.ask(|table| order(table, tenant, id))
    }

    /// The articles of a location's shelves.
    pub(crate) fn stored_shelves(
        &self,
        tenant: &TenantId,
        id: LocationId,
    ) -> Result<Vec<(ArticleId, Footprint)>, Error> {
        let prefix = key::shelves(tenant, id);
        let mut shelves = Vec::new();
        self.ask(|table| {
            scan_within(table, &prefix, &prefix, |key, row| {
                let article = article_of(key, &key[prefix.len()..])?;
                shelves.push((article, row.footprint));
                Ok(true)
            })
        })?;
        Ok(shelves)
    }

    /// What one of a location's replies takes up.
    pub(crate) fn stored_location_reply(
        &self,
        tenant: &TenantId,
        id: LocationId,
        number: u64,
    ) -> Result<Footprint, Error> {
        let key = key::location_reply(tenant, id, number);
        let row = self.ask(|table| get(table, &key))?;
        Ok(row.map(|row| row.footprint).unwrap_or_default())
    }

    fn stored<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<(T, Footprint)>, Error> {
        self.ask(|table| {
            let row = get(table, key)?;
            row.map(|row| Ok((row.read(key)?, row.footprint))).transpose()
        })
    }
}

/// An order, and where its row is. The open ones are looked at first: an order only ever moves
/// from there to the closed ones.
fn order(
    table: &Table,
    tenant: &TenantId,
    id: OrderId,
) -> Result<Option<(Order, OldOrder)>, Error> {
    for (kind, is_closed) in [(Kind::Open, false), (Kind::Closed, true)] {
        let key = key::order(tenant, kind, id);
        if let Some(row) = get(table, &key)? {
            let footprint = row.footprint;
            let old = OldOrder { is_closed, footprint };
            return Ok(Some((row.read(&key)?, old)));
        }
    }
    Ok(None)
}

/// A closed order, by its number.
fn numbered(table: &Table, tenant: &TenantId, number: u64) -> Result<Option<Order>, Error> {
    let key = key::number(tenant, number);
    let Some(row) = get(table, &key)? else {
        return Ok(None);
    };
    let (order, _) = order(table, tenant, row.read(&key)?)?
        .ok_or_else(|| Error::damaged(&key, "an index row's order is missing"))?;
    Ok(Some(order))
}

/// The article that a shelf's key names.
pub(super) fn article_of(key: &[u8], name: &[u8]) -> Result<ArticleId, Error> {
    let text = std::str::from_utf8(name).ok();
    text.and_then(ArticleId::parse).ok_or_else(|| Error::damaged(key, "a key names no article"))
}

/// The first key above all chunks of `row`.
fn above(row: &[u8]) -> Vec<u8> {
    let mut key = key::chunk(row, u16::MAX);
    key.push(0);
    key
}
