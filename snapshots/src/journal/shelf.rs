//! The readers' side of the local journal: which segments there are, and walking over them.
//!
//! The writer puts a segment here when its first batch is durable, followers read and retire from
//! their own threads. A reader never looks at a record beyond what is durable, because its bytes
//! may be half there (D11).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::frame::Kind;
use super::segment::{self, BODY, Segment};
use super::walk::{Follow, Found, Walk};
use super::{Archive, Entry, Reader, Retention};
use crate::disk::{Access, Disk};
use crate::{Error, Lsn};

/// The durable part of a local journal.
pub(super) struct Shelf {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    durable: AtomicU64,
    /// Oldest first, never empty; the last one is being written.
    segments: Mutex<Vec<Shelved>>,
    /// The segment that is off the shelf and not surely off the disk. One leaves at a time; not
    /// the lock above, because that must never wait for a disk.
    leaving: Mutex<Option<u64>>,
}

/// A segment, known by what it begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelved {
    /// Its number.
    pub(super) number: u64,
    /// Its first record, or the one that will be.
    pub(super) first: Lsn,
    /// The time of that record: everything in the segment before is at most as new (P5).
    pub(super) first_ms: i64,
    /// Its length.
    pub(super) bytes: u64,
}

/// A place on the shelf.
struct ShelfReader {
    shelf: Arc<Shelf>,
    walk: Walk,
    /// Where the next frame is looked for.
    at: u64,
    /// The next record.
    due: Lsn,
    /// What was durable when the walk last read: what it has of later records may be old bytes.
    seen: Lsn,
}

impl Shelf {
    /// A shelf with these segments, of which all up to `durable` may be read.
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        segments: Vec<Shelved>,
        durable: Lsn,
    ) -> Arc<Self> {
        let durable = AtomicU64::new(durable.0);
        let (segments, leaving) = (Mutex::new(segments), Mutex::new(None));
        Arc::new(Self { disk, dir, durable, segments, leaving })
    }

    /// Adds the segment that was begun; its first batch is durable.
    pub(super) fn begin(&self, segment: Shelved) {
        self.segments.lock().push(segment);
    }

    /// Lets readers see the records up to `lsn`.
    pub(super) fn set_durable(&self, lsn: Lsn) {
        self.durable.store(lsn.0, Ordering::Release);
    }

    /// The last record that readers may see.
    pub(super) fn durable(&self) -> Lsn {
        Lsn(self.durable.load(Ordering::Acquire))
    }

    /// Opens the segment that holds `lsn`, or will; says which record it begins with. Under the
    /// lock, so that it is not removed before it is open.
    fn holding(&self, lsn: Lsn) -> Result<(Segment, Lsn), Error> {
        let segments = self.segments.lock();
        let Some(found) = segments.iter().rev().find(|segment| segment.first <= lsn) else {
            let oldest = segments.first().map_or(Lsn::ZERO, |oldest| oldest.first);
            return Err(Error::Gone { after: lsn.before(), oldest });
        };
        let segment = Segment::open(&*self.disk, &self.dir, found.number, Access::Read)?;
        Ok((segment, found.first))
    }

    /// Takes the oldest segment from the shelf if it may go. The last one never may, nor may one
    /// whose follower is not durable: there is always a record to tell where the journal is.
    fn take_retired(&self, limits: Retention) -> Option<u64> {
        let mut segments = self.segments.lock();
        let total: u64 = segments.iter().map(|segment| segment.bytes).sum();
        let [oldest, next, ..] = segments.as_slice() else {
            return None;
        };
        let passed = next.first.before() <= limits.followers_passed.min(self.durable());
        let old = next.first_ms < limits.older_than_ms;
        let over = total > limits.keep_bytes;
        let retired = oldest.number;
        (passed && (old || over)).then(|| {
            segments.remove(0);
            retired
        })
    }
}

/// The archive that is handed out: the shelf, shared with its readers.
pub(super) struct LocalArchive(pub(super) Arc<Shelf>);

impl Archive for LocalArchive {
    fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error> {
        let last = self.durable();
        if after > last {
            return Err(Error::Beyond { after, last });
        }
        let (segment, due) = self.0.holding(after.next())?;
        let seen = self.0.durable();
        let shelf = Arc::clone(&self.0);
        let mut reader = ShelfReader { shelf, walk: Walk::over(segment), at: BODY, due, seen };
        reader.skip_to(after.next())?;
        Ok(Box::new(reader))
    }

    fn durable(&self) -> Lsn {
        self.0.durable()
    }

    fn oldest(&self) -> Lsn {
        self.0.segments.lock().first().map_or(Lsn::ZERO, |oldest| oldest.first)
    }

    fn retire(&self, limits: Retention) -> Result<Lsn, Error> {
        let mut leaving = self.0.leaving.lock();
        loop {
            // While one does not go no other does, and each is gone for good before the next: two
            // removals of which the disk keeps the later would be a gap.
            *leaving = leaving.or_else(|| self.0.take_retired(limits));
            let Some(number) = *leaving else { return Ok(self.oldest()) };
            self.0.disk.remove(&segment::path(&self.0.dir, number))?;
            self.0.disk.sync_dir(&self.0.dir)?;
            *leaving = None;
        }
    }
}

impl ShelfReader {
    /// Passes all records before `wanted`. Where a record stands is kept nowhere: this happens once
    /// per reader and reads at most one segment.
    fn skip_to(&mut self, wanted: Lsn) -> Result<(), Error> {
        while self.due < wanted {
            let found = self.find_record()?;
            self.pass(&found);
        }
        Ok(())
    }

    /// The record that is due, which is durable.
    fn find_record(&mut self) -> Result<Found, Error> {
        loop {
            let found = self.find()?;
            if found.head.kind == Kind::Record {
                return Ok(found);
            }
            self.pass(&found);
        }
    }

    /// The next frame: here, in the next segment, or behind bytes that belong to no record.
    fn find(&mut self) -> Result<Found, Error> {
        if let Some(found) = self.walk.step(self.at, self.due)? {
            return Ok(found);
        }
        let (holding, _) = self.shelf.holding(self.due)?;
        if holding.number != self.walk.segment().number {
            self.walk = Walk::over(holding);
            self.at = BODY;
        }
        match self.walk.follow(self.at, self.due)? {
            Follow::Frame(found) => Ok(found),
            Follow::Nothing(rest) => {
                let what = "a durable record is not what was written";
                Err(self.walk.segment().damaged(rest.hole, self.due, what))
            }
        }
    }

    fn pass(&mut self, found: &Found) {
        self.at = found.end();
        self.due = found.head.next();
    }
}

impl Reader for ShelfReader {
    fn next(&mut self) -> Result<Option<Entry>, Error> {
        let durable = self.shelf.durable();
        if self.due > durable {
            return Ok(None);
        }
        if self.due > self.seen {
            self.seen = durable;
            self.walk.forget();
        }
        let found = self.find_record()?;
        let payload = self.walk.payload(&found)?.to_vec();
        self.pass(&found);
        let Found { head, .. } = found;
        Ok(Some(Entry { lsn: head.lsn, timeline: head.timeline, at_ms: head.at_ms, payload }))
    }
}
