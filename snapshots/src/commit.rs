//! Group commit: many hand over records, one thread waits for the disk.
//!
//! ```text
//!  router          append ─┐                     ┌── write ── sync ──┐
//!  (never waits)   append ─┼─▶ forming group ──▶ │ taken group       │──▶ durable, then releases
//!                  hold   ─┘   (the next one)    └───────────────────┘    in the order of LSNs
//! ```
//!
//! While one group is on its way to the disk the next one forms: the slower the disk, the larger
//! the groups. A release is whatever waits for a record, usually a reply; it runs on the writer's
//! thread when the record is durable, and never before (D1, D11).
//! Knows [`Journal`](crate::journal::Journal) and nothing of files.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::journal::{Archive, Batch, Reader, Retention};
use crate::limits::SECTOR_BYTES;
use crate::{Error, Lsn, Position};

mod figures;
mod queue;
#[cfg(test)]
mod schedules;
mod writer;

/// What the queue's threads meet at; a test puts others in their place, which try every order.
mod sync {
    pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    pub(super) use parking_lot::{Condvar, Mutex};
}

pub use figures::{Figures, SYNC_BUCKETS};
pub use writer::{OnFailure, Turn, Writer, WriterByHand};

use queue::Queue;

/// What waits for a record to be durable.
pub trait Release: Send + 'static {
    /// Called once, when everything up to `at` is durable; `at` is what the reply reflects.
    /// Runs on the writer's thread, so it hands over and does not work. If the journal fails
    /// before, it is dropped without a call.
    fn release(self, at: Position);
}

/// The handle to append and hold with. Clones share one journal.
pub struct Commits<R: Release> {
    queue: Arc<Queue<R>>,
}

impl<R: Release> Clone for Commits<R> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<R: Release> Commits<R> {
    /// Gives a record the next LSN and queues it; never waits for the disk. `release` runs when
    /// the record is durable. After a failure or a stop the record goes nowhere and `release` is
    /// dropped.
    ///
    /// # Panics
    /// If the payload is larger than [`Self::record_bytes_max`].
    pub fn append(&self, at_ms: i64, payload: &[u8], release: Option<R>) -> Lsn {
        self.queue.append(at_ms, payload, release)
    }

    /// Runs `release` when all that was appended before is durable: at once, on this thread, if it
    /// already is. For reads and refusals, which saw memory that may not be durable (D11).
    pub fn hold(&self, release: R) {
        if let Some((release, at)) = self.queue.hold(release) {
            release.release(at);
        }
    }

    /// The last durable position.
    #[must_use]
    pub fn durable(&self) -> Position {
        self.queue.durable()
    }

    /// The LSN of the last record appended, durable or not.
    #[must_use]
    pub fn last(&self) -> Lsn {
        self.queue.last()
    }

    /// Whether the largest record fits for certain behind all that is queued. Who appends asks
    /// first and refuses changes meanwhile (D9); it becomes true again when there is room, but not
    /// after a stop or a failure.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let room = &self.queue.room;
        let record = Batch::bytes_of(room.record_bytes_max()) + SECTOR_BYTES;
        self.queue.queued_bytes() + record <= room.bytes() && !room.is_closing()
    }

    /// The largest payload that one record may have.
    #[must_use]
    pub fn record_bytes_max(&self) -> usize {
        self.queue.room.record_bytes_max()
    }

    /// Waits until a record beyond `lsn` is durable, the time is over, or the writer has ended;
    /// answers with the last durable position. For the threads of followers.
    #[must_use]
    pub fn wait_beyond(&self, lsn: Lsn, timeout: Duration) -> Position {
        self.queue.wait_beyond(lsn, timeout)
    }

    /// Whether the writer has ended, by a stop or by a failure: nothing more becomes durable.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.queue.has_ended.load(Ordering::Acquire)
    }

    /// The durable records after `after`, in order, also those that become durable later.
    ///
    /// # Errors
    /// As [`Archive::read_from`].
    pub fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error> {
        self.queue.archive.read_from(after)
    }

    /// Drops old segments while the writer goes on; for the thread of a follower (D13).
    ///
    /// # Errors
    /// As [`Archive::retire`].
    pub fn retire(&self, limits: Retention) -> Result<Lsn, Error> {
        self.queue.archive.retire(limits)
    }

    /// The journal as readers see it.
    #[must_use]
    pub fn archive(&self) -> Arc<dyn Archive> {
        Arc::clone(&self.queue.archive)
    }

    /// What was written so far, and how long the disk took.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.queue.counters.figures()
    }
}
