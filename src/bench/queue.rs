//! What is due, and who waits for it.
//!
//! In a closed loop the next request is due when the answer to the last one has come. In an open
//! loop requests become due by the clock, and wait here when no connection is free; their latency
//! counts from when they were due.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Instant;

use tokio::sync::Notify;

/// The requests of one thread that are due.
#[derive(Debug)]
pub(super) enum Queue {
    /// Always one more, until the end.
    Closed { left: Cell<u64>, until: Option<Instant> },
    /// Those that the clock has put in.
    Open(Open),
}

/// The queue of an open loop.
#[derive(Debug, Default)]
pub(super) struct Open {
    due: RefCell<VecDeque<Instant>>,
    came: Notify,
    idle: Cell<usize>,
    closed: Cell<bool>,
}

impl Queue {
    /// Whether nothing is due now.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Closed { .. } => false,
            Self::Open(open) => open.due.borrow().is_empty(),
        }
    }

    /// The instant at which the next request was due; waits for it, and ends with `None`.
    pub(super) async fn next(&self) -> Option<Instant> {
        match self {
            Self::Closed { left, until } => {
                let now = Instant::now();
                if left.get() == 0 || until.is_some_and(|end| now >= end) {
                    return None;
                }
                left.set(left.get() - 1);
                Some(now)
            }
            Self::Open(open) => open.next().await,
        }
    }
}

impl Open {
    /// Puts a request in.
    pub(super) fn put(&self, due: Instant) {
        self.due.borrow_mut().push_back(due);
        // The connection used last is the one least likely to have been closed.
        self.came.notify_last();
    }

    /// Requests that wait for more connections than are idle.
    pub(super) fn short_of(&self) -> usize {
        self.due.borrow().len().saturating_sub(self.idle.get())
    }

    /// No more will come; takes out and returns what is left if it is too late to send it.
    pub(super) fn close(&self, drop_rest: bool) -> VecDeque<Instant> {
        self.closed.set(true);
        self.came.notify_waiters();
        if drop_rest { self.due.take() } else { VecDeque::new() }
    }

    async fn next(&self) -> Option<Instant> {
        loop {
            // Nothing can come between the look and the wait: both are on one thread.
            if let Some(due) = self.due.borrow_mut().pop_front() {
                return Some(due);
            }
            if self.closed.get() {
                return None;
            }
            self.idle.set(self.idle.get() + 1);
            self.came.notified().await;
            self.idle.set(self.idle.get() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_closed_loop_ends_with_its_jobs_or_its_time() {
        let next = |left, until| {
            let queue = Queue::Closed { left: Cell::new(left), until };
            let mut count = 0;
            while futures_util::FutureExt::now_or_never(queue.next()).unwrap().is_some() {
                count += 1;
            }
            count
        };
        assert_eq!(next(3, None), 3);
        assert_eq!(next(3, Some(Instant::now())), 0);
    }

    #[test]
    fn what_is_due_waits_in_order_and_what_is_left_is_handed_back() {
        let open = Open::default();
        let start = Instant::now();
        let due = |nth| start + Duration::from_millis(nth);
        (0..3).for_each(|nth| open.put(due(nth)));
        assert_eq!(open.short_of(), 3);
        let queue = Queue::Open(open);
        let next = || futures_util::FutureExt::now_or_never(queue.next()).unwrap();
        assert_eq!(next(), Some(due(0)));
        let Queue::Open(open) = &queue else { panic!("it was open") };
        assert_eq!(open.close(true), [due(1), due(2)]);
        assert_eq!(next(), None);
    }
}
