//! What the webhooks have done, for metrics.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use snapshots::Lsn;

/// Counted where it happens, read by whoever asks.
#[derive(Debug, Default)]
pub(super) struct Counters {
    taken: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    subscriptions: AtomicU64,
    waiting: AtomicU64,
    settled: AtomicU64,
    is_unread: AtomicBool,
    is_unwritten: AtomicBool,
}

/// What the webhooks have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls that were taken, since the start.
    pub taken: u64,
    /// Calls that failed, each attempt, since the start.
    pub failed: u64,
    /// Calls that were given up, since the start.
    pub given_up: u64,
    /// Subscriptions.
    pub subscriptions: u64,
    /// Calls that are queued or under way.
    pub waiting: u64,
    /// All subscriptions are settled up to this record.
    pub settled: Lsn,
}

impl Figures {
    /// Adds another shard's figures, but for the position, which counts within a shard.
    pub fn add(&mut self, other: &Figures) {
        self.taken += other.taken;
        self.failed += other.failed;
        self.given_up += other.given_up;
        self.subscriptions += other.subscriptions;
        self.waiting += other.waiting;
    }
}

impl Counters {
    pub(super) fn taken(&self) {
        self.taken.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn given_up(&self) {
        self.given_up.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stand(&self, subscriptions: usize, waiting: usize, settled: Lsn) {
        self.subscriptions.store(subscriptions as u64, Ordering::Relaxed);
        self.waiting.store(waiting as u64, Ordering::Relaxed);
        self.settled.store(settled.0, Ordering::Relaxed);
    }

    /// Whether the journal could be read the last time.
    pub(super) fn set_read(&self, is_read: bool) {
        self.is_unread.store(!is_read, Ordering::Relaxed);
    }

    /// Whether positions could be written the last time.
    pub(super) fn set_written(&self, is_written: bool) {
        self.is_unwritten.store(!is_written, Ordering::Relaxed);
    }

    /// Whether something of the server's own keeps calls from going out.
    pub(super) fn is_stuck(&self) -> bool {
        self.is_unread.load(Ordering::Relaxed) || self.is_unwritten.load(Ordering::Relaxed)
    }

    pub(super) fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            taken: read(&self.taken),
            failed: read(&self.failed),
            given_up: read(&self.given_up),
            subscriptions: read(&self.subscriptions),
            waiting: read(&self.waiting),
            settled: Lsn(read(&self.settled)),
        }
    }
}
