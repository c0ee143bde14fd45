//! Whether what a command does fits in one record.
//!
//! A story is applied while it is played, and its record is encoded after it; so whatever can grow
//! asks here before the first event, and is refused. Why no record is then too large for the
//! journal, whose largest has 4 MiB:
//!
//! - An order's reservations take at most [`MOVED_BYTES_MAX`], 2 MiB, from the first to the last:
//!   whatever makes one more looks at all of them. So freeing, consuming or losing all of an
//!   order's at once takes no more than that.
//! - A promise takes at most [`EVENTS_BYTES_MAX`], 3 MiB: its texts, its reservations, and those of
//!   the promise that gives way. Lines that are added do, too.
//! - What locations decide takes at most 3 MiB in all, lots with all that they keep included.
//! - Who waits and finds stock by that takes at most twice
//!   [`REHOSTED_BYTES_MAX`](crate::limits::REHOSTED_BYTES_MAX), half a MiB: one location stops at
//!   once that, and after it no further one begins. (What locations decide before anything is
//!   applied has it counted already; beside that there is room for the 500 safety stocks that one
//!   command may set everywhere.)
//! - Orders whose pieces lost their stock, and sales whose pieces find a place because stock came
//!   free, take together at most
//!   [`PLACED_AGAIN_BYTES_MAX`](crate::limits::PLACED_AGAIN_BYTES_MAX) for that, an eighth of
//!   a MiB.
//! - The rest, as who asked and the places an order may come from, has less than three
//!   eighths of a MiB: `actors/src/limits.rs` adds up.
//!
//! The reply, if there is a key, is put into words after it all. Its size is estimated here, so
//! that what would be answered at too great length is refused as well; for what the estimate does
//! not see the router keeps a reply without its body.

use super::promise::{Planned, Share};
use super::{Cast, Scene};
use crate::command::Promise;
use crate::id::{ArticleId, LocationId};
use crate::limits::{
    EVENTS_BYTES_MAX, LOTS_PER_SHELF_MAX, MOVED_BYTES_MAX, MOVED_EVENT_BYTES,
    RESERVATIONS_PER_ORDER_MAX,
};
use crate::location::Offer;
use crate::order::{Line, Order};
use crate::refusal::Refusal;

/// Bytes that an answer takes for a line of one location's, besides its texts: about.
const PART_LINE_BYTES: usize = 400;
/// How often such an answer says the article.
const PART_ARTICLES: usize = 5;
/// Bytes that an answer takes for a location that was looked at: about.
const CONSIDERED_BYTES: usize = 200;

/// What a record has besides new reservations, and what their order has already.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// The order that gives way: what it holds is free by the time that something is held.
    freed: Option<&'a Order>,
    /// Reservations that the order ever had.
    reserved: u16,
    /// Bytes of those that it has.
    held: usize,
    /// Bytes of all else in the record.
    rest: usize,
}

impl<'a> Beside<'a> {
    /// Of a promise: its texts, in the event and in the answer, and what gives way.
    pub(super) fn of_promise(
        promise: &Promise,
        planned: &Planned,
        replaced: Option<&'a Order>,
    ) -> Beside<'a> {
        let texts = text_bytes(&promise.lines) + promise.kept.bytes();
        let answer = |line: &Line| {
            PART_LINE_BYTES + line.title.len() + PART_ARTICLES * line.article.as_str().len()
        };
        let parts = planned.shares.iter().flat_map(|share| &share.lines);
        let parts: usize = parts.map(|part| answer(&promise.lines[usize::from(part.line)])).sum();
        let considered = planned.considered.len() * CONSIDERED_BYTES;
        let rest = 2 * texts + parts + considered + replaced.map_or(0, held_bytes);
        Beside { freed: replaced, rest, ..Beside::default() }
    }

    /// Of pieces of an order that find a place, which may take so many bytes.
    pub(super) fn of_more(order: &Order, bytes: usize) -> Beside<'a> {
        let rest = EVENTS_BYTES_MAX - bytes.min(EVENTS_BYTES_MAX);
        Beside { freed: None, reserved: order.reserved, held: held_bytes(order), rest }
    }

    /// Of lines that join an order: their texts, and the answer, which shows all of it.
    pub(super) fn of_lines(lines: &[Line], order: &Order) -> Beside<'a> {
        let rest = 2 * text_bytes(lines) + order.asked.bytes_max();
        Beside { freed: None, reserved: order.reserved, held: held_bytes(order), rest }
    }
}

impl<C: Cast> Scene<'_, C> {
    /// Refuses reservations that do not fit in one record, or under one order's id. Nearly always
    /// the widest guess does; only else is it worth looking how many lots there are.
    pub(super) async fn fits_one_record(
        &mut self,
        lines: &[Line],
        shares: &[Share],
        beside: &Beside<'_>,
    ) -> Result<(), Refusal> {
        let fits = |count: usize, moved: usize| {
            usize::from(beside.reserved) + count <= RESERVATIONS_PER_ORDER_MAX
                && beside.held + moved <= MOVED_BYTES_MAX
                && beside.rest + moved <= EVENTS_BYTES_MAX
        };
        let parts = || {
            let parts =
                shares.iter().flat_map(|share| share.lines.iter().map(move |it| (share, it)));
            parts.map(|(share, part)| (share.location, &lines[usize::from(part.line)].article))
        };
        let guess: usize = parts().map(|(_, it)| moved_bytes(it) * LOTS_PER_SHELF_MAX).sum();
        if fits(parts().count() * LOTS_PER_SHELF_MAX, guess) {
            return Ok(());
        }
        let vacated = match beside.freed {
            Some(order) => self.without(order).await,
            None => Vec::new(),
        };
        let places = &self.tenant.places;
        let lots = |location: LocationId, article: &ArticleId| {
            let here = |it: &&(LocationId, ArticleId, Offer)| it.0 == location && it.1 == *article;
            let vacated = vacated.iter().find(here).map(|(_, _, offer)| offer.lots);
            usize::from(vacated.unwrap_or_else(|| places.offer(location, article).lots)).max(1)
        };
        let count: usize = parts().map(|(location, article)| lots(location, article)).sum();
        let moved: usize = parts().map(|(location, it)| moved_bytes(it) * lots(location, it)).sum();
        if fits(count, moved) { Ok(()) } else { Err(Refusal::TooMuchAtOnce) }
    }
}

/// Refuses so many more reservations of an article for an order that has too many already.
pub(super) fn takes_holds(order: &Order, article: &ArticleId, count: usize) -> Result<(), Refusal> {
    let fits = usize::from(order.reserved) + count <= RESERVATIONS_PER_ORDER_MAX
        && held_bytes(order) + count * moved_bytes(article) <= MOVED_BYTES_MAX;
    if fits { Ok(()) } else { Err(Refusal::TooMuchAtOnce) }
}

/// Bytes that an order's reservations take in a record, when all of them are made or freed.
pub(super) fn held_bytes(order: &Order) -> usize {
    let lines = &order.asked.lines;
    let bytes = order.holds.iter().map(|hold| moved_bytes(&lines[usize::from(hold.line)].article));
    bytes.sum()
}

/// Bytes that one reservation of an article takes in a record.
pub(super) fn moved_bytes(article: &ArticleId) -> usize {
    article.as_str().len() + MOVED_EVENT_BYTES
}

fn text_bytes(lines: &[Line]) -> usize {
    lines.iter().map(Line::bytes_max).sum()
}
