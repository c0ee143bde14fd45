//! Group commit from outside: who is released, when, and in which order.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use snapshots::commit::{Commits, Release, Turn, Writer, WriterByHand};
use snapshots::disk::{Fault, Sim};
use snapshots::journal::{Batch, Journal, Local, Options};
use snapshots::{Error, Lsn, Position};

use crate::support::{Told, append_next, dir, entry, open, prefix, small, work};

/// One write and one sync for everything that waits.
#[test]
fn what_waits_together_is_committed_together() {
    let (sim, told) = (Sim::new(), Told::default());
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    for _ in 0..4 {
        append_next(&commits, &told);
    }
    let before = sim.calls().len();
    assert_eq!(writer.turn(Duration::ZERO).unwrap(), Turn::Committed);
    let names: Vec<_> = sim.calls()[before..].iter().map(|call| call.name).collect();
    assert_eq!(names, ["write", "fdatasync"]);
    assert_eq!(told.lsns(), [1, 2, 3, 4]);
    let figures = commits.figures();
    assert_eq!((figures.batches, figures.records), (1, 4));
    assert_eq!(figures.sync_micros.iter().sum::<u64>(), 1);
}

/// D1, D11: a read that saw a record that is not durable waits for it; one that saw nothing new
/// does not wait.
#[test]
fn a_read_waits_for_what_it_saw() {
    let (sim, told) = (Sim::new(), Told::default());
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    commits.hold(told.clone());
    assert_eq!(told.lsns(), [0], "nothing was appended, nothing to wait for");
    append_next(&commits, &told);
    commits.hold(told.clone());
    append_next(&commits, &told);
    assert_eq!(told.lsns(), [0]);
    assert_eq!(commits.durable().lsn, Lsn::ZERO);
    work(&mut writer).unwrap();
    assert_eq!(told.lsns(), [0, 1, 1, 2]);
    commits.hold(told.clone());
    assert_eq!(told.lsns(), [0, 1, 1, 2, 2]);
}

/// "Torn tail": an idle writer puts one mark behind the last batch, and only one.
#[test]
fn an_idle_writer_writes_one_mark() {
    let (sim, told) = (Sim::new(), Told::default());
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    append_next(&commits, &told);
    assert_eq!(writer.turn(Duration::ZERO).unwrap(), Turn::Committed);
    let writes = |sim: &Sim| sim.calls().iter().filter(|call| call.name == "write").count();
    let before = writes(&sim);
    for _ in 0..3 {
        assert_eq!(writer.turn(Duration::ZERO).unwrap(), Turn::Idle);
        assert_eq!(writes(&sim), before + 1);
    }
}

/// D2: from many threads every LSN is given once, and releases run in their order, each once.
#[test]
fn many_threads_are_released_in_order_each_once() {
    let parent = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 1 << 20, ..Options::default() };
    let real = Arc::new(snapshots::disk::Real);
    let journal = Local::open(real, &parent.path().join("journal"), options).unwrap();
    let archive = journal.archive();
    let (writer, commits) = Writer::start(journal, Box::new(|error| panic!("{error}"))).unwrap();
    let (records, holds) = (Arc::default(), Arc::new(AtomicU64::new(0)));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (commits, records, holds) = (commits.clone(), Arc::clone(&records), &holds);
            scope.spawn(move || many(&commits, thread, &records, holds));
        }
    });
    let last = commits.last();
    assert_eq!(writer.stop().unwrap().lsn, last);
    assert_eq!(last, Lsn(4_000));
    let released: Vec<u64> = records.lock().clone();
    assert_eq!(released, (1..=4_000).collect::<Vec<_>>(), "D2: in order, each once");
    assert_eq!(holds.load(Ordering::Relaxed), 4_000);

    let mut reader = archive.read_from(Lsn::ZERO).unwrap();
    let mut payloads = BTreeSet::new();
    while let Some(entry) = reader.next().unwrap() {
        assert!(payloads.insert(entry.payload));
    }
    assert_eq!(payloads.len(), 4_000);
}

enum Waiting {
    Record(Arc<Mutex<Vec<u64>>>),
    Hold(Lsn, Arc<AtomicU64>),
}

impl Release for Waiting {
    fn release(self, at: Position) {
        match self {
            Self::Record(released) => released.lock().push(at.lsn.0),
            Self::Hold(seen, count) => {
                assert!(at.lsn >= seen, "D11: released at {}, saw {seen}", at.lsn);
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn many(
    commits: &Commits<Waiting>,
    thread: u64,
    records: &Arc<Mutex<Vec<u64>>>,
    holds: &Arc<AtomicU64>,
) {
    for n in 0..1_000 {
        let payload = (thread << 32 | n).to_le_bytes();
        let record = Waiting::Record(Arc::clone(records));
        let lsn = commits.append(1, &payload, Some(record));
        commits.hold(Waiting::Hold(lsn, Arc::clone(holds)));
    }
}

/// D12: a follower that waits hears of new records, and of the end.
#[test]
fn a_follower_is_woken_by_records_and_by_the_end() {
    let told = Told::default();
    let long = Duration::from_secs(60);
    let journal = open(&Sim::new()).unwrap();
    let (writer, commits) = Writer::start(journal, Box::new(|error| panic!("{error}"))).unwrap();
    let follower = std::thread::spawn({
        let commits: Commits<Told> = commits.clone();
        move || {
            let mut reader = commits.read_from(Lsn::ZERO).unwrap();
            let mut read = 0;
            while !commits.has_ended() || commits.durable().lsn.0 > read {
                let durable = commits.wait_beyond(Lsn(read), long).lsn;
                while let Some(next) = reader.next().unwrap() {
                    read += 1;
                    assert_eq!(next, entry(read));
                }
                assert!(read >= durable.0);
            }
            read
        }
    });
    for _ in 0..100 {
        append_next(&commits, &told);
    }
    writer.stop().unwrap();
    assert_eq!(follower.join().unwrap(), 100);
    append_next(&commits, &told);
    assert_eq!(told.lsns().len(), 100, "after the end nobody is answered");
}

/// A clean stop answers everybody and closes with a mark: nothing is left to guess.
#[test]
fn a_stop_answers_all_and_writes_the_closing_mark() {
    let (sim, told) = (Sim::new(), Told::default());
    let (writer, commits) =
        Writer::start(open(&sim).unwrap(), Box::new(|error| panic!("{error}"))).unwrap();
    for _ in 0..10 {
        append_next(&commits, &told);
    }
    assert_eq!(writer.stop().unwrap().lsn, Lsn(10));
    assert_eq!(told.lsns(), (1..=10).collect::<Vec<_>>());
    assert_eq!(sim.calls().iter().rev().find(|call| call.name == "write").unwrap().bytes, 40);
    assert_eq!(prefix(&open(&sim.kill()).unwrap()), 10);
}

/// D8: the thread hands its error over, ends, and a stop says that it failed.
#[test]
fn a_failure_reaches_whoever_started_the_writer() {
    let (sim, told) = (Sim::new(), Told::default());
    let journal = open(&sim).unwrap();
    let heard = Arc::new(Mutex::new(None));
    let on_failure = Box::new({
        let heard = Arc::clone(&heard);
        move |error| *heard.lock() = Some(error)
    });
    let (writer, commits) = Writer::start(journal, on_failure).unwrap();
    sim.plan(sim.calls().len(), Fault::Fail);
    append_next(&commits, &told);
    let position = commits.wait_beyond(Lsn::ZERO, Duration::from_secs(60));
    assert_eq!(position.lsn, Lsn::ZERO);
    let stopped = writer.stop();
    let Err(Error::Failed) = stopped else { panic!("{stopped:?}") };
    let heard = heard.lock().take();
    let Some(Error::Io { call: "write", .. }) = heard else { panic!("{heard:?}") };
    assert_eq!(told.lsns(), [0_u64; 0]);
}

/// D13: batches and records have bounds; what is more goes into the next batch.
#[test]
fn a_batch_ends_at_its_bound() {
    let (sim, told) = (Sim::new(), Told::default());
    let journal = Local::open(Arc::new(sim.clone()), dir(), small()).unwrap();
    let (mut writer, commits) = WriterByHand::claim(journal).unwrap();
    let largest = vec![7; commits.record_bytes_max()];
    for _ in 0..9 {
        commits.append(1, &largest, Some(told.clone()));
    }
    let mut committed = Vec::new();
    while writer.turn(Duration::ZERO).unwrap() == Turn::Committed {
        committed.push(told.last());
    }
    assert_eq!(committed.len(), 9, "two of the largest and their heads are over half a segment");
    assert_eq!(told.lsns(), (1..=9).collect::<Vec<_>>());
    let mut reader = commits.read_from(Lsn(8)).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().payload, largest);
    assert!(Batch::bytes_of(largest.len()) < small().segment_bytes);
}
