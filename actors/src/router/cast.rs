//! The cast of the live server: each order and each location is an actor.
//!
//! Only the router keeps addresses, so no order is ever two actors.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix::dev::ToEnvelope;
use actix::{Actor, Addr, Handler, Message};
use rustc_hash::FxHashMap;
use workflow::flow::{Act, Acted, Cast, Look, Published, Seen};
use workflow::id::{LocationId, OrderId};
use workflow::location::{Command, Done, Event};
use workflow::order;
use workflow::record::{self, Owner};
use workflow::refusal::Refusal;
use workflow::reply::{ReplyKey, StoredReply};
use workflow::time::Time;

use crate::kept::{Keep, Kept};
use crate::location::{Apply, Decide, Location, LookAt, Settle};
use crate::order::{ActOn, Follow, Order, Read};

/// The addresses of all orders and locations in memory.
#[derive(Default)]
pub(super) struct Live {
    orders: FxHashMap<OrderId, Addr<Order>>,
    locations: FxHashMap<LocationId, Addr<Location>>,
}

/// Waits for an actor's answer. Actors live as long as the process (F5), and the router
/// has the only address, so there is always one.
async fn ask<A, M>(actor: &Addr<A>, message: M) -> M::Result
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    actor.send(message).await.expect("F5: an actor gone is a process gone")
}

impl Live {
    fn order_at(&self, id: OrderId) -> &Addr<Order> {
        self.orders.get(&id).expect("the desk names orders that are here")
    }

    fn location_at(&self, id: LocationId) -> &Addr<Location> {
        self.locations.get(&id).expect("the desk names locations that are here")
    }

    /// An order becomes an actor.
    pub(super) fn seat_order(&mut self, state: order::Order) {
        self.orders.insert(state.id, Order::new(state).start());
    }

    /// A location becomes an actor.
    pub(super) fn seat_location(&mut self, state: workflow::location::Location) {
        self.locations.insert(state.id, Location::new(state).start());
    }

    /// An order leaves memory: with its last address its actor ends.
    pub(super) fn dismiss(&mut self, id: OrderId) {
        self.orders.remove(&id);
    }

    /// The entity keeps a reply; answers with the one that had to go for it.
    pub(super) async fn keep(
        &self,
        owner: Owner,
        reply: Arc<StoredReply>,
    ) -> Option<Arc<StoredReply>> {
        match owner {
            Owner::Order(id) => ask(self.order_at(id), Keep(reply)).await,
            Owner::Location(id) => ask(self.location_at(id), Keep(reply)).await,
            Owner::Subscription(_) => unreachable!("a subscription is at the desk"),
        }
    }

    /// The reply that an entity keeps under a key.
    pub(super) async fn kept(&self, owner: Owner, key: &ReplyKey) -> Option<Arc<StoredReply>> {
        let key = key.clone();
        match owner {
            Owner::Order(id) => ask(self.orders.get(&id)?, Kept(key)).await,
            Owner::Location(id) => ask(self.locations.get(&id)?, Kept(key)).await,
            Owner::Subscription(_) => unreachable!("a subscription is at the desk"),
        }
    }

    /// The orders that may leave memory once the snapshot has passed these events: they are closed by
    /// them, or closed before, and the last mail about them is settled.
    pub(super) async fn done_with(&mut self, events: &[record::Event]) -> BTreeSet<OrderId> {
        let mut done = BTreeSet::new();
        for event in events {
            if let record::Event::Order { id, event, .. } = event
                && (event.closes() || event.settles_a_mail())
                && self.order(*id).await.is_done()
            {
                done.insert(*id);
            }
        }
        done
    }
}

impl Cast for Live {
    async fn place(&mut self, order: order::Order) {
        self.seat_order(order);
    }

    async fn act(&mut self, id: OrderId, act: Act) -> Result<Acted, Refusal> {
        ask(self.order_at(id), ActOn(act)).await
    }

    async fn follow(&mut self, id: OrderId, event: order::Event, at: Time) {
        ask(self.order_at(id), Follow { event, at }).await;
    }

    async fn order(&mut self, id: OrderId) -> order::Order {
        ask(self.order_at(id), Read).await
    }

    async fn open(&mut self, location: workflow::location::Location) {
        self.seat_location(location);
    }

    async fn decide(
        &mut self,
        id: LocationId,
        command: Command,
        now: Time,
    ) -> Result<Done, Refusal> {
        ask(self.location_at(id), Decide { command, now }).await
    }

    async fn apply(
        &mut self,
        id: LocationId,
        events: Vec<Event>,
        at: Time,
    ) -> (Vec<Event>, Published) {
        let applied = ask(self.location_at(id), Apply { events, at }).await;
        if applied.0.contains(&Event::Closed) {
            self.locations.remove(&id);
        }
        applied
    }

    async fn settle(
        &mut self,
        id: LocationId,
        command: Command,
        now: Time,
    ) -> (Vec<Event>, Published) {
        ask(self.location_at(id), Settle { command, now }).await
    }

    async fn look(&mut self, id: LocationId, look: Look, now: Time) -> Seen {
        ask(self.location_at(id), LookAt { look, now }).await
    }
}
