//! Which orders are in memory, by what they may be found.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeInclusive};

use smallvec::SmallVec;
use smol_str::SmolStr;

use crate::id::{ArticleId, LocationId, OrderId};
use crate::order::{Event, Order, Queue};
use crate::schedule::Deadlines;
use crate::time::Time;

/// Which orders are in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    orders: BTreeMap<OrderId, Option<Time>>,
    by_number: BTreeMap<u64, OrderId>,
    by_secret: BTreeMap<[u8; 32], OrderId>,
    by_reference: BTreeSet<(SmolStr, OrderId)>,
    /// Those that a web shop handed over, by the shop and its name for them.
    by_shop: BTreeSet<(SmolStr, SmolStr, OrderId)>,
    by_consumer: BTreeSet<(SmolStr, OrderId)>,
    open_promises: BTreeMap<SmolStr, u32>,
    deadlines: Deadlines<OrderId>,
    reservations: u64,
    /// Parts that wait for a picker, by location; the oldest order comes first.
    unpicked: BTreeMap<LocationId, BTreeSet<OrderId>>,
    picking: BTreeSet<(SmolStr, OrderId, LocationId)>,
    staged: BTreeSet<OrderId>,
    routes: BTreeSet<(SmolStr, OrderId)>,
    /// Sales with pieces that have no place, by article.
    unplaced: BTreeSet<(ArticleId, OrderId)>,
}

/// What of an order is counted and listed at the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footing {
    holds: u64,
    queues: SmallVec<[Queue; 2]>,
    unplaced: SmallVec<[ArticleId; 1]>,
}

impl Footing {
    /// That of an order as it is.
    pub fn of(order: &Order) -> Footing {
        let article = |line: u16| order.asked.lines[usize::from(line)].article.clone();
        Footing {
            holds: order.holds.len() as u64,
            queues: order.queues(),
            unplaced: order.unplaced().map(article).collect(),
        }
    }
}

impl Book {
    /// Notes an order that was placed, or that was read from a snapshot.
    pub fn enter(&mut self, order: &Order) {
        self.orders.insert(order.id, order.deadline());
        self.by_number.insert(order.number, order.id);
        if let Some(handover) = &order.asked.handover {
            self.by_secret.insert(handover.secret, order.id);
        }
        if let Some(until) = order.deadline() {
            self.deadlines.arm(until, order.id);
            *self.open_promises.entry(order.caller.clone()).or_default() += 1;
        }
        if let Some(reference) = &order.reference {
            self.refer(order, reference);
        }
        if let Some(consumer) = &order.asked.consumer {
            self.by_consumer.insert((consumer.clone(), order.id));
        }
        self.stands(order.id, &Footing::default(), &Footing::of(order));
    }

    /// Notes how an order stood, and how it stands.
    pub fn stands(&mut self, order: OrderId, before: &Footing, after: &Footing) {
        self.reservations = self.reservations + after.holds - before.holds;
        if before.unplaced != after.unplaced {
            for article in &before.unplaced {
                self.unplaced.remove(&(article.clone(), order));
            }
            self.unplaced.extend(after.unplaced.iter().map(|article| (article.clone(), order)));
        }
        if before.queues == after.queues {
            return;
        }
        for queue in &before.queues {
            self.leave(order, queue);
        }
        for queue in &after.queues {
            self.join(order, queue);
        }
    }

    fn join(&mut self, order: OrderId, queue: &Queue) {
        match queue {
            Queue::Unpicked(at) => {
                self.unpicked.entry(*at).or_default().insert(order);
            }
            Queue::Picking(picker, at) => {
                self.picking.insert((picker.clone(), order, *at));
            }
            Queue::Staged => {
                self.staged.insert(order);
            }
            Queue::Route(driver) => {
                self.routes.insert((driver.clone(), order));
            }
        }
    }

    fn leave(&mut self, order: OrderId, queue: &Queue) {
        match queue {
            Queue::Unpicked(at) => {
                if let Some(waiting) = self.unpicked.get_mut(at) {
                    waiting.remove(&order);
                    if waiting.is_empty() {
                        self.unpicked.remove(at);
                    }
                }
            }
            Queue::Picking(picker, at) => {
                self.picking.remove(&(picker.clone(), order, *at));
            }
            Queue::Staged => {
                self.staged.remove(&order);
            }
            Queue::Route(driver) => {
                self.routes.remove(&(driver.clone(), order));
            }
        }
    }

    /// Notes what is about to happen to an order, while it is still as it was before.
    pub fn acted(&mut self, before: &Order, event: &Event) {
        match event {
            Event::Placed(_)
            | Event::Rehosted { .. }
            | Event::Lost { .. }
            | Event::Rerouted { .. }
            | Event::Displaced { .. }
            | Event::Transferred { .. }
            | Event::LinesAdded(_)
            | Event::Taken { .. }
            | Event::Shared { .. }
            | Event::Picked { .. }
            | Event::ShortOnShelf { .. }
            | Event::Substituted(_)
            | Event::Staged { .. }
            | Event::Shipped { .. }
            | Event::Neared { .. }
            | Event::Arrived { .. }
            | Event::Delivered
            | Event::Scheduled { .. }
            | Event::Reflagged { .. }
            | Event::Invited(_)
            | Event::Unlocked { .. }
            | Event::Invitation(_) => {}
            Event::Confirmed { reference } => {
                self.ends(before);
                if let Some(reference) = reference {
                    self.unrefer(before);
                    self.refer(before, reference);
                }
            }
            Event::Extended { until } => {
                if let Some(old) = before.deadline() {
                    self.deadlines.disarm(old, before.id);
                }
                self.deadlines.arm(*until, before.id);
                self.orders.insert(before.id, Some(*until));
            }
            Event::Cancelled { .. } | Event::Expired => self.ends(before),
        }
    }

    /// Forgets an order that leaves memory.
    pub fn forget(&mut self, order: &Order) {
        assert!(order.is_done(), "D14: only an order that is done leaves memory");
        self.orders.remove(&order.id);
        self.by_number.remove(&order.number);
        if let Some(handover) = &order.asked.handover {
            self.by_secret.remove(&handover.secret);
        }
        self.unrefer(order);
        if let Some(consumer) = &order.asked.consumer {
            self.by_consumer.remove(&(consumer.clone(), order.id));
        }
    }

    /// The promise's hold on its caller's quota and on the clock ends.
    fn ends(&mut self, before: &Order) {
        let Some(until) = before.deadline() else {
            return;
        };
        self.deadlines.disarm(until, before.id);
        self.orders.insert(before.id, None);
        if let Some(count) = self.open_promises.get_mut(&before.caller) {
            *count -= 1;
            if *count == 0 {
                self.open_promises.remove(&before.caller);
            }
        }
    }

    fn refer(&mut self, order: &Order, reference: &SmolStr) {
        self.by_reference.insert((reference.clone(), order.id));
        if let Some(shop) = order.shop() {
            self.by_shop.insert((shop.clone(), reference.clone(), order.id));
        }
    }

    fn unrefer(&mut self, order: &Order) {
        let Some(reference) = &order.reference else { return };
        self.by_reference.remove(&(reference.clone(), order.id));
        if let Some(shop) = order.shop() {
            self.by_shop.remove(&(shop.clone(), reference.clone(), order.id));
        }
    }

    /// Whether the order is in memory.
    pub fn holds(&self, order: OrderId) -> bool {
        self.orders.contains_key(&order)
    }

    /// The order whose customer knows this secret.
    pub fn by_secret(&self, secret: &[u8; 32]) -> Option<OrderId> {
        self.by_secret.get(secret).copied()
    }

    /// Whether the order is a promise whose deadline has passed.
    pub fn is_overdue(&self, order: OrderId, now: Time) -> bool {
        self.orders.get(&order).copied().flatten().is_some_and(|until| until <= now)
    }

    /// Whether the order is a promise with a deadline.
    pub fn has_deadline(&self, order: OrderId) -> bool {
        self.orders.get(&order).copied().flatten().is_some()
    }

    /// The orders after `after`, in the order of their ids.
    pub fn after(&self, after: Option<OrderId>) -> impl Iterator<Item = OrderId> + '_ {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.orders.range((from, Bound::Unbounded)).map(|(id, _)| *id)
    }

    /// The orders from `first` on, in the order of their ids.
    pub fn from(&self, first: Option<OrderId>) -> impl Iterator<Item = OrderId> + '_ {
        let from = first.map_or(Bound::Unbounded, Bound::Included);
        self.orders.range((from, Bound::Unbounded)).map(|(id, _)| *id)
    }

    /// The order with this number.
    pub fn numbered(&self, number: u64) -> Option<OrderId> {
        self.by_number.get(&number).copied()
    }

    /// The orders with these numbers, in their order.
    pub fn with_numbers(&self, numbers: RangeInclusive<u64>) -> impl Iterator<Item = OrderId> + '_ {
        let (first, last) = numbers.into_inner();
        let numbers = first..last.saturating_add(1).max(first); // a range must not run backwards
        self.by_number.range(numbers).map(|(_, id)| *id)
    }

    /// The orders with this reference, in the order of their ids.
    pub fn with_reference(&self, reference: &SmolStr) -> Vec<OrderId> {
        of_text(&self.by_reference, reference)
    }

    /// The newest orders with this reference, the newest first, at most `size`.
    pub fn newest_with_reference(&self, reference: &SmolStr, size: usize) -> Vec<OrderId> {
        let first = (reference.clone(), OrderId::LEAST);
        let last = (reference.clone(), OrderId::MOST);
        let all = self.by_reference.range(first..=last);
        all.rev().take(size).map(|(_, id)| *id).collect()
    }

    /// The first order with this reference after `after`: for those who look at one after the
    /// other, and need not see all.
    pub fn next_with_reference(
        &self,
        reference: &SmolStr,
        after: Option<OrderId>,
    ) -> Option<OrderId> {
        let from = match after {
            None => Bound::Included((reference.clone(), OrderId::LEAST)),
            Some(after) => Bound::Excluded((reference.clone(), after)),
        };
        let (known, id) = self.by_reference.range((from, Bound::Unbounded)).next()?;
        (known == reference).then_some(*id)
    }

    /// The order that this web shop handed over under this reference.
    pub fn of_shop(&self, shop: &SmolStr, reference: &SmolStr) -> Option<OrderId> {
        let first = (shop.clone(), reference.clone(), OrderId::LEAST);
        let (known, named, id) = self.by_shop.range(first..).next()?;
        (known == shop && named == reference).then_some(*id)
    }

    /// The orders of this customer, in the order of their ids.
    pub fn of_consumer(&self, consumer: &SmolStr) -> Vec<OrderId> {
        of_text(&self.by_consumer, consumer)
    }

    /// The orders with parts that wait for a picker, by location; the oldest comes first.
    pub fn unpicked(&self) -> impl Iterator<Item = (LocationId, &BTreeSet<OrderId>)> {
        self.unpicked.iter().map(|(at, orders)| (*at, orders))
    }

    /// The sales with pieces of this article that have no place, the oldest first.
    pub fn unplaced(&self, article: &ArticleId) -> impl Iterator<Item = OrderId> + '_ {
        let first = (article.clone(), OrderId::LEAST);
        let all = self.unplaced.range(first..);
        let article = article.clone();
        all.take_while(move |(known, _)| *known == article).map(|(_, order)| *order)
    }

    /// The articles of which pieces have no place, each once.
    pub fn articles_unplaced(&self) -> Vec<ArticleId> {
        let mut articles: Vec<_> =
            self.unplaced.iter().map(|(article, _)| article.clone()).collect();
        articles.dedup();
        articles
    }

    /// Whether pieces of this article have no place.
    pub fn wants_place(&self, article: &ArticleId) -> bool {
        !self.unplaced.is_empty() && self.unplaced(article).next().is_some()
    }

    /// What this picker picks, the oldest first.
    pub fn picking(&self, picker: &SmolStr) -> Vec<(OrderId, LocationId)> {
        let first = (picker.clone(), OrderId::LEAST, LocationId::from_bits(0));
        let all = self.picking.range(first..).take_while(|(known, ..)| known == picker);
        all.map(|(_, order, at)| (*order, *at)).collect()
    }

    /// What waits for a driver, the oldest first.
    pub fn staged(&self) -> impl Iterator<Item = OrderId> + '_ {
        self.staged.iter().copied()
    }

    /// What this driver brings, the oldest first.
    pub fn route(&self, driver: &SmolStr) -> Vec<OrderId> {
        of_text(&self.routes, driver)
    }

    /// How many promises of this caller are open.
    pub fn open_promises(&self, caller: &str) -> u32 {
        self.open_promises.get(caller).copied().unwrap_or_default()
    }

    /// What is due when.
    pub fn deadlines(&self) -> &Deadlines<OrderId> {
        &self.deadlines
    }

    /// How many reservations there are.
    pub fn reservations(&self) -> u64 {
        self.reservations
    }

    /// How many orders are in memory.
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether no order is in memory.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }
}

fn of_text(index: &BTreeSet<(SmolStr, OrderId)>, text: &SmolStr) -> Vec<OrderId> {
    let first = (text.clone(), OrderId::LEAST);
    index.range(first..).take_while(|(known, _)| known == text).map(|(_, id)| *id).collect()
}
