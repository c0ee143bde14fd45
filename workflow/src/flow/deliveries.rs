//! Orders as those see them who bring them: with their stores, the newest first.

use std::sync::Arc;

use super::{Cast, Scene};
use crate::command::{OrderName, RecentFilter};
use crate::id::{LocationId, OrderId};
use crate::limits::RECENT_LOOKED_AT_MAX;
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

    /// The newest orders that fit. Those with a reference are found by it; else only so many of
    /// the newest are looked at.
    pub(super) async fn recent(
        &mut self,
        filter: RecentFilter,
        after: usize,
        size: usize,
    ) -> Result<Outcome, Refusal> {
        let at = filter.at.as_ref().map(|name| self.find(name, 0)).transpose()?;
        let book = &self.tenant.book;
        let ids: Vec<OrderId> = match &filter.reference {
            Some(reference) => book.with_reference(reference).into_iter().rev().collect(),
            None => book.newest().take(RECENT_LOOKED_AT_MAX).collect(),
        };
        let (mut rows, mut total) = (Vec::new(), 0);
        for id in ids {
            let order = self.order_now(id).await;
            let fits = filter.shop.as_ref().is_none_or(|shop| order.shop() == Some(shop))
                && at.is_none_or(|at| order.locations().contains(&at))
                && (!filter.picked || order.is_begun())
                && filter
                    .standings
                    .as_ref()
                    .is_none_or(|all| all.contains(&order.standing(self.now)));
            if !fits {
                continue;
            }
            if total >= after && rows.len() < size {
                rows.push(self.delivery_view(order));
            }
            total += 1;
        }
        Ok(Outcome::Deliveries { rows, total })
    }
}
