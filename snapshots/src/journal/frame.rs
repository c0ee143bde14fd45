//! The bytes of one record in a segment, and of a mark: format 1.
//!
//! ```text
//! offset  size
//!      0     4  CRC-32C over the segment's number (8 bytes) and everything from offset 4 on
//!      4     4  what it is: "Crec" a record, "Cmrk" a mark
//!      8     4  length of the payload; 0 in a mark
//!     12     4  timeline
//!     16     8  LSN; in a mark that of the last record before it
//!     24     8  durable mark: the LSN that was durable when this was written
//!     32     8  milliseconds since 1970 of the command; in a mark those of the last record
//!     40     n  payload
//!   40+n   0-7  zeroes up to a multiple of 8
//! ```
//!
//! All numbers are little-endian. The segment's number is under the checksum but not stored, so
//! that a segment that was copied over another does not hold a single valid frame.

use crate::limits::RECORD_BYTES_MAX;
use crate::{Lsn, Position};

/// Bytes before the payload.
pub(super) const HEAD_BYTES: usize = 40;

/// Frames begin at multiples of this, so that a search has fewer places to look at.
pub(super) const ALIGN_BYTES: u64 = 8;

/// What a frame holds besides its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Record or mark.
    pub(super) kind: Kind,
    /// Bytes of the payload.
    pub(super) length: u32,
    /// The history the record belongs to.
    pub(super) timeline: u32,
    /// Its place in it.
    pub(super) lsn: Lsn,
    /// What was durable when it was written.
    pub(super) durable: Lsn,
    /// The time of its command.
    pub(super) at_ms: i64,
}

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One command's record.
    Record,
    /// An empty batch: proof that what stands before it was durable.
    Mark,
}

impl Head {
    /// Reads the head at the start of `bytes`. None if nothing of ours can begin there; whether
    /// the frame is valid only [`is_valid`] tells.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let kind = Kind::of(bytes.get(4..8)?)?;
        let length = u32::from_le_bytes(array(bytes, 8)?);
        if length as usize > RECORD_BYTES_MAX || (kind == Kind::Mark && length > 0) {
            return None;
        }
        let (lsn, durable) = (array(bytes, 16)?, array(bytes, 24)?);
        let (lsn, durable) = (Lsn(u64::from_le_bytes(lsn)), Lsn(u64::from_le_bytes(durable)));
        if lsn.max(durable) >= Lsn::END {
            return None;
        }
        Some(Self {
            kind,
            length,
            timeline: u32::from_le_bytes(array(bytes, 12)?),
            lsn,
            durable,
            at_ms: i64::from_le_bytes(array(bytes, 32)?),
        })
    }

    /// The bytes of head and payload, without the zeroes behind them.
    pub(super) fn bytes(&self) -> usize {
        HEAD_BYTES + self.length as usize
    }

    /// The LSN of the record that must follow.
    pub(super) fn next(&self) -> Lsn {
        self.lsn.next()
    }

    /// Whether this is what follows when the record `expected` is due: that record, or another
    /// mark behind the one before it.
    pub(super) fn fits(&self, expected: Lsn) -> bool {
        match self.kind {
            Kind::Record => self.lsn == expected,
            Kind::Mark => self.next() == expected,
        }
    }
}

impl Kind {
    /// The kind with these four bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"Crec" => Some(Self::Record),
            b"Cmrk" => Some(Self::Mark),
            _ => None,
        }
    }

    fn bytes(self) -> &'static [u8; 4] {
        match self {
            Self::Record => b"Crec",
            Self::Mark => b"Cmrk",
        }
    }
}

/// The bytes that a payload of this length takes.
pub(super) fn bytes_of(payload_bytes: usize) -> usize {
    (HEAD_BYTES + payload_bytes).next_multiple_of(ALIGN_BYTES as usize)
}

/// Appends a frame that [`seal`] finishes: who appends does not know yet in which segment it will
/// stand, and should not pay for the checksum.
pub(super) fn begin(into: &mut Vec<u8>, kind: Kind, lsn: Lsn, at_ms: i64, payload: &[u8]) {
    let end = into.len() + bytes_of(payload.len());
    let length = u32::try_from(payload.len()).expect("a payload is at most RECORD_BYTES_MAX");
    into.extend_from_slice(&[0; 4]);
    into.extend_from_slice(kind.bytes());
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&[0; 4]);
    into.extend_from_slice(&lsn.0.to_le_bytes());
    into.extend_from_slice(&[0; 8]);
    into.extend_from_slice(&at_ms.to_le_bytes());
    into.extend_from_slice(payload);
    into.resize(end, 0);
}

/// Writes what only the writer knows into every frame of `frames`, then the checksums.
pub(super) fn seal(frames: &mut [u8], segment: u64, timeline: u32, durable: Lsn) {
    let mut rest = frames;
    while !rest.is_empty() {
        let head = Head::read(rest).expect("a batch holds only frames that were begun");
        let (frame, after) = rest.split_at_mut(bytes_of(head.length as usize));
        frame[12..16].copy_from_slice(&timeline.to_le_bytes());
        frame[24..32].copy_from_slice(&durable.0.to_le_bytes());
        let checksum = checksum(segment, &frame[4..head.bytes()]);
        frame[..4].copy_from_slice(&checksum.to_le_bytes());
        rest = after;
    }
}

/// A mark behind the record at `position`, as it goes into `segment`: that record is durable.
pub(super) fn mark(segment: u64, position: Position, at_ms: i64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD_BYTES);
    begin(&mut bytes, Kind::Mark, position.lsn, at_ms, &[]);
    seal(&mut bytes, segment, position.timeline, position.lsn);
    bytes
}

/// Whether the head and payload in `frame` are what was written to this segment.
pub(super) fn is_valid(frame: &[u8], segment: u64) -> bool {
    array(frame, 0).map(u32::from_le_bytes) == Some(checksum(segment, &frame[4..]))
}

fn checksum(segment: u64, bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&segment.to_le_bytes()), bytes)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

#[cfg(test)]
mod tests;
