//! Closed orders by a name that they share.
//!
//! Nothing bounds how many orders a shop gives one name, so few are read at once, and whoever looks
//! for one of them stops when it is found (F3).

use std::collections::VecDeque;

use snapshots::store::{Error, Store};
use workflow::id::{OrderId, TenantId};
use workflow::order::Order;

use crate::limits::CLOSED_READ_AT_ONCE;

/// A name that several orders may have.
#[derive(Clone, Copy)]
pub(super) enum Name<'a> {
    /// The order.
    Reference(&'a str),
    /// Their customer.
    Consumer(&'a str),
}

/// The orders of one name, in the order of their ids. Whoever is given an error stops.
pub(super) struct Named<'a> {
    store: &'a Store,
    tenant: &'a TenantId,
    name: Name<'a>,
    after: Option<OrderId>,
    read: std::vec::IntoIter<Order>,
}

impl<'a> Named<'a> {
    pub(super) fn of(store: &'a Store, tenant: &'a TenantId, name: Name<'a>) -> Named<'a> {
        Named { store, tenant, name, after: None, read: Vec::new().into_iter() }
    }

    /// The last of them, at most `size`, and whether there are others before those.
    pub(super) fn newest(self, size: usize) -> Result<(Vec<Order>, bool), Error> {
        let (mut kept, mut has_older) = (VecDeque::new(), false);
        for order in self {
            kept.push_back(order?);
            if kept.len() > size {
                kept.pop_front();
                has_older = true;
            }
        }
        Ok((kept.into(), has_older))
    }

    fn more(&self) -> Result<Vec<Order>, Error> {
        let (store, tenant, after) = (self.store, self.tenant, self.after);
        match self.name {
            Name::Reference(it) => {
                store.orders_by_reference(tenant, it, after, CLOSED_READ_AT_ONCE)
            }
            Name::Consumer(it) => store.orders_by_consumer(tenant, it, after, CLOSED_READ_AT_ONCE),
        }
    }
}

impl Iterator for Named<'_> {
    type Item = Result<Order, Error>;

    fn next(&mut self) -> Option<Result<Order, Error>> {
        if self.read.len() == 0 {
            match self.more() {
                Ok(orders) => self.read = orders.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        let order = self.read.next()?;
        self.after = Some(order.id);
        Some(Ok(order))
    }
}
