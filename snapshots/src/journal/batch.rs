//! What one write hands to the disk: records in a row, or none, which is a mark.
//!
//! One growing buffer that is used again and again, so that appending a record allocates nothing.
//! The buffer already has the layout of the local journal's frames; other journals walk over
//! [`Batch::records`].

use super::frame::{self, Head, Kind};
use crate::Lsn;
use crate::limits::SECTOR_BYTES;

/// Records that become durable together.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    records: usize,
    last: Lsn,
    last_ms: i64,
}

/// A record that is not durable yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending<'a> {
    /// Its place.
    pub lsn: Lsn,
    /// The time of its command.
    pub at_ms: i64,
    /// Its bytes, which the journal never looks into.
    pub payload: &'a [u8],
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a record; its LSN follows the one before it.
    ///
    /// # Panics
    /// If it leaves a hole (D2) or is larger than [`RECORD_BYTES_MAX`](crate::limits::RECORD_BYTES_MAX).
    pub fn push(&mut self, lsn: Lsn, at_ms: i64, payload: &[u8]) {
        assert!(
            self.is_empty() || lsn == self.last.next(),
            "D2: {lsn} after {}",
            self.last
        );
        assert!(
            payload.len() <= crate::limits::RECORD_BYTES_MAX,
            "a record of {}",
            payload.len()
        );
        frame::begin(&mut self.bytes, Kind::Record, lsn, at_ms, payload);
        self.records += 1;
        self.last = lsn;
        self.last_ms = at_ms;
    }

    /// Whether it has no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records
    }

    /// How many bytes it takes on the disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The LSN of its first record, if it has one.
    #[must_use]
    pub fn first(&self) -> Option<Lsn> {
        (!self.is_empty()).then(|| Lsn(self.last.0 - self.records as u64 + 1))
    }

    /// The LSN of its last record, if it has one.
    #[must_use]
    pub fn last(&self) -> Option<Lsn> {
        (!self.is_empty()).then_some(self.last)
    }

    /// Its records, in order.
    pub fn records(&self) -> impl Iterator<Item = Pending<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let head = Head::read(rest)?;
            let payload = &rest[frame::HEAD_BYTES..head.bytes()];
            rest = &rest[frame::bytes_of(head.length as usize)..];
            Some(Pending {
                lsn: head.lsn,
                at_ms: head.at_ms,
                payload,
            })
        })
    }

    /// Makes it empty and keeps its buffer.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.records = 0;
    }

    /// The bytes that a payload of this length takes in a batch.
    #[must_use]
    pub fn bytes_of(payload_bytes: usize) -> u64 {
        frame::bytes_of(payload_bytes) as u64
    }

    /// The time of its last record.
    pub(super) fn last_ms(&self) -> i64 {
        self.last_ms
    }

    /// Its frames as they go into `segment`.
    pub(super) fn sealed(&mut self, segment: u64, timeline: u32, durable: Lsn) -> &[u8] {
        frame::seal(&mut self.bytes, segment, timeline, durable);
        &self.bytes
    }
}

/// The bytes that a batch takes of a segment: the next one begins at a sector of its own.
pub(super) fn whole_sectors(bytes: u64) -> u64 {
    bytes.next_multiple_of(SECTOR_BYTES)
}
