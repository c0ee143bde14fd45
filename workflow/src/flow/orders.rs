//! Confirm, extend, cancel, expire: what happens to an order that exists.

use std::collections::BTreeMap;

use super::{Act, Acted, Cast, Scene};
use crate::desk::Footing;
use crate::id::{ArticleId, LocationId, OrderId, ReservationId};
use crate::limits::REHOSTED_BYTES_MAX;
use crate::location;
use crate::order::{self, Order};
use crate::outcome::Outcome;
use crate::record::Owner;
use crate::refusal::Refusal;
use crate::time::Millis;

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
        let acted = self.carry(id, command).await?;
        Ok((Outcome::Order(Box::new(acted.after)), Some(Owner::Order(id))))
    }

    /// An order that is there decides, and all that follows from it is done.
    pub(super) async fn carry(
        &mut self,
        id: OrderId,
        command: order::Command,
    ) -> Result<Acted, Refusal> {
        let hold_for = self.tenant.promise_ttl(self.policy);
        let acted = self.cast.act(id, Act { command, hold_for, now: self.now }).await?;
        if let Some(event) = &acted.event {
            self.tenant.book.acted(&acted.before, event);
            let (before, after) = (Footing::of(&acted.before), Footing::of(&acted.after));
            self.tenant.book.stands(id, &before, &after);
            self.push_order(&acted.after, event.clone());
            if event.closes() {
                self.free(&acted.before).await;
            }
            let after = self.mails_follow(&acted.before, acted.after).await;
            return Ok(Acted { after, ..acted });
        }
        Ok(acted)
    }

    /// The order applies what was decided elsewhere.
    pub(super) async fn tell(&mut self, id: OrderId, event: order::Event) -> Order {
        let before = self.cast.order(id).await;
        self.tenant.book.acted(&before, &event);
        self.cast.follow(id, event.clone(), self.now).await;
        self.push_order(&before, event);
        let after = self.cast.order(id).await;
        self.tenant.book.stands(id, &Footing::of(&before), &Footing::of(&after));
        self.mails_follow(&before, after).await
    }

    /// Frees all that an order held, and lets who waits take it as long as the record has room;
    /// who then gets none yet does with the next command there.
    async fn free(&mut self, before: &Order) {
        let mut found = 0;
        for (location, reservations) in held_by(before) {
            let command = match found < REHOSTED_BYTES_MAX {
                true => location::Command::Release { reservations },
                false => location::Command::Vacate { reservations },
            };
            found += self.settle(location, command).await;
        }
    }

    /// A promise ends because another takes its place. What it held is free for that one: who
    /// waits gets what is left, by [`Scene::let_who_waits`].
    pub(super) async fn give_way(&mut self, before: &Order) {
        let command = order::Command::Cancel {
            version: None,
            reason: Some("REPLACED".into()),
            unpicked: false,
        };
        let act = Act { command, hold_for: Millis::default(), now: self.now };
        let acted = self.cast.act(before.id, act).await;
        let acted = acted.expect("S6: a promise that is open can be cancelled");
        let (footing, after) = (Footing::of(before), Footing::of(&acted.after));
        self.tenant.book.stands(before.id, &footing, &after);
        let event = acted.event.expect("P6: only a cancelled order is cancelled already");
        self.tenant.book.acted(before, &event);
        self.push_order(before, event);
        self.mails_follow(before, acted.after).await;
        for (location, reservations) in held_by(before) {
            self.settle(location, location::Command::Vacate { reservations }).await;
        }
    }

    /// Who waits takes what is left of what an order held, as long as the record has room.
    pub(super) async fn let_who_waits(&mut self, before: &Order) {
        let mut found = 0;
        for (location, reservations) in held_by(before) {
            if found >= REHOSTED_BYTES_MAX {
                return;
            }
            let mut articles: Vec<_> =
                reservations.into_iter().map(|(article, _)| article).collect();
            articles.sort_unstable();
            articles.dedup();
            found += self.settle(location, location::Command::Settle { articles }).await;
        }
    }

    /// A location does what nothing can refuse. Answers with the bytes of what found stock by it.
    pub(super) async fn settle(
        &mut self,
        location: LocationId,
        command: location::Command,
    ) -> usize {
        let (events, published) = self.cast.settle(location, command, self.now).await;
        let found = location::found_bytes(&events);
        self.took_place(location, events, published).await;
        found
    }
}

/// An order's reservations, location by location.
pub(super) fn held_by(order: &Order) -> BTreeMap<LocationId, Vec<(ArticleId, ReservationId)>> {
    let mut by_location: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for hold in &order.holds {
        let article = order.asked.lines[usize::from(hold.line)].article.clone();
        let held = (article, order.id.reservation(hold.index));
        by_location.entry(hold.location).or_default().push(held);
    }
    by_location
}
