//! One file of the journal: a head, then frames, then zeroes.
//!
//! ```text
//! offset  size  (format 1, little-endian)
//!      0     8  "CERTUSJL"
//!      8     4  format version
//!     12     4  timeline when it was made
//!     16     8  number of the segment, which is also in its name
//!     24     8  length of the file
//!     32     8  LSN of its first record; 0 if that was not known when it was made
//!     40     4  CRC-32C of the 40 bytes before
//!     44   468  zeroes
//!    512     …  batches, each at a sector of its own
//! ```
//!
//! A segment is made whole under a temporary name, synced, and only then given its own: whoever
//! finds one by name finds it complete. It is never used twice, so old bytes never look new.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Access, Disk, File};
use crate::limits::SECTOR_BYTES;
use crate::{Error, Lsn};

/// Where the first batch stands.
pub(super) const BODY: u64 = SECTOR_BYTES;

/// The version that this code writes.
const VERSION: u32 = 1;
const MAGIC: &[u8; 8] = b"CERTUSJL";
const HEAD_BYTES: usize = 44;
const SUFFIX: &str = ".journal";
const UNFINISHED: &str = ".unfinished";

/// An open segment.
#[derive(Clone)]
pub(super) struct Segment {
    /// Its place among the segments; the first is 1.
    pub(super) number: u64,
    /// Its bytes, head included.
    pub(super) length: u64,
    /// Its first record, if that was known when it was made.
    pub(super) first: Option<Lsn>,
    /// The file.
    pub(super) file: Arc<dyn File>,
    /// The file's name, for errors.
    pub(super) path: PathBuf,
}

/// What a segment is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Its place among the segments.
    pub(super) number: u64,
    /// Its bytes, head included.
    pub(super) length: u64,
    /// The timeline of today.
    pub(super) timeline: u32,
    /// Its first record, if it is known.
    pub(super) first: Option<Lsn>,
}

impl Segment {
    /// Makes a segment, durable before it has its name. What an earlier attempt left is removed.
    pub(super) fn make(disk: &dyn Disk, dir: &Path, plan: Plan) -> Result<Self, Error> {
        Self::make_with(disk, dir, plan, &mut || (), |_| Ok(()))
    }

    /// The same with what `fill` writes behind the head, and `between` two pieces of zeroes; it
    /// takes the place of a segment with its number, whole or not at all.
    pub(super) fn make_with(
        disk: &dyn Disk,
        dir: &Path,
        plan: Plan,
        between: &mut dyn FnMut(),
        fill: impl FnOnce(&dyn File) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let path = path(dir, plan.number);
        let unfinished = dir.join(format!("{:016}{UNFINISHED}", plan.number));
        let made = disk.create(&unfinished).and_then(|file| {
            file.preallocate(plan.length, between)?;
            file.write_at(&plan.head(), 0)?;
            fill(&*file)?;
            file.sync()?;
            disk.rename(&unfinished, &path)?;
            disk.sync_dir(dir)?;
            // Opened again, so that errors of later calls name it as it is called now.
            disk.open(&path, Access::Write)
        });
        match made {
            Ok(file) => {
                let Plan { number, length, first, .. } = plan;
                Ok(Self { number, length, first, file, path })
            }
            Err(error) => {
                // Room for others first; whether this works does not change what went wrong.
                let _ = disk.remove(&unfinished);
                Err(error)
            }
        }
    }

    /// Opens a segment and checks its head. A head that is wrong is never a torn tail, because it
    /// was durable before the file had its name.
    pub(super) fn open(
        disk: &dyn Disk,
        dir: &Path,
        number: u64,
        access: Access,
    ) -> Result<Self, Error> {
        let path = path(dir, number);
        let file = disk.open(&path, access)?;
        let mut head = [0; HEAD_BYTES];
        let read = file.read_at(&mut head, 0)?;
        let damaged = |what| Error::Damaged { file: path.clone(), offset: 0, lsn: Lsn::ZERO, what };
        if read < HEAD_BYTES || head[..8] != *MAGIC {
            return Err(damaged("this is not the head of a segment"));
        }
        // The version comes before the checksum: a later format may check itself otherwise.
        let version = number_at::<4>(&head, 8) as u32;
        if version != VERSION {
            return Err(Error::UnknownFormat { file: path, version });
        }
        if u64::from(crc32c::crc32c(&head[..40])) != number_at::<4>(&head, 40) {
            return Err(damaged("the checksum of the head is wrong"));
        }
        if number_at::<8>(&head, 16) != number {
            return Err(damaged("this is another segment than its name says"));
        }
        let length = number_at::<8>(&head, 24);
        if file.length()? != length {
            return Err(damaged("the file has another length than its head says"));
        }
        let first = Lsn(number_at::<8>(&head, 32));
        if first >= Lsn::END {
            return Err(damaged("its first record is further than any journal goes"));
        }
        let first = Some(first).filter(|&lsn| lsn > Lsn::ZERO);
        Ok(Self { number, length, first, file, path })
    }

    /// Opens a segment whose head is wrong, to read what can be read of it: it is taken to be what
    /// its name says, as long as the file is.
    pub(super) fn without_head(disk: &dyn Disk, dir: &Path, number: u64) -> Result<Self, Error> {
        let path = path(dir, number);
        let file = disk.open(&path, Access::Read)?;
        Ok(Self { number, length: file.length()?, first: None, file, path })
    }

    /// Damage at a place in this segment.
    pub(super) fn damaged(&self, offset: u64, lsn: Lsn, what: &'static str) -> Error {
        Error::Damaged { file: self.path.clone(), offset, lsn, what }
    }
}

impl Plan {
    fn head(&self) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[..8].copy_from_slice(MAGIC);
        head[8..12].copy_from_slice(&VERSION.to_le_bytes());
        head[12..16].copy_from_slice(&self.timeline.to_le_bytes());
        head[16..24].copy_from_slice(&self.number.to_le_bytes());
        head[24..32].copy_from_slice(&self.length.to_le_bytes());
        head[32..40].copy_from_slice(&self.first.unwrap_or_default().0.to_le_bytes());
        let checksum = crc32c::crc32c(&head[..40]);
        head[40..].copy_from_slice(&checksum.to_le_bytes());
        head
    }
}

/// The numbers of the segments in a directory, in order and without a gap.
pub(super) fn numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, Error> {
    let numbers = all_numbers(disk, dir)?;
    match numbers.windows(2).find(|pair| pair[1] != pair[0] + 1) {
        None => Ok(numbers),
        Some(pair) => Err(Error::Damaged {
            file: path(dir, pair[0] + 1),
            offset: 0,
            lsn: Lsn::ZERO,
            what: "the segment is missing",
        }),
    }
}

/// The same, although there may be gaps.
pub(super) fn all_numbers(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, Error> {
    let mut numbers: Vec<u64> = disk.list(dir)?.iter().filter_map(|name| number_in(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes what a crash left of segments that were being made.
pub(super) fn remove_unfinished(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    for name in disk.list(dir)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
        disk.remove(&dir.join(name))?;
    }
    Ok(())
}

/// The file of a segment.
pub(super) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:016}{SUFFIX}"))
}

fn number_in(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 16).then(|| digits.parse().ok())?
}

fn number_at<const N: usize>(head: &[u8], at: usize) -> u64 {
    let mut wide = [0; 8];
    wide[..N].copy_from_slice(&head[at..at + N]);
    u64::from_le_bytes(wide)
}
