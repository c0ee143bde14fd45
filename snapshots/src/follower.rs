//! The follower: reads durable records and folds them into the snapshot, behind the traffic.
//!
//! ```text
//!  journal ── Reader ──▶ decode ──▶ Fold ──▶ one atomic batch with the position ──▶ sync
//!                                                                 │
//!                 closed orders may leave memory, segments may go ◀── Progress
//! ```
//!
//! Nobody waits for it, and it takes few turns with much in each: what many records did to a row is
//! written once, and an order that came and went between two turns is written as closed.
//! Whatever the database does, the answer is the same: set it aside, rebuild from the journal.
//! Two things are no reason to: a full disk, after which it goes on with what it has, and a journal
//! that has let go of its first records, which could not rebuild anything.

mod fold;
mod progress;
mod thread;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use progress::Progress;
pub use thread::Follower;

use crate::codec;
use crate::journal::{Archive, Reader, Retention};
use crate::limits::BEHIND_MAX;
use crate::recovery::{Error, belongs, position_of};
use crate::store::{self, Mark, Store, Writes};
use crate::{Lsn, Position};
use fold::Fold;

/// Segments are looked at for retirement each time so many records were folded in.
const RETIRE_EVERY_RECORDS: u64 = 16_384;

/// How the follower takes its turns.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long it lets records gather before it takes a turn.
    pub lag: Duration,
    /// At most so many records in one batch.
    pub records_max: usize,
    /// At most so many bytes of records in one batch, and one record more. A turn has a core for
    /// itself, whatever its priority, and requests wait for that core meanwhile: so a turn is
    /// short, 1 ms of orders or 10 ms of stocks.
    pub bytes_max: usize,
    /// Behind by fewer records than this, it leaves the cores to the traffic.
    pub behind_max: u64,
    /// How far the thread stands back behind the traffic: 0 to 19.
    pub nice: i32,
    /// What the journal keeps; none keeps it whole.
    pub keep: Option<Keep>,
    /// How long it is quiet before segments are looked at for retirement, and then again.
    pub retire_every: Duration,
}

/// How much of the journal stays (D13).
#[derive(Clone, Debug)]
pub struct Keep {
    /// Records of this long before the newest one stay, in milliseconds.
    pub ms: u64,
    /// Beyond so many bytes the oldest may go earlier.
    pub bytes: u64,
    /// The record up to which nobody else needs any: how far webhooks are.
    pub covered: Arc<AtomicU64>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            lag: Duration::from_secs(1),
            records_max: 1_024,
            bytes_max: 64 << 10,
            behind_max: BEHIND_MAX,
            nice: 19,
            keep: None,
            retire_every: Duration::from_secs(60),
        }
    }
}

/// What one turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// So many records were folded in; there may be more.
    Folded(usize),
    /// There was nothing to fold.
    Idle,
    /// The database was set aside; the next turns rebuild it.
    SetAside,
}

/// A follower that takes its turn when it is told to. [`Follower`] is one with a thread.
pub struct FollowerByHand {
    store: Arc<Store>,
    archive: Arc<dyn Archive>,
    options: Options,
    progress: Arc<Progress>,
    /// None at first, and after the database was set aside.
    reader: Option<Box<dyn Reader>>,
    retired_at: Lsn,
}

impl FollowerByHand {
    /// A follower from the store's position on.
    #[must_use]
    pub fn new(store: Arc<Store>, archive: Arc<dyn Archive>, options: Options) -> FollowerByHand {
        let progress = Arc::new(Progress::default());
        progress.reach(store.position().lsn);
        FollowerByHand { store, archive, options, progress, reader: None, retired_at: Lsn::ZERO }
    }

    /// How far it is, for others to see.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Folds one batch of what is durable, if there is any.
    ///
    /// # Errors
    /// When the journal cannot be read, or does not reach back to the snapshot, or the disk is
    /// full, or no empty database can be made. The next turn tries again; meanwhile
    /// [`Progress::trouble`] says why.
    pub fn turn(&mut self) -> Result<Turn, Error> {
        let turned = match self.try_turn() {
            Err(Error::Store(why)) => self.recover_from(why),
            other => other,
        };
        match turned {
            Ok(Turn::Idle) => self.progress.goes_on(),
            Ok(_) => {}
            Err(ref error) => {
                self.reader = None;
                self.progress.stuck(error.to_string());
            }
        }
        turned
    }

    /// What becomes of a database that has met an error.
    fn recover_from(&mut self, why: store::Error) -> Result<Turn, Error> {
        self.reader = None;
        let oldest = self.archive.oldest();
        let is_short = matches!(why, store::Error::NoSpace | store::Error::Locked);
        if is_short || oldest > Lsn(1) {
            // It is only short of room, or has what nobody else has: it goes on with what it has.
            let _ = self.store.went_well();
            if (!is_short || self.store.has_starved())
                && let Err(error) = self.store.reopen()
            {
                tracing::error!(%error, "the snapshot will not open again yet");
            }
            return Err(why.into());
        }
        let needed = self.store.position().lsn;
        self.progress.reach(Lsn::ZERO);
        self.store.set_aside(why, needed, oldest)?;
        Ok(Turn::SetAside)
    }

    fn try_turn(&mut self) -> Result<Turn, Error> {
        self.store.open_if_closed()?;
        if self.store.has_failed() {
            let what = "a reader met an error".into();
            return Err(store::Error::Broken { what }.into());
        }
        if self.reader.is_none() {
            let mark = self.store.mark();
            belongs(&mark, &*self.archive)??;
            self.reader = Some(self.archive.read_from(mark.lsn())?);
        }
        let mut fold = Fold::default();
        let (records, mark) = self.gather(&mut fold)?;
        let Some(mark) = mark else {
            self.store.went_well()?;
            return Ok(Turn::Idle);
        };
        self.store.room()?;
        let mut writes = Writes::after(&self.store.mark(), mark.lsn());
        fold.write(&self.store, &mut writes)?;
        let rows = writes.rows();
        self.store.commit(writes, mark)?;
        tracing::debug!(records, rows, at = %mark.position, "the snapshot has followed");
        self.progress.reach(mark.lsn());
        if mark.lsn().0 >= self.retired_at.0 + RETIRE_EVERY_RECORDS {
            self.retire()?;
        }
        Ok(Turn::Folded(records))
    }

    /// Reads and folds one batch of records: how many, and where it ends.
    fn gather(&mut self, fold: &mut Fold) -> Result<(usize, Option<Mark>), Error> {
        let reader = self.reader.as_mut().expect("a turn begins with a reader");
        let (mut records, mut bytes) = (0, 0);
        let mut last = None;
        while records < self.options.records_max && bytes < self.options.bytes_max {
            let Some(entry) = reader.next()? else { break };
            let lsn = entry.lsn;
            let record = codec::decode(&entry.payload);
            let record = record.map_err(|source| Error::Record { lsn, source })?;
            fold.apply(&self.store, &record, lsn)?;
            records += 1;
            bytes += entry.payload.len();
            last = Some((entry, record.at));
        }
        let mark = last.map(|(entry, at)| Mark {
            position: position_of(&entry),
            at,
            crc: crc32c::crc32c(&entry.payload),
            ..Mark::default()
        });
        Ok((records, mark))
    }

    /// Lets the journal drop what nobody needs any more (D13). Turns do so while records come;
    /// while none do, somebody calls this, since others may pass meanwhile what they held back.
    ///
    /// # Errors
    /// When a segment cannot be removed.
    pub fn retire(&mut self) -> Result<(), Error> {
        let Some(keep) = &self.options.keep else {
            return Ok(());
        };
        let mark = self.store.mark();
        self.retired_at = mark.lsn();
        let covered = Lsn(keep.covered.load(Ordering::Acquire));
        let before = i64::try_from(keep.ms).unwrap_or(i64::MAX);
        let limits = Retention {
            followers_passed: mark.lsn().min(covered),
            older_than_ms: mark.at.0.saturating_sub(before),
            keep_bytes: keep.bytes,
        };
        self.archive.retire(limits)?;
        Ok(())
    }

    /// Where the snapshot is.
    #[must_use]
    pub fn position(&self) -> Position {
        self.store.position()
    }
}

#[cfg(test)]
mod tests;
