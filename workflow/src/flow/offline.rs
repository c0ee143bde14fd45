//! A location that goes offline gives away what nobody has begun with there.
//!
//! Promises and sales alike are held elsewhere if there is stock, and else wait without a place
//! for the first that comes. What a picker has, or a driver is to take, stays. As many orders as
//! one record may change are moved with the change of the location itself; as long as there are
//! more, a record of their own follows for each so many.

use super::room::moved_bytes;
use super::{Cast, Scene};
use crate::id::LocationId;
use crate::limits::{DISPLACED_PER_COMMAND_MAX, MOVED_EVENT_BYTES};
use crate::location::{self, Status};
use crate::order::{Event, Hold, Order};

impl<C: Cast> Scene<'_, C> {
    /// Looks elsewhere for what nobody has begun with, the oldest order first, as long as that
    /// takes no more than so many bytes of the record; answers of how many orders.
    pub(super) async fn vacate(&mut self, at: LocationId, mut bytes: usize) -> usize {
        let mut moved = 0;
        if self.tenant.places.card(at).is_none_or(|card| card.status != Status::Offline) {
            return moved;
        }
        for id in self.holders_at(at).await {
            if self.tenant.book.is_overdue(id, self.now) {
                continue; // it ends by itself
            }
            let order = self.cast.order(id).await;
            let holds = order.not_begun(at);
            if holds.is_empty() {
                continue;
            }
            if moved >= DISPLACED_PER_COMMAND_MAX {
                break;
            }
            let Some(taken) = self.look_elsewhere(&order, holds, at, bytes).await else { break };
            bytes -= taken;
            moved += 1;
        }
        moved
    }

    /// What an order holds at a location, or what waits there, is looked for elsewhere, if that
    /// takes no more than so many bytes of the record; answers how many, and with none where there
    /// is no room for it.
    pub(super) async fn look_elsewhere(
        &mut self,
        order: &Order,
        holds: Vec<Hold>,
        at: LocationId,
        bytes: usize,
    ) -> Option<usize> {
        let freed = freed_bytes(order, &holds);
        let left = bytes.checked_sub(freed)?;
        self.displace(order, holds, at).await;
        Some(freed + self.reroute(order.id, left).await)
    }

    /// An order gives up what it holds at a location, or what waits there.
    pub(super) async fn displace(&mut self, order: &Order, holds: Vec<Hold>, at: LocationId) {
        let row = |hold: &Hold| {
            let article = order.asked.lines[usize::from(hold.line)].article.clone();
            (article, order.id.reservation(hold.index))
        };
        let reservations = holds.iter().map(row).collect();
        self.tell(order.id, Event::Displaced { holds }).await;
        let came = self.came.len();
        self.settle(at, location::Command::Vacate { reservations }).await;
        self.came.truncate(came); // nobody takes what lies where nothing is taken
    }
}

/// Bytes of what is freed, and of what the order notes of it.
pub(super) fn freed_bytes(order: &Order, holds: &[Hold]) -> usize {
    let article = |hold: &Hold| &order.asked.lines[usize::from(hold.line)].article;
    MOVED_EVENT_BYTES + holds.iter().map(|hold| moved_bytes(article(hold))).sum::<usize>()
}
