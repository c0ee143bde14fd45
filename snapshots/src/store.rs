//! The snapshot: every entity at one position, in a database that may be lost at any time.
//!
//! A [`Follower`](crate::follower::Follower) is its only writer; anybody may read meanwhile.
//! The journal is the truth: a database that will not open, breaks or shows a wrong value is set
//! aside and rebuilt (D15), and nothing that it holds is served before it was checked (D7).
//! Where the journal no longer reaches back to its first record, the snapshot is all there is of
//! what was retired: then nothing is set aside, and nothing is ever set aside for lack of room.
//!
//! ```text
//!  <dir>/sled      the database
//!  <dir>/opening   there while it is opened: a start that finds it sets the database aside
//!  <dir>/doubted   there from a sync that fails until the database is read from the disk again
//!  <dir>/starts    how many starts in a row came to no batch; three are a crash loop
//!  <dir>/aside-n   what was set aside last, for somebody to look at
//! ```

mod index;
mod key;
mod load;
mod read;
mod row;
mod sled;
mod starts;
mod value;
mod writes;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{RwLock, RwLockWriteGuard};

pub use load::Extent;
pub use row::Mark;
pub(crate) use row::{LocationRow, TenantRow};
pub(crate) use value::Footprint;
pub(crate) use writes::{OldOrder, Writes};

use crate::disk::make_private;
use crate::{Lsn, Position};
use sled::Table;
use starts::Starts;

/// Why the snapshot did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is being rebuilt and is not yet where it was; ask again later.
    #[error("the snapshot is being rebuilt: it is at LSN {at}, and answers from {needed} on")]
    Rebuilding {
        /// How far it is.
        at: Lsn,
        /// From where on it answers.
        needed: Lsn,
    },
    /// A value is not what was written. It is never served; the follower rebuilds.
    #[error("the snapshot is damaged at {key}: {what}")]
    Damaged {
        /// What kind of row, and a digest of its key: keys hold mail addresses and names.
        key: String,
        /// What was seen.
        what: &'static str,
    },
    /// Rows are missing although no value is wrong.
    #[error("the snapshot has lost rows: {live} of {expected} were found")]
    Incomplete {
        /// Rows that were found.
        live: u64,
        /// Rows that were written.
        expected: u64,
    },
    /// It followed another journal, or this one before a restore.
    #[error("the snapshot is of another history: {what}")]
    Foreign {
        /// What differs.
        what: String,
    },
    /// The database says that it is broken.
    #[error("the database is broken: {what}")]
    Broken {
        /// In its words.
        what: String,
    },
    /// The disk is full. What is there is whole: it is neither set aside nor rebuilt.
    #[error("no space left for the snapshot")]
    NoSpace,
    /// It cannot be used, and it cannot be made anew: the journal no longer has the first records.
    #[error(
        "the snapshot in {} cannot be used ({why}), and the journal, whose oldest record is {oldest}, \
         cannot make it anew; nothing was moved or removed: keep a copy of the directory, and put \
         back a backup of the whole data directory, or an aside-n of this one in place of sled",
        dir.display()
    )]
    Irreplaceable {
        /// The snapshot's directory.
        dir: PathBuf,
        /// The oldest record that the journal has.
        oldest: Lsn,
        /// Why it cannot be used.
        why: Box<Error>,
    },
    /// Somebody else has the database open.
    #[error("the snapshot is in use by somebody else")]
    Locked,
    /// The directory cannot be made, or others may enter it.
    #[error(transparent)]
    Directory(#[from] crate::Error),
    /// The operating system refused a call.
    #[error("the snapshot could not be read or written")]
    Io(#[source] io::Error),
}

impl Error {
    fn damaged(key: &[u8], what: &'static str) -> Error {
        Error::Damaged { key: key::printable(key), what }
    }

    /// Whether the database is not to be trusted any more.
    fn is_final(&self) -> bool {
        !matches!(self, Error::Rebuilding { .. } | Error::NoSpace)
    }
}

/// A batch and what sled writes beside it: twice the largest batch of records.
const ROOM_BYTES: u64 = 16 << 20;

/// Whether a journal with this oldest record can make a snapshot anew.
fn is_whole(oldest: Lsn) -> bool {
    oldest <= Lsn(1)
}

/// The snapshot of one journal.
pub struct Store {
    dir: PathBuf,
    /// Readers share it for one answer; the follower has it alone for one batch.
    inner: RwLock<Inner>,
    starts: Starts,
    /// Somebody met an error; the follower sets the database aside.
    has_failed: AtomicBool,
    /// Orders that closed before this position may have left memory, so below it a row that is
    /// not there says nothing.
    needed: AtomicU64,
    /// The database found no room.
    has_starved: AtomicBool,
    /// A disk that is full when a test says so: sled finds that out …
    #[cfg(test)]
    pub(crate) is_full: AtomicBool,
    /// … or it is seen before sled does.
    #[cfg(test)]
    pub(crate) has_no_room: AtomicBool,
    /// A disk that refuses syncs when a test says so.
    #[cfg(test)]
    pub(crate) is_faulty: AtomicBool,
}

struct Inner {
    /// None only while it is set aside, or if it could not be opened anew.
    table: Option<Table>,
    mark: Mark,
}

impl Store {
    /// Opens the snapshot in `dir`, which is made if it is not there. What will not open, or
    /// ended the process when it was opened last, is set aside, and an empty one begins; but not
    /// if `oldest`, the oldest record of the journal, is not the first.
    ///
    /// # Errors
    /// When others may enter the directory, when it is in use, the disk is full, no empty one can be made either, or
    /// [`Error::Irreplaceable`].
    pub fn open(dir: &Path, oldest: Lsn) -> Result<Store, Error> {
        make_private(dir)?;
        let store = Store::closed(dir);
        let opened = match store.starts.begin()? {
            Some(why) if is_whole(oldest) => Err(Error::Broken { what: why.into() }),
            Some(why) => {
                tracing::warn!(why, "the snapshot cannot be made anew, so it is opened again");
                store.try_open_old()
            }
            None if is_whole(oldest) => store.try_open(),
            None => store.try_open_old(),
        };
        match opened {
            Ok(()) => {}
            Err(Error::Locked) => return Err(Error::Locked),
            Err(error) => store.set_aside(error, Lsn::ZERO, oldest)?,
        }
        Ok(store)
    }

    /// Opens the snapshot in `dir` to look at it: nothing is set aside. None if there is none.
    ///
    /// # Errors
    /// When it will not open.
    pub fn inspect(dir: &Path) -> Result<Option<Store>, Error> {
        let sled = dir.join("sled");
        if !sled.exists() {
            return Ok(None);
        }
        let store = Store::closed(dir);
        let table = Table::open(&sled)?;
        let mark = read::mark(&table)?;
        *store.inner.write() = Inner { table: Some(table), mark };
        Ok(Some(store))
    }

    fn closed(dir: &Path) -> Store {
        Store {
            dir: dir.to_path_buf(),
            inner: RwLock::new(Inner { table: None, mark: Mark::default() }),
            starts: Starts::of(dir),
            has_failed: AtomicBool::new(false),
            needed: AtomicU64::new(0),
            has_starved: AtomicBool::new(false),
            #[cfg(test)]
            is_full: AtomicBool::new(false),
            #[cfg(test)]
            has_no_room: AtomicBool::new(false),
            #[cfg(test)]
            is_faulty: AtomicBool::new(false),
        }
    }

    /// How far it is.
    #[must_use]
    pub fn position(&self) -> Position {
        self.mark().position
    }

    /// How far it is, and of which journal.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.inner.read().mark
    }

    /// Whether an error was met since it was opened or set aside.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Acquire)
    }

    /// Says that the snapshot is not to be trusted: the follower sets it aside and rebuilds it. Only
    /// tests say so from outside; what is broken says it by itself.
    pub fn distrust(&self) {
        self.fail();
    }

    /// Bytes on disk.
    ///
    /// # Errors
    /// When the database has none to tell.
    pub fn bytes(&self) -> Result<u64, Error> {
        match &self.inner.read().table {
            Some(table) => table.bytes(),
            None => Ok(0),
        }
    }

    /// Sets the database aside because of `why`, and begins an empty one. It answers again when
    /// it has reached `needed`: below, closed orders may be neither in it nor in memory.
    ///
    /// # Errors
    /// When no empty one can be made; when `why` is a full disk; when `oldest` says that the
    /// journal cannot make it anew. Nothing was moved then, but for the first.
    pub(crate) fn set_aside(&self, why: Error, needed: Lsn, oldest: Lsn) -> Result<(), Error> {
        match why {
            Error::NoSpace => return Err(why),
            Error::Irreplaceable { .. } => return Err(why),
            why if !is_whole(oldest) => return Err(self.irreplaceable(why, oldest)),
            _ => {}
        }
        let mut inner = self.inner.write();
        tracing::error!(%why, dir = %self.dir.display(), at = %inner.mark.position,
            "the snapshot is set aside and rebuilt from the journal");
        self.needed.fetch_max(needed.0, Ordering::AcqRel);
        inner.table = None;
        inner.mark = Mark::default();
        self.starts.set_aside()?;
        self.starts.opening()?;
        let opened = self.open_table();
        self.starts.opened()?;
        inner.table = Some(opened?);
        self.has_failed.store(false, Ordering::Release);
        Ok(())
    }

    /// Closes the database and opens it again: sled takes nothing after its first error. What it
    /// has is served as soon as it is open; until then, nothing is.
    ///
    /// # Errors
    /// When it will not open. It stays closed then, to be opened again later.
    pub(crate) fn reopen(&self) -> Result<(), Error> {
        let mut inner = self.inner.write();
        self.needed.fetch_max(inner.mark.lsn().0, Ordering::AcqRel);
        inner.table = None;
        self.has_starved.store(false, Ordering::Release);
        let table = self.open_marked()?;
        inner.mark = read::mark(&table)?;
        inner.table = Some(table);
        self.has_failed.store(false, Ordering::Release);
        Ok(())
    }

    /// Opens the database if an earlier attempt left it closed.
    pub(crate) fn open_if_closed(&self) -> Result<(), Error> {
        if self.inner.read().table.is_some() {
            return Ok(());
        }
        self.reopen()
    }

    /// Whether a batch will find room. sled gives up for good when it finds none, so it is not let
    /// come to that.
    ///
    /// # Errors
    /// [`Error::NoSpace`].
    pub(crate) fn room(&self) -> Result<(), Error> {
        #[cfg(test)]
        if self.has_no_room.load(Ordering::Acquire) {
            return Err(Error::NoSpace);
        }
        match rustix::fs::statvfs(&self.dir) {
            Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < ROOM_BYTES => {
                Err(Error::NoSpace)
            }
            _ => Ok(()),
        }
    }

    /// Whether the database itself has found no room, and takes nothing more until it is opened
    /// again.
    pub(crate) fn has_starved(&self) -> bool {
        self.has_starved.load(Ordering::Acquire)
    }

    fn irreplaceable(&self, why: Error, oldest: Lsn) -> Error {
        Error::Irreplaceable { dir: self.dir.clone(), oldest, why: Box::new(why) }
    }

    /// Makes `writes` and the position they end at true, together and durable.
    pub(crate) fn commit(&self, writes: Writes, mark: Mark) -> Result<(), Error> {
        let (together, mark) = writes.finish(&mark);
        let mut inner = self.inner.write();
        let Inner { table, .. } = &*inner;
        let table = table.as_ref().ok_or_else(|| self.rebuilding(&inner.mark))?;
        #[cfg(test)]
        self.refuse_if_full().inspect_err(|error| self.note(error))?;
        table.write(together).inspect_err(|error| self.note(error))?;
        inner.mark = mark;
        // Readers need not wait for the sync: what they see is durable in the journal.
        let inner = RwLockWriteGuard::downgrade(inner);
        if let Some(table) = &inner.table {
            self.sync(table).inspect_err(|error| self.note(error))?;
        }
        drop(inner);
        Ok(self.starts.went_well()?)
    }

    /// A sync is not tried again: the system reports a failure once and then calls the lost pages
    /// clean. The database is read from the disk before it is believed again, by whichever process.
    fn sync(&self, table: &Table) -> Result<(), Error> {
        let synced = table.sync();
        #[cfg(test)]
        let synced = synced.and_then(|()| self.refuse_if_faulty());
        if synced.is_err() {
            self.starts.doubt()?;
        }
        synced
    }

    /// Notes that this start came to something, so it is no crash loop.
    pub(crate) fn went_well(&self) -> Result<(), Error> {
        Ok(self.starts.went_well()?)
    }

    fn try_open(&self) -> Result<(), Error> {
        let table = self.open_marked()?;
        let mark = read::mark(&table)?;
        *self.inner.write() = Inner { table: Some(table), mark };
        Ok(())
    }

    /// Opens a database that must have something in it: the journal cannot make it anew.
    fn try_open_old(&self) -> Result<(), Error> {
        let lost = |what: &str| Err(Error::Broken { what: what.into() });
        if !self.dir.join("sled").join("db").exists() {
            return lost("it is gone");
        }
        self.try_open()?;
        match self.mark().lsn() {
            Lsn::ZERO => lost("it is empty"),
            _ => Ok(()),
        }
    }

    /// Opens the database with a marker that stays only if the process ends meanwhile.
    fn open_marked(&self) -> Result<Table, Error> {
        self.starts.opening()?;
        let opened = self.open_table();
        self.starts.opened()?;
        opened
    }

    fn open_table(&self) -> Result<Table, Error> {
        #[cfg(test)]
        self.refuse_if_full()?;
        let sled = self.dir.join("sled");
        if self.starts.is_doubted() {
            #[cfg(test)]
            self.refuse_if_faulty()?;
            Table::settle(&sled)?;
            self.starts.settled()?;
        }
        Table::open(&sled)
    }

    #[cfg(test)]
    fn refuse_if_full(&self) -> Result<(), Error> {
        match self.is_full.load(Ordering::Acquire) {
            true => Err(io::Error::from(io::ErrorKind::StorageFull).into()),
            false => Ok(()),
        }
    }

    #[cfg(test)]
    fn refuse_if_faulty(&self) -> Result<(), Error> {
        match self.is_faulty.load(Ordering::Acquire) {
            true => Err(io::Error::from(rustix::io::Errno::IO).into()),
            false => Ok(()),
        }
    }

    /// Remembers an error after which the database is not to be trusted, or takes nothing more.
    fn note(&self, error: &Error) {
        match error {
            Error::NoSpace => self.has_starved.store(true, Ordering::Release),
            error if error.is_final() => self.fail(),
            _ => {}
        }
    }

    fn fail(&self) {
        self.has_failed.store(true, Ordering::Release);
    }

    fn rebuilding(&self, mark: &Mark) -> Error {
        Error::Rebuilding {
            at: mark.position.lsn,
            needed: Lsn(self.needed.load(Ordering::Acquire)),
        }
    }
}
