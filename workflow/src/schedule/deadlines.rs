//! Deadlines in the order in which they fall due.

use std::collections::BTreeSet;

use crate::time::{Millis, Time};

/// What falls due when: promises, mails. A deadline is in the order's state too, so none can be
/// lost: this is only the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines<What: Ord> {
    due: BTreeSet<(Time, What)>,
}

impl<What: Ord> Default for Deadlines<What> {
    fn default() -> Deadlines<What> {
        Deadlines { due: BTreeSet::new() }
    }
}

impl<What: Ord + Copy> Deadlines<What> {
    /// Notes that `what` falls due at `at`.
    pub fn arm(&mut self, at: Time, what: What) {
        self.due.insert((at, what));
    }

    /// Forgets that `what` falls due at `at`.
    pub fn disarm(&mut self, at: Time, what: What) {
        self.due.remove(&(at, what));
    }

    /// The next deadline.
    pub fn first(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The next deadline after `now`; `least` is the least that may fall due.
    pub fn first_after(&self, now: Time, least: What) -> Option<Time> {
        let from = (now + Millis(1), least);
        self.due.range(from..).map(|(at, _)| *at).next()
    }

    /// The deadlines that have passed, the oldest first.
    pub fn overdue(&self, now: Time) -> impl Iterator<Item = (Time, What)> + '_ {
        self.due.iter().copied().take_while(move |(at, _)| *at <= now)
    }

    /// What falls due from one instant to before another; `least` is the least that may.
    pub fn between(
        &self,
        from: Time,
        to: Time,
        least: What,
    ) -> impl Iterator<Item = (Time, What)> + '_ {
        self.due.range((from, least)..).copied().take_while(move |(at, _)| *at < to)
    }

    /// How many deadlines there are.
    pub fn len(&self) -> usize {
        self.due.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}
