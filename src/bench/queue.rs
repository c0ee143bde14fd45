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
    Closed {
        left: Cell<u64>,
        until: Option<Instant>,
    },
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

    /// No more will come; drops what is left if it is too late for it, and says how many.
    pub(super) fn close(&self, drop_rest: bool) -> usize {
        self.closed.set(true);
        let mut due = self.due.borrow_mut();
        let dropped = if drop_rest { due.len() } else { 0 };
        if drop_rest {
            due.clear();
        }
        self.came.notify_waiters();
        dropped
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
