//! The journal in files of this machine.
//!
//! One write and one sync per batch into the present segment; the next one is already there when
//! it is full. After the first error nothing is written any more (D8).

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::whole_sectors;
use super::frame::{self, Kind};
use super::recover::{self, End, Look};
use super::segment::{self, BODY, Plan, Segment};
use super::shelf::{LocalArchive, Shelf, Shelved};
use super::spares::Spares;
use super::{Archive, Batch, Journal, Room};
use crate::disk::{Access, Disk, Lock};
use crate::limits::{
    BATCH_BYTES_MAX, CHECKED_AT_OPEN_BYTES, RECORD_BYTES_MAX, SECTOR_BYTES, SEGMENT_BYTES,
    SEGMENT_BYTES_MIN,
};
use crate::{Error, Lsn, Position};

/// A journal in a directory of its own.
pub struct Local {
    segment: Segment,
    /// Where in it the next batch begins.
    at: u64,
    last: Position,
    last_ms: i64,
    /// Whether a mark behind the last record shows that it was durable.
    is_proven: bool,
    has_failed: bool,
    shelf: Arc<Shelf>,
    spares: Spares,
    room: Arc<Room>,
    _lock: Box<dyn Lock>,
}

/// How a local journal is kept.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes of one segment, a multiple of [`SECTOR_BYTES`].
    pub segment_bytes: u64,
    /// Where the history of an empty directory begins: its first record has the LSN after this.
    /// The timeline also counts in a directory that is not empty, if it is later than the last
    /// record's: a restore sets it one higher.
    pub begin: Position,
    /// Who makes the next segment.
    pub prepare: Prepare,
    /// How many of the newest bytes are checked when the journal is opened.
    pub checked_at_open_bytes: u64,
}

/// Who makes the next segment, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepare {
    /// A thread, while the present one fills.
    Ahead,
    /// The writer, for simulations: the same calls in the same order, every time.
    Inline,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            begin: Position { timeline: 1, lsn: Lsn::ZERO },
            prepare: Prepare::Ahead,
            checked_at_open_bytes: CHECKED_AT_OPEN_BYTES,
        }
    }
}

impl Local {
    /// Opens the journal in `dir`, which is made if it is not there, and locks it. Finds the end,
    /// cuts a torn tail, and has made durable what it kept when it returns.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Unsafe`], [`Error::UnknownFormat`], [`Error::Damaged`], or what
    /// the disk says.
    ///
    /// # Panics
    /// If the segments of `options` are too small or not whole sectors.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, options: Options) -> Result<Self, Error> {
        assert!(options.segment_bytes >= SEGMENT_BYTES_MIN, "segments hold a record and a mark");
        assert!(options.segment_bytes.is_multiple_of(SECTOR_BYTES), "segments are whole sectors");
        disk.make_dir(dir)?;
        let lock = disk.lock(dir)?;
        segment::remove_unfinished(&*disk, dir)?;
        // What a crash left of renames and removals is made the truth before it is believed.
        disk.sync_dir(dir)?;
        let look = Look { bytes: options.checked_at_open_bytes, settle: true };
        let end = match recover::find_end(&*disk, dir, look)? {
            Some(end) => end,
            None => begin(&*disk, dir, options)?,
        };
        if let Some(torn) = &end.torn {
            recover::cut(&*disk, dir, torn)?;
        }
        let spares = spares_to_keep(&*disk, dir, &end.spares, options.segment_bytes)?;
        let end = End { spares, ..end };
        Self::at_end((disk, dir.to_path_buf()), lock, end, options)
    }

    fn at_end(
        (disk, dir): (Arc<dyn Disk>, PathBuf),
        lock: Box<dyn Lock>,
        end: End,
        options: Options,
    ) -> Result<Self, Error> {
        let open = |number| Segment::open(&*disk, &dir, number, Access::Write);
        let number = end.shelved.last().expect("there is always a segment").number;
        let segment = open(number)?;
        let ready =
            end.spares.iter().map(|&spare| open(spare)).collect::<Result<VecDeque<_>, _>>()?;
        let written = end.head.map_or(0, |head| head.timeline);
        let timeline = options.begin.timeline.max(written);
        let length = options.segment_bytes;
        let number = number + ready.len() as u64 + 1;
        let plan = Plan { number, length, timeline, first: None };
        let (record, batch) = bounds(length);
        let room = Arc::new(Room::new(record, batch));
        let left = left(&segment, end.at);
        let shelf = Shelf::new(Arc::clone(&disk), dir.clone(), end.shelved, end.last);
        let spares = (ready, plan, left);
        let spares = Spares::start((disk, dir), Arc::clone(&room), spares, options.prepare)?;
        spares.make_ready()?;
        Ok(Self {
            segment,
            at: end.at,
            last: Position { timeline, lsn: end.last },
            last_ms: end.head.map_or(0, |head| head.at_ms),
            is_proven: end.head.is_none_or(|head| head.kind == Kind::Mark),
            has_failed: false,
            shelf,
            spares,
            room,
            _lock: lock,
        })
    }

    /// One write, one sync.
    fn write(&mut self, batch: &mut Batch) -> Result<(), Error> {
        let bytes = batch.bytes();
        assert!(bytes <= self.room.batch_bytes_max(), "a batch of {bytes} bytes");
        let begins = whole_sectors(bytes) > left(&self.segment, self.at);
        if begins {
            self.segment = self.spares.take()?;
            self.at = BODY;
        }
        let frames = batch.sealed(self.segment.number, self.last.timeline, self.last.lsn);
        self.segment.file.write_at(frames, self.at)?;
        self.segment.file.sync()?;
        self.at += whole_sectors(bytes);
        if begins {
            let first = batch.first().expect("a mark begins no segment");
            let first_ms = batch.records().next().map_or(0, |record| record.at_ms);
            let (number, bytes) = (self.segment.number, self.segment.length);
            self.shelf.begin(Shelved { number, first, first_ms, bytes });
        }
        Ok(())
    }

    fn append_records(&mut self, batch: &mut Batch, last: Lsn) -> Result<(), Error> {
        assert_eq!(batch.first(), Some(self.last.lsn.next()), "D2: no holes");
        self.write(batch)?;
        self.last.lsn = last;
        self.last_ms = batch.last_ms();
        self.is_proven = false;
        self.shelf.set_durable(last);
        Ok(())
    }

    /// Puts a mark behind the last batch if none is there. Every batch leaves it a sector; only a
    /// journal that recovery cut in its very last one has none, and goes without.
    fn append_mark(&mut self) -> Result<(), Error> {
        if self.is_proven || self.at + SECTOR_BYTES > self.segment.length {
            return Ok(());
        }
        let mark = frame::mark(self.segment.number, self.last, self.last_ms);
        self.segment.file.write_at(&mark, self.at)?;
        self.segment.file.sync()?;
        self.at += SECTOR_BYTES;
        self.is_proven = true;
        Ok(())
    }
}

impl Journal for Local {
    /// The lock is already ours; what is left is the mark that shows that the end which recovery
    /// found is durable, so that damage to it later is not taken for a torn tail.
    fn claim(&mut self) -> Result<Position, Error> {
        self.append(&mut Batch::new())
    }

    fn append(&mut self, batch: &mut Batch) -> Result<Position, Error> {
        if self.has_failed {
            return Err(Error::Failed);
        }
        let appended = match batch.last() {
            Some(last) => self.append_records(batch, last),
            None => self.append_mark(),
        };
        let left = left(&self.segment, self.at);
        let appended = appended.and_then(|()| {
            self.spares.set_left(left);
            self.spares.make_ready()
        });
        self.has_failed = appended.is_err();
        appended.map(|()| self.last)
    }

    fn room(&self) -> Arc<Room> {
        Arc::clone(&self.room)
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(LocalArchive(Arc::clone(&self.shelf)))
    }
}

/// The first segment of a journal that has none.
fn begin(disk: &dyn Disk, dir: &Path, options: Options) -> Result<End, Error> {
    let Position { timeline, lsn } = options.begin;
    let (first, length) = (lsn.next(), options.segment_bytes);
    Segment::make(disk, dir, Plan { number: 1, length, timeline, first: Some(first) })?;
    let shelved = Shelved { number: 1, first, first_ms: i64::MIN, bytes: length };
    Ok(End {
        shelved: vec![shelved],
        at: BODY,
        spares: Vec::new(),
        last: lsn,
        head: None,
        torn: None,
        records: 0,
        skipped: 0,
    })
}

/// Removes spares of another length than is configured now: a batch might not fit into them. The
/// newest first, each for good before the next, so that a crash leaves no gap.
fn spares_to_keep(
    disk: &dyn Disk,
    dir: &Path,
    spares: &[u64],
    length: u64,
) -> Result<Vec<u64>, Error> {
    let mut keep = 0;
    for &number in spares {
        if Segment::open(disk, dir, number, Access::Read)?.length != length {
            break;
        }
        keep += 1;
    }
    for &number in spares[keep..].iter().rev() {
        disk.remove(&segment::path(dir, number))?;
        disk.sync_dir(dir)?;
    }
    Ok(spares[..keep].to_vec())
}

/// What a batch may take of a segment from `at` on: the rest, less a sector for the mark behind it.
fn left(segment: &Segment, at: u64) -> u64 {
    segment.length.saturating_sub(at + SECTOR_BYTES)
}

/// The largest payload and the largest batch for segments of this length: the bounds of
/// `limits.rs`, or what leaves room for more than one in small segments.
fn bounds(segment_bytes: u64) -> (usize, u64) {
    let body = segment_bytes - BODY - SECTOR_BYTES;
    (RECORD_BYTES_MAX.min((body / 4) as usize), BATCH_BYTES_MAX.min((body / 2) as usize) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SEGMENT_BYTES_WHOLE;

    #[test]
    fn segments_that_may_be_configured_take_the_largest_record() {
        assert_eq!(bounds(SEGMENT_BYTES_WHOLE).0, RECORD_BYTES_MAX);
        assert!(bounds(SEGMENT_BYTES_WHOLE).1 > Batch::bytes_of(RECORD_BYTES_MAX));
        assert!(bounds(SEGMENT_BYTES_MIN).0 < RECORD_BYTES_MAX);
    }
}
