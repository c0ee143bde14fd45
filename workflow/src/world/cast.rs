//! The cast of a world: orders and locations are entries of a map, and answer at once.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::flow::{Act, Acted, Cast, Look, Published, Seen, act_on, apply_at, look_at};
use crate::id::{LocationId, OrderId, TenantId};
use crate::location::{self, Location};
use crate::order::{self, Order};
use crate::refusal::Refusal;
use crate::time::Time;

/// Orders and locations as plain values.
pub(super) struct Plain<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) orders: &'a mut BTreeMap<OrderId, (TenantId, Order)>,
    pub(super) locations: &'a mut BTreeMap<LocationId, (TenantId, Location)>,
}

impl Plain<'_> {
    fn order_mut(&mut self, id: OrderId) -> &mut Order {
        &mut self.orders.get_mut(&id).expect("the desk names orders that are here").1
    }

    fn location_mut(&mut self, id: LocationId) -> &mut Location {
        &mut self.locations.get_mut(&id).expect("the desk names locations that are here").1
    }
}

impl Cast for Plain<'_> {
    async fn place(&mut self, order: Order) {
        self.orders.insert(order.id, (self.tenant.clone(), order));
    }

    async fn act(&mut self, id: OrderId, act: Act) -> Result<Acted, Refusal> {
        act_on(self.order_mut(id), &act)
    }

    async fn follow(&mut self, id: OrderId, event: order::Event, at: Time) {
        order::apply(self.order_mut(id), &event, at);
    }

    async fn order(&mut self, id: OrderId) -> Order {
        self.order_mut(id).clone()
    }

    async fn open(&mut self, location: Location) {
        self.locations.insert(location.id, (self.tenant.clone(), location));
    }

    async fn decide(
        &mut self,
        id: LocationId,
        command: location::Command,
        now: Time,
    ) -> Result<location::Done, Refusal> {
        location::decide(self.location_mut(id), &command, now)
    }

    async fn apply(
        &mut self,
        id: LocationId,
        events: Vec<location::Event>,
        at: Time,
    ) -> (Vec<location::Event>, Published) {
        let result = apply_at(self.location_mut(id), events, at);
        if result.0.contains(&location::Event::Closed) {
            self.locations.remove(&id);
        }
        result
    }

    async fn settle(
        &mut self,
        id: LocationId,
        command: location::Command,
        now: Time,
    ) -> (Vec<location::Event>, Published) {
        let location = self.location_mut(id);
        let done = location::decide(location, &command, now).expect("S6: what was planned is done");
        apply_at(location, done.events, now)
    }

    async fn look(&mut self, id: LocationId, look: Look, now: Time) -> Seen {
        look_at(self.location_mut(id), look, now)
    }
}

/// The value of a future that never waits, as no future of this cast does.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a plain cast answers at once"),
    }
}
