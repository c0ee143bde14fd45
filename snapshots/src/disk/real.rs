//! The operating system's disk.
//!
//! Knows Linux so that nobody else has to: which calls make what durable, what a full disk says,
//! and which directories are refused. It never retries a sync.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Advice, FlockOperation};

use super::{Access, Disk, File, Lock};
use crate::Error;

/// Zeroes are written in pieces of this size.
static ZEROES: [u8; 1 << 20] = [0; 1 << 20];

/// The file that a process locks to have its directory.
const LOCK_NAME: &str = "LOCK";

/// The operating system's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Real;

#[derive(Debug)]
struct RealFile {
    file: fs::File,
    path: PathBuf,
}

/// Holds the descriptor: the system drops the lock when it is closed, however the process ends.
struct RealLock(#[expect(dead_code, reason = "owned for its drop")] fs::File);

impl Disk for Real {
    fn make_dir(&self, dir: &Path) -> Result<(), Error> {
        if fs::symlink_metadata(dir).is_ok() {
            return Ok(()); // whether it is fit for us is asked when it is locked
        }
        let parent = parent(dir);
        self.make_dir(parent)?;
        match fs::DirBuilder::new().mode(0o700).create(dir) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(Error::io("mkdir", dir, error))
            }
            _ => self.sync_dir(parent),
        }
    }

    fn lock(&self, dir: &Path) -> Result<Box<dyn Lock>, Error> {
        refuse_if_unsafe(dir)?;
        let path = dir.join(LOCK_NAME);
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| Error::io("open", &path, error))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Box::new(RealLock(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::Locked { dir: dir.to_path_buf() }),
            Err(error) => Err(Error::io("flock", &path, error.into())),
        }
    }

    fn create(&self, path: &Path) -> Result<Arc<dyn File>, Error> {
        let mut options = fs::OpenOptions::new();
        open(options.read(true).write(true).create_new(true).mode(0o600), path)
    }

    fn open(&self, path: &Path, access: Access) -> Result<Arc<dyn File>, Error> {
        open(fs::OpenOptions::new().read(true).write(access == Access::Write), path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), Error> {
        fs::rename(from, to).map_err(|error| Error::io("rename", from, error))
    }

    fn link(&self, from: &Path, to: &Path) -> Result<(), Error> {
        fs::hard_link(from, to).map_err(|error| Error::io("link", to, error))
    }

    fn remove(&self, path: &Path) -> Result<(), Error> {
        fs::remove_file(path).map_err(|error| Error::io("unlink", path, error))
    }

    fn list(&self, dir: &Path) -> Result<Vec<String>, Error> {
        let failed = |error| Error::io("readdir", dir, error);
        let mut names = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A name that is not UTF-8 is not one of ours.
            names.extend(entry.file_name().into_string().ok());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn sync_dir(&self, dir: &Path) -> Result<(), Error> {
        let handle = fs::File::open(dir).map_err(|error| Error::io("open", dir, error))?;
        rustix::fs::fsync(&handle).map_err(|error| Error::io("fsync", dir, error.into()))
    }
}

impl File for RealFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        self.file.write_all_at(bytes, offset).map_err(|error| self.failed("write", error))
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize, Error> {
        let mut read = 0;
        while read < into.len() {
            match self.file.read_at(&mut into[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed("read", error)),
            }
        }
        Ok(read)
    }

    fn sync(&self) -> Result<(), Error> {
        // Not std's sync_data: that repeats an interrupted call, and we repeat none (D8).
        rustix::fs::fdatasync(&self.file).map_err(|error| self.failed("fdatasync", error.into()))
    }

    fn preallocate(&self, length: u64, between: &mut dyn FnMut()) -> Result<(), Error> {
        let mut at = 0;
        while at < length {
            if at > 0 {
                between();
            }
            let piece = (length - at).min(ZEROES.len() as u64);
            self.write_at(&ZEROES[..piece as usize], at)?;
            at += piece;
            // The traffic syncs the segment before this one meanwhile, and the disk may make it
            // wait for all that was written: for a little each time, not for everything once.
            self.sync()?;
        }
        Ok(())
    }

    fn settle(&self) -> Result<(), Error> {
        self.sync()?;
        rustix::fs::fadvise(&self.file, 0, None, Advice::DontNeed)
            .map_err(|error| self.failed("fadvise", error.into()))
    }

    fn length(&self) -> Result<u64, Error> {
        let metadata = self.file.metadata().map_err(|error| self.failed("stat", error))?;
        Ok(metadata.len())
    }
}

impl RealFile {
    fn failed(&self, call: &'static str, error: io::Error) -> Error {
        Error::io(call, &self.path, error)
    }
}

impl Lock for RealLock {}

fn open(options: &fs::OpenOptions, path: &Path) -> Result<Arc<dyn File>, Error> {
    let file = options.open(path).map_err(|error| Error::io("open", path, error))?;
    Ok(Arc::new(RealFile { file, path: path.to_path_buf() }))
}

/// Makes a directory that only we may enter, with its parents, and refuses one that is not so.
///
/// # Errors
/// [`Error::Unsafe`] if others can enter it; when the system refuses.
pub fn make_private(dir: &Path) -> Result<(), Error> {
    Real.make_dir(dir)?;
    refuse_if_unsafe(dir)
}

/// The directory that holds `path`; a bare name is in the current one.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Orders and their addresses are nobody else's: a directory that others can enter, that belongs
/// to somebody else, or that a link could move under us is refused.
fn refuse_if_unsafe(dir: &Path) -> Result<(), Error> {
    let metadata = fs::symlink_metadata(dir).map_err(|error| Error::io("stat", dir, error))?;
    let refuse = |what| Err(Error::Unsafe { dir: dir.to_path_buf(), what });
    if metadata.is_symlink() {
        return refuse("it is a symbolic link");
    }
    if !metadata.is_dir() {
        return refuse("it is not a directory");
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return refuse("it belongs to another user");
    }
    if metadata.mode() & 0o077 != 0 {
        return refuse("others than its owner may enter it; its mode must be 0700");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
