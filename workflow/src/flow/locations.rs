//! Making, changing and removing locations, and the tenant's settings.

use std::sync::Arc;

use super::offline::freed_bytes;
use super::{Cast, Look, Scene, Seen};
use crate::command::LocationRef;
use crate::id::{LocationId, OrderId, Version};
use crate::limits::{EVENTS_BYTES_MAX, MOVED_EVENT_BYTES};
use crate::location::{self, Card, Command, Status};
use crate::order::{self, Hold, Order};
use crate::outcome::{LocationView, Outcome};
use crate::record::{Event, Owner};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::time::Millis;

/// Bytes of an index in what an order notes when a location is lost.
const LOST_BYTES: usize = 3;

impl<C: Cast> Scene<'_, C> {
    pub(super) async fn open_location(
        &mut self,
        card: Arc<Card>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        self.reference_is_free(&card, None)?;
        let id = LocationId::of(self.now, self.random);
        let opened = location::Event::Opened(card.clone());
        if opened.bytes_max() > EVENTS_BYTES_MAX {
            return Err(Refusal::TooMuchAtOnce);
        }
        self.cast.open(location::open(id, card.clone(), self.now)).await;
        self.tenant.places.open(id, &card);
        self.events.push(Event::Location { id, event: opened });
        Ok((self.view(id).await, Some(Owner::Location(id))))
    }

    /// Replaces a location's card.
    pub(super) async fn change_location(
        &mut self,
        at: &LocationRef,
        version: Version,
        card: Arc<Card>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let id = self.tenant.places.find(at).ok_or(Refusal::UnknownLocation)?;
        self.reference_is_free(&card, Some(id))?;
        let change = Command::Change { version, card: card.clone() };
        let (_, done) = self.decide_all([(id, change)].into_iter()).await?.remove(0);
        self.tenant.places.change(id, &card);
        let bytes = done.events.iter().map(location::Event::bytes_max).sum();
        self.carry_out(id, done.events).await;
        match card.status {
            Status::Offline => {
                self.vacate(id, EVENTS_BYTES_MAX.saturating_sub(bytes)).await;
            }
            Status::Online | Status::Suspended => self.takes_part_again(id),
        }
        Ok((self.view(id).await, Some(Owner::Location(id))))
    }

    /// Takes a location away, by force with all that lies there.
    pub(super) async fn close_location(
        &mut self,
        at: &LocationRef,
        version: Option<Version>,
        force: bool,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let id = self.tenant.places.find(at).ok_or(Refusal::UnknownLocation)?;
        let done = self.cast.decide(id, Command::Close { version, force }, self.now).await?;
        self.lose_reservations(id).await?;
        self.carry_out(id, done.events).await;
        self.tenant.places.close(id);
        self.tenant.safeties.close(id);
        Ok((Outcome::Closed, None))
    }

    /// A location that is closed by force takes the reservations there with it. As when it goes
    /// offline, their pieces are looked for elsewhere, or wait; but what picking began with goes, too.
    async fn lose_reservations(&mut self, id: LocationId) -> Result<(), Refusal> {
        let mut lost: Vec<(Order, Vec<Hold>, bool)> = Vec::new();
        let mut bytes = 0;
        for order in self.holders_at(id).await {
            let order = self.cast.order(order).await;
            let holds = order.holds.iter().filter(|hold| hold.location == id);
            let holds: Vec<Hold> = holds.cloned().collect();
            let may_move = self.may_move(&order);
            bytes += match may_move {
                true => freed_bytes(&order, &holds),
                false => MOVED_EVENT_BYTES + holds.len() * LOST_BYTES,
            };
            if bytes > EVENTS_BYTES_MAX {
                return Err(Refusal::TooMuchAtOnce);
            }
            lost.push((order, holds, may_move));
        }
        // From here on nothing refuses (S6).
        for (order, holds, may_move) in lost {
            if may_move {
                self.displace(&order, holds, id).await;
            } else {
                let holds = holds.iter().map(|hold| hold.index).collect();
                self.tell(order.id, order::Event::Lost { holds }).await;
            }
            let after = self.cast.order(order.id).await;
            let article = |line: u16| after.asked.lines[usize::from(line)].article.clone();
            self.came.extend(after.unplaced().map(article));
        }
        Ok(())
    }

    /// Whether anything may take the place of what an order loses with its location: not if it
    /// ends by itself, or may come from there alone.
    fn may_move(&self, order: &Order) -> bool {
        let any = [Status::Online, Status::Suspended, Status::Offline];
        let is_bound = self.only_place(&order.asked.delivery, &any).is_some();
        !is_bound && !self.tenant.book.is_overdue(order.id, self.now)
    }

    /// The orders that hold anything at a location, or wait there, the oldest first.
    pub(super) async fn holders_at(&mut self, id: LocationId) -> Vec<OrderId> {
        match self.cast.look(id, Look::Holders(None), self.now).await {
            Seen::Holders(orders) => orders,
            _ => unreachable!("a look at who holds sees who holds"),
        }
    }

    pub(super) async fn view(&mut self, id: LocationId) -> Outcome {
        Outcome::Location(Box::new(self.location_view(id).await))
    }

    pub(super) async fn location_view(&mut self, id: LocationId) -> LocationView {
        match self.cast.look(id, Look::View, self.now).await {
            Seen::View(view) => view,
            _ => unreachable!("a look at the location sees the location"),
        }
    }

    fn reference_is_free(&self, card: &Card, id: Option<LocationId>) -> Result<(), Refusal> {
        match &card.reference {
            Some(reference) if self.tenant.places.has_reference(reference, id) => {
                Err(Refusal::ReferenceInUse { reference: reference.clone() })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn configure(
        &mut self,
        version: Version,
        promise_ttl: Millis,
    ) -> Result<Outcome, Refusal> {
        let (shortest, longest) = (self.policy.promise_floor, self.policy.promise_ceiling);
        if !(shortest..=longest).contains(&promise_ttl) {
            return Err(Refusal::DurationOutOfRange { shortest, longest });
        }
        let current = self.tenant.settings.version;
        if version != current {
            return Err(Refusal::WrongVersion { asked: version, current });
        }
        if self.tenant.settings.promise_ttl != Some(promise_ttl) {
            let settings = Settings {
                version: current.next(),
                modified: self.now,
                promise_ttl: Some(promise_ttl),
            };
            self.tenant.settings = settings;
            self.events.push(Event::Configured(settings));
        }
        Ok(self.settings())
    }

    pub(super) fn settings(&self) -> Outcome {
        let promise_ttl = self.tenant.promise_ttl(self.policy);
        Outcome::Settings { settings: self.tenant.settings, promise_ttl }
    }
}
