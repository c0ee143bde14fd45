//! How far a follower is, for those who may let go of what it has passed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::Lsn;

/// How far a follower is. Goes back to zero when the snapshot is rebuilt.
#[derive(Debug, Default)]
pub struct Progress {
    passed: AtomicU64,
    /// What keeps it from going on, in words for an operator.
    trouble: Mutex<Option<String>>,
    moved: Condvar,
}

impl Progress {
    /// The last record that the snapshot holds: an order that was closed by then may leave memory.
    #[must_use]
    pub fn passed(&self) -> Lsn {
        Lsn(self.passed.load(Ordering::Acquire))
    }

    /// What keeps the follower from going on, if anything does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().clone()
    }

    /// Waits until the record at `lsn` is passed or the time is over; answers with what is passed.
    #[must_use]
    pub fn wait_for(&self, lsn: Lsn, timeout: Duration) -> Lsn {
        let until = Instant::now() + timeout;
        let mut trouble = self.trouble.lock();
        while self.passed() < lsn && !self.moved.wait_until(&mut trouble, until).timed_out() {}
        drop(trouble);
        self.passed()
    }

    pub(super) fn reach(&self, lsn: Lsn) {
        *self.trouble.lock() = None;
        self.passed.store(lsn.0, Ordering::Release);
        self.moved.notify_all();
    }

    pub(super) fn goes_on(&self) {
        *self.trouble.lock() = None;
    }

    pub(super) fn stuck(&self, why: String) {
        *self.trouble.lock() = Some(why);
        self.moved.notify_all();
    }
}
