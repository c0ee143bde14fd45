//! From the shelf to the doorstep: what pickers and drivers do.
//!
//! What is picked stays on hand and reserved until it is shipped; then both go down in the same
//! record, so what can be promised never moves.

use std::collections::BTreeMap;

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::candidates::wants;
use super::room::{held_bytes, takes_holds};
use super::{Cast, Halt, Look, Scene, Seen};
use crate::command::{Command, Job, LocationRef, OrderName};
use crate::id::{ArticleId, LocationId, OrderId, ReservationId, Version};
use crate::limits::{LINES_PER_ORDER_MAX, LOADED_PER_COMMAND_MAX, MOVED_BYTES_MAX, PICKING_MAX};
use crate::location::{self, Event as LocationEvent, ShelfEvent, Status, Take};
use crate::order::{self, Event, Hold, Line, Order, Rest, Shortage, Substitution, Task};
use crate::outcome::{Outcome, PickView};
use crate::quantity::Units;
use crate::record::Owner;
use crate::refusal::Refusal;
use crate::stores::Stores;

/// Pieces that leave a location, with their reservations.
type Leaving = BTreeMap<LocationId, Vec<(ArticleId, ReservationId, Units)>>;

impl<C: Cast> Scene<'_, C> {
    /// The caller begins with the oldest order that waits, unless their list is full.
    pub(super) async fn take_next(
        &mut self,
        at: Option<LocationRef>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let at = at.map(|name| self.find(&name)).transpose()?;
        let (picker, stores) = (self.who.clone(), self.stores);
        let mut owner = None;
        let waiting = self.tenant.book.unpicked();
        let waiting = waiting.filter(|(it, _)| self.picks_at(*it, at, stores));
        let oldest = waiting.filter_map(|(at, orders)| Some((*orders.first()?, at))).min();
        if self.tenant.book.picking(&picker).len() < PICKING_MAX
            && let Some((id, at)) = oldest
        {
            let task = Task::Take { at, picker: picker.clone() };
            self.carry(id, order::Command::Work { version: None, task }).await?;
            owner = Some(Owner::Order(id));
        }
        Ok((self.picklist(&picker, stores).await, owner))
    }

    /// What the caller has picked whole leaves their list, and waits for a driver.
    pub(super) async fn clear_picked(&mut self) -> Result<(Outcome, Option<Owner>), Refusal> {
        let picker = self.who.clone();
        let (mut count, mut owner) = (0, None);
        let picking = self.tenant.book.picking(&picker).into_iter();
        let picking = picking.filter(|(_, at)| self.picks_at(*at, None, self.stores));
        let mut ids: Vec<OrderId> = picking.map(|(id, _)| id).collect();
        ids.dedup();
        for id in ids {
            let task = Task::Stage { picker: picker.clone() };
            match self.carry(id, order::Command::Work { version: None, task }).await {
                Ok(_) => {
                    count += 1;
                    owner = Some(Owner::Order(id));
                }
                Err(_) => continue, // it is not picked yet, and stays in the list
            }
        }
        Ok((Outcome::Count(count), owner))
    }

    /// Plays what somebody does with one order.
    pub(super) async fn handle(
        &mut self,
        name: OrderName,
        version: Option<Version>,
        job: Job,
    ) -> Result<(Outcome, Option<Owner>), Halt> {
        let id = self.order_named(name)?;
        self.picks_for(id, &job).await?;
        let who = self.who.clone();
        let (task, line) = match job {
            Job::Missing(line) => {
                let order = self.short_on_shelf(id, line, version).await?;
                return Ok(self.worked(order, Some(line)));
            }
            Job::Substitute(line, with) => {
                let (order, by) = self.substitute(id, line, with, version).await?;
                return Ok(self.worked(order, Some(by)));
            }
            Job::Pick(line, units) => (Task::Pick { picker: who, line, units }, Some(line)),
            Job::Stage => (Task::Stage { picker: who }, None),
            Job::Share(with) => {
                if self.tenant.book.picking(&with).len() >= PICKING_MAX {
                    return Err(Refusal::ListFull { limit: PICKING_MAX }.into());
                }
                (Task::Share { picker: who, with }, None)
            }
            Job::Near => (Task::Near { driver: who }, None),
            Job::Deliver => (Task::Deliver { driver: who }, None),
            Job::Schedule(window) => (Task::Schedule { window }, None),
            Job::Reflag(shortage, kept) => (Task::Reflag { shortage, kept }, None),
            Job::Cancel => {
                let order = self.carry(id, order::Command::cancel(version)).await?.after;
                return Ok(self.worked(order, None));
            }
        };
        let acted = self.carry(id, order::Command::Work { version, task }).await?;
        Ok(self.worked(acted.after, line))
    }

    /// The caller takes orders on their route. All are asked before any leaves (S6).
    pub(super) async fn load(
        &mut self,
        names: Vec<OrderName>,
    ) -> Result<(Outcome, Option<Owner>), Refusal> {
        let ids = names.into_iter().map(|name| self.order_named(name));
        let mut ids: Vec<OrderId> = ids.collect::<Result<_, _>>()?;
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > LOADED_PER_COMMAND_MAX {
            return Err(Refusal::TooMuchAtOnce);
        }
        let driver = self.who.clone();
        let ship = |driver: &SmolStr| {
            let task = Task::Ship { driver: driver.clone() };
            order::Command::Work { version: None, task }
        };
        let mut moved = 0;
        for id in &ids {
            let order = self.cast.order(*id).await;
            order::decide(&order, &ship(&driver), Default::default(), self.now)?;
            moved += held_bytes(&order);
        }
        if moved > MOVED_BYTES_MAX {
            return Err(Refusal::TooMuchAtOnce);
        }
        let owner = ids.first().map(|id| Owner::Order(*id));
        for id in ids {
            let acted = self.carry(id, ship(&driver)).await?;
            for (location, rows) in leaving(&acted.before) {
                let consume = location::Command::Consume { rows, sold_out: false };
                self.settle(location, consume).await;
            }
        }
        let ids = self.tenant.book.route(&driver);
        Ok((self.deliveries(ids).await, owner))
    }

    /// Whether somebody who picks for these stores picks at a location, if they want to pick at
    /// `wanted`.
    pub(super) fn picks_at(
        &self,
        at: LocationId,
        wanted: Option<LocationId>,
        stores: &Stores,
    ) -> bool {
        wanted.is_none_or(|wanted| wanted == at)
            && self.tenant.places.card(at).is_some_and(|card| stores.include(card))
    }

    /// Refuses work on what the caller has of an order at a store that they do not pick for: they
    /// do not see it.
    async fn picks_for(&mut self, id: OrderId, job: &Job) -> Result<(), Refusal> {
        let (line, unseen) = match job {
            Job::Pick(line, _) | Job::Missing(line) | Job::Substitute(line, _) => {
                (Some(*line), Refusal::WrongItem)
            }
            Job::Stage | Job::Share(_) => (None, Refusal::NotInList),
            Job::Near | Job::Deliver | Job::Schedule(_) | Job::Reflag(..) | Job::Cancel => {
                return Ok(());
            }
        };
        if self.stores.names().is_none() {
            return Ok(());
        }
        let order = self.cast.order(id).await;
        let part = order.part_of(self.who, line);
        match part.is_none_or(|part| self.picks_at(part.location, None, self.stores)) {
            true => Ok(()),
            false => Err(unseen),
        }
    }

    pub(super) async fn picklist(&mut self, picker: &SmolStr, stores: &Stores) -> Outcome {
        let mut parts = Vec::new();
        let mut picking = self.tenant.book.picking(picker);
        picking.retain(|(_, at)| self.picks_at(*at, None, stores));
        for (id, location) in picking {
            let order = self.order_now(id).await;
            parts.push(PickView { storages: self.storages(&order), order, location });
        }
        Outcome::Picklist(parts)
    }

    pub(super) async fn deliveries(&mut self, ids: Vec<OrderId>) -> Outcome {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let order = self.order_now(id).await;
            rows.push(self.delivery_view(order));
        }
        Outcome::Deliveries(rows)
    }

    fn worked(&self, order: Order, line: Option<u16>) -> (Outcome, Option<Owner>) {
        let owner = Some(Owner::Order(order.id));
        (Outcome::Worked(Box::new(self.delivery_view(order)), line), owner)
    }

    /// An order that is sold, at the version that the caller saw last.
    async fn sold(
        &mut self,
        id: OrderId,
        version: Option<Version>,
        command: &'static str,
    ) -> Result<Order, Refusal> {
        let order = self.cast.order(id).await;
        order::takes_work(&order, version, command, self.now)?;
        Ok(order)
    }

    /// What is left of a line is not on the shelf: it goes off what is on hand and off what is
    /// reserved, and the line says by its flag what becomes of it.
    async fn short_on_shelf(
        &mut self,
        id: OrderId,
        line: u16,
        version: Option<Version>,
    ) -> Result<Order, Refusal> {
        let order = self.sold(id, version, "Missing").await?;
        let part = order.part_of(self.who, Some(line)).ok_or(Refusal::WrongItem)?;
        let at = part.location;
        let mut open = order.held_at(line, at).less(part.found(line).picked);
        if open.is_zero() {
            return Err(Refusal::WrongItem);
        }
        let missing = open;
        let mut taken: Vec<(u16, Units)> = Vec::new();
        let here = order.holds.iter().rev().filter(|hold| hold.line == line);
        for hold in here.filter(|hold| hold.location == at && hold.stock.is_some()) {
            let units = hold.units.min(open);
            if !units.is_zero() {
                open = open.minus(units);
                taken.push((hold.index, units));
            }
        }
        let asked = &order.asked.lines[usize::from(line)];
        let (article, shortage) = (asked.article.clone(), asked.shortage);
        let rest = self.rest(&order, shortage);
        let gone =
            |(index, units): &(u16, Units)| (article.clone(), id.reservation(*index), *units);
        let rows = taken.iter().map(gone).collect();
        if let Rest::Waits(_) = rest {
            takes_holds(&order, &article, 1)?;
        }
        let mut order = self.tell(id, Event::ShortOnShelf { at, line, taken, rest }).await;
        self.settle(at, location::Command::Consume { rows, sold_out: true }).await;
        if let Rest::Waits(first) = rest {
            let take = Take { article, units: missing, waits: true };
            let takes = SmallVec::from_iter([take]);
            self.settle(at, location::Command::Reserve { order: id, first, takes }).await;
        } else if rest == Rest::Unplaced {
            self.came.push(article);
            self.place_unplaced().await; // the picker is shown what came of it
            order = self.cast.order(id).await;
        }
        let reason = match shortage {
            Shortage::Critical => Some("CRITICAL_ITEM_OUT_OF_STOCK"),
            Shortage::Skip if is_empty(&order) => Some("NOTHING_LEFT"),
            _ => None,
        };
        if let Some(reason) = reason {
            let reason = Some(SmolStr::new_static(reason));
            let cancel = order::Command::Cancel { version: None, reason, unpicked: false };
            // If some of it is on the way, the rest is brought without the line.
            if let Ok(acted) = self.carry(id, cancel).await {
                order = acted.after;
            }
        }
        Ok(order)
    }

    /// What becomes of pieces that are not on the shelf. They are looked for elsewhere; of an
    /// order that may come from there alone they wait there.
    fn rest(&self, order: &Order, shortage: Shortage) -> Rest {
        match shortage {
            Shortage::Unsaid | Shortage::Wait => {
                let working = [Status::Online, Status::Suspended];
                match self.only_place(&order.asked.delivery, &working) {
                    Some(_) => Rest::Waits(order.reserved),
                    None => Rest::Unplaced,
                }
            }
            Shortage::Substitute | Shortage::Critical => Rest::Open,
            Shortage::Skip => Rest::Dropped,
        }
    }

    /// Something else takes the place of what is missing of a line, and is held at once. If overdue
    /// promises hold it, these are to expire first (S5).
    async fn substitute(
        &mut self,
        id: OrderId,
        line: u16,
        with: Box<Line>,
        version: Option<Version>,
    ) -> Result<(Order, u16), Halt> {
        let order = self.sold(id, version, "Substitute").await?;
        let part = order.part_of(self.who, Some(line)).ok_or(Refusal::WrongItem)?;
        let at = part.location;
        let waits = |hold: &&Hold| hold.line == line && hold.location == at && hold.stock.is_none();
        let waiting: Vec<&Hold> = order.holds.iter().filter(waits).collect();
        let units = waiting.iter().map(|hold| hold.units).sum::<Units>();
        let units = units.with(order.unassigned(line));
        if units.is_zero() {
            return Err(Refusal::NothingToSubstitute.into());
        }
        let look = Look::Offer(with.article.clone());
        let Seen::Offer(offer) = self.cast.look(at, look, self.now).await else {
            unreachable!("a look at an offer sees an offer")
        };
        if offer.inactive || offer.available < units {
            let wanted = Line { quantity: units, ..(*with).clone() };
            let due = self.overdue(&wants(&[wanted])).await;
            if !due.is_empty() {
                let (order, job) = (OrderName::Id(id), Job::Substitute(line, with));
                return Err(Halt::Overdue(due, Box::new(Command::Handle { order, version, job })));
            }
            let short = vec![(line, units.less(offer.available))];
            return Err(Refusal::OutOfStock { short }.into());
        }
        let lines = &order.asked.lines;
        if lines[usize::from(line)].article == with.article {
            return Err(Refusal::NothingToSubstitute.into());
        }
        let known = lines.iter().position(|line| line.article == with.article);
        if known.is_none() && lines.len() >= LINES_PER_ORDER_MAX {
            return Err(Refusal::TooMuchAtOnce.into());
        }
        takes_holds(&order, &with.article, usize::from(offer.lots).max(1))?;
        let by = u16::try_from(known.unwrap_or(lines.len())).expect("an order has few lines");
        let new = known.is_none().then(|| Line { quantity: units, ..(*with).clone() });
        let released: Vec<u16> = waiting.iter().map(|hold| hold.index).collect();
        let article = lines[usize::from(line)].article.clone();

        // From here on nothing refuses (S6).
        let gone = released.iter().map(|index| (article.clone(), id.reservation(*index)));
        let reservations: Vec<_> = gone.collect();
        if !reservations.is_empty() {
            self.settle(at, location::Command::Release { reservations }).await;
        }
        let take = Take { article: with.article.clone(), units, waits: false };
        let holds = self.hold(id, order.reserved, by, at, take).await;
        let event = Substitution { line, units, released, by, new, holds };
        Ok((self.tell(id, Event::Substituted(Box::new(event))).await, by))
    }

    /// Holds pieces of one line at one location, which has them.
    pub(super) async fn hold(
        &mut self,
        id: OrderId,
        first: u16,
        line: u16,
        location: LocationId,
        take: Take,
    ) -> Vec<Hold> {
        let takes = SmallVec::from_iter([take]);
        let reserve = location::Command::Reserve { order: id, first, takes };
        let (events, published) = self.cast.settle(location, reserve, self.now).await;
        let mut holds = Vec::new();
        for event in &events {
            if let LocationEvent::Shelf {
                event: ShelfEvent::Reserved { stock, units, .. }, ..
            } = event
            {
                let index = first + u16::try_from(holds.len()).expect("an order has few holds");
                holds.push(Hold { index, line, location, stock: *stock, units: *units });
            }
        }
        self.took_place(location, events, published).await;
        holds
    }
}

/// Whether nothing of the order is held, waits, or can still be substituted.
fn is_empty(order: &Order) -> bool {
    let mut lines = 0..u16::try_from(order.asked.lines.len()).expect("an order has few lines");
    order.holds.is_empty() && lines.all(|line| order.unassigned(line).is_zero())
}

/// What leaves with a driver.
fn leaving(order: &Order) -> Leaving {
    let mut leaving = Leaving::new();
    for hold in order.packed() {
        let article = order.asked.lines[usize::from(hold.line)].article.clone();
        let row = (article, order.id.reservation(hold.index), hold.units);
        leaving.entry(hold.location).or_default().push(row);
    }
    leaving
}
