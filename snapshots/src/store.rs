//! The snapshot: every entity at one position, in a database that may be lost at any time.
//!
//! A [`Follower`](crate::follower::Follower) is its only writer; anybody may read meanwhile.
//! The journal is the truth: a database that will not open, breaks or shows a wrong value is set
//! aside and rebuilt (D15), and nothing that it holds is served before it was checked (D7).
//!
//! ```text
//!  <dir>/sled      the database
//!  <dir>/opening   there while it is opened: a start that finds it sets the database aside
//!  <dir>/starts    how many starts in a row came to no batch; three are a crash loop
//!  <dir>/aside-n   what was set aside last, for somebody to look at
//! ```

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
    #[error("the snapshot is damaged at key {key}: {what}")]
    Damaged {
        /// The key, printable.
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
    /// Somebody else has the database open.
    #[error("the snapshot is in use by somebody else")]
    Locked,
    /// The operating system refused a call.
    #[error("the snapshot could not be read or written")]
    Io(#[source] io::Error),
}

impl Error {
    fn damaged(key: &[u8], what: &'static str) -> Error {
        let key = key.escape_ascii().to_string();
        Error::Damaged { key, what }
    }

    /// Whether the database is to be set aside.
    fn is_final(&self) -> bool {
        !matches!(self, Error::Rebuilding { .. })
    }
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
}

struct Inner {
    /// None only while it is set aside, or if it could not be opened anew.
    table: Option<Table>,
    mark: Mark,
}

impl Store {
    /// Opens the snapshot in `dir`, which is made if it is not there. What will not open, or
    /// ended the process when it was opened last, is set aside, and an empty one begins.
    ///
    /// # Errors
    /// When it is in use, or no empty one can be made either.
    pub fn open(dir: &Path) -> Result<Store, Error> {
        std::fs::create_dir_all(dir)?;
        let starts = Starts::of(dir);
        let store = Store {
            dir: dir.to_path_buf(),
            inner: RwLock::new(Inner { table: None, mark: Mark::default() }),
            has_failed: AtomicBool::new(false),
            needed: AtomicU64::new(0),
            starts,
        };
        let distrusted = store.starts.begin()?;
        let opened = match distrusted {
            Some(why) => Err(Error::Broken { what: why.into() }),
            None => store.try_open(),
        };
        match opened {
            Ok(()) => {}
            Err(Error::Locked) => return Err(Error::Locked),
            Err(error) => store.set_aside(&error, Lsn::ZERO)?,
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

    /// Says that the snapshot is not to be trusted: the follower sets it aside and rebuilds it.
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
    /// When no empty one can be made.
    pub(crate) fn set_aside(&self, why: &Error, needed: Lsn) -> Result<(), Error> {
        let mut inner = self.inner.write();
        tracing::error!(%why, dir = %self.dir.display(), at = %inner.mark.position,
            "the snapshot is set aside and rebuilt from the journal");
        self.needed.fetch_max(needed.0, Ordering::AcqRel);
        inner.table = None;
        inner.mark = Mark::default();
        self.starts.set_aside()?;
        self.starts.opening()?;
        inner.table = Some(Table::open(&self.dir.join("sled"))?);
        self.starts.opened()?;
        self.has_failed.store(false, Ordering::Release);
        Ok(())
    }

    /// Makes `writes` and the position they end at true, together and durable.
    pub(crate) fn commit(&self, writes: Writes, mark: Mark) -> Result<(), Error> {
        let (together, mark) = writes.finish(&mark);
        let mut inner = self.inner.write();
        let Inner { table, .. } = &*inner;
        let table = table.as_ref().ok_or_else(|| self.rebuilding(&inner.mark))?;
        table.write(together).inspect_err(|_| self.fail())?;
        inner.mark = mark;
        // Readers need not wait for the sync: what they see is durable in the journal.
        let inner = RwLockWriteGuard::downgrade(inner);
        if let Some(table) = &inner.table {
            table.sync().inspect_err(|_| self.fail())?;
        }
        drop(inner);
        Ok(self.starts.went_well()?)
    }

    /// Notes that this start came to something, so it is no crash loop.
    pub(crate) fn went_well(&self) -> Result<(), Error> {
        Ok(self.starts.went_well()?)
    }

    fn try_open(&self) -> Result<(), Error> {
        self.starts.opening()?;
        let table = Table::open(&self.dir.join("sled")).inspect_err(|error| {
            if matches!(error, Error::Locked) {
                let _ = self.starts.opened(); // somebody else's database is not to be set aside
            }
        })?;
        let mark = read::mark(&table)?;
        *self.inner.write() = Inner { table: Some(table), mark };
        Ok(self.starts.opened()?)
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
