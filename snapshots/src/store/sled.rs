//! The only file that names sled: one tree, one writer, bytes in and out.
//!
//! `flush()` is `sync_file_range` on Linux, which a power cut does not respect. So every write ends
//! with `sync_data()` on a descriptor of our own.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::Error;
use crate::disk::{Access, Disk, Real};

/// Bytes that sled keeps in memory; its default of 1 GiB is not meant for a guest.
const CACHE_BYTES: u64 = 64 << 20;

/// Two seconds for an earlier database to let go of its lock.
const LOCK_TRIES: u32 = 400;
const LOCK_TRY_AGAIN: Duration = Duration::from_millis(5);

/// A value as sled hands it out.
pub(super) type Bytes = ::sled::IVec;

/// An open database.
pub(super) struct Table {
    db: ::sled::Db,
    /// Our own descriptor of sled's file, opened before the first write.
    file: File,
}

/// Puts and removals that happen together or not at all.
#[derive(Default)]
pub(super) struct Together(::sled::Batch);

impl Together {
    pub(super) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.0.remove(key);
    }
}

impl Table {
    /// Opens the database in `dir`, or makes it.
    pub(super) fn open(dir: &Path) -> Result<Table, Error> {
        let is_new = !dir.join("db").exists();
        let config =
            ::sled::Config::new().path(dir).cache_capacity(CACHE_BYTES).flush_every_ms(None);
        let db = open_when_free(&config)?;
        let file = File::options().read(true).write(true).open(dir.join("db"))?;
        if is_new {
            file.sync_all()?;
            File::open(dir.join("conf"))?.sync_all()?;
            File::open(dir)?.sync_all()?;
            if let Some(parent) = dir.parent() {
                File::open(parent)?.sync_all()?;
            }
        }
        Ok(Table { db, file })
    }

    /// Makes memory forget what it has of the database in `dir`, which nobody has open, so that it
    /// is opened as the disk has it.
    pub(super) fn settle(dir: &Path) -> Result<(), Error> {
        let file = dir.join("db");
        if file.exists() {
            Real.open(&file, Access::Write)?.settle()?;
        }
        Ok(())
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        Ok(self.db.get(key)?)
    }

    /// The rows from `from` on, in the order of their keys.
    pub(super) fn from(
        &self,
        from: &[u8],
    ) -> impl Iterator<Item = Result<(Bytes, Bytes), Error>> + use<> {
        self.db.range(from..).map(|row| Ok(row?))
    }

    /// Makes all of it true; durable it is after the next sync.
    pub(super) fn write(&self, together: Together) -> Result<(), Error> {
        Ok(self.db.apply_batch(together.0)?)
    }

    /// Makes all that was written durable before it returns.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.db.flush()?;
        Ok(self.file.sync_data()?)
    }

    /// Bytes on disk.
    pub(super) fn bytes(&self) -> Result<u64, Error> {
        Ok(self.db.size_on_disk()?)
    }
}

/// Opens, and waits a little for one that was closed just now: sled's own threads let go of its
/// lock some time after the last handle.
fn open_when_free(config: &::sled::Config) -> Result<::sled::Db, Error> {
    let mut tries = LOCK_TRIES;
    loop {
        match config.open().map_err(Error::from) {
            Err(Error::Locked) if tries > 0 => tries -= 1,
            other => return other,
        }
        std::thread::sleep(LOCK_TRY_AGAIN);
    }
}

impl From<::sled::Error> for Error {
    fn from(error: ::sled::Error) -> Error {
        match error {
            ::sled::Error::Io(source) => Error::from(source),
            other => match says_no_space(&other.to_string()) {
                true => Error::NoSpace,
                false => Error::Broken { what: other.to_string() },
            },
        }
    }
}

/// sled repeats its first error in words, and then the kind is in the text alone.
fn says_no_space(text: &str) -> bool {
    ["No space left on device", "StorageFull", "quota exceeded", "QuotaExceeded"]
        .iter()
        .any(|words| text.contains(words))
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Error {
        // sled has no kind for this; the journal's lock keeps other processes out.
        if source.to_string().contains("could not acquire lock") {
            return Error::Locked;
        }
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::NoSpace,
            _ if says_no_space(&source.to_string()) => Error::NoSpace,
            _ => Error::Io(source),
        }
    }
}
