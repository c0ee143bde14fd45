//! Pieces that are held at one location are held at another, because an operator says so.
//!
//! Nothing is picked there yet, and the other location takes part in the order as routing sees it;
//! whether it is the best place is what the operator decides.

use super::candidates::{fence, wants};
use super::room::takes_holds;
use super::{Cast, Halt, Look, Scene, Seen};
use crate::command::{Command, Transfer};
use crate::id::{ArticleId, LocationId};
use crate::location::{self, Rest, Take};
use crate::order::{self, Event, Hold, Line, Order};
use crate::outcome::{Outcome, ReservationView};
use crate::quantity::Units;
use crate::record::Owner;
use crate::refusal::Refusal;

impl<C: Cast> Scene<'_, C> {
    /// Plays a transfer. The reservation is no more; its pieces have new ones, and those that stay
    /// have one, too.
    pub(super) async fn transfer(
        &mut self,
        asked: Transfer,
    ) -> Result<(Outcome, Option<Owner>), Halt> {
        let (id, index) = (asked.reservation.order(), asked.reservation.index());
        let index = index.filter(|_| self.tenant.book.holds(id));
        let index = index.ok_or(Refusal::UnknownReservation)?;
        let order = self.cast.order(id).await;
        let to = self.find(&asked.to)?;
        let hold = order::gives_up(&order, index, to, asked.version, self.now)?;
        let units = asked.units.unwrap_or(hold.units);
        if units > hold.units {
            return Err(Refusal::TooFewPieces { value: hold.units, free: hold.units }.into());
        }
        if to == hold.location {
            return Ok((shown(&order, &[hold]), None)); // it is held there already
        }
        self.takes_part(&order, &hold, units, to)?;
        let line = &order.asked.lines[usize::from(hold.line)];
        let offer = self.offer_at(to, &line.article).await;
        let available = if offer.inactive { Units::ZERO } else { offer.available };
        if available < units {
            let wanted = Line { quantity: units, ..line.clone() };
            let due = self.overdue(&wants(&[wanted])).await;
            if !due.is_empty() {
                return Err(Halt::Overdue(due, Box::new(Command::Transfer(asked))));
            }
            return Err(
                Refusal::OutOfStock { short: vec![(hold.line, units.less(available))] }.into()
            );
        }
        let article = line.article.clone();
        takes_holds(&order, &article, usize::from(offer.lots) + 1)?;

        // From here on nothing refuses (S6).
        let holds = self.rehold(&order, &hold, (to, units), &article).await;
        let event = Event::Transferred { released: index, holds: holds.clone() };
        let after = self.tell(id, event).await;
        let articles = vec![article];
        self.settle(hold.location, location::Command::Settle { articles }).await;
        Ok((shown(&after, &holds), Some(Owner::Order(id))))
    }

    /// Whether the order may be held there: as routing has it, and at no more locations than it
    /// may be.
    fn takes_part(
        &self,
        order: &Order,
        hold: &Hold,
        units: Units,
        to: LocationId,
    ) -> Result<(), Refusal> {
        let seat = self.tenant.places.seat_of(to).expect("it was found");
        if fence(seat, &order.asked.delivery).is_some() {
            return Err(Refusal::TakesNoPart);
        }
        let mut at = order.locations();
        if at.contains(&to) {
            return Ok(());
        }
        let is_last = |it: &LocationId| {
            let others = order.holds.iter().filter(|other| other.index != hold.index);
            let parts = order.parts().iter().map(|part| part.location);
            *it == hold.location
                && units == hold.units
                && !others.map(|other| other.location).chain(parts).any(|other| other == *it)
        };
        at.retain(|it| !is_last(it));
        let has_room = at.len() < usize::from(self.policy.parts_max);
        if has_room { Ok(()) } else { Err(Refusal::TakesNoPart) }
    }

    async fn offer_at(&mut self, at: LocationId, article: &ArticleId) -> location::Offer {
        match self.cast.look(at, Look::Offer(article.clone()), self.now).await {
            Seen::Offer(offer) => offer,
            _ => unreachable!("a look at an offer sees an offer"),
        }
    }

    /// Frees a reservation for what stays of it and for what is held elsewhere; who waits gets
    /// none of it yet.
    async fn rehold(
        &mut self,
        order: &Order,
        hold: &Hold,
        (to, units): (LocationId, Units),
        article: &ArticleId,
    ) -> Vec<Hold> {
        let mut holds = Vec::new();
        let mut next = order.reserved;
        let left = hold.units.minus(units);
        let rest = (!left.is_zero()).then(|| {
            holds.push(Hold { index: next, units: left, ..hold.clone() });
            next += 1;
            Rest { reservation: order.id.reservation(next - 1), units: left }
        });
        let (article, reservation) = (article.clone(), order.id.reservation(hold.index));
        let part = location::Command::Part { article: article.clone(), reservation, rest };
        self.settle(hold.location, part).await;
        let take = Take { article, units, waits: false };
        holds.extend(self.hold(order.id, next, hold.line, to, take).await);
        holds
    }
}

fn shown(order: &Order, holds: &[Hold]) -> Outcome {
    let view = |hold: &Hold| ReservationView {
        id: order.id.reservation(hold.index),
        created: order.created,
        article: order.asked.lines[usize::from(hold.line)].article.clone(),
        hold: hold.clone(),
    };
    // As it is now: what was just held may have found another lot.
    let now = order.holds.iter().filter(|it| holds.iter().any(|hold| hold.index == it.index));
    let rows: Vec<_> = now.map(view).collect();
    Outcome::Reservations { total: rows.len() as u64, rows }
}
