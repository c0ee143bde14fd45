//! A disk that stands still for a while, and one that writes half of what it was given.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use snapshots::Lsn;
use snapshots::commit::Writer;
use snapshots::disk::{Call, Dice, Disk, Fault, Sim};
use snapshots::journal::{Local, Options, verify};

use crate::support::{Told, append, append_next, dir, open, play, prefix, seed, small};

const LONG: Duration = Duration::from_secs(60);

/// Lets the writer's thread end if a test fails while it stands still.
struct GoesOn<'a>(&'a Sim);

impl Drop for GoesOn<'_> {
    fn drop(&mut self) {
        self.0.go_on();
    }
}

/// D11, T3: while a write or a sync stands still nobody is answered, nobody reads what it holds,
/// and appending waits for nothing; all that gathered meanwhile is one batch after it, released in
/// order.
#[test]
fn while_the_disk_stands_still_nothing_is_answered() {
    for stalled in ["write", "fdatasync"] {
        let (sim, told) = (Sim::new(), Told::default());
        let options = Options { segment_bytes: 64 << 10, ..small() }; // a batch holds them all
        let journal = Local::open(Arc::new(sim.clone()), dir(), options).unwrap();
        let failed = Box::new(|error| panic!("{error}"));
        let (writer, commits) = Writer::start(journal, failed).unwrap();
        let _ended = GoesOn(&sim);
        sim.plan(sim.calls().len() + usize::from(stalled == "fdatasync"), Fault::Stall);
        append_next(&commits, &told);
        sim.wait_for_stall();
        let calls = calls_that_write(&sim);
        assert_eq!(calls.last(), Some(&stalled));

        for _ in 0..5 {
            append_next(&commits, &told);
            commits.hold(told.clone());
        }
        assert_eq!((told.lsns(), commits.durable().lsn), (vec![], Lsn::ZERO), "{stalled}");
        let mut reader = commits.read_from(Lsn::ZERO).unwrap();
        let read = reader.next().unwrap();
        assert_eq!(read, None, "{stalled}: what is not durable is read");
        assert_eq!(calls_that_write(&sim), calls, "{stalled}: nobody writes beside it");

        sim.go_on();
        assert_eq!(commits.wait_beyond(Lsn(5), LONG).lsn, Lsn(6));
        writer.stop().unwrap();
        assert_eq!(told.lsns(), [1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
        assert_eq!(commits.figures().batches, 2, "{stalled}: what gathered is one batch");
        assert_eq!(commits.figures().sync_micros.iter().sum::<u64>(), 2);
        assert_eq!(prefix(&open(&sim.kill()).unwrap()), 6);
    }
}

/// D1, D11: power is cut while a sync stands still: what it was to make durable may be there or
/// not, and nobody was told.
#[test]
fn a_cut_while_the_disk_stands_still_takes_nothing_that_was_answered() {
    let first_seed = seed();
    let mut found = BTreeMap::new();
    for n in 0..40 {
        let (sim, told) = (Sim::new(), Told::default());
        let mut journal = open(&sim).unwrap();
        append(&mut journal, 1, 1);
        let (writer, commits) = Writer::start(journal, Box::new(drop)).unwrap();
        let _ended = GoesOn(&sim);
        sim.plan(sim.calls().len() + 1, Fault::Stall);
        append_next(&commits, &told);
        sim.wait_for_stall();
        assert_eq!(told.lsns(), []);
        let left = sim.power_cut(&mut Dice::of(first_seed + n));
        *found.entry(prefix(&open(&left).unwrap())).or_insert(0) += 1;
        sim.go_on();
        writer.stop().unwrap();
        assert_eq!(told.lsns(), [2]);
    }
    assert!(found.keys().eq(&[1, 2]), "{found:?}");
}

/// D3, D8, T7: a write that ends in the middle with an error is final; the half that was written is
/// cut at the next start, or is whole records that nobody was answered for.
#[test]
fn half_a_write_is_cut_and_never_answered() {
    const STEPS: &str = "1m2341m3";
    let calls = {
        let sim = Sim::new();
        play(&sim, STEPS, &Told::default()).unwrap();
        sim.calls()
    };
    let (mut short, mut torn, mut kept_half) = (0, 0, 0);
    for (at, _) in calls.iter().enumerate().filter(|(_, call)| call.name == "write") {
        let (sim, told) = (Sim::new(), Told::default());
        sim.plan(at, Fault::Short);
        assert!(play(&sim, STEPS, &told).is_err(), "the write at {at} failed");
        short += 1;
        assert_eq!(sim.calls().len(), at + 1 + usize::from(is_unfinished(&calls[at])), "D8");
        let restarted = sim.kill();
        let disk: Arc<dyn Disk> = Arc::new(restarted.clone());
        torn += usize::from(verify(&disk, dir()).is_ok_and(|report| report.torn.is_some()));
        let mut journal = open(&restarted).unwrap();
        let kept = prefix(&journal);
        assert!(kept >= told.last(), "D1: the write at {at}");
        kept_half += usize::from(kept > told.last());
        append(&mut journal, kept + 1, 2);
        drop(journal);
        assert_eq!(verify(&disk, dir()).unwrap().torn, None, "cut once");
        assert_eq!(prefix(&open(&restarted).unwrap()), kept + 2);
    }
    println!("{short} short writes, {torn} torn tails, {kept_half} with whole records in them");
    assert!(short > 8 && torn > 3 && kept_half > 0, "{short} {torn} {kept_half}");
}

fn calls_that_write(sim: &Sim) -> Vec<&'static str> {
    let names = sim.calls().into_iter().map(|call| call.name);
    names.filter(|name| ["write", "fdatasync"].contains(name)).collect()
}

/// A segment that cannot be made is removed again.
fn is_unfinished(call: &Call) -> bool {
    call.path.extension().is_some_and(|it| it == "unfinished")
}
