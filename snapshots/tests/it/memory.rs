//! A journal that is no file: shows that the seam for other journals lets one in.
//!
//! It lasts as long as the process, like an engine whose disks are elsewhere.

use std::sync::Arc;

use parking_lot::Mutex;
use snapshots::journal::{Archive, Batch, Entry, Journal, Reader, Retention, Room};
use snapshots::{Error, Lsn, Position};

/// A journal in memory.
pub(crate) struct Memory {
    kept: Kept,
    room: Arc<Room>,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Entry>>>);

struct MemoryReader {
    kept: Kept,
    due: Lsn,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let room = Arc::new(Room::new(1 << 10, 1 << 20));
        room.set_bytes(u64::MAX);
        Self { kept: Kept::default(), room }
    }
}

impl Journal for Memory {
    fn claim(&mut self) -> Result<Position, Error> {
        Ok(Position { timeline: 1, lsn: self.kept.durable() })
    }

    fn append(&mut self, batch: &mut Batch) -> Result<Position, Error> {
        assert!(batch.first().is_none_or(|first| first == self.kept.durable().next()), "D2");
        let mut kept = self.kept.0.lock();
        kept.extend(batch.records().map(|record| Entry {
            lsn: record.lsn,
            timeline: 1,
            at_ms: record.at_ms,
            payload: record.payload.to_vec(),
        }));
        drop(kept);
        self.claim()
    }

    fn room(&self) -> Arc<Room> {
        Arc::clone(&self.room)
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(self.kept.clone())
    }
}

impl Archive for Kept {
    fn read_from(&self, after: Lsn) -> Result<Box<dyn Reader>, Error> {
        let last = self.durable();
        if after > last {
            return Err(Error::Beyond { after, last });
        }
        Ok(Box::new(MemoryReader { kept: self.clone(), due: after.next() }))
    }

    fn durable(&self) -> Lsn {
        Lsn(self.0.lock().len() as u64)
    }

    fn oldest(&self) -> Lsn {
        Lsn(1)
    }

    fn retire(&self, _: Retention) -> Result<Lsn, Error> {
        Ok(self.oldest())
    }
}

impl Reader for MemoryReader {
    fn next(&mut self) -> Result<Option<Entry>, Error> {
        let entry = self.kept.0.lock().get(self.due.before().0 as usize).cloned();
        self.due = entry.as_ref().map_or(self.due, |entry| entry.lsn.next());
        Ok(entry)
    }
}
