//! Whether the rows by which closed orders are found are those that the closed orders imply.

use std::collections::BTreeMap;

use workflow::id::OrderId;
use workflow::world::World;

use super::key::{self, Kind};
use super::read;
use super::{Error, Store};

impl Store {
    /// The first index row that is missing, that no closed order of `world` implies, or that names
    /// another order; `world` is all that the store holds. It names no customer.
    ///
    /// # Errors
    /// When a row is damaged.
    pub(crate) fn index_fault(&self, world: &World) -> Result<Option<String>, Error> {
        let mut expected = implied(world);
        let mut fault = None;
        self.ask(|table| {
            read::scan(table, &[0, 1], |key, row| {
                let kind = key::parts(key).and_then(|(_, number, _)| Kind::of(number));
                let order = match kind {
                    Some(Kind::Number | Kind::ReplyKey) => row.read(key)?,
                    Some(Kind::Reference | Kind::Consumer) => key::order_of_text(key)
                        .ok_or_else(|| Error::damaged(key, "an index row names no order"))?,
                    _ => return Ok(true),
                };
                if expected.remove(key) != Some(order) {
                    fault = Some(format!("{} leads to order {order}", key::printable(key)));
                }
                Ok(fault.is_none())
            })
        })?;
        let missing = expected.into_iter().next();
        let missing = missing
            .map(|(key, order)| format!("{} of order {order} is missing", key::printable(&key)));
        Ok(fault.or(missing))
    }
}

/// The index rows of all orders that are done, and the order that each is to lead to.
fn implied(world: &World) -> BTreeMap<Vec<u8>, OrderId> {
    let mut rows = BTreeMap::new();
    for (tenant, order) in world.orders.values().filter(|(_, order)| order.is_done()) {
        let id = order.id;
        rows.insert(key::number(tenant, order.number), id);
        if let Some(name) = &order.reference {
            rows.insert(key::text(tenant, Kind::Reference, name, id), id);
        }
        if let Some(name) = &order.asked.consumer {
            rows.insert(key::text(tenant, Kind::Consumer, name, id), id);
        }
        rows.extend(order.replies.iter().map(|it| (key::reply_key(tenant, &it.key), id)));
    }
    rows
}
