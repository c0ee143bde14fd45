//! Which reservations lose their lot, and which of the waiting ones find one.

use smallvec::SmallVec;

use super::shelf::free_lots;
use super::{Event, Lot, SafetyStock, Shelf, ShelfEvent};
use crate::id::{ArticleId, ReservationId, StockId};
use crate::limits::{LOTS_PER_SHELF_MAX, REHOSTED_PER_COMMAND_MAX};
use crate::quantity::Units;
use crate::time::Time;

/// Bytes of what found stock so far.
pub fn found_bytes(events: &[Event]) -> usize {
    let found = |event: &&Event| {
        let Event::Shelf { event, .. } = event else { return false };
        matches!(event, ShelfEvent::Rehosted { stock: Some(_), .. })
    };
    events.iter().filter(found).map(Event::bytes_max).sum()
}

/// A shelf as it will be when the events so far are applied: only what settling needs.
///
/// The holds stay where they are; a hot article has many, and a command moves few of them.
pub(super) struct Draft<'a> {
    article: &'a ArticleId,
    shelf: &'a Shelf,
    lots: SmallVec<[Lot; 1]>,
    safety: Units,
    sold_out: bool,
    /// Reservations that wait, and how much they want, oldest first.
    waiting: Vec<(ReservationId, Units)>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(article: &'a ArticleId, shelf: &'a Shelf) -> Draft<'a> {
        let units = |id: &ReservationId| shelf.holds[id].units;
        let waiting = shelf.waiting.iter().map(|id| (*id, units(id))).collect();
        let (lots, safety, sold_out) = (shelf.lots.clone(), shelf.safety, shelf.sold_out);
        Draft { article, shelf, lots, safety, sold_out, waiting }
    }

    /// The lot will be like this: what is reserved beyond its value loses its host first, the
    /// newest before the older ones.
    pub(super) fn put(&mut self, mut lot: Lot, events: &mut Vec<Event>) {
        let place = self.lots.iter().position(|old| old.id == lot.id);
        lot.reserved = place.map(|at| self.lots[at].reserved).unwrap_or_default();
        lot.reserved = self.shed(lot.id, lot.reserved, lot.value, events);
        self.push(ShelfEvent::Put(Box::new(lot.clone())), events);
        self.sold_out = false;
        match place {
            Some(at) => self.lots[at] = lot,
            None => self.lots.push(lot),
        }
    }

    /// So many pieces will be kept back; tells whether that is a change.
    pub(super) fn keep(&mut self, safety: Units, events: &mut Vec<Event>) -> bool {
        let changes = safety != self.safety;
        if changes {
            self.safety = safety;
            self.push(ShelfEvent::Kept { safety }, events);
        }
        changes
    }

    /// The location will keep back a number of its own.
    pub(super) fn secure(&mut self, own: SafetyStock, events: &mut Vec<Event>) {
        self.safety = own.units;
        self.push(ShelfEvent::Secured(Box::new(own)), events);
    }

    /// It will have none of its own, and keep back what holds everywhere.
    pub(super) fn unsecure(&mut self, stock: StockId, safety: Units, events: &mut Vec<Event>) {
        self.safety = safety;
        self.push(ShelfEvent::Unsecured { stock, safety }, events);
    }

    /// Whether the shelf will have more lots than it may.
    pub(super) fn is_over_full(&self) -> bool {
        self.lots.len() > LOTS_PER_SHELF_MAX
    }

    /// The lot will be gone: all its reservations lose their host.
    pub(super) fn remove(&mut self, stock: StockId, events: &mut Vec<Event>) {
        let Some(place) = self.lots.iter().position(|lot| lot.id == stock) else {
            return;
        };
        self.shed(stock, self.lots[place].reserved, Units::ZERO, events);
        self.lots.remove(place);
        self.push(ShelfEvent::Removed { stock }, events);
    }

    /// Pieces will lie in another place than before.
    pub(super) fn moved(
        &mut self,
        from: StockId,
        to: StockId,
        units: Units,
        events: &mut Vec<Event>,
    ) {
        self.push(ShelfEvent::Moved { from, to, units }, events);
    }

    /// Reservations will be held of another lot, the newest first, as many as fit into `most`
    /// pieces, until no more than `left` is reserved; answers with what still is.
    pub(super) fn carry(
        &mut self,
        from: StockId,
        to: StockId,
        (mut most, left): (Units, Units),
        events: &mut Vec<Event>,
    ) -> Units {
        let stays = |lot: &&Lot| lot.id == from;
        let mut reserved = self.lots.iter().find(stays).map(|lot| lot.reserved).unwrap_or_default();
        for (reservation, held) in self.shelf.holds.iter().rev() {
            if reserved <= left {
                break;
            }
            if held.stock == Some(from) && held.units <= most {
                most = most.minus(held.units);
                reserved = reserved.minus(held.units);
                self.reserve(from, |units| units.minus(held.units));
                self.reserve(to, |units| units.plus(held.units));
                let stock = Some(to);
                let moved = ShelfEvent::Rehosted { reservation: *reservation, stock };
                self.push(moved, events);
            }
        }
        reserved
    }

    /// The reservation will be gone.
    pub(super) fn release(&mut self, reservation: ReservationId, events: &mut Vec<Event>) {
        let held = self.shelf.holds[&reservation];
        match held.stock {
            Some(stock) => self.reserve(stock, |reserved| reserved.minus(held.units)),
            None => self.waiting.retain(|(id, _)| *id != reservation),
        }
        self.push(ShelfEvent::Released { reservation }, events);
    }

    /// Waiting reservations take what is free, oldest first; one that fits nowhere is passed by.
    /// Whoever asked for it is refused if that is too much for one record.
    pub(super) fn settle(self, now: Time, events: &mut Vec<Event>) {
        self.settle_within(usize::MAX, now, events);
    }

    /// The same where nothing can refuse any more: until all that found stock has so many bytes.
    pub(super) fn settle_within(mut self, bytes_max: usize, now: Time, events: &mut Vec<Event>) {
        if self.waiting.is_empty() || self.sold_out {
            return;
        }
        self.waiting.sort_unstable();
        let mut free = free_lots(&self.lots, self.safety, now);
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let mut found = found_bytes(events);
        for (reservation, wanted) in waiting.take(REHOSTED_PER_COMMAND_MAX) {
            if found >= bytes_max {
                break;
            }
            let Some(lot) = free.iter_mut().find(|(_, units)| *units >= wanted) else {
                continue;
            };
            lot.1 = lot.1.minus(wanted);
            let stock = Some(lot.0);
            self.push(ShelfEvent::Rehosted { reservation, stock }, events);
            found += events.last().map_or(0, Event::bytes_max);
        }
    }

    /// Takes reservations off a lot, the newest first, until no more than `value` is reserved.
    fn shed(
        &mut self,
        stock: StockId,
        mut reserved: Units,
        value: Units,
        events: &mut Vec<Event>,
    ) -> Units {
        if reserved <= value {
            return reserved;
        }
        for (reservation, held) in self.shelf.holds.iter().rev() {
            if reserved <= value {
                break;
            }
            if held.stock == Some(stock) {
                reserved = reserved.minus(held.units);
                self.waiting.push((*reservation, held.units));
                let lost = ShelfEvent::Rehosted { reservation: *reservation, stock: None };
                self.push(lost, events);
            }
        }
        reserved
    }

    fn reserve(&mut self, stock: StockId, change: impl Fn(Units) -> Units) {
        for lot in self.lots.iter_mut().filter(|lot| lot.id == stock) {
            lot.reserved = change(lot.reserved);
        }
    }

    fn push(&self, event: ShelfEvent, events: &mut Vec<Event>) {
        events.push(Event::Shelf { article: self.article.clone(), event });
    }
}
