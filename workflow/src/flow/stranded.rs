//! Reservations that lost their stock are looked for elsewhere: what is said of a shelf is the
//! truth, and the orders that it held are routed again.
//!
//! What finds no place waits without one for the first stock that comes. It stays where it was if
//! the order may come from there alone, or if the article may wait there and the others have too
//! little; and so does what the record has no room for.

use super::{Cast, Scene};
use crate::id::LocationId;
use crate::limits::PLACED_AGAIN_PER_COMMAND_MAX;
use crate::location::Status;
use crate::order::{Hold, Order};

impl<C: Cast> Scene<'_, C> {
    /// Looks for places for what lost its stock, the oldest order first, if that takes no more
    /// than so many bytes of the record; answers how many.
    pub(super) async fn place_stranded(&mut self, bytes: usize) -> usize {
        let mut stranded = std::mem::take(&mut self.stranded);
        stranded.sort_unstable();
        let mut left = bytes;
        for (id, at, lost) in stranded.into_iter().take(PLACED_AGAIN_PER_COMMAND_MAX) {
            if !self.tenant.book.holds(id) || self.tenant.book.is_overdue(id, self.now) {
                continue;
            }
            let order = self.cast.order(id).await;
            let holds = self.leaving(&order, at, &lost);
            if holds.is_empty() {
                continue;
            }
            let Some(taken) = self.look_elsewhere(&order, holds, at, left).await else { break };
            left -= taken;
        }
        bytes - left
    }

    /// Those of an order's reservations that wait at a location and may leave it.
    fn leaving(&self, order: &Order, at: LocationId, lost: &[u16]) -> Vec<Hold> {
        let working = [Status::Online, Status::Suspended];
        if self.only_place(&order.asked.delivery, &working).is_some() {
            return Vec::new();
        }
        let mut holds = order.not_begun(at);
        holds.retain(|hold| hold.stock.is_none() && lost.contains(&hold.index));
        holds.retain(|hold| {
            let article = &order.asked.lines[usize::from(hold.line)].article;
            let may_wait = self.tenant.places.offer(at, article).may_wait;
            !may_wait || self.offered(article) >= hold.units
        });
        holds
    }
}
