//! Pieces of sales that have no place find one when stock comes.
//!
//! Nobody polls: whatever leaves stock free that such pieces want, be it a delivery to a store, a
//! cancelled order or a store that opens again, gives them their place in its own record, the
//! oldest order first. Those that wait at a location already are served there before. Pieces that
//! a picker does not find are looked for elsewhere in the same way, at once.

use smallvec::SmallVec;

use super::candidates::wants;
use super::promise::{Base, Ware, shares};
use super::room::{Beside, moved_bytes};
use super::{Cast, Scene};
use crate::id::{ArticleId, LocationId, OrderId};
use crate::limits::{PLACED_AGAIN_BYTES_MAX, PLACED_AGAIN_PER_COMMAND_MAX};
use crate::order::{Event, Hold, Line};
use crate::quantity::Units;

impl<C: Cast> Scene<'_, C> {
    /// Looks for places for all pieces that lost theirs, or want what came free.
    pub(super) async fn place_unplaced(&mut self) {
        let (mut orders, mut bytes) = (PLACED_AGAIN_PER_COMMAND_MAX, PLACED_AGAIN_BYTES_MAX);
        bytes -= self.place_stranded(bytes).await;
        let mut came = std::mem::take(&mut self.came);
        came.sort_unstable();
        came.dedup();
        for article in came {
            let waiting: Vec<OrderId> = self.tenant.book.unplaced(&article).take(orders).collect();
            for id in waiting {
                if self.offered(&article).is_zero() {
                    break;
                }
                if self.tenant.book.is_overdue(id, self.now) {
                    continue; // it ends by itself
                }
                orders -= 1;
                bytes -= self.reroute(id, bytes).await;
            }
        }
        self.came.clear(); // what the new reservations published is less than it was
    }

    /// Looks anew at what a location offers, which takes part again.
    pub(super) fn takes_part_again(&mut self, id: LocationId) {
        let places = &self.tenant.places;
        let articles = self.tenant.book.articles_unplaced().into_iter();
        let offered = articles.filter(|it| !places.offer(id, it).available.is_zero());
        self.came.extend(offered);
    }

    /// What locations that take orders could promise of an article, all together.
    pub(super) fn offered(&self, article: &ArticleId) -> Units {
        let places = &self.tenant.places;
        let offers = places.offers(article).iter();
        let online = offers.filter(|(seat, _)| places.seat(*seat).takes.online);
        online.fold(Units::ZERO, |sum, (_, offer)| sum.with(offer.available))
    }

    /// Holds what there is for the pieces of an order that have no place, if that takes no more
    /// than so many bytes of the record; answers how many.
    pub(super) async fn reroute(&mut self, id: OrderId, bytes: usize) -> usize {
        let order = self.cast.order(id).await;
        let open: SmallVec<[u16; 4]> = order.unplaced().collect();
        let lines: Vec<Line> = open
            .iter()
            .map(|&line| {
                let quantity = order.unassigned(line);
                Line { quantity, ..order.asked.lines[usize::from(line)].clone() }
            })
            .collect();
        let wants = wants(&lines);
        let at = order.locations();
        let ware = Ware {
            lines: &lines,
            destination: order.asked.destination,
            delivery: &order.asked.delivery,
            replaced: None,
            at: &at,
            backorders: false,
            explain: false,
        };
        let (candidates, plan) = self.routed(&wants, &ware).await;
        let shares = shares(&lines, &wants, &candidates, &plan);
        let beside = Beside::of_more(&order, bytes);
        if shares.is_empty() || self.fits_one_record(&lines, &shares, &beside).await.is_err() {
            return 0;
        }
        let base = Base { line: 0, hold: order.reserved };
        let mut holds = self.reserve(id, &lines, &shares, base).await;
        for hold in &mut holds {
            hold.line = open[usize::from(hold.line)];
        }
        let article = |hold: &Hold| &order.asked.lines[usize::from(hold.line)].article;
        let taken = holds.iter().map(|hold| moved_bytes(article(hold))).sum();
        self.tell(id, Event::Rerouted { holds }).await;
        taken
    }
}
