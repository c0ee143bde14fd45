//! The journal: every record, in order, durable, for ever or until it is retired.
//!
//! The seam for other journals: [`Journal`] is the writer's side, [`Archive`] everybody else's.
//! [`Local`] keeps it in files of this machine; nothing outside this folder knows that.
//! What a record says is no business of the journal: a payload is bytes.
//!
//! ```text
//!  router ── Commits ──▶ Writer ── append(batch) ──▶ Journal
//!                                                      │ durable
//!  followers ◀── Reader::next ◀── read_from(after) ── Archive
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::{Error, Lsn, Position};

mod batch;
mod frame;
mod local;
mod recover;
mod salvage;
mod segment;
mod shelf;
mod spares;
mod verify;
mod walk;

pub use batch::{Batch, Pending};
pub use local::{Local, Options, Prepare};
pub use salvage::{Readable, Salvage};
pub use verify::{Checked, Report, check, verify};

/// The writer's side of a journal. One thread has it.
pub trait Journal: Send + 'static {
    /// Becomes the only writer; answers with the last position there is.
    ///
    /// # Errors
    /// When somebody else is, or the journal cannot be written.
    fn claim(&mut self) -> Result<Position, Error>;

    /// Makes a batch durable, whole, before it returns; answers with the last position. The first
    /// record's LSN follows the last one's. An empty batch is a mark: it has no LSN, and shows
    /// that all before it was durable.
    ///
    /// # Errors
    /// The first error is final (D8): whether the batch is durable is unknown, and every later
    /// call answers [`Error::Failed`].
    fn append(&mut self, batch: &mut Batch) -> Result<Position, Error>;

    /// What still fits, kept up to date by the journal.
    fn room(&self) -> Arc<Room>;

    /// The side of readers and of retention, usable from any thread while appends go on.
    fn archive(&self) -> Arc<dyn Archive>;

    /// The records after `after`, in order.
    ///
    /// # Errors
    /// As [`Archive::read_from`].
    fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error> {
        self.archive().read_from(after)
    }
}

/// The durable part of a journal.
pub trait Archive: Send + Sync + 'static {
    /// The records after `after`, in order, also those that become durable later.
    ///
    /// # Errors
    /// [`Error::Gone`] if the next one was retired, [`Error::Beyond`] if `after` is past the end.
    fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error>;

    /// The last durable record.
    fn durable(&self) -> Lsn;

    /// The oldest record that is kept, or the first that will be written.
    fn oldest(&self) -> Lsn;

    /// Drops what `limits` allows, oldest first and in whole segments; answers with the oldest
    /// record that is kept (D13).
    ///
    /// # Errors
    /// When something could not be removed.
    fn retire(&self, limits: Retention) -> Result<Lsn, Error>;
}

/// A place in the journal that moves on.
pub trait Reader: Send {
    /// The next record, or `None` when nothing more is durable for now: ask again later.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a durable record is not what was written, [`Error::Gone`] if it was
    /// retired before it was read. The reader stays where it is.
    fn next(&mut self) -> Result<Option<Entry>, Error>;
}

/// A durable record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub lsn: Lsn,
    /// The history it belongs to.
    pub timeline: u32,
    /// The time of its command, so that looking for an instant decodes nothing.
    pub at_ms: i64,
    /// Its bytes.
    pub payload: Vec<u8>,
}

/// What may be dropped: a segment whose every record followers have passed, and that is either
/// old enough or over the budget. The newest records always stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The snapshot has passed this record, and so have webhooks.
    pub followers_passed: Lsn,
    /// Records before this instant are old enough.
    pub older_than_ms: i64,
    /// More bytes than this are over the budget.
    pub keep_bytes: u64,
}

/// How much can certainly still be written, shared between the journal and whoever admits work.
#[derive(Debug)]
pub struct Room {
    bytes: AtomicU64,
    record_bytes_max: usize,
    batch_bytes_max: u64,
    closing: AtomicBool,
}

impl Room {
    /// Room for nothing yet, in a journal with these bounds.
    #[must_use]
    pub fn new(record_bytes_max: usize, batch_bytes_max: u64) -> Self {
        Self {
            bytes: AtomicU64::new(0),
            record_bytes_max,
            batch_bytes_max,
            closing: AtomicBool::new(false),
        }
    }

    /// Bytes of batches that fit for certain.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    /// Says how many bytes fit for certain.
    pub fn set_bytes(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Release);
    }

    /// The largest payload that one record of this journal may have.
    pub fn record_bytes_max(&self) -> usize {
        self.record_bytes_max
    }

    /// The largest batch that this journal takes.
    pub fn batch_bytes_max(&self) -> u64 {
        self.batch_bytes_max
    }

    /// Says that the writer stops: an append that waits for room gives up.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    /// Whether the writer stops.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }
}
