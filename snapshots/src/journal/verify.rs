//! Looks through a whole journal and changes nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::recover::{self, End, Look, Torn};
use crate::disk::Disk;
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

/// Checks every record of the journal in `dir`. Nothing is claimed, cut or repaired; the directory
/// is locked meanwhile, so it fails while a server uses it.
///
/// # Errors
/// As [`Local::open`](super::Local::open).
pub fn verify(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Report, Error> {
    let _lock = disk.lock(dir)?;
    let look = Look {
        bytes: u64::MAX,
        settle: false,
    };
    let Some(end) = recover::find_end(&**disk, dir, look)? else {
        return Err(Error::io(
            "open",
            dir,
            io::Error::from(io::ErrorKind::NotFound),
        ));
    };
    let End {
        shelved,
        last,
        torn,
        records,
        skipped,
        ..
    } = end;
    Ok(Report {
        segments: shelved.len(),
        bytes: shelved.iter().map(|segment| segment.bytes).sum(),
        records,
        oldest: shelved.first().map_or(Lsn::ZERO, |oldest| oldest.first),
        last,
        torn,
        marks_damaged: skipped,
    })
}
