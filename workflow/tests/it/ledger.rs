//! The stock as the events alone tell it: an independent fold, written from `docs/invariants.md`.
//!
//! It shares no code with `location::apply`; so where both agree, both are right or the events
//! are wrong.

use std::collections::{BTreeMap, BTreeSet};

use workflow::id::{ArticleId, LocationId, OrderId, ReservationId, StockId};
use workflow::location::{self, Card, Listing, Lot, ShelfEvent};
use workflow::order::{self, Stage};
use workflow::quantity::Units;
use workflow::record::{Event, Record};
use workflow::time::Time;

/// Where something lies.
pub(crate) type Spot = (LocationId, ArticleId);

/// A reservation as the events tell it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Pledge {
    pub(crate) stock: Option<StockId>,
    pub(crate) units: u64,
}

/// Everything that lies somewhere, and who holds it.
#[derive(Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) cards: BTreeMap<LocationId, Card>,
    pub(crate) lots: BTreeMap<(Spot, StockId), Lot>,
    pub(crate) listings: BTreeMap<Spot, Listing>,
    pub(crate) safety: BTreeMap<Spot, u64>,
    /// Where somebody looked and found none since stock was written.
    pub(crate) sold_out: BTreeSet<Spot>,
    /// Pieces that have left, or that were not on the shelf.
    pub(crate) gone: BTreeMap<Spot, u64>,
    pub(crate) pledges: BTreeMap<(Spot, ReservationId), Pledge>,
    /// The number that the events of an order say.
    pub(crate) numbers: BTreeMap<OrderId, u64>,
    /// The stage of every order, and how many events it had.
    pub(crate) orders: BTreeMap<OrderId, (Stage, u32)>,
    /// The most pieces that ever lay at a spot together.
    pub(crate) most: BTreeMap<Spot, u64>,
}

impl Ledger {
    /// Notes a record; a step that no order may take is an answer (P1, P2, P3).
    pub(crate) fn note(&mut self, record: &Record) -> Result<(), String> {
        for event in &record.events {
            match event {
                Event::Order { id, event, number } => {
                    if *self.numbers.entry(*id).or_insert(*number) != *number {
                        return Err(format!("an event calls order {id} number {number}"));
                    }
                    self.note_order(*id, event, record.at)?;
                }
                Event::Location { id, event } => self.note_location(*id, event)?,
                // What holds everywhere comes to each location as an event of its own.
                Event::Configured(_)
                | Event::Keyring(_)
                | Event::Subscribed(_)
                | Event::Unsubscribed { .. }
                | Event::Subscription { .. }
                | Event::Addressed(_)
                | Event::Suppressed { .. }
                | Event::Unsuppressed { .. }
                | Event::Secured { .. }
                | Event::Unsecured { .. } => {}
            }
        }
        Ok(())
    }

    fn note_order(&mut self, id: OrderId, event: &order::Event, at: Time) -> Result<(), String> {
        let wrong = |why: &str| Err(format!("{why}: {event:?} of {id} at {at}"));
        if let order::Event::Placed(placed) = event {
            let (stage, first) = (placed.stage.clone(), self.orders.len());
            if self.orders.insert(id, (stage, 1)).is_some() || first + 1 != self.orders.len() {
                return wrong("P1: placed twice");
            }
            return Ok(());
        }
        let Some((stage, events)) = self.orders.get_mut(&id) else {
            return wrong("P1: an event before the first");
        };
        if let order::Event::Invitation(_) = event {
            return Ok(()); // it has a version of its own, and outlives the order's stages
        }
        *events += 1;
        *stage = match (stage.clone(), event) {
            (same @ Stage::Delivered { .. }, order::Event::Invited(_)) => same,
            (Stage::Cancelled { .. } | Stage::Expired { .. } | Stage::Delivered { .. }, _) => {
                return wrong("P1: an event after the final one");
            }
            (Stage::Promised { until }, order::Event::Confirmed { .. }) if until <= at => {
                return wrong("P2: confirmed past its deadline");
            }
            (Stage::Promised { .. }, order::Event::Confirmed { .. }) => Stage::Confirmed { at },
            (Stage::Promised { until }, order::Event::Extended { until: later }) => {
                if *later < until || until <= at {
                    return wrong("P3: extended backwards, or too late");
                }
                Stage::Promised { until: *later }
            }
            (Stage::Promised { until }, order::Event::Expired) => {
                if at < until {
                    return wrong("P3: expired before its deadline");
                }
                Stage::Expired { until }
            }
            (Stage::Promised { until }, order::Event::Cancelled { .. }) if until <= at => {
                return wrong("P2: cancelled past its deadline");
            }
            (_, order::Event::Cancelled { reason }) => {
                Stage::Cancelled { at, reason: reason.clone() }
            }
            (Stage::Confirmed { .. }, order::Event::Delivered) => Stage::Delivered { at },
            (same @ Stage::Confirmed { .. }, step) if is_work(step) => same,
            (Stage::Locked, order::Event::Unlocked { .. }) => Stage::Confirmed { at },
            (Stage::Promised { until }, step) if until <= at && is_planned(step) => {
                return wrong("P2: planned past its deadline");
            }
            (Stage::Received, order::Event::LinesAdded(added)) => {
                if (added.stage != Stage::Confirmed { at }) {
                    return wrong("P1: what gets lines is sold");
                }
                Stage::Confirmed { at }
            }
            (same, order::Event::LinesAdded(added)) => {
                if added.stage != same {
                    return wrong("P1: lines move no stage");
                }
                same
            }
            (same, step) if is_routing(step) => same,
            (same, order::Event::Invited(_)) => same,
            (_, _) => return wrong("P1: not a step"),
        };
        Ok(())
    }

    fn note_location(&mut self, id: LocationId, event: &location::Event) -> Result<(), String> {
        match event {
            location::Event::Opened(card) | location::Event::Changed(card) => {
                self.cards.insert(id, (**card).clone());
            }
            location::Event::Closed => {
                self.cards.remove(&id);
                self.lots.retain(|((at, _), _), _| *at != id);
                self.listings.retain(|(at, _), _| *at != id);
                self.safety.retain(|(at, _), _| *at != id);
                self.sold_out.retain(|(at, _)| *at != id);
                self.pledges.retain(|((at, _), _), _| *at != id);
            }
            location::Event::Turned { status } => {
                if self.cards.get(&id).map(|card| card.status) != Some(*status) {
                    return Err(format!("P1: {id} is not {status:?}"));
                }
            }
            location::Event::Shelf { article, event } => {
                self.note_shelf((id, article.clone()), event)?;
            }
        }
        Ok(())
    }

    fn note_shelf(&mut self, spot: Spot, event: &ShelfEvent) -> Result<(), String> {
        match event {
            ShelfEvent::Put(lot) => {
                self.sold_out.remove(&spot);
                let old = self.lots.insert((spot.clone(), lot.id), (**lot).clone());
                let version = old.map_or(0, |old| old.version.0);
                if lot.version.0 != version + 1 {
                    return Err(format!("P8: lot {} after version {version}: {lot:?}", lot.id));
                }
                let together = self.on_hand(&spot);
                let most = self.most.entry(spot).or_default();
                *most = together.max(*most);
            }
            ShelfEvent::Removed { stock } => {
                self.lots.remove(&(spot, *stock));
            }
            ShelfEvent::Listed(listing) => {
                let old = self.listings.insert(spot, (**listing).clone());
                if listing.version.0 != old.map_or(0, |old| old.version.0) + 1 {
                    return Err(format!("P8: a listing's version: {listing:?}"));
                }
            }
            ShelfEvent::Unlisted => {
                self.listings.remove(&spot);
            }
            ShelfEvent::Kept { safety } => {
                self.safety.insert(spot, safety.get().into());
            }
            ShelfEvent::Secured(own) => {
                self.safety.insert(spot, own.units.get().into());
            }
            ShelfEvent::Unsecured { safety, .. } => {
                self.safety.insert(spot, safety.get().into());
            }
            ShelfEvent::Reserved { reservation, stock, units } => {
                let pledge = Pledge { stock: *stock, units: units.get().into() };
                if self.pledges.insert((spot, *reservation), pledge).is_some() {
                    return Err(format!("S2: {reservation} was made twice"));
                }
            }
            ShelfEvent::Released { reservation } => {
                if self.pledges.remove(&(spot, *reservation)).is_none() {
                    return Err(format!("S7: {reservation} was released and is not there"));
                }
            }
            ShelfEvent::Rehosted { reservation, stock } => {
                let Some(pledge) = self.pledges.get_mut(&(spot, *reservation)) else {
                    return Err(format!("S2: {reservation} moves and is not there"));
                };
                pledge.stock = *stock;
            }
            ShelfEvent::Consumed { reservation, stock, units } => {
                self.note_consumed(spot, *reservation, *stock, units.get().into())?;
            }
            ShelfEvent::SoldOut => {
                self.sold_out.insert(spot);
            }
            ShelfEvent::Moved { to, .. } => {
                if !self.lots.contains_key(&(spot, *to)) {
                    return Err(format!("S2: {to} is not there, and pieces are moved to it"));
                }
            }
        }
        Ok(())
    }

    /// S3, S9: pieces leave with their reservation, and what is available does not move.
    fn note_consumed(
        &mut self,
        spot: Spot,
        reservation: ReservationId,
        stock: StockId,
        units: u64,
    ) -> Result<(), String> {
        let before = self.free(&spot, Time(0), |_| true);
        let Some(pledge) = self.pledges.get_mut(&(spot.clone(), reservation)) else {
            return Err(format!("S2: {reservation} leaves and is not there"));
        };
        if pledge.stock != Some(stock) || pledge.units < units {
            return Err(format!("S3: {units} of {reservation} leave, of {pledge:?}"));
        }
        pledge.units -= units;
        if pledge.units == 0 {
            self.pledges.remove(&(spot.clone(), reservation));
        }
        let lot = self.lots.get_mut(&(spot.clone(), stock)).expect("it is held of");
        let left = i64::from(lot.value.get()) - i64::try_from(units).expect("few");
        let Some(left) = Units::of_stock(left) else {
            return Err(format!("S3: {units} leave {lot:?}"));
        };
        lot.value = left;
        lot.version = lot.version.next();
        *self.gone.entry(spot.clone()).or_default() += units;
        if self.free(&spot, Time(0), |_| true) != before {
            return Err(format!(
                "S9: what leaves moves what is available: {units} of {reservation}"
            ));
        }
        Ok(())
    }

    /// All pieces of an article at a location, sound or not (S3).
    pub(crate) fn on_hand(&self, spot: &Spot) -> u64 {
        self.lots_at(spot).map(|lot| u64::from(lot.value.get())).sum()
    }

    pub(crate) fn lots_at(&self, spot: &Spot) -> impl Iterator<Item = &Lot> {
        let (first, last) = (StockId::from_bits(0), StockId::from_bits(u128::MAX));
        self.lots.range((spot.clone(), first)..=(spot.clone(), last)).map(|(_, lot)| lot)
    }

    pub(crate) fn pledges_at(&self, spot: &Spot) -> impl Iterator<Item = (ReservationId, Pledge)> {
        let first = (spot.clone(), ReservationId::from_bits(0));
        let last = (spot.clone(), ReservationId::from_bits(u128::MAX));
        self.pledges.range(first..=last).map(|((_, id), pledge)| (*id, *pledge))
    }

    /// Pieces that are held of lots, as far as `counts` says so.
    pub(crate) fn held(&self, spot: &Spot, counts: impl Fn(OrderId) -> bool) -> u64 {
        let held = self.pledges_at(spot).filter(|(_, pledge)| pledge.stock.is_some());
        held.filter(|(id, _)| counts(id.order())).map(|(_, pledge)| pledge.units).sum()
    }

    /// What can be promised of an article at a location, if only the pledges of orders that
    /// `counts` names count: what is sellable and not held, less what is kept (S9).
    pub(crate) fn free(&self, spot: &Spot, now: Time, counts: impl Fn(OrderId) -> bool) -> u64 {
        let sellable = |lot: &&Lot| {
            lot.pickable
                && lot.accessible
                && !lot.defective
                && lot.available_until.is_none_or(|until| until > now)
        };
        let held_of = |stock: StockId| -> u64 {
            let held = self
                .pledges_at(spot)
                .filter(|(id, pledge)| pledge.stock == Some(stock) && counts(id.order()));
            held.map(|(_, pledge)| pledge.units).sum()
        };
        let lots = self.lots_at(spot).filter(sellable);
        let free: u64 = lots.map(|lot| u64::from(lot.value.get()) - held_of(lot.id)).sum();
        if self.sold_out.contains(spot) {
            return 0;
        }
        free.saturating_sub(self.safety.get(spot).copied().unwrap_or_default())
    }

    /// Whether an order is a promise past its deadline.
    pub(crate) fn is_overdue(&self, order: OrderId, now: Time) -> bool {
        matches!(self.orders.get(&order), Some((Stage::Promised { until }, _)) if *until <= now)
    }
}

/// Whether the event is a step between the shelf and the doorstep, or pieces found their shelf.
fn is_work(event: &order::Event) -> bool {
    matches!(
        event,
        order::Event::Taken { .. }
            | order::Event::Shared { .. }
            | order::Event::Picked { .. }
            | order::Event::ShortOnShelf { .. }
            | order::Event::Substituted(_)
            | order::Event::Staged { .. }
            | order::Event::Shipped { .. }
            | order::Event::Neared { .. }
            | order::Event::Arrived { .. }
            | order::Event::Scheduled { .. }
            | order::Event::Reflagged { .. }
    )
}

/// Whether the event moves pieces of an open order to another place, or to none.
fn is_routing(event: &order::Event) -> bool {
    use order::Event::{Displaced, Lost, Rehosted, Rerouted, Transferred};
    matches!(
        event,
        Displaced { .. } | Lost { .. } | Rehosted { .. } | Rerouted { .. } | Transferred { .. }
    )
}

/// Whether a place was looked for, which nobody does for what has ended.
fn is_planned(event: &order::Event) -> bool {
    use order::Event::{Displaced, LinesAdded, Rerouted};
    matches!(event, Displaced { .. } | LinesAdded(_) | Rerouted { .. })
}
