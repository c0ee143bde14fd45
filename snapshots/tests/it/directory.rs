//! Which directories a journal takes, and that it takes them alone.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use snapshots::disk::{Disk, Real, Sim};
use snapshots::journal::{Local, Options, Prepare, verify};
use snapshots::store::Store;
use snapshots::{Error, Lsn};

use crate::support::{append, dir, open, prefix, small};

fn open_real(dir: &Path) -> Result<Local, Error> {
    let options =
        Options { segment_bytes: 64 << 10, prepare: Prepare::Inline, ..Options::default() };
    Local::open(Arc::new(Real), dir, options)
}

/// D10: one process per directory; the next one may have it when the first is gone.
#[test]
fn a_second_process_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("journal");
    let first = open_real(&dir).unwrap();
    let second = open_real(&dir).err();
    let Some(Error::Locked { dir: locked }) = second else { panic!("{second:?}") };
    assert_eq!(locked, dir);
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let verified = verify(&disk, &dir);
    let Err(Error::Locked { .. }) = verified else { panic!("{verified:?}") };
    drop(first);
    open_real(&dir).unwrap();
}

/// D10, on the simulated disk as well: tests must not hide two owners.
#[test]
fn a_simulated_directory_is_locked_too() {
    let sim = Sim::new();
    let _first = open(&sim).unwrap();
    let second = open(&sim).err();
    let Some(Error::Locked { .. }) = second else { panic!("{second:?}") };
}

/// Others may not enter; what we make they cannot.
#[test]
fn a_directory_that_others_can_enter_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data/journal");
    drop(open_real(&dir).unwrap());
    for made in [&dir, &parent.path().join("data")] {
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
    }
    for mode in [0o750, 0o704, 0o770] {
        fs::set_permissions(&dir, fs::Permissions::from_mode(mode)).unwrap();
        let opened = open_real(&dir).err();
        let Some(Error::Unsafe { .. }) = opened else { panic!("{mode:o}: {opened:?}") };
    }
}

/// The snapshot has what the journal has.
#[test]
fn a_snapshot_that_others_can_enter_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data/snapshot");
    drop(Store::open(&dir, Lsn::ZERO).unwrap());
    for made in [&dir, &parent.path().join("data")] {
        assert_eq!(fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o700);
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    let error = Store::open(&dir, Lsn::ZERO).err().unwrap();
    assert!(error.to_string().contains("its mode must be 0700"), "{error}");
}

/// A link could be moved under us, a file is no directory.
#[test]
fn a_link_and_a_file_are_refused() {
    let parent = tempfile::tempdir().unwrap();
    let (dir, link) = (parent.path().join("journal"), parent.path().join("link"));
    drop(open_real(&dir).unwrap());
    symlink(&dir, &link).unwrap();
    fs::write(parent.path().join("file"), b"").unwrap();
    for path in [link, parent.path().join("file")] {
        let opened = open_real(&path).err();
        let Some(Error::Unsafe { .. }) = opened else { panic!("{opened:?}") };
    }
}

/// D2 on real files: close, open, go on, over several segments and with another segment size.
#[test]
fn a_real_journal_goes_on_after_a_restart() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("journal");
    for round in 0..6 {
        let mut journal = open_real(&dir).unwrap();
        assert_eq!(prefix(&journal), round * 200);
        for n in 1..=200 {
            append(&mut journal, round * 200 + n, 1);
        }
    }
    let disk: Arc<dyn Disk> = Arc::new(Real);
    let report = verify(&disk, &dir).unwrap();
    assert_eq!((report.records, report.last.0, report.torn), (1_200, 1_200, None));
    assert!(report.segments > 5, "{}", report.segments);
    let default = Local::open(disk, &dir, Options::default()).unwrap();
    assert_eq!(prefix(&default), 1_200);
}

/// What a crash left of a segment that was being made is removed and changes nothing.
#[test]
fn an_unfinished_segment_is_removed() {
    let sim = Sim::new();
    drop(open(&sim).unwrap());
    let unfinished = dir().join("0000000000000003.unfinished");
    drop(sim.create(&unfinished).unwrap());
    let mut journal = open(&sim).unwrap();
    assert_eq!(sim.bytes(&unfinished), None);
    append(&mut journal, 1, 2);
    assert_eq!(prefix(&journal), 2);
}

/// D2: another segment length from one start to the next; the segment that was made ahead with the
/// old one is made anew, because the largest batch of the new one might not fit.
#[test]
fn the_length_of_segments_may_change() {
    let sim = Sim::new();
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let mut last = 0;
    for round in 0..6 {
        let segment_bytes = [4 << 10, 64 << 10, 8 << 10][round % 3];
        let options = Options { segment_bytes, ..small() };
        let mut journal = Local::open(Arc::clone(&disk), dir(), options).unwrap();
        assert_eq!(prefix(&journal), last);
        let records = segment_bytes / 2 / 800; // the largest batch, or nearly
        for _ in 0..5 {
            append(&mut journal, last + 1, records);
            last += records;
        }
    }
    assert_eq!(prefix(&open(&sim).unwrap()), last);
}
