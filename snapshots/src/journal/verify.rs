//! Looks through a whole journal and changes nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::Archive;
use super::recover::{self, End, Look, Torn};
use super::shelf::{LocalArchive, Shelf};
use crate::disk::{Disk, Lock};
use crate::{Error, Lsn};

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Segments up to the one that is written next.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Records, each checked.
    pub records: u64,
    /// The oldest one, or the first that will be written.
    pub oldest: Lsn,
    /// The last one.
    pub last: Lsn,
    /// What the next start would cut.
    pub torn: Option<Torn>,
    /// Damaged marks: harmless, but the disk is worth a look.
    pub marks_damaged: u64,
}

/// A journal that was checked, and is locked as long as this is kept.
pub struct Checked {
    /// What it holds.
    pub report: Report,
    /// Its records, to be read; nothing can be written.
    pub archive: Arc<dyn Archive>,
    _lock: Box<dyn Lock>,
}

/// Checks every record of the journal in `dir`. Nothing is claimed, cut or repaired; the directory
/// is locked meanwhile, so it fails while a server uses it.
///
/// # Errors
/// As [`Local::open`](super::Local::open).
pub fn verify(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Report, Error> {
    check(disk, dir).map(|checked| checked.report)
}

/// As [`verify`], and hands out the records that were checked.
///
/// # Errors
/// As [`verify`].
pub fn check(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Checked, Error> {
    let lock = disk.lock(dir)?;
    let look = Look { bytes: u64::MAX, settle: false };
    let Some(end) = recover::find_end(&**disk, dir, look)? else {
        return Err(Error::io("open", dir, io::Error::from(io::ErrorKind::NotFound)));
    };
    let End { shelved, last, torn, records, skipped, .. } = end;
    let report = Report {
        segments: shelved.len(),
        bytes: shelved.iter().map(|segment| segment.bytes).sum(),
        records,
        oldest: shelved.first().map_or(Lsn::ZERO, |oldest| oldest.first),
        last,
        torn,
        marks_damaged: skipped,
    };
    let shelf = Shelf::new(Arc::clone(disk), dir.to_path_buf(), shelved, last);
    Ok(Checked { report, archive: Arc::new(LocalArchive(shelf)), _lock: lock })
}
