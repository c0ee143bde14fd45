//! D9: a full disk is told before anything fails, and is over when there is room.

use std::sync::Arc;
use std::time::Duration;

use snapshots::commit::{Turn, Writer, WriterByHand};
use snapshots::disk::Sim;
use snapshots::journal::{Local, Options, Prepare};
use snapshots::{Error, Lsn};

use crate::support::{Told, append_next, dir, open, prefix, small, work};

/// D9: as long as there is room, what is appended becomes durable, to the last record; then
/// changes are refused, reads go on, and when there is room again so do changes.
#[test]
fn a_full_disk_refuses_in_time_and_recovers() {
    for segments in 2..5 {
        for per_batch in [1, 2, 3, 4, 7, 12] {
            let (sim, told) = (Sim::new(), Told::default());
            sim.set_space(Some(segments * small().segment_bytes));
            let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
            let mut appended = 0;
            // What is queued is counted too high, never too low: a turn may make room again.
            while commits.has_room() {
                while commits.has_room() && appended % per_batch != per_batch - 1 {
                    append_next(&commits, &told);
                    appended += 1;
                }
                if commits.has_room() {
                    append_next(&commits, &told);
                    appended += 1;
                }
                work(&mut writer).unwrap();
            }
            assert_eq!(told.last(), appended, "D9: what was taken is durable");

            let reader = Told::default();
            commits.hold(reader.clone());
            assert_eq!(reader.lsns(), [appended], "D9: reads go on");

            sim.set_space(None);
            append_next(&commits, &told); // the turn in which the journal looks again
            work(&mut writer).unwrap();
            assert!(commits.has_room(), "D9: it goes on when there is room");
            for _ in 0..20 {
                append_next(&commits, &told);
                work(&mut writer).unwrap();
            }
            drop(writer);
            assert_eq!(prefix(&open(&sim).unwrap()), appended + 21, "D9: nothing is lost");
        }
    }
}

/// D9: a start on a full disk works; it only has no room.
#[test]
fn a_journal_opens_on_a_full_disk() {
    let (sim, told) = (Sim::new(), Told::default());
    sim.set_space(Some(small().segment_bytes));
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    while commits.has_room() {
        append_next(&commits, &told);
        assert_eq!(writer.turn(Duration::ZERO).unwrap(), Turn::Committed);
    }
    drop(writer);
    let (_writer, commits) = WriterByHand::<_, Told>::claim(open(&sim.kill()).unwrap()).unwrap();
    assert!(!commits.has_room());
    assert_eq!(commits.durable().lsn.0, told.last());
}

/// D9 with the thread that makes segments ahead: the writer waits for it, nothing fails, and every
/// record arrives however small the segments are.
#[test]
fn the_writer_waits_for_a_segment_that_is_being_made() {
    let (sim, told) = (Sim::new(), Told::default());
    let options = Options { prepare: Prepare::Ahead, ..small() };
    let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
    let (mut writer, commits) = WriterByHand::claim(journal).unwrap();
    for _ in 0..400 {
        append_next(&commits, &told);
        work(&mut writer).unwrap();
    }
    assert_eq!(told.last(), 400);
    drop(writer);
    assert_eq!(prefix(&open(&sim).unwrap()), 400);
}

/// D9: all that was taken at once fits, however its batches fall over the end of a segment.
#[test]
fn what_is_queued_at_once_fits() {
    let options = Options { segment_bytes: 64 << 10, ..small() };
    let mut queued = 0;
    for small_ones in 0..100 {
        let (sim, told) = (Sim::new(), Told::default());
        sim.set_space(Some(2 * options.segment_bytes));
        let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
        let (mut writer, commits) = WriterByHand::claim(journal).unwrap();
        for _ in 0..small_ones {
            append_next(&commits, &told);
            work(&mut writer).unwrap();
        }
        let large = vec![7; commits.record_bytes_max() - 400];
        while commits.has_room() {
            commits.append(1, &large, Some(told.clone()));
            queued += 1;
        }
        work(&mut writer).unwrap();
        assert_eq!(told.last(), commits.last().0, "after {small_ones} small records");
    }
    assert!(queued > 200, "{queued}");
}

/// D9: who appends without asking waits for room, and is answered when there is some.
#[test]
fn the_writer_waits_for_room_and_goes_on() {
    let (sim, told) = (Sim::new(), Told::default());
    sim.set_space(Some(2 * small().segment_bytes));
    let options = Options { prepare: Prepare::Ahead, ..small() };
    let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
    let failed = Box::new(|error| panic!("{error}"));
    let (writer, commits) = Writer::start(journal, failed).unwrap();
    for _ in 0..40 {
        append_next(&commits, &told);
    }
    let long = Duration::from_secs(60);
    let _ = commits.wait_beyond(Lsn(4), long);
    sim.set_space(None);
    assert_eq!(commits.wait_beyond(Lsn(39), long).lsn, Lsn(40));
    writer.stop().unwrap();
    assert_eq!(told.last(), 40);
}

/// A stop does not wait for a disk that stays full; what was not durable is not answered.
#[test]
fn a_stop_does_not_wait_for_room() {
    let (sim, told) = (Sim::new(), Told::default());
    sim.set_space(Some(2 * small().segment_bytes));
    let options = Options { prepare: Prepare::Ahead, ..small() };
    let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
    let (writer, commits) = Writer::start(journal, Box::new(drop)).unwrap();
    for _ in 0..40 {
        append_next(&commits, &told);
    }
    let stopped = writer.stop();
    let Err(Error::Failed) = stopped else { panic!("{stopped:?}") };
    assert_eq!(told.waiting(), 0);
    assert_eq!(prefix(&open(&sim.kill()).unwrap()), told.last());
}
