//! `verify` says what is there, and what differs.

use std::sync::Arc;

use snapshots::Lsn;
use snapshots::follower::{FollowerByHand, Options, Turn};
use snapshots::journal::Journal;
use snapshots::store::Store;
use snapshots::verify::{Snapshot, verify};

use crate::history::{history, journal_of, private_dir, seed, world_of};

#[test]
fn a_whole_directory_is_clean() {
    let records = history(seed(8), 300);
    let journal = journal_of(&records);
    let dir = private_dir();
    let report = verify(dir.path(), &*journal.archive()).unwrap();
    let Snapshot::Empty = report.snapshot else { panic!("{report:?}") };
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let options = Options { records_max: 100, ..Options::default() };
    let mut follower = FollowerByHand::new(store, journal.archive(), options);
    assert_eq!(follower.turn().unwrap(), Turn::Folded(100));
    drop(follower);
    let report = verify(dir.path(), &*journal.archive()).unwrap();
    let Snapshot::Agrees(at) = report.snapshot else { panic!("{report:?}") };
    assert_eq!(at.lsn, Lsn(100));
    let records = records.len() as u64;
    assert_eq!((report.records, report.first, report.last.lsn), (records, Lsn(1), Lsn(records)));
    assert!(report.is_clean() && report.is_whole);
    assert_eq!(report.faults, []);
}

#[test]
fn the_hash_is_that_of_the_records() {
    let records = history(seed(9), 200);
    let journal = journal_of(&records);
    let dir = private_dir();
    let report = verify(dir.path(), &*journal.archive()).unwrap();
    assert_eq!(report.hash, world_of(&records).hash());
}

#[test]
fn a_snapshot_of_another_history_is_named() {
    let records = history(seed(10), 200);
    let journal = journal_of(&records);
    let dir = private_dir();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let mut follower = FollowerByHand::new(store, journal.archive(), Options::default());
    while follower.turn().unwrap() != Turn::Idle {}
    drop(follower);
    let other = journal_of(&history(11, 300));
    let report = verify(dir.path(), &*other.archive()).unwrap();
    let Snapshot::Unusable(why) = &report.snapshot else { panic!("{report:?}") };
    assert!(why.to_string().contains("another history"), "{why}");
    assert!(!report.is_clean());
}
