//! Confirm, extend, cancel, expire: what happens to an order that exists.

use std::collections::BTreeMap;

use super::{Act, Cast, Scene};
use crate::id::{ArticleId, LocationId, OrderId, ReservationId};
use crate::location;
use crate::order::{self, Order};
use crate::outcome::Outcome;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Plays an action on an order. The order decides; what it no longer holds is then freed,
    /// which nothing can refuse.
    pub(super) async fn act(
        &mut self,
        id: OrderId,
        command: order::Command,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        if !self.tenant.book.holds(id) {
            return Err(Refusal::UnknownOrder);
        }
        let hold_for = self.tenant.promise_ttl(self.policy);
        let acted = self.cast.act(id, Act { command, hold_for, now: self.now }).await?;
        if let Some(event) = acted.event {
            self.tenant.book.acted(&acted.before, &event);
            let closes = event.closes();
            self.push_order(id, event);
            if closes {
                self.free(&acted.before).await;
            }
        }
        Ok((Outcome::Order(Box::new(acted.after)), Some(Owner::Order(id))))
    }

    /// Frees all that an order held.
    async fn free(&mut self, before: &Order) {
        let mut by_location: BTreeMap<LocationId, Vec<(ArticleId, ReservationId)>> =
            BTreeMap::new();
        for hold in &before.holds {
            let article = before.asked.lines[usize::from(hold.line)].article.clone();
            let freed = (article, before.id.reservation(hold.index));
            by_location.entry(hold.location).or_default().push(freed);
        }
        for (location, reservations) in by_location {
            let release = location::Command::Release { reservations };
            let (events, published) = self.cast.settle(location, release, self.now).await;
            self.took_place(location, events, published).await;
        }
    }
}
