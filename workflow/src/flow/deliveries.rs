//! Orders as those see them who bring them: with their stores, the newest first.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Cast, Scene};
use crate::command::{OrderName, RecentFilter};
use crate::id::{LocationId, OrderId};
use crate::limits::ORDERS_OF_ONE_NAME_MAX;
use crate::location::Card;
use crate::order::{Hold, Order};
use crate::outcome::{DeliveryView, Outcome, Storages};
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// The order that a path names, if it is in memory.
    pub(super) fn order_named(&self, name: OrderName) -> Result<OrderId, Refusal> {
        let book = &self.tenant.book;
        let id = match name {
            OrderName::Id(id) => Some(id).filter(|id| book.holds(*id)),
            OrderName::Number(number) => book.numbered(number),
        };
        id.ok_or(Refusal::UnknownOrder)
    }

    pub(super) async fn delivery_named(&mut self, name: OrderName) -> Result<Outcome, Refusal> {
        let id = self.order_named(name)?;
        let order = self.order_now(id).await;
        Ok(Outcome::Delivery(Box::new(self.delivery_view(order))))
    }

    pub(super) fn delivery_view(&self, order: Order) -> DeliveryView {
        let card = |id: LocationId| -> Option<(LocationId, Arc<Card>)> {
            Some((id, self.tenant.places.card(id)?.clone()))
        };
        let stores = order.locations().into_iter().filter_map(card).collect();
        DeliveryView { stores, storages: self.storages(&order), order }
    }

    /// Where in their locations the order's pieces lie.
    pub(super) fn storages(&self, order: &Order) -> Storages {
        let lies = |hold: &Hold| {
            let storage = self.tenant.places.storage_of(hold.stock?)?;
            Some((hold.index, storage.clone()))
        };
        order.holds.iter().filter_map(lies).collect()
    }

    /// The orders with these numbers that fit, the newest first; of those with one reference only
    /// so many of the newest are looked at.
    pub(super) async fn recent(
        &mut self,
        filter: RecentFilter,
        numbers: RangeInclusive<u64>,
    ) -> Result<Outcome, Refusal> {
        let at = filter.at.as_ref().map(|name| self.find(name)).transpose()?;
        let book = &self.tenant.book;
        let mut ids: Vec<OrderId> = match &filter.reference {
            Some(name) => book.newest_with_reference(name, ORDERS_OF_ONE_NAME_MAX + 1),
            None => {
                let mut ids: Vec<OrderId> = book.with_numbers(numbers.clone()).collect();
                ids.reverse();
                ids
            }
        };
        let has_older = filter.reference.is_some() && ids.len() > ORDERS_OF_ONE_NAME_MAX;
        if has_older {
            ids.truncate(ORDERS_OF_ONE_NAME_MAX);
        }
        let (mut rows, mut here) = (Vec::new(), Vec::with_capacity(ids.len()));
        for id in ids {
            let order = self.order_now(id).await;
            here.push(order.number);
            let is_there = at.is_none_or(|at| order.locations().contains(&at));
            if is_there && numbers.contains(&order.number) && filter.fits(&order, self.now) {
                rows.push(self.delivery_view(order));
            }
        }
        let scanned_to = here.last().copied().filter(|_| has_older);
        Ok(Outcome::Recent { rows, here, newest: self.tenant.last_number, scanned_to })
    }
}
