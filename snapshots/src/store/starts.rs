//! Marker files: what tells a start that the last ones died of the database, or could not sync it.
//!
//! sled asserts on its I/O paths and a panic is a stop, so nothing can be caught. A file that is
//! there while the database is opened, and one that counts the starts that came to nothing, turn
//! a crash loop into a rebuild (D15).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Starts in a row that came to no batch: more is no accident.
const FRUITLESS_MAX: u32 = 3;

/// The marker files of one store.
pub(super) struct Starts {
    dir: PathBuf,
}

impl Starts {
    pub(super) fn of(dir: &Path) -> Starts {
        Starts { dir: dir.to_path_buf() }
    }

    /// Counts this start, and says why the database is not to be trusted, if it is not.
    pub(super) fn begin(&self) -> io::Result<Option<&'static str>> {
        if self.file("opening").exists() {
            return Ok(Some("the last start ended while it was opened"));
        }
        let fruitless = fs::read_to_string(self.file("starts")).unwrap_or_default();
        let fruitless: u32 = fruitless.trim().parse().unwrap_or(0);
        if fruitless >= FRUITLESS_MAX {
            return Ok(Some("three starts in a row ended before it took a batch"));
        }
        unless_full(fs::write(self.file("starts"), (fruitless + 1).to_string()))?;
        Ok(None)
    }

    /// The database is about to be opened. Only a dying process is to be remembered, so nothing
    /// needs a sync: the kernel survives it.
    pub(super) fn opening(&self) -> io::Result<()> {
        unless_full(fs::write(self.file("opening"), []))
    }

    /// The database was opened and looked at.
    pub(super) fn opened(&self) -> io::Result<()> {
        absent(fs::remove_file(self.file("opening")))
    }

    /// Memory may have of the database what the disk has not: a sync has failed.
    pub(super) fn doubt(&self) -> io::Result<()> {
        unless_full(fs::write(self.file("doubted"), []))
    }

    /// Whether that is so.
    pub(super) fn is_doubted(&self) -> bool {
        self.file("doubted").exists()
    }

    /// Memory has forgotten it.
    pub(super) fn settled(&self) -> io::Result<()> {
        absent(fs::remove_file(self.file("doubted")))
    }

    /// This start came to something.
    pub(super) fn went_well(&self) -> io::Result<()> {
        absent(fs::remove_file(self.file("starts")))
    }

    /// Moves the database away; what was moved away before is removed then. Only for a database
    /// that the journal can make anew.
    pub(super) fn set_aside(&self) -> io::Result<()> {
        let (mut newest, mut older) = (0, Vec::new());
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(number) = name.to_str().and_then(|name| name.strip_prefix("aside-")) else {
                continue;
            };
            newest = newest.max(number.parse().unwrap_or(0));
            older.push(entry.path());
        }
        let aside = self.file(&format!("aside-{}", newest + 1));
        absent(fs::rename(self.file("sled"), aside))?;
        for path in older {
            match path.is_dir() {
                true => fs::remove_dir_all(path)?,
                false => fs::remove_file(path)?,
            }
        }
        self.went_well()?;
        self.settled()?;
        self.opened()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// A marker that finds no room is done without: it only shortens a crash loop.
fn unless_full(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::QuotaExceeded => Ok(()),
        other => other,
    }
}

/// What is not there need not be removed.
fn absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
