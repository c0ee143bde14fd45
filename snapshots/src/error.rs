//! What can go wrong between memory and disk, each with the place where it did.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::Lsn;

/// Why bytes could not be kept or brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes that were durable are not what was written. Nothing is cut and nothing is served.
    #[error("{} is damaged at byte {offset}, LSN {lsn}: {what}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The first byte that is wrong.
        offset: u64,
        /// The record that should stand there; zero if that cannot be told.
        lsn: Lsn,
        /// What was seen.
        what: &'static str,
    },
    /// Written by a later version of Certus, or not by Certus at all.
    #[error("{} has the unknown format {version}", file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
        /// The version that it names.
        version: u32,
    },
    /// Another process has the directory.
    #[error("{} is in use by another process", dir.display())]
    Locked {
        /// The directory.
        dir: PathBuf,
    },
    /// The directory is not ours alone.
    #[error("{} is refused: {what}", dir.display())]
    Unsafe {
        /// The directory.
        dir: PathBuf,
        /// What others could do there.
        what: &'static str,
    },
    /// The disk is full.
    #[error("no space left for {}", file.display())]
    NoSpace {
        /// The file that did not fit.
        file: PathBuf,
    },
    /// The operating system refused a call.
    #[error("{call} of {} failed", file.display())]
    Io {
        /// The call.
        call: &'static str,
        /// The file or directory.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The records asked for were retired; take a snapshot that is newer.
    #[error("the records after LSN {after} are gone, the oldest kept is {oldest}")]
    Gone {
        /// Where the reader wanted to go on.
        after: Lsn,
        /// The oldest record there is.
        oldest: Lsn,
    },
    /// The place asked for is past the end: the journal is older than whoever asks.
    #[error("LSN {after} is beyond the journal, which ends at {last}")]
    Beyond {
        /// Where the reader wanted to go on.
        after: Lsn,
        /// The last durable record.
        last: Lsn,
    },
    /// An earlier write or sync failed, and the first failure is final (D8).
    #[error("the journal has failed before and takes nothing more")]
    Failed,
}

impl Error {
    /// What the system said to `call` on `file`; a full disk has a name of its own.
    pub(crate) fn io(call: &'static str, file: &Path, source: io::Error) -> Self {
        let file = file.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { file },
            _ => Self::Io { call, file, source },
        }
    }

    /// Whether the same may work later, when there is more of what was short: space, or files that
    /// may be open.
    pub(crate) fn is_shortage(&self) -> bool {
        match self {
            Self::NoSpace { .. } => true,
            Self::Io { source, .. } => {
                matches!(Errno::from_io_error(source), Some(Errno::MFILE | Errno::NFILE))
            }
            _ => false,
        }
    }
}
