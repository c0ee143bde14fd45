//! D8: the first write or sync that fails is final.

use std::time::Duration;

use snapshots::Error;
use snapshots::commit::WriterByHand;
use snapshots::disk::{Dice, Fault, Sim};
use snapshots::journal::{Batch, Journal};

use crate::support::{Told, append, append_next, batch, open, play, prefix, seed};

const STEPS: &str = "1m2341m3";

fn calls_of(steps: &str) -> usize {
    let sim = Sim::new();
    play(&sim, steps, &Told::default()).unwrap();
    sim.calls().len()
}

/// D8, T7: whatever call fails, nobody is answered after it, nothing is written or synced again,
/// and what was answered before is there. A sync that failed on Linux leaves pages that read well
/// and are not on the disk: the next start must not believe them.
#[test]
fn after_a_failed_call_nobody_is_answered_and_nothing_is_written() {
    let first_seed = seed();
    let mut failed = 0;
    for call in 0..calls_of(STEPS) {
        let (sim, told) = (Sim::new(), Told::default());
        sim.plan(call, Fault::Fail);
        if play(&sim, STEPS, &told).is_ok() {
            continue; // the removal of a file that was never finished may fail
        }
        failed += 1;
        let (after, answered) = (sim.calls(), told.last());
        let late =
            after[call + 1..].iter().find(|call| ["write", "fdatasync"].contains(&call.name));
        assert_eq!(late, None, "after the call {call} failed");

        let restarted = sim.kill();
        let kept = prefix(&open(&restarted).unwrap());
        assert!(kept >= answered, "D1: call {call}");
        let mut dice = Dice::of(first_seed + call as u64);
        let after_cut = open(&restarted.power_cut(&mut dice)).unwrap();
        assert_eq!(prefix(&after_cut), kept, "D1: what the restart kept was on the disk");
    }
    assert!(failed > 40, "only {failed} calls failed");
}

/// D8: who comes later is not answered either, and the journal says why.
#[test]
fn a_failed_journal_takes_nothing_more() {
    let sim = Sim::new();
    let mut journal = open(&sim).unwrap();
    append(&mut journal, 1, 1);
    sim.plan(sim.calls().len() + 1, Fault::Fail);
    let failed = journal.append(&mut batch(2, 1));
    let Err(Error::Io { call: "fdatasync", .. }) = failed else { panic!("{failed:?}") };
    let (calls, again) = (sim.calls().len(), journal.append(&mut batch(2, 1)));
    let Err(Error::Failed) = again else { panic!("{again:?}") };
    let mark = journal.append(&mut Batch::new());
    let Err(Error::Failed) = mark else { panic!("{mark:?}") };
    assert_eq!(sim.calls().len(), calls, "the disk was not asked again");
}

/// D8, D11: releases that wait when the journal fails are dropped, and so are those that come
/// after; a read held back by them is never answered.
#[test]
fn releases_are_dropped_when_the_journal_fails() {
    let (sim, told) = (Sim::new(), Told::default());
    let (mut writer, commits) = WriterByHand::claim(open(&sim).unwrap()).unwrap();
    append_next(&commits, &told);
    writer.turn(Duration::ZERO).unwrap();
    append_next(&commits, &told);
    commits.hold(told.clone());
    sim.plan(sim.calls().len(), Fault::Fail);
    assert!(writer.turn(Duration::ZERO).is_err());
    append_next(&commits, &told);
    commits.hold(told.clone());
    assert_eq!(told.waiting(), 0, "those that wait are dropped");
    assert!(writer.turn(Duration::ZERO).is_err());
    assert_eq!(told.lsns(), [1]);
    assert!(!commits.has_room(), "whoever asks is refused");
    assert_eq!(commits.durable().lsn.0, 1);
}

/// D7: a write that went elsewhere, or nowhere, is found at the next start once another batch has
/// said that it was durable.
#[test]
fn a_write_that_the_disk_lost_is_found() {
    for fault in [Fault::Misdirect, Fault::Lose] {
        let sim = Sim::new();
        let mut journal = open(&sim).unwrap();
        append(&mut journal, 1, 2);
        sim.plan(sim.calls().len(), fault);
        append(&mut journal, 3, 1);
        append(&mut journal, 4, 1);
        append(&mut journal, 5, 1);
        drop(journal);
        let opened = open(&sim.kill()).err();
        let Some(Error::Damaged { lsn, .. }) = opened else { panic!("{fault:?}: {opened:?}") };
        assert_eq!(lsn.0, 3);
    }
}
