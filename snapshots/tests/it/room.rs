//! D9: a full disk is told before anything fails, and is over when there is room.

use std::sync::Arc;
use std::time::{Duration, Instant};

use snapshots::commit::{Turn, Writer, WriterByHand};
use snapshots::disk::{Fault, Sim};
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

/// D9: that too many files are open while the next segment is made passes as a full disk does.
#[test]
fn a_segment_that_finds_too_many_files_open_is_made_later() {
    let forty = |sim: &Sim| {
        let told = Told::default();
        let (mut writer, commits) = WriterByHand::claim(open(sim).unwrap()).unwrap();
        for _ in 0..40 {
            append_next(&commits, &told);
            work(&mut writer).unwrap();
        }
        told.last()
    };
    let quiet = Sim::new();
    assert_eq!(forty(&quiet), 40);
    let mut crowded = 0;
    for (at, call) in quiet.calls().iter().enumerate() {
        let name = call.path.file_name().unwrap().to_string_lossy();
        let is_first = name.starts_with(&format!("{:016}.", 1));
        if is_first || !name.contains('.') || !["create", "open"].contains(&call.name) {
            continue;
        }
        let sim = Sim::new();
        sim.plan(at, Fault::Crowd);
        assert_eq!(forty(&sim), 40, "{call:?}");
        assert_eq!(prefix(&open(&sim.kill()).unwrap()), 40);
        crowded += 1;
    }
    assert!(crowded >= 10, "{crowded}");
}

/// D8: whatever else fails there ends the journal with the next record, and not in silence, also
/// when what is left of the present segment holds no record.
#[test]
fn a_segment_that_cannot_be_made_ahead_fails_the_journal() {
    let full = filled_to_its_end();
    let second = dir().join(format!("{:016}.unfinished", 2));
    let deadline = Instant::now() + Duration::from_secs(60);
    for call in ["preallocate", "fdatasync", "rename"] {
        let sim = full.kill();
        drop(open(&sim).unwrap());
        let calls = sim.calls();
        let number = |name| calls.iter().position(|it| it.name == name && it.path == second);
        let sim = full.kill();
        sim.plan(number("create").unwrap(), Fault::Stall);
        sim.plan(number(call).unwrap(), Fault::Fail);
        let options = Options { prepare: Prepare::Ahead, ..small() };
        let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
        sim.wait_for_stall();
        let (tell, told_why) = std::sync::mpsc::channel();
        let failed = Box::new(move |error| tell.send(error).unwrap());
        let (writer, commits) = Writer::start(journal, failed).unwrap();
        assert!(!commits.has_room());
        sim.go_on();
        while !commits.has_ended() {
            assert!(Instant::now() < deadline, "{call}: nobody is told");
            if commits.has_room() {
                append_next(&commits, &Told::default());
            }
            std::thread::yield_now();
        }
        let why = told_why.recv().unwrap();
        let Error::Io { call: failed, .. } = why else { panic!("{why:?}") };
        assert_eq!(failed, call);
        assert!(writer.stop().is_err());
    }
}

/// A journal of one segment that was closed with no room for another record, and a disk with room.
fn filled_to_its_end() -> Sim {
    let (sim, told) = (Sim::new(), Told::default());
    sim.set_space(Some(small().segment_bytes));
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    while commits.has_room() {
        append_next(&commits, &told);
        work(&mut writer).unwrap();
    }
    drop(writer);
    sim.set_space(None);
    sim
}
