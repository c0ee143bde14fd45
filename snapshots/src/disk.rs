//! The only way to a disk.
//!
//! [`Real`] is the operating system, [`Sim`] a disk in memory that loses power, fails and lies
//! when told to. A seam of its own so that every crash can be tried at every call (T4).
//! What is written is durable after [`File::sync`]; what is created, renamed or removed, after
//! [`Disk::sync_dir`].

use std::path::Path;
use std::sync::Arc;

use crate::Error;

mod real;
mod sim;

pub use real::{Real, make_private};
pub use sim::{Call, Dice, Fault, Sim};

/// Files and directories.
pub trait Disk: Send + Sync + 'static {
    /// Makes a directory that only we may enter, and its parents; one that is there stays.
    ///
    /// # Errors
    /// When the system refuses.
    fn make_dir(&self, dir: &Path) -> Result<(), Error>;

    /// Takes a directory for this process until the lock is dropped.
    ///
    /// # Errors
    /// [`Error::Locked`] if another has it, [`Error::Unsafe`] if others can enter it.
    fn lock(&self, dir: &Path) -> Result<Box<dyn Lock>, Error>;

    /// Makes a file that must not be there yet.
    ///
    /// # Errors
    /// When it is there, or the system refuses.
    fn create(&self, path: &Path) -> Result<Arc<dyn File>, Error>;

    /// Opens a file that is there.
    ///
    /// # Errors
    /// When it is not there, or the system refuses.
    fn open(&self, path: &Path, access: Access) -> Result<Arc<dyn File>, Error>;

    /// Gives a file another name, in place of what had it.
    ///
    /// # Errors
    /// When the system refuses.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error>;

    /// Gives a file a second name, which nothing may have yet.
    ///
    /// # Errors
    /// When something has it, or the system refuses.
    fn link(&self, from: &Path, to: &Path) -> Result<(), Error>;

    /// Removes a file.
    ///
    /// # Errors
    /// When the system refuses.
    fn remove(&self, path: &Path) -> Result<(), Error>;

    /// The names of the files of a directory, in order.
    ///
    /// # Errors
    /// When the system refuses.
    fn list(&self, dir: &Path) -> Result<Vec<String>, Error>;

    /// Makes durable which files a directory has.
    ///
    /// # Errors
    /// When the system refuses.
    fn sync_dir(&self, dir: &Path) -> Result<(), Error>;
}

/// An open file. Offsets are absolute, so that readers and the writer never disturb each other.
pub trait File: Send + Sync {
    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// When the system refuses; how much was written is then unknown.
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error>;

    /// Reads at `offset` until `into` is full or the file ends; answers with how much that was.
    ///
    /// # Errors
    /// When the system refuses.
    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize, Error>;

    /// Makes all that was written durable. Never repeated after an error: the system reports a
    /// failure once and then calls the lost pages clean (D8).
    ///
    /// # Errors
    /// When the system refuses; what was not durable before may be lost.
    fn sync(&self) -> Result<(), Error>;

    /// Fills the file with zeroes up to `length` and makes that durable, so that later syncs have
    /// no metadata to write. A real disk does it piece by piece, and calls `between` two of them.
    ///
    /// # Errors
    /// [`Error::NoSpace`] when the disk is full.
    fn preallocate(&self, length: u64, between: &mut dyn FnMut()) -> Result<(), Error>;

    /// Syncs, then forgets what memory has cached, so that reads tell what the disk has. A process
    /// that died of a failed sync may have left pages that are called clean and are not on disk.
    ///
    /// # Errors
    /// When the sync fails.
    fn settle(&self) -> Result<(), Error>;

    /// How many bytes the file has.
    ///
    /// # Errors
    /// When the system refuses.
    fn length(&self) -> Result<u64, Error>;
}

/// A directory held for this process; dropped, it is free.
pub trait Lock: Send + Sync {}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To read and to write.
    Write,
}
