//! The bounds of the journal, each with its reason.

use std::time::Duration;

/// Bytes that a disk writes whole or not at all, at best. Every batch begins at a multiple of it,
/// so that no durable byte is ever written again and a cut can only hurt what was not answered.
pub const SECTOR_BYTES: u64 = 512;

/// The largest payload of one record. An order of 500 lines with its stored reply stays below
/// 1 MiB; four times that leaves room, and bounds what a reader allocates for a bad length.
pub const RECORD_BYTES_MAX: usize = 4 << 20;

/// The largest batch: what one write hands to the disk. Large enough for two of the largest
/// records, small enough that its sync stays within milliseconds on a slow disk.
pub const BATCH_BYTES_MAX: usize = 9 << 20;

/// The most records of one batch: its releases run one after the other, on the writer's thread,
/// before the next batch is taken.
pub const BATCH_RECORDS_MAX: usize = 8_192;

/// One segment, unless configured: a minute or two of full load, a fraction of a second to zero.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// The smallest segment that takes the largest record: a quarter of it, and some more.
pub const SEGMENT_BYTES_WHOLE: u64 = 17 << 20;

/// The smallest segment at all: a head, a small record and a mark, for tests of the journal. Its
/// largest record is smaller than [`RECORD_BYTES_MAX`], so nobody keeps orders in it.
pub const SEGMENT_BYTES_MIN: u64 = 4 << 10;

/// The newest bytes of the journal that are checked when it is opened. What is older is checked
/// when somebody reads it and by [`verify`](crate::journal::verify); a start must not take minutes.
pub const CHECKED_AT_OPEN_BYTES: u64 = 1 << 30;

/// How long nothing is appended before the writer puts a mark behind the last batch.
pub const IDLE_MS: u64 = 50;

/// A batch of more records than this means load: the writer then lets the next one gather.
pub const GATHER_FROM_RECORDS: usize = 2;

/// How often the writer looks whether more keeps coming while a batch gathers.
pub const GATHER_STEP: Duration = Duration::from_micros(100);

/// How long a batch gathers at most: a small part of the 5 ms that an answer may take.
pub const GATHER_MAX: Duration = Duration::from_micros(1_000);

/// Behind by fewer records than this, a follower leaves the cores to the traffic. A start replays
/// them, some 400,000 in a second. What is further behind is too far for an operator, too.
pub const BEHIND_MAX: u64 = 2_000_000;

/// How long to wait before trying again to make a segment on a full disk.
pub const ROOM_RETRY_MS: u64 = 1_000;

const _: () = assert!(2 * RECORD_BYTES_MAX < BATCH_BYTES_MAX, "two records share a batch");
const _: () =
    assert!((BATCH_BYTES_MAX as u64) < SEGMENT_BYTES / 4, "a batch never fills a segment");
const _: () = assert!(SEGMENT_BYTES_MIN.is_multiple_of(SECTOR_BYTES), "a segment is whole sectors");
