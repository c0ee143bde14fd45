//! D13, D15: when the journal cannot make the snapshot anew, and when the disk is full.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use workflow::record::Record;

use super::*;
use crate::codec::samples;
use crate::disk::Sim;
use crate::journal::{Batch, Journal, Local, Prepare};
use crate::recovery::recover;
use crate::store::Extent;

/// Everything may go that the snapshot has passed.
const ALL: Retention =
    Retention { followers_passed: Lsn(u64::MAX), older_than_ms: i64::MAX, keep_bytes: 0 };

/// A directory that only we may enter, as a store wants it.
fn private_dir() -> tempfile::TempDir {
    let private = fs::Permissions::from_mode(0o700);
    tempfile::Builder::new().permissions(private).tempdir().unwrap()
}

fn journal() -> Local {
    let options = crate::journal::Options {
        segment_bytes: 4 << 10,
        prepare: Prepare::Inline,
        ..crate::journal::Options::default()
    };
    let mut journal = Local::open(Arc::new(Sim::new()), Path::new("/journal"), options).unwrap();
    journal.claim().unwrap();
    journal
}

fn append(journal: &mut Local, records: u64) {
    let samples = samples::records();
    let (_, record) = samples.into_iter().find(|(name, _)| *name == "configured").unwrap();
    let record = Record { reply: None, ..record };
    for _ in 0..records {
        let mut payload = Vec::new();
        codec::encode(&record, &mut payload);
        let mut batch = Batch::new();
        batch.push(journal.archive().durable().next(), record.at.0, &payload);
        journal.append(&mut batch).unwrap();
    }
}

/// A snapshot that has followed 60 records of a journal, whole or with the first ones gone.
struct Kept {
    dir: tempfile::TempDir,
    journal: Local,
    store: Arc<Store>,
    follower: FollowerByHand,
}

impl Kept {
    fn new(is_whole: bool) -> Kept {
        let dir = private_dir();
        let mut journal = journal();
        append(&mut journal, 60);
        let archive = journal.archive();
        let store = Arc::new(Store::open(dir.path(), archive.oldest()).unwrap());
        let options = Options { records_max: 7, ..Options::default() };
        let mut follower = FollowerByHand::new(store.clone(), archive.clone(), options);
        while follower.turn().unwrap() != Turn::Idle {}
        if !is_whole {
            assert!(archive.retire(ALL).unwrap() > Lsn(1));
        }
        Kept { dir, journal, store, follower }
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Ends the process and starts it again; answers with what went wrong.
    fn restart(&mut self) -> Result<(), Error> {
        let archive = self.journal.archive();
        let empty = private_dir();
        // Both hold the database, and it opens only when nobody does.
        self.store = Arc::new(Store::open(empty.path(), Lsn::ZERO).unwrap());
        self.follower =
            FollowerByHand::new(self.store.clone(), archive.clone(), Options::default());
        let store = Arc::new(Store::open(self.dir.path(), archive.oldest())?);
        recover(&store, &*archive)?;
        self.store = store.clone();
        self.follower = FollowerByHand::new(store, archive, Options::default());
        Ok(())
    }
}

fn no_space(turned: Result<Turn, Error>) {
    let Err(Error::Store(store::Error::NoSpace)) = turned else { panic!("{turned:?}") };
}

fn irreplaceable(started: Result<(), Error>) {
    let Err(Error::Store(error @ store::Error::Irreplaceable { .. })) = started else {
        panic!("{started:?}")
    };
    assert!(error.to_string().contains("put back a backup"), "{error}");
}

#[test]
fn a_full_disk_is_no_reason_to_set_the_snapshot_aside() {
    for (is_whole, sled_finds_out) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut kept = Kept::new(is_whole);
        append(&mut kept.journal, 20);
        let full = |store: &Store| match sled_finds_out {
            true => store.is_full.store(true, Ordering::Release),
            false => store.has_no_room.store(true, Ordering::Release),
        };
        full(&kept.store);
        for _ in 0..5 {
            no_space(kept.follower.turn());
            let trouble = kept.follower.progress().trouble();
            assert_eq!(trouble.as_deref(), Some("no space left for the snapshot"));
            assert_eq!(kept.names(), ["sled"], "nothing is moved");
            assert_eq!(kept.follower.progress().passed(), Lsn(60), "it has what it had");
        }
        if !sled_finds_out {
            kept.store.load(Extent::All).unwrap(); // what is there is served
        }
        kept.store.is_full.store(false, Ordering::Release);
        kept.store.has_no_room.store(false, Ordering::Release);
        while kept.follower.turn().unwrap() != Turn::Idle {}
        assert_eq!(kept.store.position().lsn, Lsn(80));
        assert_eq!(kept.follower.progress().trouble(), None);
        assert_eq!(kept.names(), ["sled"]);
        kept.restart().unwrap();
        assert_eq!(kept.store.position().lsn, Lsn(80));
    }
}

/// After a sync that failed the database is closed, and opened as the disk has it, before anything
/// else of the journal may go.
#[test]
fn a_snapshot_whose_sync_failed_is_read_from_the_disk_again() {
    let mut kept = Kept::new(false);
    append(&mut kept.journal, 5);
    kept.store.is_faulty.store(true, Ordering::Release);
    for _ in 0..3 {
        kept.follower.turn().unwrap_err();
        assert_eq!(kept.names(), ["doubted", "sled"]);
        assert!(kept.store.load(Extent::All).is_err(), "nothing of it is believed");
    }
    kept.store.is_faulty.store(false, Ordering::Release);
    while kept.follower.turn().unwrap() != Turn::Idle {}
    assert_eq!(kept.names(), ["sled"]);
    assert_eq!(kept.store.position().lsn, Lsn(65));

    // The process may end in between.
    fs::write(kept.dir.path().join("doubted"), []).unwrap();
    kept.restart().unwrap();
    assert!(!kept.names().contains(&"doubted".into()));
    assert_eq!(kept.store.position().lsn, Lsn(65));
}

#[test]
fn a_snapshot_that_the_journal_cannot_make_anew_is_never_set_aside() {
    let mut kept = Kept::new(false);
    kept.store.distrust();
    assert!(kept.follower.turn().is_err());
    assert!(kept.follower.progress().trouble().is_some());
    assert_eq!(kept.names(), ["sled"]);
    append(&mut kept.journal, 5);
    while kept.follower.turn().unwrap() != Turn::Idle {}
    assert_eq!(kept.store.position().lsn, Lsn(65), "it goes on with what it has");

    // Neither markers of deaths nor a bad file move it, whatever was set aside before.
    fs::create_dir(kept.dir.path().join("aside-1")).unwrap();
    fs::write(kept.dir.path().join("opening"), []).unwrap();
    kept.restart().unwrap();
    fs::write(kept.dir.path().join("starts"), "3").unwrap();
    kept.restart().unwrap();
    assert_eq!(kept.store.position().lsn, Lsn(65));
    let moved = tempfile::tempdir().unwrap();
    let (sled, away) = (kept.dir.path().join("sled"), moved.path().join("sled"));
    fs::rename(&sled, &away).unwrap();
    irreplaceable(kept.restart());
    fs::create_dir(&sled).unwrap();
    for _ in 0..5 {
        for name in ["conf", "db"] {
            fs::write(sled.join(name), "no database").unwrap();
        }
        irreplaceable(kept.restart());
        let names = kept.names();
        assert!(names.contains(&"aside-1".into()) && names.contains(&"sled".into()), "{names:?}");
        assert!(!names.contains(&"aside-2".into()), "{names:?}");
    }
    fs::remove_dir_all(&sled).unwrap();
    fs::rename(&away, &sled).unwrap();
    kept.restart().unwrap();
    assert_eq!(kept.store.position().lsn, Lsn(65), "put back, it is used");
}

#[test]
fn a_snapshot_that_the_journal_can_make_anew_is_set_aside_and_rebuilt() {
    let mut kept = Kept::new(true);
    for _ in 0..2 {
        kept.store.distrust();
        assert_eq!(kept.follower.turn().unwrap(), Turn::SetAside);
        while kept.follower.turn().unwrap() != Turn::Idle {}
        assert_eq!(kept.store.position().lsn, Lsn(60));
    }
    assert_eq!(kept.names(), ["aside-2", "sled"]);
}

/// D13: fewer records than a turn waits for are let go of when somebody says that it is time.
#[test]
fn few_records_are_let_go_of_too_once_nobody_needs_them() {
    let dir = private_dir();
    let mut journal = journal();
    append(&mut journal, 60);
    let archive = journal.archive();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let covered = Arc::new(AtomicU64::new(0));
    let keep = Keep { ms: 0, bytes: 0, covered: covered.clone() };
    let options = Options { keep: Some(keep), ..Options::default() };
    let mut follower = FollowerByHand::new(store, archive.clone(), options);
    while follower.turn().unwrap() != Turn::Idle {}
    covered.store(30, Ordering::Release);
    assert_eq!(archive.oldest(), Lsn(1), "nobody has looked");
    follower.retire().unwrap();
    let oldest = archive.oldest();
    assert!(Lsn(1) < oldest && oldest <= Lsn(31), "{oldest} is the oldest, 30 are passed");
    covered.store(u64::MAX, Ordering::Release);
    assert_eq!(follower.turn().unwrap(), Turn::Idle);
    assert_eq!(archive.oldest(), oldest, "nobody has looked again");
    follower.retire().unwrap();
    assert!(archive.oldest() > oldest);
}
