//! The follower's thread, behind a writer that goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use snapshots::codec;
use snapshots::commit::{Release, Writer};
use snapshots::follower::{Follower, Keep, Options};
use snapshots::recovery::recover;
use snapshots::store::{Extent, Store};
use snapshots::{Lsn, Position};

use crate::history::{history, open_journal, private_dir, seed, without_closed, world_of};

const LONG: Duration = Duration::from_secs(60);

/// Nobody waits for a reply here.
struct Nobody;

impl Release for Nobody {
    fn release(self, _: Position) {}
}

#[test]
fn the_follower_keeps_up_while_records_come_and_stops_when_told() {
    let records = history(seed(3), 900);
    let dir = private_dir();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let (writer, commits) =
        Writer::start(open_journal(1), Box::new(|error| panic!("{error}"))).unwrap();
    let options = Options { lag: Duration::ZERO, ..Options::default() };
    let follower = Follower::start(store.clone(), commits.clone(), options).unwrap();
    let mut last = Lsn::ZERO;
    for (n, record) in records.iter().enumerate() {
        let mut payload = Vec::new();
        codec::encode(record, &mut payload);
        last = commits.append(record.at.0, &payload, Some(Nobody));
        if n % 300 == 299 {
            assert_eq!(follower.progress().wait_for(last, LONG), last);
        }
    }
    assert_eq!(follower.progress().trouble(), None);
    writer.stop().unwrap();
    follower.stop();
    assert_eq!(store.position().lsn, last);
    let found = recover(&store, &*commits.archive()).unwrap();
    assert_eq!(found.replayed, 0);
    assert_eq!(found.world.hash(), without_closed(world_of(&records)).hash());
}

/// What was durable when the stop came is in the snapshot when the stop returns.
#[test]
fn a_stop_folds_what_is_durable() {
    let records = history(seed(4), 300);
    let dir = private_dir();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let (writer, commits) =
        Writer::start(open_journal(1), Box::new(|error| panic!("{error}"))).unwrap();
    let options = Options { lag: LONG, ..Options::default() };
    let follower = Follower::start(store.clone(), commits.clone(), options).unwrap();
    for record in &records {
        let mut payload = Vec::new();
        codec::encode(record, &mut payload);
        commits.append(record.at.0, &payload, Some(Nobody));
    }
    let last = writer.stop().unwrap();
    follower.stop();
    assert_eq!(store.position(), last);
    let (world, _) = store.load(Extent::All).unwrap();
    assert_eq!(world.hash(), world_of(&records).hash());
}

/// D13: segments go only when the snapshot and all others have passed them.
#[test]
fn the_journal_keeps_what_others_still_need() {
    let mut records = history(seed(6), 400);
    let last = records[records.len() - 1].clone();
    let setting = workflow::record::Record { events: vec![], reply: None, ..last };
    records.resize(40_000, setting);
    let mut journal = open_journal(1);
    crate::history::append(&mut journal, &records);
    let archive = snapshots::journal::Journal::archive(&journal);
    for (covered, oldest_is_first) in [(0, true), (u64::MAX, false)] {
        let dir = private_dir();
        let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
        let keep = Keep { ms: 0, bytes: 0, covered: Arc::new(AtomicU64::new(covered)) };
        let options = Options { keep: Some(keep), ..Options::default() };
        let mut follower =
            snapshots::follower::FollowerByHand::new(store.clone(), archive.clone(), options);
        while follower.turn().unwrap() != snapshots::follower::Turn::Idle {}
        assert_eq!(archive.oldest() == Lsn(1), oldest_is_first, "covered to {covered}");
        let found = recover(&store, &*archive).unwrap();
        assert_eq!(found.position.lsn, Lsn(40_000));
        let error = (!oldest_is_first).then(|| archive.read_from(Lsn::ZERO).err());
        assert_eq!(error.flatten().is_some(), !oldest_is_first);
    }
}

/// D13: while no records come, what others have passed by now goes too.
#[test]
fn a_quiet_journal_lets_go_of_what_nobody_needs_any_more() {
    let mut records = history(seed(7), 10);
    let last = records[records.len() - 1].clone();
    let setting = workflow::record::Record { events: vec![], reply: None, ..last };
    records.resize(40_000, setting);
    let mut journal = open_journal(1);
    crate::history::append(&mut journal, &records);
    let dir = private_dir();
    let store = Arc::new(Store::open(dir.path(), Lsn::ZERO).unwrap());
    let (writer, commits) = Writer::start(journal, Box::new(|error| panic!("{error}"))).unwrap();
    let commits: snapshots::commit::Commits<Nobody> = commits;
    let covered = Arc::new(AtomicU64::new(0));
    let keep = Keep { ms: 0, bytes: 0, covered: covered.clone() };
    let retire_every = Duration::ZERO;
    let options = Options { keep: Some(keep), retire_every, ..Options::default() };
    let follower = Follower::start(store, commits.clone(), options).unwrap();
    assert_eq!(follower.progress().wait_for(Lsn(40_000), LONG), Lsn(40_000));
    assert_eq!(commits.archive().oldest(), Lsn(1), "somebody needs it");
    covered.store(u64::MAX, Ordering::Release);
    let began = Instant::now();
    while commits.archive().oldest() == Lsn(1) {
        assert!(began.elapsed() < LONG, "nobody looks");
        std::thread::yield_now();
    }
    writer.stop().unwrap();
    follower.stop();
}
