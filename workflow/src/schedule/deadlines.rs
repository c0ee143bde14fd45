//! Deadlines in the order in which they fall due.

use std::collections::BTreeSet;

use crate::id::OrderId;
use crate::time::Time;

/// Which promises end when. A deadline is in the order's state too, so none can be lost: this is
/// only the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    due: BTreeSet<(Time, OrderId)>,
}

impl Deadlines {
    /// Notes that `order` ends at `at`.
    pub fn arm(&mut self, at: Time, order: OrderId) {
        self.due.insert((at, order));
    }

    /// Forgets that `order` ends at `at`.
    pub fn disarm(&mut self, at: Time, order: OrderId) {
        self.due.remove(&(at, order));
    }

    /// The next deadline.
    pub fn first(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The deadlines that have passed, the oldest first.
    pub fn overdue(&self, now: Time) -> impl Iterator<Item = (Time, OrderId)> + '_ {
        self.due.iter().copied().take_while(move |(at, _)| *at <= now)
    }

    /// How many promises have a deadline.
    pub fn len(&self) -> usize {
        self.due.len()
    }

    /// Whether no promise has a deadline.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}
